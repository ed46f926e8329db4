//! The outline of a note: ranges tile it, parents come first, sentences stand in order, and no word is lost.

use icdraft_note::{Outline, SectionKind, Span, decode};

/// The input is the note.
pub fn check(data: &[u8]) {
    let (text, _) = decode(data);
    let outline = Outline::of(&text);
    sections(&text, &outline);
    sentences(&text, &outline);
    assert_eq!(outline, Outline::of(&text), "the same text gives the same outline");
}

fn sections(text: &str, outline: &Outline) {
    assert!(!outline.sections.is_empty(), "every note has a section");
    let mut at = 0;
    for (n, section) in outline.sections.iter().enumerate() {
        assert_eq!(section.id, n, "ids are places");
        assert_eq!(section.range.start, at, "ranges tile the note");
        at = section.range.end;
        crate::assert_cuts(text, section.range, "range");
        crate::assert_cuts(text, section.body, "body");
        assert!(section.range.contains(section.body), "a body leaves its section");
        assert_eq!(section.body.end, section.range.end, "a body reaches to the end of its section");
        if let Some(header) = section.header {
            crate::assert_cuts(text, header, "header");
            assert!(!text[header].trim().is_empty(), "a header without words");
            assert!(section.range.start <= header.start, "a header leaves its section");
            assert!(header.end <= section.body.start, "a header stands before its body");
            assert_wordless(text, Span::new(header.end, section.body.start));
        } else {
            assert_eq!(section.body, section.range, "without a header all is body");
        }
        if let Some(parent) = section.parent {
            assert!(parent < n, "a parent comes first");
        }
        assert_eq!(SectionKind::named(outline.ruling_kind(n).name()), Some(outline.ruling_kind(n)));
    }
    assert_eq!(at, text.len(), "ranges reach to the end of the note");
}

fn sentences(text: &str, outline: &Outline) {
    let mut read: Vec<usize> = outline.sections.iter().map(|s| s.body.start).collect();
    let mut last = (0, 0);
    for (sentence, section) in &outline.sentences {
        let span = sentence.span;
        crate::assert_cuts(text, span, "sentence");
        assert!(last.0 <= span.start && last.1 <= *section, "sentences overlap or run backwards");
        last = (span.end, *section);
        assert!(!span.is_empty(), "a sentence without words");
        assert_eq!(span.trim(text), span, "a sentence is trimmed");
        let home = &outline.sections[*section];
        // The header of a problem is a sentence too.
        if home.header == Some(span) {
            continue;
        }
        assert!(home.body.contains(span), "a sentence leaves its section");
        assert_wordless(text, Span::new(read[*section], span.start));
        read[*section] = span.end;
    }
    for (section, read) in outline.sections.iter().zip(read) {
        assert_wordless(text, Span::new(read, section.body.end));
    }
}

/// What belongs to no header and no sentence holds no letter and no digit, but for markup.
fn assert_wordless(text: &str, span: Span) {
    let mut rest = &text[span];
    while let Some(at) = rest.find(|c: char| c.is_alphanumeric() || matches!(c, '\\' | '<')) {
        let after = markup(&rest[at..]);
        assert!(after.len() < rest.len(), "words of {span:?} are in no header and no sentence");
        rest = after;
    }
}

/// What follows the tag or the escape that `rest` begins with ("<b>", `\par`, `\.br\`); `rest` where it begins with none.
fn markup(rest: &str) -> &str {
    let end = match rest.as_bytes() {
        [b'<', ..] => rest.bytes().take(10).position(|b| b == b'>').map_or(1, |at| at + 1),
        [b'\\', b'.', b'b', b'r', b'\\', ..] => 5,
        [b'\\', word @ ..] => 1 + word.iter().take_while(|b| b.is_ascii_alphanumeric()).count(),
        _ => 0,
    };
    &rest[end..]
}
