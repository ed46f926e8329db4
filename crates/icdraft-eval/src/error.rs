//! Mistakes by kind: what a wrong draft and a missed code have to do with each other, and what was known of a miss.

use icdraft_codeset::CodeSet;
use icdraft_corpus::profile::Headings;
use icdraft_note::Outline;
use serde::{Deserialize, Serialize};

use crate::gold::{GoldCode, GoldNote};
use crate::metric::System;
use crate::metric::code::category_of;
use crate::metric::distractor::falls_for;
use crate::metric::matching::{Case, normal};
use crate::metric::side::Titles;
use crate::prediction::{Prediction, Suggested};
use crate::span::CharSpan;

/// A wrong draft, a missed code, or both at once where one stands in the place of the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Id of the note.
    pub note: String,
    /// `ICD-10-CM` or `CPT`.
    pub system: String,
    /// What kind of mistake.
    pub kind: Kind,
    /// The gold code that is missed.
    pub gold: Option<String>,
    /// The code that is wrongly drafted.
    pub drafted: Option<String>,
    /// Kind of the section that its words stand in; `none` where no words are given.
    pub section: String,
}

/// Kinds of mistakes; of those that fit the first is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The title is right but for the side.
    WrongSide,
    /// The category is right, the code is not.
    WrongLeaf,
    /// Another category, or another procedure, on the words of the missed code.
    WrongCode,
    /// Words that gold says must not be coded.
    DistractorDrafted,
    /// Drafted, and neither in gold nor in the place of a missed code.
    NotInGold,
    /// Missed: suggested, but not drafted.
    BelowDraft,
    /// Missed: its words were understood and refused.
    Refused,
    /// Missed, though something was read from its words.
    MissedWithMention,
    /// Missed: nothing was read from its words.
    MissedWithoutMention,
}

impl Kind {
    /// Every kind, in the order in which they are tried.
    pub const ALL: [Self; 9] = [
        Self::WrongSide,
        Self::WrongLeaf,
        Self::WrongCode,
        Self::DistractorDrafted,
        Self::NotInGold,
        Self::BelowDraft,
        Self::Refused,
        Self::MissedWithMention,
        Self::MissedWithoutMention,
    ];

    /// In words.
    pub fn says(self) -> &'static str {
        match self {
            Self::WrongSide => "wrong side",
            Self::WrongLeaf => "wrong code of the right category",
            Self::WrongCode => "another code on the same words",
            Self::DistractorDrafted => "distractor drafted",
            Self::NotInGold => "drafted, not in gold",
            Self::BelowDraft => "missed: suggested below the draft",
            Self::Refused => "missed: understood and refused",
            Self::MissedWithMention => "missed: something else was read from its words",
            Self::MissedWithoutMention => "missed: nothing was read from its words",
        }
    }
}

/// Every mistake of a note: each wrong draft and each missed code in one of them.
pub(crate) fn mistakes(
    note: &GoldNote,
    prediction: Option<&Prediction>,
    set: &CodeSet,
    headings: Headings,
) -> Vec<Mistake> {
    let nothing = Prediction::default();
    let prediction = prediction.unwrap_or(&nothing);
    let reader = Reader { note, prediction, titles: Titles::of(set), outline: None };
    System::ALL.into_iter().fold((reader, Vec::new()), |(reader, found), system| reader.read(system, headings, found)).1
}

struct Reader<'a> {
    note: &'a GoldNote,
    prediction: &'a Prediction,
    titles: Titles<'a>,
    /// Made when the first mistake needs it.
    outline: Option<Outline>,
}

