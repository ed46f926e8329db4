//! Every subcommand, end to end, with the real binary.
#![allow(clippy::unwrap_used)] // in the helpers too, a panic is the message

mod common;

use std::path::Path;

use common::{
    check_spans, drafted, file, find, icdraft, icdraft_with, lines, root, rows, sample, samples, slice, suggest,
    suggested,
};
use serde_json::{Value, json};

const APPENDIX: &str =
    "POSTOPERATIVE DIAGNOSIS: Acute appendicitis.\nPROCEDURE PERFORMED: Laparoscopic appendectomy.\n";
/// Non-ASCII of one, two and four bytes before all evidence.
const ACCENTS: &str = "Café 😀 naïve — 漢字 𝒳\nASSESSMENT:\n1. Hypertension.\n2. Primary osteoarthritis of right knee.\n3. Denies chest pain.\n";
/// Stands in bad lines; no error may repeat it.
const SECRET: &str = "Zebulon Quartermain";

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// Runs `icdraft batch` over inputs, with more arguments, into `out`.
fn batch(inputs: &[&Path], out: &Path, more: &[&str]) -> common::Run {
    let mut args = vec!["batch"];
    args.extend(inputs.iter().map(|p| path(p)));
    args.extend(["--out", path(out)]);
    args.extend(more);
    icdraft(&args)
}

fn ids(reports: &[Value]) -> Vec<&str> {
    reports.iter().map(|r| r["id"].as_str().unwrap()).collect()
}

fn jsonl(rows: &[Value]) -> String {
    rows.iter().map(|r| format!("{r}\n")).collect()
}

// ---- suggest

#[test]
fn suggest_shows_draft_refusals_and_questions() {
    if !common::has_cpt() {
        return;
    }
    let run = icdraft(&["suggest", path(&sample("knee-unspecified"))]).expect(0);
    let at = |words: &str| run.out.find(words).unwrap_or_else(|| panic!("no {words} in\n{}", run.out));
    assert!(at("\nDRAFT\n") < at("\nNOT CODED\n") && at("\nNOT CODED\n") < at("\nTO ASK\n"));
    let asked = &run.out[at("\nTO ASK\n")..];
    assert!(asked.contains("Which side?"), "{asked}");
    let refused = &run.out[at("\nNOT CODED\n")..at("\nTO ASK\n")];
    assert!(refused.to_lowercase().contains("deep vein thrombosis"), "{refused}");
    let draft = &run.out[at("\nDRAFT\n")..at("\nNOT CODED\n")];
    assert!(draft.contains("29881"), "{draft}");
    assert!(run.out.starts_with("knee-unspecified\n") && run.out.contains("ICD-10-CM FY2026-04-01"));
}

#[test]
fn suggest_table_names_the_cue_that_refused() {
    let run = icdraft_with(&["suggest", "-"], b"HPI: The patient denies chest pain.\n").expect(0);
    let refused = run.out.split("NOT CODED").nth(1).unwrap();
    let row = refused.lines().find(|l| l.contains("chest pain")).unwrap();
    assert!(row.contains("negated") && row.contains("denies"), "{row}");
}

#[test]
fn suggest_explains_on_request() {
    let note = sample("hernia-op");
    let short = icdraft(&["suggest", path(&note)]).expect(0).out;
    let long = icdraft(&["suggest", path(&note), "--explain"]).expect(0).out;
    assert!(long.contains("BELOW THE DRAFT") && !short.contains("BELOW THE DRAFT"));
    assert!(long.len() > short.len());
}

#[test]
fn suggest_json_of_every_sample() {
    for (name, text) in samples() {
        let report = icdraft(&["suggest", path(&sample(&name)), "--format", "json"]).expect(0).json();
        assert_eq!(report["id"], name);
        assert_eq!(report["offsets"], "chars");
        assert_eq!(report["model"]["name"], "icdraft-base");
        assert!(!drafted(&report, "ICD-10-CM").is_empty(), "{name}: nothing drafted");
        check_spans(&report, &text, "chars");
    }
}

#[test]
fn suggest_reads_standard_input() {
    if !common::has_cpt() {
        return;
    }
    let report = suggest(APPENDIX, &[]);
    assert_eq!(report["id"], "stdin");
    assert_eq!(drafted(&report, "CPT"), ["44970"]);
    assert!(drafted(&report, "ICD-10-CM")[0].starts_with("K35"), "{report}");
}

#[test]
fn suggest_echoes_the_facts() {
    let report = suggest(
        APPENDIX,
        &["--age", "63", "--sex", "f", "--date", "2026-05-04", "--setting", "inpatient", "--billing", "facility"],
    );
    let echo = &report["encounter"];
    assert_eq!(
        (&echo["age"], &echo["sex"], &echo["date_of_service"], &echo["setting"], &echo["billing"]),
        (&json!(63.0), &json!("F"), &json!("2026-05-04"), &json!("inpatient"), &json!("facility"))
    );
    icdraft(&["suggest", "-", "--age", "131"]).expect(2);
    icdraft(&["suggest", "-", "--age", "NaN"]).expect(2);
    icdraft(&["suggest", "-", "--date", "2026-02-30"]).expect(2);
}

#[test]
fn suggest_without_procedures() {
    if !common::has_cpt() {
        return;
    }
    let with = suggest(APPENDIX, &[]);
    let without = suggest(APPENDIX, &["--no-cpt"]);
    assert!(!suggested(&with, "CPT").is_empty() && with["releases"]["CPT"].is_string());
    assert!(without["releases"]["CPT"].is_null());
    let systems: Vec<&Value> =
        rows(&without, "suggestions").iter().chain(rows(&without, "not_coded")).map(|s| &s["system"]).collect();
    assert!(systems.iter().all(|s| **s == "ICD-10-CM"), "{systems:?}");
    assert_eq!(drafted(&with, "ICD-10-CM"), drafted(&without, "ICD-10-CM"), "diagnoses do not depend on procedures");
}

