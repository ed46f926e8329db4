//! Texts that no one should send and some day someone does: coding them never fails, and what it says still points into the text.

mod common;

use std::sync::LazyLock;

use common::{drafted, file, icdraft, icdraft_with, lines, rows, sample, samples, suggest};
use icdraft_note::{Encounter, Note, Unit};
use icdraft_suggest::{Coder, Config, Report};

static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::new(&Config::default()).expect("the embedded release loads"));

/// Codes a text in bytes and in the other units, and checks what must hold for any text.
#[track_caller]
fn code(text: &str) -> Report {
    let encounter = Encounter::of_note("odd", text);
    let report = CODER.code(&encounter);
    let check = |start: usize, end: usize, words: &str| {
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{start}..{end} cuts a character");
        assert_eq!(&text[start..end], words);
    };
    for suggestion in &report.suggestions {
        assert!(!suggestion.evidence.is_empty(), "{} without evidence", suggestion.code);
        for e in &suggestion.evidence {
            check(e.start, e.end, &e.text);
            assert!(!e.text.trim().is_empty());
        }
    }
    for refused in &report.not_coded {
        check(refused.start, refused.end, &refused.text);
        if let Some(cue) = &refused.cue {
            check(cue.start, cue.end, &cue.text);
        }
    }
    for query in &report.queries {
        assert!(text.is_char_boundary(query.start) && text.is_char_boundary(query.end) && query.start < query.end);
    }
    for unit in [Unit::Chars, Unit::Utf16, Unit::Bytes] {
        let json =
            serde_json::to_string(&report.clone().in_unit(&encounter, unit)).expect("a report always serialises");
        let back: Report = serde_json::from_str(&json).expect("and is read back");
        assert_eq!(back.offsets, unit);
    }
    report
}

fn codes(report: &Report) -> Vec<(String, f64)> {
    report.suggestions.iter().map(|s| (s.code.clone(), s.confidence)).collect()
}

fn text_of(name: &str) -> String {
    std::fs::read_to_string(sample(name)).expect("samples are UTF-8")
}

#[test]
fn nothing_at_all() {
    for text in ["", " ", "\n", "\r\n\r\n", "\t \u{a0}\u{2003}\n", "\u{feff}"] {
        let report = code(text);
        assert!(report.suggestions.is_empty() && report.not_coded.is_empty() && report.queries.is_empty(), "{text:?}");
        if text != "\u{feff}" {
            assert!(report.warnings.iter().any(|w| w.contains("empty")), "{text:?}: {:?}", report.warnings);
        }
    }
}

#[test]
fn an_encounter_without_notes() {
    let report = CODER.code(&Encounter { id: "none".into(), ..Encounter::default() });
    assert!(report.suggestions.is_empty());
}

#[test]
fn an_empty_note_from_the_command_line() {
    let report = suggest("", &[]);
    assert!(rows(&report, "warnings").iter().any(|w| w.as_str().unwrap().contains("empty")));
    let table = icdraft_with(&["suggest", "-"], b"").expect(0).out;
    assert!(table.contains("nothing to draft") && table.contains("warning:"), "{table}");
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "empty.txt", "");
    let annotation = icdraft(&["annotate", path.to_str().unwrap()]).expect(0).json();
    assert!(rows(&annotation, "mentions").is_empty());
}

#[test]
fn five_megabytes() {
    let one = text_of("clinic");
    let text = one.repeat(5_000_000 / one.len() + 1);
    assert!(text.len() >= 5_000_000);
    let report = code(&text);
    let once = code(&one);
    for line in once.suggestions.iter().filter(|s| s.draft) {
        assert!(report.suggestions.iter().any(|s| s.code == line.code), "{} is lost in the long note", line.code);
    }
}

