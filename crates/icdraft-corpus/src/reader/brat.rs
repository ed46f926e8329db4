//! brat stand-off (brat.nlplab.org/standoff.html): `T` lines mark words, in pieces where they are interrupted; `N` lines
//! tie them to codes, `#` lines are notes, `A` and `M` lines attributes. Relations and events are passed over.

mod attribute;

use std::collections::BTreeMap;
use std::path::Path;

use crate::gold::{Certainty, Distractor, GoldCode, GoldNote};
use crate::reader::collect::{add_code, outside, pieces, quotes, spans};
use crate::reader::{ConvertError, LeftOut, Options};
use crate::span::{CharSpan, CharText};
use crate::system::{System, printed};
use crate::text;

use attribute::{Attributes, Becomes};

/// Where brat annotations have their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodesIn {
    /// `N1<TAB>Reference T1 ICD-10-CM:K40.90<TAB>title`
    #[default]
    Normalization,
    /// `#1<TAB>AnnotatorNotes T1<TAB>CPT:49505-RT`
    Note,
    /// `T1<TAB>K40.90 15 30<TAB>words`
    Label,
}

/// A code as an annotator wrote it: `K40.90`, `ICD-10-CM:K40.90`, `CPT:49505-RT`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    system: System,
    code: String,
    modifiers: Vec<String>,
}

/// A `T` line with what other lines say about it.
#[derive(Debug)]
struct Marked {
    line: usize,
    label: String,
    pieces: Vec<CharSpan>,
    codes: Vec<Written>,
    says: Vec<Becomes>,
}

