//! Corpora that were coded by other conventions: what counts as gold, and which of its codes can still be reached in the
//! release in force. The tables are `data/profiles.tsv` and the successors that it names.

mod apply;
mod table;

use icdraft_codeset::Code;
use serde::Serialize;

pub(crate) use apply::Fate;
pub use apply::{Lost, Moved, Reach};

/// The conventions of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name (`codiesp`).
    pub name: String,
    /// What a gold code that is a heading counts as.
    pub headings: Headings,
    /// What becomes of mentions that were refused.
    pub not_coded: NotCoded,
    /// Whether gold codes have evidence.
    pub evidence: Evidence,
    successors: Vec<Successor>,
}

/// What a gold code that is a heading of the release counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Headings {
    /// It cannot be met: headings are never drafted.
    Refused,
    /// Any code below it meets it.
    Accepted,
}

/// What becomes of mentions that were refused, as negated ones, when codes are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NotCoded {
    /// They are no suggestions.
    Apart,
    /// The corpus codes them too: they follow all suggestions.
    Last,
}

/// Whether the corpus marks the words behind its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// Every sure code has evidence.
    Required,
    /// Codes are those of the whole note.
    None,
}

/// A code that moved elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Successor {
    from: Code,
    to: Code,
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProfileError {
    /// No profile of that name.
    #[error("no profile `{wanted}`; there are: {known}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The names that are there.
        known: String,
    },
    /// A row of a table.
    #[error("data/{file}, line {line}: {says}")]
    Row {
        /// The table.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong, and the cure.
        says: String,
    },
}

impl Profile {
    /// The profile of that name.
    ///
    /// # Errors
    /// A name that is not there, or a table that is not sound.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        let profiles = table::profiles()?;
        let known: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
        profiles
            .into_iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| ProfileError::Unknown { wanted: name.to_owned(), known: known.join(", ") })
    }

    /// The names that are there.
    ///
    /// # Errors
    /// A table that is not sound.
    pub fn names() -> Result<Vec<String>, ProfileError> {
        Ok(table::profiles()?.into_iter().map(|profile| profile.name).collect())
    }
}
