#!/bin/bash
# Dossiers handed in to the daemon with the stock curl: sealed without a readable byte on disk, in a
# log or in a temporary folder; under one Idempotency-Key once, also when the daemon is killed.
set -u
export TMPDIR=${TMPDIR:-/tmp}
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D=''
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 24
world
dossier een
mkdir "$W/tmp" # what is temporary for the daemon lies here
tar cf "$W/een.tar" -C "$W/d/een" .
(cd "$W/d/een" && zip -qr "$W/een.zip" .)
sed 's/KANARIE-NOTITIE/KANARIE-ANDERS/' "$W/d/een/dossier.json" >"$W/new.json" && mv "$W/new.json" "$W/d/een/dossier.json"
tar cf "$W/anders.tar" -C "$W/d/een" .
echo "mandates: [\"$TOWN\"]" >>"$W/outgoing/gateway.yaml"

start() {
	TMPDIR=$W/tmp "$HANDOVERD" --home "$W/outgoing" --listen 127.0.0.1:0 2>>"$W/log" &
	D=$!
	local from
	from=$(wc -l <"$W/log")
	for _ in $(seq 200); do
		tail -n +$((from + 1)) "$W/log" | grep -q event=ready && break
		kill -0 $D 2>/dev/null || break
		sleep 0.1
	done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log" | tail -1)
	tail -n +$((from + 1)) "$W/log" | grep -q event=ready
}
call() { # WHO PATH [OPTION...]
	local who=$1 path=$2
	shift 2
	curl -sS --max-time 60 --cert "$W/$who/organisation/tls.pem" --key "$W/$who/organisation/tls.key" -k \
		-D "$W/head" -o "$W/body" -w '%{http_code}' "$@" "https://127.0.0.1:$PORT$path" 2>"$W/err"
}
hand_in() { # WHO KEY FILE [TYPE]
	call "$1" "/v1/dossiers?policy=overdracht-einde-contract&to=$SUCCESSOR" -X POST -H "Idempotency-Key: $2" \
		-H "Content-Type: ${4:-application/x-tar}" --data-binary "@$3"
}
is() { # STATUS NAME COMMAND...
	local want=$1 name=$2 got
	shift 2
	got=$("$@")
	[ "$got" = "$want" ] || { echo "# $got instead of $want"; head -c 500 "$W/body" 2>/dev/null | sed 's/^/# /'; false; }
	ok "$name"
}
key() { cat /proc/sys/kernel/random/uuid; }
packages() { find "$W/outgoing/packages" -type f | wc -l; }

: >"$W/log"
start
ok "the daemon starts"
K=$(key)
is 201 "a tar is taken in" hand_in outgoing "$K" "$W/een.tar"
cp "$W/body" "$W/first"
jq -e '.seq == 1 and .report.released.fields > 5 and (.slip | fromjson | .doc == "handover/slip/1")' "$W/first" >/dev/null
ok "… and answered with slip and report"
ID=$(jq -r .package "$W/first")
is 201 "the same once more" hand_in outgoing "$K" "$W/een.tar"
cmp -s "$W/first" "$W/body"
ok "… gets the first answer to the byte"
is 422 "another dossier under that key does not" hand_in outgoing "$K" "$W/anders.tar"
is 201 "a zip is taken in from a mandate" hand_in municipality "$(key)" "$W/een.zip" application/zip
is 403 "from anybody else nothing is" hand_in incoming "$(key)" "$W/een.tar"
jq -e '.code == "refused"' "$W/body" >/dev/null
ok "… and the code says why"
is 415 "a gzip is another media type" hand_in outgoing "$(key)" "$W/een.tar" application/gzip
is 400 "a dossier without a key is refused before its body" call outgoing \
	"/v1/dossiers?policy=p&to=$SUCCESSOR" -X POST -H "Content-Type: application/x-tar" -H "Expect: 100-continue" --data-binary "@$W/een.tar"
jq -e '.errors == [{"in":"field","name":"Idempotency-Key","detail":.errors[0].detail}]' "$W/body" >/dev/null
ok "… and told which field it is"
is 200 "the package lies there for its recipient" call incoming "/v1/packages/$ID"
jq -e '.state == "deposited"' "$W/body" >/dev/null
ok "… deposited"
[ "$(packages)" = 2 ]
ok "two dossiers are two packages"
cp "$(find "$W/outgoing/packages" -type f -name "$ID*")" "$W/got.tar.age"
jq -j .slip "$W/first" >"$W/got.slip.json"
jq -r .signature "$W/first" | base64 -d >"$W/got.slip.json.p7s"
expect 0 "the recipient opens it with its slip" at incoming open --into "$W/in" "$W/got.tar.age"
grep -q 'J\.P\.' "$W/in/$ID/data/dossier.json" && ! grep -q KANARIE "$W/in/$ID/data/dossier.json"
ok "… and has what the policy lets through, no more"
[ "$(records outgoing | jq -r 'select(.act == "transfer.seal" and .ph == "result") | [.out, .actor.k, .actor.auth] | join(" ")' | sort -u)" = "ok svc mtls" ]
ok "the ledger says who had it sealed"

# ---- killed on the way: whenever that is, one package for one key
good=0
for i in 1 2 3 4 5 6; do
	K=$(key) before=$(packages)
	hand_in outgoing "$K" "$W/een.tar" >/dev/null &
	C=$!
	sleep "0.$((i * 5 - 4))"
	kill -9 "$D"
	wait $C 2>/dev/null
	wait "$D" 2>/dev/null
	sleep 0.2 # the other process ends with the first
	start || break
	[ "$(hand_in outgoing "$K" "$W/een.tar")" = 201 ] && [ "$(packages)" = $((before + 1)) ] && good=$((good + 1))
done
[ $good = 6 ]
ok "six kills leave six packages ($good)"
expect 0 "the ledger verifies" at outgoing ledger verify
kill "$D"
wait "$D"
[ $? = 0 ]
ok "the daemon stops"
D=''

# ---- nothing readable
grep -qa Kanarie "$W/een.tar"
ok "the canary is in what was handed in"
! grep -raqE 'Kanarie|KANARIE|123456782|kanarie\.png' "$W/outgoing" "$W/log" "$W/tmp"
ok "and nowhere under the home, in the log or in the temporary folder"
[ -z "$(ls "$W/tmp")" ]
ok "where nothing was left at all"
