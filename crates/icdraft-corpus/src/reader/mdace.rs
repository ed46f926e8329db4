//! MDACE (github.com/3mcloud/MDACE): one JSON file an admission, codes with offsets into MIMIC-III notes. The texts are the
//! user's own: in the files (as the project's script injects them), in NOTEEVENTS.csv, or in a folder.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use icdraft_note::{Billing, Setting};
use serde::Deserialize;

use crate::gold::{GoldCode, GoldNote};
use crate::jsonl::without_content;
use crate::reader::collect::{add_code, outside, quotes};
use crate::reader::{ConvertError, LeftOut, Options};
use crate::span::{CharSpan, CharText};
use crate::system::System;
use crate::text;

#[derive(Debug, Deserialize)]
struct Admission {
    hadm_id: Number,
    notes: Vec<Note>,
}

#[derive(Debug, Deserialize)]
struct Note {
    note_id: Number,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    begin: usize,
    end: usize,
    code: String,
    code_system: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    covered_text: Option<String>,
}

/// MIMIC-III numbers its notes, MIMIC-IV names them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Integer(u64),
    Name(String),
}

impl Number {
    fn into_name(self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Name(name) => name,
        }
    }
}

pub(super) fn read(
    path: &Path,
    options: &Options,
    tick: &dyn Fn(),
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<GoldNote>, ConvertError> {
    let files = text::files(path, &["json"])?;
    if files.is_empty() {
        let says = "no .json files in this folder; give a folder such as data/Inpatient/ICD-10/1.0";
        return Err(ConvertError::file(path, says));
    }
    let mut notes: Vec<(PathBuf, GoldNote, Vec<Annotation>)> = Vec::new();
    let mut ids = BTreeSet::new();
    for file in files {
        let admission: Admission = serde_json::from_str(&text::file(&file)?).map_err(|error| {
            let says = format!("{}; expected an MDACE admission {{hadm_id, notes}}", without_content(&error));
            ConvertError::line(&file, error.line(), says)
        })?;
        let cluster = admission.hadm_id.into_name();
        let (setting, billing) = axes(&file);
        for note in admission.notes {
            let id = note.note_id.into_name();
            if !ids.insert(id.clone()) {
                let says =
                    format!("note {id} has been read before; convert ICD-9 and ICD-10, Inpatient and Profee apart");
                return Err(ConvertError::file(&file, says));
            }
            let gold = GoldNote {
                id,
                kind: note.category,
                cluster: Some(cluster.clone()),
                setting,
                billing,
                text: note.text.unwrap_or_default(),
                ..GoldNote::default()
            };
            notes.push((file.clone(), gold, note.annotations));
        }
    }
    fetch(&mut notes, options.text.as_deref(), tick)?;
    let mut done = Vec::new();
    for (file, mut note, annotations) in notes {
        if note.text.is_empty() {
            let why = format!("no text of note {}; give --text NOTEEVENTS.csv", note.id);
            left_out.push(LeftOut { path: file, line: 0, why });
            continue;
        }
        note.codes = codes(&file, &note, annotations)?;
        done.push(note);
    }
    Ok(done)
}

/// Inpatient charts are coded for the hospital, "Profee" ones for the physician; both of admitted patients.
fn axes(file: &Path) -> (Option<Setting>, Option<Billing>) {
    let within = |name: &str| file.components().any(|c| c.as_os_str().eq_ignore_ascii_case(name));
    if within("Inpatient") {
        (Some(Setting::Inpatient), Some(Billing::Facility))
    } else if within("Profee") {
        (Some(Setting::Inpatient), Some(Billing::Professional))
    } else {
        (None, None)
    }
}

/// Puts texts into the notes that lack them. A table of MIMIC has two million: only those wanted are kept.
fn fetch(
    notes: &mut [(PathBuf, GoldNote, Vec<Annotation>)],
    from: Option<&Path>,
    tick: &dyn Fn(),
) -> Result<(), ConvertError> {
    let Some(from) = from else {
        notes.iter().for_each(|_| tick());
        return Ok(());
    };
    let mut wanted: HashMap<String, &mut String> = notes
        .iter_mut()
        .filter(|(_, note, _)| note.text.is_empty())
        .map(|(_, note, _)| (note.id.clone(), &mut note.text))
        .collect();
    text::each(from, &mut |id, text| {
        if let Some(slot) = wanted.remove(&id) {
            *slot = text;
        }
        tick();
    })?;
    Ok(())
}

fn codes(file: &Path, note: &GoldNote, annotations: Vec<Annotation>) -> Result<Vec<GoldCode>, ConvertError> {
    let text = CharText::new(&note.text);
    let mut codes = Vec::new();
    for (number, annotation) in (1..).zip(annotations) {
        let bad = |says: &str| ConvertError::file(file, format!("note {}, annotation {number}: {says}", note.id));
        let spans = vec![CharSpan::new(annotation.begin, annotation.end)];
        if let Some(says) = outside(&spans, &text) {
            return Err(bad(&says));
        }
        if annotation.covered_text.is_some_and(|words| !quotes(&spans, &text, &words)) {
            return Err(bad("`covered_text` is not what the offsets cut out; the text is another version of the note"));
        }
        // Systems that icdraft does not know (ICD-9-CM) keep their name.
        let system = System::named(&annotation.code_system);
        let title = annotation.description.filter(|_| system == Some(System::Icd10Cm));
        let code = GoldCode {
            system: system.map_or(annotation.code_system, |s| s.name().to_owned()),
            code: annotation.code,
            title,
            evidence_spans: spans,
            ..GoldCode::default()
        };
        add_code(&mut codes, code);
    }
    Ok(codes)
}
