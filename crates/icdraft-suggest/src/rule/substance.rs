//! One state of use for each substance.

use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Substance;

impl Rule for Substance {
    fn about(&self) -> About {
        About {
            name: "substance",
            what: "Of use, abuse and dependence of one substance only the gravest is drafted; current nicotine dependence stands before a history of it.",
            why: "Guideline I.C.5.b.2",
            example: "\"alcohol abuse\" and \"alcohol dependence with withdrawal\" -> F10.239 alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted: Vec<String> =
            draft.drafted("ICD-10-CM").into_iter().map(|n| draft.joined[n].best.code.clone()).collect();
        draft.joined.retain(|j| {
            let code = j.best.code.as_str();
            !drafted.iter().any(|other| is_graver(other, code))
        });
    }
}

/// Whether `other` is a graver state of use of the same substance than `code`.
fn is_graver(other: &str, code: &str) -> bool {
    match (grade(other), grade(code)) {
        (Some((a, high)), Some((b, low))) => a == b && high > low,
        _ => other.starts_with("F17") && (code == "Z87.891" || code == "Z72.0"),
    }
}

/// Category and grade of a code of chapter 5 that tells a state of use: F10.1 abuse, F10.9 use, F10.2 dependence.
fn grade(code: &str) -> Option<(&str, u8)> {
    let (category, rest) = code.split_once('.')?;
    if !("F10".."F20").contains(&category) || category == "F17" {
        return None;
    }
    let grade = match rest.as_bytes().first()? {
        b'9' => 1,
        b'1' => 2,
        b'2' => 3,
        _ => return None,
    };
    Some((category, grade))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_state_of_one_substance() {
        assert!(is_graver("F10.20", "F10.10") && is_graver("F10.10", "F10.99") && is_graver("F17.210", "Z87.891"));
        assert!(!is_graver("F10.20", "F11.10") && !is_graver("F10.10", "F10.20") && !is_graver("I10", "F10.10"));
    }
}
