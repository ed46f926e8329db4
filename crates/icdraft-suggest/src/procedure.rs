//! Procedure candidates: from mentions to CPT lines with modifiers and units, and what is bundled into what.

use std::cell::LazyCell;

use icdraft_mention::{Annotation, Laterality, Meaning, Mention, Order, Procedure, Side, SideRule, Terminology};
use icdraft_note::{Encounter, SectionKind, Span};

use crate::candidate::{Candidate, NO_MENTION, Refused};
use crate::diagnosis::is_operative;
use crate::knowledge;
use crate::rank;
use crate::report::Reason;
use crate::rule::{Added, Draft};
use crate::supply;

/// Candidates and refusals from the procedure mentions of one note.
pub(crate) fn candidates(
    terminology: &Terminology,
    encounter: &Encounter,
    at: usize,
    annotation: &Annotation,
    out: &mut (Vec<Candidate>, Vec<Refused>),
) {
    let text = encounter.notes[at].text.as_str();
    let titled = annotation.outline.sections.iter().any(|s| s.kind == SectionKind::ProcedurePerformed);
    let procedural = |m: &Mention| match terminology.concept(m.concept).meaning {
        Meaning::Procedure(number) => terminology.procedures()[number].system() == "CPT",
        Meaning::Diagnosis(_) => false,
    };
    let known: Vec<usize> = annotation.mentions.iter().filter(|m| procedural(m)).map(|m| m.sentence).collect();
    let titles = || {
        let sentences = annotation.outline.sentences.iter().enumerate();
        sentences.filter(|(_, (_, s))| annotation.outline.sections[*s].kind == SectionKind::ProcedurePerformed)
    };
    let titled = titled && titles().any(|(n, _)| known.contains(&n));
    let unread = titles().any(|(n, _)| !known.contains(&n));
    let operative = annotation.outline.sections.iter().any(|s| is_operative(s.kind))
        || is_report(encounter.notes[at].kind.as_deref().unwrap_or_default())
        || is_report(&text[..text.floor_char_boundary(HEAD)]);
    let concluded = annotation.outline.sections.iter().any(|s| s.kind == SectionKind::Impression);
    let of_facility = LazyCell::new(|| supply::is_of_facility(annotation, text));
    for (place, mention) in annotation.mentions.iter().enumerate() {
        let Meaning::Procedure(number) = terminology.concept(mention.concept).meaning else {
            continue;
        };
        let procedure = &terminology.procedures()[number];
        let kind = annotation.outline.ruling_kind(mention.section);
        let drug = procedure.system() == "HCPCS";
        let against = if drug { supply::refusal(terminology, annotation, text, place) } else { refusal(mention, kind) };
        if let Some(reason) = against {
            out.1.push(Refused::of(at, mention, procedure.code.clone(), procedure.system(), reason));
            continue;
        }
        if drug {
            out.0.extend(supply::candidate(terminology, encounter, at, annotation, place, &|| *of_facility));
            continue;
        }
        let mut score = knowledge::weight(kind).procedure;
        // A report without a title line tells the operation in its body.
        let told = kind == SectionKind::ProcedureDescription
            || operative && matches!(kind, SectionKind::Preamble | SectionKind::Other);
        // Films and tests that the story of an operation mentions were read, not made for it; guidance was.
        let study = operative && procedure.code.starts_with(['7', '8']) && !GUIDANCE.contains(&procedure.code.as_str());
        if !titled && told && !study {
            score = score.max(0.55);
        }
        // Where a line of the title is in words that no row knows, the body may tell what it means.
        if unread && kind == SectionKind::ProcedureDescription && !study {
            score = score.max(0.45);
        }
        // Tests are reported as results; they are lines of this claim when they were done here and now, as the sentence or the header says.
        let sentence = &text[annotation.outline.sentences[mention.sentence].0.span];
        let section = &annotation.outline.sections[mention.section];
        if matches!(
            kind,
            SectionKind::Preamble
                | SectionKind::Results
                | SectionKind::Imaging
                | SectionKind::Ecg
                | SectionKind::VitalSigns
                | SectionKind::PhysicalExam
                | SectionKind::AssessmentPlan
                | SectionKind::Hpi
                | SectionKind::Other
        ) && (is_here_and_now(sentence) || section.header.is_some_and(|header| is_here_and_now(&text[header])))
        {
            score = score.max(0.62);
        }
        // What was given at the visit is told where it was decided.
        let decided = matches!(
            kind,
            SectionKind::Assessment | SectionKind::AssessmentPlan | SectionKind::Plan | SectionKind::EmergencyCourse
        );
        if decided && procedure.code.starts_with('9') && is_given(sentence) {
            score = score.max(0.62);
        }
        // The report of a study names it in its first lines.
        let first_lines = matches!(kind, SectionKind::Preamble | SectionKind::Other) && mention.span.start < HEAD;
        if concluded && !operative && first_lines && procedure.code.starts_with(['7', '9']) {
            score = score.max(0.7);
        }
        // A radiology report names its study under EXAM.
        if kind == SectionKind::PhysicalExam
            && (procedure.code.starts_with(['7', '9']) || is_guided(sentence))
            && section.body.len() <= LONGEST_STUDY
        {
            score = score.max(0.7);
        }
        if mention.order == Order::Scattered {
            score *= SCATTERED;
        }
        // More words, more certainty that it is this procedure and not its neighbour.
        score *= if mention.words >= 2 { 1.0 } else { 0.85 };
        let words = Words { at, span: mention.span, sentence: mention.sentence, kind, laterality: mention.laterality };
        let mut line = line(terminology, annotation, text, words, number);
        (line.score, line.mention) = (score, place);
        if mention.order == Order::Scattered {
            line.reasons.push(Reason::new("procedure", "its words stand in the line, in another order".to_owned()));
        }
        if !line.modifiers.is_empty() {
            let says = format!("{} from the side or digit that the note names", line.modifiers.join(", "));
            line.reasons.push(Reason::new("side-modifier", says));
        }
        out.0.push(line);
    }
}

