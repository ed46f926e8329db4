//! Add-on procedures.

use icdraft_note::SectionKind;

use crate::procedure;
use crate::rank::{self, DRAFT, Joined};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct AddOn;

impl Rule for AddOn {
    fn about(&self) -> About {
        About {
            name: "add-on",
            what: "An add-on procedure is drafted only beside one of its primary procedures (column `addon_of` of the lexicon), and beside it also where the story of the operation alone tells it.",
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
            } else if one.confidence < DRAFT && is_told(one) && !BUNDLED.contains(&one.best.code.as_str()) {
                one.confidence = DRAFT + 0.05;
                one.best.reasons.push(Reason::new("add-on", "told in the story of the operation that it belongs to"));
            }
        }
        rank::order(&mut draft.joined);
    }
}

/// The operating microscope belongs to most operations in whose story it stands.
const BUNDLED: &[&str] = &["69990"];

/// Whether the story of the operation alone tells it: titles name operations, and seldom the hardware and the grafts.
fn is_told(one: &Joined) -> bool {
    one.best.section == SectionKind::ProcedureDescription
}
