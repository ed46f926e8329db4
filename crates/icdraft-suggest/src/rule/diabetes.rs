//! One type of diabetes.

use std::sync::LazyLock;

use crate::rank::{self, DRAFT};
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};
use crate::wording::Wordings;

#[derive(Debug)]
pub(super) struct Diabetes;

/// Categories of diabetes that a note has to name; E11 is what holds where it names none.
const NAMED: &[&str] = &["E08", "E09", "E10", "E13"];
const DEFAULT: &str = "E11";

static TYPE_TWO: LazyLock<Wordings> =
    LazyLock::new(|| Wordings::new("type 2|type ii|type two|t2dm|dm2|dm ii|niddm|non insulin dependent|adult onset"));

impl Rule for Diabetes {
    fn about(&self) -> About {
        About {
            name: "diabetes",
            what: "Complications of a diabetes whose type the note tells elsewhere take that type; insulin is no code of its own in type 1.",
            why: "Guidelines I.C.4.a.2 and I.C.4.a.3: type 2 only where no type is told; Z79.4 beside type 2 and secondary diabetes",
            example: "\"type 1 diabetes\" and \"diabetic nephropathy\" -> E10.21",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let categories: Vec<String> =
            draft.drafted("ICD-10-CM").into_iter().map(|n| draft.joined[n].best.code[..3].to_owned()).collect();
        let mut named: Vec<&str> = NAMED.iter().copied().filter(|c| categories.iter().any(|d| d == c)).collect();
        named.dedup();
        let [category] = named[..] else { return };
        // Each change takes one entry away from the default type.
        while let Some(at) = (0..draft.joined.len()).find(|&n| takes_type(draft, n)) {
            let code = draft.joined[at].best.code.replacen(DEFAULT, category, 1);
            let Some(choice) = draft.choose(&code, &[&draft.joined[at].best]) else { return };
            draft.recode(at, &choice, "diabetes", "the note tells the type of the diabetes elsewhere");
        }
        let own_insulin = category == "E10" && !categories.iter().any(|c| c == DEFAULT);
        for one in draft.joined.iter_mut().filter(|j| own_insulin && j.best.code == "Z79.4" && j.confidence >= DRAFT) {
            one.confidence = rank::BELOW;
            one.best.reasons.push(Reason::new("diabetes", "type 1 diabetes is treated with insulin anyway"));
        }
        rank::order(&mut draft.joined);
    }
}

/// Whether an entry is a drafted code of the default type in words that name no type.
fn takes_type(draft: &Draft<'_>, n: usize) -> bool {
    let one = &draft.joined[n];
    one.confidence >= DRAFT && one.best.code.starts_with(DEFAULT) && !draft.says(n, &TYPE_TWO)
}
