//! `icdraft eval`: drafts against annotated notes.

mod material;
mod show;

use icdraft_eval::{Prediction, evaluate};

use crate::args::{Eval, Format};
use crate::command::{Done, print, say};
use material::Material;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Done> {
    let config = args.knowledge.config();
    let material = Material::read(&args.against, &config)?;
    let predictions = match &args.pred {
        Some(path) => Prediction::read(path)?,
        None => material.code(&config, args.against.threads)?,
    };
    let evaluation = material.on_threads(args.against.threads, || {
        evaluate(&material.gold, &predictions, material.set(), &material.options)
    })?;
    if evaluation.without_prediction > 0 {
        say(&format!(
            "{} of {} notes have no drafts and count as missed",
            evaluation.without_prediction, evaluation.notes
        ));
    }
    let shown = match args.against.format {
        Format::Json => show::json(&evaluation, &material, &args.against, args.per_note)?,
        Format::Table => show::table(&evaluation, &material, args.per_note),
    };
    print(&shown)?;
    Ok(Done::Whole)
}
