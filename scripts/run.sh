#!/usr/bin/env bash
# Bursar with play money: sets up, builds, starts the sandbox (a whole provider on this machine) and opens the app, already
# connected to the sandbox. Everything ends with the app. The data is separate from a real Bursar's and starts empty each
# time, like the sandbox's chains. The key is only in memory, so that no keyring is needed or filled.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

readonly home="${XDG_DATA_HOME:-$HOME/.local/share}/bursar-sandbox"
sandbox=''
key=''

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
  BURSAR_API_KEY="$key" target/debug/bursar-desktop --home "$home/app" &
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
  local network user
  key="$(from_ready api_key)"
  network="$(from_ready network)"
  user="$(from_ready user)"
  BURSAR_API_KEY="$key" target/debug/bursar --home "$home/app" \
    account add fluence --network "$network" --address "$user" --label Sandbox
}

from_ready() { # NAME: that member of "fluence" in the ready line
  node -e 'process.stdout.write(JSON.parse(process.argv[1]).fluence[process.argv[2]])' "$line" "$1"
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
