//! `icdraft corpus check`: what is wrong with gold.

use std::collections::BTreeMap;

use icdraft_codeset::Releases;
use icdraft_corpus::check::{Check, Finding, Nearness, Settings, check, place};
use icdraft_corpus::profile::{Moved, Reach};
use icdraft_corpus::{GoldNote, Profile};
use indicatif::ProgressBar;
use serde_json::json;

use crate::args::{CheckArgs, Format};
use crate::command::{Done, print, say};
use crate::table;

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Done> {
    let releases = Releases::load(&args.packs)?;
    let forced = args.release.as_deref().map(|name| releases.named(name)).transpose()?;
    let (notes, mut findings) = place(&args.files)?;
    findings.retain(|finding| !args.without.contains(&finding.check));
    let bar = ProgressBar::new(notes.len() as u64);
    if let Ok(style) = indicatif::ProgressStyle::with_template("checking {wide_bar} {pos}/{len} notes") {
        bar.set_style(style);
    }
    let nearness = Nearness { jaccard: args.jaccard, containment: args.containment };
    let profile = args.profile.as_deref().map(Profile::named).transpose()?;
    let settings =
        Settings { releases: &releases, forced, profile: profile.as_ref(), nearness, without: &args.without };
    findings.extend(check(&notes, settings, &|| bar.inc(1)));
    bar.finish_and_clear();
    let reach = profile.map(|profile| {
        let notes: Vec<GoldNote> = notes.iter().map(|placed| placed.note.clone()).collect();
        profile.apply(&notes, &releases.sets()[forced.unwrap_or_else(|| releases.newest())]).1
    });
    match args.format {
        Format::Json => {
            let shown = json!({
                "notes": notes.len(), "reach": reach, "counts": counts(&findings), "findings": findings,
            });
            print(&(serde_json::to_string_pretty(&shown)? + "\n"))?;
        }
        Format::Table if findings.is_empty() => print(&format!("{} notes, nothing found\n", notes.len()))?,
        Format::Table => print(&shown(&findings))?,
    }
    if let Some(reach) = &reach {
        say(&within_reach(reach));
    }
    if findings.is_empty() {
        return Ok(Done::Whole);
    }
    let counts: Vec<String> = counts(&findings).iter().map(|(check, n)| format!("{n} {}", check.name())).collect();
    say(&format!("{} notes, {} findings: {}", notes.len(), findings.len(), counts.join(", ")));
    Ok(Done::Found)
}

fn counts(findings: &[Finding]) -> BTreeMap<Check, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.check).or_default() += 1;
    }
    counts
}

fn within_reach(reach: &Reach) -> String {
    let lines = |moved: &[Moved]| moved.iter().map(|m| m.n).sum::<usize>();
    format!(
        "{} sure ICD-10-CM codes: {} as they are, {} moved, {} headings, {} lost; recall is at most {:.4}, MAP {:.4}",
        reach.codes,
        reach.as_they_are,
        lines(&reach.moved),
        lines(&reach.headings),
        reach.lost.iter().map(|l| l.n).sum::<usize>(),
        reach.recall_ceiling,
        reach.map_ceiling
    )
}

fn shown(findings: &[Finding]) -> String {
    let rows = findings.iter().map(|finding| {
        let place = format!("{}:{}", finding.file.display(), finding.line);
        vec![place, finding.id.clone(), finding.check.name().to_owned(), finding.says.clone()]
    });
    table::plain(&["place", "note", "check", "what"], rows)
}
