//! Symptoms beside diagnoses.

use crate::rank;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Symptom;

/// Pain and loss of function, which injuries and joint diseases bring along.
const LOCAL: [&str; 12] =
    ["M25.5", "M25.6", "M79.6", "M54.2", "M54.5", "M54.6", "M54.9", "R07", "R10", "R20", "R26", "R52"];

impl Rule for Symptom {
    fn about(&self) -> About {
        About {
            name: "symptom",
            what: "Symptoms count less beside an established diagnosis, and pain least beside a disease or injury of the musculoskeletal system.",
            why: "Guidelines I.B.4 and I.B.5: symptoms integral to a diagnosis are not coded",
            example: "\"right foot pain due to a Lisfranc fracture\" -> the fracture alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted: Vec<String> =
            draft.drafted("ICD-10-CM").into_iter().map(|n| draft.joined[n].best.code.clone()).collect();
        let definite = drafted.iter().any(|c| !is_symptom(c) && !c.starts_with(['V', 'W', 'X', 'Y', 'Z']));
        let structural = drafted.iter().any(|c| c.starts_with(['M', 'S']) && !is_symptom(c));
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM" && is_symptom(&j.best.code)) {
            let local = LOCAL.iter().any(|p| one.best.code.starts_with(p));
            let factor = match (definite, structural && local) {
                (_, true) => 0.5,
                (true, false) => 0.75,
                (false, false) => continue,
            };
            one.confidence *= factor;
            one.best
                .reasons
                .push(Reason::new("symptom", "a symptom beside an established diagnosis (guideline I.B.4)"));
        }
        rank::order(&mut draft.joined);
    }
}

fn is_symptom(code: &str) -> bool {
    code.starts_with('R') || LOCAL.iter().any(|p| code.starts_with(p))
}
