//! A model in miniature beside the rules: it links words of no language, its last layer gives the confidence, and reports stay the same
//! whatever the threads.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use icdraft_classifier::train::{Material, Source, Stage, Wording, train};
use icdraft_classifier::{CodeVectors, Example, Linker, ModelConfig, Ranker, Rankers};
use icdraft_note::Encounter;
use icdraft_suggest::{Coder, Config, ConfigError, ModelSource, Report, feature_names};
use rayon::prelude::*;

/// Words that no lexicon has, and billable codes that they are to stand for here.
const WORDS: [(&str, &str, &str); 4] = [
    ("zorbal quench", "quench of the zorbal", "L72.0"),
    ("frimble dwang", "dwang in the frimble", "K11.5"),
    ("gorpish blent", "blent, gorpish", "M10.9"),
    ("trindle vosk", "vosk, trindle type", "H00.11"),
];

fn model(folder: &Path) {
    let material = Material::new(WORDS.iter().flat_map(|(one, other, code)| {
        [one, other].map(|text| Wording { text: text.to_string(), code: code.to_string(), source: Source::Index })
    }));
    let model = ModelConfig {
        vocab_size: 120,
        hidden_size: 16,
        num_attention_heads: 2,
        intermediate_size: 16,
        vector_size: 16,
        gram_buckets: 512,
        ..ModelConfig::small()
    };
    let stage = Stage {
        seed: 2,
        steps: 40,
        pairs: 12,
        shards: 1,
        learning_rate: 3e-3,
        warmup: 3,
        weight_decay: 0.01,
        temperature: 0.1,
        category_weight: 0.0,
        family_share: 0.0,
        checkpoint_every: 40,
        mine_every: 0,
        model,
    };
    train(&stage, &material, &[], folder, |_| {}).unwrap();
    let linker = Linker::open(folder).unwrap();
    let vectors = material.codes().flat_map(|(name, texts)| {
        let texts: Vec<&str> = texts.into_iter().map(|t| t.0).collect();
        linker.embed(&texts).unwrap().into_iter().map(move |v| (name.to_owned(), v))
    });
    CodeVectors::new(linker.width(), vectors).write(&folder.join("codes.bin")).unwrap();
}

/// The last layer of diagnoses in every kind of note.
fn written(ranker: &Ranker, folder: &Path) {
    let mut rankers = Rankers::default();
    for kind in ["operative notes", "visits", "other notes"] {
        rankers.insert(&format!("ICD-10-CM, {kind}"), ranker.clone());
    }
    rankers.write(&folder.join("ranker.json")).unwrap();
}

fn coder(model: Option<&Path>) -> Coder {
    Coder::new(&Config {
        model: model.map_or(ModelSource::None, |m| ModelSource::Folder(m.to_owned())),
        ..Config::default()
    })
    .unwrap()
}

fn coded(coder: &Coder, note: &str) -> Report {
    coder.code(&Encounter::of_note("test", note))
}

fn codes(report: &Report) -> Vec<&str> {
    report.suggestions.iter().map(|s| s.code.as_str()).collect()
}

const NOTE: &str = "POSTOPERATIVE DIAGNOSES:\n1. Zorbal quench.\n2. Gout.\n";

