//! Lexicon files: read, and checked row by row against the code set.

use std::path::{Path, PathBuf};

use icdraft_codeset::{Code, CodeSet};
use serde::Deserialize;

use crate::phrase::{self, Slot};

/// A row that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A bad row.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// File.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong and the cure.
        problem: String,
    },
}

/// How a procedure takes a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SideRule {
    /// No side modifier.
    #[default]
    None,
    /// RT, LT, 50.
    Paired,
    /// FA to F9, TA to T9.
    Digit,
    /// E1 to E4.
    Eyelid,
}

/// A row of `diagnosis/*.tsv`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DiagnosisRow {
    pub(crate) phrase: String,
    pub(crate) target: String,
    #[serde(default)]
    pub(crate) says: String,
    #[serde(default)]
    pub(crate) when: String,
}

/// A row of `cpt/*.tsv`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ProcedureRow {
    pub(crate) concept: String,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) phrases: String,
    #[serde(default)]
    pub(crate) when: String,
    #[serde(default)]
    pub(crate) side: SideRule,
    #[serde(default)]
    pub(crate) addon_of: String,
    #[serde(default)]
    pub(crate) bundles: String,
}

/// A procedure of the lexicon.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// Unique key.
    pub concept: String,
    /// CPT number.
    pub code: String,
    /// Our description.
    pub name: String,
    /// Side modifiers.
    pub side: SideRule,
    /// For an add-on: its primary codes or prefixes.
    pub addon_of: Vec<String>,
    /// Components that are not reported beside it.
    pub bundles: Vec<String>,
}

/// A file compiled into the library, or read from the user's folder.
#[derive(Debug, Clone)]
pub struct LexiconFile {
    /// Name, for errors.
    pub name: String,
    /// Contents.
    pub text: String,
}

impl LexiconFile {
    /// Reads every `.tsv` of a folder in name order.
    ///
    /// # Errors
    /// An unreadable folder or file.
    pub fn folder(path: &Path) -> Result<Vec<Self>, LexiconError> {
        let io = |source| LexiconError::Io { path: path.to_owned(), source };
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(path).map_err(io)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(io)?;
        paths.retain(|p| p.extension().is_some_and(|e| e == "tsv"));
        paths.sort();
        paths
            .into_iter()
            .map(|p| {
                let text = std::fs::read_to_string(&p).map_err(|source| LexiconError::Io { path: p.clone(), source })?;
                Ok(Self { name: p.display().to_string(), text })
            })
            .collect()
    }

    /// The rows with their line numbers.
    pub(crate) fn rows<T: serde::de::DeserializeOwned>(&self) -> Result<Vec<(u64, T)>, LexiconError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .quoting(false)
            .flexible(true)
            .comment(Some(b'#'))
            .from_reader(self.text.as_bytes());
        let headers = reader.headers().map_err(|e| self.error(1, e.to_string()))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let mut record = record.map_err(|e| self.error(e.position().map_or(0, csv::Position::line), e.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            // Empty columns at the end may be left out.
            while record.len() < headers.len() {
                record.push_field("");
            }
            rows.push((line, record.deserialize(Some(&headers)).map_err(|e| self.error(line, e.to_string()))?));
        }
        Ok(rows)
    }

    pub(crate) fn error(&self, line: u64, problem: impl Into<String>) -> LexiconError {
        LexiconError::Row { file: self.name.clone(), line, problem: problem.into() }
    }
}

/// A code of a row, when the set has it. Codes that only another release has are the caller's to report.
pub(crate) fn target(file: &LexiconFile, line: u64, text: &str, set: &CodeSet) -> Result<Result<Code, Code>, LexiconError> {
    let code: Code = text.parse().map_err(|e| file.error(line, format!("target {e}")))?;
    Ok(set.find(code).map(|_| code).ok_or(code))
}

pub(crate) fn phrase_parts(file: &LexiconFile, line: u64, text: &str) -> Result<Vec<Vec<Slot>>, LexiconError> {
    phrase::parts(text.trim()).map_err(|e| file.error(line, e.to_string()))
}

/// The lexicons compiled into the library.
pub(crate) mod embedded {
    use super::LexiconFile;

    include!(concat!(env!("OUT_DIR"), "/lexicons.rs"));

    pub(crate) fn diagnosis() -> Vec<LexiconFile> {
        files(DIAGNOSIS)
    }

    pub(crate) fn cpt() -> Vec<LexiconFile> {
        files(CPT)
    }

    fn files(all: &[(&str, &str)]) -> Vec<LexiconFile> {
        all.iter().map(|(name, text)| LexiconFile { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
    }
}
