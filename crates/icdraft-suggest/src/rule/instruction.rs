//! "Code first", "use additional code" and "code also".

use icdraft_codeset::{Code, NoteKind};

use crate::rank::{self, DRAFT};
use crate::report::{Edit, Reason};
use crate::rule::reference::names;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Instruction;

/// Confidence from which a code below the draft is taken up where a drafted code asks for it.
const ASKED: f64 = 0.3;

impl Rule for Instruction {
    fn about(&self) -> About {
        About {
            name: "instruction",
            what: "Two drafted codes are sequenced as a note of the tabular list says; a code below the draft that a drafted one asks for joins the draft; a manifestation without its cause is reported as an edit.",
            why: "Guidelines I.A.13, I.A.17 and I.B.7: code first, use additional code, code also",
            example: "\"Alzheimer's dementia\" -> G30.9 first, then F02.80, because F02 says \"code first\"",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let drafted = codes(draft, &draft.drafted("ICD-10-CM"));
        for &(at, code) in &drafted {
            for (kind, note) in notes(draft, code) {
                self.follow(draft, (at, code), kind, &note);
            }
        }
        for &(_, code) in &drafted {
            self.ask_for_cause(draft, code);
        }
        rank::order(&mut draft.joined);
    }
}

/// The parsed codes of some entries of the draft.
fn codes(draft: &Draft<'_>, entries: &[usize]) -> Vec<(usize, Code)> {
    entries.iter().filter_map(|&n| Some((n, draft.joined[n].best.code.parse().ok()?))).collect()
}

/// The instructions in force at a code.
fn notes(draft: &Draft<'_>, code: Code) -> Vec<(NoteKind, String)> {
    let Some((id, _)) = draft.set.resolve(code) else { return Vec::new() };
    let instruction = |kind| matches!(kind, NoteKind::CodeFirst | NoteKind::UseAdditional | NoteKind::CodeAlso);
    draft.set.notes(id).filter(|n| instruction(n.kind)).map(|n| (n.kind, n.text.to_owned())).collect()
}

impl Instruction {
    /// Does what one note at the entry `at` asks for.
    fn follow(&self, draft: &mut Draft<'_>, (at, code): (usize, Code), kind: NoteKind, note: &str) {
        let named = |j: &rank::Joined| {
            let other: Option<Code> = j.best.code.parse().ok().filter(|_| j.best.system == "ICD-10-CM");
            other.is_some_and(|other| other.category() != code.category() && names(note, other))
        };
        let place = draft.joined[at].place;
        let present: Vec<String> =
            draft.drafted("ICD-10-CM").into_iter().map(|n| draft.joined[n].best.code[..3].to_owned()).collect();
        let mut first = place;
        for other in draft.joined.iter_mut().filter(|j| j.confidence >= ASKED && named(j)) {
            let phrase = match kind {
                NoteKind::CodeFirst => "to be coded first",
                NoteKind::UseAdditional => "to be added",
                _ => "to be coded also",
            };
            if other.confidence < DRAFT {
                if present.iter().any(|category| other.best.code.starts_with(category)) {
                    continue;
                }
                other.confidence = DRAFT;
            }
            other.best.reasons.push(Reason::new("instruction", format!("{phrase}, a note at {code} says: \"{note}\"")));
            match kind {
                NoteKind::CodeFirst => first = first.max(other.place.saturating_add(1)),
                NoteKind::UseAdditional => other.place = other.place.max(place.saturating_add(1)),
                _ => {}
            }
        }
        draft.joined[at].place = first;
    }

    /// A code "in diseases classified elsewhere" is never the only one (guideline I.A.13).
    fn ask_for_cause(&self, draft: &mut Draft<'_>, code: Code) {
        let Some((id, _)) = draft.set.resolve(code) else { return };
        let manifestation = draft.set.lineage(id).any(|e| draft.set.entry_title(e).contains("classified elsewhere"));
        let first: Vec<String> = notes(draft, code)
            .into_iter()
            .filter(|(kind, _)| *kind == NoteKind::CodeFirst)
            .map(|(_, note)| note)
            .collect();
        let cause = |other: Code| first.iter().any(|note| names(note, other));
        let told = codes(draft, &draft.drafted("ICD-10-CM")).into_iter().any(|(_, other)| cause(other));
        if manifestation && !first.is_empty() && !told {
            draft.edits.push(Edit {
                edit: "cause-missing".into(),
                severity: "warning".into(),
                codes: vec![code.to_string()],
                says: format!("{code} needs the code of its cause before it: \"{}\"", first.join("; ")),
            });
        }
    }
}
