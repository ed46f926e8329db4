//! Checklists and questionnaires: "[ ] fever [x] cough", "(-) chest pain", "Chest pain: No". The answer speaks of its label
//! alone, on whichever side of it the form puts the label.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::assertion::cue::{Cue, Hit, Value};
use crate::vocabulary::{Stream, Vocabulary, Word};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    No,
    Yes,
}

/// Marks and words that have a part in the layout of a note.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(crate) colon: Word,
    pub(crate) comma: Word,
    semicolon: Word,
    question: Word,
    square: (Word, Word),
    round: (Word, Word),
    and: Word,
    choices: Vec<Word>,
    no: Word,
    answers: FxHashMap<Word, Answer>,
}

/// What stands for no and for yes after a colon or in a box. "N/A" is read as "n": its "a" is skipped as an article.
const NO: &[&str] = &["no", "none", "neg", "negative", "absent", "denies", "denied", "never", "n", "na", "nil"];
const YES: &[&str] = &["yes", "y", "pos", "positive", "present", "x", "+"];

/// Most words of a label.
const LABEL: usize = 12;

impl Marks {
    pub(crate) fn new(vocabulary: &mut Vocabulary) -> Self {
        let mut word = |text: &str| vocabulary.phrase(text).0[0];
        let mut answers: FxHashMap<Word, Answer> = NO.iter().map(|w| (word(w), Answer::No)).collect();
        answers.extend(YES.iter().map(|w| (word(w), Answer::Yes)));
        Self {
            colon: word(":"),
            comma: word(","),
            semicolon: word(";"),
            question: word("?"),
            square: (word("["), word("]")),
            round: (word("("), word(")")),
            and: word("and"),
            choices: ["or", "versus", "vs"].map(&mut word).into(),
            no: word("no"),
            answers,
        }
    }

    pub(crate) fn is_choice(&self, word: Word) -> bool {
        self.choices.contains(&word)
    }

    pub(crate) fn is_junction(&self, word: Word) -> bool {
        word == self.and || self.is_choice(word)
    }

    /// Whether a sentence with this word may be a form.
    fn lays_out(&self, word: Word) -> bool {
        word == self.colon || word == self.round.0 || word == self.square.0 || word == self.question || word == self.no
    }

    /// Whether the mark parts items or clauses.
    pub(crate) fn parts(&self, word: Word) -> bool {
        word == self.comma || word == self.semicolon
    }
}

/// An answer by token numbers: where it stands, and where its label may not begin before or end after.
struct Found {
    answer: Answer,
    first: usize,
    last: usize,
}

/// The cues of the answers in a sentence. Hits that an answer contains are taken out of `hits`, and every "yes" goes in as a
/// stop, so that a "no" before it does not reach what it affirms.
pub(crate) fn answers(stream: &Stream, sentence: Range<usize>, marks: &Marks, hits: &mut Vec<Hit>) -> Vec<Cue> {
    let form = Form { stream, sentence, marks };
    if !stream.tokens[form.sentence.clone()].iter().any(|t| marks.lays_out(t.word)) {
        return Vec::new();
    }
    let boxes = form.boxes();
    let colons = form.colons();
    if boxes.is_empty() && colons.is_empty() {
        return Vec::new();
    }
    hits.retain(|h| !boxes.iter().chain(&colons).any(|a| a.first <= h.first && h.last <= a.last));
    let stop = |a: &Found| Hit { value: Value::Stop, first: a.first, last: a.last, reach: None };
    hits.extend(boxes.iter().chain(&colons).map(stop));
    hits.sort_by_key(|h| h.first);
    let mut cues = form.of_boxes(&boxes);
    cues.extend(form.of_colons(&colons));
    cues
}

struct Form<'a> {
    stream: &'a Stream,
    sentence: Range<usize>,
    marks: &'a Marks,
}

