#!/usr/bin/env bash
# Tries Bursar with programs that nobody here wrote: `scripts/compat.sh [PEER…]`, without arguments with all of them. It installs
# them from Debian, npm and PyPI, prints a line for each thing tried, and writes what was found into docs/compatibility.md and
# docs/compatibility.json. Exit status 1: something does not work that should. Takes about an hour for all.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
scripts/setup.sh test
scripts/build.sh

packages="$(cd tests && node --import tsx peers/run.ts --packages "$@")"
readonly packages
of_kind() { sed -n "s/^$1 //p" <<<"$packages" | sort -u; }

missing=()
while IFS= read -r package; do
  [ -n "$package" ] || continue
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done < <(of_kind debian)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "compat: installing Debian packages: ${missing[*]}" >&2
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ -n "$(of_kind build)" ]; then scripts/build.sh --release; fi
while IFS= read -r folder; do
  if [ -n "$folder" ]; then scripts/peer-packages.sh npm "$folder"; fi
done < <(of_kind npm)
while IFS= read -r name; do
  if [ -n "$name" ]; then scripts/peer-packages.sh pip "$name"; fi
done < <(of_kind pip)

cd tests
exec node --import tsx peers/run.ts "$@"
