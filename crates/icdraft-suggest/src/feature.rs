//! What a last layer is told of a suggestion: the rules' confidence, where its words stand, what kind of code it is, which
//! rules spoke, and how near the encoder finds words and code.

use std::sync::LazyLock;

use icdraft_mention::Origin;
use icdraft_note::SectionKind;

use crate::diagnosis::is_operative;
use crate::knowledge;
use crate::leaf::Open;
use crate::rank::{self, DRAFT, Joined};
use crate::rule::{Draft, RULES};

/// Features by name; the names of the rules follow.
const OWN: [&str; 35] = [
    "confidence of the rules",
    "drafted by the rules",
    "strongest evidence",
    "pieces of evidence",
    "kinds of sections",
    "in a diagnosis list",
    "in a preoperative diagnosis",
    "in an assessment",
    "in a history",
    "among medications",
    "in the story",
    "among findings",
    "in an operation",
    "also in a diagnosis list",
    "also in the story",
    "lexicon wording",
    "inclusion term",
    "index term",
    "no side told",
    "no detail told",
    "symptom",
    "status or history code",
    "external cause",
    "injury",
    "neoplasm",
    "chronic",
    "words",
    "place",
    "behind the first",
    "operative note",
    "operative note, symptom",
    "operative note, in a history",
    "similarity of words and code",
    "linked by the model",
    "put below the draft by a rule",
];

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let own = OWN.iter().map(|n| (*n).to_owned());
    own.chain(RULES.iter().map(|r| format!("rule {}", r.about().name))).collect()
});

/// Names of what the model's last layer is told of a suggestion, in their order.
pub fn names() -> &'static [String] {
    &NAMES
}

/// Groups of sections that speak alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    List,
    Preoperative,
    Assessment,
    History,
    Medications,
    Story,
    Findings,
    Operation,
    Other,
}

fn group(kind: SectionKind) -> Group {
    use SectionKind as S;
    match kind {
        S::PostoperativeDiagnosis | S::Diagnosis | S::DischargeDiagnosis => Group::List,
        S::PreoperativeDiagnosis | S::AdmissionDiagnosis => Group::Preoperative,
        S::Assessment | S::AssessmentPlan | S::Impression | S::Plan => Group::Assessment,
        S::Pmh | S::Psh | S::SocialHistory | S::FamilyHistory | S::ObstetricHistory | S::PsychiatricHistory => {
            Group::History
        }
        S::Medications | S::DischargeMedications => Group::Medications,
        S::Hpi | S::ChiefComplaint | S::ReasonForVisit | S::Indication | S::HospitalCourse | S::Summary => Group::Story,
        S::PhysicalExam | S::Results | S::Imaging | S::Pathology | S::Findings | S::Ros | S::Ecg | S::OfficeTests => {
            Group::Findings
        }
        S::ProcedurePerformed | S::ProcedureDescription | S::Complications => Group::Operation,
        _ => Group::Other,
    }
}

/// What a last layer is told of a suggestion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Features {
    /// Name of the layer: the code system and the [`Kind`] of the notes.
    pub(crate) layer: String,
    /// In the order of [`names`].
    pub(crate) values: Vec<f32>,
    /// Whether the words alone would be drafted and a rule spoke against it.
    pub(crate) put_below: bool,
}

impl Features {
    /// Those of entry `n`; `similarity` is the encoder's, where there is one.
    pub(crate) fn of(draft: &Draft<'_>, n: usize, kind: Kind, similarity: Option<f32>) -> Self {
        let joined = &draft.joined[n];
        Self {
            layer: format!("{}, {}", joined.best.system, kind.name()),
            values: values(draft, n, kind, similarity),
            put_below: put_below(joined),
        }
    }
}

/// What the notes of an encounter are: operations are written up otherwise than visits, and those otherwise than reports and letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Operative,
    Visit,
    Other,
}

