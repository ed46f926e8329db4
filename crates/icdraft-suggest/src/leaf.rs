//! From an entry of the tabular list to the billable leaf that the note supports.
//!
//! Siblings differ by words of their titles. Each leaf below the entry is held against what the note says, near the mention and
//! farther away: words found speak for it, words not found against it, and a side that differs rules it out. "Unspecified" wins
//! only where nothing says more. There is no rule for any single code.

use icdraft_codeset::{Code, CodeSet, EntryId};
use icdraft_mention::{Side, Terminology};
use rustc_hash::{FxHashMap, FxHashSet};

/// What the note says, by distance from the mention.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The mention's own words and what its lexicon row implies.
    pub(crate) mention: FxHashSet<u32>,
    /// The mention's own words, as written.
    pub(crate) said: Vec<u32>,
    /// Its sentence or list item.
    pub(crate) sentence: &'a FxHashSet<u32>,
    /// Its section.
    pub(crate) section: &'a FxHashSet<u32>,
    /// The note.
    pub(crate) note: &'a FxHashSet<u32>,
    /// The side, where the note tells it.
    pub(crate) side: Option<Side>,
    /// Whether the sentence tells that side.
    pub(crate) side_near: bool,
    /// Phase of treatment, for 7th characters.
    pub(crate) phase: Phase,
    /// Trimester, where the note tells it.
    pub(crate) trimester: Option<u8>,
    /// Whether the note tells of a delivery.
    pub(crate) delivery: bool,
    /// The hand that the patient prefers, where the note tells it; both for "ambidextrous".
    pub(crate) hand: Option<Side>,
}

/// Phase of treatment of an injury (guideline I.C.19.a).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// Active treatment: surgery, emergency visit, evaluation by a new physician.
    #[default]
    Active,
    /// Routine care while healing.
    Healing,
    /// A late effect.
    Sequela,
}

/// The chosen leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) code: Code,
    /// Title words that the note supports, for the reason.
    pub(crate) supported: Vec<String>,
    /// Whether the side that the note tells is the leaf's.
    pub(crate) sided: bool,
    /// What the note leaves open, where an unspecified leaf had to be chosen.
    pub(crate) open: Option<Open>,
}

/// What an unspecified leaf leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Right or left.
    Side,
    /// Type, site, stage: the words that siblings have.
    Detail,
}

/// A leaf as the words that set it apart from its siblings.
#[derive(Debug)]
struct Profile {
    entry: EntryId,
    side: LeafSide,
    /// The trimester that the title names.
    trimester: Option<u8>,
    /// Whether the title names the dominant or the non-dominant side.
    dominant: Option<bool>,
    /// Words of the title; those joined by "and" or "or" are one choice ("scalp and neck").
    words: Vec<Vec<(u32, Box<str>)>>,
    without: Vec<u32>,
    /// One for each "unspecified" of the title, a little for each "without" and "not": what holds where nothing more is said.
    unspecified: f32,
    other: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeafSide {
    /// The title names no side.
    None,
    Of(Side),
    Unilateral,
    /// "Unspecified knee", where siblings name sides.
    Open,
}

/// The leaves below an entry, profiled once.
#[derive(Debug)]
pub(crate) struct Family {
    profiles: Vec<Profile>,
    /// Whether some leaf names a side.
    sided: bool,
    /// The unspecified leaves nearest to the entry: those of no site, or of the only one.
    general: Vec<usize>,
}

/// What the leaf that a lexicon row names is ahead of its siblings.
const NAMED: f32 = 0.5;

/// Words of titles that decide nothing.
const IDLE: &[&str] = &[
    "of",
    "and",
    "or",
    "the",
    "in",
    "to",
    "with",
    "due",
    "by",
    "for",
    "on",
    "at",
    "from",
    "as",
    "a",
    "an",
    "initial",
    "encounter",
    "part",
    "type",
    "side",
    "elsewhere",
    "classified",
    "not",
    "without",
    "other",
    "specified",
    "unspecified",
    "right",
    "left",
    "bilateral",
    "unilateral",
    "nos",
    "non",
    "site",
    "quadrant",
];

impl Family {
    pub(crate) fn of(set: &CodeSet, terminology: &Terminology, target: EntryId) -> Self {
        let mut profiles: Vec<Profile> = set.leaves(target).map(|leaf| profile(set, terminology, leaf)).collect();
        // Words that every leaf shares tell nothing.
        let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
        for profile in &profiles {
            let distinct: FxHashSet<u32> = profile.words.iter().flatten().map(|w| w.0).collect();
            for word in distinct {
                *counts.entry(word).or_default() += 1;
            }
        }
        let all = profiles.len();
        for profile in &mut profiles {
            for choice in &mut profile.words {
                choice.retain(|w| counts[&w.0] < all);
            }
            profile.words.retain(|choice| !choice.is_empty());
        }
        let sided = profiles.iter().any(|p| matches!(p.side, LeafSide::Of(_)));
        let depth = |p: &Profile| set.lineage(p.entry).count();
        let open = |p: &Profile| matches!(p.side, LeafSide::Open | LeafSide::None) && p.unspecified >= 1.0;
        let least = profiles.iter().filter(|p| open(p)).map(depth).min();
        let general = (0..all).filter(|&n| open(&profiles[n]) && Some(depth(&profiles[n])) == least).collect();
        Self { profiles, sided, general }
    }

