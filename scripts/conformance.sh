#!/usr/bin/env bash
# Checks a hosting panel against docs/panel-api.yaml: `scripts/conformance.sh URL KEY`, with the `api` of its network file
# and an API key that may pay. Prints a line for each check. It begins payments and a saved method and cancels all of them
# again; no money moves. Exit status 1: something does not conform; 2: invalid use. Needs Node 20.19 or later.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
if [ ! -d node_modules/ajv ] || [ ! -d node_modules/tsx ]; then
  npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
fi
cd tests
exec node --import tsx conformance/run.ts "$@"
