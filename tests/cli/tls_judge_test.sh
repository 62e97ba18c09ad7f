#!/bin/bash
# What testssl.sh and curl say of the daemon's TLS, in both profiles, and slowhttptest of clients that
# take their time. They know nothing of our code.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
daemons=()
end() { ((${#daemons[@]} == 0)) || kill "${daemons[@]}" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
has() { command -v "$1" >/dev/null; }
plan 30

must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
new_home outgoing $PROVIDER "Werk en Zo" --role provider
new_home municipality $TOWN "Gemeente Voorbeeld" --role municipality
echo 'tls_profile: digikoppeling' >>"$W/municipality/gateway.yaml"
meet outgoing incoming
meet outgoing municipality
resign incoming
resign municipality
ready() { # LOG
	for _ in $(seq 200); do grep -q event=ready "$1" && return 0; sleep 0.1; done
	false
}
start() { # HOME [OPTION…]: its port in $PORT
	"$HANDOVERD" --home "$W/$1" --listen 127.0.0.1:0 "${@:2}" 2>"$W/$1.log" &
	daemons+=($!)
	ready "$W/$1.log"; ok "the daemon of $1 starts"
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/$1.log")
}
start incoming --local 127.0.0.1:0
good=$PORT
local=$(sed -n 's/^<6>event=listen.local at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/incoming.log")
start municipality
more=$PORT

# ---- the judges run side by side ----
judge() { # PROFILE PORT OPTION…
	TMPDIR=$W timeout -k 5 120 testssl --quiet --color 0 --warnings off --sneaky --jsonfile "$W/$1.json" "${@:3}" "127.0.0.1:$2" >"$W/$1.txt" 2>&1 </dev/null
}
if has testssl; then
	judge good "$good" -p -f -R -S &
	first=$!
	judge more "$more" -p -f &
	second=$!
fi

# ---- curl ----
call() { # PORT OPTION…: prints the status
	curl -sS --max-time 20 -k -o "$W/body" -w '%{http_code}' "${@:2}" "https://127.0.0.1:$1/v1/openapi.json" 2>"$W/err"
}
id=(--cert "$W/outgoing/organisation/tls.pem" --key "$W/outgoing/organisation/tls.key")
[ "$(call "$good" "${id[@]}")" = 200 ]; ok "curl comes in"
[ "$(call "$good" "${id[@]}" --tlsv1.3 --tls13-ciphers TLS_CHACHA20_POLY1305_SHA256)" = 200 ]; ok "by the other suite, too"
[ "$(call "$good" "${id[@]}" --tls13-ciphers TLS_AES_128_GCM_SHA256)" = 000 ]; ok "by AES-128 not, in profile nl-goed"
[ "$(call "$good" "${id[@]}" --tls-max 1.2)" = 000 ]; ok "nor by TLS 1.2"
[ "$(call "$good")" = 000 ]; ok "nor without a certificate"
[ "$(call "$more" "${id[@]}" --tls-max 1.2)" = 200 ]; ok "digikoppeling takes TLS 1.2"
[ "$(call "$more" "${id[@]}" --tls-max 1.2 --ciphers ECDHE-ECDSA-AES256-SHA384)" = 000 ]; ok "but no CBC"
[ "$(call "$more" "${id[@]}" --tls-max 1.1 --tlsv1.1 --ciphers DEFAULT@SECLEVEL=0)" = 000 ]; ok "nor TLS 1.1"
[ "$(call "$more" --tls-max 1.2)" = 000 ]; ok "nor anybody without a certificate"
(sleep 1; echo R; sleep 2) | timeout 20 openssl s_client -tls1_2 -connect "127.0.0.1:$more" -cert "$W/outgoing/organisation/tls.pem" \
	-cert_chain "$W/pki/tls.pem" -key "$W/outgoing/organisation/tls.key" >"$W/out" 2>&1
grep -q RENEGOTIATING "$W/out" && grep -q 'no renegotiation' "$W/out"; ok "a client that asks for renegotiation is refused"

# ---- slow clients, at the listener that needs no certificate: the same loop serves both ----
if has slowhttptest; then
	(cd "$W" && timeout 60 slowhttptest -c 24 -H -i 4 -r 24 -l 20 -p 2 -u "http://127.0.0.1:$local/healthz") >"$W/slow.txt" 2>&1 </dev/null
	sed 's/\x1b\[[0-9;]*[mHJ]//g' "$W/slow.txt" >"$W/out"
	grep -q 'Exit status: No open connections left' "$W/out"; ok "slowhttptest sends heads slowly: the server closes every one of them"
	seconds=$(sed -n 's/^Test ended on \([0-9]*\).*/\1/p' "$W/out")
	((${seconds:-0} >= 9 && seconds < 20)); ok "… after the ten seconds that a head may take"
	grep -q '^service available: *YES' "$W/out" && ! grep -q '^service available: *NO' "$W/out"; ok "… and answered others all the while"
	[ "$(curl -sS --max-time 10 "http://127.0.0.1:$local/healthz" 2>"$W/err")" = alive ]; ok "which is there for others"
else
	for t in closes seconds others there; do skip "slow heads: $t" "slowhttptest is not installed"; done
fi

# ---- testssl.sh ----
is() { # FILE ID PATTERN NAME
	local got
	got=$(jq -r --arg id "$2" '.[] | select(.id == $id) | .finding' "$W/$1.json" | sed 's/ *$//')
	grep -qxE "$3" <<<"$got" || { echo "# $2: $got"; false; }
	ok "$4"
}
if has testssl; then
	wait $first $second
	suites='TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256'
	is good TLS1_3 'offered with final' "testssl.sh: nl-goed offers TLS 1.3"
	jq -r '.[] | select(.id | test("^(SSLv2|SSLv3|TLS1|TLS1_1|TLS1_2)$")) | .finding' "$W/good.json" | sort | uniq -c | tr -s ' ' >"$W/out"
	[ "$(cat "$W/out")" = " 5 not offered" ]; ok "and nothing older"
	is good PFS_ciphers "$suites" "just the two suites"
	is good PFS_ECDHE_curves '((prime256v1|secp384r1|secp521r1|X25519|X448) ?)+' "curves that the guidelines call good"
	is good TLS_session_ticket 'no .*' "no session tickets"
	is good sessionresumption_ticket 'not supported' "no resumption by them"
	is good sessionresumption_ID 'No Session ID, no resumption' "nor by an id"
	is good secure_client_renego 'not vulnerable, TLS 1.3 only' "no renegotiation"
	is good cert_signatureAlgorithm 'ECDSA with SHA256' "a certificate signed with SHA-256"
	is more TLS1_3 'offered with final' "digikoppeling offers TLS 1.3"
	is more TLS1_2 'offered' "and TLS 1.2"
	jq -r '.[] | select(.id | test("^(SSLv2|SSLv3|TLS1|TLS1_1)$")) | .finding' "$W/more.json" | sort | uniq -c | tr -s ' ' >"$W/out"
	[ "$(cat "$W/out")" = " 4 not offered" ]; ok "and nothing older"
	jq -r '.[] | select(.id == "PFS_ciphers") | .finding' "$W/more.json" | tr ' ' '\n' | grep . | sort >"$W/offered"
	! grep -vxE 'TLS_AES_256_GCM_SHA384|TLS_AES_128_GCM_SHA256|TLS_CHACHA20_POLY1305_SHA256|ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)' "$W/offered" >"$W/out" &&
		grep -q '^ECDHE-ECDSA' "$W/offered"
	ok "suites that the guidelines call good or sufficient, and no other"
	jq -r '.[] | select(.severity == "HIGH" or .severity == "CRITICAL") | .id' "$W/good.json" "$W/more.json" | grep -vxE 'cert_chain_of_trust|cert_revocation' >"$W/out"
	[ ! -s "$W/out" ]; ok "nothing grave is found but that the test authority is nobody's"
else
	for _ in $(seq 14); do skip "testssl.sh" "testssl.sh is not installed"; done
fi
