//! Each format is read as its fixture was annotated: the words that the spans cut out, by hand.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use icdraft_corpus::judged::Polarity;
use icdraft_corpus::reader::{CodesIn, Converted, Corpus, Format, Options, Pieces, read};
use icdraft_corpus::text::sha256;
use icdraft_corpus::{Certainty, CharSpan, GoldNote, JudgedSpan};
use icdraft_note::{Billing, Setting};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn convert(format: Format, path: &Path, options: &Options) -> Converted {
    read(format, path, options, &|| {}).unwrap()
}

fn gold(converted: &Converted) -> &[GoldNote] {
    match &converted.corpus {
        Corpus::Gold(notes) => notes,
        Corpus::Judged(_) => panic!("notes are expected"),
    }
}

fn words(note: &GoldNote, span: CharSpan) -> String {
    note.text.chars().skip(span.start).take(span.end - span.start).collect()
}

/// `system code modifiers rank certainty: "words" "words"`, one a code.
fn lines(note: &GoldNote) -> Vec<String> {
    let line = |code: &icdraft_corpus::GoldCode| {
        let quotes: Vec<String> = code.evidence_spans.iter().map(|s| format!("\"{}\"", words(note, *s))).collect();
        let rank = code.rank.map(|r| format!(" #{r}")).unwrap_or_default();
        let modifiers = code.modifiers.iter().map(|m| format!("-{m}")).collect::<String>();
        let mark = if code.certainty == Certainty::Arguable { "?" } else { "" };
        format!("{} {}{modifiers}{rank}{mark}: {}", code.system, code.code, quotes.join(" "))
    };
    note.codes.iter().map(line).collect()
}

/// `reason code "words"`, one a distractor.
fn distractors(note: &GoldNote) -> Vec<String> {
    note.not_coded.iter().map(|d| format!("{} {} \"{}\"", d.reason, d.wrong_code, words(note, d.span))).collect()
}

/// A copy of a fixture with one file changed, under its own name.
fn changed(folder: &str, file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &target);
            } else {
                fs::copy(&path, &target).unwrap();
            }
        }
    }
    let copied = tempfile::tempdir().unwrap();
    copy(&fixture(folder), copied.path());
    let path = copied.path().join(file);
    fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    copied
}

fn says(format: Format, path: &Path, options: &Options) -> String {
    read(format, path, options, &|| {}).unwrap_err().to_string()
}

