//! Encoders that others have trained: the BERT, DistilBERT and ModernBERT families, as candle-transformers computes them. They are
//! read, never trained: its `BertModel` passes a gradient to 2 of its 39 variables. What is trained is a head on them.

mod bert;
mod distilbert;
mod files;
mod modernbert;
mod pooling;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::BertModel;
use candle_transformers::models::distilbert::DistilBertModel;
use candle_transformers::models::modernbert::ModernBert;
use serde::Deserialize;

use crate::linker::PIECES;
use crate::{ClassifierError, Vocabulary, checksum, op};

use files::{CONFIG, TOKENIZER, WEIGHTS};
#[cfg(feature = "hub")]
pub(crate) use files::{FILES, POOLING, cure};
pub use pooling::Pooling;

/// Phrases that go through at once. candle hands larger tensors to one pool that callers wait for in turn.
const CHUNK: usize = 8;

/// A model of one of the families.
enum Family {
    Bert(BertModel),
    DistilBert(DistilBertModel),
    ModernBert(ModernBert),
}

/// What all families tell of their shape.
#[derive(Debug, Deserialize)]
struct Outline {
    model_type: Option<String>,
    vocab_size: usize,
    max_position_embeddings: usize,
    hidden_size: Option<usize>,
    /// DistilBERT's name for `hidden_size`.
    dim: Option<usize>,
}

/// Phrases in, vectors of unit length out.
pub struct Pretrained {
    family: Family,
    vocabulary: Vocabulary,
    pooling: Pooling,
    width: usize,
    /// Most pieces of a phrase.
    most: usize,
    sha256: String,
}

impl fmt::Debug for Pretrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // candle's models have no Debug.
        let Self { pooling, width, sha256, .. } = self;
        f.debug_struct("Pretrained").field("pooling", pooling).field("width", width).field("sha256", sha256).finish()
    }
}

impl Pretrained {
    /// Reads `config.json`, `tokenizer.json`, `model.safetensors` and, where it is there, `1_Pooling/config.json` of a folder.
    ///
    /// # Errors
    /// A file that is missing, unreadable or of another model; a family that is not supported.
    pub fn open(folder: &Path) -> Result<Self, ClassifierError> {
        Self::with_pooling(folder, Pooling::read(folder)?)
    }

    /// The same where it is known what becomes of the pieces' vectors.
    pub(crate) fn with_pooling(folder: &Path, pooling: Pooling) -> Result<Self, ClassifierError> {
        let file = |name: &str| folder.join(name).display().to_string();
        let (config, tokenizer, weights) =
            (files::read(folder, CONFIG)?, files::read(folder, TOKENIZER)?, files::read(folder, WEIGHTS)?);
        let other = |e| ClassifierError::file(file(CONFIG), e);
        let outline: Outline = serde_json::from_slice(&config).map_err(other)?;
        let tensors = files::tensors(&file(WEIGHTS), &weights)?;
        let (family, width) = family(&file(CONFIG), &file(WEIGHTS), &config, &outline, tensors)?;
        let vocabulary = Vocabulary::decode(&file(TOKENIZER), &tokenizer)?;
        if vocabulary.size() > outline.vocab_size {
            let (pieces, known) = (vocabulary.size(), outline.vocab_size);
            let problem = format!("{pieces} pieces, but config.json says {known}; they must be of one model");
            return Err(ClassifierError::file(file(TOKENIZER), problem));
        }
        let most = PIECES.min(outline.max_position_embeddings);
        Ok(Self { family, vocabulary, pooling, width, most, sha256: checksum(&weights) })
    }

    /// Length of a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// What becomes of the pieces' vectors.
    pub fn pooling(&self) -> Pooling {
        self.pooling
    }

    /// SHA-256 of the weights' file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The vector of each phrase, of unit length.
    ///
    /// # Errors
    /// No memory.
    ///
    /// # Shapes
    /// `[phrases, width]`.
    pub fn embed(&self, texts: &[&str]) -> Result<Tensor, ClassifierError> {
        // Phrases of as many pieces go together: nothing is padded, and no family's own kind of mask is needed.
        let mut of_length: BTreeMap<usize, Vec<(usize, Vec<u32>)>> = BTreeMap::new();
        for (n, text) in texts.iter().enumerate() {
            let pieces = self.vocabulary.pieces(text, self.most)?;
            of_length.entry(pieces.len()).or_default().push((n, pieces));
        }
        let (mut rows, mut places) = (Vec::new(), vec![0u32; texts.len()]);
        let mut place = 0;
        for (length, phrases) in &of_length {
            for chunk in phrases.chunks(CHUNK) {
                let ids: Vec<u32> = chunk.iter().flat_map(|(_, pieces)| pieces).copied().collect();
                let states = self.family.forward(&Tensor::from_vec(ids, (chunk.len(), *length), &Device::Cpu)?)?;
                rows.push(self.pooling.of(&states)?);
                for (n, _) in chunk {
                    places[*n] = place;
                    place += 1;
                }
            }
        }
        if rows.is_empty() {
            return Ok(Tensor::zeros((0, self.width), DType::F32, &Device::Cpu)?);
        }
        let places = Tensor::new(places, &Device::Cpu)?;
        Ok(op::unit(&Tensor::cat(&rows, 0)?.index_select(&places, 0)?)?)
    }
}

impl Family {
    /// # Shapes
    /// `[phrases, pieces]` to `[phrases, pieces, width]`.
    fn forward(&self, ids: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Bert(model) => bert::forward(model, ids),
            Self::DistilBert(model) => distilbert::forward(model, ids),
            Self::ModernBert(model) => modernbert::forward(model, ids),
        }
    }
}

/// The model that `model_type` names, and its width.
fn family(
    config_file: &str,
    weights_file: &str,
    config: &[u8],
    outline: &Outline,
    mut tensors: HashMap<String, Tensor>,
) -> Result<(Family, usize), ClassifierError> {
    let other = |e: serde_json::Error| ClassifierError::file(config_file, e);
    let width = outline.hidden_size.or(outline.dim);
    let width = width.ok_or_else(|| ClassifierError::file(config_file, "missing field `hidden_size`"))?;
    let kind = outline.model_type.as_deref().unwrap_or_default();
    if kind == "modernbert" {
        modernbert::rename(&mut tensors);
    }
    let variables = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let family = match kind {
        "bert" => BertModel::load(variables, &serde_json::from_slice(config).map_err(other)?).map(Family::Bert),
        "distilbert" => {
            DistilBertModel::load(variables, &serde_json::from_slice(config).map_err(other)?).map(Family::DistilBert)
        }
        "modernbert" => {
            ModernBert::load(variables, &serde_json::from_slice(config).map_err(other)?).map(Family::ModernBert)
        }
        _ => {
            let problem =
                format!("model_type `{kind}` is not supported; take a bert, distilbert or modernbert encoder");
            return Err(ClassifierError::file(config_file, problem));
        }
    };
    let family = family.map_err(|e| {
        ClassifierError::file(weights_file, format!("{e}; config.json and weights must be of one model"))
    })?;
    Ok((family, width))
}
