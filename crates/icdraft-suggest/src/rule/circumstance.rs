//! A condition that is another code in the circumstances that its sentence tells.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge::{self, begins};
use crate::rule::{About, Draft, Rule};
use crate::wording::Wordings;

#[derive(Debug)]
pub(super) struct Circumstance;

#[derive(Debug, Deserialize)]
struct Row {
    /// Code prefixes, separated by `|`.
    code: String,
    said: Wordings,
    becomes: String,
    why: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/circumstances.tsv")));

impl Rule for Circumstance {
    fn about(&self) -> About {
        About {
            name: "circumstance",
            what: "An injury made by an operation, an infection after one and the like take the code of that circumstance (data/circumstances.tsv).",
            why: "Guidelines I.B.16 and I.C.19.g: complications of care where the note says so",
            example: "\"bladder laceration during hysterectomy\" -> N99.71, not S37.23XA",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for row in ROWS.iter() {
            let fits = |n: &usize| begins(&draft.joined[*n].best.code, &row.code) && draft.says(*n, &row.said);
            // Two injuries of one organ are two entries; each row changes all that fit.
            for code in draft
                .drafted("ICD-10-CM")
                .into_iter()
                .filter(fits)
                .map(|n| draft.joined[n].best.code.clone())
                .collect::<Vec<_>>()
            {
                let Some(at) = draft.joined.iter().position(|j| j.best.code == code) else { continue };
                let Some(choice) = draft.choose(&row.becomes, &[&draft.joined[at].best]) else { continue };
                if choice.code.to_string() != code {
                    draft.recode(at, &choice, "circumstance", &row.why);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    #[test]
    fn rows_name_entries_of_the_release() {
        let set = CodeSet::embedded();
        for row in ROWS.iter() {
            assert!(set.find(row.becomes.parse().unwrap()).is_some(), "{}", row.becomes);
            assert!(!row.said.is_empty() && !row.why.is_empty(), "{}", row.becomes);
            for prefix in row.code.split('|') {
                assert!(set.find(prefix.parse().unwrap()).is_some(), "{prefix}");
            }
        }
    }
}
