//! The files of a pretrained encoder, as the hub's repositories have them.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::ClassifierError;

pub(crate) const CONFIG: &str = "config.json";
pub(crate) const TOKENIZER: &str = "tokenizer.json";
pub(crate) const WEIGHTS: &str = "model.safetensors";
/// What sentence-transformers writes of its pooling; a plain encoder has none.
pub(crate) const POOLING: &str = "1_Pooling/config.json";

/// Those that an encoder needs.
pub(crate) const FILES: [&str; 3] = [CONFIG, TOKENIZER, WEIGHTS];

/// What to do where `file` is missing, by what else `has` says is there.
pub(crate) fn cure(file: &str, has: impl Fn(&str) -> bool) -> String {
    match file {
        WEIGHTS if has("model.safetensors.index.json") => {
            "is missing: the weights are in several files; save the model again as one".to_owned()
        }
        WEIGHTS if has("pytorch_model.bin") => {
            "is missing: only PyTorch's pytorch_model.bin is here, which runs code when it is read; \
             save the model again with `save_pretrained(..., safe_serialization=True)`, or take another revision"
                .to_owned()
        }
        TOKENIZER if has("vocab.txt") => "is missing: only vocab.txt is here; \
             save the tokenizer with `AutoTokenizer.from_pretrained(...).save_pretrained(...)`"
            .to_owned(),
        _ => format!("is missing; an encoder has {}", FILES.join(", ")),
    }
}

pub(super) fn read(folder: &Path, name: &str) -> Result<Vec<u8>, ClassifierError> {
    let path = folder.join(name);
    match std::fs::read(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let problem = cure(name, |other| folder.join(other).exists());
            Err(ClassifierError::file(path.display().to_string(), problem))
        }
        Err(source) => Err(ClassifierError::Io { path, source }),
        Ok(bytes) => Ok(bytes),
    }
}

/// Tensors by name, as 32-bit floats.
pub(super) fn tensors(file: &str, bytes: &[u8]) -> Result<HashMap<String, Tensor>, ClassifierError> {
    let held = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
        .map_err(|e| ClassifierError::file(file, format!("no safetensors ({e}); fetch the file again")))?;
    let named = held.into_iter().map(|(name, tensor)| {
        // Checkpoints that came from TensorFlow keep its names.
        let name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias");
        let tensor = if tensor.dtype().is_float() { tensor.to_dtype(DType::F32)? } else { tensor };
        Ok((name, tensor))
    });
    named.collect()
}
