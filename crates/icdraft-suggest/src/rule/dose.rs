//! Units of a drug from all of its doses, and what was thrown away of it.

use std::collections::BTreeSet;

use icdraft_mention::dose::{self, Dose, Drug, Waste};
use icdraft_mention::{Annotation, Side};
use icdraft_note::Span;

use crate::candidate::Candidate;
use crate::rank;
use crate::report::{Edit, Reason};
use crate::rule::{About, BEHIND, Draft, Rule};
use crate::supply::{Says, Told, Words, in_sentence};

#[derive(Debug)]
pub(super) struct Doses;

impl Rule for Doses {
    fn about(&self) -> About {
        About {
            name: "dose",
            what: "The units of a drug come from all doses that were given, added up and rounded up to whole units; a dose that is not told is one unit and a query. A discarded amount that needs units of its own is a second line with JW; JZ is added where the note says that nothing was discarded. Neither is for multiple-dose containers.",
            why: "Medicare Claims Processing Manual, chapter 17, sections 10 and 40",
            example: "\"Kenalog 40 mg was injected into the left knee\" -> J3301 x4",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("HCPCS") {
            let best = &draft.joined[at].best;
            let Some(unit) = best.procedure.and_then(|n| draft.terminology.procedures()[n].dose) else { continue };
            let (note, span) = (best.note, best.span);
            match given(draft, at) {
                Some(whole) => {
                    let units = whole.units(unit).unwrap_or(1);
                    let says = format!("{} in all, one unit is {}", name(whole), name(unit));
                    let best = &mut draft.joined[at].best;
                    best.units = units;
                    best.reasons.push(Reason::new("dose", says));
                    discard(draft, at, whole, unit);
                }
                None => {
                    let code = best.code.clone();
                    draft.joined[at].best.reasons.push(Reason::new("dose", "no dose in the note: one unit"));
                    draft.ask(&code, format!("How much was given? One unit is {}.", name(unit)), note, span);
                }
            }
        }
        rank::order(&mut draft.joined);
    }
}

fn name(dose: Dose) -> String {
    format!("{} {}", dose.amount, dose.measure.name())
}

/// One dose in a sentence.
struct Given<'a> {
    sentence: usize,
    words: &'a str,
    side: Option<Side>,
    dose: Dose,
}

/// All that was given of a drug: sections tell the same doses, the sentences of one section may tell several.
fn given(draft: &Draft<'_>, at: usize) -> Option<Dose> {
    let mut sections: Vec<((usize, usize), Vec<Given<'_>>)> = Vec::new();
    for candidate in &draft.joined[at].evidence {
        let (annotation, text) = read(draft, candidate);
        let Some(told) = Told::of(draft.terminology, annotation, text, candidate.mention) else { continue };
        let Some(stated) = told.stated() else { continue };
        let mention = &annotation.mentions[candidate.mention];
        let one = Given {
            sentence: mention.sentence,
            words: told.sentence,
            side: mention.laterality.map(|l| l.side),
            dose: stated.dose,
        };
        let place = (candidate.note, mention.section);
        match sections.iter_mut().find(|s| s.0 == place) {
            Some((_, doses)) => doses.push(one),
            None => sections.push((place, vec![one])),
        }
    }
    let sums = sections.into_iter().map(|(_, mut doses)| {
        doses.sort_by_key(|d| d.sentence);
        let mut whole = doses[0].dose;
        for n in 1..doses.len() {
            if is_further(&doses[n], &doses[..n]) {
                whole.amount += doses[n].dose.amount;
            } else {
                whole.amount = whole.amount.max(doses[n].dose.amount);
            }
        }
        whole
    });
    sums.max_by(|a, b| a.amount.total_cmp(&b.amount))
}

/// Whether a dose was given beside those told before it, and is not one of them told again.
fn is_further(dose: &Given<'_>, before: &[Given<'_>]) -> bool {
    let time = |words: &str| {
        words.split_whitespace().find(|w| w.contains(':') && w.as_bytes()[0].is_ascii_digit()).map(str::to_owned)
    };
    let other = |b: &Given<'_>| {
        b.sentence == dose.sentence
            || matches!((b.side, dose.side), (Some(x), Some(y)) if x != y)
            || matches!((time(b.words), time(dose.words)), (Some(x), Some(y)) if x != y)
    };
    Words::of(dose.words).say(Says::Further) || before.iter().all(other)
}

