//! Sections: headers by lexicon and by form, and the leaf ranges that tile a note.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

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
    MentalStatus, Results, Imaging, Ecg, Pathology, Comparison, Impression, Assessment, AssessmentPlan, Plan,
    Recommendations, HospitalCourse, EmergencyCourse, Instructions, FollowUp, Diet, Prognosis, Summary, Attestation,
    CodeStatus, Time,
    /// "Cardiovascular:" inside a review of systems or an examination.
    BodySystem,
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

struct Lexicon {
    exact: FxHashMap<String, SectionKind>,
    /// All word beginnings of a row must occur in the header; the first such row decides.
    words: Vec<(SectionKind, Vec<String>)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let read = |bytes: &'static [u8]| -> Vec<(SectionKind, String)> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(bytes);
        reader.deserialize().collect::<Result<_, _>>().expect("section lexicons are checked by the tests")
    };
    let mut exact = FxHashMap::default();
    for (kind, headers) in read(include_bytes!("../data/sections.tsv")) {
        for header in headers.split('|') {
            exact.insert(header.to_owned(), kind);
        }
    }
    let words = read(include_bytes!("../data/section_words.tsv"))
        .into_iter()
        .map(|(kind, words)| (kind, words.split(' ').map(str::to_owned).collect()))
        .collect();
    Lexicon { exact, words }
});

/// Lower case, white space squeezed, numbering and closing punctuation dropped.
fn normal(header: &str) -> String {
    let lower = header.to_lowercase();
    let bare = lower.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '.' | '*' | '#' | '_' | '='));
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn by_words(normal: &str) -> SectionKind {
    let words: Vec<&str> = normal.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    LEXICON
        .words
        .iter()
        .find(|(_, row)| row.iter().all(|begin| words.iter().any(|w| w.starts_with(begin.as_str()))))
        .map_or(SectionKind::Other, |(kind, _)| *kind)
}

/// A header found on a line: its span and kind, and where the body begins.
struct Header {
    span: Span,
    kind: SectionKind,
    body: usize,
}

const LONGEST_HEADER: usize = 80;

/// Reads the header that `line` (a span without its line break) begins with.
fn header(text: &str, line: Span) -> Option<Header> {
    let mut inside = line.trim(text);
    // A byte order mark before the first header is no part of it.
    inside.start += if text[inside].starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let words = &text[inside];
    if words.is_empty() || !words.starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    // A header ends at a colon, or at a spaced or double dash; or it is the whole line.
    let head_end = words.char_indices().take(LONGEST_HEADER).find(|&(at, c)| {
        c == ':' || (c == '-' && at > 0 && words[..at].ends_with(' ') && words[at + 1..].starts_with(' '))
    });
    if let Some((at, mark)) = head_end {
        let head = words[..at].trim_end();
        let span = Span::new(inside.start, inside.start + head.len());
        let body = inside.start + at + 1;
        let name = normal(head);
        let known = LEXICON.exact.get(&name).copied();
        // One- and two-letter names ("S", "PE", "a") are headers only in capitals.
        let known = known.filter(|_| name.len() > 3 || is_capitals(head));
        if let Some(kind) = known.filter(|k| mark == ':' || (*k != SectionKind::BodySystem && is_capitals(head))) {
            return Some(Header { span, kind, body });
        }
        if mark == ':' && is_capitals(head) && head.len() > 1 && head.split_whitespace().count() <= 10 {
            return Some(Header { span, kind: by_words(&name), body });
        }
        if mark == ':' {
            return None;
        }
    }
    if words.len() <= 60 && !words.ends_with(['.', ',', ';', '?']) {
        let name = normal(words);
        let header = |kind| Some(Header { span: inside, kind, body: line.end });
        // On a line of its own a known name is a header when it is written like one.
        let titled = words.starts_with(|c: char| c.is_uppercase());
        if let Some(kind) =
            LEXICON.exact.get(&name).copied().filter(|_| titled && (name.len() > 3 || is_capitals(words)))
        {
            return header(kind);
        }
        let letters = words.chars().filter(|c| c.is_alphabetic()).count();
        let plain = words.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || "/&,()'-".contains(c));
        // In capitals on a line of its own, after a blank line, any few words are a header.
        let set_apart = text[..line.start].trim_end_matches([' ', '\t', '\r']).ends_with("\n\n")
            || line.start == 0
            || text[..line.start].ends_with("\n\r\n");
        if is_capitals(words)
            && plain
            && letters >= 3
            && words.split_whitespace().count() <= 6
            && (set_apart || by_words(&name) != SectionKind::Other)
        {
            return header(by_words(&name));
        }
    }
    None
}

