//! The loop of contrastive training. Shards draw, encode and differentiate side by side; their gradients are added in order, so that
//! a run is repeatable.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use candle_core::{Device, Tensor, Var};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::linker::{Own, Read, TRAINING_CHUNK};
use crate::train::batch::{Pair, Sampler};
use crate::train::material::{Material, Wording};
use crate::train::optimizer::{AdamW, Gradients};
use crate::train::{Stage, checkpoint};
use crate::{ClassifierError, CodeVectors, ModelConfig, Vocabulary, Weights, grams};

/// Codes that are taken as near misses of one code.
const NEAR: usize = 12;

/// How a run is going, told after each step.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Steps made.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Loss of this step.
    pub loss: f32,
    /// Share of queries whose nearest answer in the batch is right.
    pub hits: f32,
    /// Share of the development wordings whose nearest code is right, where this step measured it: with each search for near misses,
    /// and at the end.
    pub right: Option<f32>,
}

/// Trains a model into `folder`, or goes on where the checkpoint there stopped: `config.json`, `tokenizer.json` and
/// `model.safetensors` are written at each checkpoint. `unseen` are wordings that nothing is learned from, to measure on.
///
/// # Errors
/// Nothing to train on, an unwritable folder, a checkpoint of another model.
pub fn train(
    stage: &Stage,
    material: &Material,
    unseen: &[Wording],
    folder: &Path,
    mut told: impl FnMut(Progress),
) -> Result<(), ClassifierError> {
    std::fs::create_dir_all(folder).map_err(|source| ClassifierError::Io { path: folder.to_owned(), source })?;
    let vocabulary = vocabulary(stage, material, folder)?;
    let config = ModelConfig { vocab_size: vocabulary.size(), ..stage.model.clone() };
    let json = serde_json::to_string_pretty(&config).map_err(|e| ClassifierError::file("config.json", e))?;
    let path = folder.join("config.json");
    std::fs::write(&path, json).map_err(|source| ClassifierError::Io { path, source })?;
    let (weights, vars) = Weights::fresh(&config, stage.seed)?;
    weigh_grams(&vars, material, config.gram_buckets)?;
    let mut adam = checkpoint::resume(folder, &vars)?;
    let linker = Own::new(&config, vocabulary, &weights)?;
    let pools = pools(stage)?;
    let mut sampler = Sampler::new(material)?;
    while adam.step < stage.steps {
        let mut right = None;
        if stage.mine_every > 0 && adam.step > 0 && (adam.step % stage.mine_every == 0 || sampler.near.is_empty()) {
            let codes = Codes::new(&config, &linker, &weights, material, &pools)?;
            sampler.near = codes.near_misses(&pools)?;
            right = codes.right(unseen, &pools)?;
        }
        let (gradients, loss, hits) = step(stage, material, &linker, &vars, &sampler, &pools, &adam)?;
        adam.step(&vars, gradients, stage)?;
        if adam.step == stage.steps && !unseen.is_empty() {
            right = Codes::new(&config, &linker, &weights, material, &pools)?.right(unseen, &pools)?;
        }
        told(Progress { step: adam.step, steps: stage.steps, loss, hits, right });
        if adam.step.is_multiple_of(stage.checkpoint_every.max(1)) || adam.step == stage.steps {
            checkpoint::write(folder, &vars, &adam)?;
            weights.write_half(&folder.join("model.safetensors"))?;
        }
    }
    Ok(())
}

/// A pool of one thread for each shard.
pub(crate) fn pools(stage: &Stage) -> Result<Vec<rayon::ThreadPool>, ClassifierError> {
    let pool = |_| rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pools = (0..stage.shards.max(1)).map(pool).collect::<Result<Vec<_>, _>>();
    pools.map_err(|e| ClassifierError::Data(format!("no threads: {e}")))
}

fn vocabulary(stage: &Stage, material: &Material, folder: &Path) -> Result<Vocabulary, ClassifierError> {
    let path = folder.join("tokenizer.json");
    if path.exists() {
        return Vocabulary::read(&path);
    }
    let vocabulary = Vocabulary::train(material.texts.iter().map(|t| t.0.as_str()), stage.model.vocab_size)?;
    vocabulary.write(&path)?;
    Ok(vocabulary)
}

