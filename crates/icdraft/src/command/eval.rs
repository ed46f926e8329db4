//! `icdraft eval`: drafts against annotated notes.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use icdraft_codeset::CodeSet;
use icdraft_eval::{Evaluation, GoldNote, Prediction, evaluate};
use icdraft_note::{Encounter, Unit};
use icdraft_suggest::Coder;
use serde_json::json;

use crate::args::{Eval, Format};
use crate::command::{Done, in_order, print, say};
use crate::table;

/// Draws of the bootstrap, and its seed: the same figures on every run.
const BOOTSTRAPS: usize = 1_000;
const SEED: u64 = 1;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Done> {
    let mut gold = GoldNote::read(&args.gold)?;
    if let Some(set) = &args.set {
        gold.retain(|g| g.set == *set);
        if gold.is_empty() {
            bail!("{}: no notes of set `{set}`", args.gold.display());
        }
    }
    let predictions = match &args.pred {
        Some(path) => Prediction::read(path)?,
        None => code(args, &gold)?,
    };
    let evaluation = evaluate(&gold, &predictions, &CodeSet::embedded(), BOOTSTRAPS, SEED);
    if evaluation.without_prediction > 0 {
        say(&format!(
            "{} of {} notes have no drafts and count as missed",
            evaluation.without_prediction, evaluation.notes
        ));
    }
    let shown = match args.format {
        Format::Json => {
            serde_json::to_string_pretty(&json!({
                "gold": args.gold.display().to_string(),
                "set": args.set,
                "engine": concat!("icdraft ", env!("CARGO_PKG_VERSION")),
                "notes": evaluation.notes,
                "without_prediction": evaluation.without_prediction,
                "figures": evaluation.figures,
                "per_note": if args.per_note { Some(&evaluation.rows) } else { None },
            }))? + "\n"
        }
        Format::Table => shown(&evaluation, args.per_note),
    };
    print(&shown)?;
    Ok(Done::Whole)
}

/// Codes the gold notes now.
fn code(args: &Eval, gold: &[GoldNote]) -> anyhow::Result<HashMap<String, Prediction>> {
    let coder = Coder::new(&args.knowledge.config()).context("making the coder")?;
    let mut predictions = HashMap::new();
    let work = |note: &GoldNote| {
        let encounter = Encounter::of_note(note.id.clone(), note.text.clone());
        Prediction::from(&coder.code(&encounter).in_unit(&encounter, Unit::Chars))
    };
    in_order(gold, None, "coding", work, |prediction| {
        predictions.insert(prediction.id.clone(), prediction);
        Ok(())
    })?;
    Ok(predictions)
}

fn shown(evaluation: &Evaluation, per_note: bool) -> String {
    let mut out = format!("{} notes\n", evaluation.notes);
    let rows = evaluation.figures.iter().map(|f| {
        let interval = f.interval.map(|i| format!("{:.3} to {:.3}", i.low, i.high)).unwrap_or_default();
        let n = if f.n == 0 { String::new() } else { f.n.to_string() };
        vec![f.name.clone(), format!("{:.3}", f.value), interval, n]
    });
    out += &table::plain(&["figure", "value", "95 % interval", "n"], rows);
    if per_note {
        for row in &evaluation.rows {
            let tally = |t: &icdraft_eval::Tally| format!("{} right, {} wrong, {} missed", t.tp, t.fp, t.fn_);
            let _ = writeln!(out, "{}: ICD-10-CM {}; CPT {}", row.id, tally(&row.icd10cm), tally(&row.cpt));
        }
    }
    out
}
