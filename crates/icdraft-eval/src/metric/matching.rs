//! Which suggestion meets which gold code.

use icdraft_corpus::profile::Headings;

use super::System;
use crate::gold::{Certainty, GoldCode, GoldNote};
use crate::prediction::Suggested;

/// The gold and the suggestions of one system in one note.
pub(crate) struct Case<'a> {
    /// Gold codes, first-listed first.
    pub(crate) gold: Vec<&'a GoldCode>,
    /// All suggestions, best first.
    pub(crate) ranked: Vec<&'a Suggested>,
    /// Those of the draft, best first.
    pub(crate) drafts: Vec<&'a Suggested>,
    /// The gold code that each draft meets.
    pub(crate) met: Vec<Option<&'a GoldCode>>,
    /// The gold code that each suggestion meets, drafted or not.
    pub(crate) ranked_met: Vec<Option<&'a GoldCode>>,
    /// Whether codes below a gold heading meet it.
    pub(crate) headings: Headings,
}

impl<'a> Case<'a> {
    pub(crate) fn of(system: System, headings: Headings, note: &'a GoldNote, suggestions: &'a [Suggested]) -> Self {
        let mut gold: Vec<&GoldCode> = note.codes.iter().filter(|c| c.system == system.name()).collect();
        gold.sort_by_key(|c| c.rank.unwrap_or(u32::MAX));
        let ranked: Vec<&Suggested> = suggestions.iter().filter(|s| s.system == system.name()).collect();
        let drafts: Vec<&Suggested> = ranked.iter().filter(|s| s.draft).copied().collect();
        // Only diagnoses have headings whose codes begin with theirs.
        let headings = if system == System::Icd10Cm { headings } else { Headings::Refused };
        let met = matched(&drafts, &gold, headings);
        let ranked_met = matched(&ranked, &gold, headings);
        Self { gold, ranked, drafts, met, ranked_met, headings }
    }

    /// The ranked list as it is judged: each suggestion with the sure gold code that it meets. Suggestions that meet an arguable code are
    /// left out.
    pub(crate) fn judged(&self) -> impl Iterator<Item = (&'a Suggested, Option<&'a GoldCode>)> {
        let met = self.ranked.iter().copied().zip(self.ranked_met.iter().copied());
        met.filter(|(_, gold)| gold.is_none_or(|g| g.certainty == Certainty::Sure))
    }

    /// Sure gold codes, first-listed first.
    pub(crate) fn sure(&self) -> impl Iterator<Item = &'a GoldCode> {
        self.gold.iter().filter(|c| c.certainty == Certainty::Sure).copied()
    }

    /// Drafts that meet a sure gold code, with that code.
    pub(crate) fn right(&self) -> impl Iterator<Item = (&'a Suggested, &'a GoldCode)> {
        let met = self.drafts.iter().zip(&self.met).filter_map(|(&draft, &gold)| Some((draft, gold?)));
        met.filter(|(_, gold)| gold.certainty == Certainty::Sure)
    }

    /// Every code that gold accepts, sure or arguable, alternatives with them; in [`normal`] form.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = String> {
        self.gold.iter().flat_map(|c| c.accepted()).map(normal)
    }
}

/// The gold code that each suggestion meets (icdraft gold conventions): its own code or one of its alternatives, each
/// gold code at most once, exact codes before alternatives, sure ones before arguable ones, better suggestions first. Where
/// headings are accepted, a code below a gold heading meets it, after exact codes.
fn matched<'a>(suggested: &[&Suggested], gold: &[&'a GoldCode], headings: Headings) -> Vec<Option<&'a GoldCode>> {
    let codes: Vec<String> = suggested.iter().map(|s| normal(&s.code)).collect();
    let exact: fn(&GoldCode, &str) -> bool = |gold, code| normal(&gold.code) == code;
    let below: fn(&GoldCode, &str) -> bool = |gold, code| is_below(code, &normal(&gold.code));
    let alternative: fn(&GoldCode, &str) -> bool = |gold, code| gold.alternatives.iter().any(|a| normal(a) == code);
    let mut free = gold.to_vec();
    let mut met = vec![None; suggested.len()];
    let ways = match headings {
        Headings::Refused => vec![exact, alternative],
        Headings::Accepted => vec![exact, below, alternative],
    };
    for accepts in ways {
        for certainty in [Certainty::Sure, Certainty::Arguable] {
            for (met, code) in met.iter_mut().zip(&codes).filter(|(met, _)| met.is_none()) {
                let found = free.iter().position(|gold| gold.certainty == certainty && accepts(gold, code));
                *met = found.map(|at| free.remove(at));
            }
        }
    }
    met
}

