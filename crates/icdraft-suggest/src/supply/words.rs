//! Words around a drug (`data/drug_words.tsv`).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::knowledge::rows;

/// What words say of a drug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Says {
    /// It was given.
    Given,
    /// It was taken elsewhere, or is to be taken at home.
    Elsewhere,
    /// It is ordered, planned, refused.
    Order,
    /// Here and now.
    Here,
    /// In the office.
    Office,
    /// A further dose.
    Further,
    /// By the mouth, the skin, the nose.
    Oral,
    /// By a needle.
    Parenteral,
    /// Into a vein.
    Vein,
    /// Inhaled.
    Inhaled,
    /// From a container that serves many.
    Multi,
}

#[derive(Debug, Deserialize)]
struct Row {
    says: Says,
    words: String,
}

static WORDS: LazyLock<FxHashMap<Says, Vec<String>>> = LazyLock::new(|| {
    let mut map: FxHashMap<Says, Vec<String>> = FxHashMap::default();
    for row in rows::<Row>(include_bytes!("../../data/drug_words.tsv")) {
        map.entry(row.says).or_default().extend(row.words.split('|').map(|w| format!(" {w} ")));
    }
    map
});

/// A text as words between spaces, to look for others in.
#[derive(Debug)]
pub(crate) struct Words(String);

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let mut plain = String::with_capacity(text.len() + 2);
        plain.push(' ');
        for c in text.chars().flat_map(char::to_lowercase) {
            match c {
                c if c.is_alphanumeric() => plain.push(c),
                _ if plain.ends_with(' ') => {}
                _ => plain.push(' '),
            }
        }
        if !plain.ends_with(' ') {
            plain.push(' ');
        }
        Self(plain)
    }

    pub(crate) fn say(&self, what: Says) -> bool {
        self.first(what).is_some()
    }

    /// Where the first words that say so stand.
    pub(crate) fn first(&self, what: Says) -> Option<usize> {
        WORDS.get(&what)?.iter().filter_map(|w| self.0.find(w.as_str())).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        assert!(Words::of("given by EMS.").say(Says::Elsewhere));
        assert!(!Words::of("her problems seem better").say(Says::Elsewhere));
        assert!(Words::of("10 mg p.o.").say(Says::Oral));
        assert!(Words::of("40 mg intra-articular").say(Says::Parenteral));
    }

    #[test]
    fn every_kind_has_words_in_plain_form() {
        assert_eq!(WORDS.len(), 11);
        for word in WORDS.values().flatten() {
            assert_eq!(Words::of(word).0, *word);
        }
    }
}
