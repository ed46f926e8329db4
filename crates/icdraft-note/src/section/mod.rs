//! Sections: headers by lexicon and by form, how they nest, and the leaf ranges that tile a note.

mod header;
mod lexicon;
pub(crate) mod line;
mod relation;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use self::relation::Nested;

use crate::span::Span;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Canonical kind of a section.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)] // the names are the documentation
        pub enum SectionKind { $($(#[$doc])* $name),* }

        impl SectionKind {
            /// Every kind.
            pub const ALL: &[SectionKind] = &[$(SectionKind::$name),*];
        }
    };
}

kinds! {
    /// Text before the first header.
    Preamble,
    PreoperativeDiagnosis, PostoperativeDiagnosis, Diagnosis, AdmissionDiagnosis, DischargeDiagnosis,
    ProcedurePerformed, ProcedureDescription, Indication, Findings, Anesthesia, Complications, BloodLoss, Fluids,
    UrineOutput, Specimens, Drains, Implants, Counts, Tourniquet, Position, Staff, Condition, Disposition, Consent,
    ChiefComplaint, ReasonForVisit, Hpi, Pmh, Psh, ObstetricHistory, FamilyHistory, SocialHistory, PsychiatricHistory,
    BirthHistory, Medications, DischargeMedications, Allergies, Immunizations, Ros, VitalSigns, PhysicalExam,
    MentalStatus, Results,
    /// What was tested or given at this visit: "In-office labs".
    OfficeTests,
    Imaging, Ecg, Pathology, Comparison, Impression, Assessment, AssessmentPlan, Plan,
    Recommendations, HospitalCourse, EmergencyCourse, Instructions, FollowUp, Diet, Prognosis, Summary, Attestation,
    CodeStatus, Time,
    /// "Cardiovascular:" inside a review of systems or an examination.
    BodySystem,
    /// "# Diabetes" inside an assessment: the header names what is assessed.
    Problem,
    /// A header that no list knows.
    Other,
}

impl SectionKind {
    /// The name used in JSON and in the lexicons.
    pub fn name(self) -> &'static str {
        static NAMES: LazyLock<Vec<String>> =
            LazyLock::new(|| SectionKind::ALL.iter().map(|k| snake(&format!("{k:?}"))).collect());
        &NAMES[self as usize]
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.name() == name)
    }
}

fn snake(camel: &str) -> String {
    let mut out = String::new();
    for c in camel.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// One section. `range` is a leaf: it ends where the next section begins, even one nested below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Position among the note's sections.
    pub id: usize,
    /// Canonical kind.
    pub kind: SectionKind,
    /// The header's words, without colon.
    pub header: Option<Span>,
    /// Header and body; ranges tile the note.
    pub range: Span,
    /// What follows the header.
    pub body: Span,
    /// The section that this one belongs to (a body system to its examination).
    pub parent: Option<usize>,
}

/// Divides a note into sections whose ranges tile it.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let found = relation::nest(text, header::headers(text));
    let mut sections: Vec<Section> = Vec::with_capacity(found.len() + 1);
    let mut start = 0;
    let first = found.first().map_or(text.len(), |n| n.header.start);
    if found.is_empty() || !text[..first].trim_start_matches('\u{feff}').trim().is_empty() {
        let range = Span::new(0, first);
        sections.push(Section { id: 0, kind: SectionKind::Preamble, header: None, range, body: range, parent: None });
        start = first;
    }
    // For each header, the number of its section.
    let mut numbers: Vec<usize> = Vec::with_capacity(found.len());
    let ends: Vec<usize> = found.iter().skip(1).map(|n| n.header.start).chain([text.len()]).collect();
    for (Nested { header, parent }, end) in found.into_iter().zip(ends) {
        let body = Span::new(header.body.min(end), end);
        let lead = text[body].len() - text[body].trim_start_matches([' ', '\t', ':']).len();
        let body = Span::new(body.start + lead, end);
        let close = last_line(text, header.kind, body).unwrap_or(end);
        numbers.push(sections.len());
        sections.push(Section {
            id: sections.len(),
            kind: header.kind,
            header: Some(header.span),
            range: Span::new(start, close),
            body: Span::new(body.start, close),
            parent: parent.map(|p| numbers[p]),
        });
        if close < end {
            let range = Span::new(close, end);
            let id = sections.len();
            let titled = header.kind == SectionKind::ProcedurePerformed;
            let kind = if titled { SectionKind::ProcedureDescription } else { SectionKind::Preamble };
            sections.push(Section { id, kind, header: None, range, body: range, parent: None });
        }
        start = end;
    }
    relation::settle_procedures(text, &mut sections);
    sections
}

