//! What one stage of training is told, as `<stage>.toml` says it.

use serde::{Deserialize, Serialize};

use crate::ModelConfig;

/// A stage of contrastive training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Everything random comes from this number.
    pub seed: u64,
    /// Steps of the optimizer.
    pub steps: usize,
    /// Pairs that a shard draws for a step; each is a negative for the others.
    pub pairs: usize,
    /// Shards of a step, each on its own core. Results depend on their number, not on the cores.
    pub shards: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Steps until it is reached; from there it falls to a twentieth.
    pub warmup: usize,
    /// Decay of matrices.
    pub weight_decay: f64,
    /// Divides similarities before the softmax.
    pub temperature: f64,
    /// Weight of the loss that asks for the category only.
    pub category_weight: f64,
    /// Share of a batch that is drawn from families of near codes.
    pub family_share: f64,
    /// Steps between checkpoints.
    pub checkpoint_every: usize,
    /// Steps between two searches for near misses; 0 for none.
    pub mine_every: usize,
    /// Shape of the model; that of [`ModelConfig::small`] where the stage has none. Of a head its `vector_size` alone counts.
    #[serde(default = "ModelConfig::small")]
    pub model: ModelConfig,
}

#[cfg(test)]
impl Stage {
    /// One step of two pairs, for tests.
    pub(crate) fn one_step(model: ModelConfig) -> Self {
        Self {
            seed: 1,
            steps: 1,
            pairs: 2,
            shards: 1,
            learning_rate: 1e-3,
            warmup: 1,
            weight_decay: 0.0,
            temperature: 0.1,
            category_weight: 0.5,
            family_share: 0.5,
            checkpoint_every: 1,
            mine_every: 0,
            model,
        }
    }
}
