//! Whether confidence means what it says.

use std::ops::AddAssign;

use super::matching::Case;
use super::mean;

/// Bins of equal width between 0 and 1.
pub(crate) const BINS: usize = 15;

/// Suggestions by their confidence, those on arguable codes left out; a suggestion is right where it meets a sure gold code.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct CalibrationCounts {
    /// The first bin holds 0 to 1/15, both included, the others what is above their lower end (Guo et al., ICML 2017).
    pub(crate) bins: [Bin; BINS],
    squares: f64,
    pub(crate) n: usize,
}

/// The suggestions of one bin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Bin {
    pub(crate) n: usize,
    /// Sum of their confidence.
    pub(crate) confidence: f64,
    pub(crate) right: usize,
}

impl CalibrationCounts {
    fn add(&mut self, confidence: f64, right: bool) {
        let bin = ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
        self.bins[bin] += Bin { n: 1, confidence, right: right.into() };
        self.squares += (confidence - f64::from(u8::from(right))).powi(2);
        self.n += 1;
    }

    /// Expected calibration error: mean distance between confidence and the share of right ones, over bins, weighted by their
    /// suggestions (Naeini, Cooper and Hauskrecht, AAAI 2015).
    pub(crate) fn expected_error(&self) -> f64 {
        mean(self.bins.iter().map(|b| (b.confidence - b.right as f64).abs()).sum(), self.n)
    }

    /// Brier score: mean square of the distance between confidence and 1 for right, 0 for wrong (Brier, 1950).
    pub(crate) fn brier(&self) -> f64 {
        mean(self.squares, self.n)
    }
}

impl AddAssign for Bin {
    fn add_assign(&mut self, other: Self) {
        self.n += other.n;
        self.confidence += other.confidence;
        self.right += other.right;
    }
}

impl AddAssign for CalibrationCounts {
    fn add_assign(&mut self, other: Self) {
        self.bins.iter_mut().zip(other.bins).for_each(|(mine, theirs)| *mine += theirs);
        self.squares += other.squares;
        self.n += other.n;
    }
}

pub(super) fn count(case: &Case<'_>) -> CalibrationCounts {
    let mut counts = CalibrationCounts::default();
    for (suggested, gold) in case.judged() {
        if let Some(confidence) = suggested.confidence.filter(|c| (0.0..=1.0).contains(c)) {
            counts.add(confidence, gold.is_some());
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{arguable, case, drafted, ranked, sure};

    #[test]
    fn error_and_brier_score_by_hand() {
        let mut counts = CalibrationCounts::default();
        for (confidence, right) in [(0.9, true), (0.92, false), (0.3, false), (0.31, true)] {
            counts.add(confidence, right);
        }
        // Bins of 1/15 = 0.0667: 0.9 and 0.92 are in 0.867 to 0.933, 0.3 and 0.31 in 0.267 to 0.333.
        // |1.82 - 1| + |0.61 - 1| = 0.82 + 0.39 = 1.21, of 4: 0.3025.
        assert!((counts.expected_error() - 0.3025).abs() < 1e-12);
        // 0.01 + 0.8464 + 0.09 + 0.4761 = 1.4225, of 4.
        assert!((counts.brier() - 1.4225 / 4.0).abs() < 1e-12);
    }

    #[test]
    fn bins_hold_their_upper_end() {
        let bin = |confidence: f64| {
            let mut counts = CalibrationCounts::default();
            counts.add(confidence, true);
            counts.bins.iter().position(|b| b.n == 1).unwrap()
        };
        assert_eq!([0.0, 0.06, 0.07, 0.2, 0.2001, 0.97, 1.0].map(bin), [0, 0, 1, 2, 3, 14, 14]);
    }

    #[test]
    fn arguable_codes_and_suggestions_without_confidence_are_left_out() {
        let gold = vec![sure("I10"), arguable("R10.9")];
        let list =
            vec![drafted("I10").sure(0.8), ranked("R10.9").sure(0.6), ranked("E11.9"), ranked("K21.9").sure(1.5)];
        let counts = case(System::Icd10Cm, gold, list, count);
        assert_eq!((counts.n, counts.bins[11].right), (1, 1));
        assert!((counts.expected_error() - 0.2).abs() < 1e-12);
    }
}
