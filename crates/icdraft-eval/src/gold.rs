//! Gold annotations: what a coder would assign, with its evidence, and what a coder would not.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::jsonl::{self, ReadError};
use crate::span::{self, CharSpan};

/// One annotated note (icdraft gold conventions). Further fields are allowed and passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldNote {
    /// Name; a prediction is found by it.
    pub id: String,
    /// Part of the corpus that it belongs to.
    #[serde(default)]
    pub set: String,
    /// The text.
    pub text: String,
    /// SHA-256 of the text.
    #[serde(default)]
    pub sha256: String,
    /// What a coder would assign.
    pub codes: Vec<GoldCode>,
    /// What reads like a code and is none.
    #[serde(default)]
    pub not_coded: Vec<Distractor>,
}

/// One gold code (icdraft gold conventions).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldCode {
    /// `ICD-10-CM` or `CPT`.
    pub system: String,
    /// The code.
    pub code: String,
    /// CPT modifiers, in any order.
    #[serde(default)]
    pub modifiers: Vec<String>,
    /// Place within its system, 1 for the first-listed; last where it is not given.
    #[serde(default)]
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

/// How far a gold code binds (icdraft gold conventions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Another coder would assign it: a draft without it has missed it.
    Sure,
    /// Defensible: a draft with it is neither right nor wrong.
    Arguable,
}

/// Words that must not lead to a code (icdraft gold conventions, `not_coded`).
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
    /// A line that is no gold note, an id that occurs twice, a span outside its text: see [`ReadError`].
    pub fn read(path: &Path) -> Result<Vec<Self>, ReadError> {
        let mut ids = HashSet::new();
        let mut notes = Vec::new();
        for (line, note) in jsonl::read::<Self>(path, "a gold note {id, text, codes, not_coded}")? {
            if !ids.insert(note.id.clone()) {
                return Err(ReadError::Repeated { path: path.to_owned(), line, id: note.id });
            }
            let length = note.text.chars().count();
            if let Some(CharSpan { start, end }) = note.spans().find(|s| s.start >= s.end || s.end > length) {
                return Err(ReadError::Span { path: path.to_owned(), line, start, end, length });
            }
            notes.push(note);
        }
        Ok(notes)
    }

    fn spans(&self) -> impl Iterator<Item = CharSpan> {
        let evidence = self.codes.iter().flat_map(|c| &c.evidence_spans);
        evidence.chain(self.not_coded.iter().map(|d| &d.span)).copied()
    }
}

impl GoldCode {
    /// The code and its alternatives.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.code).chain(&self.alternatives).map(String::as_str)
    }
}
