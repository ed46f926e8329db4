//! A note's sections and sentences together.

use crate::section::{Section, SectionKind, sections};
use crate::sentence::{Sentence, sentences};

/// The division of one note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Sections in order; their ranges tile the note.
    pub sections: Vec<Section>,
    /// Sentences in order, each with the number of its section.
    pub sentences: Vec<(Sentence, usize)>,
}

impl Outline {
    /// Divides `text`. Never fails: a note without headers is one section.
    pub fn of(text: &str) -> Self {
        let sections = sections(text);
        let sentences = sections
            .iter()
            .flat_map(|s| sentences(text, s.body).into_iter().map(|sentence| (sentence, s.id)))
            .collect();
        Self { sections, sentences }
    }

    /// The kind that decides for rules: that of the parent for a body system.
    pub fn ruling_kind(&self, section: usize) -> SectionKind {
        let section = &self.sections[section];
        section.parent.map_or(section.kind, |p| self.sections[p].kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(text: &str) {
        let outline = Outline::of(text);
        let mut at = 0;
        for section in &outline.sections {
            assert_eq!(section.range.start, at, "sections tile");
            at = section.range.end;
            assert!(section.range.contains(section.body));
            let _ = &text[section.body];
            if let Some(header) = section.header {
                let _ = &text[header];
            }
        }
        assert_eq!(at, text.len());
        let mut last = 0;
        for (sentence, section) in &outline.sentences {
            assert!(last <= sentence.span.start && outline.sections[*section].body.contains(sentence.span));
            assert!(!text[sentence.span].trim().is_empty());
            last = sentence.span.end;
        }
    }

    proptest! {
        #[test]
        fn any_text_is_divided(text in "\\PC{0,200}") { holds(&text); }

        #[test]
        fn note_like_text_is_divided(text in "(PLAN: |Neck\n|1\\. |- |HISTORY\n|é|[a-z ]{1,8}|\r\n|\n|\\. |\u{0}|\t|•|A: ){0,60}") { holds(&text); }
    }
}
