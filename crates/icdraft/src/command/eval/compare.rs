//! `icdraft eval compare`: two systems on the same notes.

use icdraft_eval::{Better, Difference, Group, Prediction, compare};
use icdraft_suggest::Config;
use serde_json::json;

use crate::args::{Compare, Format};
use crate::command::eval::material::{self, Material};
use crate::command::{Done, print, say};
use crate::table;

pub(super) fn run(args: &Compare) -> anyhow::Result<Done> {
    let material = Material::read(&args.source, &Config::default())?;
    let (first, second) = (Prediction::read(&args.first)?, Prediction::read(&args.second)?);
    for (path, predictions) in [(&args.first, &first), (&args.second, &second)] {
        let missing = material.gold.iter().filter(|note| !predictions.contains_key(&note.id)).count();
        if missing > 0 {
            say(&format!(
                "{}: {missing} of {} notes have no drafts and count as missed",
                path.display(),
                material.gold.len()
            ));
        }
    }
    let differences = material::on_threads(args.how.threads, || {
        compare(&material.gold, [&first, &second], material.set(), &material.options)
    })?;
    let shown = match args.how.format {
        Format::Json => {
            serde_json::to_string_pretty(&json!({
                "gold": args.source.gold.display().to_string(),
                "set": args.source.set,
                "profile": args.source.profile,
                "first": args.first.display().to_string(),
                "second": args.second.display().to_string(),
                "notes": material.gold.len(),
                "differences": differences,
            }))? + "\n"
        }
        Format::Table => {
            let names = [args.first.display().to_string(), args.second.display().to_string()];
            format!("{} notes\nA  {}\nB  {}\n", material.gold.len(), names[0], names[1]) + &shown(&differences)
        }
    };
    print(&shown)?;
    Ok(Done::Whole)
}

/// Differences by group; figures that had nothing to count are left out.
fn shown(differences: &[Difference]) -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let rows: Vec<Vec<String>> = differences.iter().filter(|d| d.group == group && d.n > 0).map(row).collect();
        if !rows.is_empty() {
            out += &format!("\n{}\n", group.name().to_uppercase());
            let header = ["figure", "A", "B", "B - A", "95 % interval", "p", "n", ""];
            out += &table::plain(&header, rows.into_iter());
        }
    }
    out
}

fn row(difference: &Difference) -> Vec<String> {
    let Difference { name, first, second, difference: gap, interval, p, n, .. } = difference;
    vec![
        name.clone(),
        format!("{first:.3}"),
        format!("{second:.3}"),
        format!("{gap:+.3}"),
        interval.map(|i| format!("{:+.3} to {:+.3}", i.low, i.high)).unwrap_or_default(),
        p.map(|p| format!("{p:.3}")).unwrap_or_default(),
        n.to_string(),
        verdict(difference).to_owned(),
    ]
}

/// Level at which a difference is called one.
const LEVEL: f64 = 0.05;

/// Which of the two is better, where chance is no likely cause.
fn verdict(difference: &Difference) -> &'static str {
    let ahead = match difference.better {
        Better::High => difference.difference,
        Better::Low => -difference.difference,
    };
    match difference.p {
        Some(p) if p < LEVEL && ahead > 0.0 => "B better",
        Some(p) if p < LEVEL && ahead < 0.0 => "A better",
        _ => "",
    }
}
