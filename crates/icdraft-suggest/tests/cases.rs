//! Runs the literate cases; `cases/README.md` explains the notation.
#![allow(clippy::unwrap_used)] // a panic is the message

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use icdraft_note::{Billing, Encounter, Setting, Sex};
use icdraft_suggest::{Coder, Config, ModelSource, Report, Suggestion};

static CODER: LazyLock<Coder> =
    LazyLock::new(|| Coder::new(&Config { model: ModelSource::None, ..Config::default() }).unwrap());

#[derive(Debug)]
struct Case {
    title: String,
    line: usize,
    open: bool,
    encounter: Encounter,
    expected: Vec<(usize, String)>,
}

/// The cases of one file.
fn read(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut fence: Option<String> = None;
    for (n, line) in (1..).zip(text.lines()) {
        if let Some(note) = &mut fence {
            if line.trim_end() == "```" {
                cases.last_mut().unwrap().encounter.notes[0].text = fence.take().unwrap();
            } else {
                note.push_str(line);
                note.push('\n');
            }
        } else if let Some(title) = line.strip_prefix("### ") {
            let (open, title) = title.strip_prefix("(open) ").map_or((false, title), |t| (true, t));
            let encounter = Encounter::of_note("case", "");
            cases.push(Case { title: title.to_owned(), line: n, open, encounter, expected: Vec::new() });
        } else if let Some(facts) = line.strip_prefix("```note") {
            let case =
                cases.last_mut().unwrap_or_else(|| panic!("{}:{n}: a note before the first heading", path.display()));
            facts.split_whitespace().for_each(|f| fact(&mut case.encounter, f, path, n));
            fence = Some(String::new());
        } else if let Some(expectation) = line.strip_prefix("- ").filter(|_| !cases.is_empty()) {
            cases.last_mut().unwrap().expected.push((n, expectation.trim().to_owned()));
        }
    }
    assert!(fence.is_none(), "{}: a fence is not closed", path.display());
    cases
}

fn fact(encounter: &mut Encounter, fact: &str, path: &Path, line: usize) {
    match fact.split_once('=').unwrap_or((fact, "")) {
        ("inpatient", _) => encounter.setting = Setting::Inpatient,
        ("facility", _) => encounter.billing = Billing::Facility,
        ("age", age) => encounter.patient.age = Some(age.parse().unwrap()),
        ("sex", "F") => encounter.patient.sex = Some(Sex::F),
        ("sex", "M") => encounter.patient.sex = Some(Sex::M),
        ("date", date) => encounter.date_of_service = Some(date.parse().unwrap()),
        _ => panic!("{}:{line}: `{fact}` is no fact", path.display()),
    }
}

/// Splits off the quoted words of a line, if there are any.
fn quoted(line: &str) -> (String, Option<&str>) {
    match (line.find('"'), line.rfind('"')) {
        (Some(a), Some(b)) if a < b => (format!("{} {}", &line[..a], &line[b + 1..]), Some(&line[a + 1..b])),
        _ => (line.to_owned(), None),
    }
}

