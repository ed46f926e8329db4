//! A text without any end of a sentence.

use icdraft_note::Outline;

#[test]
fn a_sentence_without_end_is_cut_between_words() {
    let text = "rotator cuff tear ".repeat(1_000);
    let outline = Outline::of(&text);
    assert!(outline.sentences.len() > 5);
    let words: usize = outline.sentences.iter().map(|(s, _)| text[s.span.start..s.span.end].split(' ').count()).sum();
    assert_eq!(words, 3_000, "no word is cut or lost");
    let glued = "x".repeat(10_000);
    assert!(Outline::of(&glued).sentences.iter().all(|(s, _)| s.span.len() <= 1_500));
}
