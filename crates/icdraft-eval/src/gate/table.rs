//! Figures as a table that can be committed: a change of accuracy is a difference of lines.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use super::GateError;
use crate::summary::Figure;

const HEADER: &str = "figure\tvalue\tlow\thigh\tn";

/// The figures of one file of gates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table(Vec<TableRow>);

/// One figure, to four places.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Its name.
    pub figure: String,
    /// Its value.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many cases it is of.
    pub n: usize,
}

impl Table {
    /// The figures that had something to count.
    pub fn of(figures: &[Figure]) -> Self {
        let row = |figure: &Figure| {
            let (low, high) = figure.interval.map_or((figure.value, figure.value), |i| (i.low, i.high));
            TableRow { figure: figure.name.clone(), value: figure.value, low, high, n: figure.n }
        };
        Self(figures.iter().filter(|figure| figure.n > 0).map(row).collect())
    }

    /// Reads a table; none where there is no file.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no row.
    pub fn read(path: &Path) -> Result<Option<Self>, GateError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(GateError::Io { path: path.to_owned(), source }),
        };
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#') && *line != HEADER);
        let rows = lines
            .map(|(number, line)| row(line).ok_or_else(|| GateError::Table { path: path.to_owned(), line: number }));
        Ok(Some(Self(rows.collect::<Result<_, _>>()?)))
    }

    /// The table as it is written; `remark` says of what it is.
    pub fn written(&self, remark: &str) -> String {
        let mut text = format!("# {remark}\n{HEADER}\n");
        for TableRow { figure, value, low, high, n } in &self.0 {
            let _ = writeln!(text, "{figure}\t{value:.4}\t{low:.4}\t{high:.4}\t{n}");
        }
        text
    }

    /// The row of a figure.
    pub fn row(&self, figure: &str) -> Option<&TableRow> {
        self.0.iter().find(|row| row.figure == figure)
    }

    /// How many rows differ from those of `other` where both are written.
    pub fn differences(&self, other: &Self) -> usize {
        let lines = |table: &Self| table.written("").lines().map(str::to_owned).collect::<Vec<String>>();
        let (mine, theirs) = (lines(self), lines(other));
        let missing = |of: &[String], from: &[String]| of.iter().filter(|line| !from.contains(line)).count();
        missing(&mine, &theirs).max(missing(&theirs, &mine))
    }
}

impl TableRow {
    /// What the interval cannot show: where all cases agreed, resampling them gives no other value, though up to 3 of n could
    /// well have come out otherwise (Hanley and Lippman-Hand, *If Nothing Goes Wrong, Is Everything All Right?*, 1983).
    pub(super) fn unseen(&self) -> f64 {
        let agreed = self.low == self.high && (self.value == 0.0 || self.value == 1.0);
        if agreed { 3.0 / self.n.max(1) as f64 } else { 0.0 }
    }
}

fn row(line: &str) -> Option<TableRow> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [figure, value, low, high, n] = cells[..] else { return None };
    Some(TableRow {
        figure: figure.to_owned(),
        value: value.parse().ok()?,
        low: low.parse().ok()?,
        high: high.parse().ok()?,
        n: n.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::Interval;
    use crate::summary::{Better, Group};

    fn figures() -> Vec<Figure> {
        let figure = |name: &str, value: f64, n| Figure {
            name: name.into(),
            group: Group::Codes,
            better: Better::High,
            value,
            interval: Some(Interval { low: 0.25, high: 2.0 / 3.0 }),
            n,
        };
        vec![figure("F1", 1.0 / 3.0, 7), figure("MAP", 0.0, 0), figure("top-1", 0.5, 4)]
    }

    #[test]
    fn what_was_written_is_read() {
        let text = Table::of(&figures()).written("gold.jsonl");
        let lines = ["# gold.jsonl", HEADER, "F1\t0.3333\t0.2500\t0.6667\t7", "top-1\t0.5000\t0.2500\t0.6667\t4", ""];
        assert_eq!(text, lines.join("\n"));
        let folder = std::env::temp_dir().join(format!("icdraft-table-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("table.tsv");
        assert_eq!(Table::read(&path).unwrap(), None);
        std::fs::write(&path, &text).unwrap();
        let read = Table::read(&path).unwrap().unwrap();
        std::fs::write(&path, "F1\t0.3\n").unwrap();
        let says = Table::read(&path).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read.written("gold.jsonl"), text);
        assert_eq!((read.row("F1").unwrap().n, read.row("MAP")), (7, None));
        assert!(says.contains("line 1") && says.contains("--refresh"), "{says}");
    }

    #[test]
    fn rows_that_differ_are_counted_once() {
        let (table, mut other) = (Table::of(&figures()), Table::of(&figures()));
        assert_eq!(table.differences(&other), 0);
        other.0[0].value = 0.3;
        assert_eq!((table.differences(&other), other.differences(&table)), (1, 1));
        other.0.pop();
        assert_eq!(table.differences(&other), 2);
        // Less than the last place is no difference.
        other = Table::of(&figures());
        other.0[0].value += 1e-6;
        assert_eq!(table.differences(&other), 0);
    }
}
