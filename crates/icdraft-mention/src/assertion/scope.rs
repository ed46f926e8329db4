//! Scopes: how far a cue reaches. To the end of its clause, to a stop, to a word that its row names, or as many tokens as its
//! row allows, whatever comes first.

use std::ops::Range;

use crate::assertion::checklist::Marks;
use crate::assertion::cue::{Cue, Direction, Hit, Value};
use crate::vocabulary::{Stream, Word};

/// How far the cues of a row reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) direction: Direction,
    pub(crate) limit: Option<usize>,
    /// Number of the list of words that end a forward scope.
    pub(crate) ends: usize,
}

/// The hits of a sentence that speak of something, with their scopes.
pub(crate) fn scoped(
    hits: &[Hit],
    stream: &Stream,
    sentence: Range<usize>,
    ends: &[Vec<Word>],
    marks: &Marks,
) -> Vec<Cue> {
    if hits.is_empty() {
        return Vec::new();
    }
    let mut clause = Clause { stream, sentence, marks, hits, breaks: Vec::new() };
    // What is said backwards of a clause after a comma makes it a clause of its own: "No fever, cough has resolved".
    let starts: Vec<usize> =
        hits.iter().map(|h| if h.is(Direction::Forward) { h.first } else { clause.start(h) }).collect();
    let comma = |&s: &usize| s > clause.sentence.start && clause.word(s - 1) == marks.comma;
    let own = |&(h, _): &(&Hit, &usize)| h.is(Direction::Backward);
    clause.breaks = hits.iter().zip(&starts).filter(own).map(|(_, s)| *s).filter(comma).map(|s| s - 1).collect();
    hits.iter()
        .zip(starts)
        .filter_map(|(hit, start)| {
            let reach = hit.reach.filter(|_| hit.value != Value::Stop)?;
            let limit = reach.limit.unwrap_or(usize::MAX);
            let mut scope = (hit.first, hit.last);
            if reach.direction != Direction::Backward {
                scope.1 = clause.end(hit, &ends[reach.ends]).min(hit.last.saturating_add(limit));
            }
            if reach.direction != Direction::Forward {
                scope.0 = start.max(hit.first.saturating_sub(limit));
            }
            Some(Cue { value: hit.value, first: hit.first, last: hit.last, scope })
        })
        .collect()
}

impl Hit {
    fn is(&self, direction: Direction) -> bool {
        self.reach.is_some_and(|r| r.direction == direction)
    }

    /// A stop without a direction ends scopes where it stands; one with a direction only marks off its own clause.
    fn stops(&self) -> bool {
        self.value == Value::Stop && self.reach.is_none()
    }
}

struct Clause<'a> {
    stream: &'a Stream,
    sentence: Range<usize>,
    marks: &'a Marks,
    hits: &'a [Hit],
    /// Commas before clauses of their own.
    breaks: Vec<usize>,
}

/// Words within which an "or" makes a list of what stands before a comma.
const LIST: usize = 7;

impl Clause<'_> {
    fn word(&self, token: usize) -> Word {
        self.stream.tokens[token].word
    }

    /// Where the clause after a cue ends.
    fn end(&self, hit: &Hit, ends: &[Word]) -> usize {
        let stops = |other: &&Hit| other.first >= hit.last && self.ends_at(hit, other);
        let stop = self.hits.iter().find(stops).map_or(self.sentence.end, |s| s.first);
        let stop = self.breaks.iter().copied().filter(|&b| b >= hit.last).min().map_or(stop, |b| b.min(stop));
        (hit.last..stop).find(|&t| ends.contains(&self.word(t)) && !self.joins(t, stop)).unwrap_or(stop)
    }

    /// Whether the scope of `hit` ends where `other` begins.
    fn ends_at(&self, hit: &Hit, other: &Hit) -> bool {
        let begins = self.word(other.first);
        if other.stops() {
            // "Denies: fever", "if there is fever", "no longer reports pain": right after a cue a colon opens its list, and a verb
            // belongs to it.
            return other.first > hit.last || self.marks.parts(begins);
        }
        if hit.value != Value::Negated {
            return false;
        }
        let before = other.first.checked_sub(1).filter(|&t| t >= hit.last).map(|t| self.word(t));
        let apart = before.is_some_and(|w| w == self.marks.comma || self.marks.is_junction(w));
        match other.value {
            // "No nausea and no further vomiting": the second is gone, not absent.
            Value::Resolved => other.is(Direction::Forward),
            // "No fever, possible pneumonia".
            Value::Possible | Value::Probable | Value::Planned | Value::Hypothetical => {
                apart && !other.is(Direction::Backward)
            }
            _ => false,
        }
    }

    /// Whether the comma at `token` stands between the items of an or-list: "possible pneumonia, bronchitis, or asthma".
    fn joins(&self, token: usize, stop: usize) -> bool {
        self.word(token) == self.marks.comma
            && (token + 1..stop.min(token + LIST)).any(|t| self.marks.is_choice(self.word(t)))
    }

    /// Where the clause before a cue starts: after a stop, or after another cue that looks back. A comma starts it too ("cough,
    /// pneumonia was ruled out"), unless what follows it is the end of a list ("cough, fever, and chills have resolved").
    fn start(&self, hit: &Hit) -> usize {
        let opens = |other: &Hit| other.last == hit.first && self.word(other.first) == self.marks.colon;
        let bounds = |other: &&Hit| {
            other.last <= hit.first
                && (other.stops() && !opens(other) || other.is(Direction::Backward) || other.is(Direction::Both))
        };
        let stop = self.hits.iter().rfind(bounds).map_or(self.sentence.start, |s| s.last);
        let mut listed = false;
        for token in (stop..hit.first).rev() {
            let word = self.word(token);
            if self.marks.is_junction(word) {
                listed |= token > stop && self.word(token - 1) == self.marks.comma;
            } else if word == self.marks.comma && !listed {
                return token + 1;
            }
        }
        stop
    }
}
