//! What is left for a coder to do.

use std::ops::AddAssign;

use super::Share;
use super::matching::Case;
use crate::gold::Certainty;

/// Confidence at and above which a code would be taken without a look.
pub(crate) const THRESHOLDS: [f64; 11] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99];

/// Reading, and notes that nobody would have to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WorkloadCounts {
    /// Drafts, with those that are right.
    pub(crate) draft: Share,
    /// Suggestions, drafted or not, with those that are right.
    pub(crate) list: Share,
    pub(crate) notes: usize,
    /// At each threshold the notes that could be closed, and those of them with an error.
    pub(crate) closed: [Closed; THRESHOLDS.len()],
}

/// Notes closed without a coder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Closed {
    pub(crate) notes: usize,
    /// Those with a wrong code or without a sure one.
    pub(crate) wrong: usize,
}

impl AddAssign for Closed {
    fn add_assign(&mut self, other: Self) {
        self.notes += other.notes;
        self.wrong += other.wrong;
    }
}

impl AddAssign for WorkloadCounts {
    fn add_assign(&mut self, other: Self) {
        self.draft += other.draft;
        self.list += other.list;
        self.notes += other.notes;
        self.closed.iter_mut().zip(other.closed).for_each(|(mine, theirs)| *mine += theirs);
    }
}

pub(super) fn count(cases: &[&Case<'_>]) -> WorkloadCounts {
    let mut counts = WorkloadCounts { notes: 1, ..WorkloadCounts::default() };
    for case in cases {
        counts.draft += Share { hit: case.right().count(), of: case.drafts.len() };
        let right = case.judged().filter(|(_, gold)| gold.is_some()).count();
        counts.list += Share { hit: right, of: case.ranked.len() };
    }
    for (closed, threshold) in counts.closed.iter_mut().zip(THRESHOLDS) {
        if is_closed(cases, threshold) {
            closed.notes = 1;
            closed.wrong = usize::from(cases.iter().any(|case| has_error(case, threshold)));
        }
    }
    counts
}

/// Whether nothing is in doubt: every suggestion is at or above `threshold` or as far below 1 - `threshold`, and there is
/// one to take.
fn is_closed(cases: &[&Case<'_>], threshold: f64) -> bool {
    let mut taken = false;
    for suggested in cases.iter().flat_map(|case| &case.ranked) {
        let Some(confidence) = suggested.confidence else { return false };
        // Half a unit of the fourth place, the last that reports have.
        let sure = confidence + 5e-5 >= threshold;
        if !sure && confidence - 5e-5 > 1.0 - threshold {
            return false;
        }
        taken |= sure;
    }
    taken
}

/// Whether the codes at or above the threshold are not those of the gold.
fn has_error(case: &Case<'_>, threshold: f64) -> bool {
    let all = case.ranked.iter().zip(&case.ranked_met);
    let taken = all.filter(|(suggested, _)| suggested.confidence.is_some_and(|c| c + 5e-5 >= threshold));
    let met: Vec<_> = taken.map(|(_, met)| *met).collect();
    let found = met.iter().flatten().filter(|gold| gold.certainty == Certainty::Sure).count();
    met.contains(&None) || found < case.sure().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Draft, Gold, arguable, case, drafted, ranked, sure};

    fn of(gold: Vec<Gold>, list: Vec<Draft>) -> WorkloadCounts {
        case(System::Icd10Cm, gold, list, |case| count(&[case]))
    }

    /// Whether the note is closed, and wrong, at 0.6 and at 0.9.
    fn closed(gold: Vec<Gold>, list: Vec<Draft>) -> [(usize, usize); 2] {
        let counts = of(gold, list);
        [2, 8].map(|at| (counts.closed[at].notes, counts.closed[at].wrong))
    }

    #[test]
    fn codes_read_per_right_code() {
        let gold = vec![sure("I10"), arguable("R10.9")];
        let list = vec![drafted("I10"), drafted("R10.9"), drafted("K21.9"), ranked("E11.9")];
        let counts = of(gold, list);
        // One right code in three drafts, in four suggestions: an arguable one is read too.
        assert_eq!((counts.draft, counts.list), (Share { hit: 1, of: 3 }, Share { hit: 1, of: 4 }));
    }

    #[test]
    fn a_note_is_closed_where_nothing_is_in_doubt() {
        let gold = || vec![sure("I10")];
        // 0.7 is enough at 0.6, not at 0.9.
        assert_eq!(closed(gold(), vec![drafted("I10").sure(0.7)]), [(1, 0), (0, 0)]);
        // A second suggestion at 0.3 is below 1 - 0.6, and in doubt between 0.1 and 0.9.
        let list = || vec![drafted("I10").sure(0.95), ranked("K21.9").sure(0.3)];
        assert_eq!(closed(gold(), list()), [(1, 0), (0, 0)]);
        // The ends belong to what is settled.
        assert_eq!(closed(gold(), vec![drafted("I10").sure(0.9), ranked("K21.9").sure(0.1)]), [(1, 0), (1, 0)]);
        // Nothing to take, or no confidence: a coder has to read it.
        assert_eq!(closed(gold(), vec![ranked("I10").sure(0.05)]), [(0, 0), (0, 0)]);
        assert_eq!(closed(gold(), vec![drafted("I10")]), [(0, 0), (0, 0)]);
    }

    #[test]
    fn a_closed_note_is_wrong_where_its_codes_are_not_those_of_the_gold() {
        let sure_of = |code: &str| drafted(code).sure(0.95);
        // A wrong code, a missed one, an arguable one.
        assert_eq!(closed(vec![sure("I10")], vec![sure_of("I10"), sure_of("K21.9")])[1], (1, 1));
        assert_eq!(closed(vec![sure("I10"), sure("E11.9")], vec![sure_of("I10")])[1], (1, 1));
        assert_eq!(closed(vec![sure("I10"), arguable("E11.9")], vec![sure_of("I10"), sure_of("E11.9")])[1], (1, 0));
        // The right code is there but below the threshold: the note that would be closed lacks it.
        let list = vec![sure_of("E11.9"), ranked("I10").sure(0.02)];
        assert_eq!(closed(vec![sure("I10"), sure("E11.9")], list)[1], (1, 1));
    }

    #[test]
    fn all_systems_must_be_settled() {
        let gold = vec![sure("I10"), sure("47562")];
        let note = crate::metric::made_up::note(gold);
        let list = [drafted("I10").sure(0.95).into(), drafted("47562").sure(0.7).into()];
        let of = |system| Case::of(system, icdraft_corpus::profile::Headings::Refused, &note, &list);
        let counts = count(&[&of(System::Icd10Cm), &of(System::Cpt)]);
        assert_eq!((counts.closed[2].notes, counts.closed[8].notes), (1, 0));
    }
}
