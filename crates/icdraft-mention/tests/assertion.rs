//! The assertion of marked spans: the example sentences of the cue rows, and the literate cases in `tests/cases/`.
//!
//! A case is a list item of Markdown with its expectation marked inside it: `- No <negated>fever</negated>.` A mark names every
//! value that differs from the default (`<family historical>`); `<affirmed>` says that none does. `\n` is a line break.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use icdraft_codeset::CodeSet;
use icdraft_mention::assertion::{Assertion, Certainty, Experiencer, Polarity, Temporality};
use icdraft_mention::{Annotation, Terminology};
use icdraft_note::{Note, Patient, Span};

static TERMINOLOGY: LazyLock<Terminology> =
    LazyLock::new(|| Terminology::from_files(&CodeSet::embedded(), &[], &[]).expect("a terminology without lexicons"));

fn values(assertion: &Assertion) -> Vec<&'static str> {
    let mut values = Vec::new();
    values.extend((assertion.polarity == Polarity::Negated).then_some("negated"));
    values.extend(match assertion.experiencer {
        Experiencer::Patient => None,
        Experiencer::Family => Some("family"),
        Experiencer::Other => Some("other"),
    });
    values.extend(match assertion.temporality {
        Temporality::Current => None,
        Temporality::Historical => Some("historical"),
        Temporality::Resolved => Some("resolved"),
        Temporality::Planned => Some("planned"),
        Temporality::Hypothetical => Some("hypothetical"),
    });
    values.extend(match assertion.certainty {
        Certainty::Confirmed => None,
        Certainty::Probable => Some("probable"),
        Certainty::Possible => Some("possible"),
    });
    values
}

fn read(text: &str) -> Annotation {
    Annotation::of(&TERMINOLOGY, &Note { text: text.to_owned(), ..Note::default() }, Patient::default())
}

/// A sentence without its marks, and what each mark expects.
fn marked(line: &str) -> (String, Vec<(Span, Vec<&str>)>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        let (names, after) = after.split_once('>').expect("a mark is closed by >");
        let (inside, after) = after.split_once("</").expect("a mark ends");
        let (end, after) = after.split_once('>').expect("a mark ends with >");
        assert_eq!(names, end, "{line}");
        text += &before.replace("\\n", "\n");
        let start = text.len();
        text += inside;
        marks.push((Span::new(start, text.len()), names.split(' ').filter(|n| *n != "affirmed").collect()));
        rest = after;
    }
    text += &rest.replace("\\n", "\n");
    (text, marks)
}

/// The sentence with carets below the span, and what was expected and found.
fn complaint(text: &str, span: Span, expected: &str, found: &Assertion) -> String {
    let shown = text.replace('\n', " ");
    let pad = " ".repeat(text[..span.start].chars().count());
    let carets = "^".repeat(text[span].chars().count());
    let mut out = format!("{shown}\n{pad}{carets} expected {expected}, found {:?}\n", values(found));
    for cue in &found.cues {
        let words = cue.span.map_or("the section", |s| &text[s]);
        let scope = cue.scope.map_or("", |s| &text[s]);
        let _ = writeln!(out, "    {} by `{words}` in `{scope}`", cue.value);
    }
    out
}

#[test]
fn literate_cases_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let (mut cases, mut wrong) = (0, String::new());
    for file in files {
        let content = std::fs::read_to_string(&file).unwrap();
        for (number, line) in content.lines().enumerate() {
            let Some(line) = line.strip_prefix("- ") else { continue };
            let (text, marks) = marked(line);
            assert!(!marks.is_empty(), "{}:{}: no mark", file.display(), number + 1);
            cases += 1;
            let annotation = read(&text);
            for (span, mut expected) in marks {
                // A mark in a header is in no sentence, and nothing is said of it.
                let found = annotation.assert_span(&text, span).unwrap_or_default().0;
                let mut got = values(&found);
                got.sort_unstable();
                expected.sort_unstable();
                if got != expected {
                    let name = file.file_name().unwrap_or_default().to_string_lossy();
                    let expected = if expected.is_empty() { "affirmed".to_owned() } else { format!("{expected:?}") };
                    let _ = write!(wrong, "\n{name}:{}\n{}", number + 1, complaint(&text, span, &expected, &found));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases >= 600, "{cases} cases");
}

#[test]
fn every_heading_has_both_polarities() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for file in std::fs::read_dir(folder).unwrap() {
        let content = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for group in content.split("\n## ").skip(1) {
            let title = group.lines().next().unwrap_or_default();
            let marks: Vec<_> = group.lines().filter_map(|l| l.strip_prefix("- ")).flat_map(|l| marked(l).1).collect();
            assert!(marks.iter().any(|(_, m)| m.contains(&"negated")), "{title}: nothing negated");
            assert!(marks.iter().any(|(_, m)| !m.contains(&"negated")), "{title}: nothing affirmed");
        }
    }
}

/// The text of an example and the bracketed span. Boxes of checklists are brackets too; the mention is the one with letters that
/// is not a lone "x".
fn bracketed(example: &str) -> (String, Span) {
    let mark = example.match_indices('[').find_map(|(start, _)| {
        let end = start + example[start..].find(']')?;
        (end > start + 2).then_some((start, end))
    });
    let (start, end) = mark.unwrap_or_else(|| panic!("no [mention] in: {example}"));
    let text = format!("{}{}{}", &example[..start], &example[start + 1..end], &example[end + 1..]);
    (text, Span::new(start, end - 1))
}

#[test]
fn examples_of_cues_hold() {
    let mut wrong = String::new();
    for table in [include_str!("../data/cues.tsv"), include_str!("../data/section_defaults.tsv")] {
        let mut rows =
            csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).comment(Some(b'#')).from_reader(table.as_bytes());
        let rows: Vec<HashMap<String, String>> = rows.deserialize().collect::<Result<_, _>>().unwrap();
        for row in &rows {
            let cue = row.get("cue").or_else(|| row.get("kind")).unwrap();
            let value = row["value"].as_str();
            // A pseudo-cue or stop keeps values away from the mention, but for those that the same words set.
            let own: Vec<&str> =
                rows.iter().filter(|r| r.get("cue") == Some(cue)).map(|r| r["value"].as_str()).collect();
            for polarity in ["positive", "negative"] {
                let (text, span) = bracketed(&row[polarity]);
                let (found, _) = read(&text).assert_span(&text, span).expect("an example holds words");
                let set = values(&found);
                let holds = if matches!(value, "pseudo" | "stop") {
                    set.iter().all(|v| own.contains(v))
                } else {
                    set.contains(&value)
                };
                if holds != (polarity == "positive") {
                    let expected = format!("{polarity} example of `{cue}` ({value})");
                    wrong += &complaint(&text, span, &expected, &found);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
