#!/bin/bash
# docs/NORMS.md names files and tests that are there, and the check of it notices when they are not.
set -u
echo "1..8"
n=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ok() { local rc=$?; n=$((n + 1)); if [ $rc -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' "$work/out"; fi; }
notices() { # WHAT SED
	sed "$2" docs/NORMS.md >"$work/page"
	! cmp -s docs/NORMS.md "$work/page" && ! tests/lint/norms "$work/page" >"$work/out"
	ok "$1 is noticed"
}
tests/lint/norms >"$work/out"; ok "every file and test that the page names is there"
grep -qE '^# norms: [0-9]{2,} controls, [0-9]{2,} with a test' "$work/out"; ok "and there are many"
notices "a file that is not there" '0,/gateway\/http\/tls\.c/s//gateway\/http\/tlz.c/'
notices "a test of C that is not there" 's/: no_session_is_resumed/: no_session_is/'
notices "a test of the shell that is not there" 's/: just the two suites/: just the two/'
notices "a test in a file that is not there" 's/audit_test\.c: every/audits_test.c: every/'
notices "a row without a test" 's/ `tests\/unit\/sign\/token_test.c: [a-z_]*` / /'
notices "a row that is not met and does not say why" 's/\*\*not met\*\*: names are.*Dutch |/**not met** |/'
