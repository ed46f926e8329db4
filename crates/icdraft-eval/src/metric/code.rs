//! Drafted codes: right, wrong, missed.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::Share;
use super::matching::{Case, normal};
use crate::gold::GoldCode;
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

    /// As often as a note is drawn.
    pub(crate) fn times(self, weight: u32) -> Self {
        let weight = weight as usize;
        Self { tp: self.tp * weight, fp: self.fp * weight, fn_: self.fn_ * weight }
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

/// The counts of one code, category or chapter in one note.
pub(crate) type Cell = (String, Tally);

/// Sums cells: the micro view of what [`super::per_code`] views one by one.
pub(super) fn sum(cells: &[Cell]) -> Tally {
    let mut total = Tally::default();
    for (_, tally) in cells {
        total += *tally;
    }
    total
}

/// Counts whole codes (icdraft gold conventions): each under the gold code's name where it meets one, under its own where
/// it is wrong.
pub(super) fn codes(case: &Case<'_>) -> Vec<Cell> {
    let right = case.right().map(|(_, gold)| (normal(&gold.code), Tally { tp: 1, fp: 0, fn_: 0 }));
    let drafts = case.drafts.iter().zip(&case.met);
    let wrong = drafts.filter(|(_, met)| met.is_none());
    let wrong = wrong.map(|(draft, _)| (normal(&draft.code), Tally { tp: 0, fp: 1, fn_: 0 }));
    let is_met = |gold: &GoldCode| case.met.iter().flatten().any(|met| std::ptr::eq(*met, gold));
    let missed = case.sure().filter(|gold| !is_met(gold));
    let missed = missed.map(|gold| (normal(&gold.code), Tally { tp: 0, fp: 0, fn_: 1 }));
    right.chain(wrong).chain(missed).collect()
}

/// Counts groups of codes, as sets (icdraft gold conventions): a drafted group is right where a sure gold code has it, and
/// wrong where no gold code or alternative has it. Codes that `group` does not know are left out.
pub(super) fn groups(case: &Case<'_>, group: impl Fn(&str) -> Option<String>) -> Vec<Cell> {
    let wanted: BTreeSet<String> = case.sure().filter_map(|c| group(&c.code)).collect();
    let allowed: BTreeSet<String> = case.accepted().filter_map(|c| group(&c)).collect();
    let drafted: BTreeSet<String> = case.drafts.iter().filter_map(|Suggested { code, .. }| group(code)).collect();
    let right = drafted.intersection(&wanted).map(|name| (name.clone(), Tally { tp: 1, fp: 0, fn_: 0 }));
    let wrong = drafted.difference(&allowed).map(|name| (name.clone(), Tally { tp: 0, fp: 1, fn_: 0 }));
    let missed = wanted.difference(&drafted).map(|name| (name.clone(), Tally { tp: 0, fp: 0, fn_: 1 }));
    right.chain(wrong).chain(missed).collect()
}

/// Whether the draft is the gold: nothing wrong, nothing missed, in a note that has something to draft.
pub(super) fn exact(tally: Tally) -> Share {
    let mut share = Share::default();
    if tally != Tally::default() {
        share.count(tally.fp + tally.fn_ == 0);
    }
    share
}

/// The first three characters.
pub(crate) fn category_of(code: &str) -> String {
    normal(code).chars().take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Gold, arguable, case, drafted, ranked, sure};

    fn both(gold: Vec<Gold>, drafts: &[&str]) -> (Tally, Tally) {
        let drafts = drafts.iter().map(|d| drafted(d)).collect();
        case(System::Icd10Cm, gold, drafts, |case| {
            (sum(&codes(case)), sum(&groups(case, |code| Some(category_of(code)))))
        })
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
        let codes = case(System::Icd10Cm, vec![sure("I10")], vec![ranked("I10"), ranked("E11.9")], codes);
        assert_eq!(sum(&codes), Tally { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn a_code_is_counted_under_the_gold_codes_name_or_its_own() {
        let gold = vec![sure("M17.11").or("M17.9"), sure("I10"), arguable("E11.9")];
        let drafts = ["M17.9", "J45.909", "E11.9"].map(drafted).into();
        let tally = |tp, fp, fn_| Tally { tp, fp, fn_ };
        let expected = [("M1711", tally(1, 0, 0)), ("J45909", tally(0, 1, 0)), ("I10", tally(0, 0, 1))];
        let expected = expected.map(|(name, tally)| (name.to_owned(), tally));
        assert_eq!(case(System::Icd10Cm, gold, drafts, codes), expected);
    }

    #[test]
    fn a_draft_is_exact_where_nothing_is_wrong_and_nothing_missed() {
        let exact = |gold: Vec<Gold>, drafts: &[&str]| exact(both(gold, drafts).0);
        let gold = || vec![sure("I10"), arguable("E11.9")];
        assert_eq!(exact(gold(), &["I10", "E11.9"]), Share { hit: 1, of: 1 });
        assert_eq!(exact(gold(), &["I10", "J45.909"]), Share { hit: 0, of: 1 });
        assert_eq!(exact(gold(), &[]), Share { hit: 0, of: 1 });
        assert_eq!(exact(vec![], &[]), Share::default());
    }

    #[test]
    fn nothing_gives_zero() {
        let codes = both(vec![], &[]).0;
        assert_eq!((codes.precision(), codes.recall(), codes.f1()), (0.0, 0.0, 0.0));
    }
}
