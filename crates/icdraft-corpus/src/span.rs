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

/// A text that is cut by code points.
#[derive(Debug)]
pub struct CharText<'a> {
    text: &'a str,
    /// Byte where each code point starts, and the end of the text; none for ASCII, where they are the same.
    starts: Option<Vec<usize>>,
}

impl<'a> CharText<'a> {
    /// The text, its code points counted once.
    pub fn new(text: &'a str) -> Self {
        let starts =
            (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>());
        Self { text, starts }
    }

    /// Number of code points.
    pub fn length(&self) -> usize {
        self.starts.as_ref().map_or(self.text.len(), |starts| starts.len() - 1)
    }

    /// The words of a span; none where it runs backwards or ends outside.
    pub fn slice(&self, span: CharSpan) -> Option<&'a str> {
        let byte = |at: usize| match &self.starts {
            Some(starts) => starts.get(at).copied(),
            None => (at <= self.text.len()).then_some(at),
        };
        self.text.get(byte(span.start)?..byte(span.end)?)
    }

    /// The span of a range of bytes on character boundaries.
    pub fn span_of(&self, bytes: std::ops::Range<usize>) -> CharSpan {
        let at = |byte: usize| match &self.starts {
            Some(starts) => starts.partition_point(|&start| start < byte),
            None => byte,
        };
        CharSpan::new(at(bytes.start), at(bytes.end))
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
    fn text_is_cut_by_code_points() {
        let text = CharText::new("Ménière, à droite");
        assert_eq!((text.length(), text.slice(CharSpan::new(9, 10))), (17, Some("à")));
        assert_eq!(text.span_of(text.text.find("droite").unwrap()..text.text.len()), CharSpan::new(11, 17));
        assert_eq!(CharText::new("ascii").slice(CharSpan::new(1, 5)), Some("scii"));
        for (start, end) in [(0, 18), (3, 2), (18, 18)] {
            assert_eq!(text.slice(CharSpan::new(start, end)), None, "{start}..{end}");
        }
    }

    #[test]
    fn touching_ends_share_nothing() {
        assert_eq!(CharSpan::new(0, 5).overlap(CharSpan::new(5, 9)), 0);
        assert_eq!(CharSpan::new(0, 5).overlap(CharSpan::new(3, 4)), 1);
        assert_eq!(CharSpan::new(9, 5).overlap(CharSpan::new(0, 20)), 0);
    }
}
