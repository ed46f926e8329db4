//! `icdraft corpus`, run as a user runs it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};

use serde_json::Value;

use common::{icdraft, root};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn gold() -> PathBuf {
    root().join("corpora/samples/gold.jsonl")
}

fn fixtures() -> PathBuf {
    root().join("crates/icdraft-corpus/tests/fixtures")
}

fn lines(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn help_has_examples() {
    for command in ["convert", "check", "stats", "strip", "join"] {
        let help = icdraft(&["corpus", command, "--help"]).expect(0).out;
        assert!(help.contains(&format!("icdraft corpus {command} ")) && help.contains("Example"), "{help}");
    }
}

#[test]
fn converted_gold_is_private_sound_and_can_be_scored() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("brat.jsonl");
    let brat = fixtures().join("brat");
    // One annotation of the fixture is a remark without a code.
    let run = icdraft(&["corpus", "convert", "--from", "brat", path(&brat), "--out", path(&out)]).expect(2);
    assert!(
        run.err.contains("1 notes, 3 codes") && run.err.contains("visit.ann:7: annotation `Remark`"),
        "{}",
        run.err
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let note = &lines(&out)[0];
    assert_eq!((note["schema"].as_str(), note["id"].as_str()), (Some("1.0"), Some("ward/visit")));
    // M10.03 lacks its side: that is the only finding.
    let found = icdraft(&["corpus", "check", path(&out), "--format", "json"]).expect(1).json();
    assert_eq!(found["counts"], serde_json::json!({"code": 1}), "{found}");
    assert!(found["findings"][0]["says"].as_str().unwrap().contains("M10.03 is a heading"), "{found}");
    icdraft(&["eval", "--gold", path(&out)]).expect(0);
}

#[test]
fn the_kit_goes_into_assert() {
    let folder = tempfile::tempdir().unwrap();
    let (kit, judged) = (folder.path().join("kit.jsonl"), folder.path().join("judged.jsonl"));
    let from = fixtures().join("negex/kit.tsv");
    icdraft(&["corpus", "convert", "--from", "negex", path(&from), "--out", path(&kit)]).expect(2);
    icdraft(&["assert", path(&kit), "--out", path(&judged)]).expect(0);
    let polarity = |file: &Path| -> Vec<Value> { lines(file).iter().map(|l| l["polarity"].clone()).collect() };
    assert_eq!(polarity(&judged), polarity(&kit));
}

#[test]
fn check_says_where_and_fails() {
    let sound = icdraft(&["corpus", "check", path(&gold())]).expect(0);
    assert_eq!(sound.out, "6 notes, nothing found\n");
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.jsonl");
    std::fs::write(&bad, std::fs::read_to_string(gold()).unwrap().replacen("K40.90", "K40.9", 1)).unwrap();
    let found = icdraft(&["corpus", "check", path(&bad)]).expect(1);
    assert!(found.out.contains("K40.9 is a heading"), "{}", found.out);
    assert!(found.err.contains("6 notes, 1 findings: 1 code"), "{}", found.err);
    icdraft(&["corpus", "check", path(&bad), "--without", "code,near"]).expect(0);
    // The same notes under two names: each repeats the other.
    let both = icdraft(&["corpus", "check", path(&gold()), path(&bad), "--format", "json"]).expect(1).json();
    assert_eq!(both["counts"]["id"], 6, "{}", both["counts"]);
    // Both files are of the set `samples`, so their notes are of one split.
    assert_eq!(both["counts"]["near"], Value::Null);
    let unknown = icdraft(&["corpus", "check", path(&bad), "--without", "codes"]).expect(2);
    assert!(unknown.err.contains("no such check; there are: line, id"), "{}", unknown.err);
    let release = icdraft(&["corpus", "check", path(&bad), "--release", "FY1999"]).expect(1);
    assert!(release.err.contains("FY1999 is not loaded"), "{}", release.err);
}

#[test]
fn check_tells_what_a_profile_can_reach() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.jsonl");
    std::fs::write(&old, r#"{"id": "a", "text": "Headache, contusion.", "icd10cm": ["r51", "s06.0x2a"]}"#).unwrap();
    let out = folder.path().join("gold.jsonl");
    icdraft(&["corpus", "convert", "--from", "codiesp", path(&old), "--out", path(&out)]).expect(0);
    let run = icdraft(&["corpus", "check", path(&out), "--profile", "codiesp", "--format", "json"]).expect(1);
    assert!(run.err.contains("2 sure ICD-10-CM codes: 0 as they are, 0 moved, 1 headings, 1 lost"), "{}", run.err);
    assert_eq!(run.json()["reach"]["recall_ceiling"], 0.5);
    let name = icdraft(&["corpus", "check", path(&out), "--profile", "x"]).expect(1);
    assert!(name.err.contains("there are: plain, codiesp"), "{}", name.err);
}

#[test]
fn stats_come_in_three_forms() {
    let json = icdraft(&["corpus", "stats", path(&gold()), "--format", "json"]).expect(0).json();
    assert_eq!((json["notes"].as_u64(), json["groups"]["set"][0]["name"].as_str()), (Some(6), Some("samples")));
    let table = icdraft(&["corpus", "stats", path(&gold())]).expect(0).out;
    assert!(table.contains("ICD-10-CM CHAPTERS") && table.contains("Diseases of the digestive system"), "{table}");
    let card = icdraft(&["corpus", "stats", path(&gold()), "--format", "markdown"]).expect(0).out;
    assert!(card.starts_with("### Notes\n\n|  | n | a note |\n|---|---|---|\n| notes | 6 |  |\n"), "{card}");
}

#[test]
fn texts_are_left_out_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (standoff, back) = (file("standoff.jsonl"), file("back.jsonl"));
    icdraft(&["corpus", "strip", path(&gold()), "--out", path(&standoff)]).expect(0);
    assert!(lines(&standoff).iter().all(|l| l.get("text").is_none() && l["sha256"].is_string()));
    let texts = root().join("corpora/samples");
    icdraft(&["corpus", "join", path(&standoff), "--text", path(&texts), "--out", path(&back)]).expect(0);
    assert_eq!(lines(&back), lines(&gold()));
    // One text alone: the others are listed.
    let one = texts.join("clinic.txt");
    let run = icdraft(&["corpus", "join", path(&standoff), "--text", path(&one), "--out", path(&back)]).expect(2);
    assert_eq!(lines(&back).len(), 1);
    assert!(run.err.contains("`hernia-op`: no text with its SHA-256") && !run.err.contains("`clinic`"), "{}", run.err);
    // Annotations without text are no gold.
    let eval = icdraft(&["eval", "--gold", path(&standoff)]).expect(1);
    assert!(eval.err.contains("line 1") && eval.err.contains("icdraft corpus join"), "{}", eval.err);
}

#[test]
fn nothing_is_written_over_its_input() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("gold.jsonl");
    std::fs::copy(gold(), &copy).unwrap();
    let run = icdraft(&["corpus", "strip", path(&copy), "--out", path(&copy)]).expect(1);
    assert!(run.err.contains("is the input too; give --out another name"), "{}", run.err);
    assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(gold()).unwrap());
    let absent = icdraft(&["corpus", "stats", path(&folder.path().join("absent.jsonl"))]).expect(1);
    assert!(absent.err.contains("absent.jsonl") && absent.err.contains("readable JSONL"), "{}", absent.err);
}
