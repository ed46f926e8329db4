//! Byte ranges, and their offsets in the units that other programs use.

use std::ops::{Index, Range};

use serde::{Deserialize, Serialize};

/// A half-open UTF-8 byte range into a note's text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span does not run backwards");
        Self { start, end }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside.
    pub fn contains(&self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(&self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that holds both.
    pub fn join(&self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Without white space at its ends.
    pub fn trim(&self, text: &str) -> Span {
        let inside = &text[*self];
        let start = self.start + (inside.len() - inside.trim_start().len());
        Span::new(start, (start + inside.trim().len()).max(start))
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

impl Index<Span> for str {
    type Output = str;

    fn index(&self, span: Span) -> &str {
        &self[span.start..span.end]
    }
}

/// What an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Unicode code points, as Python counts.
    #[default]
    Chars,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

/// Turns byte offsets of one text into another unit.
#[derive(Debug)]
pub struct Offsets {
    /// For every 64th byte: the start of the character that holds it, in bytes and in the unit. Empty where both agree.
    marks: Vec<(usize, usize)>,
    unit: Unit,
    ascii: bool,
}

const STRIDE: usize = 64;

impl Offsets {
    /// Prepares `text` for conversion.
    pub fn new(text: &str, unit: Unit) -> Self {
        let ascii = unit == Unit::Bytes || text.is_ascii();
        let mut marks = Vec::new();
        if !ascii {
            let mut count = 0;
            for (at, c) in text.char_indices() {
                while marks.len() * STRIDE < at + c.len_utf8() {
                    marks.push((at, count));
                }
                count += unit.width(c);
            }
        }
        Self { marks, unit, ascii }
    }

    /// Offset of the character that begins at `byte` of the same text.
    ///
    /// # Panics
    /// Where `byte` is not a character boundary of `text`.
    pub fn of(&self, text: &str, byte: usize) -> usize {
        if self.ascii {
            return byte;
        }
        // One past the end has no character of its own: count from the last mark.
        let (at, count) = self.marks[(byte / STRIDE).min(self.marks.len() - 1)];
        count + text[at..byte].chars().map(|c| self.unit.width(c)).sum::<usize>()
    }

    /// A span in the unit.
    pub fn span(&self, text: &str, span: Span) -> (usize, usize) {
        (self.of(text, span.start), self.of(text, span.end))
    }
}

impl Unit {
    fn width(self, c: char) -> usize {
        match self {
            Unit::Chars => 1,
            Unit::Bytes => c.len_utf8(),
            Unit::Utf16 => c.len_utf16(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn offsets_count_what_the_unit_says(text in "(\\PC|[a-z ]|é|漢|😀){0,300}") {
            for unit in [Unit::Chars, Unit::Bytes, Unit::Utf16] {
                let offsets = Offsets::new(&text, unit);
                for at in (0..=text.len()).filter(|&b| text.is_char_boundary(b)) {
                    let counted: usize = text[..at].chars().map(|c| unit.width(c)).sum();
                    prop_assert_eq!(offsets.of(&text, at), counted, "{:?} at {}", unit, at);
                }
            }
        }
    }

    #[test]
    fn trims_inside() {
        assert_eq!(Span::new(0, 6).trim("  ab  "), Span::new(2, 4));
        assert!(Span::new(1, 3).trim("a  b").is_empty());
    }
}
