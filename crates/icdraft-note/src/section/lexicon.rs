//! What headers are called: the tables of `data/`, and the plain form in which they are looked up.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::SectionKind;

/// One row of `section_nesting.tsv`: what may stand inside what.
#[derive(Debug, Deserialize)]
struct Nesting {
    /// A kind, or in quotes the words that a header begins with.
    child: String,
    hosts: String,
    /// `any`, or `glued`: only without a blank line before it, or where the host has no words of its own.
    layout: String,
}

/// Where a header may nest.
pub(super) struct Host {
    pub(super) kinds: Vec<SectionKind>,
    pub(super) glued: bool,
    /// Whether the row is about a name, not a kind: headers of that name are siblings.
    pub(super) named: bool,
}

impl Host {
    /// Whether both are the same row.
    pub(super) fn is(&self, other: Option<&Host>) -> bool {
        other.is_some_and(|o| std::ptr::eq(self, o))
    }
}

pub(super) struct Lexicon {
    exact: FxHashMap<String, SectionKind>,
    /// All word beginnings of a row must occur in the header; the first such row decides.
    words: Vec<(SectionKind, Vec<String>)>,
    parts: FxHashSet<String>,
    /// The parts that a mental status examination has.
    mind: FxHashSet<String>,
    /// Words that may stand beside a part without naming one ("right", "exam").
    beside: FxHashSet<String>,
    by_kind: FxHashMap<SectionKind, Host>,
    by_name: Vec<(String, Host)>,
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

/// The lexicon that is built in.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

fn rows<T: for<'a> Deserialize<'a>>(bytes: &'static [u8]) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().expect("section tables are checked by the tests")
}

impl Lexicon {
    fn read() -> Self {
        let mut exact = FxHashMap::default();
        for (kind, headers) in rows::<(SectionKind, String)>(include_bytes!("../../data/sections.tsv")) {
            exact.extend(headers.split('|').map(|h| (h.to_owned(), kind)));
        }
        let words = rows::<(SectionKind, String)>(include_bytes!("../../data/section_words.tsv"))
            .into_iter()
            .map(|(kind, words)| (kind, words.split(' ').map(str::to_owned).collect()))
            .collect();
        let (mut parts, mut mind, mut beside) = (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
        for (role, words) in rows::<(String, String)>(include_bytes!("../../data/exam_words.tsv")) {
            let set = match role.as_str() {
                "part" => &mut parts,
                "mind" => &mut mind,
                _ => &mut beside,
            };
            set.extend(words.split(' ').map(str::to_owned));
        }
        let (mut by_kind, mut by_name) = (FxHashMap::default(), Vec::new());
        for row in rows::<Nesting>(include_bytes!("../../data/section_nesting.tsv")) {
            let kinds = row.hosts.split(' ').filter_map(SectionKind::named).collect();
            let named = row.child.starts_with('"');
            let host = Host { kinds, glued: row.layout == "glued", named };
            match SectionKind::named(&row.child) {
                Some(kind) => drop(by_kind.insert(kind, host)),
                None => by_name.push((row.child.trim_matches('"').to_owned(), host)),
            }
        }
        let longest = exact.keys().map(String::len).max().unwrap_or(0);
        Self { exact, words, parts, mind, beside, by_kind, by_name, longest }
    }

    /// The kind of a header listed under exactly this name, also with an appended parenthesis: "medications (home)".
    pub(super) fn named(&self, normal: &str) -> Option<SectionKind> {
        if normal.len() <= self.longest
            && let Some(&kind) = self.exact.get(normal)
        {
            return Some(kind);
        }
        let (bare, _) = normal.strip_suffix(')')?.rsplit_once(" (")?;
        self.exact.get(bare).copied()
    }

    /// The kind that the words of a header suggest, `Other` where they suggest none.
    pub(super) fn by_words(&self, normal: &str) -> SectionKind {
        let words: Vec<&str> = words(normal).collect();
        self.words
            .iter()
            .find(|(_, row)| row.iter().all(|begin| words.iter().any(|w| w.starts_with(begin.as_str()))))
            .map_or(SectionKind::Other, |(kind, _)| *kind)
    }

    /// Whether every word names a part of an examination ("hair and skin", "right upper extremity").
    pub(super) fn is_part(&self, normal: &str) -> bool {
        let mut named = false;
        words(normal).all(|w| {
            let part = self.parts.contains(w);
            named |= part;
            part || self.beside.contains(w)
        }) && named
    }

    /// Whether it names a part of a mental status examination.
    pub(super) fn is_mental(&self, normal: &str) -> bool {
        words(normal).any(|w| self.mind.contains(w))
    }

    /// The sections in which a header of this kind and name may stand.
    pub(super) fn host(&self, kind: SectionKind, normal: &str) -> Option<&Host> {
        let begins =
            |name: &str| normal.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
        self.by_name.iter().find(|(name, _)| begins(name)).map(|(_, host)| host).or_else(|| self.by_kind.get(&kind))
    }
}

fn words(normal: &str) -> impl Iterator<Item = &str> {
    normal.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
}

/// Lower case, "&" as "and", no space around "-" and "/", white space squeezed, marks at the ends dropped.
pub(super) fn normal(header: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '.' | '*' | '#' | '_' | '=' | ',' | ';');
    let mut out = String::with_capacity(header.len() + 2);
    let mut gap = false;
    for c in header.trim_matches(ends).chars() {
        let tight = matches!(c, '-' | '/');
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if (gap && !tight && !out.ends_with(['-', '/']) || c == '&') && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        gap = false;
        match c {
            '&' => {
                out.push_str("and");
                gap = true;
            }
            '’' => out.push('\''),
            _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_is_listed_once_and_in_plain_form() {
        let mut seen = std::collections::BTreeSet::new();
        for (_, headers) in rows::<(SectionKind, String)>(include_bytes!("../../data/sections.tsv")) {
            for header in headers.split('|') {
                assert_eq!(header, normal(header), "written in normal form");
                assert!(seen.insert(header.to_owned()), "{header} twice");
            }
        }
    }

    #[test]
    fn nesting_names_kinds() {
        for row in rows::<Nesting>(include_bytes!("../../data/section_nesting.tsv")) {
            assert!(row.child.starts_with('"') || SectionKind::named(&row.child).is_some(), "{}", row.child);
            assert!(row.hosts.split(' ').all(|h| SectionKind::named(h).is_some()), "{}", row.hosts);
            assert!(matches!(row.layout.as_str(), "any" | "glued"), "{}", row.layout);
        }
    }

    #[test]
    fn plain_forms() {
        assert_eq!(normal(" PRE - OPERATIVE  Diagnosis: "), "pre-operative diagnosis");
        assert_eq!(normal("A & P"), "a and p");
        assert_eq!(normal("A&P"), "a and p");
        assert_eq!(normal("Assessment / Plan --"), "assessment/plan");
        assert_eq!(lexicon().named("medications (at home)"), Some(SectionKind::Medications));
        assert!(lexicon().is_part("hair and skin") && !lexicon().is_part("right") && !lexicon().is_part("skin graft"));
    }
}
