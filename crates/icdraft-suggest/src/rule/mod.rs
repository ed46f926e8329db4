//! Coding rules: one file each, listed here in the order in which they act.
//!
//! A rule acts on a mention before it becomes a candidate (`judge`), or on the draft as a whole (`apply`). Each says what it does,
//! why (the guideline), and gives an example; `icdraft rules` prints them, `--without-rule NAME` switches one off.

mod add_on;
mod adverse_effect;
mod assistant;
mod body_mass;
mod bundling;
mod circumstance;
mod combination;
mod companion;
mod delivery;
mod diabetes;
mod discontinued;
mod distinct;
mod dose;
mod excludes;
mod extent;
mod external_cause;
mod family;
mod first_listed;
mod history;
mod immunization;
mod instruction;
mod joint;
mod laterality;
mod not_done;
mod occasion;
mod operation;
pub(crate) mod pointer;
mod pregnancy;
mod pressure_ulcer;
mod reference;
mod sedation;
mod sequela;
mod side_conflict;
mod specificity;
mod staged;
mod substance;
mod symptom;
mod uncertainty;
mod untold;
mod wound;

use icdraft_codeset::{Code, CodeSet};
use icdraft_mention::{Mention, Terminology, plain_words};
use icdraft_note::{Encounter, SectionKind, Span};

use crate::candidate::{Candidate, Refused};
use crate::diagnosis::{Diagnoser, NoteRead, mention_of};
use crate::leaf::{Choice, Open};
use crate::rank::{self, DRAFT, Joined};
use crate::report::{Edit, Query};
use crate::wording::Wordings;

/// What a rule is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct About {
    /// Name, as reasons and `--without-rule` use it.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// Why: the guideline or convention.
    pub why: &'static str,
    /// Words and what becomes of them.
    pub example: &'static str,
}

/// A diagnosis mention that a rule judges.
pub(crate) struct Case<'a> {
    pub(crate) encounter: &'a Encounter,
    pub(crate) mention: &'a Mention,
    pub(crate) code: Code,
    pub(crate) kind: SectionKind,
    /// The note's text.
    pub(crate) text: &'a str,
}

/// What becomes of a mention.
pub(crate) enum Verdict {
    /// Its code is a candidate; the reason is told where the assertion spoke against it.
    Code(Option<String>),
    /// Another code for the same words, and why.
    Instead(Code, String),
    /// Not coded.
    Refuse(&'static str),
}

/// Everything found for an encounter, joined by code; what the rules work on.
pub(crate) struct Draft<'a> {
    pub(crate) set: &'a CodeSet,
    pub(crate) terminology: &'a Terminology,
    pub(crate) diagnoser: &'a Diagnoser,
    pub(crate) encounter: &'a Encounter,
    pub(crate) notes: &'a [NoteRead],
    pub(crate) joined: Vec<Joined>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) queries: Vec<Query>,
}

/// What a rule adds beside an entry.
pub(crate) struct Added {
    pub(crate) code: String,
    /// What the note leaves open, for diagnoses.
    pub(crate) open: Option<Open>,
    /// Number in the lexicon, for procedures.
    pub(crate) procedure: Option<usize>,
    pub(crate) units: u32,
}

/// A code that a rule adds ranks behind the one that it is added to.
pub(crate) const BEHIND: f64 = 0.001;

