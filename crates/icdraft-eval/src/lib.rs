//! Scores drafted codes against gold annotations: per-note counts that add up, then figures with their intervals.
//!
//! What counts is set by the *icdraft gold conventions* (the header of `score.py`, an independent scorer):
//! a gold code is met by its own code or by one of its alternatives, exact codes before alternatives and sure codes
//! before arguable ones; a draft that meets an arguable code is neither right nor wrong; recall is over sure codes. Each
//! file under `metric` states one topic of them.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use icdraft_codeset::CodeSet;
//! use icdraft_eval::{GoldNote, Options, Prediction, evaluate};
//!
//! let gold: GoldNote = serde_json::from_str(r#"{
//!     "id": "a", "text": "Right inguinal hernia. Asthma.", "not_coded": [],
//!     "codes": [{"system": "ICD-10-CM", "code": "K40.90", "certainty": "sure", "evidence_spans": [[6, 21]]},
//!               {"system": "ICD-10-CM", "code": "J45.909", "certainty": "sure", "evidence_spans": [[23, 29]]}]}"#)?;
//! let line: Prediction = serde_json::from_str(r#"{"id": "a", "suggestions": [
//!     {"system": "ICD-10-CM", "code": "K40.90", "draft": true, "evidence": [{"start": 0, "end": 21}]}]}"#)?;
//! let predictions = HashMap::from([(line.id.clone(), line)]);
//!
//! let evaluation = evaluate(&[gold], &predictions, &CodeSet::embedded(), &Options::default());
//! assert_eq!(evaluation.figure("ICD-10-CM precision").unwrap().value, 1.0);
//! assert_eq!(evaluation.figure("ICD-10-CM recall").unwrap().value, 0.5);
//! # Ok::<(), serde_json::Error>(())
//! ```

use icdraft_corpus::{gold, jsonl, span};

mod compare;
mod curve;
mod error;
mod evaluation;
pub mod gate;
mod interval;
mod metric;
mod prediction;
mod review;
mod sheet;
mod single;
mod summary;

pub use compare::{Difference, compare};
pub use curve::{AutomationPoint, Curves, PrecisionRecall, PrecisionRecallPoint, Reliability, ReliabilityBin};
pub use error::{Kind, Mistake};
pub use evaluation::{CodeRow, Evaluation, Options, Row, SpecialtyRow, evaluate};
pub use icdraft_corpus::{Certainty, CharSpan, Distractor, GoldCode, GoldNote, ReadError};
pub use interval::Interval;
pub use metric::code::Tally;
pub use prediction::{Prediction, Refusal, Step, Suggested};
pub use review::{Found, Judged, Review, ReviewedGold, ReviewedSuggestion, review};
pub use single::{Answer, HeaderNote, evaluate_headers, evaluate_negation};
pub use summary::{Better, Figure, Group, HEADLINES};
