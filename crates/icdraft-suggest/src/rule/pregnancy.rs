//! Conditions in pregnancy.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge;
use crate::rank::DRAFT;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Pregnancy;

#[derive(Debug, Deserialize)]
struct Row {
    prefix: String,
    becomes: String,
    keeps: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/pregnancy.tsv")));

impl Rule for Pregnancy {
    fn about(&self) -> About {
        About {
            name: "pregnancy",
            what: "A condition of a pregnant patient takes a chapter 15 code first (data/pregnancy.tsv); the condition's own code follows where it says more.",
            why: "Guideline I.C.15.a.1",
            example: "\"29-week pregnancy, acute appendicitis\" -> O99.613, K35.80 and Z3A.29",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted = draft.drafted("ICD-10-CM");
        let pregnant = drafted.iter().any(|&n| {
            let code = draft.joined[n].best.code.as_str();
            code.starts_with("Z3A") || code.starts_with("Z33.1") || (code.starts_with('O') && !code.starts_with("O9A"))
        });
        if !pregnant {
            return;
        }
        for row in ROWS.iter() {
            let taken = |j: &crate::rank::Joined| j.best.reasons.iter().any(|r| r.rule == "pregnancy");
            let at = draft
                .joined
                .iter()
                .position(|j| j.confidence >= DRAFT && j.best.code.starts_with(&row.prefix) && !taken(j));
            let Some(at) = at else { continue };
            let found = draft.joined[at].clone();
            let Some(choice) = draft.choose(&row.becomes, &[&found.best]) else {
                continue;
            };
            draft.recode(at, &choice, "pregnancy", "the patient is pregnant (guideline I.C.15.a.1)");
            if row.keeps == "yes" {
                let mut own = found;
                own.confidence -= super::BEHIND;
                own.best.reasons.push(crate::report::Reason::new(
                    "pregnancy",
                    "says more than the chapter 15 code that precedes it",
                ));
                draft.joined.push(own);
                crate::rank::order(&mut draft.joined);
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
            assert!(matches!(row.keeps.as_str(), "yes" | "no"), "{}", row.prefix);
        }
    }
}
