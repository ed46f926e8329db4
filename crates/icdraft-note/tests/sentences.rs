//! Literate cases of sentences: each block is a text with "|" where it must split, and nowhere else.

use icdraft_note::{Span, sentences};

#[test]
fn texts_split_as_the_cases_say() {
    let page = include_str!("cases/sentences.md");
    let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).map(|b| b.trim_start_matches("text")).collect();
    assert!(blocks.len() >= 60, "{} cases", blocks.len());
    let mut wrong = Vec::new();
    for block in blocks {
        let block = block.trim_matches('\n').replace("<CR>", "\r").replace("<FF>", "\u{c}");
        let expected: Vec<&str> = block.split('|').map(str::trim).collect();
        let text = block.replace('|', "");
        let found: Vec<&str> =
            sentences(&text, Span::new(0, text.len())).iter().map(|s| &text.as_str()[s.span]).collect();
        if found != expected {
            wrong.push(format!("expected {expected:#?}\nfound {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
