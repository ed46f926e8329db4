//! `icdraft eval --report DIR`: the evaluation as a page.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use icdraft_codeset::CodeSet;
use icdraft_eval::{Evaluation, Prediction, review};
use icdraft_mention::{Procedures, Terminology};
use icdraft_report::Findings;

use crate::args::{Eval, Source};
use crate::command::eval::material::Material;
use crate::command::{private_file, say};

pub(super) fn write(
    dir: &Path,
    (args, source): (&Eval, &Source),
    material: &Material,
    predictions: &HashMap<String, Prediction>,
    evaluation: &Evaluation,
) -> anyhow::Result<()> {
    let reviews = review(&material.gold, predictions, material.set(), &material.options);
    let engine = match &args.pred {
        Some(path) => name(path),
        None => concat!("icdraft ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let procedures = procedures(material.set())?;
    let page = Findings {
        corpus: &name(&source.gold),
        set: source.set.as_deref(),
        profile: &source.profile,
        engine: &engine,
        release: &material.set().release().to_string(),
        draws: material.options.draws,
        evaluation,
        gold: &material.gold,
        reviews: &reviews,
        title: &|system, code| match system {
            "ICD-10-CM" => material.set().title(code.parse().ok()?).map(Into::into),
            _ => procedures.get(code).cloned(),
        },
    }
    .page()?;
    std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let path = dir.join("index.html");
    let mut file = private_file(&path)?;
    file.write_all(page.as_bytes()).and_then(|()| file.flush()).with_context(|| path.display().to_string())?;
    say(&format!("the page is {}; it holds the text of notes", path.display()));
    Ok(())
}

/// The name of a file without its folders, which say more of the machine than of the file.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Procedures, drugs and supplies by code, in the project's own words.
fn procedures(set: &CodeSet) -> anyhow::Result<HashMap<String, String>> {
    let terminology = Terminology::new(set, Procedures::Lexicon)?;
    let mut names = HashMap::new();
    for procedure in terminology.procedures() {
        names.entry(procedure.code.clone()).or_insert_with(|| procedure.name.clone());
    }
    Ok(names)
}
