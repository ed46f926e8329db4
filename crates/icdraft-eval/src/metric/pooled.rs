//! What has to be sorted over all notes: the area under the curve, and accuracy at coverage.

use super::matching::Case;

/// Something with a score in a note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) note: usize,
    /// The higher, the better.
    pub(crate) score: f64,
    pub(crate) right: bool,
}

/// Scored things of all notes, best first.
#[derive(Debug, Default)]
pub(crate) struct Pool(Vec<Scored>);

/// The score of a gold code that was not suggested: below every suggestion.
const NOT_SUGGESTED: f64 = -1.0;

/// The pairs of note and code that the area under the curve is of: suggestions and sure gold codes, those on arguable codes
/// left out. The score is the confidence; where a line has none, one by the place.
pub(super) fn pairs(case: &Case<'_>, note: usize) -> Vec<Scored> {
    let judged = (1..).zip(case.judged());
    let suggested = judged.map(|(place, (suggested, gold))| {
        let score = suggested.confidence.unwrap_or(1.0 / f64::from(place));
        Scored { note, score, right: gold.is_some() }
    });
    let suggested: Vec<Scored> = suggested.collect();
    let found = suggested.iter().filter(|s| s.right).count();
    let missed = Scored { note, score: NOT_SUGGESTED, right: true };
    let missed = std::iter::repeat_n(missed, case.sure().count() - found);
    suggested.iter().copied().chain(missed).collect()
}

/// The best suggestion of a note with a sure gold code: right where it meets the first-listed one.
pub(super) fn main(case: &Case<'_>, note: usize) -> Option<Scored> {
    let first_listed = case.sure().next()?;
    let best = case.judged().next();
    let score = best.map_or(NOT_SUGGESTED, |(suggested, _)| suggested.confidence.unwrap_or(0.0));
    let right = best.is_some_and(|(_, gold)| gold.is_some_and(|gold| std::ptr::eq(gold, first_listed)));
    Some(Scored { note, score, right })
}

/// Scored things with one score, weighed.
#[derive(Debug, Clone, Copy, Default)]
struct Tie {
    score: f64,
    right: f64,
    all: f64,
}

impl Pool {
    pub(crate) fn of(scored: impl Iterator<Item = Scored>) -> Self {
        let mut scored: Vec<Scored> = scored.collect();
        scored.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self(scored)
    }

    /// How many there are where every note counts as often as `weights` says.
    pub(crate) fn size(&self, weights: &[u32]) -> usize {
        self.0.iter().map(|s| weights[s.note] as usize).sum()
    }

    pub(crate) fn scored(&self) -> &[Scored] {
        &self.0
    }

    fn ties(&self, weights: &[u32]) -> Vec<Tie> {
        let mut ties: Vec<Tie> = Vec::new();
        for scored in &self.0 {
            let weight = f64::from(weights[scored.note]);
            let right = if scored.right { weight } else { 0.0 };
            match ties.last_mut() {
                Some(tie) if tie.score == scored.score => {
                    tie.right += right;
                    tie.all += weight;
                }
                _ => ties.push(Tie { score: scored.score, right, all: weight }),
            }
        }
        // Notes that were not drawn leave nothing.
        ties.retain(|tie| tie.all > 0.0);
        ties
    }

    /// Area under the receiver operating characteristic: how often a right one is scored above a wrong one, ties half
    /// (Hanley and McNeil, 1982); 0 where one of the two is missing.
    pub(crate) fn area(&self, weights: &[u32]) -> f64 {
        let (mut right_above, mut wrong_above, mut won) = (0.0, 0.0, 0.0);
        for tie in self.ties(weights) {
            let wrong = tie.all - tie.right;
            won += wrong * (right_above + tie.right / 2.0);
            right_above += tie.right;
            wrong_above += wrong;
        }
        let all = right_above * wrong_above;
        if all > 0.0 { won / all } else { 0.0 }
    }

    /// The share of right ones among the best `coverage` of all; of equals the expected share. 0 of nothing.
    pub(crate) fn accuracy_at(&self, coverage: f64, weights: &[u32]) -> f64 {
        let wanted = coverage * self.size(weights) as f64;
        let (mut right, mut taken) = (0.0, 0.0);
        for tie in self.ties(weights) {
            let part = tie.all.min(wanted - taken);
            if part <= 0.0 {
                break;
            }
            right += tie.right * part / tie.all;
            taken += part;
        }
        if taken > 0.0 { right / taken } else { 0.0 }
    }

