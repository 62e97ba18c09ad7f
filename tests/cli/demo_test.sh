#!/bin/bash
# The demo is the product: it ends well, and its page says what it should.
set -u
echo "1..10"
n=0
page=$(BUILD=${BUILD:-build/rel} tools/demo 2>&1 </dev/null)
rc=$?
is() { # NAME COMMAND...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' <<<"$page" | tail -20; fi
}
between() { [ -n "$1" ] && [ "$1" -ge 60 ] && [ "$1" -le 66 ]; }
mapfile -t sealed < <(sed -n 's/.*sealed  *\([0-9]*\) of 68; opened \([0-9]*\)$/\1 \2/p' <<<"$page")
is "it ends well" test $rc -eq 0
is "two recipients are told of" test ${#sealed[@]} -eq 2
is "60 to 66 of 68 leave for the contractor" between "${sealed[0]% *}"
is "60 to 66 of 68 leave for the municipality" between "${sealed[1]% *}"
is "all that left was opened" test "${sealed[0]% *}" = "${sealed[0]#* }" -a "${sealed[1]% *}" = "${sealed[1]#* }"
is "at least three are refused for different reasons" test "$(grep -oE '^ +exit [34]  kandidaat-[0-9]+[^ ]*: .*' <<<"$page" | sed 's/.*: //' | sort -u | wc -l)" -ge 3
is "three ledgers verify" test "$(grep -c 'stored bytes, hashes, root and signature are right; open intents: 0' <<<"$page")" -eq 3
is "masks and findings are told apart" grep -qE 'masked +[0-9]+ passages, for [0-9]+ findings: mail address' <<<"$page"
is "reasons are words" test -z "$(grep -E 'format_not_allowed|type_not_allowed|no_cleaner|third_party' <<<"$page")"
left=0
for p in build/demo/outgoing/outbox/*.tar.age; do [ -e "${p%.tar.age}.slip.json" ] || left=1; done
is "every package left in the outbox has its slip" test $left -eq 0
