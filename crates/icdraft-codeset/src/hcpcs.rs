//! HCPCS Level II from the files that CMS publishes: the fixed-width records, or the spreadsheet saved as CSV.
//!
//! Codes that begin with D belong to the dentists' association and are passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HcpcsError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A record that cannot be read.
    #[error("{path}:{line}: {problem}")]
    Record {
        /// File.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong and the cure.
        problem: String,
    },
    /// No codes at all.
    #[error(
        "{0}: no HCPCS codes in it; expected the CMS record file (320 columns) or its spreadsheet saved as CSV with a column HCPC"
    )]
    Empty(PathBuf),
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HcpcsCode {
    /// The code.
    pub code: String,
    /// Long description, its lines joined.
    pub long: String,
    /// Short description.
    pub short: String,
    /// When it was added.
    pub added: Option<Date>,
    /// Its last valid day.
    pub terminated: Option<Date>,
    /// Medicare coverage: C by the contractor, D special rules, I not valid for Medicare, M not covered, S not covered by statute.
    pub coverage: String,
    /// What the update did: A added, C or R changed, D ended, N nothing, P payment changed.
    pub action: String,
    /// When that took effect.
    pub effective: Option<Date>,
}

impl HcpcsCode {
    /// Whether the code may be reported for a service of `day`.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.added.is_none_or(|a| a <= day) && self.terminated.is_none_or(|t| day <= t)
    }
}

/// The codes of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hcpcs {
    codes: BTreeMap<String, HcpcsCode>,
    /// Dental codes that were passed over.
    pub dental: usize,
}

