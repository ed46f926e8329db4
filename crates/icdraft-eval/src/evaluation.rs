//! The whole evaluation: notes against predictions.

use std::collections::{BTreeMap, HashMap};

use icdraft_codeset::CodeSet;
use icdraft_corpus::Profile;
use icdraft_corpus::profile::{Evidence, Headings, NotCoded};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::curve::Curves;
use crate::error::{self, Mistake};
use crate::gold::GoldNote;
use crate::interval::{self, Clusters};
use crate::metric::code::Tally;
use crate::metric::{Counted, System};
use crate::prediction::Prediction;
use crate::sheet::Sheet;
use crate::summary::{self, Figure};

/// How notes are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What a gold code that is a heading counts as.
    pub headings: Headings,
    /// What becomes of mentions that were refused, when codes are ranked.
    pub not_coded: NotCoded,
    /// Whether the corpus marks evidence; where it does not, nothing is said of evidence.
    pub evidence: Evidence,
    /// Draws of the bootstrap; no intervals where 0.
    pub draws: usize,
    /// The same seed gives the same intervals.
    pub seed: u64,
}

impl Default for Options {
    /// The icdraft gold conventions, with 1,000 draws.
    fn default() -> Self {
        let (headings, not_coded, evidence) = (Headings::Refused, NotCoded::Apart, Evidence::Required);
        Self { headings, not_coded, evidence, draws: 1_000, seed: 1 }
    }
}

impl Options {
    /// The conventions of a corpus. Its codes are brought into the release by [`Profile::apply`].
    pub fn of(profile: &Profile) -> Self {
        let Profile { headings, not_coded, evidence, .. } = *profile;
        Self { headings, not_coded, evidence, ..Self::default() }
    }
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Gold notes.
    pub notes: usize,
    /// Gold notes without a prediction; they are scored as if nothing had been suggested.
    pub without_prediction: usize,
    /// The figures, always the same ones in the same order.
    pub figures: Vec<Figure>,
    /// Points of curves.
    pub curves: Curves,
    /// One row a code that gold has or that was drafted, by system and code.
    pub codes: Vec<CodeRow>,
    /// One row a specialty that gold names, by name; notes without one are in none.
    pub specialties: Vec<SpecialtyRow>,
    /// One row a mistake, in the order of the gold; [`crate::review()`] shows them in their notes.
    pub mistakes: Vec<Mistake>,
    /// One row a gold note, in the order of the gold.
    pub rows: Vec<Row>,
}

/// One code over all notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRow {
    /// `ICD-10-CM` or `CPT`.
    pub system: String,
    /// The code, without its dot.
    pub code: String,
    /// Right, wrong and missed.
    #[serde(flatten)]
    pub tally: Tally,
}

/// The drafted codes of the notes of one specialty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpecialtyRow {
    /// Its name, as the corpus has it.
    pub specialty: String,
    /// Notes.
    pub notes: usize,
    /// Diagnoses.
    #[serde(rename = "ICD-10-CM")]
    pub icd10cm: Tally,
    /// Procedures.
    #[serde(rename = "CPT")]
    pub cpt: Tally,
}

/// The drafted codes of one note (icdraft gold conventions).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Id of the note.
    pub id: String,
    /// Diagnoses.
    #[serde(rename = "ICD-10-CM")]
    pub icd10cm: Tally,
    /// Procedures.
    #[serde(rename = "CPT")]
    pub cpt: Tally,
}

impl Evaluation {
    /// The figure of that name.
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|f| f.name == name)
    }
}

/// Scores `predictions` against `gold` by the icdraft gold conventions, or by those that `options` name. `set` gives the
/// official titles, chapters and valid codes.
pub fn evaluate(
    gold: &[GoldNote],
    predictions: &HashMap<String, Prediction>,
    set: &CodeSet,
    options: &Options,
) -> Evaluation {
    let counted = count(gold, predictions, set, options, 0);
    let sheet = Sheet::of(&counted);
    let once = vec![1; gold.len()];
    let mut figures = summary::measure(&sheet, &once);
    let values = |weights: &[u32]| summary::measure(&sheet, weights).into_iter().map(|f| f.value).collect();
    let drawn = interval::draws(&clusters(gold), options.draws, options.seed, values);
    for (figure, values) in figures.iter_mut().zip(drawn) {
        figure.interval = Some(interval::percentiles(values));
    }
    let rows = gold.iter().zip(&counted);
    let mistakes = gold.par_iter().map(|note| error::mistakes(note, predictions.get(&note.id), set, options.headings));
    Evaluation {
        notes: gold.len(),
        without_prediction: gold.iter().filter(|note| !predictions.contains_key(&note.id)).count(),
        figures,
        curves: Curves::of(&sheet.sum(&once), &sheet),
        codes: System::ALL.into_iter().flat_map(|system| code_rows(&sheet, system, &once)).collect(),
        specialties: specialties(gold, &counted),
        mistakes: mistakes.collect::<Vec<_>>().into_iter().flatten().collect(),
        rows: rows
            .map(|(n, c)| Row { id: n.id.clone(), icd10cm: c.counts.icd10cm.tally, cpt: c.counts.cpt.tally })
            .collect(),
    }
}

