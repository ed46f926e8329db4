#!/usr/bin/env bash
# Opens the page of the sample notes in Chromium, wide and narrow, light and dark, and fails where its layout or a link does not
# hold. Screenshots are left in target/page. Skipped, with a line that says so, where there is no browser to open it with.
#   .ci/page.sh              the page of corpora/samples
#   .ci/page.sh index.html   a page made before
set -euo pipefail
cd "$(dirname "$0")/.."

readonly work=target/page playwright=playwright-core@1.65.1
skip() { echo "skipped: the page in a browser, $*"; exit 0; }

find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

mkdir -p "$work"
browser=$(find_browser)
if [[ -z $browser && ${CI:-} == true && $EUID == 0 ]] && command -v apt-get > /dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } > "$work/apt.log" 2>&1 || true
    browser=$(find_browser)
fi
[[ -n $browser ]] || skip "no Chromium is installed"
command -v npm > /dev/null || skip "no npm to install $playwright with"
npm install --prefix "$work" --no-save --no-audit --no-fund --silent "$playwright" || skip "$playwright cannot be installed"

page=${1:-$work/index.html}
if [[ $# == 0 ]]; then
    cargo run --release --locked -q -- eval --gold corpora/samples/gold.jsonl --report "$work" > "$work/figures.txt"
fi
node .ci/page.cjs "$work" "$browser" "$page"
