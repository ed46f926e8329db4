//! Past diagnoses.

use icdraft_note::SectionKind;

use crate::knowledge;
use crate::rule::{About, Case, Rule, Verdict};

#[derive(Debug)]
pub(super) struct History;

impl Rule for History {
    fn about(&self) -> About {
        About {
            name: "history",
            what: "Chronic conditions stay current when the note speaks of their history; acute ones become personal history codes, or are not coded.",
            why: "Guidelines IV.J and I.C.21.c.4; the list of chronic conditions is data/chronic.tsv",
            example: "\"PAST MEDICAL HISTORY: hypertension, heart attack\" -> I10 and I25.2",
        }
    }

    fn judge(&self, case: &Case<'_>) -> Option<Verdict> {
        let against = case.mention.assertion.against();
        let status = case.code.as_str().starts_with('Z');
        let lasting = status || knowledge::is_chronic(case.code);
        match against {
            // A list of past diseases says so of each that does not last.
            None if case.kind == SectionKind::Pmh && !lasting && !is_sign(case) => self.past(case, "historical", false),
            None if (!lasting || case.code.as_str().starts_with('C')) && is_of_a_past_year(case) => {
                self.past(case, "historical", true)
            }
            Some("historical") if lasting => Some(Verdict::Code(None)),
            // What a stay resolved is still what it was for.
            Some("resolved") if case.kind == SectionKind::DischargeDiagnosis => Some(Verdict::Code(None)),
            Some("resolved") if status => Some(Verdict::Code(None)),
            // A plan or a list of operations is about what is there, unless words say that it is past or still to come.
            Some(reason @ ("historical" | "planned")) if case.mention.assertion.cue(reason).is_none() => {
                Some(Verdict::Code(None))
            }
            // What stands under ALLERGIES is an allergy of the patient's, not a disease of that name.
            Some("hypothetical") if case.mention.assertion.cue("hypothetical").is_none() && is_allergy(case.code) => {
                Some(Verdict::Code(None))
            }
            Some("planned") if status => Some(Verdict::Code(None)),
            Some(reason @ ("historical" | "resolved")) => self.past(case, reason, true),
            _ => None,
        }
    }
}

impl History {
    fn past(&self, case: &Case<'_>, reason: &'static str, refuse: bool) -> Option<Verdict> {
        match knowledge::history(case.code) {
            Some(code) => Some(Verdict::Instead(
                code,
                format!("the note speaks of it as past: personal history instead of {}", case.code),
            )),
            None if refuse => Some(Verdict::Refuse(reason)),
            None => None,
        }
    }
}

fn is_allergy(code: icdraft_codeset::Code) -> bool {
    code.as_str().starts_with("Z88") || code.as_str().starts_with("Z910")
}

/// "MI in 2012": a year before that of the service, right behind the words. Where the date of service is not known, any year is past.
fn is_of_a_past_year(case: &Case<'_>) -> bool {
    let rest = &case.text[case.mention.span.end..];
    let rest = rest.trim_start_matches([' ', ',', '(']);
    let rest = rest.strip_prefix("in ").or_else(|| rest.strip_prefix("back in ")).unwrap_or(rest);
    let year: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let year = year.parse::<i16>().ok().filter(|y| year.len() == 4 && (1940..2100).contains(y));
    year.is_some_and(|y| case.encounter.date_of_service.is_none_or(|day| y < day.year()))
}

/// Symptoms and injuries are told in a history without being a disease of the past.
fn is_sign(case: &Case<'_>) -> bool {
    case.code.as_str().starts_with('R')
}
