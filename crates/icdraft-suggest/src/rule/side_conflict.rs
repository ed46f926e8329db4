//! Title and description that name different sides.

use crate::report::Query;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct SideConflict;

impl Rule for SideConflict {
    fn about(&self) -> About {
        About {
            name: "side-conflict",
            what: "Where the title lines name one side and the description only the other, the provider is asked; the draft follows the title.",
            why: "CMS and payers deny claims whose side the record contradicts; a wrong side is never chosen in silence",
            example: "\"PROCEDURE: right knee arthroscopy\" with a description of the left knee -> a query",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for (at, (read, note)) in draft.notes.iter().zip(&draft.encounter.notes).enumerate() {
            let Some((title, told)) = read.annotation.side_conflict() else { continue };
            let sided = draft.joined.iter().find(|j| j.best.note == at && j.best.side.is_some());
            draft.queries.push(Query {
                code: sided.map(|j| j.best.code.clone()).unwrap_or_default(),
                asks: format!(
                    "The title says {}, the description says {}: which side is right? The draft follows the title.",
                    title.side.name(),
                    told.side.name()
                ),
                note: note.id.clone(),
                start: told.span.start,
                end: told.span.end,
            });
        }
    }
}
