//! Lexicon files: read, and checked row by row against the code set.

use std::path::{Path, PathBuf};

use icdraft_codeset::{Code, CodeSet};

use crate::dose::Dose;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// How a drug must have been given for its code to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Route {
    /// However.
    #[default]
    Any,
    /// It is sold for injection: words for the mouth or the skin speak against the code.
    Injected,
    /// It is sold in other forms too: the note must say that it was injected or infused.
    Parenteral,
    /// The note must say that it went into a vein.
    Intravenous,
    /// The note must say that it was inhaled.
    Inhaled,
}

/// A row of `diagnosis/*.tsv`.
#[derive(Debug)]
pub(crate) struct DiagnosisRow<'a> {
    pub(crate) phrase: &'a str,
    pub(crate) target: &'a str,
    pub(crate) says: &'a str,
    pub(crate) when: &'a str,
}

/// A row of `cpt/*.tsv`.
#[derive(Debug)]
pub(crate) struct ProcedureRow<'a> {
    pub(crate) concept: &'a str,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) phrases: &'a str,
    pub(crate) when: &'a str,
    pub(crate) side: SideRule,
    pub(crate) addon_of: &'a str,
    pub(crate) bundles: &'a str,
    pub(crate) dose: &'a str,
    pub(crate) strength: &'a str,
    pub(crate) route: Route,
}

impl<'a> DiagnosisRow<'a> {
    pub(crate) fn read(column: &dyn Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        Ok(Self {
            phrase: required(column, "phrase")?,
            target: required(column, "target")?,
            says: column("says").unwrap_or_default(),
            when: column("when").unwrap_or_default(),
        })
    }
}

impl<'a> ProcedureRow<'a> {
    pub(crate) fn read(column: &dyn Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        let side = match column("side").unwrap_or_default() {
            "none" | "" => SideRule::None,
            "paired" => SideRule::Paired,
            "digit" => SideRule::Digit,
            "eyelid" => SideRule::Eyelid,
            other => {
                return Err(format!("side `{other}` is none of none, paired, digit, eyelid"));
            }
        };
        let route = match column("route").unwrap_or_default() {
            "" => Route::Any,
            "injected" => Route::Injected,
            "parenteral" => Route::Parenteral,
            "iv" => Route::Intravenous,
            "inhaled" => Route::Inhaled,
            other => return Err(format!("route `{other}` is none of injected, parenteral, iv, inhaled")),
        };
        Ok(Self {
            concept: required(column, "concept")?,
            code: required(column, "code")?,
            name: required(column, "name")?,
            phrases: required(column, "phrases")?,
            when: column("when").unwrap_or_default(),
            side,
            addon_of: column("addon_of").unwrap_or_default(),
            bundles: column("bundles").unwrap_or_default(),
            dose: column("dose").unwrap_or_default(),
            strength: column("strength").unwrap_or_default(),
            route,
        })
    }
}

fn required<'a>(column: &dyn Fn(&str) -> Option<&'a str>, name: &str) -> Result<&'a str, String> {
    column(name).filter(|v| !v.is_empty()).ok_or_else(|| format!("column `{name}` is empty"))
}

/// A procedure of the lexicon, or a drug or supply.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// Unique key.
    pub concept: String,
    /// CPT number, or HCPCS Level II number.
    pub code: String,
    /// Our description.
    pub name: String,
    /// Side modifiers.
    pub side: SideRule,
    /// For an add-on: its primary codes or prefixes.
    pub addon_of: Vec<String>,
    /// Components that are not reported beside it.
    pub bundles: Vec<String>,
    /// For a drug: what one unit is.
    pub dose: Option<Dose>,
    /// For a drug that is sold in one strength: what is in each milliliter.
    pub strength: Option<Dose>,
    /// For a drug: how it must have been given.
    pub route: Route,
}

impl Procedure {
    /// `CPT` or `HCPCS`: Level II numbers begin with a letter.
    pub fn system(&self) -> &'static str {
        if self.code.starts_with(|c: char| c.is_ascii_digit()) { "CPT" } else { "HCPCS" }
    }
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
    /// The lexicons of diagnoses compiled into the library.
    pub fn embedded_diagnoses() -> Vec<Self> {
        embedded::diagnosis()
    }

    /// The lexicons of procedures, drugs and supplies compiled into the library.
    pub fn embedded_procedures() -> Vec<Self> {
        embedded::cpt().into_iter().chain(embedded::hcpcs()).collect()
    }

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
                let text =
                    std::fs::read_to_string(&p).map_err(|source| LexiconError::Io { path: p.clone(), source })?;
                Ok(Self { name: p.display().to_string(), text })
            })
            .collect()
    }

    /// The rows with their line numbers. `read` gets each row's columns by name; empty ones at the end may be left out.
    /// Split by hand: the format has no quoting, and start-up time is spent here.
    pub(crate) fn rows<'a, T>(
        &'a self,
        read: impl Fn(&dyn Fn(&str) -> Option<&'a str>) -> Result<T, String>,
    ) -> Result<Vec<(u64, T)>, LexiconError> {
        let mut lines = (1..).zip(self.text.lines()).filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#'));
        let Some((_, header)) = lines.next() else {
            return Ok(Vec::new());
        };
        let names: Vec<&str> = header.split('\t').collect();
        let row = |(line, text): (u64, &'a str)| {
            let columns: Vec<&str> = text.split('\t').map(str::trim).collect();
            if columns.len() > names.len() {
                return Err(self.error(line, format!("{} columns, the header has {}", columns.len(), names.len())));
            }
            let column = |name: &str| names.iter().position(|n| *n == name).and_then(|n| columns.get(n).copied());
            read(&column).map(|row| (line, row)).map_err(|problem| self.error(line, problem))
        };
        lines.map(row).collect()
    }

    pub(crate) fn error(&self, line: u64, problem: impl Into<String>) -> LexiconError {
        LexiconError::Row { file: self.name.clone(), line, problem: problem.into() }
    }
}

/// A code of a row, when the set has it. Codes that only another release has are the caller's to report.
pub(crate) fn target(
    file: &LexiconFile,
    line: u64,
    text: &str,
    set: &CodeSet,
) -> Result<Result<Code, Code>, LexiconError> {
    let code: Code = text.parse().map_err(|e| file.error(line, format!("target {e}")))?;
    Ok(set.find(code).map(|_| code).ok_or(code))
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

    pub(crate) fn hcpcs() -> Vec<LexiconFile> {
        files(HCPCS)
    }

    pub(crate) fn extent() -> Vec<LexiconFile> {
        files(EXTENT)
    }

    fn files(all: &[(&str, &str)]) -> Vec<LexiconFile> {
        all.iter().map(|(name, text)| LexiconFile { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
    }
}
