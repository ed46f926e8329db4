//! Annotations without their texts, for notes that may not be passed on: the text is left out and found again by its
//! SHA-256, in whatever file the receiver has it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use crate::gold::GoldNote;
use crate::text::{self, TextError, sha256};

/// The note without its text, with the checksum that finds it again. Annotations that are without text already stay as they are.
pub fn strip(mut note: GoldNote) -> GoldNote {
    if !note.text.is_empty() {
        note.sha256 = sha256(&note.text);
        note.text.clear();
    }
    note
}

/// Annotations with their texts, and those whose text was not found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Joined {
    /// With text, in the order of the annotations.
    pub notes: Vec<GoldNote>,
    /// Ids of the others.
    pub missing: Vec<String>,
    /// Ids of notes whose spans do not lie in their text: the annotations are damaged.
    pub outside: Vec<String>,
}

/// Finds the texts of `notes` among those under `texts` (a folder, a .jsonl file, a .csv table). `tick` is called for each
/// text.
///
/// # Errors
/// Texts that cannot be read.
pub fn join(notes: Vec<GoldNote>, texts: &Path, tick: &dyn Fn()) -> Result<Joined, TextError> {
    let sum = |note: &GoldNote| note.sha256.to_ascii_lowercase();
    let mut found: HashMap<String, Option<String>> =
        notes.iter().filter(|note| note.is_standoff()).map(|note| (sum(note), None)).collect();
    text::each(texts, &mut |_, text| {
        if let Some((sum, same)) = variants(&text).map(|v| (sha256(&v), v)).find(|(sum, _)| found.contains_key(sum)) {
            found.insert(sum, Some(same.into_owned()));
        }
        tick();
    })?;
    let mut joined = Joined::default();
    for mut note in notes {
        if note.is_standoff() {
            match found.get(&sum(&note)) {
                Some(Some(text)) => note.text.clone_from(text),
                _ => {
                    joined.missing.push(note.id);
                    continue;
                }
            }
        }
        let length = note.text.chars().count();
        if note.spans().all(|span| span.is_within(length)) {
            joined.notes.push(note);
        } else {
            joined.outside.push(note.id);
        }
    }
    Ok(joined)
}

/// A text as files and tables may have kept it: with and without its last line break, with line breaks of Windows as
/// plain ones. Which of them was annotated is told by the checksum.
fn variants(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let plain = text.contains('\r').then(|| text.replace("\r\n", "\n"));
    let with = |text: &str| Cow::Owned(format!("{text}\n"));
    let without = |text: &str| Cow::Owned(text.trim_end_matches(['\r', '\n']).to_owned());
    let of_plain = plain.into_iter().flat_map(move |plain| [with(&plain), without(&plain), Cow::Owned(plain)]);
    [Cow::Borrowed(text), with(text), without(text)].into_iter().chain(of_plain)
}