impl Kind {
    pub(crate) fn of(draft: &Draft<'_>) -> Self {
        let has = |is: fn(SectionKind) -> bool| {
            draft.notes.iter().any(|r| r.annotation.outline.sections.iter().any(|s| is(s.kind)))
        };
        if has(is_operative) {
            Self::Operative
        } else if has(|kind| matches!(kind, SectionKind::Assessment | SectionKind::AssessmentPlan)) {
            Self::Visit
        } else {
            Self::Other
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Operative => "operative notes",
            Self::Visit => "visits",
            Self::Other => "other notes",
        }
    }
}

fn values(draft: &Draft<'_>, n: usize, kind: Kind, similarity: Option<f32>) -> Vec<f32> {
    let joined = &draft.joined[n];
    let best = &joined.best;
    let diagnoses = || draft.joined.iter().filter(|j| j.best.system == best.system);
    let first = diagnoses().map(|j| j.confidence).fold(0.0, f64::max);
    let place = diagnoses().filter(|j| j.confidence > joined.confidence).count();
    let groups: Vec<Group> = joined.evidence.iter().map(|c| group(c.section)).collect();
    let own = group(best.section);
    let mut kinds: Vec<SectionKind> = joined.evidence.iter().map(|c| c.section).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mention = draft.mention(best);
    let origin = mention.map(|m| draft.terminology.concept(m.concept).origin);
    let words = mention.map_or(1, |m| m.words.max(1));
    let operative = kind == Kind::Operative;
    let code = best.code.as_str();
    let begins = |letters: &str| code.starts_with(|c| letters.contains(c));
    let chronic = code.parse().is_ok_and(knowledge::is_chronic);
    let mut values = vec![
        odds(joined.confidence),
        flag(joined.confidence >= DRAFT),
        best.score as f32,
        (joined.evidence.len().max(1) as f32).ln(),
        (kinds.len().max(1) as f32).ln(),
        flag(own == Group::List),
        flag(own == Group::Preoperative),
        flag(own == Group::Assessment),
        flag(own == Group::History),
        flag(own == Group::Medications),
        flag(own == Group::Story),
        flag(own == Group::Findings),
        flag(own == Group::Operation),
        flag(own != Group::List && groups.contains(&Group::List)),
        flag(own != Group::Story && groups.contains(&Group::Story)),
        flag(origin == Some(Origin::Lexicon)),
        flag(origin == Some(Origin::InclusionTerm)),
        flag(origin == Some(Origin::Index)),
        flag(matches!(best.open, Some(Open::Side))),
        flag(matches!(best.open, Some(Open::Detail))),
        flag(begins("R")),
        flag(begins("Z")),
        flag(begins("VWXY")),
        flag(begins("ST")),
        flag(begins("C") || code < "D50" && begins("D")),
        flag(chronic),
        (words as f32).ln(),
        (1.0 + place as f32).ln(),
        odds(first) - odds(joined.confidence),
        flag(operative),
        flag(operative && begins("R")),
        flag(operative && own == Group::History),
        similarity.unwrap_or(0.5),
        flag(mention.is_none()),
        flag(put_below(joined)),
    ];
    let spoke = |name: &str| flag(best.reasons.iter().any(|r| r.rule == name));
    values.extend(RULES.iter().map(|r| spoke(r.about().name)));
    values
}

fn put_below(joined: &Joined) -> bool {
    joined.confidence < DRAFT && rank::together(&joined.evidence) >= DRAFT
}

fn flag(holds: bool) -> f32 {
    f32::from(u8::from(holds))
}

fn odds(confidence: f64) -> f32 {
    let p = confidence.clamp(0.005, 0.995);
    (p / (1.0 - p)).ln() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_its_name() {
        assert_eq!(names().len(), OWN.len() + RULES.len());
        let mut unique = names().to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names().len());
        assert!((odds(0.5)).abs() < 1e-6 && odds(1.0).is_finite());
    }
}
