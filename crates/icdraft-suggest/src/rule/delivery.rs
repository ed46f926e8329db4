//! The outcome of a delivery.

use std::sync::LazyLock;

use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};
use crate::wording::Wordings;

#[derive(Debug)]
pub(super) struct Delivery;

static STILLBORN: LazyLock<Wordings> =
    LazyLock::new(|| Wordings::new("stillborn|stillbirth|fetal demise|intrauterine demise|nonviable|non viable"));

impl Rule for Delivery {
    fn about(&self) -> About {
        About {
            name: "delivery",
            what: "A delivery brings the code of its outcome, by the number of children and whether they live; where the note does not tell it is asked.",
            why: "Guideline I.C.15.b.5: Z37 on every maternal record of a delivery",
            example: "\"twin pregnancy\" and \"two viable infants\" -> Z37.2 beside the chapter 15 codes",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let obstetric = draft.drafted("ICD-10-CM").into_iter().find(|&n| draft.joined[n].best.code.starts_with('O'));
        let Some(first) = obstetric.filter(|_| draft.notes.iter().any(|read| read.delivery)) else { return };
        let children = children(draft);
        let Some(at) = draft.joined.iter().position(|j| j.best.code.starts_with("Z37")) else {
            ask(draft, first);
            return;
        };
        let alive = !draft.says(at, &STILLBORN);
        let code = match (children, draft.joined[at].best.code.as_str(), alive) {
            (2, "Z37.0", true) => "Z37.2",
            (2, "Z37.0", false) => "Z37.3",
            (2, "Z37.1", _) => "Z37.4",
            (3, "Z37.0", true) => "Z37.51",
            (4, "Z37.0", true) => "Z37.52",
            _ => "",
        };
        if let Some(choice) = draft.choose(code, &[&draft.joined[at].best]) {
            draft.recode(at, &choice, "delivery", "the pregnancy is one of several children");
        }
        for outcome in draft.joined.iter_mut().filter(|j| j.best.code.starts_with("Z37") && j.confidence < DRAFT) {
            outcome.confidence = DRAFT;
            outcome.best.reasons.push(Reason::new("delivery", "the outcome belongs to every delivery"));
        }
        rank::order(&mut draft.joined);
    }
}

/// Number of children that the drafted codes of multiple gestation tell.
fn children(draft: &Draft<'_>) -> usize {
    let code = |prefix: &str| draft.joined.iter().any(|j| j.confidence >= DRAFT && j.best.code.starts_with(prefix));
    [("O30.2", 4), ("O30.1", 3), ("O30.0", 2)].into_iter().find(|(prefix, _)| code(prefix)).map_or(1, |(_, n)| n)
}

fn ask(draft: &mut Draft<'_>, first: usize) {
    let best = &draft.joined[first].best;
    let (code, note, span) = (best.code.clone(), best.note, best.span);
    let asks = "What was the outcome of the delivery? Z37 tells the number of children and whether they live.";
    draft.ask(&code, asks, note, span);
}
