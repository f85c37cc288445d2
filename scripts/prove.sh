#!/usr/bin/env bash
# Proves the promises with real programs and prints a table: promise, tried, failed. The last line is `N proven, N failed`.
# usage: scripts/prove.sh [--short] [LINE…]
# A LINE is a number or a name as in tests/proofs (1, crash); all proofs run by default. --short tries a sample of each and
# takes six minutes at most. BURSAR_PROOF_JOBS proofs run in parallel (2). Logs: tests/artefacts/proofs/.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

readonly logs=tests/artefacts/proofs
readonly short_seconds=350
export BURSAR_PROOFS=full CARGO_TERM_COLOR=never NO_COLOR=1
wanted=()

main() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --short) BURSAR_PROOFS=short ;;
      -*) stop "usage: scripts/prove.sh [--short] [LINE…]" ;;
      *) wanted+=("$1") ;;
    esac
    shift
  done
  scripts/setup.sh test
  scripts/build.sh
  local -a proofs=()
  mapfile -t proofs < <(find tests/proofs -name '[0-9]*-*.ts' | sort -V)
  choose
  [ "${#proofs[@]}" -gt 0 ] || stop "There is no such proof: ${wanted[*]}"
  # The fuzz targets are built before the clock starts, like everything else.
  if [[ " ${proofs[*]} " == *"/10-fuzzing.ts "* ]]; then scripts/fuzz.sh build; fi
  mkdir -p "$logs"
  SECONDS=0
  local proof
  local -a lines=()
  for proof in "${proofs[@]}"; do lines+=("$logs/$(basename "$proof" .ts).json"); done
  longest_first
  for proof in "${proofs[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "${BURSAR_PROOF_JOBS:-2}" ]; do wait -n || true; done
    run "$proof" &
  done
  wait
  cat "${lines[@]}" >"$logs/lines"
  node --import tsx tests/proofs/table.ts "$logs/lines" | tee "$logs/table.md"
}

choose() { # reduces `proofs` to the wanted ones
  [ "${#wanted[@]}" -gt 0 ] || return 0
  local -a kept=()
  local proof name want
  for want in "${wanted[@]}"; do
    for proof in "${proofs[@]}"; do
      name="$(basename "$proof" .ts)"
      if [ "$want" = "$name" ] || [ "$want" = "${name%%-*}" ] || [ "$want" = "${name#*-}" ]; then kept+=("$proof"); fi
    done
  done
  mapfile -t proofs < <(printf '%s\n' "${kept[@]}" | sort -Vu | grep .)
}

longest_first() { # the fuzz targets take longest, and run at a low priority
  mapfile -t proofs < <(printf '%s\n' "${proofs[@]}" | sort -V | awk '/10-fuzzing/ { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }')
}

# Runs one proof with its output in its log. A proof that ends without a result (timeout, crash) has failed.
run() {
  local name limit=0 status=0
  name="$(basename "$1" .ts)"
  if [ "$BURSAR_PROOFS" = short ]; then limit=$((short_seconds > SECONDS ? short_seconds - SECONDS : 1)); fi
  local began=$SECONDS
  timeout --kill-after=10 "$limit" node --import tsx "$1" >"$logs/$name.out" 2>"$logs/$name.log" </dev/null || status=$?
  grep '^{"promise":' "$logs/$name.out" >"$logs/$name.json" || printf \
    '{"promise":%d,"name":"%s","what":"did not come to its end (exit status %d)","tried":0,"failed":1,"seconds":%d,"notes":""}\n' \
    "${name%%-*}" "${name#*-}" "$status" "$((SECONDS - began))" >"$logs/$name.json"
  if [ "$status" -ne 0 ]; then
    printf -- '--- of %s\n' "$logs/$name.log" >&2
    # Prints failures first: the end of the log may have only the counts of what succeeded.
    { grep -A 3 '^FAILED' "$logs/$name.log" || tail -n 40 "$logs/$name.log"; } | head -n 40 >&2
    printf -- '---\n' >&2
  fi
}

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

main "$@"
