//! Procedures whose number depends on what nobody told: an age, a size.

use icdraft_mention::extent::Asked;

use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct Untold;

impl Rule for Untold {
    fn about(&self) -> About {
        About {
            name: "untold",
            what: "Where the number depends on the patient's age or on a size that neither title nor body tells, the usual or smallest one is drafted and the provider is asked (data/cpt/extent/asks.tsv).",
            why: "CPT numbers by age and size; a size that is not documented is never guessed upwards",
            example: "\"tonsillectomy and adenoidectomy\" without an age -> 42821, and a query",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for at in draft.drafted("CPT") {
            let best = &draft.joined[at].best;
            let Some(row) = draft.terminology.extents().asks.iter().find(|r| r.code == best.code) else { continue };
            let read = &draft.notes[best.note].annotation;
            let text = draft.encounter.notes[best.note].text.as_str();
            let places = draft.joined[at].evidence.iter().filter(|c| c.note == best.note);
            let mut sentences = places.filter_map(|c| draft.mention(c).map(|m| m.sentence));
            let question = match row.asked {
                Asked::Age if read.patient.age.is_none() => "How old is the patient?",
                Asked::Length if !sentences.any(|s| read.has_size(text, s, row.asked)) => {
                    "How large or long was it, in centimeters?"
                }
                Asked::Area if !sentences.any(|s| read.has_size(text, s, row.asked)) => {
                    "How large was it, in square centimeters?"
                }
                _ => continue,
            };
            let (note, span) = (best.note, best.span);
            draft.ask(&row.code, format!("{question} As nothing tells it: {}.", row.asks), note, span);
        }
    }
}
