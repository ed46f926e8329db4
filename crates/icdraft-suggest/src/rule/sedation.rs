//! Moderate sedation by the one who operates.

use icdraft_note::Span;

use crate::procedure;
use crate::rank::DRAFT;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Sedation;

/// Sedation by the same professional: first 15 minutes up to four years, from five years on, each further 15 minutes.
const OWN: &[&str] = &["99151", "99152", "99153"];
const WORDS: &[&str] =
    &["moderate sedation", "conscious sedation", "procedural sedation", "sedation by me", "sedation moderate"];
const OBSERVER: &[&str] = &[
    "independent trained observer",
    "trained observer",
    "independent observer",
    "monitored by a registered nurse",
    "nurse monitored",
    "rn under my direction",
    "nurse under my direction",
    "monitored by rn",
    "trained nurse",
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
        let span = Span::new(start, start + words.len());
        let observed = OBSERVER.iter().any(|w| lower.contains(w));
        let minutes = lower[start..].split(['.', '\n']).take(3).find_map(minutes);
        if let Some(minutes) = minutes.filter(|_| observed) {
            let age = draft.notes[note].annotation.patient.age;
            let first = if age.is_some_and(|age| age < 5.0) { "99151" } else { "99152" };
            // A further 15 minutes count from their middle on.
            let further = (minutes + 7).saturating_sub(15) / 15;
            let why = format!("{minutes} minutes and an independent observer are documented");
            for (code, units) in [(first, 1), ("99153", further)].into_iter().filter(|(_, units)| *units > 0) {
                procedure::add(draft, line, code, units, "sedation", &why);
                if let Some(one) = draft.joined.iter_mut().find(|j| j.best.code == code) {
                    one.best.span = span;
                    one.best.modifiers.clear();
                    one.evidence = vec![one.best.clone()];
                }
            }
            return;
        }
        for one in draft.joined.iter_mut().filter(|j| OWN.contains(&j.best.code.as_str())) {
            one.confidence = one.confidence.min(DRAFT - 0.1);
            one.best.reasons.push(Reason::new("sedation", "time or independent observer are not documented"));
        }
        let asks = "Who monitored the sedation, and for how many minutes? Without both it is not reported.";
        draft.ask("99152", asks, note, span);
        crate::rank::order(&mut draft.joined);
    }
}

/// The number before "minutes".
fn minutes(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(2).find_map(|w| matches!(w[1], "minutes" | "min" | "mins").then(|| w[0].parse().ok()).flatten())
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn minutes_of_sedation() {
        assert_eq!(minutes(" sedation for a total of 32 minutes"), Some(32));
        assert_eq!(minutes("sedation over some minutes"), None);
    }
}
