//! BERT: MiniLM, BioBERT, SapBERT and most encoders of clinical text.

use candle_core::{Result, Tensor};
use candle_transformers::models::bert::BertModel;

pub(super) fn forward(model: &BertModel, ids: &Tensor) -> Result<Tensor> {
    model.forward(ids, &ids.zeros_like()?, None)
}
