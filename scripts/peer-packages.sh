#!/usr/bin/env bash
# Installs the locked packages of a program that Bursar is tried with (tests/peers/packages/): `peer-packages.sh npm NAME` the
# folder NAME beside its lock, `peer-packages.sh pip NAME` the file NAME.txt into target/peers/NAME. Does nothing if they are there.
set -euo pipefail

readonly kind="${1:-}" name="${2:-}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

case "$kind" in
  npm)
    folder="tests/peers/packages/$name"
    lock="$folder/package-lock.json"
    stamp="$folder/node_modules/.installed-from"
    ;;
  pip)
    folder="target/peers/$name"
    lock="tests/peers/packages/$name.txt"
    stamp="$folder/.installed-from"
    ;;
  *)
    echo "usage: scripts/peer-packages.sh npm|pip NAME" >&2
    exit 2
    ;;
esac
now="$(sha256sum "$lock")"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then exit 0; fi
echo "installing the packages of $name" >&2
if [ "$kind" = npm ]; then
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
else
  rm -rf -- "$folder"
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -r "$lock"
fi
printf '%s\n' "$now" >"$stamp"
