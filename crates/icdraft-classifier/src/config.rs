//! The shape of a model, as `config.json` tells it. Names are those of Hugging Face's BERT where it has one.

use serde::{Deserialize, Serialize};

use crate::ClassifierError;

/// Activation of the feed-forward layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The exact Gaussian error linear unit.
    Gelu,
    /// Rectified linear unit: several times cheaper on a CPU.
    Relu,
}

/// The shape of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Word pieces.
    pub vocab_size: usize,
    /// Width of the encoder.
    pub hidden_size: usize,
    /// Layers of the encoder.
    pub num_hidden_layers: usize,
    /// Attention heads; they divide the width.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layers.
    pub intermediate_size: usize,
    /// Activation of the feed-forward layers.
    pub hidden_act: Activation,
    /// Positions that have an embedding.
    pub max_position_embeddings: usize,
    /// Kinds of segments; one is used.
    pub type_vocab_size: usize,
    /// Added to a variance before its root.
    pub layer_norm_eps: f64,
    /// Length of a phrase vector.
    pub vector_size: usize,
    /// Buckets of hashed character n-grams; 0 for none.
    pub gram_buckets: usize,
}

impl ModelConfig {
    /// Two layers of 256: what two cores read 20 notes a second with.
    pub fn small() -> Self {
        Self {
            vocab_size: 8000,
            hidden_size: 256,
            num_hidden_layers: 2,
            num_attention_heads: 4,
            intermediate_size: 512,
            hidden_act: Activation::Relu,
            max_position_embeddings: 64,
            type_vocab_size: 1,
            layer_norm_eps: 1e-12,
            vector_size: 128,
            gram_buckets: 16_384,
        }
    }

    /// Whether the numbers fit each other.
    ///
    /// # Errors
    /// Heads that do not divide the width.
    pub(crate) fn check(&self) -> Result<(), ClassifierError> {
        if self.num_attention_heads == 0 || !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(ClassifierError::file("config.json", "num_attention_heads must divide hidden_size"));
        }
        Ok(())
    }

    /// Names and shapes of all variables, in the order of their names.
    pub fn variables(&self) -> std::collections::BTreeMap<String, Vec<usize>> {
        let (h, i) = (self.hidden_size, self.intermediate_size);
        let mut all: Vec<(String, Vec<usize>)> = vec![
            ("embeddings.word_embeddings.weight".into(), vec![self.vocab_size, h]),
            ("embeddings.position_embeddings.weight".into(), vec![self.max_position_embeddings, h]),
            ("embeddings.token_type_embeddings.weight".into(), vec![self.type_vocab_size, h]),
            ("embeddings.LayerNorm.weight".into(), vec![h]),
            ("embeddings.LayerNorm.bias".into(), vec![h]),
            ("head.dense.weight".into(), vec![self.vector_size, h]),
        ];
        if self.gram_buckets > 0 {
            all.push(("head.gram_embeddings.weight".into(), vec![self.gram_buckets, self.vector_size]));
        }
        for n in 0..self.num_hidden_layers {
            let layer = |name: &str| format!("encoder.layer.{n}.{name}");
            for (name, out, input) in [
                ("attention.self.query", h, h),
                ("attention.self.key", h, h),
                ("attention.self.value", h, h),
                ("attention.output.dense", h, h),
                ("intermediate.dense", i, h),
                ("output.dense", h, i),
            ] {
                all.push((layer(&format!("{name}.weight")), vec![out, input]));
                all.push((layer(&format!("{name}.bias")), vec![out]));
            }
            for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
                all.push((layer(&format!("{name}.weight")), vec![h]));
                all.push((layer(&format!("{name}.bias")), vec![h]));
            }
        }
        all.into_iter().collect()
    }
}