/// The notes, counted in parallel and numbered from `first`.
pub(crate) fn count(
    gold: &[GoldNote],
    predictions: &HashMap<String, Prediction>,
    set: &CodeSet,
    options: &Options,
    first: usize,
) -> Vec<Counted> {
    let nothing = Prediction::default();
    let one = |(number, note): (usize, &GoldNote)| {
        let prediction = predictions.get(&note.id).unwrap_or(&nothing);
        match options.not_coded {
            NotCoded::Apart => Counted::of(first + number, note, prediction, options, set),
            NotCoded::Last => Counted::of(first + number, note, &prediction.with_refused_last(), options, set),
        }
    };
    gold.par_iter().enumerate().map(one).collect()
}

pub(crate) fn clusters(gold: &[GoldNote]) -> Clusters {
    Clusters::of(gold.iter().map(|note| note.cluster.as_deref()))
}

fn specialties(gold: &[GoldNote], counted: &[Counted]) -> Vec<SpecialtyRow> {
    let mut rows: BTreeMap<&str, SpecialtyRow> = BTreeMap::new();
    for (note, counted) in gold.iter().zip(counted) {
        let Some(name) = note.specialty.as_deref() else { continue };
        let row =
            rows.entry(name).or_insert_with(|| SpecialtyRow { specialty: name.into(), ..SpecialtyRow::default() });
        row.notes += 1;
        row.icd10cm += counted.counts.icd10cm.tally;
        row.cpt += counted.counts.cpt.tally;
    }
    rows.into_values().collect()
}

