//! Spans with a judgement: gold for assertion alone. The lines go into `icdraft assert` as they are.

use serde::{Deserialize, Serialize};

/// One judged span a line: what `icdraft assert` reads (`id`, `text`, `start`, `end`), and what it should answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedSpan {
    /// Name of the line.
    pub id: String,
    /// Spans of one cluster (a report) are no independent draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The sentence or note.
    pub text: String,
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Gold.
    pub polarity: Polarity,
}

/// Whether the finding is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Present.
    Affirmed,
    /// Absent, or ruled out.
    Negated,
}
