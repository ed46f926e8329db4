//! `icdraft train rank`: the last layers, fitted to annotated notes, with figures by cross-validation over notes.

use std::collections::BTreeMap;

use anyhow::Context as _;
use comfy_table::{Table, presets};
use icdraft_classifier::{Example, Ranker, Rankers, calibration_error};
use icdraft_corpus::gold::{Certainty, GoldNote};
use icdraft_corpus::standoff;
use icdraft_suggest::{Coder, Config, ModelSource, feature_names};
use rayon::prelude::*;

use crate::args::TrainRank;
use crate::command::{print, say};
use crate::model;

/// From here on the rules draft a suggestion.
const DRAFT: f64 = 0.5;

/// Thresholds tried, in hundredths. A draft that is wrong more often than right helps no coder: none lies below 0.3.
const THRESHOLDS: std::ops::RangeInclusive<u8> = 30..=60;

/// Differences of F1 below this are noise.
const AS_GOOD: f64 = 0.005;

/// A layer that loses more precision than this is none, whatever it finds.
const DEARER: f64 = 0.03;

/// A suggestion of a note and its outcome.
#[derive(Debug)]
struct Outcome {
    rules: f64,
    example: Example,
    put_below: bool,
}

/// The suggestions of a note that one layer reads, and how many sure codes it has.
#[derive(Debug, Default)]
struct Judged {
    outcomes: Vec<Outcome>,
    sure: usize,
}

pub(crate) fn run(args: &TrainRank) -> anyhow::Result<()> {
    // Layers that were fitted to other features would keep the model from loading.
    let path = args.model.join("ranker.json");
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    model::complete(&args.model, false)?;
    let source = ModelSource::Folder(args.model.clone());
    let coder = Coder::new(&Config { model: source, ..Config::default() })?;
    let gold = gold(args)?;
    let judged: Vec<BTreeMap<String, Judged>> = gold.par_iter().map(|note| judged(&coder, note)).collect();
    let mut layers: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for (layer, notes) in judged.into_iter().flatten() {
        layers.entry(layer).or_default().push(notes);
    }
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "notes", "precision", "recall", "F1", "MAP", "ECE"]);
    let mut rankers = Rankers::default();
    for (layer, notes) in &layers {
        match fitted(layer, notes, args, &mut table) {
            Ok(ranker) => rankers.insert(layer, ranker),
            Err(error) => say(&format!("{layer}: no last layer: {error}")),
        }
    }
    print(&format!("{table}\n"))?;
    rankers.write(&path)?;
    say(&format!("fitted to {} notes", gold.len()));
    Ok(())
}

/// The annotated notes, those without a text joined with theirs; what has none is told and left out.
fn gold(args: &TrainRank) -> anyhow::Result<Vec<GoldNote>> {
    let mut gold = Vec::new();
    for path in &args.gold {
        let (bare, mut whole): (Vec<GoldNote>, Vec<GoldNote>) =
            GoldNote::read_lines(path)?.into_iter().map(|(_, note)| note).partition(GoldNote::is_standoff);
        let mut missing = bare;
        for texts in &args.text {
            let joined = standoff::join(missing.clone(), texts, &|| {})?;
            missing.retain(|note| joined.missing.contains(&note.id));
            whole.extend(joined.notes);
        }
        if !missing.is_empty() {
            say(&format!("{}: {} notes left out, no --text has theirs", path.display(), missing.len()));
        }
        gold.extend(whole);
    }
    Ok(gold)
}