fn read<'d>(draft: &'d Draft<'_>, candidate: &Candidate) -> (&'d Annotation, &'d str) {
    (&draft.notes[candidate.note].annotation, draft.encounter.notes[candidate.note].text.as_str())
}

/// A line for what was thrown away, or JZ where the note says that nothing was.
fn discard(draft: &mut Draft<'_>, at: usize, whole: Dose, unit: Dose) {
    let Some(waste) = waste(draft, at) else { return };
    let given = draft.joined[at].best.units;
    let code = draft.joined[at].best.code.clone();
    match waste {
        Waste::None => {
            let best = &mut draft.joined[at].best;
            best.modifiers.push("JZ".into());
            best.reasons.push(Reason::new("dose", "JZ: the note says that nothing was discarded"));
        }
        Waste::Amount(thrown) => {
            let container = Dose { amount: whole.amount + thrown.amount, measure: unit.measure };
            let units = container.units(unit).unwrap_or(given).saturating_sub(given);
            let reason = match units {
                0 => format!("{} discarded lie in the last unit: no line of their own", name(thrown)),
                _ => format!("JW: {} discarded", name(thrown)),
            };
            if units == 0 {
                draft.joined[at].best.reasons.push(Reason::new("dose", reason));
                return;
            }
            let mut line = draft.joined[at].clone();
            line.confidence -= BEHIND;
            line.best.modifiers = vec!["JW".into()];
            line.best.units = units;
            line.best.reasons = vec![Reason::new("dose", reason)];
            draft.joined.push(line);
        }
        Waste::Untold => draft.edits.push(Edit {
            edit: "discarded-drug".into(),
            severity: "info".into(),
            codes: vec![code],
            says: "an unknown amount was discarded: with its amount it is a second line with JW".into(),
        }),
    }
}

/// What the sentences on a drug say of waste: those that mention it, and those that follow before the section speaks of a drug again.
fn waste(draft: &Draft<'_>, at: usize) -> Option<Waste> {
    let evidence = &draft.joined[at].evidence;
    let place = |c: &Candidate| (c.note, draft.notes[c.note].annotation.mentions[c.mention].section);
    let sections: BTreeSet<(usize, usize)> = evidence.iter().map(place).collect();
    let multiple = |&(note, section): &(usize, usize)| {
        let body = draft.notes[note].annotation.outline.sections[section].body;
        Words::of(&draft.encounter.notes[note].text.as_str()[body]).say(Says::Multi)
    };
    if sections.iter().any(multiple) {
        return None;
    }
    evidence.iter().find_map(|candidate| waste_behind(draft, candidate))
}

fn waste_behind(draft: &Draft<'_>, candidate: &Candidate) -> Option<Waste> {
    let (annotation, text) = read(draft, candidate);
    let told = Told::of(draft.terminology, annotation, text, candidate.mention)?;
    let drug = Drug { span: Span::new(0, 0), ..told.drug()? };
    if let Some(waste) = dose::wasted(told.clause(), &drug) {
        return Some(waste);
    }
    let mention = &annotation.mentions[candidate.mention];
    for number in mention.sentence + 1..annotation.outline.sentences.len() {
        let (sentence, section) = annotation.outline.sentences[number];
        let drugs: Vec<usize> = in_sentence(annotation, number)
            .filter_map(|(n, _)| Told::of(draft.terminology, annotation, text, n))
            .filter(|t| t.drug().is_some())
            .map(|t| t.number)
            .collect();
        if section != mention.section || drugs.iter().any(|n| *n != told.number) {
            return None;
        }
        let waste = dose::wasted(&text[sentence.span], &drug);
        if waste.is_some() || !drugs.is_empty() {
            return waste;
        }
    }
    None
}
