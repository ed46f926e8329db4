//! One code, category or chapter beside the other: macro averages.

use super::code::{Cell, Tally};
use super::mean;

/// The cells of all notes, their names numbered once.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// Names in alphabetical order.
    names: Vec<String>,
    /// For each note the numbers of its names, with their counts.
    notes: Vec<Vec<(usize, Tally)>>,
}

/// Means over the codes that gold has. A code that is never drafted counts 0; one that gold does not have counts only as
/// wrong drafts of nothing, which the micro figures show (the convention of Edin et al., *Automated Medical Coding on
/// MIMIC-III and MIMIC-IV*, SIGIR 2023).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Macro {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    /// Mean of the codes' own F1, not the F1 of the means.
    pub(crate) f1: f64,
    /// Codes that gold has.
    pub(crate) codes: usize,
}

impl Cells {
    pub(crate) fn of<'a>(notes: impl Iterator<Item = &'a [Cell]> + Clone) -> Self {
        let mut names: Vec<String> = notes.clone().flatten().map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let number = |name: &String| names.binary_search(name).ok();
        let row = |cells: &[Cell]| cells.iter().filter_map(|(name, tally)| Some((number(name)?, *tally))).collect();
        let notes = notes.map(row).collect();
        Self { names, notes }
    }

    /// The counts of each name, every note counted as often as `weights` says.
    pub(crate) fn tallies(&self, weights: &[u32]) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.names.len()];
        for (cells, &weight) in self.notes.iter().zip(weights) {
            for &(name, tally) in cells {
                tallies[name] += tally.times(weight);
            }
        }
        tallies
    }

    /// The names, as [`Self::tallies`] numbers them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn average(&self, weights: &[u32]) -> Macro {
        let mut average = Macro::default();
        for tally in self.tallies(weights).into_iter().filter(|tally| tally.gold() > 0) {
            average.precision += tally.precision();
            average.recall += tally.recall();
            average.f1 += tally.f1();
            average.codes += 1;
        }
        let Macro { precision, recall, f1, codes } = average;
        Macro { precision: mean(precision, codes), recall: mean(recall, codes), f1: mean(f1, codes), codes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str, tp: usize, fp: usize, fn_: usize) -> Cell {
        (name.to_owned(), Tally { tp, fp, fn_ })
    }

    #[test]
    fn macro_averages_by_hand() {
        let notes =
            [vec![cell("I10", 1, 0, 0), cell("E119", 0, 0, 1), cell("J45909", 0, 1, 0)], vec![cell("I10", 0, 1, 0)]];
        let cells = Cells::of(notes.iter().map(Vec::as_slice));
        // I10: precision 1/2, recall 1/1, F1 2/3. E11.9: never drafted, 0. J45.909: not in gold, in no mean.
        let average = cells.average(&[1, 1]);
        assert_eq!(average.codes, 2);
        assert_eq!((average.precision, average.recall), (0.25, 0.5));
        assert!((average.f1 - 1.0 / 3.0).abs() < 1e-12);
        // Without the second note I10 is always right: (1 + 0) / 2 of everything.
        let first = Macro { precision: 0.5, recall: 0.5, f1: 0.5, codes: 2 };
        assert_eq!(cells.average(&[3, 0]), first);
        // Without the first there is no gold.
        assert_eq!(cells.average(&[0, 1]), Macro::default());
    }

    #[test]
    fn a_note_counts_as_often_as_it_is_drawn() {
        let notes = [vec![cell("I10", 1, 0, 0)], vec![cell("I10", 0, 0, 1)]];
        let cells = Cells::of(notes.iter().map(Vec::as_slice));
        assert_eq!(cells.names(), ["I10"]);
        assert_eq!(cells.tallies(&[3, 1]), [Tally { tp: 3, fp: 0, fn_: 1 }]);
        // Recall 3/4.
        assert_eq!(cells.average(&[3, 1]).recall, 0.75);
    }
}
