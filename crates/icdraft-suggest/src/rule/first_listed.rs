//! The order of diagnoses on the claim.

use crate::rank;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct FirstListed;

impl Rule for FirstListed {
    fn about(&self) -> About {
        About {
            name: "first-listed",
            what: "External causes and status codes follow the diagnoses; a pregnancy code precedes the others.",
            why: "Guidelines I.C.20.a.6, I.C.15.a.1 and IV.G",
            example: "\"former smoker\" and \"scalp laceration, fell\" -> the laceration first",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
            // Tens, so that the notes of the tabular list can put a code between.
            one.place = match one.best.code.as_bytes()[0] {
                b'O' => 0,
                b'V' | b'W' | b'X' | b'Y' => 40,
                b'Z' if leads(&one.best.code) => 10,
                b'Z' => 30,
                b'R' => 20,
                _ => 10,
            };
        }
        rank::order(&mut draft.joined);
    }
}

/// Reasons for an encounter that may stand first (guideline I.C.21.c.16).
fn leads(code: &str) -> bool {
    [
        "Z00", "Z01", "Z02", "Z08", "Z09", "Z12", "Z30", "Z31", "Z34", "Z38", "Z39", "Z41", "Z42", "Z43", "Z45", "Z47",
        "Z48", "Z49", "Z51", "Z52",
    ]
    .iter()
    .any(|p| code.starts_with(p))
}
