//! Axes: what sibling codes differ by (side, acuity, cause, encounter ...), derived from the words of their titles.
//!
//! The vocabulary is data (`data/axes.tsv`); no code is listed anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::codeset::CodeSet;
use crate::hierarchy::EntryId;

/// A value on an axis, as a title states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Facet {
    /// `side`, `acuity`, `encounter` ...
    pub axis: String,
    /// `right`, `acute`, `initial` ...
    pub value: String,
    /// The words of the title that say so.
    pub words: String,
}

static VOCABULARY: LazyLock<Vec<Facet>> = LazyLock::new(|| {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'\t').from_reader(include_bytes!("../data/axes.tsv").as_slice());
    let mut rows: Vec<Facet> =
        reader.deserialize().collect::<Result<_, _>>().expect("data/axes.tsv is checked by the tests");
    // "acute on chronic" is read before "acute".
    rows.sort_by_key(|f| std::cmp::Reverse(f.words.len()));
    rows
});

/// The facets that a title states, longest wording first; each stretch of the title is read once.
pub fn facets(title: &str) -> Vec<&'static Facet> {
    let mut rest = format!(" {} ", title.to_lowercase().replace([',', ';', '(', ')'], " "));
    rest = format!(" {} ", rest.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut found = Vec::new();
    for facet in VOCABULARY.iter() {
        let needle = format!(" {} ", facet.words);
        if rest.contains(&needle) {
            rest = rest.replace(&needle, " _ ");
            found.push(facet);
        }
    }
    found
}

/// The axes on which the billable codes at or below an entry differ, with their values.
pub fn below(set: &CodeSet, id: EntryId) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut axes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut leaves = 0;
    for leaf in set.leaves(id) {
        leaves += 1;
        for facet in facets(set.entry_title(leaf)) {
            axes.entry(&facet.axis).or_default().insert(&facet.value);
        }
    }
    axes.retain(|_, values| values.len() > 1 || leaves == 1);
    axes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(title: &str) -> Vec<(&str, &str)> {
        let mut pairs: Vec<_> = facets(title).into_iter().map(|f| (f.axis.as_str(), f.value.as_str())).collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn titles_state_their_axes() {
        assert_eq!(
            pairs("Unilateral primary osteoarthritis, right knee"),
            [("cause", "primary"), ("side", "right"), ("side", "unilateral")]
        );
        assert_eq!(pairs("Acute on chronic systolic (congestive) heart failure"), [("acuity", "acute on chronic")]);
        assert_eq!(
            pairs("Unilateral inguinal hernia, without obstruction or gangrene, not specified as recurrent"),
            [("acuity", "recurrent"), ("obstruction", "without"), ("side", "unilateral")]
        );
    }

    #[test]
    fn a_heading_tells_what_is_left_open() {
        let set = CodeSet::embedded();
        let axes = below(&set, set.find("M17".parse().unwrap()).unwrap());
        assert!(axes["side"].contains("right") && axes["side"].contains("bilateral"));
        assert!(axes["cause"].contains("post-traumatic"));
    }
}
