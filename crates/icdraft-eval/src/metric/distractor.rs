//! Words that must not lead to a code.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use super::Share;
use super::code::category_of;
use super::matching::normal;
use crate::gold::{Distractor, GoldCode, GoldNote};
use crate::prediction::Suggested;

/// Distractors that were drafted all the same (icdraft gold conventions); the lower the share, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DistractorCounts {
    /// Those that an assertion takes away: negated, uncertain, family, historical, hypothetical, planned.
    pub(crate) asserted: Share,
    /// `not_relevant`: components of a procedure that is coded, incidental findings.
    pub(crate) bundled: Share,
}

impl AddAssign for DistractorCounts {
    fn add_assign(&mut self, other: Self) {
        self.asserted += other.asserted;
        self.bundled += other.bundled;
    }
}

pub(super) fn count(note: &GoldNote, suggestions: &[Suggested]) -> DistractorCounts {
    let accepted: BTreeSet<String> = note.codes.iter().flat_map(GoldCode::accepted).map(normal).collect();
    let wrong: Vec<&Suggested> =
        suggestions.iter().filter(|s| s.draft && !accepted.contains(&normal(&s.code))).collect();
    let mut counts = DistractorCounts::default();
    for distractor in &note.not_coded {
        let share = if distractor.reason == "not_relevant" { &mut counts.bundled } else { &mut counts.asserted };
        share.count(wrong.iter().any(|s| falls_for(s, distractor)));
    }
    counts
}

/// Whether a draft has the distractor's code (of a diagnosis: its category) on evidence that touches its words.
pub(crate) fn falls_for(draft: &Suggested, distractor: &Distractor) -> bool {
    let system = system_of(&distractor.wrong_code);
    let near = match system {
        "ICD-10-CM" => category_of(&draft.code) == category_of(&distractor.wrong_code),
        _ => normal(&draft.code) == normal(&distractor.wrong_code),
    };
    near && draft.system == system && draft.evidence.iter().any(|e| e.overlap(distractor.span) > 0)
}

/// The system that a code belongs to, by its shape. HCPCS codes are told from diagnoses by having no dot.
pub(super) fn system_of(code: &str) -> &'static str {
    match code.as_bytes() {
        [digits @ .., last] if digits.len() == 4 && all_digits(digits) && is_code_character(*last) => "CPT",
        [b'A'..=b'Z', digits @ ..] if digits.len() == 4 && all_digits(digits) => "HCPCS",
        _ => "ICD-10-CM",
    }
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

fn is_code_character(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::made_up::{Draft, distractor, drafted, note, ranked, sure};

    /// One distractor at 20..30 beside gold I10; whether the draft falls for it.
    fn asserted(wrong_code: &str, draft: Draft) -> Share {
        let mut note = note([sure("I10")]);
        note.not_coded = vec![distractor("negated", wrong_code, 20, 30)];
        count(&note, &[draft.into()]).asserted
    }

    #[test]
    fn the_code_or_its_category_on_its_words() {
        let hit = Share { hit: 1, of: 1 };
        assert_eq!(asserted("J18.9", drafted("J18.9").at(25, 40)), hit);
        assert_eq!(asserted("J18.9", drafted("J18.1").at(0, 5).at(29, 30)), hit);
        assert_eq!(asserted("47562", drafted("47562").at(20, 30)), hit);
        assert_eq!(asserted("J1100", drafted("J1100").at(20, 30)), hit);
    }

    #[test]
    fn other_words_codes_and_systems_do_not_count() {
        let miss = Share { hit: 0, of: 1 };
        assert_eq!(asserted("J18.9", drafted("J18.9").at(30, 40)), miss);
        assert_eq!(asserted("J18.9", drafted("J18.9")), miss);
        assert_eq!(asserted("J18.9", ranked("J18.9").at(20, 30)), miss);
        assert_eq!(asserted("J18.9", drafted("J45.909").at(20, 30)), miss);
        assert_eq!(asserted("47562", drafted("47563").at(20, 30)), miss);
        assert_eq!(asserted("J1100", drafted("J11.00").at(20, 30)), miss);
    }

    #[test]
    fn a_gold_code_is_never_wrong() {
        assert_eq!(asserted("I10", drafted("I10").at(20, 30)), Share { hit: 0, of: 1 });
    }

    #[test]
    fn bundled_ones_are_counted_apart() {
        let mut note = note([sure("47562")]);
        note.not_coded = vec![distractor("not_relevant", "49320", 0, 9), distractor("family", "C50.919", 10, 19)];
        let counts = count(&note, &[drafted("49320").at(0, 9).into()]);
        assert_eq!((counts.bundled, counts.asserted), (Share { hit: 1, of: 1 }, Share { hit: 0, of: 1 }));
        assert_eq!(count(&note, &[]).bundled, Share { hit: 0, of: 1 });
    }

    #[test]
    fn systems_by_shape() {
        for (code, system) in [
            ("47562", "CPT"),
            ("0275T", "CPT"),
            ("J1100", "HCPCS"),
            ("J11.00", "ICD-10-CM"),
            ("I10", "ICD-10-CM"),
            ("", "ICD-10-CM"),
        ] {
            assert_eq!(system_of(code), system, "{code}");
        }
    }
}
