//! Probable and possible diagnoses.

use crate::rule::{About, Case, Rule, Verdict};

#[derive(Debug)]
pub(super) struct Uncertainty;

impl Rule for Uncertainty {
    fn about(&self) -> About {
        About {
            name: "uncertainty",
            what: "Probable, suspected and possible diagnoses are not coded, except for inpatient facility billing.",
            why: "Guidelines IV.H (outpatient and professional) and II.H (inpatient facility)",
            example: "\"probable pneumonia\" -> not coded as outpatient; J18.9 on an inpatient facility claim",
        }
    }

    fn judge(&self, case: &Case<'_>) -> Option<Verdict> {
        let uncertain = case.mention.assertion.against() == Some("uncertain") && case.encounter.codes_uncertain();
        uncertain.then(|| {
            Verdict::Code(Some(
                "probable diagnoses are coded as if established for inpatient facility billing (guideline II.H)".into(),
            ))
        })
    }
}
