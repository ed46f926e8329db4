//! What was understood of words that gold judges, value by value.

use std::ops::AddAssign;

use super::Share;
use super::code::{Tally, category_of};
use super::distractor::{falls_for, system_of};
use super::matching::normal;
use crate::gold::{Certainty, GoldNote};
use crate::prediction::{Prediction, Refusal};
use crate::span::CharSpan;

/// What gold or a report says of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Coded,
    Negated,
    Uncertain,
    Family,
    Historical,
    Hypothetical,
    Planned,
    NotRelevant,
    /// Only a report: nothing, or a reason that gold does not know.
    Silent,
}

impl Value {
    /// The reasons, each a class of its own.
    pub(crate) const REASONS: [Self; 7] = [
        Self::Negated,
        Self::Uncertain,
        Self::Family,
        Self::Historical,
        Self::Hypothetical,
        Self::Planned,
        Self::NotRelevant,
    ];
    const COUNT: usize = Self::Silent as usize + 1;

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Coded => "coded",
            Self::Negated => "negated",
            Self::Uncertain => "uncertain",
            Self::Family => "family",
            Self::Historical => "historical",
            Self::Hypothetical => "hypothetical",
            Self::Planned => "planned",
            Self::NotRelevant => "not relevant",
            Self::Silent => "silent",
        }
    }

    /// The reason that gold or a report names. Reports tell past and resolved apart and say why something is not relevant.
    fn named(reason: &str) -> Self {
        match reason {
            "negated" => Self::Negated,
            "uncertain" => Self::Uncertain,
            "family" => Self::Family,
            "historical" | "resolved" => Self::Historical,
            "hypothetical" => Self::Hypothetical,
            "planned" => Self::Planned,
            "not_relevant" | "bundled" | "integral" => Self::NotRelevant,
            _ => Self::Silent,
        }
    }
}

/// Gold values against those of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct AssertionCounts([[usize; Value::COUNT]; Value::COUNT]);

impl AssertionCounts {
    /// Right, wrong and missed of one value. Sure gold codes are in the table as coded: refusing one is a wrong refusal.
    pub(crate) fn tally(&self, value: Value) -> Tally {
        let at = value as usize;
        let tp = self.0[at][at];
        let said: usize = self.0.iter().map(|row| row[at]).sum();
        let gold: usize = self.0[at].iter().sum();
        Tally { tp, fp: said - tp, fn_: gold - tp }
    }

    /// Of the distractors of which something is said, those of which the right thing is said.
    pub(crate) fn right_of_read(&self) -> Share {
        let mut share = Share::default();
        for value in Value::REASONS.map(|value| value as usize) {
            let said = &self.0[value];
            let read = said.iter().sum::<usize>() - said[Value::Silent as usize];
            share += Share { hit: said[value], of: read };
        }
        share
    }

    fn add(&mut self, gold: Value, said: Value) {
        self.0[gold as usize][said as usize] += 1;
    }
}

impl AddAssign for AssertionCounts {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *mine += theirs;
        }
    }
}

pub(super) fn count(note: &GoldNote, prediction: &Prediction) -> AssertionCounts {
    let mut counts = AssertionCounts::default();
    for distractor in &note.not_coded {
        let system = system_of(&distractor.wrong_code);
        let refused = said(&prediction.not_coded, system, &[&distractor.wrong_code], &[distractor.span]);
        let drafted = || prediction.suggestions.iter().any(|s| s.draft && falls_for(s, distractor));
        counts.add(
            Value::named(&distractor.reason),
            refused.unwrap_or_else(|| if drafted() { Value::Coded } else { Value::Silent }),
        );
    }
    for gold in note.codes.iter().filter(|gold| gold.certainty == Certainty::Sure) {
        let accepted: Vec<&str> = gold.accepted().collect();
        let met = |code: &str| accepted.iter().any(|a| normal(a) == normal(code));
        let drafted = prediction.suggestions.iter().any(|s| s.draft && s.system == gold.system && met(&s.code));
        let refused = || said(&prediction.not_coded, &gold.system, &accepted, &gold.evidence_spans);
        counts.add(Value::Coded, if drafted { Value::Coded } else { refused().unwrap_or(Value::Silent) });
    }
    counts
}

