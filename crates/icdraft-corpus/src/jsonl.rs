//! Reading JSON lines, with errors that name file, line and cure and never quote what the line holds.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use icdraft_note::Unit;
use serde::de::DeserializeOwned;

/// A file of gold notes or predictions that cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file does not open.
    #[error("{path}: {source}; give the path of a readable JSONL file")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line cannot be read, mostly because it is not UTF-8.
    #[error("{path}, line {line}: {source}; write the file as UTF-8, one JSON object a line")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not JSON, or not the object that is expected.
    #[error("{path}, line {line}, column {column}: {says}; each line must be {wanted}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// Byte of the line, from 1.
        column: usize,
        /// What is wrong, without the line's own words.
        says: String,
        /// What a line holds.
        wanted: &'static str,
    },
    /// Two lines bear the same id.
    #[error("{path}, line {line}: id `{id}` has occurred before; keep one line for each id")]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The later line, from 1.
        line: usize,
        /// The id.
        id: String,
    },
    /// A line of a format that came later.
    #[error("{path}, line {line}: format version `{version}`, this program reads {known}; update icdraft")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What the line says.
        version: String,
        /// What is read.
        known: &'static str,
    },
    /// Annotations whose text is kept elsewhere.
    #[error("{path}, line {line}: `{id}` has no text; join the annotations with their texts: icdraft corpus join")]
    NoText {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// The id.
        id: String,
    },
    /// A gold span does not lie in its text.
    #[error(
        "{path}, line {line}: span [{start}, {end}] is empty or outside the text of {length} code points; \
         count spans in Unicode code points of `text`"
    )]
    Span {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// First code point.
        start: usize,
        /// One past the last.
        end: usize,
        /// Code points of the text.
        length: usize,
    },
    /// A report whose offsets are not code points.
    #[error(
        "{path}, line {line}: offsets are in {unit:?}, gold spans in code points; make the report with offsets in chars"
    )]
    Offsets {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What the report counts in.
        unit: Unit,
    },
}

/// The objects of a file with their line numbers; blank lines are passed over.
///
/// # Errors
/// A file or a line that cannot be read; see [`ReadError`].
pub fn read<T: DeserializeOwned>(path: &Path, wanted: &'static str) -> Result<Vec<(usize, T)>, ReadError> {
    lines(path, wanted)?.map(|(number, line)| Ok((number, line?))).collect()
}

/// The lines of a file with their numbers, each an object or what is wrong with it; blank lines are passed over.
///
/// # Errors
/// A file that does not open.
pub fn lines<T: DeserializeOwned>(
    path: &Path,
    wanted: &'static str,
) -> Result<impl Iterator<Item = (usize, Result<T, ReadError>)>, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    let path = path.to_owned();
    Ok((1..).zip(BufReader::new(file).lines()).filter_map(move |(number, text)| {
        let read = match text {
            Ok(text) if text.trim().is_empty() => return None,
            Ok(text) => parse(&text, &path, number, wanted),
            Err(source) => Err(ReadError::Unreadable { path: path.clone(), line: number, source }),
        };
        Some((number, read))
    }))
}

fn parse<T: DeserializeOwned>(text: &str, path: &Path, line: usize, wanted: &'static str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Shape {
        path: path.to_owned(),
        line,
        column: error.column(),
        says: without_content(&error),
        wanted,
    })
}

/// What serde says, less the value it met: that could be the text of a note.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(says, _)| says);
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if !error.is_data() || message.starts_with("missing field") => message.to_owned(),
        None => "a value of another kind is expected".to_owned(),
    }
}
