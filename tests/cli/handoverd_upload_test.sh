#!/bin/bash
# Packages and dossiers through the daemon, by the stock curl alone: announce, upload in pieces with
# cuts and wrong bytes, what each party then sees, and a dossier that the gateway seals itself.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D=''
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 34
world
dossier een
# the recipient's gateway knows what the sender accepted by whom: its own acceptance is there already
must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case K-1 --json "$W/d/een"
P=$(jq -r .file "$W/must") ID=$(jq -r .package "$W/must")
S=${P%.tar.age}.slip.json
SIZE=$(stat -c %s "$P")

start() { # HOME
	: >"$W/log" # not what the one before it said
	"$HANDOVERD" --home "$W/$1" --listen 127.0.0.1:0 2>"$W/log" &
	D=$!
	for _ in $(seq 600); do grep -q event=ready "$W/log" && break; sleep 0.1; done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log")
	grep -q event=ready "$W/log" || { echo "Bail out! no daemon: $(tail -2 "$W/log")"; exit 1; }
}
call() { # WHO PATH [OPTION...]
	local who=$1 path=$2
	shift 2
	curl -sS --max-time 60 --cert "$W/$who/organisation/tls.pem" --key "$W/$who/organisation/tls.key" -k \
		-D "$W/head" -o "$W/body" -w '%{http_code}' "$@" "https://127.0.0.1:$PORT$path" 2>"$W/err"
}
is() { # STATUS NAME WHO PATH [OPTION...]
	local want=$1 name=$2 got
	shift 2
	got=$(call "$@")
	[ "$got" = "$want" ] || { echo "# $got instead of $want"; sed 's/^/# /' "$W/body" 2>/dev/null | head -5; false; }
	ok "$name"
}
value() { sed -n "s/^$1: *\(.*\)"$'\r'"\$/\1/Ip" "$W/head"; }
field() { [ "$(value "$1")" = "$2" ] || { echo "# $(value "$1")"; false; }; ok "… with $1: $2"; }
body() { jq -e "$1" "$W/body" >/dev/null || { sed 's/^/# /' "$W/body" | head -3; false; }; ok "… and $2"; }
TUS=(-H 'Tus-Resumable: 1.0.0')
send() { # OFFSET FILE [OPTION...]: options for call of a PATCH
	local at=$1 file=$2
	shift 2
	PATCH=("${TUS[@]}" -X PATCH -H 'Content-Type: application/offset+octet-stream' -H "Upload-Offset: $at" --data-binary "@$file" "$@")
}
digest() { openssl dgst "-$1" -binary "$2" | base64; }

start incoming
ok "the recipient's gateway starts"
jq -Rs --arg s "$(base64 -w0 "$S.p7s")" '{slip: ., signature: $s}' <"$S" >"$W/announce"
JSON=(-H 'Content-Type: application/json' --data-binary "@$W/announce")
is 201 "a package is announced by its slip" outgoing /v1/packages "${JSON[@]}"
is 200 "… and once more" outgoing /v1/packages "${JSON[@]}"
body '.state == "announced" and .bytes == '"$SIZE" "its state is told"
is 404 "another party sees nothing of it" municipality "/v1/packages/$ID"
jq '.slip |= sub("RI-1"; "RI-2")' "$W/announce" >"$W/changed"
is 403 "a slip that was changed is refused" outgoing /v1/packages -H 'Content-Type: application/json' --data-binary "@$W/changed"