/// Rare n-grams say more than common ones: a table that starts weighted so is a random projection of TF-IDF vectors.
fn weigh_grams(vars: &BTreeMap<String, Var>, material: &Material, buckets: usize) -> Result<(), ClassifierError> {
    let Some(table) = vars.get("head.gram_embeddings.weight") else { return Ok(()) };
    let mut texts_with = vec![0u32; buckets];
    for (text, _) in &material.texts {
        let mut found = grams(text, buckets);
        found.sort_unstable();
        found.dedup();
        found.iter().for_each(|g| texts_with[*g as usize] += 1);
    }
    let all = material.len() as f32;
    let idf = texts_with.iter().map(|n| ((1.0 + all) / (1.0 + *n as f32)).ln() / 4.0).collect::<Vec<_>>();
    let idf = Tensor::from_vec(idf, (buckets, 1), &Device::Cpu)?;
    Ok(table.set(&table.broadcast_mul(&idf)?)?)
}

/// What a shard of the step to come draws from.
pub(crate) fn randomness(stage: &Stage, adam: &AdamW, shard: usize) -> ChaCha8Rng {
    let number = (adam.step * stage.shards + shard) as u64;
    ChaCha8Rng::seed_from_u64(stage.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number))
}

/// Gradients, loss and hits of one step, means over the shards.
fn step(
    stage: &Stage,
    material: &Material,
    linker: &Own,
    vars: &BTreeMap<String, Var>,
    sampler: &Sampler,
    pools: &[rayon::ThreadPool],
    adam: &AdamW,
) -> Result<(Gradients, f32, f32), ClassifierError> {
    let shard = |number: usize| {
        let pairs = sampler.draw(material, stage, &mut randomness(stage, adam, number));
        gradients(stage, material, linker, vars, &pairs)
    };
    Ok(means(side_by_side(pools, pools.len(), &|range| range.map(shard).collect())?))
}

/// Means of gradients, loss and hits over the shards, added in order.
pub(crate) fn means(results: Vec<(Gradients, f32, f32)>) -> (Gradients, f32, f32) {
    let share = 1.0 / results.len() as f32;
    let (mut sum, mut loss, mut hits) = (Gradients::new(), 0.0, 0.0);
    for (gradients, one_loss, one_hits) in results {
        loss += one_loss * share;
        hits += one_hits * share;
        for (name, values) in gradients {
            let held = sum.entry(name).or_insert_with(|| vec![0.0; values.len()]);
            held.iter_mut().zip(values).for_each(|(h, v)| *h += v * share);
        }
    }
    (sum, loss, hits)
}

fn gradients(
    stage: &Stage,
    material: &Material,
    linker: &Own,
    vars: &BTreeMap<String, Var>,
    pairs: &[Pair],
) -> Result<(Gradients, f32, f32), ClassifierError> {
    let texts = pairs.iter().map(|p| &p.query).chain(pairs.iter().map(|p| &p.answer));
    let read: Vec<Read> = texts.map(|t| linker.read(t)).collect::<Result<_, _>>()?;
    let vectors = linker.vectors(&read.iter().collect::<Vec<_>>(), TRAINING_CHUNK)?;
    let codes: Vec<u32> = pairs.iter().map(|p| p.code).collect();
    let (loss, hits) = loss(stage, material, &vectors, &codes)?;
    Ok((backward(&loss, vars)?, loss.to_scalar()?, hits))
}

/// The gradient of each variable that the loss depends on.
pub(crate) fn backward(loss: &Tensor, vars: &BTreeMap<String, Var>) -> Result<Gradients, ClassifierError> {
    let found = loss.backward()?;
    let mut all = Gradients::new();
    for (name, var) in vars {
        if let Some(gradient) = found.get(var) {
            all.insert(name.clone(), gradient.flatten_all()?.to_vec1()?);
        }
    }
    Ok(all)
}

