//! Codes: whether they may be submitted, whether each stands once, ranks and pointers.

use std::collections::{BTreeMap, BTreeSet};

use icdraft_codeset::{Code, CodeSet, Validity};

use crate::check::{Check, Finding, Placed};
use crate::profile::{Fate, Profile};
use crate::system::System;

pub(super) fn check(placed: &Placed, set: &CodeSet, profile: Option<&Profile>) -> Vec<Finding> {
    let note = &placed.note;
    let mut findings = Vec::new();
    let mut say = |check, says: String| findings.push(placed.finding(check, says));
    let mut seen = BTreeSet::new();
    let mut ranks: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for code in &note.codes {
        for accepted in code.accepted() {
            if let Some(says) = unfit(&code.system, accepted, set, profile) {
                say(Check::Code, says);
            }
        }
        let mut modifiers = code.modifiers.clone();
        modifiers.sort();
        if !seen.insert((&code.system, plain(&code.code), modifiers)) {
            say(
                Check::Twice,
                format!("{} {} stands twice; keep one line with all its evidence", code.system, code.code),
            );
        }
        ranks.entry(&code.system).or_default().extend(code.rank);
    }
    for distractor in &note.not_coded {
        // What words would wrongly lead to may be a heading.
        let code = distractor.wrong_code.as_str();
        let listed = code.parse::<Code>().is_ok_and(|code| set.resolve(code).is_some());
        if !listed && !System::Cpt.is_shaped(code) && !System::Hcpcs.is_shaped(code) {
            let says = format!("distractor leads to {code}, which is no code of {}; check it", set.release());
            say(Check::Code, says);
        }
    }
    for (system, mut ranks) in ranks {
        ranks.sort_unstable();
        // Lines without a rank come last; those that have one count from 1.
        if !ranks.iter().copied().eq((1..).take(ranks.len())) {
            let ranks: Vec<String> = ranks.iter().map(ToString::to_string).collect();
            say(Check::Rank, format!("ranks of {system} are {}; count from 1 without gaps", ranks.join(", ")));
        }
    }
    let has = |pointer: &str| note.codes.iter().any(|c| c.accepted().any(|code| plain(code) == plain(pointer)));
    for code in &note.codes {
        for pointer in code.pointers.iter().filter(|p| !has(p)) {
            say(
                Check::Pointer,
                format!("{} points to {pointer}, which the note does not have; add it or mend the pointer", code.code),
            );
        }
    }
    findings
}

/// Codes are the same with and without their dot, in either case.
fn plain(code: &str) -> String {
    code.replace('.', "").to_ascii_uppercase()
}

/// Why the code may not be submitted, with the cure.
fn unfit(system: &str, code: &str, set: &CodeSet, profile: Option<&Profile>) -> Option<String> {
    let Some(known) = System::named(system) else {
        return (system.is_empty() || code.is_empty())
            .then(|| "a code without a system or a system without a code".into());
    };
    if known != System::Icd10Cm {
        return (!known.is_shaped(code)).then(|| format!("{code} has not the form of a {system} code; check it"));
    }
    if let Some(profile) = profile {
        return match profile.fate(code, set) {
            Fate::Lost(why) => Some(format!("{code} cannot be met: {why}")),
            Fate::Kept | Fate::Moved(_) | Fate::Heading(_) => None,
        };
    }
    let release = set.release();
    let Ok(parsed) = code.parse::<Code>() else {
        return Some(format!("{code} has not the form of an ICD-10-CM code; check it"));
    };
    match set.validity(parsed) {
        Validity::Billable => None,
        Validity::NeedsMore => Some(format!("{parsed} is a heading in {release}; take a code below it")),
        Validity::NeedsSeventh(characters) => {
            let characters: String = characters.iter().collect();
            Some(format!("{parsed} lacks its 7th character in {release}; add one of {characters}"))
        }
        Validity::Unknown => {
            Some(format!("{parsed} is not in {release}; check it, or give the release of the notes: --release, --pack"))
        }
    }
}