#[test]
fn suggest_uses_the_licensed_descriptions() {
    if !common::has_cpt() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, table) in [
        ("cpt.tsv", "code\tlong description\n44970\tmy words for this one, with a comma\n"),
        ("cpt.csv", "code,long description\n44970,\"my words for this one, with a comma\"\n"),
        ("bare.csv", "44970,\"my words for this one, with a comma\"\n"),
        ("crlf.tsv", "code\tlong description\r\n44970\tmy words for this one, with a comma\r\n"),
    ] {
        let table = file(folder.path(), name, table);
        let report = suggest(APPENDIX, &["--cpt", path(&table)]);
        let line = rows(&report, "suggestions").iter().find(|s| s["code"] == "44970").unwrap();
        assert_eq!(line["title"], "my words for this one, with a comma", "{name}");
    }
}

#[test]
fn a_byte_order_mark_costs_no_row_of_the_cpt_table() {
    if !common::has_cpt() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let table = file(folder.path(), "excel.csv", "\u{feff}44970,my words for this one\n99999,another\n");
    let report = suggest(APPENDIX, &["--cpt", path(&table)]);
    let line = rows(&report, "suggestions").iter().find(|s| s["code"] == "44970").unwrap();
    assert_eq!(line["title"], "my words for this one");
}

#[test]
fn bad_rows_of_the_cpt_table_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, table, line) in
        [("cpt.tsv", "code\ttext\n44970\tone\nabc\ttwo\n", 3), ("cpt.csv", "44970,one\n44950\n", 2)]
    {
        let table = file(folder.path(), name, table);
        let run = icdraft_with(&["suggest", "-", "--cpt", path(&table)], APPENDIX.as_bytes()).expect(1);
        assert!(run.err.contains(&format!("{name}:{line}:")), "{name}: {}", run.err);
    }
    let empty = file(folder.path(), "empty.csv", "");
    icdraft_with(&["suggest", "-", "--cpt", path(&empty)], b"").expect(1);
    icdraft_with(&["suggest", "-", "--cpt", path(&folder.path().join("absent.csv"))], b"").expect(1);
    icdraft_with(&["suggest", "-", "--cpt", path(&empty), "--no-cpt"], b"").expect(2);
}

#[test]
fn blank_lines_of_the_cpt_table_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let table = file(folder.path(), "gap.csv", "44970,one\n\n\nx,y\n");
    let run = icdraft_with(&["suggest", "-", "--cpt", path(&table)], APPENDIX.as_bytes()).expect(1);
    assert!(run.err.contains("gap.csv:4:"), "{}", run.err);
}

#[test]
fn offsets_in_every_unit() {
    let report = suggest(ACCENTS, &[]);
    assert_eq!(report["offsets"], "chars");
    let mut starts = Vec::new();
    for unit in ["chars", "bytes", "utf16"] {
        let report = suggest(ACCENTS, &["--offsets", unit]);
        assert_eq!(report["offsets"], unit);
        assert!(drafted(&report, "ICD-10-CM").contains(&"M17.11".to_owned()), "{report}");
        assert!(rows(&report, "not_coded").iter().any(|r| r["text"] == "chest pain"), "{report}");
        check_spans(&report, ACCENTS, unit);
        let first = rows(&report, "suggestions").iter().find(|s| s["code"] == "M17.11").unwrap();
        starts.push(first["evidence"][0]["start"].as_u64().unwrap());
    }
    assert!(starts[0] < starts[2] && starts[2] < starts[1], "chars, bytes, utf16 differ here: {starts:?}");
    icdraft(&["suggest", "-", "--offsets", "words"]).expect(2);
}

#[test]
fn a_date_outside_the_release_is_told() {
    let warns = |report: &Value, day: &str| rows(report, "warnings").iter().any(|w| w.as_str().unwrap().contains(day));
    assert!(!warns(&suggest(APPENDIX, &["--date", "2026-05-04"]), "2026-05-04"));
    assert!(rows(&suggest(APPENDIX, &["--date", "2026-04-01"]), "warnings").is_empty());
    assert!(rows(&suggest(APPENDIX, &["--date", "2026-09-30"]), "warnings").is_empty());
    for day in ["2019-01-01", "2026-03-31", "2026-10-01"] {
        let report = suggest(APPENDIX, &["--date", day]);
        assert!(warns(&report, day), "{day}: {}", report["warnings"]);
        assert!(!drafted(&report, "ICD-10-CM").is_empty(), "it is coded all the same");
    }
    let table = icdraft_with(&["suggest", "-", "--date", "2019-01-01"], APPENDIX.as_bytes()).expect(0);
    assert!(table.out.contains("warning: date of service 2019-01-01"), "{}", table.out);
}

/// DESIGN, "Release": a date outside every loaded release is a warning, never silence. Choosing the release by hand does not make the
/// date right.
#[test]
fn a_date_outside_every_release_is_told_even_where_the_release_is_chosen() {
    let report = suggest(APPENDIX, &["--date", "2019-01-01", "--release", "FY2026-04-01"]);
    assert!(
        rows(&report, "warnings").iter().any(|w| w.as_str().unwrap().contains("2019-01-01")),
        "{}",
        report["warnings"]
    );
}

#[test]
fn an_unknown_release_fails_with_the_cure() {
    let run = icdraft_with(&["suggest", "-", "--release", "FY1999-10-01"], APPENDIX.as_bytes()).expect(1);
    for words in ["FY1999-10-01", "FY2026-04-01", "codes build", "--pack"] {
        assert!(run.err.contains(words), "no {words} in {}", run.err);
    }
    assert!(run.out.is_empty());
    assert_eq!(suggest(APPENDIX, &["--release", "fy2026-04-01"])["releases"]["ICD-10-CM"], "FY2026-04-01");
}

