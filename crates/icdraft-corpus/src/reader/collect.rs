//! Gathering annotations into gold notes: spans of one code come together, every span is held against its text.

use std::fmt::Write as _;

use crate::gold::{Certainty, GoldCode, GoldNote, SCHEMA};
use crate::reader::{Options, Pieces};
use crate::span::{CharSpan, CharText};
use crate::system::printed;
use crate::text::sha256;

/// Adds a code, or its spans to the line that has it already. A code that one annotation is sure of is sure. The same
/// procedure with other modifiers (the other side) is a line of its own.
pub(crate) fn add_code(codes: &mut Vec<GoldCode>, new: GoldCode) {
    let new = GoldCode { code: printed(&new.system, &new.code), ..new };
    let alike = |a: &[String], b: &[String]| a.is_empty() || b.is_empty() || a.iter().all(|m| b.contains(m));
    let same =
        |c: &&mut GoldCode| (&c.system, &c.code) == (&new.system, &new.code) && alike(&c.modifiers, &new.modifiers);
    let Some(old) = codes.iter_mut().find(same) else {
        codes.push(new);
        return;
    };
    for span in new.evidence_spans {
        if !old.evidence_spans.contains(&span) {
            old.evidence_spans.push(span);
        }
    }
    for modifier in new.modifiers {
        if !old.modifiers.contains(&modifier) {
            old.modifiers.push(modifier);
        }
    }
    old.rank = [old.rank, new.rank].into_iter().flatten().min();
    old.units = old.units.max(new.units);
    if new.certainty == Certainty::Sure {
        old.certainty = Certainty::Sure;
    }
}

/// Spans as the options want the pieces of one annotation.
pub(super) fn spans(pieces: Vec<CharSpan>, as_: Pieces) -> Vec<CharSpan> {
    let hull = |spans: &[CharSpan]| {
        let start = spans.iter().map(|s| s.start).min()?;
        Some(CharSpan::new(start, spans.iter().map(|s| s.end).max()?))
    };
    match as_ {
        Pieces::Apart => pieces,
        Pieces::Joined => hull(&pieces).into_iter().collect(),
    }
}

/// Reads `12 20;33 40`.
pub(super) fn pieces(text: &str) -> Option<Vec<CharSpan>> {
    let piece = |piece: &str| {
        let (start, end) = piece.trim().split_once(char::is_whitespace)?;
        Some(CharSpan::new(start.parse().ok()?, end.trim().parse().ok()?))
    };
    text.split(';').map(piece).collect()
}

/// What is wrong with spans of this text, for an error message: offsets only, never words.
pub(super) fn outside(spans: &[CharSpan], text: &CharText<'_>) -> Option<String> {
    let length = text.length();
    let CharSpan { start, end } = spans.iter().find(|span| !span.is_within(length))?;
    Some(format!(
        "span {start} {end} is empty or outside the text of {length} code points; offsets count Unicode code points of the \
         text as it was annotated"
    ))
}

/// Whether the words of the spans are the words that the annotation quotes, whatever the white space between them. The
/// order of pieces is the annotator's.
pub(super) fn quotes(spans: &[CharSpan], text: &CharText<'_>, quoted: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        if spans.len() > 1 {
            letters.sort_unstable();
        }
        letters
    };
    let mut words = String::new();
    for &span in spans {
        let _ = write!(words, "{} ", text.slice(span).unwrap_or_default());
    }
    letters(&words) == letters(quoted)
}

/// A note ready to be written: in the order of its text, with version, split and checksum.
pub(super) fn finished(mut note: GoldNote, options: &Options) -> GoldNote {
    for code in &mut note.codes {
        code.evidence_spans.sort_by_key(|span| (span.start, span.end));
    }
    note.not_coded.sort_by_key(|distractor| (distractor.span.start, distractor.span.end));
    note.schema = Some(SCHEMA.into());
    // A checksum that the corpus brings is for `check` to judge.
    if note.sha256.is_empty() {
        note.sha256 = sha256(&note.text);
    }
    if options.split.is_some() {
        note.split.clone_from(&options.split);
    }
    if let Some(set) = &options.set {
        note.set.clone_from(set);
    }
    note
}
