//! The phrase notation of the lexicons: `{a|b|} c + d`.
//!
//! A part is a row of slots, each a choice of wordings. Alternatives are never multiplied out: one slot, the anchor, goes into the
//! automaton, and the slots around it are held against the text where the anchor is found.

/// One slot: its alternatives, an empty one where it may be left out.
pub type Slot = Vec<String>;

/// A phrase that is not written as `data/README.md` says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// A `{` without its `}` or the other way round.
    #[error("braces do not pair in `{0}`")]
    Braces(String),
    /// More parts than allowed.
    #[error("`{0}` has more than three parts")]
    Parts(String),
    /// A part without a word that must be there.
    #[error("`{0}` has a part that may be empty")]
    Empty(String),
}

/// The parts of a phrase as rows of slots.
///
/// # Errors
/// See [`PhraseError`].
pub fn parts(phrase: &str) -> Result<Vec<Vec<Slot>>, PhraseError> {
    let parts: Vec<Vec<Slot>> = phrase.split(" + ").map(|part| slots(part, phrase)).collect::<Result<_, _>>()?;
    if parts.len() > 3 {
        return Err(PhraseError::Parts(phrase.to_owned()));
    }
    Ok(parts)
}

fn slots(part: &str, phrase: &str) -> Result<Vec<Slot>, PhraseError> {
    let braces = || PhraseError::Braces(phrase.to_owned());
    let mut slots: Vec<Slot> = Vec::new();
    let mut rest = part;
    let literal = |text: &str, slots: &mut Vec<Slot>| {
        if text.contains('}') {
            return Err(braces());
        }
        if !text.trim().is_empty() {
            slots.push(vec![text.trim().to_owned()]);
        }
        Ok(())
    };
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').ok_or_else(braces)? + open;
        literal(&rest[..open], &mut slots)?;
        let inside = &rest[open + 1..close];
        if inside.contains('{') {
            return Err(braces());
        }
        let mut slot: Slot = inside.split('|').map(|a| a.trim().to_owned()).collect();
        slot.sort_unstable();
        slot.dedup();
        slots.push(slot);
        rest = &rest[close + 1..];
    }
    literal(rest, &mut slots)?;
    if slots.iter().all(|slot| slot.iter().any(String::is_empty)) {
        return Err(PhraseError::Empty(phrase.to_owned()));
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_slots() {
        assert_eq!(parts("{acute|} cholecystitis").unwrap(), [[vec!["".to_owned(), "acute".into()], vec!["cholecystitis".into()]]]);
        assert_eq!(parts("a {b|c} + d").unwrap(), [vec![vec!["a".to_owned()], vec!["b".into(), "c".into()]], vec![vec!["d".into()]]]);
    }

    #[test]
    fn bad_notation_is_named() {
        assert!(matches!(parts("a {b"), Err(PhraseError::Braces(_))));
        assert!(matches!(parts("a b} c"), Err(PhraseError::Braces(_))));
        assert!(matches!(parts("a + {b|}"), Err(PhraseError::Empty(_))));
        assert!(matches!(parts("a + b + c + d"), Err(PhraseError::Parts(_))));
    }
}
