//! From mentions to a ranked draft: candidates, leaves by axes, bundling, ranking and the report.
//!
//! ```
//! use icdraft_note::Encounter;
//! use icdraft_suggest::{Coder, Config};
//!
//! let coder = Coder::new(&Config::default())?;
//! let note = "POSTOPERATIVE DIAGNOSIS: Right carpal tunnel syndrome.\nPROCEDURE PERFORMED: Right carpal tunnel release.\n";
//! let report = coder.code(&Encounter::of_note("example", note));
//! let first = &report.suggestions[0];
//! assert_eq!((first.code.as_str(), first.evidence[0].text.as_str()), ("G56.01", "Right carpal tunnel syndrome"));
//! # Ok::<(), icdraft_suggest::ConfigError>(())
//! ```

mod candidate;
mod coder;
mod course;
mod cpt;
mod diagnosis;
#[cfg(feature = "model")]
mod feature;
mod knowledge;
mod leaf;
#[cfg(feature = "model")]
mod neural;
#[cfg(not(feature = "model"))]
#[path = "no_neural.rs"]
mod neural;
mod part;
mod procedure;
mod rank;
mod report;
mod rule;
mod supply;
mod wording;

#[cfg(feature = "model")]
pub use coder::Judged;
pub use coder::{CPT_RELEASE, Coder, Config, ConfigError, HCPCS_RELEASE, ModelSource};
pub use cpt::{CptTable, CptTableError};
#[cfg(feature = "model")]
pub use feature::names as feature_names;
pub use part::Part;
pub use report::{CueText, Echo, EchoNote, Edit, Evidence, Model, NotCoded, Query, Reason, Report, SCHEMA, Suggestion};
pub use rule::{About, rules};
