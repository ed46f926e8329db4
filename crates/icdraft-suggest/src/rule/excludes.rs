//! Excludes1 conflicts.

use icdraft_codeset::{Code, CodeSet, NoteKind};

use crate::report::Edit;
use crate::rule::reference::names;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Excludes;

impl Rule for Excludes {
    fn about(&self) -> About {
        About {
            name: "excludes1",
            what: "Two drafted codes that an Excludes1 note of the tabular list keeps apart are reported as an edit.",
            why: "Guideline I.A.12.a; both stay drafted, because two unrelated conditions may be reported together",
            example: "J44.9 and J45.909 -> a warning that names the note",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted: Vec<Code> =
            draft.drafted("ICD-10-CM").into_iter().filter_map(|n| draft.joined[n].best.code.parse().ok()).collect();
        for (n, &code) in drafted.iter().enumerate() {
            for (m, &other) in drafted.iter().enumerate() {
                let Some(note) = (n != m).then(|| excluded(draft.set, code, other)).flatten() else { continue };
                let codes = vec![code.to_string(), other.to_string()];
                let told =
                    draft.edits.iter().any(|e| e.edit == "excludes1" && codes.iter().all(|c| e.codes.contains(c)));
                if !told {
                    draft.edits.push(Edit {
                        edit: "excludes1".into(),
                        severity: "warning".into(),
                        codes,
                        says: format!("{code} excludes {other}: \"{note}\""),
                    });
                }
            }
        }
    }
}

/// The Excludes1 note in force at `code` that names `other`.
fn excluded(set: &CodeSet, code: Code, other: Code) -> Option<String> {
    let (id, _) = set.resolve(code)?;
    let note = set.notes(id).filter(|n| n.kind == NoteKind::Excludes1).find(|n| names(n.text, other))?;
    Some(note.text.to_owned())
}
