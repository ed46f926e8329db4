//! The whole way from an encounter to its report, and the report in every unit and as JSON.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use icdraft_codeset::CodeSet;
use icdraft_note::{Billing, Encounter, Note, Patient, Setting, Sex, Unit, decode};
use icdraft_suggest::{Coder, Config, Report};

static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::new(&Config::default()).expect("the embedded release loads"));
static CODES: LazyLock<CodeSet> = LazyLock::new(CodeSet::embedded);

/// The input is an encounter: a line of circumstances, then notes with a form feed between them, each with its id as
/// first line.
pub fn check(data: &[u8]) {
    let (input, replaced) = decode(data);
    let mut encounter = encounter(&input);
    if replaced > 0 {
        encounter.warnings.push(format!("{replaced} invalid bytes were replaced"));
    }
    let report = CODER.code(&encounter);
    assert!(encounter.warnings.iter().all(|w| report.warnings.contains(w)), "a warning is lost");
    draft(&report);
    for unit in [Unit::Bytes, Unit::Chars, Unit::Utf16] {
        let report = report.clone().in_unit(&encounter, unit);
        assert_eq!(report.offsets, unit);
        places(&encounter, &report);
        let json = serde_json::to_string(&report).expect("a report is written as JSON");
        let back: Report = serde_json::from_str(&json).expect("a report is read back");
        assert_eq!(json, serde_json::to_string(&back).expect("a report is written as JSON"));
    }
}

/// Circumstances are words in any order, `inpatient facility 42 F 2026-04-20`; others say nothing.
fn encounter(input: &str) -> Encounter {
    let (circumstances, notes) = input.split_once('\n').unwrap_or(("", input));
    let mut encounter = Encounter { id: "e".into(), ..Encounter::default() };
    for word in circumstances.split_whitespace() {
        match word {
            "inpatient" => encounter.setting = Setting::Inpatient,
            "facility" => encounter.billing = Billing::Facility,
            "F" => encounter.patient.sex = Some(Sex::F),
            "M" => encounter.patient.sex = Some(Sex::M),
            _ => {
                encounter.date_of_service = word.parse().ok().or(encounter.date_of_service);
                // The ages that a line of input may have.
                let age = word.parse().ok().filter(|age| (0.0..=130.0).contains(age));
                encounter.patient = Patient { age: age.or(encounter.patient.age), ..encounter.patient };
            }
        }
    }
    encounter.notes = notes
        .split('\u{c}')
        .map(|note| {
            let (id, text) = note.split_once('\n').unwrap_or(("", note));
            Note { id: id.into(), text: text.into(), ..Note::default() }
        })
        .collect();
    encounter
}

/// What a draft promises whatever its unit.
fn draft(report: &Report) {
    let mut last = 1.0;
    for (n, s) in report.suggestions.iter().enumerate() {
        assert_eq!(s.rank, n + 1, "ranks are places");
        assert!((0.0..=last).contains(&s.confidence), "{} after {last}", s.confidence);
        last = s.confidence;
        assert!(!s.evidence.is_empty(), "{} without evidence", s.code);
        assert_eq!(s.sequence.is_some(), s.draft, "{}: a place on the claim for drafts and only for drafts", s.code);
        if s.system == "ICD-10-CM" {
            let billable = s.code.parse().is_ok_and(|code| CODES.is_billable(code));
            assert!(billable, "{} is suggested and not billable", s.code);
        }
        for to in &s.pointers {
            assert!(report.suggestions.iter().any(|t| t.sid == *to && t.draft), "{} points to {to}", s.code);
        }
    }
}

/// The words of a note, in the units of the report.
enum Units<'a> {
    Bytes(&'a str),
    Chars(Vec<char>),
    Utf16(Vec<u16>),
}

impl<'a> Units<'a> {
    fn of(text: &'a str, unit: Unit) -> Self {
        match unit {
            Unit::Bytes => Units::Bytes(text),
            Unit::Chars => Units::Chars(text.chars().collect()),
            Unit::Utf16 => Units::Utf16(text.encode_utf16().collect()),
        }
    }

    fn cut(&self, start: usize, end: usize) -> Option<String> {
        match self {
            Units::Bytes(text) => text.get(start..end).map(str::to_owned),
            Units::Chars(chars) => chars.get(start..end).map(|c| c.iter().collect()),
            Units::Utf16(units) => units.get(start..end).and_then(|u| String::from_utf16(u).ok()),
        }
    }
}

/// Each place in the report is a stretch of the note that it names, and holds the words that it quotes.
fn places(encounter: &Encounter, report: &Report) {
    let mut notes = BTreeMap::new();
    for (echo, note) in report.encounter.notes.iter().zip(&encounter.notes) {
        let earlier = notes.insert(echo.id.as_str(), Units::of(&note.text, report.offsets));
        assert!(earlier.is_none(), "two notes of a report have the same id");
    }
    let cut = |note: &str, start, end| {
        let cut = notes.get(note).expect("a note of the report").cut(start, end);
        cut.unwrap_or_else(|| panic!("{start}..{end} is no stretch of the note in {:?}", report.offsets))
    };
    for e in report.suggestions.iter().flat_map(|s| &s.evidence) {
        assert!(!e.text.is_empty(), "evidence without words");
        assert_eq!(cut(&e.note, e.start, e.end), e.text, "evidence quotes other words");
    }
    for row in &report.not_coded {
        assert_eq!(cut(&row.note, row.start, row.end), row.text, "a refusal quotes other words");
        if let Some(cue) = &row.cue {
            assert_eq!(cut(&row.note, cue.start, cue.end), cue.text, "a cue quotes other words");
        }
    }
    for query in &report.queries {
        assert!(!cut(&query.note, query.start, query.end).is_empty(), "a query about no words");
    }
}