#[test]
fn probable_diagnoses_only_for_inpatient_facility_billing() {
    let note = "DISCHARGE DIAGNOSIS: Probable pneumonia.\n";
    let of = |setting, billing| suggest(note, &["--setting", setting, "--billing", billing]);
    for (setting, billing) in
        [("outpatient", "professional"), ("outpatient", "facility"), ("inpatient", "professional")]
    {
        let report = of(setting, billing);
        assert!(suggested(&report, "ICD-10-CM").is_empty(), "{setting} {billing}: {report}");
        let refused = rows(&report, "not_coded").iter().find(|r| r["code"] == "J18.9").unwrap();
        assert_eq!(
            (refused["reason"].as_str(), refused["cue"]["text"].as_str()),
            (Some("uncertain"), Some("Probable"))
        );
    }
    let report = of("inpatient", "facility");
    assert_eq!(drafted(&report, "ICD-10-CM"), ["J18.9"]);
    assert!(!rows(&report, "not_coded").iter().any(|r| r["code"] == "J18.9"));
}

#[test]
fn files_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.txt");
    for command in ["suggest", "annotate"] {
        let run = icdraft(&[command, path(&absent)]).expect(1);
        assert!(run.err.contains("absent.txt"), "{}", run.err);
    }
    let run = icdraft(&["suggest", path(folder.path())]).expect(1);
    assert!(run.err.contains("icdraft batch"), "the cure is told: {}", run.err);
    // An earlier result survives a run that could not start.
    let out = file(folder.path(), "out.jsonl", "earlier\n");
    batch(&[&absent], &out, &[]).expect(1);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "earlier\n");
}

#[test]
fn help_names_every_subcommand() {
    let help = icdraft(&["--help"]).expect(0).out;
    for command in ["suggest", "batch", "annotate", "assert", "eval", "corpus", "codes"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        icdraft(&[command, "--help"]).expect(0);
    }
    icdraft(&["nonsense"]).expect(2);
}

// ---- batch

#[test]
fn batch_keeps_the_order_of_folders_and_lines() {
    if !common::has_cpt() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    for name in ["b.txt", "a.txt", "sub/c.txt"] {
        file(&notes, name, APPENDIX);
    }
    file(&notes, "picture.png", [0xff, 0xd8]);
    let many: Vec<Value> =
        (0..300).rev().map(|n| json!({"id": format!("line{n}"), "text": "ASSESSMENT: Gout."})).collect();
    let lines_file = file(folder.path(), "lines.jsonl", jsonl(&many));
    let out = folder.path().join("out.jsonl");
    let run = batch(&[&notes, &lines_file], &out, &[]).expect(0);
    assert!(run.out.is_empty() && run.err.contains("303 encounters"), "{}", run.err);
    let reports = lines(&out);
    let expected: Vec<String> =
        ["a", "b", "c"].iter().map(ToString::to_string).chain((0..300).rev().map(|n| format!("line{n}"))).collect();
    assert_eq!(ids(&reports), expected);
    assert_eq!(drafted(&reports[0], "CPT"), ["44970"]);
    batch(&[&lines_file, &notes], &out, &[]).expect(0);
    let reports = lines(&out);
    assert_eq!(ids(&reports)[298..], ["line1", "line0", "a", "b", "c"]);
}

#[test]
fn batch_gives_what_suggest_gives() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.jsonl");
    batch(&[&root().join("corpora/samples/hernia-op.txt")], &out, &["--offsets", "utf16"]).expect(0);
    let one =
        icdraft(&["suggest", path(&sample("hernia-op")), "--format", "json", "--offsets", "utf16"]).expect(0).json();
    assert_eq!(lines(&out), [one]);
}

#[test]
fn lines_of_one_encounter_are_coded_together() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(
        folder.path(),
        "in.jsonl",
        jsonl(&[
            json!({"id": "op", "encounter": "e1", "text": "POSTOPERATIVE DIAGNOSIS: Acute appendicitis.\n", "age": 40, "kind": "operative", "author": "A"}),
            json!({"id": "other", "text": "ASSESSMENT: Gout."}),
            json!({"id": "visit", "encounter": "e1", "text": "Ünï 😀\nASSESSMENT: Acute appendicitis.\n", "sex": "M", "age": 41, "date_of_service": "2026-05-04"}),
        ]),
    );
    let out = folder.path().join("out.jsonl");
    batch(&[&input], &out, &[]).expect(0);
    let reports = lines(&out);
    assert_eq!(ids(&reports), ["e1", "other"]);
    let report = &reports[0];
    let notes: Vec<&str> = rows(&report["encounter"], "notes").iter().map(|n| n["id"].as_str().unwrap()).collect();
    assert_eq!(notes, ["op", "visit"]);
    assert_eq!((&report["encounter"]["age"], &report["encounter"]["sex"]), (&json!(40.0), &json!("M")));
    assert!(
        rows(report, "warnings")
            .iter()
            .any(|w| w.as_str().unwrap().contains("visit") && w.as_str().unwrap().contains("age"))
    );
    let evidence = rows(&rows(report, "suggestions")[0], "evidence");
    let from: std::collections::BTreeSet<&str> = evidence.iter().map(|e| e["note"].as_str().unwrap()).collect();
    assert_eq!(from.into_iter().collect::<Vec<_>>(), ["op", "visit"]);
    let far = evidence.iter().find(|e| e["note"] == "visit").unwrap();
    assert_eq!(
        slice("Ünï 😀\nASSESSMENT: Acute appendicitis.\n", &far["start"], &far["end"], "chars"),
        "Acute appendicitis"
    );
}