impl Hcpcs {
    /// Reads a file of either layout.
    ///
    /// # Errors
    /// See [`HcpcsError`].
    pub fn read(path: &Path) -> Result<Self, HcpcsError> {
        let bytes = std::fs::read(path).map_err(|source| HcpcsError::Io { path: path.to_owned(), source })?;
        // The record files are Latin-1 where they are not ASCII.
        let text: String = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(bad) => bad.into_bytes().into_iter().map(char::from).collect(),
        };
        let text = text.trim_start_matches('\u{feff}');
        let spreadsheet = text.lines().take(20).any(|l| columns(l).iter().any(|c| c.eq_ignore_ascii_case("HCPC")));
        let table = if spreadsheet { Self::from_csv(path, text)? } else { Self::from_records(path, text)? };
        if table.codes.is_empty() { Err(HcpcsError::Empty(path.to_owned())) } else { Ok(table) }
    }

    /// A code by name.
    pub fn find(&self, code: &str) -> Option<&HcpcsCode> {
        self.codes.get(&code.to_ascii_uppercase())
    }

    /// All codes in order.
    pub fn codes(&self) -> impl Iterator<Item = &HcpcsCode> {
        self.codes.values()
    }

    /// Record layout (columns from 1): code 1-5, kind of record 11 (3 a code, 4 its next line; modifiers have 7 and 8), long description
    /// 12-91, short description 92-119, coverage 230, date added 269-276, date of the action 277-284, of termination 285-292, action 293.
    fn from_records(path: &Path, text: &str) -> Result<Self, HcpcsError> {
        let mut table = Self::default();
        for (line, record) in (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()) {
            let chars: Vec<char> = record.chars().collect();
            let field = |from: usize, to: usize| -> String {
                chars.iter().skip(from - 1).take(to + 1 - from).collect::<String>().trim().to_owned()
            };
            let one = HcpcsCode {
                code: field(1, 5),
                long: field(12, 91),
                short: field(92, 119),
                added: date(path, line, &field(269, 276))?,
                terminated: date(path, line, &field(285, 292))?,
                coverage: field(230, 230),
                action: field(293, 293),
                effective: date(path, line, &field(277, 284))?,
            };
            match field(11, 11).as_str() {
                "3" => table.add(path, line, one)?,
                "4" => table.go_on(path, line, &one)?,
                "7" | "8" => {}
                other => {
                    let problem = format!(
                        "kind of record `{other}` in column 11 is none of 3, 4, 7, 8; is this the CMS record file?"
                    );
                    return Err(HcpcsError::Record { path: path.to_owned(), line, problem });
                }
            }
        }
        Ok(table)
    }

    /// Spreadsheet columns: HCPC, RECID, LONG DESCRIPTION, SHORT DESCRIPTION, COV, ADD DT, ACT EFF DT, TERM DT, ACTION CD, below a few
    /// lines of title.
    fn from_csv(path: &Path, text: &str) -> Result<Self, HcpcsError> {
        let mut table = Self::default();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut names: Option<Vec<String>> = None;
        for record in reader.records() {
            let record = record.map_err(|e| HcpcsError::Record {
                path: path.to_owned(),
                line: e.position().map_or(0, csv::Position::line),
                problem: e.to_string(),
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let Some(names) = &names else {
                let head: Vec<String> = record.iter().map(|c| c.trim().to_uppercase().replace('_', " ")).collect();
                if head.iter().any(|c| c == "HCPC") {
                    names = Some(head);
                }
                continue;
            };
            let field = |name: &str| {
                let at = names.iter().position(|n| n == name);
                at.and_then(|n| record.get(n)).unwrap_or_default().trim().to_owned()
            };
            let code = field("HCPC");
            // Modifiers have two characters.
            if code.len() != 5 {
                continue;
            }
            let one = HcpcsCode {
                code,
                long: field("LONG DESCRIPTION"),
                short: field("SHORT DESCRIPTION"),
                added: date(path, line, &field("ADD DT"))?,
                terminated: date(path, line, &field("TERM DT"))?,
                coverage: field("COV"),
                action: field("ACTION CD"),
                effective: date(path, line, &field("ACT EFF DT"))?,
            };
            match field("RECID").as_str() {
                "4" => table.go_on(path, line, &one)?,
                _ => table.add(path, line, one)?,
            }
        }
        Ok(table)
    }

    fn add(&mut self, path: &Path, line: u64, one: HcpcsCode) -> Result<(), HcpcsError> {
        if one.code.starts_with('D') {
            self.dental += 1;
            return Ok(());
        }
        let shaped = one.code.len() == 5 && one.code.bytes().skip(1).all(|b| b.is_ascii_digit());
        if !shaped || !one.code.starts_with(|c: char| c.is_ascii_uppercase()) {
            let problem = format!("`{}` is no HCPCS code (a letter and four digits)", one.code);
            return Err(HcpcsError::Record { path: path.to_owned(), line, problem });
        }
        self.codes.insert(one.code.clone(), one);
        Ok(())
    }

    /// A further line of a long description.
    fn go_on(&mut self, path: &Path, line: u64, one: &HcpcsCode) -> Result<(), HcpcsError> {
        if one.code.starts_with('D') {
            return Ok(());
        }
        let Some(begun) = self.codes.get_mut(&one.code) else {
            let problem = format!("a further line of {} comes before its first", one.code);
            return Err(HcpcsError::Record { path: path.to_owned(), line, problem });
        };
        begun.long.push(' ');
        begun.long.push_str(&one.long);
        Ok(())
    }
}

fn columns(line: &str) -> Vec<&str> {
    line.split(',').map(|c| c.trim().trim_matches('"')).collect()
}

/// "20260401", "2026-04-01", "4/1/2026"; empty where there is none.
fn date(path: &Path, line: u64, text: &str) -> Result<Option<Date>, HcpcsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = ["%Y%m%d", "%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|format| Date::strptime(format, text).ok());
    let problem = || format!("`{text}` is no date (20260401, 2026-04-01 or 4/1/2026)");
    parsed.map(Some).ok_or_else(|| HcpcsError::Record { path: path.to_owned(), line, problem: problem() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(code: &str, kind: char, long: &str, short: &str, added: &str, terminated: &str) -> String {
        format!(
            "{code:<5}{:<5}{kind}{long:<80}{short:<28}{:<110}C{:<38}{added:<8}{:<8}{terminated:<8}N",
            "00100", "", "", "20260101"
        )
    }

    fn read(text: &str) -> Result<Hcpcs, HcpcsError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Hcpcs::read(file.path())
    }

    #[test]
    fn records_of_fixed_width() {
        let lines = [
            record("X0001", '3', "Made-up drug, in words that go on,", "Made-up drug", "20200101", ""),
            record("X0001", '4', "over two lines", "", "", ""),
            record("X0002", '3', "Made-up supply", "Supply", "20100101", "20241231"),
            record("D0001", '3', "Made-up filling", "Filling", "20200101", ""),
            record("X1", '7', "Made-up modifier", "Modifier", "20200101", ""),
        ];
        let table = read(&lines.join("\r\n")).unwrap();
        assert_eq!(table.codes().count(), 2);
        assert_eq!(table.dental, 1);
        let drug = table.find("x0001").unwrap();
        assert_eq!(
            (drug.long.as_str(), drug.short.as_str()),
            ("Made-up drug, in words that go on, over two lines", "Made-up drug")
        );
        assert_eq!((drug.coverage.as_str(), drug.action.as_str()), ("C", "N"));
        assert_eq!((drug.added, drug.effective), ("2020-01-01".parse().ok(), "2026-01-01".parse().ok()));
        let supply = table.find("X0002").unwrap();
        assert!(
            supply.is_valid_on("2024-12-31".parse().unwrap()) && !supply.is_valid_on("2025-01-01".parse().unwrap())
        );
    }

    #[test]
    fn spreadsheet_saved_as_csv() {
        let text = "A made-up title,,\nHCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\n\
                    X0001,00100,3,\"Made-up drug, each\",Drug,20200101,20260101,\n\
                    X0001,00200,4,and more,,,,\nD0001,00100,3,Filling,Filling,20200101,,\nX1,00100,7,Modifier,Mod,,,\n";
        let table = read(text).unwrap();
        assert_eq!(read(&format!("\u{feff}{text}")).unwrap(), table);
        assert_eq!((table.codes().count(), table.dental), (1, 1));
        assert_eq!(table.find("X0001").unwrap().long, "Made-up drug, each and more");
    }

    #[test]
    fn errors_name_the_line() {
        let bad =
            [record("X0001", '3', "a", "a", "20200101", ""), record("X0002", '3', "a", "a", "2020", "")].join("\n");
        assert!(
            read(&bad).unwrap_err().to_string().ends_with(":2: `2020` is no date (20260401, 2026-04-01 or 4/1/2026)")
        );
        assert!(read("nothing of the kind\n").unwrap_err().to_string().contains(":1: kind of record"));
        assert!(matches!(read(""), Err(HcpcsError::Empty(_))));
        let orphan = record("X0001", '4', "a", "a", "", "");
        assert!(read(&orphan).unwrap_err().to_string().contains("before its first"));
    }
}
