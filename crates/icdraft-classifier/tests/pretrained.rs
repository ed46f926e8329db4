//! Encoders of the three families from made-up weights, and MiniLM's own where it is on this machine.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a test that is skipped says so; helpers may unwrap like tests

mod common;

use std::path::{Path, PathBuf};

use common::tiny;
use icdraft_classifier::{Pooling, Pretrained};

const FAMILIES: [&str; 3] = ["bert", "distilbert", "modernbert"];
const PHRASES: [&str; 4] = ["heart attack", "fracture of the left ankle", "cyst", "abscess of the lung"];

fn rows(encoder: &Pretrained, texts: &[&str]) -> Vec<Vec<f32>> {
    encoder.embed(texts).unwrap().to_vec2().unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[track_caller]
fn same(a: &[f32], b: &[f32]) {
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5), "{a:?} beside {b:?}");
}

#[test]
fn each_family_gives_vectors_of_unit_length() {
    for family in FAMILIES {
        let folder = tempfile::tempdir().unwrap();
        tiny::write(folder.path(), family);
        let encoder = Pretrained::open(folder.path()).unwrap();
        assert_eq!((encoder.width(), encoder.pooling()), (16, Pooling::Mean), "{family}");
        let all = rows(&encoder, &PHRASES);
        assert_eq!((all.len(), all[0].len()), (4, 16), "{family}");
        assert!(all.iter().all(|row| (dot(row, row) - 1.0).abs() < 1e-4), "{family}: {all:?}");
        // Again the same; neighbours change nothing; the order of words does.
        assert_eq!(all, rows(&Pretrained::open(folder.path()).unwrap(), &PHRASES), "{family}");
        for (text, row) in PHRASES.iter().zip(&all) {
            same(&rows(&encoder, &[text])[0], row);
        }
        assert!(dot(&rows(&encoder, &["attack heart"])[0], &all[0]) < 0.9999, "{family}");
        assert_eq!(encoder.embed(&[]).unwrap().dims(), [0, 16], "{family}");
        // Cut to the positions that there are.
        assert_eq!(rows(&encoder, &[&"heart ".repeat(500)]).len(), 1, "{family}");
    }
}

/// Without segments BERT is DistilBERT: the same weights give the same vectors.
#[test]
fn distilbert_is_bert_without_segments() {
    let folder = tempfile::tempdir().unwrap();
    let [bert, distilbert] = ["bert", "distilbert"].map(|family| {
        let folder = folder.path().join(family);
        tiny::write(&folder, family);
        folder
    });
    // Equally frequent pieces come in any order.
    std::fs::copy(bert.join("tokenizer.json"), distilbert.join("tokenizer.json")).unwrap();
    let [a, b] = [bert, distilbert].map(|folder| rows(&Pretrained::open(&folder).unwrap(), &PHRASES));
    a.iter().zip(&b).for_each(|(a, b)| same(a, b));
}

#[test]
fn names_of_older_checkpoints_are_known() {
    let folder = tempfile::tempdir().unwrap();
    for (family, rename) in [
        (
            "bert",
            &(|n: &str| format!("bert.{}", n.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta")))
                as &dyn Fn(&str) -> String,
        ),
        ("modernbert", &|n: &str| n.trim_start_matches("model.").to_owned()),
    ] {
        tiny::write(folder.path(), family);
        let before = rows(&Pretrained::open(folder.path()).unwrap(), &PHRASES);
        let path = folder.path().join("model.safetensors");
        let tensors = candle_core::safetensors::load(&path, &candle_core::Device::Cpu).unwrap();
        let renamed: std::collections::HashMap<_, _> = tensors.into_iter().map(|(n, t)| (rename(&n), t)).collect();
        candle_core::safetensors::save(&renamed, &path).unwrap();
        assert_eq!(rows(&Pretrained::open(folder.path()).unwrap(), &PHRASES), before, "{family}");
    }
}

#[test]
fn the_folder_says_how_pieces_become_one() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), "bert");
    let mean = rows(&Pretrained::open(folder.path()).unwrap(), &PHRASES);
    let pooling = |modes: &str| {
        std::fs::create_dir_all(folder.path().join("1_Pooling")).unwrap();
        std::fs::write(folder.path().join("1_Pooling/config.json"), modes).unwrap();
        Pretrained::open(folder.path())
    };
    let cls = pooling("{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}").unwrap();
    assert_eq!(cls.pooling(), Pooling::Cls);
    assert!(dot(&rows(&cls, &PHRASES)[0], &mean[0]) < 0.9999);
    let said = pooling("{\"word_embedding_dimension\": 16, \"pooling_mode_mean_tokens\": true}").unwrap();
    assert_eq!(rows(&said, &PHRASES), mean);
    let error = pooling("{\"pooling_mode_max_tokens\": true}").unwrap_err().to_string();
    assert!(error.contains("1_Pooling/config.json") && error.contains("mean"), "{error}");
}

