//! One row a code, a specialty, a point of a curve.

use std::collections::BTreeMap;

use icdraft_eval::{CodeRow, Curves, Evaluation, Tally};

use super::{Link, Shown, three};
use crate::Findings;

/// Codes with mistakes that stand open; all others are folded away.
const OPEN_CODES: usize = 40;
/// Links of one code; its notes have them all.
const MOST_LINKS: usize = 4;

/// Codes with most mistakes first.
pub(super) struct CodeTable {
    pub(super) first: Vec<CodeView>,
    pub(super) rest: Vec<CodeView>,
}

/// One code.
pub(super) struct CodeView {
    pub(super) system: String,
    pub(super) code: String,
    pub(super) title: String,
    pub(super) scores: Scores,
    /// The first notes with mistakes.
    pub(super) notes: Vec<Link>,
    /// Mistakes without a link.
    pub(super) more: usize,
}

/// Right, wrong and missed codes, and what comes of them.
pub(super) struct Scores {
    pub(super) tally: Tally,
    pub(super) precision: String,
    pub(super) recall: String,
    pub(super) f1: String,
}

impl Scores {
    /// A share of nothing is a dash.
    fn of(tally: Tally) -> Self {
        let share = |value: f64, of: usize| if of == 0 { "–".to_owned() } else { three(value) };
        Self {
            tally,
            precision: share(tally.precision(), tally.tp + tally.fp),
            recall: share(tally.recall(), tally.gold()),
            f1: share(tally.f1(), tally.gold() + tally.fp),
        }
    }
}

impl CodeTable {
    pub(super) fn of(findings: &Findings<'_>, shown: &Shown) -> Self {
        let links = mistakes_of_codes(findings);
        let mut rows: Vec<&CodeRow> = findings.evaluation.codes.iter().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.tally.fp + row.tally.fn_));
        let view = |row: &CodeRow| {
            let code = dotted(&row.system, &row.code);
            let of_code = links.get(&(row.system.clone(), plain(&row.code))).map_or(&[][..], Vec::as_slice);
            let linked = of_code
                .iter()
                .filter_map(|&(note, mistake)| shown.link(note, mistake, findings.reviews[note].id.clone()));
            let notes: Vec<Link> = linked.take(MOST_LINKS).collect();
            CodeView {
                title: (findings.title)(&row.system, &code).unwrap_or_default(),
                system: row.system.clone(),
                code,
                scores: Scores::of(row.tally),
                more: of_code.len() - notes.len(),
                notes,
            }
        };
        let mut first: Vec<CodeView> = rows.into_iter().map(view).collect();
        let with_mistakes = first.iter().filter(|code| code.scores.tally.fp + code.scores.tally.fn_ > 0).count();
        let rest = first.split_off(OPEN_CODES.min(with_mistakes));
        Self { first, rest }
    }
}

/// Note and number of each mistake, by system and code.
fn mistakes_of_codes(findings: &Findings<'_>) -> BTreeMap<(String, String), Vec<(usize, usize)>> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (note, review) in findings.reviews.iter().enumerate() {
        for (number, mistake) in review.mistakes.iter().enumerate() {
            for code in [&mistake.gold, &mistake.drafted].into_iter().flatten() {
                places.entry((mistake.system.clone(), plain(code))).or_default().push((note, number));
            }
        }
    }
    places
}

/// A code as rows write it, without its dot.
fn plain(code: &str) -> String {
    code.replace('.', "").to_uppercase()
}

/// A diagnosis with its dot.
fn dotted(system: &str, code: &str) -> String {
    match code.split_at_checked(3) {
        Some((category, rest)) if system == "ICD-10-CM" && !rest.is_empty() => format!("{category}.{rest}"),
        _ => code.to_owned(),
    }
}

/// One specialty.
pub(super) struct SpecialtyView {
    pub(super) name: String,
    pub(super) notes: usize,
    pub(super) systems: [Scores; 2],
}

/// Specialties with most notes first.
pub(super) fn specialties(evaluation: &Evaluation) -> Vec<SpecialtyView> {
    let mut rows: Vec<SpecialtyView> = evaluation
        .specialties
        .iter()
        .map(|row| SpecialtyView {
            name: row.specialty.clone(),
            notes: row.notes,
            systems: [row.icd10cm, row.cpt].map(Scores::of),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.notes));
    rows
}

/// One dot of the reliability curves.
pub(super) struct BinRow {
    pub(super) system: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) n: usize,
    pub(super) confidence: String,
    pub(super) right: String,
}

pub(super) fn bins(curves: &Curves) -> Vec<BinRow> {
    let of = |system: &icdraft_eval::Reliability| {
        let row = |bin: &icdraft_eval::ReliabilityBin| BinRow {
            system: system.system.clone(),
            from: format!("{:.2}", bin.low),
            to: format!("{:.2}", bin.high),
            n: bin.n,
            confidence: three(bin.confidence),
            right: three(bin.right),
        };
        system.bins.iter().map(row).collect::<Vec<_>>()
    };
    curves.reliability.iter().flat_map(of).collect()
}

/// One threshold of the automation curve.
pub(super) struct ThresholdRow {
    pub(super) threshold: String,
    pub(super) closed: usize,
    pub(super) rate: String,
    pub(super) error: String,
}

pub(super) fn thresholds(curves: &Curves) -> Vec<ThresholdRow> {
    let row = |point: &icdraft_eval::AutomationPoint| ThresholdRow {
        threshold: format!("{:.2}", point.threshold),
        closed: point.closed,
        rate: three(point.rate),
        error: if point.closed == 0 { "–".to_owned() } else { three(point.error) },
    };
    curves.automation.iter().map(row).collect()
}

/// One threshold of the precision-recall curves: precision and recall of each system.
pub(super) struct CurveRow {
    pub(super) threshold: String,
    pub(super) systems: Vec<[String; 2]>,
}

pub(super) fn curve(curves: &Curves) -> Vec<CurveRow> {
    let steps = curves.precision_recall.first().map_or(&[][..], |system| &system.points);
    let row = |(at, step): (usize, &icdraft_eval::PrecisionRecallPoint)| {
        let points = curves.precision_recall.iter().filter_map(|system| system.points.get(at));
        CurveRow {
            threshold: format!("{:.2}", step.threshold),
            systems: points.map(|point| [three(point.precision), three(point.recall)]).collect(),
        }
    };
    steps.iter().enumerate().map(row).collect()
}
