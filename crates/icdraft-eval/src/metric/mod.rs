//! What is counted of each note, one topic a file. Counts of notes add up; figures are made of sums.

pub(crate) mod assertion;
pub(crate) mod calibration;
pub(crate) mod code;
mod codiesp;
pub(crate) mod distractor;
mod evidence;
#[cfg(test)]
pub(crate) mod made_up;
pub(crate) mod matching;
mod modifier;
pub(crate) mod per_code;
pub(crate) mod pooled;
pub(crate) mod rank;
mod sequence;
pub(crate) mod side;
mod words;
pub(crate) mod workload;

use std::ops::AddAssign;

use icdraft_codeset::{Code, CodeSet};
use icdraft_corpus::profile::Evidence;

use crate::evaluation::Options;
use crate::gold::GoldNote;
use crate::prediction::Prediction;
use assertion::AssertionCounts;
use calibration::CalibrationCounts;
use code::{Cell, Tally};
use codiesp::CodiespCounts;
use distractor::DistractorCounts;
use evidence::EvidenceCounts;
use matching::Case;
use modifier::ModifierCounts;
use pooled::Scored;
use rank::RankCounts;
use sequence::SequenceCounts;
use side::Titles;
use words::WordCounts;
use workload::WorkloadCounts;

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

/// What adds up over notes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Counts {
    pub(crate) icd10cm: SystemCounts,
    pub(crate) cpt: SystemCounts,
    pub(crate) category: Tally,
    pub(crate) chapter: Tally,
    pub(crate) codiesp: CodiespCounts,
    pub(crate) modifier: ModifierCounts,
    pub(crate) evidence: EvidenceCounts,
    pub(crate) words: WordCounts,
    pub(crate) side: Share,
    pub(crate) distractor: DistractorCounts,
    pub(crate) assertion: AssertionCounts,
    pub(crate) workload: WorkloadCounts,
}

/// What is counted of each system apart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct SystemCounts {
    pub(crate) tally: Tally,
    pub(crate) exact: Share,
    pub(crate) rank: RankCounts,
    pub(crate) sequence: SequenceCounts,
    pub(crate) calibration: CalibrationCounts,
}

/// One note, counted.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) counts: Counts,
    pub(crate) icd10cm: Apart,
    pub(crate) cpt: Apart,
    pub(crate) categories: Vec<Cell>,
    pub(crate) chapters: Vec<Cell>,
}

/// What of one system has to be seen code by code, or sorted over all notes.
#[derive(Debug)]
pub(crate) struct Apart {
    pub(crate) codes: Vec<Cell>,
    pub(crate) pairs: Vec<Scored>,
    pub(crate) main: Option<Scored>,
}

impl Counted {
    /// Counts the note with the number `number`.
    pub(crate) fn of(
        number: usize,
        note: &GoldNote,
        prediction: &Prediction,
        options: &Options,
        set: &CodeSet,
    ) -> Self {
        let diagnoses = Case::of(System::Icd10Cm, options.headings, note, &prediction.suggestions);
        let procedures = Case::of(System::Cpt, options.headings, note, &prediction.suggestions);
        let (mut evidence, mut words) = (EvidenceCounts::default(), WordCounts::default());
        if options.evidence == Evidence::Required {
            let text: Vec<char> = note.text.chars().collect();
            for case in [&diagnoses, &procedures] {
                evidence += evidence::count(case);
                words += words::count(case, &text);
            }
        }
        let categories = code::groups(&diagnoses, |code| Some(code::category_of(code)));
        let chapters = code::groups(&diagnoses, |code| chapter_of(code, set));
        let (icd10cm, cpt) = (Apart::of(&diagnoses, number), Apart::of(&procedures, number));
        let counts = Counts {
            icd10cm: SystemCounts::of(&diagnoses, &icd10cm),
            cpt: SystemCounts::of(&procedures, &cpt),
            category: code::sum(&categories),
            chapter: code::sum(&chapters),
            codiesp: codiesp::count(&diagnoses, set),
            modifier: modifier::count(&procedures),
            evidence,
            words,
            side: side::count(&diagnoses, &Titles::of(set)),
            distractor: distractor::count(note, &prediction.suggestions),
            assertion: assertion::count(note, prediction),
            workload: workload::count(&[&diagnoses, &procedures]),
        };
        Self { counts, icd10cm, cpt, categories, chapters }
    }

    pub(crate) fn system(&self, system: System) -> &Apart {
        match system {
            System::Icd10Cm => &self.icd10cm,
            System::Cpt => &self.cpt,
        }
    }
}

/// The chapter that a code stands in; none for a code that the release does not have.
fn chapter_of(code: &str, set: &CodeSet) -> Option<String> {
    let code: Code = matching::normal(code).parse().ok()?;
    let entry = set.resolve(code).map(|(entry, _)| entry).or_else(|| set.find(code.category()))?;
    set.lineage(entry).last().map(|chapter| set.name(chapter).to_owned())
}

impl Apart {
    fn of(case: &Case<'_>, note: usize) -> Self {
        Self { codes: code::codes(case), pairs: pooled::pairs(case, note), main: pooled::main(case, note) }
    }
}

impl Counts {
    pub(crate) fn system(&self, system: System) -> &SystemCounts {
        match system {
            System::Icd10Cm => &self.icd10cm,
            System::Cpt => &self.cpt,
        }
    }
}

impl SystemCounts {
    fn of(case: &Case<'_>, apart: &Apart) -> Self {
        let tally = code::sum(&apart.codes);
        Self {
            tally,
            exact: code::exact(tally),
            rank: rank::count(case),
            sequence: sequence::count(case),
            calibration: calibration::count(case),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.icd10cm += other.icd10cm;
        self.cpt += other.cpt;
        self.category += other.category;
        self.chapter += other.chapter;
        self.codiesp += other.codiesp;
        self.modifier += other.modifier;
        self.evidence += other.evidence;
        self.words += other.words;
        self.side += other.side;
        self.distractor += other.distractor;
        self.assertion += other.assertion;
        self.workload += other.workload;
    }
}

impl AddAssign for SystemCounts {
    fn add_assign(&mut self, other: Self) {
        self.tally += other.tally;
        self.exact += other.exact;
        self.rank += other.rank;
        self.sequence += other.sequence;
        self.calibration += other.calibration;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_of_codes_headings_and_strangers() {
        let set = CodeSet::embedded();
        let chapter = |code: &str| chapter_of(code, &set);
        let tenth = chapter("J45.909");
        assert_eq!((chapter("J45"), chapter("j4590")), (tenth.clone(), tenth.clone()));
        // A code that is gone is still of its category's chapter.
        assert_eq!(chapter("J45.999"), tenth);
        assert_ne!(chapter("S52.501A"), tenth);
        assert_eq!((chapter("Q00.1X"), chapter("47562"), chapter("")).2, None);
        assert_eq!(chapter("47562"), None);
    }
}
