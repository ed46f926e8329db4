//! Models and encoders of the hub, from a server on this machine: fetched once, then from the cache, with and without network.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a test that is skipped says so; helpers may unwrap like tests

mod common;

use std::path::{Path, PathBuf};

use common::server::{COMMIT, Server, nowhere};
use common::tiny;
use icdraft_classifier::{Access, CodeVectors, Hub, HubName, ModelName, Pooling, Pretrained};

/// A server with a tiny BERT as `owner/tiny`, and an empty cache.
struct Scene {
    server: Server,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { server: Server::start(), folder: tempfile::tempdir().unwrap() };
        tiny::write(&scene.source(), "bert");
        std::fs::create_dir_all(scene.source().join("1_Pooling")).unwrap();
        std::fs::write(scene.source().join("1_Pooling/config.json"), "{\"pooling_mode_cls_token\": true}").unwrap();
        std::fs::write(scene.source().join("README.md"), "not wanted").unwrap();
        scene.server.serve("owner/tiny", &scene.source());
        scene
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn hub(&self, access: Access) -> Hub {
        Hub::new(self.folder.path().join("cache"), &self.server.endpoint, access)
    }

    /// The names of the files asked for since the last call.
    fn files(&self) -> Vec<String> {
        let asked = self.server.asked().into_iter().filter(|path| !path.starts_with("/api/"));
        let mut files: Vec<String> = asked.filter_map(|path| Some(path.splitn(6, '/').nth(5)?.to_owned())).collect();
        files.sort();
        files.dedup();
        files
    }
}

fn name(text: &str) -> HubName {
    text.parse().unwrap()
}

