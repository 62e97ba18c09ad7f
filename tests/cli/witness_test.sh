#!/bin/bash
# The ledger over the network: tiles, proofs and own records as others fetch them, judged by a
# verifier that is not ours, and cosignatures between two organisations.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D='' E=''
end() { for p in $D $E; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 61
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
new_home outgoing $PROVIDER "Werk en Zo" --role provider
expect 0 "a gateway makes its key as a witness" at incoming ledger show --vkey --witness
WKEY=$(cat "$W/out")
[ "$(at incoming ledger show --vkey --witness)" = "$WKEY" ] && [ "$(stat -c %a "$W/incoming/keys/witness.key")" = 600 ]; ok "once"
[[ $WKEY == oin-$SUCCESSOR/witness+* ]]; ok "under a name of its own"
meet outgoing incoming
meet incoming outgoing
resign incoming
resign outgoing
grep -qF "witness: \"$WKEY\"" "$W/outgoing/registry/organisations.yaml"; ok "which its export tells others"
for h in incoming outgoing; do at $h ledger show --json | jq -r 'select(.act == "registry.change") | .act' | head -1 | grep -q .; done; ok "and both ledgers know of"

start() {
	"$HANDOVERD" --home "$W/incoming" --listen 127.0.0.1:0 2>"$W/log" &
	D=$!
	for _ in $(seq 100); do grep -q event=ready "$W/log" && break; kill -0 $D 2>/dev/null || break; sleep 0.1; done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log")
	grep -q event=ready "$W/log"
}
get() { # PATH FILE [OPTION...]: prints the status
	curl -sS --max-time 20 --cert "$W/outgoing/organisation/tls.pem" --key "$W/outgoing/organisation/tls.key" -k \
		-D "$W/head" -o "$2" -w '%{http_code}' "${@:3}" "https://127.0.0.1:$PORT/v1$1" 2>"$W/err"
}
is() { [ "$1" = "$2" ] || { echo "# $1 instead of $2"; false; }; ok "$3"; }
typed() { grep -qi "^Content-Type: $1"$'\r'"\$" "$W/head"; ok "… as $1"; }
start; ok "the gateway serves"

# ---- fetched, and judged by others
tests/verifier/build "$W/verifier"; ok "the independent verifier builds"
VKEY=$(at incoming ledger show --vkey)
for _ in $(seq 10); do at incoming ledger show --count 1 >/dev/null; done
at incoming ledger checkpoint >"$W/before"
mkdir "$W/tiles"
is "$(get /ledger/checkpoint "$W/tiles/checkpoint")" 200 "the checkpoint"
typed 'text/plain; charset=utf-8'
SIZE=$(sed -n 2p "$W/tiles/checkpoint")
[ "$SIZE" -gt 20 ] && [ "$SIZE" -lt 256 ]; ok "of a log with $SIZE records"
tile() { mkdir -p "$(dirname "$W/tiles/tile/$1")"; get "/ledger/tile/$1" "$W/tiles/tile/$1"; }
is "$(tile "0/000.p/$SIZE")" 200 "a tile"
typed application/octet-stream
is "$(get /ledger/tile/0/099 /dev/null)$(get /ledger/tile/entries/000 /dev/null)$(get /ledger/tile/0/00 /dev/null)" 404404404 "no others, and no entries"
expect 0 "others accept the tiles" "$W/verifier" tiles "$VKEY" "$W/tiles"
is "$(get "/ledger/proofs/consistency?from=$(sed -n 2p "$W/before")" "$W/consistency")" 200 "a consistency proof"
expect 0 "which others accept" "$W/verifier" consistency "$VKEY" "$W/before" "$W/consistency"
is "$(get "/ledger/proofs/consistency?from=99999" "$W/body")" 400 "from a size that never was"
is "$(get "/ledger/records?limit=500" "$W/records")" 200 "our own records there"
jq -e --arg o $PROVIDER '.items | length > 0 and all(.record | fromjson | .peer == $o or .org == $o)' "$W/records" >/dev/null; ok "are those with us in them, and no others"
ID=$(jq -r '.items[0].record | fromjson | .id' "$W/records")
jq -j '.items[0].record' "$W/records" >"$W/record"
is "$(get "/ledger/proofs/inclusion?record=$ID" "$W/proof")" 200 "a proof of one of them"
expect 0 "which others accept for the very bytes" "$W/verifier" inclusion "$VKEY" "$W/proof" "$W/record"
THEIRS=$(at incoming ledger show --json --from 0 --count 1 | jq -r .id)
is "$(get "/ledger/proofs/inclusion?record=$THEIRS" "$W/body")" 404 "none of a record that is not ours"

# ---- cosignatures
must at outgoing gateway add default --url "https://127.0.0.1:$PORT" --oin $SUCCESSOR
expect 0 "our ledger is cosigned" at outgoing ledger cosign
said "$SUCCESSOR vouches for"
C=$W/outgoing/ledger/checkpoint.cosigned
expect 0 "others accept the cosignature" "$W/verifier" cosigned "$(at outgoing ledger show --vkey)" "$WKEY" "$C"
now=$(date +%s); [ $((now - $(cat "$W/out"))) -lt 120 ]; ok "with the moment"
expect 1 "and not as that of another witness" "$W/verifier" cosigned "$(at outgoing ledger show --vkey)" "${WKEY/witness/other}" "$C"
expect 0 "the ledger continues what was vouched for" at outgoing ledger verify --cosigned
said "continues what $SUCCESSOR vouched for at"
! grep -q self-check "$W/out"; ok "so that it is no self-check"
expect 0 "later again, from where the witness stands" at outgoing ledger cosign --json
jq -e '.cosigned[0].witness == "'$SUCCESSOR'" and .size > 3' "$W/out" >/dev/null; ok "as JSON"
[ "$(at incoming ledger show --json | jq -r 'select(.act == "anchor.cosign") | [.ph, .out // "-", .peer, (.peerlog.n > 1)] | join(" ")' | sort | uniq -c | awk '{$1=$1};1' | paste -sd,)" = \
	"2 intent - $PROVIDER true,2 result ok $PROVIDER true" ]; ok "the witness has both in its ledger"
[ "$(at outgoing ledger show --json | jq -r 'select(.act == "anchor.cosign") | .peer' | uniq)" = $SUCCESSOR ]; ok "we have who vouched in ours"
expect 0 "the witness can tell what it signed last" at incoming ledger witnessed $PROVIDER
cp "$W/out" "$W/seen"
[ "$(sed -n 2p "$W/seen")" = "$(sed -n 2p "$C")" ]; ok "which is that head"
expect 1 "and nothing of a stranger" at incoming ledger witnessed $STRANGER
sed -i '$s/....$/AAAA/' "$C"
expect 5 "a changed cosignature is found" at outgoing ledger verify --cosigned

# ---- by itself: a daemon asks the witnesses that gateway.yaml names
rm "$C"
must at incoming organisation set --gateway "https://127.0.0.1:$PORT"
meet incoming outgoing
resign incoming
resign outgoing
kill -HUP "$D"
echo "witnesses: [\"$SUCCESSOR\"]" >>"$W/outgoing/gateway.yaml"
run_ours() { # HOME: its daemon, until a word stands in its log
	"$HANDOVERD" --home "$W/$1" --listen 127.0.0.1:0 --local "$W/our.sock" 2>"$W/our.log" &
	E=$!
	for _ in $(seq 200); do grep -q "$2" "$W/our.log" && break; kill -0 "$E" 2>/dev/null || break; sleep 0.1; done
	grep -q "$2" "$W/our.log"
}
end_ours() { kill "$E"; wait "$E" 2>/dev/null; E=''; }
figure() { curl -sS --max-time 10 --unix-socket "$W/our.sock" http://x/metrics 2>/dev/null | awk -v n="handover_$1" '$1 == n {print $2}'; }
run_ours outgoing event=witness.vouched; ok "a daemon has its ledger cosigned, nobody asked"
OURS=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/our.log")
is "$(curl -sS -k --max-time 20 --cert "$W/incoming/organisation/tls.pem" --key "$W/incoming/organisation/tls.key" -o "$W/served" -w '%{http_code}' "https://127.0.0.1:$OURS/v1/ledger/checkpoint")" 200 "it serves its checkpoint"
expect 0 "with the cosignature, which others accept" "$W/verifier" cosigned "$(at outgoing ledger show --vkey)" "$WKEY" "$W/served"
cmp -s "$W/served" "$C"; ok "… the one that it keeps"
is "$(figure witnesses)$(figure witnesses_overdue)$(figure witnesses_refusing)$(figure cosignatures_total)" 1001 "the figures tell"
SIZE=$(figure ledger_records)
sleep 2
is "$(figure ledger_records)" "$SIZE" "its ledger does not grow by being witnessed"
is "$(at outgoing ledger show --json | jq -r 'select(.act == "anchor.cosign") | .actor.k' | tail -1)" svc "what is in it says that nobody asked"
expect 0 "the ledger continues what was vouched for by itself" at outgoing ledger verify --cosigned
end_ours
cp -a "$W/outgoing" "$W/later"
kill "$D" && wait "$D" 2>/dev/null
D=''
in_days() { HANDOVER_TEST_CLOCK=$(date -u -d "+$1 days" +%FT%TZ); export HANDOVER_TEST_CLOCK; }
in_days 1
run_ours later event=witness.later; ok "where the witness is away a day later, it says so"
grep -q "^<4>event=witness.later peer=$SUCCESSOR code=unreachable" "$W/our.log"; ok "… and why"
is "$(figure witnesses_overdue)" 0 "… but nothing is overdue yet"
end_ours
in_days 3
run_ours later event=witness.overdue; ok "after three days its word is too old"
grep -q "^<4>event=witness.overdue peer=$SUCCESSOR hours=7[12]" "$W/our.log"; ok "… and says how old"
is "$(figure witnesses_overdue)" 1 "… a figure too"
end_ours
unset HANDOVER_TEST_CLOCK
! grep -qE '^<3>' "$W/our.log"; ok "… and nothing of it is an error of ours"
start; ok "the witness serves again"
must at outgoing gateway remove default
must at outgoing gateway add default --url "https://127.0.0.1:$PORT" --oin $SUCCESSOR

# ---- a ledger that went back is found out by the witness
must at outgoing backup "$W/old.tar" --keys "$W/k" -r "$("$HANDOVER" age keygen --json -o "$W/id" | jq -r .recipient)"
must at outgoing ledger show
must at outgoing ledger cosign
mv "$W/outgoing" "$W/lost"
expect 0 "the home is restored from an older backup" "$HANDOVER" restore "$W/old.tar" "$W/outgoing" --keys "$W/k" -i "$W/id"
expect 5 "its own ledger.head knows of nothing, but the witness does" at outgoing ledger cosign
said "it was restored from an older backup"
at incoming ledger witnessed $PROVIDER >"$W/seen"
expect 0 "with the head that it has, a new log is begun" at outgoing ledger restart --seen "$W/seen"
expect 0 "which verifies" at outgoing ledger verify
[ "$(at outgoing ledger show --json --from 0 --count 1 | jq -r '.peerlog.n')" = "$(sed -n 2p "$W/seen")" ]; ok "and names the head that was lost"
expect 4 "the witness does not know the new one" at outgoing ledger cosign
