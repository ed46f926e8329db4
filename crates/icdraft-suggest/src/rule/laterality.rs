//! Both sides where no code says both.

use icdraft_codeset::{Code, EntryId};
use icdraft_mention::Side;

use crate::rank;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Laterality;

impl Rule for Laterality {
    fn about(&self) -> About {
        About {
            name: "laterality",
            what: "A bilateral condition without a bilateral code is coded once for each side.",
            why: "Guideline I.B.13",
            example: "\"bilateral medial epicondylitis\" -> M77.01 and M77.02",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let mut added = Vec::new();
        for joined in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM" && j.best.bilateral) {
            let Some((right, left)) = joined.best.code.parse().ok().and_then(|code| sides(draft.set, code)) else {
                continue;
            };
            let mut other = joined.clone();
            joined.best.code = right.to_string();
            other.best.code = left.to_string();
            for one in [&mut *joined, &mut other] {
                one.best.open = None;
                one.best
                    .reasons
                    .push(crate::report::Reason::new("laterality", "both sides, and no code for both: one for each"));
            }
            added.push(other);
        }
        draft.joined.extend(added);
        // A side may have been coded by other words already.
        let mut seen: Vec<rank::Joined> = Vec::new();
        for joined in draft.joined.drain(..) {
            match seen.iter_mut().find(|s| s.best.system == joined.best.system && s.best.code == joined.best.code) {
                Some(same) => same.absorb(joined),
                None => seen.push(joined),
            }
        }
        draft.joined = seen;
        rank::order(&mut draft.joined);
    }
}

/// The right and the left sibling of a code that is unspecified or the right one, where there is no bilateral one.
fn sides(set: &icdraft_codeset::CodeSet, code: Code) -> Option<(Code, Code)> {
    let (id, seventh) = set.resolve(code)?;
    let parent = set.parent(id)?;
    // Of several sites, the one that was chosen.
    let title = set.entry_title(id).to_lowercase();
    let other = title.replace("right", "left");
    let of = |side: Side| {
        if other != title && side != Side::Bilateral {
            let wanted = if side == Side::Left { &other } else { &title };
            let above = std::iter::successors(Some(parent), |&entry| set.parent(entry)).take(3);
            let titled = |&l: &EntryId| set.entry_title(l).to_lowercase() == *wanted;
            return above.into_iter().find_map(|entry| set.leaves(entry).find(titled));
        }
        set.leaves(parent).filter(|&l| set.parent(l) == Some(parent)).find(|&l| {
            set.entry_title(l).to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|w| w == side.name())
        })
    };
    if of(Side::Bilateral).is_some() {
        return None;
    }
    let full = |entry| {
        let code = set.code(entry)?;
        let code = seventh.map_or(code, |c| code.with_seventh(c));
        set.is_billable(code).then_some(code)
    };
    Some((full(of(Side::Right)?)?, full(of(Side::Left)?)?))
}
