//! What the extent of a procedure does to its lines: further levels, lesions, square centimeters; wounds of one group; conversions
//! to open; second lesions; and which diagnoses belong to which procedures (`data/cpt/extent/`).

use crate::condition::Measure;
use crate::lexicon::{LexiconError, LexiconFile, embedded};
use crate::quantity;

/// A size or number that decides lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Interspaces between vertebrae.
    Levels,
    /// Nerve roots, each named alone or by its interspace.
    Roots,
    /// Lesions, needles, polyps: "x3", "three lesions".
    Count,
    /// Area.
    SquareCentimetres,
}

impl Extent {
    /// What a text states, if it does.
    pub fn stated(self, text: &str) -> Option<f64> {
        let what = match self {
            Extent::Levels => Measure::Levels,
            Extent::Roots => Measure::Roots,
            Extent::Count => Measure::Count,
            Extent::SquareCentimetres => Measure::SquareCentimetres,
        };
        quantity::measure(what, text)
    }
}

/// The longest length in centimeters that a text states.
pub fn centimetres(text: &str) -> Option<f64> {
    quantity::measure(Measure::Centimetres, text)
}

/// What an extent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A further line.
    Adds,
    /// Another line in the place of the base.
    Instead,
    /// Units of the base.
    Units,
}

/// A row of `extents.tsv`.
#[derive(Debug, Clone)]
pub struct ExtentRow {
    /// Code of the line.
    pub base: String,
    /// What is measured.
    pub extent: Extent,
    /// The extent must be more than this.
    pub above: f64,
    /// How much one unit is; 0: one unit.
    pub step: f64,
    /// The code that is added or taken.
    pub code: String,
    /// What happens.
    pub effect: Effect,
}

impl ExtentRow {
    /// The units for an extent that is above the row's.
    pub fn units(&self, value: f64) -> u32 {
        let whole = if self.effect == Effect::Units { value } else { value - self.above };
        if self.step > 0.0 { (1..=99).find(|&n| f64::from(n) * self.step >= whole).unwrap_or(99) } else { 1 }
    }
}

/// A row of `wounds.tsv`: a length from which a group of repairs has a code.
#[derive(Debug, Clone)]
pub struct WoundRow {
    /// Depth and part of the body.
    pub group: String,
    /// The sum of lengths must be more than this, in centimeters.
    pub over: f64,
    /// The code.
    pub code: String,
}

/// A row of `pointers.tsv`.
#[derive(Debug, Clone)]
pub struct PointerRow {
    from: String,
    to: String,
    /// Prefixes of ICD-10-CM codes, best first.
    pub codes: Vec<String>,
}

/// A row of `included.tsv`: services that belong to every procedure of a range.
#[derive(Debug, Clone)]
pub struct IncludedRow {
    /// First and last code of the procedures.
    pub whole: (String, String),
    /// First and last code of what belongs to them.
    pub part: (String, String),
    /// Why, for people.
    pub why: String,
}

impl IncludedRow {
    /// Whether `part` belongs to `whole`.
    pub fn holds(&self, whole: &str, part: &str) -> bool {
        let within = |code: &str, range: &(String, String)| range.0.as_str() <= code && code <= range.1.as_str();
        within(whole, &self.whole) && within(part, &self.part) && !within(whole, &self.part)
    }
}

/// What a number depends on and a report may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The patient's age.
    Age,
    /// Length in centimeters.
    Length,
    /// Area in square centimeters.
    Area,
}

/// A row of `asks.tsv`: a code that is drafted where something is not told.
#[derive(Debug, Clone)]
pub struct AskRow {
    /// The code.
    pub code: String,
    /// What is not told.
    pub asked: Asked,
    /// What depends on it, for people.
    pub asks: String,
}

/// A row of `distinct.tsv`.
#[derive(Debug, Clone)]
pub struct DistinctRow {
    /// The line that takes modifier 59.
    pub lesser: String,
    /// Lines beside which it does.
    pub greater: Vec<String>,
    /// What the note tells of.
    pub why: String,
}

/// All tables of `data/cpt/extent/`; empty in a build without them.
#[derive(Debug, Clone, Default)]
pub struct Extents {
    /// `extents.tsv`.
    pub rows: Vec<ExtentRow>,
    /// `wounds.tsv`.
    pub wounds: Vec<WoundRow>,
    /// `conversions.tsv`: scope, open.
    pub conversions: Vec<(String, String)>,
    /// `pairs.tsv`: two lines, and the code of both together.
    pub pairs: Vec<[String; 3]>,
    /// `included.tsv`.
    pub included: Vec<IncludedRow>,
    /// `asks.tsv`.
    pub asks: Vec<AskRow>,
    /// `distinct.tsv`.
    pub distinct: Vec<DistinctRow>,
    pointers: Vec<PointerRow>,
}

impl Extents {
    /// The diagnoses that a procedure is about: of the narrowest range around its number.
    pub fn pointers(&self, code: &str) -> &[String] {
        let width = |row: &&PointerRow| row.to.parse::<u32>().unwrap_or(0) - row.from.parse::<u32>().unwrap_or(0);
        let holds = |row: &&PointerRow| row.from.as_str() <= code && code <= row.to.as_str();
        self.pointers.iter().filter(holds).min_by_key(width).map_or(&[], |row| &row.codes)
    }