fn code_rows(sheet: &Sheet, system: System, once: &[u32]) -> Vec<CodeRow> {
    let cells = &sheet.system(system).codes;
    let named = cells.names().iter().zip(cells.tallies(once));
    named.map(|(code, tally)| CodeRow { system: system.name().into(), code: code.clone(), tally }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{drafted, note, sure};

    fn predictions(id: &str, codes: &[&str]) -> HashMap<String, Prediction> {
        let suggestions = codes.iter().map(|c| drafted(c).into()).collect();
        HashMap::from([(id.to_owned(), Prediction { id: id.to_owned(), suggestions, not_coded: vec![] })])
    }

    fn of(gold: &[GoldNote], predictions: &HashMap<String, Prediction>) -> Evaluation {
        evaluate(gold, predictions, &CodeSet::embedded(), &Options { draws: 10, ..Options::default() })
    }

    #[test]
    fn a_note_without_prediction_is_scored_as_empty_and_counted() {
        let mut second = note([sure("E11.9"), sure("47562")]);
        second.id = "b".into();
        let gold = [note([sure("I10")]), second];
        let id = gold[0].id.clone();
        let evaluation = of(&gold, &predictions(&id, &["I10", "J45.909"]));
        assert_eq!((evaluation.notes, evaluation.without_prediction), (2, 1));
        let value = |name: &str| evaluation.figure(name).unwrap().value;
        assert_eq!((value("ICD-10-CM precision"), value("ICD-10-CM recall"), value("CPT recall")), (0.5, 0.5, 0.0));
        assert_eq!(evaluation.rows[0].icd10cm, Tally { tp: 1, fp: 1, fn_: 0 });
        assert_eq!(evaluation.rows[1].cpt, Tally { tp: 0, fp: 0, fn_: 1 });
        // Macro: of I10 and E11.9, one is always right and one never. Chapters: 9 and 4 in gold, 9 and 10 drafted.
        assert_eq!((value("ICD-10-CM macro F1"), value("ICD-10-CM chapter F1")), (0.5, 0.5));
        let codes: Vec<&str> = evaluation.codes.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["E119", "I10", "J45909", "47562"]);
    }

    #[test]
    fn figures_of_nothing_are_zero_and_finite() {
        for gold in [vec![], vec![note([])]] {
            let evaluation = of(&gold, &HashMap::new());
            let counted = evaluation.figures.iter().filter(|f| !f.name.starts_with("notes closed"));
            assert!(counted.clone().count() > 100);
            assert!(counted.clone().all(|f| f.value == 0.0 && f.n == 0), "{evaluation:?}");
        }
    }

    #[test]
    fn names_are_given_once_and_groups_stand_together() {
        let evaluation = of(&[note([sure("I10")])], &HashMap::new());
        let mut names: Vec<&str> = evaluation.figures.iter().map(|f| f.name.as_str()).collect();
        assert!(evaluation.figures.is_sorted_by_key(|f| f.group));
        assert!(summary::HEADLINES.iter().all(|name| evaluation.figure(name).is_some()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), evaluation.figures.len());
    }

    #[test]
    fn a_profile_accepts_headings_and_ranks_refusals_last() {
        let profile = Profile::named("codiesp").unwrap();
        let gold = [note([sure("E11"), sure("J18.9")])];
        let line = r#"{"id": "made-up", "suggestions": [{"system": "ICD-10-CM", "code": "E11.9", "draft": true}],
            "not_coded": [{"system": "ICD-10-CM", "code": "J18.9", "start": 0, "end": 4, "reason": "negated"}]}"#;
        let predictions = HashMap::from([("made-up".to_owned(), serde_json::from_str(line).unwrap())]);
        let value = |options: &Options| {
            let evaluation = evaluate(&gold, &predictions, &CodeSet::embedded(), options);
            ["ICD-10-CM recall", "ICD-10-CM MAP"].map(|name| evaluation.figure(name).unwrap().value)
        };
        let plain = Options { draws: 0, ..Options::default() };
        assert_eq!(value(&plain), [0.0, 0.0]);
        // E11.9 meets E11; J18.9 is found at the second place, but not drafted.
        let codiesp = Options { draws: 0, ..Options::of(&profile) };
        assert_eq!(value(&codiesp), [0.5, 1.0]);
        // Nothing is said of evidence where a corpus has none.
        let of_evidence = |options| {
            let evaluation = evaluate(&gold, &predictions, &CodeSet::embedded(), options);
            evaluation.figures.iter().filter(|f| f.group == summary::Group::Evidence).map(|f| f.n).sum::<usize>()
        };
        assert!(of_evidence(&codiesp) == 0 && of_evidence(&plain) > 0);
    }

    #[test]
    fn specialties_add_their_notes_up() {
        let of_specialty = |id: &str, specialty: Option<&str>, code: &str| GoldNote {
            id: id.into(),
            specialty: specialty.map(Into::into),
            ..note([sure(code)])
        };
        let gold = [
            of_specialty("a", Some("Surgery"), "I10"),
            of_specialty("b", None, "I10"),
            of_specialty("c", Some("Cardiology"), "I10"),
            of_specialty("d", Some("Surgery"), "47562"),
        ];
        let rows = of(&gold, &predictions("a", &["I10", "E11.9"])).specialties;
        let none = Tally::default();
        let row =
            |specialty: &str, notes, icd10cm, cpt| SpecialtyRow { specialty: specialty.into(), notes, icd10cm, cpt };
        let expected = [
            row("Cardiology", 1, Tally { tp: 0, fp: 0, fn_: 1 }, none),
            row("Surgery", 2, Tally { tp: 1, fp: 1, fn_: 0 }, Tally { tp: 0, fp: 0, fn_: 1 }),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn json_says_what_the_types_say() {
        let gold = [note([sure("I10")])];
        let evaluation = of(&gold, &predictions(&gold[0].id, &["I10"]));
        let json = serde_json::to_value(&evaluation).unwrap();
        assert_eq!(json["figures"][0]["name"], "ICD-10-CM precision");
        assert_eq!(json["figures"][0]["group"], "codes");
        assert_eq!(json["figures"][0]["interval"]["high"], 1.0);
        assert_eq!(json["rows"][0]["ICD-10-CM"], serde_json::json!({"tp": 1, "fp": 0, "fn": 0}));
        assert_eq!(serde_json::from_value::<Evaluation>(json).unwrap(), evaluation);
    }
}
