//! Combination codes: one code for two conditions.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::knowledge;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Combination;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keeps {
    /// The second condition's code stays beside the combination.
    Second,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Near {
    Sentence,
    Section,
    Note,
}

#[derive(Debug, Deserialize)]
struct Row {
    first: String,
    second: String,
    becomes: String,
    keeps: Keeps,
    near: Near,
    why: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/combinations.tsv")));

impl Rule for Combination {
    fn about(&self) -> About {
        About {
            name: "combination",
            what: "Two drafted conditions that one code joins are coded with it (data/combinations.tsv).",
            why: "Guidelines I.B.9 and I.A.15: combination codes, and conditions presumed linked by \"with\"",
            example: "\"diabetes\" and \"ulcer of the right foot\" -> E11.621 and L97.519",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        // What a row of a whole category has taken: diabetes with a foot ulcer is not diabetes with another ulcer too.
        let mut taken: Vec<String> = Vec::new();
        for row in ROWS.iter() {
            // A combination may feed the next (I10 to I11.0 to I13.0); each row acts once.
            let drafted = draft.drafted("ICD-10-CM");
            let find = |prefixes: &str| drafted.iter().copied().find(|&n| begins(&draft.joined[n].best.code, prefixes));
            let Some((first, second)) = find(&row.first).zip(find(&row.second)).filter(|(a, b)| a != b) else {
                continue;
            };
            let (a, b) = (draft.joined[first].clone(), draft.joined[second].clone());
            if taken.contains(&b.best.code) || !is_near(draft, first, second, row.near) {
                continue;
            }
            let target = row.becomes.replace('@', &a.best.code[..3]);
            let Some(choice) = draft.choose(&target, &[&a.best, &b.best]) else {
                continue;
            };
            let whole_category = row.becomes.starts_with('@');
            // A second complication of the same disease is a second code.
            let further = whole_category && a.best.reasons.iter().any(|r| r.rule == "combination");
            if further {
                draft.joined.push(a);
            }
            draft.joined[first].evidence.extend(b.evidence.iter().cloned());
            draft.recode(first, &choice, "combination", &row.why);
            if row.keeps == Keeps::None {
                draft.joined.retain(|j| j.best.code != b.best.code);
            }
            if whole_category {
                taken.push(b.best.code);
            }
        }
    }
}

fn begins(code: &str, prefixes: &str) -> bool {
    prefixes.split('|').any(|p| code.starts_with(p))
}

fn is_near(draft: &Draft<'_>, first: usize, second: usize, near: Near) -> bool {
    let (a, b) = (&draft.joined[first], &draft.joined[second]);
    let place = |c: &crate::candidate::Candidate| {
        let mention = draft.notes.get(c.note)?.annotation.mentions.get(c.mention)?;
        Some((c.note, mention.sentence, mention.section))
    };
    let pairs = || a.evidence.iter().flat_map(|x| b.evidence.iter().map(move |y| (place(x), place(y))));
    match near {
        Near::Note => true,
        Near::Section => pairs().any(|(x, y)| x.zip(y).is_some_and(|(x, y)| (x.0, x.2) == (y.0, y.2))),
        Near::Sentence => pairs().any(|(x, y)| x.zip(y).is_some_and(|(x, y)| (x.0, x.1) == (y.0, y.1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::{Code, CodeSet};

    #[test]
    fn rows_name_entries_of_the_release() {
        let set = CodeSet::embedded();
        for row in ROWS.iter() {
            for first in row.first.split('|') {
                let target: Code = row.becomes.replace('@', &first[..3]).parse().unwrap();
                assert!(set.find(target).is_some(), "{first} + {}: {target}", row.second);
            }
            assert!(!row.why.is_empty(), "{} + {}", row.first, row.second);
        }
    }
}
