//! A BERT-shaped encoder with Hugging Face's tensor names. Every operation has a gradient: candle's own `LayerNorm` and
//! `softmax_last_dim` have none, and its `BertModel` would train two of its 39 variables.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops;

use crate::{Activation, ClassifierError, ModelConfig, Weights};

/// Phrases of one length, short ones padded.
#[derive(Debug)]
pub struct Batch {
    ids: Tensor,
    /// 1 for a piece, 0 for padding: `[phrases, pieces]`.
    mask: Tensor,
}

impl Batch {
    /// Pads to the longest phrase.
    ///
    /// # Errors
    /// No memory.
    pub fn new(phrases: &[&[u32]]) -> std::result::Result<Self, ClassifierError> {
        let longest = phrases.iter().map(|p| p.len()).max().unwrap_or(0).max(1);
        let mut ids = Vec::with_capacity(phrases.len() * longest);
        let mut mask = Vec::with_capacity(phrases.len() * longest);
        for phrase in phrases {
            let padding = longest - phrase.len();
            ids.extend(phrase.iter().copied().chain(std::iter::repeat_n(0, padding)));
            mask.extend(std::iter::repeat_n(1f32, phrase.len()).chain(std::iter::repeat_n(0.0, padding)));
        }
        let shape = (phrases.len(), longest);
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, &Device::Cpu)?,
            mask: Tensor::from_vec(mask, shape, &Device::Cpu)?,
        })
    }
}

/// Weights and bias of a linear layer.
#[derive(Debug)]
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

/// Weight, bias and epsilon of a layer norm.
#[derive(Debug)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    wide: Linear,
    narrow: Linear,
    norm: Norm,
}

/// The encoder.
#[derive(Debug)]
pub struct Encoder {
    words: Tensor,
    positions: Tensor,
    segment: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    activation: Activation,
}

impl Encoder {
    /// An encoder over `weights`, which it shares.
    ///
    /// # Errors
    /// A variable that is missing, or heads that do not divide the width.
    pub fn new(config: &ModelConfig, weights: &Weights) -> std::result::Result<Self, ClassifierError> {
        config.check()?;
        let linear = |name: &str| -> std::result::Result<Linear, ClassifierError> {
            Ok(Linear { weight: weights.get(&format!("{name}.weight"))?, bias: weights.get(&format!("{name}.bias"))? })
        };
        let norm = |name: &str| -> std::result::Result<Norm, ClassifierError> {
            let Linear { weight, bias } = linear(name)?;
            Ok(Norm { weight, bias, eps: config.layer_norm_eps })
        };
        let layers = (0..config.num_hidden_layers)
            .map(|n| {
                let of = |part: &str| format!("encoder.layer.{n}.{part}");
                Ok(Layer {
                    query: linear(&of("attention.self.query"))?,
                    key: linear(&of("attention.self.key"))?,
                    value: linear(&of("attention.self.value"))?,
                    attended: linear(&of("attention.output.dense"))?,
                    attended_norm: norm(&of("attention.output.LayerNorm"))?,
                    wide: linear(&of("intermediate.dense"))?,
                    narrow: linear(&of("output.dense"))?,
                    norm: norm(&of("output.LayerNorm"))?,
                })
            })
            .collect::<std::result::Result<_, ClassifierError>>()?;
        Ok(Self {
            words: weights.get("embeddings.word_embeddings.weight")?,
            positions: weights.get("embeddings.position_embeddings.weight")?,
            segment: weights.get("embeddings.token_type_embeddings.weight")?,
            norm: norm("embeddings.LayerNorm")?,
            layers,
            heads: config.num_attention_heads,
            activation: config.hidden_act,
        })
    }

    /// The last layer: `[phrases, pieces, width]`.
    ///
    /// # Errors
    /// More pieces than there are positions, or no memory.
    pub fn forward(&self, batch: &Batch) -> Result<Tensor> {
        let (phrases, pieces) = batch.ids.dims2()?;
        let width = self.words.dim(1)?;
        let words = self.words.index_select(&batch.ids.flatten_all()?, 0)?.reshape((phrases, pieces, width))?;
        let places = self.positions.narrow(0, 0, pieces)?.broadcast_add(&self.segment.narrow(0, 0, 1)?)?;
        let mut states = self.norm.forward(&words.broadcast_add(&places)?)?;
        // 0 where a piece stands, far below any score where there is padding.
        let bias = ((&batch.mask - 1.0)? * 1e4)?.reshape((phrases, 1, 1, pieces))?;
        for layer in &self.layers {
            states = layer.forward(&states, &bias, self.heads, self.activation)?;
        }
        Ok(states)
    }

    /// The mean of the last layer over the pieces of each phrase: `[phrases, width]`.
    ///
    /// # Errors
    /// See [`Encoder::forward`].
    pub fn pooled(&self, batch: &Batch) -> Result<Tensor> {
        let states = self.forward(batch)?;
        let mask = batch.mask.unsqueeze(2)?;
        let sum = states.broadcast_mul(&mask)?.sum(1)?;
        sum.broadcast_div(&mask.sum(1)?.maximum(1.0)?)
    }
}

impl Linear {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }
}

impl Norm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        ops::layer_norm_slow(input, &self.weight, &self.bias, self.eps as f32)
    }
}

impl Layer {
    fn forward(&self, states: &Tensor, bias: &Tensor, heads: usize, activation: Activation) -> Result<Tensor> {
        let (phrases, pieces, width) = states.dims3()?;
        let flat = states.reshape((phrases * pieces, width))?;
        let split = |linear: &Linear| {
            let shape = (phrases, pieces, heads, width / heads);
            linear.forward(&flat)?.reshape(shape)?.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (split(&self.query)?, split(&self.key)?, split(&self.value)?);
        let scale = 1.0 / ((width / heads) as f64).sqrt();
        let scores = (query.matmul(&key.transpose(2, 3)?)? * scale)?.broadcast_add(bias)?;
        let mixed = ops::softmax(&scores, 3)?.to_dtype(DType::F32)?.matmul(&value)?;
        let mixed = mixed.transpose(1, 2)?.contiguous()?.reshape((phrases * pieces, width))?;
        let attended = self.attended_norm.forward(&(self.attended.forward(&mixed)? + &flat)?)?;
        let wide = self.wide.forward(&attended)?;
        let wide = match activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::Relu => wide.relu()?,
        };
        let out = self.norm.forward(&(self.narrow.forward(&wide)? + attended)?)?;
        out.reshape((phrases, pieces, width))
    }
}