    /// Whether the note speaks of the leaf's site: a word of it is near, or the unspecified leaf of the whole family has the same words.
    fn is_sited(&self, profile: &Profile, context: &Context<'_>) -> bool {
        let words = || profile.words.iter().flatten().map(|w| w.0);
        words().any(|w| context.nearness(w) >= 0.5)
            || self.general.iter().any(|&g| words().all(|w| self.profiles[g].words.iter().flatten().any(|o| o.0 == w)))
    }

    /// Whether a leaf of no side is told in better words than any of `side`: the side is that of something else.
    fn names_unsided(&self, context: &Context<'_>, side: Side) -> bool {
        let best = |of: LeafSide| {
            let leaves = self.profiles.iter().filter(|p| p.side == of);
            leaves.map(|p| p.words_score(context)).fold(f32::MIN, f32::max)
        };
        best(LeafSide::None) > best(LeafSide::Of(side)) && best(LeafSide::None) > 0.0
    }

    /// The leaf that `context` supports best, `named` ahead of equals: the unspecified leaf that a lexicon row points to. Among
    /// equals the first in tabular order.
    pub(crate) fn choose(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        context: &Context<'_>,
        named: Option<EntryId>,
    ) -> Option<Choice> {
        // Where no leaf is for both sides, the right one's site is that of the left one too (rule `laterality`).
        let has = |side: Side| self.profiles.iter().any(|p| p.side == LeafSide::Of(side));
        let told =
            context.side.map(|s| if s == Side::Bilateral && !has(s) && has(Side::Right) { Side::Right } else { s });
        // A side alone chooses no site: "left" does not make osteopenia one of the left shoulder.
        let mut sided = self.profiles.iter().filter(|p| told.is_some_and(|s| p.side == LeafSide::Of(s))).peekable();
        let side = told
            .filter(|&s| s == Side::Bilateral || sided.peek().is_none() || sided.any(|p| self.is_sited(p, context)))
            .filter(|&s| context.side_near || !self.names_unsided(context, s));
        let score = |p: &Profile| p.score(context, side, self.sided) + if named == Some(p.entry) { NAMED } else { 0.0 };
        // Where a row names one leaf, words must speak for another one: a side alone does not,
        // and neither does what the named leaf or the mention itself says.
        let named_words =
            self.profiles.iter().filter(|p| Some(p.entry) == named).flat_map(|p| p.words.iter().flatten()).map(|w| w.0);
        let own: Vec<u32> = named_words.chain(context.said.iter().copied()).collect();
        let dated = |p: &Profile| p.trimester.is_some() && p.trimester == context.trimester;
        let eligible = |p: &&Profile| named.is_none_or(|n| n == p.entry || dated(p) || p.says_more(context, &own));
        let best = self
            .profiles
            .iter()
            .filter(eligible)
            .map(|p| (score(p), p))
            .reduce(|a, b| if b.0 > a.0 + 1e-6 { b } else { a })?
            .1;
        let code = seventh(set, terminology, best.entry, context)?;
        let supported =
            best.words.iter().flatten().filter(|w| context.nearness(w.0) > 0.0).map(|w| w.1.to_string()).collect();
        // Only where the siblings differ by side is a side asked for.
        let parent = set.parent(best.entry);
        let sided_siblings =
            || self.profiles.iter().any(|p| matches!(p.side, LeafSide::Of(_)) && set.parent(p.entry) == parent);
        let open = if best.unspecified < 1.0 || self.profiles.len() < 2 {
            None
        } else if context.side.is_none() && matches!(best.side, LeafSide::Open) && sided_siblings() {
            Some(Open::Side)
        } else {
            Some(Open::Detail)
        };
        let sided = matches!(best.side, LeafSide::Of(_));
        Some(Choice { code, supported, sided, open })
    }
}

impl Context<'_> {
    /// How strongly the note says a word: 3 in the mention, down to 0 where it does not.
    fn nearness(&self, word: u32) -> f32 {
        if self.mention.contains(&word) {
            3.0
        } else if self.sentence.contains(&word) {
            2.0
        } else if self.section.contains(&word) {
            0.5
        } else if self.note.contains(&word) {
            0.1
        } else {
            0.0
        }
    }

