//! Candidates: every code that some words could support, before they are joined and ranked.

use icdraft_mention::{Laterality, Mention, Side};
use icdraft_note::{SectionKind, Span};

use crate::leaf::{Choice, Open};
use crate::report::Reason;

/// Stands for the mention of words that no lexicon knows.
pub(crate) const NO_MENTION: usize = usize::MAX;

/// A code with one stretch of evidence.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) system: &'static str,
    pub(crate) code: String,
    pub(crate) note: usize,
    pub(crate) span: Span,
    pub(crate) section: SectionKind,
    pub(crate) role: &'static str,
    /// Raw, 0 to 1: how likely these words alone make a coder assign the code.
    pub(crate) score: f64,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) modifiers: Vec<String>,
    pub(crate) units: u32,
    pub(crate) open: Option<Open>,
    /// Where a side was read, if one was, and in which section.
    pub(crate) side: Option<(Span, SectionKind)>,
    /// Both sides are meant.
    pub(crate) bilateral: bool,
    /// For procedures: number in the lexicon.
    pub(crate) procedure: Option<usize>,
    /// Number of the mention in its note; [`NO_MENTION`] where the model linked words that are none.
    pub(crate) mention: usize,
}

/// Words that are not coded, with what decided.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) system: &'static str,
    pub(crate) code: String,
    pub(crate) note: usize,
    pub(crate) span: Span,
    pub(crate) reason: &'static str,
    pub(crate) cue: Option<Span>,
}

impl Candidate {
    pub(crate) fn of_diagnosis(
        note: usize,
        number: usize,
        mention: &Mention,
        section: SectionKind,
        choice: &Choice,
    ) -> Self {
        let words = Self::of_words(note, mention.span, mention.laterality, section, choice);
        Self { mention: number, ..words }
    }

    /// A candidate for words that are no mention.
    pub(crate) fn of_words(
        note: usize,
        span: Span,
        laterality: Option<Laterality>,
        section: SectionKind,
        choice: &Choice,
    ) -> Self {
        let mut says = Vec::new();
        if let Some(side) = laterality.filter(|_| choice.sided) {
            says.push(format!("side: {}", side.side.name()));
        }
        if !choice.supported.is_empty() {
            says.push(format!("the note says: {}", choice.supported.join(", ")));
        }
        match choice.open {
            Some(Open::Side) => says.push("no side in the note: unspecified".to_owned()),
            Some(Open::Detail) => says.push("nothing says more: unspecified".to_owned()),
            None => {}
        }
        let reasons = if says.is_empty() { Vec::new() } else { vec![Reason::new("leaf", says.join("; "))] };
        Self {
            system: "ICD-10-CM",
            code: choice.code.to_string(),
            note,
            span,
            section,
            role: "condition",
            score: 0.0,
            reasons,
            modifiers: Vec::new(),
            units: 1,
            open: choice.open,
            side: None,
            bilateral: laterality.is_some_and(|l| l.side == Side::Bilateral),
            procedure: None,
            mention: NO_MENTION,
        }
    }
}

impl Refused {
    pub(crate) fn of(note: usize, mention: &Mention, code: String, system: &'static str, reason: &'static str) -> Self {
        Self { system, code, note, span: mention.span, reason, cue: mention.assertion.cue(reason) }
    }
}
