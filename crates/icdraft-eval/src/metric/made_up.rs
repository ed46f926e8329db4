//! Tiny made-up notes for the tests of the metrics.

use icdraft_corpus::profile::Headings;

use super::System;
use super::distractor::system_of;
use super::matching::Case;
use crate::gold::{Certainty, Distractor, GoldCode, GoldNote};
use crate::prediction::Suggested;
use crate::span::CharSpan;

/// A gold code under construction.
#[derive(Clone)]
pub(crate) struct Gold(GoldCode);

pub(crate) fn sure(code: &str) -> Gold {
    Gold(GoldCode { system: system_of(code).into(), code: code.into(), ..GoldCode::default() })
}

pub(crate) fn arguable(code: &str) -> Gold {
    Gold(GoldCode { certainty: Certainty::Arguable, ..sure(code).0 })
}

impl Gold {
    pub(crate) fn or(mut self, alternative: &str) -> Self {
        self.0.alternatives.push(alternative.into());
        self
    }

    pub(crate) fn at(mut self, start: usize, end: usize) -> Self {
        self.0.evidence_spans.push(CharSpan::new(start, end));
        self
    }

    pub(crate) fn units(mut self, units: u32) -> Self {
        self.0.units = Some(units);
        self
    }

    pub(crate) fn rank(mut self, rank: u32) -> Self {
        self.0.rank = Some(rank);
        self
    }

    pub(crate) fn with(mut self, modifiers: &[&str]) -> Self {
        self.0.modifiers = modifiers.iter().map(|&m| m.into()).collect();
        self
    }
}

/// A suggestion under construction.
pub(crate) struct Draft(Suggested);

pub(crate) fn drafted(code: &str) -> Draft {
    Draft(Suggested { draft: true, ..ranked(code).0 })
}

pub(crate) fn ranked(code: &str) -> Draft {
    Draft(Suggested { system: system_of(code).into(), code: code.into(), ..Suggested::default() })
}

impl Draft {
    pub(crate) fn at(mut self, start: usize, end: usize) -> Self {
        self.0.evidence.push(CharSpan::new(start, end));
        self
    }

    pub(crate) fn with(mut self, modifiers: &[&str]) -> Self {
        self.0.modifiers = modifiers.iter().map(|&m| m.into()).collect();
        self
    }
}

impl Draft {
    pub(crate) fn units(mut self, units: u32) -> Self {
        self.0.units = Some(units);
        self
    }

    pub(crate) fn sure(mut self, confidence: f64) -> Self {
        self.0.confidence = Some(confidence);
        self
    }

    pub(crate) fn place(mut self, sequence: usize) -> Self {
        self.0.sequence = Some(sequence);
        self
    }
}

impl From<Draft> for Suggested {
    fn from(draft: Draft) -> Self {
        draft.0
    }
}

pub(crate) fn note(codes: impl IntoIterator<Item = Gold>) -> GoldNote {
    GoldNote { id: "made-up".into(), codes: codes.into_iter().map(|g| g.0).collect(), ..GoldNote::default() }
}

pub(crate) fn distractor(reason: &str, wrong_code: &str, start: usize, end: usize) -> Distractor {
    Distractor { span: CharSpan::new(start, end), reason: reason.into(), wrong_code: wrong_code.into() }
}

/// Hands the case of a made-up note to `look`.
pub(super) fn case<T>(system: System, gold: Vec<Gold>, drafts: Vec<Draft>, look: impl FnOnce(&Case<'_>) -> T) -> T {
    let note = note(gold);
    let suggestions: Vec<Suggested> = drafts.into_iter().map(Into::into).collect();
    look(&Case::of(system, Headings::Refused, &note, &suggestions))
}
