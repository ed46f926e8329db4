//! Gates: what accuracy must not fall below, and the tables that it is held against.
//!
//! `eval/NAME.toml` names a corpus and what its figures have to keep; `eval/tables/NAME.tsv` holds all of its figures as they
//! were when somebody last said that they are as they should be.

mod table;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::summary::{Better, Figure};

pub use table::{Table, TableRow};

/// One file of gates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// The corpus, seen from the folder above that of the gates.
    pub corpus: PathBuf,
    /// Its format.
    #[serde(default)]
    pub from: Source,
    /// Only the notes of this set.
    #[serde(default)]
    pub set: Option<String>,
    /// The conventions of the corpus.
    #[serde(default = "plain")]
    pub profile: String,
    /// What codes the notes.
    #[serde(default)]
    pub model: Model,
    /// What its figures have to keep.
    pub gate: Vec<Gate>,
}

/// What codes the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// Rules and the embedded model.
    #[default]
    Embedded,
    /// Rules alone.
    None,
}

/// What a corpus is, and so what is measured on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Gold, one note a line.
    #[default]
    Jsonl,
    /// CodiEsp.
    Codiesp,
    /// The NegEx test kit: negation of given spans.
    Negex,
    /// Notes with marked headers: `{id, text, headers}`.
    Headers,
}

/// What one figure has to keep. It must not leave the interval of the table on its bad side either.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Name of the figure.
    pub metric: String,
    /// It must not be below.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// It must not be above.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// How far it may be on the bad side of the table's value, in place of the table's interval.
    #[serde(default)]
    pub tolerance: Option<f64>,
}

/// What a gate says of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Name of the figure.
    pub metric: String,
    /// Its value; none where there is no such figure or nothing to count.
    pub value: Option<f64>,
    /// The value in the table.
    pub before: Option<f64>,
    /// What is wrong.
    pub failures: Vec<String>,
}

/// Gates or a table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The file system refused.
    #[error("{path}: {source}; check the path and its permissions")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not the TOML that gates are.
    #[error("{path}: {says}; docs/metrics.md shows a file of gates")]
    Gates {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        says: String,
    },
    /// A row of a table.
    #[error("{path}, line {line}: expected figure, value, low, high, n; write the table again with --refresh")]
    Table {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
    },
}

fn plain() -> String {
    "plain".into()
}

impl Gates {
    /// Reads a file of gates.
    ///
    /// # Errors
    /// A file that cannot be read, or that is not of this form.
    pub fn read(path: &Path) -> Result<Self, GateError> {
        let text = std::fs::read_to_string(path).map_err(|source| GateError::Io { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|error| GateError::Gates { path: path.to_owned(), says: error.to_string().trim_end().to_owned() })
    }

    /// Holds figures against the gates and against the table of the time before.
    pub fn judge(&self, figures: &[Figure], before: Option<&Table>) -> Vec<Verdict> {
        let of = |gate: &Gate| {
            let figure = figures.iter().find(|figure| figure.name == gate.metric && figure.n > 0);
            gate.judge(figure, before.and_then(|table| table.row(&gate.metric)))
        };
        self.gate.iter().map(of).collect()
    }
}

/// Less than the last place of a table.
const ROUNDING: f64 = 5e-5;

impl Gate {
    fn judge(&self, figure: Option<&Figure>, before: Option<&TableRow>) -> Verdict {
        let mut failures = Vec::new();
        match figure {
            None => failures.push("no such figure, or nothing to count".to_owned()),
            Some(figure) => {
                failures.extend(self.at_least.filter(|&bound| figure.value < bound).map(|b| format!("at least {b}")));
                failures.extend(self.at_most.filter(|&bound| figure.value > bound).map(|b| format!("at most {b}")));
                match before {
                    None => failures.push("not in the table; `icdraft eval gate --refresh` writes it".to_owned()),
                    Some(before) => failures.extend(self.fall(figure, before)),
                }
            }
        }
        Verdict {
            metric: self.metric.clone(),
            value: figure.map(|figure| figure.value),
            before: before.map(|row| row.value),
            failures,
        }
    }

