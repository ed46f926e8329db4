//! `icdraft eval` with its subcommands, run as a user runs it.
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout)] // a test that is skipped says so

mod common;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use common::{file, icdraft, root};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn samples() -> PathBuf {
    root().join("corpora/samples/gold.jsonl")
}

/// A gold note with sure ICD-10-CM codes.
fn gold(id: &str, text: &str, codes: &[&str]) -> Value {
    let codes: Vec<Value> = codes
        .iter()
        .map(|code| json!({"system": "ICD-10-CM", "code": code, "certainty": "sure", "evidence_spans": []}))
        .collect();
    json!({"id": id, "text": text, "codes": codes, "not_coded": []})
}

/// A report that drafts codes.
fn report(id: &str, codes: &[&str]) -> Value {
    let suggestions: Vec<Value> =
        codes.iter().map(|code| json!({"system": "ICD-10-CM", "code": code, "draft": true})).collect();
    json!({"id": id, "suggestions": suggestions})
}

fn jsonl(folder: &Path, name: &str, lines: &[Value]) -> PathBuf {
    file(folder, name, lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

/// The row of a name.
fn row<'a>(rows: &'a Value, name: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {rows}"))
}

#[test]
fn help_has_examples() {
    for command in ["compare", "gate"] {
        let help = icdraft(&["eval", command, "--help"]).expect(0).out;
        assert!(help.contains(&format!("icdraft eval {command}")) && help.contains("Example"), "{help}");
    }
    let help = icdraft(&["eval", "--help"]).expect(0).out;
    assert!(help.contains("--without") && help.contains("docs/metrics.md"), "{help}");
}

#[test]
fn figures_stand_in_groups() {
    let table = icdraft(&["eval", "--gold", path(&samples())]).expect(0).out;
    let at = |text: &str| table.find(text).unwrap_or_else(|| panic!("no {text}:\n{table}"));
    assert!(at("CODES") < at("RANKING") && at("RANKING") < at("EVIDENCE") && at("EVIDENCE") < at("ASSERTION"));
    assert!(at("ASSERTION") < at("CALIBRATION") && at("CALIBRATION") < at("WORKLOAD"));
    let json = icdraft(&["eval", "--gold", path(&samples()), "--format", "json"]).expect(0).json();
    for field in ["figures", "curves", "codes", "specialties", "mistakes", "reach", "profile", "release"] {
        assert!(!json[field].is_null(), "{field}");
    }
    assert!(json["curves"]["automation"].as_array().unwrap().len() > 5);
    // The same on one thread.
    let one = icdraft(&["eval", "--gold", path(&samples()), "--format", "json", "--threads", "1"]).expect(0).json();
    assert_eq!(one, json);
}

#[test]
fn the_facts_of_the_encounter_are_used() {
    // An uncertain diagnosis is coded for inpatient facility billing only (guideline II.H, IV.H).
    let folder = tempfile::tempdir().unwrap();
    let mut inpatient = gold("a", "DISCHARGE DIAGNOSIS: Probable pneumonia.\n", &["J18.9"]);
    let recall = |note: &Value| {
        let gold = jsonl(folder.path(), "gold.jsonl", std::slice::from_ref(note));
        let json = icdraft(&["eval", "--gold", path(&gold), "--format", "json"]).expect(0).json();
        row(&json["figures"], "ICD-10-CM recall")["value"].clone()
    };
    assert_eq!(recall(&inpatient), json!(0.0));
    inpatient["setting"] = "inpatient".into();
    inpatient["billing"] = "facility".into();
    assert_eq!(recall(&inpatient), json!(1.0));
}

#[test]
fn a_profile_accepts_headings_and_tells_the_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    // A heading, a code as it is, and one that no release has.
    let gold = jsonl(folder.path(), "gold.jsonl", &[gold("a", "x", &["E11", "I10", "Q99.77"])]);
    let pred = jsonl(folder.path(), "pred.jsonl", &[report("a", &["E11.9", "I10"])]);
    let of = |profile: &str| {
        let args = ["eval", "--gold", path(&gold), "--pred", path(&pred), "--profile", profile, "--format", "json"];
        icdraft(&args).expect(0).json()
    };
    let recall = |json: &Value| row(&json["figures"], "ICD-10-CM recall")["value"].as_f64().unwrap();
    assert!((recall(&of("plain")) - 1.0 / 3.0).abs() < 1e-9);
    let codiesp = of("codiesp");
    assert!((recall(&codiesp) - 2.0 / 3.0).abs() < 1e-9, "{codiesp}");
    assert!((codiesp["reach"]["recall_ceiling"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9, "{codiesp}");
    let unknown = icdraft(&["eval", "--gold", path(&gold), "--profile", "mdace"]).expect(1);
    assert!(unknown.err.contains("no profile `mdace`") && unknown.err.contains("codiesp"), "{}", unknown.err);
}

#[test]
fn compare_tells_which_is_better_and_how_surely() {
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..12).map(|n| n.to_string()).collect();
    let write = |name: &str, lines: &dyn Fn(&str) -> Value| {
        let lines: Vec<Value> = ids.iter().map(|id| lines(id)).collect();
        jsonl(folder.path(), name, &lines)
    };
    let gold = write("gold.jsonl", &|id| gold(id, "x", &["I10"]));
    let wrong = write("wrong.jsonl", &|id| report(id, &["E11.9"]));
    let right = write("right.jsonl", &|id| report(id, &["I10"]));
    let args = ["eval", "compare", path(&wrong), path(&right), "--gold", path(&gold)];
    let json = icdraft(&[&args[..], &["--format", "json"]].concat()).expect(0).json();
    let recall = row(&json["differences"], "ICD-10-CM recall");
    assert_eq!((&recall["first"], &recall["second"], &recall["difference"]), (&json!(0.0), &json!(1.0), &json!(1.0)));
    // 2 of 2^12 exchanges give as much.
    assert!(recall["p"].as_f64().unwrap() < 0.01, "{recall}");
    let table = icdraft(&args).expect(0).out;
    let line = table.lines().find(|l| l.contains("ICD-10-CM recall ")).unwrap();
    assert!(line.contains("+1.000") && line.contains("B better"), "{table}");
    let same = icdraft(&["eval", "compare", path(&right), path(&right), "--gold", path(&gold)]).expect(0).out;
    assert!(!same.contains("better"), "{same}");
}

#[test]
fn a_part_left_out_is_worth_what_it_costs() {
    let folder = tempfile::tempdir().unwrap();
    let notes = [
        ("a", "ASSESSMENT: No pneumonia. Hypertension.\n", &["I10"][..]),
        ("b", "ASSESSMENT: Carpal tunnel syndrome of the right wrist.\n", &["G56.01"]),
        ("c", "COMPARISON: Gout.\n\nASSESSMENT: Asthma.\n", &["J45.909"]),
        ("d", "ASSESSMENT:\n1. Pneumonia.\n2. Cough.\n", &["J18.9"]),
    ];
    let notes: Vec<Value> = notes.iter().map(|(id, text, codes)| gold(id, text, codes)).collect();
    let gold = jsonl(folder.path(), "gold.jsonl", &notes);
    let args =
        ["eval", "--gold", path(&gold), "--no-model", "--without", "assertion,sections,axes,rules", "--format", "json"];
    let json = icdraft(&args).expect(0).json();
    let parts: Vec<&Value> = json["ablations"].as_array().unwrap().iter().map(|part| &part["without"]).collect();
    assert_eq!(parts, ["assertion", "sections", "axes", "rules"]);
    let of = |at: usize, name: &str| {
        let row = row(&json["ablations"][at]["differences"], name);
        assert_eq!(row["first"], json!(1.0), "{row}");
        row["second"].as_f64().unwrap()
    };
    // The pneumonia that is not there, the gout of another day and the cough of the pneumonia are drafted: 4 of 5 are right.
    for part in [0, 1, 3] {
        assert!((of(part, "ICD-10-CM precision") - 0.8).abs() < 1e-9, "{json}");
        assert!((of(part, "ICD-10-CM recall") - 1.0).abs() < 1e-9, "{json}");
    }
    // The side is lost: 3 of 4.
    assert!((of(2, "ICD-10-CM recall") - 0.75).abs() < 1e-9, "{json}");
    let table = icdraft(&args[..6]).expect(0).out;
    assert!(table.contains("without assertion") && table.contains("without axes"), "{table}");
    let unknown = icdraft(&["eval", "--gold", path(&gold), "--without", "weather"]).expect(2);
    assert!(unknown.err.contains("assertion, sections, axes, rules"), "{}", unknown.err);
    let nothing = icdraft(&["eval", "--gold", path(&gold), "--no-model", "--without", "classifier"]).expect(1);
    assert!(nothing.err.contains("--no-model"), "{}", nothing.err);
}

#[test]
fn negation_and_headers_are_scored_alone() {
    let folder = tempfile::tempdir().unwrap();
    let kit = "1\tfever\tNo FEVER today.\tNegated\n1\tcough\tShe has a COUGH.\tAffirmed\n2\trash\tA RASH was seen.\tNegated\n";
    let kit = file(folder.path(), "kit.tsv", kit);
    let json = icdraft(&["eval", "--gold", path(&kit), "--from", "negex", "--format", "json"]).expect(0).json();
    // One of two negated ones is found, nothing else.
    assert_eq!(json["items"], 3);
    assert_eq!(row(&json["figures"], "negation recall")["value"], json!(0.5));
    assert_eq!(row(&json["figures"], "negation precision")["value"], json!(1.0));
    let note = json!({"id": "a", "text": "HISTORY: Fell.\n\nPLAN: Rest.\n", "headers": [[0, 7], [9, 13]]});
    let notes = jsonl(folder.path(), "headers.jsonl", &[note]);
    let json = icdraft(&["eval", "--gold", path(&notes), "--from", "headers", "--format", "json"]).expect(0).json();
    // HISTORY is right, PLAN is not marked, "Fell" is no header.
    assert_eq!(row(&json["figures"], "section header F1")["value"], json!(0.5));
    let run = icdraft(&["eval", "--gold", path(&notes), "--from", "headers", "--per-note"]).expect(1);
    assert!(run.err.contains("--per-note"), "{}", run.err);
}

/// `../shared` beside the checkout, with python to run what is in it.
fn shared() -> Option<PathBuf> {
    let folder = root().join("../shared");
    let python = std::process::Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    let here = |name: &str| folder.join(name).is_file();
    if python
        && here("tools/score_sections.py")
        && here("tools/score_assertion.py")
        && here("corpora/negex-kit-dev.tsv")
    {
        return Some(folder);
    }
    println!("skipped: no python3, or no scorers and corpora in {}", folder.display());
    None
}

/// The numbers after `precision`, `recall` and `F1` that a scorer prints.
fn scored(folder: &Path, scorer: &str, args: &[&Path]) -> Vec<f64> {
    let mut command = std::process::Command::new("python3");
    command.arg("-B").arg(folder.join("tools").join(scorer));
    if scorer == "score_assertion.py" {
        command.arg("score");
    }
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let after = |name: &str| text.split(name).nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    ["precision ", "recall ", "F1 "].map(after).into()
}

/// The same figures of `icdraft eval`.
fn ours(gold: &Path, from: &str, name: &str) -> Vec<f64> {
    let json = icdraft(&["eval", "--gold", path(gold), "--from", from, "--format", "json"]).expect(0).json();
    let value = |part: &str| row(&json["figures"], &format!("{name} {part}"))["value"].as_f64().unwrap();
    ["precision", "recall", "F1"].map(value).into()
}

fn agree(ours: &[f64], theirs: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 0.000_501;
    assert!(ours.iter().zip(theirs).all(near) && ours.iter().all(|v| *v > 0.5), "{ours:?} against {theirs:?}");
}

#[test]
fn headers_and_negation_agree_with_independent_scorers() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let notes = std::fs::read_to_string(shared.join("corpora/mtsamples-dev.jsonl")).unwrap();
    let some: String = notes.lines().step_by(8).map(|line| format!("{line}\n")).collect();
    let notes = file(folder.path(), "notes.jsonl", some);
    let annotated = folder.path().join("annotated.jsonl");
    icdraft(&["annotate", path(&notes), "--out", path(&annotated)]).expect(0);
    let theirs = scored(&shared, "score_sections.py", &[&notes, &annotated]);
    agree(&ours(&notes, "headers", "section header"), &theirs);

    let kit = shared.join("corpora/negex-kit-dev.tsv");
    for (profile, name) in [("plain", "negation"), ("negex", "negation (resolved is negated)")] {
        let (spans, judged) = (folder.path().join("spans.jsonl"), folder.path().join("judged.jsonl"));
        let made = std::process::Command::new("python3")
            .arg("-B")
            .arg(shared.join("tools/score_assertion.py"))
            .arg("make")
            .args([&kit, &spans])
            .output();
        assert!(made.unwrap().status.success());
        icdraft(&["assert", path(&spans), "--out", path(&judged), "--profile", profile]).expect(0);
        agree(&ours(&kit, "negex", name), &scored(&shared, "score_assertion.py", &[&kit, &judged]));
    }
}

