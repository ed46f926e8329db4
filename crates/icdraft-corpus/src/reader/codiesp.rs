//! CodiEsp (CLEF eHealth 2020): tables of three tracks beside a folder of texts. D and P give diagnoses and procedures of a
//! whole note, X gives them with their words. Also the flattened form, one note a line with a list `icd10cm`.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::gold::{GoldCode, GoldNote};
use crate::jsonl;
use crate::reader::collect::{add_code, outside, pieces, quotes, spans};
use crate::reader::{ConvertError, LeftOut, Options, Pieces};
use crate::span::{CharSpan, CharText};
use crate::system::System;
use crate::text;

/// Folder of the texts beside the tables.
const TEXTS: &str = "text_files";
/// Folders that name a split.
const SPLITS: [&str; 3] = ["train", "dev", "test"];

/// A note as the flattened form has it.
#[derive(Debug, Deserialize)]
struct Flat {
    id: String,
    text: String,
    icd10cm: Vec<String>,
}

/// A row of a table.
struct Row {
    path: usize,
    line: usize,
    id: String,
    system: System,
    code: String,
    /// Track X: the quoted words and their offsets.
    reference: Option<(String, Vec<CharSpan>)>,
}

pub(super) fn read(
    path: &Path,
    options: &Options,
    tick: &dyn Fn(),
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<GoldNote>, ConvertError> {
    if path.extension().is_some_and(|e| e == "jsonl" || e == "ndjson") {
        return flattened(path, tick);
    }
    let tables = if path.is_dir() { tables(path)? } else { vec![path.to_owned()] };
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let mut rows = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        read_table(table, number, &mut rows)?;
    }
    let wanted: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let texts_at = options.text.clone().unwrap_or_else(|| folder.join(TEXTS));
    let mut texts = HashMap::new();
    let mut without_codes = 0;
    text::each(&texts_at, &mut |id, text| {
        if wanted.contains(id.as_str()) {
            texts.insert(id, text);
        } else {
            without_codes += 1;
        }
    })?;
    if without_codes > 0 {
        let why = format!("{without_codes} texts have no row in the tables");
        left_out.push(LeftOut { path: texts_at.clone(), line: 0, why });
    }
    let split = folder.file_name().and_then(OsStr::to_str).filter(|name| SPLITS.contains(name));
    let mut notes: Vec<GoldNote> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in &rows {
        if places.contains_key(row.id.as_str()) {
            continue;
        }
        let Some(text) = texts.remove(&row.id) else {
            let why = format!("no text of `{}` in {}", row.id, texts_at.display());
            left_out.push(LeftOut { path: tables[row.path].clone(), line: row.line, why });
            // Told once a note.
            places.insert(&row.id, usize::MAX);
            continue;
        };
        places.insert(&row.id, notes.len());
        let split = split.map(ToOwned::to_owned);
        notes.push(GoldNote { id: row.id.clone(), text, split, ..GoldNote::default() });
        tick();
    }
    let mut fits = Fits::default();
    let cut: Vec<String> = notes.iter().map(|note| note.text.clone()).collect();
    let cut: Vec<CharText<'_>> = cut.iter().map(|text| CharText::new(text)).collect();
    for row in &rows {
        let at = places[row.id.as_str()];
        if at == usize::MAX {
            continue;
        }
        let evidence_spans = evidence(row, &cut[at], options.pieces, &tables[row.path], &mut fits, left_out)?;
        let system = row.system.name().into();
        add_code(
            &mut notes[at].codes,
            GoldCode { system, code: row.code.clone(), evidence_spans, ..GoldCode::default() },
        );
    }
    if fits.asked > 0 && fits.fitting == 0 {
        let says = "no reference of track X stands where its offsets point; they count in the Spanish texts (text_files), \
                    not in the translations: give --text text_files, or convert the tables of tracks D and P alone";
        return Err(ConvertError::file(&texts_at, says));
    }
    Ok(notes)
}

/// How many references of track X fit their texts.
#[derive(Default)]
struct Fits {
    asked: usize,
    fitting: usize,
}

