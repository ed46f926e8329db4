//! The lexicons against themselves: no wording may stand for two codes unless a condition separates them.
#![allow(clippy::unwrap_used)] // a panic is the message

use std::collections::BTreeMap;
use std::path::Path;

use icdraft_mention::phrase::{parts, slots};

/// Every wording of a phrase, the parts sorted, since their order in a note is free.
fn wordings(phrase: &str) -> Vec<String> {
    let part = |part: &str| -> Vec<String> {
        slots(part).unwrap().iter().fold(vec![String::new()], |done, slot| {
            done.iter().flat_map(|d| slot.iter().map(move |w| format!("{d} {w}").trim().to_owned())).collect()
        })
    };
    let parts: Vec<Vec<String>> = parts(phrase).unwrap().into_iter().map(part).collect();
    parts.into_iter().fold(vec![String::new()], |done, alternatives| {
        done.iter().flat_map(|d| alternatives.iter().map(move |a| format!("{d}+{a}"))).collect()
    })
}

fn check(folder: &str, phrases: &str, code: &str) {
    let mut seen: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    let mut clashes = Vec::new();
    let Ok(files) = std::fs::read_dir(Path::new("data").join(folder)) else { return };
    // The tables of extents lie in a folder below.
    for file in files.map(|f| f.unwrap().path()).filter(|p| p.is_file()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#'));
        let names: Vec<&str> = lines.next().unwrap().1.split('\t').collect();
        let at = |name: &str| names.iter().position(|n| *n == name).unwrap();
        for (n, line) in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let when = columns.get(at("when")).copied().unwrap_or_default();
            let place = format!("{}:{}", file.display(), n + 1);
            for wording in columns[at(phrases)].split(" ; ").flat_map(wordings) {
                let now = (columns[at(code)].to_owned(), place.clone());
                match seen.get(&(wording.clone(), when.to_owned())) {
                    Some(before) if before.0 != now.0 => clashes.push(format!("{wording}: {before:?}, {now:?}")),
                    Some(_) => {}
                    None => {
                        seen.insert((wording, when.to_owned()), now);
                    }
                }
            }
        }
    }
    assert!(
        clashes.is_empty(),
        "{} wordings stand for two codes:\n{}",
        clashes.len(),
        clashes[..clashes.len().min(20)].join("\n")
    );
}

#[test]
fn a_diagnosis_wording_has_one_code() {
    check("diagnosis", "phrase", "target");
}

#[test]
fn a_procedure_wording_has_one_code() {
    check("cpt", "phrases", "code");
}

#[test]
fn a_wording_of_a_drug_or_supply_has_one_code() {
    check("hcpcs", "phrases", "code");
}

#[test]
fn a_bad_row_names_file_line_and_cure() {
    let set = icdraft_codeset::CodeSet::embedded();
    let read = |row: &str| {
        let text = format!("concept\tcode\tname\tphrases\tdose\tstrength\troute\n{row}\n");
        let file = icdraft_mention::LexiconFile { name: "mine.tsv".into(), text };
        icdraft_mention::Terminology::from_files(&set, &[], &[file]).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(read("a\tJ1885\tketorolac\tketorolac\t15 mg\t30 mg/mL\tparenteral"), Ok(()));
    for (row, problem) in [
        ("a\tD1110\tcleaning\tcleaning", "mine.tsv:2: `D1110` is shaped like no CPT and no HCPCS number"),
        ("a\tJ1885\tketorolac\tketorolac\t15", "mine.tsv:2: dose `15` is not a number with mg, mcg, g, units or mL"),
        ("a\tJ1885\tketorolac\tketorolac\t15 mg\t30 mg", "mine.tsv:2: strength `30 mg` is not an amount in each mL"),
        ("a\tJ1885\tketorolac\tketorolac\t15 mg\t\tnose", "mine.tsv:2: route `nose` is none of injected"),
    ] {
        let told = read(row).unwrap_err();
        assert!(told.starts_with(problem), "{told}");
    }
}

#[test]
fn an_add_on_has_primaries_in_the_lexicon() {
    let terminology =
        icdraft_mention::Terminology::new(&icdraft_codeset::CodeSet::embedded(), icdraft_mention::Procedures::Lexicon)
            .unwrap();
    for add_on in terminology.procedures().iter().filter(|p| !p.addon_of.is_empty()) {
        let primary = |code: &str| add_on.addon_of.iter().any(|p| code.starts_with(p.as_str()));
        let found = terminology.procedures().iter().any(|p| p.code != add_on.code && primary(&p.code));
        assert!(found, "{}: none of {:?} is in the lexicon", add_on.concept, add_on.addon_of);
    }
    let extents = terminology.extents();
    let named = extents.rows.iter().flat_map(|r| [&r.base, &r.code]).chain(extents.wounds.iter().map(|w| &w.code));
    let missing: Vec<&String> = named.filter(|code| terminology.procedure(code).is_none()).collect();
    assert!(missing.is_empty() || terminology.procedure("22551").is_none(), "not in the lexicon: {missing:?}");
}
