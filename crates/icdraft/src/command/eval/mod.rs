//! `icdraft eval`: drafts against annotated notes.

mod ablation;
mod compare;
mod material;
mod show;

use anyhow::bail;
use icdraft_eval::{Prediction, evaluate};

use crate::args::{Against, Eval, EvalCommand, Format};
use crate::command::{Done, print, say};
use material::Material;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Done> {
    match (&args.command, &args.against) {
        (Some(EvalCommand::Compare(args)), _) => compare::run(args),
        (None, Some(against)) => score(args, against),
        (None, None) => bail!("--gold GOLD.jsonl is missing"),
    }
}

fn score(args: &Eval, against: &Against) -> anyhow::Result<Done> {
    let config = args.knowledge.config();
    let material = Material::read(against, &config)?;
    if !args.without.is_empty() {
        return ablation::run(&args.without, &config, &material, against);
    }
    let predictions = match &args.pred {
        Some(path) => Prediction::read(path)?,
        None => material.code(&config, against.threads)?,
    };
    let evaluation = material
        .on_threads(against.threads, || evaluate(&material.gold, &predictions, material.set(), &material.options))?;
    if evaluation.without_prediction > 0 {
        say(&format!(
            "{} of {} notes have no drafts and count as missed",
            evaluation.without_prediction, evaluation.notes
        ));
    }
    let shown = match against.format {
        Format::Json => show::json(&evaluation, &material, against, args.per_note)?,
        Format::Table => show::table(&evaluation, &material, args.per_note),
    };
    print(&shown)?;
    Ok(Done::Whole)
}
