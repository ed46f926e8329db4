//! From counts to figures. docs/metrics.md defines each of them and names its source.

use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::metric::assertion::Value;
use crate::metric::code::Tally;
use crate::metric::per_code::Cells;
use crate::metric::rank::{CUTS, FIRST};
use crate::metric::workload::THRESHOLDS;
use crate::metric::{Counts, Share, System};
use crate::sheet::Sheet;

/// Coverage at which the accuracy of the main code is given.
const COVERAGE: f64 = 0.5;
/// Accuracy at which the coverage of the main code is given.
const ACCURACY: f64 = 0.95;
/// Places of `THRESHOLDS` for which automation is a figure; the curve has them all.
const CLOSED_AT: [usize; 2] = [8, 9];

/// One figure of an evaluation; docs/metrics.md defines it. Sums are over notes before they are divided (micro) unless its
/// name says `macro`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name; where the independent scorer `score.py` has the figure, as that prints it.
    pub name: String,
    /// What it is about.
    pub group: Group,
    /// Which way it is to move.
    pub better: Better,
    /// 0 to 1, but for codes read per right code; 0 where there was nothing to count.
    pub value: f64,
    /// 95 % interval; none without draws or notes.
    pub interval: Option<Interval>,
    /// How many cases `value` is a share or mean of; for F1 the gold codes, which are in recall's share.
    pub n: usize,
}

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Drafted codes, their modifiers, sides and order.
    Codes,
    /// The whole list of suggestions.
    Ranking,
    /// The words behind codes.
    Evidence,
    /// What must not be coded, and why.
    Assertion,
    /// Whether confidence means what it says.
    Calibration,
    /// What is left for a coder to do.
    Workload,
    /// Headers of sections ([`crate::evaluate_headers`]).
    Sections,
}

impl Group {
    /// Every group, in the order in which figures come.
    pub const ALL: [Self; 7] = [
        Self::Codes,
        Self::Ranking,
        Self::Evidence,
        Self::Assertion,
        Self::Calibration,
        Self::Workload,
        Self::Sections,
    ];

    /// Its name, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Ranking => "ranking",
            Self::Evidence => "evidence",
            Self::Assertion => "assertion",
            Self::Calibration => "calibration",
            Self::Workload => "workload",
            Self::Sections => "sections",
        }
    }
}

/// The figures that say most, for a first look.
pub const HEADLINES: [&str; 18] = [
    "ICD-10-CM precision",
    "ICD-10-CM recall",
    "ICD-10-CM F1",
    "ICD-10-CM category F1",
    "ICD-10-CM first-listed right",
    "ICD-10-CM MAP",
    "CPT precision",
    "CPT recall",
    "CPT F1",
    "modifiers right (of right CPT)",
    "side right (where the family is right)",
    "evidence overlaps gold (of right)",
    "evidence token F1",
    "distractors drafted (asserted away)",
    "distractors drafted (bundled, other)",
    "ICD-10-CM calibration error (ECE)",
    "CPT calibration error (ECE)",
    "codes read per right code (draft)",
];

/// Which way a figure is to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The higher, the better.
    High,
    /// The lower, the better.
    Low,
}

/// Figures under construction.
pub(crate) struct List {
    figures: Vec<Figure>,
    group: Group,
}

impl List {
    pub(crate) fn of(group: Group) -> Self {
        Self { figures: Vec::new(), group }
    }

    fn group(&mut self, group: Group) -> &mut Self {
        self.group = group;
        self
    }

    fn add(&mut self, name: impl Into<String>, value: f64, n: usize) {
        let figure = Figure { name: name.into(), group: self.group, better: Better::High, value, interval: None, n };
        self.figures.push(figure);
    }

    fn lower(&mut self, name: impl Into<String>, value: f64, n: usize) {
        self.add(name, value, n);
        if let Some(figure) = self.figures.last_mut() {
            figure.better = Better::Low;
        }
    }

    fn share(&mut self, name: impl Into<String>, share: Share) {
        self.add(name, share.rate(), share.of);
    }

    /// Precision, recall and F1.
    pub(crate) fn tally(&mut self, name: &str, tally: Tally) {
        self.add(format!("{name} precision"), tally.precision(), tally.tp + tally.fp);
        self.add(format!("{name} recall"), tally.recall(), tally.gold());
        self.add(format!("{name} F1"), tally.f1(), tally.gold());
    }

    /// The macro averages; `n` is the codes that gold has.
    fn average(&mut self, name: &str, cells: &Cells, weights: &[u32]) {
        let average = cells.average(weights);
        self.add(format!("{name} precision"), average.precision, average.codes);
        self.add(format!("{name} recall"), average.recall, average.codes);
        self.add(format!("{name} F1"), average.f1, average.codes);
    }

    pub(crate) fn done(self) -> Vec<Figure> {
        self.figures
    }
}

/// The figures of the notes, each counted as often as `weights` says, without intervals: always the same ones in the same
/// order.
pub(crate) fn measure(sheet: &Sheet, weights: &[u32]) -> Vec<Figure> {
    let counts = sheet.sum(weights);
    let mut list = List::of(Group::Codes);
    codes(&mut list, sheet, weights, &counts);
    ranking(list.group(Group::Ranking), sheet, weights, &counts);
    evidence(list.group(Group::Evidence), &counts);
    assertion(list.group(Group::Assertion), &counts);
    calibration(list.group(Group::Calibration), &counts);
    workload(list.group(Group::Workload), sheet, weights, &counts);
    list.done()
}

