//! The most specific code of a category.

use icdraft_codeset::{CodeSet, EntryId};
use icdraft_note::{SectionKind, Span};

use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Specificity;

impl Rule for Specificity {
    fn about(&self) -> About {
        About {
            name: "most-specific",
            what: "An unspecified code gives way to a specified one of its category, or to one whose title says all of its words.",
            why: "Guidelines I.B.2 and I.B.18",
            example: "\"osteoarthritis of the right knee\" and \"knee arthritis\" -> M17.11 alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted: Vec<(String, bool)> = draft
            .drafted("ICD-10-CM")
            .into_iter()
            .map(|n| draft.joined[n].best.code.clone())
            .map(|code| (code.clone(), is_unspecified(draft.set, &code)))
            .collect();
        // What the surgeon found says more than the diagnosis line: the finding takes its place.
        for n in 0..draft.joined.len() {
            let found = &draft.joined[n];
            let code = found.best.code.clone();
            let finding = found.best.section == SectionKind::Findings
                && found.confidence < DRAFT
                && found.best.system == "ICD-10-CM";
            if !finding || code.len() < 5 || is_unspecified(draft.set, &code) {
                continue;
            }
            let line =
                drafted.iter().find(|(other, open)| *open && other.get(..5) == code.get(..5)).map(|d| d.0.clone());
            let Some(line) = line.and_then(|l| draft.joined.iter().position(|j| j.best.code == l)) else { continue };
            draft.joined[n].confidence = draft.joined[line].confidence * 0.95;
            draft.joined[n]
                .best
                .reasons
                .push(Reason::new("most-specific", "the findings say more than the diagnosis line"));
            draft.joined[line].confidence *= 0.4;
        }
        let terminology = draft.terminology;
        let titles: Vec<(String, Vec<u32>)> = drafted
            .iter()
            .filter_map(|(code, _)| Some((code.clone(), terminology.words(&draft.set.title(code.parse().ok()?)?))))
            .collect();
        // Two codes for the very same words are meant both.
        let spans: Vec<(Span, String)> = draft
            .drafted("ICD-10-CM")
            .into_iter()
            .map(|n| &draft.joined[n].best)
            .map(|b| (b.span, b.code.clone()))
            .collect();
        let same_words: Vec<(Span, &str)> = spans.iter().map(|(span, code)| (*span, code.as_str())).collect();
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
            let code = one.best.code.clone();
            let plain = is_plain(draft.set, &code);
            let left_open = openness(draft.set, &code);
            let scope = scope(draft.set, &code).unwrap_or_else(|| code[..3].to_owned());
            let says_more = |(other, open): &(String, bool)| {
                let more = !open || openness(draft.set, other) < left_open;
                *other != code && more && other.starts_with(&scope) && (plain || !is_plain(draft.set, other))
            };
            // "nephropathy" is said by "reflux with nephropathy" already.
            let text = draft.encounter.notes.get(one.best.note).map_or("", |n| n.text.as_str());
            let said = terminology.words(&text[one.best.span.start..one.best.span.end]);
            let contained = titles.iter().any(|(other, title)| {
                *other != code
                    && other[..1] == code[..1]
                    && !same_words.contains(&(one.best.span, other.as_str()))
                    && said.iter().all(|w| title.contains(w))
            });
            let free = plain && drafted.iter().any(|(other, _)| other[..3] == code[..3] && !is_plain(draft.set, other));
            if free || is_unspecified(draft.set, &code) && (contained || drafted.iter().any(says_more)) {
                one.confidence *= 0.4;
                one.best.reasons.push(Reason::new("most-specific", "another drafted code says more"));
            }
        }
        rank::order(&mut draft.joined);
    }
}

/// Whether a title says that there is nothing more: what does say more stands before it.
fn is_plain(set: &CodeSet, code: &str) -> bool {
    title_says(set, code, "without complication") || title_says(set, code, "uncomplicated")
}

fn is_unspecified(set: &CodeSet, code: &str) -> bool {
    title_says(set, code, "unspecified")
}

/// Where codes that say more than an unspecified one stand: below the entry above the first that is unspecified. A tear of the rotator
/// cuff that is unspecified says as much as an impingement of the shoulder, though both are of one category. Injuries of one category are
/// of one bone or region, and a "hip fracture" is the intertrochanteric one that the note tells elsewhere.
fn scope(set: &CodeSet, code: &str) -> Option<String> {
    if code.starts_with(['S', 'T']) {
        return None;
    }
    let (mut entry, _) = set.resolve(code.parse().ok()?)?;
    let open = |entry: EntryId| set.entry_title(entry).to_lowercase().contains("unspecified");
    while let Some(above) = set.parent(entry).filter(|above| open(*above) && set.code(*above).is_some()) {
        entry = above;
    }
    let above = set.code(set.parent(entry)?)?;
    Some(above.to_string())
}

/// How much a title leaves open: how often it says so, then how short the code is.
fn openness(set: &CodeSet, code: &str) -> (usize, usize) {
    let title = code.parse().ok().and_then(|c| set.title(c)).unwrap_or_default().to_lowercase();
    (title.matches("unspecified").count(), usize::MAX - code.len())
}

fn title_says(set: &CodeSet, code: &str, words: &str) -> bool {
    code.parse().ok().and_then(|c| set.title(c)).is_some_and(|t| t.to_lowercase().contains(words))
}
