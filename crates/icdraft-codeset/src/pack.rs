//! The pack: one release compiled into one file, checksummed and compressed.
//!
//! Layout: magic, format version (u32), SHA-256 of all that follows, length of the first frame (u32), then two zstd
//! frames: the tabular list, and the index entries (empty in packs that were built without them). All numbers are
//! little-endian.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::code::Code;
use crate::codeset::CodeSet;
use crate::hierarchy::{EntryId, EntryRow, NoteKind, NoteRow, SeventhRow, TextRef};
use crate::loader::index::{IndexEntry, IndexKind};
use crate::loader::{LoadError, OfficialFiles, index, order, tabular};
use crate::release::Release;

const MAGIC: &[u8; 8] = b"ICDPACK\n";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 32 + 4;

/// A pack that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The pack.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not an icdraft pack at all.
    #[error("{0}: not an icdraft code pack; build one with `icdraft codes build --from SOURCE --out FILE`")]
    Foreign(String),
    /// Written by another version of icdraft.
    #[error("{name}: pack format {found}, this icdraft reads {VERSION}; build it again with `icdraft codes build`")]
    Version {
        /// The pack.
        name: String,
        /// Its format.
        found: u32,
    },
    /// Contents that do not match the checksum, or do not decode.
    #[error("{0}: damaged (checksum does not match its contents); copy or build it again")]
    Damaged(String),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) release: Release,
    pub(crate) text: String,
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) notes: Vec<NoteRow>,
    pub(crate) sevenths: Vec<Vec<SeventhRow>>,
    /// Codes that 7th-character expansion yields but the order file does not list.
    pub(crate) absent: Vec<Code>,
    /// Titles of the order file that expansion does not yield.
    pub(crate) titles: Vec<(Code, TextRef)>,
}

/// Collects a tabular list, in its own order.
pub(crate) struct PackBuilder {
    body: Body,
}

impl PackBuilder {
    fn new() -> Self {
        Self {
            body: Body {
                release: Release::yearly(0),
                text: String::new(),
                entries: Vec::new(),
                notes: Vec::new(),
                sevenths: Vec::new(),
                absent: Vec::new(),
                titles: Vec::new(),
            },
        }
    }

    fn text(&mut self, text: &str) -> TextRef {
        let start = u32::try_from(self.body.text.len()).expect("a tabular list is far below 4 GB");
        self.body.text.push_str(text);
        TextRef { start, len: u32::try_from(text.len()).expect("a title is far below 4 GB") }
    }

    pub(crate) fn entry(
        &mut self,
        code: Option<Code>,
        name: &str,
        title: &str,
        parent: Option<EntryId>,
        placeholder: bool,
    ) -> EntryId {
        let (name, title) = (self.text(name), self.text(title));
        let id = EntryId(u32::try_from(self.body.entries.len()).expect("fewer than 4 billion entries"));
        if let Some(parent) = parent {
            self.body.entries[parent.index()].leaf = false;
        }
        self.body.entries.push(EntryRow {
            code,
            name,
            title,
            parent,
            first_note: u32::try_from(self.body.notes.len()).expect("fewer than 4 billion notes"),
            notes: 0,
            seventh: None,
            placeholder,
            leaf: true,
            end: id.0 + 1,
        });
        id
    }

    /// Ends the subtree of `id`.
    pub(crate) fn close(&mut self, id: EntryId) {
        self.body.entries[id.index()].end = u32::try_from(self.body.entries.len()).expect("fewer than 4 billion");
    }

    /// A note of the entry added last.
    pub(crate) fn note(&mut self, kind: NoteKind, text: &str) {
        let text = self.text(text);
        self.body.notes.push(NoteRow { kind, text });
        if let Some(entry) = self.body.entries.last_mut() {
            entry.notes += 1;
        }
    }

    /// The 7th characters defined at the entry added last.
    pub(crate) fn seventh(&mut self, characters: &[(char, String)]) {
        let rows: Vec<_> = characters
            .iter()
            .map(|(character, meaning)| SeventhRow { character: *character, meaning: self.text(meaning) })
            .collect();
        let number = u16::try_from(self.body.sevenths.len()).expect("a few hundred definitions");
        self.body.sevenths.push(rows);
        if let Some(entry) = self.body.entries.last_mut() {
            entry.seventh = Some(number);
        }
    }
}

/// What a build found, for the person who ran it.
#[derive(Debug)]
pub struct BuildSummary {
    /// The release, as its file name or version says.
    pub release: Release,
    /// Entries: chapters, blocks, categories, subcategories, codes.
    pub entries: usize,
    /// Billable codes after 7th-character expansion.
    pub billable: usize,
    /// Expansions that the order file does not list.
    pub absent: usize,
    /// Codes of the order file that the tabular list does not yield.
    pub missing: Vec<Code>,
    /// Titles taken from the order file because expansion gives another.
    pub titles: usize,
    /// Index entries by kind.
    pub index: Vec<(IndexKind, usize)>,
    /// Whether an order file was among the sources.
    pub checked: bool,
}

