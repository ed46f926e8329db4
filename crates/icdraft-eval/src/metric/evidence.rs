//! The words that support right codes.

use std::ops::AddAssign;

use super::matching::Case;
use super::{Share, mean};
use crate::span::CharSpan;

/// A span up to this length is never too long.
const SHORT: usize = 200;
/// A longer one may be this many times as long as the gold span.
const TIMES: usize = 3;

/// How well drafted spans agree with gold spans, over right drafts of both systems (icdraft gold conventions).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct EvidenceCounts {
    /// Right drafts with a span that overlaps a gold span and is not too long.
    pub(crate) overlapping: Share,
    /// Sum of the character F1 of each right draft's best pair of spans.
    pub(crate) f1: f64,
}

impl EvidenceCounts {
    /// Mean character F1 over right drafts.
    pub(crate) fn mean_f1(&self) -> f64 {
        mean(self.f1, self.overlapping.of)
    }
}

impl AddAssign for EvidenceCounts {
    fn add_assign(&mut self, other: Self) {
        self.overlapping += other.overlapping;
        self.f1 += other.f1;
    }
}

pub(super) fn count(case: &Case<'_>) -> EvidenceCounts {
    let mut counts = EvidenceCounts::default();
    for (draft, gold) in case.right() {
        let pairs = draft.evidence.iter().flat_map(|&d| gold.evidence_spans.iter().map(move |&g| agreement(d, g)));
        let best = pairs.fold(0.0, f64::max);
        counts.overlapping.count(best > 0.0);
        counts.f1 += best;
    }
    counts
}

/// Character F1 of two spans, twice what they share by what they have; 0 where the drafted one is at once longer than 200
/// characters and than three times the gold one (icdraft gold conventions): whoever shows the whole page shows nothing.
fn agreement(drafted: CharSpan, gold: CharSpan) -> f64 {
    if drafted.length() > SHORT.max(TIMES * gold.length()) {
        return 0.0;
    }
    mean(2.0 * drafted.overlap(gold) as f64, drafted.length() + gold.length())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{arguable, case, drafted, sure};

    #[test]
    fn the_best_pair_counts() {
        let gold = vec![sure("I10").at(10, 20).at(50, 60)];
        let draft = vec![drafted("I10").at(0, 5).at(15, 20).at(50, 70)];
        let counts = case(System::Icd10Cm, gold, draft, count);
        // 15..20 in 10..20 shares 5 of 15: 0.667; 50..70 with 50..60 shares 10 of 30: 0.667; the others nothing.
        assert_eq!(counts.overlapping, Share { hit: 1, of: 1 });
        assert!((counts.f1 - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_span_that_is_too_long_shows_nothing() {
        assert_eq!(agreement(CharSpan::new(0, 201), CharSpan::new(0, 10)), 0.0);
        assert!(agreement(CharSpan::new(0, 200), CharSpan::new(0, 10)) > 0.0);
        assert!(agreement(CharSpan::new(0, 300), CharSpan::new(0, 100)) > 0.0);
        assert_eq!(agreement(CharSpan::new(0, 301), CharSpan::new(0, 100)), 0.0);
    }

    #[test]
    fn only_right_codes_are_asked_and_no_evidence_misses() {
        let gold = vec![sure("I10").at(0, 3), arguable("R01.1").at(4, 9)];
        let drafts = vec![drafted("I10"), drafted("R01.1").at(4, 9), drafted("E11.9").at(0, 3)];
        let counts = case(System::Icd10Cm, gold, drafts, count);
        assert_eq!((counts.overlapping, counts.f1, counts.mean_f1()), (Share { hit: 0, of: 1 }, 0.0, 0.0));
    }

    #[test]
    fn empty_spans_divide_nothing() {
        assert_eq!(agreement(CharSpan::new(4, 4), CharSpan::new(4, 4)), 0.0);
    }
}
