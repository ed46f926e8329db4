//! Intervals by resampling notes.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// A 95 % interval of a figure: the percentile bootstrap over notes (Efron and Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, chapter 13). Notes are drawn, not codes, because the codes of one note are right or wrong together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// One interval for each figure that `figures` makes of the added counts of notes. Empty where nothing can be drawn. The
/// same seed gives the same intervals.
pub(crate) fn bootstrap<C: Copy + Default + AddAssign>(
    notes: &[C],
    draws: usize,
    seed: u64,
    figures: impl Fn(&C) -> Vec<f64>,
) -> Vec<Interval> {
    if notes.is_empty() || draws == 0 {
        return Vec::new();
    }
    let mut random = SplitMix64(seed);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::with_capacity(draws); figures(&C::default()).len()];
    for _ in 0..draws {
        let mut total = C::default();
        for _ in notes {
            total += notes[random.below(notes.len())];
        }
        for (values, value) in drawn.iter_mut().zip(figures(&total)) {
            values.push(value);
        }
    }
    drawn.into_iter().map(percentiles).collect()
}

/// The values that leave 2.5 % of the draws on either side.
fn percentiles(mut values: Vec<f64>) -> Interval {
    values.sort_unstable_by(f64::total_cmp);
    let tail = values.len() / 40;
    Interval { low: values[tail], high: values[values.len() - 1 - tail] }
}

/// Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014: enough for drawing notes, and
/// the same on every machine.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn draws_stay_below_their_bound_and_reach_all_of_it() {
        let mut random = SplitMix64(7);
        let mut seen = [0; 5];
        for _ in 0..1000 {
            seen[random.below(5)] += 1;
        }
        assert!(seen.iter().all(|n| (150..250).contains(n)), "{seen:?}");
    }

    #[test]
    fn percentiles_leave_out_a_fortieth_at_each_end() {
        let interval = percentiles((0..300).rev().map(f64::from).collect());
        assert_eq!(interval, Interval { low: 7.0, high: 292.0 });
        assert_eq!(percentiles(vec![3.0]), Interval { low: 3.0, high: 3.0 });
    }

    #[test]
    fn a_seed_fixes_the_interval_and_it_holds_the_mean() {
        let notes: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();
        let mean = |seed| bootstrap(&notes, 1000, seed, |total| vec![total / 100.0])[0];
        assert_eq!(mean(3), mean(3));
        assert_ne!(mean(3), mean(4));
        // The normal approximation gives 0.5 ± 1.96 * 0.05.
        let Interval { low, high } = mean(3);
        assert!((low - 0.40).abs() < 0.03 && (high - 0.60).abs() < 0.03, "{low} {high}");
    }

    #[test]
    fn nothing_to_draw_gives_no_interval() {
        assert!(bootstrap::<f64>(&[], 10, 1, |t| vec![*t]).is_empty());
        assert!(bootstrap(&[1.0], 0, 1, |t| vec![*t]).is_empty());
    }
}
