//! `icdraft train rank`: the last layer, fitted to annotated notes, with figures by cross-validation over notes.

use anyhow::Context as _;
use comfy_table::{Table, presets};
use icdraft_classifier::{Example, Ranker, calibration_error};
use icdraft_corpus::gold::{Certainty, GoldNote};
use icdraft_suggest::{Coder, Config, feature_names};
use rayon::prelude::*;

use crate::args::TrainRank;
use crate::command::{print, say};
use crate::model;

/// From here on the rules draft a suggestion.
const DRAFT: f64 = 0.5;

/// Thresholds tried, in hundredths. A draft that is wrong more often than right helps no coder: none lies below 0.3.
const THRESHOLDS: std::ops::RangeInclusive<u8> = 30..=60;

/// A suggestion of a note and its outcome.
#[derive(Debug)]
struct Outcome {
    rules: f64,
    example: Example,
    put_below: bool,
}

/// The suggestions of a note, and how many sure codes it has.
#[derive(Debug)]
struct Judged {
    outcomes: Vec<Outcome>,
    sure: usize,
}

pub(crate) fn run(args: &TrainRank) -> anyhow::Result<()> {
    // One that was fitted to other features would keep the model from loading.
    let path = args.model.join("ranker.json");
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    model::complete(&args.model, false)?;
    let coder = Coder::new(&Config { model: Some(args.model.clone()), ..Config::default() })?;
    let mut gold = Vec::new();
    for path in &args.gold {
        gold.extend(GoldNote::read(path)?);
    }
    let notes: Vec<Judged> = gold.par_iter().map(|note| judged(&coder, note)).collect();
    let names: Vec<&str> = feature_names().iter().map(String::as_str).collect();
    let examples = |keep: &dyn Fn(usize) -> bool| -> Vec<Example> {
        let kept = notes.iter().enumerate().filter(|(n, _)| keep(*n));
        kept.flat_map(|(_, note)| note.outcomes.iter().map(|o| o.example.clone())).collect()
    };
    let folds = args.folds.max(2);
    let mut by_model: Vec<Vec<f64>> = vec![Vec::new(); notes.len()];
    for fold in 0..folds {
        let ranker = Ranker::fit(&names, &examples(&|n| n % folds != fold), args.penalty)?;
        for (n, note) in notes.iter().enumerate().filter(|(n, _)| n % folds == fold) {
            by_model[n] = note.outcomes.iter().map(|o| ranker.probability(&o.example.values)).collect();
        }
    }
    let by_rules: Vec<Vec<f64>> = notes.iter().map(|n| n.outcomes.iter().map(|o| o.rules).collect()).collect();
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "precision", "recall", "F1", "MAP", "ECE"]);
    let best = |a: &f64, b: &f64| {
        let f1 = |from: f64| Figures::of(&notes, &by_model, from).f1();
        f1(*a).total_cmp(&f1(*b)).then(b.total_cmp(a))
    };
    let from = THRESHOLDS.map(|t| f64::from(t) / 100.0).max_by(best).unwrap_or(DRAFT);
    let rows = [
        ("rules".to_owned(), &by_rules, DRAFT),
        (format!("last layer, drafting from {DRAFT}"), &by_model, DRAFT),
        (format!("last layer, drafting from {from}"), &by_model, from),
    ];
    for (name, confidences, from) in rows {
        table.add_row(Figures::of(&notes, confidences, from).row(name));
    }
    print(&format!("{table}\n"))?;
    let all = examples(&|_| true);
    Ranker::fit(&names, &all, args.penalty)?.drafting_from(from).write(&path)?;
    say(&format!("fitted to {} suggestions of {} notes", all.len(), notes.len()));
    Ok(())
}

/// Suggestions that only another coder might assign count neither way and are left out.
fn judged(coder: &Coder, note: &GoldNote) -> Judged {
    let icd = || note.codes.iter().filter(|c| c.system == "ICD-10-CM");
    let sure = icd().filter(|c| c.certainty == Certainty::Sure).count();
    let mut outcomes = Vec::new();
    for suggestion in coder.judged(&note.encounter()) {
        let meets = |certainty| icd().any(|c| c.certainty == certainty && c.accepted().any(|a| a == suggestion.code));
        let right = meets(Certainty::Sure);
        if right || !meets(Certainty::Arguable) {
            let example = Example { values: suggestion.values, right, weight: 1.0 };
            outcomes.push(Outcome { rules: suggestion.confidence, example, put_below: suggestion.put_below });
        }
    }
    Judged { outcomes, sure }
}

/// Figures over notes.
#[derive(Debug)]
struct Figures {
    precision: f64,
    recall: f64,
    map: f64,
    ece: f64,
}

impl Figures {
    fn of(notes: &[Judged], confidences: &[Vec<f64>], from: f64) -> Self {
        let (mut right, mut drafted, mut sure) = (0usize, 0usize, 0usize);
        let (mut precision_sum, mut scored) = (0.0, 0usize);
        for (note, confidences) in notes.iter().zip(confidences) {
            let mut order: Vec<usize> = (0..confidences.len()).collect();
            order.sort_by(|a, b| confidences[*b].total_cmp(&confidences[*a]).then(a.cmp(b)));
            let is_right = |n: &usize| note.outcomes[*n].example.right;
            let drafts = |n: &&usize| confidences[**n] >= from && !note.outcomes[**n].put_below;
            drafted += order.iter().filter(drafts).count();
            right += order.iter().filter(drafts).filter(|n| is_right(n)).count();
            sure += note.sure;
            let hits = order.iter().enumerate().filter(|(_, n)| is_right(n)).enumerate();
            let sum: f64 = hits.map(|(hit, (place, _))| (hit + 1) as f64 / (place + 1) as f64).sum();
            if note.sure > 0 {
                precision_sum += sum / note.sure as f64;
                scored += 1;
            }
        }
        let outcomes = notes.iter().zip(confidences);
        let outcomes = outcomes.flat_map(|(n, c)| n.outcomes.iter().zip(c).map(|(o, c)| (*c, o.example.right)));
        let share = |a: f64, b: usize| a / b.max(1) as f64;
        Self {
            precision: share(right as f64, drafted),
            recall: share(right as f64, sure),
            map: share(precision_sum, scored),
            ece: calibration_error(outcomes),
        }
    }

    fn f1(&self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall).max(1e-9)
    }

    fn row(&self, name: String) -> Vec<String> {
        let figures = [self.precision, self.recall, self.f1(), self.map, self.ece];
        std::iter::once(name).chain(figures.map(|v| format!("{v:.3}"))).collect()
    }
}
