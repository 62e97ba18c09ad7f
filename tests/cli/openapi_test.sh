#!/bin/bash
# The description of the interface (gateway/api/openapi.json) before judges from outside: Spectral by
# the government's design rules, and JSON Schema over every answer that the tests of the core get.
# What the judges print is TAP; here the two are put behind each other.
set -u
BUILD=${BUILD:-build/rel}
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
tests/npm/install || { echo "Bail out! the packages of tests/npm cannot be installed"; exit 1; }
mkdir "$W/answers"
for t in core op_cases op_dossiers op_ledger; do
	API_ANSWERS=$W/answers "$BUILD/tests/unit/api/${t}_test" >"$W/$t.out" 2>&1 || {
		echo "Bail out! api/${t}_test fails"
		exit 1
	}
done
node tests/npm/openapi.mjs lint >"$W/tap" || echo "not ok - the linter stopped short" >>"$W/tap"
node tests/npm/openapi.mjs answers "$W/answers" >>"$W/tap" || echo "not ok - the answers' judge stopped short" >>"$W/tap"
echo "1..$(grep -cE '^(not )?ok' "$W/tap")"
grep -vE '^1\.\.' "$W/tap" | awk '/^(not )?ok/ {sub(/ok [0-9]+/, "ok " ++n)} {print}'
