//! Codes of 2018 in the release of today, each worked out by hand from the two tabular lists.
#![allow(clippy::unwrap_used)]

use icdraft_codeset::CodeSet;
use icdraft_corpus::profile::{Evidence, Headings, NotCoded, Reach};
use icdraft_corpus::{Certainty, CharSpan, GoldCode, GoldNote, Profile};

fn code(system: &str, code: &str) -> GoldCode {
    GoldCode { system: system.into(), code: code.into(), ..GoldCode::default() }
}

fn note(codes: &[&str]) -> GoldNote {
    GoldNote { codes: codes.iter().map(|c| code("ICD-10-CM", c)).collect(), ..GoldNote::default() }
}

fn apply(profile: &str, notes: &[GoldNote]) -> (Vec<Vec<String>>, Reach) {
    let (notes, reach) = Profile::named(profile).unwrap().apply(notes, &CodeSet::embedded());
    (notes.iter().map(|n| n.codes.iter().map(|c| c.code.clone()).collect()).collect(), reach)
}

/// What one code becomes, `lost` where nothing meets it.
fn becomes(profile: &str, from: &str) -> String {
    let (notes, reach) = apply(profile, &[note(&[from])]);
    if reach.lost.is_empty() { notes[0][0].clone() } else { "lost".into() }
}

#[test]
fn codiesp_accepts_headings_and_moves_what_moved() {
    let cases = [
        // Billable then and now.
        ("I10", "I10"),
        // R51, M54.5 and G35 were codes in 2018 and are headings now.
        ("R51", "R51"),
        ("M54.5", "M54.5"),
        ("G35", "G35"),
        // The encounter left open: a stem, with X in place of its characters.
        ("S42.90X", "S42.90"),
        ("W19.XXX", "W19"),
        ("T78.3XX", "T78.3"),
        // Glaucoma stages became laterality with stages in 2016: the stem is a heading.
        ("H40.11X1", "H40.11"),
        // I60.20 to I60.22 were joined in I60.2.
        ("I60.21", "I60.2"),
        // T40.7X was divided: cannabis went to T40.71.
        ("T40.7X1A", "T40.711A"),
        // Concussion with longer loss of consciousness has no code of its own now.
        ("S06.0X2A", "lost"),
        ("fever", "lost"),
    ];
    for (from, to) in cases {
        assert_eq!(becomes("codiesp", from), to, "{from}");
    }
}

#[test]
fn without_headings_only_a_single_successor_is_safe() {
    let cases = [
        ("I10", "I10"),
        // One of the codes below says no more than the heading.
        ("R51", "R51.9"),
        ("M54.5", "M54.50"),
        // R74.0 was divided in two that both say more.
        ("R74.0", "lost"),
        // A 7th character is never guessed.
        ("S42.90X", "lost"),
        ("I60.21", "I60.2"),
    ];
    for (from, to) in cases {
        assert_eq!(becomes("plain", from), to, "{from}");
    }
}

#[test]
fn the_ceiling_is_told() {
    let mut second = note(&["S06.0X2A", "R51"]);
    second.codes.push(GoldCode { certainty: Certainty::Arguable, ..code("ICD-10-CM", "fever") });
    second.codes.push(code("ICD-10-PCS", "0DTJ4ZZ"));
    let (_, reach) = apply("codiesp", &[note(&["I10", "I60.21", "S06.0X2A", "I10"]), second, note(&[])]);
    // Sure diagnoses: 4 + 2 lines. Of them I10 twice stays, I60.21 moves, R51 is a heading, S06.0X2A is lost twice.
    assert_eq!((reach.codes, reach.as_they_are), (6, 2));
    let moved: Vec<(&str, &str, usize)> = reach.moved.iter().map(|m| (m.from.as_str(), m.to.as_str(), m.n)).collect();
    assert_eq!(moved, [("I60.21", "I60.2", 1)]);
    assert_eq!((reach.headings.len(), reach.headings[0].n), (1, 1));
    assert_eq!((reach.lost.len(), reach.lost[0].code.as_str(), reach.lost[0].n), (1, "S06.0X2A", 2));
    assert!(reach.lost[0].why.contains("not in FY2026-04-01"));
    // 4 of 6; of the notes with codes 3/4 and 1/2.
    assert!((reach.recall_ceiling - 4.0 / 6.0).abs() < 1e-12, "{reach:?}");
    assert!((reach.map_ceiling - (0.75 + 0.5) / 2.0).abs() < 1e-12, "{reach:?}");
    let (_, nothing) = apply("codiesp", &[]);
    assert_eq!((nothing.codes, nothing.recall_ceiling, nothing.map_ceiling), (0, 1.0, 1.0));
}

#[test]
fn codes_that_become_one_share_a_line_and_others_are_left_alone() {
    let mut both = note(&["I60.21", "I60.22"]);
    both.codes[0].evidence_spans = vec![CharSpan::new(0, 4)];
    both.codes[1].evidence_spans = vec![CharSpan::new(9, 12)];
    both.codes[1].alternatives = vec!["I60.20".into()];
    both.codes.push(GoldCode { modifiers: vec!["RT".into()], ..code("CPT", "29881") });
    both.codes.push(GoldCode { modifiers: vec!["LT".into()], ..code("CPT", "29881") });
    both.codes.push(code("CPT", "29881"));
    let (notes, _) = Profile::named("codiesp").unwrap().apply(&[both.clone()], &CodeSet::embedded());
    assert_eq!(notes[0].codes[0].code, "I60.2");
    assert_eq!(notes[0].codes[0].evidence_spans, [CharSpan::new(0, 4), CharSpan::new(9, 12)]);
    assert_eq!(notes[0].codes[1..], both.codes[2..]);
}

#[test]
fn profiles_are_found_by_name() {
    let codiesp = Profile::named("codiesp").unwrap();
    assert_eq!(
        (codiesp.headings, codiesp.not_coded, codiesp.evidence),
        (Headings::Accepted, NotCoded::Last, Evidence::None)
    );
    let error = Profile::named("codisep").unwrap_err().to_string();
    assert_eq!(error, "no profile `codisep`; there are: plain, codiesp");
}
