#!/usr/bin/env bash
# Installs what building Bursar needs (`setup.sh run`) and what its tests need too (`setup.sh test`): Debian packages, if it
# may install them, and the npm packages of the lock file. It leaves alone what is already there, so a second run takes well
# under a second. Exit status 2: something is missing that it may not install, and it names what.
set -euo pipefail

readonly purpose="${1:-run}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly root
cd "$root"

# What must be there, the Debian package that has it, and its name for people.
readonly for_building="
cmd:cc|build-essential|a C compiler
cmd:pkg-config|pkg-config|pkg-config
lib:webkit2gtk-4.1|libwebkit2gtk-4.1-dev|WebKitGTK 4.1 with headers
lib:ayatana-appindicator3-0.1|libayatana-appindicator3-dev|Ayatana AppIndicator with headers
lib:librsvg-2.0|librsvg2-dev|librsvg with headers
lib:dbus-1|libdbus-1-dev|libdbus with headers
cmd:xdg-open|xdg-utils|xdg-utils
cmd:update-desktop-database|desktop-file-utils|desktop-file-utils
"
readonly for_testing="
cmd:WebKitWebDriver|webkit2gtk-driver|WebKitGTK's WebDriver
cmd:Xvfb|xvfb|Xvfb
cmd:openbox|openbox|openbox
cmd:wmctrl|wmctrl|wmctrl
cmd:xdotool|xdotool|xdotool
cmd:xprop|x11-utils|xprop
cmd:import|imagemagick|ImageMagick
cmd:dbus-daemon|dbus|dbus-daemon
cmd:gio|libglib2.0-bin|gio
cmd:gnome-keyring-daemon|gnome-keyring|gnome-keyring
cmd:secret-tool|libsecret-tools|secret-tool
cmd:appstreamcli|appstream|appstreamcli
cmd:notify-send|libnotify-bin|notify-send
cmd:chromium|chromium|Chromium
debian:firefox-esr|firefox-esr|Firefox ESR
cmd:keepassxc|keepassxc|KeePassXC
cmd:sqlite3|sqlite3|the sqlite3 program
cmd:python3|python3|Python 3
pip|python3-pip|pip for Python 3
font:DejaVu|fonts-dejavu-core|the DejaVu fonts
"

main() {
  case "$purpose" in
    run | test) ;;
    *) stop "usage: scripts/setup.sh run|test" ;;
  esac
  check_toolchains
  provide_system_packages
  provide_npm_packages
}

check_toolchains() {
  local wanted rust node
  wanted="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)"
  command -v cargo >/dev/null || stop "Rust $wanted or later is needed: see https://rustup.rs"
  rust="$(rustc --version | cut -d' ' -f2)"
  at_least "$rust" "$wanted" || stop "Rust $wanted or later is needed, this is $rust: rustup update stable"
  command -v npm >/dev/null || stop "Node.js 20.19 or later with npm is needed: see https://nodejs.org"
  node="$(node --version)"
  at_least "${node#v}" 20.19 || stop "Node.js 20.19 or later is needed, this is ${node#v}"
  if [ "$purpose" = test ]; then
    cargo clippy --version >/dev/null 2>&1 || stop "clippy is needed: rustup component add clippy"
    cargo fmt --version >/dev/null 2>&1 || stop "rustfmt is needed: rustup component add rustfmt"
  fi
}

provide_system_packages() {
  local missing
  missing="$(missing_of "$(wanted_lines)")"
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    stop "This is neither Debian nor Ubuntu. Please install, by your system's own means:
$(cut -d'|' -f3 <<<"$missing" | sed 's/^/  - /')"
  fi
  local packages
  packages="$(cut -d'|' -f2 <<<"$missing" | sort -u | tr '\n' ' ')"
  if [[ " $packages" == *" chromium "* ]] && ! apt-cache show chromium >/dev/null 2>&1; then
    packages="${packages/chromium /}"
    stop_if_only_chromium "$packages"
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || stop "Some Debian packages are missing, and there is no right to install them here. Please run:
  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages% }"
    as_root=(sudo -n)
  fi
  say "installing Debian packages: ${packages% }"
  quietly "${as_root[@]}" apt-get update -qq
  # shellcheck disable=SC2086 # a list of names
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
  missing="$(missing_of "$(wanted_lines)")"
  [ -z "$missing" ] || stop "still missing after installing:
$(cut -d'|' -f3 <<<"$missing" | sed 's/^/  - /')"
}

# Ubuntu offers Chromium only as a snap, which cannot be driven from a scratch folder.
stop_if_only_chromium() {
  stop "The tests drive a real browser, and this system offers no Chromium as a Debian package. Please install a Chromium
or Google Chrome that is not a snap, under the name 'chromium' in PATH, and then run:
  sudo apt-get update && sudo apt-get install --no-install-recommends ${1% }"
}

wanted_lines() {
  printf '%s' "$for_building"
  if [ "$purpose" = test ]; then printf '%s' "$for_testing"; fi
}

missing_of() { # LINES: prints those whose thing is not installed
  local line
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    is_there "${line%%|*}" || printf '%s\n' "$line"
  done <<<"$1"
}

is_there() {
  case "$1" in
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
    font:*) command -v fc-list >/dev/null && [ -n "$(fc-list "${1#font:}*" 2>/dev/null || true)$(fc-list 2>/dev/null | grep -m1 -i "${1#font:}" || true)" ] ;;
    # Ubuntu has no such package; the tests with this program are skipped there.
    debian:*) command -v "${1#debian:}" >/dev/null || ! grep -qs '^ID=debian$' /etc/os-release ;;
    pip) python3 -m pip --version >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

provide_npm_packages() {
  local stamp=node_modules/.installed-from now
  now="$(sha256sum package-lock.json package.json ./*/package.json)"
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
    say "installing npm packages"
    # Not `npm ci`, because it requires the lock to name every optional package of platforms that nobody builds for here.
    # With `--no-save`, `npm install` also takes exactly the lock's versions, and leaves the lock as it is.
    quietly npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
    printf '%s\n' "$now" >"$stamp"
  fi
}

# Runs a command whose output matters only if it fails, such as an installer that reports every step.
quietly() { # COMMAND…
  local output status=0
  output="$("$@" 2>&1)" || status=$?
  [ "$status" -eq 0 ] || printf '%s\n' "$output" >&2
  return "$status"
}

at_least() { # VERSION WANTED
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]
}

say() { printf 'setup: %s\n' "$1" >&2; }

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

main
