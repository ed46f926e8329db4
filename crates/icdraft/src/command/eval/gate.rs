//! `icdraft eval gate`: figures against what they must keep.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use icdraft_eval::gate::{Gates, Model, Table, Verdict};
use icdraft_eval::{Figure, evaluate};
use icdraft_suggest::{Config, ModelSource};

use crate::args::{GateArgs, Source, SourceFormat};
use crate::command::eval::material::{self, Material};
use crate::command::eval::single;
use crate::command::{Done, print};

pub(super) fn run(args: &GateArgs) -> anyhow::Result<Done> {
    // Corpora are named from the folder above that of the gates.
    let folder = args.folder.canonicalize().with_context(|| args.folder.display().to_string())?;
    let above = folder.parent().unwrap_or(&folder);
    let files = gates_in(&folder)?;
    if files.is_empty() {
        bail!("{}: no *.toml in it; give the folder of gates", args.folder.display());
    }
    let mut failed = false;
    for file in &files {
        failed |= !holds(file, &folder, above, args)?;
    }
    Ok(if failed { Done::Found } else { Done::Whole })
}

fn gates_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| folder.display().to_string())?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}

/// Whether every gate of one file holds; prints what it finds.
fn holds(file: &Path, folder: &Path, above: &Path, args: &GateArgs) -> anyhow::Result<bool> {
    let gates = Gates::read(file)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let corpus = above.join(&gates.corpus);
    if !corpus.exists() {
        print(&format!("skipped: gates of {name}, {} is not here\n", gates.corpus.display()))?;
        return Ok(true);
    }
    let source =
        Source { gold: corpus, from: gates.from.into(), set: gates.set.clone(), profile: gates.profile.clone() };
    let model = match gates.model {
        Model::Embedded => ModelSource::Embedded,
        Model::None => ModelSource::None,
    };
    let figures = figures(&source, model, args.threads)?;
    let now = Table::of(&figures);
    let path = folder.join("tables").join(format!("{name}.tsv"));
    let known = Table::read(&path)?;
    if args.refresh {
        std::fs::create_dir_all(folder.join("tables")).with_context(|| folder.display().to_string())?;
        std::fs::write(&path, now.written(&remark(&gates))).with_context(|| path.display().to_string())?;
    }
    // A table that is written again is the one that holds.
    let before = if args.refresh { Some(&now) } else { known.as_ref() };
    let verdicts = gates.judge(&figures, before);
    let mut out = String::new();
    for verdict in &verdicts {
        out += &line(&name, verdict);
    }
    let changed = known.as_ref().map_or(0, |known| now.differences(known));
    let table = args.folder.join("tables").join(format!("{name}.tsv"));
    if changed > 0 && args.refresh {
        out += &format!("wrote  {name}: figures that are new in {}: {changed}\n", table.display());
    } else if changed > 0 {
        out += &format!(
            "note   {name}: figures that differ from {}: {changed}; icdraft eval gate --refresh writes them\n",
            table.display()
        );
    }
    print(&out)?;
    Ok(verdicts.iter().all(|verdict| verdict.failures.is_empty()))
}

fn figures(source: &Source, model: ModelSource, threads: Option<usize>) -> anyhow::Result<Vec<Figure>> {
    if matches!(source.from, SourceFormat::Negex | SourceFormat::Headers) {
        return Ok(single::figures(source, threads)?.1);
    }
    let config = Config { model, ..Config::default() };
    let material = Material::read(source, &config)?;
    let predictions = material.code(&config, threads)?;
    let evaluation =
        material::on_threads(threads, || evaluate(&material.gold, &predictions, material.set(), &material.options))?;
    Ok(evaluation.figures)
}

/// What a table is of.
fn remark(gates: &Gates) -> String {
    let set = gates.set.as_ref().map(|set| format!(", set {set}")).unwrap_or_default();
    let model = if gates.model == Model::None { ", rules alone" } else { "" };
    format!("{}{set}, profile {}{model}; written by icdraft eval gate --refresh", gates.corpus.display(), gates.profile)
}

fn line(name: &str, verdict: &Verdict) -> String {
    let Verdict { metric, value, before, failures } = verdict;
    let value = value.map(|value| format!(" {value:.3}")).unwrap_or_default();
    let before = before.map(|before| format!(" (table {before:.3})")).unwrap_or_default();
    match failures[..] {
        [] => format!("ok     {name}: {metric}{value}{before}\n"),
        _ => format!("FAILED {name}: {metric}{value}{before}: {}\n", failures.join("; ")),
    }
}