/// Where a section that is an entry of a form (a date, names, a diagnosis) ends before prose without a header: at a blank line.
fn last_line(text: &str, kind: SectionKind, body: Span) -> Option<usize> {
    use SectionKind::{
        Anesthesia, BloodLoss, Counts, Implants, Position, PostoperativeDiagnosis, PreoperativeDiagnosis,
        ProcedurePerformed, Specimens, Staff, Time, Tourniquet,
    };
    let prose = match kind {
        Anesthesia | BloodLoss | Counts | Implants | Position | Specimens | Staff | Time | Tourniquet => SHORT_PROSE,
        PreoperativeDiagnosis | PostoperativeDiagnosis | ProcedurePerformed => PROSE,
        _ => return None,
    };
    let within = &text[body];
    let blank = |at: usize| within[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    // Names and dates take a line; a long one behind them is no more of them.
    let entry = matches!(kind, Staff | Time);
    let long = |at: usize| entry && within[at + 1..].lines().next().is_some_and(|l| l.len() >= SHORT_PROSE);
    let mut ends = within
        .match_indices('\n')
        .map(|(at, _)| at)
        .filter(|&at| (blank(at) || long(at)) && !within[..at].trim().is_empty());
    let end = ends.find(|&at| {
        let paragraph = within[at..].trim_start().split("\n\n").next().unwrap_or_default();
        let listed = paragraph.starts_with(|c: char| c.is_ascii_digit() || "-*(".contains(c));
        !listed && within[at..].trim().len() >= prose && paragraph.lines().any(|l| l.len() >= prose.min(LONG_LINE))
    })?;
    Some(body.start + end + 1)
}

/// Text of this length is no entry of a form, and no diagnosis.
const SHORT_PROSE: usize = 120;
const PROSE: usize = 300;
/// A line of prose is longer than one of a list.
const LONG_LINE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Vec<(&str, &str)> {
        sections(text).iter().map(|s| (s.kind.name(), text[s.body].trim())).collect()
    }

    #[test]
    fn headers_by_lexicon_and_form() {
        assert_eq!(
            outline(
                "PREOPERATIVE DIAGNOSIS:  Hernia.\n\nPROCEDURE:  Repair.\nMY ODD HEADER: words\nAssessment\n1. Gout"
            ),
            [
                ("preoperative_diagnosis", "Hernia."),
                ("procedure_performed", "Repair."),
                ("other", "words"),
                ("assessment", "1. Gout")
            ]
        );
    }

    #[test]
    fn prose_is_no_header() {
        assert_eq!(outline("The patient said: no pain.\nplan was made\nBP 120/80").len(), 1);
        assert_eq!(outline(""), [("preamble", "")]);
    }

    #[test]
    fn body_systems_belong_to_their_examination() {
        let text =
            "REVIEW OF SYSTEMS\n\nCardiovascular: Denies chest pain.\n\nPHYSICAL EXAM\n\nNeck\n- supple\nPLAN: rest";
        let sections = sections(text);
        let parents: Vec<_> = sections.iter().map(|s| (s.kind, s.parent)).collect();
        assert_eq!(
            parents,
            [
                (SectionKind::Ros, None),
                (SectionKind::BodySystem, Some(0)),
                (SectionKind::PhysicalExam, None),
                (SectionKind::BodySystem, Some(2)),
                (SectionKind::Plan, None)
            ]
        );
    }

    #[test]
    fn prose_behind_an_entry_is_no_part_of_it() {
        let prose = "She was brought in with sepsis after a week of pain in the left side of the belly. ".repeat(4);
        let kinds = |text: &str| sections(text).iter().map(|s| s.kind).collect::<Vec<_>>();
        let text = format!("Postop Dx: Ulcer.\n\n{prose}\n\nOp: Patch.\n\n{prose}\nSurgeon: A. Roe\n{prose}");
        use SectionKind::{PostoperativeDiagnosis, Preamble, ProcedureDescription, ProcedurePerformed, Staff};
        assert_eq!(
            kinds(&text),
            [PostoperativeDiagnosis, Preamble, ProcedurePerformed, ProcedureDescription, Staff, Preamble]
        );
        assert_eq!(kinds("Dx: Ulcer.\n\nPOST-OP DX  Ulcer\nTECHNIQUE. The patch was sewn.").len(), 3);
    }

    #[test]
    fn a_long_procedure_section_is_the_description() {
        let text =
            format!("PROCEDURE PERFORMED: Appendectomy.\nPROCEDURE: {}", "The patient was brought in. ".repeat(20));
        assert_eq!(sections(&text)[1].kind, SectionKind::ProcedureDescription);
    }
}