impl Reader<'_> {
    fn read(mut self, system: System, headings: Headings, mut found: Vec<Mistake>) -> (Self, Vec<Mistake>) {
        let case = Case::of(system, headings, self.note, &self.prediction.suggestions);
        let drafts = case.drafts.iter().zip(&case.met);
        let mut wrong: Vec<&Suggested> = drafts.filter(|(_, met)| met.is_none()).map(|(draft, _)| *draft).collect();
        let is_met = |gold: &GoldCode| case.met.iter().flatten().any(|met| std::ptr::eq(*met, gold));
        let mut missed: Vec<&GoldCode> = case.sure().filter(|gold| !is_met(gold)).collect();
        let mut pairs = Vec::new();
        for kind in [Kind::WrongSide, Kind::WrongLeaf, Kind::WrongCode] {
            wrong.retain(|draft| {
                let Some(at) = missed.iter().position(|gold| self.stands_for(kind, system, draft, gold)) else {
                    return true;
                };
                pairs.push((kind, Some(missed.remove(at)), Some(*draft)));
                false
            });
        }
        pairs.extend(wrong.into_iter().map(|draft| {
            let fallen = self.note.not_coded.iter().any(|distractor| falls_for(draft, distractor));
            (if fallen { Kind::DistractorDrafted } else { Kind::NotInGold }, None, Some(draft))
        }));
        pairs.extend(missed.into_iter().map(|gold| (self.why_missed(&case, gold), Some(gold), None)));
        for (kind, gold, drafted) in pairs {
            let of_draft = drafted.and_then(|draft| draft.evidence.first());
            let words = of_draft.or_else(|| gold.and_then(|gold| gold.evidence_spans.first())).copied();
            found.push(Mistake {
                note: self.note.id.clone(),
                system: system.name().into(),
                kind,
                gold: gold.map(|gold| gold.code.clone()),
                drafted: drafted.map(|draft| draft.code.clone()),
                section: self.section(words),
            });
        }
        (self, found)
    }

    /// Whether a wrong draft stands in the place of a missed code in this way.
    fn stands_for(&self, kind: Kind, system: System, draft: &Suggested, gold: &GoldCode) -> bool {
        match kind {
            Kind::WrongSide => system == System::Icd10Cm && self.titles.differ_by_side(&draft.code, &gold.code),
            Kind::WrongLeaf => system == System::Icd10Cm && category_of(&draft.code) == category_of(&gold.code),
            _ => draft.evidence.iter().any(|words| touches(*words, gold)),
        }
    }

    fn why_missed(&self, case: &Case<'_>, gold: &GoldCode) -> Kind {
        let accepted = |code: &str| gold.accepted().any(|a| normal(a) == normal(code));
        let near = |code: &str| accepted(code) || category_of(code) == category_of(&gold.code);
        let mut refused = self.prediction.not_coded.iter().filter(|r| touches(r.span, gold));
        if case.ranked_met.iter().flatten().any(|met| std::ptr::eq(*met, gold)) {
            Kind::BelowDraft
        } else if refused.clone().any(|r| r.system == gold.system && near(&r.code)) {
            Kind::Refused
        } else if refused.next().is_some()
            || self.prediction.suggestions.iter().flat_map(|s| &s.evidence).any(|words| touches(*words, gold))
        {
            Kind::MissedWithMention
        } else {
            Kind::MissedWithoutMention
        }
    }

    /// The kind of the section that words stand in.
    fn section(&mut self, words: Option<CharSpan>) -> String {
        let start = words.and_then(|words| self.note.text.char_indices().nth(words.start));
        let Some((at, _)) = start else { return "none".into() };
        let outline = self.outline.get_or_insert_with(|| Outline::of(&self.note.text));
        let section = outline.sections.iter().position(|s| (s.range.start..s.range.end).contains(&at));
        section.map_or("none", |section| outline.ruling_kind(section).name()).to_owned()
    }
}

