//! The command line of `icdraft corpus`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use icdraft_corpus::check::Check;
use icdraft_corpus::reader::{self, CodesIn, Pieces};

use super::Format;

#[derive(Debug, Args)]
pub(crate) struct Corpus {
    #[command(subcommand)]
    pub(crate) command: CorpusCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CorpusCommand {
    /// Turn annotations of another format into gold, one note a line
    Convert(Convert),
    /// Look for what is wrong with gold; the exit code is 1 where anything is
    Check(CheckArgs),
    /// Count what gold holds
    Stats(Stats),
    /// Leave the texts out, so that annotations can be passed on
    Strip(Strip),
    /// Put texts back that `strip` left out, found by their SHA-256
    Join(Join),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// icdraft gold, one note a line
    Jsonl,
    /// A folder of .txt and .ann files
    Brat,
    /// A folder of a CodiEsp split, one of its tables, or JSONL with `icd10cm`
    Codiesp,
    /// MDACE JSON files, with the texts of MIMIC
    Mdace,
    /// JSONL, one span a line
    Spans,
    /// The NegEx test kit; gives spans for `icdraft assert`
    Negex,
}

impl From<FormatName> for reader::Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Jsonl => Self::Jsonl,
            FormatName::Brat => Self::Brat,
            FormatName::Codiesp => Self::Codiesp,
            FormatName::Mdace => Self::Mdace,
            FormatName::Spans => Self::Spans,
            FormatName::Negex => Self::Negex,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CodesInName {
    /// N lines: Reference T1 ICD-10-CM:K40.90
    Normalization,
    /// Annotators' notes: CPT:49505-RT
    Note,
    /// The label of the annotation: K40.90
    Label,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PiecesName {
    /// Each piece is evidence
    Apart,
    /// One stretch from the first to the last, as CodiEsp's scorer counts
    Joined,
}

#[derive(Debug, Args)]
#[command(after_help = "What cannot be used is listed, and the exit code is 2. docs/corpus.md explains every format.

Examples:
  icdraft corpus convert --from brat annotated/ --codes-in note --out gold.jsonl
  icdraft corpus convert --from codiesp final_dataset_v4_to_publish/dev --out codiesp-dev.jsonl
  icdraft corpus convert --from codiesp dev/devD.tsv --text dev/text_files_en --split dev --out dev-en.jsonl
  icdraft corpus convert --from mdace MDACE/data/Inpatient/ICD-10/1.0 --text NOTEEVENTS.csv --out mdace.jsonl
  icdraft corpus convert --from negex Annotations-1-120.txt --out kit.jsonl")]
pub(crate) struct Convert {
    /// Format of the input
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) from: FormatName,
    /// The annotations: a file, or a folder where the format has one
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Where the gold goes
    #[arg(long, value_name = "OUT.jsonl")]
    pub(crate) out: PathBuf,
    /// Where the texts lie, if not beside the annotations: a folder, a .jsonl file with id and text, a .csv table (MIMIC)
    #[arg(long, value_name = "PATH")]
    text: Option<PathBuf>,
    /// brat: where annotations have their codes
    #[arg(long, value_enum, default_value = "normalization", value_name = "WHERE")]
    codes_in: CodesInName,
    /// brat: a table of attributes in place of the built-in one (docs/corpus.md)
    #[arg(long, value_name = "FILE.tsv")]
    attributes: Option<PathBuf>,
    /// brat and CodiEsp: what becomes of an annotation in several pieces
    #[arg(long, value_enum, default_value = "apart", value_name = "HOW")]
    pieces: PiecesName,
    /// `split` of every note
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// `set` of every note
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
}

impl Convert {
    pub(crate) fn options(&self) -> reader::Options {
        reader::Options {
            text: self.text.clone(),
            codes_in: match self.codes_in {
                CodesInName::Normalization => CodesIn::Normalization,
                CodesInName::Note => CodesIn::Note,
                CodesInName::Label => CodesIn::Label,
            },
            attributes: self.attributes.clone(),
            pieces: match self.pieces {
                PiecesName::Apart => Pieces::Apart,
                PiecesName::Joined => Pieces::Joined,
            },
            split: self.split.clone(),
            set: self.set.clone(),
        }
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Checks: line, id, text, checksum, code, twice, evidence, span, blank, word, rank, pointer, near (docs/corpus.md).

Examples:
  icdraft corpus check corpora/samples/gold.jsonl
  icdraft corpus check train.jsonl test.jsonl --format json | jq '.findings[] | select(.check == \"near\")'
  icdraft corpus check brat.jsonl --without word,evidence
  icdraft corpus check codiesp-dev.jsonl --profile codiesp"
)]
pub(crate) struct CheckArgs {
    /// Gold; notes of all files are held against each other
    #[arg(required = true, value_name = "FILE.jsonl")]
    pub(crate) files: Vec<PathBuf>,
    /// Leave checks out, separated by commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = check)]
    pub(crate) without: Vec<Check>,
    /// Notes of two splits are near from this share of both notes' runs of eight words on
    #[arg(long, value_name = "SHARE", default_value_t = 0.3, value_parser = share)]
    pub(crate) jaccard: f64,
    /// ... or from this share of the shorter note's runs on
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub(crate) containment: f64,
    /// The conventions of a corpus: plain, codiesp. Codes of another year are told only where nothing can meet them
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// A code pack beside the embedded release; may be repeated
    #[arg(long = "pack", value_name = "FILE", help_heading = "Knowledge")]
    pub(crate) packs: Vec<PathBuf>,
    /// Hold every note against this release, whatever its date of service (FY2026-04-01)
    #[arg(long, value_name = "NAME", help_heading = "Knowledge")]
    pub(crate) release: Option<String>,
    /// How to show what is found
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

fn check(name: &str) -> Result<Check, String> {
    let names: Vec<&str> = Check::ALL.iter().map(|check| check.name()).collect();
    Check::named(name).ok_or_else(|| format!("no such check; there are: {}", names.join(", ")))
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "expected a number from 0 to 1".to_owned())?;
    // From 0 on every pair of notes would be near.
    if share > 0.0 && share <= 1.0 { Ok(share) } else { Err("expected a number above 0, at most 1".into()) }
}

/// How to show counts.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StatsFormat {
    Table,
    Json,
    /// Tables for a data card
    Markdown,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  icdraft corpus stats corpora/samples/gold.jsonl
  icdraft corpus stats train.jsonl dev.jsonl --format markdown >> DATACARD.md")]
pub(crate) struct Stats {
    /// Gold; the files are counted together
    #[arg(required = true, value_name = "FILE.jsonl")]
    pub(crate) files: Vec<PathBuf>,
    /// How to show the counts
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: StatsFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft corpus strip gold.jsonl --out standoff.jsonl")]
pub(crate) struct Strip {
    /// Gold with texts
    #[arg(value_name = "IN.jsonl")]
    pub(crate) input: PathBuf,
    /// Where the annotations go: ids, checksums, offsets and codes, no text
    #[arg(long, value_name = "OUT.jsonl")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Texts are found by their SHA-256, whatever their names. Notes without text are listed, and the exit code is 2.

Examples:
  icdraft corpus join standoff.jsonl --text notes/ --out gold.jsonl
  icdraft corpus join standoff.jsonl --text NOTEEVENTS.csv --out gold.jsonl"
)]
pub(crate) struct Join {
    /// Annotations that `icdraft corpus strip` wrote
    #[arg(value_name = "STANDOFF.jsonl")]
    pub(crate) input: PathBuf,
    /// The texts: a folder of .txt files, a .jsonl file with id and text, a .csv table (MIMIC)
    #[arg(long, value_name = "PATH")]
    pub(crate) text: PathBuf,
    /// Where the gold goes
    #[arg(long, value_name = "OUT.jsonl")]
    pub(crate) out: PathBuf,
}
