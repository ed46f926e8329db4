//! Drugs without a dose, and what of them was thrown away.

use crate::report::{Edit, Query};
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct DoseTold;

/// Words for what was left of a single-use vial.
const WASTED: &[&str] = &["wasted", "discarded", "wastage"];

impl Rule for DoseTold {
    fn about(&self) -> About {
        About {
            name: "dose",
            what: "A drafted drug without a dose raises a query; words about a discarded amount raise an edit about modifier JW.",
            why: "Medicare Claims Processing Manual, chapter 17, section 40: units by dose, JW and JZ for single-dose containers",
            example: "\"ketorolac given IM\" -> J1885 x1 and a query about the dose",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("HCPCS") {
            let best = &draft.joined[at].best;
            let Some(unit) = best.procedure.and_then(|n| draft.terminology.procedures()[n].dose) else { continue };
            let note = &draft.encounter.notes[best.note];
            if best.reasons.iter().any(|r| r.rule == "units" && r.says.starts_with("no dose")) {
                draft.queries.push(Query {
                    code: best.code.clone(),
                    asks: format!("How much was given? One unit is {} {}.", unit.amount, unit.measure.name()),
                    note: note.id.clone(),
                    start: best.span.start,
                    end: best.span.end,
                });
            }
            let lower = note.text.to_ascii_lowercase();
            if WASTED.iter().any(|w| lower.contains(w)) {
                draft.edits.push(Edit {
                    edit: "discarded-drug".into(),
                    severity: "info".into(),
                    codes: vec![best.code.clone()],
                    says: "the note tells of a discarded amount: report it on a second line with JW; JZ says that none was discarded".into(),
                });
            }
        }
    }
}
