//! Reading gold and predictions: what is let in, and what an error says.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use icdraft_codeset::CodeSet;
use icdraft_eval::{Certainty, CharSpan, GoldNote, Options, Prediction, evaluate};
use icdraft_note::{Encounter, Unit};
use icdraft_suggest::{Coder, Config};

fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

const NOTE: &str = r#"{"id": "a", "set": "s", "text": "Ménière's disease", "sha256": "", "not_coded": [], "codes":
 [{"system": "ICD-10-CM", "code": "H81.09", "title": "-", "modifiers": [], "rank": 1, "certainty": "sure",
 "alternatives": [], "evidence_spans": [[0, 17]]}], "coder": "further field"}"#;

fn note() -> String {
    NOTE.replace('\n', "")
}

#[test]
fn gold_is_read_and_spans_count_code_points() {
    let gold = GoldNote::read(&file("gold-good.jsonl", format!("{}\n\n", note()))).unwrap();
    assert_eq!(gold[0].codes[0].certainty, Certainty::Sure);
    assert_eq!(gold[0].codes[0].evidence_spans, [CharSpan::new(0, 17)]);
}

#[test]
fn gold_errors_name_file_line_and_cure() {
    let says = |name: &str, text: String| GoldNote::read(&file(name, text)).unwrap_err().to_string();
    let twice = says("gold-twice.jsonl", format!("{}\n{}\n", note(), note()));
    assert!(twice.contains("gold-twice.jsonl, line 2") && twice.contains("keep one line"), "{twice}");
    let outside = says("gold-outside.jsonl", note().replace("[0, 17]", "[0, 18]"));
    assert!(outside.contains("line 1: span [0, 18]") && outside.contains("text of 17 code points"), "{outside}");
    let missing = says("gold-missing.jsonl", format!("\n{}", note().replace("certainty", "certain")));
    assert!(missing.contains("line 2, column") && missing.contains("missing field `certainty`"), "{missing}");
    let cut = says("gold-cut.jsonl", note()[..60].to_owned());
    assert!(cut.contains("EOF") && cut.contains("each line must be a gold note"), "{cut}");
    let absent = GoldNote::read(Path::new("no such file")).unwrap_err().to_string();
    assert!(absent.contains("no such file: ") && absent.contains("readable JSONL"), "{absent}");
    let latin1 = GoldNote::read(&file("gold-latin1.jsonl", b"{\"id\": \"\xe9\"}")).unwrap_err().to_string();
    assert!(latin1.contains("line 1") && latin1.contains("UTF-8"), "{latin1}");
}

#[test]
fn errors_do_not_quote_the_note() {
    let text = note().replace(r#""not_coded": []"#, r#""not_coded": "Jane Doe, expected to go home""#);
    let error = GoldNote::read(&file("gold-quoted.jsonl", text)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Jane"), "{error:?}");
    assert!(error.to_string().contains("expected a sequence"), "{error}");
}

#[test]
fn predictions_may_leave_fields_out() {
    let lines = concat!(
        r#"{"id": "a", "suggestions": [{"system": "CPT", "code": "47562", "modifiers": null, "evidence": null}]}"#,
        "\n",
        r#"{"id": "b", "engine": "other", "suggestions": []}"#
    );
    let predictions = Prediction::read(&file("predictions.jsonl", lines)).unwrap();
    let bare = &predictions["a"].suggestions[0];
    assert!(!bare.draft && bare.modifiers.is_empty() && bare.evidence.is_empty());
    assert!(predictions["b"].suggestions.is_empty());
    let gold = Prediction::read(&file("gold-by-mistake.jsonl", r#"{"id": "a", "text": "", "codes": []}"#)).unwrap_err();
    assert!(gold.to_string().contains("suggestions"), "{gold}");
}

#[test]
fn predictions_in_other_units_or_twice_are_refused() {
    let says = |name: &str, text: &str| Prediction::read(&file(name, text)).unwrap_err().to_string();
    let bytes = says("predictions-bytes.jsonl", r#"{"id": "a", "offsets": "bytes", "suggestions": []}"#);
    assert!(bytes.contains("line 1") && bytes.contains("offsets in chars"), "{bytes}");
    let twice =
        says("predictions-twice.jsonl", "{\"id\": \"a\", \"suggestions\": []}\n{\"id\": \"a\", \"suggestions\": []}");
    assert!(twice.contains("line 2: id `a`"), "{twice}");
}

#[test]
fn a_report_and_its_json_line_are_scored_alike() {
    let text = "POSTOPERATIVE DIAGNOSIS: Rechtes «é» right carpal tunnel syndrome.\nPROCEDURE PERFORMED: Right carpal tunnel release.\n";
    let encounter = Encounter::of_note("a", text);
    let report = Coder::new(&Config::default()).unwrap().code(&encounter).in_unit(&encounter, Unit::Chars);
    let prediction = Prediction::from(&report);
    assert!(prediction.suggestions.iter().any(|s| s.draft && !s.evidence.is_empty()));
    let path = file("report.jsonl", serde_json::to_string(&report).unwrap());
    let read = Prediction::read(&path).unwrap();
    assert_eq!(read["a"], prediction);
    let start = text.chars().take_while(|&c| c != '»').count() + 2;
    let gold = format!(
        r#"{{"id": "a", "text": {}, "codes": [{{"system": "ICD-10-CM", "code": "G56.01", "certainty": "sure",
            "evidence_spans": [[{start}, {}]]}}]}}"#,
        serde_json::to_string(text).unwrap(),
        start + "right carpal tunnel syndrome".len(),
    );
    let options = Options { draws: 0, ..Options::default() };
    let evaluation = evaluate(&[serde_json::from_str(&gold).unwrap()], &read, &CodeSet::embedded(), &options);
    assert_eq!(evaluation.figure("ICD-10-CM recall").unwrap().value, 1.0);
    assert!(evaluation.figure("evidence char F1 (best pair)").unwrap().value > 0.5, "{:?}", prediction.suggestions);
    assert!(evaluation.figures.iter().all(|f| f.interval.is_none()));
}
