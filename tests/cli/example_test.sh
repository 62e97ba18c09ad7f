#!/bin/bash
# certs-example/example makes a world in which every registry is in order, and keeps its keys to itself.
set -u
echo "1..8"
n=0
out=
h=$PWD/${BUILD:-build/rel}/handover
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
is() { # NAME COMMAND...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1: $(tail -3 <<<"$out")"; fi
}
out=$(HANDOVER=$h certs-example/example "$work/world" 2>&1)
is "it ends well" test $? -eq 0
for name in gemeente regio aanbieder-een aanbieder-twee taalschool; do
	out=$("$h" --home "$work/world/$name" registry check 2>&1)
	is "the registry of $name is in order" test $? -eq 0
done
is "no key can be read by others" test -z "$(find "$work/world" -name '*.key' -perm /077)"
out=$(HANDOVER=$h certs-example/example "$work/world" 2>&1)
is "a folder that is there is left alone" test $? -eq 1
