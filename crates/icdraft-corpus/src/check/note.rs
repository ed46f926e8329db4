//! What one note says about itself: text, checksum, spans.

use crate::check::{Check, Finding, Placed};
use crate::gold::Certainty;
use crate::span::{CharSpan, CharText};
use crate::text::sha256;

pub(super) fn check(placed: &Placed) -> Vec<Finding> {
    let note = &placed.note;
    let mut findings = Vec::new();
    let mut say = |check, says: String| findings.push(placed.finding(check, says));
    if note.id.trim().is_empty() {
        say(Check::Id, "`id` is empty; give each note a name".into());
    }
    if note.text.trim().is_empty() {
        let says = "no text; join the annotations with their texts: icdraft corpus join";
        say(Check::Text, says.into());
        return findings;
    }
    if !note.sha256.is_empty() && !note.sha256.eq_ignore_ascii_case(&sha256(&note.text)) {
        let says =
            "`sha256` is not that of the text: the text was changed after annotation, or the sum was not renewed";
        say(Check::Checksum, says.into());
    }
    let text = CharText::new(&note.text);
    for code in &note.codes {
        if code.evidence_spans.is_empty() && code.certainty == Certainty::Sure {
            say(Check::Evidence, format!("{} is sure and has no evidence; mark the words that support it", code.code));
        }
        for &span in &code.evidence_spans {
            if let Some((check, says)) = wrong(span, &text) {
                say(check, format!("evidence of {}, {says}", code.code));
            }
        }
    }
    for distractor in &note.not_coded {
        if let Some((check, says)) = wrong(distractor.span, &text) {
            say(check, format!("distractor for {}, {says}", distractor.wrong_code));
        }
    }
    findings
}

/// What is wrong with a span, worst first.
fn wrong(span: CharSpan, text: &CharText<'_>) -> Option<(Check, String)> {
    let CharSpan { start, end } = span;
    let length = text.length();
    if !span.is_within(length) {
        let says =
            format!("[{start}, {end}]: empty or outside the text of {length} code points; count code points of `text`");
        return Some((Check::Span, says));
    }
    let words = text.slice(span).unwrap_or_default();
    if !words.chars().any(char::is_alphanumeric) {
        return Some((Check::Blank, format!("[{start}, {end}]: holds no word; mark the words")));
    }
    let letter =
        |at: usize| text.slice(CharSpan::new(at, at + 1)).is_some_and(|c| c.chars().all(char::is_alphanumeric));
    let cut = |at: usize| at > 0 && letter(at - 1) && letter(at);
    let place = match (cut(start), cut(end)) {
        (false, false) => return None,
        (true, _) => "begins",
        (false, true) => "ends",
    };
    Some((Check::Word, format!("[{start}, {end}]: {place} inside a word; mark whole words")))
}
