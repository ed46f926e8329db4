//! Mentions of a note, and the judgement of spans that a caller brings.

use std::sync::LazyLock;

use icdraft_codeset::CodeSet;
use icdraft_mention::assertion::Assertion;
use icdraft_mention::{Annotation, Laterality, Procedures, Terminology};
use icdraft_note::{Note, Patient, Span, decode};

static TERMINOLOGY: LazyLock<Terminology> = LazyLock::new(|| {
    Terminology::new(&CodeSet::embedded(), Procedures::Lexicon).expect("the embedded lexicons are sound")
});

/// The input is a note in which braces mark the spans to judge: `No evidence of {pneumonia}.`
pub fn check(data: &[u8]) {
    let (text, spans) = marked(&decode(data).0);
    let note = Note { id: "n".into(), text, ..Note::default() };
    let text = note.text.as_str();
    let annotation = Annotation::of(&TERMINOLOGY, &note, Patient::default());
    mentions(text, &annotation);
    let sentences = annotation.outline.sentences.iter().map(|(s, _)| s.span);
    for span in spans.into_iter().chain(sentences).chain([Span::new(0, text.len())]) {
        judge(text, &annotation, span);
    }
    let beyond = Span::new(text.len(), text.len() + 7);
    assert_eq!(annotation.assert_span(text, beyond), None, "there is nothing to judge behind a note");
}

/// The text without its braces, and the spans that stood between them. An unmatched brace marks an empty span.
fn marked(input: &str) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(input.len());
    let mut open = Vec::new();
    let mut spans = Vec::new();
    for c in input.chars() {
        match c {
            '{' => open.push(text.len()),
            '}' => spans.push(Span::new(open.pop().unwrap_or(text.len()), text.len())),
            c => text.push(c),
        }
    }
    spans.extend(open.into_iter().map(|at| Span::new(at, at)));
    (text, spans)
}

fn mentions(text: &str, annotation: &Annotation) {
    let mut last = Span::default();
    for mention in &annotation.mentions {
        crate::assert_cuts(text, mention.span, "mention");
        assert!(!mention.span.is_empty() && mention.words > 0, "a mention without words");
        assert!(last <= mention.span, "mentions are in order");
        last = mention.span;
        let (sentence, section) = annotation.outline.sentences[mention.sentence];
        assert_eq!(mention.section, section, "the section is that of the sentence");
        assert!(sentence.span.contains(mention.span), "a mention leaves its sentence");
        let _ = TERMINOLOGY.concept(mention.concept);
        let kind = annotation.outline.ruling_kind(section);
        assert_eq!(annotation.kind_at(mention.span.start), kind, "one place is in one section");
        judgement(text, &mention.assertion, mention.laterality);
        judge(text, annotation, mention.span);
    }
    for sentence in 0..annotation.outline.sentences.len() {
        let _ = annotation.sentence_words(sentence).count();
    }
}

fn judge(text: &str, annotation: &Annotation, span: Span) {
    let Some((assertion, side)) = annotation.assert_span(text, span) else {
        let words = text[span].contains(char::is_alphanumeric);
        // A header belongs to no sentence, and so has no assertion.
        let in_sentence = annotation.outline.sentences.iter().any(|(s, _)| s.span.contains(span));
        assert!(!(words && in_sentence), "words without a judgement");
        return;
    };
    judgement(text, &assertion, side);
}

fn judgement(text: &str, assertion: &Assertion, side: Option<Laterality>) {
    if let Some(side) = side {
        crate::assert_cuts(text, side.span, "side");
        assert!(!side.span.is_empty(), "a side without words");
    }
    for cue in &assertion.cues {
        for span in [cue.span, cue.scope].into_iter().flatten() {
            crate::assert_cuts(text, span, "cue");
        }
        if let (Some(words), Some(scope)) = (cue.span, cue.scope) {
            assert!(!words.is_empty(), "a cue without words");
            assert!(scope.contains(words), "a scope holds its cue");
        }
    }
    assert_eq!(assertion.against().is_none(), assertion.cues.is_empty(), "what is not the default has a cue");
    if let Some(cue) = assertion.against().and_then(|value| assertion.cue(value)) {
        assert!(assertion.cues.iter().any(|c| c.span == Some(cue)), "the deciding words are those of a cue");
    }
}
