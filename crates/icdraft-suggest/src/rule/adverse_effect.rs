//! Adverse effects and underdosing of drugs.

use std::ops::Range;
use std::sync::LazyLock;

use icdraft_mention::plain_words;
use serde::Deserialize;

use crate::knowledge;
use crate::rule::{About, Draft, Rule};
use crate::wording::{LINKS, SEQUENCE, Wordings};

#[derive(Debug)]
pub(super) struct AdverseEffect;

#[derive(Debug, Deserialize)]
struct Drug {
    drug: Wordings,
    /// Its entry in chapter 19, without the character of the intent.
    code: String,
}

#[derive(Debug, Deserialize)]
struct Motive {
    said: Wordings,
    code: String,
    why: String,
}

static DRUGS: LazyLock<Vec<Drug>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/drugs.tsv")));
static MOTIVES: LazyLock<Vec<Motive>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/underdosing.tsv")));

/// What stands before a drug that was not taken as prescribed.
static UNDERDOSED: LazyLock<Wordings> = LazyLock::new(|| {
    Wordings::new(
        "stopped taking|stopped|ran out of|noncompliance with|noncompliant with|non compliance with|non compliant with\
         |nonadherence to|nonadherence with|nonadherent to|non adherence to|non adherent to|missed|missed dose of|missed several dose of\
         |skipped|skipping|skipping dose of|taking less|underdosing of|not taking|has not been taking|not been taking",
    )
});
static INDUCED: LazyLock<Wordings> = LazyLock::new(|| Wordings::new("induced|related|associated"));
static POISONED: LazyLock<Wordings> =
    LazyLock::new(|| Wordings::new("overdose|overdosed|poisoning|ingestion|intoxication|wrong dose|wrong drug"));

/// Words between a link and the drug that it leads to.
const FILLERS: &[&str] = &[
    "recent",
    "use",
    "of",
    "long",
    "term",
    "high",
    "dose",
    "oral",
    "iv",
    "chronic",
    "acute",
    "current",
    "prior",
    "systemic",
    "prolonged",
    "course",
    "therapy",
    "treatment",
    "with",
    "taking",
    "starting",
    "medication",
    "and",
    "daily",
    "previous",
    "ongoing",
];

/// Words after a drug's name that make something else of it: "iron deficiency", "insulin resistance".
const LACKS: &[&str] =
    &["deficiency", "resistance", "level", "allergy", "dependence", "abuse", "overload", "store", "antibody", "refill"];

/// Most words between a condition and the link that leads to its drug.
const GAP: usize = 4;

/// The character of the intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intent {
    Adverse,
    Underdosed,
}

impl Intent {
    fn character(self) -> char {
        match self {
            Intent::Adverse => '5',
            Intent::Underdosed => '6',
        }
    }

    fn why(self) -> &'static str {
        match self {
            Intent::Adverse => "adverse effect of a drug taken as prescribed (guideline I.C.19.e.5.a)",
            Intent::Underdosed => "the drug was taken less than prescribed (guideline I.C.19.e.5.c)",
        }
    }
}

