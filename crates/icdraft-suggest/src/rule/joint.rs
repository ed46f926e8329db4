//! Two procedures that one code reports together.

use crate::procedure;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Joint;

impl Rule for Joint {
    fn about(&self) -> About {
        About {
            name: "joint",
            what: "Two drafted procedures that one code reports together are drafted as that code (data/cpt/extent/pairs.tsv).",
            why: "CMS National Correct Coding Initiative, chapter I: the code of the whole service, not of its parts",
            example: "\"tonsillectomy\" and \"adenoidectomy\" of an adult -> 42821",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for [first, second, becomes] in &draft.terminology.extents().pairs {
            let drafted = draft.drafted("CPT");
            let find = |code: &str| drafted.iter().copied().find(|&n| draft.joined[n].best.code == *code);
            let Some((a, b)) = find(first).zip(find(second)) else { continue };
            let why = format!("{first} and {second} together");
            let part = draft.joined[b].clone();
            if procedure::recode(draft, a, becomes, "joint", &why) {
                draft.joined.retain(|j| j.best.system != "CPT" || j.best.code != *second);
                if let Some(whole) = draft.joined.iter_mut().find(|j| j.best.system == "CPT" && j.best.code == *becomes)
                {
                    whole.evidence.extend(part.evidence);
                }
            }
        }
    }
}
