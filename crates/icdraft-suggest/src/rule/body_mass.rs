//! Body mass index beside a weight diagnosis.

use icdraft_codeset::Code;
use icdraft_note::Span;

use crate::candidate::Candidate;
use crate::rank::Joined;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct BodyMass;

/// Weight diagnoses that a body mass index belongs to.
const WEIGHT: &[&str] = &["E66", "E43", "E44", "E45", "E46", "R63.4", "R63.5", "R63.6", "O99.21", "R64"];

impl Rule for BodyMass {
    fn about(&self) -> About {
        About {
            name: "body-mass",
            what: "The body mass index that the note states is added to a drafted weight diagnosis of an adult; without one it is not coded.",
            why: "Guidelines I.B.14 and I.C.21.c.3",
            example: "\"morbid obesity, BMI 42.3\" -> E66.01 and Z68.41",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let weighed = |code: &str| WEIGHT.iter().any(|p| code.starts_with(p));
        let drafted = draft.drafted("ICD-10-CM");
        let Some(&at) = drafted.iter().find(|&&n| weighed(&draft.joined[n].best.code)) else { return };
        let adult = draft.notes[draft.joined[at].best.note].annotation.patient.age.is_none_or(|age| age >= 20.0);
        let told = draft.encounter.notes.iter().enumerate();
        let found = told.filter_map(|(n, note)| stated(&note.text).map(|(value, span)| (n, value, span))).next();
        let Some((note, value, span)) = found.filter(|_| adult) else { return };
        let code = adult_code(value);
        if !code.parse::<Code>().is_ok_and(|c| draft.set.is_billable(c)) {
            return;
        }
        let Joined { best, confidence, place, .. } = draft.joined[at].clone();
        let says = format!("BMI {value} beside {}: use additional code", best.code);
        let section = draft.notes[note].annotation.kind_at(span.start);
        let added = Candidate {
            code,
            note,
            span,
            section,
            open: None,
            side: None,
            reasons: vec![Reason::new("body-mass", says)],
            ..best
        };
        let confidence = confidence - super::BEHIND;
        draft.joined.push(Joined { best: added.clone(), evidence: vec![added], confidence, place });
        crate::rank::order(&mut draft.joined);
    }
}

/// The Z68 code of an adult's index.
fn adult_code(value: f64) -> String {
    match value {
        v if v < 20.0 => "Z68.1".into(),
        v if v < 40.0 => format!("Z68.{}", v as u32),
        v if v < 45.0 => "Z68.41".into(),
        v if v < 50.0 => "Z68.42".into(),
        v if v < 60.0 => "Z68.43".into(),
        v if v < 70.0 => "Z68.44".into(),
        _ => "Z68.45".into(),
    }
}

/// Words that a number of the index follows.
const NAMES: &[&str] = &["bmi", "body mass index"];

/// The last index that a text states, with its words: "BMI 42.3", "body mass index of 31".
fn stated(text: &str) -> Option<(f64, Span)> {
    let lower = text.to_ascii_lowercase();
    let starts = NAMES.iter().flat_map(|name| lower.match_indices(name));
    let mut found: Vec<(f64, Span)> = starts
        .filter_map(|(start, name)| {
            let rest = &lower[start + name.len()..];
            let gap = rest
                .find(|c: char| c.is_ascii_digit())
                .filter(|&g| g <= 14 && rest[..g].chars().all(|c| c.is_ascii_alphabetic() || " :=,()".contains(c)))?;
            let digits = rest[gap..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - gap);
            let number = rest[gap..gap + digits].trim_end_matches('.');
            let value: f64 = number.parse().ok().filter(|v| (10.0..100.0).contains(v))?;
            let percentile = rest[gap + digits..].trim_start().starts_with("th");
            (!percentile).then(|| (value, Span::new(start, start + name.len() + gap + number.len())))
        })
        .collect();
    found.sort_by_key(|f| f.1.start);
    found.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_in_words() {
        let read = |text: &str| stated(text).map(|(v, span)| (v, text[span].to_owned()));
        assert_eq!(read("Obese, BMI 42.3."), Some((42.3, "BMI 42.3".into())));
        assert_eq!(read("body mass index of 31"), Some((31.0, "body mass index of 31".into())));
        assert_eq!(read("BMI was 28 in May; BMI today: 30.1"), Some((30.1, "BMI today: 30.1".into())));
        assert_eq!(read("BMI at the 97th percentile"), None);
        assert_eq!(read("no index"), None);
    }

    #[test]
    fn codes_by_value() {
        for (value, code) in [(18.2, "Z68.1"), (20.0, "Z68.20"), (39.9, "Z68.39"), (40.0, "Z68.41"), (71.0, "Z68.45")] {
            assert_eq!(adult_code(value), code);
        }
    }
}
