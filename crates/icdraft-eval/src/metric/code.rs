//! Drafted codes: right, wrong, missed.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::Share;
use super::matching::{Case, normal};
use crate::prediction::Suggested;

/// Drafted codes that are right and wrong, and sure gold codes that are missed (icdraft gold conventions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Drafts that meet a sure gold code.
    pub tp: usize,
    /// Drafts that meet no gold code, not even an arguable one.
    pub fp: usize,
    /// Sure gold codes that no draft meets.
    #[serde(rename = "fn")]
    pub fn_: usize,
}

impl Tally {
    /// Share of drafts that are right, those on arguable codes left out (Manning, Raghavan and Schütze, *Introduction to
    /// Information Retrieval*, 2008, section 8.3); 0 of nothing.
    pub fn precision(self) -> f64 {
        Share { hit: self.tp, of: self.tp + self.fp }.rate()
    }

    /// Share of sure gold codes that are drafted (Manning, Raghavan and Schütze, section 8.3); 0 of nothing.
    pub fn recall(self) -> f64 {
        Share { hit: self.tp, of: self.gold() }.rate()
    }

    /// Harmonic mean of precision and recall, from the sums over notes (micro; Manning, Raghavan and Schütze, sections 8.3
    /// and 13.6); 0 of nothing.
    pub fn f1(self) -> f64 {
        Share { hit: 2 * self.tp, of: 2 * self.tp + self.fp + self.fn_ }.rate()
    }

    /// Sure gold codes.
    pub fn gold(self) -> usize {
        self.tp + self.fn_
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.tp += other.tp;
        self.fp += other.fp;
        self.fn_ += other.fn_;
    }
}

/// Counts whole codes (icdraft gold conventions).
pub(super) fn tally(case: &Case<'_>) -> Tally {
    let tp = case.right().count();
    Tally { tp, fp: case.met.iter().filter(|m| m.is_none()).count(), fn_: case.sure().count() - tp }
}

/// Counts three-character categories, as sets (icdraft gold conventions): a drafted one is right where a sure gold code
/// has it, and wrong where no gold code or alternative has it.
pub(super) fn category(case: &Case<'_>) -> Tally {
    let wanted: BTreeSet<String> = case.sure().map(|c| category_of(&c.code)).collect();
    let allowed: BTreeSet<String> = case.accepted().map(|c| category_of(&c)).collect();
    let drafted: BTreeSet<String> = case.drafts.iter().map(|Suggested { code, .. }| category_of(code)).collect();
    Tally {
        tp: drafted.intersection(&wanted).count(),
        fp: drafted.difference(&allowed).count(),
        fn_: wanted.difference(&drafted).count(),
    }
}

/// The first three characters.
pub(super) fn category_of(code: &str) -> String {
    normal(code).chars().take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Gold, arguable, case, drafted, ranked, sure};

    fn both(gold: Vec<Gold>, drafts: &[&str]) -> (Tally, Tally) {
        let drafts = drafts.iter().map(|d| drafted(d)).collect();
        case(System::Icd10Cm, gold, drafts, |case| (tally(case), category(case)))
    }

    #[test]
    fn right_wrong_and_missed() {
        let gold = vec![sure("K40.90"), sure("I10"), sure("E11.9")];
        let (codes, categories) = both(gold, &["K40.20", "I10", "J45.909"]);
        assert_eq!(codes, Tally { tp: 1, fp: 2, fn_: 2 });
        assert_eq!(categories, Tally { tp: 2, fp: 1, fn_: 1 });
        assert_eq!((codes.precision(), codes.recall(), codes.f1()), (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0));
    }

    #[test]
    fn arguable_codes_are_neither_right_nor_wrong() {
        let gold = || vec![sure("I10"), arguable("Z98.890")];
        assert_eq!(both(gold(), &["I10", "Z98.890"]).0, Tally { tp: 1, fp: 0, fn_: 0 });
        assert_eq!(both(gold(), &["I10"]).0, Tally { tp: 1, fp: 0, fn_: 0 });
        assert_eq!(both(gold(), &["Z98.890"]).1, Tally { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn an_alternative_of_another_category_is_not_wrong_but_does_not_give_the_category() {
        let (codes, categories) = both(vec![sure("M54.16").or("G54.4")], &["G54.4"]);
        assert_eq!(codes, Tally { tp: 1, fp: 0, fn_: 0 });
        assert_eq!(categories, Tally { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn categories_are_sets() {
        let (_, categories) = both(vec![sure("S52.501A"), sure("S52.601A")], &["S52.90XA", "S52.91XA", "S62.90XA"]);
        assert_eq!(categories, Tally { tp: 1, fp: 1, fn_: 0 });
    }

    #[test]
    fn what_is_not_drafted_is_missed() {
        let codes = case(System::Icd10Cm, vec![sure("I10")], vec![ranked("I10"), ranked("E11.9")], tally);
        assert_eq!(codes, Tally { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn nothing_gives_zero() {
        let codes = both(vec![], &[]).0;
        assert_eq!((codes.precision(), codes.recall(), codes.f1()), (0.0, 0.0, 0.0));
    }
}
