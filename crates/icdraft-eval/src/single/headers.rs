//! Headers of sections against headers that a corpus marks.

use std::collections::BTreeSet;
use std::path::Path;

use icdraft_note::Outline;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::figures;
use crate::evaluation::Options;
use crate::interval::Clusters;
use crate::jsonl::{self, ReadError};
use crate::metric::code::Tally;
use crate::span::CharSpan;
use crate::summary::{Figure, Group};

/// Longest sub-head that is one where the corpus does not mark it.
const LONGEST: usize = 60;

/// A note whose headers are marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderNote {
    /// Name.
    pub id: String,
    /// The note.
    pub text: String,
    /// Its headers.
    pub headers: Vec<CharSpan>,
}

impl HeaderNote {
    /// Reads one note a line.
    ///
    /// # Errors
    /// A line that is no such note, a span outside its text: see [`ReadError`].
    pub fn read(path: &Path) -> Result<Vec<Self>, ReadError> {
        let mut notes = Vec::new();
        for (line, note) in jsonl::read::<Self>(path, "a note {id, text, headers}")? {
            let length = note.text.chars().count();
            if let Some(&CharSpan { start, end }) = note.headers.iter().find(|span| !span.is_within(length)) {
                return Err(ReadError::Span { path: path.to_owned(), line, start, end, length });
            }
            notes.push(note);
        }
        Ok(notes)
    }
}

/// Precision, recall and F1 of headers. Right: the same words, with or without the colon, dash and spaces at their ends. Only
/// headers at the start of a line are scored; notes without marked headers are left out. A sub-head (HEENT inside a physical
/// examination) is right where the corpus marks it and no mistake where it does not, unless its section has no marked header,
/// it is longer than 60 characters, or it overlaps another header.
pub fn evaluate_headers(notes: &[HeaderNote], options: &Options) -> Vec<Figure> {
    let marked: Vec<&HeaderNote> = notes.iter().filter(|note| !note.headers.is_empty()).collect();
    let items: Vec<[Tally; 1]> = marked.par_iter().map(|note| [tally(note)]).collect();
    let clusters = Clusters::of(marked.iter().map(|_| None));
    figures(Group::Sections, ["section header"], &items, &clusters, options)
}

/// First and last byte of trimmed words.
type Words = (usize, usize);

fn tally(note: &HeaderNote) -> Tally {
    let text = note.text.as_str();
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let bytes: Vec<usize> = ends.collect();
    let gold: BTreeSet<Words> = note.headers.iter().map(|h| trimmed(text, bytes[h.start], bytes[h.end])).collect();
    let outline = Outline::of(text);
    let words: Vec<Option<Words>> = outline
        .sections
        .iter()
        .map(|section| section.header.filter(|h| h.end > h.start).map(|h| trimmed(text, h.start, h.end)))
        .collect();
    // What must be right, and what is no mistake where it is not marked.
    let (mut bound, mut free) = (BTreeSet::new(), BTreeSet::new());
    for (section, found) in outline.sections.iter().zip(&words) {
        let (Some(header), &Some(found)) = (section.header, found) else { continue };
        let before = text[..header.start].trim_end_matches([' ', '\t']);
        if !before.is_empty() && !before.ends_with('\n') {
            continue;
        }
        let in_marked = section.parent.is_some_and(|parent| words[parent].is_some_and(|words| gold.contains(&words)));
        if in_marked && text[found.0..found.1].chars().count() <= LONGEST {
            free.insert(found);
        } else {
            bound.insert(found);
        }
    }
    let all: Vec<Words> = bound.union(&free).copied().collect();
    let clashing = all.windows(2).filter(|pair| pair[1].0 < pair[0].1).map(|pair| pair[1]);
    let clashing: BTreeSet<Words> = clashing.filter(|words| free.contains(words)).collect();
    bound.extend(free.intersection(&gold).copied().chain(clashing));
    let tp = gold.intersection(&bound).count();
    Tally { tp, fp: bound.len() - tp, fn_: gold.len() - tp }
}

fn trimmed(text: &str, start: usize, end: usize) -> Words {
    let words = text[start..end].trim_end_matches([' ', ':', '\t', '-', '.']);
    let length = words.trim_start_matches([' ', '\t']).len();
    (start + words.len() - length, start + words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, headers: &[&str]) -> Tally {
        let place = |header: &&str| {
            let start = text.find(*header).unwrap();
            CharSpan::new(text[..start].chars().count(), text[..start + header.len()].chars().count())
        };
        tally(&HeaderNote { id: "a".into(), text: text.into(), headers: headers.iter().map(place).collect() })
    }

    const NOTE: &str = "HISTORY: Féver.\n\nPHYSICAL EXAMINATION:\nHEENT: Clear.\nLungs: Clear.\n\nPLAN: Rest.\n";

    #[test]
    fn right_missed_and_wrong_by_hand() {
        // Three of three, with or without the colon; the sub-heads are no mistakes.
        assert_eq!(of(NOTE, &["HISTORY", "PHYSICAL EXAMINATION:", "PLAN: "]), Tally { tp: 3, fp: 0, fn_: 0 });
        // A marked sub-head is right, an unmarked section wrong, marked words that are no header missed.
        assert_eq!(of(NOTE, &["PHYSICAL EXAMINATION", "HEENT", "PLAN", "Rest"]), Tally { tp: 3, fp: 1, fn_: 1 });
    }

    #[test]
    fn sub_heads_of_an_unmarked_section_are_wrong() {
        // HEENT and lungs stand in a section without a marked header: three wrong with it.
        assert_eq!(of(NOTE, &["HISTORY", "PLAN"]), Tally { tp: 2, fp: 3, fn_: 0 });
    }

    #[test]
    fn notes_without_marked_headers_are_left_out() {
        let note = |headers| HeaderNote { id: "a".into(), text: NOTE.into(), headers };
        let figures = evaluate_headers(&[note(vec![]), note(vec![CharSpan::new(0, 8)])], &Options::default());
        assert_eq!((figures[1].name.as_str(), figures[1].value, figures[1].n), ("section header recall", 1.0, 1));
    }
}