/// Which of the official files go into a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// The tabular list alone.
    Tabular,
    /// The tabular list and every index that the sources have.
    WithIndex,
}

/// Compiles official files into the bytes of a pack.
///
/// # Errors
/// Unreadable sources, or files that are not what their names promise.
pub fn build(sources: &[PathBuf], contents: Contents) -> Result<(Vec<u8>, BuildSummary), LoadError> {
    let files = OfficialFiles::gather(sources)?;
    let mut builder = PackBuilder::new();
    if let Some(file) = &files.tabular {
        builder.body.release = tabular::read(file, &mut builder)?;
    }
    let mut set = CodeSet::from_body(builder.body, Vec::new());
    let mut missing = Vec::new();
    if let Some(file) = &files.order {
        missing = set.reconcile(&order::read(file)?);
    }
    let mut index_entries = Vec::new();
    let mut index_counts = Vec::new();
    if contents == Contents::WithIndex {
        for (file, kind) in [
            (&files.index, IndexKind::Disease),
            (&files.neoplasm, IndexKind::Neoplasm),
            (&files.drug, IndexKind::Drug),
            (&files.external_cause, IndexKind::ExternalCause),
        ] {
            if let Some(file) = file {
                let found = index::read(file, kind)?;
                index_counts.push((kind, found.len()));
                index_entries.extend(found);
            }
        }
    }
    let summary = BuildSummary {
        release: set.release().clone(),
        entries: set.body.entries.len(),
        billable: set.billable().count(),
        absent: set.body.absent.len(),
        missing,
        titles: set.body.titles.len(),
        index: index_counts,
        checked: files.order.is_some(),
    };
    Ok((encode(&set.body, &index_entries), summary))
}

fn encode(body: &Body, index: &[IndexEntry]) -> Vec<u8> {
    let frame = |bytes: Vec<u8>| zstd::bulk::compress(&bytes, 19).expect("compressing memory to memory cannot fail");
    let body = frame(postcard::to_stdvec(body).expect("plain data always serialises"));
    let index = if index.is_empty() {
        Vec::new()
    } else {
        frame(postcard::to_stdvec(index).expect("plain data always serialises"))
    };
    let mut tail = u32::try_from(body.len()).expect("a pack is far below 4 GB").to_le_bytes().to_vec();
    tail.extend(body);
    tail.extend(index);
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(Sha256::digest(&tail));
    out.extend(tail);
    out
}

/// Reads a pack file.
///
/// # Errors
/// Files that are not packs, packs of another format version and damaged packs.
pub fn read(path: &Path) -> Result<CodeSet, PackError> {
    let bytes = std::fs::read(path).map_err(|source| PackError::Io { path: path.to_owned(), source })?;
    decode(&path.display().to_string(), &bytes)
}

/// Decodes the bytes of a pack; `name` is for errors.
///
/// # Errors
/// As [`read`].
pub fn decode(name: &str, bytes: &[u8]) -> Result<CodeSet, PackError> {
    let damaged = || PackError::Damaged(name.to_owned());
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
        four.map(u32::from_le_bytes).ok_or_else(damaged)
    };
    if !bytes.starts_with(MAGIC) {
        return Err(PackError::Foreign(name.to_owned()));
    }
    let found = number(8)?;
    if found != VERSION {
        return Err(PackError::Version { name: name.to_owned(), found });
    }
    let checksum = bytes.get(12..44).ok_or_else(damaged)?;
    if Sha256::digest(&bytes[44..]).as_slice() != checksum {
        return Err(damaged());
    }
    let split = HEADER + number(44)? as usize;
    let frames = bytes.get(HEADER..split).zip(bytes.get(split..)).ok_or_else(damaged)?;
    let body = zstd::stream::decode_all(frames.0).map_err(|_| damaged())?;
    let body: Body = postcard::from_bytes(&body).map_err(|_| damaged())?;
    Ok(CodeSet::from_body(body, frames.1.to_vec()))
}

/// Decodes the index frame of a pack.
pub(crate) fn decode_index(frame: &[u8]) -> Vec<IndexEntry> {
    if frame.is_empty() {
        return Vec::new();
    }
    // The frame was covered by the checksum when the pack was read.
    let bytes = zstd::stream::decode_all(frame).expect("checksummed frame");
    postcard::from_bytes(&bytes).expect("checksummed frame")
}
