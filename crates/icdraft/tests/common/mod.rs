//! Shared by the integration tests: the binary, the sample notes, offsets in any unit.
#![allow(dead_code)] // each test file uses a part of this

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether the build has the procedure lexicon: its folder is removable, and what is asserted of procedures goes with it.
pub(crate) fn has_cpt() -> bool {
    root().join("crates/icdraft-mention/data/cpt").is_dir()
}

/// A sample note's path.
pub(crate) fn sample(name: &str) -> PathBuf {
    root().join("corpora/samples").join(format!("{name}.txt"))
}

/// All sample notes, by name: stem and text.
pub(crate) fn samples() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("corpora/samples"))
        .expect("the sample notes are part of the repository")
        .map(|e| e.expect("a readable folder").path())
        .filter(|p| p.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 6, "six sample notes, found {}", paths.len());
    paths
        .iter()
        .map(|p| {
            let name = p.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(p).expect("samples are UTF-8"))
        })
        .collect()
}

/// What a run of the binary gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("icdraft writes UTF-8");
        Self {
            code: output.status.code().expect("ended by itself, not by a signal"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Fails unless the run ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}:\n{}", self.out))
    }
}

/// Runs `icdraft` with arguments that may be paths.
pub(crate) fn icdraft<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Run {
    icdraft_with(args, b"")
}

/// Runs `icdraft` with bytes on standard input.
pub(crate) fn icdraft_with<S: AsRef<std::ffi::OsStr>>(args: &[S], stdin: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_icdraft"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut pipe = child.stdin.take().expect("piped");
    let bytes = stdin.to_vec();
    // A command that does not read its input closes the pipe: no failure of the test.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&bytes)));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    Run::of(&output)
}

/// `icdraft suggest - --format json` and more arguments, over a text.
#[track_caller]
pub(crate) fn suggest(text: &str, more: &[&str]) -> Value {
    let args = [&["suggest", "-", "--format", "json"], more].concat();
    icdraft_with(&args, text.as_bytes()).expect(0).json()
}

/// The lines of a JSONL file.
#[track_caller]
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

/// Writes a file below `folder` and gives its path.
pub(crate) fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("below a folder")).expect("a writable folder");
    std::fs::write(&path, bytes).expect("a writable folder");
    path
}

/// The rows of an array field.
#[track_caller]
pub(crate) fn rows<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no array {field} in {value}"))
}

/// Drafted codes of a system, in sequence.
pub(crate) fn drafted(report: &Value, system: &str) -> Vec<String> {
    let mut found: Vec<(u64, String)> = rows(report, "suggestions")
        .iter()
        .filter(|s| s["draft"] == true && s["system"] == system)
        .map(|s| (s["sequence"].as_u64().expect("drafts have a place"), s["code"].as_str().expect("a code").to_owned()))
        .collect();
    found.sort();
    found.into_iter().map(|(_, code)| code).collect()
}

/// Every code of a system that is suggested, drafted or not.
pub(crate) fn suggested<'a>(report: &'a Value, system: &str) -> Vec<&'a str> {
    rows(report, "suggestions").iter().filter(|s| s["system"] == system).filter_map(|s| s["code"].as_str()).collect()
}

/// The text between two offsets in a unit (`chars`, `bytes`, `utf16`), counted without icdraft's own code.
#[track_caller]
pub(crate) fn slice(text: &str, start: &Value, end: &Value, unit: &str) -> String {
    let number = |v: &Value| usize::try_from(v.as_u64().expect("an offset")).expect("small");
    let (start, end) = (number(start), number(end));
    match unit {
        "chars" => text.chars().skip(start).take(end - start).collect(),
        "bytes" => text[start..end].to_owned(),
        "utf16" => String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).expect("whole characters"),
        _ => panic!("{unit}"),
    }
}

/// Offset of the first occurrence of `words` in a unit.
pub(crate) fn find(text: &str, words: &str, unit: &str) -> (usize, usize) {
    let at = text.find(words).expect("the words stand in the text");
    let count = |s: &str| match unit {
        "chars" => s.chars().count(),
        "bytes" => s.len(),
        "utf16" => s.encode_utf16().count(),
        _ => panic!("{unit}"),
    };
    (count(&text[..at]), count(&text[..at + words.len()]))
}

/// Every `{start, end, text}` of a report: evidence, refused mentions, cues.
#[track_caller]
pub(crate) fn check_spans(report: &Value, text: &str, unit: &str) {
    let check = |row: &Value| {
        assert_eq!(row["text"].as_str().expect("text"), slice(text, &row["start"], &row["end"], unit), "{unit}: {row}");
    };
    for suggestion in rows(report, "suggestions") {
        rows(suggestion, "evidence").iter().for_each(check);
    }
    for refused in rows(report, "not_coded") {
        check(refused);
        if !refused["cue"].is_null() {
            check(&refused["cue"]);
        }
    }
    for query in rows(report, "queries") {
        assert!(!slice(text, &query["start"], &query["end"], unit).is_empty(), "{query}");
    }
}
