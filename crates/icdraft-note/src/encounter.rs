//! What is coded together: an encounter, its patient and its notes; and the JSON lines that bring them in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// Where the patient was seen. Decides how uncertain diagnoses are coded for facility billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// Office, clinic, emergency department, day surgery.
    #[default]
    Outpatient,
    /// Admitted.
    Inpatient,
}

/// Who bills. A professional fee follows the outpatient rules even for an inpatient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Billing {
    /// The physician's claim.
    #[default]
    Professional,
    /// The hospital's claim.
    Facility,
}

/// Sex as the codes ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sex {
    /// Female.
    F,
    /// Male.
    M,
}

/// What is known of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Patient {
    /// Age in years; a fraction below one year.
    pub age: Option<f64>,
    /// Sex.
    pub sex: Option<Sex>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Note {
    /// Name that evidence refers to.
    pub id: String,
    /// "operative", "clinic" ... as the caller calls it.
    pub kind: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The text, decoded once and never rewritten.
    pub text: String,
}

/// Notes that are coded together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Encounter {
    /// Name of the report.
    pub id: String,
    /// Picks the release.
    pub date_of_service: Option<Date>,
    /// Outpatient unless said otherwise.
    pub setting: Setting,
    /// Professional unless said otherwise.
    pub billing: Billing,
    /// The patient.
    pub patient: Patient,
    /// Payer, echoed.
    pub payer: Option<String>,
    /// At least one note; empty ones are allowed.
    pub notes: Vec<Note>,
    /// What was odd about the input, for the report.
    pub warnings: Vec<String>,
}

impl Encounter {
    /// An encounter of one note.
    pub fn of_note(id: impl Into<String>, text: impl Into<String>) -> Self {
        let id = id.into();
        Self { notes: vec![Note { id: id.clone(), text: text.into(), ..Note::default() }], id, ..Self::default() }
    }

    /// Whether probable diagnoses are coded as if established: inpatient facility billing only (guideline II.H against
    /// IV.H).
    pub fn codes_uncertain(&self) -> bool {
        self.setting == Setting::Inpatient && self.billing == Billing::Facility
    }
}

/// One line of input. Fields beside these are told in a warning, so that a misspelt one is not silently dropped.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct InputLine {
    /// Name of the note.
    pub id: String,
    /// The note.
    pub text: String,
    /// Lines with the same encounter are coded together.
    pub encounter: Option<String>,
    /// Kind of note.
    pub kind: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_service: Option<Date>,
    /// `outpatient` or `inpatient`.
    pub setting: Option<Setting>,
    /// `professional` or `facility`.
    pub billing: Option<Billing>,
    /// Age in years.
    pub age: Option<f64>,
    /// `F` or `M`.
    pub sex: Option<Sex>,
    /// Payer.
    pub payer: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// What was odd about the line; not read from it.
    #[serde(skip)]
    pub warnings: Vec<String>,
    /// Fields that icdraft does not read.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, IgnoredAny>,
}

/// A line that is not usable input.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum InputError {
    /// An id that is empty.
    #[error("`id` is empty; give each note a name")]
    NoId,
    /// An age that is no human age.
    #[error("`age` is {0}; expected years between 0 and 130")]
    Age(f64),
}

impl InputLine {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// See [`InputError`].
    pub fn validate(&self) -> Result<(), InputError> {
        if self.id.trim().is_empty() {
            return Err(InputError::NoId);
        }
        match self.age {
            Some(age) if !(0.0..=130.0).contains(&age) => Err(InputError::Age(age)),
            _ => Ok(()),
        }
    }
}

