//! Words that may name a condition or a procedure: lines of lists, and the pieces between their commas, that no lexicon has read.

use icdraft_mention::{Meaning, Terminology};
use icdraft_note::{SectionKind, Span};

use crate::diagnosis::NoteRead;

/// Phrases of more words are no names of conditions.
const LONGEST: usize = 12;

/// Names of procedures are longer.
const LONGEST_TITLE: usize = 16;

/// Phrases of fewer bytes name nothing.
const SHORTEST: usize = 6;

/// Most phrases of a note that are looked up.
const MOST: usize = 60;

/// Words that may name a condition or a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) sentence: usize,
    pub(super) span: Span,
    /// Whether a lexicon found something of the kind in them.
    pub(super) known: bool,
}

/// Lines of diagnosis lists and their pieces in which no lexicon found a condition, and whole lines in which it found one.
pub(super) fn conditions(terminology: &Terminology, read: &NoteRead, text: &str) -> Vec<Phrase> {
    let found = |kind| names_conditions(kind).then_some(LONGEST);
    phrases(terminology, read, text, found, |meaning| matches!(meaning, Meaning::Diagnosis(_)))
}

/// Lines of procedures performed and their pieces in which no lexicon found a procedure.
pub(super) fn procedures(terminology: &Terminology, read: &NoteRead, text: &str) -> Vec<Phrase> {
    let title = |kind| (kind == SectionKind::ProcedurePerformed).then_some(LONGEST_TITLE);
    let mut all = phrases(terminology, read, text, title, |meaning| matches!(meaning, Meaning::Procedure(_)));
    all.retain(|phrase| !phrase.known);
    all
}

/// The phrases of the sections for which `longest` gives a number of words; `is_known` says what they are held against.
fn phrases(
    terminology: &Terminology,
    read: &NoteRead,
    text: &str,
    longest: impl Fn(SectionKind) -> Option<usize>,
    is_known: impl Fn(&Meaning) -> bool,
) -> Vec<Phrase> {
    let outline = &read.annotation.outline;
    let mut found: Vec<Phrase> = Vec::new();
    for (sentence, (line, section)) in outline.sentences.iter().enumerate() {
        let Some(longest) = longest(outline.ruling_kind(*section)) else { continue };
        let mentions = read.annotation.mentions.iter().filter(|m| m.sentence == sentence);
        let known: Vec<Span> =
            mentions.filter(|m| is_known(&terminology.concept(m.concept).meaning)).map(|m| m.span).collect();
        let whole = bare(text, line.span);
        for span in std::iter::once(whole).chain(pieces(text, line.span)) {
            let words = text[span].split_whitespace().count();
            let known = known.iter().any(|k| k.overlaps(span));
            let fits = (1..=longest).contains(&words) && span.len() >= SHORTEST;
            if fits && (!known || span == whole) && !found.iter().any(|p| p.span == span) {
                found.push(Phrase { sentence, span, known });
            }
        }
    }
    found.truncate(MOST);
    found
}

/// Whether a section is where conditions are named.
fn names_conditions(kind: SectionKind) -> bool {
    use SectionKind as S;
    matches!(
        kind,
        S::PostoperativeDiagnosis
            | S::Diagnosis
            | S::DischargeDiagnosis
            | S::Assessment
            | S::AssessmentPlan
            | S::Impression
            | S::Findings
            | S::Pathology
    )
}

/// The stretches of a sentence between its commas and brackets.
fn pieces(text: &str, sentence: Span) -> Vec<Span> {
    let mut start = sentence.start;
    let mut all = Vec::new();
    for part in text[sentence].split_inclusive([',', ';', ':', '(', ')', '+', '\n']) {
        all.push(bare(text, Span::new(start, start + part.len())));
        start += part.len();
    }
    all
}

/// The line without its number, its mark and its full stop.
fn bare(text: &str, sentence: Span) -> Span {
    let line = &text[sentence];
    let inner = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let start = sentence.start + line.len() - inner.len();
    let inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric());
    Span::new(start, start + inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_stops_do_not_belong_to_the_name() {
        let text = "1. Torn hangnail. \n- itch";
        assert_eq!(&text[bare(text, Span::new(0, 18))], "Torn hangnail");
        assert_eq!(&text[bare(text, Span::new(19, 25))], "itch");
        assert!(bare("12.", Span::new(0, 3)).is_empty());
    }

    #[test]
    fn pieces_between_commas() {
        let text = "1. Torn hangnail, left; itch (old)";
        let shown: Vec<&str> = pieces(text, Span::new(0, text.len())).into_iter().map(|s| &text[s]).collect();
        assert_eq!(shown, ["Torn hangnail", "left", "itch", "old"]);
    }
}
