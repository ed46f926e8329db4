//! Stands for the classifier in a build without the feature `model`: there is none, and asking for one says so.

use std::path::Path;

use icdraft_codeset::CodeSet;
use icdraft_mention::Terminology;
use icdraft_note::Encounter;

use crate::candidate::Candidate;
use crate::diagnosis::{Diagnoser, NoteRead};
use crate::report::Model;
use crate::rule::Draft;

/// Never made.
#[derive(Debug)]
pub(crate) struct Classifier {
    pub(crate) model: Model,
    never: std::convert::Infallible,
}

impl Classifier {
    pub(crate) fn embedded() -> Result<Self, &'static str> {
        Self::open(Path::new(""))
    }

    pub(crate) fn open(_: &Path) -> Result<Self, &'static str> {
        Err("this build has no classifier; build icdraft-suggest with the feature `model`")
    }

    pub(crate) fn candidates(
        &self,
        _: &CodeSet,
        _: &Terminology,
        _: &Diagnoser,
        _: (&Encounter, usize),
        _: &NoteRead,
    ) -> Vec<Candidate> {
        match self.never {}
    }

    pub(crate) fn rerank(&self, _: &mut Draft<'_>) {
        match self.never {}
    }
}
