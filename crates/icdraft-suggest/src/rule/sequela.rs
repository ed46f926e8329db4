//! Late effects of strokes.

use std::sync::LazyLock;

use icdraft_mention::plain_words;
use icdraft_note::Span;
use serde::Deserialize;

use crate::candidate::Candidate;
use crate::knowledge;
use crate::rule::{About, Draft, Rule};
use crate::wording::Wordings;

#[derive(Debug)]
pub(super) struct Sequela;

/// A deficit and the subcategory of I69 that names it.
#[derive(Debug, Deserialize)]
struct Row {
    /// Prefix of the deficit's code.
    deficit: String,
    /// What follows the digit of the cause in I69.
    names: String,
    /// Whether the deficit's own code stays, because it says more.
    keeps: Keeps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keeps {
    Both,
    Sequela,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| knowledge::rows(include_bytes!("../../data/sequelae.tsv")));

/// Words that make the cause a past one.
static LATE: LazyLock<Wordings> = LazyLock::new(|| {
    Wordings::new("sequela|late effect|residual|old|prior|previous|remote|following|after|status post|history of")
});
/// Words that make it a present one all the same.
static FRESH: LazyLock<Wordings> = LazyLock::new(|| Wordings::new("acute|subacute|new|evolving|today|this admission"));

impl Rule for Sequela {
    fn about(&self) -> About {
        About {
            name: "sequela",
            what: "A deficit that stays from an earlier stroke is coded to I69 with its cause and side (data/sequelae.tsv); the history of the stroke is then not coded.",
            why: "Guidelines I.C.9.d.1 and I.C.9.d.3; the side that the patient prefers, or right as dominant (I.C.6.a)",
            example: "\"residual right hemiparesis from old stroke\" -> I69.351",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let mut causes: Vec<(usize, Span)> = Vec::new();
        for row in ROWS.iter() {
            let named = |n: &usize| draft.joined[*n].best.code.starts_with(&row.deficit);
            let Some(at) = draft.drafted("ICD-10-CM").into_iter().find(named) else { continue };
            let Some((cause, place)) = past_stroke(draft, at) else { continue };
            let deficit = draft.joined[at].clone();
            let Some(choice) = draft.choose(&format!("I69.{cause}{}", row.names), &[&deficit.best]) else { continue };
            draft.recode(at, &choice, "sequela", "a late effect of the stroke (guideline I.C.9.d.1)");
            if row.keeps == Keeps::Both {
                let mut own = deficit;
                own.confidence -= super::BEHIND;
                draft.joined.push(own);
                crate::rank::order(&mut draft.joined);
            }
            causes.push(place);
        }
        // The stroke is told by the code of its late effect.
        let told = |c: &Candidate| causes.iter().any(|(note, span)| c.note == *note && span.contains(c.span));
        draft.joined.retain(|j| cause_digit(&j.best.code).is_none() || !j.evidence.iter().any(told));
    }
}

/// The digit in I69 of a stroke that is told as past in a sentence behind the entry, and that sentence.
fn past_stroke(draft: &Draft<'_>, at: usize) -> Option<(char, (usize, Span))> {
    draft.joined[at].evidence.iter().find_map(|deficit| {
        let (text, inside) = draft.sentence(deficit)?;
        let start = deficit.span.start - inside.start;
        let sentence = Span::new(start, start + text.len());
        let behind = |c: &Candidate| c.note == deficit.note && sentence.contains(c.span);
        let words = plain_words(text);
        let said = LATE.said_in(&words) && !FRESH.said_in(&words);
        draft.joined.iter().filter(|j| j.confidence > 0.0).find_map(|j| {
            let digit = cause_digit(&j.best.code)?;
            let past = j.best.code.starts_with('Z') || said;
            (past && j.evidence.iter().any(behind)).then_some((digit, (deficit.note, sentence)))
        })
    })
}

/// What stands for a stroke in I69: hemorrhages 0 to 2, infarction and stroke that is not specified 3.
fn cause_digit(code: &str) -> Option<char> {
    [("I60", '0'), ("I61", '1'), ("I62", '2'), ("I63", '3'), ("Z86.73", '3')]
        .iter()
        .find(|(prefix, _)| code.starts_with(prefix))
        .map(|c| c.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_codeset::CodeSet;

    #[test]
    fn rows_name_entries_of_the_release() {
        let set = CodeSet::embedded();
        for row in ROWS.iter() {
            for cause in ['0', '1', '2', '3'] {
                let named = format!("I69.{cause}{}", row.names);
                assert!(set.find(named.parse().unwrap()).is_some(), "{named}");
            }
        }
    }
}