/// Systems that reuse a note's id (an addendum, a copy) must not stop the night's batch, nor mix up offsets.
#[test]
fn notes_of_one_encounter_with_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (
        "é\n",
        "Ünï 😀 addendum of some length, with more words than the first\nASSESSMENT: Acute appendicitis. Denies chest pain.\n",
    );
    let input = file(
        folder.path(),
        "in.jsonl",
        jsonl(&[
            json!({"id": "n", "encounter": "e", "text": short}),
            json!({"id": "n", "encounter": "e", "text": long}),
            json!({"id": "after", "text": APPENDIX}),
        ]),
    );
    let out = folder.path().join("out.jsonl");
    let run = batch(&[&input], &out, &[]);
    assert!(matches!(run.code, 0 | 2) && !run.err.contains("panicked"), "code {}: {}", run.code, run.err);
    let reports = lines(&out);
    assert_eq!(reports.last().unwrap()["id"], "after");
    if reports[0]["id"] == "e" {
        for evidence in rows(&reports[0], "suggestions").iter().flat_map(|s| rows(s, "evidence")) {
            assert_eq!(evidence["text"], slice(long, &evidence["start"], &evidence["end"], "chars"));
        }
    }
}

#[test]
fn unusable_lines_are_named_and_the_rest_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let good = |id: &str| json!({"id": id, "text": APPENDIX}).to_string();
    let bad = [
        format!("{{\"id\": \"x\", \"text\": \"{SECRET}"),              // cut off
        json!({"id": "x", "text": 12, "author": SECRET}).to_string(),  // wrong type
        json!({"text": SECRET}).to_string(),                           // no id
        json!({"id": " ", "text": SECRET}).to_string(),                // empty id
        json!({"id": "x", "text": SECRET, "sex": SECRET}).to_string(), // value quoted by serde
        json!({"id": "x", "text": SECRET, "date_of_service": SECRET}).to_string(),
        json!({"id": "x", "text": SECRET, "setting": SECRET}).to_string(),
        json!({"id": "x", "text": SECRET, "age": -1}).to_string(),
        json!({"id": "x", "text": {SECRET: 1}}).to_string(),
        json!([SECRET]).to_string(),
        json!(SECRET).to_string(),
        format!("just words: {SECRET}"),
    ];
    let mut all = vec![good("first"), String::new()];
    all.extend(bad.iter().cloned());
    all.push(good("last"));
    let input = file(folder.path(), "mixed.jsonl", all.join("\n"));
    let out = folder.path().join("out.jsonl");
    let run = batch(&[&input], &out, &[]).expect(2);
    assert_eq!(ids(&lines(&out)), ["first", "last"]);
    assert!(!run.err.contains("Zebulon") && !run.err.contains("Quartermain"), "note text in the log: {}", run.err);
    assert!(run.out.is_empty());
    let rejects = lines(&folder.path().join("out.jsonl.rejected.jsonl"));
    assert_eq!(rejects.len(), bad.len());
    for (n, (row, raw)) in rejects.iter().zip(&bad).enumerate() {
        assert_eq!((row["file"].as_str(), row["line"].as_u64()), (Some(path(&input)), Some(n as u64 + 3)));
        assert_eq!(row["raw"], *raw, "the line itself is kept for repair");
        let error = row["error"].as_str().unwrap();
        assert!(!error.is_empty() && !error.contains("Zebulon"), "{error}");
        assert!(run.err.contains(&format!("mixed.jsonl:{}: {error}", n + 3)), "{}", run.err);
    }
    // A clean run afterwards leaves no rejects behind.
    let clean = file(folder.path(), "clean.jsonl", good("only"));
    batch(&[&clean], &out, &[]).expect(0);
    assert!(!folder.path().join("out.jsonl.rejected.jsonl").exists());
}

/// Two records run together: the second may not vanish without a word.
#[test]
fn words_after_the_object_are_not_dropped_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (json!({"id": "a", "text": APPENDIX}), json!({"id": "b", "text": APPENDIX}));
    for (name, text) in [("two.jsonl", format!("{a}{b}\n")), ("tail.jsonl", format!("{a} trailing\n"))] {
        let input = file(folder.path(), name, text);
        let out = folder.path().join("out.jsonl");
        batch(&[&input], &out, &[]).expect(2);
        assert_eq!(lines(&folder.path().join("out.jsonl.rejected.jsonl")).len(), 1);
    }
}

#[test]
fn lines_from_windows() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(
        folder.path(),
        "in.jsonl",
        format!("\u{feff}{}\r\n\r\n{}\r\n", json!({"id": "a", "text": APPENDIX}), json!({"id": "b", "text": ""})),
    );
    let out = folder.path().join("out.jsonl");
    batch(&[&input], &out, &[]).expect(0);
    assert_eq!(ids(&lines(&out)), ["a", "b"]);
}

#[test]
fn unknown_fields_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(
        folder.path(),
        "in.jsonl",
        jsonl(&[
            json!({"id": "a", "text": APPENDIX, "date_of_servise": "2026-05-04"}),
            json!({"id": "b", "text": APPENDIX}),
        ]),
    );
    let out = folder.path().join("out.jsonl");
    batch(&[&input], &out, &[]).expect(0);
    let reports = lines(&out);
    assert!(
        rows(&reports[0], "warnings").iter().any(|w| w.as_str().unwrap().contains("date_of_servise")),
        "{}",
        reports[0]["warnings"]
    );
    assert!(rows(&reports[1], "warnings").is_empty());
}

#[test]
fn a_folder_without_notes_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    file(&empty, "readme.pdf", "x");
    let out = folder.path().join("out.jsonl");
    let run = batch(&[&empty], &out, &[]).expect(1);
    assert!(run.err.contains(path(&empty)), "{}", run.err);
    assert!(!out.exists());
    icdraft(&["annotate", path(&empty)]).expect(1);
}

/// `batch notes/ --out notes/drafts.jsonl`, twice: the first run's drafts and rejects are no notes.
#[test]
fn results_inside_the_input_folder_are_not_read_back() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "a.txt", APPENDIX);
    let out = folder.path().join("drafts.jsonl");
    batch(&[folder.path()], &out, &[]).expect(0);
    let first = std::fs::read(&out).unwrap();
    batch(&[folder.path()], &out, &[]).expect(0);
    assert!(std::fs::read(&out).unwrap() == first);
}

