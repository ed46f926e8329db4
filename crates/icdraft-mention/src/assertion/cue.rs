//! Cues and their scopes. Cues are data (`data/cues.tsv`), found by one automaton over the same symbols as the terms.

use std::sync::LazyLock;

use icdraft_note::{SectionKind, Span};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::assertion::{Assertion, CueMention};
use crate::matcher::Matcher;
use crate::vocabulary::{Stream, Vocabulary};

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
    /// Looks like a cue and is none; covers the cues inside it.
    Pseudo,
    /// Ends scopes.
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
            Value::Pseudo => "pseudo",
            Value::Stop => "stop",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
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
}

/// The cue rows and their automaton.
#[derive(Debug)]
pub(crate) struct CueTable {
    matcher: Matcher,
    /// For each pattern, the rows of that wording (a wording may be a cue and a stop).
    rows: Vec<Vec<Row>>,
}

/// A cue found in a sentence, by token numbers, with its scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cue {
    pub(crate) value: Value,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// The tokens that the cue speaks of, its own among them.
    scope: (usize, usize),
}

static SECTION_DEFAULTS: LazyLock<FxHashMap<SectionKind, Value>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Row {
        kind: SectionKind,
        value: Value,
    }
    let bytes = include_bytes!("../../data/section_defaults.tsv").as_slice();
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(bytes);
    let rows =
        reader.deserialize().collect::<Result<Vec<Row>, _>>().expect("section defaults are checked by the tests");
    rows.into_iter().map(|r| (r.kind, r.value)).collect()
});

/// What the kind of a section says of its mentions.
fn section_default(kind: SectionKind) -> Option<Value> {
    SECTION_DEFAULTS.get(&kind).copied()
}

impl CueTable {
    /// # Panics
    /// Where `data/cues.tsv` has a bad row; the tests read it.
    pub(crate) fn embedded(vocabulary: &mut Vocabulary) -> Self {
        let bytes = include_bytes!("../../data/cues.tsv").as_slice();
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(bytes);
        let mut patterns: Vec<String> = Vec::new();
        let mut rows: Vec<Vec<Row>> = Vec::new();
        for row in reader.deserialize() {
            let row: Row = row.expect("data/cues.tsv is checked by the tests");
            let symbols = vocabulary.symbols(&row.cue);
            match patterns.iter().position(|p| *p == symbols) {
                Some(at) => rows[at].push(row),
                None => {
                    patterns.push(symbols);
                    rows.push(vec![row]);
                }
            }
        }
        Self { matcher: Matcher::new(&patterns), rows }
    }

    /// The cues of each sentence, in order of their first token. A cue inside a longer one (or a pseudo-cue) does not count.
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
        let mut sentences = vec![Vec::new(); stream.starts.len() - 1];
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
            for row in &self.rows[pattern] {
                let cue = Cue { value: row.value, first, last, scope: (first, last) };
                sentences[sentence].push((cue, row.direction, row.limit));
            }
        }
        sentences.into_iter().enumerate().map(|(n, cues)| scoped(&cues, stream.sentence(n))).collect()
    }
}

fn scoped(cues: &[(Cue, Option<Direction>, Option<usize>)], sentence: std::ops::Range<usize>) -> Vec<Cue> {
    let stops: Vec<&Cue> = cues.iter().map(|c| &c.0).filter(|c| c.value == Value::Stop).collect();
    let scope = |(cue, direction, limit): &(Cue, Option<Direction>, Option<usize>)| {
        let direction = (*direction)?;
        let limit = limit.unwrap_or(usize::MAX);
        let mut scope = (cue.first, cue.last);
        if direction != Direction::Backward {
            let stop = stops.iter().map(|s| s.first).find(|&s| s >= cue.last).unwrap_or(sentence.end);
            scope.1 = stop.min(cue.last.saturating_add(limit));
        }
        if direction != Direction::Forward {
            let stop = stops.iter().map(|s| s.last).rfind(|&s| s <= cue.first).unwrap_or(sentence.start);
            scope.0 = stop.max(cue.first.saturating_sub(limit));
        }
        Some(Cue { scope, ..*cue })
    };
    cues.iter().filter_map(scope).collect()
}

impl Cue {
    /// Whether the token is said to be absent, somebody else's or a mere risk.
    pub(crate) fn takes_away(&self, token: usize) -> bool {
        matches!(self.value, Value::Negated | Value::Family | Value::Hypothetical) && self.reaches(token, token + 1)
    }

    /// Whether the scope holds the tokens `first..last` and the cue is not one of their own words.
    fn reaches(&self, first: usize, last: usize) -> bool {
        let own = self.first < last && first < self.last;
        !own && self.scope.0 <= first && first < self.scope.1 && last > self.scope.0
    }
}

/// The assertion of the mention `first..last` among the cues of its sentence, in a section of `kind`. On each axis the nearest
/// cue decides; where there is none, the section does.
pub(crate) fn assess(stream: &Stream, cues: &[Cue], kind: SectionKind, first: usize, last: usize) -> Assertion {
    let mut reaching: Vec<&Cue> = cues.iter().filter(|c| c.reaches(first, last)).collect();
    reaching.sort_by_key(|c| if c.last <= first { first - c.last } else { c.first.saturating_sub(last) });
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
        let table = CueTable::embedded(&mut Vocabulary::new());
        for row in table.rows.iter().flatten() {
            assert_eq!(row.direction.is_none(), matches!(row.value, Value::Pseudo | Value::Stop), "{}", row.cue);
        }
        assert_eq!(section_default(SectionKind::FamilyHistory), Some(Value::Family));
    }
}
