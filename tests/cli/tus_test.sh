#!/bin/bash
# Bytes in and out by stock clients: tus-js-client brings a package in pieces, with pauses, checksums
# and a cut, and ends an upload; curl fetches parts of what was released.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D=''
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
tests/npm/install || { echo "Bail out! the packages of tests/npm cannot be installed"; exit 1; }
plan 37

world
must at municipality organisation import "$W/incoming.acc"
resign municipality
"$HANDOVERD" --home "$W/municipality" --listen 127.0.0.1:0 2>"$W/log" &
D=$!
for _ in $(seq 600); do grep -q event=ready "$W/log" && break; sleep 0.1; done
PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log")
for h in outgoing incoming; do must at $h gateway add default --url "https://127.0.0.1:$PORT" --oin $TOWN; done

tus() { # HOW…: what it says in $W/said
	node tests/npm/tus.mjs "$PORT" "$W/outgoing/organisation/tls.pem" "$W/outgoing/organisation/tls.key" \
		"$W/municipality/registry/trust/tls/root.pem" "$P" "$@" >"$W/said" 2>"$W/err" </dev/null
}
says() { jq -e "$1" "$W/said" >/dev/null || { cut -c1-300 "$W/said" | sed 's/^/# /'; false; }; ok "$2"; }
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
	[ "$got" = "$want" ] || { echo "# $got instead of $want"; false; }
	ok "$name"
}
value() { sed -n "s/^$1: *\(.*\)"$'\r'"\$/\1/Ip" "$W/head"; }
field() { [ "$(value "$1")" = "$2" ] || { echo "# '$(value "$1")'"; false; }; ok "… with $1: $2"; }
announce() { # CASE: a package of it, in $P, its uuid in $ID
	dossier "$1"
	must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case "$1" --json "$W/d/$1"
	P=$(jq -r .file "$W/must") ID=$(jq -r .package "$W/must") SIZE=$(stat -c %s "$P")
	jq -Rs --arg s "$(base64 -w0 "${P%.tar.age}.slip.json.p7s")" '{slip: ., signature: $s}' <"${P%.tar.age}.slip.json" >"$W/announce"
	[ "$(call outgoing /v1/packages -H 'Content-Type: application/json' --data-binary "@$W/announce")" = 201 ] ||
		{ echo "Bail out! not announced"; exit 1; }
}
at_offset() { # OFFSET NAME: where the upload stands, says curl
	call outgoing "$U" -I -H 'Tus-Resumable: 1.0.0' >/dev/null
	[ "$(value Upload-Offset)" = "$1" ] || { echo "# '$(value Upload-Offset)'"; false; }
	ok "$2"
}
deposited() {
	call outgoing "/v1/packages/$ID" >/dev/null
	[ "$(jq -r .state "$W/body")" = deposited ] && cmp -s "$P" "$W/municipality/packages/$ID.tar.age"
	ok "$1"
}

# ---- in ----
announce zaak-1
tus new "$ID" 4096
says '.error == null and .requests[0] == "POST 201" and ([.requests[1:][] | select(. != "PATCH 204")] == [])' "a package in chunks"
says ".offset == $SIZE and (.requests | length) == $(((SIZE + 4095) / 4096 + 1))" "… each of them once"
deposited "… is here"
tus new "$ID" 4096
says '.error.status == 409 or .error == null' "what is here does not come again"
says '[.requests[] | select(startswith("PATCH 2"))] == []' "… not a byte of it"

announce zaak-2
tus new "$ID" 4096 twice
says ".error == null and .offset == $SIZE" "an upload that was paused goes on in the same run"
says '[.requests[] | select(startswith("HEAD 200"))] | length == 1' "… from where it asks how far it is"
deposited "… and is whole"

announce zaak-3
tus new "$ID" 4096 pause 2
U=$(jq -r .url "$W/said")
says '.offset == 8192 and .error == null' "one that was paused"
at_offset 8192 "… stays like that"
tus go "$U" 4096 pause 1
says '.requests == ["HEAD 200", "PATCH 204"] and .offset == 12288' "another run goes on with it"
tus go "$U" 4096 end
says '.error == null and .requests[-1] == "DELETE 204"' "it is terminated"
is 404 "… and is no more" outgoing "$U" -I -H 'Tus-Resumable: 1.0.0'
! compgen -G "$W/municipality/packages/*.part" >/dev/null
ok "… nor its bytes"

tus new "$ID" 4096 sum sha256 wrong
U=$(jq -r .url "$W/said")
says '.requests[0] == "POST 201" and .error.status == 460' "bytes that are not what their checksum says"
at_offset 0 "… do not stay"
tus go "$U" 4096 sum sha256 pause 1
says '.error == null and .offset == 4096' "with the right one they do"
tus go "$U" 1000000 sum sha1 cut 9000
says '.error == null and .offset == '"$SIZE" "a connection that is cut is taken up again"
says '[.requests[] | select(startswith("HEAD 200"))] | length >= 2' "… after asking what came"
deposited "… and the package is whole"

# ---- out ----
must at outgoing send --programme participatiewet --start-month 2027-01 "$ID"
must at incoming accept zaak-3
must at outgoing release zaak-3
is 409 "nobody fetches before asking" incoming "/v1/packages/$ID/content"
must at incoming fetch zaak-3
C=/v1/packages/$ID/content
is 200 "all of it" incoming "$C"
cmp -s "$W/body" "$P"
ok "… as it was sealed"
TAG=$(value ETag)
[ "$TAG" = "\"$(sha256sum <"$P" | cut -d' ' -f1)\"" ]
ok "… its tag is its digest"
is 206 "a part" incoming "$C" -r 100-1099
field Content-Range "bytes 100-1099/$SIZE"
cmp -s "$W/body" <(tail -c +101 "$P" | head -c 1000)
ok "… the right one"
is 206 "the end" incoming "$C" -r -500
cmp -s "$W/body" <(tail -c 500 "$P")
ok "… of it"
is 206 "a part of what it was before" incoming "$C" -r 100-1099 -H "If-Range: $TAG"
is 200 "all of it when it was something else" incoming "$C" -r 100-1099 -H 'If-Range: "another"'
is 416 "a part that is not there" incoming "$C" -r "$SIZE-"
field Content-Range "bytes */$SIZE"
is 304 "nothing when it is known already" incoming "$C" -H "If-None-Match: $TAG"
head -c 5000 "$P" >"$W/part"
curl -sS --max-time 60 -k --cert "$W/incoming/organisation/tls.pem" --key "$W/incoming/organisation/tls.key" \
	--continue-at - -o "$W/part" "https://127.0.0.1:$PORT$C" 2>"$W/err"
cmp -s "$W/part" "$P"
ok "curl goes on where a download was cut"
is 404 "another party gets nothing, in parts neither" municipality "$C" -r 0-9
grep -E '^<[0-4]>' "$W/log" >"$W/out"
[ ! -s "$W/out" ]
ok "the log warns of nothing"
