//! Bringing gold codes of another year into the release: those that are still there stay, those with one successor move,
//! headings are kept where the profile accepts them, and the rest is told with the ceiling that it sets.

use std::collections::BTreeMap;

use icdraft_codeset::{Code, CodeSet, EntryId, Validity};
use serde::Serialize;

use super::{Headings, Profile};
use crate::gold::{Certainty, GoldCode, GoldNote};
use crate::reader::add_code;
use crate::system::System;

/// Which sure ICD-10-CM codes of the gold can be met in the release.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Reach {
    /// Lines.
    pub codes: usize,
    /// Lines whose code may be submitted as it is.
    pub as_they_are: usize,
    /// Codes that moved to their only successor.
    pub moved: Vec<Moved>,
    /// Codes that are headings now, or lack their 7th character; any code below meets them.
    pub headings: Vec<Moved>,
    /// Codes that nothing can meet.
    pub lost: Vec<Lost>,
    /// The best recall that is possible: the share of lines that are not lost.
    pub recall_ceiling: f64,
    /// The best MAP that is possible: the mean of that share over notes with codes.
    pub map_ceiling: f64,
}

/// A code that is looked for under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// As the corpus has it.
    pub from: String,
    /// As it is scored.
    pub to: String,
    /// Lines.
    pub n: usize,
}

/// A code that nothing can meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// As the corpus has it.
    pub code: String,
    /// Lines.
    pub n: usize,
    /// Why.
    pub why: String,
}

/// What becomes of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It may be submitted as it is.
    Kept,
    /// It has one successor.
    Moved(Code),
    /// Any code below this heading meets it.
    Heading(Code),
    /// Nothing meets it; why.
    Lost(String),
}

impl Profile {
    /// The notes with their ICD-10-CM codes brought into the release of `set`, and which of them can be met. Codes that are
    /// lost stay: they count as missed.
    pub fn apply(&self, notes: &[GoldNote], set: &CodeSet) -> (Vec<GoldNote>, Reach) {
        let mut tally = Tally::default();
        let notes = notes
            .iter()
            .map(|note| {
                let (mut met, mut all) = (0, 0);
                let mut codes = Vec::new();
                for code in &note.codes {
                    let (brought, fate) = self.brought(code, set);
                    if let Some(fate) = fate.as_ref().filter(|_| code.certainty == Certainty::Sure) {
                        all += 1;
                        met += usize::from(!matches!(fate, Fate::Lost(_)));
                        tally.add(&code.code, fate);
                    }
                    // Two codes of the corpus may be one of the release; lines of other systems are not touched.
                    match fate {
                        Some(_) => add_code(&mut codes, brought),
                        None => codes.push(brought),
                    }
                }
                if all > 0 {
                    tally.shares.push(met as f64 / all as f64);
                }
                GoldNote { codes, ..note.clone() }
            })
            .collect();
        (notes, tally.reach())
    }

    /// The line as it is scored, and what became of its code; lines of other systems stay.
    fn brought(&self, code: &GoldCode, set: &CodeSet) -> (GoldCode, Option<Fate>) {
        if System::named(&code.system) != Some(System::Icd10Cm) {
            return (code.clone(), None);
        }
        let renamed = |text: &str| match self.fate(text, set) {
            Fate::Moved(to) | Fate::Heading(to) => to.to_string(),
            Fate::Kept | Fate::Lost(_) => text.to_owned(),
        };
        let mut new = code.clone();
        new.code = renamed(&code.code);
        new.alternatives = code.alternatives.iter().map(|a| renamed(a)).collect();
        (new, Some(self.fate(&code.code, set)))
    }

