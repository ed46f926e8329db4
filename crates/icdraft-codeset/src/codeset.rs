//! One release, ready to be asked.

use std::borrow::Cow;
use std::path::PathBuf;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use crate::code::Code;
use crate::hierarchy::{EntryId, EntryRow, NoteKind, SeventhRow, TextRef};
use crate::loader::index::IndexEntry;
use crate::loader::order::OrderLine;
use crate::pack::{self, Body, PackError};
use crate::release::Release;

/// The complete tabular list compiled into the library: FY2026, April 1 2026.
static DEFAULT_PACK: &[u8] = include_bytes!("../data/icd10cm-FY2026-04-01.pack");

/// A code set of one release: the tabular list as a tree, with its notes.
#[derive(Debug)]
pub struct CodeSet {
    pub(crate) body: Body,
    by_code: FxHashMap<Code, EntryId>,
    index_frame: Vec<u8>,
}

/// Why a code can or cannot be submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// May be submitted.
    Billable,
    /// A heading: further characters are needed.
    NeedsMore,
    /// A complete stem whose 7th character is missing; the characters that it takes.
    NeedsSeventh(Vec<char>),
    /// Not in this release.
    Unknown,
}

/// A note with the entry that carries it.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// What it asks.
    pub kind: NoteKind,
    /// Its words.
    pub text: &'a str,
    /// The entry itself or the ancestor it is inherited from.
    pub from: EntryId,
}

/// A 7th character with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seventh<'a> {
    /// The character.
    pub character: char,
    /// What it says ("initial encounter").
    pub meaning: &'a str,
}

impl CodeSet {
    /// The release compiled into the library.
    ///
    /// # Panics
    /// Never in a build that passed its tests: the embedded pack is read by them.
    pub fn embedded() -> Self {
        pack::decode("embedded pack", DEFAULT_PACK).expect("the embedded pack is checked by the tests")
    }

    /// Reads a pack built by `icdraft codes build`.
    ///
    /// # Errors
    /// See [`PackError`].
    pub fn read(path: &std::path::Path) -> Result<Self, PackError> {
        pack::read(path)
    }

    pub(crate) fn from_body(body: Body, index_frame: Vec<u8>) -> Self {
        let mut by_code = FxHashMap::with_capacity_and_hasher(body.entries.len(), Default::default());
        for (n, row) in body.entries.iter().enumerate() {
            if let Some(code) = row.code {
                by_code.insert(code, EntryId(u32::try_from(n).expect("entries are numbered by u32")));
            }
        }
        Self { body, by_code, index_frame }
    }

    /// The release.
    pub fn release(&self) -> &Release {
        &self.body.release
    }