#[track_caller]
fn error<T: std::fmt::Debug>(result: Result<T, icdraft_classifier::ClassifierError>, parts: &[&str]) {
    let error = result.unwrap_err().to_string();
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn an_encoder_is_fetched_once_and_pinned() {
    let scene = Scene::new();
    let hub = scene.hub(Access::Online);
    let (folder, pinned) = hub.encoder(&name("owner/tiny")).unwrap();
    assert_eq!((pinned.revision(), pinned.is_pinned()), (COMMIT, true));
    assert_eq!(scene.files(), ["1_Pooling/config.json", "config.json", "model.safetensors", "tokenizer.json"]);
    for file in ["config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"] {
        let read = |folder: &Path| std::fs::read(folder.join(file)).unwrap();
        assert!(read(&folder) == read(&scene.source()), "{file}");
    }
    assert_eq!(Pretrained::open(&folder).unwrap().pooling(), Pooling::Cls);
    // A branch is asked for again, its files are not; a commit never changes: nothing is asked.
    assert_eq!(hub.encoder(&name("owner/tiny@v1")).unwrap().0, folder);
    assert_eq!(scene.server.asked(), ["/api/models/owner/tiny/revision/v1"]);
    assert_eq!(hub.encoder(&pinned).unwrap().0, folder);
    assert_eq!(scene.server.asked(), [""; 0]);
}

#[test]
fn offline_the_cache_is_enough() {
    let scene = Scene::new();
    let (folder, pinned) = scene.hub(Access::Online).encoder(&name("owner/tiny@v1")).unwrap();
    scene.server.asked();
    for name in [name("owner/tiny@v1"), pinned.clone()] {
        assert_eq!(scene.hub(Access::Offline).encoder(&name).unwrap(), (folder.clone(), pinned.clone()));
    }
    assert_eq!(scene.server.asked(), [""; 0]);
    // The branch `main` was never asked for: nobody knows what it is.
    error(scene.hub(Access::Offline).encoder(&name("owner/tiny")), &["hub:owner/tiny: ", "--offline"]);
}

#[test]
fn offline_what_is_missing_is_named() {
    let scene = Scene::new();
    let offline = scene.hub(Access::Offline);
    let cache = scene.folder.path().join("cache").display().to_string();
    error(
        offline.encoder(&name("owner/tiny")),
        &["hub:owner/tiny: nothing of it is there", &cache, "without --offline"],
    );
    let (folder, _) = scene.hub(Access::Online).encoder(&name("owner/tiny")).unwrap();
    std::fs::remove_file(folder.join("tokenizer.json")).unwrap();
    error(offline.encoder(&name("owner/tiny")), &["tokenizer.json is missing", &cache, "without --offline"]);
    // Online it comes back, and nothing else.
    scene.server.asked();
    scene.hub(Access::Online).encoder(&name("owner/tiny")).unwrap();
    assert_eq!(scene.files(), ["tokenizer.json"]);
}

#[test]
fn what_the_hub_does_not_have_is_told() {
    let scene = Scene::new();
    let hub = scene.hub(Access::Online);
    for unknown in ["owner/tiny@v2", "owner/other"] {
        let shown = format!("hub:{unknown}: ");
        error(hub.encoder(&name(unknown)), &[&shown, &scene.server.endpoint, "no such repository or revision"]);
    }
    std::fs::rename(scene.source().join("model.safetensors"), scene.source().join("pytorch_model.bin")).unwrap();
    scene.server.serve("owner/old", &scene.source());
    error(hub.encoder(&name("owner/old")), &["hub:owner/old: model.safetensors", "pytorch_model.bin"]);
}

#[test]
fn without_network_the_endpoint_and_the_switch_are_named() {
    let scene = Scene::new();
    let endpoint = nowhere();
    let hub = Hub::new(scene.folder.path().join("cache"), &endpoint, Access::Online);
    error(hub.encoder(&name("owner/tiny")), &["hub:owner/tiny: cannot reach", &endpoint, "--offline"]);
    // What is pinned and there needs none.
    let (folder, pinned) = scene.hub(Access::Online).encoder(&name("owner/tiny")).unwrap();
    assert_eq!(hub.encoder(&pinned).unwrap().0, folder);
}

#[test]
fn a_model_comes_with_all_that_it_needs() {
    let scene = Scene::new();
    let hub = scene.hub(Access::Online);
    error(hub.model(&name("owner/tiny")), &["hub:owner/tiny", "icdraft train head", "--encoder hub:owner/tiny"]);
    // A head on the tiny encoder.
    let model = scene.folder.path().join("model");
    std::fs::create_dir_all(&model).unwrap();
    CodeVectors::new(2, [("J85.2".to_owned(), vec![1.0, 0.0])]).write(&model.join("codes.bin")).unwrap();
    let dense = ("head.dense.weight".to_owned(), vec![2, 16], vec![0.1; 32]);
    std::fs::write(model.join("head.safetensors"), tiny::safetensors(&[dense])).unwrap();
    let encoder = Pretrained::open(&scene.source()).unwrap();
    let at = ModelName::Hub(name(&format!("owner/tiny@{COMMIT}")));
    let config = icdraft_classifier::HeadConfig::new(at, &encoder);
    std::fs::write(model.join("head.json"), serde_json::to_string(&config).unwrap()).unwrap();
    scene.server.serve("me/model", &model);
    scene.server.asked();
    let folder = hub.model(&name("me/model")).unwrap();
    let files = ["codes.bin", "config.json", "head.json", "head.safetensors", "model.safetensors", "tokenizer.json"];
    assert_eq!(scene.files(), files);
    assert!(files.iter().all(|f| folder.join(f).exists() == f.starts_with("head") || *f == "codes.bin"));
    assert_eq!(icdraft_classifier::model_name(&folder), format!("me/model@{COMMIT}"));
    assert_eq!(scene.hub(Access::Offline).model(&name("me/model")).unwrap(), folder);
    // Our own encoder has codes and no head.
    std::fs::copy(model.join("codes.bin"), scene.source().join("codes.bin")).unwrap();
    std::fs::write(scene.source().join("ranker.json"), "{}").unwrap();
    scene.server.serve("me/own", &scene.source());
    hub.model(&name("me/own")).unwrap();
    assert_eq!(scene.files(), ["codes.bin", "config.json", "model.safetensors", "ranker.json", "tokenizer.json"]);
}

/// MiniLM's own files, 90 MB, by way of the server and the cache.
#[test]
fn minilm_by_the_hub() {
    let Some(source) = std::env::var_os("ICDRAFT_MINILM").map(PathBuf::from) else {
        println!("skipped: MiniLM, ICDRAFT_MINILM names no folder");
        return;
    };
    let scene = Scene::new();
    scene.server.serve("sentence-transformers/all-MiniLM-L6-v2", &source);
    let (folder, _) = scene.hub(Access::Online).encoder(&name("sentence-transformers/all-MiniLM-L6-v2")).unwrap();
    let (fetched, here) = (Pretrained::open(&folder).unwrap(), Pretrained::open(&source).unwrap());
    assert_eq!(fetched.sha256(), here.sha256());
    let row = |encoder: &Pretrained| encoder.embed(&["heart attack"]).unwrap().to_vec2::<f32>().unwrap();
    assert_eq!(row(&fetched), row(&here));
}
