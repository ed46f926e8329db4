//! Assistants and co-surgeons.

use icdraft_note::Span;

use crate::course::{self, Course};
use crate::report::{Edit, Reason};
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Assistant;

impl Rule for Assistant {
    fn about(&self) -> About {
        About {
            name: "assistant",
            what: "Where the assistant wrote the note its lines take 80, 82 without a qualified resident, AS for a physician assistant or nurse practitioner; an assistant or co-surgeon whom the surgeon names is told in an edit.",
            why: "Medicare Claims Processing Manual, chapter 12, sections 20.4.3 and 40.8: the assistant's service is a claim of its own, co-surgeons report 62",
            example: "\"ASSISTANT: Jane Roe, PA-C\" -> an edit; \"I assisted Dr. Doe\" -> 80",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for note in 0..draft.encounter.notes.len() {
            let lines: Vec<usize> =
                draft.drafted("CPT").into_iter().filter(|&n| draft.joined[n].best.note == note).collect();
            if lines.is_empty() {
                continue;
            }
            let first = |course| course::told(draft, note, course).first().map(|told| told.span);
            let text = draft.encounter.notes[note].text.as_str();
            let alone = first(Course::NoResident).is_some();
            let both = first(Course::CoSurgeon).is_some();
            if let Some(span) = first(Course::IAssisted) {
                let modifier = if alone { "82" } else { "80" };
                let says = format!("{modifier}: \"{}\"", &text[span]);
                for line in lines {
                    let best = &mut draft.joined[line].best;
                    best.modifiers.push(modifier.into());
                    best.reasons.push(Reason::new("assistant", says.clone()));
                }
                continue;
            }
            let codes: Vec<String> = lines.iter().map(|&n| draft.joined[n].best.code.clone()).collect();
            if let Some(name) = assistant(text) {
                let modifier = match (is_midlevel(&text[name]), alone) {
                    (true, _) => "AS",
                    (false, true) => "82",
                    (false, false) => "80",
                };
                let says = format!(
                    "\"{}\" assisted: where the payer allows an assistant, that claim takes {modifier}",
                    &text[name]
                );
                draft.edits.push(Edit {
                    edit: "assistant".into(),
                    severity: "info".into(),
                    codes: codes.clone(),
                    says,
                });
            }
            if both {
                let says = "the note names a co-surgeon: each reports 62 on the lines that both did".into();
                draft.edits.push(Edit { edit: "co-surgeon".into(), severity: "warning".into(), codes, says });
            }
        }
    }
}

/// Who stands in the assistant's line of the report's head: "ASSISTANT: Jane Roe, PA-C".
fn assistant(text: &str) -> Option<Span> {
    const HEADS: &[&str] = &[
        "assistant",
        "assistants",
        "assistant surgeon",
        "surgical assistant",
        "first assistant",
        "assistant(s)",
        "asst",
    ];
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let (head, rest) = line.split_once(':')?;
        let name = rest.trim().trim_end_matches('.');
        let nobody = ["", "none", "no", "n/a", "na", "nil", "not applicable"].contains(&name.to_lowercase().as_str());
        let named = HEADS.contains(&head.trim().to_lowercase().as_str()) && !nobody;
        let from = start + head.len() + 1 + (rest.len() - rest.trim_start().len());
        named.then(|| Span::new(from, from + name.len()))
    })
}

/// Whether a name carries the letters of a physician assistant or a nurse.
fn is_midlevel(name: &str) -> bool {
    let letters = name.to_uppercase().replace('.', "");
    letters.split(|c: char| !c.is_alphanumeric()).any(|w| matches!(w, "PA" | "PAC" | "NP" | "APRN" | "CNS" | "RNFA"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assistants_by_line() {
        let text = "SURGEON: A. Poe, MD\nASSISTANT:  Jane Roe, P.A.-C.\n";
        let name = assistant(text).unwrap();
        assert_eq!(&text[name], "Jane Roe, P.A.-C");
        assert!(is_midlevel(&text[name]) && !is_midlevel("Paul Napp, MD"));
        assert_eq!(assistant("Assistant: None.\nShe is a dental assistant: part time"), None);
    }
}
