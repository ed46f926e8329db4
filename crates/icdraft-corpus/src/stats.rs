//! What a corpus holds: notes, words, codes by system, chapter and section, certainty, distractors, by split and kind.

use std::collections::{BTreeMap, BTreeSet};

use icdraft_codeset::{Code, CodeSet};
use rayon::prelude::*;
use serde::Serialize;

use crate::gold::{Certainty, GoldCode, GoldNote};
use crate::system::System;

/// Sections of CPT by their numbers. Letters at the end make categories of their own.
const CPT_SECTIONS: [(&str, std::ops::RangeInclusive<u32>); 8] = [
    ("anesthesia", 100..=1999),
    ("surgery", 10_004..=69_990),
    ("radiology", 70_010..=79_999),
    ("pathology and laboratory", 80_047..=89_398),
    ("medicine", 90_281..=99_082),
    ("anesthesia", 99_100..=99_140),
    ("medicine", 99_151..=99_199),
    ("evaluation and management", 99_202..=99_499),
];

/// Counts of a corpus.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Stats {
    /// Notes.
    pub notes: usize,
    /// Words of the notes.
    pub words: Spread,
    /// Clusters, where notes name them.
    pub clusters: usize,
    /// Codes by system.
    pub systems: BTreeMap<String, SystemStats>,
    /// ICD-10-CM codes by chapter, in tabular order.
    pub chapters: Vec<Share>,
    /// CPT codes by section.
    pub cpt_sections: Vec<Share>,
    /// Distractors.
    pub distractors: usize,
    /// Distractors by reason, most first.
    pub reasons: Vec<Share>,
    /// Notes, words and codes by `split`, `set`, `kind` and `specialty`, where notes name them.
    pub groups: BTreeMap<&'static str, Vec<Group>>,
}

/// Codes of one system.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SystemStats {
    /// Lines.
    pub codes: usize,
    /// Different codes.
    pub distinct: usize,
    /// Codes that occur once in the corpus.
    pub once: usize,
    /// A note's codes, over all notes.
    pub per_note: Spread,
    /// Lines that another coder would assign too.
    pub sure: usize,
    /// Lines that are defensible.
    pub arguable: usize,
    /// Lines with alternatives.
    pub with_alternatives: usize,
    /// Lines with evidence.
    pub with_evidence: usize,
    /// Spans of evidence.
    pub spans: usize,
    /// Lines with modifiers.
    pub with_modifiers: usize,
    /// Lines with pointers.
    pub with_pointers: usize,
}

/// How a number is spread over notes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spread {
    /// Over all notes.
    pub total: usize,
    /// Mean.
    pub mean: f64,
    /// Middle value; the mean of the two in the middle.
    pub median: f64,
    /// Least.
    pub least: usize,
    /// Most.
    pub most: usize,
}

/// A part with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The part.
    pub name: String,
    /// Lines.
    pub n: usize,
}

/// Notes of one split, kind ...
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Notes.
    pub notes: usize,
    /// Words.
    pub words: usize,
    /// Codes by system.
    pub codes: BTreeMap<String, usize>,
    /// Distractors.
    pub distractors: usize,
}

impl Stats {
    /// Counts the notes. `set` names the chapters.
    pub fn of(notes: &[GoldNote], set: &CodeSet) -> Self {
        let words: Vec<usize> = notes.par_iter().map(|note| note.text.split_whitespace().count()).collect();
        let systems: BTreeSet<&str> = codes(notes).map(|c| c.system.as_str()).collect();
        let clusters: BTreeSet<&str> = notes.iter().filter_map(|note| note.cluster.as_deref()).collect();
        let reasons = notes.iter().flat_map(|n| &n.not_coded).map(|d| d.reason.as_str());
        Self {
            notes: notes.len(),
            words: Spread::of(words.iter().copied()),
            clusters: clusters.len(),
            systems: systems.into_iter().map(|name| (name.to_owned(), SystemStats::of(notes, name))).collect(),
            chapters: chapters(notes, set),
            cpt_sections: most_first(of_system(notes, System::Cpt).map(|code| cpt_section(&code.code))),
            distractors: notes.iter().map(|note| note.not_coded.len()).sum(),
            reasons: most_first(reasons),
            groups: groups(notes, &words),
        }
    }
}

fn codes(notes: &[GoldNote]) -> impl Iterator<Item = &GoldCode> {
    notes.iter().flat_map(|note| &note.codes)
}

