#!/bin/bash
# tests/bench/detect.sh: how fast texts are looked through for personal data; fails under 200 MB/s of processor time on plain prose.
set -u
out=$("${BUILD:-build/rel}/tests/bench/detect" "$@") || exit 1
echo "$out"
rate=$(sed -n 's/^detect, municipal prose: \([0-9]*\) MB.*/\1/p' <<<"$out")
((${rate:-0} >= 200)) || { echo "slower than the 200 MB/s that docs/FORMATS.md §7 names"; exit 1; }
