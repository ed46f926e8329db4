//! `icdraft corpus`: annotated corpora read, checked, counted, parted from their texts and joined with them.

mod check;
mod stats;

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use icdraft_corpus::reader::{self, Corpus, LeftOut};
use icdraft_corpus::{GoldNote, standoff};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::args::{Convert, Corpus as Args, CorpusCommand, Join, Strip};
use crate::command::{Done, private_file, say};

/// Most left-out annotations that are told one by one.
const TOLD: usize = 20;

pub(crate) fn run(args: &Args) -> anyhow::Result<Done> {
    match &args.command {
        CorpusCommand::Convert(args) => convert(args),
        CorpusCommand::Check(args) => check::run(args),
        CorpusCommand::Stats(args) => stats::run(args),
        CorpusCommand::Strip(args) => strip(args),
        CorpusCommand::Join(args) => join(args),
    }
}

fn convert(args: &Convert) -> anyhow::Result<Done> {
    not_the_same(&args.input, &args.out)?;
    let bar = counting("reading");
    let converted = reader::read(args.from.into(), &args.input, &args.options(), &|| bar.inc(1))?;
    bar.finish_and_clear();
    match &converted.corpus {
        Corpus::Gold(notes) => {
            write_lines(&args.out, notes)?;
            let codes: usize = notes.iter().map(|note| note.codes.len()).sum();
            say(&format!("{} notes, {codes} codes: {}", notes.len(), args.out.display()));
        }
        Corpus::Judged(spans) => {
            write_lines(&args.out, spans)?;
            say(&format!("{} spans: {}", spans.len(), args.out.display()));
        }
    }
    Ok(told(&converted.left_out))
}

fn strip(args: &Strip) -> anyhow::Result<Done> {
    not_the_same(&args.input, &args.out)?;
    let notes: Vec<GoldNote> = GoldNote::read(&args.input)?.into_iter().map(standoff::strip).collect();
    write_lines(&args.out, &notes)?;
    say(&format!("{} notes without their texts: {}", notes.len(), args.out.display()));
    Ok(Done::Whole)
}

fn join(args: &Join) -> anyhow::Result<Done> {
    not_the_same(&args.input, &args.out)?;
    let notes = GoldNote::read_lines(&args.input)?;
    let bar = counting("looking through texts");
    let joined = standoff::join(notes.into_iter().map(|(_, note)| note).collect(), &args.text, &|| bar.inc(1))?;
    bar.finish_and_clear();
    write_lines(&args.out, &joined.notes)?;
    say(&format!("{} notes with their texts: {}", joined.notes.len(), args.out.display()));
    let left_out = |ids: Vec<String>, why: &str| {
        ids.into_iter().map(|id| LeftOut { path: args.input.clone(), line: 0, why: format!("`{id}`: {why}") }).collect()
    };
    let mut missing: Vec<LeftOut> = left_out(
        joined.missing,
        "no text with its SHA-256; it must be the text that was annotated, the last line break aside",
    );
    missing.extend(left_out(joined.outside, "spans that do not lie in its text; the annotations are damaged"));
    Ok(told(&missing))
}

/// An output that is the input too would be emptied before it is read.
fn not_the_same(input: &Path, out: &Path) -> anyhow::Result<()> {
    if out.canonicalize().is_ok_and(|out| input.canonicalize().is_ok_and(|input| input == out)) {
        bail!("{}: is the input too; give --out another name", out.display());
    }
    Ok(())
}

fn write_lines<T: Serialize>(path: &Path, lines: &[T]) -> anyhow::Result<()> {
    let mut out = private_file(path)?;
    for line in lines {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n").with_context(|| path.display().to_string())?;
    }
    out.flush().with_context(|| path.display().to_string())
}

/// Names what was left out; the run was partial then.
fn told(left_out: &[LeftOut]) -> Done {
    for row in left_out.iter().take(TOLD) {
        let line = if row.line > 0 { format!(":{}", row.line) } else { String::new() };
        say(&format!("{}{line}: {}", row.path.display(), row.why));
    }
    if left_out.len() > TOLD {
        say(&format!("{} more left out", left_out.len() - TOLD));
    }
    if left_out.is_empty() { Done::Whole } else { Done::Partial }
}

/// Progress where the end is not known beforehand.
fn counting(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {msg} {pos}, {per_sec}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