#[test]
fn invalid_bytes_are_replaced_and_counted() {
    let mut bytes = b"ASSESSMENT:\n1. Hypertension \xff\xfe stable.\n".to_vec();
    bytes.extend(b"2. Acute appendicitis. \xc3(\n");
    let run = icdraft_with(&["suggest", "-", "--format", "json"], &bytes).expect(0);
    let report = run.json();
    let warning = rows(&report, "warnings")[0].as_str().unwrap();
    assert!(warning.contains('3') && warning.contains("UTF-8"), "{warning}");
    assert!(drafted(&report, "ICD-10-CM").contains(&"I10".to_owned()));
    common::check_spans(&report, &String::from_utf8_lossy(&bytes), "chars");
    // In JSON lines too.
    let folder = tempfile::tempdir().unwrap();
    let input = file(folder.path(), "in.jsonl", b"{\"id\":\"a\",\"text\":\"ASSESSMENT: Gout \xff.\"}\n".as_slice());
    let out = folder.path().join("out.jsonl");
    icdraft(&["batch", input.to_str().unwrap(), "--out", out.to_str().unwrap()]).expect(0);
    assert!(rows(&lines(&out)[0], "warnings")[0].as_str().unwrap().contains("UTF-8"));
    // Nothing but junk.
    let junk: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    icdraft_with(&["suggest", "-"], &junk).expect(0);
}

#[test]
fn windows_line_ends_change_nothing() {
    for (name, text) in samples() {
        assert!(!text.contains('\r'));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(codes(&code(&text)), codes(&code(&windows)), "{name}");
    }
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    for (name, text) in samples() {
        assert_eq!(codes(&code(&text)), codes(&code(&format!("\u{feff}{text}"))), "{name}");
    }
    let one = "POSTOPERATIVE DIAGNOSIS: Acute appendicitis.";
    assert_eq!(codes(&code(one)), codes(&code(&format!("\u{feff}{one}"))), "a header that the mark stands before");
}

#[test]
fn nul_and_control_characters_are_told() {
    let report = code("ASSESSMENT:\n1. Hypertension.\0\0\n2. Acute\u{1} appendicitis\u{7f}\u{85}.\n");
    assert!(report.warnings.iter().any(|w| w.contains("control")), "{:?}", report.warnings);
    assert!(codes(&report).iter().any(|c| c.0 == "I10"));
    code("\0");
    code(&"\0".repeat(10_000));
    // UTF-16 read as bytes.
    let wide: String = "ASSESSMENT: Gout.\n".chars().flat_map(|c| [c, '\0']).collect();
    assert!(!code(&wide).warnings.is_empty());
}

#[test]
fn markup() {
    code(
        r"{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}\f0\fs24 {\b POSTOPERATIVE DIAGNOSIS:} Right inguinal hernia.\par\pard\tx720 \'e9\u233? }",
    );
    code(
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Note</title><text>Hypertension&nbsp;&lt;stable&gt;</text></ClinicalDocument>",
    );
    code("MSH|^~\\&|A|B|||20260504||MDM^T02|1|P|2.5\rOBX|1|TX|||POSTOPERATIVE DIAGNOSIS: Gout.\r");
    code("{\"id\": \"a\", \"text\": \"Hypertension\"}");
    code("%PDF-1.7\n%âãÏÓ\n1 0 obj<</Type/Catalog>>endobj");
    code("# Assessment\n\n* **Hypertension**\n* _Gout_\n\n| a | b |\n|---|---|\n");
}

#[test]
fn no_headers_at_all() {
    let report =
        code("the patient was seen for hypertension and had an acute appendicitis, no chest pain was reported");
    assert!(report.suggestions.iter().any(|s| s.code == "I10"), "{:?}", codes(&report));
    assert!(report.not_coded.iter().any(|r| r.text == "chest pain" && r.reason == "negated"), "{:?}", report.not_coded);
}

#[test]
fn one_enormous_line() {
    let line = text_of("emergency").split_whitespace().collect::<Vec<_>>().join(" ");
    code(&line.repeat(200));
    code(&"no ".repeat(50_000));
    code(&"right left ".repeat(20_000));
    code(&"hypertension ".repeat(20_000));
    code(&"a".repeat(1_000_000));
    code(&"A:".repeat(50_000));
    code(&"PLAN:\n".repeat(20_000));
    code(&"1. ".repeat(50_000));
}

