//! An evaluation as one HTML page for people: figures with their intervals, curves, mistakes by kind and section, codes and
//! specialties, and the notes in which mistakes happened, gold and drafted words marked in their text.
//!
//! The page needs nothing else: no network, no script, no further file. It holds the text of notes, so it must be kept like
//! them. The same evaluation gives the same bytes.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use icdraft_eval::{Evaluation, GoldNote, Review};
//! use icdraft_report::Findings;
//!
//! fn write(evaluation: &Evaluation, gold: &[GoldNote], reviews: &[Review]) -> Result<(), Box<dyn std::error::Error>> {
//!     let findings = Findings {
//!         corpus: "gold.jsonl",
//!         set: None,
//!         profile: "plain",
//!         engine: "icdraft 0.1.0",
//!         release: "FY2026-04-01",
//!         draws: 1_000,
//!         evaluation,
//!         gold,
//!         reviews,
//!         title: &|_, _| None,
//!     };
//!     std::fs::write(Path::new("index.html"), findings.page()?)?;
//!     Ok(())
//! }
//! ```

mod chart;
mod highlight;
mod view;

pub use chart::training;
use icdraft_eval::{Evaluation, GoldNote, Review};

/// Notes that the page shows in full; more would make it slow to open.
pub const MOST_NOTES: usize = 300;

/// What the page tells of.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// Name of the corpus, as readers know it.
    pub corpus: &'a str,
    /// The part of it that was scored.
    pub set: Option<&'a str>,
    /// The conventions that it was scored by.
    pub profile: &'a str,
    /// What drafted the codes.
    pub engine: &'a str,
    /// The release of ICD-10-CM.
    pub release: &'a str,
    /// Draws of the bootstrap behind the intervals.
    pub draws: usize,
    /// The figures.
    pub evaluation: &'a Evaluation,
    /// The notes that were scored.
    pub gold: &'a [GoldNote],
    /// The same notes, compared ([`icdraft_eval::review()`]).
    pub reviews: &'a [Review],
    /// The title of a code of a system, where it has one that may be shown.
    pub title: &'a dyn Fn(&str, &str) -> Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A curve could not be drawn.
    #[error("drawing a curve: {0}")]
    Chart(String),
    /// The page could not be put together.
    #[error("putting the page together: {0}")]
    Page(#[from] askama::Error),
}

impl Findings<'_> {
    /// The page.
    ///
    /// # Errors
    /// A curve that cannot be drawn, since its points are no numbers: see [`PageError`].
    pub fn page(&self) -> Result<String, PageError> {
        view::page(self)
    }
}

impl std::fmt::Debug for Findings<'_> {
    /// Names the corpus; the notes themselves have no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Findings")
            .field("corpus", &self.corpus)
            .field("notes", &self.gold.len())
            .finish_non_exhaustive()
    }
}
