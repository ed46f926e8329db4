//! Title lines that the description takes back.

use icdraft_note::SectionKind;

use crate::course::{self, Course};
use crate::rank::{self, BELOW};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct NotDone;

impl Rule for NotDone {
    fn about(&self) -> About {
        About {
            name: "not-done",
            what: "A procedure that the title lists and the description says was not performed leaves the draft, and the provider is asked.",
            why: "Medicare Program Integrity Manual, chapter 3: the body of the report supports the claim; what was not done is not reported",
            example: "\"PROCEDURE: knee arthroscopy, microfracture\" with \"microfracture was not performed\" -> no microfracture, and a query",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("CPT") {
            let best = &draft.joined[at].best;
            if best.section != SectionKind::ProcedurePerformed {
                continue;
            }
            let outline = &draft.notes[best.note].annotation.outline;
            let text = draft.encounter.notes[best.note].text.as_str();
            let denied = draft.refused.iter().find(|r| {
                let sentence = outline.sentences.iter().find(|(s, _)| s.span.contains(r.span));
                r.system == "CPT"
                    && r.code == best.code
                    && r.note == best.note
                    && sentence.is_some_and(|(sentence, section)| {
                        let told = matches!(
                            outline.ruling_kind(*section),
                            SectionKind::ProcedureDescription | SectionKind::Findings | SectionKind::Complications
                        );
                        told && course::said(&text[sentence.span], Course::NotDone).is_some()
                    })
            });
            let Some(denied) = denied else { continue };
            let (code, note, span) = (best.code.clone(), denied.note, denied.span);
            let joined = &mut draft.joined[at];
            joined.confidence = joined.confidence.min(BELOW);
            joined.best.reasons.push(Reason::new("not-done", "the description says that it was not performed"));
            let asks =
                "The title lists this procedure, the description says that it was not performed. Which is right?";
            draft.ask(&code, asks, note, span);
        }
        rank::order(&mut draft.joined);
    }
}