    /// Every entry in tabular order.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> + use<> {
        (0..u32::try_from(self.body.entries.len()).expect("entries are numbered by u32")).map(EntryId)
    }

    /// The entry that lists exactly this code (without 7th-character expansion).
    pub fn find(&self, code: Code) -> Option<EntryId> {
        self.by_code.get(&code).copied()
    }

    /// The entry that yields this code, with the 7th character that expansion adds to it.
    pub fn resolve(&self, code: Code) -> Option<(EntryId, Option<char>)> {
        if let Some(id) = self.find(code) {
            return Some((id, None));
        }
        let seventh = code.seventh()?;
        let id = (3..=6).rev().find_map(|n| {
            let stem = code.prefix(n);
            let id = self.find(stem)?;
            (self.row(id).leaf && stem.with_seventh(seventh) == code).then_some(id)
        })?;
        let takes = self.sevenths(id).any(|s| s.character == seventh);
        (takes && !self.is_absent(code)).then_some((id, Some(seventh)))
    }

    /// Whether the code may be submitted, or what it lacks.
    pub fn validity(&self, code: Code) -> Validity {
        match self.resolve(code) {
            None => Validity::Unknown,
            Some((id, seventh)) => {
                let needed: Vec<char> = self.sevenths(id).map(|s| s.character).collect();
                if !self.row(id).leaf {
                    Validity::NeedsMore
                } else if seventh.is_some() || needed.is_empty() {
                    Validity::Billable
                } else {
                    Validity::NeedsSeventh(needed)
                }
            }
        }
    }

    /// Whether the code may be submitted.
    pub fn is_billable(&self, code: Code) -> bool {
        self.validity(code) == Validity::Billable
    }

    /// Every billable code in tabular order.
    pub fn billable(&self) -> impl Iterator<Item = Code> + '_ {
        self.entries().filter(|&id| self.row(id).leaf).flat_map(|id| self.expansions(id))
    }

    /// The billable codes of one leaf entry: itself, or one for each 7th character.
    pub fn expansions(&self, leaf: EntryId) -> Vec<Code> {
        let Some(code) = self.code(leaf) else {
            return Vec::new();
        };
        let expanded: Vec<Code> =
            self.sevenths(leaf).map(|s| code.with_seventh(s.character)).filter(|&c| !self.is_absent(c)).collect();
        if self.sevenths(leaf).next().is_none() { vec![code] } else { expanded }
    }

    /// The official long title.
    pub fn title(&self, code: Code) -> Option<Cow<'_, str>> {
        if let Ok(at) = self.body.titles.binary_search_by_key(&code, |t| t.0) {
            return Some(self.text(self.body.titles[at].1).into());
        }
        let (id, seventh) = self.resolve(code)?;
        let title = self.entry_title(id);
        Some(match seventh.and_then(|c| self.sevenths(id).find(|s| s.character == c)) {
            Some(s) => format!("{title}, {}", s.meaning).into(),
            None => title.into(),
        })
    }

    /// The code of an entry; chapters and blocks have none.
    pub fn code(&self, id: EntryId) -> Option<Code> {
        self.row(id).code
    }

    /// Name as printed: `K40.90`, `K40-K46`, `Chapter 11`.
    pub fn name(&self, id: EntryId) -> &str {
        self.text(self.row(id).name)
    }

    /// Title of an entry.
    pub fn entry_title(&self, id: EntryId) -> &str {
        self.text(self.row(id).title)
    }

    /// The entry above.
    pub fn parent(&self, id: EntryId) -> Option<EntryId> {
        self.row(id).parent
    }

    /// The entry and those above it, nearest first.
    pub fn lineage(&self, id: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        std::iter::successors(Some(id), |&id| self.parent(id))
    }

    /// Whether nothing stands below.
    pub fn is_leaf(&self, id: EntryId) -> bool {
        self.row(id).leaf
    }

    /// The leaves at or below an entry with a code.
    pub fn leaves(&self, id: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        (id.0..self.row(id).end).map(EntryId).filter(|&below| self.row(below).leaf)
    }

    /// The 7th characters that codes at this entry take, own or inherited; none for most.
    pub fn sevenths(&self, id: EntryId) -> impl Iterator<Item = Seventh<'_>> {
        let full = self.code(id).is_some_and(|c| c.len() == 7);
        let number = self.lineage(id).find_map(|above| self.row(above).seventh).filter(|_| !full);
        let rows: &[SeventhRow] = number.map_or(&[], |n| &self.body.sevenths[usize::from(n)]);
        rows.iter().map(|s| Seventh { character: s.character, meaning: self.text(s.meaning) })
    }

    /// Notes at this entry only.
    pub fn own_notes(&self, id: EntryId) -> impl Iterator<Item = Note<'_>> {
        let row = self.row(id);
        let rows = &self.body.notes[row.first_note as usize..(row.first_note + row.notes) as usize];
        rows.iter().map(move |n| Note { kind: n.kind, text: self.text(n.text), from: id })
    }

    /// Notes in force at this entry: its own, then those inherited. Inclusion terms are never inherited.
    pub fn notes(&self, id: EntryId) -> impl Iterator<Item = Note<'_>> {
        self.lineage(id)
            .flat_map(|above| self.own_notes(above))
            .filter(move |n| n.from == id || n.kind != NoteKind::InclusionTerm)
    }

    /// The index entries of the pack, decoded on each call; none where the pack was built without them.
    pub fn index(&self) -> Vec<IndexEntry> {
        pack::decode_index(&self.index_frame)
    }

    /// Holds the set against the order file: expansions it does not list are dropped, titles that differ by more than
    /// diacritics are taken from it. Returns the codes that only the order file has.
    pub(crate) fn reconcile(&mut self, order: &[OrderLine]) -> Vec<Code> {
        let listed: FxHashMap<Code, &OrderLine> = order.iter().filter(|l| l.billable).map(|l| (l.code, l)).collect();
        let mut absent: Vec<Code> = self.billable().filter(|c| !listed.contains_key(c)).collect();
        absent.sort_unstable();
        self.body.absent = absent;
        let mut differing: Vec<(Code, &str)> = Vec::new();
        let mut missing = Vec::new();
        for line in order.iter().filter(|l| l.billable) {
            match self.title(line.code) {
                None => missing.push(line.code),
                Some(title) if folded(&title) != folded(&line.title) => differing.push((line.code, &line.title)),
                Some(_) => {}
            }
        }
        differing.sort_unstable_by_key(|d| d.0);
        for (code, title) in differing {
            let start = u32::try_from(self.body.text.len()).expect("a tabular list is far below 4 GB");
            self.body.text.push_str(title);
            let len = u32::try_from(title.len()).expect("a title is far below 4 GB");
            self.body.titles.push((code, TextRef { start, len }));
        }
        missing
    }

    fn is_absent(&self, code: Code) -> bool {
        self.body.absent.binary_search(&code).is_ok()
    }

    fn row(&self, id: EntryId) -> &EntryRow {
        &self.body.entries[id.index()]
    }

    fn text(&self, at: TextRef) -> &str {
        &self.body.text[at.start as usize..(at.start + at.len) as usize]
    }
}

