//! The order of diagnoses on the claim.

use crate::rank;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct FirstListed;

impl Rule for FirstListed {
    fn about(&self) -> About {
        About {
            name: "first-listed",
            what: "A pregnancy code precedes the others, then poisonings and sepsis; an acute form precedes its chronic one; adverse effects, status codes and external causes follow the diagnoses.",
            why: "Guidelines I.B.8, I.C.1.d.4, I.C.15.a.1, I.C.19.e.5, I.C.20.a.6 and IV.G",
            example: "\"former smoker\" and \"scalp laceration, fell\" -> the laceration first",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        for one in draft.joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
            // Tens, so that the notes of the tabular list can put a code between.
            one.place = match one.best.code.as_bytes()[0] {
                b'O' => 0,
                b'T' => match drug_intent(&one.best.code) {
                    Some('5' | '6') => 25,
                    Some(_) => 5,
                    None => 10,
                },
                b'A' if one.best.code.starts_with("A40") || one.best.code.starts_with("A41") => 8,
                b'V' | b'W' | b'X' | b'Y' => 40,
                b'Z' if leads(&one.best.code) => 10,
                b'Z' => 30,
                b'R' => 20,
                _ => 10,
            };
        }
        acute_first(draft);
        rank::order(&mut draft.joined);
    }
}

/// Of an acute and a chronic form told together the acute one goes first (guideline I.B.8).
fn acute_first(draft: &mut Draft<'_>) {
    let drafted = draft.drafted("ICD-10-CM");
    let is = |n: usize, word: &str| {
        let title =
            draft.joined[n].best.code.parse().ok().and_then(|c| draft.set.title(c)).unwrap_or_default().to_lowercase();
        title.split(|c: char| !c.is_alphabetic()).any(|w| w == word)
    };
    let together = |a: usize, b: usize| {
        let (a, b) = (&draft.joined[a].best, &draft.joined[b].best);
        a.code[..2] == b.code[..2]
            && a.note == b.note
            && draft.sentence(a).map(|s| s.0) == draft.sentence(b).map(|s| s.0)
    };
    let pairs: Vec<(usize, usize)> = drafted
        .iter()
        .flat_map(|&a| drafted.iter().map(move |&b| (a, b)))
        .filter(|&(a, b)| a != b && together(a, b) && is(a, "acute") && is(b, "chronic") && !is(b, "acute"))
        .collect();
    for (acute, chronic) in pairs {
        draft.joined[chronic].place = draft.joined[chronic].place.max(draft.joined[acute].place + 1);
    }
}

/// The intent in a code of T36 to T50: 1 to 4 a poisoning, 5 an adverse effect, 6 underdosing.
fn drug_intent(code: &str) -> Option<char> {
    if !("T36".."T51").contains(&code) {
        return None;
    }
    let plain = code.replace('.', "");
    // The fifth character where nothing more is told of the drug, otherwise the sixth.
    let (fifth, sixth) = (plain.chars().nth(4)?, plain.chars().nth(5)?);
    Some(if sixth == 'X' { fifth } else { sixth })
}

/// Reasons for an encounter that may stand first (guideline I.C.21.c.16).
fn leads(code: &str) -> bool {
    [
        "Z00", "Z01", "Z02", "Z08", "Z09", "Z12", "Z30", "Z31", "Z34", "Z38", "Z39", "Z41", "Z42", "Z43", "Z45", "Z47",
        "Z48", "Z49", "Z51", "Z52",
    ]
    .iter()
    .any(|p| code.starts_with(p))
}
