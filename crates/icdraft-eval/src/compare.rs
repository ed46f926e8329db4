//! Two systems on the same notes: differences, their intervals, and how often chance alone gives as much.

use std::collections::HashMap;

use icdraft_codeset::CodeSet;
use serde::{Deserialize, Serialize};

use crate::evaluation::{Options, clusters, count};
use crate::gold::GoldNote;
use crate::interval::{self, Interval};
use crate::prediction::Prediction;
use crate::sheet::Sheet;
use crate::summary::{self, Better, Figure, Group};

/// One figure of two systems on the same notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Its name; docs/metrics.md defines it.
    pub name: String,
    /// What it is about.
    pub group: Group,
    /// Which way it is to move.
    pub better: Better,
    /// Of the first system.
    pub first: f64,
    /// Of the second system.
    pub second: f64,
    /// The second less the first.
    pub difference: f64,
    /// 95 % interval of the difference, by the paired bootstrap: every draw takes the same notes of both systems.
    pub interval: Option<Interval>,
    /// How often a difference at least as large, either way, comes about when each note's (or cluster's) two results are
    /// exchanged at random: approximate randomisation (Noreen, *Computer-Intensive Methods for Testing Hypotheses*, 1989).
    pub p: Option<f64>,
    /// The larger `n` of the two.
    pub n: usize,
}

/// Smaller differences are rounding.
const ROUNDING: f64 = 1e-12;

/// Compares two systems figure by figure; the figures are those of [`crate::evaluate`], in the same order.
pub fn compare(
    gold: &[GoldNote],
    [first, second]: [&HashMap<String, Prediction>; 2],
    set: &CodeSet,
    options: &Options,
) -> Vec<Difference> {
    // One sheet of both: the notes of the first system, then those of the second.
    let mut counted = count(gold, first, set, options, 0);
    counted.extend(count(gold, second, set, options, gold.len()));
    let sheet = Sheet::of(&counted);
    let of = |first: &[u32], second: &[u32]| summary::measure(&sheet, &[first, second].concat());
    let (none, once) = (vec![0; gold.len()], vec![1; gold.len()]);
    let clusters = clusters(gold);
    let drawn = |weights: &[u32]| gaps(&of(weights, &none), &of(&none, weights));
    let drawn = interval::draws(&clusters, options.draws, options.seed, drawn);
    let exchanged = |kept: &[u32], given: &[u32]| gaps(&of(kept, given), &of(given, kept));
    let exchanged = interval::exchanges(&clusters, options.draws, options.seed, exchanged);

    let figures = of(&once, &none).into_iter().zip(of(&none, &once));
    let mut differences: Vec<Difference> = figures.map(|(first, second)| Difference::of(first, &second)).collect();
    for (row, (drawn, exchanged)) in differences.iter_mut().zip(drawn.into_iter().zip(exchanged)) {
        let as_large = exchanged.iter().filter(|gap| gap.abs() >= row.difference.abs() - ROUNDING).count();
        // What was observed is one of the exchanges that could have come about.
        row.p = Some((as_large + 1) as f64 / (exchanged.len() + 1) as f64);
        row.interval = Some(interval::percentiles(drawn));
    }
    differences
}

impl Difference {
    fn of(first: Figure, second: &Figure) -> Self {
        Self {
            name: first.name,
            group: first.group,
            better: first.better,
            first: first.value,
            second: second.value,
            difference: second.value - first.value,
            interval: None,
            p: None,
            n: first.n.max(second.n),
        }
    }
}

fn gaps(first: &[Figure], second: &[Figure]) -> Vec<f64> {
    first.iter().zip(second).map(|(first, second)| second.value - first.value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{drafted, note, sure};

    /// Notes with one code each.
    fn gold(notes: usize) -> Vec<GoldNote> {
        (0..notes).map(|n| GoldNote { id: n.to_string(), ..note([sure("I10")]) }).collect()
    }

    /// A system that drafts one code for each note.
    fn system(codes: &[&str]) -> HashMap<String, Prediction> {
        let one = |(n, code): (usize, &&str)| {
            let (id, suggestions) = (n.to_string(), vec![drafted(code).into()]);
            (id.clone(), Prediction { id, suggestions, not_coded: vec![] })
        };
        codes.iter().enumerate().map(one).collect()
    }

    fn recall(gold: &[GoldNote], first: &[&str], second: &[&str]) -> Difference {
        let (first, second) = (system(first), system(second));
        let rows = compare(gold, [&first, &second], &CodeSet::embedded(), &Options::default());
        rows.into_iter().find(|row| row.name == "ICD-10-CM recall").unwrap()
    }

    #[test]
    fn two_notes_by_hand() {
        let row = recall(&gold(2), &["I10", "I10"], &["E11.9", "E11.9"]);
        assert_eq!((row.first, row.second, row.difference, row.n), (1.0, 0.0, -1.0, 2));
        // Every draw has the same difference.
        assert_eq!(row.interval, Some(Interval { low: -1.0, high: -1.0 }));
        // Of the four exchanges none and both give 1 either way, one of the two gives 0: a half.
        assert!((row.p.unwrap() - 0.5).abs() < 0.05, "{row:?}");
    }

    #[test]
    fn ten_notes_by_hand() {
        let (first, mut second) = (["E11.9"; 10], ["E11.9"; 10]);
        second[..6].fill("I10");
        let row = recall(&gold(10), &first, &second);
        // Only the six notes matter: 2 of their 2^6 exchanges give 0.6. The bootstrap of a share: 0.6 ± 1.96 * 0.155.
        assert!((row.p.unwrap() - 2.0 / 64.0).abs() < 0.02, "{row:?}");
        let Interval { low, high } = row.interval.unwrap();
        assert!((low - 0.3).abs() < 0.11 && (high - 0.9).abs() < 0.11, "{row:?}");
    }

    #[test]
    fn a_cluster_is_exchanged_as_one() {
        let mut gold = gold(6);
        gold.iter_mut().for_each(|note| note.cluster = Some("one admission".into()));
        // The six notes are one: exchanged or not, the difference is as large.
        assert_eq!(recall(&gold, &["E11.9"; 6], &["I10"; 6]).p, Some(1.0));
    }

    #[test]
    fn a_system_does_not_differ_from_itself() {
        let same = system(&["I10", "E11.9"]);
        for row in compare(&gold(2), [&same, &same], &CodeSet::embedded(), &Options::default()) {
            assert_eq!((row.difference, row.p), (0.0, Some(1.0)), "{row:?}");
            assert_eq!(row.interval, Some(Interval { low: 0.0, high: 0.0 }));
        }
    }
}
