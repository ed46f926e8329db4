//! Texts left out and found again; counts of a small corpus, by hand.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use icdraft_codeset::CodeSet;
use icdraft_corpus::standoff::{join, strip};
use icdraft_corpus::stats::{Share, Stats};
use icdraft_corpus::text::sha256;
use icdraft_corpus::{CharSpan, GoldNote, ReadError};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/samples")
}

fn gold() -> Vec<GoldNote> {
    GoldNote::read(&samples().join("gold.jsonl")).unwrap()
}

#[test]
fn stripped_annotations_hold_no_text_and_find_it_again() {
    let notes = gold();
    let stripped: Vec<GoldNote> = notes.iter().cloned().map(strip).collect();
    let json = serde_json::to_string(&stripped).unwrap();
    assert!(!json.contains("\"text\"") && !json.contains("Right inguinal hernia"), "{json}");
    // From the .txt files beside the gold, whatever their names.
    let joined = join(stripped.clone(), &samples(), &|| {}).unwrap();
    assert_eq!((joined.missing, joined.outside), (vec![], vec![]));
    assert_eq!(joined.notes, notes);
    let elsewhere = tempfile::tempdir().unwrap();
    for (n, note) in notes.iter().skip(1).enumerate() {
        // As another system may have kept them: without the last line break, or with those of Windows.
        let text = if n == 0 { note.text.trim_end().to_owned() } else { note.text.replace('\n', "\r\n") };
        std::fs::write(elsewhere.path().join(format!("{n}.txt")), text).unwrap();
    }
    let joined = join(stripped, elsewhere.path(), &|| {}).unwrap();
    assert_eq!(joined.missing, [notes[0].id.clone()]);
    assert_eq!(joined.notes, notes[1..]);
}

#[test]
fn damaged_annotations_are_told() {
    let mut notes = gold();
    notes.truncate(1);
    let mut stripped = strip(notes[0].clone());
    stripped.codes[0].evidence_spans = vec![CharSpan::new(0, 1_000_000)];
    let joined = join(vec![stripped], &samples(), &|| {}).unwrap();
    assert_eq!((joined.notes.len(), joined.outside), (0, vec![notes[0].id.clone()]));
}

#[test]
fn annotations_without_text_are_no_gold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("standoff.jsonl");
    let stripped = strip(gold().remove(0));
    std::fs::write(&path, serde_json::to_string(&stripped).unwrap()).unwrap();
    let error = GoldNote::read(&path).unwrap_err();
    assert!(matches!(error, ReadError::NoText { line: 1, .. }), "{error:?}");
    assert!(error.to_string().contains("icdraft corpus join"), "{error}");
    assert_eq!(GoldNote::read_lines(&path).unwrap(), [(1, stripped)]);
}

#[test]
fn an_empty_note_is_no_standoff() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gold.jsonl");
    let note = GoldNote { id: "empty".into(), sha256: sha256(""), ..GoldNote::default() };
    std::fs::write(&path, serde_json::to_string(&note).unwrap()).unwrap();
    assert_eq!(GoldNote::read(&path).unwrap(), [note]);
}

#[test]
fn packed_tables_are_to_be_unpacked() {
    let error = join(vec![], Path::new("NOTEEVENTS.csv.gz"), &|| {}).unwrap_err();
    assert_eq!(error.to_string(), "NOTEEVENTS.csv.gz: is packed; unpack it first, for example with gunzip");
}

#[test]
fn facts_of_the_encounter_reach_the_coder() {
    let note: GoldNote = serde_json::from_str(
        r#"{"id": "a", "text": "Gout.", "codes": [], "kind": "clinic", "date_of_service": "2026-05-04",
            "setting": "inpatient", "billing": "facility", "age": 63, "sex": "F"}"#,
    )
    .unwrap();
    let encounter = note.encounter();
    assert_eq!(encounter.id, "a");
    assert_eq!((encounter.notes[0].text.as_str(), encounter.notes[0].kind.as_deref()), ("Gout.", Some("clinic")));
    assert_eq!(encounter.date_of_service.unwrap().to_string(), "2026-05-04");
    assert!(encounter.codes_uncertain(), "inpatient, facility");
    assert_eq!((encounter.patient.age, encounter.patient.sex), (Some(63.0), Some(icdraft_note::Sex::F)));
}

#[test]
fn counts_are_those_of_a_hand() {
    let lines = [
        r#"{"id": "a", "split": "train", "cluster": "x", "text": "one two three", "codes": [
            {"system": "ICD-10-CM", "code": "K40.90", "certainty": "sure", "evidence_spans": [[0, 3], [4, 7]]},
            {"system": "ICD-10-CM", "code": "I10", "certainty": "arguable", "alternatives": ["I11.9"], "evidence_spans": []},
            {"system": "CPT", "code": "49505", "modifiers": ["RT"], "pointers": ["K40.90"], "certainty": "sure",
             "evidence_spans": [[0, 3]]}],
            "not_coded": [{"span": [0, 3], "reason": "negated", "wrong_code": "I10"}]}"#,
        r#"{"id": "b", "split": "test", "cluster": "x", "text": "one", "codes": [
            {"system": "ICD-10-CM", "code": "I10", "certainty": "sure", "evidence_spans": [[0, 3]]},
            {"system": "CPT", "code": "71046", "certainty": "sure", "evidence_spans": [[0, 3]]},
            {"system": "CPT", "code": "0275T", "certainty": "sure", "evidence_spans": [[0, 3]]}]}"#,
        r#"{"id": "c", "split": "train", "text": "one two three four five", "codes": []}"#,
    ];
    let notes: Vec<GoldNote> = lines.iter().map(|l| serde_json::from_str(l).unwrap()).collect();
    let stats = Stats::of(&notes, &CodeSet::embedded());
    assert_eq!((stats.notes, stats.clusters, stats.distractors), (3, 1, 1));
    assert_eq!((stats.words.total, stats.words.mean, stats.words.median), (9, 3.0, 3.0));
    assert_eq!((stats.words.least, stats.words.most), (1, 5));
    let icd = &stats.systems["ICD-10-CM"];
    assert_eq!((icd.codes, icd.distinct, icd.once), (3, 2, 1));
    assert_eq!((icd.sure, icd.arguable, icd.with_alternatives), (2, 1, 1));
    assert_eq!((icd.with_evidence, icd.spans, icd.per_note.median), (2, 3, 1.0));
    let cpt = &stats.systems["CPT"];
    assert_eq!((cpt.codes, cpt.with_modifiers, cpt.with_pointers, cpt.per_note.most), (3, 1, 1, 2));
    let share = |name: &str, n| Share { name: name.into(), n };
    assert_eq!(
        stats.chapters,
        [
            share("Chapter 9 Diseases of the circulatory system", 2),
            share("Chapter 11 Diseases of the digestive system", 1)
        ]
    );
    assert_eq!(stats.cpt_sections, [share("category III", 1), share("radiology", 1), share("surgery", 1)]);
    assert_eq!(stats.reasons, [share("negated", 1)]);
    let split = &stats.groups["split"];
    assert_eq!((split[0].name.as_str(), split[0].notes, split[0].words), ("test", 1, 1));
    assert_eq!((split[1].name.as_str(), split[1].notes, split[1].words, split[1].codes["CPT"]), ("train", 2, 8, 1));
    assert!(!stats.groups.contains_key("kind"));
}