fn is_capitals(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_lowercase())
}

/// Divides a note into sections whose ranges tile it.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let mut found: Vec<Header> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end_matches(['\n', '\r']).len();
        if let Some(header) = header(text, Span::new(at, end)) {
            found.push(header);
        }
        at += line.len();
    }
    let mut sections: Vec<Section> = Vec::with_capacity(found.len() + 1);
    let mut start = 0;
    let first = found.first().map_or(text.len(), |h| h.span.start);
    if found.is_empty() || !text[..first].trim_start_matches('\u{feff}').trim().is_empty() {
        sections.push(Section {
            id: 0,
            kind: SectionKind::Preamble,
            header: None,
            range: Span::new(0, first),
            body: Span::new(0, first),
            parent: None,
        });
        start = first;
    }
    let ends = found.iter().skip(1).map(|h| h.span.start).chain([text.len()]).collect::<Vec<_>>();
    for (header, end) in found.iter().zip(ends) {
        let body = Span::new(header.body.min(end), end);
        let lead = text[body].len() - text[body].trim_start_matches([' ', '\t', ':']).len();
        let body = Span::new(body.start + lead, end);
        sections.push(Section {
            id: sections.len(),
            kind: header.kind,
            header: Some(header.span),
            range: Span::new(start, end),
            body,
            parent: None,
        });
        start = end;
    }
    relate(text, &mut sections);
    sections
}

/// Longer bodies of a section headed just PROCEDURE or OPERATION are its description, not its title.
const LONGEST_TITLE: usize = 500;

/// Settles what only the neighbours decide: parents of body systems, and PROCEDURE as title or as description.
fn relate(text: &str, sections: &mut [Section]) {
    let mut host: Option<usize> = None;
    let mut titled = false;
    for i in 0..sections.len() {
        let kind = sections[i].kind;
        match kind {
            SectionKind::BodySystem => sections[i].parent = host,
            SectionKind::Ros | SectionKind::PhysicalExam | SectionKind::MentalStatus => host = Some(i),
            // Vital signs stand inside an examination as often as before it.
            SectionKind::VitalSigns => {}
            _ => host = None,
        }
        if kind == SectionKind::ProcedurePerformed {
            let body = text[sections[i].body].trim();
            let listed = body.starts_with(|c: char| c.is_ascii_digit()) && body.len() < 2 * LONGEST_TITLE;
            let described = body.len() > LONGEST_TITLE && !listed || titled && body.len() > 200 && !listed;
            if described {
                sections[i].kind = SectionKind::ProcedureDescription;
            } else {
                titled = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Vec<(&str, &str)> {
        sections(text).iter().map(|s| (s.kind.name(), text[s.body].trim())).collect()
    }

    #[test]
    fn lexicons_name_each_header_once() {
        let mut seen = std::collections::BTreeSet::new();
        for line in include_str!("../data/sections.tsv").lines().skip(1) {
            let (kind, headers) = line.split_once('\t').unwrap();
            assert!(SectionKind::named(kind).is_some(), "{kind}");
            for header in headers.split('|') {
                assert_eq!(header, normal(header), "written in normal form");
                assert!(seen.insert(header), "{header} twice");
            }
        }
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
    fn a_long_procedure_section_is_the_description() {
        let text =
            format!("PROCEDURE PERFORMED: Appendectomy.\nPROCEDURE: {}", "The patient was brought in. ".repeat(20));
        assert_eq!(sections(&text)[1].kind, SectionKind::ProcedureDescription);
    }
}
