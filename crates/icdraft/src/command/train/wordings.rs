//! Wordings of codes to learn from: the tabular list, the lexicons, and the alphabetic index where a pack has it.

use anyhow::Context as _;
use icdraft_classifier::train::{Source, Wording};
use icdraft_codeset::loader::index::{IndexEntry, IndexKind};
use icdraft_codeset::{CodeSet, NoteKind};
use icdraft_mention::LexiconFile;

/// Expansions of one phrase of a lexicon.
const EXPANSIONS: usize = 10;

/// Main terms of which one in this many is held out.
const HELD_OUT: u32 = 10;

/// How the columns of the neoplasm table are said.
const BEHAVIOURS: [&[&str]; 6] = [
    &["malignant neoplasm of {}", "cancer of {}", "{} carcinoma"],
    &["metastasis to {}", "secondary malignant neoplasm of {}"],
    &["carcinoma in situ of {}"],
    &["benign neoplasm of {}", "benign tumor of {}"],
    &["neoplasm of uncertain behavior of {}"],
    &["neoplasm of {}, unspecified behavior"],
];

/// How the columns of the table of drugs are said.
const INTENTS: [&str; 6] = [
    "poisoning by {}, accidental",
    "poisoning by {}, intentional self-harm",
    "poisoning by {}, assault",
    "poisoning by {}, undetermined",
    "adverse effect of {}",
    "underdosing of {}",
];

/// Which main terms of the index are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    All,
    Training,
}

/// A path of the index that training does not see, and its code.
#[derive(Debug, Clone)]
pub(crate) struct HeldOut {
    pub(crate) text: String,
    pub(crate) code: String,
}

/// All wordings; the index's only where `set` has an index.
pub(crate) fn wordings(set: &CodeSet, terms: Terms) -> anyhow::Result<Vec<Wording>> {
    let mut all = Vec::new();
    tabular(set, &mut all);
    lexicon(set, &mut all)?;
    procedures(&mut all)?;
    for entry in set.index().iter().filter(|e| terms == Terms::All || !is_held_out(e)) {
        index(set, entry, &mut all);
    }
    Ok(all)
}

/// The disease index's held-out paths with codes that the set has.
pub(crate) fn held_out(set: &CodeSet) -> Vec<HeldOut> {
    let entries = set.index();
    let held = entries.iter().filter(|e| e.kind == IndexKind::Disease && is_held_out(e));
    held.filter_map(|e| Some(HeldOut { text: e.path.join(", "), code: printed(set, e.code.as_ref()?)? })).collect()
}

fn is_held_out(entry: &IndexEntry) -> bool {
    let main = entry.path.first().map(|m| m.to_lowercase()).unwrap_or_default();
    // FNV-1a: written down here, so that the split stays what it is.
    let hash = main.bytes().fold(0x811c_9dc5u32, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193));
    (hash >> 8) % HELD_OUT == 0
}

fn tabular(set: &CodeSet, all: &mut Vec<Wording>) {
    for id in set.entries() {
        let Some(code) = set.code(id).map(|c| c.to_string()) else { continue };
        let mut push = |text: &str, source| all.push(Wording { text: text.to_owned(), code: code.clone(), source });
        push(set.entry_title(id), Source::Title);
        for note in set.own_notes(id).filter(|n| n.kind == NoteKind::InclusionTerm) {
            push(note.text, Source::Inclusion);
        }
    }
}

fn lexicon(set: &CodeSet, all: &mut Vec<Wording>) -> anyhow::Result<()> {
    for file in LexiconFile::embedded_diagnoses() {
        for columns in rows(&file.text) {
            let [phrase, target, says, ..] = columns[..] else { continue };
            let Some(code) = target.parse().ok().and_then(|c| set.find(c)).and_then(|id| set.code(id)) else {
                continue;
            };
            let implied = says.replace(';', " ");
            for (n, text) in expansions(phrase).with_context(|| file.name.clone())?.into_iter().enumerate() {
                let text = if n % 3 == 1 && !implied.is_empty() { format!("{text} {implied}") } else { text };
                all.push(Wording { text, code: code.to_string(), source: Source::Lexicon });
            }
        }
    }
    Ok(())
}

