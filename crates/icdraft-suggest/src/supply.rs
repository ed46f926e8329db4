//! Drugs and supplies (HCPCS Level II): lines for what was given or handed out here, with units from the dose.

use icdraft_mention::dose::Dose;
use icdraft_mention::{Annotation, Mention, Procedure};
use icdraft_note::SectionKind;

use crate::candidate::Candidate;
use crate::procedure::is_here_and_now;
use crate::report::Reason;

/// Words that say that something was given here.
const GIVEN: &[&str] = &[
    "given",
    "administered",
    "injected",
    "injection of",
    "received",
    "infused",
    "instilled",
    "infiltrated",
    "inserted",
    "placed",
    "applied",
    "fitted",
    "dispensed",
    "provided",
];

/// Words that say that it was taken elsewhere, or is to be.
const ELSEWHERE: &[&str] = &[
    "ems",
    "at home",
    "prescribed",
    "prescription",
    "takes ",
    "refill",
    "prior to arrival",
    "outside hospital",
    "rx ",
];

/// The line for one mention of a drug or supply; none where it was not given at this encounter. What a facility supplies at an operation is
/// not the surgeon's to bill: such a line stays below the draft.
pub(crate) fn candidate(
    procedure: &Procedure,
    number: usize,
    (note, place, mention): (usize, usize, &Mention),
    kind: SectionKind,
    text: &str,
    annotation: &Annotation,
    of_facility: bool,
) -> Option<Candidate> {
    let span = annotation.outline.sentences[mention.sentence].0.span;
    let sentence = &text[span];
    let lower = sentence.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let given = says(GIVEN);
    let here = match kind {
        SectionKind::ProcedurePerformed | SectionKind::ProcedureDescription | SectionKind::OfficeTests => true,
        SectionKind::EmergencyCourse => given,
        SectionKind::AssessmentPlan
        | SectionKind::Plan
        | SectionKind::Hpi
        | SectionKind::Other
        | SectionKind::Preamble => given && is_here_and_now(sentence),
        _ => false,
    };
    if !here || says(ELSEWHERE) {
        return None;
    }
    let (start, end) = (mention.span.start - span.start, mention.span.end - span.start);
    let units = procedure.dose.and_then(|unit| Dose::stated(sentence, start, end)?.units(unit));
    // A supply goes with many procedures without being billed.
    let drug = procedure.dose.is_some() || procedure.code.starts_with('J');
    let score = if of_facility || !drug { 0.4 } else { 0.65 };
    let mut reasons = vec![Reason::new("supply", format!("\"{}\" given at this encounter", procedure.name))];
    match (units, procedure.dose) {
        (Some(units), _) => reasons.push(Reason::new("units", format!("{units} from the dose that the note states"))),
        (None, Some(_)) => reasons.push(Reason::new("units", "no dose in the note: one unit")),
        _ => {}
    }
    if of_facility {
        reasons.push(Reason::new("supply", "supplied by the facility: not on a professional claim"));
    }
    Some(Candidate {
        system: "HCPCS",
        code: procedure.code.clone(),
        note,
        span: mention.span,
        section: kind,
        role: "procedure",
        score,
        reasons,
        modifiers: Vec::new(),
        units: units.unwrap_or(1),
        open: None,
        side: None,
        bilateral: false,
        procedure: Some(number),
        mention: place,
    })
}
