//! The command line.

mod corpus;
mod eval;
mod train;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use icdraft_classifier::ModelName;
use icdraft_mention::Procedures;
use icdraft_note::{Billing, Patient, Setting, Sex, Unit};
use icdraft_suggest::{Config, ModelSource};
use jiff::civil::Date;

pub(crate) use corpus::*;
pub(crate) use eval::*;
pub(crate) use train::*;

use crate::model;

/// Drafts ICD-10-CM and CPT codes from clinical notes, each with the words that support it.
///
/// A draft is for a coder to review; nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 some inputs were unusable (see OUT.rejected.jsonl) or the command line was wrong"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draft the codes of one note and show them
    Suggest(Suggest),
    /// Draft the codes of many notes, one JSON report a line
    Batch(Batch),
    /// Show sections, sentences and mentions with their assertion, as JSON
    Annotate(Annotate),
    /// Judge given spans: polarity, certainty, temporality, experiencer, side
    Assert(Assert),
    /// Score drafts against annotated notes
    Eval(Box<Eval>),
    /// Convert, check and count annotated corpora; part annotations from their texts
    Corpus(Corpus),
    /// Build a code pack, look a code up, search by words
    Codes(Codes),
    /// List the coding rules with their sources, or explain one
    Rules(Rules),
    /// Train the model that links phrases to codes, and measure it
    Train(Train),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  icdraft rules\n  icdraft rules combination")]
