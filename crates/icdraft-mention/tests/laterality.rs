//! Sides, as literate cases: the mention in brackets, and the side that it must have.
#![allow(clippy::unwrap_used)] // a panic is the message

use std::sync::LazyLock;

use icdraft_codeset::CodeSet;
use icdraft_mention::{Annotation, Procedures, Side, Terminology};
use icdraft_note::{Note, Patient};

static TERMS: LazyLock<Terminology> =
    LazyLock::new(|| Terminology::new(&CodeSet::embedded(), Procedures::Lexicon).unwrap());

const CASES: &[(&str, Option<Side>)] = &[
    ("ASSESSMENT: [Inguinal hernia], right.", Some(Side::Right)),
    ("ASSESSMENT: Left [inguinal hernia].", Some(Side::Left)),
    ("ASSESSMENT: [Inguinal hernia].", None),
    ("ASSESSMENT: Bilateral [carpal tunnel syndrome].", Some(Side::Bilateral)),
    ("ASSESSMENT: [Carpal tunnel syndrome] of both wrists.", Some(Side::Bilateral)),
    ("ASSESSMENT: Rt [hydronephrosis].", Some(Side::Right)),
    ("ASSESSMENT: R [knee pain] and L hip pain.", Some(Side::Right)),
    ("ASSESSMENT: R knee pain and L [hip pain].", Some(Side::Left)),
    ("ASSESSMENT: Left and right [knee pain].", Some(Side::Bilateral)),
    ("ASSESSMENT: Nuclear [cataract] OD.", Some(Side::Right)),
    ("ASSESSMENT: Nuclear [cataract] OS.", Some(Side::Left)),
    ("ASSESSMENT: Nuclear [cataract] OU.", Some(Side::Bilateral)),
    ("ASSESSMENT: Ear exam. [Otitis media] AD.", Some(Side::Right)),
    ("ASSESSMENT: [Otitis media] AS.", Some(Side::Left)),
    ("LEFT KNEE: [Effusion of knee].", Some(Side::Left)),
    ("PROCEDURE PERFORMED: Right knee arthroscopy.\nFINDINGS: A [medial meniscus tear] was seen.", Some(Side::Right)),
    ("PROCEDURE PERFORMED: Right hip replacement.\nFINDINGS: [Hip pain] of the contralateral hip.", Some(Side::Left)),
    ("PROCEDURE PERFORMED: Right hip replacement.\nFINDINGS: [Hip pain] on the other side.", Some(Side::Left)),
    ("ASSESSMENT: R. Smith has [gout].", None),
];

#[test]
fn sides() {
    let mut wrong = Vec::new();
    for (case, side) in CASES {
        let (start, end) = (case.find('[').unwrap(), case.find(']').unwrap() - 1);
        let text = case.replace(['[', ']'], "");
        let note = Note { id: "case".into(), text: text.clone(), ..Note::default() };
        let annotation = Annotation::of(&TERMS, &note, Patient::default());
        let touching: Vec<_> =
            annotation.mentions.iter().filter(|m| m.span.start < end && start < m.span.end).collect();
        if touching.is_empty() || !touching.iter().all(|m| m.laterality.map(|l| l.side) == *side) {
            let found: Vec<_> =
                touching.iter().map(|m| (&text[m.span.start..m.span.end], m.laterality.map(|l| l.side))).collect();
            wrong.push(format!("{case}: expected {side:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
