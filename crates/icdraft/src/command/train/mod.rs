//! `icdraft train`: gathers what is learned from, trains, builds code vectors, measures.

mod curve;
mod head;
mod measure;
mod rank;
mod synonyms;
mod vectors;
mod whole;
mod wordings;

use std::ffi::OsString;
use std::path::Path;

use anyhow::Context as _;
use icdraft_classifier::train::{Material, Source, Stage, Wording};
use icdraft_codeset::CodeSet;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Train, TrainData, TrainLink, TrainWhat};
use crate::command::{Done, say};
use curve::Curve;
use wordings::{HeldOut, Terms};

pub(crate) fn run(args: &Train) -> anyhow::Result<Done> {
    match &args.what {
        TrainWhat::Model(args) => whole::run(args)?,
        TrainWhat::Link(args) => link(args)?,
        TrainWhat::Head(args) => head::run(args)?,
        TrainWhat::Vectors(args) => vectors::run(args)?,
        TrainWhat::Rank(args) => rank::run(args)?,
        TrainWhat::Measure(args) => measure::run(args)?,
    }
    Ok(Done::Whole)
}

/// candle reads the number of its threads from the environment alone, and by default its shards would wait for one pool of them. A
/// process cannot change its own environment safely: the training runs in a child that has one thread a shard.
const THREADS: [&str; 2] = ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"];

/// Runs the program with these arguments in a child that has them; false in the child itself.
fn in_child(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<bool> {
    if std::env::var_os(THREADS[0]).is_some() {
        return Ok(false);
    }
    let program = std::env::current_exe().context("finding the program")?;
    let mut child = std::process::Command::new(program);
    let status = child.args(args).envs(THREADS.map(|name| (name, "1"))).status().context("starting the training")?;
    anyhow::ensure!(status.success(), "the training stopped");
    Ok(true)
}

fn stage(path: &Path) -> anyhow::Result<Stage> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

fn link(args: &TrainLink) -> anyhow::Result<()> {
    // By its own arguments: it may be a part of `train model`.
    let TrainData { pack, synonyms, everything } = &args.data;
    let mut again: Vec<OsString> = ["train", "link"].map(Into::into).into();
    again.extend([args.stage.clone().into(), "--out".into(), args.out.clone().into()]);
    for (option, file) in [("--pack", pack), ("--synonyms", synonyms)] {
        again.extend(file.iter().flat_map(|file| [option.into(), file.into()]));
    }
    again.extend(everything.then(|| "--everything".into()));
    if in_child(again)? {
        return Ok(());
    }
    let stage = stage(&args.stage)?;
    let set = code_set(args.data.pack.as_deref())?;
    let material = material(&set, &args.data)?;
    let unseen = if args.data.everything { Vec::new() } else { sample(wordings::held_out(&set)) };
    let bar = ProgressBar::new(stage.steps as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} steps, {eta} left, {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut curve = Curve::open(&args.out)?;
    icdraft_classifier::train::train(&stage, &material, &unseen, &args.out, |now| {
        bar.set_position(now.step as u64);
        if let Some(line) = curve.take(now) {
            if bar.is_hidden() {
                say(&format!("step {} of {}: {line}", now.step, now.steps));
            }
            bar.set_message(line);
        }
    })?;
    bar.finish_and_clear();
    curve.write()?;
    say(&format!("the model is in {}", args.out.display()));
    Ok(())
}

/// Unseen wordings measured while training goes on.
const SAMPLE: usize = 500;

fn sample(all: Vec<HeldOut>) -> Vec<Wording> {
    let step = all.len().div_ceil(SAMPLE).max(1);
    let some = all.into_iter().step_by(step);
    some.map(|h| Wording { text: h.text, code: h.code, source: Source::Index }).collect()
}

fn code_set(pack: Option<&Path>) -> anyhow::Result<CodeSet> {
    Ok(pack.map(CodeSet::read).transpose()?.unwrap_or_else(CodeSet::embedded))
}

fn wordings_of(set: &CodeSet, data: &TrainData) -> anyhow::Result<Vec<Wording>> {
    let terms = if data.everything { Terms::All } else { Terms::Training };
    let mut all = wordings::wordings(set, terms)?;
    if let Some(wheel) = &data.synonyms {
        all.extend(synonyms::wordings(wheel, set, &all)?);
    }
    Ok(all)
}

fn material(set: &CodeSet, data: &TrainData) -> anyhow::Result<Material> {
    Ok(gathered(wordings_of(set, data)?))
}

fn material_of(set: &CodeSet, terms: Terms) -> anyhow::Result<Material> {
    Ok(gathered(wordings::wordings(set, terms)?))
}

fn gathered(wordings: Vec<Wording>) -> Material {
    let material = Material::new(wordings);
    say(&format!("{} wordings of {} codes", material.len(), material.codes().count()));
    material
}
