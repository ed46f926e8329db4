//! Notes of different splits that nearly repeat each other: what was learnt from one is then tested on the other.
//!
//! Two notes are near where enough of their shingles (runs of eight words) are the same. All pairs are found without
//! comparing all pairs: of two near notes the shorter has some share of its shingles in the other, so at least one of its
//! rarest ones, and those stand in few notes.

use std::hash::{BuildHasher as _, BuildHasherDefault};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use crate::check::{Check, Finding, Nearness, Placed};

const WORDS: usize = 8;

/// The shingles of a note, sorted, each once; the whole note where it is shorter than one.
fn shingles(text: &str) -> Vec<u64> {
    let hasher = BuildHasherDefault::<FxHasher>::default();
    let words: Vec<u64> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| hasher.hash_one(word.to_lowercase()))
        .collect();
    let mut shingles: Vec<u64> = match words.len() {
        0 => Vec::new(),
        n if n < WORDS => vec![hasher.hash_one(&words)],
        _ => words.windows(WORDS).map(|run| hasher.hash_one(run)).collect(),
    };
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// A pair of near notes: numbers, and shares of shingles.
struct Pair {
    earlier: usize,
    later: usize,
    jaccard: f64,
    containment: f64,
}

pub(super) fn check(notes: &[Placed], nearness: Nearness) -> Vec<Finding> {
    pairs(notes, nearness)
        .into_iter()
        .map(|pair| {
            let (earlier, later) = (&notes[pair.earlier], &notes[pair.later]);
            let says = format!(
                "nearly repeats `{}` of {} at {}: {:.0} % of the shorter note's runs of {WORDS} words, {:.0} % of both; keep \
                 them in one split",
                earlier.note.id,
                split(earlier),
                earlier.place(),
                pair.containment * 100.0,
                pair.jaccard * 100.0
            );
            later.finding(Check::Near, says)
        })
        .collect()
}

/// The split of a note, its set, or else its file.
fn split(placed: &Placed) -> String {
    match placed.note.split_or_set() {
        "" => placed.file.display().to_string(),
        named => named.to_owned(),
    }
}

fn pairs(notes: &[Placed], nearness: Nearness) -> Vec<Pair> {
    let splits: Vec<String> = notes.iter().map(split).collect();
    if splits.windows(2).all(|pair| pair[0] == pair[1]) {
        return Vec::new();
    }
    let shingles: Vec<Vec<u64>> = notes.par_iter().map(|placed| shingles(&placed.note.text)).collect();
    let mut holders: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (number, shingles) in (0..).zip(&shingles) {
        for &shingle in shingles {
            holders.entry(shingle).or_default().push(number);
        }
    }
    // Jaccard j of sets a <= b asks for at least 2j/(1+j) of a in b.
    let least = nearness.containment.min(2.0 * nearness.jaccard / (1.0 + nearness.jaccard));
    let mut pairs: Vec<Pair> = (0..notes.len())
        .into_par_iter()
        .flat_map_iter(|shorter| {
            let mut by_rarity: Vec<&Vec<u32>> = shingles[shorter].iter().map(|shingle| &holders[shingle]).collect();
            by_rarity.sort_by_key(|holders| holders.len());
            let needed = (least * by_rarity.len() as f64).ceil().max(1.0) as usize;
            let probed = (by_rarity.len() + 1).saturating_sub(needed);
            let mut others: Vec<usize> =
                by_rarity[..probed].iter().flat_map(|holders| holders.iter().map(|&n| n as usize)).collect();
            others.sort_unstable();
            others.dedup();
            let size = |note: usize| (shingles[note].len(), note);
            others.retain(|&other| size(other) > size(shorter) && splits[other] != splits[shorter]);
            let near: Vec<Pair> = others
                .into_iter()
                .filter_map(|longer| compared(shorter, longer, &shingles[shorter], &shingles[longer], nearness))
                .collect();
            near
        })
        .collect();
    pairs.sort_by_key(|pair| (pair.later, pair.earlier));
    pairs
}

fn compared(a: usize, b: usize, of_a: &[u64], of_b: &[u64], nearness: Nearness) -> Option<Pair> {
    let shared = of_a.iter().filter(|shingle| of_b.binary_search(shingle).is_ok()).count();
    let containment = shared as f64 / of_a.len() as f64;
    let jaccard = shared as f64 / (of_a.len() + of_b.len() - shared) as f64;
    let near = containment >= nearness.containment || jaccard >= nearness.jaccard;
    near.then_some(Pair { earlier: a.min(b), later: a.max(b), jaccard, containment })
}
