#!/usr/bin/env bash
# Bursar with play money: sets up, builds, starts the sandbox (whole providers on this machine) and opens the app, already
# connected to two accounts: one of Fluence in USDC with its chain, one of today's Fluence in USD. Everything ends with the
# app. The data is separate from a real Bursar's and starts empty each time, like the sandbox's chains. The keys are only in
# memory, so that no keyring is needed or filled.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

readonly home="${XDG_DATA_HOME:-$HOME/.local/share}/bursar-sandbox"
sandbox=''
keys=''

main() {
  if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    stop "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): please run this in a desktop session."
  fi
  scripts/setup.sh run
  say "building (a few minutes the first time)"
  scripts/build.sh
  trap end EXIT
  trap 'exit 130' INT TERM HUP
  start_sandbox
  connect
  say "opening Bursar; the sandbox ends with it (Quit in the tray's menu, or Ctrl-C here)"
  BURSAR_API_KEYS="$keys" target/debug/bursar-desktop --home "$home/app" &
  wait $!
}

start_sandbox() {
  mkdir -p "$home"
  exec {lock}>"$home/lock"
  flock --nonblock "$lock" || stop "A sandbox with its app is running already; its data is in $home."
  rm -rf -- "$home/app" "$home/provider"
  mkdir -p "$home/app" "$home/provider"
  say "starting the sandbox"
  exec {ready}< <(exec target/debug/bursar-sandbox --home "$home/provider" 2>"$home/sandbox.log")
  sandbox=$!
  IFS= read -r -t 60 -u "$ready" line || stop "The sandbox did not start; $home/sandbox.log says why."
}

connect() {
  keys="$(printf '{"Sandbox": "%s", "Sandbox in USD": "%s"}' "$(from_ready fluence.api_key)" "$(from_ready today.api_key)")"
  add_account "$(from_ready fluence.network)" Sandbox --address "$(from_ready fluence.user)"
  add_account "$(from_ready today.network)" "Sandbox in USD"
}

add_account() { # NETWORK LABEL [further options]
  BURSAR_API_KEYS="$keys" target/debug/bursar --home "$home/app" \
    account add fluence --network "$1" --label "$2" "${@:3}"
}

from_ready() { # PATH: that member of the ready line, such as fluence.api_key
  node -e 'process.stdout.write(process.argv[2].split(".").reduce((value, name) => value[name], JSON.parse(process.argv[1])))' \
    "$line" "$1"
}

end() {
  local status=$?
  trap - EXIT
  # The app, if it still runs, and the sandbox, which ends its chains.
  # shellcheck disable=SC2046 # a list of numbers
  kill $(jobs -p) $sandbox 2>/dev/null || true
  wait 2>/dev/null || true
  exit "$status"
}

say() { printf 'run: %s\n' "$1" >&2; }

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

main
