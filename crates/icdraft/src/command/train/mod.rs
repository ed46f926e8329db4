//! `icdraft train`: gathers what is learned from, trains, builds code vectors, measures.

mod head;
mod measure;
mod rank;
mod vectors;
mod wordings;

use std::path::Path;

use anyhow::Context as _;
use icdraft_classifier::train::{Material, Stage, Wording};
use icdraft_codeset::CodeSet;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Train, TrainData, TrainLink, TrainWhat};
use crate::command::{Done, say};
use wordings::Terms;

pub(crate) fn run(args: &Train) -> anyhow::Result<Done> {
    match &args.what {
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

/// Runs this command again in a child that has them; false in the child itself.
fn in_child() -> anyhow::Result<bool> {
    if std::env::var_os(THREADS[0]).is_some() {
        return Ok(false);
    }
    let program = std::env::current_exe().context("finding the program")?;
    let mut child = std::process::Command::new(program);
    child.args(std::env::args_os().skip(1)).envs(THREADS.map(|name| (name, "1")));
    let status = child.status().context("starting the training")?;
    anyhow::ensure!(status.success(), "the training stopped");
    Ok(true)
}

fn stage(path: &Path) -> anyhow::Result<Stage> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

fn link(args: &TrainLink) -> anyhow::Result<()> {
    if in_child()? {
        return Ok(());
    }
    let stage = stage(&args.stage)?;
    let material = material(&args.data)?;
    let bar = ProgressBar::new(stage.steps as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} steps, {eta} left, {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut curve = Curve::default();
    icdraft_classifier::train::train(&stage, &material, &args.out, |now| {
        bar.set_position(now.step as u64);
        if let Some((loss, hits)) = curve.take(now.loss, now.hits) {
            let line = format!("loss {loss:.3}, nearest answer right {:.1} %", hits * 100.0);
            if bar.is_hidden() {
                say(&format!("step {} of {}: {line}", now.step, now.steps));
            }
            bar.set_message(line);
        }
    })?;
    bar.finish_and_clear();
    say(&format!("the model is in {}", args.out.display()));
    Ok(())
}

/// Means over stretches of steps: single steps jump.
#[derive(Debug, Default)]
struct Curve {
    loss: f32,
    hits: f32,
    steps: u8,
}

impl Curve {
    const STRETCH: u8 = 25;

    fn take(&mut self, loss: f32, hits: f32) -> Option<(f32, f32)> {
        self.loss += loss;
        self.hits += hits;
        self.steps += 1;
        (self.steps == Self::STRETCH).then(|| {
            let steps = f32::from(self.steps);
            let means = (self.loss / steps, self.hits / steps);
            *self = Self::default();
            means
        })
    }
}

fn code_set(pack: Option<&Path>) -> anyhow::Result<CodeSet> {
    Ok(pack.map(CodeSet::read).transpose()?.unwrap_or_else(CodeSet::embedded))
}

fn wordings_of(data: &TrainData) -> anyhow::Result<Vec<Wording>> {
    let set = code_set(data.pack.as_deref())?;
    wordings::wordings(&set, if data.everything { Terms::All } else { Terms::Training })
}

fn material(data: &TrainData) -> anyhow::Result<Material> {
    Ok(gathered(wordings_of(data)?))
}

fn material_of(set: &CodeSet, terms: Terms) -> anyhow::Result<Material> {
    Ok(gathered(wordings::wordings(set, terms)?))
}

fn gathered(wordings: Vec<Wording>) -> Material {
    let material = Material::new(wordings);
    say(&format!("{} wordings of {} codes", material.len(), material.codes().count()));
    material
}
