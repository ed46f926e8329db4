//! Literate cases of sections: a note, and below it its sections as `kind > header`, nesting by indentation.

use std::fmt::Write;

use icdraft_note::Outline;

/// The sections of a note in the notation of the cases.
fn shown(note: &str) -> String {
    let outline = Outline::of(note);
    let mut out = String::new();
    for section in &outline.sections {
        let depth = std::iter::successors(section.parent, |&p| outline.sections[p].parent).count();
        let header = section.header.map(|span| format!(" > {}", &note[span])).unwrap_or_default();
        writeln!(out, "{}{}{header}", "  ".repeat(depth), section.kind.name()).expect("a string takes any text");
    }
    out
}

/// Title, note and expectation of each case of a file.
fn cases(page: &str) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    let mut title = String::new();
    let mut blocks: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("### ").filter(|_| !fenced) {
            name.clone_into(&mut title);
        } else if line.starts_with("```") {
            fenced = !fenced;
            if fenced {
                blocks.push(String::new());
            } else if blocks.len() == 2 {
                let expected = blocks.pop().expect("two blocks");
                out.push((title.clone(), blocks.pop().expect("two blocks"), expected));
            }
        } else if fenced {
            let block = blocks.last_mut().expect("an open block");
            block.push_str(line);
            block.push('\n');
        }
    }
    assert!(blocks.is_empty(), "every note has its sections: {title}");
    out
}

#[test]
fn notes_divide_as_the_cases_say() {
    let cases = cases(include_str!("cases/sections.md"));
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let mut wrong = String::new();
    for (title, note, expected) in &cases {
        for (ends, note) in [("\\n", note.clone()), ("\\r\\n", note.replace('\n', "\r\n"))] {
            let found = shown(&note);
            if found != *expected {
                write!(wrong, "\n{title} (lines end in {ends})\n--- expected\n{expected}--- found\n{found}")
                    .expect("a string takes any text");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
