//! The user's licensed CPT table: descriptions for reports and look-up. Nothing of it is shipped or written out.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CptTableError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The table.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row without a code and a description.
    #[error(
        "{path}:{line}: expected a five-character CPT code and a description, separated by a tab or a comma; found `{found}`"
    )]
    Row {
        /// The table.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The beginning of the row.
        found: String,
    },
    /// No rows at all.
    #[error("{0}: no CPT codes in it")]
    Empty(PathBuf),
}

/// Code to description.
#[derive(Debug)]
pub struct CptTable(FxHashMap<String, String>);

impl CptTable {
    /// Reads a table of two columns or more, tab or comma separated, code first, the longest other column the description.
    /// A header line is passed over.
    ///
    /// # Errors
    /// See [`CptTableError`].
    pub fn read(path: &Path) -> Result<Self, CptTableError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| CptTableError::Io { path: path.to_owned(), source })?;
        let delimiter = if text.lines().next().is_some_and(|l| l.contains('\t')) { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = FxHashMap::default();
        for (n, record) in reader.records().enumerate() {
            let bad = |line: u64, found: &str| CptTableError::Row {
                path: path.to_owned(),
                line,
                found: found.chars().take(40).collect(),
            };
            let record = record.map_err(|e| bad(e.position().map_or(0, csv::Position::line), &e.to_string()))?;
            // The reader counts from before the blank lines that it skips.
            let line = record.position().map_or(0, |p| {
                let rest = text.as_bytes().get(usize::try_from(p.byte()).unwrap_or(0)..).unwrap_or_default();
                let blank = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| **b == b'\n').count();
                p.line() + blank as u64
            });
            let code = record.get(0).unwrap_or_default().trim();
            let shaped = code.len() == 5 && code.is_ascii() && code.bytes().take(4).all(|b| b.is_ascii_digit());
            let description = record.iter().skip(1).map(str::trim).max_by_key(|c| c.len()).filter(|d| !d.is_empty());
            match description.filter(|_| shaped) {
                Some(description) => {
                    table.insert(code.to_ascii_uppercase(), description.to_owned());
                }
                None if n == 0 => {}
                None => return Err(bad(line, &record.iter().collect::<Vec<_>>().join(" "))),
            }
        }
        if table.is_empty() { Err(CptTableError::Empty(path.to_owned())) } else { Ok(Self(table)) }
    }

    /// Every code with its description, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(code, description)| (code.as_str(), description.as_str()))
    }

    /// The description of a code.
    pub fn description(&self, code: &str) -> Option<&str> {
        self.0.get(code).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Tests run side by side: each table has a file of its own.
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    fn read(text: &str) -> Result<CptTable, CptTableError> {
        let path = std::env::temp_dir().join(format!(
            "icdraft-cpt-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::write(&path, text).unwrap();
        let table = CptTable::read(&path);
        std::fs::remove_file(&path).unwrap();
        table
    }

    #[test]
    fn tabs_commas_and_headers() {
        assert_eq!(read("code\tlong\n00000\tnot a real code\n").unwrap().description("00000"), Some("not a real code"));
        assert_eq!(read("0000T,\"made up, quoted\"\n").unwrap().description("0000T"), Some("made up, quoted"));
    }

    #[test]
    fn bad_rows_are_named() {
        assert!(read("code,text\n00000,a\nabc,b\n").unwrap_err().to_string().contains(":3:"));
        assert!(matches!(read(""), Err(CptTableError::Empty(_))));
    }
}
