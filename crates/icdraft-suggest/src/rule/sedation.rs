//! Moderate sedation by the one who operates.

use icdraft_note::Span;

use crate::rank::DRAFT;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Sedation;

/// Sedation by the same professional: first 15 minutes up to four years, from five years on, each further 15 minutes.
const OWN: &[&str] = &["99151", "99152", "99153"];
const WORDS: &[&str] = &["moderate sedation", "conscious sedation"];
const OBSERVER: &[&str] = &[
    "independent trained observer",
    "trained observer",
    "independent observer",
    "monitored by a registered nurse",
    "nurse monitored",
];

impl Rule for Sedation {
    fn about(&self) -> About {
        About {
            name: "sedation",
            what: "Moderate sedation is a line of its own only where its time and an independent observer are documented; otherwise the provider is asked.",
            why: "CPT, notes before 99151: intra-service time and an independent trained observer",
            example: "\"conscious sedation, colonoscopy\" -> no line, a query about time and observer",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let lines = draft.drafted("CPT");
        let Some(&line) = lines.first() else { return };
        let note = draft.joined[line].best.note;
        let lower = draft.encounter.notes[note].text.to_ascii_lowercase();
        let Some((start, words)) = WORDS.iter().find_map(|w| Some((lower.find(w)?, *w))) else { return };
        let observed = OBSERVER.iter().any(|w| lower.contains(w));
        let timed = lower[start..].split(['.', '\n']).take(3).any(|s| s.contains("minutes"));
        if observed && timed {
            return;
        }
        for one in draft.joined.iter_mut().filter(|j| OWN.contains(&j.best.code.as_str())) {
            one.confidence = one.confidence.min(DRAFT - 0.1);
            one.best.reasons.push(Reason::new("sedation", "time or independent observer are not documented"));
        }
        let asks = "Who monitored the sedation, and for how many minutes? Without both it is not reported.";
        draft.ask("99152", asks, note, Span::new(start, start + words.len()));
        crate::rank::order(&mut draft.joined);
    }
}
