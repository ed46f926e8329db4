//! One note as a reader of errors wants to see it: gold and drafts with their words, what became of each, and why.

use std::collections::HashMap;

use icdraft_codeset::CodeSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{self, Mistake};
use crate::evaluation::Options;
use crate::gold::{Certainty, Distractor, GoldCode, GoldNote};
use crate::metric::System;
use crate::metric::matching::Case;
use crate::prediction::{Prediction, Refusal, Suggested};

/// A note, coded and compared. Spans count code points of the note's text, which stays with the gold note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Id of the note.
    pub id: String,
    /// Every gold code, in the order of the gold.
    pub gold: Vec<ReviewedGold>,
    /// Every suggestion, best first.
    pub suggestions: Vec<ReviewedSuggestion>,
    /// Words that gold says must not be coded.
    pub distractors: Vec<Distractor>,
    /// Words that were understood and not coded.
    pub refused: Vec<Refusal>,
    /// What is wrong: the rows of [`crate::Evaluation::mistakes`] of this note.
    pub mistakes: Vec<Mistake>,
}

/// A gold code, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedGold {
    /// The code, its certainty, its alternatives and its words (`evidence_spans`).
    #[serde(flatten)]
    pub code: GoldCode,
    /// What became of it.
    pub found: Found,
}

/// What became of a gold code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// A draft meets it.
    Drafted,
    /// A suggestion below the draft meets it.
    BelowDraft,
    /// Nothing meets it.
    Missed,
    /// Its system is not scored.
    NotScored,
}

/// A suggestion, with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewedSuggestion {
    /// The code, its words (`evidence`), its confidence and its reasons.
    #[serde(flatten)]
    pub suggested: Suggested,
    /// Whether it is right.
    pub judged: Judged,
    /// The gold code that it meets: its place in [`Review::gold`].
    pub meets: Option<usize>,
}

/// Whether a suggestion is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// It meets a sure gold code.
    Right,
    /// It meets an arguable gold code: neither right nor wrong.
    Arguable,
    /// It meets none. Wrong where it is drafted.
    Wrong,
    /// Its system is not scored.
    NotScored,
}

/// The notes as a reader of errors wants to see them, in the order of the gold; a note without a prediction is one with no
/// suggestions.
pub fn review(
    gold: &[GoldNote],
    predictions: &HashMap<String, Prediction>,
    set: &CodeSet,
    options: &Options,
) -> Vec<Review> {
    let nothing = Prediction::default();
    gold.par_iter().map(|note| of_note(note, predictions.get(&note.id).unwrap_or(&nothing), set, options)).collect()
}

fn of_note(note: &GoldNote, prediction: &Prediction, set: &CodeSet, options: &Options) -> Review {
    let unscored = |code: &GoldCode| ReviewedGold { code: code.clone(), found: Found::NotScored };
    let unjudged = |s: &Suggested| ReviewedSuggestion { suggested: s.clone(), judged: Judged::NotScored, meets: None };
    let mut codes: Vec<ReviewedGold> = note.codes.iter().map(unscored).collect();
    let mut suggestions: Vec<ReviewedSuggestion> = prediction.suggestions.iter().map(unjudged).collect();
    for system in System::ALL {
        let case = Case::of(system, options.headings, note, &prediction.suggestions);
        for gold in codes.iter_mut().filter(|gold| gold.code.system == system.name()) {
            gold.found = Found::Missed;
        }
        let place = |gold: &GoldCode| note.codes.iter().position(|code| std::ptr::eq(code, gold));
        // Drafts are matched among themselves; what is below the draft may meet only what they leave.
        let own = suggestions.iter_mut().filter(|s| s.suggested.system == system.name());
        let mut drafted = case.met.iter();
        for (suggestion, among_all) in own.zip(&case.ranked_met) {
            let (met, found) = match suggestion.suggested.draft {
                true => (drafted.next().copied().flatten(), Found::Drafted),
                false => (*among_all, Found::BelowDraft),
            };
            suggestion.judged = met.map_or(Judged::Wrong, |gold| judged(gold.certainty));
            suggestion.meets = met.and_then(place);
            if let Some(at) = suggestion.meets {
                codes[at].found = codes[at].found.min(found);
            }
        }
    }
    Review {
        id: note.id.clone(),
        gold: codes,
        suggestions,
        distractors: note.not_coded.clone(),
        refused: prediction.not_coded.clone(),
        mistakes: error::mistakes(note, Some(prediction), set, options.headings),
    }
}

fn judged(certainty: Certainty) -> Judged {
    match certainty {
        Certainty::Sure => Judged::Right,
        Certainty::Arguable => Judged::Arguable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::metric::made_up::{arguable, distractor, drafted, note, ranked, sure};

    #[test]
    fn each_code_says_what_became_of_it() {
        let mut gold = note([sure("I10").at(0, 3), sure("E11.9"), sure("N39.0"), arguable("R10.9"), sure("47562")]);
        gold.codes[4].system = "ICD-10-PCS".into();
        gold.not_coded = vec![distractor("negated", "J18.9", 10, 19)];
        let list = [drafted("K21.9"), drafted("I10"), ranked("E11.9"), drafted("R10.9"), ranked("L40.0")];
        let suggestions = list.into_iter().map(Into::into).collect();
        let prediction = Prediction { id: "made-up".into(), suggestions, not_coded: vec![] };
        let found = of_note(&gold, &prediction, &CodeSet::embedded(), &Options::default());
        let of_gold: Vec<Found> = found.gold.iter().map(|gold| gold.found).collect();
        assert_eq!(of_gold, [Found::Drafted, Found::BelowDraft, Found::Missed, Found::Drafted, Found::NotScored]);
        let judged: Vec<(Judged, Option<usize>)> = found.suggestions.iter().map(|s| (s.judged, s.meets)).collect();
        let expected = [
            (Judged::Wrong, None),
            (Judged::Right, Some(0)),
            (Judged::Right, Some(1)),
            (Judged::Arguable, Some(3)),
            (Judged::Wrong, None),
        ];
        assert_eq!(judged, expected);
        let kinds: Vec<Kind> = found.mistakes.iter().map(|m| m.kind).collect();
        assert_eq!(kinds, [Kind::NotInGold, Kind::BelowDraft, Kind::MissedWithoutMention]);
        assert_eq!((found.distractors.len(), found.gold[0].code.evidence_spans.len()), (1, 1));
    }

    #[test]
    fn a_note_without_a_prediction_misses_everything() {
        let gold = [note([sure("I10")])];
        let found = review(&gold, &HashMap::new(), &CodeSet::embedded(), &Options::default());
        assert_eq!((found[0].gold[0].found, found[0].suggestions.len()), (Found::Missed, 0));
    }
}
