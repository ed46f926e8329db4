//! `train head` and `--model hub:...`, run as a user runs them, against a hub on this machine.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "../../icdraft-classifier/tests/common/mod.rs"]
mod hub;

use std::path::Path;
use std::process::Command;

use common::file;
use hub::server::{COMMIT, Server, nowhere};
use hub::tiny;
use icdraft_classifier::CodeVectors;

const STAGE: &str = "seed = 1
steps = 4
pairs = 16
shards = 2
learning_rate = 0.01
warmup = 1
weight_decay = 0.0
temperature = 0.1
category_weight = 0.3
family_share = 0.5
checkpoint_every = 4
mine_every = 0
";

/// Runs `icdraft` with its own cache and a hub at `endpoint`: exit code, output, errors.
#[track_caller]
fn icdraft(home: &Path, endpoint: &str, args: &str, code: i32) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icdraft"));
    let output = command.args(args.split(' ')).env("HF_HOME", home).env("HF_ENDPOINT", endpoint).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, error) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args}\n{out}\n{error}");
    (out, error)
}

#[test]
fn a_head_is_trained_and_coded_with_from_the_hub() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let (home, nowhere) = (at("home"), nowhere());
    let shown = |name: &str| at(name).display().to_string();
    tiny::write(&at("encoder"), "bert");
    server.serve("owner/tiny", &at("encoder"));
    file(folder.path(), "stage.toml", STAGE);
    file(folder.path(), "note.txt", "ASSESSMENT: Gout. Torn hangnail of the left thumb.\n");

    // The encoder is fetched, its commit noted.
    let head =
        format!("train head {} --encoder hub:owner/tiny --most 300 --out {}", shown("stage.toml"), shown("model"));
    let (_, error) = icdraft(&home, &nowhere, &head, 1);
    assert!(error.contains("cannot reach") && error.contains(&nowhere), "{error}");
    icdraft(&home, &server.endpoint, &head, 0);
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(at("model").join("head.json")).unwrap()).unwrap();
    assert_eq!(
        (json["encoder"].as_str(), json["hidden_size"].as_u64()),
        (Some(&*format!("hub:owner/tiny@{COMMIT}")), Some(16))
    );
    assert_eq!(json["sha256"].as_str().map(str::len), Some(64));
    icdraft(&home, &nowhere, &format!("{head} --offline"), 0);

    // With code vectors it is a model: from its folder without network, and from the hub.
    let vector = (0..128).map(|n| if n == 0 { 1.0 } else { 0.0 }).collect();
    CodeVectors::new(128, [("M10".to_owned(), vector)]).write(&at("model").join("codes.bin")).unwrap();
    let suggest = |model: &str| format!("suggest {} --format json --model {model}", shown("note.txt"));
    let model_of =
        |(out, _): (String, String)| serde_json::from_str::<serde_json::Value>(&out).unwrap()["model"].clone();
    let own = model_of(icdraft(&home, &nowhere, &suggest(&shown("model")), 0));
    assert_eq!(own["name"], "model");
    server.serve("me/model", &at("model"));
    let fetched = model_of(icdraft(&home, &server.endpoint, &suggest("hub:me/model"), 0));
    assert_eq!(fetched["name"], format!("me/model@{COMMIT}"));
    assert_eq!(fetched["sha256"], own["sha256"]);
    for model in ["hub:me/model --offline".to_owned(), format!("hub:me/model@{COMMIT}")] {
        assert_eq!(model_of(icdraft(&home, &nowhere, &suggest(&model), 0)), fetched);
    }
    // Another machine has none of it; then the head and the encoder under it come.
    let other = at("other");
    let (_, error) = icdraft(&other, &nowhere, &suggest("hub:me/model --offline"), 1);
    assert!(error.contains("hub:me/model") && error.contains("without --offline"), "{error}");
    icdraft(&other, &server.endpoint, &suggest(&shown("model")), 0);
    icdraft(&other, &nowhere, &suggest(&shown("model")), 0);

    // An encoder knows no codes, by either name.
    for encoder in ["hub:owner/tiny".to_owned(), shown("encoder")] {
        let (_, error) = icdraft(&home, &server.endpoint, &suggest(&encoder), 1);
        assert!(error.contains(&format!("icdraft train head models/head.toml --encoder {encoder}")), "{error}");
    }
}

#[test]
fn a_name_that_is_none_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_, error) = icdraft(folder.path(), &nowhere(), "suggest note.txt --model hub:name", 2);
    assert!(error.contains("hub:owner/name"), "{error}");
}
