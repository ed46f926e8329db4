//! What is scored against: annotated notes, brought into the release by the conventions of their corpus.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use icdraft_codeset::{CodeSet, Releases};
use icdraft_corpus::Profile;
use icdraft_corpus::profile::Reach;
use icdraft_corpus::reader::{self, Corpus};
use icdraft_eval::{GoldNote, Options, Prediction};
use icdraft_note::Unit;
use icdraft_suggest::{Coder, Config};

use crate::args::{Source, SourceFormat};
use crate::command::{in_order, say};

/// Annotated notes, with what scoring them needs.
pub(super) struct Material {
    pub(super) gold: Vec<GoldNote>,
    /// Which gold codes the release can meet.
    pub(super) reach: Reach,
    pub(super) options: Options,
    releases: Releases,
    number: usize,
}

impl Material {
    pub(super) fn read(source: &Source, config: &Config) -> anyhow::Result<Self> {
        let profile = Profile::named(&source.profile)?;
        let mut gold = read(source)?;
        if let Some(set) = &source.set {
            gold.retain(|g| g.set == *set);
            if gold.is_empty() {
                bail!("{}: no notes of set `{set}`", source.gold.display());
            }
        }
        let releases = Releases::load(&config.packs)?;
        let forced = config.release.as_deref().map(|name| releases.named(name)).transpose()?;
        let number = forced.unwrap_or_else(|| releases.newest());
        let (gold, reach) = profile.apply(&gold, &releases.sets()[number]);
        Ok(Self { gold, reach, options: Options::of(&profile), releases, number })
    }

    /// Titles, chapters and valid codes.
    pub(super) fn set(&self) -> &CodeSet {
        &self.releases.sets()[self.number]
    }

    /// Codes the notes now, each with the facts of its encounter.
    pub(super) fn code(&self, config: &Config, threads: Option<usize>) -> anyhow::Result<HashMap<String, Prediction>> {
        let coder = Coder::new(config).context("making the coder")?;
        let mut predictions = HashMap::with_capacity(self.gold.len());
        let work = |note: &GoldNote| {
            let encounter = note.encounter();
            Prediction::from(&coder.code(&encounter).in_unit(&encounter, Unit::Chars))
        };
        in_order(&self.gold, threads, "coding", work, |prediction| {
            predictions.insert(prediction.id.clone(), prediction);
            Ok(())
        })?;
        Ok(predictions)
    }
}

/// Measures with as many threads as asked for.
pub(super) fn on_threads<T: Send>(threads: Option<usize>, measure: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.context("starting threads")?.install(measure))
}

fn read(source: &Source) -> anyhow::Result<Vec<GoldNote>> {
    let format = match source.from {
        SourceFormat::Jsonl => return Ok(GoldNote::read(&source.gold)?),
        SourceFormat::Codiesp => reader::Format::Codiesp,
        SourceFormat::Negex | SourceFormat::Headers => bail!("{}: a corpus without codes", source.gold.display()),
    };
    let converted = reader::read(format, &source.gold, &reader::Options::default(), &|| {})?;
    if !converted.left_out.is_empty() {
        say(&format!("{}: {} annotations left out", source.gold.display(), converted.left_out.len()));
    }
    match converted.corpus {
        Corpus::Gold(notes) => Ok(notes),
        Corpus::Judged(_) => bail!("{}: a corpus without codes", source.gold.display()),
    }
}