/// Each query against all answers and each answer against all queries. Codes above or below the right one count neither way; the
/// category's part asks for any code of the right category.
pub(crate) fn loss(
    stage: &Stage,
    material: &Material,
    vectors: &Tensor,
    codes: &[u32],
) -> Result<(Tensor, f32), ClassifierError> {
    let count = codes.len();
    let mask = |holds: &dyn Fn(u32, u32) -> bool| {
        let values = codes.iter().flat_map(|a| codes.iter().map(|b| f32::from(u8::from(holds(*a, *b)))));
        Tensor::from_vec(values.collect::<Vec<f32>>(), (count, count), vectors.device())
    };
    let same = mask(&|a, b| a == b)?;
    let valid = mask(&|a, b| a == b || !material.related(a, b))?;
    let kin = mask(&|a, b| material.category_of[a as usize] == material.category_of[b as usize])?;
    let (queries, answers) = (vectors.narrow(0, 0, count)?, vectors.narrow(0, count, count)?);
    let similarity = queries.matmul(&answers.t()?)?;
    let hits = similarity.argmax(1)?.to_vec1::<u32>()?;
    let hits = hits.iter().zip(codes).filter(|(h, c)| codes[**h as usize] == **c).count() as f32 / count as f32;
    let likely = ((similarity - 1.0)? / stage.temperature)?.exp()?;
    let part = |which: &Tensor, axis: usize| (likely.mul(which)?.sum(axis)? + 1e-12)?.log();
    let mut sum = Tensor::zeros((), candle_core::DType::F32, vectors.device())?;
    for axis in [1, 0] {
        let whole = part(&valid, axis)?;
        sum = (sum + (&whole - part(&same, axis)?)?.mean_all()?)?;
        if stage.category_weight > 0.0 {
            let kin = kin.maximum(&same)?;
            let all = likely.sum(axis)?;
            let category = ((all + 1e-12)?.log()? - part(&kin, axis)?)?.mean_all()?;
            sum = (sum + (category * stage.category_weight)?)?;
        }
    }
    Ok(((sum / 2.0)?, hits))
}

/// The first wording of each code as a vector, by the weights of now.
struct Codes<'a> {
    material: &'a Material,
    linker: Own,
    vectors: Vec<Vec<f32>>,
}

impl<'a> Codes<'a> {
    fn new(
        config: &ModelConfig,
        linker: &Own,
        weights: &Weights,
        material: &'a Material,
        pools: &[rayon::ThreadPool],
    ) -> Result<Self, ClassifierError> {
        let linker = Own::new(config, linker.vocabulary().clone(), weights)?;
        let firsts: Vec<&str> = material.of_code.iter().map(|t| material.texts[t[0] as usize].0.as_str()).collect();
        let vectors = embedded(&linker, &firsts, pools)?;
        Ok(Self { material, linker, vectors })
    }

    /// For each code those that the model takes for it.
    fn near_misses(&self, pools: &[rayon::ThreadPool]) -> Result<Vec<Vec<u32>>, ClassifierError> {
        nearest(self.linker.width(), &self.vectors, self.material, pools)
    }

    /// The share of wordings whose nearest code is theirs, or below it; `None` where there are none.
    fn right(&self, unseen: &[Wording], pools: &[rayon::ThreadPool]) -> Result<Option<f32>, ClassifierError> {
        let texts: Vec<&str> = unseen.iter().map(|w| w.text.as_str()).collect();
        let vectors = embedded(&self.linker, &texts, pools)?;
        let index = numbered(self.linker.width(), &self.vectors);
        let is_right = |n: usize| {
            let hits = index.nearest(&vectors[n], 1);
            let nearest = hits.first().and_then(|h| h.name.parse::<usize>().ok());
            nearest.is_some_and(|nearest| self.material.names[nearest].starts_with(&unseen[n].code))
        };
        let right = side_by_side(pools, vectors.len(), &|range| Ok(range.map(is_right).collect()))?;
        let share = right.iter().filter(|r| **r).count() as f32 / right.len().max(1) as f32;
        Ok((!unseen.is_empty()).then_some(share))
    }
}

fn embedded(linker: &Own, texts: &[&str], pools: &[rayon::ThreadPool]) -> Result<Vec<Vec<f32>>, ClassifierError> {
    side_by_side(pools, texts.len(), &|range| linker.embed(&texts[range]))
}

/// An index in which numbers are the names: what comes back is a place.
fn numbered(width: usize, vectors: &[Vec<f32>]) -> CodeVectors {
    CodeVectors::new(width, vectors.iter().enumerate().map(|(n, v)| (n.to_string(), v.clone())))
}

/// For each code those whose vectors are nearest to its own.
pub(crate) fn nearest(
    width: usize,
    vectors: &[Vec<f32>],
    material: &Material,
    pools: &[rayon::ThreadPool],
) -> Result<Vec<Vec<u32>>, ClassifierError> {
    let index = numbered(width, vectors);
    let near = |n: usize| {
        let own = u32::try_from(n).unwrap_or(u32::MAX);
        // A code with one wording is seldom drawn: no search for it.
        if material.of_code[n].len() < 2 || !material.has_code(own) {
            return Vec::new();
        }
        let hits = index.nearest(&vectors[n], NEAR + 1);
        let others = hits.iter().filter_map(|h| h.name.parse::<u32>().ok());
        // A condition without a code may be that of a near code: no wrong answer to learn from.
        let wrong = |other: &u32| material.has_code(*other) && !material.related(*other, own);
        others.filter(wrong).collect()
    };
    side_by_side(pools, vectors.len(), &|range| Ok(range.map(near).collect()))
}