    /// Guideline I.C.6.a: where the hand is not told the right side is dominant and the left is not; of an ambidextrous patient both are.
    fn is_dominant(&self, side: Side) -> bool {
        match self.hand {
            None => side == Side::Right,
            Some(Side::Bilateral) => true,
            Some(hand) => side == hand,
        }
    }
}

impl Profile {
    /// Whether the sentence says what the title says beyond the words in `known`: more than half of it.
    fn says_more(&self, context: &Context<'_>, known: &[u32]) -> bool {
        let said = |choice: &Vec<(u32, Box<str>)>| {
            let new: Vec<u32> = choice.iter().map(|w| w.0).filter(|w| !known.contains(w)).collect();
            (!new.is_empty()).then(|| new.iter().any(|&w| context.nearness(w) >= 2.0))
        };
        let said: Vec<bool> = self.words.iter().filter_map(said).collect();
        2 * said.iter().filter(|s| **s).count() > said.len()
    }

    /// What the words of the title get.
    fn words_score(&self, context: &Context<'_>) -> f32 {
        let mut score = 0.0;
        for choice in &self.words {
            let near = choice.iter().map(|w| context.nearness(w.0)).fold(0.0, f32::max);
            score += if near >= 0.5 { near } else { near - 1.0 };
        }
        for word in &self.without {
            let near = context.nearness(*word);
            score -= if near >= 2.0 { near } else { 0.0 };
        }
        score
    }

    fn score(&self, context: &Context<'_>, said: Option<Side>, sided: bool) -> f32 {
        let side = match (self.side, said) {
            (LeafSide::Of(a), Some(b)) if a == b => 4.0,
            (LeafSide::Of(_), Some(_)) => -20.0,
            (LeafSide::Of(_), None) => -4.0,
            (LeafSide::Unilateral, Some(Side::Bilateral)) => -20.0,
            (LeafSide::Unilateral, Some(_)) => 1.5,
            (LeafSide::Unilateral, None) => 0.2,
            (LeafSide::Open, Some(_)) if sided => -1.5,
            (LeafSide::None, Some(_)) if sided => -1.0,
            (LeafSide::Open | LeafSide::None, _) => 0.0,
        };
        let dominance = match (self.dominant, said) {
            (Some(dominant), Some(side)) if dominant != context.is_dominant(side) => -3.0,
            _ => 0.0,
        };
        let trimester = match (self.trimester, context.trimester) {
            (Some(CHILDBIRTH), _) => {
                if context.delivery {
                    5.0
                } else {
                    -20.0
                }
            }
            (Some(a), Some(b)) if a == b => 4.0,
            (Some(_), Some(_)) => -20.0,
            (Some(_), None) => -4.0,
            (None, _) => 0.0,
        };
        self.words_score(context) + side + dominance + trimester + 0.6 * self.unspecified
            - if self.other { 0.5 } else { 0.0 }
    }
}