/// Joins lines to encounters, in the order of their first lines. Where lines of one encounter contradict each other,
/// the first to speak is kept and a warning says so.
pub fn group(lines: impl IntoIterator<Item = InputLine>) -> Vec<Encounter> {
    let mut encounters: Vec<Encounter> = Vec::new();
    let mut by_id: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    let mut settled: Vec<InputLine> = Vec::new();
    for mut line in lines {
        let note = Note {
            id: line.id.clone(),
            kind: line.kind.take(),
            author: line.author.take(),
            text: std::mem::take(&mut line.text),
        };
        let unread: Vec<String> = std::mem::take(&mut line.unknown).into_keys().collect();
        let mut warnings = std::mem::take(&mut line.warnings);
        if !unread.is_empty() {
            warnings.push(format!("note {}: fields that icdraft does not read: {}", note.id, unread.join(", ")));
        }
        let known = line.encounter.as_ref().and_then(|id| by_id.get(id).copied());
        if let Some(at) = known {
            let encounter = &mut encounters[at];
            encounter.warnings.extend(warnings);
            settled[at].merge(line, &mut encounter.warnings);
            encounter.notes.push(note);
        } else {
            let id = line.encounter.clone().unwrap_or_else(|| line.id.clone());
            if line.encounter.is_some() {
                by_id.insert(id.clone(), encounters.len());
            }
            encounters.push(Encounter { id, notes: vec![note], warnings, ..Encounter::default() });
            settled.push(line);
        }
    }
    for (encounter, line) in encounters.iter_mut().zip(settled) {
        encounter.date_of_service = line.date_of_service;
        encounter.setting = line.setting.unwrap_or_default();
        encounter.billing = line.billing.unwrap_or_default();
        encounter.patient = Patient { age: line.age, sex: line.sex };
        encounter.payer = line.payer;
    }
    encounters
}

impl InputLine {
    fn merge(&mut self, other: InputLine, warnings: &mut Vec<String>) {
        fn keep<T: PartialEq>(
            mine: &mut Option<T>,
            theirs: Option<T>,
            field: &str,
            note: &str,
            warnings: &mut Vec<String>,
        ) {
            match (&mine, theirs) {
                (None, theirs) => *mine = theirs,
                (Some(a), Some(b)) if *a != b => {
                    warnings.push(format!("note {note}: {field} differs from that of an earlier note of the encounter; the earlier one is kept"));
                }
                _ => {}
            }
        }
        let note = other.id;
        keep(&mut self.date_of_service, other.date_of_service, "date_of_service", &note, warnings);
        keep(&mut self.setting, other.setting, "setting", &note, warnings);
        keep(&mut self.billing, other.billing, "billing", &note, warnings);
        keep(&mut self.age, other.age, "age", &note, warnings);
        keep(&mut self.sex, other.sex, "sex", &note, warnings);
        keep(&mut self.payer, other.payer, "payer", &note, warnings);
    }
}

/// Decodes bytes as UTF-8 once. Invalid bytes become U+FFFD; their number is the second value.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, usize) {
    let replaced = bytes.utf8_chunks().filter(|c| !c.invalid().is_empty()).count();
    (String::from_utf8_lossy(bytes), replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, encounter: Option<&str>, age: Option<f64>) -> InputLine {
        InputLine { id: id.into(), encounter: encounter.map(Into::into), age, ..InputLine::default() }
    }

    #[test]
    fn lines_of_one_encounter_come_together_in_order() {
        let encounters = group([line("a", Some("e"), None), line("b", None, None), line("c", Some("e"), Some(40.0))]);
        let ids: Vec<_> = encounters.iter().map(|e| (e.id.as_str(), e.notes.len())).collect();
        assert_eq!(ids, [("e", 2), ("b", 1)]);
        assert_eq!(encounters[0].patient.age, Some(40.0));
    }

    #[test]
    fn contradictions_are_told() {
        let encounters = group([line("a", Some("e"), Some(39.0)), line("b", Some("e"), Some(40.0))]);
        assert_eq!(encounters[0].patient.age, Some(39.0));
        assert!(encounters[0].warnings[0].contains("note b: age"));
    }

    #[test]
    fn odd_values_are_refused() {
        assert_eq!(line("", None, None).validate(), Err(InputError::NoId));
        assert_eq!(line("a", None, Some(-1.0)).validate(), Err(InputError::Age(-1.0)));
    }

    #[test]
    fn invalid_bytes_are_counted() {
        assert_eq!(decode(b"a\xffb\xfe\xfe"), ("a\u{fffd}b\u{fffd}\u{fffd}".into(), 3));
        assert_eq!(decode(b"plain").1, 0);
    }
}