    pub(crate) fn embedded() -> Result<Self, LexiconError> {
        let mut all = Self::default();
        for file in embedded::extent() {
            all.read(&file)?;
        }
        Ok(all)
    }

    fn read(&mut self, file: &LexiconFile) -> Result<(), LexiconError> {
        let list = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        match file.name.rsplit('/').next() {
            Some("extents.tsv") => {
                self.rows = values(file.rows(|column| {
                    Ok(ExtentRow {
                        base: cpt(column("base"))?,
                        extent: match column("measure") {
                            Some("levels") => Extent::Levels,
                            Some("roots") => Extent::Roots,
                            Some("count") => Extent::Count,
                            Some("sqcm") => Extent::SquareCentimetres,
                            other => return Err(format!("measure {other:?} is none of levels, roots, count, sqcm")),
                        },
                        above: decimal(column("above"))?,
                        step: decimal(column("step"))?,
                        code: cpt(column("code"))?,
                        effect: match column("how") {
                            Some("adds") => Effect::Adds,
                            Some("instead") => Effect::Instead,
                            Some("units") => Effect::Units,
                            other => return Err(format!("how {other:?} is none of adds, instead, units")),
                        },
                    })
                })?);
            }
            Some("wounds.tsv") => {
                self.wounds = values(file.rows(|column| {
                    let group = column("group").unwrap_or_default().to_owned();
                    Ok(WoundRow { group, over: decimal(column("over"))?, code: cpt(column("code"))? })
                })?);
            }
            Some("conversions.tsv") => {
                self.conversions = values(file.rows(|column| Ok((cpt(column("scope"))?, cpt(column("open"))?)))?);
            }
            Some("pairs.tsv") => {
                self.pairs = values(
                    file.rows(|column| Ok([cpt(column("first"))?, cpt(column("second"))?, cpt(column("becomes"))?]))?,
                );
            }
            Some("included.tsv") => {
                self.included = values(file.rows(|column| {
                    Ok(IncludedRow {
                        whole: (cpt(column("whole_from"))?, cpt(column("whole_to"))?),
                        part: (cpt(column("part_from"))?, cpt(column("part_to"))?),
                        why: column("why").unwrap_or_default().to_owned(),
                    })
                })?);
            }
            Some("asks.tsv") => {
                self.asks = values(file.rows(|column| {
                    let asked = match column("measure") {
                        Some("age") => Asked::Age,
                        Some("cm") => Asked::Length,
                        Some("sqcm") => Asked::Area,
                        other => return Err(format!("measure {other:?} is none of age, cm, sqcm")),
                    };
                    Ok(AskRow {
                        code: cpt(column("code"))?,
                        asked,
                        asks: column("asks").unwrap_or_default().to_owned(),
                    })
                })?);
            }
            Some("distinct.tsv") => {
                self.distinct = values(file.rows(|column| {
                    Ok(DistinctRow {
                        lesser: cpt(column("lesser"))?,
                        greater: list(column("greater").unwrap_or_default()),
                        why: column("why").unwrap_or_default().to_owned(),
                    })
                })?);
            }
            Some("pointers.tsv") => {
                self.pointers = values(file.rows(|column| {
                    let codes = list(column("codes").unwrap_or_default());
                    Ok(PointerRow { from: cpt(column("from"))?, to: cpt(column("to"))?, codes })
                })?);
            }
            _ => return Err(file.error(1, "no table of that name is known; see data/README.md")),
        }
        Ok(())
    }
}

fn values<T>(rows: Vec<(u64, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, row)| row).collect()
}

fn cpt(value: Option<&str>) -> Result<String, String> {
    let value = value.unwrap_or_default();
    let shaped = value.len() == 5 && value.bytes().take(4).all(|b| b.is_ascii_digit());
    if shaped { Ok(value.to_owned()) } else { Err(format!("`{value}` is not shaped like a CPT number")) }
}

fn decimal(value: Option<&str>) -> Result<f64, String> {
    value.unwrap_or_default().parse().map_err(|_| format!("`{}` is no number", value.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_steps() {
        let row = |above, step, effect| ExtentRow {
            base: "1".into(),
            extent: Extent::Count,
            above,
            step,
            code: "2".into(),
            effect,
        };
        assert_eq!(row(1.0, 1.0, Effect::Adds).units(3.0), 2);
        assert_eq!(row(100.0, 100.0, Effect::Adds).units(250.0), 2);
        assert_eq!(row(5.0, 0.0, Effect::Instead).units(8.0), 1);
        assert_eq!(row(1.0, 1.0, Effect::Units).units(3.0), 3);
    }

    #[test]
    fn tables_are_read_and_the_narrowest_range_points() {
        let tables = Extents::embedded().unwrap();
        if tables.rows.is_empty() {
            return; // a build without data/cpt
        }
        assert_eq!(tables.pointers("49505")[0], "K40");
        assert_eq!(tables.pointers("29881")[0], "M75");
        assert!(tables.pointers("00000").is_empty());
    }
}
