//! Encounters, notes, and their division into sections and sentences. Spans are byte ranges on character boundaries.
//!
//! ```
//! use icdraft_note::{Outline, SectionKind};
//!
//! let text = "POSTOPERATIVE DIAGNOSIS:  Acute appendicitis.\n\nPROCEDURE:  Laparoscopic appendectomy.\n";
//! let outline = Outline::of(text);
//! assert_eq!(outline.sections[0].kind, SectionKind::PostoperativeDiagnosis);
//! assert_eq!(&text[outline.sections[1].body], "Laparoscopic appendectomy.\n");
//! ```

mod encounter;
mod outline;
mod section;
mod sentence;
mod span;

pub use encounter::{Billing, Encounter, InputError, InputLine, Note, Patient, Setting, Sex, decode, group};
pub use outline::Outline;
pub use section::{Section, SectionKind};
pub use sentence::{Sentence, sentences};
pub use span::{Offsets, Span, Unit};
