//! AdamW with its moments in reach, so that a run can be resumed.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor, Var};

use crate::ClassifierError;
use crate::train::Stage;

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.98;
const EPSILON: f32 = 1e-8;
/// Gradients are cut to this length.
const LONGEST: f32 = 1.0;

/// Gradients by the name of their variable.
pub(crate) type Gradients = BTreeMap<String, Vec<f32>>;

/// The optimizer: how many steps were made, and the moments of each variable.
#[derive(Debug, Default)]
pub(crate) struct AdamW {
    pub(crate) step: usize,
    pub(crate) means: Gradients,
    pub(crate) squares: Gradients,
}

impl AdamW {
    /// The learning rate of the step to come.
    pub(crate) fn rate(&self, stage: &Stage) -> f64 {
        let step = self.step as f64;
        if self.step < stage.warmup {
            return stage.learning_rate * (step + 1.0) / stage.warmup as f64;
        }
        let left = (stage.steps.max(stage.warmup + 1) - stage.warmup) as f64;
        let gone = ((step - stage.warmup as f64) / left).min(1.0);
        stage.learning_rate * (1.0 - 0.95 * gone)
    }

    pub(crate) fn step(
        &mut self,
        vars: &BTreeMap<String, Var>,
        mut gradients: Gradients,
        stage: &Stage,
    ) -> Result<(), ClassifierError> {
        let rate = self.rate(stage) as f32;
        self.step += 1;
        let length: f32 = gradients.values().flatten().map(|g| g * g).sum::<f32>().sqrt();
        let cut = if length > LONGEST { LONGEST / length } else { 1.0 };
        let steps = i32::try_from(self.step).unwrap_or(i32::MAX);
        let (mean_bias, square_bias) = (1.0 - MEAN.powi(steps), 1.0 - SQUARE.powi(steps));
        for (name, var) in vars {
            let Some(gradient) = gradients.remove(name) else { continue };
            let mut values = var.flatten_all()?.to_vec1::<f32>()?;
            let mean = self.means.entry(name.clone()).or_insert_with(|| vec![0.0; values.len()]);
            let square = self.squares.entry(name.clone()).or_insert_with(|| vec![0.0; values.len()]);
            let matrix = name.ends_with("weight") && !name.contains("LayerNorm") && !name.contains("embeddings");
            let decay = if matrix { rate * stage.weight_decay as f32 } else { 0.0 };
            for (((value, g), m), s) in values.iter_mut().zip(&gradient).zip(mean.iter_mut()).zip(square.iter_mut()) {
                let g = g * cut;
                *m = MEAN * *m + (1.0 - MEAN) * g;
                *s = SQUARE * *s + (1.0 - SQUARE) * g * g;
                let towards = (*m / mean_bias) / ((*s / square_bias).sqrt() + EPSILON);
                *value -= rate * towards + decay * *value;
            }
            var.set(&Tensor::from_vec(values, var.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }
}
