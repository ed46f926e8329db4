//! What holds for every note.

mod common;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use icdraft_codeset::CodeSet;
use icdraft_note::{Billing, Encounter, Note, Patient, Setting, Sex, Unit};
use icdraft_suggest::{Coder, Config, Report};
use proptest::prelude::*;
use proptest::sample::select;

static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::new(&Config::default()).expect("the embedded release loads"));
static CODES: LazyLock<CodeSet> = LazyLock::new(CodeSet::embedded);

const HEADERS: &[&str] = &[
    "POSTOPERATIVE DIAGNOSIS: ",
    "PREOPERATIVE DIAGNOSES:\n1. ",
    "PROCEDURE PERFORMED: ",
    "PROCEDURES:\n",
    "DESCRIPTION OF PROCEDURE: ",
    "ASSESSMENT:\n1. ",
    "ASSESSMENT AND PLAN:\n",
    "PLAN - ",
    "IMPRESSION:\n1) ",
    "HISTORY OF PRESENT ILLNESS: ",
    "PAST MEDICAL HISTORY:\n- ",
    "FAMILY HISTORY: ",
    "PHYSICAL EXAM\n\nLungs: ",
    "REVIEW OF SYSTEMS:\nCardiovascular: ",
    "INDICATIONS: ",
    "FINDINGS: ",
    "LEFT KNEE: ",
    "DISCHARGE DIAGNOSIS: ",
    "MEDICATIONS:\n- ",
    "SOCIAL HISTORY: ",
    "ALLERGIES: ",
    "HOSPITAL COURSE: ",
    "SOMETHING ODD: ",
    "ÉVALUATION: ",
    "Dx: ",
];

const FINDINGS: &[&str] = &[
    "hypertension",
    "type 2 diabetes mellitus with hyperglycemia",
    "acute appendicitis",
    "primary osteoarthritis of the knee",
    "carpal tunnel syndrome",
    "inguinal hernia",
    "rotator cuff tear",
    "distal radius fracture, closed",
    "chest pain",
    "pneumonia",
    "breast cancer",
    "senile nuclear cataract",
    "hallux valgus",
    "scalp laceration, 3 cm",
    "medial meniscus tear",
    "COPD",
    "CHF",
    "a-fib",
    "UTI",
    "asthma",
    "gout",
    "cholelithiasis with acute cholecystitis",
    "fell from a ladder",
    "former smoker",
    "kidney stones",
    "chronic kidney disease stage 3",
    "pregnancy at 32 weeks gestation",
    "pressure ulcer of the heel",
    "status post appendectomy",
    "old fracture",
    "deep vein thrombosis",
];

const PROCEDURES: &[&str] = &[
    "laparoscopic appendectomy",
    "total knee arthroplasty",
    "carpal tunnel release",
    "open inguinal hernia repair with mesh",
    "arthroscopic rotator cuff repair",
    "subacromial decompression",
    "phacoemulsification with intraocular lens implantation",
    "laparoscopic cholecystectomy with cholangiogram",
    "colonoscopy with biopsy",
    "knee arthroscopy with partial medial meniscectomy",
    "excision of lesion",
    "trigger finger release",
    "cystoscopy",
    "simple repair of 3 cm scalp laceration",
    "splint application",
];

const CUES: &[&str] = &[
    "no ",
    "no evidence of ",
    "denies ",
    "without ",
    "possible ",
    "probable ",
    "rule out ",
    "history of ",
    "mother had ",
    "if ",
    "risk of ",
    "scheduled for ",
    "resolved ",
    "s/p ",
    "not ",
    "suspected ",
    "vs ",
    "no longer has ",
];

const SIDES: &[&str] =
    &["right ", "left ", "bilateral ", "R ", "L ", "left and right ", "right index finger ", "", "", ""];

const JOINS: &[&str] = &[
    ". ", ".\n", "; ", ", ", " and ", "\n", "\r\n", "\n\n", ":\n", " - ", "\n2. ", "\n- ", " but ", " with ", "\u{a0}",
    "\t",
];

const JUNK: &[&str] = &[
    "é",
    "😀",
    "漢字",
    "e\u{301}",
    "İ",
    "ß",
    "ﬁ",
    "\u{200b}",
    "\u{feff}",
    "\u{fffd}",
    "\0",
    "—",
    "•",
    "½",
    "...",
    "::",
    "****",
    "{\\par}",
    "<b>",
    "120/80",
    "3.5 cm",
    "5'7\"",
    "12",
    "A.",
    "o",
    "58-year-old man ",
    "74 year old woman ",
    "?",
    "(",
    ")",
    "\"",
];

/// As often as not there is none.
fn cue() -> impl Strategy<Value = &'static str> {
    prop_oneof![1 => select(CUES), 1 => Just("")]
}