/// Words that name a procedure.
struct Words {
    /// Number of the note.
    at: usize,
    span: Span,
    sentence: usize,
    kind: SectionKind,
    laterality: Option<Laterality>,
}

/// The line of the procedure `number` as `words` name it, weighed by their section alone.
fn line(terminology: &Terminology, annotation: &Annotation, text: &str, words: Words, number: usize) -> Candidate {
    let procedure = &terminology.procedures()[number];
    let sentence = &text[annotation.outline.sentences[words.sentence].0.span];
    let sided = words.laterality.filter(|_| procedure.side != SideRule::None);
    Candidate {
        system: "CPT",
        code: procedure.code.clone(),
        note: words.at,
        span: words.span,
        section: words.kind,
        role: "procedure",
        score: knowledge::weight(words.kind).procedure,
        reasons: vec![Reason::new("procedure", format!("\"{}\" in {}", procedure.name, words.kind.name()))],
        modifiers: modifiers(procedure, words.laterality.map(|l| l.side), sentence),
        units: 1,
        open: None,
        side: sided.map(|l| (l.span, annotation.kind_at(l.span.start))),
        bilateral: false,
        procedure: Some(number),
        mention: NO_MENTION,
    }
}

/// The candidate for words of a title line that no lexicon knows and the model links to the procedure `number`; `None` where their
/// assertion speaks against it.
#[cfg(feature = "model")]
pub(crate) fn linked(
    terminology: &Terminology,
    (encounter, at): (&Encounter, usize),
    annotation: &Annotation,
    (sentence, span): (usize, Span),
    number: usize,
) -> Option<Candidate> {
    let text = encounter.notes[at].text.as_str();
    let (assertion, laterality) = annotation.assert_span(text, span)?;
    if assertion.against().is_some() {
        return None;
    }
    let kind = annotation.outline.ruling_kind(annotation.outline.sentences[sentence].1);
    Some(line(terminology, annotation, text, Words { at, span, sentence, kind, laterality }, number))
}

