//! Sentences: one pass over a section's body, no backtracking beyond the word before a period.

use crate::span::Span;

/// One sentence, list item or table line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, white space trimmed.
    pub span: Span,
    /// Whether it begins a list item ("1.", "-", "a)").
    pub item: bool,
}

/// Words whose period never ends a sentence.
const TITLES: &[&str] = &["dr", "mr", "mrs", "ms", "st", "vs", "approx", "no", "e.g", "i.e", "fig", "prof", "rev"];

/// Abbreviations whose period ends a sentence only before a capital ("2 cm. The wound", but "p.o. 3 times").
const ABBREVIATIONS: &[&str] = &[
    "etc", "ca", "pt", "jr", "sr", "cm", "mm", "mg", "ml", "cc", "oz", "lb", "ft", "min", "sec", "hr", "hrs", "wk",
    "yr", "yrs", "mo", "b.i.d", "t.i.d", "q.i.d", "p.o", "p.r.n", "q.d", "h.s", "a.m", "p.m", "i.v", "i.m", "s.p",
    "lt", "rt", "temp", "resp", "wt", "ht",
];

/// Lines at least this long are taken to be wrapped by a line length, not ended by their author.
const WRAPPED: usize = 60;

/// Splits `body` of `text` into sentences in order. Boundaries: a blank line, a list item, a line break that is not a wrap,
/// and `.`, `?`, `!` before a capital or digit unless the word before is an abbreviation, an initial or a decimal.
pub fn sentences(text: &str, body: Span) -> Vec<Sentence> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut start = body.start;
    let mut item = is_item(text, body.start, body.end).is_some();
    let mut at = is_item(text, body.start, body.end).unwrap_or(body.start);
    let mut line_start = body.start;
    let close = |out: &mut Vec<Sentence>, start: usize, end: usize, item: bool| {
        let span = Span::new(start, end).trim(text);
        if !span.is_empty() {
            out.push(Sentence { span, item });
        }
    };
    while at < body.end {
        match bytes[at] {
            b'\n' => {
                let next = at + 1;
                let marker = is_item(text, next, body.end);
                if marker.is_some() || !continues(text, line_start, at, next, body.end) {
                    close(&mut out, start, at, item);
                    start = next;
                    item = marker.is_some();
                }
                line_start = next;
                at = marker.unwrap_or(next);
            }
            b'.' | b'?' | b'!' if ends_sentence(text, start, at, body.end) => {
                close(&mut out, start, at + 1, item);
                start = at + 1;
                at += 1;
                // "1.  Hernia.  2.  Stenosis." on one line.
                let marker = is_item(text, start, body.end);
                item = marker.is_some();
                at = marker.unwrap_or(at);
            }
            _ => at += 1,
        }
    }
    close(&mut out, start, body.end, item);
    out
}

/// Where the words of a list item begin, when one begins at or after the blanks at `from`.
fn is_item(text: &str, from: usize, end: usize) -> Option<usize> {
    let rest = &text.as_bytes()[from..end];
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = &rest[blanks..];
    let marked = |n: usize| {
        let spaced = rest.get(n).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n'));
        spaced.then_some(from + blanks + n)
    };
    match rest {
        [b'-' | b'*' | b'+' | b'o', ..] => marked(1),
        [a, b'.' | b')', ..] if a.is_ascii_digit() => {
            // "1.Hernia" too, but not "1.5 cm".
            rest.get(2).filter(|b| !b.is_ascii_digit()).map(|_| from + blanks + 2)
        }
        [a, b, b'.' | b')', ..] if a.is_ascii_digit() && b.is_ascii_digit() => marked(3),
        [a, b')', ..] if a.is_ascii_alphabetic() => marked(2),
        [0xE2, 0x80, 0xA2, ..] => Some(from + blanks + 3), // a bullet
        _ => None,
    }
}

/// Whether the line after a break goes on with the sentence of the line before it.
fn continues(text: &str, line_start: usize, line_end: usize, next: usize, end: usize) -> bool {
    let before = text[line_start..line_end].trim_end();
    let after = text[next..end].lines().next().unwrap_or_default().trim_start();
    if before.trim().is_empty() || after.is_empty() || before.ends_with(['.', '?', '!', ':', ';']) {
        return false;
    }
    after.starts_with(|c: char| c.is_lowercase()) || before.ends_with(',') || before.len() >= WRAPPED
}

fn ends_sentence(text: &str, start: usize, at: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1).copied().filter(|_| at + 1 < end).unwrap_or(b'\n');
    if !next.is_ascii_whitespace() && !matches!(next, b'"' | b')' | b'\'') {
        // "removed.The wound": a lower-case word of two letters or more, then a capital with more letters.
        let before = bytes[start..at].iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
        let after = bytes.get(at + 2).is_some_and(u8::is_ascii_lowercase);
        return before > 2 && next.is_ascii_uppercase() && after && bytes[at] == b'.';
    }
    if bytes[at] != b'.' {
        return true;
    }
    let word = text[start..at].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let follows = text[at + 1..end].trim_start_matches(['"', ')', '\'']).trim_start_matches([' ', '\t']).chars().next();
    match follows {
        None | Some('\n' | '\r') => true,
        Some(c) if c.is_lowercase() => false,
        Some(next) => {
            let lower = word.to_ascii_lowercase();
            let initial =
                word.len() == 1 && word.starts_with(char::is_alphabetic) && !text[at + 1..end].starts_with("  ");
            let abbreviated = ABBREVIATIONS.contains(&lower.as_str()) && !next.is_uppercase();
            !(TITLES.contains(&lower.as_str()) || initial || abbreviated)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text, Span::new(0, text.len())).iter().map(|s| &text[s.span]).collect()
    }

    #[test]
    fn periods_that_end_nothing() {
        assert_eq!(split("Seen by Dr. Smith. He is 1.5 m tall."), ["Seen by Dr. Smith.", "He is 1.5 m tall."]);
        assert_eq!(split("Measured 2.5 cm. The wound was closed."), ["Measured 2.5 cm.", "The wound was closed."]);
        assert_eq!(split("Pain vs. Weakness was discussed."), ["Pain vs. Weakness was discussed."]);
    }

    #[test]
    fn lists_and_wraps() {
        assert_eq!(split("1.  Hernia.\n2.  Gout"), ["1.  Hernia.", "2.  Gout"]);
        assert_eq!(split("1. Hernia.  2. Gout."), ["1. Hernia.", "2. Gout."]);
        assert_eq!(split("- cough\n- fever"), ["- cough", "- fever"]);
        assert_eq!(split("pain in the\nleft knee\nSwelling"), ["pain in the\nleft knee", "Swelling"]);
        assert_eq!(split("a\r\n\r\nb"), ["a", "b"]);
    }

    #[test]
    fn glued_sentences() {
        assert_eq!(split("It was removed.The wound was closed."), ["It was removed.", "The wound was closed."]);
    }

    #[test]
    fn empty_gives_nothing() {
        assert!(split("").is_empty());
        assert!(split(" \n\t\n").is_empty());
    }
}
