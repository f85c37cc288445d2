#!/usr/bin/env bash
# Measures what docs/performance.md tells, on a release build and in the desktop session of the tests, and writes it there
# with the raw numbers in docs/performance.json. Wants a machine with nothing else to do, for about an hour.
# usage: scripts/bench.sh [--quick] [SHARE...]
# --quick: few and short runs with little data, printed and not written. SHARE: start memory idle notice history list sync
# next chain package herd; without any: all of them. A share takes the place of what it was in the table.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
scripts/setup.sh test
scripts/build.sh --release
cargo build --quiet --locked --release -p bare-window
cargo build --quiet --locked --release -p bursar-core --example measure
# Simulated with the time passed in: how fast the simulation itself is says nothing.
cargo test --quiet --locked -p bursar-core --test herd --no-run
# A release build lets nobody but root look into its memory; the session's own log level would cost time.
if [ "$(id -u)" -ne 0 ]; then
  echo "bench: only root can read the memory of a release build" >&2
  exit 2
fi
export BURSAR_TARGET_DIR="${BURSAR_TARGET_DIR:-$root/target/release}" RUST_LOG=warn BURSAR_LOG=warn
cd tests
exec node --import tsx bench/run.ts "$@"
