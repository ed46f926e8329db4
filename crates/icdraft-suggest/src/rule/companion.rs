//! A second code for the same words.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Companion;

#[derive(Debug, Deserialize)]
struct Row {
    /// Code prefixes, separated by `|`.
    code: String,
    /// Words of which one wording must stand in the sentence, separated by `|`; empty: none needs to.
    said: String,
    adds: String,
    why: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/companions.tsv")));

impl Rule for Companion {
    fn about(&self) -> About {
        About {
            name: "companion",
            what: "Words that two codes report together bring both (data/companions.tsv).",
            why: "Guidelines I.A.13, I.B.7 and I.C.19.e: etiology and manifestation, organism, adverse effect",
            example: "\"cellulitis of the left leg due to MRSA\" -> L03.116 and B95.62",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for row in ROWS.iter() {
            let begins = |code: &str| row.code.split('|').any(|p| code.starts_with(p));
            let words = |said: &str| draft.terminology.words(said);
            let wordings: Vec<Vec<u32>> = row.said.split('|').filter(|s| !s.is_empty()).map(words).collect();
            let says = |n: usize| {
                wordings.is_empty()
                    || draft.joined[n].evidence.iter().any(|c| {
                        let read = &draft.notes[c.note];
                        wordings.iter().any(|words| !words.is_empty() && read.says_near(c.mention, words))
                    })
            };
            let found = draft.drafted("ICD-10-CM").into_iter().find(|&n| begins(&draft.joined[n].best.code) && says(n));
            let Some(at) = found else { continue };
            // Where the note says it in words of its own, those chose the leaf.
            let own = draft.joined[at].best.code.starts_with(&row.adds[..3]);
            let known = if own { &row.adds } else { &row.adds[..3] };
            if draft.drafted("ICD-10-CM").into_iter().any(|n| draft.joined[n].best.code.starts_with(known)) {
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
    use icdraft_mention::{Procedures, Terminology};

    #[test]
    fn rows_name_entries_of_the_release_and_known_words() {
        let set = CodeSet::embedded();
        let terminology = Terminology::new(&set, Procedures::None).unwrap();
        for row in ROWS.iter() {
            assert!(set.find(row.adds.parse().unwrap()).is_some(), "{}", row.adds);
            for said in row.said.split('|').filter(|s| !s.is_empty()) {
                let known = terminology.words(said).len();
                assert_eq!(
                    known,
                    said.split_whitespace().count(),
                    "{}: `{said}` holds a word that no phrase knows",
                    row.code
                );
            }
            assert!(!row.why.is_empty());
        }
    }
}