#[test]
fn brat_with_codes_in_normalizations() {
    let read = convert(Format::Brat, &fixture("brat"), &Options { split: Some("dev".into()), ..Options::default() });
    let [note] = gold(&read) else { panic!("one note") };
    assert_eq!((note.id.as_str(), note.split.as_deref()), ("ward/visit", Some("dev")));
    assert_eq!((note.schema.as_deref(), &note.sha256), (Some("1.0"), &sha256(&note.text)));
    assert_eq!(
        lines(note),
        [
            r#"ICD-10-CM K40.90 #1: "Right inguinal hernia" "Hernia""#,
            r#"ICD-10-CM M10.03?: "gout" "wrist""#,
            r#"CPT 49505-RT: "hernia repair with mesh""#,
        ]
    );
    assert_eq!(distractors(note), [r#"negated J45.909 "asthma""#, r#"family C50.919 "breast cancer""#]);
    let [left] = &read.left_out[..] else { panic!("the remark has no code") };
    assert_eq!(left.line, 7);
    assert!(left.why.contains("`Remark` has no code"), "{}", left.why);
}

#[test]
fn brat_with_codes_in_notes_or_labels() {
    let note = Options { codes_in: CodesIn::Note, pieces: Pieces::Joined, ..Options::default() };
    let read = convert(Format::Brat, &fixture("brat/ward/visit.ann"), &note);
    // The remark in the second note is no code; T2, T3, T4, T6 and T7 have none.
    assert_eq!(gold(&read)[0].id, "visit");
    assert_eq!(
        lines(&gold(&read)[0]),
        [
            r#"ICD-10-CM K40.90 #1: "Right inguinal hernia""#,
            r#"CPT 49505-RT: "hernia repair with mesh""#,
            r#"CPT 49568-RT: "hernia repair with mesh""#,
        ]
    );
    assert_eq!(read.left_out.len(), 5);

    let label =
        changed("brat", "ward/visit.ann", |_| "T1\tM10.03 50 54;70 75\tgout wrist\n".replace("50 54;70 75", &places()));
    let options = Options { codes_in: CodesIn::Label, pieces: Pieces::Joined, ..Options::default() };
    let read = convert(Format::Brat, label.path(), &options);
    assert_eq!(lines(&gold(&read)[0]), [r#"ICD-10-CM M10.03: "gout of the toe and wrist""#]);
}

/// Where "gout" and "wrist" stand, in code points.
fn places() -> String {
    let text = fs::read_to_string(fixture("brat/ward/visit.txt")).unwrap();
    let at = |word: &str| {
        let start = text[..text.find(word).unwrap()].chars().count();
        format!("{start} {}", start + word.len())
    };
    format!("{};{}", at("gout"), at("wrist"))
}

#[test]
fn brat_attributes_can_be_the_users_own() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("own.tsv");
    fs::write(&table, "on\tname\tvalue\tbecomes\nattribute\tNegation\t*\thistorical\n").unwrap();
    let options = Options { attributes: Some(table), ..Options::default() };
    let read = convert(Format::Brat, &fixture("brat"), &options);
    // Only what the table says counts: the label of the family history and the modifier say nothing now.
    assert_eq!(distractors(&gold(&read)[0]), [r#"historical J45.909 "asthma""#]);
    assert!(lines(&gold(&read)[0]).contains(&r#"ICD-10-CM C50.919: "breast cancer""#.to_owned()));
}

#[test]
fn brat_errors_name_file_line_and_cure() {
    let at = |change: fn(String) -> String, options: &Options| {
        let folder = changed("brat", "ward/visit.ann", change);
        says(Format::Brat, folder.path(), options)
    };
    let plain = Options::default();
    let moved = at(|ann| ann.replace("\tasthma\nT4", "\tastmha\nT4"), &plain);
    assert!(moved.contains("visit.ann, line 3: the offsets do not cut out the words"), "{moved}");
    assert!(!moved.contains("asthma") && !moved.contains("astmha"), "note text in an error: {moved}");
    let outside = at(|_| "T1\tDiagnosis 0 999\tx\n".into(), &plain);
    assert!(outside.contains("line 1: span 0 999 is empty or outside"), "{outside}");
    let twice = at(|ann| ann.replace("T2\t", "T1\t"), &plain);
    assert!(twice.contains("line 2: a second annotation of this name"), "{twice}");
    let offsets = at(|_| "T1\tDiagnosis 0-9\tx\n".into(), &plain);
    assert!(offsets.contains("`start end`"), "{offsets}");
    let code = at(|ann| ann.replace("CPT:49505\t", "CPT:hernia\t"), &plain);
    assert!(code.contains("no code after the annotation"), "{code}");
    let rank = at(|ann| ann.replace("Rank T1 1", "Rank T1 first"), &plain);
    assert!(rank.contains("line 10: attribute `rank` needs a whole number"), "{rank}");
    let empty = tempfile::tempdir().unwrap();
    assert!(says(Format::Brat, empty.path(), &plain).contains("no .ann files"));
    let lost = changed("brat", "ward/visit.ann", |ann| ann);
    fs::remove_file(lost.path().join("ward/visit.txt")).unwrap();
    assert!(says(Format::Brat, lost.path(), &plain).contains("visit.txt"));
}

#[test]
fn codiesp_joins_its_tracks() {
    let read = convert(Format::Codiesp, &fixture("codiesp/dev"), &Options::default());
    let [first, second] = gold(&read) else { panic!("two notes have texts") };
    assert_eq!((first.id.as_str(), first.split.as_deref()), ("caso-1", Some("dev")));
    assert_eq!(
        lines(first),
        [
            r#"ICD-10-CM R50.9: "fiebre""#,
            r#"ICD-10-CM M00.9: "artritis séptica" "rodilla""#,
            r#"ICD-10-PCS BQ0DZZZ: "radiografía simple""#,
        ]
    );
    // The offsets of the last row are wrong on purpose: the code stays, its evidence does not.
    assert_eq!(lines(second), ["ICD-10-CM J45.909: "]);
    let why: Vec<&str> = read.left_out.iter().map(|l| l.why.as_str()).collect();
    assert_eq!(why.len(), 3, "{why:?}");
    assert!(why[0].starts_with("1 texts have no row"), "{why:?}");
    assert!(why[1].starts_with("no text of `caso-3`"), "{why:?}");
    assert!(why[2].contains("offsets do not cut out") && read.left_out[2].line == 4, "{why:?}");

    let joined = Options { pieces: Pieces::Joined, ..Options::default() };
    let read = convert(Format::Codiesp, &fixture("codiesp/dev"), &joined);
    assert_eq!(lines(&gold(&read)[0])[1], r#"ICD-10-CM M00.9: "artritis séptica de la rodilla""#);
}

#[test]
fn codiesp_tables_of_one_track_and_the_flattened_form() {
    let read = convert(Format::Codiesp, &fixture("codiesp/dev/devP.tsv"), &Options::default());
    assert_eq!(lines(&gold(&read)[0]), ["ICD-10-PCS BQ0DZZZ: "]);
    let flat = convert(Format::Codiesp, &fixture("codiesp/flat.jsonl"), &Options::default());
    assert_eq!(lines(&gold(&flat)[0]), ["ICD-10-CM J45.909: ", "ICD-10-CM R05: "]);
}

#[test]
fn codiesp_offsets_on_translations_are_refused() {
    let english = tempfile::tempdir().unwrap();
    fs::write(
        english.path().join("caso-1.txt"),
        "A patient with fever and septic arthritis of the right knee. X-ray of it.",
    )
    .unwrap();
    let options = Options { text: Some(english.path().to_owned()), ..Options::default() };
    let error = says(Format::Codiesp, &fixture("codiesp/dev/devX.tsv"), &options);
    assert!(error.contains("Spanish texts (text_files)"), "{error}");
    // The document-level tracks may go with translations.
    let read = convert(Format::Codiesp, &fixture("codiesp/dev/devD.tsv"), &options);
    assert_eq!(lines(&gold(&read)[0]), ["ICD-10-CM R50.9: ", "ICD-10-CM M00.9: "]);
}

#[test]
fn codiesp_errors_name_file_line_and_cure() {
    let at = |file: &str, change: fn(String) -> String| {
        let folder = changed("codiesp/dev", file, change);
        says(Format::Codiesp, folder.path(), &Options::default())
    };
    let label = at("devX.tsv", |t| t.replacen("DIAGNOSTICO", "DIAGNOSIS", 1));
    assert!(label.contains("devX.tsv, line 1: the label is neither"), "{label}");
    let columns = at("devD.tsv", |t| t.replace("caso-2\tj45.909", "caso-2"));
    assert!(columns.contains("devD.tsv, line 3: expected two columns"), "{columns}");
    let empty = tempfile::tempdir().unwrap();
    assert!(says(Format::Codiesp, empty.path(), &Options::default()).contains("no .tsv tables"));
}

#[test]
fn mdace_takes_its_texts_from_the_table_of_mimic() {
    let options = Options { text: Some(fixture("mdace/NOTEEVENTS.csv")), ..Options::default() };
    let read = convert(Format::Mdace, &fixture("mdace/Inpatient"), &options);
    let [summary, nursing] = gold(&read) else { panic!("two notes have texts") };
    assert_eq!((summary.id.as_str(), summary.cluster.as_deref()), ("31", Some("700")));
    assert_eq!(summary.kind.as_deref(), Some("Discharge summary"));
    assert_eq!((summary.setting, summary.billing), (Some(Setting::Inpatient), Some(Billing::Facility)));
    assert_eq!(
        lines(summary),
        [
            r#"ICD-10-CM J18.9: "pneumonia" "Pneumonia""#,
            r#"ICD-10-CM I10: "HTN""#,
            r#"ICD-10-PCS 5A1935Z: "ventilated 10 h""#,
        ]
    );
    assert_eq!(summary.codes[1].title.as_deref(), Some("Essential (primary) hypertension"));
    assert_eq!((nursing.id.as_str(), nursing.codes.len()), ("33", 0));
    let [left] = &read.left_out[..] else { panic!("note 32 has no text") };
    assert!(left.why.starts_with("no text of note 32"), "{}", left.why);
}

#[test]
fn mdace_errors_name_the_annotation() {
    let file = "Inpatient/ICD-10/1.0/700-ICD-10.json";
    let at = |change: fn(String) -> String| {
        let folder = changed("mdace", file, change);
        let options = Options { text: Some(folder.path().join("NOTEEVENTS.csv")), ..Options::default() };
        says(Format::Mdace, &folder.path().join("Inpatient"), &options)
    };
    let outside = at(|json| json.replacen("\"end\": 23", "\"end\": 2300", 1));
    assert!(outside.contains("700-ICD-10.json: note 31, annotation 1: span 14 2300 is empty or outside"), "{outside}");
    let covered = at(|json| json.replacen("\"code\": \"I10\"", "\"covered_text\": \"COPD\", \"code\": \"I10\"", 1));
    assert!(covered.contains("annotation 2: `covered_text` is not what the offsets cut out"), "{covered}");
    let twice = at(|json| json.replace("\"note_id\": 32", "\"note_id\": 31"));
    assert!(twice.contains("note 31 has been read before"), "{twice}");
    let shape = at(|json| json.replace("\"notes\"", "\"documents\""));
    assert!(shape.contains("missing field `notes`; expected an MDACE admission"), "{shape}");
    let table = tempfile::tempdir().unwrap();
    let path = table.path().join("notes.csv");
    fs::write(&path, "ROW_ID,BODY\n1,x\n").unwrap();
    let options = Options { text: Some(path), ..Options::default() };
    let column = says(Format::Mdace, &fixture("mdace/Inpatient"), &options);
    assert!(column.contains("notes.csv, line 1: no column TEXT"), "{column}");
}

#[test]
fn spans_of_one_id_make_one_note() {
    let read = convert(Format::Spans, &fixture("spans/knee.jsonl"), &Options::default());
    let [note] = gold(&read) else { panic!("one note") };
    assert_eq!(
        lines(note),
        [r#"ICD-10-CM M25.562: "Left knee pain" "left knee""#, r#"CPT 20610-LT?: "Injected the left knee""#]
    );
    assert_eq!(distractors(note), [r#"negated M25.462 "effusion""#]);
    let at = |change: fn(String) -> String| {
        let folder = changed("spans", "knee.jsonl", change);
        says(Format::Spans, &folder.path().join("knee.jsonl"), &Options::default())
    };
    let none = at(|lines| lines.replacen("\"text\"", "\"body\"", 1));
    assert!(none.contains("line 1: no text of `knee`"), "{none}");
    let system = at(|lines| lines.replace("20610", "knee"));
    assert!(system.contains("line 3: this is no code of a known system"), "{system}");
    let outside = at(|lines| lines.replacen("\"end\": 28", "\"end\": 280", 1));
    assert!(outside.contains("line 1: span 14 280"), "{outside}");
}

#[test]
fn the_negex_kit_gives_spans_to_judge() {
    let read = convert(Format::Negex, &fixture("negex/kit.tsv"), &Options::default());
    let Corpus::Judged(spans) = &read.corpus else { panic!("spans are expected") };
    let shown = |s: &JudgedSpan| {
        let words: String = s.text.chars().skip(s.start).take(s.end - s.start).collect();
        (s.id.clone(), s.cluster.clone().unwrap(), words, s.polarity)
    };
    let row =
        |id: &str, report: &str, words: &str, polarity| (id.to_owned(), report.to_owned(), words.to_owned(), polarity);
    assert_eq!(
        spans.iter().map(shown).collect::<Vec<_>>(),
        [
            row("0", "1", "PLEURAL  EFFUSION", Polarity::Negated),
            row("1", "1", "COUGH", Polarity::Affirmed),
            row("3", "2", "fever", Polarity::Affirmed),
        ]
    );
    assert_eq!(spans[0].text, "The film shows \"no\" PLEURAL  EFFUSION, as before.");
    assert_eq!(read.left_out.iter().map(|l| l.line).collect::<Vec<_>>(), [4]);
    let folder = changed("negex", "kit.tsv", |kit| kit.replacen("\tAffirmed", "\tYes", 1));
    let error = says(Format::Negex, &folder.path().join("kit.tsv"), &Options::default());
    assert!(error.contains("line 3: the polarity is neither"), "{error}");
}

#[test]
fn gold_of_ones_own_gets_version_and_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gold.jsonl");
    fs::write(&path, "{\"id\": \"a\", \"text\": \"Gout.\", \"codes\": [], \"coder\": 7}\n").unwrap();
    let options = Options { set: Some("clinic".into()), ..Options::default() };
    let read = convert(Format::Jsonl, &path, &options);
    let [note] = gold(&read) else { panic!("one note") };
    assert_eq!((note.schema.as_deref(), note.set.as_str()), (Some("1.0"), "clinic"));
    // printf 'Gout.' | sha256sum
    assert_eq!(note.sha256, "d52f39c7165dfce17dd1a1a96d97c52ba1e9ac491f2c3e7dc2c93b56b3121a19");
    fs::write(&path, "{\"schema\": \"2.0\", \"id\": \"a\", \"text\": \"Gout.\", \"codes\": []}\n").unwrap();
    let later = says(Format::Jsonl, &path, &Options::default());
    assert!(later.contains("gold.jsonl, line 1: format version `2.0`") && later.contains("update icdraft"), "{later}");
}
