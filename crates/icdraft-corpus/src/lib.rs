//! Annotated corpora: reading them in the formats that exist, checking, counting, and parting annotations from texts that
//! must not be passed on.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use icdraft_corpus::reader::{self, Corpus, Format, Options};
//!
//! let brat = reader::read(Format::Brat, Path::new("annotated/"), &Options::default(), &|| {})?;
//! let Corpus::Gold(notes) = brat.corpus else { unreachable!("brat gives notes") };
//! println!("{} notes, {} annotations without a code", notes.len(), brat.left_out.len());
//! # Ok::<(), icdraft_corpus::reader::ConvertError>(())
//! ```

pub mod check;
pub mod gold;
pub mod jsonl;
pub mod judged;
pub mod profile;
pub mod reader;
pub mod span;
pub mod standoff;
pub mod stats;
pub mod system;
pub mod text;

pub use gold::{Certainty, Distractor, GoldCode, GoldNote};
pub use jsonl::ReadError;
pub use judged::JudgedSpan;
pub use profile::Profile;
pub use span::CharSpan;
pub use system::System;
