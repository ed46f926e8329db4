//! An evaluation as a table and as JSON.

use std::fmt::Write as _;

use icdraft_eval::{Evaluation, Figure, Group, Tally};
use serde_json::json;

use crate::args::Source;
use crate::command::eval::material::Material;
use crate::table;

pub(super) fn json(
    evaluation: &Evaluation,
    material: &Material,
    source: &Source,
    per_note: bool,
) -> anyhow::Result<String> {
    let shown = json!({
        "gold": source.gold.display().to_string(),
        "set": source.set,
        "profile": source.profile,
        "engine": concat!("icdraft ", env!("CARGO_PKG_VERSION")),
        "release": material.set().release().to_string(),
        "notes": evaluation.notes,
        "without_prediction": evaluation.without_prediction,
        "reach": material.reach,
        "figures": evaluation.figures,
        "curves": evaluation.curves,
        "codes": evaluation.codes,
        "specialties": evaluation.specialties,
        "mistakes": evaluation.mistakes,
        "per_note": per_note.then_some(&evaluation.rows),
    });
    Ok(serde_json::to_string_pretty(&shown)? + "\n")
}

pub(super) fn table(evaluation: &Evaluation, material: &Material, per_note: bool) -> String {
    let mut out = format!("{} notes\n", evaluation.notes);
    let reach = &material.reach;
    if reach.recall_ceiling < 1.0 {
        let _ = writeln!(
            out,
            "ICD-10-CM codes of the gold that this release can meet: {:.3} (recall), {:.3} (MAP)",
            reach.recall_ceiling, reach.map_ceiling
        );
    }
    out += &figures(&evaluation.figures);
    if per_note {
        out.push('\n');
        for row in &evaluation.rows {
            let tally = |t: &Tally| format!("{} right, {} wrong, {} missed", t.tp, t.fp, t.fn_);
            let _ = writeln!(out, "{}: ICD-10-CM {}; CPT {}", row.id, tally(&row.icd10cm), tally(&row.cpt));
        }
    }
    out
}

/// Figures by group; those that had nothing to count are left out.
pub(super) fn figures(figures: &[Figure]) -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let rows: Vec<Vec<String>> = figures.iter().filter(|f| f.group == group && f.n > 0).map(row).collect();
        if !rows.is_empty() {
            let _ = write!(out, "\n{}\n", group.name().to_uppercase());
            out += &table::plain(&["figure", "value", "95 % interval", "n"], rows.into_iter());
        }
    }
    out
}

fn row(figure: &Figure) -> Vec<String> {
    let interval = figure.interval.map(|i| format!("{:.3} to {:.3}", i.low, i.high)).unwrap_or_default();
    vec![figure.name.clone(), format!("{:.3}", figure.value), interval, figure.n.to_string()]
}
