#!/bin/bash
# tests/bench/ledger.sh: durable appends and verification of the ledger, on the disk that holds the build.
set -u
build=${BUILD:-build/rel}
dir=$(mktemp -d "$build/bench-ledger.XXXXXX") && trap 'rm -rf "$dir"' EXIT
echo "# disk: $(df --output=source,fstype "$dir" | tail -1 | tr -s ' '), cpu: $(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1 /proc/loadavg)"
"$build/tests/bench/ledger" "$dir" "$@"
