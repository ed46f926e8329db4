//! Levels, lesions and areas beyond the first.

use icdraft_mention::extent::{Effect, Extent, ExtentRow};
use icdraft_note::SectionKind;

use crate::candidate::Candidate;
use crate::procedure;
use crate::report::Reason;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct ExtentLines;

impl Rule for ExtentLines {
    fn about(&self) -> About {
        About {
            name: "extent",
            what: "Levels, lesions and areas beyond the first add the line of an add-on code with its units, or choose the code of the larger extent (data/cpt/extent/extents.tsv).",
            why: "CPT conventions for add-on codes and for codes by number or size",
            example: "\"ACDF C4-5, C5-6 and C6-7\" -> 22551 and 22552 x2",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let rows = &draft.terminology.extents().rows;
        // Larger codes first, then what is counted beyond the first of them.
        for wanted in [Effect::Instead, Effect::Adds, Effect::Units] {
            let mut taken: Vec<String> = Vec::new();
            for row in rows.iter().filter(|r| r.effect == wanted) {
                if !taken.contains(&row.base) && act(draft, row) && wanted == Effect::Instead {
                    taken.push(row.base.clone());
                }
            }
        }
    }
}

/// Applies a row, where its base is there and its extent is stated.
fn act(draft: &mut Draft<'_>, row: &ExtentRow) -> bool {
    let base = |j: &crate::rank::Joined| j.best.system == "CPT" && j.best.code == row.base;
    let Some(at) = draft.joined.iter().position(base) else { return false };
    let Some(value) = stated(draft, at, row.extent).filter(|v| *v > row.above) else { return false };
    let units = row.units(value);
    let why = format!("{} {} stated, above {}", value, name(row.extent), row.above);
    match row.effect {
        Effect::Units => {
            let best = &mut draft.joined[at].best;
            best.units = best.units.max(units);
            best.reasons.push(Reason::new("extent", why));
        }
        Effect::Instead => return procedure::recode(draft, at, &row.code, "extent", &why),
        Effect::Adds => {
            procedure::add(draft, at, &row.code, units, "extent", &why);
        }
    }
    true
}

fn name(extent: Extent) -> &'static str {
    match extent {
        Extent::Levels => "levels",
        Extent::Roots => "nerve roots",
        Extent::Count => "lesions",
        Extent::SquareCentimetres => "square centimeters",
    }
}

/// The extent that the words of the line state; levels may stand anywhere in the titles of the operation.
fn stated(draft: &Draft<'_>, at: usize, extent: Extent) -> Option<f64> {
    let best = &draft.joined[at].best;
    let read = draft.notes.get(best.note)?;
    let text = draft.encounter.notes[best.note].text.as_str();
    let outline = &read.annotation.outline;
    let sentence = |c: &Candidate| extent.stated(&text[outline.sentences[draft.mention(c)?.sentence].0.span]);
    let own = draft.joined[at].evidence.iter().filter(|c| c.note == best.note).filter_map(sentence);
    let found = own.reduce(f64::max);
    if found.is_some() || !matches!(extent, Extent::Levels | Extent::Roots) {
        return found;
    }
    [SectionKind::ProcedurePerformed, SectionKind::PostoperativeDiagnosis, SectionKind::PreoperativeDiagnosis]
        .into_iter()
        .find_map(|kind| {
            let sections = outline.sections.iter().filter(|s| s.kind == kind);
            sections.filter_map(|s| extent.stated(&text[s.body])).reduce(f64::max)
        })
}
