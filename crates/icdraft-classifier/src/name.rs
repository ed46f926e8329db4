//! How a user names a model: a folder, or a repository of the Hugging Face hub.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Begins the name of a repository.
const HUB: &str = "hub:";

/// The branch that a name without a revision means.
const MAIN: &str = "main";

/// A folder, or a repository of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ModelName {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A repository of the hub, by `hub:owner/name` or `hub:owner/name@revision`.
    Hub(HubName),
}

impl FromStr for ModelName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_prefix(HUB).map_or_else(|| Ok(Self::Folder(text.into())), |name| name.parse().map(Self::Hub))
    }
}

impl TryFrom<String> for ModelName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Hub(name) => name.fmt(f),
        }
    }
}

/// A repository of the hub at a revision: a commit, a branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubName {
    repository: String,
    revision: String,
}

impl HubName {
    /// `owner/name`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// A commit, a branch or a tag; `main` where the user gave none.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Whether the revision is a whole commit hash: what it names never changes.
    pub fn is_pinned(&self) -> bool {
        is_commit(&self.revision)
    }

    /// The same repository at another revision.
    #[cfg(feature = "hub")]
    pub(crate) fn at(&self, revision: &str) -> Self {
        Self { repository: self.repository.clone(), revision: revision.to_owned() }
    }
}

/// Whether a text is a whole commit hash.
pub(crate) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl FromStr for HubName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (repository, revision) = text.split_once('@').unwrap_or((text, MAIN));
        // Both become folders of the cache: neither may lead out of it.
        let fits = |part: &str| {
            let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            plain && !part.is_empty() && !part.starts_with('.')
        };
        let parts: Vec<&str> = repository.split('/').collect();
        if parts.len() != 2 || !parts.into_iter().all(fits) || !revision.split('/').all(fits) {
            return Err("expected hub:owner/name or hub:owner/name@revision".to_owned());
        }
        Ok(Self { repository: repository.to_owned(), revision: revision.to_owned() })
    }
}

impl fmt::Display for HubName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, revision } = self;
        if revision == MAIN { write!(f, "{HUB}{repository}") } else { write!(f, "{HUB}{repository}@{revision}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_folders() {
        assert_eq!("my/model".parse(), Ok(ModelName::Folder("my/model".into())));
        for text in ["hub:owner/na.me-1", "hub:owner/name@v1.0", "hub:owner/name@refs/pr/3"] {
            let name: ModelName = text.parse().unwrap();
            assert!(matches!(&name, ModelName::Hub(_)) && name.to_string() == text, "{name:?}");
        }
        let main: HubName = "o/n@main".parse().unwrap();
        assert_eq!((main.to_string().as_str(), main.is_pinned()), ("hub:o/n", false));
        assert!(format!("o/n@{}", "0a".repeat(20)).parse::<HubName>().unwrap().is_pinned());
    }

    #[test]
    fn no_name_leads_out_of_the_cache() {
        for text in ["hub:", "hub:name", "hub:a/b/c", "hub:../b", "hub:a/..", "hub:a/b@", "hub:a/b@../c", "hub:a/b c"] {
            let error = text.parse::<ModelName>().unwrap_err();
            assert!(error.contains("hub:owner/name"), "{text}: {error}");
        }
    }
}
