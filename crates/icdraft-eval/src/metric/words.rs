//! The words that support codes, counted one by one: spans, tokens, and spans that contain the gold.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use super::code::Tally;
use super::matching::Case;
use crate::gold::{Certainty, GoldCode};
use crate::prediction::Suggested;
use crate::span::CharSpan;

/// Characters that a span may have on either side of the gold.
const SLACK: usize = 10;
/// Larger numbers are no tokens.
const LARGEST: u64 = 10;

/// Evidence of drafts against evidence of sure gold codes, as sets over (code, words). A draft that meets a gold code has its
/// name; drafts on arguable codes are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WordCounts {
    /// The same span (MDACE, exact span).
    pub(crate) exact: Tally,
    /// The same token at the same place (MDACE, position dependent).
    pub(crate) token: Tally,
    /// The same token anywhere (MDACE, position independent).
    pub(crate) anywhere: Tally,
    /// Codes with a span that contains a gold span with at most 10 characters to spare on either side (CodiEsp-X).
    pub(crate) contained: Tally,
}

impl AddAssign for WordCounts {
    fn add_assign(&mut self, other: Self) {
        self.exact += other.exact;
        self.token += other.token;
        self.anywhere += other.anywhere;
        self.contained += other.contained;
    }
}

/// `text` is the note's, by characters.
pub(super) fn count(case: &Case<'_>, text: &[char]) -> WordCounts {
    let judged = || {
        let drafts = case.drafts.iter().zip(&case.met).enumerate();
        drafts.filter(|(_, (_, met))| met.is_none_or(|gold| gold.certainty == Certainty::Sure))
    };
    // Gold codes have the numbers from 0, wrong drafts those that follow.
    let number = |gold: &GoldCode| case.gold.iter().position(|other| std::ptr::eq(*other, gold)).unwrap_or(usize::MAX);
    let drafted: Vec<(usize, CharSpan)> = judged()
        .flat_map(|(n, (draft, met))| {
            let code = met.map_or(case.gold.len() + n, number);
            draft.evidence.iter().map(move |span| (code, *span))
        })
        .collect();
    let gold: Vec<(usize, CharSpan)> =
        case.sure().flat_map(|gold| gold.evidence_spans.iter().map(move |span| (number(gold), *span))).collect();
    let spans = |all: &[(usize, CharSpan)]| all.iter().map(|(code, s)| (*code, s.start, s.end)).collect();
    let placed = |all: &[(usize, CharSpan)]| {
        let tokens = all.iter().flat_map(|(code, span)| tokens(text, *span).into_iter().map(move |t| (*code, t.0)));
        tokens.collect::<BTreeSet<_>>()
    };
    let anywhere = |all: &[(usize, CharSpan)]| {
        let tokens = all.iter().flat_map(|(code, span)| tokens(text, *span).into_iter().map(move |t| (*code, t.1)));
        tokens.collect::<BTreeSet<_>>()
    };
    let contained = case.right().filter(|(draft, gold)| contains(draft, gold)).count();
    WordCounts {
        exact: compared::<(usize, usize, usize)>(&spans(&drafted), &spans(&gold)),
        token: compared(&placed(&drafted), &placed(&gold)),
        anywhere: compared(&anywhere(&drafted), &anywhere(&gold)),
        contained: Tally { tp: contained, fp: judged().count() - contained, fn_: case.sure().count() - contained },
    }
}

fn compared<T: Ord>(drafted: &BTreeSet<T>, gold: &BTreeSet<T>) -> Tally {
    let tp = drafted.intersection(gold).count();
    Tally { tp, fp: drafted.len() - tp, fn_: gold.len() - tp }
}

fn contains(draft: &Suggested, gold: &GoldCode) -> bool {
    let around = |d: &CharSpan, g: &CharSpan| {
        d.start <= g.start && g.end <= d.end && g.start - d.start <= SLACK && d.end - g.end <= SLACK
    };
    draft.evidence.iter().any(|d| gold.evidence_spans.iter().any(|g| around(d, g)))
}