impl Form<'_> {
    fn word(&self, token: usize) -> Option<Word> {
        self.sentence.contains(&token).then(|| self.stream.tokens[token].word)
    }

    /// "[ ]", "[x]", "(-)", "(+)", "(neg)". A bare minus is no token, so "(-)" reads as empty.
    fn boxes(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for first in self.sentence.clone() {
            let open = self.stream.tokens[first].word;
            let close = match open {
                w if w == self.marks.square.0 => self.marks.square.1,
                w if w == self.marks.round.0 => self.marks.round.1,
                _ => continue,
            };
            let inside = self.word(first + 1);
            if inside == Some(close) {
                found.push(Found { answer: Answer::No, first, last: first + 2 });
            } else if self.word(first + 2) == Some(close)
                && let Some(&answer) = inside.and_then(|w| self.marks.answers.get(&w))
            {
                found.push(Found { answer, first, last: first + 3 });
            }
        }
        found
    }

    /// Boxes stand before their labels where the first one of a line does: at its start or after a mark.
    fn of_boxes(&self, boxes: &[Found]) -> Vec<Cue> {
        let Some(lead) = boxes.first() else { return Vec::new() };
        let before = lead.first.checked_sub(1).and_then(|t| self.word(t));
        let leads = before.is_none_or(|w| self.marks.parts(w) || w == self.marks.colon);
        let scope = |n: usize, one: &Found| {
            if leads {
                let next = boxes.get(n + 1).map_or(self.sentence.end, |b| b.first);
                (one.first, (one.last..next).find(|&t| self.word(t) == Some(self.marks.semicolon)).unwrap_or(next))
            } else {
                let from = n.checked_sub(1).map_or(self.sentence.start, |b| boxes[b].last);
                (self.label(from, one.first, true), one.last)
            }
        };
        let no = |(n, one): (usize, &Found)| {
            (one.answer == Answer::No).then(|| Cue {
                value: Value::Negated,
                first: one.first,
                last: one.last,
                scope: scope(n, one),
            })
        };
        boxes.iter().enumerate().filter_map(no).collect()
    }

    /// "Chest pain: No", "Fever? no", "cough no, fever yes".
    fn colons(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for token in self.sentence.clone().skip(1) {
            let word = self.stream.tokens[token].word;
            let asked = self.word(token - 1).is_some_and(|w| w == self.marks.colon || w == self.marks.question);
            if !asked && word != self.marks.no {
                continue;
            }
            let Some(&answer) = self.marks.answers.get(&word) else { continue };
            // The "a" of "N/A" is an article to the stream.
            let next = (token + 1..self.sentence.end).find(|&t| !self.stream.tokens[t].transparent);
            let ends = next.is_none_or(|t| self.marks.parts(self.stream.tokens[t].word));
            // Without a colon only "no" and "yes" themselves are answers, not "none" or "negative", which are cues of their own.
            let bare = word == self.marks.no && ends && !self.word(token - 1).is_some_and(|w| self.marks.parts(w));
            if asked && (ends || self.label_follows(token + 1)) || bare {
                found.push(Found { answer, first: token, last: token + 1 });
            }
        }
        found
    }

    /// Whether the next question begins at `token`: a few words, then a colon.
    fn label_follows(&self, token: usize) -> bool {
        let mark = (token..self.sentence.end.min(token + 6))
            .find(|&t| self.word(t).is_some_and(|w| w == self.marks.colon || self.marks.parts(w)));
        // More than a blank between two of them is a period, which is no token.
        let joined = |t: usize| self.stream.tokens[t].span.start - self.stream.tokens[t - 1].span.end <= 1;
        mark.is_some_and(|t| t > token && self.word(t) == Some(self.marks.colon) && (token + 1..t).all(joined))
    }

    fn of_colons(&self, found: &[Found]) -> Vec<Cue> {
        let mut from = self.sentence.start;
        let mut cues = Vec::new();
        for one in found {
            if one.answer == Answer::No {
                let asked = self.word(one.first - 1) == Some(self.marks.colon);
                let label = self.label(from, one.first, !asked);
                cues.push(Cue { value: Value::Negated, first: one.first, last: one.last, scope: (label, one.last) });
            }
            from = one.last;
        }
        cues
    }

    /// Where the label that ends at `end` begins: after the last answer or semicolon, and after a comma where `short`.
    fn label(&self, from: usize, end: usize, short: bool) -> usize {
        let from = from.max(end.saturating_sub(LABEL));
        let mark =
            |&t: &usize| self.word(t).is_some_and(|w| w == self.marks.semicolon || short && w == self.marks.comma);
        (from..end).rev().find(mark).map_or(from, |t| t + 1)
    }
}
