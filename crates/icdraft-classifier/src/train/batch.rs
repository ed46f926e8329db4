//! Drawing the pairs of a step: queries by the weight of their source, half of them from families of near codes.

use rand::Rng as _;
use rand::distr::Distribution as _;
use rand::distr::weighted::WeightedIndex;
use rand_chacha::ChaCha8Rng;

use crate::ClassifierError;
use crate::train::{Material, Stage, noise::noisy};

/// Most codes of one family in a batch.
const FAMILY: usize = 8;

/// A query, a wording of the same code, and the code.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) query: String,
    pub(crate) answer: String,
    pub(crate) code: u32,
}

/// Draws batches.
#[derive(Debug)]
pub(crate) struct Sampler {
    texts: WeightedIndex<f64>,
    /// Codes that the model took for each other; empty before the first search.
    pub(crate) near: Vec<Vec<u32>>,
}

impl Sampler {
    pub(crate) fn new(material: &Material) -> Result<Self, ClassifierError> {
        // A code's only wording has no other to be drawn to but its own noise.
        let weight = |(n, (_, source)): (usize, &(String, crate::train::Source))| {
            let alone = material.of_code[material.owners[n] as usize].len() == 1;
            source.weight() * if alone { 0.3 } else { 1.0 }
        };
        let texts = WeightedIndex::new(material.texts.iter().enumerate().map(weight))
            .map_err(|e| ClassifierError::Data(format!("nothing to train on: {e}")))?;
        Ok(Self { texts, near: Vec::new() })
    }

    pub(crate) fn draw(&self, material: &Material, stage: &Stage, random: &mut ChaCha8Rng) -> Vec<Pair> {
        self.drawn(material, stage, random, |texts, random| worded(material, texts, random))
    }

    /// The numbers of two texts each, as they stand: where vectors were computed beforehand, noise comes too late.
    pub(crate) fn draw_texts(&self, material: &Material, stage: &Stage, random: &mut ChaCha8Rng) -> Vec<[usize; 2]> {
        self.drawn(material, stage, random, |texts, _| texts)
    }

    fn drawn<T>(
        &self,
        material: &Material,
        stage: &Stage,
        random: &mut ChaCha8Rng,
        made: impl Fn([usize; 2], &mut ChaCha8Rng) -> T,
    ) -> Vec<T> {
        let mut pairs = Vec::with_capacity(stage.pairs);
        let families = (stage.pairs as f64 * stage.family_share) as usize;
        while pairs.len() < stage.pairs {
            let text = self.texts.sample(random);
            pairs.push(made(texts(material, text, random), random));
            if pairs.len() < families {
                let code = material.owners[text];
                let kin: &[u32] = match self.near.get(code as usize) {
                    Some(near) if !near.is_empty() && random.random_bool(0.6) => near,
                    _ => &material.categories[material.category_of[code as usize] as usize],
                };
                for _ in 0..FAMILY.min(kin.len()) {
                    let other = kin[random.random_range(0..kin.len())];
                    let of_other = &material.of_code[other as usize];
                    let text = of_other[random.random_range(0..of_other.len())];
                    pairs.push(made(texts(material, text as usize, random), random));
                }
            }
        }
        pairs.truncate(stage.pairs);
        pairs
    }
}

/// A text and another of the same code; the same text twice where the code has no other.
fn texts(material: &Material, text: usize, random: &mut ChaCha8Rng) -> [usize; 2] {
    let texts = &material.of_code[material.owners[text] as usize];
    let mut other = texts[random.random_range(0..texts.len())] as usize;
    if other == text && texts.len() > 1 {
        let place = texts.iter().position(|t| *t as usize == text).unwrap_or(0);
        other = texts[(place + 1) % texts.len()] as usize;
    }
    [text, other]
}

fn worded(material: &Material, [text, other]: [usize; 2], random: &mut ChaCha8Rng) -> Pair {
    let code = material.owners[text];
    let (query, answer) = (&material.texts[text].0, &material.texts[other].0);
    let query = if random.random_bool(0.6) || other == text { noisy(query, random) } else { query.clone() };
    let answer = if random.random_bool(0.15) { noisy(answer, random) } else { answer.clone() };
    Pair { query, answer, code }
}
