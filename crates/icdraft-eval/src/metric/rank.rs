//! The whole ranked list, drafted or not.

use std::ops::AddAssign;

use super::matching::Case;
use super::mean;

/// The `k` of recall@k.
pub(crate) const CUTS: [usize; 3] = [5, 10, 20];
/// The `k` of top-k.
pub(crate) const FIRST: [usize; 2] = [1, 3];

/// Where sure gold codes stand in the ranked list. Suggestions that meet an arguable code are left out of it (icdraft
/// gold conventions).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct RankCounts {
    /// Notes with a sure gold code.
    pub(crate) notes: usize,
    /// Sum over notes of average precision: the mean, over sure gold codes, of the precision at the place where each is
    /// found, 0 for those that are not (Manning, Raghavan and Schütze, *Introduction to Information Retrieval*, 2008,
    /// section 8.4).
    pub(crate) average_precision: f64,
    /// Sum over notes of R-precision: precision among as many suggestions as there are sure gold codes (ibid., section 8.4).
    pub(crate) r_precision: f64,
    /// Sure gold codes among the best 5, 10, 20: precision@k once divided by `k` and the notes, recall@k once divided by all of them (ibid., section 8.4).
    pub(crate) found: [usize; CUTS.len()],
    /// Notes whose first-listed sure gold code is among the best 1, 3 (top-k accuracy; icdraft gold conventions).
    pub(crate) first: [usize; FIRST.len()],
}

impl RankCounts {
    /// Mean R-precision over notes with a sure gold code; 0 of nothing.
    pub(crate) fn mean_r_precision(&self) -> f64 {
        mean(self.r_precision, self.notes)
    }

    /// Mean precision among the best `CUTS[cut]`, places that stay empty counted as wrong; 0 of nothing.
    pub(crate) fn precision_at(&self, cut: usize) -> f64 {
        mean(self.found[cut] as f64, CUTS[cut] * self.notes)
    }

    /// MAP over notes with a sure gold code; 0 of nothing.
    pub(crate) fn mean_average_precision(&self) -> f64 {
        mean(self.average_precision, self.notes)
    }
}

impl AddAssign for RankCounts {
    fn add_assign(&mut self, other: Self) {
        self.notes += other.notes;
        self.average_precision += other.average_precision;
        self.r_precision += other.r_precision;
        self.found.iter_mut().zip(other.found).for_each(|(mine, theirs)| *mine += theirs);
        self.first.iter_mut().zip(other.first).for_each(|(mine, theirs)| *mine += theirs);
    }
}

pub(super) fn count(case: &Case<'_>) -> RankCounts {
    let mut counts = RankCounts::default();
    let Some(first_listed) = case.sure().next() else {
        return counts;
    };
    let sure = case.sure().count();
    let (mut hits, mut early) = (0, 0);
    let mut precisions = 0.0;
    for (place, (_, gold)) in (1..).zip(case.judged()) {
        let Some(gold) = gold else { continue };
        hits += 1;
        early += usize::from(place <= sure);
        precisions += f64::from(hits) / place as f64;
        add_within(&mut counts.found, &CUTS, place);
        if std::ptr::eq(gold, first_listed) {
            add_within(&mut counts.first, &FIRST, place);
        }
    }
    counts.r_precision = mean(early as f64, sure);
    counts.notes = 1;
    counts.average_precision = mean(precisions, sure);
    counts
}

/// Adds one for each cut that `place` is within.
fn add_within<const N: usize>(counts: &mut [usize; N], cuts: &[usize; N], place: usize) {
    for (count, &cut) in counts.iter_mut().zip(cuts) {
        *count += usize::from(place <= cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Gold, arguable, case, drafted, ranked, sure};

    fn of(gold: Vec<Gold>, list: &[&str]) -> RankCounts {
        case(System::Icd10Cm, gold, list.iter().map(|c| ranked(c)).collect(), count)
    }

    #[test]
    fn average_precision_by_hand() {
        // Found at places 1 and 3, the third not at all: (1/1 + 2/3) / 3.
        let counts = of(vec![sure("I10"), sure("E11.9"), sure("J45.909")], &["I10", "K21.9", "E11.9"]);
        assert!((counts.average_precision - 5.0 / 9.0).abs() < 1e-12);
        assert_eq!((counts.notes, counts.found, counts.first), (1, [2, 2, 2], [1, 1]));
        // Three gold codes: two of the best three are right. Two of the best five: 2/5, of the best ten: 2/10.
        assert_eq!((counts.r_precision, counts.precision_at(0), counts.precision_at(1)), (2.0 / 3.0, 0.4, 0.2));
    }

    #[test]
    fn r_precision_looks_as_deep_as_there_are_gold_codes() {
        // One gold code at the second place is not among the best one.
        assert_eq!(of(vec![sure("I10")], &["K21.9", "I10"]).r_precision, 0.0);
        assert_eq!(of(vec![sure("I10"), sure("E11.9")], &["K21.9", "I10"]).r_precision, 0.5);
    }

    #[test]
    fn cuts_include_their_own_place() {
        let list =
            ["A00.0", "A00.1", "A00.9", "A01.00", "I10", "A01.01", "A01.02", "A01.03", "A01.04", "A01.05", "E11.9"];
        let counts = of(vec![sure("I10"), sure("E11.9")], &list);
        assert_eq!(counts.found, [1, 1, 2]);
    }

    #[test]
    fn the_first_listed_code_is_the_one_of_lowest_rank() {
        let gold = || vec![sure("E11.9").rank(2), sure("I10").rank(1)];
        assert_eq!(of(gold(), &["E11.9", "I10"]).first, [0, 1]);
        assert_eq!(of(gold(), &["I10"]).first, [1, 1]);
    }

    #[test]
    fn arguable_codes_leave_the_list() {
        let counts = of(vec![arguable("R10.9").rank(1), sure("I10").rank(2)], &["R10.9", "I10"]);
        assert_eq!((counts.average_precision, counts.first), (1.0, [1, 1]));
    }

    #[test]
    fn drafts_and_others_stand_in_one_list() {
        let list = vec![ranked("K21.9"), drafted("I10")];
        assert_eq!(case(System::Icd10Cm, vec![sure("I10")], list, count).average_precision, 0.5);
    }

    #[test]
    fn notes_without_a_sure_code_are_not_in_the_mean() {
        assert_eq!(of(vec![arguable("I10")], &["I10"]), RankCounts::default());
        let mut sum = of(vec![sure("I10")], &[]);
        assert_eq!((sum.notes, sum.mean_average_precision()), (1, 0.0));
        sum += of(vec![sure("I10")], &["I10"]);
        assert_eq!((sum.notes, sum.mean_average_precision()), (2, 0.5));
    }
}
