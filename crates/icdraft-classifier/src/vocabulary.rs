//! Word pieces: trained on the project's own texts, kept as Hugging Face's `tokenizer.json`.

use std::path::Path;

use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainerBuilder};
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{AddedToken, DecoderWrapper, PostProcessorWrapper, Tokenizer, TokenizerBuilder};

use crate::ClassifierError;

const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// Trained word pieces.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
}

impl Vocabulary {
    /// Learns `size` pieces from `texts`.
    ///
    /// # Errors
    /// Texts without any word.
    pub fn train<'a>(texts: impl Iterator<Item = &'a str> + Send, size: usize) -> Result<Self, ClassifierError> {
        let unknown = WordPiece::builder().unk_token("[UNK]".into()).build().map_err(pieces)?;
        let mut tokenizer = TokenizerBuilder::<_, _, _, PostProcessorWrapper, DecoderWrapper>::new()
            .with_model(unknown)
            .with_normalizer(Some(BertNormalizer::default()))
            .with_pre_tokenizer(Some(BertPreTokenizer))
            .with_post_processor(None)
            .with_decoder(None)
            .build()
            .map_err(pieces)?;
        let special = SPECIAL.iter().map(|s| AddedToken::from(*s, true)).collect();
        let mut trainer = WordPieceTrainerBuilder::new()
            .vocab_size(size)
            .min_frequency(2)
            .show_progress(false)
            .special_tokens(special)
            .build();
        tokenizer.train(&mut trainer, texts).map_err(pieces)?;
        let json = tokenizer.to_string(false).map_err(pieces)?;
        Self::decode("tokenizer.json", json.as_bytes())
    }

    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// A file that is unreadable or has no `[CLS]` and `[SEP]`.
    pub fn read(path: &Path) -> Result<Self, ClassifierError> {
        let bytes = std::fs::read(path).map_err(|source| ClassifierError::Io { path: path.to_owned(), source })?;
        Self::decode(&path.display().to_string(), &bytes)
    }

    /// The same from bytes; `file` is for errors.
    ///
    /// # Errors
    /// See [`Vocabulary::read`].
    pub fn decode(file: &str, bytes: &[u8]) -> Result<Self, ClassifierError> {
        let mut tokenizer = Tokenizer::from_bytes(bytes)
            .map_err(|e| ClassifierError::file(file, format!("no tokenizer ({e}); fetch the file again")))?;
        // Some published files cut and pad to a fixed length.
        tokenizer.with_truncation(None).map_err(pieces)?.with_padding(None);
        let id = |token: &str| {
            tokenizer.token_to_id(token).ok_or_else(|| ClassifierError::file(file, format!("no `{token}` token")))
        };
        let (start, end) = (id("[CLS]")?, id("[SEP]")?);
        Ok(Self { tokenizer, start, end })
    }

    /// Writes `tokenizer.json`.
    ///
    /// # Errors
    /// An unwritable file.
    pub fn write(&self, path: &Path) -> Result<(), ClassifierError> {
        self.tokenizer.save(path, false).map_err(pieces)
    }

    /// How many pieces there are.
    pub fn size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// The pieces of `text` between `[CLS]` and `[SEP]`, at most `limit` in all.
    ///
    /// # Errors
    /// Never for text that is UTF-8; the tokenizer's interface allows for it.
    pub fn pieces(&self, text: &str, limit: usize) -> Result<Vec<u32>, ClassifierError> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(pieces)?;
        let inside = encoding.get_ids().iter().copied().take(limit.saturating_sub(2));
        Ok(std::iter::once(self.start).chain(inside).chain(std::iter::once(self.end)).collect())
    }
}

fn pieces(error: tokenizers::Error) -> ClassifierError {
    ClassifierError::Pieces(error.to_string())
}
