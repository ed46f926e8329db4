//! The encoder: every variable gets a gradient, and candle's own `BertModel` computes the same from the same weights.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use icdraft_classifier::{Activation, Batch, Encoder, Inference, ModelConfig, Weights};

fn tiny(activation: Activation) -> ModelConfig {
    ModelConfig {
        vocab_size: 50,
        hidden_size: 16,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        intermediate_size: 24,
        hidden_act: activation,
        max_position_embeddings: 12,
        type_vocab_size: 1,
        layer_norm_eps: 1e-12,
        vector_size: 8,
        gram_buckets: 0,
    }
}

const PHRASES: [&[u32]; 3] = [&[2, 7, 9, 3], &[2, 11, 3], &[2, 30, 31, 32, 33, 34, 3]];

#[test]
fn every_variable_gets_a_gradient() {
    for activation in [Activation::Gelu, Activation::Relu] {
        let config = tiny(activation);
        let (weights, vars) = Weights::fresh(&config, 5).unwrap();
        let encoder = Encoder::new(&config, &weights).unwrap();
        let pooled = encoder.pooled(&Batch::new(&PHRASES).unwrap()).unwrap();
        let gradients = pooled.sqr().unwrap().narrow(1, 0, 5).unwrap().sum_all().unwrap().backward().unwrap();
        for (name, var) in &vars {
            // The head is not part of the encoder; `train` has a test of its own.
            if name.starts_with("head.") {
                continue;
            }
            let gradient = gradients.get(var).unwrap_or_else(|| panic!("no gradient for {name}"));
            let size = gradient.abs().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            // A key's bias moves all scores of a row alike: its gradient is zero but for rounding.
            assert!(size > 0.0 || name.contains("self.key.bias"), "{name} has a gradient of zero");
        }
    }
}

#[test]
fn the_same_as_candle_transformers() {
    for (activation, theirs) in [(Activation::Gelu, "gelu"), (Activation::Relu, "relu")] {
        let config = tiny(activation);
        let (weights, vars) = Weights::fresh(&config, 11).unwrap();
        let json = serde_json::json!({
            "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
            "hidden_act": theirs, "hidden_dropout_prob": 0.0, "max_position_embeddings": 12, "type_vocab_size": 1,
            "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute",
            "use_cache": false, "classifier_dropout": null, "model_type": "bert"
        });
        let their_config: Config = serde_json::from_value(json).unwrap();
        let tensors = vars.iter().map(|(n, v)| (n.clone(), v.as_tensor().clone())).collect();
        let model =
            BertModel::load(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu), &their_config).unwrap();
        let ids = Tensor::new(&[[2u32, 7, 9, 3, 0, 0], [2, 30, 31, 32, 33, 3]], &Device::Cpu).unwrap();
        let mask = Tensor::new(&[[1u32, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]], &Device::Cpu).unwrap();
        let expected = model.forward(&ids, &ids.zeros_like().unwrap(), Some(&mask)).unwrap();
        let encoder = Encoder::new(&config, &weights).unwrap();
        let ours = encoder.forward(&Batch::new(&[&[2, 7, 9, 3], &[2, 30, 31, 32, 33, 3]]).unwrap()).unwrap();
        let (ours, expected) = (ours.to_vec3::<f32>().unwrap(), expected.to_vec3::<f32>().unwrap());
        for (phrase, pieces) in [(0, 4), (1, 6)] {
            for piece in 0..pieces {
                for (a, b) in ours[phrase][piece].iter().zip(&expected[phrase][piece]) {
                    assert!((a - b).abs() < 1e-5, "phrase {phrase}, piece {piece}: {a} beside {b}");
                }
            }
        }
    }
}

#[test]
fn without_gradients_the_same() {
    for activation in [Activation::Gelu, Activation::Relu] {
        let config = tiny(activation);
        let (weights, _) = Weights::fresh(&config, 13).unwrap();
        let trained = Encoder::new(&config, &weights).unwrap().pooled(&Batch::new(&PHRASES).unwrap()).unwrap();
        let fast = Inference::new(&config, &weights).unwrap().pooled(&PHRASES).unwrap();
        let values = |t: Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (a, b) in values(fast).iter().zip(values(trained)) {
            assert!((a - b).abs() < 1e-5, "{a} beside {b}");
        }
    }
    let model =
        Inference::new(&tiny(Activation::Relu), &Weights::fresh(&tiny(Activation::Relu), 1).unwrap().0).unwrap();
    assert!(model.forward(&[&[2, 50, 3]]).is_err() && model.forward(&[&[3; 13]]).is_err());
    assert_eq!(model.pooled(&[]).unwrap().dims(), [0, 16]);
}

#[test]
fn padding_changes_nothing() {
    let config = tiny(Activation::Relu);
    let (weights, _) = Weights::fresh(&config, 3).unwrap();
    let encoder = Encoder::new(&config, &weights).unwrap();
    let pooled = |phrases: &[&[u32]]| encoder.pooled(&Batch::new(phrases).unwrap()).unwrap().to_vec2::<f32>().unwrap();
    let (alone, beside) = (pooled(&PHRASES[1..2]), pooled(&PHRASES));
    for (a, b) in alone[0].iter().zip(&beside[1]) {
        assert!((a - b).abs() < 1e-5, "{a} beside {b}");
    }
}

#[test]
fn heads_that_do_not_divide_the_width_are_told() {
    let config = ModelConfig { num_attention_heads: 3, ..tiny(Activation::Relu) };
    let (weights, _) = Weights::fresh(&config, 1).unwrap();
    assert!(Encoder::new(&config, &weights).unwrap_err().to_string().contains("num_attention_heads"));
}

#[test]
fn half_floats_are_read_back_and_held_against_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let config = tiny(Activation::Relu);
    let (weights, _) = Weights::fresh(&config, 9).unwrap();
    weights.write_half(&path).unwrap();
    let read = Weights::read(&path, &config).unwrap();
    let pooled = |weights: &Weights| {
        let encoder = Encoder::new(&config, weights).unwrap();
        encoder.pooled(&Batch::new(&PHRASES).unwrap()).unwrap().to_vec2::<f32>().unwrap().concat()
    };
    for (a, b) in pooled(&weights).iter().zip(pooled(&read)) {
        assert!((a - b).abs() < 0.01, "{a} beside {b}");
    }
    let other = Weights::read(&path, &ModelConfig { hidden_size: 32, ..config }).unwrap_err().to_string();
    assert!(other.contains("config.json says"), "{other}");
    std::fs::write(&path, b"x").unwrap();
    assert!(Weights::read(&path, &tiny(Activation::Relu)).is_err());
}
