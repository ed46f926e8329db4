//! Wounds of one class and group.

use icdraft_mention::extent::{self, WoundRow};

use crate::procedure;
use crate::rank::DRAFT;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Wound;

impl Rule for Wound {
    fn about(&self) -> About {
        About {
            name: "wound",
            what: "Lengths of wounds repaired in the same way on the same group of body parts are added, and one code is drafted for the sum (data/cpt/extent/wounds.tsv).",
            why: "CPT, notes before wound repair: sum within a class and group, separate lines across them",
            example: "\"2 cm and 3 cm lacerations of the forearm, simple repair\" -> 12002",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let rows = &draft.terminology.extents().wounds;
        let mut groups: Vec<&str> = rows.iter().map(|r| r.group.as_str()).collect();
        groups.dedup();
        for group in groups {
            let of_group: Vec<&WoundRow> = rows.iter().filter(|r| r.group == group).collect();
            sum(draft, &of_group);
        }
    }
}

/// Puts one line for the sum in the place of the lines of a group.
fn sum(draft: &mut Draft<'_>, rows: &[&WoundRow]) {
    let is_of = |j: &crate::rank::Joined| {
        j.best.system == "CPT" && j.confidence >= DRAFT && rows.iter().any(|r| r.code == j.best.code)
    };
    let lines: Vec<usize> = (0..draft.joined.len()).filter(|&n| is_of(&draft.joined[n])).collect();
    let Some(&first) = lines.first() else { return };
    // A wound is told again in another section; each is counted where the strongest line stands.
    let (note, section) = (draft.joined[first].best.note, draft.joined[first].best.section);
    let read = &draft.notes[note].annotation;
    let text = draft.encounter.notes[note].text.as_str();
    let mut sentences: Vec<usize> = lines
        .iter()
        .flat_map(|&n| &draft.joined[n].evidence)
        .filter(|c| c.note == note && c.section == section)
        .filter_map(|c| draft.mention(c).map(|m| m.sentence))
        .collect();
    sentences.sort_unstable();
    sentences.dedup();
    let lengths: Vec<f64> =
        sentences.iter().filter_map(|&s| extent::centimetres(&text[read.outline.sentences[s].0.span])).collect();
    if lengths.len() < 2 {
        return;
    }
    let total: f64 = lengths.iter().sum();
    let Some(row) = rows.iter().rfind(|r| total > r.over) else { return };
    let why = format!("{} wounds of the group \"{}\" add up to {total} cm", lengths.len(), row.group);
    let code = row.code.clone();
    let others: Vec<String> = lines.iter().map(|&n| draft.joined[n].best.code.clone()).filter(|c| *c != code).collect();
    if draft.joined[first].best.code != code {
        procedure::recode(draft, first, &code, "wound", &why);
    }
    draft.joined.retain(|j| j.best.system != "CPT" || !others.contains(&j.best.code));
}
