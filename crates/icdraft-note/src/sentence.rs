//! Sentences: one pass over a section's body, no backtracking beyond the word before a period.

use crate::section::line::break_at;
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
const TITLES: &[&str] = &["dr", "mr", "mrs", "ms", "st", "vs", "e.g", "i.e", "prof", "rev", "u.s"];

/// Words whose period ends nothing before a number ("No. 2", but "Fever: no. Cough: yes").
const COUNTED: &[&str] = &["no", "nos", "fig", "approx", "ca", "vol", "pp"];

/// Abbreviations whose period ends a sentence only before a capital ("2 cm. The wound", but "p.o. 3 times").
const ABBREVIATIONS: &[&str] = &[
    "etc", "pt", "jr", "sr", "cm", "mm", "mg", "ml", "cc", "oz", "lb", "ft", "min", "sec", "hr", "hrs", "wk", "yr",
    "yrs", "mo", "b.i.d", "t.i.d", "q.i.d", "p.o", "p.r.n", "q.d", "h.s", "a.m", "p.m", "i.v", "i.m", "s.p", "lt",
    "rt", "temp", "resp", "wt", "ht",
];

/// Words that begin sentences and no names: after "hepatitis C." they tell an end from an initial.
const STARTERS: &[&str] = &[
    "The", "This", "There", "Then", "He", "She", "It", "We", "They", "His", "Her", "No", "Patient", "A", "An", "On",
    "In", "At", "After", "Will", "Denies",
];

/// Lines at least this long are taken to be wrapped by a line length, not ended by their author.
const WRAPPED: usize = 60;

/// Longest sentence, in bytes: about two hundred words.
const LONGEST: usize = 1_500;

/// The bytes at which a sentence may end.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut n = 0;
    let bytes = b"\n\r\x0B\x0C\\.?!";
    while n < bytes.len() {
        stops[bytes[n] as usize] = true;
        n += 1;
    }
    stops
};

/// Splits `body` of `text` into sentences in order. Boundaries: a blank line, a list item, a line break that is not a wrap,
/// and `.`, `?`, `!` before a capital or digit unless the word before is an abbreviation, an initial or a decimal.
pub fn sentences(text: &str, body: Span) -> Vec<Sentence> {
    let mut splitter = Splitter { text, end: body.end, out: Vec::new(), start: 0, item: None, line: body.start };
    let mut at = splitter.open(body.start);
    let bytes = text.as_bytes();
    loop {
        // Spaces matter only inside a numbered list.
        let numbered = splitter.item.is_some_and(|m| m.number.is_some());
        let Some(skip) = bytes[at..body.end].iter().position(|&b| STOPS[usize::from(b)] || numbered && b == b' ')
        else {
            break;
        };
        at += skip;
        at = match bytes[at] {
            b'\n' | b'\r' | 0x0B | 0x0C | b'\\' => splitter.line_break(at),
            b'.' | b'?' | b'!' => splitter.stop(at),
            _ => splitter.space(at),
        };
    }
    splitter.close(body.end);
    splitter.out
}

/// The state between two bytes: which sentence is open, what list item it is, and on which line.
struct Splitter<'t> {
    text: &'t str,
    end: usize,
    out: Vec<Sentence>,
    /// Where the open sentence begins.
    start: usize,
    /// The list item that it begins.
    item: Option<Marker>,
    /// Where the line begins.
    line: usize,
}

/// What a list item begins with, and the byte after it.
#[derive(Debug, Clone, Copy)]
struct Marker {
    number: Option<u32>,
    after: usize,
}

impl Splitter<'_> {
    /// Opens a sentence at `at`; returns where to read on.
    fn open(&mut self, at: usize) -> usize {
        self.start = at;
        self.item = marker(self.text, at, self.end);
        self.item.map_or(at, |m| m.after)
    }

    /// Ends the open sentence before `at`. One that never ends is cut between words: what reads sentences may take time that
    /// grows with the square of their length.
    fn close(&mut self, at: usize) {
        let mut span = Span::new(self.start, at).trim(self.text);
        while span.len() > LONGEST {
            let limit = self.text.floor_char_boundary(span.start + LONGEST);
            let space = self.text[span.start..limit].rfind(char::is_whitespace).filter(|&n| n > 0);
            let cut = space.map_or(limit, |n| span.start + n);
            self.push(Span::new(span.start, cut));
            span = Span::new(cut, span.end).trim(self.text);
        }
        self.push(span);
    }

    fn push(&mut self, span: Span) {
        let span = span.trim(self.text);
        if !span.is_empty() {
            self.out.push(Sentence { span, item: self.item.is_some() });
        }
    }

    /// A line ends: the sentence too, unless the next line goes on with it.
    fn line_break(&mut self, at: usize) -> usize {
        // The body may end inside an escape or between the two bytes of a line end.
        let width = break_at(&self.text.as_bytes()[at..self.end]);
        if width == 0 {
            return at + 1;
        }
        let next = at + width;
        let goes_on =
            marker(self.text, next, self.end).is_none() && continues(self.text, self.line, at, next, self.end);
        self.line = next;
        if goes_on {
            return next;
        }
        self.close(at);
        self.open(next)
    }

    /// A period, a question or an exclamation mark.
    fn stop(&mut self, at: usize) -> usize {
        if !ends_sentence(self.text, self.start, at, self.end) {
            return at + 1;
        }
        // Quotes and parentheses that close here belong to the sentence.
        let closing = self.text.as_bytes()[at + 1..self.end].iter().take_while(|b| matches!(b, b'"' | b')' | b'\''));
        let next = at + 1 + closing.count();
        self.close(next);
        // "1.  Hernia.  2.  Stenosis." on one line.
        self.open(next)
    }

    /// "1. Hernia 2. Gout": the next number of a list on one line.
    fn space(&mut self, at: usize) -> usize {
        let next = self.item.and_then(|m| m.number).map(|n| n + 1);
        if next.is_none() || !self.text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit) {
            return at + 1;
        }
        let capital = |m: &Marker| self.text[m.after..self.end].trim_start().starts_with(char::is_uppercase);
        let found = marker(self.text, at, self.end).filter(|m| m.number == next && capital(m));
        if found.is_none() {
            return at + 1;
        }
        self.close(at);
        self.open(at)
    }
}

