//! Title and description that name different sides.

use crate::rank::DRAFT;
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
        for (at, read) in draft.notes.iter().enumerate() {
            let Some((title, told)) = read.annotation.side_conflict() else { continue };
            // Asked about a drafted code, one that takes a side if there is any; without a draft there is nothing to get wrong.
            let drafted = || draft.joined.iter().filter(|j| j.best.note == at && j.confidence >= DRAFT);
            let Some(asked) = drafted().find(|j| j.best.side.is_some()).or_else(|| drafted().next()) else { continue };
            let code = asked.best.code.clone();
            let asks = format!(
                "The title says {}, the description says {}: which side is right? The draft follows the title.",
                title.side.name(),
                told.side.name()
            );
            draft.ask(&code, asks, at, told.span);
        }
    }
}
