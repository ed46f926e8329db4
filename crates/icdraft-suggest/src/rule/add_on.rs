//! Add-on procedures.

use crate::procedure;
use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct AddOn;

impl Rule for AddOn {
    fn about(&self) -> About {
        About {
            name: "add-on",
            what: "An add-on procedure is drafted only beside one of its primary procedures (column `addon_of` of the lexicon).",
            why: "CMS add-on code edits: an add-on code is never reported alone",
            example: "\"additional level laminectomy\" without a first level -> not drafted",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let procedures = draft.terminology.procedures();
        let drafted = draft.codes("CPT");
        for one in &mut draft.joined {
            let Some(procedure) = one.best.procedure.map(|n| &procedures[n]).filter(|p| !p.addon_of.is_empty()) else {
                continue;
            };
            if !procedure::has_primary(procedure, drafted.iter().map(String::as_str)) {
                one.confidence = one.confidence.min(DRAFT - 0.1);
                one.best.reasons.push(Reason::new("add-on", "an add-on code without its primary is not drafted"));
            }
        }
        rank::order(&mut draft.joined);
    }
}