/// A stretch of note: cue, side and finding as people write them, or anything at all.
fn piece() -> impl Strategy<Value = String> {
    let finding = (cue(), select(SIDES), select(FINDINGS), any::<bool>()).prop_map(|(cue, side, finding, after)| {
        if after { format!("{cue}{finding}, {side}side") } else { format!("{cue}{side}{finding}") }
    });
    let procedure =
        (cue(), select(SIDES), select(PROCEDURES)).prop_map(|(cue, side, procedure)| format!("{cue}{side}{procedure}"));
    prop_oneof![
        6 => finding,
        3 => procedure,
        4 => select(HEADERS).prop_map(|h| format!("\n{h}")),
        2 => select(JUNK).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => "[a-z]{1,8}( [a-z]{1,8}){0,4}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    let header = prop_oneof![3 => select(HEADERS), 1 => Just("")];
    let section = (header, proptest::collection::vec((piece(), select(JOINS)), 0..6)).prop_map(|(header, pieces)| {
        let body: String = pieces.into_iter().map(|(piece, join)| piece + join).collect();
        format!("{header}{body}\n")
    });
    let operation = (select(SIDES), select(FINDINGS), select(PROCEDURES)).prop_map(|(side, finding, procedure)| {
        format!("POSTOPERATIVE DIAGNOSIS: {side}{finding}.\nPROCEDURE PERFORMED: {side}{procedure}.\n")
    });
    let section = prop_oneof![6 => section, 1 => operation];
    (proptest::collection::vec(section, 0..7), any::<bool>()).prop_map(|(sections, capitals)| {
        let text = sections.concat();
        if capitals { text.to_uppercase() } else { text }
    })
}

fn encounter() -> impl Strategy<Value = Encounter> {
    let patient = (
        proptest::option::of((0u16..1100).prop_map(|tenths| f64::from(tenths) / 10.0)),
        proptest::option::of(select(vec![Sex::F, Sex::M])),
    )
        .prop_map(|(age, sex)| Patient { age, sex });
    let setting = select(vec![
        (Setting::Outpatient, Billing::Professional),
        (Setting::Inpatient, Billing::Facility),
        (Setting::Inpatient, Billing::Professional),
    ]);
    (proptest::collection::vec(text(), 1..3), patient, setting).prop_map(|(texts, patient, (setting, billing))| {
        Encounter {
            id: "e".into(),
            setting,
            billing,
            patient,
            notes: texts
                .into_iter()
                .enumerate()
                .map(|(n, text)| Note { id: format!("n{n}"), text, ..Note::default() })
                .collect(),
            ..Encounter::default()
        }
    })
}

/// Four decimals, and no more.
fn is_rounded(confidence: f64) -> bool {
    let shown = serde_json::to_string(&confidence).expect("a number");
    shown.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 4 && !decimals.contains('e'))
}