fn touches(words: CharSpan, gold: &GoldCode) -> bool {
    gold.evidence_spans.iter().any(|span| span.overlap(words) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{Draft, Gold, arguable, distractor, drafted, note, ranked, sure};

    fn of(gold: Vec<Gold>, drafts: Vec<Draft>, refused: &str) -> Vec<(Kind, Option<String>, Option<String>)> {
        let mut note = note(gold);
        note.not_coded = vec![distractor("negated", "J18.9", 90, 99)];
        let prediction = Prediction {
            suggestions: drafts.into_iter().map(Into::into).collect(),
            not_coded: serde_json::from_str(refused).unwrap(),
            ..Prediction::default()
        };
        let found = mistakes(&note, Some(&prediction), &CodeSet::embedded(), Headings::Refused);
        found.into_iter().map(|m| (m.kind, m.gold, m.drafted)).collect()
    }

    fn one(gold: Vec<Gold>, drafts: Vec<Draft>) -> Kind {
        let found = of(gold, drafts, "[]");
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].0
    }

    #[test]
    fn a_wrong_draft_in_the_place_of_a_missed_code_is_one_mistake() {
        assert_eq!(one(vec![sure("G56.01")], vec![drafted("G56.02")]), Kind::WrongSide);
        assert_eq!(one(vec![sure("G56.01")], vec![drafted("G56.00")]), Kind::WrongSide);
        assert_eq!(one(vec![sure("K40.90")], vec![drafted("K40.20")]), Kind::WrongLeaf);
        assert_eq!(one(vec![sure("K40.90").at(0, 9)], vec![drafted("K42.9").at(5, 12)]), Kind::WrongCode);
        assert_eq!(one(vec![sure("47562").at(0, 9)], vec![drafted("47563").at(5, 12)]), Kind::WrongCode);
    }

    #[test]
    fn the_nearest_pairs_are_made_first() {
        // K40.20 comes first in the list, but G56.02 is nearer to G56.01 than to anything else on the same words.
        let gold = vec![sure("K42.9").at(0, 9), sure("G56.01").at(0, 9)];
        let found = of(gold, vec![drafted("K40.20").at(0, 9), drafted("G56.02").at(0, 9)], "[]");
        let code = |code: &str| Some(code.to_owned());
        let expected =
            [(Kind::WrongSide, code("G56.01"), code("G56.02")), (Kind::WrongCode, code("K42.9"), code("K40.20"))];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_stands_alone() {
        assert_eq!(one(vec![], vec![drafted("J18.9").at(95, 98)]), Kind::DistractorDrafted);
        assert_eq!(one(vec![], vec![drafted("J18.9").at(0, 3)]), Kind::NotInGold);
        assert_eq!(one(vec![sure("I10")], vec![ranked("I10")]), Kind::BelowDraft);
        assert_eq!(one(vec![sure("I10").at(0, 9)], vec![ranked("R03.0").at(4, 9)]), Kind::MissedWithMention);
        assert_eq!(one(vec![sure("I10").at(0, 9)], vec![]), Kind::MissedWithoutMention);
        let refused = r#"[{"system": "ICD-10-CM", "code": "I10", "start": 3, "end": 9, "reason": "negated"}]"#;
        assert_eq!(of(vec![sure("I10").at(0, 9)], vec![], refused)[0].0, Kind::Refused);
        assert_eq!(of(vec![sure("K42.9").at(0, 9)], vec![], refused)[0].0, Kind::MissedWithMention);
    }

    #[test]
    fn right_and_arguable_codes_are_no_mistakes() {
        assert_eq!(of(vec![sure("I10"), arguable("R10.9")], vec![drafted("I10"), drafted("R10.9")], "[]"), []);
        assert_eq!(of(vec![arguable("R10.9")], vec![], "[]"), []);
    }

    #[test]
    fn the_section_is_that_of_the_words() {
        let mut gold = note([sure("I10").at(32, 44)]);
        gold.text = "HISTORY: Fell.\n\nIMPRESSION: 1. Hypertension.\n".into();
        let found = mistakes(&gold, None, &CodeSet::embedded(), Headings::Refused);
        assert_eq!((found[0].section.as_str(), found[0].kind), ("impression", Kind::MissedWithoutMention));
        gold.codes[0].evidence_spans.clear();
        assert_eq!(mistakes(&gold, None, &CodeSet::embedded(), Headings::Refused)[0].section, "none");
    }
}
