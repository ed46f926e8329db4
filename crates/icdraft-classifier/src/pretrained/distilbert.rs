//! DistilBERT: half the layers of BERT, no segments. candle computes its GELU by the tangent formula, which moves values by about 0.001.

use candle_core::{DType, Result, Tensor};
use candle_transformers::models::distilbert::DistilBertModel;

pub(super) fn forward(model: &DistilBertModel, ids: &Tensor) -> Result<Tensor> {
    let (phrases, pieces) = ids.dims2()?;
    // Here, unlike in the other families, what the mask marks is left out.
    let mask = Tensor::zeros((phrases, 1, 1, pieces), DType::U8, ids.device())?;
    model.forward(ids, &mask)
}
