//! Counted notes, ready to be measured under any weights: all of them once, a draw of the bootstrap, an exchange of two systems.

use crate::metric::per_code::Cells;
use crate::metric::pooled::Pool;
use crate::metric::{Counted, Counts, System};

/// The notes of one evaluation.
#[derive(Debug)]
pub(crate) struct Sheet {
    counts: Vec<Counts>,
    pub(crate) icd10cm: Columns,
    pub(crate) cpt: Columns,
    pub(crate) categories: Cells,
    pub(crate) chapters: Cells,
}

/// What of one system does not simply add up.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) codes: Cells,
    pub(crate) pairs: Pool,
    pub(crate) mains: Pool,
}

impl Sheet {
    /// The sheet of notes that were counted with the numbers 0, 1, 2 ...
    pub(crate) fn of(notes: &[Counted]) -> Self {
        Self {
            counts: notes.iter().map(|note| note.counts).collect(),
            icd10cm: Columns::of(notes, System::Icd10Cm),
            cpt: Columns::of(notes, System::Cpt),
            categories: Cells::of(notes.iter().map(|note| note.categories.as_slice())),
            chapters: Cells::of(notes.iter().map(|note| note.chapters.as_slice())),
        }
    }

    pub(crate) fn system(&self, system: System) -> &Columns {
        match system {
            System::Icd10Cm => &self.icd10cm,
            System::Cpt => &self.cpt,
        }
    }

    /// The sum over notes, each as often as `weights` says.
    pub(crate) fn sum(&self, weights: &[u32]) -> Counts {
        let mut total = Counts::default();
        for (&counts, &weight) in self.counts.iter().zip(weights) {
            for _ in 0..weight {
                total += counts;
            }
        }
        total
    }
}

impl Columns {
    fn of(notes: &[Counted], system: System) -> Self {
        Self {
            codes: Cells::of(notes.iter().map(|note| note.system(system).codes.as_slice())),
            pairs: Pool::of(notes.iter().flat_map(|note| note.system(system).pairs.iter().copied())),
            mains: Pool::of(notes.iter().filter_map(|note| note.system(system).main)),
        }
    }
}
