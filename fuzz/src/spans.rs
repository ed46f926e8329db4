//! Decoding, offsets in three units against counting, and trimming.

use icdraft_note::{Offsets, Span, Unit, decode};

/// The input is the text.
pub fn check(data: &[u8]) {
    let (text, replaced) = decode(data);
    let given = std::str::from_utf8(data).map_or_else(|_| marks_in(data), |valid| valid.matches('\u{fffd}').count());
    assert_eq!(text.matches('\u{fffd}').count(), given + replaced, "each invalid stretch is counted once");
    offsets_count(&text);
    trims(&text);
}

/// U+FFFD that stood in the input before anything was replaced.
fn marks_in(data: &[u8]) -> usize {
    data.utf8_chunks().map(|c| c.valid().matches('\u{fffd}').count()).sum()
}

fn offsets_count(text: &str) {
    let prepared = [Unit::Bytes, Unit::Chars, Unit::Utf16].map(|unit| Offsets::new(text, unit));
    let mut counted = [0; 3];
    let ends = text.char_indices().map(|(at, c)| (at, Some(c))).chain([(text.len(), None)]);
    for (at, c) in ends {
        for (offsets, counted) in prepared.iter().zip(counted) {
            assert_eq!(offsets.of(text, at), counted, "byte {at}: {offsets:?}");
            assert_eq!(offsets.span(text, Span::new(0, at)), (0, counted), "to byte {at}");
        }
        if let Some(c) = c {
            counted[0] += c.len_utf8();
            counted[1] += 1;
            counted[2] += c.len_utf16();
        }
    }
}

/// How many characters the spans hold that are tried at each place.
const WIDTHS: [usize; 5] = [0, 1, 2, 5, 17];

fn trims(text: &str) {
    let mut bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bounds.push(text.len());
    for (n, &start) in bounds.iter().enumerate() {
        let ends = WIDTHS.iter().filter_map(|width| bounds.get(n + width));
        for &end in ends.chain([&text.len()]) {
            trim(text, Span::new(start, end));
        }
        trim(text, Span::new(0, start));
    }
}

fn trim(text: &str, span: Span) {
    let trimmed = span.trim(text);
    crate::assert_cuts(text, trimmed, "trimmed span");
    assert!(span.contains(trimmed), "{trimmed:?} is not inside {span:?}");
    assert_eq!(&text[trimmed], text[span].trim());
    assert_eq!(trimmed.trim(text), trimmed, "trimming twice changes nothing more");
}
