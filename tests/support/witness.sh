#!/bin/bash
# witness.sh DIR: in the world that world.sh left in DIR, `incoming` becomes a witness that `outgoing` knows, with a
# gateway of its own. For unit tests; BUILD says whose handover does it.
set -u
. tests/cli/lib.sh
T=$W W=$1
must at incoming ledger show --vkey --witness
must at incoming organisation set --gateway https://localhost:8443
meet incoming outgoing
resign incoming
resign outgoing
rm -f "$W/must"
W=$T
