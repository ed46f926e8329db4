//! Conditions of lexicon rows: when a phrase means what the row says.

use icdraft_note::{Patient, SectionKind, Sex};
use rustc_hash::FxHashSet;

use crate::laterality::Side;
use crate::vocabulary::{Vocabulary, Word};

/// A condition that is not written as `data/README.md` says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no condition; see data/README.md for the list")]
pub(crate) struct ConditionError(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    Age,
    Centimetres,
    SquareCentimetres,
    Levels,
    Roots,
    Count,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Compare {
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Compare::Below => value < bound,
            Compare::AtMost => value <= bound,
            Compare::Above => value > bound,
            Compare::AtLeast => value >= bound,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// Any (or, negated, none) of these symbol strings in the sentence.
    Near {
        any: Vec<Wording>,
        wanted: bool,
    },
    /// The same for the whole note.
    Note {
        any: Vec<Wording>,
        wanted: bool,
    },
    Section {
        kinds: Vec<SectionKind>,
        wanted: bool,
    },
    Capitals,
    Sex(Sex),
    Measure {
        what: Measure,
        compare: Compare,
        bound: f64,
    },
}

/// Words in a row, and the sides that must be named beside them.
#[derive(Debug, Clone)]
pub(crate) struct Wording {
    symbols: String,
    sides: Vec<Side>,
}

impl Wording {
    fn stands(&self, text: &Field<'_>) -> bool {
        // Most wordings fail on their first word, which is cheaper to look up than the whole is to search for.
        self.symbols.chars().next().is_none_or(|first| text.words.contains(&first))
            && text.symbols.contains(self.symbols.as_str())
            && self.sides.iter().all(|&s| text.sides.contains(&s))
    }
}

/// A sentence or a note as conditions see it.
pub(crate) struct Field<'a> {
    symbols: &'a str,
    words: FxHashSet<char>,
    sides: Vec<Side>,
}

impl<'a> Field<'a> {
    pub(crate) fn new(symbols: &'a str, sides: impl Iterator<Item = Side>) -> Self {
        let mut distinct = Vec::new();
        for side in sides {
            if !distinct.contains(&side) {
                distinct.push(side);
            }
        }
        Self { symbols, words: symbols.chars().collect(), sides: distinct }
    }
}

/// What conditions are asked of.
pub(crate) struct Surroundings<'a> {
    pub(crate) sentence: &'a Field<'a>,
    pub(crate) note: &'a Field<'a>,
    pub(crate) section: SectionKind,
    pub(crate) mention: &'a str,
    pub(crate) patient: Patient,
    pub(crate) measure: &'a dyn Fn(Measure) -> Option<f64>,
}

impl Condition {
    pub(crate) fn parse_all(when: &str, vocabulary: &mut Vocabulary) -> Result<Vec<Self>, ConditionError> {
        when.split(';').map(str::trim).filter(|c| !c.is_empty()).map(|c| Self::parse(c, vocabulary)).collect()
    }

    fn parse(text: &str, vocabulary: &mut Vocabulary) -> Result<Self, ConditionError> {
        let bad = || ConditionError(text.to_owned());
        for (name, what) in [
            ("age", Measure::Age),
            ("cm", Measure::Centimetres),
            ("sqcm", Measure::SquareCentimetres),
            ("levels", Measure::Levels),
            ("roots", Measure::Roots),
            ("count", Measure::Count),
        ] {
            let Some(rest) = text.strip_prefix(name) else {
                continue;
            };
            for (sign, compare) in
                [("<=", Compare::AtMost), (">=", Compare::AtLeast), ("<", Compare::Below), (">", Compare::Above)]
            {
                if let Some(bound) = rest.strip_prefix(sign) {
                    return Ok(Self::Measure { what, compare, bound: bound.parse().map_err(|_| bad())? });
                }
            }
        }
        let (name, values) = text.split_once('=').ok_or_else(bad)?;
        let (name, wanted) = name.strip_suffix('!').map_or((name, true), |name| (name, false));
        let mut wordings = || {
            let wording = |v: &str| {
                let (words, sides) = vocabulary.phrase(v);
                Wording { symbols: words.into_iter().map(Word::symbol).collect(), sides }
            };
            values.split('|').map(wording).filter(|w| !w.symbols.is_empty() || !w.sides.is_empty()).collect()
        };
        match (name, values) {
            ("near", _) => Ok(Self::Near { any: wordings(), wanted }),
            ("note", _) => Ok(Self::Note { any: wordings(), wanted }),
            ("section", _) => {
                let kinds =
                    values.split('|').map(|v| SectionKind::named(v).ok_or_else(bad)).collect::<Result<_, _>>()?;
                Ok(Self::Section { kinds, wanted })
            }
            ("case", "upper") => Ok(Self::Capitals),
            ("sex", "F") => Ok(Self::Sex(Sex::F)),
            ("sex", "M") => Ok(Self::Sex(Sex::M)),
            _ => Err(bad()),
        }
    }

    /// Whether the answer is the same for every mention of a note.
    pub(crate) fn is_about_note(&self) -> bool {
        matches!(self, Self::Note { .. })
    }

    pub(crate) fn holds(&self, around: &Surroundings<'_>) -> bool {
        match self {
            Self::Near { any, wanted } => any.iter().any(|w| w.stands(around.sentence)) == *wanted,
            Self::Note { any, wanted } => any.iter().any(|w| w.stands(around.note)) == *wanted,
            Self::Section { kinds, wanted } => kinds.contains(&around.section) == *wanted,
            Self::Capitals => !around.mention.chars().any(char::is_lowercase),
            Self::Sex(sex) => around.patient.sex == Some(*sex),
            Self::Measure { what: Measure::Age, compare, bound } => {
                around.patient.age.is_some_and(|age| compare.holds(age, *bound))
            }
            Self::Measure { what, compare, bound } => {
                (around.measure)(*what).is_some_and(|value| compare.holds(value, *bound))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_read() {
        let mut vocabulary = Vocabulary::new();
        let when = "near=a|b c;near!=d;note=e;note!=f;section=medications|allergies;section!=ros;case=upper;age<18;age>=65;sex=F;cm>2;cm<=0.5;sqcm>20;levels>=2;count>=3";
        assert_eq!(Condition::parse_all(when, &mut vocabulary).unwrap().len(), 15);
        for bad in ["nearby=a", "section=kitchen", "age=4", "cm>two", "case=lower"] {
            assert!(Condition::parse_all(bad, &mut vocabulary).is_err(), "{bad}");
        }
    }
}
