//! Where `--model` and `--encoder` lead: a folder as it is, or a repository of the hub once it is in the cache.

use std::path::{Path, PathBuf};

use icdraft_classifier::{Access, HeadConfig, Hub, ModelName};

fn hub(offline: bool) -> anyhow::Result<Hub> {
    Ok(Hub::from_env(if offline { Access::Offline } else { Access::Online })?)
}

/// The folder of a model, everything that it needs on this machine.
pub(crate) fn folder(name: &ModelName, offline: bool) -> anyhow::Result<PathBuf> {
    match name {
        ModelName::Folder(folder) => {
            complete(folder, offline)?;
            Ok(folder.clone())
        }
        ModelName::Hub(name) => Ok(hub(offline)?.model(name)?),
    }
}

/// Fetches the encoder under the head in a folder, where there is one and the cache lacks it.
pub(crate) fn complete(folder: &Path, offline: bool) -> anyhow::Result<()> {
    // Without a head of the hub no cache is asked for, which needs a home folder.
    match HeadConfig::read(folder)? {
        Some(HeadConfig { encoder: ModelName::Hub(_), .. }) => Ok(hub(offline)?.encoder_under(folder)?),
        _ => Ok(()),
    }
}

/// The folder of an encoder, and the name that will always mean the same: with its commit, or from the root.
pub(crate) fn encoder(name: &ModelName, offline: bool) -> anyhow::Result<(PathBuf, ModelName)> {
    match name {
        ModelName::Folder(folder) => {
            let whole = std::path::absolute(folder)?;
            Ok((whole.clone(), ModelName::Folder(whole)))
        }
        ModelName::Hub(name) => {
            let (folder, pinned) = hub(offline)?.encoder(name)?;
            Ok((folder, ModelName::Hub(pinned)))
        }
    }
}
