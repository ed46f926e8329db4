//! One span a line: what most annotation tools can export. Lines with the same `id` make one note.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::gold::{Certainty, Distractor, GoldCode, GoldNote};
use crate::jsonl;
use crate::reader::collect::{add_code, outside};
use crate::reader::{ConvertError, Options};
use crate::span::{CharSpan, CharText};
use crate::system::{System, printed};
use crate::text;

#[derive(Debug, Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    text: Option<String>,
    start: usize,
    end: usize,
    code: String,
    #[serde(default)]
    system: Option<String>,
    #[serde(default)]
    modifiers: Vec<String>,
    #[serde(default)]
    certainty: Certainty,
    /// Why it is not coded.
    #[serde(default)]
    reason: Option<String>,
}

pub(super) fn read(path: &Path, options: &Options, tick: &dyn Fn()) -> Result<Vec<GoldNote>, ConvertError> {
    let lines = jsonl::read::<Line>(path, "a span {id, text, start, end, code}")?;
    let mut notes: Vec<GoldNote> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (number, line) in &lines {
        let at = *places.entry(line.id.clone()).or_insert_with(|| {
            notes.push(GoldNote { id: line.id.clone(), ..GoldNote::default() });
            notes.len() - 1
        });
        let Some(text) = &line.text else { continue };
        let known = &mut notes[at].text;
        if known.is_empty() {
            known.clone_from(text);
        } else if known != text {
            let says =
                format!("the text of `{}` differs from that of an earlier line; give each text its own id", line.id);
            return Err(ConvertError::line(path, *number, says));
        }
    }
    if let Some(from) = &options.text {
        text::each(from, &mut |id, text| {
            if let Some(note) = places.get(&id).map(|&at| &mut notes[at]).filter(|note| note.text.is_empty()) {
                note.text = text;
            }
        })?;
    }
    let texts: Vec<String> = notes.iter().map(|note| note.text.clone()).collect();
    let texts: Vec<CharText<'_>> = texts.iter().map(|text| CharText::new(text)).collect();
    for (number, line) in lines {
        let bad = |says: String| ConvertError::line(path, number, says);
        let at = places[&line.id];
        if notes[at].text.is_empty() {
            return Err(bad(format!(
                "no text of `{}`; write it into one of its lines, or give --text FOLDER",
                line.id
            )));
        }
        let span = CharSpan::new(line.start, line.end);
        if let Some(says) = outside(&[span], &texts[at]) {
            return Err(bad(says));
        }
        let system = match &line.system {
            Some(name) => System::named(name).map_or_else(|| name.clone(), |s| s.name().into()),
            None => System::of_code(&line.code)
                .map(|s| s.name().to_owned())
                .ok_or_else(|| bad("this is no code of a known system; name it in `system`".into()))?,
        };
        match line.reason {
            Some(reason) => {
                notes[at].not_coded.push(Distractor { span, reason, wrong_code: printed(&system, &line.code) });
            }
            None => add_code(
                &mut notes[at].codes,
                GoldCode {
                    system,
                    code: line.code,
                    modifiers: line.modifiers,
                    certainty: line.certainty,
                    evidence_spans: vec![span],
                    ..GoldCode::default()
                },
            ),
        }
    }
    notes.iter().for_each(|_| tick());
    Ok(notes)
}