/// Whether `code` stands below the heading; both in [`normal`] form. Codes of the tabular list begin with those above them.
pub(super) fn is_below(code: &str, heading: &str) -> bool {
    code.len() > heading.len() && code.starts_with(heading)
}

/// The form in which codes are compared: upper case, no dot.
pub(crate) fn normal(code: &str) -> String {
    code.chars().filter(|&c| c != '.').map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{arguable, case, drafted, note, ranked, sure};

    /// The gold code that each draft meets, `-` for none.
    fn met(gold: &[crate::metric::made_up::Gold], drafts: &[&str]) -> Vec<String> {
        case(System::Icd10Cm, gold.to_vec(), drafts.iter().map(|d| drafted(d)).collect(), |case| {
            case.met.iter().map(|m| m.map_or("-".into(), |gold| gold.code.clone())).collect()
        })
    }

    #[test]
    fn dot_and_case_do_not_matter() {
        assert_eq!(met(&[sure("K40.90")], &["k4090"]), ["K40.90"]);
    }

    #[test]
    fn an_alternative_is_accepted() {
        assert_eq!(met(&[sure("M17.11").or("M17.9")], &["M17.9"]), ["M17.11"]);
    }

    #[test]
    fn exact_codes_go_before_alternatives() {
        // The better suggestion could take K40.90 by its alternative, but K40.20 has a place of its own.
        let gold = [sure("K40.90").or("K40.20"), sure("K40.20")];
        assert_eq!(met(&gold, &["K40.20", "K40.90"]), ["K40.20", "K40.90"]);
    }

    #[test]
    fn sure_codes_go_before_arguable_ones() {
        let gold = [arguable("R10.9").or("R10.84"), sure("R10.13").or("R10.84")];
        assert_eq!(met(&gold, &["R10.84"]), ["R10.13"]);
        // An exact arguable code still goes before a sure code's alternative.
        let gold = [sure("R10.13").or("R10.84"), arguable("R10.84")];
        assert_eq!(met(&gold, &["R10.84"]), ["R10.84"]);
    }

    #[test]
    fn a_gold_code_is_met_once() {
        assert_eq!(met(&[sure("I10")], &["I10", "I10"]), ["I10", "-"]);
        assert_eq!(met(&[sure("J44.9").or("J44.1")], &["J44.1", "J44.9"]), ["-", "J44.9"]);
    }

    #[test]
    fn only_the_own_system_and_only_drafts_are_matched() {
        let gold = vec![sure("I10"), sure("47562")];
        case(System::Cpt, gold, vec![ranked("47562"), drafted("I10"), drafted("47562")], |case| {
            assert_eq!((case.gold.len(), case.ranked.len(), case.drafts.len()), (1, 2, 1));
            assert_eq!(case.right().count(), 1);
        });
    }

    #[test]
    fn headings_are_met_by_what_stands_below_where_they_are_accepted() {
        let note = note([sure("E11"), sure("E11.9"), sure("I10")]);
        let drafts: Vec<Suggested> =
            ["E11.65", "E11.9", "E11.40", "I10"].iter().map(|code| drafted(code).into()).collect();
        let met = |headings| {
            let case = Case::of(System::Icd10Cm, headings, &note, &drafts);
            case.met.iter().map(|m| m.map_or("-".to_owned(), |gold| gold.code.clone())).collect::<Vec<_>>()
        };
        assert_eq!(met(Headings::Refused), ["-", "E11.9", "-", "I10"]);
        // E11.9 has its own place; the heading is met once, by the better of the others.
        assert_eq!(met(Headings::Accepted), ["E11", "E11.9", "-", "I10"]);
    }
}
