#!/bin/bash
# What testssl.sh and curl say of the daemon's TLS, in both profiles, and slowhttptest of clients that
# take their time. They know nothing of our code.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
daemons=()
end() { exec 7>&-; ((${#daemons[@]} == 0)) || kill "${daemons[@]}" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
has() { command -v "$1" >/dev/null; }
plan 40

must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
new_home outgoing $PROVIDER "Werk en Zo" --role provider
new_home municipality $TOWN "Gemeente Voorbeeld" --role municipality
echo 'tls_profile: digikoppeling' >>"$W/municipality/gateway.yaml"
meet outgoing incoming
meet outgoing municipality
meet incoming municipality
resign incoming
resign municipality
ready() { # LOG
	for _ in $(seq 200); do grep -q event=ready "$1" && return 0; sleep 0.1; done
	false
}
start() { # HOME COMMAND…: its ports in $PORT and $LOCAL
	"${@:2}" --home "$W/$1" >"$W/$1.out" 2>"$W/$1.log" &
	daemons+=($!)
	ready "$W/$1.log"; ok "the daemon of $1 starts"
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/$1.log")
	LOCAL=$(sed -n 's/^<6>event=listen.local at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/$1.log")
}
start incoming "$HANDOVERD" --listen 127.0.0.1:0 --local 127.0.0.1:0
good=$PORT local=$LOCAL
start municipality python3 tests/support/listen.py 4096 "$HANDOVERD"
more=$PORT figures=$LOCAL

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

# ---- slow clients of the interface: slowhttptest through a bridge that shows a client certificate ----
slow() { # NAME PATH OPTION…: six connections
	(cd "$W" && timeout 90 slowhttptest -c 6 -r 6 -p 5 -u "http://127.0.0.1:$bridge$2" "${@:3}") >"$W/$1.slow" 2>&1 </dev/null
	sed -i 's/\x1b\[[0-9;]*[mHJ]//g' "$W/$1.slow"
}
figure() { curl -sS --max-time 10 "http://127.0.0.1:$figures/metrics" 2>"$W/err" | sed -n "s/^handover_http_$1 //p"; }
if has slowhttptest; then
	mkfifo "$W/bridge.in"
	python3 tests/support/bridge.py "$more" "$W/outgoing/organisation/tls.pem" "$W/outgoing/organisation/tls.key" "$W/pki/tls.pem" \
		<"$W/bridge.in" >"$W/bridge" &
	exec 7>"$W/bridge.in"
	for _ in $(seq 100); do [ -s "$W/bridge" ] && break; sleep 0.1; done
	bridge=$(cat "$W/bridge")
	# a body of 8 KiB, a few bytes every three seconds; ten answers of 70 KB, a few bytes every five
	slow body /v1/packages -B -t POST -f application/json -s 8192 -i 3 -x 10 -l 60 &
	bodies=$!
	slow read /v1/openapi.json -X -k 10 -w 256 -y 512 -n 5 -z 32 -l 36 &
	reads=$!
	for _ in $(seq 200); do busy=$(figure workers_busy) && [ "${busy:-0}" -ge 12 ] && break; sleep 0.1; done
	[ "${busy:-0}" -ge 12 ]; ok "six slow bodies and six slow readers each hold a worker"
	from=${EPOCHREALTIME/./}
	[ "$(curl -sS --max-time 20 -k -o "$W/body" -w '%{http_code}' --cert "$W/incoming/organisation/tls.pem" --key "$W/incoming/organisation/tls.key" \
		"https://127.0.0.1:$more/v1/organisations" 2>"$W/err")" = 200 ] && ((${EPOCHREALTIME/./} - from < 2000000))
	ok "… and another organisation has its answer within two seconds"
else
	for t in hold another; do skip "slow clients: $t" "slowhttptest is not installed"; done
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

# ---- what became of the slow clients ----
served() { grep -q '^service available: *YES' "$1" && ! grep -q '^service available: *NO' "$1"; }
if has slowhttptest; then
	wait $bodies
	cp "$W/body.slow" "$W/out"
	grep -q 'Exit status: No open connections left' "$W/out"; ok "slowhttptest sends bodies slowly: the server closes every one of them"
	seconds=$(sed -n 's/^Test ended on \([0-9]*\).*/\1/p' "$W/out")
	((${seconds:-0} >= 29 && seconds < 45)); ok "… after the thirty seconds in which a body must move"
	served "$W/out"; ok "… and answered others all the while"
	wait $reads
	cp "$W/read.slow" "$W/out"
	grep -q '^connected: *6$' "$W/out"; ok "slowhttptest reads answers slowly"
	served "$W/out"; ok "… and others are answered all the while"
	for _ in $(seq 100); do [ "$(figure workers_busy)" = 0 ] && break; sleep 0.1; done
	[ "$(figure workers_busy)" = 0 ]; ok "no worker is with them any more"
	echo "# $(figure slow_total) given up"; [ "$(figure slow_total)" = 12 ]; ok "the server gave up each of the twelve"
	exec 7>&-
else
	for t in closes seconds others read read-others workers figures; do skip "slow clients: $t" "slowhttptest is not installed"; done
fi
[ "$(call "$more" "${id[@]}")" = 200 ]; ok "a party comes in as before"

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
