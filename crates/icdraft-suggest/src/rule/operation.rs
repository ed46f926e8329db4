//! The title of an operation against its body.

use icdraft_note::SectionKind;

use crate::course::{self, Course};
use crate::procedure;
use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Operation;

impl Rule for Operation {
    fn about(&self) -> About {
        About {
            name: "operation",
            what: "The body of the report confirms, extends or contradicts its title: a conversion is coded open, a body that says more takes the place of a vague title, and a contradiction becomes a query.",
            why: "CPT is coded from what the body of the operative report documents; CMS NCCI, chapter I, on conversions",
            example: "\"PROCEDURE: Laparoscopic cholecystectomy. ... converted to open\" -> 47600 and a query about the title",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        self.convert(draft);
        self.extend(draft);
    }
}

impl Operation {
    fn convert(&self, draft: &mut Draft<'_>) {
        let conversions = &draft.terminology.extents().conversions;
        let drafted = draft.drafted("CPT");
        let found = drafted.into_iter().find_map(|n| {
            let best = &draft.joined[n].best;
            let open = conversions.iter().find(|(scope, _)| *scope == best.code).map(|(_, open)| open)?;
            let place = course::told(draft, best.note, Course::Converted).first()?.span;
            Some((n, open, best.note, place))
        });
        let Some((at, open, note, place)) = found else { return };
        let words = &draft.encounter.notes[note].text.as_str()[place];
        let scope = draft.joined[at].best.code.clone();
        if procedure::recode(draft, at, open, "operation", &format!("\"{words}\": the open procedure is reported")) {
            let asks = format!("The title names {scope}, the body says \"{words}\". Should the title be amended?");
            draft.ask(open, asks, note, place);
        }
    }

    /// What the body names and the title only as a part of it ("colonoscopy", with a polyp snared in the body) is what was done.
    fn extend(&self, draft: &mut Draft<'_>) {
        let procedures = draft.terminology.procedures();
        let distinct = &draft.terminology.extents().distinct;
        let in_body =
            |kind| matches!(kind, SectionKind::ProcedureDescription | SectionKind::Findings | SectionKind::Impression);
        let titles: Vec<(String, f64)> = draft
            .drafted("CPT")
            .into_iter()
            .map(|n| &draft.joined[n])
            .filter(|j| j.best.section == SectionKind::ProcedurePerformed)
            .map(|j| (j.best.code.clone(), j.confidence))
            .collect();
        for one in draft.joined.iter_mut().filter(|j| j.confidence < DRAFT && in_body(j.best.section)) {
            let Some(whole) = one.best.procedure.map(|n| &procedures[n]).filter(|p| p.addon_of.is_empty()) else {
                continue;
            };
            // A second technique on another lesion is told in the body alone.
            let beside = distinct.iter().filter(|d| d.lesser == whole.code).flat_map(|d| &d.greater);
            let second = titles.iter().find(|(code, _)| beside.clone().any(|g| g == code));
            let part =
                titles.iter().find(|(code, _)| code[..3] == whole.code[..3] && procedure::is_component(whole, code));
            if let Some((code, confidence)) = part.or(second) {
                one.confidence = (confidence * 0.9).max(DRAFT);
                one.best.reasons.push(Reason::new("operation", format!("the body says more than the title's {code}")));
            }
        }
        rank::order(&mut draft.joined);
    }
}
