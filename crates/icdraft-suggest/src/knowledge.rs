//! The crate's tables (`data/`), read once.

use std::sync::LazyLock;

use icdraft_codeset::Code;
use icdraft_mention::Terminology;
use icdraft_note::SectionKind;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) fn rows<T: DeserializeOwned>(bytes: &'static [u8]) -> Vec<T> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).comment(Some(b'#')).from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().expect("the tables in data/ are checked by the tests")
}

/// Whether a code begins with one of the prefixes that a table cell lists, separated by `|`.
pub(crate) fn begins(code: &str, prefixes: &str) -> bool {
    prefixes.split('|').any(|p| !p.is_empty() && code.starts_with(p))
}

#[derive(Debug, Deserialize)]
struct WeightRow {
    kind: SectionKind,
    diagnosis: f64,
    procedure: f64,
}

/// How likely a mention in a section is to be coded: as diagnosis, as procedure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    pub(crate) diagnosis: f64,
    pub(crate) procedure: f64,
}

static WEIGHTS: LazyLock<FxHashMap<SectionKind, Weight>> = LazyLock::new(|| {
    rows::<WeightRow>(include_bytes!("../data/section_weights.tsv"))
        .into_iter()
        .map(|r| (r.kind, Weight { diagnosis: r.diagnosis, procedure: r.procedure }))
        .collect()
});

/// The weight of a section; what the table leaves out counts little.
pub(crate) fn weight(kind: SectionKind) -> Weight {
    WEIGHTS.get(&kind).copied().unwrap_or(Weight { diagnosis: 0.05, procedure: 0.02 })
}

#[derive(Debug, Deserialize)]
struct PrefixRow {
    prefix: String,
}

static CHRONIC: LazyLock<Vec<String>> = LazyLock::new(|| {
    rows::<PrefixRow>(include_bytes!("../data/chronic.tsv")).into_iter().map(|r| r.prefix.replace('.', "")).collect()
});

/// Whether a condition stays current when the note speaks of its history.
pub(crate) fn is_chronic(code: Code) -> bool {
    CHRONIC.iter().any(|p| code.as_str().starts_with(p.as_str()))
}

#[derive(Debug, Deserialize)]
struct FactorRow {
    prefix: String,
    factor: f64,
}

static FACTORS: LazyLock<Vec<FactorRow>> = LazyLock::new(|| {
    let rows = rows::<FactorRow>(include_bytes!("../data/code_weights.tsv")).into_iter();
    rows.map(|r| FactorRow { prefix: r.prefix.replace('.', ""), ..r }).collect()
});

/// What a code's weight is multiplied by: mentions of some are seldom coded.
pub(crate) fn factor(code: Code) -> f64 {
    FACTORS.iter().find(|r| code.as_str().starts_with(r.prefix.as_str())).map_or(1.0, |r| r.factor)
}

#[derive(Debug, Deserialize)]
struct MapRow {
    target: String,
    code: String,
}

/// Prefix to code; the longest prefix wins.
struct PrefixMap(Vec<(String, Code)>);

impl PrefixMap {
    fn read(bytes: &'static [u8]) -> Self {
        let mut map: Vec<(String, Code)> = rows::<MapRow>(bytes)
            .into_iter()
            .map(|r| (r.target.replace('.', ""), r.code.parse().expect("the tables in data/ are checked by the tests")))
            .collect();
        map.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self(map)
    }

    fn find(&self, code: Code) -> Option<Code> {
        self.0.iter().find(|(prefix, _)| code.as_str().starts_with(prefix.as_str())).map(|(_, code)| *code)
    }
}

static HISTORY: LazyLock<PrefixMap> = LazyLock::new(|| PrefixMap::read(include_bytes!("../data/history.tsv")));
static FAMILY: LazyLock<PrefixMap> = LazyLock::new(|| PrefixMap::read(include_bytes!("../data/family.tsv")));

/// The code of a personal history of `code`.
pub(crate) fn history(code: Code) -> Option<Code> {
    HISTORY.find(code)
}

/// The code of a family history of `code`.
pub(crate) fn family(code: Code) -> Option<Code> {
    FAMILY.find(code)
}

#[derive(Debug, Deserialize)]
struct AxisRow {
    said: String,
    means: String,
}

/// Words of notes that mean other words of titles ("incarcerated" means "obstruction").
#[derive(Debug)]
pub(crate) struct AxisWords {
    /// By the first word said.
    rows: FxHashMap<u32, Vec<Meant>>,
}

/// The other words said, and what all of them mean.
type Meant = (Vec<u32>, Vec<u32>);

impl AxisWords {
    pub(crate) fn new(terminology: &Terminology) -> Self {
        let mut map: FxHashMap<u32, Vec<Meant>> = FxHashMap::default();
        for row in rows::<AxisRow>(include_bytes!("../data/axis_words.tsv")) {
            if let [first, others @ ..] = terminology.words(&row.said).as_slice() {
                map.entry(*first).or_default().push((others.to_vec(), terminology.words(&row.means)));
            }
        }
        Self { rows: map }
    }

    /// Adds the meanings of what `words` says.
    pub(crate) fn extend(&self, words: &mut FxHashSet<u32>) {
        let rows = words.iter().filter_map(|w| self.rows.get(w)).flatten();
        let meant: Vec<u32> = rows
            .filter(|(others, _)| others.iter().all(|w| words.contains(w)))
            .flat_map(|(_, means)| means.iter().copied())
            .collect();
        words.extend(meant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    #[test]
    fn history_and_family_codes_are_billable() {
        let set = CodeSet::embedded();
        for (from, to) in HISTORY.0.iter().chain(&FAMILY.0) {
            assert!(set.is_billable(*to), "{from} -> {to}");
        }
    }

    #[test]
    fn chronic_stays_current() {
        assert!(is_chronic("I10".parse().unwrap()));
        assert!(!is_chronic("K35.80".parse().unwrap()));
    }
}