/// What is wrong with one report, line by line; empty when all holds.
fn failures(case: &Case, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = case.encounter.notes[0].text.as_str();
    let drafts: Vec<&Suggestion> = report.suggestions.iter().filter(|s| s.draft).collect();
    let mut listed: Vec<&str> = Vec::new();
    let mut any: Vec<String> = Vec::new();
    for (line, expectation) in &case.expected {
        let (bare, words) = quoted(expectation);
        let parts: Vec<&str> = bare.split_whitespace().collect();
        let mut fail = |problem: String| wrong.push(format!("line {line}: {expectation}: {problem}"));
        let touches = |start: usize, end: usize| {
            words.is_none_or(|w| text.match_indices(w).any(|(at, _)| start < at + w.len() && at < end))
        };
        match parts.as_slice() {
            ["ICD-10-CM" | "CPT" | "HCPCS", code, rest @ ..] => {
                let mut pieces = code.split('-');
                let code = pieces.next().unwrap();
                let mut modifiers: Vec<&str> = pieces.collect();
                modifiers.sort_unstable();
                // What was discarded of a drug is a second line of its code, told apart by its modifier.
                let same = |s: &&&Suggestion| s.system == parts[0] && s.code == code;
                let modified = |s: &&Suggestion| {
                    s.modifiers.len() == modifiers.len() && modifiers.iter().all(|m| s.modifiers.iter().any(|o| o == m))
                };
                let exact = drafts.iter().filter(same).find(|s| modified(s));
                let Some(found) = exact.or_else(|| drafts.iter().find(same)) else {
                    let below = report.suggestions.iter().find(|s| s.code == code).map(|s| s.confidence);
                    fail(below.map_or("not found".into(), |c| format!("below the draft ({c})")));
                    continue;
                };
                listed.push(&found.code);
                if !found.evidence.iter().any(|e| touches(e.start, e.end)) {
                    fail(format!("evidence is {:?}", found.evidence.iter().map(|e| &e.text).collect::<Vec<_>>()));
                }
                let mut has: Vec<&str> = found.modifiers.iter().map(String::as_str).collect();
                has.sort_unstable();
                if parts[0] != "ICD-10-CM" && has != modifiers {
                    fail(format!("modifiers are {has:?}"));
                }
                let units = rest.iter().find_map(|r| r.strip_prefix('x')).map_or(1, |u| u.parse().unwrap());
                if found.units != units {
                    fail(format!("units are {}", found.units));
                }
                if let Some(at) = rest.iter().position(|r| *r == "for") {
                    for code in rest[at + 1..].iter().map(|c| c.trim_end_matches(',')) {
                        let sid = report.suggestions.iter().find(|s| s.code == code).map(|s| &s.sid);
                        if !sid.is_some_and(|sid| found.pointers.contains(sid)) {
                            fail(format!("{code} is not among its pointers"));
                        }
                    }
                }
            }
            ["below", system, code] => {
                let found = report.suggestions.iter().find(|s| s.system == *system && s.code == *code);
                match found {
                    None => fail("not suggested".into()),
                    Some(s) if s.draft => fail(format!("drafted ({})", s.confidence)),
                    Some(s) if !s.evidence.iter().any(|e| touches(e.start, e.end)) => {
                        fail(format!("evidence is {:?}", s.evidence.iter().map(|e| &e.text).collect::<Vec<_>>()));
                    }
                    Some(_) => {}
                }
            }
            ["no", code] => {
                if let Some(found) = drafts.iter().find(|s| s.code.replace('.', "").starts_with(&code.replace('.', "")))
                {
                    fail(format!("{} is drafted on {:?}", found.code, found.evidence[0].text));
                }
            }
            ["refused", code, reason] => {
                let code = code.replace('.', "");
                let of_code = |c: &str| c.replace('.', "").starts_with(&code);
                if !report.not_coded.iter().any(|r| of_code(&r.code) && r.reason == *reason && touches(r.start, r.end))
                {
                    let near: Vec<_> = report.not_coded.iter().map(|r| (&r.code, &r.reason, &r.text)).collect();
                    fail(format!("not listed; listed are {near:?}"));
                }
            }
            ["query", code] => {
                if !report.queries.iter().any(|q| q.code == *code) {
                    fail("no such query".into());
                }
            }
            ["order", codes @ ..] => {
                let place = |code: &&str| drafts.iter().find(|s| s.code == *code).and_then(|s| s.sequence);
                let places: Vec<Option<usize>> = codes.iter().map(place).collect();
                if places.contains(&None) || !places.is_sorted() {
                    fail(format!("the places are {places:?}"));
                }
            }
            ["edit", name, code] => {
                if !report.edits.iter().any(|e| e.edit == *name && e.codes.iter().any(|c| c == code)) {
                    fail("no such edit".into());
                }
            }
            ["no", "edit", name] => {
                if let Some(edit) = report.edits.iter().find(|e| e.edit == *name) {
                    fail(format!("there is one: {}", edit.says));
                }
            }
            ["any", system] => any.push((*system).to_owned()),
            _ => panic!("line {line}: `{expectation}` is no expectation; see cases/README.md"),
        }
    }
    // Drugs and supplies are looked at where a case speaks of them.
    if !case.expected.iter().any(|(_, e)| e.contains("HCPCS")) {
        any.push("HCPCS".into());
    }
    for extra in drafts.iter().filter(|s| !any.contains(&s.system) && !listed.contains(&s.code.as_str())) {
        wrong.push(format!(
            "{} {} ({}) is drafted on {:?}",
            extra.system, extra.code, extra.title, extra.evidence[0].text
        ));
    }
    wrong
}

fn run(folder: &str, least: usize) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(Path::new("tests/cases").join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let only = std::env::var("ICDRAFT_CASES").unwrap_or_default();
    let (mut count, mut open) = (0, 0);
    let mut told = String::new();
    for file in files.iter().filter(|f| f.to_string_lossy().contains(&only)) {
        for case in read(file) {
            count += 1;
            open += usize::from(case.open);
            let wrong = failures(&case, &CODER.code(&case.encounter));
            let place = format!("{}:{}: {}", file.display(), case.line, case.title);
            if case.open && wrong.is_empty() {
                let _ = writeln!(told, "{place}\n  passes now: take (open) away");
            } else if !case.open && !wrong.is_empty() {
                let _ = writeln!(told, "{place}\n  {}", wrong.join("\n  "));
            }
        }
    }
    assert!(told.is_empty(), "{count} cases, {open} open; these are wrong:\n{told}");
    assert!(!only.is_empty() || count >= least, "{count} cases in {folder}, {least} are promised");
}

#[test]
fn diagnosis() {
    run("diagnosis", 600);
}

#[test]
fn procedure() {
    if CODER.terminology(None).procedures().iter().all(|p| p.system() == "HCPCS") {
        return; // a build without data/cpt
    }
    run("procedure", 500);
}

#[test]
fn hcpcs() {
    run("hcpcs", 130);
}
