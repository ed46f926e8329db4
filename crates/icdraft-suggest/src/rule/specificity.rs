//! The most specific code of a category.

use icdraft_codeset::CodeSet;

use crate::rank;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Specificity;

impl Rule for Specificity {
    fn about(&self) -> About {
        About {
            name: "most-specific",
            what: "An unspecified code gives way to a specified one of its category.",
            why: "Guidelines I.B.2 and I.B.18",
            example: "\"osteoarthritis of the right knee\" and \"knee arthritis\" -> M17.11 alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted: Vec<(String, bool)> = draft
            .drafted("ICD-10-CM")
            .into_iter()
            .map(|n| draft.joined[n].best.code.clone())
            .map(|code| (code.clone(), is_unspecified(draft.set, &code)))
            .collect();
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
            let code = one.best.code.clone();
            let says_more = |(other, open): &(String, bool)| *other != code && !open && other[..3] == code[..3];
            if is_unspecified(draft.set, &code) && drafted.iter().any(says_more) {
                one.confidence *= 0.4;
                one.best.reasons.push(Reason::new("most-specific", "another code of the category says more"));
            }
        }
        rank::order(&mut draft.joined);
    }
}

fn is_unspecified(set: &CodeSet, code: &str) -> bool {
    code.parse().ok().and_then(|c| set.title(c)).is_some_and(|t| t.to_lowercase().contains("unspecified"))
}
