//! The diagnoses that justify a procedure.

use icdraft_mention::extent::Extents;

use crate::rank::Joined;
use crate::report::{Edit, Suggestion};
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Pointer;

impl Rule for Pointer {
    fn about(&self) -> About {
        About {
            name: "pointer",
            what: "A drafted procedure without a drafted diagnosis, or with none of the part of the body that it is about, is reported as an edit.",
            why: "CMS-1500, item 24E: each service line points to the diagnoses that justify it",
            example: "\"PROCEDURE: skin biopsy\" with no diagnosis -> a warning",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let lines = draft.codes("CPT");
        let diagnoses = draft.codes("ICD-10-CM");
        if !lines.is_empty() && diagnoses.is_empty() {
            draft.edits.push(Edit {
                edit: "procedure-without-diagnosis".into(),
                severity: "warning".into(),
                codes: lines,
                says: "no drafted diagnosis justifies these procedures".into(),
            });
            return;
        }
        let extents = draft.terminology.extents();
        for line in lines {
            if diagnoses.iter().all(|d| place(extents, &line, d).is_none()) {
                draft.edits.push(Edit {
                    edit: "diagnosis-of-another-part".into(),
                    severity: "info".into(),
                    codes: vec![line.clone()],
                    says: format!("none of the drafted diagnoses is about the part of the body that {line} treats; the first-listed one is pointed to"),
                });
            }
        }
    }
}

/// Place of a diagnosis among those that a procedure is about; none where it is about something else.
fn place(extents: &Extents, procedure: &str, diagnosis: &str) -> Option<usize> {
    extents.pointers(procedure).iter().position(|p| diagnosis.starts_with(p.as_str()))
}

/// Most diagnoses that a line points to (CMS-1500, item 24E).
const MOST: usize = 4;

/// Points each drafted procedure to the diagnoses that justify it: those told in the same sentence first, then those of the same part of
/// the body in the table's order, then as sequenced; the first-listed one where none is.
pub(crate) fn assign(
    extents: &Extents,
    suggestions: &mut [Suggestion],
    joined: &[Joined],
    same_sentence: impl Fn(usize, usize) -> bool,
) {
    let mut diagnoses: Vec<usize> =
        (0..suggestions.len()).filter(|&n| suggestions[n].draft && suggestions[n].system == "ICD-10-CM").collect();
    diagnoses.sort_by_key(|&n| suggestions[n].sequence);
    for line in 0..suggestions.len() {
        if suggestions[line].system == "ICD-10-CM" {
            continue;
        }
        let mut related: Vec<(bool, usize, usize)> = diagnoses
            .iter()
            .filter_map(|&d| {
                let near = same_sentence(line, d);
                let at = place(extents, &suggestions[line].code, &joined[d].best.code);
                (near || at.is_some()).then_some((!near, at.unwrap_or(usize::MAX), d))
            })
            .collect();
        // Stable: within a part of the body the order of the claim stays.
        related.sort_by_key(|&(far, at, _)| (far, at));
        let mut chosen: Vec<usize> = related.into_iter().map(|r| r.2).take(MOST).collect();
        if chosen.is_empty() {
            chosen.extend(diagnoses.first());
        }
        suggestions[line].pointers = chosen.into_iter().map(|d| suggestions[d].sid.clone()).collect();
    }
}
