//! `icdraft eval --report`: the page as a user gets it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use serde_json::json;

use common::{file, icdraft, root};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_page_is_written_for_its_owner_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let gold = root().join("corpora/samples/gold.jsonl");
    let report = folder.path().join("new/report");
    let args = ["eval", "--gold", path(&gold), "--report", path(&report)];
    let run = icdraft(&args).expect(0);
    let page = report.join("index.html");
    assert!(run.err.contains(&page.display().to_string()) && run.out.contains("ICD-10-CM precision"), "{}", run.err);
    let first = std::fs::read_to_string(&page).unwrap();
    assert!(first.starts_with("<!doctype html>") && first.trim_end().ends_with("</html>"));
    assert!(!first.contains(path(&root())), "the page tells nothing of the machine");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    }
    icdraft(&[&args[..], &["--threads", "1"]].concat()).expect(0);
    assert_eq!(first, std::fs::read_to_string(&page).unwrap());
}

#[test]
fn the_page_of_a_file_of_drafts_names_the_file_and_the_official_titles() {
    let folder = tempfile::tempdir().unwrap();
    let gold = json!({"id": "a", "text": "Asthma.", "not_coded": [], "codes": [
        {"system": "ICD-10-CM", "code": "J45.909", "certainty": "sure", "evidence_spans": [[0, 6]]}]});
    let drafts = json!({"id": "a", "suggestions": [{"system": "ICD-10-CM", "code": "K40.90", "draft": true}]});
    let gold = file(folder.path(), "gold.jsonl", format!("{gold}\n"));
    let pred = file(folder.path(), "drafts.jsonl", format!("{drafts}\n"));
    icdraft(&["eval", "--gold", path(&gold), "--pred", path(&pred), "--report", path(folder.path())]).expect(0);
    let page = std::fs::read_to_string(folder.path().join("index.html")).unwrap();
    assert!(page.contains("<dt>engine</dt><dd>drafts.jsonl</dd>"));
    assert!(page.contains("Unspecified asthma, uncomplicated") && page.contains("Unilateral inguinal hernia"));
}

#[test]
fn where_there_is_no_page_to_make_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let gold = root().join("corpora/samples/gold.jsonl");
    let report = path(folder.path());
    let run = icdraft(&["eval", "--gold", path(&gold), "--report", report, "--without", "rules"]).expect(2);
    assert!(run.err.contains("--report") && run.err.contains("--without"), "{}", run.err);
    let run = icdraft(&["eval", "--gold", path(&gold), "--from", "negex", "--report", report]).expect(1);
    assert!(run.err.contains("--report") && run.err.contains("leave them out"), "{}", run.err);
    let blocked = file(folder.path(), "blocked", "");
    let run = icdraft(&["eval", "--gold", path(&gold), "--report", path(&blocked)]).expect(1);
    assert!(run.err.contains("blocked"), "{}", run.err);
}
