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
                if kind == NoteKind::CodeFirst && is_unnamed(&note) {
                    follow_unnamed(draft, at);
                }
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

/// "Underlying disease": the note names no code, so any disease that the sentence links may be meant.
fn is_unnamed(note: &str) -> bool {
    is_binding(note) && !note.contains('(') && !note.contains("such as")
}

/// Whether a note asks for a cause in every case, not only "if known" or "if applicable".
fn is_binding(note: &str) -> bool {
    let note = note.to_lowercase();
    note.contains("underlying") && !["any ", "if ", "when "].iter().any(|w| note.contains(w))
}

/// "Underlying infection, such as": an infection that the list does not name is one all the same.
fn is_infection(note: &str, code: Code) -> bool {
    note.contains("underlying infection") && code.as_str().starts_with(['A', 'B'])
}

/// Neither a symptom nor a circumstance.
fn is_disease(code: Code) -> bool {
    !code.as_str().starts_with(['R', 'V', 'W', 'X', 'Y', 'Z'])
}

/// Puts the entry `at` behind the diseases that its sentence tells with it.
fn follow_unnamed(draft: &mut Draft<'_>, at: usize) {
    let best = &draft.joined[at].best;
    let sentence = draft.sentence(best).map(|s| s.0.as_ptr());
    let told =
        |c: &crate::candidate::Candidate| c.note == best.note && draft.sentence(c).map(|s| s.0.as_ptr()) == sentence;
    let first = codes(draft, &draft.drafted("ICD-10-CM"))
        .into_iter()
        .filter(|&(n, code)| n != at && is_disease(code) && draft.joined[n].best.code[..3] != best.code[..3])
        .filter(|&(n, _)| draft.joined[n].evidence.iter().any(told))
        .map(|(n, _)| draft.joined[n].place + 1)
        .max();
    draft.joined[at].place = draft.joined[at].place.max(first.unwrap_or(0));
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

    /// A code "in diseases classified elsewhere" is never the only one (guideline I.A.13), nor one whose note asks for the underlying
    /// disease.
    fn ask_for_cause(&self, draft: &mut Draft<'_>, code: Code) {
        let Some((id, _)) = draft.set.resolve(code) else { return };
        let first: Vec<String> = notes(draft, code)
            .into_iter()
            .filter(|(kind, _)| *kind == NoteKind::CodeFirst)
            .map(|(_, note)| note)
            .collect();
        let classified = draft.set.lineage(id).any(|e| draft.set.entry_title(e).contains("classified elsewhere"));
        let manifestation = classified || first.iter().any(|note| is_binding(note));
        let unnamed = first.iter().any(|note| is_unnamed(note));
        let cause = |other: Code| {
            first.iter().any(|note| names(note, other) || is_infection(note, other))
                || unnamed && other.category() != code.category() && is_disease(other)
        };
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
