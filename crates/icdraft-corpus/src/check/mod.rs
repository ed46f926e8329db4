//! What is wrong with gold, before anybody scores against it. Each check is named; a finding says file, line, note and cure.

mod code;
mod near;
mod note;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use icdraft_codeset::{CodeSet, Releases};
use rayon::prelude::*;
use serde::Serialize;

use crate::gold::GoldNote;
use crate::jsonl::{self, ReadError};
use crate::profile::{Evidence, Profile};

/// One question to the annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A line that is no gold note.
    Line,
    /// An id that is empty, or that another note has.
    Id,
    /// A text that another note has, white space and case apart; a note without any.
    Text,
    /// A checksum that is not the text's.
    Checksum,
    /// A code that may not be submitted: not in the release, a heading, not of its system's form. With a profile, one that
    /// cannot be met.
    Code,
    /// A code that the note has twice with the same modifiers.
    Twice,
    /// A sure code without evidence.
    Evidence,
    /// A span outside its text, or empty.
    Span,
    /// A span of white space and punctuation only.
    Blank,
    /// A span that cuts a word in two.
    Word,
    /// Ranks of a system that do not count from 1.
    Rank,
    /// A pointer to a diagnosis that the note does not have.
    Pointer,
    /// Notes of two splits that nearly repeat each other.
    Near,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Line,
        Self::Id,
        Self::Text,
        Self::Checksum,
        Self::Code,
        Self::Twice,
        Self::Evidence,
        Self::Span,
        Self::Blank,
        Self::Word,
        Self::Rank,
        Self::Pointer,
        Self::Near,
    ];

    /// Its name, as the command line takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Id => "id",
            Self::Text => "text",
            Self::Checksum => "checksum",
            Self::Code => "code",
            Self::Twice => "twice",
            Self::Evidence => "evidence",
            Self::Span => "span",
            Self::Blank => "blank",
            Self::Word => "word",
            Self::Rank => "rank",
            Self::Pointer => "pointer",
            Self::Near => "near",
        }
    }

    /// The check of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }
}

/// How near is too near. Shares of shingles of eight words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// Least share of the two notes' shingles that both have.
    pub jaccard: f64,
    /// Least share of the shorter note's shingles that the other has.
    pub containment: f64,
}

impl Default for Nearness {
    fn default() -> Self {
        Self { jaccard: 0.3, containment: 0.5 }
    }
}

/// Something wrong. Holds no note text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// The note.
    pub id: String,
    /// What asked.
    pub check: Check,
    /// What is wrong, and the cure.
    pub says: String,
}

/// A note and where it stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// The note.
    pub note: GoldNote,
}

impl Placed {
    fn finding(&self, check: Check, says: impl Into<String>) -> Finding {
        Finding { file: self.file.clone(), line: self.line, id: self.note.id.clone(), check, says: says.into() }
    }

    /// `file:line`.
    fn place(&self) -> String {
        format!("{}:{}", self.file.display(), self.line)
    }
}

/// Reads the notes of files; lines that are none become findings.
///
/// # Errors
/// A file that does not open.
pub fn place(files: &[PathBuf]) -> Result<(Vec<Placed>, Vec<Finding>), ReadError> {
    let (mut notes, mut findings) = (Vec::new(), Vec::new());
    for file in files {
        for (line, read) in jsonl::lines::<GoldNote>(file, "a gold note {id, text, codes, not_coded}")? {
            match read.and_then(|note| note.of_known_version(file, line)) {
                Ok(note) => notes.push(Placed { file: file.clone(), line, note }),
                Err(error) => findings.push(Finding {
                    file: file.clone(),
                    line,
                    id: String::new(),
                    check: Check::Line,
                    says: without_place(&error.to_string(), file, line),
                }),
            }
        }
    }
    Ok((notes, findings))
}

/// A finding has its place in fields of its own.
fn without_place(says: &str, file: &Path, line: usize) -> String {
    let says = says.strip_prefix(&format!("{}, line {line}", file.display())).unwrap_or(says);
    says.trim_start_matches([',', ':', ' ']).to_owned()
}

/// What gold is held against.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The loaded releases; the date of service picks.
    pub releases: &'a Releases,
    /// One of them for every note, whatever its date.
    pub forced: Option<usize>,
    /// The conventions of the corpus: codes that can be met are no findings, nor is missing evidence where it has none.
    pub profile: Option<&'a Profile>,
    /// How near notes of two splits may be.
    pub nearness: Nearness,
    /// Checks that are left out.
    pub without: &'a [Check],
}

impl<'a> Settings<'a> {
    /// The set for one note. Where the note has no date, the newest.
    pub fn set(&self, note: &GoldNote) -> &'a CodeSet {
        let picked = note.date_of_service.map(|day| self.releases.on(day).0);
        &self.releases.sets()[self.forced.or(picked).unwrap_or_else(|| self.releases.newest())]
    }

    fn asks(&self, check: Check) -> bool {
        let none_expected = check == Check::Evidence && self.profile.is_some_and(|p| p.evidence == Evidence::None);
        !none_expected && !self.without.contains(&check)
    }
}

/// Asks everything that the settings do not leave out. Findings come in the order of files and lines. `tick` is called for
/// each note.
pub fn check(notes: &[Placed], settings: Settings<'_>, tick: &(dyn Fn() + Sync)) -> Vec<Finding> {
    let alone = notes.par_iter().flat_map_iter(|placed| {
        let mut findings = note::check(placed);
        findings.extend(code::check(placed, settings.set(&placed.note), settings.profile));
        tick();
        findings
    });
    let mut findings: Vec<Finding> = alone.collect();
    findings.extend(repeated(notes, Check::Id, "id", |note| Some(note.id.clone())));
    findings.extend(repeated(notes, Check::Text, "text", |note| {
        let words: Vec<String> = note.text.split_whitespace().map(str::to_lowercase).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }));
    if settings.asks(Check::Near) {
        findings.extend(near::check(notes, settings.nearness));
    }
    findings.retain(|finding| settings.asks(finding.check));
    findings.sort_by(|a, b| (&a.file, a.line, a.check).cmp(&(&b.file, b.line, b.check)));
    findings
}

/// Notes that share what each should have to itself; each is told of the first.
fn repeated(
    notes: &[Placed],
    check: Check,
    what: &str,
    key: impl Fn(&GoldNote) -> Option<String>,
) -> impl Iterator<Item = Finding> {
    let mut first: HashMap<String, &Placed> = HashMap::new();
    let mut findings = Vec::new();
    for placed in notes {
        let Some(key) = key(&placed.note) else { continue };
        match first.get(&key) {
            Some(earlier) => {
                let says = format!("same {what} as `{}` at {}; keep one of them", earlier.note.id, earlier.place());
                findings.push(placed.finding(check, says));
            }
            None => {
                first.insert(key, placed);
            }
        }
    }
    findings.into_iter()
}
