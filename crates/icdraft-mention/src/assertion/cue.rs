//! Cues: rows of `data/cues.tsv`, found by one automaton over the same symbols as the terms.

use std::sync::LazyLock;

use icdraft_note::{SectionKind, Span};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::assertion::checklist::{self, Marks};
use crate::assertion::scope::{Reach, scoped};
use crate::assertion::{Assertion, CueMention};
use crate::matcher::Matcher;
use crate::vocabulary::{Stream, Vocabulary, Word};

/// What a cue says of the mentions in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Value {
    Negated,
    Possible,
    Probable,
    Historical,
    Resolved,
    Planned,
    Hypothetical,
    Family,
    /// About a person who is neither the patient nor a relative by blood.
    Other,
    /// Looks like a cue and is none; covers the cues inside it.
    Pseudo,
    /// Ends scopes. With the direction `backward` it makes a clause of its own of what stands before it ("no fever, cough is present").
    Stop,
}

impl Value {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Value::Negated => "negated",
            Value::Possible => "possible",
            Value::Probable => "probable",
            Value::Historical => "historical",
            Value::Resolved => "resolved",
            Value::Planned => "planned",
            Value::Hypothetical => "hypothetical",
            Value::Family => "family",
            Value::Other => "other",
            Value::Pseudo => "pseudo",
            Value::Stop => "stop",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    Forward,
    Backward,
    Both,
}

#[derive(Debug, Deserialize)]
struct Row {
    cue: String,
    value: Value,
    direction: Option<Direction>,
    /// Most tokens that the scope spans; none for "to the end of the clause".
    limit: Option<usize>,
    /// Words and marks, separated by blanks, that end a forward scope of this cue beside the stops.
    #[serde(default)]
    ends: String,
}

/// A row as the search uses it.
#[derive(Debug)]
struct Entry {
    value: Value,
    reach: Option<Reach>,
}

/// The cue rows and their automaton.
#[derive(Debug)]
pub(crate) struct CueTable {
    matcher: Matcher,
    /// For each pattern, the rows of that wording (a wording may be a cue and a stop).
    entries: Vec<Vec<Entry>>,
    /// The distinct lists of `ends`.
    ends: Vec<Vec<Word>>,
    marks: Marks,
}

/// A cue found in a sentence, by token numbers, with its scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cue {
    pub(crate) value: Value,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// The tokens that the cue speaks of, its own among them.
    pub(crate) scope: (usize, usize),
}

/// A row's wording found in a sentence; its scope is still to be settled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) value: Value,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) reach: Option<Reach>,
}

static SECTION_DEFAULTS: LazyLock<FxHashMap<SectionKind, Value>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Row {
        kind: SectionKind,
        value: Value,
    }
    let bytes = include_bytes!("../../data/section_defaults.tsv").as_slice();
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(bytes);
    let rows =
        reader.deserialize().collect::<Result<Vec<Row>, _>>().expect("section defaults are checked by the tests");
    rows.into_iter().map(|r| (r.kind, r.value)).collect()
});

/// What the kind of a section says of its mentions.
fn section_default(kind: SectionKind) -> Option<Value> {
    SECTION_DEFAULTS.get(&kind).copied()
}

fn rows() -> Vec<Row> {
    let bytes = include_bytes!("../../data/cues.tsv").as_slice();
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).comment(Some(b'#')).from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().expect("data/cues.tsv is checked by the tests")
}

