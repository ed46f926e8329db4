//! The page of a small evaluation, worked by hand.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};

use icdraft_codeset::CodeSet;
use icdraft_eval::{GoldNote, Options, Prediction, evaluate, review};
use icdraft_report::{Findings, MOST_NOTES};
use serde_json::{Value, json};

/// Letters of two and three bytes come before every span.
const TEXT: &str = "Ménière’s disease, left ear. BP high: hypertension.\n<script>alert(\"x\")</script> & no gout.\n";

fn code(code: &str, spans: &[[usize; 2]]) -> Value {
    json!({"system": "ICD-10-CM", "code": code, "certainty": "sure", "evidence_spans": spans})
}

fn suggestion(code: &str, draft: bool, confidence: f64, span: [usize; 2], says: &str) -> Value {
    json!({"system": "ICD-10-CM", "code": code, "draft": draft, "confidence": confidence,
           "evidence": [{"start": span[0], "end": span[1]}], "reasons": [{"rule": "lexicon", "says": says}]})
}

/// `odd`: the wrong ear is drafted, hypertension stays below the draft, gout is drafted though it is negated. `right`: all is
/// right.
fn corpus() -> (Vec<Value>, Vec<Value>) {
    let gold = vec![
        json!({"id": "odd <1>", "kind": "clinic", "specialty": "Ear & nose", "text": TEXT,
               "codes": [code("H81.02", &[[0, 27]]), code("I10", &[[38, 50]])],
               "not_coded": [{"span": [85, 89], "reason": "negated", "wrong_code": "M10.9"}]}),
        json!({"id": "right", "specialty": "Surgery", "text": "Hypertension.", "codes": [code("I10", &[[0, 12]])]}),
    ];
    let drafts = vec![
        json!({"id": "odd <1>", "suggestions": [
            suggestion("H81.01", true, 0.91, [0, 17], "\"Ménière’s disease\" <b>"),
            suggestion("M10.9", true, 0.62, [85, 89], "\"gout\" is a phrase"),
            suggestion("I10", false, 0.37, [38, 50], "weak section")]}),
        json!({"id": "right", "suggestions": [suggestion("I10", true, 0.95, [0, 12], "plain")]}),
    ];
    (gold, drafts)
}

fn page(gold: &[Value], drafts: &[Value]) -> String {
    let read = |value: &Value| serde_json::from_value(value.clone()).unwrap();
    let gold: Vec<GoldNote> = gold.iter().map(read).collect();
    let drafts = drafts.iter().map(|value| serde_json::from_value(value.clone()).unwrap());
    let drafts: HashMap<String, Prediction> = drafts.map(|draft: Prediction| (draft.id.clone(), draft)).collect();
    let (set, options) = (CodeSet::embedded(), Options { draws: 20, ..Options::default() });
    let findings = Findings {
        corpus: "made-up.jsonl",
        set: None,
        profile: "plain",
        engine: "icdraft of the test",
        release: "FY2026-04-01",
        draws: options.draws,
        evaluation: &evaluate(&gold, &drafts, &set, &options),
        gold: &gold,
        reviews: &review(&gold, &drafts, &set, &options),
        title: &|_, code| Some(format!("title of {code}")),
    };
    findings.page().unwrap()
}

fn small() -> String {
    let (gold, drafts) = corpus();
    page(&gold, &drafts)
}

/// What stands between `from` and `to`.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap().0
}

fn attributes<'a>(page: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(&format!(" {name}=\""))
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0)
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn figures_stand_in_their_rows() {
    let page = small();
    // Of three drafts one is right, of three gold codes one is drafted.
    for (name, value) in
        [("ICD-10-CM precision", "0.333"), ("ICD-10-CM recall", "0.333"), ("ICD-10-CM exact match", "0.500")]
    {
        let row = between(&page, &format!("<th scope=\"row\">{name}</th>"), "</tr>");
        assert!(row.contains(&format!("<b>{value}</b>")), "{name}: {row}");
    }
    let precision = between(&page, "<th scope=\"row\">ICD-10-CM precision</th>", "</tr>");
    assert!(
        precision.contains("style=\"left:33.3%\"") && precision.ends_with("<td class=\"num\">3</td>"),
        "{precision}"
    );
    let ear = between(&page, "<span class=\"code\">H81.01</span> <small>ICD-10-CM</small>", "</tr>");
    assert!(
        ear.contains("title of H81.01")
            && ear.contains("<td class=\"num\">0</td><td class=\"num\">1</td><td class=\"num\">0</td>")
    );
    assert!(ear.contains("<a href=\"#n1-m1\">odd &#60;1&#62;</a>"), "{ear}");
    let specialty = between(&page, "<th scope=\"row\">Surgery</th>", "</tr>");
    assert_eq!(specialty.matches("1.000").count(), 3, "{specialty}");
}

#[test]
fn mistakes_are_counted_by_kind_and_section() {
    let page = small();
    let side = between(&page, "<span class=\"says\">wrong side</span>", "</details>");
    assert!(side.contains("<span class=\"split\">1 ICD-10-CM, 0 CPT</span>"), "{side}");
    assert!(side.contains("<a href=\"#n1-m1\">H81.02 → H81.01</a> <small>odd &#60;1&#62;</small>"), "{side}");
    assert!(!page.contains("<span class=\"says\">missed: nothing was read"), "a kind that does not occur has no row");
    let heads = between(&page, "<table class=\"data heat\">", "</thead>");
    for kind in ["wrong side", "distractor", "below draft"] {
        assert!(heads.contains(&format!("<th scope=\"col\" class=\"num\">{kind}</th>")), "{heads}");
    }
}