    pub(crate) fn fate(&self, text: &str, set: &CodeSet) -> Fate {
        let Ok(code) = text.parse::<Code>() else {
            return Fate::Lost("not of the form of an ICD-10-CM code".into());
        };
        if set.is_billable(code) {
            return Fate::Kept;
        }
        let known = self.successor(code, set).or_else(|| joined_again(code, set));
        if let Some(to) = known {
            return Fate::Moved(to);
        }
        let Some(entry) = set.find(code).or_else(|| set.find(stem(code))) else {
            return Fate::Lost(format!("not in {}", set.release()));
        };
        let Some(heading) = set.code(entry) else {
            return Fate::Lost(format!("not in {}", set.release()));
        };
        if self.headings == Headings::Accepted {
            return Fate::Heading(heading);
        }
        match only_below(entry, set) {
            Some(to) => Fate::Moved(to),
            None => Fate::Lost(match set.validity(heading) {
                Validity::NeedsSeventh(_) => format!("lacks its 7th character in {}", set.release()),
                _ => format!("a heading in {}", set.release()),
            }),
        }
    }

    /// By the table; a row for a stem serves its 7th characters.
    fn successor(&self, code: Code, set: &CodeSet) -> Option<Code> {
        let of = |code: Code| self.successors.iter().find(|s| s.from == code).map(|s| s.to);
        let to = of(code).or_else(|| Some(of(code.prefix(6))?.with_seventh(code.seventh()?)))?;
        set.is_billable(to).then_some(to)
    }
}

/// A code that was divided once and is one again: the code above it took all of its meaning (I60.21 is I60.2 now).
fn joined_again(code: Code, set: &CodeSet) -> Option<Code> {
    let above = code.prefix(code.len() - 1);
    (code.len() < 7 && above.len() > 2 && set.find(code).is_none() && set.is_billable(above)).then_some(above)
}

/// A code without its 7th character and the placeholders before it. Annotators write X there where the note leaves it open.
fn stem(code: Code) -> Code {
    let kept = code.prefix(6);
    let length = kept.as_str().trim_end_matches('X').len();
    kept.prefix(length.max(3))
}

/// The only code below a heading, or the one that says no more than it ("Headache, unspecified" of "Headache").
fn only_below(entry: EntryId, set: &CodeSet) -> Option<Code> {
    let below: Vec<Code> = set.leaves(entry).flat_map(|leaf| set.expansions(leaf)).collect();
    if let [only] = below[..] {
        return Some(only);
    }
    let heading = unqualified(set.entry_title(entry));
    let mut same = below.into_iter().filter(|code| set.title(*code).is_some_and(|t| unqualified(&t) == heading));
    same.next().filter(|_| same.next().is_none())
}

fn unqualified(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| word != "unspecified")
        .collect();
    words.join(" ")
}

/// Counts on the way to a [`Reach`].
#[derive(Default)]
struct Tally {
    kept: usize,
    moved: BTreeMap<(String, String), usize>,
    headings: BTreeMap<(String, String), usize>,
    lost: BTreeMap<(String, String), usize>,
    shares: Vec<f64>,
}

impl Tally {
    fn add(&mut self, from: &str, fate: &Fate) {
        let (counts, to) = match fate {
            Fate::Kept => {
                self.kept += 1;
                return;
            }
            Fate::Moved(to) => (&mut self.moved, to.to_string()),
            Fate::Heading(to) => (&mut self.headings, to.to_string()),
            Fate::Lost(why) => (&mut self.lost, why.clone()),
        };
        *counts.entry((from.to_owned(), to)).or_default() += 1;
    }

    fn reach(self) -> Reach {
        let count = |counts: &BTreeMap<_, usize>| counts.values().sum::<usize>();
        let lost = count(&self.lost);
        let codes = self.kept + count(&self.moved) + count(&self.headings) + lost;
        let moved = |counts: BTreeMap<(String, String), usize>| {
            counts.into_iter().map(|((from, to), n)| Moved { from, to, n }).collect()
        };
        // Of nothing, nothing is out of reach.
        let share = |part: f64, of: usize| if of == 0 { 1.0 } else { part / of as f64 };
        Reach {
            codes,
            as_they_are: self.kept,
            moved: moved(self.moved),
            headings: moved(self.headings),
            lost: self.lost.into_iter().map(|((code, why), n)| Lost { code, n, why }).collect(),
            recall_ceiling: share((codes - lost) as f64, codes),
            map_ceiling: share(self.shares.iter().sum(), self.shares.len()),
        }
    }
}