/// Lower case without diacritics: the order file writes "Meniere's", the tabular list "Ménière's".
pub fn folded(text: &str) -> String {
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The loaded releases; the date of service picks among them.
#[derive(Debug)]
pub struct Releases(Vec<CodeSet>);

/// A release asked for by name that is not loaded.
#[derive(Debug, thiserror::Error)]
#[error("release {wanted} is not loaded; loaded: {loaded}. Build it with `icdraft codes build` and pass --pack FILE")]
pub struct UnknownRelease {
    wanted: String,
    loaded: String,
}

impl Releases {
    /// The embedded release and those of `packs`.
    ///
    /// # Errors
    /// A pack that cannot be used.
    pub fn load(packs: &[PathBuf]) -> Result<Self, PackError> {
        let mut sets = packs.iter().map(|p| CodeSet::read(p)).collect::<Result<Vec<_>, _>>()?;
        let embedded = CodeSet::embedded();
        if !sets.iter().any(|s| s.release() == embedded.release()) {
            sets.push(embedded);
        }
        sets.sort_by_key(|s| s.release().from);
        Ok(Self(sets))
    }

    /// Loaded sets, oldest first.
    pub fn sets(&self) -> &[CodeSet] {
        &self.0
    }

    /// The set of the release named `name` (`FY2026-04-01`).
    ///
    /// # Errors
    /// A name that no loaded release bears.
    pub fn named(&self, name: &str) -> Result<usize, UnknownRelease> {
        self.0.iter().position(|s| s.release().to_string().eq_ignore_ascii_case(name)).ok_or_else(|| UnknownRelease {
            wanted: name.to_owned(),
            loaded: self.0.iter().map(|s| s.release().to_string()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Number of the set in force on `day`: the latest that covers it. Where none does, the nearest earlier one (or the
    /// first), and `false`.
    pub fn on(&self, day: jiff::civil::Date) -> (usize, bool) {
        if let Some(n) = self.0.iter().rposition(|s| s.release().covers(day)) {
            return (n, true);
        }
        (self.0.iter().rposition(|s| s.release().from <= day).unwrap_or(0), false)
    }

    /// Number of the newest set.
    pub fn newest(&self) -> usize {
        self.0.len() - 1
    }
}