fn holds(encounter: &Encounter, report: &Report) -> Result<(), TestCaseError> {
    let spans = |note: &str, start: usize, end: usize, words: Option<&str>| -> Result<(), TestCaseError> {
        let text = &encounter.notes.iter().find(|n| n.id == note).expect("a note of the encounter").text;
        prop_assert!(start < end && end <= text.len(), "{}..{} of {}", start, end, text.len());
        prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{}..{} cuts a character", start, end);
        if let Some(words) = words {
            prop_assert_eq!(&text[start..end], words);
        }
        Ok(())
    };
    let mut last = 1.0;
    let mut sids = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for (n, s) in report.suggestions.iter().enumerate() {
        prop_assert_eq!(s.rank, n + 1, "ranks are 1..n");
        prop_assert!((0.0..=1.0).contains(&s.confidence) && is_rounded(s.confidence), "{}", s.confidence);
        prop_assert!(s.confidence <= last, "{} after {}", s.confidence, last);
        last = s.confidence;
        prop_assert!(sids.insert(s.sid.as_str()), "{} twice", s.sid);
        prop_assert!(codes.insert((s.system.as_str(), s.code.as_str(), s.modifiers.clone())), "{} twice", s.code);
        prop_assert!(!s.title.is_empty(), "{} without a title", s.code);
        prop_assert!(!s.evidence.is_empty(), "{} without evidence", s.code);
        prop_assert!(s.units >= 1);
        for e in &s.evidence {
            spans(&e.note, e.start, e.end, Some(&e.text))?;
        }
        if s.system == "ICD-10-CM" {
            prop_assert!(s.modifiers.is_empty());
            let code = s.code.parse().expect("a code has the shape of a code");
            prop_assert!(CODES.is_billable(code), "{} is suggested and not billable", s.code);
            let title = CODES.title(code).expect("a billable code has a title");
            prop_assert_eq!(title.as_ref(), s.title.as_str());
        }
        prop_assert_eq!(s.sequence.is_some(), s.draft, "{}: a place for drafts and only for drafts", s.code);
    }
    for system in report.suggestions.iter().map(|s| s.system.as_str()).collect::<BTreeSet<_>>() {
        let mut places: Vec<usize> =
            report.suggestions.iter().filter(|s| s.system == system).filter_map(|s| s.sequence).collect();
        places.sort_unstable();
        prop_assert_eq!(&places, &(1..=places.len()).collect::<Vec<_>>(), "{} is numbered without gaps", system);
    }
    for s in &report.suggestions {
        for pointer in &s.pointers {
            let to = report.suggestions.iter().find(|t| t.sid == *pointer);
            prop_assert!(to.is_some_and(|t| t.system == "ICD-10-CM"), "{} points to {}", s.code, pointer);
            prop_assert!(s.system != "ICD-10-CM", "a diagnosis needs no justification");
        }
    }
    for r in &report.not_coded {
        spans(&r.note, r.start, r.end, Some(&r.text))?;
        prop_assert!(!r.reason.is_empty() && !r.code.is_empty());
        if let Some(cue) = &r.cue {
            spans(&r.note, cue.start, cue.end, Some(&cue.text))?;
        }
    }
    for q in &report.queries {
        spans(&q.note, q.start, q.end, None)?;
        prop_assert!(
            report.suggestions.iter().any(|s| s.draft && s.code == q.code),
            "{} is asked about and not drafted",
            q.code
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_report_holds_together(encounter in encounter()) {
        let report = CODER.code(&encounter);
        holds(&encounter, &report)?;
    }

    #[test]
    fn coding_twice_gives_identical_json(encounter in encounter()) {
        let json = |report: Report| serde_json::to_string(&report).expect("a report always serialises");
        let once = json(CODER.code(&encounter));
        prop_assert_eq!(&once, &json(CODER.code(&encounter)));
        let back: Report = serde_json::from_str(&once).expect("a report is read back");
        prop_assert_eq!(&once, &json(back));
    }

    #[test]
    fn offsets_in_characters_give_the_same_words(encounter in encounter()) {
        for unit in [Unit::Chars, Unit::Utf16] {
            let report = CODER.code(&encounter).in_unit(&encounter, unit);
            let cut = |note: &str, start: usize, end: usize| -> String {
                let text = &encounter.notes.iter().find(|n| n.id == note).expect("a note of the encounter").text;
                if unit == Unit::Chars {
                    text.chars().skip(start).take(end - start).collect()
                } else {
                    String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).expect("whole characters")
                }
            };
            for e in report.suggestions.iter().flat_map(|s| &s.evidence) {
                prop_assert_eq!(&cut(&e.note, e.start, e.end), &e.text);
            }
            for r in &report.not_coded {
                prop_assert_eq!(&cut(&r.note, r.start, r.end), &r.text);
            }
        }
    }

    #[test]
    fn without_procedures_the_diagnoses_are_the_same(encounter in encounter()) {
        static PLAIN: LazyLock<Coder> = LazyLock::new(|| {
            Coder::new(&Config { procedures: icdraft_mention::Procedures::None, ..Config::default() }).expect("the embedded release loads")
        });
        let diagnoses = |report: Report| -> Vec<(String, f64, Option<usize>)> {
            report.suggestions.into_iter().filter(|s| s.system == "ICD-10-CM").map(|s| (s.code, s.confidence, s.sequence)).collect()
        };
        let report = PLAIN.code(&encounter);
        prop_assert!(report.suggestions.iter().all(|s| s.system == "ICD-10-CM"));
        prop_assert_eq!(diagnoses(report), diagnoses(CODER.code(&encounter)));
    }
}

/// The strategy above reaches what it is about: drafts, refusals, queries, procedures with pointers.
#[test]
fn the_notes_are_worth_coding() {
    if !common::has_cpt() {
        return;
    }
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let reports: Vec<Report> =
        (0..100).map(|_| CODER.code(&encounter().new_tree(&mut runner).expect("a note").current())).collect();
    let count = |of: &dyn Fn(&Report) -> bool| reports.iter().filter(|r| of(r)).count();
    let counts = [
        count(&|r| r.suggestions.iter().any(|s| s.draft && s.system == "ICD-10-CM")),
        count(&|r| r.suggestions.iter().any(|s| s.draft && !s.pointers.is_empty())),
        count(&|r| r.suggestions.iter().any(|s| s.evidence.iter().any(|e| e.role == "side"))),
        count(&|r| r.not_coded.iter().any(|n| n.cue.is_some())),
        count(&|r| !r.queries.is_empty()),
    ];
    assert!(counts.iter().all(|&n| n >= 10), "drafts, pointers, sides, cues, queries in 100 notes: {counts:?}");
}
