//! What is counted of each note, one topic a file. Counts of notes add up; figures are made of sums.

pub(crate) mod code;
mod distractor;
mod evidence;
#[cfg(test)]
pub(crate) mod made_up;
mod matching;
mod modifier;
pub(crate) mod rank;
pub(crate) mod side;

use std::ops::AddAssign;

use crate::gold::GoldNote;
use crate::prediction::Suggested;
use code::Tally;
use distractor::DistractorCounts;
use evidence::EvidenceCounts;
use matching::Case;
use rank::RankCounts;
use side::Titles;

/// A code system that gold annotates; suggestions of others are not scored as codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// Diagnoses.
    Icd10Cm,
    /// Procedures.
    Cpt,
}

impl System {
    pub(crate) const ALL: [Self; 2] = [Self::Icd10Cm, Self::Cpt];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Icd10Cm => "ICD-10-CM",
            Self::Cpt => "CPT",
        }
    }
}

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Share {
    pub(crate) hit: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Counts one more case.
    fn count(&mut self, hit: bool) {
        *self += Self { hit: hit.into(), of: 1 };
    }

    /// The share; 0 of nothing (icdraft gold conventions).
    pub(crate) fn rate(self) -> f64 {
        mean(self.hit as f64, self.of)
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.hit += other.hit;
        self.of += other.of;
    }
}

/// `sum / n`; 0 of nothing (icdraft gold conventions).
fn mean(sum: f64, n: usize) -> f64 {
    if n == 0 { 0.0 } else { sum / n as f64 }
}

/// Everything that is counted of a note, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Counts {
    pub(crate) icd10cm: SystemCounts,
    pub(crate) cpt: SystemCounts,
    pub(crate) category: Tally,
    pub(crate) modifier: Share,
    pub(crate) evidence: EvidenceCounts,
    pub(crate) side: Share,
    pub(crate) distractor: DistractorCounts,
}

/// What is counted of each system apart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct SystemCounts {
    pub(crate) tally: Tally,
    pub(crate) rank: RankCounts,
}

impl Counts {
    /// The counts of one note.
    pub(crate) fn of(note: &GoldNote, suggestions: &[Suggested], titles: &Titles<'_>) -> Self {
        let diagnoses = Case::of(System::Icd10Cm, note, suggestions);
        let procedures = Case::of(System::Cpt, note, suggestions);
        let mut evidence = evidence::count(&diagnoses);
        evidence += evidence::count(&procedures);
        Self {
            icd10cm: SystemCounts::of(&diagnoses),
            cpt: SystemCounts::of(&procedures),
            category: code::category(&diagnoses),
            modifier: modifier::count(&procedures),
            evidence,
            side: side::count(&diagnoses, titles),
            distractor: distractor::count(note, suggestions),
        }
    }

    pub(crate) fn system(&self, system: System) -> &SystemCounts {
        match system {
            System::Icd10Cm => &self.icd10cm,
            System::Cpt => &self.cpt,
        }
    }
}

impl SystemCounts {
    fn of(case: &Case<'_>) -> Self {
        Self { tally: code::tally(case), rank: rank::count(case) }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.icd10cm += other.icd10cm;
        self.cpt += other.cpt;
        self.category += other.category;
        self.modifier += other.modifier;
        self.evidence += other.evidence;
        self.side += other.side;
        self.distractor += other.distractor;
    }
}

impl AddAssign for SystemCounts {
    fn add_assign(&mut self, other: Self) {
        self.tally += other.tally;
        self.rank += other.rank;
    }
}