/// The results of `work` over `0..count` in order, a share of it in each pool.
pub(crate) fn side_by_side<T: Send>(
    pools: &[rayon::ThreadPool],
    count: usize,
    work: &(dyn Fn(Range<usize>) -> Result<Vec<T>, ClassifierError> + Sync),
) -> Result<Vec<T>, ClassifierError> {
    let share = count.div_ceil(pools.len().max(1)).max(1);
    std::thread::scope(|scope| {
        let ranges = (0..count).step_by(share).map(|from| from..(from + share).min(count));
        let running: Vec<_> =
            ranges.zip(pools).map(|(range, pool)| scope.spawn(move || pool.install(|| work(range)))).collect();
        let mut all = Vec::with_capacity(count);
        for one in running {
            let stopped = |_| ClassifierError::Data("a shard of the training stopped".to_owned());
            all.extend(one.join().map_err(stopped)??);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Source;

    fn material() -> Material {
        let wordings =
            [("lung abscess", "J85.2"), ("abscess of lung", "J85.2"), ("lung gangrene", "J85.0"), ("cyst", "L72")];
        Material::new(wordings.map(|(text, code)| Wording {
            text: text.into(),
            code: code.into(),
            source: Source::Index,
        }))
    }

    fn stage() -> Stage {
        let model = ModelConfig {
            vocab_size: 80,
            hidden_size: 16,
            num_attention_heads: 2,
            intermediate_size: 16,
            vector_size: 8,
            gram_buckets: 64,
            ..ModelConfig::small()
        };
        Stage { pairs: 4, ..Stage::one_step(model) }
    }

    #[test]
    fn every_variable_of_the_whole_model_gets_a_gradient() {
        let (material, stage) = (material(), stage());
        let vocabulary = Vocabulary::train(material.texts.iter().map(|t| t.0.as_str()), 80).unwrap();
        let config = ModelConfig { vocab_size: vocabulary.size(), ..stage.model };
        let (weights, vars) = Weights::fresh(&config, 1).unwrap();
        let linker = Own::new(&config, vocabulary, &weights).unwrap();
        let pair = |query: &str, answer: &str, code| Pair { query: query.into(), answer: answer.into(), code };
        let pairs = [
            pair("lung gangrene", "gangrene lung", 0),
            pair("lung abscess", "abscess of lung", 1),
            pair("cyst", "cysts", 2),
        ];
        let (found, loss, _) = gradients(&stage, &material, &linker, &vars, &pairs).unwrap();
        assert!(loss > 0.0);
        for name in vars.keys() {
            let size: f32 =
                found.get(name).unwrap_or_else(|| panic!("no gradient for {name}")).iter().map(|g| g.abs()).sum();
            // A key's bias moves all scores of a row alike: its gradient is zero but for rounding.
            assert!(size > 0.0 || name.contains("self.key.bias"), "{name} has a gradient of zero");
        }
    }

    #[test]
    fn the_loss_by_hand() {
        // Two queries and their answers, all at right angles but for the right pairs: exp(0) beside exp(-1/0.5).
        let (material, stage) = (material(), Stage { temperature: 0.5, category_weight: 0.0, ..stage() });
        let vectors = Tensor::new(&[[1f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], &Device::Cpu).unwrap();
        let value = |codes: &[u32]| loss(&stage, &material, &vectors, codes).unwrap().0.to_scalar::<f32>().unwrap();
        assert!((value(&[0, 2]) - (1.0 + (-2f32).exp()).ln()).abs() < 1e-5);
        // Two pairs of one code are no wrong answers for each other.
        assert!(value(&[1, 1]).abs() < 1e-5);
    }

    #[test]
    fn a_code_above_is_no_wrong_answer() {
        let wordings = [("abscess", "J85"), ("lung abscess", "J85.2"), ("cyst", "L72")];
        let all = wordings.map(|(text, code)| Wording { text: text.into(), code: code.into(), source: Source::Index });
        let material = Material::new(all);
        let stage = Stage { temperature: 0.5, category_weight: 0.0, ..stage() };
        let vectors = Tensor::new(&[[1f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], &Device::Cpu).unwrap();
        assert!(loss(&stage, &material, &vectors, &[0, 1]).unwrap().0.to_scalar::<f32>().unwrap().abs() < 1e-5);
    }
}
