#!/bin/bash
# The blocks of README.md and certs-example/README.md, as they stand there (but for `make`): what a newcomer types works.
set -u
echo "1..14"
n=0
out=
bin=$PWD/${BUILD:-build/rel}
work=$(mktemp -d)
# a walk that fails on its way leaves its gateway behind; it is known by its home
trap 'pkill -f -- "--home $work/[^ ]*/incoming --listen"; rm -rf "$work"' EXIT
is() { # NAME COMMAND...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; tail -12 <<<"$out" | cut -c1-300 | sed 's/^/# /'; fi
}
has() { grep -qF -- "$1" <<<"$out"; }
block() { awk '/^```$/ {code = 0} code {print} /^```sh$/ {code = 1}' "$1"; }

walk=$(block README.md | sed 's#^make  .*##; s#$PWD/build:#'"$bin:#")
is "there is a walk" test "$(wc -l <<<"$walk")" -gt 40
out=$(TMPDIR=$work bash -e <<<"$walk" 2>&1)
is "it ends well, every step of it" test $? -eq 0
is "the policy of the municipality is signed twice" test "$(grep -c 'policy overdracht-einde-contract version .* signed by' <<<"$out")" -eq 2
is "the scan is looked at" has "diploma.png: png, 101 bytes: clean as it is"
is "the rehearsal says what would leave" has "leaves: identifier 4, free_text 1"
is "it is sealed" has "sealed $work/"
is "and opened" has "opened $work/"
is "the number in the text is masked" has "Werk vinden in de zorg, bel […]"
is "the gateway is who it should be, to both" test "$(grep -c ' answers as 00000099000000003000 and knows us' <<<"$out")" -eq 2
is "the case is closed" has "zaak-1: closed"
is "its receipts are good" has "zaak-1: good"
is "both ledgers are right" test "$(grep -c 'stored bytes, hashes, root and signature are right' <<<"$out")" -eq 2
is "nothing asks for what was not done" test -z "$(grep -iE 'not found|no such file|usage|expected' <<<"$out")"

top=$PWD
mkdir "$work/certs" && ln -s "$top/certs-example" "$work/certs/certs-example"
out=$(cd "$work/certs" && PATH=$bin:$PATH bash -e <<<"$(block "$top/certs-example/README.md")" 2>&1)
is "so does the walk of the test authority" test $? -eq 0
