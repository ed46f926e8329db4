//! `icdraft train model`: from published files to a model, by a recipe.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use icdraft_classifier::checksum;
use icdraft_codeset::pack::{self, Contents};
use serde::Deserialize;

use crate::args::{TrainData, TrainLink, TrainMeasure, TrainModel, TrainRank, TrainVectors};
use crate::command::say;

/// What a model is made of; files are named from the recipe's folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// Stages of the encoder, each going on from the one before.
    stages: Vec<PathBuf>,
    /// Code vectors in all.
    vectors: usize,
    /// Annotated notes that the last layers are fitted to.
    gold: Vec<PathBuf>,
    /// Strength of the last layers' prior.
    penalty: f64,
}

/// The files of a model that is whole.
const FILES: [&str; 5] = ["config.json", "tokenizer.json", "model.safetensors", "codes.bin", "ranker.json"];

pub(crate) fn run(args: &TrainModel) -> anyhow::Result<()> {
    let path = &args.recipe;
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let recipe: Recipe = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let (model, pack) = (args.out.clone(), args.out.join("index.pack"));
    std::fs::create_dir_all(&model).with_context(|| model.display().to_string())?;
    let (bytes, _) = pack::build(&args.codes, Contents::WithIndex)?;
    std::fs::write(&pack, bytes).with_context(|| pack.display().to_string())?;
    let data = TrainData { pack: Some(pack.clone()), synonyms: args.synonyms.clone(), everything: false };
    for stage in &recipe.stages {
        say(&format!("stage {}", stage.display()));
        super::link(&TrainLink { stage: folder.join(stage), data: data.clone(), out: model.clone() })?;
    }
    super::vectors::run(&TrainVectors { model: model.clone(), data, vectors: recipe.vectors })?;
    let gold = recipe.gold.iter().map(|file| folder.join(file)).collect();
    let (text, penalty) = (args.text.clone(), recipe.penalty);
    super::rank::run(&TrainRank { model: model.clone(), gold, text, penalty, folds: 5 })?;
    super::measure::run(&TrainMeasure { model: model.clone(), pack, queries: None })?;
    let mut sums = String::new();
    for file in FILES {
        let path = model.join(file);
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        sums += &format!("{}  {file}\n", checksum(&bytes));
    }
    let path = model.join("SHA256SUMS");
    std::fs::write(&path, sums).with_context(|| path.display().to_string())?;
    say(&format!("the model is whole: {}", model.display()));
    Ok(())
}
