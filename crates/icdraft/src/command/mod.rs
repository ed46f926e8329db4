//! One file a subcommand.

pub(crate) mod annotate;
pub(crate) mod assert;
pub(crate) mod batch;
pub(crate) mod codes;
pub(crate) mod corpus;
pub(crate) mod eval;
pub(crate) mod procedures;
pub(crate) mod rules;
pub(crate) mod suggest;
pub(crate) mod train;

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::input::Rejected;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Whole,
    /// Some inputs were unusable and are listed.
    Partial,
    /// A check has found something.
    Found,
}

/// Work handed to the threads at once: enough to keep them busy, few enough that output flows.
const CHUNK: usize = 256;

/// A new file that only its owner can read: it holds note text.
pub(crate) fn private_file(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        let file = options.open(path).with_context(|| path.display().to_string())?;
        // An existing file keeps its mode on opening.
        if file.metadata().is_ok_and(|m| m.is_file()) {
            file.set_permissions(std::fs::Permissions::from_mode(0o600)).with_context(|| path.display().to_string())?;
        }
        Ok(BufWriter::new(file))
    }
    #[cfg(not(unix))]
    Ok(BufWriter::new(options.open(path).with_context(|| path.display().to_string())?))
}

/// Runs `work` over `items` on `threads` and hands the results over in order, with a progress bar on a terminal.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    threads: Option<usize>,
    name: &str,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build().context("starting threads")?;
    let bar = ProgressBar::new(items.len() as u64);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} notes, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(name.to_owned());
    for chunk in items.chunks(CHUNK) {
        let results: Vec<R> = pool.install(|| {
            chunk
                .par_iter()
                .map(|item| {
                    let result = work(item);
                    bar.inc(1);
                    result
                })
                .collect()
        });
        results.into_iter().try_for_each(&mut take)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Writes unusable lines to `OUT.rejected.jsonl` and names them; a file left by an earlier run goes.
pub(crate) fn reject(out: Option<&Path>, rejected: &[Rejected]) -> anyhow::Result<Done> {
    let path = out.map(|out| PathBuf::from(format!("{}.rejected.jsonl", out.display())));
    if rejected.is_empty() {
        if let Some(path) = path.filter(|p| p.exists()) {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        return Ok(Done::Whole);
    }
    for row in rejected {
        say(&format!("{}:{}: {}", row.file, row.line, row.error));
    }
    if let Some(path) = path {
        let mut file = private_file(&path)?;
        for row in rejected {
            serde_json::to_writer(&mut file, row)?;
            file.write_all(b"\n")?;
        }
        file.flush()?;
        say(&format!("{} unusable inputs written to {}", rejected.len(), path.display()));
    }
    Ok(Done::Partial)
}

/// A line for the person at the terminal. Never note text.
#[allow(clippy::print_stderr)] // the one place where progress is told
pub(crate) fn say(line: &str) {
    eprintln!("icdraft: {line}");
}

/// A result on standard output.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
