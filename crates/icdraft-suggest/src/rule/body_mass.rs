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
            what: "The body mass index that the note states is added to a drafted weight diagnosis, by its value for an adult and by its percentile for a child; without such a diagnosis it is not coded.",
            why: "Guidelines I.B.14 and I.C.21.c.3; Z68: percentiles for patients of 2 to 19 years",
            example: "\"morbid obesity, BMI 42.3\" -> E66.01 and Z68.41",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let weighed = |code: &str| WEIGHT.iter().any(|p| code.starts_with(p));
        let drafted = draft.drafted("ICD-10-CM");
        let Some(&at) = drafted.iter().find(|&&n| weighed(&draft.joined[n].best.code)) else { return };
        let adult = draft.notes[draft.joined[at].best.note].annotation.patient.age.is_none_or(|age| age >= 20.0);
        let told = draft.encounter.notes.iter().enumerate();
        let fits = |index: &Index| matches!((index, adult), (Index::Value(_), true) | (Index::Percentile(_), false));
        let found = told.filter_map(|(n, note)| stated(&note.text, fits).map(|(index, span)| (n, index, span))).next();
        let Some((note, index, span)) = found else { return };
        let code = index.code();
        if !code.parse::<Code>().is_ok_and(|c| draft.set.is_billable(c)) {
            return;
        }
        let Joined { best, confidence, draft_from, place, .. } = draft.joined[at].clone();
        let says = format!("{index} beside {}: use additional code", best.code);
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
        draft.joined.push(Joined { best: added.clone(), evidence: vec![added], confidence, draft_from, place });
        crate::rank::order(&mut draft.joined);
    }
}

/// A body mass index as notes state it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Index {
    /// In kilograms per square meter.
    Value(f64),
    /// Among children of the age.
    Percentile(f64),
}

impl Index {
    fn code(self) -> String {
        match self {
            Index::Value(v) if v < 20.0 => "Z68.1".into(),
            Index::Value(v) if v < 40.0 => format!("Z68.{}", v as u32),
            Index::Value(v) if v < 45.0 => "Z68.41".into(),
            Index::Value(v) if v < 50.0 => "Z68.42".into(),
            Index::Value(v) if v < 60.0 => "Z68.43".into(),
            Index::Value(v) if v < 70.0 => "Z68.44".into(),
            Index::Value(_) => "Z68.45".into(),
            Index::Percentile(p) if p < 5.0 => "Z68.51".into(),
            Index::Percentile(p) if p < 85.0 => "Z68.52".into(),
            Index::Percentile(p) if p < 95.0 => "Z68.53".into(),
            // 120 % of the 95th percentile and more (Z68.55, Z68.56) is told in other words.
            Index::Percentile(_) => "Z68.54".into(),
        }
    }
}

impl std::fmt::Display for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Index::Value(v) => write!(f, "BMI {v}"),
            Index::Percentile(p) => write!(f, "BMI percentile {p}"),
        }
    }
}

/// Words that a number of the index follows.
const NAMES: &[&str] = &["bmi", "body mass index"];

/// The last fitting index that a text states, with its words: "BMI 42.3", "body mass index of 31", "BMI at the 97th percentile".
fn stated(text: &str, fits: impl Fn(&Index) -> bool) -> Option<(Index, Span)> {
    let lower = text.to_ascii_lowercase();
    let starts = NAMES.iter().flat_map(|name| lower.match_indices(name));
    let mut found: Vec<(Index, Span)> = starts
        .filter_map(|(start, name)| {
            let rest = &lower[start + name.len()..];
            let gap = rest
                .find(|c: char| c.is_ascii_digit())
                .filter(|&g| g <= 22 && rest[..g].chars().all(|c| c.is_ascii_alphabetic() || " :=,()".contains(c)))?;
            let digits = rest[gap..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - gap);
            let number = rest[gap..gap + digits].trim_end_matches('.');
            let value: f64 = number.parse().ok()?;
            let after = &rest[gap + digits..];
            let ordinal = ["th", "st", "nd", "rd"].iter().any(|e| after.starts_with(e));
            let percentile = ordinal
                || after.trim_start_matches(['%', ' ']).starts_with("percentile")
                || rest[..gap].contains("percentile");
            let end = start + name.len() + gap + number.len();
            if percentile {
                let word =
                    lower[end..].find("percentile").filter(|&at| at <= 4).map_or(0, |at| at + "percentile".len());
                return Some((Index::Percentile(value), Span::new(start, end + word)));
            }
            (10.0..100.0).contains(&value).then(|| (Index::Value(value), Span::new(start, end)))
        })
        .filter(|(index, _)| fits(index))
        .collect();
    found.sort_by_key(|f| f.1.start);
    found.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_in_words() {
        let read = |text: &str| stated(text, |_| true).map(|(index, span)| (index, text[span].to_owned()));
        let value = |v: f64, words: &str| Some((Index::Value(v), words.to_owned()));
        let percentile = |p: f64, words: &str| Some((Index::Percentile(p), words.to_owned()));
        assert_eq!(read("Obese, BMI 42.3."), value(42.3, "BMI 42.3"));
        assert_eq!(read("body mass index of 31"), value(31.0, "body mass index of 31"));
        assert_eq!(read("BMI was 28 in May; BMI today: 30.1"), value(30.1, "BMI today: 30.1"));
        assert_eq!(read("BMI at the 97th percentile"), percentile(97.0, "BMI at the 97th percentile"));
        assert_eq!(read("BMI percentile: 88"), percentile(88.0, "BMI percentile: 88"));
        assert_eq!(read("no index"), None);
    }

    #[test]
    fn codes_by_value_and_percentile() {
        for (value, code) in [(18.2, "Z68.1"), (20.0, "Z68.20"), (39.9, "Z68.39"), (40.0, "Z68.41"), (71.0, "Z68.45")] {
            assert_eq!(Index::Value(value).code(), code);
        }
        for (percentile, code) in [(3.0, "Z68.51"), (84.9, "Z68.52"), (85.0, "Z68.53"), (95.0, "Z68.54")] {
            assert_eq!(Index::Percentile(percentile).code(), code);
        }
    }
}
