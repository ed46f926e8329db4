//! Texts that lie apart from their annotations: folders of .txt files, JSONL with `id` and `text`, and CSV tables such as
//! MIMIC's NOTEEVENTS. Read once from front to end; only what is wanted is kept.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use icdraft_note::decode;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::jsonl::{self, ReadError};

/// Columns of a CSV table that name its notes and hold their text, upper case. MIMIC-III writes ROW_ID, MIMIC-IV note_id.
const ID_COLUMNS: [&str; 3] = ["ROW_ID", "NOTE_ID", "ID"];
const TEXT_COLUMN: &str = "TEXT";

/// Texts that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The file system refused.
    #[error("{path}: {source}; give a folder of .txt files, a .jsonl file or a .csv table that can be read")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A packed file.
    #[error("{path}: is packed; unpack it first, for example with gunzip")]
    Packed {
        /// The file.
        path: PathBuf,
    },
    /// A table without the columns.
    #[error(
        "{path}, line 1: no column {column} in the header; the table needs an id (ROW_ID, note_id or id) and a TEXT"
    )]
    Column {
        /// The table.
        path: PathBuf,
        /// What is missing.
        column: &'static str,
    },
    /// A table row that is no CSV.
    #[error("{path}, line {line}: not a row of the table; check the quotes around the note")]
    Row {
        /// The table.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
    },
    /// A line of a JSONL file.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file as text; what is no UTF-8 becomes U+FFFD, as in every note that is read.
pub(crate) fn file(path: &Path) -> Result<String, TextError> {
    let bytes = fs::read(path).map_err(|source| TextError::Io { path: path.to_owned(), source })?;
    Ok(decode(&bytes).0.into_owned())
}

/// Hands each text under `path` with its name to `take`: of a folder the .txt and .jsonl files at any depth, by name.
/// The name is the id, or a text file's name without its extension.
///
/// # Errors
/// See [`TextError`].
pub fn each(path: &Path, take: &mut dyn FnMut(String, String)) -> Result<(), TextError> {
    if path.is_dir() {
        return files(path, &["txt", "jsonl", "ndjson"])?.iter().try_for_each(|file| each(file, take));
    }
    match path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
        Some("gz" | "zip" | "bz2" | "xz" | "zst") => Err(TextError::Packed { path: path.to_owned() }),
        Some("csv") => table(path, take),
        Some("jsonl" | "ndjson") => {
            #[derive(Deserialize)]
            struct Line {
                id: String,
                text: String,
            }
            for (_, line) in jsonl::read::<Line>(path, "an object with `id` and `text`")? {
                take(line.id, line.text);
            }
            Ok(())
        }
        _ => {
            take(stem(path), file(path)?);
            Ok(())
        }
    }
}

/// The name of a file without its extension.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files with one of these extensions at or below a folder, by name; `path` itself where it is a file.
pub(crate) fn files(path: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, TextError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
        .map_err(|source| TextError::Io { path: path.to_owned(), source })?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.extend(files(&entry, extensions)?);
        } else if entry.extension().and_then(OsStr::to_str).is_some_and(|e| extensions.contains(&e)) {
            found.push(entry);
        }
    }
    Ok(found)
}

fn table(path: &Path, take: &mut dyn FnMut(String, String)) -> Result<(), TextError> {
    let io = |source| TextError::Io { path: path.to_owned(), source };
    let mut reader = csv::Reader::from_reader(io::BufReader::new(fs::File::open(path).map_err(io)?));
    let row = |line| TextError::Row { path: path.to_owned(), line };
    let header = reader.byte_headers().map_err(|_| row(1))?.clone();
    let find = |names: &[&str]| {
        let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').to_ascii_uppercase();
        header.iter().position(|cell| names.contains(&name(cell).as_str()))
    };
    let id = find(&ID_COLUMNS).ok_or(TextError::Column { path: path.to_owned(), column: "ROW_ID, note_id or id" })?;
    let text = find(&[TEXT_COLUMN]).ok_or(TextError::Column { path: path.to_owned(), column: TEXT_COLUMN })?;
    let mut record = csv::ByteRecord::new();
    loop {
        let more = reader.read_byte_record(&mut record);
        let line = reader.position().line();
        if !more.map_err(|error| row(error.position().map_or(line, csv::Position::line)))? {
            return Ok(());
        }
        let cell = |n: usize| record.get(n).map(|cell| decode(cell).0.into_owned());
        take(cell(id).ok_or_else(|| row(line))?, cell(text).ok_or_else(|| row(line))?);
    }
}