META="Upload-Metadata: package $(printf %s "$ID" | base64 -w0)"
is 201 "an upload is created" outgoing /v1/uploads -X POST "${TUS[@]}" -H "Upload-Length: $SIZE" -H "$META"
U=$(value Location)
[[ $U == /v1/uploads/* ]]
ok "… with its place"
is 404 "which is nobody else's" municipality "$U" -I "${TUS[@]}"
head -c 1000 "$P" >"$W/one"
tail -c +1001 "$P" | head -c 500 >"$W/two"
tail -c +1501 "$P" >"$W/three"
send 0 "$W/one"
is 204 "the first bytes" outgoing "$U" "${PATCH[@]}"
field Upload-Offset 1000
send 0 "$W/two"
is 409 "bytes for another place" outgoing "$U" "${PATCH[@]}"
send 1000 "$W/two" -H "Upload-Checksum: sha256 $(digest sha256 "$W/one")"
is 460 "bytes that are not what their checksum says" outgoing "$U" "${PATCH[@]}"
is 200 "… are not kept" outgoing "$U" -I "${TUS[@]}"
field Upload-Offset 1000
send 1000 "$W/two" -H "Upload-Checksum: sha1 $(digest sha1 "$W/two")"
is 204 "with the right one they are" outgoing "$U" "${PATCH[@]}"
# a line that breaks in the middle: the client says more than it sends
(printf 'PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 1500\r\nContent-Length: %d\r\n\r\n' \
	"$U" $((SIZE - 1500)); head -c 300 "$W/three"; sleep 0.5) | timeout 20 openssl s_client -quiet -no_ign_eof -connect "127.0.0.1:$PORT" \
	-cert "$W/outgoing/organisation/tls.pem" -cert_chain "$W/pki/tls.pem" -key "$W/outgoing/organisation/tls.key" >/dev/null 2>&1
for _ in $(seq 300); do
	call outgoing "$U" -I "${TUS[@]}" >/dev/null
	[ "$(value Upload-Offset)" = 1800 ] && break
	sleep 0.1
done
[ "$(value Upload-Offset)" = 1800 ]
ok "what came before a cut stays"
kill -9 "$D"; wait "$D" 2>/dev/null
start incoming
ok "killed in between, it starts again"
is 200 "and knows how far the upload was" outgoing "$U" -I "${TUS[@]}"
field Upload-Offset 1800
tail -c +1801 "$P" >"$W/rest"
send 1800 "$W/rest"
is 204 "the rest" outgoing "$U" "${PATCH[@]}"
is 200 "makes the package deposited" outgoing "/v1/packages/$ID"
body '.state == "deposited"' "it says so"
is 409 "its recipient gets nothing before it has asked by a signed act" incoming "/v1/packages/$ID/content"
is 404 "nor anybody else, ever" municipality "/v1/packages/$ID/content"
cmp -s "$P" "$W/incoming/packages/"*"$ID"* 2>/dev/null || find "$W/incoming/packages" -type f -size "${SIZE}c" -exec cmp -s "$P" {} \; -print | grep -q .
ok "the bytes are those that were sealed"
! grep -qE "Kanarie|$ID|K-1" "$W/log"
ok "the log says nothing of package, case or person"
kill "$D"; wait "$D"; D=''

# ---- a dossier that the sender's own gateway minimises and seals ----
start outgoing
ok "the sender's own gateway starts"
(cd "$W/d/een" && tar cf "$W/een.tar" dossier.json attachments)
KEY=(-H 'Idempotency-Key: 2bb0de1c-a494-4ec0-ae11-b7a88a73a109' -H 'Content-Type: application/x-tar')
Q="/v1/dossiers?policy=overdracht-einde-contract&to=$SUCCESSOR&case=K-2"
is 201 "a dossier is handed in by its own organisation" outgoing "$Q" "${KEY[@]}" --data-binary "@$W/een.tar"
cp "$W/body" "$W/first"
is 201 "… once more with the same key" outgoing "$Q" "${KEY[@]}" --data-binary "@$W/een.tar"
[ "$(jq -r .package "$W/first")" = "$(jq -r .package "$W/body")" ]
ok "… it is the same package"
is 403 "another organisation may not" incoming "$Q" "${KEY[@]}" --data-binary "@$W/een.tar"
is 415 "nor in another form" outgoing "$Q" -H 'Idempotency-Key: 2bb0de1c-a494-4ec0-ae11-b7a88a73a100' -H 'Content-Type: application/gzip' --data-binary "@$W/een.tar"
! grep -rqa 'Kanarie-doel\|123456782' "$W/outgoing" "$W/log" && ! ls /tmp/*anarie* >/dev/null 2>&1
ok "nothing of it lies readable in the home or the log"
