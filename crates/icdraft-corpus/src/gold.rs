//! Gold annotations: what a coder would assign, with its evidence, and what a coder would not.

use std::collections::HashSet;
use std::path::Path;

use icdraft_note::{Billing, Encounter, Patient, Setting, Sex};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::jsonl::{self, ReadError};
use crate::span::{self, CharSpan};
use crate::text::sha256;

/// Version of the format that is written. Lines of the same major version, and lines without one, are read.
pub const SCHEMA: &str = "1.0";

/// One annotated note (docs/corpus.md). Further fields are allowed and passed over.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GoldNote {
    /// Version of the format, [`SCHEMA`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Name; a prediction is found by it.
    pub id: String,
    /// Part of the corpus that it belongs to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub set: String,
    /// `train`, `dev`, `test`: notes of different splits must not repeat each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// "operative", "clinic" ... as the corpus calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Specialty of the writer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialty: Option<String>,
    /// Notes of one cluster (an admission, a patient, a template) are no independent draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Picks the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_service: Option<Date>,
    /// Outpatient where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<Setting>,
    /// Professional where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Billing>,
    /// Age in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<f64>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// The text; left out of stand-off annotations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// SHA-256 of the text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// What a coder would assign.
    pub codes: Vec<GoldCode>,
    /// What reads like a code and is none.
    #[serde(default)]
    pub not_coded: Vec<Distractor>,
}

/// One gold code (docs/corpus.md).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GoldCode {
    /// `ICD-10-CM`, `CPT` or another.
    pub system: String,
    /// The code.
    pub code: String,
    /// Its official title, for readers; never one of CPT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// CPT modifiers, in any order.
    #[serde(default)]
    pub modifiers: Vec<String>,
    /// How often the procedure was done, where the annotators say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// Diagnoses of this note that justify the procedure, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<String>,
    /// Place within its system, 1 for the first-listed; last where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Whether another coder would assign it too.
    pub certainty: Certainty,
    /// Codes accepted in its place.
    #[serde(default)]
    pub alternatives: Vec<String>,
    /// All occurrences of the shortest wording that supports it.
    #[serde(serialize_with = "span::pairs")]
    pub evidence_spans: Vec<CharSpan>,
}

/// How far a gold code binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Another coder would assign it: a draft without it has missed it.
    #[default]
    Sure,
    /// Defensible: a draft with it is neither right nor wrong.
    Arguable,
}

/// Words that must not lead to a code (`not_coded`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distractor {
    /// The words.
    #[serde(serialize_with = "span::pair")]
    pub span: CharSpan,
    /// `negated`, `uncertain`, `family`, `historical`, `hypothetical`, `planned`, `not_relevant` ...
    pub reason: String,
    /// The code they would lead to.
    pub wrong_code: String,
}

impl GoldNote {
    /// Reads one note a line.
    ///
    /// # Errors
    /// A line that is no gold note, a version of the format that is not known, an id that occurs twice, annotations without
    /// text, a span outside its text: see [`ReadError`].
    pub fn read(path: &Path) -> Result<Vec<Self>, ReadError> {
        let mut ids = HashSet::new();
        let mut notes = Vec::new();
        for (line, note) in Self::read_lines(path)? {
            if !ids.insert(note.id.clone()) {
                return Err(ReadError::Repeated { path: path.to_owned(), line, id: note.id });
            }
            if note.is_standoff() {
                return Err(ReadError::NoText { path: path.to_owned(), line, id: note.id });
            }
            let length = note.text.chars().count();
            if let Some(CharSpan { start, end }) = note.spans().find(|s| !s.is_within(length)) {
                return Err(ReadError::Span { path: path.to_owned(), line, start, end, length });
            }
            notes.push(note);
        }
        Ok(notes)
    }

    /// Reads one note a line with its line number, with or without text, and leaves what a line says unchecked.
    ///
    /// # Errors
    /// A line that is no gold note, a version of the format that is not known.
    pub fn read_lines(path: &Path) -> Result<Vec<(usize, Self)>, ReadError> {
        let lines = jsonl::lines::<Self>(path, "a gold note {id, text, codes, not_coded}")?;
        lines.map(|(line, note)| Ok((line, note?.of_known_version(path, line)?))).collect()
    }

    /// The note, if its line is of a version that is read here.
    pub(crate) fn of_known_version(self, path: &Path, line: usize) -> Result<Self, ReadError> {
        let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
        match &self.schema {
            Some(version) if major(version) != major(SCHEMA) => {
                Err(ReadError::Version { path: path.to_owned(), line, version: version.clone(), known: SCHEMA })
            }
            _ => Ok(self),
        }
    }

    /// Whether its text is kept elsewhere (see [`crate::standoff`]).
    pub fn is_standoff(&self) -> bool {
        // A note may be empty.
        let of_nothing = || self.sha256.is_empty() || self.sha256.eq_ignore_ascii_case(&sha256(""));
        self.text.is_empty() && (self.spans().next().is_some() || !of_nothing())
    }

    /// Every span: evidence, then distractors.
    pub fn spans(&self) -> impl Iterator<Item = CharSpan> {
        let evidence = self.codes.iter().flat_map(|c| &c.evidence_spans);
        evidence.chain(self.not_coded.iter().map(|d| &d.span)).copied()
    }

    /// What its notes must not be shared with: `split`, or `set` where a corpus has no splits.
    pub fn split_or_set(&self) -> &str {
        self.split.as_deref().unwrap_or(&self.set)
    }

    /// The encounter to code: this note with its facts.
    pub fn encounter(&self) -> Encounter {
        let mut encounter = Encounter::of_note(self.id.clone(), self.text.clone());
        encounter.date_of_service = self.date_of_service;
        encounter.setting = self.setting.unwrap_or_default();
        encounter.billing = self.billing.unwrap_or_default();
        encounter.patient = Patient { age: self.age, sex: self.sex };
        for note in &mut encounter.notes {
            note.kind.clone_from(&self.kind);
        }
        encounter
    }
}

impl GoldCode {
    /// The code and its alternatives.
    pub fn accepted(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.code).chain(&self.alternatives).map(String::as_str)
    }
}
