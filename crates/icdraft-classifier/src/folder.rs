//! What a model's folder holds: an encoder of our own, or a head on a pretrained one.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{ClassifierError, head};

/// The vectors of the codes, which every model has.
#[cfg(feature = "hub")]
pub(crate) const CODES: &str = "codes.bin";

/// The last layer, which a model may have.
#[cfg(feature = "hub")]
pub(crate) const RANKER: &str = "ranker.json";

/// The name of a folder's model in reports. The hub's cache calls a folder by its commit: owner and name are further up.
pub fn model_name(folder: &Path) -> String {
    let part = |path: Option<&Path>| path?.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = part(Some(folder)).unwrap_or_else(|| "model".to_owned());
    let repository = part(folder.ancestors().nth(2));
    let repository = repository.as_deref().and_then(|r| r.strip_prefix("models--"));
    repository.map_or_else(|| name.clone(), |r| format!("{}@{name}", r.replacen("--", "/", 1)))
}

/// The file of a folder's trained weights, whose checksum tells models apart.
///
/// # Errors
/// A folder that holds an encoder and no model of ours.
pub fn weights_file(folder: &Path) -> Result<PathBuf, ClassifierError> {
    if folder.join(head::CONFIG).exists() {
        return Ok(folder.join(head::WEIGHTS));
    }
    let config = std::fs::read(folder.join("config.json")).unwrap_or_default();
    if is_encoder(&config) {
        let name = folder.display().to_string();
        return Err(ClassifierError::file(&name, bare(&name)));
    }
    Ok(folder.join("model.safetensors"))
}

/// Whether a `config.json` is one of Hugging Face's: ours has no `model_type`.
fn is_encoder(config: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "model_type")]
        _kind: String,
    }
    serde_json::from_slice::<Kind>(config).is_ok()
}

/// What to do with an encoder where a model is asked for.
pub(crate) fn bare(name: &str) -> String {
    format!(
        "an encoder that knows no codes; train a head on it: \
         `icdraft train head models/head.toml --encoder {name} --out DIR`, then `icdraft train vectors DIR`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders() {
        assert_eq!(model_name(Path::new("/a/my-model")), "my-model");
        assert_eq!(model_name(Path::new("/hub/models--owner--na--me/snapshots/0a1b")), "owner/na--me@0a1b");
        assert_eq!(model_name(Path::new("/")), "model");
    }

    #[test]
    fn an_encoder_is_no_model() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.json");
        std::fs::write(&config, "{\"model_type\": \"bert\"}").unwrap();
        let error = weights_file(folder.path()).unwrap_err().to_string();
        assert!(error.contains("icdraft train head") && error.contains(folder.path().to_str().unwrap()), "{error}");
        std::fs::write(&config, "{\"vocab_size\": 8}").unwrap();
        assert!(weights_file(folder.path()).unwrap().ends_with("model.safetensors"));
        std::fs::write(folder.path().join("head.json"), "{}").unwrap();
        assert!(weights_file(folder.path()).unwrap().ends_with("head.safetensors"));
    }
}