/// A folder with gold that one note meets by half, and gates on it.
fn gated(gates: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let note = gold("a", "ASSESSMENT: Hypertension.\n", &["I10", "E11.9"]);
    jsonl(folder.path(), "gold.jsonl", &[note]);
    let file = file(folder.path(), "gates/small.toml", format!("corpus = \"gold.jsonl\"\n{gates}"));
    let gates = file.parent().unwrap().to_path_buf();
    (folder, gates)
}

#[test]
fn a_gate_holds_fails_and_is_refreshed() {
    let gate = "[[gate]]\nmetric = \"ICD-10-CM recall\"\nat_least = 0.5\n";
    let (folder, gates) = gated(gate);
    // There is no table yet.
    let run = icdraft(&["eval", "gate", path(&gates)]).expect(1);
    assert!(run.out.contains("FAILED small") && run.out.contains("--refresh"), "{}", run.out);
    icdraft(&["eval", "gate", path(&gates), "--refresh"]).expect(0);
    let table = gates.join("tables/small.tsv");
    let written = std::fs::read_to_string(&table).unwrap();
    assert!(written.contains("ICD-10-CM recall\t0.5000\t0.5000\t0.5000\t2\n"), "{written}");
    let run = icdraft(&["eval", "gate", path(&gates)]).expect(0);
    assert_eq!(run.out, "ok     small: ICD-10-CM recall 0.500 (table 0.500)\n");
    // The table says that it was better.
    file(
        folder.path(),
        "gates/tables/small.tsv",
        written.replace("\nICD-10-CM recall\t0.5000\t0.5000", "\nICD-10-CM recall\t0.9000\t0.8000"),
    );
    let run = icdraft(&["eval", "gate", path(&gates)]).expect(1);
    assert!(run.out.contains("FAILED small: ICD-10-CM recall 0.500 (table 0.900): fell below 0.800"), "{}", run.out);
    assert!(run.out.contains("small.tsv: 1; icdraft eval gate --refresh"), "{}", run.out);
    // A bound that is missed fails whatever the table says, and also where it is refreshed.
    file(folder.path(), "gates/small.toml", format!("corpus = \"gold.jsonl\"\n{}", gate.replace("0.5", "0.6")));
    let run = icdraft(&["eval", "gate", path(&gates), "--refresh"]).expect(1);
    assert!(run.out.contains("FAILED small: ICD-10-CM recall 0.500 (table 0.500): at least 0.6"), "{}", run.out);
}