/// The tokens of a span, each with its place and in lower case: runs of letters, digits and underscores (`\w+`), whole numbers
/// above 10 left out (MDACE).
fn tokens(text: &[char], span: CharSpan) -> Vec<((usize, usize), String)> {
    let end = span.end.min(text.len());
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut at = span.start;
    while at < end {
        let length = text[at..end].iter().take_while(|&&c| is_part(c)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let token: String = text[at..at + length].iter().flat_map(|c| c.to_lowercase()).collect();
        // A number too long to be read is above 10 too.
        let is_number = token.chars().all(|c| c.is_ascii_digit());
        if !is_number || token.parse().is_ok_and(|n: u64| n <= LARGEST) {
            tokens.push(((at, at + length), token));
        }
        at += length;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{Draft, Gold, arguable, case, drafted, sure};

    //                     0         1         2         3
    //                     0123456789012345678901234567890123456789
    const TEXT: &str = "Asthma. Type 2 diabetes, HbA1c 11. asthma";

    fn of(gold: Vec<Gold>, drafts: Vec<Draft>) -> WordCounts {
        let text: Vec<char> = TEXT.chars().collect();
        case(System::Icd10Cm, gold, drafts, |case| count(case, &text))
    }

    fn tally(tp: usize, fp: usize, fn_: usize) -> Tally {
        Tally { tp, fp, fn_ }
    }

    #[test]
    fn exact_spans_by_hand() {
        // Gold: diabetes 8..23, asthma 0..6 and 35..41. Drafted: diabetes 8..23 and 8..12, asthma 0..6, reflux 8..23.
        let gold = vec![sure("E11.9").at(8, 23), sure("J45.909").at(0, 6).at(35, 41)];
        let drafts =
            vec![drafted("E11.9").at(8, 23).at(8, 12), drafted("J45.909").at(0, 6), drafted("K21.9").at(8, 23)];
        assert_eq!(of(gold, drafts).exact, tally(2, 2, 1));
    }

    #[test]
    fn tokens_by_hand() {
        // Gold tokens: type, 2, diabetes; asthma at 0. Drafted: 2, diabetes, hba1c (11 is left out); asthma at 35.
        let gold = vec![sure("E11.9").at(8, 23), sure("J45.909").at(0, 6)];
        let drafts = vec![drafted("E11.9").at(13, 33), drafted("J45.909").at(35, 41)];
        let counts = of(gold, drafts);
        assert_eq!(counts.token, tally(2, 2, 2));
        // Anywhere, the other asthma is the same token.
        assert_eq!(counts.anywhere, tally(3, 1, 1));
    }

    #[test]
    fn tokens_are_runs_of_letters_digits_and_underscores() {
        let text: Vec<char> = "Ménière's_x 10 11 007 123456789012345678901234 3b".chars().collect();
        let words: Vec<String> = tokens(&text, CharSpan::new(0, 99)).into_iter().map(|t| t.1).collect();
        assert_eq!(words, ["ménière", "s_x", "10", "007", "3b"]);
        // A span that cuts a word has its part.
        assert_eq!(tokens(&text, CharSpan::new(1, 4))[0], ((1, 4), "éni".to_owned()));
    }

    #[test]
    fn a_span_contains_the_gold_with_ten_characters_to_spare() {
        let contained =
            |start, end| of(vec![sure("E11.9").at(20, 23)], vec![drafted("E11.9").at(start, end)]).contained;
        assert_eq!(contained(10, 33), tally(1, 0, 0));
        assert_eq!(contained(9, 33), tally(0, 1, 1));
        assert_eq!(contained(10, 34), tally(0, 1, 1));
        assert_eq!(contained(21, 23), tally(0, 1, 1));
    }

    #[test]
    fn containment_counts_codes() {
        // One of two gold spans is enough; a wrong code is one wrong, an arguable one none; a missed code is one missed.
        let gold = vec![sure("J45.909").at(0, 6).at(35, 41), sure("E11.9").at(8, 23), arguable("R73.9").at(25, 33)];
        let drafts =
            vec![drafted("J45.909").at(35, 41).at(8, 12), drafted("K21.9").at(8, 23), drafted("R73.9").at(25, 33)];
        assert_eq!(of(gold, drafts).contained, tally(1, 1, 1));
    }
}
