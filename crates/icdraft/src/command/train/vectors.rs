//! `icdraft train vectors`: the code vectors of a trained encoder.

use icdraft_classifier::train::Source;
use icdraft_classifier::{CodeVectors, Linker, condense, gaps};
use indicatif::ProgressBar;
use rayon::prelude::*;

use crate::args::TrainVectors;
use crate::command::say;
use crate::model;

/// Codes that a thread takes at once.
const CHUNK: usize = 32;

/// Most vectors of one code.
const MOST: usize = 8;

pub(crate) fn run(args: &TrainVectors) -> anyhow::Result<()> {
    model::complete(&args.model, false)?;
    let linker = Linker::open(&args.model)?;
    let material = super::material(&super::code_set(args.data.pack.as_deref())?, &args.data)?;
    let codes: Vec<(&str, Vec<(&str, Source)>)> = material
        .codes()
        .map(|(name, mut texts)| {
            // The title leads: it is near the vector that a code has in any case. Thousands of substances say nothing of each other.
            texts.sort_by_key(|(_, source)| *source);
            if texts[0].1 != Source::Drug {
                texts.retain(|(_, source)| *source != Source::Drug);
            }
            (name, texts)
        })
        .collect();
    let bar = ProgressBar::new(codes.len() as u64);
    let embedded: Vec<Vec<Vec<f32>>> = codes
        .par_chunks(CHUNK)
        .map(|chunk| {
            let texts: Vec<&str> = chunk.iter().flat_map(|(_, texts)| texts.iter().map(|t| t.0)).collect();
            let mut embedded = linker.embed(&texts)?.into_iter();
            bar.inc(chunk.len() as u64);
            Ok(chunk.iter().map(|(_, texts)| embedded.by_ref().take(texts.len()).collect()).collect::<Vec<_>>())
        })
        .collect::<anyhow::Result<Vec<_>>>()?
        .concat();
    bar.finish_and_clear();
    let all_gaps: Vec<Vec<f32>> = embedded.par_iter().map(|own| gaps(own, MOST)).collect();
    let mut worth: Vec<f32> = all_gaps.iter().flatten().copied().collect();
    worth.sort_by(|a, b| b.total_cmp(a));
    let least = worth.get(args.vectors.saturating_sub(codes.len())).copied().unwrap_or(0.0);
    let vectors = codes.iter().zip(&embedded).zip(&all_gaps).flat_map(|(((name, _), own), gaps)| {
        let count = 1 + gaps.iter().filter(|g| **g > least).count();
        condense(own, count).into_iter().map(move |v| ((*name).to_owned(), v))
    });
    let vectors = CodeVectors::new(linker.width(), vectors);
    vectors.write(&args.model.join("codes.bin"))?;
    say(&format!("{} vectors of {} codes", vectors.len(), codes.len()));
    Ok(())
}
