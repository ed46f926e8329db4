//! Mentions: the terminology compiled into one automaton, what a note mentions, and how (affirmed, current, of the patient, on
//! which side).
//!
//! One pass over the note's words finds every phrase; per sentence the parts of concepts are joined, overlaps
//! resolved, and cues and sides attached. Knowledge is in `data/`, whose README explains the files.

pub mod assertion;
mod condition;
pub mod dose;
pub mod extent;
mod index_term;
mod laterality;
mod lexicon;
mod matcher;
mod mention;
mod normal;
pub mod phrase;
mod quantity;
mod scattered;
mod terminology;
mod vocabulary;

pub use laterality::{Laterality, Side, SideSource};
pub use lexicon::{LexiconError, LexiconFile, Procedure, Route, SideRule};
pub use mention::{Annotation, Mention, Order};
pub use terminology::{Concept, Meaning, Origin, Procedures, Terminology};
pub use vocabulary::plain_words;
