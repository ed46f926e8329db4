//! `icdraft train head`: a linear layer on a pretrained encoder, trained on wordings of codes.

use std::collections::BTreeMap;

use anyhow::Context as _;
use icdraft_classifier::train::{Material, Source, Stage, Wording, embed, train_head};
use icdraft_classifier::{HeadConfig, Pretrained};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::TrainHead;
use crate::command::say;
use crate::model;

/// Steps between two tellings of the loss.
const TOLD: usize = 100;

pub(super) fn run(args: &TrainHead) -> anyhow::Result<()> {
    if super::in_child(std::env::args_os().skip(1))? {
        return Ok(());
    }
    // A folder of another kind of model would be two models at once.
    let own = args.out.join("model.safetensors");
    anyhow::ensure!(!own.exists(), "{}: another kind of model; train into another folder", own.display());
    let stage: Stage = super::stage(&args.stage)?;
    let (folder, name) = model::encoder(&args.encoder, args.offline)?;
    let encoder = Pretrained::open(&folder)?;
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let set = super::code_set(args.data.pack.as_deref())?;
    let mut wordings = super::wordings_of(&set, &args.data)?;
    // The table of drugs is left out: its thousands of substances say nothing of each other.
    wordings.retain(|w| w.source != Source::Drug);
    let material: Material = super::gathered(match args.most {
        Some(most) => some_codes(wordings, most),
        None => wordings,
    });
    let bar = progress(material.len(), "embedding {wide_bar} {pos}/{len} wordings, {eta} left");
    let vectors = embed(&stage, &material, &encoder, |more| bar.inc(more as u64))?;
    bar.finish_and_clear();
    let bar = progress(stage.steps, "{wide_bar} {pos}/{len} steps, {eta} left, {msg}");
    let dense = train_head(&stage, &material, &vectors, |now| {
        bar.set_position(now.step as u64);
        if now.step.is_multiple_of(TOLD) || now.step == now.steps {
            let line = format!("loss {:.3}, nearest answer right {:.1} %", now.loss, now.hits * 100.0);
            if bar.is_hidden() {
                say(&format!("step {} of {}: {line}", now.step, now.steps));
            }
            bar.set_message(line);
        }
    })?;
    bar.finish_and_clear();
    HeadConfig::new(name, &encoder).write(&args.out, &dense)?;
    say(&format!("the head is in {}; next: icdraft train vectors {0}", args.out.display()));
    Ok(())
}

fn progress(length: usize, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length as u64).with_style(style)
}

/// About `most` wordings: whole codes, evenly taken, since a wording is learned from beside others of its code.
fn some_codes(wordings: Vec<Wording>, most: usize) -> Vec<Wording> {
    let step = wordings.len().div_ceil(most.max(1)).max(1);
    let mut of_code: BTreeMap<String, Vec<Wording>> = BTreeMap::new();
    for wording in wordings {
        of_code.entry(wording.code.clone()).or_default().push(wording);
    }
    of_code.into_values().step_by(step).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_taken_whole() {
        let wording =
            |n: usize| Wording { text: format!("wording {n}"), code: format!("A{:02}", n / 3), source: Source::Title };
        let some = some_codes((0..30).map(wording).collect(), 16);
        let codes: Vec<&str> = some.iter().map(|w| w.code.as_str()).step_by(3).collect();
        assert_eq!((some.len(), codes), (15, vec!["A00", "A02", "A04", "A06", "A08"]));
        assert_eq!(some_codes((0..30).map(wording).collect(), 40).len(), 30);
    }
}
