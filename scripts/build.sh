#!/usr/bin/env bash
# Builds the window's pages and then the three programs: bursar-desktop, bursar and bursar-sandbox. The pages are built again
# only if one of their files has changed. The programs are built with cargo's debug profile by default.
# usage: scripts/build.sh [options of cargo build, such as --release]
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

build_pages() {
  local stamp=target/pages.built-from now
  now="$(find ui locales package-lock.json -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' -print0 | sort -z | xargs -0 sha256sum)"
  if [ ! -f ui/dist/index.html ] || [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
    npm run --silent build --workspace ui -- --logLevel warn
    mkdir -p target
    printf '%s\n' "$now" >"$stamp"
  fi
}

build_pages
cargo build --quiet --locked --bins "$@"
