//! A training in miniature: the loss falls, phrases reach their codes, a stopped run goes on as if it had not been stopped.

use icdraft_classifier::train::{Material, Progress, Source, Stage, Wording, train};
use icdraft_classifier::{Activation, CodeVectors, Linker, ModelConfig};

/// Sites and conditions whose codes are their numbers: `A3.5` is condition 3 of site 5.
const SITES: [&str; 8] = ["lung", "liver", "kidney", "brain", "skin", "eye", "ear", "nose"];
const CONDITIONS: [[&str; 3]; 6] = [
    ["abscess", "collection of pus", "suppuration"],
    ["cyst", "fluid sac", "cystic lesion"],
    ["laceration", "cut", "open wound"],
    ["hemorrhage", "bleeding", "blood loss"],
    ["infarction", "ischemic necrosis", "loss of perfusion"],
    ["stone", "calculus", "lithiasis"],
];

fn material() -> Material {
    let mut wordings = Vec::new();
    for (c, condition) in CONDITIONS.iter().enumerate() {
        for (s, site) in SITES.iter().enumerate() {
            let mut push = |text: String| {
                wordings.push(Wording { text, code: format!("A{c}0.{s}"), source: Source::Index });
            };
            push(format!("{} of {site}", condition[0]));
            push(format!("{site} {}", condition[1]));
            // The third wording is seen for half of the sites only.
            if s % 2 == 0 {
                push(format!("{}, {site}", condition[2]));
            }
        }
    }
    Material::new(wordings)
}

fn stage(steps: usize) -> Stage {
    Stage {
        seed: 1,
        steps,
        pairs: 32,
        shards: 2,
        learning_rate: 3e-3,
        warmup: 5,
        weight_decay: 0.01,
        temperature: 0.07,
        category_weight: 0.3,
        family_share: 0.5,
        checkpoint_every: 20,
        mine_every: 30,
        model: ModelConfig {
            vocab_size: 300,
            hidden_size: 32,
            num_attention_heads: 2,
            intermediate_size: 48,
            hidden_act: Activation::Relu,
            max_position_embeddings: 24,
            vector_size: 32,
            gram_buckets: 512,
            ..ModelConfig::small()
        },
    }
}

#[test]
fn the_loss_falls_and_unseen_wordings_reach_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let material = material();
    let odd = (0..CONDITIONS.len()).flat_map(|c| (1..SITES.len()).step_by(2).map(move |s| (c, s)));
    let unseen: Vec<Wording> = odd
        .map(|(c, s)| {
            let text = format!("{}, {}", CONDITIONS[c][2], SITES[s]);
            Wording { text, code: format!("A{c}0.{s}"), source: Source::Index }
        })
        .collect();
    let mut told: Vec<Progress> = Vec::new();
    train(&stage(120), &material, &unseen, folder.path(), |now| told.push(now)).unwrap();
    let mean = |range: std::ops::Range<usize>| {
        let length = range.len() as f32;
        told[range].iter().map(|t| t.loss).sum::<f32>() / length
    };
    assert!(mean(110..120) < 0.5 * mean(0..10), "{} after {}", mean(110..120), mean(0..10));

    let linker = Linker::open(folder.path()).unwrap();
    let vectors = material.codes().flat_map(|(name, texts)| {
        let texts: Vec<&str> = texts.into_iter().map(|t| t.0).collect();
        linker.embed(&texts).unwrap().into_iter().map(move |v| (name.to_owned(), v))
    });
    let vectors = CodeVectors::new(linker.width(), vectors);
    let reaches = |w: &&Wording| vectors.nearest(&linker.embed(&[&w.text]).unwrap()[0], 1)[0].name == w.code;
    let (right, all) = (unseen.iter().filter(reaches).count(), unseen.len());
    assert!(right * 10 >= all * 8, "{right} of {all}");
    // Measured with each search for near misses (before the second step, then after 30, 60 and 90) and at the end, by the first wording of each code alone.
    let measured: Vec<(usize, f32)> = told.iter().filter_map(|t| Some((t.step, t.right?))).collect();
    assert_eq!(measured.iter().map(|m| m.0).collect::<Vec<_>>(), [2, 31, 61, 91, 120]);
    assert!(measured[4].1 > 0.3, "{measured:?}");
}

#[test]
fn a_stopped_run_goes_on_as_if_it_had_not_been_stopped() {
    let (whole, parted) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let material = material();
    let at_40 = Stage { mine_every: 0, ..stage(40) };
    train(&at_40, &material, &[], whole.path(), |_| {}).unwrap();
    // Pieces that are equally frequent come in any order: both runs use the same ones.
    std::fs::copy(whole.path().join("tokenizer.json"), parted.path().join("tokenizer.json")).unwrap();
    // Stops after 20 steps, at the checkpoint: the learning rate is that of 40.
    let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        train(&at_40, &material, &[], parted.path(), |now| assert!(now.step <= 20, "stop")).unwrap();
    }));
    assert!(stopped.is_err());
    let mut first = None;
    train(&at_40, &material, &[], parted.path(), |now| first = first.or(Some(now.step))).unwrap();
    assert_eq!(first, Some(21));
    let bytes = |folder: &tempfile::TempDir| std::fs::read(folder.path().join("model.safetensors")).unwrap();
    assert!(bytes(&whole) == bytes(&parted), "the weights differ");
    let smaller = Stage { model: ModelConfig { hidden_size: 16, ..at_40.model.clone() }, ..at_40 };
    let error = train(&smaller, &material, &[], parted.path(), |_| {}).unwrap_err().to_string();
    assert!(error.contains("train into another folder"), "{error}");
}

#[test]
fn nothing_to_train_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = train(&stage(1), &Material::new([]), &[], folder.path(), |_| {}).unwrap_err().to_string();
    assert!(!error.is_empty());
}
