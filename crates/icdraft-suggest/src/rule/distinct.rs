//! Modifier 59.

use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Distinct;

impl Rule for Distinct {
    fn about(&self) -> About {
        About {
            name: "distinct",
            what: "Of two procedures that are one on the same lesion and two on different ones, the lesser takes modifier 59, with the reason (data/cpt/extent/distinct.tsv).",
            why: "CMS National Correct Coding Initiative, chapter I, on modifier 59",
            example: "\"polyp removed by snare, another by cold biopsy\" -> 45385 and 45380-59",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let rows = &draft.terminology.extents().distinct;
        let drafted = draft.codes("CPT");
        for row in rows {
            let Some(beside) = row.greater.iter().find(|g| drafted.contains(g)) else { continue };
            for one in draft.joined.iter_mut().filter(|j| j.best.system == "CPT" && j.best.code == row.lesser) {
                if !one.best.modifiers.iter().any(|m| m == "59") {
                    one.best.modifiers.push("59".into());
                    one.best.reasons.push(Reason::new("distinct", format!("59 beside {beside}: {}", row.why)));
                }
            }
        }
    }
}