/// As titles name them.
pub(crate) const TRIMESTERS: [&str; 3] = ["first trimester", "second trimester", "third trimester"];

/// What stands in the place of a trimester where the patient is delivered.
const CHILDBIRTH: u8 = 4;

fn profile(set: &CodeSet, terminology: &Terminology, leaf: EntryId) -> Profile {
    let mut title = set.entry_title(leaf).to_lowercase();
    let mut trimester = None;
    for (number, name) in
        (1..).zip(TRIMESTERS).chain([(CHILDBIRTH, "in childbirth"), (CHILDBIRTH, "complicating childbirth")])
    {
        if title.contains(name) {
            trimester = Some(number);
            title = title.replace(name, "");
        }
    }
    let mut words = Vec::new();
    let mut without = Vec::new();
    let mut side = LeafSide::None;
    let mut unspecified = 0.0;
    let mut other = false;
    let mut negative = false;
    let mut joins = false;
    let dominant =
        title.contains("dominant side").then(|| !title.contains("nondominant") && !title.contains("non-dominant"));
    let listed =
        title.split_once("without ").is_some_and(|(_, rest)| rest.contains(", and ") || rest.contains(", or "));
    for piece in title.split_inclusive([',', ';', ' ', '-', '(', ')', '/']) {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        match word {
            "" => {}
            "without" | "not" => {
                negative = true;
                unspecified += 0.3;
            }
            "with" => negative = false,
            // "without foreign body of scalp" is about the scalp.
            "of" | "in" | "at" => negative = false,
            "unspecified" => {
                unspecified += 1.0;
                if !matches!(side, LeafSide::Of(_)) {
                    side = LeafSide::Open;
                }
            }
            "other" => other = true,
            "right" => side = LeafSide::Of(Side::Right),
            "left" => side = LeafSide::Of(Side::Left),
            "bilateral" => side = LeafSide::Of(Side::Bilateral),
            "dominant" | "nondominant" if dominant.is_some() => {}
            "unilateral" if side == LeafSide::None => side = LeafSide::Unilateral,
            _ if IDLE.contains(&word) => {}
            _ => {
                // A word that no phrase knows cannot be found in a note, but its absence counts like any other's.
                let number = terminology.words(word).first().copied().unwrap_or(u32::MAX);
                if negative {
                    without.push(number);
                } else if let Some(choice) = words.last_mut().filter(|_| joins) {
                    let choice: &mut Vec<(u32, Box<str>)> = choice;
                    choice.push((number, word.into()));
                } else if !words.iter().flatten().any(|(n, w)| *n == number && **w == *word) {
                    words.push(vec![(number, word.into())]);
                }
            }
        }
        joins = matches!(word, "and" | "or") || piece.ends_with('/') || word.is_empty() && joins;
        // "without A, B, and C" goes on over its commas; "without myelopathy, lumbar region" does not.
        if piece.ends_with([',', ';']) && !listed {
            negative = false;
        }
    }
    Profile { entry: leaf, side, trimester, dominant, words, without, unspecified, other }
}

