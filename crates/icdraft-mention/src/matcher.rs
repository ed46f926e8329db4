//! The automaton: every occurrence of every phrase, in one pass over a note's symbols.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// One occurrence of a phrase, by its place in the symbol stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) pattern: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Finds phrases given as symbol strings.
#[derive(Debug)]
pub(crate) struct Matcher(AhoCorasick);

impl Matcher {
    /// # Panics
    /// Where the phrases need more than 2^31 automaton states; a terminology has about a million.
    pub(crate) fn new<S: AsRef<[u8]>>(patterns: &[S]) -> Self {
        // The noncontiguous automaton builds in a third of the time of the others; scanning is not the bottleneck.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(patterns);
        Self(automaton.expect("a terminology is far below the automaton's limits"))
    }

    /// Every occurrence, overlapping ones too, ordered by end.
    pub(crate) fn occurrences<'a>(&'a self, symbols: &'a str) -> impl Iterator<Item = Occurrence> + 'a {
        self.0.find_overlapping_iter(symbols).map(|m| Occurrence {
            pattern: m.pattern().as_usize(),
            start: m.start(),
            end: m.end(),
        })
    }
}