/// A layer fitted to all its notes. Where it does not score clearly above the rules in cross-validation over notes, it is one that moves
/// nothing and only calibrates: the rules' order and draft stay, and the confidence means what it says. Its rows go into the table.
fn fitted(layer: &str, notes: &[Judged], args: &TrainRank, table: &mut Table) -> anyhow::Result<Ranker> {
    let names: Vec<&str> = feature_names().iter().map(String::as_str).collect();
    let fit = |features: usize, keep: &dyn Fn(usize) -> bool| {
        let kept = notes.iter().enumerate().filter(|(n, _)| keep(*n));
        let example = |o: &Outcome| Example { values: o.example.values[..features].to_vec(), ..o.example.clone() };
        let examples: Vec<Example> = kept.flat_map(|(_, note)| note.outcomes.iter().map(example)).collect();
        Ranker::fit(&names[..features], &examples, if features == 1 { 0.0 } else { args.penalty })
    };
    let folds = args.folds.max(2);
    let cross_validated = |features: usize| -> anyhow::Result<Vec<Vec<f64>>> {
        let mut confidences: Vec<Vec<f64>> = vec![Vec::new(); notes.len()];
        for fold in 0..folds {
            let ranker = fit(features, &|n| n % folds != fold)?;
            for (n, note) in notes.iter().enumerate().filter(|(n, _)| n % folds == fold) {
                let probability = |o: &Outcome| ranker.probability(&o.example.values[..features]);
                confidences[n] = note.outcomes.iter().map(probability).collect();
            }
        }
        Ok(confidences)
    };
    let by_rules: Vec<Vec<f64>> = notes.iter().map(|n| n.outcomes.iter().map(|o| o.rules).collect()).collect();
    let rules = Figures::of(notes, &by_rules, DRAFT);
    table.add_row(rules.row(format!("{layer}: rules"), notes.len()));
    let by_model = cross_validated(names.len())?;
    // A wrong code costs more than one that a coder has to add: the highest threshold that is about as good as the best.
    let scored: Vec<(f64, f64)> =
        THRESHOLDS.map(|t| f64::from(t) / 100.0).map(|from| (from, Figures::of(notes, &by_model, from).f1())).collect();
    let best = scored.iter().map(|(_, f1)| *f1).fold(0.0, f64::max);
    let from = scored.iter().rev().find(|(_, f1)| *f1 >= best - AS_GOOD).map_or(DRAFT, |(from, _)| *from);
    let model = Figures::of(notes, &by_model, from);
    table.add_row(model.row(format!("{layer}: last layer, drafting from {from}"), notes.len()));
    if model.f1() > rules.f1() + AS_GOOD && model.precision > rules.precision - DEARER {
        return Ok(fit(names.len(), &|_| true)?.drafting_from(from));
    }
    let calibrated = Figures::of(notes, &cross_validated(1)?, DRAFT);
    let ece = calibrated.ece;
    table.add_row([format!("{layer}: the rules' order, calibrated: ECE {ece:.3}")]);
    // The first feature is the rules' log-odds: at 0 they begin to draft.
    let ranker = fit(1, &|_| true)?;
    let from = ranker.probability(&[0.0]);
    let same = ranker.for_features(feature_names(), |_| false).map_err(anyhow::Error::msg)?;
    Ok(same.drafting_from(from))
}

/// The suggestions of a note by the layer that reads them. Those that only another coder might assign count neither way and are left
/// out.
fn judged(coder: &Coder, note: &GoldNote) -> BTreeMap<String, Judged> {
    let suggestions = coder.judged(&note.encounter());
    let mut layers: BTreeMap<String, Judged> = BTreeMap::new();
    for suggestion in suggestions {
        let codes = || note.codes.iter().filter(|c| c.system == suggestion.system);
        let meets = |certainty| codes().any(|c| c.certainty == certainty && c.accepted().any(|a| a == suggestion.code));
        let right = meets(Certainty::Sure);
        if right || !meets(Certainty::Arguable) {
            let example = Example { values: suggestion.values, right, weight: 1.0 };
            let outcome = Outcome { rules: suggestion.confidence, example, put_below: suggestion.put_below };
            let layer = layers.entry(suggestion.layer).or_default();
            layer.sure = codes().filter(|c| c.certainty == Certainty::Sure).count();
            layer.outcomes.push(outcome);
        }
    }
    layers
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

    fn row(&self, name: String, notes: usize) -> Vec<String> {
        let figures = [self.precision, self.recall, self.f1(), self.map, self.ece];
        [name, notes.to_string()].into_iter().chain(figures.map(|v| format!("{v:.3}"))).collect()
    }
}
