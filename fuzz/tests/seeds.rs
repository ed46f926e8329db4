//! Replays what is in `corpus/`: with cargo alone, no fuzzer needed.

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "few seeds in {}", folder.display());
    let fails = |path: &&std::path::PathBuf| {
        let input = std::fs::read(path).unwrap();
        std::panic::catch_unwind(|| check(&input)).is_err()
    };
    let failed: Vec<_> = paths.iter().filter(fails).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn spans() {
    replay("spans", icdraft_fuzz::spans::check);
}

#[test]
fn sections() {
    replay("sections", icdraft_fuzz::sections::check);
}

#[test]
fn assertion() {
    replay("assertion", icdraft_fuzz::assertion::check);
}

#[test]
fn coder() {
    replay("coder", icdraft_fuzz::coder::check);
}
