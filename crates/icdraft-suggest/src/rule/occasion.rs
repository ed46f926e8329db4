//! History and status codes that explain the encounter.

use std::sync::LazyLock;

use icdraft_note::SectionKind;
use serde::Deserialize;

use crate::knowledge::{self, begins};
use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Occasion;

#[derive(Debug, Deserialize)]
struct Row {
    /// Prefixes of the reason for the encounter, separated by `|`.
    reason: String,
    /// Prefixes of the history or status codes that explain it.
    explains: String,
    why: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/occasions.tsv")));

impl Rule for Occasion {
    fn about(&self) -> About {
        About {
            name: "occasion",
            what: "History, family history and status codes below the draft join it where they explain the drafted reason for the encounter (data/occasions.tsv).",
            why: "Guideline I.C.21.c: history and status codes beside screening, follow-up, aftercare and prophylactic care",
            example: "\"screening colonoscopy\" and \"father had colon cancer\" -> Z12.11 and Z80.0",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted = draft.codes("ICD-10-CM");
        for row in ROWS.iter() {
            let Some(reason) = drafted.iter().find(|code| begins(code, &row.reason)) else { continue };
            let explains = |j: &&mut rank::Joined| {
                j.confidence < DRAFT
                    && begins(&j.best.code, &row.explains)
                    && j.evidence.iter().any(|c| tells_reasons(c.section))
            };
            for one in draft.joined.iter_mut().filter(explains) {
                one.confidence = DRAFT;
                one.best.reasons.push(Reason::new("occasion", format!("beside {reason}: {}", row.why)));
            }
        }
        rank::order(&mut draft.joined);
    }
}

/// Sections that tell why the patient comes; what stands in a list of the past explains nothing.
fn tells_reasons(kind: SectionKind) -> bool {
    !matches!(
        kind,
        SectionKind::Ros
            | SectionKind::Allergies
            | SectionKind::Medications
            | SectionKind::SocialHistory
            | SectionKind::Plan
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    #[test]
    fn prefixes_exist() {
        let set = CodeSet::embedded();
        for row in ROWS.iter() {
            for prefix in row.reason.split('|').chain(row.explains.split('|')) {
                assert!(set.find(prefix.parse().unwrap()).is_some(), "{prefix}");
            }
            assert!(!row.why.is_empty());
        }
    }
}
