//! The injection of a vaccine beside the vaccine.

use crate::procedure;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Immunization;

/// Numbers of vaccines; what is given by mouth or into the nose among them; administrations of any kind.
const VACCINES: std::ops::RangeInclusive<&str> = "90476"..="90759";
const NOT_INJECTED: &[&str] = &["90660", "90672", "90680", "90681"];
const ADMINISTRATIONS: &[&str] = &["90460", "90461", "90471", "90472", "90473", "90474"];

impl Rule for Immunization {
    fn about(&self) -> About {
        About {
            name: "immunization",
            what: "A vaccine that was injected adds the line of its injection, each further one that of a further injection, unless the note's own words gave an administration.",
            why: "CPT, notes before 90460: the vaccine and its administration are reported apart",
            example: "\"Tdap given today\" -> 90715 and 90471",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted = draft.drafted("CPT");
        let code = |n: usize| draft.joined[n].best.code.as_str();
        if drafted.iter().any(|&n| ADMINISTRATIONS.contains(&code(n))) {
            return;
        }
        let injected = |n: &&usize| VACCINES.contains(&code(**n)) && !NOT_INJECTED.contains(&code(**n));
        let injected: Vec<usize> = drafted.iter().filter(injected).copied().collect();
        let Some(&first) = injected.first() else { return };
        let first = draft.joined[first].best.code.clone();
        let further = u32::try_from(injected.len() - 1).unwrap_or(0);
        let at = |draft: &Draft<'_>| draft.joined.iter().position(|j| j.best.system == "CPT" && j.best.code == first);
        if let Some(at) = at(draft) {
            procedure::add(draft, at, "90471", 1, "immunization", "the injection of the vaccine");
        }
        if let Some(at) = at(draft).filter(|_| further > 0) {
            procedure::add(draft, at, "90472", further, "immunization", "further injections of vaccines");
        }
    }
}
