//! External causes.

use icdraft_codeset::Code;

use crate::rank;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct ExternalCause;

impl Rule for ExternalCause {
    fn about(&self) -> About {
        About {
            name: "external-cause",
            what: "Codes V00 to Y99 are marked optional; they take the 7th character of the injury and never stand alone.",
            why: "Guideline I.C.20: no national requirement; reported where the payer or the state asks",
            example: "\"fell off a ladder, wrist fracture\" -> the fracture, and W11.XXXA below it as optional",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let external = |code: &str| code.starts_with(['V', 'W', 'X', 'Y']);
        self.follow_injury(draft);
        let others = draft.drafted("ICD-10-CM").into_iter().any(|n| !external(&draft.joined[n].best.code));
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM" && external(&j.best.code)) {
            one.best
                .reasons
                .push(Reason::new("external-cause", "optional: reported where the payer or the state asks"));
            if !others {
                one.confidence = one.confidence.min(rank::BELOW);
            }
        }
        rank::order(&mut draft.joined);
    }
}

impl ExternalCause {
    /// The 7th character of a cause is that of its injury: initial, subsequent or sequela.
    fn follow_injury(&self, draft: &mut Draft<'_>) {
        let injuries = draft.drafted("ICD-10-CM").into_iter().map(|n| &draft.joined[n].best.code);
        let mut phases: Vec<char> =
            injuries.filter(|c| c.starts_with(['S', 'T'])).filter_map(|c| c.chars().nth(7)).map(phase).collect();
        phases.dedup();
        let [phase] = phases[..] else { return };
        for one in draft.joined.iter_mut().filter(|j| j.best.code.starts_with(['V', 'W', 'X', 'Y'])) {
            let Some(code) = one.best.code.parse::<Code>().ok().filter(|c| c.seventh().is_some()) else { continue };
            let follows = code.with_seventh(phase);
            if draft.set.is_billable(follows) {
                one.best.code = follows.to_string();
            }
        }
    }
}

/// The phase that the 7th character of an injury tells.
fn phase(seventh: char) -> char {
    match seventh {
        'A' | 'B' | 'C' => 'A',
        'S' => 'S',
        _ => 'D',
    }
}
