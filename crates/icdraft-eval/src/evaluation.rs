//! The whole evaluation: notes against predictions.

use std::collections::HashMap;

use icdraft_codeset::CodeSet;
use serde::{Deserialize, Serialize};

use crate::gold::GoldNote;
use crate::metric::Counts;
use crate::metric::code::Tally;
use crate::metric::side::Titles;
use crate::prediction::Prediction;
use crate::summary::{self, Figure};

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Gold notes.
    pub notes: usize,
    /// Gold notes without a prediction; they are scored as if nothing had been suggested.
    pub without_prediction: usize,
    /// The figures, always the same ones in the same order.
    pub figures: Vec<Figure>,
    /// One row a gold note, in the order of the gold.
    pub rows: Vec<Row>,
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

/// Scores `predictions` against `gold` by the icdraft gold conventions. `set` gives the official titles that name sides;
/// intervals are of `bootstraps` draws of notes (none where 0), the same for the same `seed`.
pub fn evaluate(
    gold: &[GoldNote],
    predictions: &HashMap<String, Prediction>,
    set: &CodeSet,
    bootstraps: usize,
    seed: u64,
) -> Evaluation {
    let titles = Titles::of(set);
    let counts: Vec<Counts> = gold
        .iter()
        .map(|note| {
            let suggestions = predictions.get(&note.id).map_or(&[][..], |p| &p.suggestions);
            Counts::of(note, suggestions, &titles)
        })
        .collect();
    let rows = gold.iter().zip(&counts);
    Evaluation {
        notes: gold.len(),
        without_prediction: gold.iter().filter(|note| !predictions.contains_key(&note.id)).count(),
        figures: summary::figures(&counts, bootstraps, seed),
        rows: rows.map(|(n, c)| Row { id: n.id.clone(), icd10cm: c.icd10cm.tally, cpt: c.cpt.tally }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{drafted, note, sure};

    fn predictions(id: &str, codes: &[&str]) -> HashMap<String, Prediction> {
        let suggestions = codes.iter().map(|c| drafted(c).into()).collect();
        HashMap::from([(id.to_owned(), Prediction { id: id.to_owned(), suggestions })])
    }

    #[test]
    fn a_note_without_prediction_is_scored_as_empty_and_counted() {
        let mut second = note([sure("E11.9"), sure("47562")]);
        second.id = "b".into();
        let gold = [note([sure("I10")]), second];
        let id = gold[0].id.clone();
        let evaluation = evaluate(&gold, &predictions(&id, &["I10", "J45.909"]), &CodeSet::embedded(), 50, 1);
        assert_eq!((evaluation.notes, evaluation.without_prediction), (2, 1));
        let value = |name: &str| evaluation.figure(name).unwrap().value;
        assert_eq!((value("ICD-10-CM precision"), value("ICD-10-CM recall"), value("CPT recall")), (0.5, 0.5, 0.0));
        assert_eq!(evaluation.rows[0].icd10cm, Tally { tp: 1, fp: 1, fn_: 0 });
        assert_eq!(evaluation.rows[1].cpt, Tally { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn figures_of_nothing_are_zero_and_finite() {
        for gold in [vec![], vec![note([])]] {
            let evaluation = evaluate(&gold, &HashMap::new(), &CodeSet::embedded(), 10, 1);
            assert!(evaluation.figures.iter().all(|f| f.value == 0.0 && f.n == 0), "{evaluation:?}");
        }
    }

    #[test]
    fn json_says_what_the_types_say() {
        let gold = [note([sure("I10")])];
        let evaluation = evaluate(&gold, &predictions(&gold[0].id, &["I10"]), &CodeSet::embedded(), 10, 1);
        let json = serde_json::to_value(&evaluation).unwrap();
        assert_eq!(json["figures"][0]["name"], "ICD-10-CM precision");
        assert_eq!(json["figures"][0]["interval"]["high"], 1.0);
        assert_eq!(json["rows"][0]["ICD-10-CM"], serde_json::json!({"tp": 1, "fp": 0, "fn": 0}));
        assert_eq!(serde_json::from_value::<Evaluation>(json).unwrap(), evaluation);
    }
}
