//! ModernBERT: rotary positions, attention to near pieces in most layers.

use std::collections::HashMap;

use candle_core::{DType, Result, Tensor};
use candle_transformers::models::modernbert::ModernBert;

/// candle asks for the names of the model with its language head; sentence-transformers saves the encoder alone.
pub(super) fn rename(tensors: &mut HashMap<String, Tensor>) {
    if !tensors.keys().any(|name| name.starts_with("model.")) {
        *tensors = tensors.drain().map(|(name, tensor)| (format!("model.{name}"), tensor)).collect();
    }
}

pub(super) fn forward(model: &ModernBert, ids: &Tensor) -> Result<Tensor> {
    model.forward(ids, &Tensor::ones(ids.dims2()?, DType::F32, ids.device())?)
}
