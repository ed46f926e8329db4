//! Readers of other people's corpora, one format a file. Each gives gold notes with every span in code points.

mod brat;
mod codiesp;
mod collect;
mod mdace;
mod negex;
mod spans;

use std::io;
use std::path::{Path, PathBuf};

use crate::gold::GoldNote;
use crate::jsonl::ReadError;
use crate::judged::JudgedSpan;
use crate::text::TextError;

pub use brat::CodesIn;
pub(crate) use collect::add_code;

/// A format of annotated corpora.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// icdraft's own gold, one note a line.
    Jsonl,
    /// brat stand-off: `.txt` beside `.ann`.
    Brat,
    /// CodiEsp: tables of its tracks beside a folder of texts; or one note a line with a list `icd10cm`.
    Codiesp,
    /// MDACE: one JSON file an admission; the texts come from MIMIC.
    Mdace,
    /// One span a line.
    Spans,
    /// The NegEx test kit: concept, sentence, polarity.
    Negex,
}

/// How a corpus is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the texts lie, if not beside the annotations.
    pub text: Option<PathBuf>,
    /// Where brat annotations have their codes.
    pub codes_in: CodesIn,
    /// A table of brat attributes in place of the built-in one.
    pub attributes: Option<PathBuf>,
    /// What becomes of an annotation in several pieces.
    pub pieces: Pieces,
    /// `split` of every note; where not given, what the corpus says.
    pub split: Option<String>,
    /// `set` of every note.
    pub set: Option<String>,
}

/// What becomes of an annotation in several pieces ("fracture ... of the wrist").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pieces {
    /// Each is a span of evidence: no word counts that is not annotated.
    #[default]
    Apart,
    /// One span from the first to the last, as CodiEsp's own scorer counts.
    Joined,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// The annotations.
    pub corpus: Corpus,
    /// What could not be used, and was left out.
    pub left_out: Vec<LeftOut>,
}

/// Annotations of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Corpus {
    /// Notes with codes.
    Gold(Vec<GoldNote>),
    /// Spans with a judgement.
    Judged(Vec<JudgedSpan>),
}

/// An annotation or a note that was left out, with the reason. Holds no note text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1; 0 for the whole file.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// A corpus that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The file system refused.
    #[error("{path}: {source}; check the path and its permissions")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line that the format does not allow.
    #[error("{path}, line {line}: {says}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong, and the cure.
        says: String,
    },
    /// A file that is not what the format expects.
    #[error("{path}: {says}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and the cure.
        says: String,
    },
    /// A JSON line.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A text.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl ConvertError {
    fn line(path: &Path, line: usize, says: impl Into<String>) -> Self {
        Self::Line { path: path.to_owned(), line, says: says.into() }
    }

    fn file(path: &Path, says: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), says: says.into() }
    }
}

/// Reads the corpus at `path`. `tick` is called for each note or row that was read.
///
/// # Errors
/// A file that is not what its format says; see [`ConvertError`]. What can be left out without falsifying the rest (a note
/// whose text is not there, a concept that its sentence does not have) is listed instead.
pub fn read(format: Format, path: &Path, options: &Options, tick: &dyn Fn()) -> Result<Converted, ConvertError> {
    let mut left_out = Vec::new();
    let corpus = match format {
        Format::Jsonl => {
            let notes = GoldNote::read(path)?;
            notes.iter().for_each(|_| tick());
            Corpus::Gold(notes)
        }
        Format::Brat => Corpus::Gold(brat::read(path, options, tick, &mut left_out)?),
        Format::Codiesp => Corpus::Gold(codiesp::read(path, options, tick, &mut left_out)?),
        Format::Mdace => Corpus::Gold(mdace::read(path, options, tick, &mut left_out)?),
        Format::Spans => Corpus::Gold(spans::read(path, options, tick)?),
        Format::Negex => Corpus::Judged(negex::read(path, tick, &mut left_out)?),
    };
    let corpus = match corpus {
        Corpus::Gold(notes) => Corpus::Gold(notes.into_iter().map(|note| collect::finished(note, options)).collect()),
        judged @ Corpus::Judged(_) => judged,
    };
    Ok(Converted { corpus, left_out })
}
