//! Symptoms beside diagnoses.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge::{self, begins};
use crate::rank;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Symptom;

#[derive(Debug, Deserialize)]
struct Row {
    diagnosis: String,
    symptoms: String,
}

/// Which symptoms belong to which diagnoses, by code prefix.
static INTEGRAL: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/integral.tsv")));

/// What an integral symptom's confidence is multiplied by, and that of any other symptom beside a diagnosis.
const INTEGRAL_FACTOR: f64 = 0.45;
const BESIDE_FACTOR: f64 = 0.75;

impl Rule for Symptom {
    fn about(&self) -> About {
        About {
            name: "symptom",
            what: "Symptoms that belong to a drafted diagnosis are taken out of the draft (data/integral.tsv); others count less beside one.",
            why: "Guidelines I.B.4 and I.B.5: symptoms integral to a diagnosis are not coded",
            example: "\"right foot pain due to a Lisfranc fracture\" -> the fracture alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted = draft.codes("ICD-10-CM");
        let definite = drafted.iter().any(|c| !c.starts_with(['R', 'V', 'W', 'X', 'Y', 'Z']));
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
            let code = one.best.code.as_str();
            let whole = drafted.iter().find(|d| d.as_str() != code && is_integral(d, code)).cloned();
            let (factor, says) = match whole {
                Some(diagnosis) => (INTEGRAL_FACTOR, format!("a symptom of {diagnosis} (guideline I.B.5)")),
                None if definite && code.starts_with('R') => {
                    (BESIDE_FACTOR, "a symptom beside an established diagnosis (guideline I.B.4)".into())
                }
                None => continue,
            };
            one.confidence *= factor;
            one.best.reasons.push(Reason::new("symptom", says));
        }
        rank::order(&mut draft.joined);
    }
}

fn is_integral(diagnosis: &str, symptom: &str) -> bool {
    INTEGRAL.iter().any(|row| begins(diagnosis, &row.diagnosis) && begins(symptom, &row.symptoms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::{Code, CodeSet};

    #[test]
    fn prefixes_exist() {
        let set = CodeSet::embedded();
        let codes: Vec<Code> = set.entries().filter_map(|id| set.code(id)).collect();
        for prefix in INTEGRAL.iter().flat_map(|r| r.diagnosis.split('|').chain(r.symptoms.split('|'))) {
            let plain = prefix.replace('.', "");
            assert!(codes.iter().any(|c| c.as_str().starts_with(&plain)), "{prefix}");
        }
    }

    #[test]
    fn pain_belongs_to_the_stone() {
        assert!(is_integral("N20.1", "R10.9") && !is_integral("I10", "R10.9"));
    }
}