/// What a mention is worth whose words stand in another order than those of any phrase.
const SCATTERED: f64 = 0.75;

/// Longest EXAM section that is the title of a study and not an examination of the patient.
const LONGEST_STUDY: usize = 160;

/// Imaging that guides a procedure.
const GUIDANCE: &[&str] = &["76937", "76940", "76942", "76998", "77001", "77002", "77003", "77011", "77012", "77021"];

/// Where a note says what it is.
const HEAD: usize = 250;

/// Whether a note's kind or its first lines say that it reports an operation or a procedure.
fn is_report(says: &str) -> bool {
    const REPORTS: &[&str] = &[
        "operative",
        "op note",
        "op report",
        "operation",
        "procedure note",
        "procedure report",
        "procedural report",
        "surgical report",
    ];
    let lower = says.to_lowercase();
    lower == "procedure" || REPORTS.iter().any(|w| lower.contains(w))
}

/// Words that say that a test was done at this visit.
fn is_here_and_now(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["today", "done here", "in office", "in the office", "in clinic", "in the clinic", "in our office", "at this visit"]
        .iter()
        .any(|w| lower.contains(w))
}

/// Whether a radiologist's line names an intervention under imaging.
fn is_guided(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["ct-guided", "ct guided", "ultrasound-guided", "ultrasound guided", "fluoroscopically guided", "image-guided"]
        .iter()
        .any(|w| lower.contains(w))
}

/// Words that say that something was given or applied.
fn is_given(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|w| matches!(w, "given" | "gave" | "administered" | "applied"))
}

/// Why a procedure mention is not a line of this claim.
fn refusal(mention: &Mention, kind: SectionKind) -> Option<&'static str> {
    let performed = matches!(kind, SectionKind::ProcedurePerformed | SectionKind::ProcedureDescription);
    // "Possible biopsy" in a title that was then performed stays.
    mention.assertion.against().filter(|reason| !(performed && *reason == "uncertain"))
}

/// Side, digit and eyelid modifiers.
fn modifiers(procedure: &Procedure, side: Option<Side>, sentence: &str) -> Vec<String> {
    let Some(side) = side else { return Vec::new() };
    match procedure.side {
        SideRule::None => Vec::new(),
        SideRule::Paired => vec![of_side(side).to_owned()],
        SideRule::Digit => digits(side, &sentence.to_lowercase()),
        SideRule::Eyelid => vec![eyelid(side, &sentence.to_lowercase()).unwrap_or_else(|| of_side(side)).to_owned()],
    }
}

fn of_side(side: Side) -> &'static str {
    match side {
        Side::Right => "RT",
        Side::Left => "LT",
        Side::Bilateral => "50",
    }
}

/// E1 to E4, where the sentence names one lid.
fn eyelid(side: Side, sentence: &str) -> Option<&'static str> {
    match (side, sentence.contains("upper"), sentence.contains("lower")) {
        (Side::Left, true, false) => Some("E1"),
        (Side::Left, false, true) => Some("E2"),
        (Side::Right, true, false) => Some("E3"),
        (Side::Right, false, true) => Some("E4"),
        _ => None,
    }
}

