//! Reading notes: text files, folders and JSONL, with every unusable line named.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use icdraft_note::{Encounter, InputLine, decode, group};
use serde::Serialize;

/// A line that could not be used. Says where and why; the line itself goes only to the rejects file.
#[derive(Debug, Serialize)]
pub(crate) struct Rejected {
    /// The file, or the encounter that could not be coded.
    pub(crate) file: String,
    /// From 1; 0 for an encounter.
    pub(crate) line: usize,
    pub(crate) error: String,
    pub(crate) raw: String,
}

/// What the inputs hold.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) encounters: Vec<Encounter>,
    pub(crate) rejected: Vec<Rejected>,
}

/// Bytes of a file, or of standard input for `-`.
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut out = Vec::new();
        std::io::stdin().lock().read_to_end(&mut out).context("standard input")?;
        return Ok(out);
    }
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// One note from a text file; its name without extension is its id.
pub(crate) fn note(path: &Path) -> anyhow::Result<Encounter> {
    if path.is_dir() {
        bail!("{}: a folder; use `icdraft batch {} --out FILE.jsonl`", path.display(), path.display());
    }
    let id = if path == Path::new("-") {
        "stdin".into()
    } else {
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    };
    Ok(of_bytes(id, &bytes(path)?))
}

fn of_bytes(id: String, bytes: &[u8]) -> Encounter {
    let (text, replaced) = decode(bytes);
    let mut encounter = Encounter::of_note(id, text);
    if replaced > 0 {
        encounter.warnings.push(invalid(replaced));
    }
    encounter
}

fn invalid(replaced: usize) -> String {
    format!("{replaced} stretches of invalid UTF-8 were replaced by U+FFFD")
}

/// Everything that `paths` hold, in order; folders by name, at any depth. Results of an earlier run (`out`, `*.rejected.jsonl`) that
/// lie in a folder are no notes.
pub(crate) fn gather(paths: &[PathBuf], out: Option<&Path>) -> anyhow::Result<Inputs> {
    let mut lines: Vec<InputLine> = Vec::new();
    let mut inputs = Inputs::default();
    // Text files are encounters of their own; lines wait, since later ones may belong to the same encounter.
    let mut order: Vec<Source> = Vec::new();
    for path in paths {
        let written = |file: &PathBuf| same(out, file) || file.to_string_lossy().ends_with(".rejected.jsonl");
        let mut files = if path.is_dir() { folder(path)? } else { vec![path.clone()] };
        if path.is_dir() {
            files.retain(|file| !written(file));
        } else if same(out, path) {
            bail!("{}: is the output too; give --out another name", path.display());
        }
        if files.is_empty() {
            bail!("{}: no .txt or .jsonl notes in this folder", path.display());
        }
        for file in files {
            if file.extension().is_some_and(|e| e == "jsonl" || e == "ndjson") {
                let first = lines.len();
                read_lines(&file, &mut lines, &mut inputs.rejected)?;
                order.push(Source::Lines(lines.len() - first));
            } else {
                order.push(Source::Note(Box::new(note(&file)?)));
            }
        }
    }
    let mut ids: Vec<String> = Vec::new();
    for line in &lines {
        ids.push(line.encounter.clone().unwrap_or_else(|| line.id.clone()));
    }
    let mut grouped = group(lines).into_iter().peekable();
    let mut ids = ids.into_iter();
    for source in order {
        match source {
            Source::Note(encounter) => inputs.encounters.push(*encounter),
            Source::Lines(n) => {
                for id in ids.by_ref().take(n) {
                    // An encounter stands where its first line stood.
                    if let Some(encounter) = grouped.next_if(|e| e.id == id) {
                        inputs.encounters.push(encounter);
                    }
                }
            }
        }
    }
    inputs.encounters.extend(grouped);
    Ok(inputs)
}

/// Whether `file` is the output of this run.
fn same(out: Option<&Path>, file: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    out.is_some_and(|out| real(out).is_some_and(|out| real(file) == Some(out)))
}

enum Source {
    Note(Box<Encounter>),
    Lines(usize),
}

fn folder(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .with_context(|| path.display().to_string())?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(folder(&entry)?);
        } else if entry.extension().is_some_and(|e| e == "txt" || e == "jsonl" || e == "ndjson") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// Lines of a JSONL file as `T`, each with its number; bad ones go to `rejected`.
pub(crate) fn json_lines<T: serde::de::DeserializeOwned>(
    file: &Path,
    rejected: &mut Vec<Rejected>,
    mut check: impl FnMut(&mut T, usize) -> Result<(), String>,
) -> anyhow::Result<Vec<T>> {
    let bytes = bytes(file)?;
    let mut out = Vec::new();
    for (n, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let (text, replaced) = decode(line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let parsed = parse(text).and_then(|mut value| check(&mut value, replaced).map(|()| value));
        match parsed {
            Ok(value) => out.push(value),
            Err(error) => {
                rejected.push(Rejected { file: file.display().to_string(), line: n + 1, error, raw: text.to_owned() });
            }
        }
    }
    Ok(out)
}

/// serde's own messages quote values, and values are note text: only the place is told.
fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer);
    let ended = deserializer.end().map_err(|e| format!("something follows the object (column {})", e.column()));
    value
        .map_err(|error| {
            let (path, inner) = (error.path().to_string(), error.inner());
            match inner.classify() {
                serde_json::error::Category::Data if path != "." => {
                    format!("field `{path}` has the wrong type or value (column {})", inner.column())
                }
                serde_json::error::Category::Data => {
                    let message = inner.to_string();
                    let missing = message.split('`').nth(1).filter(|_| message.starts_with("missing field"));
                    missing.map_or_else(
                        || "not an object with the expected fields".to_owned(),
                        |f| format!("field `{f}` is missing"),
                    )
                }
                _ => format!("not valid JSON (column {})", inner.column()),
            }
        })
        .and_then(|value| ended.map(|()| value))
}

fn read_lines(file: &Path, lines: &mut Vec<InputLine>, rejected: &mut Vec<Rejected>) -> anyhow::Result<()> {
    lines.extend(json_lines(file, rejected, |line: &mut InputLine, replaced| {
        if replaced > 0 {
            line.warnings.push(invalid(replaced));
        }
        line.validate().map_err(|e| e.to_string())
    })?);
    Ok(())
}