fn evidence(
    row: &Row,
    text: &CharText<'_>,
    as_: Pieces,
    table: &Path,
    fits: &mut Fits,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<CharSpan>, ConvertError> {
    let Some((words, places)) = &row.reference else {
        return Ok(Vec::new());
    };
    fits.asked += 1;
    if outside(places, text).is_none() && quotes(places, text, words) {
        fits.fitting += 1;
        return Ok(spans(places.clone(), as_));
    }
    let why = "the offsets do not cut out the words of the reference: the code stays, without this evidence".into();
    left_out.push(LeftOut { path: table.to_owned(), line: row.line, why });
    Ok(Vec::new())
}

fn tables(folder: &Path) -> Result<Vec<PathBuf>, ConvertError> {
    let io = |source| ConvertError::Io { path: folder.to_owned(), source };
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|e| e == "tsv") {
            tables.push(path);
        }
    }
    if tables.is_empty() {
        let says = "no .tsv tables in this folder; give the folder of a split (train, dev, test) or one table";
        return Err(ConvertError::file(folder, says));
    }
    // D before P before X: codes come in the order of the tracks that list them.
    tables.sort();
    Ok(tables)
}

fn read_table(table: &Path, number: usize, rows: &mut Vec<Row>) -> Result<(), ConvertError> {
    let content = text::file(table)?;
    // Tables are named trainD.tsv, devP.tsv, sample_annotations_D.tsv.
    let track = match table.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.chars().last()) {
        Some('D' | 'd') => Some(System::Icd10Cm),
        Some('P' | 'p') => Some(System::Icd10Pcs),
        _ => None,
    };
    for (line, content) in (1..).zip(content.lines()) {
        let bad = |says: &str| ConvertError::line(table, line, says);
        let content = content.trim_end_matches('\r').trim_start_matches('\u{feff}');
        let cells: Vec<&str> = content.split('\t').map(str::trim).collect();
        let (id, system, code, reference) = match cells[..] {
            [""] => continue,
            ["articleID" | "articleId", ..] if line == 1 => continue,
            [id, code] => (id, track.or_else(|| System::of_code(code)), code, None),
            [id, label, code, words, places] => {
                let places =
                    pieces(places).ok_or_else(|| bad("offsets are not `start end`, with `;` between pieces"))?;
                let system = match label {
                    "DIAGNOSTICO" => Some(System::Icd10Cm),
                    "PROCEDIMIENTO" => Some(System::Icd10Pcs),
                    _ => return Err(bad("the label is neither DIAGNOSTICO nor PROCEDIMIENTO")),
                };
                (id, system, code, Some((words.to_owned(), places)))
            }
            _ => {
                return Err(bad(
                    "expected two columns (article, code; tracks D and P) or five (article, label, code, reference, \
                     offsets; track X), separated by tabs",
                ));
            }
        };
        let system = system.ok_or_else(|| {
            bad("this is no code of a known system; end the name of the table in D (diagnoses) or P (procedures)")
        })?;
        rows.push(Row { path: number, line, id: id.to_owned(), system, code: code.to_owned(), reference });
    }
    Ok(())
}

fn flattened(path: &Path, tick: &dyn Fn()) -> Result<Vec<GoldNote>, ConvertError> {
    let mut notes = Vec::new();
    let mut ids = BTreeSet::new();
    for (line, flat) in jsonl::read::<Flat>(path, "an object {id, text, icd10cm: [codes]}")? {
        if !ids.insert(flat.id.clone()) {
            return Err(jsonl::ReadError::Repeated { path: path.to_owned(), line, id: flat.id }.into());
        }
        let mut note = GoldNote { id: flat.id, text: flat.text, ..GoldNote::default() };
        for code in flat.icd10cm {
            let system = System::Icd10Cm.name().into();
            add_code(&mut note.codes, GoldCode { system, code, ..GoldCode::default() });
        }
        notes.push(note);
        tick();
    }
    Ok(notes)
}