pub(crate) struct Rules {
    /// Explain this rule only
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How to show the rules
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Which code sets and lexicons to use.
#[derive(Debug, Clone, Args)]
pub(crate) struct Knowledge {
    /// A code pack beside the embedded release (see `icdraft codes build`); may be repeated
    #[arg(long = "pack", value_name = "FILE", help_heading = "Knowledge")]
    packs: Vec<PathBuf>,
    /// Use this release for every note, whatever its date of service (FY2026-04-01)
    #[arg(long, value_name = "NAME", help_heading = "Knowledge")]
    release: Option<String>,
    /// Leave procedures, drugs and supplies out
    #[arg(long, help_heading = "Knowledge")]
    no_cpt: bool,
    /// Your licensed CPT table, for its descriptions: code and description, tab or comma separated
    #[arg(long = "cpt", value_name = "FILE", conflicts_with = "no_cpt", help_heading = "Knowledge")]
    cpt_table: Option<PathBuf>,
    /// The CMS file of HCPCS Level II, for its descriptions and dates: the record file, or the spreadsheet saved as CSV
    #[arg(long = "hcpcs", value_name = "FILE", conflicts_with = "no_cpt", help_heading = "Knowledge")]
    hcpcs_table: Option<PathBuf>,
    /// Switch a coding rule off (see `icdraft rules`); may be repeated
    #[arg(long = "without-rule", value_name = "NAME", help_heading = "Knowledge")]
    without_rules: Vec<String>,
    /// A model to use instead of the embedded one (see `icdraft train`): its folder, or `hub:owner/name[@revision]` of the Hugging Face hub
    #[arg(long, value_name = "MODEL", conflicts_with = "no_model", help_heading = "Knowledge")]
    model: Option<ModelName>,
    /// Use no model: rules alone code
    #[arg(long, help_heading = "Knowledge")]
    no_model: bool,
    /// Take models of the hub from its cache alone, and use no network
    #[arg(long, help_heading = "Knowledge")]
    offline: bool,
}

impl Knowledge {
    /// What the engine is told. A model of the hub is fetched first.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        Ok(Config {
            packs: self.packs.clone(),
            release: self.release.clone(),
            procedures: if self.no_cpt { Procedures::None } else { Procedures::Lexicon },
            cpt_table: self.cpt_table.clone(),
            hcpcs_table: self.hcpcs_table.clone(),
            without_rules: self.without_rules.clone(),
            model: self.model()?,
            without: Vec::new(),
        })
    }

    fn model(&self) -> anyhow::Result<ModelSource> {
        Ok(match &self.model {
            Some(name) => ModelSource::Folder(model::folder(name, self.offline)?),
            None if self.no_model => ModelSource::None,
            None => ModelSource::Embedded,
        })
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OffsetUnit {
    /// Unicode code points, as Python counts
    Chars,
    /// UTF-8 bytes
    Bytes,
    /// UTF-16 code units, as JavaScript and Java count
    Utf16,
}

impl From<OffsetUnit> for Unit {
    fn from(unit: OffsetUnit) -> Self {
        match unit {
            OffsetUnit::Chars => Unit::Chars,
            OffsetUnit::Bytes => Unit::Bytes,
            OffsetUnit::Utf16 => Unit::Utf16,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SettingName {
    Outpatient,
    Inpatient,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BillingName {
    Professional,
    Facility,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SexName {
    #[value(name = "F", alias = "f")]
    Female,
    #[value(name = "M", alias = "m")]
    Male,
}

/// What is known of the encounter beside its text.
#[derive(Debug, Clone, Args)]
pub(crate) struct Facts {
    /// Where the patient was seen
    #[arg(long, value_enum, default_value = "outpatient", help_heading = "Encounter")]
    setting: SettingName,
    /// Who bills; uncertain diagnoses are coded only for inpatient facility billing
    #[arg(long, value_enum, default_value = "professional", help_heading = "Encounter")]
    billing: BillingName,
    /// Date of service; picks the release
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Encounter")]
    pub(crate) date: Option<Date>,
    /// Age in years
    #[arg(long, value_name = "YEARS", value_parser = age, help_heading = "Encounter")]
    age: Option<f64>,
    /// Sex
    #[arg(long, value_enum, ignore_case = true, help_heading = "Encounter")]
    sex: Option<SexName>,
}

fn age(text: &str) -> Result<f64, String> {
    let age: f64 = text.parse().map_err(|_| "expected a number of years".to_owned())?;
    if (0.0..=130.0).contains(&age) { Ok(age) } else { Err("expected years between 0 and 130".into()) }
}

impl Facts {
    pub(crate) fn setting(&self) -> Setting {
        match self.setting {
            SettingName::Outpatient => Setting::Outpatient,
            SettingName::Inpatient => Setting::Inpatient,
        }
    }

    pub(crate) fn billing(&self) -> Billing {
        match self.billing {
            BillingName::Professional => Billing::Professional,
            BillingName::Facility => Billing::Facility,
        }
    }

    pub(crate) fn patient(&self) -> Patient {
        let sex = self.sex.map(|s| match s {
            SexName::Female => Sex::F,
            SexName::Male => Sex::M,
        });
        Patient { age: self.age, sex }
    }
}

/// What commands over many notes share.
#[derive(Debug, Args)]
pub(crate) struct Many {
    /// .txt notes, .jsonl files, and folders of them
    #[arg(required = true, value_name = "IN")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Threads; all cores where not given
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Unit of `start` and `end`
    #[arg(long, value_enum, default_value = "chars")]
    pub(crate) offsets: OffsetUnit,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  icdraft suggest corpora/samples/hernia-op.txt
  icdraft suggest note.txt --format json | jq '.suggestions[] | select(.draft) | .code'
  pbpaste | icdraft suggest - --age 63 --sex F --date 2026-05-04
  icdraft suggest note.txt --model my-model
  icdraft suggest note.txt --model hub:owner/name@revision
  icdraft suggest note.txt --model hub:owner/name@revision --offline")]
pub(crate) struct Suggest {
    /// The note, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How to show the draft
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Show the reasons of every code, and the codes that stayed below the draft
    #[arg(long)]
    pub(crate) explain: bool,
    /// Unit of `start` and `end` in JSON
    #[arg(long, value_enum, default_value = "chars")]
    pub(crate) offsets: OffsetUnit,
    #[command(flatten)]
    pub(crate) facts: Facts,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Input lines: {\"id\",\"text\"}, optionally encounter (lines with the same encounter are coded together), kind,
date_of_service, setting, billing, age, sex, payer, author. Lines that cannot be used go to OUT.rejected.jsonl, and the exit code is 2.

Examples:
  icdraft batch notes/ --out drafts.jsonl
  icdraft batch monday.jsonl tuesday.jsonl --out week.jsonl --threads 8"
)]
pub(crate) struct Batch {
    #[command(flatten)]
    pub(crate) many: Many,
    /// Where the reports go, one a line, in input order
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  icdraft annotate corpora/samples/clinic.txt | jq '.mentions[] | {text, polarity, laterality}'")]
pub(crate) struct Annotate {
    #[command(flatten)]
    pub(crate) many: Many,
    /// Where the annotations go, one note a line; standard output where not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Whose reading of a finding `assert` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// A finding that has resolved is affirmed and resolved
    Plain,
    /// A finding that has resolved is negated, as the annotators of the NegEx test kit read it
    Negex,
}

#[derive(Debug, Args)]
#[command(after_help = "Input lines: {\"id\",\"text\",\"start\",\"end\"}, offsets in the unit of --offsets.

Examples:
  icdraft assert spans.jsonl --out judged.jsonl
  icdraft assert kit.jsonl --out judged.jsonl --profile negex")]
pub(crate) struct Assert {
    /// Spans to judge
    #[arg(value_name = "IN.jsonl")]
    pub(crate) input: PathBuf,
    /// Where the judgements go, one a line
    #[arg(long, value_name = "OUT.jsonl")]
    pub(crate) out: PathBuf,
    /// Unit of `start` and `end`, in and out
    #[arg(long, value_enum, default_value = "chars")]
    pub(crate) offsets: OffsetUnit,
    /// What resolved findings count as
    #[arg(long, value_enum, default_value = "plain")]
    pub(crate) profile: Profile,
}

#[derive(Debug, Args)]
pub(crate) struct Codes {
    #[command(subcommand)]
    pub(crate) command: CodesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// Compile the official files into a pack
    #[command(after_help = "Examples:
  icdraft codes build --from icd10cm-table-and-index-2027.zip --from icd10cm-code-descriptions-2027.zip --out fy2027.pack
  icdraft suggest note.txt --pack fy2027.pack")]
    Build {
        /// Zips, folders, files or https URLs with the official ICD-10-CM files
        #[arg(long, required = true, num_args = 1.., value_name = "SOURCE")]
        from: Vec<String>,
        /// The pack to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Leave the alphabetic index and the tables out even where the sources have them
        #[arg(long)]
        tabular_only: bool,
    },
    /// Show a code: titles above it, notes, 7th characters, axes, billable or why not
    #[command(
        after_help = "Examples:\n  icdraft codes show M17.11\n  icdraft codes show 29827 --cpt my-cpt.tsv\n  icdraft codes show J1885 --hcpcs HCPC2026_ANWEB.txt"
    )]
    Show {
        /// With or without the dot
        code: String,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        #[command(flatten)]
        knowledge: Knowledge,
    },
    /// Find codes by words of their titles and inclusion terms
    #[command(
        after_help = "Examples:\n  icdraft codes search knee osteoarthritis right\n  icdraft codes search rotator cuff --cpt my-cpt.tsv"
    )]
    Search {
        #[arg(required = true)]
        words: Vec<String>,
        /// Most codes shown
        #[arg(long, default_value_t = 15, value_name = "N")]
        limit: usize,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        #[command(flatten)]
        knowledge: Knowledge,
    },
}
