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
        let mut outline = Self { sections, sentences: Vec::new() };
        for section in &outline.sections {
            let header = section.header.filter(|_| outline.is_problem(section));
            outline.sentences.extend(header.map(|span| (Sentence { span, item: true }, section.id)));
            outline.sentences.extend(sentences(text, section.body).into_iter().map(|sentence| (sentence, section.id)));
        }
        outline
    }

    /// Whether the header itself says what the patient has: sub-heads of an assessment or a plan, "CHRONIC PAIN:" among them.
    fn is_problem(&self, section: &Section) -> bool {
        use SectionKind::{Assessment, AssessmentPlan, Impression, Other, Plan, Problem};
        let ruling = self.ruling_kind(section.id);
        section.kind == Problem
            || section.kind == Other && matches!(ruling, Assessment | AssessmentPlan | Impression | Plan)
    }

    /// The kind that decides for rules. Sub-heads that say nothing of themselves (a body system, a problem, an unknown one) are ruled
    /// by what they stand in.
    pub fn ruling_kind(&self, section: usize) -> SectionKind {
        let mut section = &self.sections[section];
        while let (SectionKind::BodySystem | SectionKind::Problem | SectionKind::Other, Some(parent)) =
            (section.kind, section.parent)
        {
            section = &self.sections[parent];
        }
        section.kind
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
            assert!(last <= sentence.span.start && outline.sections[*section].range.contains(sentence.span));
            assert!(!text[sentence.span].trim().is_empty());
            last = sentence.span.end;
        }
    }

    proptest! {
        #[test]
        fn any_text_is_divided(text in "\\PC{0,200}") { holds(&text); }

        #[test]
        fn marked_text_is_divided(text in "(PLAN|Heent|:|: |#|# |\\*\\*|[|]|<b>|\\\\par |\\\\.br\\\\|OBX[|]1[|]|é|[A-Z ]{1,9}|[a-z ]{1,8}|\n|\n\n|ASSESSMENT|\\. ){0,60}") { holds(&text); }

        #[test]
        fn note_like_text_is_divided(text in "(PLAN: |Neck\n|1\\. |- |HISTORY\n|é|[a-z ]{1,8}|\r\n|\n|\\. |\u{0}|\t|•|A: ){0,60}") { holds(&text); }
    }
}