impl Rule for AdverseEffect {
    fn about(&self) -> About {
        About {
            name: "adverse-effect",
            what: "A condition said to come from a drug brings the code of the drug's adverse effect, one from a drug not taken that of underdosing (data/drugs.tsv, data/underdosing.tsv); a drug-induced condition without a drug is asked about.",
            why: "Guideline I.C.19.e.5: the nature of the effect first, then T36 to T50 with the intent",
            example: "\"statin-induced myopathy\" -> G72.0 and T46.6X5A",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for code in draft.codes("ICD-10-CM").into_iter().filter(|c| is_effect(c)) {
            let Some(at) = draft.joined.iter().position(|j| j.best.code == code) else { continue };
            match drug_behind(draft, at) {
                Some((drug, intent)) => add(draft, at, drug, intent),
                None => ask(draft, at),
            }
        }
    }
}

/// Whether a code can be the effect of a drug: no poisoning, status or substance use.
fn is_effect(code: &str) -> bool {
    !code.starts_with(['T', 'V', 'W', 'X', 'Y', 'Z', 'O', 'P']) && !code.starts_with("F1")
}

/// The drug that a sentence behind the entry blames, and why.
fn drug_behind(draft: &Draft<'_>, at: usize) -> Option<(&'static Drug, Intent)> {
    draft.joined[at].evidence.iter().find_map(|candidate| {
        let (text, inside) = draft.sentence(candidate)?;
        let words = plain_words(text);
        if POISONED.said_in(&words) {
            return None;
        }
        let first = plain_words(&text[..inside.start]).len();
        let mention = first..first + plain_words(&text[inside]).len();
        blamed(&words, &mention)
    })
}

fn blamed(words: &[String], mention: &Range<usize>) -> Option<(&'static Drug, Intent)> {
    // A link may stand in the mention itself ("rash due to amoxicillin"); one that only tells a sequence stands right behind it.
    let strong = |end: usize| {
        let link = LINKS.last(&words[..end]).filter(|l| l.end == end);
        link.is_some_and(|l| l.start >= mention.start && l.start <= mention.end + GAP)
    };
    let weak = |end: usize| SEQUENCE.last(&words[..end]).is_some_and(|l| l.end == end && l.start == mention.end);
    for drug in DRUGS.iter() {
        let Some(place) = drug.drug.find(words) else { continue };
        if words.get(place.end).is_some_and(|w| LACKS.contains(&w.as_str())) {
            continue;
        }
        // "opioid-induced constipation"
        let induced = INDUCED.find(&words[place.end..]).is_some_and(|p| p.start == 0);
        if induced && place.start <= mention.end && mention.start <= place.end + 3 {
            return Some((drug, Intent::Adverse));
        }
        // "cough due to lisinopril"
        let mut lead = place.start;
        loop {
            if UNDERDOSED.ends(&words[..lead]) {
                return Some((drug, Intent::Underdosed));
            }
            if strong(lead) || weak(lead) {
                return Some((drug, Intent::Adverse));
            }
            if lead == 0 || !FILLERS.contains(&words[lead - 1].as_str()) {
                break;
            }
            lead -= 1;
        }
    }
    None
}

fn add(draft: &mut Draft<'_>, at: usize, drug: &Drug, intent: Intent) {
    let known = |j: &crate::rank::Joined| j.best.code.starts_with(drug.code.trim_end_matches('X'));
    if draft.joined.iter().any(|j| j.confidence >= crate::rank::DRAFT && known(j)) {
        return;
    }
    let named = format!("{}{}", drug.code, intent.character());
    let Some(choice) = draft.choose(&named, &[&draft.joined[at].best]) else { return };
    draft.add(at, &choice, "adverse-effect", intent.why());
    if intent == Intent::Adverse {
        return;
    }
    let Some(at) = draft.joined.iter().position(|j| j.best.code == choice.code.to_string()) else { return };
    let Some(motive) = MOTIVES.iter().find(|m| draft.says(at, &m.said)) else { return };
    if let Some(choice) = draft.choose(&motive.code, &[&draft.joined[at].best]) {
        draft.add(at, &choice, "adverse-effect", &motive.why);
    }
}

/// Asks for the drug where a title says that there was one and no code tells which.
fn ask(draft: &mut Draft<'_>, at: usize) {
    let best = &draft.joined[at].best;
    let (code, note, span) = (best.code.clone(), best.note, best.span);
    let Some(title) = code.parse().ok().and_then(|c| draft.set.title(c)) else { return };
    let lower = title.to_lowercase().replace('-', " ");
    let blames =
        ["drug induced", "due to drug", "due to antineoplastic chemotherapy"].iter().any(|w| lower.contains(w));
    let told = draft.codes("ICD-10-CM").iter().any(|code| ("T36".."T51").contains(&code.as_str()));
    if blames && !told {
        let asks = format!("Which drug caused it? \"{title}\" is reported with the code of the drug (T36 to T50).");
        draft.ask(&code, asks, note, span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    fn found(text: &str, condition: &str) -> Option<(&'static str, Intent)> {
        let start = text.find(condition).unwrap();
        let first = plain_words(&text[..start]).len();
        let mention = first..first + plain_words(condition).len();
        blamed(&plain_words(text), &mention).map(|(drug, intent)| (drug.code.as_str(), intent))
    }

    #[test]
    fn who_is_blamed() {
        use Intent::{Adverse, Underdosed};
        assert_eq!(found("Cough due to lisinopril", "Cough"), Some(("T46.4X", Adverse)));
        assert_eq!(found("Statin-induced myopathy", "myopathy"), Some(("T46.6X", Adverse)));
        assert_eq!(
            found("Hyponatremia secondary to recent use of hydrochlorothiazide", "Hyponatremia"),
            Some(("T50.2X", Adverse))
        );
        assert_eq!(found("Seizure after he stopped taking Keppra", "Seizure"), Some(("T42.6X", Underdosed)));
        assert_eq!(
            found("Ketoacidosis due to noncompliance with insulin", "Ketoacidosis"),
            Some(("T38.3X", Underdosed))
        );
        assert_eq!(found("Hypertension, continue lisinopril", "Hypertension"), None);
        assert_eq!(found("Cough due to bronchitis, continue lisinopril", "Cough"), None);
        assert_eq!(found("Anemia due to iron deficiency", "Anemia"), None);
        assert_eq!(found("Hypertension, switched from lisinopril", "Hypertension"), None);
        assert_eq!(found("Gout, allopurinol for hyperuricemia", "Gout"), None);
    }

    #[test]
    fn rows_name_entries_of_the_release() {
        let set = CodeSet::embedded();
        for drug in DRUGS.iter() {
            for intent in [Intent::Adverse, Intent::Underdosed] {
                let named = format!("{}{}", drug.code, intent.character());
                assert!(set.find(named.parse().unwrap()).is_some(), "{named}");
            }
            assert!(!drug.drug.is_empty(), "{}", drug.code);
        }
        for motive in MOTIVES.iter() {
            assert!(set.is_billable(motive.code.parse().unwrap()) && !motive.said.is_empty(), "{}", motive.code);
        }
    }
}
