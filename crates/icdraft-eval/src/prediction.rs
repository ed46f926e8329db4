//! What is scored of a report.

use std::collections::HashMap;
use std::path::Path;

use icdraft_note::Unit;
use icdraft_suggest::Report;
use serde::{Deserialize, Deserializer, Serialize};

use crate::jsonl::{self, ReadError};
use crate::span::CharSpan;

/// The suggestions for one note, best first. Reads a line of `icdraft suggest`, or any object with these fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prediction {
    /// Id of the note.
    pub id: String,
    /// Best first. Required: a line without them is another kind of file.
    pub suggestions: Vec<Suggested>,
}

/// One suggested code. What a line leaves out or sets to `null` is none: no modifiers, no draft, no evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suggested {
    /// `ICD-10-CM`, `CPT` or `HCPCS`.
    pub system: String,
    /// The code, with or without its dot.
    pub code: String,
    /// Modifiers, in any order.
    #[serde(default, deserialize_with = "null_is_none")]
    pub modifiers: Vec<String>,
    /// Whether it belongs to the draft; others count for ranking only.
    #[serde(default, deserialize_with = "null_is_none")]
    pub draft: bool,
    /// The words that support it.
    #[serde(default, deserialize_with = "null_is_none")]
    pub evidence: Vec<CharSpan>,
}

fn null_is_none<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

impl Prediction {
    /// Reads one prediction a line, by id.
    ///
    /// # Errors
    /// A line that is no prediction, an id that occurs twice, offsets that are not code points: see [`ReadError`].
    pub fn read(path: &Path) -> Result<HashMap<String, Self>, ReadError> {
        /// A line, with what its offsets count.
        #[derive(Deserialize)]
        struct Line {
            #[serde(default)]
            offsets: Unit,
            #[serde(flatten)]
            prediction: Prediction,
        }

        let mut predictions = HashMap::new();
        for (line, Line { offsets: unit, prediction }) in jsonl::read(path, "a report {id, suggestions}")? {
            if unit != Unit::Chars {
                return Err(ReadError::Offsets { path: path.to_owned(), line, unit });
            }
            let id = prediction.id.clone();
            if predictions.insert(id.clone(), prediction).is_some() {
                return Err(ReadError::Repeated { path: path.to_owned(), line, id });
            }
        }
        Ok(predictions)
    }
}

/// Of an encounter of one note, with offsets in code points, as gold has them.
impl From<&Report> for Prediction {
    fn from(report: &Report) -> Self {
        debug_assert_eq!(report.offsets, Unit::Chars, "gold spans count code points");
        let suggestions = report.suggestions.iter().map(|s| Suggested {
            system: s.system.clone(),
            code: s.code.clone(),
            modifiers: s.modifiers.clone(),
            draft: s.draft,
            evidence: s.evidence.iter().map(|e| CharSpan::new(e.start, e.end)).collect(),
        });
        Self { id: report.id.clone(), suggestions: suggestions.collect() }
    }
}