/// The reason that the report gives for words that touch one of `spans` and stand for one of `codes` (of diagnoses: for its
/// category). Where it gives several, that of the words that touch most.
fn said(refused: &[Refusal], system: &str, codes: &[&str], spans: &[CharSpan]) -> Option<Value> {
    let same = |a: &str, b: &str| match system {
        "ICD-10-CM" => category_of(a) == category_of(b),
        _ => normal(a) == normal(b),
    };
    let touched = |r: &Refusal| spans.iter().map(|span| r.span.overlap(*span)).max().unwrap_or(0);
    let near = refused.iter().filter(|r| r.system == system && codes.iter().any(|code| same(code, &r.code)));
    let most =
        near.map(|r| (touched(r), r)).filter(|(shared, _)| *shared > 0).reduce(|a, b| if b.0 > a.0 { b } else { a });
    most.map(|(_, r)| Value::named(&r.reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{Draft, arguable, distractor, drafted, note, sure};

    fn refusal(code: &str, reason: &str, start: usize, end: usize) -> Refusal {
        let span = CharSpan::new(start, end);
        Refusal { system: system_of(code).into(), code: code.into(), span, reason: reason.into() }
    }

    fn prediction(drafts: Vec<Draft>, not_coded: Vec<Refusal>) -> Prediction {
        let suggestions = drafts.into_iter().map(Into::into).collect();
        Prediction { id: "made-up".into(), suggestions, not_coded }
    }

    #[test]
    fn right_wrong_and_missed_by_hand() {
        let mut gold = note([sure("I10").at(40, 43)]);
        gold.not_coded = vec![
            distractor("negated", "J18.9", 0, 9),      // the report says the same
            distractor("negated", "R05.9", 10, 19),    // drafted
            distractor("family", "C50.919", 20, 29),   // called negated
            distractor("historical", "I63.9", 30, 39), // resolved is historical
            distractor("planned", "47562", 50, 59),    // not found
        ];
        let refused = vec![
            refusal("J18", "negated", 4, 9),
            refusal("C50.9", "negated", 20, 29),
            refusal("I63.9", "resolved", 30, 39),
            refusal("I10", "negated", 40, 43), // a sure code refused
        ];
        let counts = count(&gold, &prediction(vec![drafted("R05.9").at(10, 19)], refused));
        let tally = |tp, fp, fn_| Tally { tp, fp, fn_ };
        // Said to be negated: J18.9 rightly, C50 and I10 wrongly; R05.9 is missed.
        assert_eq!(counts.tally(Value::Negated), tally(1, 2, 1));
        assert_eq!(counts.tally(Value::Family), tally(0, 0, 1));
        assert_eq!(counts.tally(Value::Historical), tally(1, 0, 0));
        assert_eq!(counts.tally(Value::Planned), tally(0, 0, 1));
        // R05.9 was coded and should not have been; I10 should have been.
        assert_eq!(counts.tally(Value::Coded), tally(0, 1, 1));
        // Something is said of J18.9, R05.9 (a draft), C50 and I63.9; of two of them what gold says.
        assert_eq!(counts.right_of_read(), Share { hit: 2, of: 4 });
    }

    #[test]
    fn other_words_and_other_codes_say_nothing() {
        let mut gold = note([]);
        gold.not_coded = vec![distractor("negated", "J18.9", 0, 9)];
        for refused in [refusal("J18.9", "negated", 9, 12), refusal("J45.909", "negated", 0, 9)] {
            let counts = count(&gold, &prediction(vec![], vec![refused]));
            assert_eq!(counts.tally(Value::Negated), Tally { tp: 0, fp: 0, fn_: 1 });
        }
    }

    #[test]
    fn the_words_that_touch_most_decide() {
        let mut gold = note([]);
        gold.not_coded = vec![distractor("negated", "J18.9", 0, 9)];
        let refused = vec![refusal("J18.9", "family", 8, 20), refusal("J18.9", "negated", 0, 5)];
        assert_eq!(count(&gold, &prediction(vec![], refused)).tally(Value::Negated), Tally { tp: 1, fp: 0, fn_: 0 });
    }

    #[test]
    fn a_drafted_code_is_coded_even_where_it_is_refused_elsewhere() {
        let gold = note([sure("M17.11").or("M17.9").at(0, 9), arguable("I10").at(10, 13)]);
        let refused = vec![refusal("M17.9", "historical", 0, 9), refusal("I10", "negated", 10, 13)];
        let counts = count(&gold, &prediction(vec![drafted("M17.9")], refused));
        assert_eq!(counts.tally(Value::Coded), Tally { tp: 1, fp: 0, fn_: 0 });
        // An arguable code is in no table.
        assert_eq!(counts.tally(Value::Negated), Tally::default());
    }
}
