# Short names for what is done often. `just` lists them; `just ci` is what a change must pass.

set shell := ["bash", "-euo", "pipefail", "-c"]

_list:
    @just --list

# The release binary, target/release/icdraft
build:
    cargo build --release --locked

# Unit, integration and documentation tests
test:
    cargo test --workspace --locked

# Formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# API documentation; a broken link is an error
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Throughput over real-sized notes
bench:
    cargo bench --locked -p icdraft-benches

# The library's own name for its pack is in crates/icdraft-codeset/src/codeset.rs (DEFAULT_PACK).
# Rebuild the embedded pack from the official files: zips, folders or files
pack +official:
    cargo run --release --locked -- codes build --from {{ official }} --out crates/icdraft-codeset/data/icd10cm-FY2026-04-01.pack --tabular-only

# Accuracy on the sample notes, or on other annotated notes
eval gold="corpora/samples/gold.jsonl":
    cargo run --release --locked -- eval --gold {{ gold }}

# Accuracy against what it must keep (eval/*.toml); `just gate --refresh` writes eval/tables again
gate *options:
    cargo run --release --locked -- eval gate {{ options }}

# Everything that a change must pass
ci:
    .ci/run
