//! Phrases from the official indexes, where the user's pack has them: main terms with their subterms, the neoplasm table (site and
//! behaviour) and the table of drugs (substance and intent). The embedded pack has none.

use icdraft_codeset::loader::index::{IndexEntry, IndexKind};
use icdraft_codeset::{Code, CodeSet};
use rustc_hash::FxHashMap;

/// A phrase of the lexicon notation and what it stands for.
pub(crate) struct IndexTerm {
    pub(crate) phrase: String,
    pub(crate) code: Code,
}

/// Deepest path that is tried: further subterms are conditions ("with", "due to"), not what anybody writes in a row.
const DEEPEST: usize = 3;

/// How the columns of the neoplasm table are said, in their order.
const BEHAVIOURS: [&[&str]; 6] = [
    &["malignant neoplasm of {}", "cancer of {}", "carcinoma of {}", "{} cancer", "{} carcinoma"],
    &["metastasis to {}", "metastatic cancer to {}", "secondary malignant neoplasm of {}", "{} metastasis"],
    &["carcinoma in situ of {}", "{} carcinoma in situ"],
    &["benign neoplasm of {}", "benign tumor of {}", "benign {} tumor"],
    &["neoplasm of uncertain behavior of {}"],
    &["tumor of {}", "neoplasm of {}", "{} tumor", "{} neoplasm"],
];

/// How the columns of the table of drugs are said; the columns left out (assault, undetermined) are never written in a row.
const INTENTS: [&[&str]; 6] = [
    &["{} poisoning", "{} overdose", "accidental ingestion of {}"],
    &["intentional {} overdose", "suicide attempt with {}"],
    &[],
    &[],
    &["adverse effect of {}", "adverse reaction to {}", "{} toxicity"],
    &["underdosing of {}"],
];

/// The phrases of all index entries of `set`.
pub(crate) fn index_terms(set: &CodeSet) -> Vec<IndexTerm> {
    let entries = set.index();
    let by_path: FxHashMap<String, &IndexEntry> = entries
        .iter()
        .filter(|e| e.kind == IndexKind::Disease)
        .map(|e| (e.path.join(", ").to_lowercase(), e))
        .collect();
    let mut terms = Vec::new();
    for entry in entries.iter().filter(|e| e.path.len() <= DEEPEST) {
        match entry.kind {
            IndexKind::Disease => {
                // *See* is followed once; the entry found may be a heading without a code.
                let other = entry.see.as_ref().or(entry.see_also.as_ref()).and_then(|s| by_path.get(&s.to_lowercase()));
                let printed = entry.code.as_ref().or_else(|| other.and_then(|e| e.code.as_ref()));
                if let Some(code) = printed.and_then(|c| listed(set, c)) {
                    terms.extend(wordings(&entry.path).map(|phrase| IndexTerm { phrase, code }));
                }
            }
            IndexKind::Neoplasm => terms.extend(table(set, entry, &BEHAVIOURS)),
            IndexKind::Drug => terms.extend(table(set, entry, &INTENTS)),
            IndexKind::ExternalCause => {}
        }
    }
    terms.retain(|t| t.phrase.len() > 4 && !t.phrase.contains(['{', '}', '+']));
    terms.extend(entries.iter().filter(|e| e.kind == IndexKind::ExternalCause).filter_map(|e| circumstance(set, e)));
    terms
}

/// External causes are told in sentences, not in a row: "Fall, from, ladder" asks for "fall" and "ladder" near each other.
fn circumstance(set: &CodeSet, entry: &IndexEntry) -> Option<IndexTerm> {
    let code = listed(set, entry.code.as_deref()?)?;
    let first = |term: &String| term.split([',', ';']).next().unwrap_or_default().trim().to_lowercase();
    let (main, last) = (first(entry.path.first()?), first(entry.path.get(1..)?.last()?));
    let plain = |word: &str| word.len() >= LEAST && word.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '-');
    let joins = ["with", "due", "from", "into", "while", "without", "specified", "involving", "collision"];
    let conditional = last.split(' ').next().is_some_and(|w| joins.contains(&w));
    (plain(&main) && plain(&last) && !conditional).then(|| IndexTerm { phrase: format!("{main} + {last}"), code })
}

