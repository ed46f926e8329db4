//! Procedures whose words stand in a title line in another order than any phrase has them: "penile prosthesis, three-piece, insertion".

use rustc_hash::{FxHashMap, FxHashSet};

use crate::phrase::{self, PhraseError};
use crate::vocabulary::{Vocabulary, Word};

/// The words that a phrase asks for, in any order: one alternative of each slot.
#[derive(Debug)]
pub(crate) struct Bag {
    pub(crate) concept: usize,
    slots: Vec<Vec<Vec<Word>>>,
}

/// Every phrase as a bag of words.
#[derive(Debug, Default)]
pub(crate) struct Bags {
    bags: Vec<Bag>,
    /// Bags by one word of each alternative of their shortest slot.
    by_word: FxHashMap<Word, Vec<usize>>,
    /// Words that mean the same here, by the first of their class.
    same: FxHashMap<Word, Word>,
    /// Words that carry nothing here.
    links: FxHashSet<Word>,
}

/// Words that carry nothing here.
const LINKS: &[&str] = &[
    "of", "with", "and", "for", "to", "in", "from", "by", "on", "at", "via", "under", "without", "into", "through",
    "using", "or",
];

/// Most other words among the matched ones: for two words, and for more.
const AMONG_TWO: usize = 2;
const AMONG: usize = 4;

impl Bags {
    pub(crate) fn new(vocabulary: &mut Vocabulary) -> Self {
        let classes = include_str!("../data/same_words.tsv").lines().filter(|l| !l.starts_with('#')).skip(1);
        let mut same = FxHashMap::default();
        for class in classes {
            let words: Vec<Word> = class.split(' ').flat_map(|w| vocabulary.phrase(w).0).collect();
            same.extend(words.iter().map(|&w| (w, words[0])));
        }
        let links = LINKS.iter().flat_map(|w| vocabulary.phrase(w).0).collect();
        Self { same, links, ..Self::default() }
    }

    /// Adds a phrase, if it has at least two words that must be there.
    ///
    /// # Errors
    /// A phrase that cannot be read.
    pub(crate) fn add(&mut self, phrase: &str, concept: usize, vocabulary: &mut Vocabulary) -> Result<(), PhraseError> {
        let mut slots: Vec<Vec<Vec<Word>>> = Vec::new();
        for part in phrase::parts(phrase)? {
            for slot in phrase::slots(part)? {
                // "T and A": letters that are words of a title mean nothing in another order.
                let letters = |text: &&String| text.split_whitespace().any(|w| w.len() == 1);
                let alternatives: Vec<Vec<Word>> = slot
                    .iter()
                    .filter(|text| !letters(text))
                    .map(|text| vocabulary.phrase(text).0)
                    .map(|words| words.into_iter().filter(|w| !self.links.contains(w)).map(|w| self.plain(w)).collect())
                    .collect();
                if slot.iter().any(|text| letters(&text)) && alternatives.is_empty() {
                    return Ok(());
                }
                if alternatives.iter().all(|words| !words.is_empty()) {
                    slots.push(alternatives);
                }
            }
        }
        let fewest = |slot: &Vec<Vec<Word>>| slot.iter().map(Vec::len).min().unwrap_or(0);
        if slots.iter().map(fewest).sum::<usize>() < 2 {
            return Ok(());
        }
        let Some(key) = slots.iter().min_by_key(|s| s.len()) else { return Ok(()) };
        let mut keys: Vec<Word> = key.iter().filter_map(|words| words.iter().max().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        for word in keys {
            self.by_word.entry(word).or_default().push(self.bags.len());
        }
        self.bags.push(Bag { concept, slots });
        Ok(())
    }

    fn plain(&self, word: Word) -> Word {
        self.same.get(&word).copied().unwrap_or(word)
    }

    /// The concepts whose words all stand among `words` (each with its place), with the places used.
    pub(crate) fn found(&self, words: &[(usize, Word)]) -> Vec<(usize, Vec<usize>)> {
        let mut places: FxHashMap<Word, usize> = FxHashMap::default();
        for &(at, word) in words {
            places.entry(self.plain(word)).or_insert(at);
        }
        let mut numbers: Vec<usize> = places.keys().filter_map(|w| self.by_word.get(w)).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|n| Some((self.bags[n].concept, self.bags[n].places(&places)?))).collect()
    }
}

impl Bag {
    fn places(&self, stand: &FxHashMap<Word, usize>) -> Option<Vec<usize>> {
        let mut used = Vec::new();
        for slot in &self.slots {
            let told = |words: &&Vec<Word>| words.iter().all(|w| stand.contains_key(w));
            let words = slot.iter().filter(told).max_by_key(|w| w.len())?;
            used.extend(words.iter().map(|w| stand[w]));
        }
        used.sort_unstable();
        used.dedup();
        let spread = used.last()? - used.first()? + 1;
        let most = if used.len() == 2 { AMONG_TWO } else { AMONG };
        (used.len() >= 2 && spread <= used.len() + most).then_some(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<usize> {
        let mut vocabulary = Vocabulary::new();
        let mut bags = Bags::new(&mut vocabulary);
        for (n, phrase) in phrases.iter().enumerate() {
            bags.add(phrase, n, &mut vocabulary).unwrap();
        }
        let words: Vec<(usize, Word)> = vocabulary.known(text).into_iter().enumerate().collect();
        bags.found(&words).into_iter().map(|f| f.0).collect()
    }

    #[test]
    fn any_order_and_other_words_for_the_same() {
        let phrases =
            ["{insertion|placement} of {inflatable|} penile prosthesis", "removal of penile prosthesis", "orchiopexy"];
        assert_eq!(found(&phrases, "Penile prosthesis, three-piece, implanted"), [0]);
        assert_eq!(found(&phrases, "penile prosthesis"), [0usize; 0]);
        assert_eq!(found(&phrases, "orchiopexy"), [0usize; 0]);
    }
}
