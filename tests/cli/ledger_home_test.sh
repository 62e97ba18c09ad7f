#!/bin/bash
# ledger and subject as commands on real homes: check, read, prove, restore, report, forget.
set -u
. tests/cli/lib.sh
plan 80
world
dossier een
H="$W/municipality"
BSN=123456782
expect 0 "a dossier is sealed for the municipality" at outgoing seal --json --policy overdracht-aan-gemeente --to $TOWN "$W/d/een"
P=$(jq -r .file "$W/out")
expect 0 "and opened there" at municipality open --into "$W/in" "$P"

# ---- verify, show
VKEY=$(at municipality ledger show --vkey)
expect 0 "the ledger verifies" at municipality ledger verify
said "self-check only"
expect 0 "with what an outsider knows" at municipality ledger verify --vkey "$VKEY" --min-size 2
! grep -q "self-check" "$W/out"; ok "it is no self-check then"
expect 5 "a size that was never reached" at municipality ledger verify --vkey "$VKEY" --min-size 5000
expect 5 "the key of another log" at municipality ledger verify --vkey "$(at outgoing ledger show --vkey)"
expect 3 "a key that is none" at municipality ledger verify --vkey nonsense
at municipality ledger checkpoint >"$W/seen"
expect 0 "with an earlier head of the log" at municipality ledger verify --checkpoint "$W/seen"
! grep -q "self-check" "$W/out"; ok "it is no self-check then either"
at outgoing ledger checkpoint >"$W/other"
expect 5 "the head of another log" at municipality ledger verify --checkpoint "$W/other"
expect 3 "a head that is none" at municipality ledger verify --checkpoint "$W/d/een/dossier.json"
expect 2 "a size that is no number" at municipality ledger verify --min-size -3
expect 0 "verify as JSON" at municipality ledger verify --json
jq -e '.self_check and .open_intents == [] and .size > 5 and .details > 0' "$W/out" >/dev/null; ok "says what was found"
expect 0 "show as JSON" at municipality ledger show --json
[ "$(jq -r .act "$W/out" | tail -1)" = audit.read ] && jq -se 'map(.act) | index("audit.verify")' "$W/out" >/dev/null
ok "reading and checking are themselves recorded"
expect 1 "tiles that cannot be written" at municipality ledger export --tiles /proc/none
[ "$(at municipality ledger show --json | jq -r 'select(.act | startswith("audit")) | [.act, .ph // "-", .out // "-"] | join(" ")' | tail -5 | paste -sd,)" = \
	"audit.read intent -,audit.read result ok,audit.export intent -,audit.export result error,audit.read intent -" ]
ok "with how that ended"
"$HANDOVER" --home "$H" ledger show >/dev/full 2>"$W/err"; [ $? = 1 ]; ok "a list that could not be printed"
[ "$(wc -l <"$W/err")" = 1 ] && at municipality ledger show --json | jq -r 'select(.act == "audit.read") | .out // "-"' | tail -2 | head -1 | grep -qx error
ok "is no reading that went well"
expect 0 "what has no result" at municipality ledger show --open
[ ! -s "$W/out" ]; ok "does not list this very command"
jq -se 'map(keys_unsorted == (. as $r | ["v","id","t","te","act","ph","out","tr","sp","psp","org","peer","ctl","actor","subj","proc","purp","basis","pol","cat","fld","obj","ret","peerlog","det","salt"] | map(select(. as $k | $r | has($k))))) | all' "$W/out" >/dev/null
ok "every record has its members in the fixed order"
! grep -qE "$BSN|Kanarie|K-een|Jan|5121" "$W/out"; ok "no record holds a name or number of a person"
expect 0 "show for people" at municipality ledger show --from 0 --count 1
said "log.start"

at outgoing ledger show --json | jq -se 'map(select(.act == "policy.change") | .ph) == ["intent", "result", "intent", "result", "intent", "result", "intent", "result"]' >/dev/null
ok "the officers' signatures on two policies are recorded where these lie"
at outgoing ledger show --json | jq -se 'map(select(.act == "policy.load") | .pol.id) == ["overdracht-aan-gemeente"]' >/dev/null
ok "and the one policy that was used is"
{ at outgoing ledger show --json; at municipality ledger show --json; } | jq -se 'map(select(.act == "policy.change" or .act == "policy.accept")) |
	length > 8 and all(.pol.id != null and .pol.v >= 1 and (.pol.h | length) == 64)' >/dev/null
ok "each with the policy's id, version and hash"

# ---- proofs and tiles, judged by others
tests/verifier/build "$W/verifier"; ok "the independent verifier builds"
judge() { "$W/verifier" "$@"; }
at municipality ledger checkpoint >"$W/old"
at municipality ledger show --json --from 3 --count 1 | tr -d '\n' >"$W/record"
expect 0 "prove a record" at municipality ledger prove 3 -o "$W/proof"
expect 0 "others accept the proof" judge inclusion "$VKEY" "$W/proof" "$W/record"
expect 1 "and not for another record" judge inclusion "$VKEY" "$W/proof" "$W/old"
expect 1 "a proof is never written over another file" at municipality ledger prove 3 -o "$W/proof"
expect 2 "a record that is not there" at municipality ledger prove 99999
at municipality ledger consistency "$(sed -n 2p "$W/old")" >"$W/consistency"; ok "prove that the log only grew"
expect 0 "others accept that" judge consistency "$VKEY" "$W/old" "$W/consistency"
expect 0 "export tiles" at municipality ledger export --tiles "$W/tiles"
expect 0 "others accept the tiles" judge tiles "$VKEY" "$W/tiles"
[ ! -e "$W/tiles/tile/entries" ]; ok "records are not among them"
expect 2 "nor may they go under the home" at municipality ledger export --entries --tiles "$H/outbox/t"