pub(super) fn read(
    path: &Path,
    options: &Options,
    tick: &dyn Fn(),
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<GoldNote>, ConvertError> {
    let attributes = Attributes::load(options.attributes.as_deref())?;
    let files = text::files(path, &["ann"])?;
    if files.is_empty() {
        return Err(ConvertError::file(
            path,
            "no .ann files in this folder; give the folder that holds them and their .txt files",
        ));
    }
    let mut notes = Vec::new();
    for file in files {
        let beside = file.with_extension("txt");
        // Texts elsewhere lie as the annotations do.
        let text_path = match (&options.text, beside.strip_prefix(path)) {
            (Some(folder), Ok(below)) => folder.join(below),
            (Some(folder), Err(_)) => folder.join(beside.file_name().unwrap_or_default()),
            (None, _) => beside,
        };
        let text = text::file(&text_path)?;
        let marked = marked(&file, &text, options.codes_in, &attributes)?;
        notes.push(note(&file, path, text, marked, options, left_out));
        tick();
    }
    Ok(notes)
}

/// The id of a file: its path below the folder that is read, so that files of the same name stay apart.
fn id(file: &Path, folder: &Path) -> String {
    let below = file.strip_prefix(folder).ok().filter(|p| !p.as_os_str().is_empty());
    let name = below.map_or_else(|| text::stem(file).into(), |p| p.with_extension(""));
    name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn note(
    file: &Path,
    folder: &Path,
    text: String,
    marked: Vec<Marked>,
    options: &Options,
    left_out: &mut Vec<LeftOut>,
) -> GoldNote {
    let mut note = GoldNote { id: id(file, folder), text, ..GoldNote::default() };
    for mark in marked {
        if mark.codes.is_empty() {
            let why = format!("annotation `{}` has no code where --codes-in looks for it", mark.label);
            left_out.push(LeftOut { path: file.to_owned(), line: mark.line, why });
        }
        let spans = spans(mark.pieces, options.pieces);
        let refused = mark.says.iter().find_map(|b| if let Becomes::Refused(reason) = b { Some(reason) } else { None });
        for written in mark.codes {
            if let Some(reason) = refused {
                let wrong_code = printed(written.system.name(), &written.code);
                let distractors = spans.iter().map(|&span| Distractor {
                    span,
                    reason: reason.clone(),
                    wrong_code: wrong_code.clone(),
                });
                note.not_coded.extend(distractors);
                continue;
            }
            let mut code = GoldCode {
                system: written.system.name().into(),
                code: written.code,
                modifiers: written.modifiers,
                evidence_spans: spans.clone(),
                ..GoldCode::default()
            };
            for says in &mark.says {
                match says {
                    Becomes::Certainty(certainty) => code.certainty = *certainty,
                    Becomes::Rank(rank) => code.rank = Some(*rank),
                    Becomes::Units(units) => code.units = Some(*units),
                    Becomes::Modifier(modifier) if code.modifiers.contains(modifier) => {}
                    Becomes::Modifier(modifier) => code.modifiers.push(modifier.clone()),
                    Becomes::Refused(_) => {}
                }
            }
            add_code(&mut note.codes, code);
        }
    }
    note
}

/// The `T` lines of a file in its order, each with the codes and attributes that later lines give it.
fn marked(file: &Path, text: &str, codes_in: CodesIn, attributes: &Attributes) -> Result<Vec<Marked>, ConvertError> {
    let content = text::file(file)?;
    let cut = CharText::new(text);
    let mut marks: BTreeMap<&str, Marked> = BTreeMap::new();
    let mut later = Vec::new();
    for (number, line) in (1..).zip(content.lines()) {
        let line = line.trim_end_matches('\r');
        let bad = |says: &str| ConvertError::line(file, number, says);
        let (name, rest) = match line.split_once('\t') {
            Some((name, rest)) => (name, rest),
            None if line.trim().is_empty() => continue,
            None => {
                return Err(bad("no tab after the name of the annotation; brat writes `T1<TAB>Label 0 5<TAB>words`"));
            }
        };
        if !name.starts_with('T') {
            later.push((number, name, rest));
            continue;
        }
        let (place, words) = rest.split_once('\t').unwrap_or((rest, ""));
        let (label, place) = place.split_once(' ').unwrap_or((place, ""));
        let spans = pieces(place).ok_or_else(|| bad("offsets are not `start end`, with `;` between pieces"))?;
        if let Some(says) = outside(&spans, &cut) {
            return Err(bad(&says));
        }
        if !quotes(&spans, &cut, words) {
            return Err(bad(
                "the offsets do not cut out the words of this line; the .txt is not the text that was annotated",
            ));
        }
        let codes = if codes_in == CodesIn::Label { written(label, None) } else { Vec::new() };
        let says = attributes.of_label(label).into_iter().collect();
        let mark = Marked { line: number, label: label.to_owned(), pieces: spans, codes, says };
        if marks.insert(name, mark).is_some() {
            return Err(bad("a second annotation of this name; give each `T` line its own number"));
        }
    }
    for (number, name, rest) in later {
        let bad = |says: String| ConvertError::line(file, number, says);
        let mut fields = rest.splitn(2, '\t');
        let head: Vec<&str> = fields.next().unwrap_or_default().split_whitespace().collect();
        let tail = fields.next().unwrap_or_default();
        let (Some(kind), Some(mark)) = (head.first(), head.get(1).and_then(|of| marks.get_mut(of))) else {
            // Of relations, events and equivalences, or of annotations of them.
            continue;
        };
        match name.chars().next() {
            Some('N') if codes_in == CodesIn::Normalization => {
                let reference = head.get(2).copied().unwrap_or_default();
                let (source, code) = reference.split_once(':').unwrap_or(("", reference));
                let codes = written(code, System::named(source));
                if codes.is_empty() {
                    return Err(bad(
                        "no code after the annotation; write `N1<TAB>Reference T1 ICD-10-CM:K40.90<TAB>title`".into(),
                    ));
                }
                mark.codes.extend(codes);
            }
            // Notes are also for remarks: those without a code say nothing here.
            Some('#') if codes_in == CodesIn::Note => mark.codes.extend(written(tail, None)),
            Some('A' | 'M') => mark.says.extend(attributes.of(kind, head.get(2).copied()).map_err(bad)?),
            _ => {}
        }
    }
    let mut marks: Vec<Marked> = marks.into_values().collect();
    marks.sort_by_key(|mark| mark.line);
    Ok(marks)
}

/// The codes in a text of nothing else: `K40.90`, `K40.90; CPT:49505-RT`. None where any word of it is no code.
fn written(text: &str, system: Option<System>) -> Vec<Written> {
    let words = text.split([',', ';', '|', '+', ' ', '\t']).filter(|word| !word.is_empty());
    let code = |word: &str| {
        let (named, code) = match word.split_once(':') {
            Some((name, code)) => (Some(System::named(name)?), code),
            None => (system, word),
        };
        let mut parts = code.split('-');
        let code = parts.next().unwrap_or_default();
        let system = named.or_else(|| System::of_code(code))?;
        let modifiers: Vec<String> = parts.map(str::to_ascii_uppercase).collect();
        let modified = modifiers.is_empty() || matches!(system, System::Cpt | System::Hcpcs);
        let shaped = system.is_shaped(code) && modified && modifiers.iter().all(|m| m.len() == 2);
        shaped.then(|| Written { system, code: code.to_owned(), modifiers })
    };
    words.map(code).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The certainty that an attribute table may name.
fn certainty(word: &str) -> Option<Certainty> {
    match word {
        "sure" => Some(Certainty::Sure),
        "arguable" => Some(Certainty::Arguable),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_annotators_write_them() {
        let of = |text: &str| -> Vec<(&str, String, String)> {
            written(text, None).into_iter().map(|w| (w.system.name(), w.code, w.modifiers.join("+"))).collect()
        };
        assert_eq!(of("K40.90"), [("ICD-10-CM", "K40.90".into(), String::new())]);
        assert_eq!(of("cpt:49505-rt-59"), [("CPT", "49505".into(), "RT+59".into())]);
        assert_eq!(of("HCPCS:J1100; I10").len(), 2);
        for none in ["see the operative report", "K40.90 perhaps", "Wikipedia:534366", "K40.90-RT"] {
            assert_eq!(of(none), [], "{none}");
        }
    }
}
