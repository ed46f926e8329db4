//! Look-up of procedure, drug and supply codes: the project's lexicons, the user's licensed CPT table, the CMS file of HCPCS Level II.

use std::fmt::Write as _;

use anyhow::bail;
use icdraft_codeset::CodeSet;
use icdraft_codeset::hcpcs::Hcpcs;
use icdraft_mention::{Procedures, Terminology};
use icdraft_suggest::CptTable;
use serde_json::json;

use crate::args::{Format, Knowledge};
use crate::command::{Done, print, say};

/// Whether a code is shaped like a CPT or HCPCS number. (An ICD-10-CM code of five characters has its dot, or a digit and a letter before it.)
fn is_number(code: &str) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match code.as_bytes() {
        [a, b, c, d, last] if digits(&[*a, *b, *c, *d]) => last.is_ascii_alphanumeric(),
        _ => false,
    }
}

fn table(knowledge: &Knowledge) -> anyhow::Result<Option<Hcpcs>> {
    Ok(knowledge.config()?.hcpcs_table.as_deref().map(Hcpcs::read).transpose()?)
}

/// Tells of the dental codes that were passed over.
fn tell_dental(table: Option<&Hcpcs>) {
    if let Some(count) = table.map(|t| t.dental).filter(|n| *n > 0) {
        say(&format!(
            "{count} dental codes (D) of the HCPCS file were passed over: they are the dentists' association's"
        ));
    }
}

/// The lexicon's entries for a code.
fn concepts(code: &str) -> anyhow::Result<Vec<icdraft_mention::Procedure>> {
    let terminology = Terminology::new(&CodeSet::embedded(), Procedures::Lexicon)?;
    Ok(terminology.procedures().iter().filter(|p| p.code == code).cloned().collect())
}

/// Shows one code; none where it is shaped like no CPT and no HCPCS number, or like both ICD-10-CM and HCPCS and is none of the latter.
pub(crate) fn show(code: &str, format: Format, knowledge: &Knowledge) -> anyhow::Result<Option<Done>> {
    let code = code.to_ascii_uppercase();
    let lettered = code.len() == 5 && code.bytes().skip(1).all(|b| b.is_ascii_digit());
    if !is_number(&code) && !lettered {
        return Ok(None);
    }
    let config = knowledge.config()?;
    let licensed = config.cpt_table.as_deref().map(CptTable::read).transpose()?;
    let hcpcs = table(knowledge)?;
    let official = hcpcs.as_ref().and_then(|t| t.find(&code));
    let description = licensed.as_ref().and_then(|t| t.description(&code)).or(official.map(|c| c.long.as_str()));
    let concepts = concepts(&code)?;
    let unknown = description.is_none() && concepts.is_empty();
    if unknown && !is_number(&code) {
        return Ok(None);
    }
    tell_dental(hcpcs.as_ref());
    if unknown {
        bail!(
            "{code} is not in the lexicon{}",
            if licensed.is_some() || hcpcs.is_some() {
                " and not in your tables"
            } else {
                "; give your CPT table with --cpt, or the CMS file of HCPCS Level II with --hcpcs"
            }
        );
    }
    let system = if code.starts_with(|c: char| c.is_ascii_digit()) { "CPT" } else { "HCPCS" };
    if let Format::Json = format {
        let value = json!({
            "code": code, "system": system, "description": description,
            "added": official.and_then(|c| c.added).map(|d| d.to_string()),
            "effective": official.and_then(|c| c.effective).map(|d| d.to_string()),
            "coverage": official.map(|c| c.coverage.as_str()), "action": official.map(|c| c.action.as_str()),
            "terminated": official.and_then(|c| c.terminated).map(|d| d.to_string()),
            "concepts": concepts.iter().map(|p| json!({
                "concept": p.concept, "name": p.name, "addon_of": p.addon_of, "bundles": p.bundles,
                "unit": p.dose.map(|d| format!("{} {}", d.amount, d.measure.name())),
            })).collect::<Vec<_>>(),
        });
        print(&(serde_json::to_string_pretty(&value)? + "\n"))?;
        return Ok(Some(Done::Whole));
    }
    let mut out =
        format!("{code}  {}\n{system}\n", description.unwrap_or("(no description: it is in no table of yours)"));
    if let Some(end) = official.and_then(|c| c.terminated) {
        let _ = writeln!(out, "not valid after {end}");
    }
    if concepts.is_empty() {
        out += "\nnot in the lexicon: icdraft never drafts it\n";
    }
    for p in &concepts {
        let _ = writeln!(out, "\n{}  ({})", p.name, p.concept);
        if let Some(dose) = p.dose {
            let _ = writeln!(out, "  one unit: {} {}", dose.amount, dose.measure.name());
        }
        for (name, codes) in [("add-on of", &p.addon_of), ("includes", &p.bundles)] {
            if !codes.is_empty() {
                let _ = writeln!(out, "  {name}: {}", codes.join(", "));
            }
        }
    }
    print(&out)?;
    Ok(Some(Done::Whole))
}

/// Codes of the user's tables whose descriptions hold all the words, in code order.
pub(crate) fn search(query: &str, knowledge: &Knowledge) -> anyhow::Result<Vec<(String, String)>> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| {
        let lower = text.to_lowercase();
        words.iter().all(|w| lower.contains(w.as_str()))
    };
    let mut found: Vec<(String, String)> = Vec::new();
    if let Some(licensed) = knowledge.config()?.cpt_table.as_deref().map(CptTable::read).transpose()? {
        found.extend(licensed.rows().filter(|(_, d)| holds(d)).map(|(c, d)| (c.to_owned(), d.to_owned())));
    }
    if let Some(hcpcs) = table(knowledge)? {
        tell_dental(Some(&hcpcs));
        found.extend(hcpcs.codes().filter(|c| holds(&c.long)).map(|c| (c.code.clone(), c.long.clone())));
    }
    found.sort();
    Ok(found)
}