#[test]
fn lone_punctuation() {
    for c in ".,:;-–—*•?!/\\|()[]{}<>\"'`~^=+_#@&%$".chars() {
        for text in [
            c.to_string(),
            format!("{c}{c}{c}"),
            format!(" {c}\n{c}"),
            format!("1{c}"),
            format!("A{c}"),
            format!("{c} "),
            format!("PLAN{c}"),
            format!("no{c}gout"),
        ] {
            code(&text);
        }
    }
    code("R");
    code("L ");
    code("1.");
    code("o");
    code("a)");
    code("12)");
    code("PLAN:-");
    code("PLAN - ");
    code("- -");
}

#[test]
fn emoji_and_combining_marks() {
    let report = code(
        "😀👨‍👩‍👧 ASSESSMENT:\n1. Hype\u{301}rtension 😀.\n2. Hypertension\u{301}.\n3. Me\u{301}nie\u{300}re disease, 𝐫𝐢𝐠𝐡𝐭 ear.\n4. Gout 🦶🏽, left foot.\n",
    );
    assert!(!report.suggestions.is_empty());
    for text in [
        "\u{301}",
        "\u{301}\u{301}\u{301}",
        "🇺🇸🇺🇸",
        "İstanbul İ: ẞ ß ŉ ǰ ﬁ ﬀ",
        "ﬁbromyalgia and oﬃce",
        "ＨＹＰＥＲＴＥＮＳＩＯＮ",
        "½ ² ³ Å K Ω",
        "مرحبا: ضغط",
        "\u{202e}tuog",
        "no\u{200b}evidence of gout",
        "left\u{a0}knee\u{a0}pain",
        "K\u{212a} PLAN\u{ff1a} Gout",
        "ＰＬＡＮ: gout",
        "İ".repeat(100).as_str(),
        "ﷺ".repeat(100).as_str(),
    ] {
        code(text);
        code(&format!("ASSESSMENT: {text} hypertension, {text} right knee osteoarthritis.\n{text}: gout\n{text}\n"));
    }
}

/// Notes of one encounter that share an id: odd, and no reason to stop.
#[test]
fn notes_with_the_same_id() {
    let note = |text: &str| Note { id: "n".into(), text: text.into(), ..Note::default() };
    let encounter = Encounter {
        id: "e".into(),
        notes: vec![note("é"), note("ASSESSMENT: Hypertension. Denies chest pain.")],
        ..Encounter::default()
    };
    let report = CODER.code(&encounter);
    for unit in [Unit::Chars, Unit::Utf16, Unit::Bytes] {
        serde_json::to_string(&report.clone().in_unit(&encounter, unit)).unwrap();
    }
}

#[test]
fn renamed_notes_keep_apart() {
    let note = |id: &str, text: &str| Note { id: id.into(), text: text.into(), ..Note::default() };
    let notes = vec![note("a", ""), note("a", "ééééééééé"), note("a#2", "My gout.")];
    let encounter = Encounter { id: "e".into(), notes, ..Encounter::default() };
    let report = CODER.code(&encounter).in_unit(&encounter, Unit::Chars);
    let ids: std::collections::BTreeSet<_> = report.encounter.notes.iter().map(|n| &n.id).collect();
    assert_eq!(ids.len(), 3);
}

/// Any cut through a note is a note: at every character of the samples' first part, and every line dropped.
#[test]
fn cut_off_anywhere() {
    let text = text_of("emergency").replace("wrist", "wríst😀");
    for (at, _) in text.char_indices().step_by(7) {
        code(&text[..at]);
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for skip in 0..lines.len() {
        code(&lines.iter().enumerate().filter(|(n, _)| *n != skip).map(|(_, l)| *l).collect::<String>());
    }
}
