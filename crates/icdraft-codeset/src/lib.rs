//! Codes, the tabular tree with its notes, releases and their packs. Knows no text.
//!
//! ```
//! use icdraft_codeset::CodeSet;
//!
//! let set = CodeSet::embedded();
//! assert!(set.is_billable("M17.11".parse()?));
//! assert_eq!(set.title("M17.11".parse()?).unwrap(), "Unilateral primary osteoarthritis, right knee");
//! # Ok::<(), icdraft_codeset::CodeShapeError>(())
//! ```

pub mod axis;
mod code;
mod codeset;
pub mod hcpcs;
mod hierarchy;
pub mod loader;
pub mod pack;
mod release;
pub mod search;

pub use code::{Code, CodeShapeError};
pub use codeset::{CodeSet, Note, Releases, Seventh, UnknownRelease, Validity, folded};
pub use hierarchy::{EntryId, NoteKind};
pub use release::Release;
