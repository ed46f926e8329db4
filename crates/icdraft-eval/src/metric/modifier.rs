//! Modifiers of procedures.

use super::Share;
use super::matching::Case;

/// Right CPT drafts whose modifiers are those of the gold code, in any order (icdraft gold conventions).
pub(super) fn count(procedures: &Case<'_>) -> Share {
    let mut share = Share::default();
    for (draft, gold) in procedures.right() {
        share.count(sorted(&draft.modifiers) == sorted(&gold.modifiers));
    }
    share
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
        assert_eq!(case(System::Cpt, gold(), drafts, count), Share { hit: 1, of: 3 });
        assert_eq!(case(System::Cpt, gold(), vec![drafted("47562")], count), Share { hit: 1, of: 1 });
    }

    #[test]
    fn wrong_codes_are_not_asked() {
        assert_eq!(case(System::Cpt, vec![sure("64721")], vec![drafted("26055")], count), Share::default());
    }
}
