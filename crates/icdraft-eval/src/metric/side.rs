//! Right or left.

use std::collections::BTreeSet;

use icdraft_codeset::{CodeSet, folded};

use super::Share;
use super::matching::{Case, normal};
use crate::prediction::Suggested;

/// Words that name a side.
const SIDES: [&str; 3] = ["right", "left", "bilateral"];
/// Parts of titles in which such a word names something else (left ventricle, right bundle-branch block, left-sided
/// colitis).
const NOT_A_SIDE: [&str; 5] = ["heart", "ventric", "bundle", "colitis", "atri"];

/// The official titles, lower case without diacritics.
pub(crate) struct Titles<'a>(&'a CodeSet);

impl<'a> Titles<'a> {
    pub(crate) fn of(set: &'a CodeSet) -> Self {
        Self(set)
    }

    /// Whether two codes have the same title but for the side that they name or leave open.
    pub(crate) fn differ_by_side(&self, one: &str, other: &str) -> bool {
        let (one, other) = (self.title(one), self.title(other));
        // Both sides are often said in the plural: "right upper limb", "bilateral upper limbs".
        let singular = |title: String| title.replace("s,", ",").trim_end_matches('s').to_owned();
        let family = |title: &str| singular(sideless(title).unwrap_or_else(|| title.replace("unspecified", "_")));
        let sided = sideless(&one).is_some() || sideless(&other).is_some();
        sided && one != other && family(&one) == family(&other)
    }

    /// The title; empty for a code that the release does not have.
    fn title(&self, code: &str) -> String {
        let title = normal(code).parse().ok().and_then(|code| self.0.title(code));
        title.map(|title| folded(&title)).unwrap_or_default()
    }
}

/// Sure gold codes whose title names a side, where the draft has the same title but for the side: right where every side
/// that is drafted is a gold one, and none is left unspecified (icdraft gold conventions).
pub(super) fn count(diagnoses: &Case<'_>, titles: &Titles<'_>) -> Share {
    let accepted: BTreeSet<String> = diagnoses.accepted().collect();
    let drafts: Vec<(&Suggested, String)> = diagnoses.drafts.iter().map(|&d| (d, titles.title(&d.code))).collect();
    let mut share = Share::default();
    for gold in diagnoses.sure() {
        let title = titles.title(&gold.code);
        let Some(family) = sideless(&title) else {
            continue;
        };
        if NOT_A_SIDE.iter().any(|part| title.contains(part)) {
            continue;
        }
        let mut sided = drafts.iter().filter(|(_, t)| sideless(t).as_ref() == Some(&family)).peekable();
        let unspecified = drafts.iter().any(|(_, t)| t.replace("unspecified", "_") == family);
        if unspecified || sided.peek().is_some() {
            share.count(!unspecified && sided.all(|(d, _)| accepted.contains(&normal(&d.code))));
        }
    }
    share
}

/// A title with `_` for each side; none where it names no side.
fn sideless(title: &str) -> Option<String> {
    let between = |c: char| !c.is_alphanumeric();
    let mut named = false;
    let words = title.split_inclusive(between).map(|piece| {
        let word = piece.trim_end_matches(between);
        let side = SIDES.contains(&word);
        named |= side;
        if side { piece.replacen(word, "_", 1) } else { piece.to_owned() }
    });
    let title = words.collect();
    named.then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Gold, case, drafted, sure};

    fn of(gold: Vec<Gold>, drafts: &[&str]) -> Share {
        let set = CodeSet::embedded();
        let drafts = drafts.iter().map(|d| drafted(d)).collect();
        case(System::Icd10Cm, gold, drafts, |case| count(case, &Titles::of(&set)))
    }

    // G56.0: carpal tunnel syndrome, unspecified (0), right (1), left (2), bilateral (3).
    #[test]
    fn the_same_title_but_for_the_side_is_asked() {
        assert_eq!(of(vec![sure("G56.01")], &["G56.01"]), Share { hit: 1, of: 1 });
        assert_eq!(of(vec![sure("G56.01")], &["G56.02"]), Share { hit: 0, of: 1 });
        assert_eq!(of(vec![sure("G56.01")], &["G56.21", "I10"]), Share::default());
    }

    #[test]
    fn every_drafted_side_must_be_a_gold_one() {
        assert_eq!(of(vec![sure("G56.01")], &["G56.01", "G56.02"]), Share { hit: 0, of: 1 });
        assert_eq!(of(vec![sure("G56.01"), sure("G56.02")], &["G56.01", "G56.02"]), Share { hit: 2, of: 2 });
        assert_eq!(of(vec![sure("G56.01").or("G56.02")], &["G56.02"]), Share { hit: 1, of: 1 });
    }

    #[test]
    fn an_unspecified_side_is_not_right() {
        assert_eq!(of(vec![sure("G56.01")], &["G56.00"]), Share { hit: 0, of: 1 });
        assert_eq!(of(vec![sure("G56.01")], &["G56.01", "G56.00"]), Share { hit: 0, of: 1 });
    }

    #[test]
    fn titles_without_a_body_side_are_not_asked() {
        assert_eq!(of(vec![sure("I10"), sure("I50.1"), sure("K51.50")], &["I10", "I50.1", "K51.50"]), Share::default());
    }

    #[test]
    fn codes_of_no_release_have_no_title() {
        assert_eq!(of(vec![sure("G56.01")], &["G56.0199", "?", "Q00.1X"]), Share::default());
    }

    #[test]
    fn codes_that_differ_by_side_alone() {
        let set = CodeSet::embedded();
        let differ = |one: &str, other: &str| Titles::of(&set).differ_by_side(one, other);
        assert!(differ("G56.01", "G56.02") && differ("G56.01", "G56.00") && differ("G56.03", "g5601"));
        assert!(!differ("G56.01", "G56.01") && !differ("G56.01", "G56.21") && !differ("I10", "I15.0"));
    }

    #[test]
    fn sides_are_whole_words() {
        assert_eq!(sideless("fracture, right (left) hand").unwrap(), "fracture, _ (_) hand");
        assert_eq!(sideless("cleft hand and brightness"), None);
    }
}
