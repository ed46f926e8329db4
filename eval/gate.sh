#!/usr/bin/env bash
# Holds the accuracy figures against eval/gates.tsv. Exit 1 where a gate fails or cannot be read.
#
# usage: eval/gate.sh [GATES.tsv]
# ICDRAFT: the binary to measure; where not set, the release build is brought up to date and used.
set -euo pipefail
gates=$(realpath "${1:-"$(dirname "$0")/gates.tsv"}")
cd "$(dirname "$0")/.."

if ! command -v python3 > /dev/null; then
    echo "skipped: accuracy gates, python3 is not installed"
    exit 0
fi
if [[ -n ${ICDRAFT:-} ]]; then
    icdraft=("$ICDRAFT")
else
    icdraft=(cargo run --release --locked --quiet --)
fi
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT

failed=0
while IFS=$'\t' read -r corpus set; do
    if [[ ! -f $corpus ]]; then
        echo "skipped: gates of $set, $corpus is not here"
        continue
    fi
    # Exit code 2 says that some lines of the corpus were unusable; that is no measurement either.
    if ! "${icdraft[@]}" eval --gold "$corpus" --set "$set" --format json < /dev/null > "$figures"; then
        echo "FAILED $set: icdraft eval"
        failed=1
        continue
    fi
    python3 - "$gates" "$corpus" "$set" "$figures" << 'PYTHON' || failed=1
import json, sys

gates, corpus, chosen, path = sys.argv[1:]
try:
    report = json.load(open(path, encoding="utf-8"))
    figures = {f["name"]: f["value"] for f in report["figures"]}
except (ValueError, KeyError, TypeError) as error:
    sys.exit(f"FAILED {chosen}: icdraft eval printed no figures ({type(error).__name__})")
if not report["notes"]:
    sys.exit(f"FAILED {chosen}: no notes of this set in {corpus}")
failed = False
for number, line in enumerate(open(gates, encoding="utf-8"), 1):
    row = line.rstrip("\n").split("\t")
    if line.startswith("#") or row[:2] != [corpus, chosen]:
        continue
    if len(row) != 5 or row[3] not in ("at least", "at most"):
        sys.exit(f"FAILED {gates}:{number}: expected corpus, set, figure, `at least` or `at most`, value")
    name, bound, limit = row[2], row[3], float(row[4])
    value = figures.get(name)
    good = value is not None and (value >= limit if bound == "at least" else value <= limit)
    shown = "no such figure" if value is None else f"{value:.3f}"
    print(f"{'ok    ' if good else 'FAILED'} {chosen}: {name} {shown} ({bound} {limit:g})")
    failed |= not good
sys.exit(failed)
PYTHON
done < <(grep -v '^#' "$gates" | tail -n +2 | cut -f1,2 | uniq)

exit "$failed"
