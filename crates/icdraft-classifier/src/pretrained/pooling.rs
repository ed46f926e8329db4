//! From the vectors of a phrase's pieces to one.

use std::path::Path;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::files::POOLING;
use crate::ClassifierError;

/// What becomes of the vectors of a phrase's pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first, `[CLS]`.
    Cls,
}

/// What sentence-transformers writes; it has other modes, which few encoders use.
#[derive(Debug, Deserialize)]
struct Modes {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

impl Pooling {
    /// As `1_Pooling/config.json` of the folder says; the mean where there is no such file.
    pub(super) fn read(folder: &Path) -> Result<Self, ClassifierError> {
        let path = folder.join(POOLING);
        if !path.exists() {
            return Ok(Self::Mean);
        }
        let bytes = std::fs::read(&path).map_err(|source| ClassifierError::Io { path: path.clone(), source })?;
        let wrong = |problem: String| ClassifierError::file(path.display().to_string(), problem);
        let modes: Modes = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        match (modes.pooling_mode_cls_token, modes.pooling_mode_mean_tokens) {
            (true, false) => Ok(Self::Cls),
            (false, true) => Ok(Self::Mean),
            _ => Err(wrong("neither the mean nor [CLS] alone; take an encoder that pools so".to_owned())),
        }
    }

    /// # Shapes
    /// `[phrases, pieces, width]` to `[phrases, width]`.
    pub(super) fn of(self, states: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Mean => states.mean(1),
            Self::Cls => states.narrow(1, 0, 1)?.squeeze(1),
        }
    }
}
