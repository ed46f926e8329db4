//! From counts to figures.

use serde::{Deserialize, Serialize};

use crate::interval::{self, Interval};
use crate::metric::code::Tally;
use crate::metric::rank::{CUTS, FIRST};
use crate::metric::{Counts, Share, System};

/// One figure of an evaluation. Sums are over notes before they are divided (micro). Where no source is named, the
/// definition is that of the icdraft gold conventions; IR is Manning, Raghavan and Schütze, *Introduction to Information
/// Retrieval*, 2008.
///
/// | name | what | source |
/// |---|---|---|
/// | precision, recall, F1 | of drafts that meet no arguable code, over sure gold codes | IR 8.3 |
/// | category F1 | the same of three-character categories, as sets | |
/// | recall@k | sure gold codes among the k best suggestions, drafted or not | IR 8.4 |
/// | MAP | mean average precision over notes with a sure gold code | IR 8.4 |
/// | top-k | notes whose first-listed sure gold code is among the k best | |
/// | modifiers right | right CPT drafts with exactly the gold modifiers | |
/// | evidence overlaps gold | right drafts with a span that shares a character with a gold span and is not too long | |
/// | evidence char F1 | mean character F1 of each right draft's best pair of spans | |
/// | side right | sided gold codes whose title but for the side is drafted, with no side but gold ones | |
/// | distractors drafted | distractors whose wrong code or category is drafted on their words; lower is better | |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name, as the independent scorer `score.py` prints it.
    pub name: String,
    /// 0 to 1; 0 where there was nothing to count.
    pub value: f64,
    /// 95 % interval; none without draws or notes.
    pub interval: Option<Interval>,
    /// How many cases `value` is a share or mean of; for F1 the gold codes, which are in recall's share.
    pub n: usize,
}

/// The figures of all notes together, with their intervals.
pub(crate) fn figures(notes: &[Counts], bootstraps: usize, seed: u64) -> Vec<Figure> {
    let mut total = Counts::default();
    for &note in notes {
        total += note;
    }
    let values = |counts: &Counts| measure(counts).into_iter().map(|f| f.value).collect();
    let intervals = interval::bootstrap(notes, bootstraps, seed, values);
    let mut figures = measure(&total);
    for (figure, interval) in figures.iter_mut().zip(intervals) {
        figure.interval = Some(interval);
    }
    figures
}

/// The figures of added counts, without intervals.
fn measure(counts: &Counts) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |name: String, value: f64, n: usize| figures.push(Figure { name, value, interval: None, n });
    for system in System::ALL {
        let (name, of) = (system.name(), counts.system(system));
        let Tally { tp, fp, .. } = of.tally;
        add(format!("{name} precision"), of.tally.precision(), tp + fp);
        add(format!("{name} recall"), of.tally.recall(), of.tally.gold());
        add(format!("{name} F1"), of.tally.f1(), of.tally.gold());
        if system == System::Icd10Cm {
            add(format!("{name} category F1"), counts.category.f1(), counts.category.gold());
        }
        for (cut, found) in CUTS.iter().zip(of.rank.found) {
            add(format!("{name} recall@{cut}"), Share { hit: found, of: of.tally.gold() }.rate(), of.tally.gold());
        }
        add(format!("{name} MAP"), of.rank.mean_average_precision(), of.rank.notes);
        for (cut, first) in FIRST.iter().zip(of.rank.first) {
            add(format!("{name} top-{cut}"), Share { hit: first, of: of.rank.notes }.rate(), of.rank.notes);
        }
    }
    let mut share = |name: &str, share: Share| add(name.to_owned(), share.rate(), share.of);
    share("modifiers right (of right CPT)", counts.modifier);
    share("evidence overlaps gold (of right)", counts.evidence.overlapping);
    add("evidence char F1 (best pair)".into(), counts.evidence.mean_f1(), counts.evidence.overlapping.of);
    let mut share = |name: &str, share: Share| add(name.to_owned(), share.rate(), share.of);
    share("side right (where the family is right)", counts.side);
    share("distractors drafted (asserted away)", counts.distractor.asserted);
    share("distractors drafted (bundled, other)", counts.distractor.bundled);
    figures
}
