//! One state of use for each substance.

use icdraft_codeset::Code;

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
        self.join_states(draft);
        let drafted = draft.codes("ICD-10-CM");
        draft.joined.retain(|j| {
            let code = j.best.code.as_str();
            !drafted.iter().any(|other| is_graver(other, code))
        });
    }
}

impl Substance {
    /// Withdrawal, intoxication and what the substance induced belong to the state of use: "dependence" and "withdrawal" are one code.
    fn join_states(&self, draft: &mut Draft<'_>) {
        let drafted = draft.codes("ICD-10-CM");
        for code in &drafted {
            let Some((category, USE)) = grade(code) else { continue };
            let states =
                drafted.iter().filter_map(|d| grade(d)).filter(|(other, grade)| *other == category && *grade > USE);
            let Some((_, gravest)) = states.max_by_key(|s| s.1) else { continue };
            let state = if gravest == ABUSE { '1' } else { '2' };
            let joined = format!("{category}.{state}{}", &code[5..]);
            let Some(at) = draft.joined.iter().position(|j| j.best.code == *code) else { continue };
            let billable = joined.parse::<Code>().is_ok_and(|c| draft.set.is_billable(c));
            if let Some(choice) = draft.choose(&joined, &[&draft.joined[at].best]).filter(|_| billable) {
                draft.recode(at, &choice, "substance", "one code for the state of use and what comes of it");
            }
        }
    }
}

/// Grades of use.
const USE: u8 = 1;
const ABUSE: u8 = 2;
const DEPENDENCE: u8 = 3;

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
        b'9' => USE,
        b'1' => ABUSE,
        b'2' => DEPENDENCE,
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
