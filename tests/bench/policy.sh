#!/bin/bash
# Each shipped policy at work on dossiers of 8 kB, made of workload S, on one core and in processor
# time. Goals: apply 10,000/s, with parse and print 3,000/s, load and compile 10 ms.
set -u
build=${BUILD:-build/rel}
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
"$build/workload" --seed 7 S "$dir/load" >/dev/null || exit 1
bad=0
for p in policies/*.yaml; do
	grep -q '^policy:' "$p" || continue
	"$build/tests/bench/policy" "$p" "$dir"/load/*/dossier.json || bad=1
done
exit $bad
