//! Finding codes by words of their titles and inclusion terms.

use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::codeset::{CodeSet, folded};
use crate::hierarchy::{EntryId, NoteKind};

/// One code found, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The entry's code.
    pub code: Code,
    /// Share of the query's weight that its words carry, less a little for each word that was not asked for.
    pub score: f64,
}

/// The words of a text as search compares them: folded, plural dropped.
fn words(text: &str) -> Vec<String> {
    folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.strip_suffix('s').filter(|s| s.len() > 3 && !s.ends_with(['s', 'u', 'i'])).unwrap_or(w).to_owned())
        .collect()
}

/// Entries whose title, ancestors' titles or inclusion terms hold the words of `query`, at most `limit`, best first.
/// Rare words weigh more; a word of an ancestor's title or of an inclusion term counts a little less than one of the title.
pub fn search(set: &CodeSet, query: &str, limit: usize) -> Vec<Hit> {
    let query = words(query);
    let coded: Vec<(EntryId, Code)> = set.entries().filter_map(|id| Some((id, set.code(id)?))).collect();
    let mut frequency: FxHashMap<&str, usize> = FxHashMap::default();
    let mut matched: Vec<(Code, Vec<f64>, usize)> = Vec::new();
    for &(id, code) in &coded {
        let title = words(set.entry_title(id));
        let above: Vec<String> = set
            .lineage(id)
            .skip(1)
            .filter(|&a| set.code(a).is_some())
            .flat_map(|a| words(set.entry_title(a)))
            .collect();
        let terms: Vec<String> =
            set.own_notes(id).filter(|n| n.kind == NoteKind::InclusionTerm).flat_map(|n| words(n.text)).collect();
        let found: Vec<f64> = query
            .iter()
            .map(|w| {
                let begins = |other: &String| other == w || (w.len() > 4 && other.starts_with(w.as_str()));
                if title.iter().any(begins) {
                    1.0
                } else if above.iter().any(begins) || terms.iter().any(begins) {
                    0.8
                } else {
                    0.0
                }
            })
            .collect();
        if found.iter().any(|&f| f > 0.0) {
            for (word, _) in query.iter().zip(&found).filter(|(_, f)| **f > 0.0) {
                *frequency.entry(word).or_default() += 1;
            }
            let unasked = title.iter().filter(|t| !query.contains(t)).count();
            matched.push((code, found, unasked));
        }
    }
    #[allow(clippy::cast_precision_loss)] // counts far below 2^52
    let weight: Vec<f64> = query
        .iter()
        .map(|w| (coded.len() as f64 / (1.0 + *frequency.get(w.as_str()).unwrap_or(&0) as f64)).ln().max(0.1))
        .collect();
    let whole: f64 = weight.iter().sum();
    let mut hits: Vec<Hit> = matched
        .into_iter()
        .map(|(code, found, unasked)| {
            let got: f64 = found.iter().zip(&weight).map(|(f, w)| f * w).sum();
            #[allow(clippy::cast_precision_loss)]
            Hit { code, score: got / whole - 0.01 * unasked as f64 }
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code)));
    hits.truncate(limit);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn side_and_joint_decide() {
        let set = CodeSet::embedded();
        let hits = search(&set, "knee osteoarthritis right", 3);
        assert_eq!(hits[0].code.to_string(), "M17.11");
    }
}
