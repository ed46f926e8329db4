//! `icdraft corpus stats`: what gold holds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use icdraft_codeset::CodeSet;
use icdraft_corpus::GoldNote;
use icdraft_corpus::stats::{Group, Share, Spread, Stats};

use crate::args::{Stats as Args, StatsFormat};
use crate::command::{Done, print};
use crate::table;

/// One table of the counts: its name, its columns, its rows.
struct Sheet {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Done> {
    let mut notes = Vec::new();
    for file in &args.files {
        notes.extend(GoldNote::read_lines(file)?.into_iter().map(|(_, note)| note));
    }
    let stats = Stats::of(&notes, &CodeSet::embedded());
    let shown = match args.format {
        StatsFormat::Json => serde_json::to_string_pretty(&stats)? + "\n",
        StatsFormat::Table => sheets(&stats).iter().map(plain).collect::<Vec<_>>().join("\n"),
        StatsFormat::Markdown => sheets(&stats).iter().map(markdown).collect::<Vec<_>>().join("\n"),
    };
    print(&shown)?;
    Ok(Done::Whole)
}

fn sheets(stats: &Stats) -> Vec<Sheet> {
    let mut sheets = vec![notes(stats), codes(stats), details(stats)];
    let share = |name: &str, column: &str, shares: &[Share]| Sheet {
        name: name.to_owned(),
        columns: vec![column.to_owned(), "n".to_owned()],
        rows: shares.iter().map(|share| vec![share.name.clone(), share.n.to_string()]).collect(),
    };
    sheets.push(share("ICD-10-CM chapters", "chapter", &stats.chapters));
    sheets.push(share("CPT sections", "section", &stats.cpt_sections));
    sheets.push(share("Distractors", "reason", &stats.reasons));
    let systems: BTreeSet<&str> = stats.systems.keys().map(String::as_str).collect();
    sheets.extend(stats.groups.iter().map(|(field, groups)| group(field, groups, &systems)));
    sheets.retain(|sheet| !sheet.rows.is_empty());
    sheets
}

fn notes(stats: &Stats) -> Sheet {
    let mut rows = vec![vec!["notes".to_owned(), stats.notes.to_string(), String::new()]];
    rows.push(vec!["words".to_owned(), stats.words.total.to_string(), spread(stats.words)]);
    if stats.clusters > 0 {
        rows.push(vec!["clusters".to_owned(), stats.clusters.to_string(), String::new()]);
    }
    rows.push(vec!["distractors".to_owned(), stats.distractors.to_string(), String::new()]);
    Sheet { name: "Notes".to_owned(), columns: ["", "n", "a note"].map(ToOwned::to_owned).to_vec(), rows }
}

fn codes(stats: &Stats) -> Sheet {
    let columns = ["system", "codes", "distinct", "once", "sure", "arguable", "with alternatives", "a note"];
    let rows = stats.systems.iter().map(|(name, s)| {
        let counts = [s.codes, s.distinct, s.once, s.sure, s.arguable, s.with_alternatives];
        let counts = counts.map(|n| n.to_string());
        [name.clone()].into_iter().chain(counts).chain([spread(s.per_note)]).collect()
    });
    Sheet { name: "Codes".to_owned(), columns: columns.map(ToOwned::to_owned).to_vec(), rows: rows.collect() }
}

fn details(stats: &Stats) -> Sheet {
    let columns = ["system", "with evidence", "spans", "with modifiers", "with pointers"];
    let rows = stats.systems.iter().map(|(name, s)| {
        let counts = [s.with_evidence, s.spans, s.with_modifiers, s.with_pointers].map(|n| n.to_string());
        [name.clone()].into_iter().chain(counts).collect()
    });
    Sheet { name: "Details".to_owned(), columns: columns.map(ToOwned::to_owned).to_vec(), rows: rows.collect() }
}

fn group(field: &str, groups: &[Group], systems: &BTreeSet<&str>) -> Sheet {
    let mut columns = vec![field.to_owned(), "notes".to_owned(), "words".to_owned()];
    columns.extend(systems.iter().map(|&system| system.to_owned()));
    columns.push("distractors".to_owned());
    let rows = groups.iter().map(|group| {
        let mut row = vec![group.name.clone(), group.notes.to_string(), group.words.to_string()];
        row.extend(systems.iter().map(|&system| group.codes.get(system).copied().unwrap_or_default().to_string()));
        row.push(group.distractors.to_string());
        row
    });
    Sheet { name: format!("By {field}"), columns, rows: rows.collect() }
}

fn spread(spread: Spread) -> String {
    format!("mean {:.1}, median {}, {} to {}", spread.mean, spread.median, spread.least, spread.most)
}

fn plain(sheet: &Sheet) -> String {
    let columns: Vec<&str> = sheet.columns.iter().map(String::as_str).collect();
    format!("{}\n{}", sheet.name.to_uppercase(), table::plain(&columns, sheet.rows.iter().cloned()))
}

fn markdown(sheet: &Sheet) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = format!("### {}\n\n{}", sheet.name, line(&sheet.columns));
    let _ = writeln!(out, "|{}", "---|".repeat(sheet.columns.len()));
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out += &line(&cells);
    }
    out
}
