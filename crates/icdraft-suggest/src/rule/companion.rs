//! A second code for the same words.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge::{self, begins};
use crate::rule::{About, Draft, Rule};
use crate::wording::Wordings;

#[derive(Debug)]
pub(super) struct Companion;

#[derive(Debug, Deserialize)]
struct Row {
    /// Code prefixes, separated by `|`.
    code: String,
    /// What the sentence must say; empty: nothing.
    said: Wordings,
    adds: String,
    /// Prefixes of drafted codes that say it already.
    unless: String,
    why: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/companions.tsv")));

impl Rule for Companion {
    fn about(&self) -> About {
        About {
            name: "companion",
            what: "Words that two codes report together bring both (data/companions.tsv).",
            why: "Guidelines I.A.13, I.B.7, I.B.8 and I.C.1.d: etiology and manifestation, organism, acute and chronic, sepsis",
            example: "\"cellulitis of the left leg due to MRSA\" -> L03.116 and B95.62",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for row in ROWS.iter() {
            let drafted = draft.drafted("ICD-10-CM");
            let says = |n: usize| row.said.is_empty() || draft.says(n, &row.said);
            let Some(at) = drafted.iter().copied().find(|&n| begins(&draft.joined[n].best.code, &row.code) && says(n))
            else {
                continue;
            };
            // Where the note says it in words of its own, those chose the leaf.
            let own = draft.joined[at].best.code.starts_with(&row.adds[..3]);
            let known = if own { &row.adds } else { &row.adds[..3] };
            let told = |n: usize| {
                let code = &draft.joined[n].best.code;
                n != at && code.starts_with(known) || begins(code, &row.unless)
            };
            if drafted.iter().any(|&n| told(n)) {
                continue;
            }
            if let Some(choice) = draft.choose(&row.adds, &[&draft.joined[at].best]) {
                draft.add(at, &choice, "companion", &row.why);
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
        let known = |prefix: &str| set.entries().filter_map(|e| set.code(e)).any(|c| c.to_string().starts_with(prefix));
        for row in ROWS.iter() {
            assert!(set.find(row.adds.parse().unwrap()).is_some(), "{}", row.adds);
            assert!(!row.why.is_empty());
            for prefix in row.code.split('|').chain(row.unless.split('|').filter(|p| !p.is_empty())) {
                assert!(known(prefix), "{prefix} in the row that adds {}", row.adds);
            }
        }
    }
}
