#!/bin/bash
# Cases through all their states: one after the other, and 8 and 32 at once, on the disk of the build.
set -eu
export TMPDIR=$PWD/$BUILD/tests/bench
for threads in 1 8 32; do
	"$BUILD/tests/bench/acts" "${CASES:-200}" "$threads"
done