fn codes(list: &mut List, sheet: &Sheet, weights: &[u32], counts: &Counts) {
    for system in System::ALL {
        let (name, of) = (system.name(), counts.system(system));
        list.tally(name, of.tally);
        list.average(&format!("{name} macro"), &sheet.system(system).codes, weights);
        if system == System::Icd10Cm {
            list.tally(&format!("{name} category"), counts.category);
            list.average(&format!("{name} category macro"), &sheet.categories, weights);
            list.tally(&format!("{name} chapter"), counts.chapter);
            list.average(&format!("{name} chapter macro"), &sheet.chapters, weights);
        }
        list.share(format!("{name} exact match"), of.exact);
        list.share(format!("{name} first-listed right"), of.sequence.first);
        list.share(format!("{name} order right (pairs of right codes)"), of.sequence.pairs);
    }
    list.share("modifiers right (of right CPT)", counts.modifier.exact);
    list.tally("modifier", counts.modifier.each);
    list.share("units right (of right CPT with units)", counts.modifier.units);
    list.share("side right (where the family is right)", counts.side);
}

fn ranking(list: &mut List, sheet: &Sheet, weights: &[u32], counts: &Counts) {
    for system in System::ALL {
        let (name, of) = (system.name(), counts.system(system));
        let (gold, notes) = (of.tally.gold(), of.rank.notes);
        for (cut, found) in CUTS.iter().zip(of.rank.found) {
            list.add(format!("{name} recall@{cut}"), Share { hit: found, of: gold }.rate(), gold);
        }
        for (n, cut) in CUTS.iter().enumerate() {
            list.add(format!("{name} precision@{cut}"), of.rank.precision_at(n), notes);
        }
        list.add(format!("{name} R-precision"), of.rank.mean_r_precision(), notes);
        list.add(format!("{name} MAP"), of.rank.mean_average_precision(), notes);
        for (cut, first) in FIRST.iter().zip(of.rank.first) {
            list.share(format!("{name} top-{cut}"), Share { hit: first, of: notes });
        }
        if system == System::Icd10Cm {
            list.add("CodiEsp MAP (documents in the run)", counts.codiesp.over_run(), counts.codiesp.in_run);
            list.add("CodiEsp MAP (documents in the gold)", counts.codiesp.over_gold(), counts.codiesp.in_gold);
        }
        let pairs = &sheet.system(system).pairs;
        list.add(format!("{name} AUC (appendix)"), pairs.area(weights), pairs.size(weights));
    }
}

fn evidence(list: &mut List, counts: &Counts) {
    list.share("evidence overlaps gold (of right)", counts.evidence.overlapping);
    list.add("evidence char F1 (best pair)", counts.evidence.mean_f1(), counts.evidence.overlapping.of);
    list.tally("evidence exact span", counts.words.exact);
    list.tally("evidence token", counts.words.token);
    list.tally("evidence token anywhere", counts.words.anywhere);
    list.tally("evidence contained (CodiEsp-X)", counts.words.contained);
}

fn assertion(list: &mut List, counts: &Counts) {
    let share = |list: &mut List, name: &str, share: Share| list.lower(name, share.rate(), share.of);
    share(list, "distractors drafted (asserted away)", counts.distractor.asserted);
    share(list, "distractors drafted (bundled, other)", counts.distractor.bundled);
    list.share("reason right (of distractors read)", counts.assertion.right_of_read());
    for value in Value::REASONS {
        list.tally(value.name(), counts.assertion.tally(value));
    }
}

fn calibration(list: &mut List, counts: &Counts) {
    for system in System::ALL {
        let (name, of) = (system.name(), &counts.system(system).calibration);
        list.lower(format!("{name} calibration error (ECE)"), of.expected_error(), of.n);
        list.lower(format!("{name} Brier score"), of.brier(), of.n);
    }
}

fn workload(list: &mut List, sheet: &Sheet, weights: &[u32], counts: &Counts) {
    let workload = &counts.workload;
    let read = |share: Share| Share { hit: share.of, of: share.hit }.rate();
    list.lower("codes read per right code (draft)", read(workload.draft), workload.draft.hit);
    list.lower("codes read per right code (whole list)", read(workload.list), workload.list.hit);
    for system in System::ALL {
        let (name, mains) = (system.name(), &sheet.system(system).mains);
        let n = mains.size(weights);
        list.add(format!("{name} main code right at {COVERAGE:.2} coverage"), mains.accuracy_at(COVERAGE, weights), n);
        list.add(format!("{name} coverage at {ACCURACY:.2} main code right"), mains.coverage_at(ACCURACY, weights), n);
    }
    for at in CLOSED_AT {
        let (threshold, closed) = (THRESHOLDS[at], workload.closed[at]);
        let closable = Share { hit: closed.notes, of: workload.notes };
        list.share(format!("notes closed without a coder at {threshold:.2}"), closable);
        let wrong = Share { hit: closed.wrong, of: closed.notes };
        list.lower(format!("closed notes with an error at {threshold:.2}"), wrong.rate(), wrong.of);
    }
}
