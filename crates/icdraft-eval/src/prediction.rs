//! What is scored of a report.

use std::collections::HashMap;
use std::path::Path;

use icdraft_note::Unit;
use icdraft_suggest::Report;
use serde::{Deserialize, Deserializer, Serialize};

use crate::jsonl::{self, ReadError};
use crate::span::CharSpan;

/// The suggestions for one note, best first. Reads a line of `icdraft suggest`, or any object with these fields.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Prediction {
    /// Id of the note.
    pub id: String,
    /// Best first. Required: a line without them is another kind of file.
    pub suggestions: Vec<Suggested>,
    /// Words that were understood and not coded, with the reason.
    #[serde(default, deserialize_with = "null_is_none")]
    pub not_coded: Vec<Refusal>,
}

/// One suggested code. What a line leaves out or sets to `null` is none: no modifiers, no draft, no evidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Suggested {
    /// `ICD-10-CM`, `CPT` or `HCPCS`.
    pub system: String,
    /// The code, with or without its dot.
    pub code: String,
    /// Modifiers, in any order.
    #[serde(default, deserialize_with = "null_is_none")]
    pub modifiers: Vec<String>,
    /// How often the procedure was done.
    #[serde(default)]
    pub units: Option<u32>,
    /// Whether it belongs to the draft; others count for ranking only.
    #[serde(default, deserialize_with = "null_is_none")]
    pub draft: bool,
    /// 0 to 1. Lines without it have no calibration.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// Place on the claim within its system, from 1; the order of the drafts where a line does not say.
    #[serde(default)]
    pub sequence: Option<usize>,
    /// The words that support it.
    #[serde(default, deserialize_with = "null_is_none")]
    pub evidence: Vec<CharSpan>,
    /// Why, one step a line; for whoever reads the errors.
    #[serde(default, deserialize_with = "null_is_none")]
    pub reasons: Vec<Step>,
}

/// One step of the reasoning behind a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Step {
    /// Name of the rule.
    #[serde(default)]
    pub rule: String,
    /// What it says here.
    #[serde(default)]
    pub says: String,
}

/// Words that were understood and not coded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `ICD-10-CM`, `CPT` or `HCPCS`.
    pub system: String,
    /// The code it would have been.
    pub code: String,
    /// The words.
    #[serde(flatten)]
    pub span: CharSpan,
    /// `negated`, `uncertain`, `family` ...
    pub reason: String,
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

impl Prediction {
    /// Ranks what was refused after all suggestions, in the order of the note: for corpora that code what a note negates
    /// ([`icdraft_corpus::profile::NotCoded::Last`]). A code that is suggested already is not added.
    pub(crate) fn with_refused_last(&self) -> Self {
        let mut ranked = self.clone();
        for refused in &self.not_coded {
            if !ranked.suggestions.iter().any(|s| s.system == refused.system && s.code == refused.code) {
                ranked.suggestions.push(Suggested {
                    system: refused.system.clone(),
                    code: refused.code.clone(),
                    confidence: Some(0.0),
                    evidence: vec![refused.span],
                    ..Suggested::default()
                });
            }
        }
        ranked
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
            units: Some(s.units),
            draft: s.draft,
            confidence: Some(s.confidence),
            sequence: s.sequence,
            evidence: s.evidence.iter().map(|e| CharSpan::new(e.start, e.end)).collect(),
            reasons: s.reasons.iter().map(|r| Step { rule: r.rule.clone(), says: r.says.clone() }).collect(),
        });
        let not_coded = report.not_coded.iter().map(|n| Refusal {
            system: n.system.clone(),
            code: n.code.clone(),
            span: CharSpan::new(n.start, n.end),
            reason: n.reason.clone(),
        });
        Self { id: report.id.clone(), suggestions: suggestions.collect(), not_coded: not_coded.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_codes_follow_all_suggestions_once() {
        let line = r#"{"id": "a", "suggestions": [{"system": "ICD-10-CM", "code": "I10", "confidence": 0.1}], "not_coded": [
            {"system": "ICD-10-CM", "code": "J18.9", "start": 3, "end": 9, "reason": "negated"},
            {"system": "ICD-10-CM", "code": "I10", "start": 10, "end": 13, "reason": "family"},
            {"system": "ICD-10-CM", "code": "J18.9", "start": 20, "end": 29, "reason": "negated"}]}"#;
        let prediction: Prediction = serde_json::from_str(line).unwrap();
        let ranked = prediction.with_refused_last().suggestions;
        assert_eq!(ranked.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["I10", "J18.9"]);
        assert_eq!((ranked[1].draft, ranked[1].confidence, ranked[1].evidence[0].start), (false, Some(0.0), 3));
    }
}
