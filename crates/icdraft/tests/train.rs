//! `icdraft train`, run as a user runs it. The training itself is tested in `icdraft-classifier`.
#![allow(clippy::unwrap_used)]

mod common;

use common::icdraft;

const STAGE: &str = "seed = 1
steps = 2
pairs = 8
shards = 1
learning_rate = 0.001
warmup = 1
weight_decay = 0.01
temperature = 0.1
category_weight = 0.3
family_share = 0.5
checkpoint_every = 1
mine_every = 0

[model]
vocab_size = 400
hidden_size = 16
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 16
hidden_act = \"relu\"
max_position_embeddings = 64
type_vocab_size = 1
layer_norm_eps = 1e-12
vector_size = 8
gram_buckets = 256
";

#[test]
fn help_has_examples() {
    for command in ["model", "link", "head", "vectors", "rank", "measure"] {
        let help = icdraft(&["train", command, "--help"]).expect(0).out;
        assert!(help.contains(&format!("icdraft train {command} ")) && help.contains("Example"), "{help}");
    }
}

#[test]
fn a_stage_is_trained_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (stage, out) = (folder.path().join("stage.toml"), folder.path().join("model"));
    let train = || icdraft(&["train", "link", stage.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    std::fs::write(&stage, STAGE).unwrap();
    train().expect(0);
    let weights = || std::fs::read(out.join("model.safetensors")).unwrap();
    let first = weights();
    assert!(out.join("config.json").exists() && out.join("tokenizer.json").exists());
    // Nothing is left to do; then two steps more.
    train().expect(0);
    assert!(weights() == first);
    std::fs::write(&stage, STAGE.replace("steps = 2", "steps = 4")).unwrap();
    train().expect(0);
    assert!(weights() != first);
    // Without code vectors it is no model to code with.
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "Gout.").unwrap();
    let error = icdraft(&["suggest", note.to_str().unwrap(), "--model", out.to_str().unwrap()]).expect(1).err;
    assert!(error.contains("codes.bin"), "{error}");
}

#[test]
fn a_bad_stage_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let stage = folder.path().join("stage.toml");
    std::fs::write(&stage, STAGE.replace("pairs = 8", "pears = 8")).unwrap();
    let out = folder.path().join("model");
    let error = icdraft(&["train", "link", stage.to_str().unwrap(), "--out", out.to_str().unwrap()]).expect(1).err;
    assert!(error.contains("stage.toml") && error.contains("line 3") && error.contains("pears"), "{error}");
}

#[test]
fn the_stage_of_heads_is_one() {
    let text = std::fs::read_to_string(common::root().join("models/head.toml")).unwrap();
    let stage: icdraft_classifier::train::Stage = toml::from_str(&text).unwrap();
    assert_eq!(stage.model.vector_size, 128);
}
