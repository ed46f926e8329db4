//! Words that a table of rules asks for, looked up in sentences.

use std::ops::Range;
use std::sync::LazyLock;

use icdraft_mention::plain_words;
use serde::{Deserialize, Deserializer};

/// Wordings of a table cell, separated by `|`. The words of a wording stand in a row; `+` joins parts that may stand anywhere in the
/// sentence: `mrsa|methicillin resistant`, `radius + ulna`. Articles and sides count for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wordings(Vec<Vec<Vec<String>>>);

impl Wordings {
    pub(crate) fn new(cell: &str) -> Self {
        let parts = |wording: &str| wording.split('+').map(plain_words).filter(|p| !p.is_empty()).collect();
        Self(cell.split('|').map(parts).filter(|w: &Vec<Vec<String>>| !w.is_empty()).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `words`, in plain form, say one of the wordings.
    pub(crate) fn said_in(&self, words: &[String]) -> bool {
        self.0.iter().any(|wording| wording.iter().all(|part| place(part, words).is_some()))
    }

    /// Where the first wording of one part stands, the longest of those that begin there.
    pub(crate) fn find(&self, words: &[String]) -> Option<Range<usize>> {
        let places = self.0.iter().filter_map(|wording| match wording.as_slice() {
            [part] => place(part, words),
            _ => None,
        });
        places.min_by_key(|p| (p.start, std::cmp::Reverse(p.end)))
    }

    /// Where the last wording of one part stands.
    pub(crate) fn last(&self, words: &[String]) -> Option<Range<usize>> {
        let single = self.0.iter().filter_map(|wording| match wording.as_slice() {
            [part] => Some(part),
            _ => None,
        });
        let places = single.filter_map(|part| places(part, words).last());
        places.max_by_key(|p| (p.end, std::cmp::Reverse(p.start)))
    }

    /// Whether `words` end with one of the wordings.
    pub(crate) fn ends(&self, words: &[String]) -> bool {
        self.last(words).is_some_and(|place| place.end == words.len())
    }
}

/// What leads from a condition to its cause.
pub(crate) static LINKS: LazyLock<Wordings> = LazyLock::new(|| {
    Wordings::new(
        "due to|secondary to|because of|caused by|induced by|as result of|result of|attributed to|attributable to|related to\
         |associated with|complication of|side effect of|adverse effect of|triggered by|precipitated by|provoked by",
    )
});

/// What leads to a cause only right behind a condition: "neuropathy from chemotherapy", but "switched from lisinopril".
pub(crate) static SEQUENCE: LazyLock<Wordings> = LazyLock::new(|| Wordings::new("from|after|following|of|in"));

/// Where a part stands and is not denied.
fn place(part: &[String], words: &[String]) -> Option<Range<usize>> {
    places(part, words).next()
}

fn places<'a>(part: &'a [String], words: &'a [String]) -> impl Iterator<Item = Range<usize>> + 'a {
    let places = words.windows(part.len()).enumerate().filter(move |(_, w)| *w == part);
    places.map(|(start, _)| start..start + part.len()).filter(|place| {
        let before = &words[place.start.saturating_sub(REACH)..place.start];
        !before.iter().any(|w| DENIALS.contains(&w.as_str())) && words.get(place.end).is_none_or(|w| w != "negative")
    })
}

/// Words that deny the next few.
const DENIALS: &[&str] = &["no", "not", "without", "denies", "denied", "negative", "never"];
const REACH: usize = 3;

impl<'de> Deserialize<'de> for Wordings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_parts() {
        let said = |cell: &str, text: &str| Wordings::new(cell).said_in(&plain_words(text));
        assert!(said("mrsa|methicillin resistant", "abscess, Methicillin-resistant staph"));
        assert!(!said("methicillin resistant", "resistant to methicillin"));
        assert!(said("radius + ulna", "fractures of the left ulna and the distal radius"));
        assert!(!said("radius + ulna", "fracture of the radius"));
        assert!(!said("mrsa", "no growth of MRSA") && !said("mrsa", "MRSA negative"));
        assert!(!said("", "anything") && Wordings::new("").is_empty());
        assert_eq!(Wordings::new("to|due to").find(&plain_words("rash due to it")), Some(1..3));
    }
}
