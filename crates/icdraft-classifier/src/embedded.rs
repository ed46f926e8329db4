//! The default model, compiled in: `models/icdraft-base`. Its card is `models/README.md`.

use crate::{ClassifierError, CodeVectors, Linker, Rankers};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/icdraft-base/", $name))
    };
}

/// Its name in reports.
pub const NAME: &str = "icdraft-base";

/// Its weights, as safetensors.
pub static WEIGHTS: &[u8] = file!("model.safetensors");

/// The encoder.
///
/// # Errors
/// None for a build that passed its tests.
pub fn linker() -> Result<Linker, ClassifierError> {
    Linker::decode(NAME, file!("config.json"), file!("tokenizer.json"), WEIGHTS)
}

/// The vectors of all codes.
///
/// # Errors
/// None for a build that passed its tests.
pub fn vectors() -> Result<CodeVectors, ClassifierError> {
    CodeVectors::decode(NAME, file!("codes.bin"))
}

/// The last layers.
///
/// # Errors
/// None for a build that passed its tests.
pub fn rankers() -> Result<Rankers, ClassifierError> {
    Rankers::decode(NAME, file!("ranker.json"))
}
