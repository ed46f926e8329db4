//! Curves: figures over every confidence, not at one.

use serde::{Deserialize, Serialize};

use crate::metric::calibration::BINS;
use crate::metric::pooled::Pool;
use crate::metric::workload::THRESHOLDS;
use crate::metric::{Counts, Share, System};
use crate::sheet::Sheet;

/// Points of curves, over all notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Calibration, one curve a system.
    pub reliability: Vec<Reliability>,
    /// Notes that could be closed without a coder, by threshold.
    pub automation: Vec<AutomationPoint>,
    /// Precision and recall by threshold, one curve a system.
    pub precision_recall: Vec<PrecisionRecall>,
}

/// How often suggestions of a confidence are right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// `ICD-10-CM` or `CPT`.
    pub system: String,
    /// Bins of equal width that hold suggestions, from 0 to 1.
    pub bins: Vec<ReliabilityBin>,
}

/// Suggestions whose confidence lies in one bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Lower end.
    pub low: f64,
    /// Upper end; the bin holds it.
    pub high: f64,
    /// Suggestions.
    pub n: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of right ones.
    pub right: f64,
}

/// What closing notes at a threshold would mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AutomationPoint {
    /// Confidence at and above which a code is taken.
    pub threshold: f64,
    /// Notes that could be closed.
    pub closed: usize,
    /// Their share of all notes.
    pub rate: f64,
    /// Share of the closed notes with a wrong or a missed code.
    pub error: f64,
}

/// Precision and recall of one system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecall {
    /// `ICD-10-CM` or `CPT`.
    pub system: String,
    /// By rising threshold.
    pub points: Vec<PrecisionRecallPoint>,
}

/// What drafting from a threshold on would give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecallPoint {
    /// Confidence at and above which a code is drafted.
    pub threshold: f64,
    /// Share of right ones among the drafted.
    pub precision: f64,
    /// Share of sure gold codes that are drafted.
    pub recall: f64,
}

/// Thresholds of precision and recall: 0, 0.05 ... 0.95.
const STEPS: u32 = 20;

impl Curves {
    pub(crate) fn of(counts: &Counts, sheet: &Sheet) -> Self {
        Self {
            reliability: System::ALL.into_iter().map(|system| reliability(counts, system)).collect(),
            automation: automation(counts),
            precision_recall: System::ALL.into_iter().map(|s| precision_recall(s, &sheet.system(s).pairs)).collect(),
        }
    }
}

fn reliability(counts: &Counts, system: System) -> Reliability {
    let bins = counts.system(system).calibration.bins;
    let filled = bins.iter().enumerate().filter(|(_, bin)| bin.n > 0);
    let bins = filled.map(|(at, bin)| ReliabilityBin {
        low: at as f64 / BINS as f64,
        high: (at + 1) as f64 / BINS as f64,
        n: bin.n,
        confidence: bin.confidence / bin.n as f64,
        right: bin.right as f64 / bin.n as f64,
    });
    Reliability { system: system.name().into(), bins: bins.collect() }
}

fn automation(counts: &Counts) -> Vec<AutomationPoint> {
    let point = |(threshold, at): (f64, usize)| {
        let closed = counts.workload.closed[at];
        AutomationPoint {
            threshold,
            closed: closed.notes,
            rate: Share { hit: closed.notes, of: counts.workload.notes }.rate(),
            error: Share { hit: closed.wrong, of: closed.notes }.rate(),
        }
    };
    THRESHOLDS.into_iter().zip(0..).map(point).collect()
}

fn precision_recall(system: System, pairs: &Pool) -> PrecisionRecall {
    let gold = pairs.scored().iter().filter(|pair| pair.right).count();
    let point = |step: u32| {
        let threshold = f64::from(step) / f64::from(STEPS);
        let drafted: Vec<bool> =
            pairs.scored().iter().take_while(|pair| pair.score >= threshold).map(|pair| pair.right).collect();
        let right = drafted.iter().filter(|right| **right).count();
        PrecisionRecallPoint {
            threshold,
            precision: Share { hit: right, of: drafted.len() }.rate(),
            recall: Share { hit: right, of: gold }.rate(),
        }
    };
    PrecisionRecall { system: system.name().into(), points: (0..STEPS).map(point).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    use crate::evaluation::Options;
    use crate::metric::Counted;
    use crate::metric::made_up::{drafted, note, ranked, sure};
    use crate::prediction::Prediction;

    #[test]
    fn points_by_hand() {
        let note = note([sure("I10"), sure("E11.9"), sure("N39.0")]);
        let list = [drafted("I10").sure(0.95), drafted("K21.9").sure(0.91), ranked("E11.9").sure(0.3)];
        let prediction =
            Prediction { suggestions: list.into_iter().map(Into::into).collect(), ..Prediction::default() };
        let counted = [Counted::of(0, &note, &prediction, &Options::default(), &CodeSet::embedded())];
        let sheet = Sheet::of(&counted);
        let curves = Curves::of(&sheet.sum(&[1]), &sheet);
        // Bins of 1/15: 0.3 is in the fifth, 0.91 in the fourteenth (0.867 to 0.933), 0.95 in the fifteenth.
        let bins: Vec<(usize, f64, f64)> =
            curves.reliability[0].bins.iter().map(|b| (b.n, b.confidence, b.right)).collect();
        assert_eq!(bins, [(1, 0.3, 1.0), (1, 0.91, 0.0), (1, 0.95, 1.0)]);
        // From 0.5 on one of two is right; from 0 on two of three; one of three gold codes is never found.
        let at = |step: usize| {
            let point = &curves.precision_recall[0].points[step];
            (point.threshold, point.precision, point.recall)
        };
        assert_eq!(at(10), (0.5, 0.5, 1.0 / 3.0));
        assert_eq!(at(0), (0.0, 2.0 / 3.0, 2.0 / 3.0));
        // 0.3 is in doubt at 0.9 (above 0.1), settled at 0.7; the note would be wrong.
        let automation: Vec<(f64, usize, f64)> =
            curves.automation.iter().map(|p| (p.threshold, p.closed, p.error)).collect();
        assert_eq!((automation[4], automation[8]), ((0.7, 1, 1.0), (0.9, 0, 0.0)));
        assert_eq!(curves.reliability[1].bins, []);
    }
}