impl Draft<'_> {
    /// Numbers of the drafted entries of a system.
    pub(crate) fn drafted(&self, system: &str) -> Vec<usize> {
        let drafted = |n: &usize| self.joined[*n].confidence >= DRAFT && self.joined[*n].best.system == system;
        (0..self.joined.len()).filter(drafted).collect()
    }

    /// Codes of the drafted entries of a system.
    pub(crate) fn codes(&self, system: &str) -> Vec<String> {
        self.drafted(system).into_iter().map(|n| self.joined[n].best.code.clone()).collect()
    }

    /// Asks the provider about a code, at words of a note.
    pub(crate) fn ask(&mut self, code: &str, asks: impl Into<String>, note: usize, span: Span) {
        let (code, note) = (code.to_owned(), self.encounter.notes[note].id.clone());
        self.queries.push(Query { code, asks: asks.into(), note, start: span.start, end: span.end });
    }

    /// The mention behind a candidate.
    pub(crate) fn mention(&self, candidate: &Candidate) -> Option<&Mention> {
        mention_of(self.notes, candidate)
    }

    /// The sentence of a candidate: its text, and the candidate's place in it.
    pub(crate) fn sentence(&self, candidate: &Candidate) -> Option<(&str, Span)> {
        let outline = &self.notes.get(candidate.note)?.annotation.outline;
        let text = self.encounter.notes.get(candidate.note)?.text.as_str();
        let at = outline.sentences.partition_point(|(s, _)| s.span.start <= candidate.span.start).checked_sub(1)?;
        let span = outline.sentences[at].0.span;
        let inside = Span::new(
            candidate.span.start.clamp(span.start, span.end) - span.start,
            candidate.span.end.clamp(span.start, span.end) - span.start,
        );
        Some((&text[span], inside))
    }

    /// Whether a sentence behind the entry `n` says one of the wordings.
    pub(crate) fn says(&self, n: usize, wordings: &Wordings) -> bool {
        let mut sentences = self.joined[n].evidence.iter().filter_map(|c| self.sentence(c));
        sentences.any(|(text, _)| wordings.said_in(&plain_words(text)))
    }

    /// The leaf at or below the entry named in a table that the words behind `from` support; none where the release lacks it.
    pub(crate) fn choose(&self, named: &str, from: &[&Candidate]) -> Option<Choice> {
        let code: Code = named.parse().ok()?;
        self.diagnoser.choose_for(self.set, self.terminology, self.encounter, self.notes, code, from)
    }

    /// Adds `choice` on the words behind the entry `at`; a code that is there already is raised to the confidence of that entry.
    pub(crate) fn add(&mut self, at: usize, choice: &Choice, rule: &'static str, why: &str) {
        self.add_code(
            at,
            Added { code: choice.code.to_string(), open: choice.open, procedure: None, units: 1 },
            rule,
            why,
        );
    }

    /// The same for any code of the entry's system.
    pub(crate) fn add_code(&mut self, at: usize, code: Added, rule: &'static str, why: &str) {
        let mut added = self.joined[at].clone();
        let reason = crate::report::Reason::new(rule, format!("beside {}: {why}", added.best.code));
        match self.joined.iter_mut().find(|j| j.best.system == added.best.system && j.best.code == code.code) {
            Some(same) => {
                same.confidence = same.confidence.max(added.confidence - BEHIND);
                same.best.units = same.best.units.max(code.units);
                same.best.reasons.push(reason);
            }
            None => {
                added.confidence -= BEHIND;
                added.best.code = code.code;
                added.best.open = code.open;
                added.best.procedure = code.procedure;
                added.best.units = code.units;
                added.best.reasons = vec![reason];
                self.joined.push(added);
            }
        }
        rank::order(&mut self.joined);
    }

    /// Puts `code` in the place of the entry `at`, or joins it to an entry that has the code already.
    pub(crate) fn recode(&mut self, at: usize, choice: &Choice, rule: &'static str, why: &str) {
        let code = choice.code.to_string();
        let reason =
            crate::report::Reason::new(rule, format!("{} instead of {}: {why}", code, self.joined[at].best.code));
        let mut moved = self.joined.remove(at);
        match self.joined.iter_mut().find(|j| j.best.system == moved.best.system && j.best.code == code) {
            Some(same) => {
                same.confidence = same.confidence.max(moved.confidence);
                same.evidence.extend(moved.evidence);
                same.best.reasons.push(reason);
            }
            None => {
                moved.best.code = code;
                moved.best.open = choice.open;
                moved.best.reasons.push(reason);
                self.joined.push(moved);
            }
        }
        rank::order(&mut self.joined);
    }
}

pub(crate) trait Rule: Sync + std::fmt::Debug {
    fn about(&self) -> About;

    /// What becomes of a diagnosis mention, where this rule decides.
    fn judge(&self, _case: &Case<'_>) -> Option<Verdict> {
        None
    }

    /// Changes the draft.
    fn apply(&self, _draft: &mut Draft<'_>) {}
}

/// Every rule, in order of action.
pub(crate) static RULES: &[&dyn Rule] = &[
    &uncertainty::Uncertainty,
    &family::Family,
    &history::History,
    &laterality::Laterality,
    &diabetes::Diabetes,
    &circumstance::Circumstance,
    &companion::Companion,
    &sequela::Sequela,
    &combination::Combination,
    &adverse_effect::AdverseEffect,
    &body_mass::BodyMass,
    &pregnancy::Pregnancy,
    &specificity::Specificity,
    &pressure_ulcer::PressureUlcer,
    &substance::Substance,
    &symptom::Symptom,
    &excludes::Excludes,
    &operation::Operation,
    &not_done::NotDone,
    &joint::Joint,
    &extent::ExtentLines,
    &wound::Wound,
    &bundling::Bundling,
    &add_on::AddOn,
    &distinct::Distinct,
    &discontinued::Discontinued,
    &staged::Staged,
    &assistant::Assistant,
    &sedation::Sedation,
    &immunization::Immunization,
    &untold::Untold,
    &dose::Doses,
    &external_cause::ExternalCause,
    &delivery::Delivery,
    &occasion::Occasion,
    &first_listed::FirstListed,
    &instruction::Instruction,
    &pointer::Pointer,
    &side_conflict::SideConflict,
];

/// What each rule is, in order of action.
pub fn rules() -> Vec<About> {
    RULES.iter().map(|r| r.about()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_texts_whole() {
        let mut names: Vec<&str> = rules().iter().map(|r| r.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        for about in rules() {
            assert!(!about.what.is_empty() && !about.why.is_empty() && about.example.contains("->"), "{}", about.name);
        }
    }
}
