//! Figures: the few that matter first, then all of them.

use icdraft_eval::{Better, Evaluation, Figure, Group};

use super::three;

/// What a reader asks first.
const HEADLINE: [&str; 17] = [
    "ICD-10-CM precision",
    "ICD-10-CM recall",
    "ICD-10-CM F1",
    "ICD-10-CM macro F1",
    "ICD-10-CM exact match",
    "ICD-10-CM first-listed right",
    "CPT precision",
    "CPT recall",
    "CPT F1",
    "CPT macro F1",
    "CPT exact match",
    "modifiers right (of right CPT)",
    "evidence overlaps gold (of right)",
    "distractors drafted (asserted away)",
    "ICD-10-CM calibration error (ECE)",
    "codes read per right code (draft)",
    "notes closed without a coder at 0.90",
];

/// One figure.
pub(super) struct FigureRow {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) interval: String,
    pub(super) n: usize,
    pub(super) lower_is_better: bool,
    pub(super) bar: Option<Bar>,
}

/// Where value and interval lie between 0 and 1, in percent.
pub(super) struct Bar {
    pub(super) value: String,
    pub(super) low: String,
    pub(super) width: String,
}

/// The figures of one group.
pub(super) struct GroupView {
    pub(super) name: &'static str,
    pub(super) figures: Vec<FigureRow>,
}

pub(super) fn headline(evaluation: &Evaluation) -> Vec<FigureRow> {
    let named = HEADLINE.iter().filter_map(|name| evaluation.figure(name));
    named.filter(|figure| figure.n > 0).map(FigureRow::of).collect()
}

/// All figures that had something to count.
pub(super) fn groups(evaluation: &Evaluation) -> Vec<GroupView> {
    let of = |group: Group| {
        let figures = evaluation.figures.iter().filter(|figure| figure.group == group && figure.n > 0);
        GroupView { name: group.name(), figures: figures.map(FigureRow::of).collect() }
    };
    Group::ALL.into_iter().map(of).filter(|group| !group.figures.is_empty()).collect()
}

impl FigureRow {
    fn of(figure: &Figure) -> Self {
        let interval = figure.interval.map(|i| format!("{:.3} to {:.3}", i.low, i.high)).unwrap_or_default();
        let is_share = (0.0..=1.0).contains(&figure.value) && figure.interval.is_none_or(|i| i.high <= 1.0);
        Self {
            name: figure.name.clone(),
            value: three(figure.value),
            interval,
            n: figure.n,
            lower_is_better: figure.better == Better::Low,
            bar: is_share.then(|| Bar::of(figure)),
        }
    }
}

impl Bar {
    fn of(figure: &Figure) -> Self {
        let (low, high) = figure.interval.map_or((figure.value, figure.value), |i| (i.low, i.high));
        let percent = |value: f64| format!("{:.1}", value * 100.0);
        Self { value: percent(figure.value), low: percent(low), width: percent(high - low) }
    }
}
