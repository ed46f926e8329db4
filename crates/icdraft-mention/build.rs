//! Compiles the lexicon files of `data/` into the library, whichever there are: a build without `data/cpt` works.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    let mut out = String::new();
    for (name, folder) in
        [("DIAGNOSIS", "data/diagnosis"), ("CPT", "data/cpt"), ("EXTENT", "data/cpt/extent"), ("HCPCS", "data/hcpcs")]
    {
        println!("cargo::rerun-if-changed={folder}");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .map(|entries| entries.filter_map(|e| Some(e.ok()?.path())).collect())
            .unwrap_or_default();
        files.retain(|p: &std::path::PathBuf| p.extension().is_some_and(|e| e == "tsv"));
        files.sort();
        let _ = writeln!(out, "pub(super) static {name}: &[(&str, &str)] = &[");
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
            let absolute = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
            let _ = writeln!(
                out,
                "    ({:?}, include_str!({:?})),",
                file.display().to_string(),
                absolute.display().to_string()
            );
        }
        out.push_str("];\n");
    }
    let target = Path::new(&std::env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("lexicons.rs");
    std::fs::write(target, out).expect("OUT_DIR is writable");
}
