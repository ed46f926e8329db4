//! The transformer that links phrases to codes. The only crate that sees tensors; it knows texts and code names, no rules.
//!
//! A phrase becomes word pieces and hashed character n-grams. A small BERT-shaped encoder reads the pieces, an embedding bag the
//! n-grams, and both add up to one vector of unit length. A code is one or more such vectors, kept as 8-bit integers. Linking is the
//! exact dot product of a phrase with all of them.

mod calibrate;
mod checksum;
mod codes;
mod condense;
mod config;
pub mod embedded;
mod encoder;
mod error;
mod folder;
mod gram;
mod head;
#[cfg(feature = "hub")]
mod hub;
mod infer;
mod linker;
mod name;
mod op;
mod pretrained;
mod tfidf;
pub mod train;
mod vocabulary;
mod weights;

pub use calibrate::{Example, Ranker, Rankers, calibration_error};
pub use codes::{CodeVectors, Hit};
pub use condense::{condense, gaps};
pub use config::{Activation, ModelConfig};
pub use encoder::{Batch, Encoder};
pub use error::ClassifierError;
pub use folder::{model_name, weights_file};
pub use gram::grams;
pub use head::HeadConfig;
#[cfg(feature = "hub")]
pub use hub::{Access, Hub};
pub use infer::Inference;
pub use linker::Linker;
pub use name::{HubName, ModelName};
pub use pretrained::{Pooling, Pretrained};
pub use tfidf::Tfidf;
pub use vocabulary::Vocabulary;
pub use weights::Weights;

pub use checksum::checksum;
