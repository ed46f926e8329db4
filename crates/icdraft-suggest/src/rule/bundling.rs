//! Components of other procedures.

use crate::candidate::Refused;
use crate::procedure;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Bundling;

impl Rule for Bundling {
    fn about(&self) -> About {
        About {
            name: "bundling",
            what: "A procedure that is a component of another drafted one is listed as bundled, not drafted (column `bundles` of the lexicon, data/cpt/extent/included.tsv).",
            why: "CMS National Correct Coding Initiative, chapter I: more comprehensive procedures include their components",
            example: "\"diagnostic arthroscopy, arthroscopic meniscectomy\" -> the meniscectomy alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let procedures = draft.terminology.procedures();
        let included = &draft.terminology.extents().included;
        let drafted: Vec<(usize, Vec<String>)> = draft
            .drafted("CPT")
            .into_iter()
            .filter_map(|n| Some((draft.joined[n].best.procedure?, draft.joined[n].best.modifiers.clone())))
            .collect();
        let mut refused = Vec::new();
        draft.joined.retain(|one| {
            let Some(number) = one.best.procedure else { return true };
            // On the other side it is a procedure of its own.
            let elsewhere = |whole: &[String]| {
                let side = |m: &[String]| m.iter().find(|m| *m == "RT" || *m == "LT").cloned();
                side(whole).zip(side(&one.best.modifiers)).is_some_and(|(a, b)| a != b)
            };
            let code = procedures[number].code.as_str();
            let bundled = drafted.iter().any(|(whole, modifiers)| {
                let whole = &procedures[*whole];
                let part = procedure::is_component(whole, code) || included.iter().any(|r| r.holds(&whole.code, code));
                part && !elsewhere(modifiers)
            });
            if bundled {
                let best = &one.best;
                refused.push(Refused {
                    system: "CPT",
                    code: best.code.clone(),
                    note: best.note,
                    span: best.span,
                    reason: "bundled",
                    cue: None,
                });
            }
            !bundled
        });
        draft.refused.extend(refused);
    }
}
