//! Procedures that were begun and stopped.

use icdraft_note::{Billing, SectionKind, Span};

use crate::course::{self, Course};
use crate::rank::DRAFT;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Discontinued;

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
            let before = !course::told(draft, best.note, Course::BeforeAnesthesia).is_empty();
            let modifier = match draft.encounter.billing {
                Billing::Professional => "53",
                Billing::Facility if before => "73",
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
    let lines = draft.joined.iter().filter(|j| j.best.system == "CPT" && j.confidence >= DRAFT).count();
    let own: Vec<usize> = draft.joined[at]
        .evidence
        .iter()
        .filter(|c| c.note == best.note)
        .filter_map(|c| draft.mention(c).map(|m| m.sentence))
        .collect();
    let places = course::told(draft, best.note, Course::Stopped).into_iter();
    let of_line = |told: &course::Told| {
        own.contains(&told.sentence)
            || lines == 1
                && matches!(
                    told.section,
                    SectionKind::ProcedurePerformed
                        | SectionKind::ProcedureDescription
                        | SectionKind::Findings
                        | SectionKind::Complications
                        | SectionKind::Impression
                )
    };
    places.filter(of_line).map(|told| told.span).next()
}