# ---- a person
ask() { local home=$1; shift; printf '%s\n' "$ID" | "$HANDOVER" --home "$W/$home" subject "$@" >"$W/out" 2>"$W/err"; }
ID=$BSN; ask municipality report --json; ok "a person's report"
jq -se 'map(.record.act) | index("transfer.open")' "$W/out" >/dev/null; ok "says that the package was opened"
jq -se 'map(.record | .peer == "'$PROVIDER'" and .purp != null and .basis != null) | any' "$W/out" >/dev/null
ok "from whom, for what and on which ground"
ID=$BSN; ask outgoing report; ok "the sender's report"
said "Gemeente Voorbeeld"
ID=K-een; ask outgoing report --type client_number; ok "by another identifier of the same dossier"
said "Gemeente Voorbeeld"
ID=$BSN; ask municipality report --proofs "$W/proofs"; ok "a report with proofs"
f=$(grep -l transfer.open "$W"/proofs/*.json | head -1)
expect 0 "whose proofs others accept" judge inclusion "$VKEY" "${f%.json}.tlog-proof" "$f"
key=$(tr '_-' '/+' <"${f%.json}.key")=
mac=$(printf 'bsn::%s' $BSN | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$(base64 -d <<<"$key" | od -An -tx1 | tr -d " \n")" -binary | base64 | tr '/+' '_-' | tr -d =)
[ "$mac" = "$(jq -r .subj.c "$f")" ]; ok "and whose commitment the person can open"
alias=$(printf 'bsn::%s' $BSN | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$(base64 -d "$H/keys/blind.key" | od -An -tx1 | tr -d " \n")" -r | cut -c1-64)
cat "$H"/subjects.db* | od -An -v -tx1 | tr -d ' \n' | grep -q "$alias"; ok "the alias of an identifier is its HMAC under the blinding key"
ID=111222333; ask municipality report; ok "a stranger's report is empty"
said "nobody is known"
ID=12; ask municipality report; [ $? = 3 ]; ok "an identifier without form"
ID=123456789; ask municipality report; [ $? = 3 ]; ok "nine digits that are no BSN"
said "no BSN"
! grep -q "123456789" "$W/out" "$W/err"; ok "and are not repeated"
expect 2 "a number given as an argument" at municipality subject report 123456782
! grep -q "123456782" "$W/out" "$W/err"; ok "is not repeated either"
ID=$BSN; ask municipality shred --cert "$W/keeper/officer.pem" --key "$W/keeper/officer.key"; [ $? = 5 ]; ok "a stranger may not shred"
ID=$BSN; ask municipality shred --cert "$W/fg/officer.pem" --key "$W/fg/officer.key"; ok "a first officer signs"
said "one officer has signed"
ID=$BSN; ask municipality shred --cert "$W/fg/officer.pem" --key "$W/fg/officer.key"; [ $? = 4 ]; ok "the same one again is refused"
said "a second one must sign"
ID=$BSN; ask municipality shred --cert "$W/cm/officer.pem" --key "$W/cm/officer.key"; [ $? = 4 ]; ok "within the retention term it is refused"
said "retention term"
at municipality ledger show --json --details | jq -c 'select(.record.act | test("shred|signoff")) | [.record.act, .record.out, .detail.reason, .record.actor.k, .record.obj.k, (.record | has("subj"))]' >"$W/tries"
[ "$(jq -r '.[0:3] | join(" ")' "$W/tries" | paste -sd,)" = "subject.shred deny not-authentic,review.signoff ok ,subject.shred deny refused,review.signoff ok ,subject.shred deny refused" ]
ok "every approval and every refused try is in the ledger"
[ "$(jq -c '.[3:]' "$W/tries" | sort -u)" = '["user","subject",false]' ]; ok "with who did it, and nothing of the person"

# ---- files are called after persons: no path ends up in a record or its detail
mkdir "$W/Kanarie-Map" && cp "$P" "$W/Kanarie-Map/Kanarie-Jan.tar.age"
cp "${P%.tar.age}.slip.json" "$W/Kanarie-Map/Kanarie-Jan.slip.json"
expect 5 "a slip without its signature" at municipality open --into "$W/in2" "$W/Kanarie-Map/Kanarie-Jan.tar.age"
said "Kanarie-Jan.slip.json"
cd "$W/Kanarie-Map" || exit 1
expect 5 "the same by its bare name" at municipality open --into "$W/in2" Kanarie-Jan.tar.age
cd "$OLDPWD" || exit 1
at municipality ledger show --json --details >"$W/all"
[ "$(jq -r 'select(.record.act == "transfer.refuse" and .detail.reason == "not-authentic") | .record.act' "$W/all" | wc -l)" = 2 ]; ok "both refusals have a reason"
! grep -q Kanarie "$W/all" && ! cat "$H"/ledger/ledger.db* | grep -qa Kanarie
ok "and name no file"

# ---- an older copy
cp -a "$H" "$W/copy"
must at municipality ledger show
cp "$W/copy/ledger/"* "$H/ledger/"
expect 5 "a restored ledger is refused" at municipality ledger show
said "older backup"
expect 0 "the way on is a new log" at municipality ledger restart
expect 0 "which verifies with the one before it" at municipality ledger verify
