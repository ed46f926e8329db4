//! The tabular list as a tree: chapters and blocks, categories, subcategories, codes, and their notes.

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// A stretch of the pack's one text arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextRef {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// What an instructional note of the tabular list asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Another wording that is coded here.
    InclusionTerm,
    /// "Includes": part of this category.
    Includes,
    /// "Excludes1": never coded together.
    Excludes1,
    /// "Excludes2": not part of this; both may be coded.
    Excludes2,
    /// "Code first": the underlying condition precedes.
    CodeFirst,
    /// "Use additional code": a further code follows.
    UseAdditional,
    /// "Code also": both, in the order the encounter asks for.
    CodeAlso,
    /// How the 7th character is to be used.
    SeventhCharacter,
    /// Any other note.
    General,
}

/// Number of an entry (chapter, block, category, subcategory or code) in its code set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryId(pub(crate) u32);

impl EntryId {
    /// Position in the tabular order.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One row of the tabular list as the pack stores it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EntryRow {
    /// `None` for chapters and blocks, which have a name only.
    pub(crate) code: Option<Code>,
    pub(crate) name: TextRef,
    pub(crate) title: TextRef,
    pub(crate) parent: Option<EntryId>,
    pub(crate) first_note: u32,
    pub(crate) notes: u32,
    /// Number of the 7th-character definition given here (not inherited).
    pub(crate) seventh: Option<u16>,
    pub(crate) placeholder: bool,
    pub(crate) leaf: bool,
    /// One past the last entry below this one: the subtree is `self..end`.
    pub(crate) end: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NoteRow {
    pub(crate) kind: NoteKind,
    pub(crate) text: TextRef,
}

/// One 7th character and its meaning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SeventhRow {
    pub(crate) character: char,
    pub(crate) meaning: TextRef,
}
