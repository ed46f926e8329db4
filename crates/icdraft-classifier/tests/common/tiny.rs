//! Encoders of two layers of 16 with made-up weights, in the files and under the names of published ones.

use std::path::Path;

use icdraft_classifier::Vocabulary;
use serde_json::{Value, json};

const HIDDEN: usize = 16;
const WIDE: usize = 24;
const POSITIONS: usize = 48;
const LAYERS: usize = 2;

/// Words that the tokenizers know.
pub const WORDS: &str =
    "heart attack myocardial infarction ankle fracture of the left lung abscess liver cyst kidney stone open wound";

/// Writes an encoder of `family` into `folder`, which is made.
pub fn write(folder: &Path, family: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let vocabulary = Vocabulary::train([WORDS, WORDS].into_iter(), 120).unwrap();
    vocabulary.write(&folder.join("tokenizer.json")).unwrap();
    let pieces = vocabulary.size();
    let tensors = match family {
        "bert" => bert(pieces),
        "distilbert" => bert(pieces).into_iter().filter_map(as_distilbert).collect(),
        "modernbert" => modernbert(pieces),
        other => panic!("no family {other}"),
    };
    std::fs::write(folder.join("config.json"), config(family, pieces).to_string()).unwrap();
    std::fs::write(folder.join("model.safetensors"), safetensors(&tensors)).unwrap();
}

/// A tensor's name, shape and values.
pub type Named = (String, Vec<usize>, Vec<f32>);

fn config(family: &str, pieces: usize) -> Value {
    match family {
        "bert" => json!({
            "model_type": "bert", "vocab_size": pieces, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
            "num_attention_heads": 2, "intermediate_size": WIDE, "hidden_act": "relu", "hidden_dropout_prob": 0.1,
            "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "initializer_range": 0.02,
            "layer_norm_eps": 1e-12, "pad_token_id": 0
        }),
        "distilbert" => json!({
            "model_type": "distilbert", "vocab_size": pieces, "dim": HIDDEN, "n_layers": LAYERS, "n_heads": 2,
            "hidden_dim": WIDE, "activation": "relu", "max_position_embeddings": POSITIONS, "initializer_range": 0.02,
            "pad_token_id": 0
        }),
        _ => json!({
            "model_type": "modernbert", "vocab_size": pieces, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
            "num_attention_heads": 2, "intermediate_size": WIDE, "max_position_embeddings": POSITIONS,
            "layer_norm_eps": 1e-5, "pad_token_id": 0, "global_attn_every_n_layers": 3, "global_rope_theta": 160_000.0,
            "local_attention": 8, "local_rope_theta": 10_000.0
        }),
    }
}

/// Values that depend on the name alone, around 1 for the weights of norms.
fn tensor(name: &str, shape: &[usize]) -> Named {
    let mut state =
        name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    let norm = name.to_lowercase().contains("norm") && name.ends_with("weight");
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5 + if norm { 1.0 } else { 0.0 }
    };
    let values = (0..shape.iter().product()).map(|_| next()).collect();
    (name.to_owned(), shape.to_vec(), values)
}

/// The tensors of a BERT whose second segment is all that is not zero of its segments: the first is what phrases have.
pub fn bert(pieces: usize) -> Vec<Named> {
    let mut all = Vec::new();
    let mut push = |name: String, shape: &[usize]| all.push(tensor(&name, shape));
    push("embeddings.word_embeddings.weight".into(), &[pieces, HIDDEN]);
    push("embeddings.position_embeddings.weight".into(), &[POSITIONS, HIDDEN]);
    push("embeddings.token_type_embeddings.weight".into(), &[2, HIDDEN]);
    let mut both = |name: String, shape: &[usize]| {
        push(format!("{name}.weight"), shape);
        push(format!("{name}.bias"), &shape[..1]);
    };
    both("embeddings.LayerNorm".into(), &[HIDDEN]);
    let parts: [(&str, &[usize]); 8] = [
        ("attention.self.query", &[HIDDEN, HIDDEN]),
        ("attention.self.key", &[HIDDEN, HIDDEN]),
        ("attention.self.value", &[HIDDEN, HIDDEN]),
        ("attention.output.dense", &[HIDDEN, HIDDEN]),
        ("attention.output.LayerNorm", &[HIDDEN]),
        ("intermediate.dense", &[WIDE, HIDDEN]),
        ("output.dense", &[HIDDEN, WIDE]),
        ("output.LayerNorm", &[HIDDEN]),
    ];
    for n in 0..LAYERS {
        for (part, shape) in parts {
            both(format!("encoder.layer.{n}.{part}"), shape);
        }
    }
    for (name, _, values) in &mut all {
        if name.contains("token_type") {
            values[..HIDDEN].fill(0.0);
        }
    }
    all
}

/// The same weights under DistilBERT's names; it has no segments.
fn as_distilbert((name, shape, values): Named) -> Option<Named> {
    let names = [
        ("encoder.layer", "transformer.layer"),
        ("attention.self.query", "attention.q_lin"),
        ("attention.self.key", "attention.k_lin"),
        ("attention.self.value", "attention.v_lin"),
        ("attention.output.dense", "attention.out_lin"),
        ("attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate.dense", "ffn.lin1"),
        ("output.dense", "ffn.lin2"),
        ("output.LayerNorm", "output_layer_norm"),
    ];
    let name = names.iter().fold(name, |name, (theirs, its)| name.replace(theirs, its));
    (!name.contains("token_type")).then_some((name, shape, values))
}

fn modernbert(pieces: usize) -> Vec<Named> {
    let mut all = vec![
        tensor("model.embeddings.tok_embeddings.weight", &[pieces, HIDDEN]),
        tensor("model.embeddings.norm.weight", &[HIDDEN]),
        tensor("model.final_norm.weight", &[HIDDEN]),
    ];
    for n in 0..LAYERS {
        let mut push =
            |part: &str, shape: &[usize]| all.push(tensor(&format!("model.layers.{n}.{part}.weight"), shape));
        push("attn.Wqkv", &[3 * HIDDEN, HIDDEN]);
        push("attn.Wo", &[HIDDEN, HIDDEN]);
        push("mlp_norm", &[HIDDEN]);
        push("mlp.Wi", &[2 * WIDE, HIDDEN]);
        push("mlp.Wo", &[HIDDEN, WIDE]);
        if n > 0 {
            push("attn_norm", &[HIDDEN]);
        }
    }
    all
}

/// The bytes of a safetensors file.
pub fn safetensors(tensors: &[Named]) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, shape, values) in tensors {
        let start = data.len();
        data.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        header.insert(name.clone(), json!({"dtype": "F32", "shape": shape, "data_offsets": [start, data.len()]}));
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}
