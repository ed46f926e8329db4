//! Mistakes over all notes: by kind, and by the section that their words stand in.

use std::collections::BTreeMap;

use icdraft_eval::{Kind, Mistake, Review};

use super::{Link, Shown};

/// Links of one kind that the page has; the notes have them all.
const MOST_LINKS: usize = 200;

/// One kind of mistake.
pub(super) struct KindRow {
    pub(super) says: &'static str,
    pub(super) icd10cm: usize,
    pub(super) cpt: usize,
    /// Share of the commonest kind, in percent.
    pub(super) width: usize,
    /// The first mistakes, in the order of the gold.
    pub(super) links: Vec<NamedLink>,
    /// Mistakes without a link.
    pub(super) more: usize,
}

/// A mistake with its note.
pub(super) struct NamedLink {
    pub(super) link: Link,
    pub(super) note: String,
}

impl KindRow {
    pub(super) fn total(&self) -> usize {
        self.icd10cm + self.cpt
    }
}

/// Kinds that occur, commonest first.
pub(super) fn kinds(reviews: &[Review], shown: &Shown) -> Vec<KindRow> {
    let mut rows: BTreeMap<Kind, KindRow> = BTreeMap::new();
    for (at, review) in reviews.iter().enumerate() {
        for (number, mistake) in review.mistakes.iter().enumerate() {
            let row = rows.entry(mistake.kind).or_insert_with(|| KindRow {
                says: mistake.kind.says(),
                icd10cm: 0,
                cpt: 0,
                width: 0,
                links: Vec::new(),
                more: 0,
            });
            if mistake.system == "CPT" {
                row.cpt += 1;
            } else {
                row.icd10cm += 1;
            }
            match shown.link(at, number, label(mistake)) {
                Some(link) if row.links.len() < MOST_LINKS => {
                    row.links.push(NamedLink { link, note: review.id.clone() });
                }
                _ => row.more += 1,
            }
        }
    }
    let mut rows: Vec<KindRow> = rows.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.total()));
    let most = rows.first().map_or(1, KindRow::total);
    for row in &mut rows {
        row.width = row.total() * 100 / most;
    }
    rows
}

/// A mistake in a few characters: `G56.01 → G56.02` for a wrong draft in the place of a missed code.
fn label(mistake: &Mistake) -> String {
    match (&mistake.gold, &mistake.drafted) {
        (Some(gold), Some(drafted)) => format!("{gold} → {drafted}"),
        (Some(code), None) | (None, Some(code)) => code.clone(),
        (None, None) => String::new(),
    }
}

/// Counts by section and kind.
pub(super) struct SectionTable {
    pub(super) kinds: Vec<&'static str>,
    pub(super) rows: Vec<SectionRow>,
}

/// One kind of section.
pub(super) struct SectionRow {
    pub(super) name: String,
    pub(super) total: usize,
    pub(super) cells: Vec<Cell>,
}

/// A count, with how dark its cell is, from 0 to 4.
pub(super) struct Cell {
    pub(super) n: usize,
    pub(super) shade: usize,
}

impl SectionTable {
    /// Sections with most mistakes first; kinds that do not occur have no column.
    pub(super) fn of(mistakes: &[Mistake]) -> Self {
        let mut counts: BTreeMap<&str, [usize; Kind::ALL.len()]> = BTreeMap::new();
        for mistake in mistakes {
            for (kind, n) in Kind::ALL.into_iter().zip(counts.entry(&mistake.section).or_default()) {
                *n += usize::from(kind == mistake.kind);
            }
        }
        let most = counts.values().flatten().copied().max().unwrap_or(1);
        let occurs: Vec<bool> = Kind::ALL.into_iter().map(|kind| mistakes.iter().any(|m| m.kind == kind)).collect();
        let mut rows: Vec<SectionRow> = counts
            .into_iter()
            .map(|(section, counts)| {
                let cells = counts.into_iter().zip(&occurs).filter(|(_, occurs)| **occurs);
                SectionRow {
                    name: if section == "none" { "no words given".to_owned() } else { section.replace('_', " ") },
                    total: counts.into_iter().sum(),
                    cells: cells.map(|(n, _)| Cell { n, shade: (n * 4).div_ceil(most) }).collect(),
                }
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.total));
        let kinds = Kind::ALL.into_iter().zip(&occurs).filter(|(_, occurs)| **occurs).map(|(kind, _)| head(kind));
        Self { kinds: kinds.collect(), rows }
    }
}

/// A kind as the head of a narrow column.
fn head(kind: Kind) -> &'static str {
    match kind {
        Kind::WrongSide => "wrong side",
        Kind::WrongLeaf => "wrong leaf",
        Kind::WrongCode => "another code",
        Kind::DistractorDrafted => "distractor",
        Kind::NotInGold => "not in gold",
        Kind::BelowDraft => "below draft",
        Kind::Refused => "refused",
        Kind::MissedWithMention => "read as other",
        Kind::MissedWithoutMention => "nothing read",
    }
}