    /// How the figure has left what the table allows, on its bad side.
    fn fall(&self, figure: &Figure, before: &TableRow) -> Option<String> {
        let limit = match (figure.better, self.tolerance) {
            (Better::High, Some(tolerance)) => before.value - tolerance,
            (Better::Low, Some(tolerance)) => before.value + tolerance,
            (Better::High, None) => before.low - before.unseen(),
            (Better::Low, None) => before.high + before.unseen(),
        };
        let (fell, way) = match figure.better {
            Better::High => (figure.value < limit - ROUNDING, "fell below"),
            Better::Low => (figure.value > limit + ROUNDING, "rose above"),
        };
        fell.then(|| format!("{way} {limit:.3}, the table has {:.3}", before.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::Interval;
    use crate::summary::Group;

    fn figure(name: &str, better: Better, value: f64) -> Figure {
        let interval = Some(Interval { low: value - 0.1, high: value + 0.1 });
        Figure { name: name.into(), group: Group::Codes, better, value, interval, n: 7 }
    }

    fn table(rows: &[(&str, f64)]) -> Table {
        let figures: Vec<Figure> = rows.iter().map(|(name, value)| figure(name, Better::High, *value)).collect();
        Table::of(&figures)
    }

    fn gates(text: &str) -> Gates {
        toml::from_str(&format!("corpus = \"gold.jsonl\"\n{text}")).unwrap()
    }

    fn failures(gate: &str, better: Better, value: f64, before: f64) -> Vec<String> {
        let gates = gates(&format!("[[gate]]\nmetric = \"F1\"\n{gate}"));
        gates.judge(&[figure("F1", better, value)], Some(&table(&[("F1", before)]))).remove(0).failures
    }

    #[test]
    fn thresholds_hold_either_way() {
        assert_eq!(failures("at_least = 0.8", Better::High, 0.8, 0.8), [""; 0]);
        assert_eq!(failures("at_least = 0.8", Better::High, 0.79, 0.8), ["at least 0.8"]);
        assert_eq!(failures("at_most = 0.05", Better::Low, 0.06, 0.06), ["at most 0.05"]);
        assert_eq!(failures("at_most = 0.05", Better::Low, 0.05, 0.05), [""; 0]);
    }

    #[test]
    fn a_figure_must_not_leave_the_interval_of_the_table_on_its_bad_side() {
        // The table has 0.8, 0.7 to 0.9.
        assert_eq!(failures("", Better::High, 0.71, 0.8), [""; 0]);
        assert_eq!(failures("", Better::High, 0.95, 0.8), [""; 0]);
        assert_eq!(failures("", Better::High, 0.69, 0.8), ["fell below 0.700, the table has 0.800"]);
        assert_eq!(failures("", Better::Low, 0.91, 0.8), ["rose above 0.900, the table has 0.800"]);
        assert_eq!(failures("", Better::Low, 0.6, 0.8), [""; 0]);
    }

    #[test]
    fn where_all_cases_agreed_three_of_n_are_allowed() {
        let row = |value: f64, n| TableRow { figure: "F1".into(), value, low: value, high: value, n };
        let gate = Gate { metric: "F1".into(), at_least: None, at_most: None, tolerance: None };
        // The bootstrap of 30 right ones of 30 has no width; 3 of 30 may turn wrong.
        let falls = |better, value, row: &TableRow| gate.fall(&figure("F1", better, value), row).is_some();
        assert!(!falls(Better::High, 0.9, &row(1.0, 30)) && falls(Better::High, 0.89, &row(1.0, 30)));
        assert!(!falls(Better::Low, 0.1, &row(0.0, 30)) && falls(Better::Low, 0.11, &row(0.0, 30)));
        assert!(falls(Better::High, 0.49, &row(0.5, 30)));
    }

    #[test]
    fn a_tolerance_stands_in_the_place_of_the_interval() {
        assert_eq!(failures("tolerance = 0.02", Better::High, 0.781, 0.8), [""; 0]);
        assert_eq!(failures("tolerance = 0.02", Better::High, 0.775, 0.8), ["fell below 0.780, the table has 0.800"]);
        assert_eq!(failures("tolerance = 0.0", Better::Low, 0.81, 0.8), ["rose above 0.800, the table has 0.800"]);
    }

    #[test]
    fn what_is_not_there_fails() {
        let gates = gates("[[gate]]\nmetric = \"F1\"\n[[gate]]\nmetric = \"MAP\"\n");
        let mut nothing = figure("MAP", Better::High, 0.0);
        nothing.n = 0;
        let verdicts = gates.judge(&[figure("F1", Better::High, 0.9), nothing], None);
        assert!(verdicts[0].failures[0].contains("--refresh"), "{verdicts:?}");
        assert_eq!(verdicts[1].failures, ["no such figure, or nothing to count"]);
    }

    #[test]
    fn a_file_has_defaults_and_names_its_faults() {
        let sparse = gates("[[gate]]\nmetric = \"F1\"\n");
        assert_eq!((sparse.from, sparse.profile.as_str(), sparse.set), (Source::Jsonl, "plain", None));
        let folder = std::env::temp_dir().join(format!("icdraft-gates-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("bad.toml");
        std::fs::write(&path, "corpus = \"a\"\n\n[[gate]]\nmetrik = \"F1\"\n").unwrap();
        let says = Gates::read(&path).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(says.contains("bad.toml") && says.contains("line 4") && says.contains("metrik"), "{says}");
    }
}
