//! The command line of `icdraft eval`.

use std::path::PathBuf;

use clap::Args;

use super::{Format, Knowledge};

#[derive(Debug, Args)]
#[command(after_help = "docs/metrics.md defines every figure and names its source.

Examples:
  icdraft eval --gold corpora/samples/gold.jsonl
  icdraft eval --gold gold.jsonl --set dev_op --pred drafts.jsonl --format json
  icdraft eval --gold codiesp-dev.jsonl --profile codiesp")]
pub(crate) struct Eval {
    #[command(flatten)]
    pub(crate) against: Against,
    /// Drafts made by `icdraft batch`; where not given, the notes are coded now
    #[arg(long, value_name = "FILE")]
    pub(crate) pred: Option<PathBuf>,
    /// Show right, wrong and missed codes of each note
    #[arg(long)]
    pub(crate) per_note: bool,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

/// What is scored against, and how figures are shown.
#[derive(Debug, Args)]
pub(crate) struct Against {
    /// Annotated notes, one a line (docs/corpus.md)
    #[arg(long, value_name = "GOLD.jsonl")]
    pub(crate) gold: PathBuf,
    /// Only the notes of this set
    #[arg(long, value_name = "S")]
    pub(crate) set: Option<String>,
    /// The conventions of the corpus: plain, codiesp
    #[arg(long, value_name = "NAME", default_value = "plain")]
    pub(crate) profile: String,
    /// Threads; all cores where not given
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// How to show the figures
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}
