//! Returns to the operating room: planned stages and unplanned returns.

use icdraft_note::SectionKind;

use crate::course::{self, Course, Told};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Staged;

impl Rule for Staged {
    fn about(&self) -> About {
        About {
            name: "staged",
            what: "A later stage that the note calls so takes modifier 58, an unplanned return for a complication 78; where a note says only that the operation is staged, the provider is asked which stage this is.",
            why: "Medicare Claims Processing Manual, chapter 12, section 40.2.A, on modifiers 58 and 78",
            example: "\"second stage skin graft of the leg\" -> 15100-58",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for note in 0..draft.encounter.notes.len() {
            let first = |course| course::told(draft, note, course).into_iter().find(tells);
            if let Some(place) = first(Course::LaterStage) {
                modify(draft, note, &place, "58", "a later stage that was planned");
            } else if let Some(place) = first(Course::UnplannedReturn) {
                modify(draft, note, &place, "78", "an unplanned return for a complication");
            } else if let (Some(place), Some(&line)) = (first(Course::Staged), lines(draft, note).first()) {
                let asks = "The note speaks of stages: is this the first, or a later one within the postoperative period (58)?";
                let code = draft.joined[line].best.code.clone();
                draft.ask(&code, asks, note, place.span);
            }
        }
    }
}

/// Sections that tell why and how the operation was done.
fn tells(told: &Told) -> bool {
    matches!(
        told.section,
        SectionKind::ProcedurePerformed
            | SectionKind::ProcedureDescription
            | SectionKind::Indication
            | SectionKind::Preamble
    )
}

/// Drafted lines of a note whose own name is no stage.
fn lines(draft: &Draft<'_>, note: usize) -> Vec<usize> {
    let procedures = draft.terminology.procedures();
    let is_stage = |p: usize| procedures[p].name.contains("stage") || procedures[p].name.contains("delayed");
    let of_note = |n: &usize| draft.joined[*n].best.note == note;
    let named = |n: &usize| draft.joined[*n].best.procedure.is_some_and(is_stage);
    draft.drafted("CPT").into_iter().filter(|n| of_note(n) && !named(n)).collect()
}

fn modify(draft: &mut Draft<'_>, note: usize, place: &Told, modifier: &str, why: &str) {
    let says = format!("{modifier}: {why}, \"{}\"", &draft.encounter.notes[note].text.as_str()[place.span]);
    for line in lines(draft, note) {
        let best = &mut draft.joined[line].best;
        best.modifiers.push(modifier.into());
        best.reasons.push(Reason::new("staged", says.clone()));
    }
}
