//! `icdraft eval`: drafts against annotated notes.

mod ablation;
mod compare;
mod gate;
mod material;
mod page;
mod show;
mod single;

use anyhow::bail;
use icdraft_eval::{Prediction, evaluate};

use crate::args::{Eval, EvalCommand, Format, Source, SourceFormat};
use crate::command::{Done, print, say};
use material::Material;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Done> {
    match (&args.command, &args.source) {
        (Some(EvalCommand::Compare(args)), _) => compare::run(args),
        (Some(EvalCommand::Gate(args)), _) => gate::run(args),
        (None, Some(source)) => score(args, source),
        (None, None) => bail!("--gold GOLD.jsonl is missing"),
    }
}

fn score(args: &Eval, source: &Source) -> anyhow::Result<Done> {
    let config = args.knowledge.config()?;
    if matches!(source.from, SourceFormat::Negex | SourceFormat::Headers) {
        return single::run(args, source);
    }
    let material = Material::read(source, &config)?;
    if !args.without.is_empty() {
        return ablation::run(&args.without, &config, &material, (source, &args.how));
    }
    let predictions = match &args.pred {
        Some(path) => Prediction::read(path)?,
        None => material.code(&config, args.how.threads)?,
    };
    let evaluation = material::on_threads(args.how.threads, || {
        evaluate(&material.gold, &predictions, material.set(), &material.options)
    })?;
    if evaluation.without_prediction > 0 {
        say(&format!(
            "{} of {} notes have no drafts and count as missed",
            evaluation.without_prediction, evaluation.notes
        ));
    }
    if let Some(dir) = &args.report {
        page::write(dir, (args, source), &material, &predictions, &evaluation)?;
    }
    let shown = match args.how.format {
        Format::Json => show::json(&evaluation, &material, source, args.per_note)?,
        Format::Table => show::table(&evaluation, &material, args.per_note),
    };
    print(&shown)?;
    Ok(Done::Whole)
}
