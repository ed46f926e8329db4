//! Words as numbers. Every word that a lexicon knows is one character of a private alphabet, so that a phrase is a short
//! string, a note is a stream of such characters, and word boundaries cost nothing.

use icdraft_note::{Outline, Span};
use rustc_hash::FxHashMap;

use crate::laterality::Side;
use crate::normal::{fold_into, stem};

/// A known word. `UNKNOWN` stands for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Word(pub(crate) u32);

pub(crate) const UNKNOWN: Word = Word(0);
/// Stands between sentences; no phrase contains it.
pub(crate) const BREAK: Word = Word(1);
/// "of" and the comma, which may stand in its place: "fracture, left femur".
pub(crate) const OF: Word = Word(2);
pub(crate) const COMMA: Word = Word(3);

impl Word {
    /// The character of the private alphabet: three bytes each for the first 61,000 words.
    pub(crate) fn symbol(self) -> char {
        let point = 0x800 + self.0;
        char::from_u32(if point >= 0xD800 { point + 0x800 } else { point }).unwrap_or('\u{800}')
    }
}

/// Known words by surface and plain form.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: FxHashMap<Box<str>, Word>,
    next: u32,
}

impl Vocabulary {
    pub(crate) fn new() -> Self {
        let words = [("of", OF), (",", COMMA)].map(|(text, word)| (Box::from(text), word));
        Self { words: words.into_iter().collect(), next: 4 }
    }

    fn intern(&mut self, folded: &str) -> Word {
        if let Some(&word) = self.words.get(folded) {
            return word;
        }
        let plain = stem(folded);
        let word = match self.words.get(plain.as_str()) {
            Some(&word) => word,
            None => {
                let word = Word(self.next);
                self.next += 1;
                self.words.insert(plain.as_str().into(), word);
                word
            }
        };
        self.words.insert(folded.into(), word);
        word
    }

    /// The words of a lexicon phrase with the sides that stood among them; makes them known.
    pub(crate) fn phrase(&mut self, phrase: &str) -> (Vec<Word>, Vec<Side>) {
        let mut words = Vec::new();
        let mut sides = Vec::new();
        let mut folded = String::new();
        for span in pieces(phrase) {
            fold_into(&phrase[span], &mut folded);
            match transparency(&folded) {
                // "hepatitis a", "Vitamin A deficiency": a letter, not an article.
                Some(Transparent::Article) if folded == "a" && is_letter(phrase, span) => words.push(self.intern("a")),
                Some(Transparent::Side(side)) => sides.push(side),
                Some(Transparent::Article) => {}
                None => words.push(self.intern(&folded)),
            }
        }
        (words, sides)
    }

    /// A phrase as a string of the private alphabet.
    pub(crate) fn symbols(&mut self, phrase: &str) -> String {
        self.phrase(phrase).0.into_iter().map(Word::symbol).collect()
    }

    fn find(&self, folded: &str) -> Word {
        match self.words.get(folded) {
            Some(&word) => word,
            None => self.words.get(stem(folded).as_str()).copied().unwrap_or(UNKNOWN),
        }
    }

    /// The known words of a text, without sides and articles.
    pub(crate) fn known(&self, text: &str) -> Vec<Word> {
        let mut folded = String::new();
        pieces(text)
            .filter_map(|span| {
                fold_into(&text[span], &mut folded);
                (transparency(&folded).is_none()).then(|| self.find(&folded))
            })
            .filter(|&w| w != UNKNOWN)
            .collect()
    }
}

/// The words of a text in plain form (lower case, US spelling, singular), without articles, sides and punctuation.
pub fn plain_words(text: &str) -> Vec<String> {
    let mut folded = String::new();
    pieces(text)
        .filter(|&span| text[span].starts_with(char::is_alphanumeric))
        .filter_map(|span| {
            fold_into(&text[span], &mut folded);
            transparency(&folded).is_none().then(|| stem(&folded))
        })
        .collect()
}

enum Transparent {
    Article,
    Side(Side),
}

/// Words that matching skips.
fn transparency(folded: &str) -> Option<Transparent> {
    match folded {
        "the" | "a" | "an" | "his" | "her" | "their" | "this" | "patient's" | "my" | "your" => {
            Some(Transparent::Article)
        }
        _ => Side::of_word(folded).map(Transparent::Side),
    }
}

/// Whether an "a" is the letter: in capitals after another word, or with nothing after it.
fn is_letter(text: &str, span: Span) -> bool {
    let before = text[..span.start].trim_end_matches(' ');
    let after_word = before.ends_with(|c: char| c.is_alphanumeric());
    after_word && (&text[span] == "A" || text[span.end..].is_empty())
}

