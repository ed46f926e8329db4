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
    /// A brace in the middle of a word: alternatives are whole words.
    #[error("`{0}` has a brace inside a word; write both words out")]
    Word(String),
    /// A part without a word that must be there.
    #[error("`{0}` has a part that may be empty")]
    Empty(String),
}

/// The parts of a phrase, the key first.
///
/// # Errors
/// See [`PhraseError`].
pub fn parts(phrase: &str) -> Result<Vec<&str>, PhraseError> {
    let parts: Vec<&str> = phrase.split(" + ").map(str::trim).collect();
    if parts.len() > 3 {
        return Err(PhraseError::Parts(phrase.to_owned()));
    }
    Ok(parts)
}

/// The slots of a part.
///
/// # Errors
/// See [`PhraseError`].
pub fn slots(part: &str) -> Result<Vec<Slot>, PhraseError> {
    let braces = || PhraseError::Braces(part.to_owned());
    let mut slots: Vec<Slot> = Vec::new();
    let mut rest = part;
    let literal = |text: &str, slots: &mut Vec<Slot>| {
        if text.contains('}') {
            return Err(braces());
        }
        // "of" is a slot of its own, since a note may write a comma in its place.
        let text = format!(" {} ", text.trim());
        for (n, run) in text.split(" of ").enumerate() {
            slots.extend((n > 0).then(|| vec!["of".to_owned()]));
            slots.extend(Some(run.trim()).filter(|r| !r.is_empty()).map(|r| vec![r.to_owned()]));
        }
        Ok(())
    };
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').ok_or_else(braces)? + open;
        let inside_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if inside_word(rest[..open].chars().next_back()) || inside_word(rest[close + 1..].chars().next()) {
            return Err(PhraseError::Word(part.to_owned()));
        }
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
        return Err(PhraseError::Empty(part.to_owned()));
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_slots() {
        assert_eq!(slots("{acute|} cholecystitis").unwrap(), [vec!["", "acute"], vec!["cholecystitis"]]);
        assert_eq!(slots("fracture of {distal|} femur").unwrap().len(), 4);
        assert_eq!(parts("a {b|c} + d").unwrap(), ["a {b|c}", "d"]);
    }

    #[test]
    fn bad_notation_is_named() {
        assert!(matches!(slots("a {b"), Err(PhraseError::Braces(_))));
        assert!(matches!(slots("a b} c"), Err(PhraseError::Braces(_))));
        assert!(matches!(slots("transplant{ation|}"), Err(PhraseError::Word(_))));
        assert!(matches!(slots("{b|}"), Err(PhraseError::Empty(_))));
        assert!(matches!(parts("a + b + c + d"), Err(PhraseError::Parts(_))));
    }
}
