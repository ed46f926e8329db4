//! Sides: where a mention's right, left or bilateral comes from.

use icdraft_note::Span;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{Stream, Token};

/// A side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Right.
    Right,
    /// Left.
    Left,
    /// Both.
    Bilateral,
}

impl Side {
    /// The side that a folded word names.
    pub(crate) fn of_word(folded: &str) -> Option<Self> {
        match folded {
            "right" | "rt" | "od" | "rle" | "rue" => Some(Side::Right),
            "left" | "lt" | "os" | "lle" | "lue" => Some(Side::Left),
            "bilateral" | "bilaterally" | "bilat" | "ou" => Some(Side::Bilateral),
            _ => None,
        }
    }

    /// The side that a word of an official title names.
    pub fn of_title_word(word: &str) -> Option<Self> {
        [Side::Right, Side::Left, Side::Bilateral].into_iter().find(|s| s.name() == word)
    }

    /// "R" or "L" in capitals before a word ("R knee"), never before a number or punctuation ("R. Smith", "L 4").
    pub(crate) fn of_letter(text: &str, span: Span) -> Option<Self> {
        // "both eyes", not "both of them" and not "both the patient and".
        if text[span].eq_ignore_ascii_case("both") {
            let next = text[span.end..]
                .trim_start_matches(" of his ")
                .trim_start_matches(" of her ")
                .trim_start_matches(" the ")
                .trim_start();
            let end = next.find(|c: char| !c.is_alphabetic()).unwrap_or(next.len());
            let plural = next[..end].ends_with('s')
                || next[..end].eq_ignore_ascii_case("feet")
                || next.starts_with("lower ")
                || next.starts_with("upper ");
            return (plural && end > 3).then_some(Side::Bilateral);
        }
        let side = match &text[span] {
            "R" => Side::Right,
            "L" => Side::Left,
            _ => return None,
        };
        let rest = text[span.end..].strip_prefix(' ')?;
        let word: usize = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        (word >= 3).then_some(side)
    }

    /// The other side; both stay both.
    pub fn opposite(self) -> Side {
        match self {
            Side::Right => Side::Left,
            Side::Left => Side::Right,
            Side::Bilateral => Side::Bilateral,
        }
    }

    /// "AD", "AS", "AU" in capitals beside a word of the ear; elsewhere they are other abbreviations.
    pub(crate) fn of_ear(text: &str, span: Span) -> Option<Self> {
        let side = match &text[span] {
            "AD" => Side::Right,
            "AS" => Side::Left,
            "AU" => Side::Bilateral,
            _ => return None,
        };
        let around =
            &text[text.floor_char_boundary(span.start.saturating_sub(60))..text.floor_char_boundary(span.end + 60)];
        let lower = around.to_lowercase();
        ["ear", "otitis", "tympan", "hearing", "mastoid", "cerumen"].iter().any(|w| lower.contains(w)).then_some(side)
    }

    /// The side of both together.
    pub fn and(self, other: Side) -> Side {
        if self == other { self } else { Side::Bilateral }
    }

    /// `right`, `left`, `bilateral`.
    pub fn name(self) -> &'static str {
        match self {
            Side::Right => "right",
            Side::Left => "left",
            Side::Bilateral => "bilateral",
        }
    }
}

/// Where a side was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideSource {
    /// In the words of the mention.
    Mention,
    /// Elsewhere in its sentence.
    Sentence,
    /// In the header of its section.
    Header,
    /// In the other lines of its section.
    Section,
    /// In the procedure or diagnosis lines of the note.
    ProcedureLine,
    /// Anywhere: the note names no other side.
    Note,
}

/// A side with the words that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laterality {
    /// The side.
    pub side: Side,
    /// The words.
    pub span: Span,
    /// Where they stand.
    pub source: SideSource,
}

/// Whether a sentence speaks of the side that the rest of the note does not: "contralateral", "the opposite side".
pub(crate) fn is_contralateral(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["contralateral", "opposite side", "other side"].iter().any(|w| lower.contains(w))
}

/// Farthest that a side in the same sentence reaches over other words.
const REACH: usize = 9;

/// The side nearest to the mention `first..last` within `sentence` (token numbers). Inside the mention wins, then just
/// before ("left inguinal hernia"), then after ("hernia of the left groin"); a comma is as far as two words, since lists give each item
/// its own side.
pub(crate) fn in_sentence(
    stream: &Stream,
    text: &str,
    sentence: std::ops::Range<usize>,
    first: usize,
    last: usize,
) -> Option<Laterality> {
    let at = |n: usize, source| {
        let token: &Token = &stream.tokens[n];
        token.side.map(|side| Laterality { side, span: token.span, source })
    };
    let inside = (first..last)
        .filter_map(|n| at(n, SideSource::Mention))
        .reduce(|a, b| Laterality { side: a.side.and(b.side), ..a });
    if inside.is_some() {
        return inside;
    }
    let cost = |n: usize| {
        if text[stream.tokens[n].span].starts_with([',', ';']) { 3 } else { 1 }
    };
    let mut before = None;
    let mut distance = 0;
    for n in (sentence.start..first).rev() {
        distance += cost(n);
        if distance > REACH || text[stream.tokens[n].span].starts_with(';') {
            break;
        }
        if let Some(found) = at(n, SideSource::Sentence) {
            // "left and right", "left or right".
            let pair = n.checked_sub(2).filter(|&m| m >= sentence.start).and_then(|m| at(m, SideSource::Sentence));
            let joined = pair.filter(|_| matches!(&text[stream.tokens[n - 1].span], "and" | "AND" | "&"));
            let side = joined.map_or(found.side, |p| p.side.and(found.side));
            before = Some((distance, Laterality { side, ..found }));
            break;
        }
    }
    let mut after = None;
    let mut distance = 1;
    for n in last..sentence.end {
        distance += cost(n);
        if distance > REACH || text[stream.tokens[n].span].starts_with(';') {
            break;
        }
        if let Some(found) = at(n, SideSource::Sentence) {
            // A side after "and" belongs to the next thing: "right hernia and left hydrocele".
            let next = n
                .checked_sub(1)
                .is_some_and(|m| m >= last && matches!(&text[stream.tokens[m].span], "and" | "AND" | "&"));
            if next && before.is_some() {
                break;
            }
            let pair = (n + 2 < sentence.end).then(|| at(n + 2, SideSource::Sentence)).flatten();
            let joined = pair.filter(|_| matches!(&text[stream.tokens[n + 1].span], "and" | "AND" | "&"));
            let side = joined.map_or(found.side, |p| p.side.and(found.side));
            after = Some((distance, Laterality { side, ..found }));
            break;
        }
    }
    match (before, after) {
        (Some((b, before)), Some((a, after))) => Some(if a < b { after } else { before }),
        (before, after) => before.or(after).map(|(_, found)| found),
    }
}

/// The only side that the tokens name, if they name just one.
pub(crate) fn only_side<'a>(tokens: impl Iterator<Item = &'a Token>, source: SideSource) -> Option<Laterality> {
    let mut found: Option<Laterality> = None;
    for token in tokens {
        let Some(side) = token.side else { continue };
        match found {
            None => found = Some(Laterality { side, span: token.span, source }),
            Some(f) if f.side != side => return None,
            Some(_) => {}
        }
    }
    found
}
