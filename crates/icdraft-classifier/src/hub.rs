//! Models and encoders from the Hugging Face hub, kept in its cache (`HF_HOME`, else `~/.cache/huggingface`), which other tools share.
//!
//! Unless offline, the hub is asked once which commit a revision is; files of that commit that the cache has are not fetched again.
//! For a whole commit hash whose files are all there the hub is not asked at all.

use std::path::{Path, PathBuf};

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};

use crate::folder::{CODES, RANKER, bare};
use crate::name::is_commit;
use crate::{ClassifierError, HeadConfig, HubName, ModelName, head, pretrained};

/// Where the hub is, unless `HF_ENDPOINT` says otherwise.
const ENDPOINT: &str = "https://huggingface.co";

/// Whether the network is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// What the cache lacks is fetched.
    Online,
    /// The cache alone.
    Offline,
}

/// The hub behind its cache.
#[derive(Debug)]
pub struct Hub {
    cache: Cache,
    endpoint: String,
    access: Access,
}

/// The files of a repository that are wanted.
struct Wanted {
    needed: Vec<&'static str>,
    /// Taken where they are there.
    welcome: Vec<&'static str>,
}

/// The wanted files, by what the repository has; what is wrong where it has others.
type Choice<'a> = &'a dyn Fn(&dyn Fn(&str) -> bool) -> Result<Wanted, String>;

impl Hub {
    /// The hub and cache that the environment names.
    ///
    /// # Errors
    /// Neither `HF_HOME` nor a home folder.
    pub fn from_env(access: Access) -> Result<Self, ClassifierError> {
        if std::env::var_os("HF_HOME").is_none() && std::env::home_dir().is_none() {
            return Err(ClassifierError::file("hub", "no home folder for the cache; set HF_HOME"));
        }
        let endpoint = std::env::var("HF_ENDPOINT").unwrap_or_else(|_| ENDPOINT.to_owned());
        Ok(Self::new(Cache::from_env().path().clone(), &endpoint, access))
    }

    /// A hub at `endpoint` with its cache in a folder.
    pub fn new(cache: PathBuf, endpoint: &str, access: Access) -> Self {
        Self { cache: Cache::new(cache), endpoint: endpoint.trim_end_matches('/').to_owned(), access }
    }

    /// The folder of a model made by icdraft, with all its files, and those of the encoder under its head.
    ///
    /// # Errors
    /// A repository or revision that is not there, one that holds no model, no network, or offline a file that the cache lacks.
    pub fn model(&self, name: &HubName) -> Result<PathBuf, ClassifierError> {
        let (folder, _) = self.files(name, &|has| {
            let files: &[_] = if has(head::CONFIG) {
                &[head::CONFIG, head::WEIGHTS, CODES]
            } else if has(CODES) {
                &["config.json", "tokenizer.json", "model.safetensors", CODES]
            } else if has("config.json") {
                return Err(bare(&name.to_string()));
            } else {
                return Err("no model of icdraft: it has no codes.bin".to_owned());
            };
            // First what a model may lack: where the cache has the others, it has this one too, if there is one.
            let needed = has(RANKER).then_some(RANKER).into_iter().chain(files.iter().copied()).collect();
            Ok(Wanted { needed, welcome: Vec::new() })
        })?;
        self.encoder_under(&folder)?;
        Ok(folder)
    }

    /// Brings the encoder into the cache that the head in `folder` needs. Nothing to do where the folder has none of the hub's.
    ///
    /// # Errors
    /// See [`Hub::model`].
    pub fn encoder_under(&self, folder: &Path) -> Result<(), ClassifierError> {
        if let Some(HeadConfig { encoder: ModelName::Hub(name), .. }) = HeadConfig::read(folder)? {
            self.encoder_files(&name)?;
        }
        Ok(())
    }

    /// The folder of an encoder to train a head on, and its name at the commit that was found.
    ///
    /// # Errors
    /// A repository or revision that is not there, one that holds no encoder, no network, or offline a file that the cache lacks.
    pub fn encoder(&self, name: &HubName) -> Result<(PathBuf, HubName), ClassifierError> {
        let (folder, commit) = self.files(name, &|has| encoder(has, vec![pretrained::POOLING]))?;
        Ok((folder, name.at(&commit)))
    }

    /// The folder of an encoder whose pooling is known.
    pub(crate) fn encoder_files(&self, name: &HubName) -> Result<PathBuf, ClassifierError> {
        Ok(self.files(name, &|has| encoder(has, Vec::new()))?.0)
    }

