//! The command line of `icdraft eval`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use icdraft_eval::gate;
use icdraft_suggest::Part;

use super::{Format, Knowledge};

#[derive(Debug, Args)]
#[command(
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    after_help = "docs/metrics.md defines every figure and names its source.

Examples:
  icdraft eval --gold corpora/samples/gold.jsonl
  icdraft eval --gold gold.jsonl --set dev_op --pred drafts.jsonl --format json
  icdraft eval --gold codiesp-dev.jsonl --from codiesp --profile codiesp
  icdraft eval --gold negex-kit.tsv --from negex
  icdraft eval --gold gold.jsonl --report report/
  icdraft eval --gold gold.jsonl --without assertion,sections,axes,rules
  icdraft eval --gold gold.jsonl --model my-model --without classifier
  icdraft eval compare before.jsonl after.jsonl --gold gold.jsonl
  icdraft eval gate"
)]
pub(crate) struct Eval {
    #[command(subcommand)]
    pub(crate) command: Option<EvalCommand>,
    /// Always given where there is no subcommand.
    #[command(flatten)]
    pub(crate) source: Option<Source>,
    #[command(flatten)]
    pub(crate) how: How,
    /// Drafts made by `icdraft batch`; where not given, the notes are coded now
    #[arg(long, value_name = "FILE")]
    pub(crate) pred: Option<PathBuf>,
    /// Code the notes again without each of these parts, separated by commas, and show what it is worth
    #[arg(long, value_name = "PART", value_delimiter = ',', value_parser = part, conflicts_with_all = ["pred", "per_note"])]
    pub(crate) without: Vec<Part>,
    /// Write a page of figures, curves and mistakes in their notes to DIR/index.html (docs/report.md)
    #[arg(long, value_name = "DIR", conflicts_with = "without")]
    pub(crate) report: Option<PathBuf>,
    /// Show right, wrong and missed codes of each note
    #[arg(long)]
    pub(crate) per_note: bool,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

fn part(name: &str) -> Result<Part, String> {
    let names = Part::ALL.map(Part::name);
    Part::named(name).ok_or_else(|| format!("no such part; there are: {}", names.join(", ")))
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvalCommand {
    /// Hold two systems against each other on the same notes: differences, intervals, p
    Compare(Compare),
    /// Hold accuracy against what it must keep, and against the tables of the time before
    Gate(GateArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "The interval is that of the paired bootstrap; p is that of approximate randomisation, both by note or cluster (docs/metrics.md).

Examples:
  icdraft eval compare before.jsonl after.jsonl --gold gold.jsonl
  icdraft eval compare a.jsonl b.jsonl --gold gold.jsonl --format json | jq '.differences[] | select(.p < 0.05) | .name'"
)]
pub(crate) struct Compare {
    /// Drafts of the first system, made by `icdraft batch`
    #[arg(value_name = "A.jsonl")]
    pub(crate) first: PathBuf,
    /// Drafts of the second system
    #[arg(value_name = "B.jsonl")]
    pub(crate) second: PathBuf,
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) how: How,
}

/// How figures are made and shown.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Threads; all cores where not given
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// How to show the figures
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// An annotated corpus.
#[derive(Debug, Clone, Args)]
pub(crate) struct Source {
    /// Annotated notes, one a line (docs/corpus.md)
    #[arg(long, value_name = "GOLD.jsonl")]
    pub(crate) gold: PathBuf,
    /// What the file is
    #[arg(long, value_enum, default_value = "jsonl", value_name = "FORMAT")]
    pub(crate) from: SourceFormat,
    /// Only the notes of this set
    #[arg(long, value_name = "S")]
    pub(crate) set: Option<String>,
    /// The conventions of the corpus: plain, codiesp
    #[arg(long, value_name = "NAME", default_value = "plain")]
    pub(crate) profile: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceFormat {
    /// icdraft gold, one note a line
    Jsonl,
    /// CodiEsp, as `icdraft corpus convert` reads it
    Codiesp,
    /// The NegEx test kit: negation of its spans is scored, nothing else
    Negex,
    /// JSONL with id, text and headers: headers of sections are scored, nothing else
    Headers,
}

impl From<gate::Source> for SourceFormat {
    fn from(source: gate::Source) -> Self {
        match source {
            gate::Source::Jsonl => Self::Jsonl,
            gate::Source::Codiesp => Self::Codiesp,
            gate::Source::Negex => Self::Negex,
            gate::Source::Headers => Self::Headers,
        }
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Each FOLDER/*.toml names a corpus and what its figures have to keep; the figures are held against FOLDER/tables too.
Corpora that are not here are skipped. The exit code is 1 where a gate fails.

Examples:
  icdraft eval gate
  icdraft eval gate eval/ --refresh && git diff eval/tables"
)]
pub(crate) struct GateArgs {
    /// The folder of gates; corpora are looked for from the folder above it
    #[arg(value_name = "FOLDER", default_value = "eval")]
    pub(crate) folder: PathBuf,
    /// Write the tables again from the figures of now
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Threads; all cores where not given
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}
