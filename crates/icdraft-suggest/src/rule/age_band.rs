//! Procedures whose number depends on an age that nobody told.

use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct AgeBand;

impl Rule for AgeBand {
    fn about(&self) -> About {
        About {
            name: "age-band",
            what: "Where the number depends on the patient's age and neither the encounter nor the note tells it, the code for the older is drafted and the age is asked (data/cpt/extent/ages.tsv).",
            why: "CPT numbers by age, such as tonsils before and from twelve years",
            example: "\"tonsillectomy and adenoidectomy\" without an age -> 42821, and a query",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("CPT") {
            let best = &draft.joined[at].best;
            let known = draft.notes[best.note].annotation.patient.age.is_some();
            let Some(row) = draft.terminology.extents().ages.iter().find(|r| r.code == best.code && !known) else {
                continue;
            };
            let (note, span) = (best.note, best.span);
            let under =
                if row.under < 1.0 { "28 days or less".to_owned() } else { format!("below {} years", row.under) };
            draft.ask(&row.code, format!("How old is the patient? {under}, this is {}.", row.younger), note, span);
        }
    }
}