fn procedures(all: &mut Vec<Wording>) -> anyhow::Result<()> {
    for file in LexiconFile::embedded_procedures() {
        for columns in rows(&file.text) {
            let [_, code, name, phrases, ..] = columns[..] else { continue };
            let mut push = |text: String| all.push(Wording { text, code: code.to_owned(), source: Source::Procedure });
            push(name.to_owned());
            for phrase in phrases.split(" ; ").filter(|p| !p.trim().is_empty()) {
                expansions(phrase).with_context(|| file.name.clone())?.into_iter().take(4).for_each(&mut push);
            }
        }
    }
    Ok(())
}

/// The rows of a lexicon below its header, at least four columns each.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).skip(1).map(|line| {
        let mut columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        columns.resize(columns.len().max(4), "");
        columns
    })
}

/// Some wordings of a phrase, the alternatives of all slots taken in turn, so that each is seen.
fn expansions(phrase: &str) -> anyhow::Result<Vec<String>> {
    let mut slots = Vec::new();
    for part in icdraft_mention::phrase::parts(phrase)? {
        slots.extend(icdraft_mention::phrase::slots(part)?);
    }
    let most: usize = slots.iter().map(Vec::len).product::<usize>().min(EXPANSIONS);
    let nth = |n: usize| {
        let mut stride = n;
        let mut words: Vec<&str> = Vec::new();
        for slot in &slots {
            words.push(&slot[stride % slot.len()]);
            // Slots of one length would otherwise move in step.
            stride = stride / slot.len() + n;
        }
        words.retain(|w| !w.is_empty());
        words.join(" ")
    };
    let mut texts: Vec<String> = (0..most).map(nth).filter(|t| !t.is_empty()).collect();
    texts.sort_unstable();
    texts.dedup();
    Ok(texts)
}

fn index(set: &CodeSet, entry: &IndexEntry, all: &mut Vec<Wording>) {
    let path = entry.path.join(", ");
    let mut push = |text: String, code: String, source| all.push(Wording { text, code, source });
    let cell = |n: usize| printed(set, entry.cells.get(n)?);
    match entry.kind {
        IndexKind::Disease | IndexKind::ExternalCause => {
            let Some(code) = entry.code.as_ref().and_then(|c| printed(set, c)) else { return };
            let source = if entry.kind == IndexKind::Disease { Source::Index } else { Source::ExternalCause };
            if !entry.optional.is_empty() {
                push(format!("{path} {}", entry.optional.replace(['(', ')'], "")), code.clone(), source);
            }
            push(path, code, source);
        }
        IndexKind::Neoplasm => {
            let site = entry.path.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(", ");
            let site = if site.is_empty() { path } else { site };
            for (n, forms) in BEHAVIOURS.iter().enumerate() {
                if let Some(code) = cell(n) {
                    forms.iter().for_each(|f| push(f.replace("{}", &site), code.clone(), Source::Neoplasm));
                }
            }
        }
        IndexKind::Drug => {
            for (n, form) in INTENTS.iter().enumerate() {
                if let Some(code) = cell(n) {
                    push(form.replace("{}", &path), code, Source::Drug);
                }
            }
        }
    }
}

/// The entry that a code as printed means: a dash asks for further characters, a 7th character belongs to no entry.
pub(crate) fn printed(set: &CodeSet, text: &str) -> Option<String> {
    let code = text.trim_end_matches('-').trim_end_matches('.').parse().ok()?;
    let (id, _) = set.resolve(code)?;
    set.code(id).map(|c| c.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alternative_of_a_phrase_is_seen() {
        assert_eq!(expansions("{a|b} c").unwrap(), ["a c", "b c"]);
        let all = expansions("{a|b} {c|d} e").unwrap();
        assert!(["a", "b", "c", "d"].iter().all(|w| all.iter().any(|t| t.contains(w))), "{all:?}");
        assert_eq!(expansions("x + z {y|}").unwrap(), ["x z", "x z y"]);
    }

    #[test]
    fn the_embedded_knowledge_has_wordings() {
        let all = wordings(&CodeSet::embedded(), Terms::Training).unwrap();
        let of = |code: &str| all.iter().filter(|w| w.code == code).map(|w| w.text.as_str()).collect::<Vec<_>>();
        assert!(of("K01.1").contains(&"Impacted teeth") && of("K01.1").len() > 5, "{:?}", of("K01.1"));
        assert!(of("49505").len() > 1);
    }
}
