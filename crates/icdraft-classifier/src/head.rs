//! A head on a pretrained encoder: one linear layer, and a note of which encoder it was trained on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::pretrained::{Pooling, Pretrained};
use crate::{ClassifierError, ModelName, op};

pub(crate) const CONFIG: &str = "head.json";
pub(crate) const WEIGHTS: &str = "head.safetensors";

/// The layer's name in its file, that of our own encoder's last layer.
pub(crate) const DENSE: &str = "head.dense.weight";

/// Which encoder a head was trained on, as `head.json` says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadConfig {
    /// Where the encoder is. A relative path starts at the folder of `head.json`.
    pub encoder: ModelName,
    /// Length of the encoder's vectors.
    pub hidden_size: usize,
    /// What becomes of the vectors of a phrase's pieces.
    pub pooling: Pooling,
    /// SHA-256 of the encoder's weights.
    pub sha256: String,
}

impl HeadConfig {
    /// What is to be noted of `encoder`, which is at `name`.
    pub fn new(name: ModelName, encoder: &Pretrained) -> Self {
        let sha256 = encoder.sha256().to_owned();
        Self { encoder: name, hidden_size: encoder.width(), pooling: encoder.pooling(), sha256 }
    }

    /// Reads `head.json` of a folder; `None` where there is no such file.
    ///
    /// # Errors
    /// A file that is unreadable or no `head.json`.
    pub fn read(folder: &Path) -> Result<Option<Self>, ClassifierError> {
        let path = folder.join(CONFIG);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = std::fs::read(&path).map_err(|source| ClassifierError::Io { path: path.clone(), source })?;
        let wrong = |e| ClassifierError::file(path.display().to_string(), e);
        serde_json::from_slice(&bytes).map(Some).map_err(wrong)
    }

    /// Writes `head.json` and `head.safetensors`.
    ///
    /// # Errors
    /// An unwritable folder.
    ///
    /// # Shapes
    /// `dense` is `[vector, hidden]`.
    pub fn write(&self, folder: &Path, dense: &Tensor) -> Result<(), ClassifierError> {
        candle_core::safetensors::save(&HashMap::from([(DENSE, dense.clone())]), folder.join(WEIGHTS))?;
        let path = folder.join(CONFIG);
        let json =
            serde_json::to_string_pretty(self).map_err(|e| ClassifierError::file(path.display().to_string(), e))?;
        std::fs::write(&path, json + "\n").map_err(|source| ClassifierError::Io { path, source })
    }

    /// The encoder's folder on this machine.
    fn folder(&self, folder: &Path) -> Result<PathBuf, ClassifierError> {
        match &self.encoder {
            ModelName::Folder(path) => Ok(folder.join(path)),
            #[cfg(feature = "hub")]
            ModelName::Hub(name) => crate::Hub::from_env(crate::Access::Offline)?.encoder_files(name),
            #[cfg(not(feature = "hub"))]
            ModelName::Hub(name) => {
                let problem = format!("this build opens no `{name}`: put the encoder's folder in its place");
                Err(ClassifierError::file(folder.join(CONFIG).display().to_string(), problem))
            }
        }
    }
}

/// An encoder with its head: phrases in, vectors out.
#[derive(Debug)]
pub(crate) struct Headed {
    encoder: Pretrained,
    /// Transposed: `[hidden, vector]`.
    dense: Tensor,
}

impl Headed {
    /// Reads `head.safetensors` of a folder, and the encoder that `config` names. Nothing is fetched.
    ///
    /// # Errors
    /// A file that is missing or unreadable; an encoder that is not the one that the head was trained on.
    pub(crate) fn open(folder: &Path, config: &HeadConfig) -> Result<Self, ClassifierError> {
        let at = config.folder(folder)?;
        let encoder = Pretrained::with_pooling(&at, config.pooling)?;
        if encoder.sha256() != config.sha256 {
            let problem = format!(
                "its weights ({}) are not those that the head in {} was trained on ({}); \
                 bring that encoder back, or train the head again",
                encoder.sha256(),
                folder.display(),
                config.sha256
            );
            return Err(ClassifierError::file(at.display().to_string(), problem));
        }
        let path = folder.join(WEIGHTS);
        let bytes = std::fs::read(&path).map_err(|source| ClassifierError::Io { path: path.clone(), source })?;
        let wrong = |problem: String| ClassifierError::file(path.display().to_string(), problem);
        let mut held = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
            .map_err(|e| wrong(format!("no safetensors ({e}); fetch the file again")))?;
        let dense = held.remove(DENSE).ok_or_else(|| wrong(format!("`{DENSE}` is missing")))?;
        if dense.rank() != 2 || dense.dim(1)? != encoder.width() {
            let (found, width) = (dense.dims(), encoder.width());
            return Err(wrong(format!("`{DENSE}` is {found:?}, the encoder's vectors are {width} long")));
        }
        Ok(Self { encoder, dense: dense.to_dtype(DType::F32)?.t()?.contiguous()? })
    }

    pub(crate) fn width(&self) -> usize {
        self.dense.dims()[1]
    }

    pub(crate) fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ClassifierError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        Ok(op::unit(&self.encoder.embed(texts)?.matmul(&self.dense)?)?.to_vec2()?)
    }
}
