//! What is written follows the schemas in docs/.

mod common;

use common::{file, icdraft, icdraft_with, lines, root, samples};
use serde_json::{Value, json};

fn schema(name: &str) -> jsonschema::Validator {
    let path = root().join("docs").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let schema: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    jsonschema::meta::validate(&schema).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    jsonschema::validator_for(&schema).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[track_caller]
fn valid(schema: &jsonschema::Validator, value: &Value, name: &str) {
    let errors: Vec<String> = schema.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path)).collect();
    assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
}

/// The samples, and lines that fill every optional field and bring every kind of warning.
fn inputs(folder: &std::path::Path) -> Vec<String> {
    let odd = [
        json!({"id": "full", "encounter": "e", "kind": "operative", "author": "A", "payer": "P", "date_of_service": "2019-05-04", "setting": "inpatient",
               "billing": "facility", "age": 0.5, "sex": "F", "colour": 1, "text": "DISCHARGE DIAGNOSIS: Probable pneumonia.\u{1}\nPROCEDURE: Excision of lesion.\n"}),
        json!({"id": "second", "encounter": "e", "age": 40, "text": "Denies chest pain. FAMILY HISTORY: Colon cancer.\nPLAN: Scheduled for left knee arthroscopy."}),
        json!({"id": "empty", "text": ""}),
        json!({"id": "bare", "text": "PROCEDURE PERFORMED: Right carpal tunnel release."}),
    ];
    let lines: String = odd.iter().map(|o| format!("{o}\n")).collect();
    let odd = file(folder, "odd.jsonl", lines);
    let mut paths: Vec<String> =
        samples().iter().map(|(name, _)| common::sample(name).to_str().expect("plain").to_owned()).collect();
    paths.push(odd.to_str().expect("plain").to_owned());
    paths
}

#[test]
fn reports_follow_their_schema() {
    let schema = schema("report.schema.json");
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs(folder.path());
    for unit in ["chars", "bytes", "utf16"] {
        let out = folder.path().join("out.jsonl");
        let mut args = vec!["batch"];
        args.extend(inputs.iter().map(String::as_str));
        args.extend(["--out", out.to_str().unwrap(), "--offsets", unit]);
        icdraft(&args).expect(0);
        let reports = lines(&out);
        assert_eq!(reports.len(), samples().len() + 3);
        for report in &reports {
            valid(&schema, report, report["id"].as_str().unwrap());
        }
    }
    let bare = icdraft_with(&["suggest", "-", "--format", "json", "--no-cpt"], b"Gout.").expect(0).json();
    valid(&schema, &bare, "--no-cpt");
}

#[test]
fn annotations_follow_their_schema() {
    let schema = schema("annotate.schema.json");
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs(folder.path());
    let mut args = vec!["annotate"];
    args.extend(inputs.iter().map(String::as_str));
    let run = icdraft(&args).expect(0);
    let found: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(found.len(), samples().len() + 4);
    for annotation in &found {
        valid(&schema, annotation, annotation["id"].as_str().unwrap());
    }
}

/// A schema that accepts everything would pass the tests above.
#[test]
fn the_schemas_refuse_what_is_no_report() {
    let report = icdraft_with(&["suggest", "-", "--format", "json"], b"POSTOPERATIVE DIAGNOSIS: Acute appendicitis.\n")
        .expect(0)
        .json();
    let schema_of_reports = schema("report.schema.json");
    assert!(!report["suggestions"].as_array().unwrap().is_empty());
    for field in report.as_object().unwrap().keys() {
        let mut less = report.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!schema_of_reports.is_valid(&less), "a report without {field}");
    }
    for (pointer, value) in [
        ("/suggestions/0/confidence", json!(1.5)),
        ("/suggestions/0/rank", json!(0)),
        ("/suggestions/0/evidence", json!([])),
        ("/suggestions/0/evidence/0/start", json!(-1)),
        ("/suggestions/0/draft", json!("yes")),
        ("/offsets", json!("words")),
        ("/text_sha256", json!("short")),
    ] {
        let mut wrong = report.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(!schema_of_reports.is_valid(&wrong), "{pointer}");
    }
    assert!(!schema("annotate.schema.json").is_valid(&report), "a report is no annotation");
}
