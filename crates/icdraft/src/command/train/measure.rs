//! `icdraft train measure`: how often held-out terms of the index reach their code.

use comfy_table::{Table, presets};
use icdraft_classifier::{CodeVectors, Linker, Tfidf};
use icdraft_codeset::CodeSet;
use rayon::prelude::*;

use super::wordings::{self, HeldOut, Terms};
use crate::args::TrainMeasure;
use crate::command::print;
use crate::model;

const DEPTH: usize = 10;

/// Counts of right answers.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    code: usize,
    category: usize,
    among_ten: usize,
}

pub(crate) fn run(args: &TrainMeasure) -> anyhow::Result<()> {
    let set = CodeSet::read(&args.pack)?;
    model::complete(&args.model, false)?;
    let linker = Linker::open(&args.model)?;
    let vectors = CodeVectors::read(&args.model.join("codes.bin"))?;
    let mut queries = wordings::held_out(&set);
    if let Some(most) = args.queries {
        let step = queries.len().div_ceil(most.max(1)).max(1);
        queries = queries.into_iter().step_by(step).collect();
    }
    let material = super::material_of(&set, Terms::Training)?;
    let flat: Vec<(&str, &str)> = material
        .codes()
        .flat_map(|(name, texts)| texts.into_iter().map(move |(text, _)| (name, text)))
        .filter(|(name, _)| is_diagnosis(name))
        .collect();
    let lexical = Tfidf::new(flat);
    let by_model = |query: &HeldOut| -> anyhow::Result<Vec<String>> {
        let embedded = linker.embed(&[&query.text])?;
        // Procedures stand in the same space and are no answer here.
        let hits = vectors.nearest(&embedded[0], DEPTH * 3);
        Ok(hits.into_iter().map(|h| h.name.to_owned()).filter(|n| is_diagnosis(n)).take(DEPTH).collect())
    };
    let by_words = |query: &HeldOut| -> anyhow::Result<Vec<String>> {
        Ok(lexical.nearest(&query.text, DEPTH).into_iter().map(|h| h.0.to_owned()).collect())
    };
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "queries", "code", "category", "among 10"]);
    let (eponyms, terms): (Vec<HeldOut>, Vec<HeldOut>) = queries.into_iter().partition(is_eponym);
    for (kind, queries) in [("terms", &terms), ("eponyms", &eponyms)] {
        for (name, score) in [("model", score(queries, by_model)?), ("character TF-IDF", score(queries, by_words)?)] {
            let share = |n: usize| format!("{:.3}", n as f64 / queries.len().max(1) as f64);
            let cells = [share(score.code), share(score.category), share(score.among_ten)];
            let [code, category, among_ten] = cells;
            table.add_row([format!("{kind}, {name}"), queries.len().to_string(), code, category, among_ten]);
        }
    }
    print(&format!("{table}\n"))
}

fn score(
    queries: &[HeldOut],
    answer: impl Fn(&HeldOut) -> anyhow::Result<Vec<String>> + Sync,
) -> anyhow::Result<Score> {
    let scores: Vec<Score> = queries
        .par_iter()
        .map(|query| {
            let answers = answer(query)?;
            // A heading is met by whatever stands below it.
            let right = |a: &String| a.starts_with(&query.code);
            let near = |a: &String| a.get(..3) == query.code.get(..3);
            Ok(Score {
                code: usize::from(answers.first().is_some_and(right)),
                category: usize::from(answers.first().is_some_and(near)),
                among_ten: usize::from(answers.iter().any(right)),
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let add = |a: Score, b: Score| Score {
        code: a.code + b.code,
        category: a.category + b.category,
        among_ten: a.among_ten + b.among_ten,
    };
    Ok(scores.into_iter().fold(Score::default(), add))
}

fn is_diagnosis(name: &str) -> bool {
    // A category of the tabular list is a letter, a digit and one more; procedures are five digits, or a letter and four.
    name.starts_with(|c: char| c.is_ascii_uppercase()) && (name.len() == 3 || name.as_bytes().get(3) == Some(&b'.'))
}

/// A main term named after somebody, which no word of its code gives away.
fn is_eponym(query: &HeldOut) -> bool {
    let main = query.text.split(',').next().unwrap_or_default();
    main.contains("'s ") || main.ends_with("'s") || main.contains("s' ")
}
