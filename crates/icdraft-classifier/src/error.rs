//! What can go wrong while a model is loaded or trained.

use std::path::PathBuf;

/// Why a model cannot be loaded, trained or saved.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of a model that is not what it should be.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong, and the cure.
        problem: String,
    },
    /// Training data that nothing can be learned from.
    #[error("{0}")]
    Data(String),
    /// A tensor operation failed: shapes do not fit, or memory ran out.
    #[error("tensor: {0}")]
    Tensor(#[from] candle_core::Error),
    /// The word pieces could not be trained or applied.
    #[error("word pieces: {0}")]
    Pieces(String),
}

impl ClassifierError {
    pub(crate) fn file(file: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Self::File { file: file.into(), problem: problem.to_string() }
    }
}
