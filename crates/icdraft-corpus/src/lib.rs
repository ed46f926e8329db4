//! Annotated corpora: the gold notes.

pub mod gold;
pub mod jsonl;
pub mod span;

pub use gold::{Certainty, Distractor, GoldCode, GoldNote};
pub use jsonl::ReadError;
pub use span::CharSpan;