#[test]
fn words_are_marked_by_code_points() {
    let page = small();
    let text = between(&page, "<div class=\"text\" lang=\"\">", "</div>");
    let marks: Vec<(&str, &str)> = text
        .split("<mark ")
        .skip(1)
        .map(|mark| (between(mark, "class=\"", "\""), between(mark, ">", "</mark>")))
        .collect();
    let expected = [
        // Gold and draft share the disease; the ear is gold's alone. What stays below the draft is not drafted.
        ("both", "Ménière’s disease"),
        ("gold", ", left ear"),
        ("gold", "hypertension"),
        ("drafted not", "gout"),
    ];
    assert_eq!(marks, expected);
    assert!(text.starts_with("<a class=\"no\" href=\"#n1-m1\">1</a><mark id=\"n1-c0\""), "{text}");
    assert!(text.contains("title=\"gold H81.02; drafted H81.01\""), "{text}");
    assert!(text.contains("title=\"drafted M10.9; gold: negated, not M10.9\""), "{text}");
}

#[test]
fn mistakes_tell_their_chain_of_reasons() {
    let page = small();
    let ear = between(&page, "<li id=\"n1-m1\">", "<li id=\"n1-m2\">");
    for part in
        ["wrong side", "H81.02</span> title of H81.02", "confidence 0.91", "why H81.01 was drafted", "<b>lexicon</b>"]
    {
        assert!(ear.contains(part), "{part}: {ear}");
    }
    assert!(ear.contains("<a class=\"words\" href=\"#n1-c0\">“Ménière’s disease, left ear”</a>"), "{ear}");
    let gout = between(&page, "<li id=\"n1-m2\">", "<li id=\"n1-m3\">");
    assert!(gout.contains("gold: negated, not to be coded as M10.9:") && gout.contains("“gout”"), "{gout}");
    let pressure = between(&page, "<li id=\"n1-m3\">", "<details");
    assert!(pressure.contains("I10 was suggested, below the draft with 0.37"), "{pressure}");
    assert!(pressure.contains("<li><b>lexicon</b> weak section</li>"), "{pressure}");
}

#[test]
fn words_that_nobody_read_are_told_so() {
    let gold = [json!({"id": "a", "text": "Gout and more.", "codes": [code("M10.9", &[[0, 4]]), code("I10", &[])]})];
    let refused = json!({"id": "a", "suggestions": [], "not_coded": [
        {"system": "ICD-10-CM", "code": "M10.9", "start": 0, "end": 4, "reason": "not_relevant"}]});
    let with = page(&gold, &[refused]);
    assert!(with.contains("its words were refused as M10.9, not relevant: <span class=\"words\">“Gout”</span>"));
    assert!(with.contains("gold names no words for I10, and it was not suggested"));
    let without = page(&gold, &[]);
    assert!(without.contains("nothing was read from the words of M10.9"));
    assert!(without.contains("<dt>without drafts</dt><dd>1, scored as missed</dd>"));
}

#[test]
fn what_notes_say_is_text() {
    let page = small();
    assert!(!page.contains("<script") && !page.contains("phrase</b>") && !page.contains("disease\" <b>"));
    assert!(page.contains("&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; no "));
    assert!(page.contains("<span class=\"about\">clinic, Ear &#38; nose</span>"));
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"), "nothing is loaded or run");
    assert!(!page.contains("http://") || page.matches("http://").count() == page.matches("xmlns=\"http://").count());
    assert!(!page.contains("https://") && !page.contains(" src="));
}

#[test]
fn only_notes_with_mistakes_are_shown() {
    let page = small();
    assert_eq!(page.matches("<details class=\"note\">").count(), 1);
    assert!(page.contains("1 of 2 notes, in the order of the corpus"));
    let (gold, drafts) = corpus();
    let fine = self::page(&gold[1..], &drafts[1..]);
    assert!(
        fine.contains("None: every drafted code is right or arguable") && !fine.contains("<details class=\"note\">")
    );
}

#[test]
fn anchors_lead_somewhere_and_are_given_once() {
    let many: Vec<Value> = (0..MOST_NOTES + 2)
        .map(|n| json!({"id": format!("n{n}"), "text": "Gout.", "codes": [code("M10.9", &[[0, 4]]), code("M10.9", &[[0, 4]])]}))
        .collect();
    for page in [small(), page(&many, &[])] {
        let ids: Vec<&str> = attributes(&page, "id").collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len());
        for to in attributes(&page, "href").filter_map(|to| to.strip_prefix('#')) {
            assert!(known.contains(to), "{to}");
        }
    }
}

#[test]
fn a_large_corpus_is_capped_and_says_so() {
    let note = |n: usize| json!({"id": format!("n{n}"), "text": "Gout.", "codes": [code("M10.9", &[[0, 4]])]});
    let gold: Vec<Value> = (0..MOST_NOTES + 2).map(note).collect();
    let page = page(&gold, &[]);
    assert_eq!(page.matches("<details class=\"note\">").count(), MOST_NOTES);
    assert!(page.contains(&format!("The first {MOST_NOTES} of {} notes with mistakes", MOST_NOTES + 2)));
    assert!(page.contains("<li>and 102 more</li>"), "links of a kind are capped too");
}

#[test]
fn the_same_evaluation_gives_the_same_bytes() {
    assert_eq!(small(), small());
}
