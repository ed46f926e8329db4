//! The diagnoses that justify a procedure.

use crate::report::Edit;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Pointer;

impl Rule for Pointer {
    fn about(&self) -> About {
        About {
            name: "pointer",
            what: "A drafted procedure without any drafted diagnosis is reported as an edit.",
            why: "CMS-1500, item 24E: each service line points to the diagnoses that justify it",
            example: "\"PROCEDURE: skin biopsy\" with no diagnosis -> a warning",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let lines: Vec<String> = draft.drafted("CPT").into_iter().map(|n| draft.joined[n].best.code.clone()).collect();
        if !lines.is_empty() && draft.drafted("ICD-10-CM").is_empty() {
            draft.edits.push(Edit {
                edit: "procedure-without-diagnosis".into(),
                severity: "warning".into(),
                codes: lines,
                says: "no drafted diagnosis justifies these procedures".into(),
            });
        }
    }
}