    /// The folder with the wanted files, and its commit.
    fn files(&self, name: &HubName, choice: Choice<'_>) -> Result<(PathBuf, String), ClassifierError> {
        let held = self.held(name);
        let wanted_of = |folder: &Path| choice(&|file| folder.join(file).exists());
        if self.access == Access::Offline {
            let lacks = |what: &str| {
                let cache = self.cache.path().display();
                hub_error(name, format!("{what} (in the cache {cache}); load it once without --offline"))
            };
            let (folder, commit) = held.ok_or_else(|| lacks("nothing of it is there"))?;
            let wanted = wanted_of(&folder).map_err(|problem| lacks(&problem))?;
            return match wanted.needed.into_iter().find(|f| !folder.join(f).exists()) {
                Some(file) => Err(lacks(&format!("{file} is missing"))),
                None => Ok((folder, commit)),
            };
        }
        if let Some((folder, commit)) = held.filter(|_| name.is_pinned())
            && let Ok(wanted) = wanted_of(&folder)
            && wanted.needed.iter().chain(&wanted.welcome).all(|f| folder.join(f).exists())
        {
            return Ok((folder, commit));
        }
        self.fetch(name, choice)
    }

    /// What the cache has of a name: the folder of its commit.
    fn held(&self, name: &HubName) -> Option<(PathBuf, String)> {
        let repository = self.repository(name);
        let reference = self.cache.path().join(repository.folder_name()).join("refs").join(name.revision());
        // A commit may have come by its branch.
        let commit =
            std::fs::read_to_string(reference).map_or_else(|_| name.revision().to_owned(), |c| c.trim().to_owned());
        let folder = self.cache.repo(repository).pointer_path(&commit);
        (is_commit(&commit) && folder.is_dir()).then_some((folder, commit))
    }

    fn fetch(&self, name: &HubName, choice: Choice<'_>) -> Result<(PathBuf, String), ClassifierError> {
        let told = |e: ApiError| self.told(name, &e);
        let builder = ApiBuilder::from_cache(self.cache.clone()).with_endpoint(self.endpoint.clone());
        let api: Api = builder.build().map_err(told)?;
        let info = api.repo(self.repository(name)).info().map_err(told)?;
        if !is_commit(&info.sha) || name.is_pinned() && info.sha != name.revision() {
            return Err(hub_error(name, format!("{} answered with the commit `{}`", self.endpoint, info.sha)));
        }
        let has = |file: &str| info.siblings.iter().any(|s| s.rfilename == file);
        let wanted = choice(&has).map_err(|problem| hub_error(name, problem))?;
        let pinned = self.repository(&name.at(&info.sha));
        let folder = self.cache.repo(pinned.clone()).pointer_path(&info.sha);
        let repository: ApiRepo = api.repo(pinned);
        for file in wanted.needed.iter().chain(wanted.welcome.iter().filter(|f| has(f))) {
            if !folder.join(file).exists() {
                repository.download(file).map_err(told)?;
            }
        }
        let path = self.cache.path().clone();
        let noted = self.cache.repo(self.repository(name)).create_ref(&info.sha);
        noted.map_err(|source| ClassifierError::Io { path, source })?;
        Ok((folder, info.sha))
    }

    fn repository(&self, name: &HubName) -> Repo {
        Repo::with_revision(name.repository().to_owned(), RepoType::Model, name.revision().to_owned())
    }

    /// What went wrong, and the cure.
    fn told(&self, name: &HubName, error: &ApiError) -> ClassifierError {
        let endpoint = &self.endpoint;
        let ApiError::RequestError(request) = error else {
            return hub_error(name, format!("{error} ({endpoint})"));
        };
        let problem = match request.as_ref() {
            // The hub hides private repositories: it answers 401 for what is not there, too.
            ureq::Error::StatusCode(401 | 403 | 404) => format!(
                "{endpoint} has no such repository or revision, or it is private: \
                 check the name, or log in with `hf auth login`"
            ),
            ureq::Error::StatusCode(code) => format!("{endpoint} answered {code}; try again later"),
            other => format!("cannot reach {endpoint} ({other}); with --offline the cache alone is used"),
        };
        hub_error(name, problem)
    }
}

fn hub_error(name: &HubName, problem: String) -> ClassifierError {
    ClassifierError::file(name.to_string(), problem)
}

/// The files of an encoder; what to do where one is not there.
fn encoder(has: &dyn Fn(&str) -> bool, welcome: Vec<&'static str>) -> Result<Wanted, String> {
    if let Some(file) = pretrained::FILES.into_iter().find(|f| !has(f)) {
        return Err(format!("{file} {}", pretrained::cure(file, has)));
    }
    Ok(Wanted { needed: pretrained::FILES.to_vec(), welcome })
}
