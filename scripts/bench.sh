#!/usr/bin/env bash
# Measures the figures of docs/performance.md, on a release build and in the desktop session of the tests, and writes them
# there, with the raw numbers in docs/performance.json. Takes about an hour, and needs a machine that does nothing else.
# usage: scripts/bench.sh [--quick] [SHARE...]
# --quick: few and short runs with little data, printed and not written. SHARE: start memory idle notice history list sync
# next chain package herd; all of them by default. A share replaces its earlier figures in the table.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
scripts/setup.sh test
scripts/build.sh --release
cargo build --quiet --locked --release -p bare-window
cargo build --quiet --locked --release -p bursar-core --example measure
# The herd is simulated with the time passed in, so the speed of its build does not matter.
cargo test --quiet --locked -p bursar-engine --test it --no-run
# Only root can read the memory of a release build. The session's own log level would cost time.
if [ "$(id -u)" -ne 0 ]; then
  echo "bench: only root can read the memory of a release build" >&2
  exit 2
fi
export BURSAR_TARGET_DIR="${BURSAR_TARGET_DIR:-$root/target/release}" RUST_LOG=warn BURSAR_LOG=warn
cd tests
exec node --import tsx bench/run.ts "$@"
