//! A head in miniature on a tiny encoder: the loss falls, the folder opens as a model, another encoder is refused.
#![allow(clippy::unwrap_used)] // helpers may unwrap like tests

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::tiny;
use icdraft_classifier::train::{Material, Progress, Source, Stage, Wording, embed, train_head};
use icdraft_classifier::{HeadConfig, Linker, ModelConfig, ModelName, Pretrained};

const ORGANS: [&str; 4] = ["lung", "liver", "kidney", "ankle"];
const CONDITIONS: [[&str; 2]; 4] =
    [["abscess", "infarction"], ["cyst", "stone"], ["open wound", "fracture"], ["heart attack", "attack"]];

fn material() -> Material {
    let mut wordings = Vec::new();
    for (c, words) in CONDITIONS.iter().enumerate() {
        for (o, organ) in ORGANS.iter().enumerate() {
            for text in [
                format!("{} of the {organ}", words[0]),
                format!("{organ} {}", words[1]),
                format!("left {organ} {}", words[0]),
            ] {
                wordings.push(Wording { text, code: format!("A{c}0.{o}"), source: Source::Index });
            }
        }
    }
    Material::new(wordings)
}

fn stage() -> Stage {
    Stage {
        seed: 3,
        steps: 150,
        pairs: 24,
        shards: 2,
        learning_rate: 1e-2,
        warmup: 5,
        weight_decay: 0.0,
        temperature: 0.1,
        category_weight: 0.3,
        family_share: 0.5,
        checkpoint_every: 150,
        mine_every: 50,
        model: ModelConfig { vector_size: 12, ..ModelConfig::small() },
    }
}

#[test]
fn a_head_is_trained_written_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (at, out) = (folder.path().join("encoder"), folder.path().join("head"));
    tiny::write(&at, "bert");
    std::fs::create_dir_all(&out).unwrap();
    let (encoder, material, stage) = (Pretrained::open(&at).unwrap(), material(), stage());
    let done = AtomicUsize::new(0);
    let vectors = embed(&stage, &material, &encoder, |more| {
        done.fetch_add(more, Ordering::Relaxed);
    })
    .unwrap();
    assert_eq!((vectors.dims(), done.into_inner()), ([material.len(), 16].as_slice(), material.len()));
    let mut told: Vec<Progress> = Vec::new();
    let dense = train_head(&stage, &material, &vectors, |now| told.push(now)).unwrap();
    assert_eq!(dense.dims(), [12, 16]);
    let mean = |range: std::ops::Range<usize>| told[range].iter().map(|t| t.loss).sum::<f32>() / 10.0;
    assert!(mean(140..150) < 0.8 * mean(0..10), "{} after {}", mean(140..150), mean(0..10));
    // Again the same.
    let again = train_head(&stage, &material, &vectors, |_| {}).unwrap();
    assert_eq!(again.to_vec2::<f32>().unwrap(), dense.to_vec2::<f32>().unwrap());

    // A relative path starts at the folder of the head.
    let name: ModelName = "../encoder".parse().unwrap();
    let config = HeadConfig::new(name, &encoder);
    config.write(&out, &dense).unwrap();
    assert_eq!(HeadConfig::read(&out).unwrap(), Some(config));
    let linker = Linker::open(&out).unwrap();
    assert_eq!(linker.width(), 12);
    let rows = linker.embed(&["lung abscess", "cyst"]).unwrap();
    for row in &rows {
        assert!(row.len() == 12 && (row.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-4, "{row:?}");
    }
    assert_eq!(linker.embed(&[]).unwrap().len(), 0);
    assert_eq!(linker.embed(&["cyst"]).unwrap()[0].len(), 12);

    // Weights that are others: the head means nothing to them.
    tiny::write(&at, "distilbert");
    let error = Linker::open(&out).unwrap_err().to_string();
    assert!(error.contains("encoder") && error.contains("train the head again"), "{error}");
    std::fs::remove_dir_all(&at).unwrap();
    let error = Linker::open(&out).unwrap_err().to_string();
    assert!(error.contains("encoder") && error.contains("config.json"), "{error}");
    std::fs::write(out.join("head.json"), "{}").unwrap();
    let error = Linker::open(&out).unwrap_err().to_string();
    assert!(error.contains("head.json") && error.contains("encoder"), "{error}");
}

#[test]
fn nothing_to_train_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), "bert");
    let (encoder, nothing) = (Pretrained::open(folder.path()).unwrap(), Material::new([]));
    let vectors = embed(&stage(), &nothing, &encoder, |_| {}).unwrap();
    assert!(train_head(&stage(), &nothing, &vectors, |_| {}).unwrap_err().to_string().contains("nothing to train on"));
}