#[test]
fn words_of_no_lexicon_are_linked_with_their_evidence() {
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    let (rules, helped) = (coder(None), coder(Some(folder.path())));
    assert!(!codes(&coded(&rules, NOTE)).contains(&"L72.0"));
    let report = coded(&helped, NOTE);
    let linked = report.suggestions.iter().find(|s| s.code == "L72.0").unwrap();
    assert_eq!(linked.evidence[0].text, "Zorbal quench");
    assert!(linked.reasons.iter().any(|r| r.rule == "model" && r.says.starts_with("linked by meaning")), "{linked:?}");
    // The words that carry the link do: left out, the similarity falls by what is told.
    let says = &linked.reasons.iter().find(|r| r.rule == "model").unwrap().says;
    let (word, lost) =
        says.split("without a word: ").nth(1).unwrap().split(',').next().unwrap().rsplit_once(' ').unwrap();
    let (linker, vectors) =
        (Linker::open(folder.path()).unwrap(), CodeVectors::read(&folder.path().join("codes.bin")).unwrap());
    let similarity = |text: &str| vectors.similarity("L72.0", &linker.embed(&[text]).unwrap()[0]).unwrap();
    let left: Vec<&str> = "Zorbal quench".split(' ').filter(|w| *w != word).collect();
    let fall = similarity("Zorbal quench") - similarity(&left.join(" "));
    assert!(fall > 0.03 && (f64::from(-fall) - lost.parse::<f64>().unwrap()).abs() < 0.011, "{says}: {fall}");
    // What the rules know keeps its place before it.
    assert_eq!(codes(&report)[0], "M10.9");
    assert_eq!(report.model.unwrap().sha256.len(), 64);
    assert!(coded(&rules, NOTE).model.is_none());
}

#[test]
fn what_the_note_denies_is_not_linked_nor_what_no_list_names() {
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    let helped = coder(Some(folder.path()));
    for note in [
        "IMPRESSION:\nNo zorbal quench.\n",
        "IMPRESSION:\nPossible zorbal quench.\n",
        "HISTORY OF PRESENT ILLNESS: Zorbal quench.\n",
    ] {
        assert!(!codes(&coded(&helped, note)).contains(&"L72.0"), "{note}");
    }
    assert!(codes(&coded(&helped, "IMPRESSION:\nZorbal quench.\n")).contains(&"L72.0"));
}

#[test]
fn the_last_layer_gives_the_confidence_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    let without_layer = coder(Some(folder.path()));
    // Two kinds of outcome: gout in a list is right, gout of the history is not.
    let kinds = [("POSTOPERATIVE DIAGNOSIS: Gout.\n", true), ("PAST MEDICAL HISTORY: Gout.\n", false)];
    let judged = |note: &str| without_layer.judged(&Encounter::of_note("test", note)).remove(0);
    let examples: Vec<Example> = kinds
        .iter()
        .cycle()
        .take(40)
        .map(|(note, right)| Example { values: judged(note).values, right: *right, weight: 1.0 })
        .collect();
    let names: Vec<&str> = feature_names().iter().map(String::as_str).collect();
    let ranker = Ranker::fit(&names, &examples, 1.0).unwrap().drafting_from(0.7);
    written(&ranker, folder.path());
    let helped = coder(Some(folder.path()));
    for (note, right) in kinds {
        let report = coded(&helped, note);
        let gout = report.suggestions.iter().find(|s| s.code == "M10.9").unwrap();
        assert_eq!((gout.confidence > 0.7, gout.draft), (right, right), "{note}: {gout:?}");
        assert!((gout.confidence - ranker.probability(&judged(note).values)).abs() < 1e-4);
        assert!(gout.reasons.iter().any(|r| r.rule == "model" && r.says.starts_with("rules ")), "{gout:?}");
    }
}

#[test]
fn the_same_report_on_any_thread() {
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    let helped = coder(Some(folder.path()));
    let json = || serde_json::to_string(&coded(&helped, NOTE)).unwrap();
    let alone = json();
    let side_by_side: Vec<String> = (0..16).into_par_iter().map(|_| json()).collect();
    assert!(side_by_side.iter().all(|j| *j == alone));
}

#[test]
fn a_folder_that_is_no_model_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { model: ModelSource::Folder(folder.path().to_owned()), ..Config::default() };
    let error = Coder::new(&config).unwrap_err();
    assert!(matches!(error, ConfigError::Model(_)) && error.to_string().contains("model.safetensors"), "{error}");
    model(folder.path());
    let examples = [true, false].map(|right| Example { values: vec![f32::from(u8::from(right))], right, weight: 1.0 });
    written(&Ranker::fit(&["other"], &examples, 1.0).unwrap(), folder.path());
    let error = Coder::new(&config).unwrap_err().to_string();
    assert!(error.contains("ranker.json") && error.contains("icdraft train rank"), "{error}");
}
