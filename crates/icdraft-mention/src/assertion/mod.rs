//! Assertion: is a mention affirmed, certain, current, and about this patient? Each answer keeps the cue that gave it.
//!
//! Precedence, first to last:
//! 1. a longer cue covers the cues inside it, and a pseudo-cue or a mention's own words silence them;
//! 2. an answer of a checklist or questionnaire takes its words from the cues;
//! 3. on each axis the nearest cue decides, of two equally near the first; a doubt that is negated is none;
//! 4. where no cue reaches a mention on an axis, the kind of section decides;
//! 5. of several axes that speak against coding, polarity, experiencer, temporality, certainty: [`Assertion::against`].

mod checklist;
mod cue;
mod scope;

use icdraft_note::Span;
use serde::{Deserialize, Serialize};

pub(crate) use cue::{Cue, CueTable, assess};

/// Affirmed or negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Present.
    #[default]
    Affirmed,
    /// Absent, or ruled out.
    Negated,
}

/// How sure the author is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Stated.
    #[default]
    Confirmed,
    /// "Likely", "suspected", "compatible with".
    Probable,
    /// "Possible", "rule out", "versus".
    Possible,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Temporality {
    /// Now.
    #[default]
    Current,
    /// Before this encounter.
    Historical,
    /// Was there and is gone.
    Resolved,
    /// Is to be done.
    Planned,
    /// Might happen: risks, instructions, conditions.
    Hypothetical,
}

/// Who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Experiencer {
    /// The patient.
    #[default]
    Patient,
    /// A relative.
    Family,
    /// Someone else.
    Other,
}

/// The words that set a value. Without `span` the kind of section did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueMention {
    /// The value set: `negated`, `possible`, `historical`, `other` ...
    pub value: &'static str,
    /// The words, where words set it.
    pub span: Option<Span>,
    /// How far the cue reaches: the scope that held the mention.
    pub scope: Option<Span>,
}

/// The four axes for one mention, with the cues that set them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assertion {
    /// Affirmed or negated.
    pub polarity: Polarity,
    /// How sure.
    pub certainty: Certainty,
    /// When.
    pub temporality: Temporality,
    /// Who.
    pub experiencer: Experiencer,
    /// What set them.
    pub cues: Vec<CueMention>,
}

impl Assertion {
    /// The value that speaks against coding the mention, the deciding one first: polarity, experiencer, temporality by words,
    /// certainty, temporality by the kind of section. "Possible pneumonia" in a plan is uncertain, not planned.
    pub fn against(&self) -> Option<&'static str> {
        let temporality = match self.temporality {
            Temporality::Current => None,
            Temporality::Historical => Some("historical"),
            Temporality::Resolved => Some("resolved"),
            Temporality::Planned => Some("planned"),
            Temporality::Hypothetical => Some("hypothetical"),
        };
        let experiencer = match self.experiencer {
            Experiencer::Patient => None,
            Experiencer::Family => Some("family"),
            Experiencer::Other => Some("other"),
        };
        (self.polarity == Polarity::Negated)
            .then_some("negated")
            .or(experiencer)
            .or(temporality.filter(|t| self.cue(t).is_some()))
            .or((self.certainty != Certainty::Confirmed).then_some("uncertain"))
            .or(temporality)
    }

    /// The words that set `value` as [`Assertion::against`] names it.
    pub fn cue(&self, value: &str) -> Option<Span> {
        let uncertain = value == "uncertain";
        self.cues
            .iter()
            .find(|c| c.value == value || uncertain && matches!(c.value, "possible" | "probable"))
            .and_then(|c| c.span)
    }

    /// Sets a value unless its axis is set already: the nearest cue is asked first, the section last.
    pub(crate) fn set(&mut self, value: cue::Value, cue: CueMention) {
        use cue::Value;
        let free = match value {
            Value::Negated => self.polarity == Polarity::Affirmed,
            Value::Possible | Value::Probable => self.certainty == Certainty::Confirmed,
            Value::Historical | Value::Resolved | Value::Planned | Value::Hypothetical => {
                self.temporality == Temporality::Current
            }
            Value::Family | Value::Other => self.experiencer == Experiencer::Patient,
            Value::Pseudo | Value::Stop => false,
        };
        if !free {
            return;
        }
        match value {
            Value::Negated => self.polarity = Polarity::Negated,
            Value::Possible => self.certainty = Certainty::Possible,
            Value::Probable => self.certainty = Certainty::Probable,
            Value::Historical => self.temporality = Temporality::Historical,
            Value::Resolved => self.temporality = Temporality::Resolved,
            Value::Planned => self.temporality = Temporality::Planned,
            Value::Hypothetical => self.temporality = Temporality::Hypothetical,
            Value::Family => self.experiencer = Experiencer::Family,
            Value::Other => self.experiencer = Experiencer::Other,
            Value::Pseudo | Value::Stop => {}
        }
        self.cues.push(cue);
    }
}

#[cfg(test)]
mod tests {
    use super::cue::Value;
    use super::*;

    fn assertion(values: &[(Value, bool)]) -> Assertion {
        let mut assertion = Assertion::default();
        for &(value, words) in values {
            let span = words.then(|| Span::new(0, 1));
            assertion.set(value, CueMention { value: value.name(), span, scope: span });
        }
        assertion
    }

    #[test]
    fn the_first_cue_of_an_axis_holds() {
        let one = assertion(&[(Value::Resolved, true), (Value::Historical, true), (Value::Possible, true)]);
        assert_eq!((one.temporality, one.certainty), (Temporality::Resolved, Certainty::Possible));
        assert_eq!(one.cues.len(), 2);
    }

    #[test]
    fn what_speaks_against_coding_first() {
        use Value::*;
        for (values, against) in [
            (&[(Possible, true), (Historical, true), (Family, true), (Negated, true)][..], Some("negated")),
            (&[(Possible, true), (Historical, true), (Family, true)], Some("family")),
            (&[(Possible, true), (Historical, true), (Other, true)], Some("other")),
            (&[(Possible, true), (Resolved, true)], Some("resolved")),
            (&[(Probable, true)], Some("uncertain")),
            // The section's time comes last, its person does not.
            (&[(Possible, true), (Planned, false)], Some("uncertain")),
            (&[(Historical, true), (Family, false)], Some("family")),
            (&[(Planned, false)], Some("planned")),
            (&[], None),
        ] {
            assert_eq!(assertion(values).against(), against, "{values:?}");
        }
    }
}
