//! Pressure ulcers: one code a site.

use icdraft_note::{Billing, Setting};

use crate::rank;
use crate::rule::{About, Draft, Rule};

#[derive(Debug)]
pub(super) struct PressureUlcer;

/// Letters of a code that name the site with its side: "L89.15", "L89.62".
const SITE: usize = 6;

impl Rule for PressureUlcer {
    fn about(&self) -> About {
        About {
            name: "pressure-ulcer",
            what: "Of several stages of a pressure ulcer of one site only the deepest is drafted, except where an inpatient stay made it deeper.",
            why: "Guideline I.C.12.a: one code for the site and its highest stage; the stage on admission and the highest one for a facility",
            example: "\"sacral decubitus, stage II\" and \"stage III sacral pressure ulcer\" -> L89.153 alone",
        }
    }

    fn apply(&self, draft: &mut Draft<'_>) {
        let facility = draft.encounter.setting == Setting::Inpatient && draft.encounter.billing == Billing::Facility;
        if facility {
            return;
        }
        let drafted = draft.codes("ICD-10-CM");
        for n in (0..draft.joined.len()).rev() {
            let code = draft.joined[n].best.code.clone();
            let Some((deeper, _)) = drafted
                .iter()
                .filter_map(|d| Some((d, depth(d)?)))
                .filter(|(d, _)| is_same_ulcer(d, &code))
                .max_by_key(|d| d.1)
            else {
                continue;
            };
            let Some(at) = draft.joined.iter().position(|j| j.best.code == *deeper) else { continue };
            if depth(deeper) > depth(&code) {
                let shallow = draft.joined[n].clone();
                draft.joined[at].evidence.extend(shallow.evidence);
                draft.joined.remove(n);
            }
        }
        rank::order(&mut draft.joined);
    }
}

/// Whether two codes name the same site, or one of them none.
fn is_same_ulcer(a: &str, b: &str) -> bool {
    a.starts_with("L89") && b.starts_with("L89") && a != b && (a.get(..SITE) == b.get(..SITE) || b.starts_with("L89.9"))
}

/// How deep a stage is: unspecified, 1, 2, deep tissue, 3, 4, and unstageable, which is full thickness at least.
fn depth(code: &str) -> Option<u8> {
    match code.strip_prefix("L89.")?.bytes().last()? {
        b'9' => Some(0),
        b'1' => Some(1),
        b'2' => Some(2),
        b'6' => Some(3),
        b'3' => Some(4),
        b'0' => Some(5),
        b'4' => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_of_one_site() {
        assert!(is_same_ulcer("L89.153", "L89.152") && !is_same_ulcer("L89.153", "L89.622"));
        assert!(depth("L89.154") > depth("L89.150") && depth("L89.150") > depth("L89.153"));
        assert!(depth("L89.152") > depth("L89.159"));
    }
}