/// FA to F9 for fingers (left thumb first), TA to T9 for toes; the side's own modifier where no digit is named.
fn digits(side: Side, sentence: &str) -> Vec<String> {
    const FINGERS: [&[&str]; 5] = [
        &["thumb"],
        &["index", "second finger", "2nd finger"],
        &["middle finger", "long finger", "third finger", "3rd finger"],
        &["ring finger", "fourth finger", "4th finger"],
        &["little finger", "small finger", "fifth finger", "5th finger", "pinky"],
    ];
    const TOES: [&[&str]; 5] = [
        &["great toe", "big toe", "hallux", "first toe", "1st toe", "bunion", "first metatarsal"],
        &["second toe", "2nd toe", "second digit", "2nd digit", "second hammertoe"],
        &["third toe", "3rd toe", "third digit", "3rd digit"],
        &["fourth toe", "4th toe", "fourth digit", "4th digit"],
        &["fifth toe", "5th toe", "fifth digit", "5th digit", "little toe"],
    ];
    let named = |names: &[&[&str]; 5]| {
        names
            .iter()
            .enumerate()
            .filter(|(_, n)| n.iter().any(|n| sentence.contains(n)))
            .map(|(n, _)| n)
            .collect::<Vec<_>>()
    };
    let toe = sentence.contains("toe") || sentence.contains("hallux") || sentence.contains("foot");
    let (letter, found) = if toe { ('T', named(&TOES)) } else { ('F', named(&FINGERS)) };
    let modifier = |right: bool, n: usize| match (right, n) {
        (false, 0) => format!("{letter}A"),
        (false, n) => format!("{letter}{n}"),
        (true, n) => format!("{letter}{}", n + 5),
    };
    if found.is_empty() {
        return vec![of_side(side).to_owned()];
    }
    let hands: &[bool] = match side {
        Side::Right => &[true],
        Side::Left => &[false],
        Side::Bilateral => &[false, true],
    };
    hands.iter().flat_map(|&right| found.iter().map(move |&n| modifier(right, n))).collect()
}

/// Puts `code` in the place of the line `at`; false where the lexicon has no such code.
pub(crate) fn recode(draft: &mut Draft<'_>, at: usize, code: &str, rule: &'static str, why: &str) -> bool {
    let Some(number) = draft.terminology.procedure(code) else { return false };
    let mut moved = draft.joined.remove(at);
    moved.best.reasons.push(Reason::new(rule, format!("{code} instead of {}: {why}", moved.best.code)));
    match draft.joined.iter_mut().find(|j| j.best.system == "CPT" && j.best.code == code) {
        Some(same) => same.absorb(moved),
        None => {
            moved.best.code = code.to_owned();
            moved.best.procedure = Some(number);
            draft.joined.push(moved);
        }
    }
    rank::order(&mut draft.joined);
    true
}

/// Adds a line on the words of the line `at`, or raises the one that is there; nothing where the lexicon has no such code.
pub(crate) fn add(draft: &mut Draft<'_>, at: usize, code: &str, units: u32, rule: &'static str, why: &str) {
    if let Some(number) = draft.terminology.procedure(code) {
        draft.add_code(at, Added { code: code.to_owned(), open: None, procedure: Some(number), units }, rule, why);
    }
}

/// Whether `component` is part of `whole` and so not reported beside it.
pub(crate) fn is_component(whole: &Procedure, component: &str) -> bool {
    whole.code != component && whole.bundles.iter().any(|b| component.starts_with(b.as_str()))
}

/// Whether an add-on may follow one of the codes.
pub(crate) fn has_primary<'a>(addon: &Procedure, mut codes: impl Iterator<Item = &'a str>) -> bool {
    codes.any(|code| addon.addon_of.iter().any(|p| code.starts_with(p.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digit_modifiers() {
        assert_eq!(digits(Side::Left, "nail of the left big toe"), ["TA"]);
        assert_eq!(digits(Side::Right, "right index and ring finger"), ["F6", "F8"]);
        assert_eq!(digits(Side::Right, "right hand"), ["RT"]);
        assert_eq!(digits(Side::Bilateral, "both thumbs"), ["FA", "F5"]);
        assert_eq!(eyelid(Side::Left, "left upper lid"), Some("E1"));
    }

    #[test]
    fn components_by_prefix() {
        let whole = Procedure {
            concept: "x".into(),
            code: "29826".into(),
            name: String::new(),
            side: SideRule::Paired,
            addon_of: vec![],
            bundles: vec!["29805".into(), "2982".into()],
            dose: None,
            strength: None,
            route: icdraft_mention::Route::Any,
        };
        assert!(is_component(&whole, "29805") && is_component(&whole, "29822") && !is_component(&whole, "29826"));
    }
}
