//! Lines of a note as their author saw them, and what stands before the words of a line.

use crate::span::Span;

/// The lines of a text, without their ends: line feeds and carriage returns, the breaks that a page or a word processor
/// leaves behind, and the escapes of HL7 (`\.br\`) and RTF (`\par`, `\line`).
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|r| !r.is_empty())?;
        let bytes = rest.as_bytes();
        let mut from = 0;
        loop {
            let Some(end) = bytes[from..].iter().position(|b| matches!(b, b'\n' | b'\r' | 0x0B | 0x0C | b'\\')) else {
                self.at = self.text.len();
                return Some(Span::new(start, self.at));
            };
            let end = from + end;
            let width = break_at(&bytes[end..]);
            if width > 0 {
                self.at = start + end + width;
                return Some(Span::new(start, start + end));
            }
            from = end + 1;
        }
    }
}

/// Width of the line break that `bytes` begin with, 0 where they begin with none.
pub(crate) fn break_at(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n' | 0x0B | 0x0C, ..] => 1,
        [b'\\', rest @ ..] => {
            let escaped = |name: &[u8]| {
                rest.starts_with(name) && !rest.get(name.len()).is_some_and(|b| b.is_ascii_alphanumeric())
            };
            if rest.starts_with(b".br\\") {
                5
            } else if escaped(b"par") {
                4
            } else if escaped(b"pard") || escaped(b"line") {
                5
            } else {
                0
            }
        }
        _ => 0,
    }
}

/// What stands before the words of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing but blanks.
    None,
    /// Marks of emphasis or markup: "**", "##", "<b>", `{\b`.
    Mark,
    /// One "#", as before a problem; more are markup.
    Hash,
    /// "1." or "II." or "(a)".
    Number,
    /// A bullet.
    Bullet,
    /// The bar of a table, or the fields of an HL7 segment.
    Bar,
}

/// Finds where the words of a line begin, and what stands before them.
pub(super) fn lead(text: &str, line: Span) -> (Lead, usize) {
    let mut lead = Lead::None;
    let mut at = line.start;
    // Few leads stand one after the other ("> **1. "); more are no header.
    for _ in 0..6 {
        let rest = &text[at..line.end];
        let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        at += blank;
        let Some((found, width)) = one_lead(&text[at..line.end]) else { break };
        lead = found;
        at += width;
    }
    (lead, at)
}

fn one_lead(rest: &str) -> Option<(Lead, usize)> {
    let bytes = rest.as_bytes();
    let spaced = |n: usize| bytes.get(n).is_some_and(|b| matches!(b, b' ' | b'\t'));
    let run = |mark: u8| bytes.iter().take_while(|&&b| b == mark).count();
    match *bytes.first()? {
        b'#' => match run(b'#') {
            1 => Some((Lead::Hash, 1)),
            n => Some((Lead::Mark, n)),
        },
        mark @ (b'*' | b'_' | b'=' | b'>' | b'~') if run(mark) > 1 || mark == b'>' => Some((Lead::Mark, run(mark))),
        b'|' => Some((Lead::Bar, 1)),
        b'{' | b'}' => Some((Lead::Mark, 1)),
        b'<' => {
            let end = bytes.iter().take(10).position(|&b| b == b'>')?;
            let tag = bytes[1..end].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b' '));
            (tag && end > 1).then_some((Lead::Mark, end + 1))
        }
        b'\\' => {
            let word = bytes[1..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            (word > 0).then(|| (Lead::Mark, 1 + word + usize::from(spaced(1 + word))))
        }
        b'-' | b'+' | b'*' | b'o' if spaced(1) => Some((Lead::Bullet, 1)),
        b'(' => {
            let end = bytes.iter().take(5).position(|&b| b == b')')?;
            (end > 1 && numeral(&bytes[1..end])).then_some((Lead::Number, end + 1))
        }
        first if first.is_ascii_alphanumeric() => {
            let end = bytes.iter().take(5).position(|&b| matches!(b, b'.' | b')'))?;
            let set_off = spaced(end + 1) || bytes[0].is_ascii_digit() && bytes.get(end + 1)?.is_ascii_alphabetic();
            (numeral(&bytes[..end]) && set_off).then_some((Lead::Number, end + 1))
        }
        _ => ["•", "·", "●", "▪", "–"].iter().find(|b| rest.starts_with(**b)).map(|b| (Lead::Bullet, b.len())),
    }
}

/// "12", "IV", "b".
fn numeral(bytes: &[u8]) -> bool {
    let digits = bytes.len() <= 2 && bytes.iter().all(u8::is_ascii_digit);
    let roman = bytes.len() <= 4 && bytes.iter().all(|b| matches!(b, b'I' | b'V' | b'X'));
    !bytes.is_empty() && (digits || roman || bytes.len() == 1 && bytes[0].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_any_writer_ends_them() {
        let text = "a\r\nb\rc\n\nd\\.br\\e\\par f\\pardon";
        let lines: Vec<_> = Lines::of(text).map(|l| &text[l]).collect();
        assert_eq!(lines, ["a", "b", "c", "", "d", "e", " f\\pardon"]);
        assert_eq!(Lines::of("").count(), 0);
    }

    #[test]
    fn leads() {
        let of = |text: &str| {
            let (found, at) = lead(text, Span::new(0, text.len()));
            (found, text[at..].to_owned())
        };
        assert_eq!(of("  PLAN"), (Lead::None, "PLAN".into()));
        assert_eq!(of("**Plan**"), (Lead::Mark, "Plan**".into()));
        assert_eq!(of("# Gout"), (Lead::Hash, "Gout".into()));
        assert_eq!(of("II. PLAN"), (Lead::Number, "PLAN".into()));
        assert_eq!(of("(3) PLAN"), (Lead::Number, "PLAN".into()));
        assert_eq!(of("1.5 cm"), (Lead::None, "1.5 cm".into()));
        assert_eq!(of("• Neck"), (Lead::Bullet, "Neck".into()));
        assert_eq!(of("<b>Plan"), (Lead::Mark, "Plan".into()));
        assert_eq!(of("{\\b Plan"), (Lead::Mark, "Plan".into()));
    }
}
