//! Mean average precision as the scorer of CodiEsp computes it.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use icdraft_codeset::{Code, CodeSet};
use icdraft_corpus::profile::Headings;

use super::matching::{Case, is_below, normal};
use super::mean;

/// Codes of a note that are looked at.
const DEPTH: usize = 1000;

/// Average precision by the rules of the CodiEsp scorer (Miranda-Escalada et al., CLEF eHealth 2020): case does not matter,
/// codes that occur twice and codes outside the valid list are dropped without costing a place, the best 1000 count, and no
/// alternatives are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct CodiespCounts {
    average_precision: f64,
    /// Notes with a sure gold code and a valid suggestion: the documents in the run.
    pub(crate) in_run: usize,
    /// Notes with a sure gold code.
    pub(crate) in_gold: usize,
}

impl CodiespCounts {
    /// The official average: over the documents in the run.
    pub(crate) fn over_run(&self) -> f64 {
        mean(self.average_precision, self.in_run)
    }

    /// The average that a system cannot raise by leaving notes out.
    pub(crate) fn over_gold(&self) -> f64 {
        mean(self.average_precision, self.in_gold)
    }
}

impl AddAssign for CodiespCounts {
    fn add_assign(&mut self, other: Self) {
        self.average_precision += other.average_precision;
        self.in_run += other.in_run;
        self.in_gold += other.in_gold;
    }
}

pub(super) fn count(diagnoses: &Case<'_>, set: &CodeSet) -> CodiespCounts {
    let gold: BTreeSet<String> = diagnoses.sure().map(|gold| normal(&gold.code)).collect();
    if gold.is_empty() {
        return CodiespCounts::default();
    }
    let mut seen = BTreeSet::new();
    let (mut place, mut hits, mut precisions) = (0, 0, 0.0);
    for suggested in &diagnoses.ranked {
        let code = under_its_heading(normal(&suggested.code), &gold, diagnoses.headings);
        let valid = gold.contains(&code) || code.parse::<Code>().is_ok_and(|code| set.resolve(code).is_some());
        if place == DEPTH || !valid || !seen.insert(code.clone()) {
            continue;
        }
        place += 1;
        if gold.contains(&code) {
            hits += 1;
            precisions += f64::from(hits) / place as f64;
        }
    }
    CodiespCounts { average_precision: mean(precisions, gold.len()), in_run: usize::from(place > 0), in_gold: 1 }
}

/// The gold heading that a code stands below, where headings are accepted; otherwise the code.
fn under_its_heading(code: String, gold: &BTreeSet<String>, headings: Headings) -> String {
    if headings == Headings::Refused || gold.contains(&code) {
        return code;
    }
    let nearest = gold.iter().filter(|heading| is_below(&code, heading)).max_by_key(|heading| heading.len());
    nearest.cloned().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Gold, arguable, case, note, ranked, sure};
    use crate::prediction::Suggested;

    fn of(gold: Vec<Gold>, list: &[&str]) -> CodiespCounts {
        let set = CodeSet::embedded();
        let list = list.iter().map(|c| ranked(c)).collect();
        case(System::Icd10Cm, gold, list, |case| count(case, &set))
    }

    #[test]
    fn repeated_and_invalid_codes_cost_no_place() {
        // The list is i10, Q99.99 (no code), I10 again, K21.9, E11.9: valid and new are i10, K21.9, E11.9.
        // Hits at the places 1 and 3; N39.0 is not found: (1/1 + 2/3 + 0) / 3 = 5/9.
        let gold = || vec![sure("I10"), sure("E11.9"), sure("N39.0")];
        let note = of(gold(), &["i10", "Q99.99", "I10", "K21.9", "e119"]);
        assert!((note.over_run() - 5.0 / 9.0).abs() < 1e-12);
        // The plain figure lets both cost a place: (1/1 + 2/5) / 3.
        let list: Vec<_> = ["i10", "Q99.99", "I10", "K21.9", "e119"].map(ranked).into();
        let plain = case(System::Icd10Cm, gold(), list, crate::metric::rank::count);
        assert!((plain.average_precision - 1.4 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_run_decides_what_is_averaged() {
        // Three notes: average precision 1, 1/2, and one for which nothing valid was suggested.
        let mut counts = of(vec![sure("I10")], &["I10"]);
        counts += of(vec![sure("I10")], &["E11.9", "I10"]);
        counts += of(vec![sure("I10")], &["no code"]);
        counts += of(vec![arguable("I10")], &["I10"]);
        assert_eq!((counts.in_run, counts.over_run()), (2, 0.75));
        assert_eq!((counts.in_gold, counts.over_gold()), (3, 0.5));
    }

    #[test]
    fn gold_codes_are_valid_and_alternatives_are_not_accepted() {
        // "Q99.99" is no code of the release, but gold has it.
        assert_eq!(of(vec![sure("Q99.99")], &["Q99.99"]).over_run(), 1.0);
        assert_eq!(of(vec![sure("M17.11").or("M17.9")], &["M17.9"]).over_run(), 0.0);
    }

    #[test]
    fn codes_below_an_accepted_heading_are_the_heading_once() {
        let note = note([sure("E11"), sure("I10")]);
        let list: Vec<Suggested> = ["E11.9", "E11.65", "I10"].map(|code| ranked(code).into()).into();
        let set = CodeSet::embedded();
        let of = |headings| count(&Case::of(System::Icd10Cm, headings, &note, &list), &set).over_run();
        // E11 at the first place, E11.65 is E11 again and dropped, I10 at the second: (1/1 + 2/2) / 2.
        assert_eq!(of(Headings::Accepted), 1.0);
        // Without headings I10 alone is found, at the third place: (1/3) / 2.
        assert!((of(Headings::Refused) - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn the_best_thousand_count() {
        let set = CodeSet::embedded();
        let others = set.billable().filter(|code| code.as_str() != "I10").map(|code| code.to_string());
        let mut list: Vec<String> = others.take(DEPTH).collect();
        list.push("I10".into());
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        assert_eq!(of(vec![sure("I10")], &list).over_run(), 0.0);
        assert_eq!(of(vec![sure("I10")], &list[1..]).over_run(), 1.0 / 1000.0);
    }
}
