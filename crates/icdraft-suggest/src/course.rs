//! How an operation went: converted, stopped, staged, assisted (`data/course.tsv`).

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use icdraft_note::{SectionKind, Span};
use serde::Deserialize;

use crate::knowledge::rows;
use crate::rule::Draft;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Course {
    Converted,
    Stopped,
    BeforeAnesthesia,
    NotDone,
    LaterStage,
    Staged,
    UnplannedReturn,
    IAssisted,
    NoResident,
    CoSurgeon,
}

#[derive(Debug, Deserialize)]
struct Row {
    words: String,
    means: Course,
    unless: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| rows(include_bytes!("../data/course.tsv")));

/// Where a note tells a course.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) span: Span,
    pub(crate) section: SectionKind,
    /// Number of the sentence in the note.
    pub(crate) sentence: usize,
}

/// The words of every row, to be found in one pass.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = ROWS.iter().map(|r| r.words.as_str());
    let found = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
    found.expect("a hundred short rows are far below the automaton's limits")
});

/// Every place of a note that tells the course, in order: the first of each sentence.
pub(crate) fn told(draft: &Draft<'_>, note: usize, course: Course) -> Vec<Told> {
    let outline = &draft.notes[note].annotation.outline;
    let text = draft.encounter.notes[note].text.as_str();
    let mut places: Vec<Told> = Vec::new();
    for found in WORDS.find_overlapping_iter(text).filter(|m| ROWS[m.pattern()].means == course) {
        let at = outline.sentences.partition_point(|(s, _)| s.span.start <= found.start());
        let Some((number, (sentence, section))) = at.checked_sub(1).map(|n| (n, &outline.sentences[n])) else {
            continue;
        };
        if places.iter().any(|p| p.sentence == number) {
            continue;
        }
        if let Some(span) = said(&text[sentence.span], course) {
            let span = Span::new(sentence.span.start + span.start, sentence.span.start + span.end);
            places.push(Told { span, section: outline.ruling_kind(*section), sentence: number });
        }
    }
    places
}

/// Where a sentence says the course.
pub(crate) fn said(sentence: &str, course: Course) -> Option<Span> {
    let lower = sentence.to_ascii_lowercase();
    ROWS.iter().filter(|r| r.means == course).find_map(|row| {
        let start = place(&lower, &row.words)?;
        let kept = row.unless.split('|').filter(|w| !w.is_empty()).all(|w| place(&lower, w).is_none());
        kept.then(|| Span::new(start, start + row.words.len()))
    })
}

/// Where words stand between word boundaries.
fn place(lower: &str, words: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    lower
        .match_indices(words)
        .map(|(at, _)| at)
        .find(|&at| !inside(lower[..at].chars().next_back()) && !inside(lower[at + words.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_boundaries_unless_others_stand_there() {
        let converted = |text| said(text, Course::Converted);
        assert_eq!(converted("It was converted to open."), Some(Span::new(7, 24)));
        assert_eq!(converted("The risk of being converted to open was explained."), None);
        assert_eq!(said("the case was abortedx", Course::Stopped), None);
    }

    #[test]
    fn every_course_has_words_in_lower_case() {
        for row in ROWS.iter() {
            assert_eq!(row.words, row.words.to_lowercase().trim(), "data/course.tsv");
        }
    }
}
