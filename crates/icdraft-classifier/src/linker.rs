//! From phrases to vectors of unit length, by an encoder of our own or by a head on a pretrained one.

use std::path::Path;
use std::sync::Arc;

use candle_core::Tensor;

use crate::folder::weights_file;
use crate::head::{HeadConfig, Headed};
use crate::op::{Bag, unit};
use crate::{Batch, ClassifierError, Encoder, Inference, ModelConfig, Vocabulary, Weights, grams};

/// Phrases that go through the encoder at once while it is trained: more fall out of the cache.
pub(crate) const TRAINING_CHUNK: usize = 48;

/// Most pieces of a phrase.
pub(crate) const PIECES: usize = 40;

/// A phrase as the model reads it.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) pieces: Vec<u32>,
    pub(crate) grams: Vec<u32>,
}

/// Phrases in, vectors out.
#[derive(Debug)]
pub struct Linker(Kind);

#[derive(Debug)]
enum Kind {
    Own(Own),
    Headed(Headed),
}

impl Linker {
    /// Reads the model of a folder: `head.json` and `head.safetensors` with the encoder that they name, else `config.json`,
    /// `tokenizer.json` and `model.safetensors`. Nothing is fetched: an encoder of the hub must be in its cache.
    ///
    /// # Errors
    /// A file that is missing, unreadable or of another model.
    pub fn open(folder: &Path) -> Result<Self, ClassifierError> {
        let kind = match HeadConfig::read(folder)? {
            Some(config) => Kind::Headed(Headed::open(folder, &config)?),
            None => {
                // Whose `config.json` it is, is told before what it lacks.
                weights_file(folder)?;
                Kind::Own(Own::open(folder)?)
            }
        };
        Ok(Self(kind))
    }

    /// An encoder of our own from the bytes of its files; `name` is for errors.
    ///
    /// # Errors
    /// See [`Linker::open`].
    pub fn decode(name: &str, config: &[u8], tokenizer: &[u8], weights: &[u8]) -> Result<Self, ClassifierError> {
        Ok(Self(Kind::Own(Own::decode(name, config, tokenizer, weights)?)))
    }

    /// Length of a vector.
    pub fn width(&self) -> usize {
        match &self.0 {
            Kind::Own(own) => own.width(),
            Kind::Headed(headed) => headed.width(),
        }
    }

    /// The vector of each phrase.
    ///
    /// # Errors
    /// No memory.
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ClassifierError> {
        match &self.0 {
            Kind::Own(own) => own.embed(texts),
            Kind::Headed(headed) => headed.embed(texts),
        }
    }
}

/// An encoder of our own: pieces and n-grams in, their sum out.
#[derive(Debug)]
pub(crate) struct Own {
    config: ModelConfig,
    vocabulary: Vocabulary,
    encoder: Encoder,
    inference: Inference,
    dense: Tensor,
    gram_table: Option<Tensor>,
}

impl Own {
    /// A linker over `weights`. What is trained shares them; [`Own::embed`] works with what they are now.
    ///
    /// # Errors
    /// Weights that do not fit the config.
    pub(crate) fn new(
        config: &ModelConfig,
        vocabulary: Vocabulary,
        weights: &Weights,
    ) -> Result<Self, ClassifierError> {
        let gram_table = (config.gram_buckets > 0).then(|| weights.get("head.gram_embeddings.weight")).transpose()?;
        Ok(Self {
            config: config.clone(),
            vocabulary,
            encoder: Encoder::new(config, weights)?,
            inference: Inference::new(config, weights)?,
            dense: weights.get("head.dense.weight")?,
            gram_table,
        })
    }

    /// Reads `config.json`, `tokenizer.json` and `model.safetensors` of a folder.
    ///
    /// # Errors
    /// A file that is missing, unreadable or of another model.
    pub(crate) fn open(folder: &Path) -> Result<Self, ClassifierError> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| ClassifierError::Io { path, source })
        };
        let name = folder.display().to_string();
        Self::decode(&name, &file("config.json")?, &file("tokenizer.json")?, &file("model.safetensors")?)
    }

    fn decode(name: &str, config: &[u8], tokenizer: &[u8], weights: &[u8]) -> Result<Self, ClassifierError> {
        let file = |file: &str| format!("{name}/{file}");
        let config: ModelConfig =
            serde_json::from_slice(config).map_err(|e| ClassifierError::file(file("config.json"), e))?;
        let weights = Weights::decode(&file("model.safetensors"), weights, &config)?;
        Self::new(&config, Vocabulary::decode(&file("tokenizer.json"), tokenizer)?, &weights)
    }

    /// The word pieces.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Length of a vector.
    pub(crate) fn width(&self) -> usize {
        self.config.vector_size
    }

    /// A phrase as the model reads it.
    ///
    /// # Errors
    /// See [`Vocabulary::pieces`].
    pub(crate) fn read(&self, text: &str) -> Result<Read, ClassifierError> {
        let pieces = self.vocabulary.pieces(text, PIECES.min(self.config.max_position_embeddings))?;
        let grams = if self.gram_table.is_some() { grams(text, self.config.gram_buckets) } else { Vec::new() };
        Ok(Read { pieces, grams })
    }

    /// Vectors of unit length, `[phrases, width]`, with the gradient's path kept.
    pub(crate) fn vectors(&self, phrases: &[&Read], chunk: usize) -> Result<Tensor, ClassifierError> {
        // Phrases of one length go together: little is padded.
        let mut order: Vec<u32> = (0..u32::try_from(phrases.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_key(|n| phrases[*n as usize].pieces.len());
        let mut pooled = Vec::new();
        for part in order.chunks(chunk) {
            let pieces: Vec<&[u32]> = part.iter().map(|n| phrases[*n as usize].pieces.as_slice()).collect();
            pooled.push(self.encoder.pooled(&Batch::new(&pieces)?)?.matmul(&self.dense.t()?)?);
        }
        let mut back = vec![0u32; order.len()];
        for (place, n) in (0u32..).zip(&order) {
            back[*n as usize] = place;
        }
        let back = Tensor::from_vec(back, order.len(), self.dense.device())?;
        self.finished(Tensor::cat(&pooled, 0)?.index_select(&back, 0)?, phrases)
    }

    /// Adds what the n-grams say, and brings vectors to unit length.
    fn finished(&self, mut sum: Tensor, phrases: &[&Read]) -> Result<Tensor, ClassifierError> {
        if let Some(table) = &self.gram_table {
            let bags = Arc::new(phrases.iter().map(|p| p.grams.clone()).collect());
            sum = (sum + table.apply_op1(Bag { bags })?)?;
        }
        Ok(unit(&sum)?)
    }

    /// See [`Linker::embed`].
    pub(crate) fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ClassifierError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let read: Vec<Read> = texts.iter().map(|t| self.read(t)).collect::<Result<_, _>>()?;
        let read: Vec<&Read> = read.iter().collect();
        let pieces: Vec<&[u32]> = read.iter().map(|r| r.pieces.as_slice()).collect();
        Ok(self.finished(self.inference.pooled(&pieces)?.matmul(&self.dense.t()?)?, &read)?.to_vec2()?)
    }
}
