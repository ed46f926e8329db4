//! Past diagnoses.

use icdraft_note::SectionKind;

use crate::knowledge;
use crate::rule::{About, Case, Rule, Verdict};

#[derive(Debug)]
pub(super) struct History;

impl Rule for History {
    fn about(&self) -> About {
        About {
            name: "history",
            what: "Chronic conditions stay current when the note speaks of their history; acute ones become personal history codes, or are not coded.",
            why: "Guidelines IV.J and I.C.21.c.4; the list of chronic conditions is data/chronic.tsv",
            example: "\"PAST MEDICAL HISTORY: hypertension, heart attack\" -> I10 and I25.2",
        }
    }

    fn judge(&self, case: &Case<'_>) -> Option<Verdict> {
        let against = case.mention.assertion.against();
        let status = case.code.as_str().starts_with('Z');
        let lasting = status || knowledge::is_chronic(case.code);
        match against {
            // A list of past diseases says so of each that does not last.
            None if case.kind == SectionKind::Pmh && !lasting && !is_sign(case) => self.past(case, "historical", false),
            Some("historical") if lasting => Some(Verdict::Code(None)),
            Some("resolved") if status => Some(Verdict::Code(None)),
            // A plan or a list of operations is about what is there, unless words say that it is past or still to come.
            Some(reason @ ("historical" | "planned")) if case.mention.assertion.cue(reason).is_none() => {
                Some(Verdict::Code(None))
            }
            // What stands under ALLERGIES is an allergy of the patient's, not a disease of that name.
            Some("hypothetical") if case.mention.assertion.cue("hypothetical").is_none() && is_allergy(case.code) => {
                Some(Verdict::Code(None))
            }
            Some("planned") if status => Some(Verdict::Code(None)),
            Some(reason @ ("historical" | "resolved")) => self.past(case, reason, true),
            _ => None,
        }
    }
}

impl History {
    fn past(&self, case: &Case<'_>, reason: &'static str, refuse: bool) -> Option<Verdict> {
        match knowledge::history(case.code) {
            Some(code) => Some(Verdict::Instead(
                code,
                format!("the note speaks of it as past: personal history instead of {}", case.code),
            )),
            None if refuse => Some(Verdict::Refuse(reason)),
            None => None,
        }
    }
}

fn is_allergy(code: icdraft_codeset::Code) -> bool {
    code.as_str().starts_with("Z88") || code.as_str().starts_with("Z910")
}

/// Symptoms and injuries are told in a history without being a disease of the past.
fn is_sign(case: &Case<'_>) -> bool {
    case.code.as_str().starts_with('R')
}