/// Words and punctuation marks of a text, in order. Hyphens, slashes and apostrophes at word ends separate and vanish;
/// numbers keep their decimals.
fn pieces(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, c) = rest.next()?;
            if c.is_alphanumeric() {
                let number = c.is_ascii_digit();
                let mut end = start + c.len_utf8();
                while let Some(&(at, c)) = rest.peek() {
                    let inside = c.is_alphanumeric()
                        || unicode_normalization::char::is_combining_mark(c)
                        || (matches!(c, '\'' | '\u{2019}')
                            && text[at + c.len_utf8()..].starts_with('s')
                            && !text[at + c.len_utf8() + 1..].starts_with(char::is_alphanumeric))
                        || (number
                            && matches!(c, '.' | ',')
                            && text[at + 1..].starts_with(|d: char| d.is_ascii_digit()));
                    if !inside {
                        break;
                    }
                    end = at + c.len_utf8();
                    rest.next();
                }
                return Some(Span::new(start, end));
            }
            // "Fever: -" answers a checklist; any other hyphen joins.
            let answer = c == '-'
                && text[..start].trim_end_matches(' ').ends_with(':')
                && text[start + 1..].trim_start_matches(' ').is_empty();
            if answer
                || matches!(
                    c,
                    ',' | ';' | ':' | '(' | ')' | '?' | '+' | '[' | ']' | '"' | '=' | '<' | '>' | '!' | '%' | '#' | '&'
                )
            {
                return Some(Span::new(start, start + c.len_utf8()));
            }
        }
    })
}

/// One word or punctuation mark of a note.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) word: Word,
    pub(crate) side: Option<Side>,
    /// Skipped by matching: articles and sides.
    pub(crate) transparent: bool,
}

/// A note as tokens, and as the stream of symbols that the automaton reads.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) tokens: Vec<Token>,
    /// First token of each sentence, with one past the end at the end.
    pub(crate) starts: Vec<usize>,
    pub(crate) symbols: String,
    /// For each symbol that is not a break: where it begins in `symbols`, and its token.
    positions: Vec<(usize, usize)>,
    /// Where each sentence begins in `symbols`, with the length at the end.
    pub(crate) symbol_starts: Vec<usize>,
}

impl Stream {
    pub(crate) fn of(text: &str, outline: &Outline, vocabulary: &Vocabulary) -> Self {
        let mut stream = Self {
            tokens: Vec::with_capacity(text.len() / 5),
            starts: Vec::with_capacity(outline.sentences.len() + 1),
            symbols: String::with_capacity(text.len() / 2),
            positions: Vec::with_capacity(text.len() / 5),
            symbol_starts: Vec::with_capacity(outline.sentences.len() + 1),
        };
        let mut folded = String::new();
        for (sentence, _) in &outline.sentences {
            stream.starts.push(stream.tokens.len());
            stream.symbol_starts.push(stream.symbols.len());
            for piece in pieces(&text[sentence.span]) {
                let span = Span::new(piece.start + sentence.span.start, piece.end + sentence.span.start);
                fold_into(&text[span], &mut folded);
                let kind = transparency(&folded).filter(|_| folded != "a" || !is_letter(text, span));
                let transparent = kind.is_some();
                let word = if transparent { UNKNOWN } else { vocabulary.find(&folded) };
                let side = match kind {
                    Some(Transparent::Side(side)) => Some(side),
                    _ => Side::of_letter(text, span).or_else(|| Side::of_ear(text, span)),
                };
                if !transparent {
                    stream.positions.push((stream.symbols.len(), stream.tokens.len()));
                    stream.symbols.push(word.symbol());
                }
                stream.tokens.push(Token { span, word, side, transparent });
            }
            stream.symbols.push(BREAK.symbol());
        }
        stream.starts.push(stream.tokens.len());
        stream.symbol_starts.push(stream.symbols.len());
        stream
    }

    /// The tokens that a match over `symbols[start..end]` covers: first, and one past the last.
    pub(crate) fn tokens_of(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.positions.partition_point(|p| p.0 < start);
        let last = self.positions.partition_point(|p| p.0 < end);
        (self.positions[first].1, self.positions[last - 1].1 + 1)
    }

    /// Tokens of a sentence.
    pub(crate) fn sentence(&self, n: usize) -> std::ops::Range<usize> {
        self.starts[n]..self.starts[n + 1]
    }

    /// Symbols of a sentence.
    pub(crate) fn sentence_symbols(&self, n: usize) -> &str {
        &self.symbols[self.symbol_starts[n]..self.symbol_starts[n + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_clinical_text() {
        let split = |text: &'static str| pieces(text).map(|s| &text[s]).collect::<Vec<_>>();
        assert_eq!(split("X-ray of L4-L5, 1.5 cm"), ["X", "ray", "of", "L4", "L5", ",", "1.5", "cm"]);
        assert_eq!(split("Crohn's disease (active)"), ["Crohn's", "disease", "(", "active", ")"]);
        assert_eq!(split("h. pylori"), ["h", "pylori"]);
        assert!(split("\u{0}\u{1}").is_empty());
    }

    #[test]
    fn plain_words_of_a_sentence() {
        assert_eq!(
            plain_words("Rashes of the left leg, due to penicillins."),
            ["rash", "of", "leg", "due", "to", "penicillin"]
        );
    }

    #[test]
    fn symbols_are_distinct() {
        let mut seen = std::collections::BTreeSet::new();
        assert!((0..70_000).all(|n| seen.insert(Word(n).symbol())));
    }
}
