//! What `check` finds, each case made by hand, and that sound gold gives nothing.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use icdraft_codeset::Releases;
use icdraft_corpus::Profile;
use icdraft_corpus::check::{Check, Finding, Nearness, Settings, check, place};
use icdraft_corpus::text::sha256;

const TEXT: &str = "Right inguinal hernia, not recurrent. Open repair of the hernia, right.";

/// A sound note; `change` gets its JSON.
fn line(change: impl Fn(&mut serde_json::Value)) -> String {
    let mut note = serde_json::json!({
        "id": "hernia", "split": "train", "text": TEXT, "sha256": sha256(TEXT),
        "codes": [
            {"system": "ICD-10-CM", "code": "K40.90", "rank": 1, "certainty": "sure", "evidence_spans": [[0, 21]]},
            {"system": "CPT", "code": "49505", "modifiers": ["RT"], "rank": 1, "certainty": "sure", "pointers": ["K4090"],
             "evidence_spans": [[38, 63]]},
        ],
        "not_coded": [{"span": [27, 36], "reason": "negated", "wrong_code": "K40.91"}],
    });
    change(&mut note);
    note.to_string()
}

fn found_in(files: &[&[String]], without: &[Check], profile: Option<&str>) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let write = |(n, lines): (usize, &&[String])| {
        let path = folder.path().join(format!("{n}.jsonl"));
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    let releases = Releases::load(&[]).unwrap();
    let profile = profile.map(|name| Profile::named(name).unwrap());
    let nearness = Nearness::default();
    let settings = Settings { releases: &releases, forced: None, profile: profile.as_ref(), nearness, without };
    let (notes, mut findings) = place(&paths).unwrap();
    findings.extend(check(&notes, settings, &|| {}));
    findings
}

fn found(lines: &[String]) -> Vec<(Check, String)> {
    found_in(&[lines], &[], None).into_iter().map(|f| (f.check, f.says)).collect()
}