#[test]
fn a_corpus_that_is_not_here_is_skipped_and_told() {
    let (folder, gates) = gated("[[gate]]\nmetric = \"ICD-10-CM recall\"\n");
    std::fs::remove_file(folder.path().join("gold.jsonl")).unwrap();
    let run = icdraft(&["eval", "gate", path(&gates)]).expect(0);
    assert_eq!(run.out, "skipped: gates of small, gold.jsonl is not here\n");
}

#[test]
fn bad_gates_name_file_and_line() {
    let (_folder, gates) = gated("[[gate]]\nmetric = \"ICD-10-CM recall\"\nat_laest = 0.5\n");
    let run = icdraft(&["eval", "gate", path(&gates)]).expect(1);
    assert!(
        run.err.contains("small.toml") && run.err.contains("line 4") && run.err.contains("at_laest"),
        "{}",
        run.err
    );
    let empty = tempfile::tempdir().unwrap();
    let run = icdraft(&["eval", "gate", path(empty.path())]).expect(1);
    assert!(run.err.contains("no *.toml"), "{}", run.err);
}

#[test]
fn the_repositorys_gates_can_be_read_and_have_tables() {
    for entry in std::fs::read_dir(root().join("eval")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            let gates = icdraft_eval::gate::Gates::read(&file).unwrap();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let table = root().join(format!("eval/tables/{name}.tsv"));
            let table =
                icdraft_eval::gate::Table::read(&table).unwrap().unwrap_or_else(|| panic!("no table of {name}"));
            for gate in gates.gate {
                assert!(table.row(&gate.metric).is_some(), "{name}: no figure `{}`", gate.metric);
            }
        }
    }
}
