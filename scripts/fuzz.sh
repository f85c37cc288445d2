#!/usr/bin/env bash
# Fuzzes the code that reads bytes from elsewhere: builds the targets of fuzz/ and runs each for some seconds on its corpus.
# usage: scripts/fuzz.sh [SECONDS [TARGET…]]     (60 seconds a target; 0: only the corpus, once)
#        scripts/fuzz.sh build
# The targets have cargo-fuzz's form: `cargo fuzz run links` does the same if cargo-fuzz and a nightly compiler are
# installed. This script needs neither: the stable compiler has the coverage counters. It lacks only the address sanitizer,
# and the fuzzed code has no unsafe blocks. Prints a line for each target, and keeps an input that breaks a target in
# fuzz/artifacts/TARGET. BURSAR_FUZZ_JOBS targets run in parallel (1).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root/fuzz"

readonly seconds="${1:-60}"
shift || true
readonly coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 --cfg fuzzing"
readonly out="$root/target/fuzz"
machine="$(rustc -vV | sed -n 's/^host: //p')"

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(sed -n 's/^name = "\(.*\)"/\1/p' Cargo.toml | tail -n +2)
fi

# The target is named, so that build scripts and macros are built without the counters.
RUSTFLAGS="$coverage" cargo build --quiet --locked --release --target "$machine" --target-dir "$out"
if [ "$seconds" = build ]; then exit 0; fi

# Runs one target for its time, prints how it ended, and leaves a mark if it failed.
fuzz() {
  local target=$1 log="$out/$1.log"
  mkdir -p "artifacts/$target" "$out/corpus/$target"
  local limit=(-max_total_time="$seconds")
  if [ "$seconds" -eq 0 ]; then limit=(-runs=0); fi
  # New inputs are kept with the build; the repository has chosen ones only.
  # `nice`: nobody waits for an input, but programs beside it may have deadlines.
  if nice -n 10 "$out/$machine/release/$target" "${limit[@]}" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="artifacts/$target/" "$out/corpus/$target" "corpus/$target" >"$log" 2>&1; then
    printf '%-14s ok      %s runs\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p; s/^Done \([0-9]*\) runs.*/\1/p' "$log" | head -n 1)"
  else
    touch "$out/failed"
    printf '%-14s FAILED  see target/fuzz/%s.log\n' "$target" "$target"
    tail -n 20 "$log" >&2
  fi
}

rm -f "$out/failed"
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "${BURSAR_FUZZ_JOBS:-1}" ]; do wait -n; done
  fuzz "$target" &
done
wait
[ ! -e "$out/failed" ]