impl CueTable {
    /// # Panics
    /// Where `data/cues.tsv` has a bad row; the tests read it.
    pub(crate) fn embedded(vocabulary: &mut Vocabulary) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
        let mut entries: Vec<Vec<Entry>> = Vec::new();
        let mut ends: Vec<Vec<Word>> = Vec::new();
        for row in rows() {
            let symbols = vocabulary.symbols(&row.cue);
            let words: Vec<Word> = row.ends.split(' ').flat_map(|w| vocabulary.phrase(w).0).collect();
            let list = ends.iter().position(|e| *e == words).unwrap_or_else(|| {
                ends.push(words);
                ends.len() - 1
            });
            let reach = row.direction.map(|direction| Reach { direction, limit: row.limit, ends: list });
            let number = *numbers.entry(symbols).or_insert_with_key(|symbols| {
                patterns.push(symbols.clone());
                entries.push(Vec::new());
                patterns.len() - 1
            });
            entries[number].push(Entry { value: row.value, reach });
        }
        Self { matcher: Matcher::new(&patterns), entries, ends, marks: Marks::new(vocabulary) }
    }

    /// The cues of each sentence. A cue inside a longer one (or a pseudo-cue) does not count.
    pub(crate) fn find(&self, stream: &Stream) -> Vec<Vec<Cue>> {
        let mut found: Vec<(usize, usize, usize)> = self
            .matcher
            .occurrences(&stream.symbols)
            .map(|o| {
                let (first, last) = stream.tokens_of(o.start, o.end);
                (first, last, o.pattern)
            })
            .collect();
        found.sort_unstable_by_key(|&(first, last, _)| (first, std::cmp::Reverse(last)));
        let mut sentences: Vec<Vec<Hit>> = vec![Vec::new(); stream.starts.len() - 1];
        let mut sentence = 0;
        let mut covered = 0;
        for (first, last, pattern) in found {
            if last <= covered {
                continue;
            }
            covered = last;
            while first >= stream.starts[sentence + 1] {
                sentence += 1;
            }
            for entry in &self.entries[pattern] {
                sentences[sentence].push(Hit { value: entry.value, first, last, reach: entry.reach });
            }
        }
        let settle = |(n, mut hits): (usize, Vec<Hit>)| {
            let range = stream.sentence(n);
            let mut cues = checklist::answers(stream, range.clone(), &self.marks, &mut hits);
            cues.extend(scoped(&hits, stream, range, &self.ends, &self.marks));
            cues
        };
        sentences.into_iter().enumerate().map(settle).collect()
    }
}

impl Cue {
    /// Whether the token is said to be absent, somebody else's or a mere risk.
    pub(crate) fn takes_away(&self, token: usize) -> bool {
        matches!(self.value, Value::Negated | Value::Family | Value::Other | Value::Hypothetical)
            && self.reaches(token, token + 1)
    }

    /// Whether the scope holds the tokens `first..last`. A cue among the mention's own words ("non-small cell", "no-reflow") does
    /// not speak of it; one that begins before it ("no history of" before the mention "history of stroke") does.
    fn reaches(&self, first: usize, last: usize) -> bool {
        let own = self.first >= first && self.first < last;
        !own && self.scope.0 <= first && first < self.scope.1 && last > self.scope.0
    }

    /// Words between the cue and the mention.
    fn distance(&self, first: usize, last: usize) -> usize {
        if self.last <= first { first - self.last } else { self.first.saturating_sub(last) }
    }
}

/// The assertion of the mention `first..last` among the cues of its sentence, in a section of `kind`. On each axis the nearest
/// cue decides, of two equally near the first; where there is none, the section does.
pub(crate) fn assess(stream: &Stream, cues: &[Cue], kind: SectionKind, first: usize, last: usize) -> Assertion {
    let mut reaching: Vec<&Cue> = cues.iter().filter(|c| c.reaches(first, last)).collect();
    // "No findings to suggest pneumonia": a doubt that is itself negated is none.
    let denials: Vec<(usize, usize)> = reaching.iter().filter(|c| c.value == Value::Negated).map(|c| c.scope).collect();
    reaching.retain(|c| {
        let doubt = matches!(c.value, Value::Possible | Value::Probable);
        !(doubt && denials.iter().any(|&(from, to)| from < c.first && c.last <= to))
    });
    reaching.sort_by_key(|c| (c.distance(first, last), c.first));
    let mut assertion = Assertion::default();
    let span =
        |(first, last): (usize, usize)| Span::new(stream.tokens[first].span.start, stream.tokens[last - 1].span.end);
    for cue in reaching {
        let mention = CueMention {
            value: cue.value.name(),
            span: Some(span((cue.first, cue.last))),
            scope: Some(span(cue.scope)),
        };
        assertion.set(cue.value, mention);
    }
    if let Some(value) = section_default(kind) {
        assertion.set(value, CueMention { value: value.name(), span: None, scope: None });
    }
    assertion
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sound() {
        let mut vocabulary = Vocabulary::new();
        let mut seen = std::collections::BTreeSet::new();
        for row in rows() {
            let silent = matches!(row.value, Value::Pseudo | Value::Stop);
            let clause = row.value == Value::Stop && row.direction == Some(Direction::Backward);
            assert!(clause || row.direction.is_none() == silent, "{}: direction", row.cue);
            assert!(!silent || row.limit.is_none() && row.ends.is_empty(), "{}: no scope, no limit", row.cue);
            let symbols = vocabulary.symbols(&row.cue);
            assert!(!symbols.is_empty(), "{}: words that matching skips", row.cue);
            assert!(seen.insert((symbols, row.value.name())), "{} twice", row.cue);
        }
        assert_eq!(section_default(SectionKind::FamilyHistory), Some(Value::Family));
    }
}
