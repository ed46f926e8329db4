//! `icdraft eval --without`: the same notes coded with and without parts of the engine.

use icdraft_eval::{Difference, HEADLINES, compare};
use icdraft_suggest::{Config, ModelSource, Part};
use serde_json::json;

use crate::args::{Format, How, Source};
use crate::command::eval::material::{self, Material};
use crate::command::{Done, print, say};
use crate::table;

pub(super) fn run(
    parts: &[Part],
    config: &Config,
    material: &Material,
    (source, how): (&Source, &How),
) -> anyhow::Result<Done> {
    anyhow::ensure!(
        config.model != ModelSource::None || !parts.contains(&Part::Classifier),
        "--without classifier: no model is used; leave --no-model or the part out"
    );
    let full = material.code(config, how.threads)?;
    let mut columns: Vec<(Part, Vec<Difference>)> = Vec::new();
    for &part in parts {
        say(&format!("without {}", part.name()));
        let lacking = Config { without: vec![part], ..config.clone() };
        let lacking = material.code(&lacking, how.threads)?;
        let differences = material::on_threads(how.threads, || {
            compare(&material.gold, [&full, &lacking], material.set(), &material.options)
        })?;
        columns.push((part, differences));
    }
    let shown = match how.format {
        Format::Json => {
            let ablations: Vec<_> = columns
                .iter()
                .map(|(part, differences)| json!({"without": part.name(), "differences": differences}))
                .collect();
            serde_json::to_string_pretty(&json!({
                "gold": source.gold.display().to_string(),
                "set": source.set,
                "profile": source.profile,
                "engine": concat!("icdraft ", env!("CARGO_PKG_VERSION")),
                "notes": material.gold.len(),
                "ablations": ablations,
            }))? + "\n"
        }
        Format::Table => format!("{} notes\n", material.gold.len()) + &shown(&columns),
    };
    print(&shown)?;
    Ok(Done::Whole)
}

/// One row a headline figure, one column a part: its value without the part, and the difference.
fn shown(columns: &[(Part, Vec<Difference>)]) -> String {
    let header: Vec<String> = ["figure".to_owned(), "full".to_owned()]
        .into_iter()
        .chain(columns.iter().map(|(part, _)| format!("without {}", part.name())))
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = HEADLINES.iter().filter_map(|name| {
        let of = |differences: &[Difference]| differences.iter().find(|d| d.name == *name).cloned();
        let row: Vec<Difference> = columns.iter().filter_map(|(_, differences)| of(differences)).collect();
        let full = row.first().filter(|_| row.iter().any(|d| d.n > 0))?;
        let cell = |d: &Difference| {
            let mark = if d.p.is_some_and(|p| p < 0.05) { " *" } else { "" };
            format!("{:.3} ({:+.3}{mark})", d.second, d.difference)
        };
        Some([(*name).to_owned(), format!("{:.3}", full.first)].into_iter().chain(row.iter().map(cell)).collect())
    });
    table::plain(&header, rows) + "* p below 0.05 (approximate randomisation by note)\n"
}
