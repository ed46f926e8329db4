//! Modifiers and units of procedures.

use std::ops::AddAssign;

use super::Share;
use super::code::Tally;
use super::matching::Case;

/// The details of right CPT drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ModifierCounts {
    /// Those whose modifiers are those of the gold code, in any order (icdraft gold conventions).
    pub(crate) exact: Share,
    /// Modifiers one by one.
    pub(crate) each: Tally,
    /// Those with the units of the gold code, where gold gives units.
    pub(crate) units: Share,
}

impl AddAssign for ModifierCounts {
    fn add_assign(&mut self, other: Self) {
        self.exact += other.exact;
        self.each += other.each;
        self.units += other.units;
    }
}

pub(super) fn count(procedures: &Case<'_>) -> ModifierCounts {
    let mut counts = ModifierCounts::default();
    for (draft, gold) in procedures.right() {
        let (drafted, wanted) = (sorted(&draft.modifiers), sorted(&gold.modifiers));
        counts.exact.count(drafted == wanted);
        let right = drafted.iter().filter(|modifier| wanted.contains(modifier)).count();
        counts.each += Tally { tp: right, fp: drafted.len() - right, fn_: wanted.len() - right.min(wanted.len()) };
        if let Some(units) = gold.units {
            counts.units.count(draft.units.unwrap_or(1) == units);
        }
    }
    counts
}

fn sorted(modifiers: &[String]) -> Vec<&str> {
    let mut modifiers: Vec<&str> = modifiers.iter().map(String::as_str).collect();
    modifiers.sort_unstable();
    modifiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::System;
    use crate::metric::made_up::{case, drafted, sure};

    #[test]
    fn order_does_not_matter_but_number_does() {
        let gold = || vec![sure("64721").with(&["RT", "59"]), sure("26055").with(&["F6"]), sure("47562")];
        let drafts = vec![drafted("64721").with(&["59", "RT"]), drafted("26055"), drafted("47562").with(&["59"])];
        let counts = case(System::Cpt, gold(), drafts, count);
        // RT and 59 are right, F6 is missed, the 59 of the third line is wrong.
        assert_eq!((counts.exact, counts.each), (Share { hit: 1, of: 3 }, Tally { tp: 2, fp: 1, fn_: 1 }));
        assert_eq!(case(System::Cpt, gold(), vec![drafted("47562")], count).exact, Share { hit: 1, of: 1 });
    }

    #[test]
    fn wrong_codes_are_not_asked() {
        assert_eq!(case(System::Cpt, vec![sure("64721")], vec![drafted("26055")], count), ModifierCounts::default());
    }

    #[test]
    fn units_are_asked_where_gold_gives_them() {
        let gold = vec![sure("11102").units(2), sure("64721").units(1), sure("26055").units(3), sure("47562")];
        let drafts =
            vec![drafted("11102").units(2), drafted("64721"), drafted("26055").units(2), drafted("47562").units(4)];
        // Two of the three lines with units: a draft without units stands for one.
        assert_eq!(case(System::Cpt, gold, drafts, count).units, Share { hit: 2, of: 3 });
    }
}
