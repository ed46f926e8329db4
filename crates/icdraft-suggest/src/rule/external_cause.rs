//! External causes.

use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct ExternalCause;

impl Rule for ExternalCause {
    fn about(&self) -> About {
        About {
            name: "external-cause",
            what: "Codes V00 to Y99 are marked optional; they stand beside an injury and never alone.",
            why: "Guideline I.C.20: no national requirement; reported where the payer or the state asks",
            example: "\"fell off a ladder, wrist fracture\" -> the fracture, and W11.XXXA below it as optional",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let external = |code: &str| code.starts_with(['V', 'W', 'X', 'Y']);
        let others = draft.drafted("ICD-10-CM").into_iter().any(|n| !external(&draft.joined[n].best.code));
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM" && external(&j.best.code)) {
            one.best
                .reasons
                .push(Reason::new("external-cause", "optional: reported where the payer or the state asks"));
            if !others {
                one.confidence = one.confidence.min(BELOW);
            }
        }
        crate::rank::order(&mut draft.joined);
    }
}

/// Just below the draft.
const BELOW: f64 = crate::rank::DRAFT - 0.01;
