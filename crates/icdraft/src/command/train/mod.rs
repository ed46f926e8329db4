//! `icdraft train`: gathers what is learned from, trains, builds code vectors, measures.

mod measure;
mod rank;
mod vectors;
mod wordings;

use std::path::Path;

use anyhow::Context as _;
use icdraft_classifier::train::{Material, Stage};
use icdraft_codeset::CodeSet;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Train, TrainData, TrainLink, TrainWhat};
use crate::command::{Done, say};
use wordings::Terms;

pub(crate) fn run(args: &Train) -> anyhow::Result<Done> {
    match &args.what {
        TrainWhat::Link(args) => link(args)?,
        TrainWhat::Vectors(args) => vectors::run(args)?,
        TrainWhat::Rank(args) => rank::run(args)?,
        TrainWhat::Measure(args) => measure::run(args)?,
    }
    Ok(Done::Whole)
}

/// candle reads the number of its threads from the environment alone, and by default its shards would wait for one pool of them. A
/// process cannot change its own environment safely: the training runs in a child that has one thread a shard.
const THREADS: [&str; 2] = ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"];

fn link(args: &TrainLink) -> anyhow::Result<()> {
    if std::env::var_os(THREADS[0]).is_none() {
        let program = std::env::current_exe().context("finding the program")?;
        let mut child = std::process::Command::new(program);
        child.args(std::env::args_os().skip(1)).envs(THREADS.map(|name| (name, "1")));
        let status = child.status().context("starting the training")?;
        anyhow::ensure!(status.success(), "the training stopped");
        return Ok(());
    }
    let text = std::fs::read_to_string(&args.stage).with_context(|| args.stage.display().to_string())?;
    let stage: Stage = toml::from_str(&text).with_context(|| args.stage.display().to_string())?;
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

fn material(data: &TrainData) -> anyhow::Result<Material> {
    material_of(&code_set(data.pack.as_deref())?, if data.everything { Terms::All } else { Terms::Training })
}

fn material_of(set: &CodeSet, terms: Terms) -> anyhow::Result<Material> {
    let material = Material::new(wordings::wordings(set, terms)?);
    say(&format!("{} wordings of {} codes", material.len(), material.codes().count()));
    Ok(material)
}