#[test]
fn what_is_wrong_with_a_folder_is_told_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let told = |file: &str, cure: &str| {
        let error = Pretrained::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains(cure), "{error}");
    };
    told("config.json", "an encoder has");
    tiny::write(folder.path(), "bert");
    let (config, weights) =
        (std::fs::read_to_string(at("config.json")).unwrap(), std::fs::read(at("model.safetensors")).unwrap());
    std::fs::write(at("config.json"), config.replace("\"bert\"", "\"t5\"")).unwrap();
    told("config.json", "model_type `t5` is not supported");
    std::fs::write(at("config.json"), config.replace("\"hidden_size\":16", "\"hidden_size\":18")).unwrap();
    told("model.safetensors", "must be of one model");
    std::fs::write(at("config.json"), &config).unwrap();
    std::fs::write(at("model.safetensors"), &weights[..40]).unwrap();
    told("model.safetensors", "fetch the file again");
    std::fs::rename(at("model.safetensors"), at("pytorch_model.bin")).unwrap();
    told("model.safetensors", "safe_serialization");
    std::fs::rename(at("pytorch_model.bin"), at("model.safetensors.index.json")).unwrap();
    told("model.safetensors", "as one");
    std::fs::write(at("model.safetensors"), &weights).unwrap();
    std::fs::rename(at("tokenizer.json"), at("vocab.txt")).unwrap();
    told("tokenizer.json", "save_pretrained");
}

fn minilm() -> Option<PathBuf> {
    let folder = std::env::var_os("ICDRAFT_MINILM").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: MiniLM, ICDRAFT_MINILM names no folder");
    }
    folder
}

/// Published weights know which phrases mean the same.
#[test]
fn minilm_knows_what_phrases_mean() {
    let Some(folder) = minilm() else { return };
    let encoder = Pretrained::open(&folder).unwrap();
    assert_eq!((encoder.width(), encoder.pooling()), (384, Pooling::Mean));
    let all = rows(
        &encoder,
        &["heart attack", "myocardial infarction", "ankle fracture", "broken ankle", "kidney stone", "renal calculus"],
    );
    for (a, b, other) in [(0, 1, 2), (2, 3, 0), (4, 5, 1)] {
        let (near, far) = (dot(&all[a], &all[b]), dot(&all[a], &all[other]));
        assert!(near > far + 0.2, "{a} and {b} {near}, {a} and {other} {far}");
    }
}

/// Our own encoder has BERT's shape and names: it reads MiniLM's weights too, by other code.
#[test]
fn minilm_by_two_implementations() {
    let Some(folder) = minilm() else { return };
    let theirs = rows(&Pretrained::open(&folder).unwrap(), &PHRASES);
    let ours = by_our_encoder(&folder, &PHRASES);
    theirs.iter().zip(&ours).for_each(|(a, b)| same(a, b));
}

fn by_our_encoder(folder: &Path, texts: &[&str]) -> Vec<Vec<f32>> {
    use icdraft_classifier::{Activation, Batch, Encoder, ModelConfig, Vocabulary, Weights};
    let config = ModelConfig {
        vocab_size: 30_522,
        hidden_size: 384,
        num_hidden_layers: 6,
        num_attention_heads: 12,
        intermediate_size: 1536,
        hidden_act: Activation::Gelu,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        vector_size: 4,
        gram_buckets: 0,
    };
    let path = folder.join("model.safetensors");
    let mut tensors = candle_core::safetensors::load(path, &candle_core::Device::Cpu).unwrap();
    let head = candle_core::Tensor::zeros((4, 384), candle_core::DType::F32, &candle_core::Device::Cpu).unwrap();
    tensors.insert("head.dense.weight".into(), head);
    let whole = tempfile::tempdir().unwrap();
    let path = whole.path().join("model.safetensors");
    candle_core::safetensors::save(&tensors, &path).unwrap();
    let encoder = Encoder::new(&config, &Weights::read(&path, &config).unwrap()).unwrap();
    let vocabulary = Vocabulary::read(&folder.join("tokenizer.json")).unwrap();
    let vector = |text: &&str| {
        let pieces = vocabulary.pieces(text, 40).unwrap();
        let row = encoder.pooled(&Batch::new(&[&pieces]).unwrap()).unwrap().to_vec2::<f32>().unwrap().remove(0);
        let length = dot(&row, &row).sqrt();
        row.into_iter().map(|v| v / length).collect()
    };
    texts.iter().map(vector).collect()
}