/// The only finding of one changed note.
fn only(change: impl Fn(&mut serde_json::Value)) -> (Check, String) {
    let mut found = found(&[line(change)]);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn sound_gold_gives_nothing() {
    assert_eq!(found(&[line(|_| {})]), []);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/samples/gold.jsonl");
    let releases = Releases::load(&[]).unwrap();
    let (notes, bad) = place(&[samples]).unwrap();
    let nearness = Nearness::default();
    let settings = Settings { releases: &releases, forced: None, profile: None, nearness, without: &[] };
    assert_eq!((notes.len(), bad, check(&notes, settings, &|| {})), (6, vec![], vec![]));
}

#[test]
fn codes_that_may_not_be_submitted() {
    let says = |code: &str| {
        let (check, says) = only(|n| {
            n["codes"][0]["code"] = code.into();
            n["codes"][1]["pointers"] = serde_json::json!([]);
        });
        assert_eq!(check, Check::Code);
        says
    };
    assert!(says("K40.9").contains("K40.9 is a heading in FY2026-04-01; take a code below"));
    assert!(says("S52.501").contains("lacks its 7th character"));
    assert!(says("I60.21").contains("I60.21 is not in FY2026-04-01"));
    assert!(says("hernia").contains("has not the form of an ICD-10-CM code"));
    let alternative = only(|n| n["codes"][0]["alternatives"] = serde_json::json!(["K40.99"]));
    assert!(alternative.0 == Check::Code && alternative.1.contains("K40.99"), "{alternative:?}");
    let cpt = only(|n| n["codes"][1]["code"] = "4950".into());
    assert!(cpt.1.contains("4950 has not the form of a CPT code"), "{cpt:?}");
    let distractor = only(|n| n["not_coded"][0]["wrong_code"] = "K99".into());
    assert!(distractor.0 == Check::Code && distractor.1.contains("leads to K99"), "{distractor:?}");
}

#[test]
fn spans_off_their_text_blank_or_inside_words() {
    let evidence =
        |start: usize, end: usize| only(|n| n["codes"][0]["evidence_spans"] = serde_json::json!([[start, end]]));
    assert_eq!(evidence(0, 72).0, Check::Span);
    assert!(evidence(0, 72).1.contains("[0, 72]: empty or outside the text of 71 code points"));
    assert_eq!(evidence(5, 5).0, Check::Span);
    assert_eq!(evidence(21, 23).0, Check::Blank);
    assert!(evidence(0, 20).0 == Check::Word && evidence(0, 20).1.contains("ends inside a word"));
    assert!(evidence(1, 21).1.contains("begins inside a word"));
    let distractor = only(|n| n["not_coded"][0]["span"] = serde_json::json!([27, 99]));
    assert!(distractor.0 == Check::Span && distractor.1.contains("distractor for K40.91"), "{distractor:?}");
}

#[test]
fn one_note_against_itself() {
    assert_eq!(only(|n| n["sha256"] = "00".into()).0, Check::Checksum);
    assert_eq!(only(|n| n["codes"][0]["evidence_spans"] = serde_json::json!([])).0, Check::Evidence);
    let arguable = found(&[line(|n| {
        n["codes"][0]["evidence_spans"] = serde_json::json!([]);
        n["codes"][0]["certainty"] = "arguable".into();
    })]);
    assert_eq!(arguable, [], "an arguable code may be without evidence");
    let pointer = only(|n| n["codes"][1]["pointers"] = serde_json::json!(["K40.90", "I10"]));
    assert!(pointer.0 == Check::Pointer && pointer.1.contains("49505 points to I10"), "{pointer:?}");
    let rank = only(|n| n["codes"][0]["rank"] = 2.into());
    assert!(rank.0 == Check::Rank && rank.1.contains("ranks of ICD-10-CM are 2"), "{rank:?}");
    let unranked = found(&[line(|n| n["codes"][0]["rank"] = serde_json::Value::Null)]);
    assert_eq!(unranked, [], "codes may be without rank");
    let twice = only(|n| {
        let mut again = n["codes"][0].clone();
        again["code"] = "k4090".into();
        again["rank"] = 2.into();
        n["codes"].as_array_mut().unwrap().push(again);
    });
    assert!(twice.0 == Check::Twice, "{twice:?}");
    let sides = found(&[line(|n| {
        let mut left = n["codes"][1].clone();
        left["modifiers"] = serde_json::json!(["LT"]);
        left["rank"] = 2.into();
        n["codes"].as_array_mut().unwrap().push(left);
    })]);
    assert_eq!(sides, [], "the other side is another line");
    let none = only(|n| n["text"] = " ".into());
    assert!(none.0 == Check::Text && none.1.contains("corpus join"), "{none:?}");
}

#[test]
fn notes_that_repeat_and_lines_that_are_none() {
    let other =
        |id: &str, text: &str| serde_json::json!({"id": id, "split": "train", "text": text, "codes": []}).to_string();
    let lines = [
        line(|_| {}),
        other("hernia", "Something else."),
        other("copy", &TEXT.to_uppercase().replace(' ', "\n")),
        "{\"id\": \"cut".to_owned(),
    ];
    let found = found_in(&[&lines], &[], None);
    let shown: Vec<(usize, Check)> = found.iter().map(|f| (f.line, f.check)).collect();
    assert_eq!(shown, [(4, Check::Line), (2, Check::Id), (3, Check::Text)]);
    assert!(found[1].says.contains("same id as `hernia` at ") && found[1].says.contains("0.jsonl:1"), "{found:?}");
    assert!(found[0].says.contains("EOF") && !found[0].says.contains("0.jsonl"), "{found:?}");
    assert!(!format!("{found:?}").contains("recurrent"), "note text in a finding");
}

/// Twenty words of a story, told from the `n`th on.
fn story(words: std::ops::Range<usize>) -> String {
    words.map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn near_notes_of_two_splits_are_told_with_both_ids() {
    let note = |id: &str, split: &str, text: &str| {
        serde_json::json!({"id": id, "split": split, "text": text, "codes": []}).to_string()
    };
    // 20 words are 13 runs of 8. `half` has words 0 to 13 of them: 7 runs, then 8 words of its own: 8 more runs.
    // Containment 7/13 = 54 %, Jaccard 7/(13 + 15 - 7) = 33 %.
    let half = format!("{} {}", story(0..14), story(100..108));
    // Words 0 to 12: 6 runs of 13 = 46 %, and 6/(13 + 14 - 6) = 29 %: not near.
    let less = format!("{} {}", story(0..13), story(200..208));
    let train = [note("whole", "train", &story(0..20)), note("same split", "train", &story(0..20))];
    let test = [note("half", "test", &half), note("less", "test", &less)];
    let found = found_in(&[&train, &test], &[Check::Text], None);
    let shown: Vec<(&str, &str)> = found.iter().map(|f| (f.id.as_str(), f.says.as_str())).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    for (id, says) in &shown {
        assert!(*id == "half" && says.contains("54 % of the shorter note's runs of 8 words, 33 % of both"), "{says}");
        assert!(says.contains("of train at"), "{says}");
    }
    assert!(shown[0].1.contains("`whole`") && shown[1].1.contains("`same split`"), "{shown:?}");
    assert_eq!(found_in(&[&train, &test], &[Check::Text, Check::Near], None), []);
}

#[test]
fn files_are_splits_where_notes_name_none() {
    let note = |id: &str| serde_json::json!({"id": id, "text": story(0..30), "codes": []}).to_string();
    let apart = found_in(&[&[note("a")], &[note("b")]], &[Check::Text], None);
    assert_eq!(apart.iter().map(|f| f.check).collect::<Vec<_>>(), [Check::Near]);
    assert_eq!(found_in(&[&[note("a"), note("b")]], &[Check::Text], None), []);
}

#[test]
fn a_profile_tells_only_what_nothing_can_meet() {
    let old = |code: &str| {
        line(|n| {
            n["codes"] =
                serde_json::json!([{"system": "ICD-10-CM", "code": code, "certainty": "sure", "evidence_spans": []}]);
        })
    };
    let kinds = |code: &str, profile| -> Vec<Check> {
        found_in(&[&[old(code)]], &[], profile).into_iter().map(|f| f.check).collect()
    };
    assert_eq!(kinds("R51", None), [Check::Code, Check::Evidence]);
    assert_eq!(kinds("R51", Some("codiesp")), []);
    assert_eq!(kinds("S06.0X2A", Some("codiesp")), [Check::Code]);
}