    /// The largest share of all whose best have an accuracy of at least `accuracy`; cut between scores, never among equals.
    pub(crate) fn coverage_at(&self, accuracy: f64, weights: &[u32]) -> f64 {
        let all = self.size(weights) as f64;
        let (mut right, mut taken, mut best) = (0.0, 0.0, 0.0_f64);
        for tie in self.ties(weights) {
            right += tie.right;
            taken += tie.all;
            if right >= accuracy * taken {
                best = taken / all;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{arguable, case, drafted, ranked, sure};

    /// One to a note.
    fn pool(scored: &[(f64, bool)]) -> Pool {
        Pool::of(scored.iter().enumerate().map(|(note, &(score, right))| Scored { note, score, right }))
    }

    #[test]
    fn area_by_hand() {
        // Right: 0.9, 0.5. Wrong: 0.6, 0.5, 0.1. 0.9 wins 3; 0.5 loses to 0.6, ties with 0.5, wins over 0.1: 1.5. 4.5 of 6.
        let five = pool(&[(0.5, true), (0.9, true), (0.6, false), (0.5, false), (0.1, false)]);
        assert_eq!(five.area(&[1; 5]), 0.75);
        // The note of 0.6 drawn twice, that of 0.1 not: 0.9 wins 3 of 3, 0.5 half of 3. 3.5 of 6.
        assert!((five.area(&[1, 1, 2, 1, 0]) - 3.5 / 6.0).abs() < 1e-12);
        assert_eq!(pool(&[(0.5, true)]).area(&[1]), 0.0);
    }

    #[test]
    fn accuracy_at_coverage_by_hand() {
        let four = pool(&[(0.9, true), (0.8, false), (0.7, true), (0.6, true)]);
        // The best half: 0.9 right, 0.8 wrong. All: 3 of 4.
        assert_eq!((four.accuracy_at(0.5, &[1; 4]), four.accuracy_at(1.0, &[1; 4])), (0.5, 0.75));
        // 0.75 is reached by the best one, and again by all four.
        assert_eq!(four.coverage_at(0.75, &[1; 4]), 1.0);
        assert_eq!(four.coverage_at(0.95, &[1; 4]), 0.25);
        // Without the best note: 0.8 wrong, 0.7 right, the better half of 0.6 right.
        assert_eq!(four.accuracy_at(0.75, &[0, 1, 1, 2]), 2.0 / 3.0);
        assert_eq!(pool(&[(0.9, false)]).coverage_at(0.5, &[1]), 0.0);
        assert_eq!(pool(&[]).accuracy_at(0.5, &[]), 0.0);
    }

    #[test]
    fn of_equals_the_expected_share_is_taken() {
        // The best half of four equals, of which one is right.
        let equals = pool(&[(0.5, true), (0.5, false), (0.5, false), (0.5, false)]);
        assert_eq!(equals.accuracy_at(0.5, &[1; 4]), 0.25);
        assert_eq!(equals.coverage_at(1.0, &[1; 4]), 0.0);
    }

    #[test]
    fn pairs_are_suggestions_and_missed_gold_codes() {
        let gold = vec![sure("I10"), sure("E11.9"), arguable("R10.9")];
        let list = vec![drafted("I10").sure(0.8), ranked("R10.9").sure(0.7), ranked("K21.9")];
        let pairs = case(System::Icd10Cm, gold, list, |case| pairs(case, 3));
        // K21.9 has no confidence; it stands second among those that are judged.
        let expected = [(0.8, true), (0.5, false), (-1.0, true)];
        assert_eq!(pairs, expected.map(|(score, right)| Scored { note: 3, score, right }));
    }

    #[test]
    fn the_main_code_is_the_best_suggestion_against_the_first_listed() {
        let of =
            |list| case(System::Cpt, vec![sure("47562").rank(1), sure("49505").rank(2)], list, |case| main(case, 0));
        let scored = |score, right| Some(Scored { note: 0, score, right });
        assert_eq!(of(vec![drafted("47562").sure(0.9)]), scored(0.9, true));
        assert_eq!(of(vec![drafted("49505").sure(0.9), drafted("47562").sure(0.8)]), scored(0.9, false));
        assert_eq!(of(vec![]), scored(-1.0, false));
        assert_eq!(case(System::Cpt, vec![arguable("47562")], vec![], |case| main(case, 0)), None);
    }
}