/// The leaf's code with the 7th character that phase, side and words ask for. Its meanings are read like titles: "initial encounter
/// for open fracture type I or II", "left eye", "moderate stage".
fn seventh(set: &CodeSet, terminology: &Terminology, leaf: EntryId, context: &Context<'_>) -> Option<Code> {
    let code = set.code(leaf)?;
    let score = |meaning: &str| {
        let lower = meaning.to_lowercase();
        let phase = match context.phase {
            Phase::Active => "initial",
            Phase::Healing => "subsequent",
            Phase::Sequela => "sequela",
        };
        let mut score = if lower.contains(phase) { 10.0 } else { 0.0 };
        // What holds where the note says nothing: closed, healing as it should, unspecified.
        score += ["closed", "routine", "unspecified", "not applicable"].iter().filter(|w| lower.contains(**w)).count()
            as f32;
        for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2 || w.starts_with('i')) {
            score += match (Side::of_title_word(word), context.side) {
                (Some(a), Some(b)) if a == b => 4.0,
                (Some(_), Some(_)) => -20.0,
                (Some(_), None) => -4.0,
                (None, _) if SEVENTH_IDLE.contains(&word) => 0.0,
                (None, _) => {
                    let near = terminology.words(word).first().map_or(0.0, |&w| context.nearness(w));
                    if near >= 2.0 { near } else { -0.5 }
                }
            };
        }
        score
    };
    let taken = set.sevenths(leaf).map(|s| (s, code.with_seventh(s.character))).filter(|(_, c)| set.is_billable(*c));
    let best = taken.map(|(s, code)| (score(s.meaning), code)).reduce(|a, b| if b.0 > a.0 { b } else { a });
    Some(best.map_or(code, |(_, code)| code))
}

/// Words of 7th-character meanings that decide nothing, or are weighed as defaults.
const SEVENTH_IDLE: &[&str] = &[
    "initial",
    "subsequent",
    "encounter",
    "sequela",
    "for",
    "fracture",
    "with",
    "closed",
    "routine",
    "healing",
    "unspecified",
    "not",
    "applicable",
    "eye",
    "stage",
    "type",
    "the",
    "iiia",
    "iiib",
    "iiic",
    "nos",
    "fetus",
];

#[cfg(test)]
mod tests {
    use super::*;
    use icdraft_mention::Procedures;

    fn chosen(target: &str, says: &str, side: Option<Side>) -> String {
        use std::sync::LazyLock;
        static SET: LazyLock<CodeSet> = LazyLock::new(CodeSet::embedded);
        static TERMS: LazyLock<Terminology> = LazyLock::new(|| Terminology::new(&SET, Procedures::None).unwrap());
        let words: FxHashSet<u32> = TERMS.words(says).into_iter().collect();
        let context = Context {
            mention: FxHashSet::default(),
            said: Vec::new(),
            sentence: &words,
            section: &words,
            note: &words,
            side,
            side_near: true,
            phase: Phase::Active,
            trimester: None,
            delivery: false,
            hand: None,
        };
        let family = Family::of(&SET, &TERMS, SET.find(target.parse().unwrap()).unwrap());
        family.choose(&SET, &TERMS, &context, None).unwrap().code.to_string()
    }

    #[test]
    fn side_and_detail_choose_the_leaf() {
        assert_eq!(chosen("G56.0", "carpal tunnel syndrome", Some(Side::Right)), "G56.01");
        assert_eq!(chosen("G56.0", "carpal tunnel syndrome", None), "G56.00");
        assert_eq!(chosen("K40", "inguinal hernia", Some(Side::Left)), "K40.90");
        assert_eq!(chosen("K40", "recurrent inguinal hernia", Some(Side::Bilateral)), "K40.21");
        assert_eq!(chosen("K35", "acute appendicitis", None), "K35.80");
        assert_eq!(chosen("N20", "calculus kidney", None), "N20.0");
        assert_eq!(chosen("S52.53", "fracture", Some(Side::Left)), "S52.532A");
        assert_eq!(chosen("G81.9", "hemiplegia", Some(Side::Left)), "G81.94");
        assert_eq!(chosen("M75.4", "impingement syndrome shoulder", Some(Side::Left)), "M75.42");
    }
}