/// The list item that begins at or after the blanks at `from`.
fn marker(text: &str, from: usize, end: usize) -> Option<Marker> {
    let rest = &text.as_bytes()[from..end];
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = &rest[blanks..];
    let spaced = |n: usize| rest.get(n).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    let digit = |b: &u8| u32::from(b - b'0');
    let (number, width) = match rest {
        [b'-' | b'*' | b'+' | b'o', ..] if spaced(1) => (None, 1),
        // "1.Hernia" too, but not "1.5 cm".
        [a, b'.' | b')', c, ..] if a.is_ascii_digit() && !c.is_ascii_digit() => (Some(digit(a)), 2),
        [a, b, b'.' | b')', ..] if a.is_ascii_digit() && b.is_ascii_digit() && spaced(3) => {
            (Some(10 * digit(a) + digit(b)), 3)
        }
        [b'(', a, b')', ..] if a.is_ascii_digit() && spaced(3) => (Some(digit(a)), 3),
        [a, b')', ..] if a.is_ascii_alphabetic() && spaced(2) => (None, 2),
        [0xE2, 0x80, 0xA2, ..] | [0xE2, 0x97, 0x8F, ..] | [0xE2, 0x96, 0xAA, ..] => (None, 3), // bullets
        [0xC2, 0xB7, ..] => (None, 2),                                                         // a raised dot
        _ => return None,
    };
    Some(Marker { number, after: from + blanks + width })
}

/// Whether the line after a break goes on with the sentence of the line before it.
fn continues(text: &str, line_start: usize, line_end: usize, next: usize, end: usize) -> bool {
    let before = text[line_start..line_end].trim_end();
    let after = text[next..end].trim_start_matches([' ', '\t']).chars().next().filter(|c| !c.is_whitespace());
    let Some(after) = after else { return false };
    if before.trim_start().is_empty() || before.ends_with(['.', '?', '!', ':', ';']) {
        return false;
    }
    after.is_lowercase() || before.ends_with(',') || before.len() >= WRAPPED
}

fn ends_sentence(text: &str, start: usize, at: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1).copied().filter(|_| at + 1 < end).unwrap_or(b'\n');
    if !next.is_ascii_whitespace() && !matches!(next, b'"' | b')' | b'\'' | b'\\') {
        // "removed.The wound": a lower-case word of three letters or more, then a capital with more letters.
        let before = bytes[start..at].iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
        let after = bytes.get(at + 2).is_some_and(u8::is_ascii_lowercase);
        return before > 2 && next.is_ascii_uppercase() && after && bytes[at] == b'.';
    }
    if bytes[at] != b'.' {
        return true;
    }
    let rest = &text[at + 1..end];
    let rest = rest.trim_start_matches(['"', ')', '\'']).trim_start_matches([' ', '\t']);
    match rest.chars().next() {
        None | Some('\n' | '\r') => true,
        Some(c) if c.is_lowercase() => false,
        Some(next) => {
            let word = text[start..at].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
            let wide = text[at + 1..end].starts_with("  ");
            !holds_on(word, next, rest, wide)
        }
    }
}

/// Whether the period after `word` belongs to it, though a capital or a digit follows.
fn holds_on(word: &str, next: char, rest: &str, wide: bool) -> bool {
    let lower = word.to_ascii_lowercase();
    let listed = |list: &[&str]| list.contains(&lower.as_str());
    let initial = word.len() == 1 && word.starts_with(char::is_alphabetic) && !wide;
    if initial {
        let first = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        return !STARTERS.contains(&first);
    }
    listed(TITLES) || listed(COUNTED) && next.is_ascii_digit() || listed(ABBREVIATIONS) && !next.is_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_gives_nothing() {
        for text in ["", " \n\t\n", "\r\n"] {
            assert!(sentences(text, Span::new(0, text.len())).is_empty());
        }
    }

    #[test]
    fn items_are_told_from_prose() {
        let text = "Two problems:\n1. Gout\n- pain";
        let items: Vec<_> = sentences(text, Span::new(0, text.len())).iter().map(|s| s.item).collect();
        assert_eq!(items, [false, true, true]);
    }
}
