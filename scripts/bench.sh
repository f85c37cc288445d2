#!/usr/bin/env bash
# Measures what docs/performance.md tells, on a release build and in the desktop session of the tests, and writes it there.
# Wants a machine with nothing else to do, for about an hour and a half.
# usage: scripts/bench.sh [--quick] [SHARE...]
# --quick: few and short runs with little data, printed and not written. SHARE: sync start memory idle notice history
# herd package; without any: all of them.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
scripts/setup.sh test
scripts/build.sh --release
cargo build --quiet --locked --release -p bare-window
# Hidden processes of a release build can only be looked into by root; the session's own log level costs time as well.
if [ "$(id -u)" -ne 0 ]; then echo "bench: without root the memory of the app cannot be read" >&2; fi
export BURSAR_TARGET_DIR="${BURSAR_TARGET_DIR:-$root/target/release}" RUST_LOG=warn
cd tests
exec node --import tsx bench/run.ts "$@"
