//! Ranges as annotations count them.

use serde::{Deserialize, Serialize, Serializer};

/// A half-open range of Unicode code points of a note's text (icdraft gold conventions). Reads `[3, 9]`, as gold writes
/// it, and `{"start": 3, "end": 9}`, as a report does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharSpan {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl CharSpan {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Whether it is not empty and lies in a text of `length` code points.
    pub fn is_within(self, length: usize) -> bool {
        self.start < self.end && self.end <= length
    }

    /// Number of code points; 0 where it runs backwards.
    pub fn length(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Number of code points shared with `other`.
    pub fn overlap(self, other: Self) -> usize {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }
}

/// Writes a span as gold does.
pub(crate) fn pair<S: Serializer>(span: &CharSpan, to: S) -> Result<S::Ok, S::Error> {
    [span.start, span.end].serialize(to)
}

/// Writes spans as gold does.
pub(crate) fn pairs<S: Serializer>(spans: &[CharSpan], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(spans.iter().map(|s| [s.start, s.end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_ways_of_writing() {
        for text in ["[3, 9]", r#"{"note": "a", "start": 3, "end": 9}"#] {
            assert_eq!(serde_json::from_str::<CharSpan>(text).unwrap(), CharSpan::new(3, 9), "{text}");
        }
    }

    #[test]
    fn touching_ends_share_nothing() {
        assert_eq!(CharSpan::new(0, 5).overlap(CharSpan::new(5, 9)), 0);
        assert_eq!(CharSpan::new(0, 5).overlap(CharSpan::new(3, 4)), 1);
        assert_eq!(CharSpan::new(9, 5).overlap(CharSpan::new(0, 20)), 0);
    }
}