/// The notes of the only copy must not be replaced by their drafts.
#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = jsonl(&[json!({"id": "a", "text": APPENDIX})]);
    let input = file(folder.path(), "in.jsonl", &text);
    batch(&[&input], &input, &[]).expect(1);
    assert_eq!(std::fs::read_to_string(&input).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn files_that_hold_notes_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    let input = file(
        folder.path(),
        "in.jsonl",
        format!("{}\nbad\n", json!({"id": "a", "text": APPENDIX, "start": 0, "end": 4})),
    );
    for command in ["batch", "annotate", "assert"] {
        let out = folder.path().join(format!("{command}.jsonl"));
        icdraft(&[command, path(&input), "--out", path(&out)]).expect(2);
        let rejects = folder.path().join(format!("{command}.jsonl.rejected.jsonl"));
        assert_eq!((mode(&out), mode(&rejects)), (0o600, 0o600), "{command}");
        // Files of an earlier, careless day.
        for p in [&out, &rejects] {
            std::fs::set_permissions(p, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        icdraft(&[command, path(&input), "--out", path(&out)]).expect(2);
        assert_eq!((mode(&out), mode(&rejects)), (0o600, 0o600), "{command} over an existing file");
    }
}

// ---- annotate

/// Section, sentence and mention rows agree with the text and with each other.
fn check_annotation(annotation: &Value, text: &str) {
    let length = text.chars().count() as u64;
    let cut = |row: &Value| slice(text, &row["start"], &row["end"], "chars");
    let sections = rows(annotation, "sections");
    let mut at = 0;
    for (n, section) in sections.iter().enumerate() {
        assert_eq!(section["id"], n);
        assert_eq!(section["start"], at, "sections tile: {section}");
        at = section["end"].as_u64().unwrap();
        assert!(section["kind"].as_str().unwrap().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        if section["header"].is_null() {
            assert_eq!((section["kind"].as_str(), section["title"].is_null()), (Some("preamble"), true));
        } else {
            let header = &section["header"];
            assert_eq!(cut(header), section["title"].as_str().unwrap());
            assert!(
                header["start"].as_u64() >= section["start"].as_u64()
                    && header["end"].as_u64() <= section["end"].as_u64()
            );
        }
        if let Some(parent) = section["parent"].as_u64() {
            // A sub-head belongs to a section that stands before it and is headed itself.
            assert!(parent < n as u64 && !sections[usize::try_from(parent).unwrap()]["header"].is_null(), "{section}");
        }
    }
    assert_eq!(at, length, "the last section ends with the text");
    for sentence in rows(annotation, "sentences") {
        let section = &sections[usize::try_from(sentence["section"].as_u64().unwrap()).unwrap()];
        assert!(
            sentence["start"].as_u64() >= section["start"].as_u64()
                && sentence["end"].as_u64() <= section["end"].as_u64(),
            "{sentence}"
        );
        assert!(sentence["item"].is_boolean());
    }
    for mention in rows(annotation, "mentions") {
        assert_eq!(cut(mention), mention["text"].as_str().unwrap());
        let sentence = &rows(annotation, "sentences")[usize::try_from(mention["sentence"].as_u64().unwrap()).unwrap()];
        assert_eq!(mention["section"], sentence["section"]);
        for cue in rows(mention, "cues") {
            if cue["source"] == "words" {
                assert_eq!(cut(cue), cue["text"].as_str().unwrap());
            } else {
                assert!(cue["source"] == "section" && cue["text"].is_null() && cue["start"].is_null());
            }
        }
    }
}

#[test]
fn annotate_tiles_every_sample() {
    let run = icdraft(&["annotate", path(&root().join("corpora/samples")), "--no-cpt"]);
    // The folder holds gold.jsonl too; its lines are notes with fields that icdraft does not read.
    let run = run.expect(0);
    let found: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for (name, text) in samples() {
        let annotation = found.iter().find(|a| a["id"] == name.as_str()).unwrap_or_else(|| panic!("{name}"));
        check_annotation(annotation, &text);
        assert!(rows(annotation, "sections").len() > 4 && rows(annotation, "mentions").len() > 2, "{name}");
        assert!(rows(annotation, "mentions").iter().all(|m| m["system"] == "ICD-10-CM"));
    }
}

#[test]
fn annotate_headers_and_parents() {
    let text = "Café note\n\nREVIEW OF SYSTEMS:\nCardiovascular: Denies chest pain.\n\nPHYSICAL EXAM\n\nLungs: clear.\nPLAN: rest\n";
    let folder = tempfile::tempdir().unwrap();
    let input = file(folder.path(), "n.txt", text);
    let annotation = icdraft(&["annotate", path(&input)]).expect(0).json();
    check_annotation(&annotation, text);
    let shape: Vec<(&str, Option<&str>, Option<u64>)> = rows(&annotation, "sections")
        .iter()
        .map(|s| (s["kind"].as_str().unwrap(), s["title"].as_str(), s["parent"].as_u64()))
        .collect();
    assert_eq!(
        shape,
        [
            ("preamble", None, None),
            ("ros", Some("REVIEW OF SYSTEMS"), None),
            ("body_system", Some("Cardiovascular"), Some(1)),
            ("physical_exam", Some("PHYSICAL EXAM"), None),
            ("body_system", Some("Lungs"), Some(3)),
            ("plan", Some("PLAN"), None),
        ]
    );
    let pain = rows(&annotation, "mentions").iter().find(|m| m["text"] == "chest pain").unwrap();
    assert_eq!((pain["polarity"].as_str(), pain["cues"][0]["text"].as_str()), (Some("negated"), Some("Denies")));
}

#[test]
fn annotate_a_line_per_note() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(
        folder.path(),
        "in.jsonl",
        jsonl(&[
            json!({"id": "a", "encounter": "e", "text": ACCENTS}),
            json!({"id": "b", "encounter": "e", "text": ""}),
            json!({"id": "c", "text": APPENDIX}),
        ]),
    );
    let out = folder.path().join("out.jsonl");
    let run = icdraft(&["annotate", path(&input), "--out", path(&out), "--threads", "2"]).expect(0);
    assert!(run.out.is_empty());
    let found = lines(&out);
    let pairs: Vec<(&str, &str)> =
        found.iter().map(|a| (a["id"].as_str().unwrap(), a["encounter"].as_str().unwrap())).collect();
    assert_eq!(pairs, [("a", "e"), ("b", "e"), ("c", "c")]);
    for (annotation, text) in found.iter().zip([ACCENTS, "", APPENDIX]) {
        check_annotation(annotation, text);
    }
}

// ---- assert

/// Judges `words` in `text` with offsets in `unit`.
fn judged(text: &str, words: &str, unit: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (start, end) = find(text, words, unit);
    let input = file(folder.path(), "in.jsonl", jsonl(&[json!({"id": "a", "text": text, "start": start, "end": end})]));
    let out = folder.path().join("out.jsonl");
    icdraft(&["assert", path(&input), "--out", path(&out), "--offsets", unit]).expect(0);
    let [row] = &lines(&out)[..] else { panic!("one line") };
    assert_eq!((row["id"].as_str(), &row["start"], &row["end"]), (Some("a"), &json!(start), &json!(end)));
    row.clone()
}

#[test]
fn assert_judges_the_callers_spans() {
    let axes = |row: &Value| {
        ["polarity", "certainty", "temporality", "experiencer"].map(|a| row[a].as_str().unwrap().to_owned())
    };
    let cases = [
        ("The patient denies chest pain.", "chest pain", ["negated", "confirmed", "current", "patient"]),
        ("No evidence of pneumothorax.", "pneumothorax", ["negated", "confirmed", "current", "patient"]),
        ("There is chest pain.", "chest pain", ["affirmed", "confirmed", "current", "patient"]),
        ("Mother had breast cancer.", "breast cancer", ["affirmed", "confirmed", "current", "family"]),
        ("FAMILY HISTORY: Diabetes.", "Diabetes", ["affirmed", "confirmed", "current", "family"]),
        ("She is scheduled for knee replacement.", "knee replacement", ["affirmed", "confirmed", "planned", "patient"]),
        ("Possible scaphoid fracture.", "scaphoid fracture", ["affirmed", "possible", "current", "patient"]),
        ("Probable pneumonia.", "pneumonia", ["affirmed", "probable", "current", "patient"]),
        ("Return if fever develops.", "fever", ["affirmed", "confirmed", "hypothetical", "patient"]),
        ("History of pancreatitis.", "pancreatitis", ["affirmed", "confirmed", "historical", "patient"]),
        ("Denies fever but has cough.", "cough", ["affirmed", "confirmed", "current", "patient"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let input: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(n, (text, words, _))| {
            let (start, end) = find(text, words, "chars");
            json!({"id": n.to_string(), "text": text, "start": start, "end": end})
        })
        .collect();
    let input = file(folder.path(), "in.jsonl", jsonl(&input));
    let out = folder.path().join("out.jsonl");
    icdraft(&["assert", path(&input), "--out", path(&out)]).expect(0);
    let rows = lines(&out);
    assert_eq!(rows.len(), cases.len());
    for ((text, _, expected), row) in cases.iter().zip(&rows) {
        assert_eq!(axes(row), *expected, "{text}");
    }
}

#[test]
fn assert_counts_in_every_unit() {
    let text = "😀😀 Ärztin: patient denies pain in the left knee today.";
    for unit in ["chars", "bytes", "utf16"] {
        let row = judged(text, "pain", unit);
        assert_eq!(row["polarity"], "negated", "{unit}");
        let cue = &row["cues"][0];
        assert_eq!(slice(text, &cue["start"], &cue["end"], unit), "denies");
        let side = &row["laterality"];
        assert_eq!(
            (side["side"].as_str(), slice(text, &side["start"], &side["end"], unit).as_str()),
            (Some("left"), "left"),
            "{unit}"
        );
    }
}

#[test]
fn spans_outside_the_text_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let row = |start: u64, end: u64| json!({"id": "x", "text": format!("😀 denies pain, says {SECRET}"), "start": start, "end": end});
    let bad = [
        row(3, 4000),
        row(4000, 4001),
        row(9, 3),
        row(1, 3),
        row(3, 3),
        json!({"id": "x", "text": "pain", "start": -1, "end": 2}),
    ];
    let mut all = bad.to_vec();
    all.insert(0, row(10, 14));
    let input = file(folder.path(), "in.jsonl", jsonl(&all));
    let out = folder.path().join("out.jsonl");
    // 1 lies inside the emoji's surrogate pair.
    let run = icdraft(&["assert", path(&input), "--out", path(&out), "--offsets", "utf16"]).expect(2);
    assert_eq!(lines(&out).len(), 1);
    assert_eq!(lines(&out)[0]["polarity"], "negated");
    let rejects = lines(&folder.path().join("out.jsonl.rejected.jsonl"));
    assert_eq!(rejects.iter().map(|r| r["line"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
    assert!(!run.err.contains("Zebulon"), "{}", run.err);
}

// ---- codes

#[test]
fn codes_show() {
    let show = |code: &str| icdraft(&["codes", "show", code]);
    let knee = show("M17.11").expect(0).out;
    assert!(knee.contains("Unilateral primary osteoarthritis, right knee") && knee.contains("\nbillable"), "{knee}");
    assert_eq!(show("m1711").expect(0).out, knee, "without dot and in lower case");
    let pressure = show("I10").expect(0).out;
    assert!(pressure.contains("Essential (primary) hypertension") && pressure.contains("\nbillable"), "{pressure}");
    let crash = show("V89.2").expect(0).out;
    assert!(crash.contains("not billable: a 7th character is needed") && crash.contains("V89.2XXA"), "{crash}");
    let category = show("M17").expect(0).out;
    assert!(category.contains("not billable") && category.contains("M17.11"), "{category}");
    let unknown = show("M17.77").expect(1);
    assert!(unknown.err.contains("M17.77") && unknown.err.contains("codes show M17"), "{}", unknown.err);
    show("no code at all!").expect(1);
    let json = icdraft(&["codes", "show", "V89.2", "--format", "json"]).expect(0).json();
    assert_eq!(
        (json["billable"].as_bool(), json["seventh_characters"].as_array().map(Vec::len)),
        (Some(false), Some(3))
    );
}

#[test]
fn codes_search() {
    let json = icdraft(&["codes", "search", "knee osteoarthritis right", "--format", "json"]).expect(0).json();
    assert_eq!(json["hits"][0]["code"], "M17.11", "{json}");
    let words = icdraft(&["codes", "search", "knee", "osteoarthritis", "right", "--format", "json", "--limit", "3"])
        .expect(0)
        .json();
    assert_eq!(words["hits"].as_array().unwrap()[..], json["hits"].as_array().unwrap()[..3]);
    let table = icdraft(&["codes", "search", "knee osteoarthritis right"]).expect(0).out;
    let first = table.lines().find(|l| l.contains("M17")).unwrap();
    assert!(first.contains("M17.11") && first.contains("billable"), "{table}");
    icdraft(&["codes", "search", "xyzzyqqq"]).expect(1);
}

/// A tabular list of two codes, in force from October 2026.
fn small_release(folder: &Path) -> std::path::PathBuf {
    file(
        folder,
        "icd10cm_tabular_2027.xml",
        "<ICD10CM.tabular><version>2027</version><chapter><name>9</name><desc>Circulation (I00-I99)</desc>\
         <section id=\"I10-I1A\"><desc>Hypertensive diseases (I10-I1A)</desc>\
         <diag><name>I10</name><desc>Hypertension as the small release calls it</desc><inclusionTerm><note>high blood pressure</note></inclusionTerm></diag>\
         <diag><name>I15</name><desc>Secondary hypertension</desc><diag><name>I15.9</name><desc>Secondary hypertension, unspecified</desc></diag></diag>\
         </section></chapter></ICD10CM.tabular>",
    )
}

#[test]
fn codes_build_makes_the_next_release() {
    let folder = tempfile::tempdir().unwrap();
    let source = small_release(folder.path());
    let pack = folder.path().join("next.pack");
    let run = icdraft(&["codes", "build", "--from", path(&source), "--out", path(&pack)]).expect(0);
    assert!(run.out.contains("FY2027-10-01") && run.out.contains("2 billable codes"), "{}", run.out);
    assert!(run.err.contains("no order file"), "{}", run.err);
    let shown = icdraft(&["codes", "show", "I10", "--pack", path(&pack), "--release", "FY2027-10-01"]).expect(0).out;
    assert!(shown.contains("as the small release calls it"), "{shown}");
    let note = "ASSESSMENT:\n1. Hypertension.\n";
    let of = |day: &str| suggest(note, &["--pack", path(&pack), "--date", day]);
    for (day, release) in [("2026-09-30", "FY2026-04-01"), ("2026-10-01", "FY2027-10-01")] {
        let report = of(day);
        assert_eq!(report["releases"]["ICD-10-CM"], release);
        assert_eq!(drafted(&report, "ICD-10-CM"), ["I10"], "{day}");
        let title = rows(&report, "suggestions")[0]["title"].as_str().unwrap();
        assert_eq!(title.contains("small release"), release.starts_with("FY2027"), "{title}");
        assert!(!rows(&report, "warnings").iter().any(|w| w.as_str().unwrap().contains("outside")));
    }
    // Nothing but the tabular list is a tabular list.
    let bad = file(folder.path(), "icd10cm_tabular_2028.xml", "<html/>");
    let run =
        icdraft(&["codes", "build", "--from", path(&bad), "--out", path(&folder.path().join("bad.pack"))]).expect(1);
    assert!(run.err.contains("icd10cm_tabular_2028.xml:1:"), "{}", run.err);
    assert!(!folder.path().join("bad.pack").exists());
    icdraft(&["codes", "build", "--from", path(&folder.path().join("absent.zip")), "--out", path(&pack)]).expect(1);
}

#[test]
fn damaged_and_foreign_packs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(root().join("crates/icdraft-codeset/data/icd10cm-FY2026-04-01.pack")).unwrap();
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let bad: [(&str, Vec<u8>, &str); 8] = [
        ("flipped", changed(good.len() / 2), "damaged"),
        ("checksum", changed(20), "damaged"),
        ("frame", changed(44), "damaged"),
        ("cut", good[..good.len() - 1].to_vec(), "damaged"),
        ("stub", good[..10].to_vec(), "damaged"),
        ("version", changed(8), "pack format 0"),
        ("empty", Vec::new(), "not an icdraft code pack"),
        ("foreign", b"PK\x03\x04 something else".to_vec(), "not an icdraft code pack"),
    ];
    for (name, bytes, says) in bad {
        let pack = file(folder.path(), name, bytes);
        for args in [&["suggest", "-", "--pack", path(&pack)][..], &["codes", "show", "I10", "--pack", path(&pack)]] {
            let run = icdraft_with(args, APPENDIX.as_bytes()).expect(1);
            assert!(run.err.contains(path(&pack)) && run.err.contains(says), "{name}: {}", run.err);
            assert!(run.out.is_empty());
        }
    }
    icdraft_with(&["suggest", "-", "--pack", path(&folder.path().join("absent"))], b"").expect(1);
    let copy = file(folder.path(), "copy", &good);
    assert_eq!(suggest(APPENDIX, &["--pack", path(&copy)]), suggest(APPENDIX, &[]));
}

// ---- eval

#[test]
fn eval_scores_the_samples() {
    let gold = root().join("corpora/samples/gold.jsonl");
    let gold = path(&gold);
    let table = icdraft(&["eval", "--gold", gold]).expect(0).out;
    assert!(table.starts_with("6 notes\n") && table.contains("95 % interval"), "{table}");
    let figures = icdraft(&["eval", "--gold", gold, "--format", "json"]).expect(0).json();
    assert_eq!((&figures["notes"], &figures["without_prediction"]), (&json!(6), &json!(0)));
    assert!(!rows(&figures, "figures").is_empty() && figures["per_note"].is_null());
    let rows_of_notes = icdraft(&["eval", "--gold", gold, "--format", "json", "--per-note"]).expect(0).json();
    assert_eq!(rows(&rows_of_notes, "per_note").len(), 6);
    assert_eq!(rows_of_notes["figures"], figures["figures"], "the same figures on every run");
}

#[test]
fn eval_of_a_batch_is_eval_of_the_notes() {
    let folder = tempfile::tempdir().unwrap();
    let gold = root().join("corpora/samples/gold.jsonl");
    let notes: Vec<std::path::PathBuf> = samples().iter().map(|(name, _)| sample(name)).collect();
    let notes: Vec<&Path> = notes.iter().map(std::path::PathBuf::as_path).collect();
    let drafts = folder.path().join("drafts.jsonl");
    batch(&notes, &drafts, &[]).expect(0);
    let of = |more: &[&str]| {
        icdraft(&[&["eval", "--gold", path(&gold), "--format", "json"], more].concat()).expect(0).json()
    };
    assert_eq!(of(&["--pred", path(&drafts)])["figures"], of(&[])["figures"]);
    // A note without drafts counts as missed, and is told.
    let most: Vec<Value> = lines(&drafts).into_iter().skip(1).collect();
    let most = file(folder.path(), "most.jsonl", jsonl(&most));
    assert_eq!(of(&["--pred", path(&most)])["without_prediction"], 1);
}

#[test]
fn eval_refuses_what_it_cannot_score() {
    let folder = tempfile::tempdir().unwrap();
    let gold = root().join("corpora/samples/gold.jsonl");
    icdraft(&["eval", "--gold", path(&folder.path().join("absent.jsonl"))]).expect(1);
    icdraft(&["eval", "--gold", path(&gold), "--set", "no such set"]).expect(1);
    let bad =
        file(folder.path(), "bad.jsonl", format!("{{\"id\": \"{SECRET}\", \"text\": \"{SECRET}\", \"codes\": 3}}\n"));
    let run = icdraft(&["eval", "--gold", path(&bad)]).expect(1);
    assert!(run.err.contains("bad.jsonl") && run.err.contains("line 1") && !run.err.contains("Zebulon"), "{}", run.err);
    let bad = file(folder.path(), "bad.jsonl", format!("{{\"id\": \"a\", \"suggestions\": \"{SECRET}\"}}\n"));
    let run = icdraft(&["eval", "--gold", path(&gold), "--pred", path(&bad)]).expect(1);
    assert!(run.err.contains("bad.jsonl") && run.err.contains("line 1") && !run.err.contains("Zebulon"), "{}", run.err);
}

#[test]
fn look_up_of_procedures_drugs_and_supplies() {
    let folder = tempfile::tempdir().unwrap();
    let cpt = file(folder.path(), "cpt.tsv", "00001\tmade up words of a licence\n");
    let shown = icdraft(&["codes", "show", "00001", "--cpt", path(&cpt)]).expect(0);
    assert!(shown.out.contains("made up words of a licence") && shown.out.contains("never drafts it"), "{}", shown.out);
    let found = icdraft(&["codes", "search", "words", "licence", "--cpt", path(&cpt)]).expect(0);
    assert!(found.out.contains("00001"), "{}", found.out);
    let unknown = icdraft(&["codes", "show", "00002", "--cpt", path(&cpt)]).expect(1);
    assert!(unknown.err.contains("not in your tables"), "{}", unknown.err);
    let csv = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\n\
               J1885,00100,3,made up long words,made up short words,20000101,20000101,20251231\nD0001,00100,3,made up filling,filling,20000101,,\n";
    let hcpcs = file(folder.path(), "hcpcs.csv", csv);
    let shown = icdraft(&["codes", "show", "J1885", "--hcpcs", path(&hcpcs)]).expect(0);
    assert!(shown.out.contains("made up long words") && shown.out.contains("2025-12-31"), "{}", shown.out);
    assert!(shown.err.contains("1 dental codes"), "{}", shown.err);
    assert!(icdraft(&["codes", "search", "made up long", "--hcpcs", path(&hcpcs)]).expect(0).out.contains("J1885"));
    let note = "EMERGENCY DEPARTMENT COURSE: Ketorolac 60 mg IM was given.\n";
    let before = suggest(note, &["--hcpcs", path(&hcpcs), "--date", "2025-06-01"]);
    let line = rows(&before, "suggestions").iter().find(|s| s["code"] == "J1885").unwrap();
    assert_eq!((line["title"].as_str(), line["units"].as_u64()), (Some("made up short words"), Some(4)));
    let after = suggest(note, &["--hcpcs", path(&hcpcs), "--date", "2026-06-01"]);
    assert!(!rows(&after, "suggestions").iter().any(|s| s["code"] == "J1885"), "{after}");
    assert!(after["warnings"].to_string().contains("J1885 is not valid on 2026-06-01"), "{after}");
}

#[test]
fn the_embedded_model_is_used_unless_it_is_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let note = file(folder.path(), "note.txt", APPENDIX);
    let report = |more: &[&str]| {
        let mut args = vec!["suggest", path(&note), "--format", "json"];
        args.extend(more);
        icdraft(&args).expect(0).json()
    };
    let (with, without) = (report(&[]), report(&["--no-model"]));
    assert_eq!(with["model"]["sha256"].as_str().unwrap().len(), 64);
    assert!(without["model"].is_null());
    assert_eq!(drafted(&with, "ICD-10-CM"), drafted(&without, "ICD-10-CM"));
    let error = icdraft(&["suggest", path(&note), "--no-model", "--model", "x"]).expect(2).err;
    assert!(error.contains("--no-model"), "{error}");
}
