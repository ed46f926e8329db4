//! Assertion: is a mention affirmed, certain, current, and about this patient? Each answer keeps the cue that gave it.

mod cue;

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
    /// The value set: `negated`, `possible`, `historical` ...
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
    /// The axes' values that are not the default, the deciding one first: polarity, experiencer, temporality, certainty.
    pub fn against(&self) -> Option<&'static str> {
        if self.polarity == Polarity::Negated {
            return Some("negated");
        }
        if self.experiencer != Experiencer::Patient {
            return Some("family");
        }
        match self.temporality {
            Temporality::Current => {}
            Temporality::Historical => return Some("historical"),
            Temporality::Resolved => return Some("resolved"),
            Temporality::Planned => return Some("planned"),
            Temporality::Hypothetical => return Some("hypothetical"),
        }
        (self.certainty != Certainty::Confirmed).then_some("uncertain")
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
            Value::Family => self.experiencer == Experiencer::Patient,
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
            Value::Pseudo | Value::Stop => {}
        }
        self.cues.push(cue);
    }
}
