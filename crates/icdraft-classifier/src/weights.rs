//! The variables of a model by name: made from a seed, read from safetensors, written as 16-bit floats.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor, Var};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{ClassifierError, ModelConfig};

/// The variables of a model by name.
#[derive(Debug, Clone)]
pub struct Weights(BTreeMap<String, Tensor>);

impl Weights {
    /// Variables that can be trained, drawn from `seed`: normal weights, zero biases.
    ///
    /// # Errors
    /// No memory.
    pub fn fresh(config: &ModelConfig, seed: u64) -> Result<(Self, BTreeMap<String, Var>), ClassifierError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut vars = BTreeMap::new();
        for (name, shape) in config.variables() {
            let count: usize = shape.iter().product();
            let spread = match name.as_str() {
                "head.gram_embeddings.weight" => 1.0 / (config.vector_size as f32).sqrt(),
                "head.dense.weight" => 0.5 / (config.hidden_size as f32).sqrt(),
                _ => 0.02f32.max(0.5 / (shape.last().copied().unwrap_or(1) as f32).sqrt()),
            };
            let values: Vec<f32> = if name.ends_with("bias") {
                vec![0.0; count]
            } else if name.ends_with("LayerNorm.weight") {
                vec![1.0; count]
            } else {
                (0..count).map(|_| normal(&mut random) * spread).collect()
            };
            vars.insert(name, Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?);
        }
        Ok((Self::of_vars(&vars), vars))
    }

    /// The tensors behind `vars`: a step of the optimizer is seen by whoever holds them.
    pub fn of_vars(vars: &BTreeMap<String, Var>) -> Self {
        Self(vars.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect())
    }

    /// Reads safetensors, any float type, as 32-bit floats, and holds names and shapes against `config`.
    ///
    /// # Errors
    /// An unreadable file; a variable that is missing or has another shape.
    pub fn read(path: &Path, config: &ModelConfig) -> Result<Self, ClassifierError> {
        let bytes = std::fs::read(path).map_err(|source| ClassifierError::Io { path: path.to_owned(), source })?;
        Self::decode(&path.display().to_string(), &bytes, config)
    }

    /// The same from bytes; `file` is for errors.
    ///
    /// # Errors
    /// See [`Weights::read`].
    pub fn decode(file: &str, bytes: &[u8], config: &ModelConfig) -> Result<Self, ClassifierError> {
        let mut held = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
            .map_err(|e| ClassifierError::file(file, format!("no safetensors ({e}); fetch the file again")))?;
        let mut all = BTreeMap::new();
        for (name, shape) in config.variables() {
            let tensor = held.remove(&name).ok_or_else(|| {
                ClassifierError::file(
                    file,
                    format!("`{name}` is missing; config.json and weights must be of one model"),
                )
            })?;
            if tensor.dims() != shape {
                let found = tensor.dims();
                let problem = format!("`{name}` is {found:?}, config.json says {shape:?}; they must be of one model");
                return Err(ClassifierError::file(file, problem));
            }
            all.insert(name, tensor.to_dtype(DType::F32)?);
        }
        Ok(Self(all))
    }

    /// Writes 16-bit safetensors.
    ///
    /// # Errors
    /// An unwritable file.
    pub fn write_half(&self, path: &Path) -> Result<(), ClassifierError> {
        let half: std::collections::HashMap<String, Tensor> = self
            .0
            .iter()
            .map(|(name, tensor)| Ok((name.clone(), tensor.to_dtype(DType::F16)?)))
            .collect::<candle_core::Result<_>>()?;
        Ok(candle_core::safetensors::save(&half, path)?)
    }

    pub(crate) fn get(&self, name: &str) -> Result<Tensor, ClassifierError> {
        let found = self.0.get(name).cloned();
        found.ok_or_else(|| ClassifierError::file("weights", format!("`{name}` is missing")))
    }
}

/// A standard normal value (Box-Muller).
pub(crate) fn normal(random: &mut ChaCha8Rng) -> f32 {
    let (a, b): (f32, f32) = (random.random_range(f32::EPSILON..1.0), random.random());
    (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
}
