//! Combination codes: one code for two conditions.

use std::sync::LazyLock;

use icdraft_mention::plain_words;
use serde::Deserialize;

use crate::candidate::Candidate;
use crate::knowledge::{self, begins};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};
use crate::wording::{LINKS, SEQUENCE, Wordings};

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
    /// One is told to come from the other.
    Linked,
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
            if [first, second].into_iter().any(|n| draft.says(n, &UNRELATED)) {
                continue;
            }
            if row.becomes == SAME {
                draft.joined[first].evidence.extend(b.evidence.iter().cloned());
                draft.joined[first]
                    .best
                    .reasons
                    .push(Reason::new("combination", format!("says {} too: {}", b.best.code, row.why)));
                draft.joined.retain(|j| j.best.code != b.best.code);
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

/// The first condition's own code says both.
const SAME: &str = "=";

/// Words that keep apart what is otherwise presumed linked (guideline I.A.15).
static UNRELATED: LazyLock<Wordings> = LazyLock::new(|| {
    Wordings::new(
        "not hypertensive|non hypertensive|nonhypertensive|not diabetic|non diabetic|nondiabetic|not due to hypertension|not due to diabetes\
         |unrelated to hypertension|unrelated to diabetes|not related to hypertension|not related to diabetes",
    )
});

/// Most words between two linked conditions.
const GAP: usize = 5;

fn is_near(draft: &Draft<'_>, first: usize, second: usize, near: Near) -> bool {
    let (a, b) = (&draft.joined[first], &draft.joined[second]);
    let place = |c: &Candidate| {
        let mention = draft.mention(c)?;
        Some((c.note, mention.sentence, mention.section))
    };
    let pairs = || a.evidence.iter().flat_map(|x| b.evidence.iter().map(move |y| (place(x), place(y))));
    let linked = |x: &Candidate, y: &Candidate| {
        let Some((text, one)) = draft.sentence(x) else { return false };
        let (Some((_, other)), true) = (draft.sentence(y), place(x) == place(y)) else { return false };
        let between = if one.start < other.start { one.end..other.start } else { other.end..one.start };
        let words = plain_words(text.get(between).unwrap_or_default());
        words.len() <= GAP && (LINKS.said_in(&words) || SEQUENCE.said_in(&words))
    };
    match near {
        Near::Linked => a.evidence.iter().any(|x| b.evidence.iter().any(|y| linked(x, y))),
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
            for first in row.first.split('|').filter(|_| row.becomes != SAME) {
                let target: Code = row.becomes.replace('@', &first[..3]).parse().unwrap();
                assert!(set.find(target).is_some(), "{first} + {}: {target}", row.second);
            }
            assert!(!row.why.is_empty(), "{} + {}", row.first, row.second);
        }
    }
}
