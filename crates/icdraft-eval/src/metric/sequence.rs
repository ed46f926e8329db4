//! The order on the claim.

use std::ops::AddAssign;

use super::Share;
use super::matching::Case;
use crate::gold::{Certainty, GoldCode};

/// Whether drafts stand in the order of the gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SequenceCounts {
    /// Notes whose first draft meets the first-listed sure gold code.
    pub(crate) first: Share,
    /// Pairs of right drafts that stand in the same order as their gold codes (Kendall's tau is twice this share less one).
    pub(crate) pairs: Share,
}

impl AddAssign for SequenceCounts {
    fn add_assign(&mut self, other: Self) {
        self.first += other.first;
        self.pairs += other.pairs;
    }
}

pub(super) fn count(case: &Case<'_>) -> SequenceCounts {
    let mut counts = SequenceCounts::default();
    let Some(first_listed) = case.sure().next() else {
        return counts;
    };
    let mut order: Vec<usize> = (0..case.drafts.len()).collect();
    order.sort_by_key(|&n| case.drafts[n].sequence.unwrap_or(usize::MAX));
    let met: Vec<Option<&GoldCode>> = order.iter().map(|&n| case.met[n]).collect();
    // A draft on an arguable code is neither right nor wrong, at the first place too.
    let mut judged = met.iter().filter(|gold| gold.is_none_or(|g| g.certainty == Certainty::Sure));
    counts.first.count(judged.next().copied().flatten().is_some_and(|gold| std::ptr::eq(gold, first_listed)));
    let right: Vec<u32> =
        met.iter().flatten().filter(|g| g.certainty == Certainty::Sure).filter_map(|g| g.rank).collect();
    for (n, &earlier) in right.iter().enumerate() {
        for &later in right[n + 1..].iter().filter(|&&later| later != earlier) {
            counts.pairs.count(earlier < later);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Draft, Gold, arguable, case, drafted, sure};

    fn of(gold: Vec<Gold>, drafts: Vec<Draft>) -> SequenceCounts {
        case(System::Icd10Cm, gold, drafts, count)
    }

    fn three() -> Vec<Gold> {
        vec![sure("I10").rank(1), sure("E11.9").rank(2), sure("J45.909").rank(3)]
    }

    #[test]
    fn pairs_by_hand() {
        // Drafted E11.9, I10, J45.909: of the pairs 1-2, 1-3, 2-3 the first is the wrong way round. Tau = 2 * 2/3 - 1 = 1/3.
        let counts = of(three(), ["E11.9", "I10", "J45.909"].map(drafted).into());
        assert_eq!((counts.first, counts.pairs), (Share { hit: 0, of: 1 }, Share { hit: 2, of: 3 }));
    }

    #[test]
    fn the_sequence_decides_not_the_order_of_the_list() {
        let drafts = vec![drafted("E11.9").place(2), drafted("J45.909").place(3), drafted("I10").place(1)];
        let counts = of(three(), drafts);
        assert_eq!((counts.first, counts.pairs), (Share { hit: 1, of: 1 }, Share { hit: 3, of: 3 }));
    }

    #[test]
    fn wrong_drafts_take_the_first_place_and_arguable_ones_do_not() {
        let gold = || vec![sure("I10").rank(1), arguable("R10.9").rank(2)];
        assert_eq!(of(gold(), ["K21.9", "I10"].map(drafted).into()).first, Share { hit: 0, of: 1 });
        assert_eq!(of(gold(), ["R10.9", "I10"].map(drafted).into()).first, Share { hit: 1, of: 1 });
        assert_eq!(of(gold(), vec![]).first, Share { hit: 0, of: 1 });
        assert_eq!(of(vec![arguable("R10.9")], vec![]), SequenceCounts::default());
    }

    #[test]
    fn codes_without_a_rank_are_in_no_pair() {
        let counts = of(vec![sure("I10").rank(1), sure("E11.9")], ["I10", "E11.9"].map(drafted).into());
        assert_eq!(counts.pairs, Share::default());
    }
}
