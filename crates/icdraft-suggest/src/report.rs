//! The report: the JSON contract (docs/json.md) as types. Extend, never break.

use std::borrow::Cow;

use icdraft_note::{Encounter, Offsets, Span, Unit};
use serde::{Deserialize, Serialize};

/// Version of the contract.
pub const SCHEMA: &str = "1.0";

/// What is put before a coder for one encounter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Contract version.
    pub schema: String,
    /// Id of the encounter (of the note, where it has only one).
    pub id: String,
    /// SHA-256 of the notes' texts, one after the other.
    pub text_sha256: String,
    /// Name and version of the engine.
    pub engine: String,
    /// The classifier's model; `null` where rules alone coded.
    pub model: Option<Model>,
    /// Release of each code system in use.
    pub releases: std::collections::BTreeMap<String, String>,
    /// What `start` and `end` count.
    pub offsets: Unit,
    /// The input's own fields.
    pub encounter: Echo,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Best first.
    pub suggestions: Vec<Suggestion>,
    /// Mentions that are not coded, with what decided.
    pub not_coded: Vec<NotCoded>,
    /// What to ask the provider.
    pub queries: Vec<Query>,
    /// Coding edits.
    pub edits: Vec<Edit>,
}

/// The classifier's model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Name.
    pub name: String,
    /// Checksum of its weights.
    pub sha256: String,
}

/// The encounter as it was given, for the reader of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    /// Date of service.
    pub date_of_service: Option<jiff::civil::Date>,
    /// Setting, given or by default.
    pub setting: icdraft_note::Setting,
    /// Billing, given or by default.
    pub billing: icdraft_note::Billing,
    /// Age in years, as given.
    pub age: Option<f64>,
    /// Sex, as given.
    pub sex: Option<icdraft_note::Sex>,
    /// Payer.
    pub payer: Option<String>,
    /// The notes, in order.
    pub notes: Vec<EchoNote>,
}

/// A note as it was given, without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EchoNote {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// SHA-256 of its text.
    pub text_sha256: String,
}

/// One code with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Name that pointers refer to.
    pub sid: String,
    /// Place by confidence, from 1.
    pub rank: usize,
    /// Place on a claim, within its system; drafts only.
    pub sequence: Option<usize>,
    /// `ICD-10-CM`, `CPT`, `HCPCS`.
    pub system: String,
    /// The code.
    pub code: String,
    /// Official title; for CPT the project's own description, or the user's licensed one.
    pub title: String,
    /// CPT and HCPCS modifiers.
    pub modifiers: Vec<String>,
    /// Units.
    pub units: u32,
    /// 0 to 1, four places.
    pub confidence: f64,
    /// Whether it belongs to the draft.
    pub draft: bool,
    /// For procedures: the diagnoses that justify them.
    pub pointers: Vec<String>,
    /// Why this code.
    pub reasons: Vec<Reason>,
    /// The words.
    pub evidence: Vec<Evidence>,
}

/// One step of the reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the rule.
    pub rule: String,
    /// What it says here.
    pub says: String,
}

impl Reason {
    pub(crate) fn new(rule: &str, says: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), says: says.into() }
    }
}

/// Words of a note that support a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Note.
    pub note: String,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub text: String,
    /// Kind of section.
    pub section: String,
    /// `condition`, `site`, `side`, `detail`, `procedure`.
    pub role: String,
}

/// A mention that is not coded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotCoded {
    /// System.
    pub system: String,
    /// The code it would have been.
    pub code: String,
    /// Note.
    pub note: String,
    /// The words.
    pub text: String,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// `negated`, `uncertain`, `historical`, `resolved`, `family`, `hypothetical`, `planned`, `bundled` ...
    pub reason: String,
    /// The words that decided; `null` where the section or another code did.
    pub cue: Option<CueText>,
}

/// A cue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueText {
    /// The words.
    pub text: String,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A question to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The code that had to be left unspecified.
    pub code: String,
    /// The question.
    pub asks: String,
    /// Note.
    pub note: String,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A coding edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Name.
    pub edit: String,
    /// `error`, `warning`, `info`.
    pub severity: String,
    /// The codes it is about.
    pub codes: Vec<String>,
    /// What it says.
    pub says: String,
}

/// The encounter with ids that tell its notes apart: a repeated id is numbered with the first number that is free.
pub(crate) fn named(encounter: &Encounter) -> Cow<'_, Encounter> {
    let taken: std::collections::BTreeSet<&str> = encounter.notes.iter().map(|n| n.id.as_str()).collect();
    if taken.len() == encounter.notes.len() {
        return Cow::Borrowed(encounter);
    }
    let mut named = encounter.clone();
    let mut given: Vec<String> = Vec::new();
    for (at, note) in named.notes.iter_mut().enumerate() {
        if encounter.notes[..at].iter().any(|n| n.id == note.id) {
            let free = (2..)
                .map(|n| format!("{}#{n}", note.id))
                .find(|id| !taken.contains(id.as_str()) && !given.contains(id));
            note.id = free.unwrap_or_default();
            given.push(note.id.clone());
        }
    }
    Cow::Owned(named)
}

impl Report {
    /// Turns the byte offsets of a fresh report into `unit`.
    pub fn in_unit(mut self, encounter: &Encounter, unit: Unit) -> Self {
        debug_assert_eq!(self.offsets, Unit::Bytes, "offsets are converted once");
        self.offsets = unit;
        let encounter = named(encounter);
        let offsets: Vec<(&str, &str, Offsets)> =
            encounter.notes.iter().map(|n| (n.id.as_str(), n.text.as_str(), Offsets::new(&n.text, unit))).collect();
        let convert = |note: &str, start: &mut usize, end: &mut usize| {
            if let Some((_, text, offsets)) = offsets.iter().find(|o| o.0 == note) {
                (*start, *end) = offsets.span(text, Span::new(*start, *end));
            }
        };
        for evidence in self.suggestions.iter_mut().flat_map(|s| &mut s.evidence) {
            convert(&evidence.note, &mut evidence.start, &mut evidence.end);
        }
        for row in &mut self.not_coded {
            convert(&row.note, &mut row.start, &mut row.end);
            if let Some(cue) = &mut row.cue {
                convert(&row.note, &mut cue.start, &mut cue.end);
            }
        }
        for query in &mut self.queries {
            convert(&query.note, &mut query.start, &mut query.end);
        }
        self
    }
}
