//! Procedures that were begun and stopped.

use icdraft_note::{Billing, SectionKind, Span};

use crate::rank::DRAFT;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Discontinued;

/// Words that say that a procedure was begun and not finished.
const STOPPED: &[&str] = &[
    "was aborted",
    "were aborted",
    "procedure aborted",
    "was terminated early",
    "procedure was terminated before",
    "was discontinued",
    "procedure discontinued",
    "was abandoned",
    "procedure was stopped",
    "decision was made to stop",
    "decided to stop",
    "could not be completed",
    "not completed",
    "incomplete colonoscopy",
    "incomplete exam",
    "attempted but",
    "unable to reach the cecum",
    "cecum could not be reached",
    "could not be advanced beyond",
];

/// Words that say that it was stopped before anesthesia.
const BEFORE: &[&str] = &["before anesthesia", "prior to anesthesia", "before induction", "prior to induction"];

impl Rule for Discontinued {
    fn about(&self) -> About {
        About {
            name: "discontinued",
            what: "A procedure that was begun and stopped takes modifier 53; for facility billing 73 before anesthesia and 74 after it.",
            why: "CPT appendix A, modifiers 53, 73 and 74; Medicare Claims Processing Manual, chapter 12, on incomplete colonoscopy",
            example: "\"colonoscopy aborted at the splenic flexure\" -> 45378-53",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("CPT") {
            let Some(words) = stopped(draft, at) else { continue };
            let best = &draft.joined[at].best;
            let text = draft.encounter.notes[best.note].text.to_lowercase();
            let modifier = match draft.encounter.billing {
                Billing::Professional => "53",
                Billing::Facility if BEFORE.iter().any(|w| text.contains(w)) => "73",
                Billing::Facility => "74",
            };
            let says = format!("{modifier}: \"{}\"", &draft.encounter.notes[best.note].text.as_str()[words]);
            let best = &mut draft.joined[at].best;
            best.modifiers.push(modifier.into());
            best.reasons.push(Reason::new("discontinued", says));
            // One event stops one procedure: the one that it is told of.
            break;
        }
    }
}

/// Where the note says that the procedure was stopped: in a sentence of its own, or in the body of an operation that has only this line.
fn stopped(draft: &Draft<'_>, at: usize) -> Option<Span> {
    let best = &draft.joined[at].best;
    let read = &draft.notes[best.note].annotation;
    let text = draft.encounter.notes[best.note].text.as_str();
    let lines = draft.joined.iter().filter(|j| j.best.system == "CPT" && j.confidence >= DRAFT).count();
    let own: Vec<usize> = draft.joined[at]
        .evidence
        .iter()
        .filter(|c| c.note == best.note)
        .filter_map(|c| draft.mention(c).map(|m| m.sentence))
        .collect();
    read.outline.sentences.iter().enumerate().find_map(|(n, (sentence, section))| {
        let kind = read.outline.ruling_kind(*section);
        let told = own.contains(&n)
            || lines == 1
                && matches!(
                    kind,
                    SectionKind::ProcedurePerformed
                        | SectionKind::ProcedureDescription
                        | SectionKind::Findings
                        | SectionKind::Complications
                        | SectionKind::Impression
                );
        if !told {
            return None;
        }
        let lower = text[sentence.span].to_ascii_lowercase();
        let (start, word) = STOPPED.iter().find_map(|w| Some((lower.find(w)?, *w)))?;
        Some(Span::new(sentence.span.start + start, sentence.span.start + start + word.len()))
    })
}
