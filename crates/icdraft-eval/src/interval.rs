//! Intervals by resampling notes.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Draws that are in memory at once.
const CHUNK: usize = 64;

/// A 95 % interval of a figure: the percentile bootstrap over notes (Efron and Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, chapter 13). Notes are drawn, not codes, because the codes of one note are right or wrong together.
/// Where notes belong to clusters (one admission, one template), clusters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// The notes, each with the number of its cluster.
#[derive(Debug, Clone)]
pub(crate) struct Clusters {
    of_note: Vec<usize>,
    clusters: usize,
}

impl Clusters {
    /// Notes of one name belong together; a note without a name stands alone.
    pub(crate) fn of<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut clusters = 0;
        let mut next = || {
            clusters += 1;
            clusters - 1
        };
        let of_note = names
            .map(|name| match name {
                Some(name) => *known.entry(name).or_insert_with(&mut next),
                None => next(),
            })
            .collect();
        Self { of_note, clusters }
    }

    /// How many clusters there are.
    fn len(&self) -> usize {
        self.clusters
    }

    /// One value for each cluster, given to each of its notes.
    fn spread<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.of_note.iter().map(|&cluster| values[cluster]).collect()
    }

    /// How often each note is drawn, where as many clusters are drawn as there are.
    fn draw(&self, random: &mut SplitMix64) -> Vec<u32> {
        let mut drawn = vec![0; self.clusters];
        for _ in 0..self.clusters {
            drawn[random.below(self.clusters)] += 1;
        }
        self.spread(&drawn)
    }
}

/// What `figures` makes of the notes of each draw: a row for each figure. No rows where nothing can be drawn. The same seed
/// gives the same values, whatever the number of threads.
pub(crate) fn draws(
    clusters: &Clusters,
    number: usize,
    seed: u64,
    figures: impl Fn(&[u32]) -> Vec<f64> + Sync,
) -> Vec<Vec<f64>> {
    if clusters.len() == 0 {
        return Vec::new();
    }
    let mut random = SplitMix64(seed);
    columns(number, || clusters.draw(&mut random), |weights: &Vec<u32>| figures(weights))
}

/// What `figures` makes of exchanges between two systems: each cluster is kept (1, and 0 given away) or given away (0 and 1)
/// with even chances. A row for each figure.
pub(crate) fn exchanges(
    clusters: &Clusters,
    number: usize,
    seed: u64,
    figures: impl Fn(&[u32], &[u32]) -> Vec<f64> + Sync,
) -> Vec<Vec<f64>> {
    if clusters.len() == 0 {
        return Vec::new();
    }
    let mut random = SplitMix64(seed);
    let exchange = || {
        let kept: Vec<u32> = (0..clusters.len()).map(|_| u32::from(random.below(2) == 0)).collect();
        let given: Vec<u32> = kept.iter().map(|kept| 1 - kept).collect();
        (clusters.spread(&kept), clusters.spread(&given))
    };
    columns(number, exchange, |(kept, given)| figures(kept, given))
}

/// Values of `number` weightings, a row for each figure. Weightings are made one after the other and measured in parallel.
fn columns<W: Send + Sync>(
    number: usize,
    mut weighting: impl FnMut() -> W,
    figures: impl Fn(&W) -> Vec<f64> + Sync,
) -> Vec<Vec<f64>> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut left = number;
    while left > 0 {
        let weightings: Vec<W> = (0..left.min(CHUNK)).map(|_| weighting()).collect();
        left -= weightings.len();
        let measured: Vec<Vec<f64>> = weightings.par_iter().map(&figures).collect();
        for values in measured {
            columns.resize(values.len(), Vec::with_capacity(number));
            columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        }
    }
    columns
}

/// The values that leave 2.5 % of the draws on either side.
pub(crate) fn percentiles(mut values: Vec<f64>) -> Interval {
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

    fn apart(notes: usize) -> Clusters {
        Clusters::of((0..notes).map(|_| None))
    }

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

    /// Interval of the share of odd notes.
    fn odd(clusters: &Clusters, seed: u64) -> Interval {
        let share = |weights: &[u32]| {
            let odd: u32 = weights.iter().skip(1).step_by(2).sum();
            vec![f64::from(odd) / f64::from(weights.iter().sum::<u32>())]
        };
        percentiles(draws(clusters, 1000, seed, share).remove(0))
    }

    #[test]
    fn a_seed_fixes_the_interval_and_it_holds_the_mean() {
        assert_eq!(odd(&apart(100), 3), odd(&apart(100), 3));
        assert_ne!(odd(&apart(100), 3), odd(&apart(100), 4));
        // The normal approximation gives 0.5 ± 1.96 * 0.05.
        let Interval { low, high } = odd(&apart(100), 3);
        assert!((low - 0.40).abs() < 0.03 && (high - 0.60).abs() < 0.03, "{low} {high}");
    }

    #[test]
    fn clusters_are_drawn_whole() {
        let names = [Some("a"), None, Some("b"), Some("a"), None];
        let clusters = Clusters::of(names.into_iter());
        assert_eq!((clusters.len(), clusters.spread(&[10, 20, 30, 40])), (4, vec![10, 20, 30, 10, 40]));
        let drawn = draws(&clusters, 50, 1, |w| vec![f64::from(w[0]), f64::from(w[3]), f64::from(w[1])]);
        assert_eq!(drawn[0], drawn[1], "notes of a cluster come together");
        assert_ne!(drawn[0], drawn[2], "and apart from others");
        // A hundred notes in ten clusters of one kind each: ten draws, 0.5 ± 1.96 * 0.158.
        let ten = Clusters::of((0..100).map(|n| Some(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][n % 10])));
        let Interval { low, high } = odd(&ten, 3);
        assert!((low - 0.2).abs() < 0.11 && (high - 0.8).abs() < 0.11, "{low} {high}");
    }

    #[test]
    fn nothing_to_draw_gives_no_interval() {
        assert!(draws(&apart(0), 10, 1, |_| vec![0.0]).is_empty());
        assert!(draws(&apart(3), 0, 1, |_| vec![0.0]).is_empty());
    }
}