fn of_system(notes: &[GoldNote], system: System) -> impl Iterator<Item = &GoldCode> {
    codes(notes).filter(move |code| System::named(&code.system) == Some(system))
}

impl SystemStats {
    fn of(notes: &[GoldNote], system: &str) -> Self {
        let mut occurrences: BTreeMap<&str, usize> = BTreeMap::new();
        let mut stats = Self::default();
        let count = |flag: bool| usize::from(flag);
        for code in codes(notes).filter(|c| c.system == system) {
            *occurrences.entry(&code.code).or_default() += 1;
            stats.codes += 1;
            stats.sure += count(code.certainty == Certainty::Sure);
            stats.arguable += count(code.certainty == Certainty::Arguable);
            stats.with_alternatives += count(!code.alternatives.is_empty());
            stats.with_evidence += count(!code.evidence_spans.is_empty());
            stats.spans += code.evidence_spans.len();
            stats.with_modifiers += count(!code.modifiers.is_empty());
            stats.with_pointers += count(!code.pointers.is_empty());
        }
        stats.distinct = occurrences.len();
        stats.once = occurrences.values().filter(|n| **n == 1).count();
        stats.per_note = Spread::of(notes.iter().map(|note| note.codes.iter().filter(|c| c.system == system).count()));
        stats
    }
}

impl Spread {
    fn of(values: impl Iterator<Item = usize>) -> Self {
        let mut values: Vec<usize> = values.collect();
        values.sort_unstable();
        let (Some(&least), Some(&most)) = (values.first(), values.last()) else {
            return Self::default();
        };
        let total: usize = values.iter().sum();
        let middle = values[(values.len() - 1) / 2] + values[values.len() / 2];
        Self { total, mean: total as f64 / values.len() as f64, median: middle as f64 / 2.0, least, most }
    }
}

/// Codes of each chapter; those that the release does not have at the end.
fn chapters(notes: &[GoldNote], set: &CodeSet) -> Vec<Share> {
    let mut counts: BTreeMap<usize, Share> = BTreeMap::new();
    for code in of_system(notes, System::Icd10Cm) {
        // A heading stands in a chapter too; so does a code whose 7th character is not in the release.
        let category = code.code.parse::<Code>().ok().and_then(|code| set.find(code.category()));
        let chapter = category.and_then(|category| set.lineage(category).last());
        let (place, name) = match chapter {
            Some(id) => (id.index(), format!("{} {}", set.name(id), set.entry_title(id))),
            None => (usize::MAX, format!("not in {}", set.release())),
        };
        counts.entry(place).or_insert(Share { name, n: 0 }).n += 1;
    }
    counts.into_values().collect()
}

fn cpt_section(code: &str) -> &'static str {
    match code.bytes().last().map(|b| b.to_ascii_uppercase()) {
        Some(b'F') => return "category II",
        Some(b'T') => return "category III",
        Some(b'U' | b'M') => return "pathology and laboratory",
        _ => {}
    }
    let number: u32 = code.parse().unwrap_or_default();
    CPT_SECTIONS.iter().find(|(_, range)| range.contains(&number)).map_or("medicine", |(name, _)| name)
}

fn most_first<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Share> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut shares: Vec<Share> = counts.into_iter().map(|(name, n)| Share { name: name.to_owned(), n }).collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.n));
    shares
}

fn groups(notes: &[GoldNote], words: &[usize]) -> BTreeMap<&'static str, Vec<Group>> {
    type Field = fn(&GoldNote) -> Option<&str>;
    let fields: [(&'static str, Field); 4] = [
        ("split", |note| note.split.as_deref()),
        ("set", |note| Some(note.set.as_str()).filter(|set| !set.is_empty())),
        ("kind", |note| note.kind.as_deref()),
        ("specialty", |note| note.specialty.as_deref()),
    ];
    let mut groups = BTreeMap::new();
    for (field, of) in fields {
        let mut by_name: BTreeMap<&str, Group> = BTreeMap::new();
        for (note, words) in notes.iter().zip(words) {
            let Some(name) = of(note) else { continue };
            let group = by_name.entry(name).or_insert_with(|| Group { name: name.to_owned(), ..Group::default() });
            group.notes += 1;
            group.words += words;
            group.distractors += note.not_coded.len();
            for code in &note.codes {
                *group.codes.entry(code.system.clone()).or_default() += 1;
            }
        }
        if !by_name.is_empty() {
            groups.insert(field, by_name.into_values().collect());
        }
    }
    groups
}
