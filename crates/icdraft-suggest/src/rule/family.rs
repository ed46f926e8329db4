//! Relatives' diagnoses.

use crate::knowledge;
use crate::rule::{About, Case, Rule, Verdict};

#[derive(Debug)]
pub(super) struct Family;

impl Rule for Family {
    fn about(&self) -> About {
        About {
            name: "family",
            what: "A relative's disease is a family history code (Z80 to Z84), or not coded where there is none.",
            why: "Guideline I.C.21.c.4",
            example: "\"mother had breast cancer\" -> Z80.3, never C50",
        }
    }

    fn judge(&self, case: &Case<'_>) -> Option<Verdict> {
        if case.mention.assertion.against() != Some("family") {
            return None;
        }
        // A visit is the patient's own, whoever else the sentence speaks of.
        let visit = ["Z00".."Z14", "Z40".."Z54"].iter().any(|range| range.contains(&case.code.as_str()));
        if visit || case.code.as_str().starts_with("Z8") {
            return Some(Verdict::Code(None));
        }
        Some(match knowledge::family(case.code) {
            Some(code) => Verdict::Instead(code, format!("a relative's: family history instead of {}", case.code)),
            None => Verdict::Refuse("family"),
        })
    }
}
