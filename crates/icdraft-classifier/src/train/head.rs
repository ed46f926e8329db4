//! Training of a head: the wordings go once through an encoder that stays as it is, and one linear layer learns from their vectors.

use std::collections::BTreeMap;
use std::ops::Range;

use candle_core::{Device, Tensor, Var};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::head::DENSE;
use crate::train::batch::Sampler;
use crate::train::contrast::{backward, loss, means, nearest, pools, randomness, side_by_side};
use crate::train::optimizer::{AdamW, Gradients};
use crate::train::{Material, Progress, Stage};
use crate::weights::normal;
use crate::{ClassifierError, Pretrained, op};

/// Wordings embedded between two tellings.
const CHUNK: usize = 64;

/// The vectors of all wordings; `told` hears how many more are done.
///
/// # Errors
/// No memory.
///
/// # Shapes
/// `[wordings, hidden]`.
pub fn embed(
    stage: &Stage,
    material: &Material,
    encoder: &Pretrained,
    told: impl Fn(usize) + Sync,
) -> Result<Tensor, ClassifierError> {
    // Neighbours in length are embedded together, and long ones are shared out.
    let mut order: Vec<usize> = (0..material.len()).collect();
    order.sort_by_key(|n| material.texts[*n].0.len());
    let chunks: Vec<&[usize]> = order.chunks(CHUNK).collect();
    let pools = pools(stage)?;
    let shards = pools.len();
    let work = |range: Range<usize>| {
        let mut all = Vec::new();
        for shard in range {
            for chunk in chunks.iter().skip(shard).step_by(shards) {
                let texts: Vec<&str> = chunk.iter().map(|n| material.texts[*n].0.as_str()).collect();
                let rows = encoder.embed(&texts)?.to_vec2::<f32>()?;
                all.extend(chunk.iter().copied().zip(rows));
                told(chunk.len());
            }
        }
        Ok(all)
    };
    let mut values = vec![0f32; material.len() * encoder.width()];
    for (n, row) in side_by_side(&pools, shards, &work)? {
        values[n * encoder.width()..][..encoder.width()].copy_from_slice(&row);
    }
    Ok(Tensor::from_vec(values, (material.len(), encoder.width()), &Device::Cpu)?)
}

/// Trains a linear layer on the vectors of `material`'s wordings; `told` hears of each step.
///
/// # Errors
/// Nothing to train on.
///
/// # Shapes
/// `vectors` is `[wordings, hidden]`, the layer `[vector, hidden]`.
pub fn train_head(
    stage: &Stage,
    material: &Material,
    vectors: &Tensor,
    mut told: impl FnMut(Progress),
) -> Result<Tensor, ClassifierError> {
    let mut sampler = Sampler::new(material)?;
    let vars = BTreeMap::from([(DENSE.to_owned(), fresh(stage, vectors.dim(1)?)?)]);
    let dense = &vars[DENSE];
    let (mut adam, pools) = (AdamW::default(), pools(stage)?);
    while adam.step < stage.steps {
        if stage.mine_every > 0 && adam.step > 0 && adam.step.is_multiple_of(stage.mine_every) {
            let firsts: Vec<u32> = material.of_code.iter().map(|texts| texts[0]).collect();
            let firsts = vectors.index_select(&Tensor::new(firsts, &Device::Cpu)?, 0)?;
            let firsts = op::unit(&firsts.matmul(&dense.t()?)?)?.to_vec2()?;
            sampler.near = nearest(stage.model.vector_size, &firsts, material, &pools)?;
        }
        let shard = |number: usize| {
            let pairs = sampler.draw_texts(material, stage, &mut randomness(stage, &adam, number));
            gradients(stage, material, vectors, &vars, &pairs)
        };
        let (gradients, loss, hits) = means(side_by_side(&pools, pools.len(), &|range| range.map(shard).collect())?);
        adam.step(&vars, gradients, stage)?;
        told(Progress { step: adam.step, steps: stage.steps, loss, hits, right: None });
    }
    Ok(dense.as_tensor().detach())
}

/// A random projection: it keeps what the encoder knows, more or less.
fn fresh(stage: &Stage, hidden: usize) -> Result<Var, ClassifierError> {
    let mut random = ChaCha8Rng::seed_from_u64(stage.seed);
    let spread = 1.0 / (hidden as f32).sqrt();
    let values = (0..stage.model.vector_size * hidden).map(|_| normal(&mut random) * spread).collect::<Vec<_>>();
    Ok(Var::from_vec(values, (stage.model.vector_size, hidden), &Device::Cpu)?)
}

fn gradients(
    stage: &Stage,
    material: &Material,
    vectors: &Tensor,
    vars: &BTreeMap<String, Var>,
    pairs: &[[usize; 2]],
) -> Result<(Gradients, f32, f32), ClassifierError> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let texts = [0, 1].into_iter().flat_map(|side| pairs.iter().map(move |pair| number(pair[side])));
    let texts = Tensor::new(texts.collect::<Vec<u32>>(), &Device::Cpu)?;
    let vectors = op::unit(&vectors.index_select(&texts, 0)?.matmul(&vars[DENSE].t()?)?)?;
    let codes: Vec<u32> = pairs.iter().map(|[query, _]| material.owners[*query]).collect();
    let (loss, hits) = loss(stage, material, &vectors, &codes)?;
    Ok((backward(&loss, vars)?, loss.to_scalar()?, hits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelConfig;
    use crate::train::{Source, Wording};

    #[test]
    fn the_layer_gets_a_gradient() {
        let wording = |text: &str, code: &str| Wording { text: text.into(), code: code.into(), source: Source::Index };
        let all = [("lung abscess", "J85.2"), ("abscess of lung", "J85.2"), ("cyst", "L72"), ("cysts", "L72")];
        let material = Material::new(all.map(|(text, code)| wording(text, code)));
        let stage = Stage::one_step(ModelConfig { vector_size: 3, ..ModelConfig::small() });
        let rows = [[1f32, 0.0, 0.0, 0.0], [0.6, 0.8, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.6, 0.8]];
        let vectors = Tensor::new(&rows, &Device::Cpu).unwrap();
        let vars = BTreeMap::from([(DENSE.to_owned(), fresh(&stage, 4).unwrap())]);
        let (found, loss, _) = gradients(&stage, &material, &vectors, &vars, &[[0, 1], [2, 3]]).unwrap();
        assert!(loss > 0.0 && found.keys().eq(vars.keys()), "{found:?}");
        assert!(found[DENSE].iter().all(|g| *g != 0.0), "{found:?}");
    }
}