/// Shortest word of an external cause that is worth looking for.
const LEAST: usize = 4;

/// The entry that a printed code names: a trailing `-` asks for further characters.
fn listed(set: &CodeSet, printed: &str) -> Option<Code> {
    let code: Code = printed.trim_end_matches('-').trim_end_matches('.').parse().ok()?;
    set.find(code).map(|_| code)
}

/// "Fistula, arteriovenous" is written "arteriovenous fistula", "fistula arteriovenous" or "fistula of ...".
fn wordings(path: &[String]) -> impl Iterator<Item = String> {
    // "Abscess, abscessed" gives its first form only.
    let words: Vec<String> =
        path.iter().map(|p| p.split([',', ';']).next().unwrap_or_default().trim().to_lowercase()).collect();
    let conditional = words.iter().skip(1).any(|w| {
        ["with", "due", "in", "by", "from", "following", "specified"].iter().any(|c| w.split(' ').next() == Some(*c))
    });
    let row: Vec<String> = match words.as_slice() {
        [main] if main.contains(' ') || main.len() > 7 => vec![main.clone()],
        [main, sub] if !conditional => {
            vec![format!("{sub} {main}"), format!("{main} of {sub}"), format!("{main} {sub}")]
        }
        [main, sub, detail] if !conditional => {
            vec![format!("{detail} {sub} {main}"), format!("{main} of {detail} {sub}")]
        }
        _ => Vec::new(),
    };
    row.into_iter()
}

/// The phrases of one row of a table.
fn table(set: &CodeSet, entry: &IndexEntry, columns: &[&[&str]; 6]) -> Vec<IndexTerm> {
    // The neoplasm table hangs its sites below one main term.
    let names =
        if entry.kind == IndexKind::Neoplasm { entry.path.get(1..).unwrap_or_default() } else { &entry.path[..] };
    let first = |name: &String| name.split([',', ';']).next().unwrap_or_default().trim().to_lowercase();
    let name = names.iter().rev().map(first).collect::<Vec<_>>().join(" ");
    if name.len() <= 2 {
        return Vec::new();
    }
    let cells = entry.cells.iter().zip(columns).filter_map(|(cell, said)| Some((listed(set, cell)?, said)));
    cells
        .flat_map(|(code, said)| {
            said.iter().map(|p| IndexTerm { phrase: p.replace("{}", &name), code }).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subterms_come_before_and_after() {
        let path = ["Fistula".to_owned(), "arteriovenous".to_owned()];
        let all: Vec<String> = wordings(&path).collect();
        assert!(
            all.contains(&"arteriovenous fistula".to_owned()) && all.contains(&"fistula of arteriovenous".to_owned())
        );
        assert_eq!(wordings(&["Fistula".to_owned(), "with abscess".to_owned()]).count(), 0);
    }

    #[test]
    fn circumstances_ask_for_their_first_and_last_terms() {
        let set = CodeSet::embedded();
        let entry = |path: &[&str], code: &str| IndexEntry {
            kind: IndexKind::ExternalCause,
            path: path.iter().map(|p| (*p).to_owned()).collect(),
            optional: String::new(),
            code: Some(code.to_owned()),
            cells: Vec::new(),
            see: None,
            see_also: None,
        };
        let term = circumstance(&set, &entry(&["Fall, falling", "off", "ladder"], "W11")).unwrap();
        assert_eq!((term.phrase.as_str(), term.code.to_string().as_str()), ("fall + ladder", "W11"));
        assert!(circumstance(&set, &entry(&["Fall", "due to"], "W19")).is_none());
        assert!(circumstance(&set, &entry(&["Fall"], "W19")).is_none());
    }

    #[test]
    fn the_embedded_pack_has_no_index() {
        assert!(index_terms(&CodeSet::embedded()).is_empty());
    }
}
