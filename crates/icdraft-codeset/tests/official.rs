//! The embedded pack against the official order file, where a copy of it is at hand.

#![allow(clippy::print_stdout)] // says what it skips

use std::path::PathBuf;

use icdraft_codeset::loader::{SourceFile, order};
use icdraft_codeset::pack::{self, Contents};
use icdraft_codeset::{CodeSet, Releases, Validity, folded};

/// Folder with the official files: `ICDRAFT_OFFICIAL`, or `../shared/codesets/icd10cm` beside the checkout.
fn official() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/codesets/icd10cm");
    let folder = std::env::var_os("ICDRAFT_OFFICIAL").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no official files at {}", folder.display());
    None
}

#[test]
fn every_billable_code_and_title_of_the_order_file() {
    let set = CodeSet::embedded();
    assert_eq!(set.billable().count(), 74_719);
    let Some(folder) = official() else { return };
    let files = icdraft_codeset::loader::OfficialFiles::gather(&[folder]).unwrap();
    let SourceFile { name, text } = files.order.unwrap();
    let lines = order::read(&SourceFile { name, text }).unwrap();
    let mut billable = 0;
    for line in lines {
        if line.billable {
            billable += 1;
            assert!(set.is_billable(line.code), "{}", line.code);
            assert_eq!(folded(&set.title(line.code).unwrap()), folded(&line.title), "{}", line.code);
        } else {
            assert!(!set.is_billable(line.code), "{}", line.code);
        }
    }
    assert_eq!(billable, 74_719);
}

#[test]
fn building_again_gives_the_committed_bytes() {
    let Some(folder) = official() else { return };
    let (bytes, summary) = pack::build(std::slice::from_ref(&folder), Contents::Tabular).unwrap();
    assert!(summary.missing.is_empty() && summary.checked);
    assert_eq!(summary.absent, 76, "S06 codes whose 6th character is 7 or 8 take no D or S");
    let committed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/icd10cm-FY2026-04-01.pack")).unwrap();
    assert!(bytes == committed, "rebuild the pack: just pack");
    let (with_index, summary) = pack::build(&[folder], Contents::WithIndex).unwrap();
    assert_eq!(summary.index.len(), 4);
    let set = pack::decode("with index", &with_index).unwrap();
    assert!(set.index().iter().any(|e| e.path == ["Bunion"]));
}

#[test]
fn what_a_code_lacks() {
    let set = CodeSet::embedded();
    let validity = |code: &str| set.validity(code.parse().unwrap());
    assert_eq!(validity("S86.012A"), Validity::Billable);
    assert_eq!(validity("V89.2XXD"), Validity::Billable);
    assert_eq!(validity("V89.2"), Validity::NeedsSeventh(vec!['A', 'D', 'S']));
    assert_eq!(validity("S86"), Validity::NeedsMore);
    assert_eq!(validity("S06.0X7D"), Validity::Unknown);
    assert_eq!(validity("M17.9A"), Validity::Unknown);
    assert_eq!(
        set.title("S01.01XA".parse().unwrap()).unwrap(),
        "Laceration without foreign body of scalp, initial encounter"
    );
}

#[test]
fn notes_come_down_from_ancestors() {
    let set = CodeSet::embedded();
    let id = set.find("E11.621".parse().unwrap()).unwrap();
    let notes: Vec<_> = set.notes(id).map(|n| (set.name(n.from).to_owned(), n.kind)).collect();
    assert!(notes.iter().any(|(from, kind)| from == "E11.621" && *kind == icdraft_codeset::NoteKind::UseAdditional));
    assert!(notes.iter().any(|(from, kind)| from == "E11" && *kind == icdraft_codeset::NoteKind::Excludes1));
}

#[test]
fn the_date_of_service_picks_the_release() {
    let releases = Releases::load(&[]).unwrap();
    assert!(releases.on("2026-05-01".parse().unwrap()).1);
    assert!(!releases.on("2026-11-25".parse().unwrap()).1);
    assert!(releases.named("FY2031-10-01").is_err());
}

#[test]
fn foreign_and_damaged_packs_are_refused() {
    let good = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/icd10cm-FY2026-04-01.pack")).unwrap();
    let refused = |bytes: &[u8]| pack::decode("p", bytes).unwrap_err().to_string();
    assert!(refused(b"").contains("not an icdraft code pack"));
    assert!(refused(b"PK\x03\x04 a zip").contains("not an icdraft code pack"));
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(refused(&flipped).contains("damaged"));
    let mut newer = good.clone();
    newer[8] = 99;
    assert!(refused(&newer).contains("pack format 99"));
    for cut in [9, 20, 46, 60, good.len() - 1] {
        let _ = refused(&good[..cut]);
    }
}
