#!/bin/bash
# Three homes and the gateway of one of them: referrals through all their states, cuts on the way, a
# gateway that shows something else, and proofs that stock tools verify.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D='' PORT='' WIRE='' # the daemon's process and port; the wire's
end() { kill $D $WIRE 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 170

start() { # HOME: its daemon, on the port it had before, if any
	"$HANDOVERD" --home "$W/$1" --listen "127.0.0.1:${PORT:-0}" 2>>"$W/log" >&2 &
	D=$!
	local before=${2:-0}
	for _ in $(seq 100); do
		[ "$(grep -c event=ready "$W/log")" -gt "$before" ] && break
		kill -0 $D 2>/dev/null || break
		sleep 0.1
	done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log" | tail -1)
	[ "$(grep -c event=ready "$W/log")" -gt "$before" ] || { echo "Bail out! the daemon does not start: $(tail -3 "$W/log")"; exit 1; }
}
stop() { kill "$D" && wait "$D"; D=''; }
again() { local n; n=$(grep -c event=ready "$W/log"); start "$1" "$n"; } # HOME
keep() { cat "$W/out" "$W/err" >>"$W/all" 2>/dev/null; } # what was printed, for the canary
run() { local want=$1 name=$2; shift 2; expect "$want" "$name" "$@"; keep; }
fact() { jq -e "$1" "$W/out" >/dev/null; ok "… with $1"; }
state() { at outgoing status --json "$1" 2>/dev/null | jq -r .state; }
is_state() { [ "$(state "$1")" = "$2" ]; ok "$1 is $2"; }
ledger() { # HOME: what it wrote about cases, newest last
	at "$1" ledger show --json 2>/dev/null | jq -r 'select(.act | test("^(case|transfer|incident)")) | [.act, .ph // "-", .out // "-"] | join(" ")'
}
seal_case() { # CASE [POLICY TO]: its package in $P
	dossier "$1"
	must at outgoing seal --policy "${2:-overdracht-einde-contract}" --to "${3:-$SUCCESSOR}" --case "$1" --json "$W/d/$1"
	P=$(jq -r .package "$W/must")
}
OFFER=(--programme participatiewet --start-month 2027-01)
offer() { seal_case "$1"; must at outgoing send "${OFFER[@]}" "$P"; } # CASE
receipts() { echo "$W/$1/receipts/$PROVIDER-$2"; } # HOME CASE

world
approve outgoing afronding-door-latende-partij.yaml
accept municipality afronding-door-latende-partij.yaml
must at municipality organisation import "$W/incoming.acc"
resign municipality
cp -a "$W/municipality" "$W/forgetful" # a gateway of before all this
: >"$W/log"
start municipality

# ---- gateways ----
for h in outgoing incoming municipality; do
	run 0 "$h notes the gateway" at $h gateway add default --url "https://127.0.0.1:$PORT" --oin $TOWN
	run 0 "… which knows it" at $h gateway check
done
run 1 "a name is given once" at outgoing gateway add default --url "https://127.0.0.1:1" --oin $TOWN
run 2 "an address that is none" at outgoing gateway add x --url "http://127.0.0.1:1" --oin $TOWN
run 2 "an OIN that is none" at outgoing gateway add x --url "https://127.0.0.1:1" --oin 1
run 2 "a name that is none" at outgoing gateway add ../x --url "https://127.0.0.1:1" --oin $TOWN
run 0 "another organisation, there" at outgoing gateway add other --url "https://127.0.0.1:$PORT" --oin $SUCCESSOR
run 5 "… is not who answers" at outgoing gateway check other
said "is answered by $TOWN, and not by $SUCCESSOR"
run 0 "nobody, there" at outgoing gateway add nobody --url "https://127.0.0.1:1" --oin $TOWN
run 7 "… answers" at outgoing gateway check nobody
run 0 "they are listed" at outgoing gateway list
said "other: https://127.0.0.1:$PORT, answered by $SUCCESSOR"
run 0 "and forgotten" at outgoing gateway remove other
run 1 "a gateway that was never noted" at outgoing inbox --gateway other
said "there is no gateway 'other', but: default, nobody"
echo 'prox: x' >>"$W/outgoing/gateways/nobody.yaml"
run 3 "a profile with an unknown key" at outgoing gateway check nobody
said 'did you mean "proxy"?'

# ---- a referral ----
seal_case zaak-1
run 2 "an offer needs its words" at outgoing send "$P"
run 0 "a package is offered" at outgoing send "${OFFER[@]}" --json "$P"
fact '.act == "offer" and .state == "offered" and .exit == 0'
run 0 "… once" at outgoing send "${OFFER[@]}" "$P"
said "it was done before"
run 4 "it is not released before it is accepted" at outgoing release zaak-1
run 4 "nor is there anything to fetch" at incoming fetch zaak-1
run 0 "it waits in the inbox" at incoming inbox
said "$PROVIDER/zaak-1: offered"
run 4 "its own offer is not the sender's to accept" at outgoing accept zaak-1
run 2 "a question about nothing" at incoming question zaak-1
run 0 "a question" at incoming question --about start_month zaak-1
run 0 "it is accepted, named by its sender too" at incoming accept "$PROVIDER/zaak-1"
run 0 "… once" at incoming accept zaak-1
said "it was done before"
run 4 "but what was not done is not" at incoming decline --reason other zaak-1
said "'decline' is not for us to do in a case that is 'accepted'"
run 0 "it is released" at outgoing release --json zaak-1
fact '.state == "released" and .package == "'"$P"'"'
run 0 "it is fetched" at incoming fetch zaak-1
[ -s "$W/incoming/inbox/$P.tar.age" ] && [ -s "$W/incoming/inbox/$P.slip.json.p7s" ]
ok "… with its slip"
run 1 "what was not opened is not confirmed" at incoming ack --opened "$W/none" zaak-1
must at incoming open --into "$W/opened" "$W/incoming/inbox/$P.tar.age"
mkdir -p "$W/guess" && echo guess >"$W/guess/tagmanifest-sha256.txt"
run 5 "nor what is something else" at incoming ack --opened "$W/guess" zaak-1
run 0 "what was opened is" at incoming ack --opened "$W/opened" zaak-1
run 0 "a conversation" at incoming conversation --state held --day 2026-12-01 zaak-1
run 0 "the take-over" at incoming take-over zaak-1
run 4 "a policy that has the sender delete does not let it keep" at outgoing kept --until 2031-12-31 --ground archiefwet zaak-1
run 0 "the sender's own is destroyed" at outgoing destroyed zaak-1
is_state zaak-1 closed
run 0 "the recipient sees that, too" at incoming status zaak-1
said "closed"
[ "$(ledger incoming | paste -sd,)" = "case.question intent -,case.question result ok,case.accept intent -,case.accept result ok,case.fetch_request intent -,case.fetch_request result ok,transfer.receive intent -,transfer.receive result ok,case.fetched intent -,case.fetched result ok,transfer.open intent -,transfer.open result ok,case.opened intent -,case.opened result ok,case.conversation intent -,case.conversation result ok,case.taken_over intent -,case.taken_over result ok" ]
ok "each act is an intent and a result in the own ledger"

# ---- proofs ----
run 0 "the sender's folder is a good chain" at outgoing receipt verify --json "$(receipts outgoing zaak-1)"
fact '.verdict == "good" and (.statements | length) == 10 and .rounds[0].state == "closed" and .pinned'
run 0 "the recipient's is the same" at incoming receipt verify "$(receipts incoming zaak-1)"
diff -rq "$(receipts outgoing zaak-1)" "$(receipts incoming zaak-1)" >"$W/out"
ok "… byte by byte"
cp -r "$(receipts outgoing zaak-1)" "$W/proof"
PINS=(--pin "$W/outgoing/organisation/signing.pem" --pin "$W/incoming/organisation/signing.pem")
TRUST=(--trust "$W/outgoing/registry/trust")
third() { HANDOVER_HOME=$W/nowhere "$HANDOVER" receipt verify "${TRUST[@]}" "$@"; }
run 0 "a third party needs the folder, roots and pins" third "${PINS[@]}" "$W/proof"
run 5 "… and both pins" third --pin "$W/outgoing/organisation/signing.pem" "$W/proof"
cat "$W/outgoing/registry/trust/signing"/*.pem >"$W/roots.pem"
for f in "$W/proof"/*.json; do
	openssl cms -verify -cades -binary -inform DER -in "$f.p7s" -content "$f" -CAfile "$W/roots.pem" -no-CApath \
		-no-CAstore -purpose any -out /dev/null 2>>"$W/cms" || echo "$f"
done >"$W/out"
[ ! -s "$W/out" ]
ok "openssl verifies each of them"
for f in "$W/proof"/00*.json; do jq -r '.prev // ""' "$f"; done >"$W/prev"
{ echo; sha256sum "$W/proof"/00*.json | cut -d' ' -f1; } | head -n -1 | diff - "$W/prev" >"$W/out"
ok "sha256sum shows their order"
mv "$W/proof/0004-release.json" "$W/taken"
run 5 "one that is missing is noticed" third "${PINS[@]}" "$W/proof"
sed 's/"case":"zaak-1"/"case":"zaak-2"/' "$W/taken" >"$W/proof/0004-release.json"
run 5 "and one that was changed" third "${PINS[@]}" "$W/proof"
cp "$W/taken" "$W/proof/0004-release.json"
run 0 "put right, it is good again" third "${PINS[@]}" "$W/proof"

# ---- cuts ----
offer zaak-2
stop
run 7 "the gateway is away" at incoming accept zaak-2
again municipality
# a wire that is cut after so many bytes, and that counts them; or that lets no answer through from then on
cat >"$W/cut.py" <<-'END'
	import socket, sys, threading
	port, most_up, log, deaf = int(sys.argv[1]), int(sys.argv[2]), open(sys.argv[3], "w"), "deaf" in sys.argv
	s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8)
	print(s.getsockname()[1], flush=True)
	def carry(a, b, most, heard):
	    n = 0
	    try:
	        while True:
	            d = a.recv(4096)
	            if not d: break
	            n += len(d)
	            if most > 0 and n > most:
	                if not deaf: break
	                heard.clear()
	            if most >= 0 or heard: b.sendall(d)
	    except OSError: pass
	    if most >= 0: print(n, file=log, flush=True)
	    for x in (a, b):
	        try: x.shutdown(socket.SHUT_RDWR)
	        except OSError: pass
	while True:
	    c, _ = s.accept()
	    g = socket.create_connection(("127.0.0.1", port))
	    heard = [1]
	    threading.Thread(target=carry, args=(c, g, most_up, heard), daemon=True).start()
	    threading.Thread(target=carry, args=(g, c, -1, heard), daemon=True).start()
END
wire() { # BYTES [deaf]: a gateway "wire" that cuts each connection after so many bytes to the gateway, or answers no more
	: >"$W/wire"
	python3 "$W/cut.py" "$PORT" "$1" "$W/wire.log" ${2:-} >"$W/wire" &
	WIRE=$!
	for _ in $(seq 50); do [ -s "$W/wire" ] && break; sleep 0.1; done
	printf 'url: "https://127.0.0.1:%s"\noin: "%s"\n' "$(cat "$W/wire")" $TOWN >"$W/incoming/gateways/wire.yaml"
	cp "$W/incoming/gateways/wire.yaml" "$W/outgoing/gateways/wire.yaml"
}
unwire() { kill "$WIRE"; wait "$WIRE" 2>/dev/null; WIRE=''; }
wire 0
must at incoming status --gateway wire "$PROVIDER/zaak-2"
for _ in $(seq 50); do [ -s "$W/wire.log" ] && break; sleep 0.1; done # it counts at the end of a connection
unwire
wire $(($(cat "$W/wire.log") + 600)) # enough for what comes before the statement, and not for that
run 7 "cut while the statement is sent" at incoming accept --gateway wire "$PROVIDER/zaak-2"
unwire
left=("$(receipts incoming zaak-2)"/*.pending.json)
[ -s "${left[0]}" ]
ok "it lies there as pending"
digest=$(sha256sum <"${left[0]}")
run 0 "the command is given again" at incoming accept zaak-2
[ "$(sha256sum <"$(receipts incoming zaak-2)/0002-accept.json")" = "$digest" ] && [ ! -e "${left[0]}" ]
ok "the same bytes arrive"
ledger incoming | tail -4 | paste -sd, >"$W/out"
[ "$(cat "$W/out")" = "case.accept intent -,case.accept result error,case.accept intent -,case.accept result ok" ]
ok "the ledger knows both tries"
wire 25000 # one of the package's two TLS records fits through a connection
run 0 "an upload is taken up again until it is through" at outgoing release --gateway wire "$PROVIDER/zaak-2"
unwire
[ "$(wc -l <"$W/wire.log")" -gt 1 ]
ok "… on more than one connection"
run 0 "and it is whole" at incoming fetch zaak-2

# ---- killed when the gateway had it, before its answer came ----
killed() { # HOME CASE DONE COMMAND…: DONE says whether the gateway has it
	local home=$1 case=$2 done=$3 pid
	shift 3
	wire 0
	must at "$home" status --gateway wire "$case"
	for _ in $(seq 50); do [ -s "$W/wire.log" ] && break; sleep 0.1; done
	unwire
	wire $(($(cat "$W/wire.log") + 600)) deaf
	"$HANDOVER" --home "$W/$home" "$@" --gateway wire "$case" >"$W/out" 2>&1 &
	pid=$!
	for _ in $(seq 100); do eval "$done" && break; sleep 0.1; done
	kill -9 $pid
	wait $pid 2>/dev/null
	unwire
	eval "$done" && ls "$(receipts "$home" "${case#*/}")" | grep -q pending
	ok "$home is killed when its '$1' is at the gateway"
}
intents() { at "$1" ledger verify --json 2>/dev/null | jq -c .open_intents; }
offer zaak-k
killed incoming "$PROVIDER/zaak-k" '[ "$(state zaak-k)" = accepted ]' accept
[ "$(ledger incoming | tail -1)" = "case.accept intent -" ]
ok "… and its ledger does not know how it ended"
digest=$(sha256sum <"$(receipts incoming zaak-k)/0002-accept.pending.json")
run 0 "the command given again says so" at incoming accept --json zaak-k
fact '.state == "accepted" and .note == "it was done before" and .statement == "'"${digest%% *}"'"'
[ "$(sha256sum <"$(receipts incoming zaak-k)/0002-accept.json")" = "$digest" ]
ok "… of the statement that was made then"
must at outgoing status zaak-k
[ "$(ls "$(receipts outgoing zaak-k)" | grep -c '^[0-9]*-[a-z_]*\.json$')" = 2 ]
ok "… and makes no other"
[ "$(ledger incoming | tail -2 | paste -sd,)" = "case.accept intent -,case.accept result ok" ] && [ "$(intents incoming)" = "[]" ]
ok "the ledger knows how it ended"
must at outgoing release zaak-k
must at incoming fetch zaak-k
must at incoming open --into "$W/opened" "$W/incoming/inbox/$(jq -r .package "$(receipts incoming zaak-k)/0001-offer.json").tar.age"
must at incoming ack --opened "$W/opened" zaak-k
run 0 "what was acknowledged was" at incoming ack --opened "$W/opened" zaak-k
said "it was done before"
talks() { [ "$(at outgoing status --json zaak-k | jq .statements)" = "$1" ]; }
killed incoming "$PROVIDER/zaak-k" 'talks 7' conversation --state planned
run 0 "what may be said again is not, when it was that" at incoming conversation --state planned zaak-k
said "it was done before"
talks 7
ok "… and stands there once"
killed incoming "$PROVIDER/zaak-k" 'talks 8' conversation --state planned
run 0 "what says something else is another act" at incoming conversation --state held --day 2026-12-01 zaak-k
talks 9
ok "… and stands there beside it"
killed incoming "$PROVIDER/zaak-k" '[ "$(state zaak-k)" = taken_over ]' take-over
[ "$(ledger incoming | tail -1)" = "case.taken_over intent -" ]
ok "its ledger does not know how it ended"
run 0 "any other command finishes that" at incoming inbox
[ "$(ledger incoming | tail -2 | paste -sd,)" = "case.taken_over intent -,case.taken_over result ok" ] && [ "$(intents incoming)" = "[]" ]
ok "… and it knows"
offer zaak-l
must at incoming decline --reason other zaak-l
run 0 "a decline for that reason was done" at incoming decline --reason other zaak-l
run 4 "… and none for another" at incoming decline --reason no_capacity zaak-l
said "was done before, and said something else"

# ---- both at once ----
must at incoming open --into "$W/opened" "$W/incoming/inbox/$(jq -r .package "$(receipts incoming zaak-2)/0001-offer.json").tar.age"
must at incoming ack --opened "$W/opened" zaak-2
for i in 1 2 3; do
	at outgoing conversation --state planned zaak-2 >"$W/a$i" 2>&1 &
	A=$!
	at incoming conversation --state planned zaak-2 >"$W/b$i" 2>&1 &
	B=$!
	wait $A || echo "outgoing $i: $(cat "$W/a$i")"
	wait $B || echo "incoming $i: $(cat "$W/b$i")"
done >"$W/out"
[ ! -s "$W/out" ]
ok "whoever comes second signs anew"
must at outgoing status zaak-2
must at incoming status zaak-2
[ "$(ls "$(receipts outgoing zaak-2)" | grep -c 'conversation.json$')" = 6 ] &&
	diff -rq "$(receipts outgoing zaak-2)" "$(receipts incoming zaak-2)" >"$W/out"
ok "both see all six, in one order"

# ---- the other ways ----
for c in a b c d e f o; do offer "zaak-$c"; done
run 4 "many in one call: each has its line, one may fail" at incoming decline --reason no_capacity --json zaak-a zaak-1 zaak-b
[ "$(jq -r .result "$W/out" | paste -sd,)" = "ok,conflict,ok" ]
ok "… and the others go on"
is_state zaak-b declined
run 0 "another month" at incoming hold --month 2027-03 zaak-c
run 0 "offered for that month" at outgoing send --programme participatiewet --start-month 2027-03 "$(jq -r .package "$(receipts outgoing zaak-c)/0001-offer.json")"
is_state zaak-c offered
run 0 "withdrawn while it is only offered" at outgoing withdraw --reason candidate zaak-c
is_state zaak-c withdrawn
run 0 "cancelled" at outgoing cancel zaak-d
run 0 "entered in error" at outgoing entered-in-error zaak-e
is_state zaak-e void
must at incoming accept zaak-f
must at outgoing release zaak-f
run 4 "no more time than a package of today gets" at outgoing extend --expires "$(date -u -d '+60 days' +%FT%TZ)" zaak-f
must at incoming accept zaak-o
must at outgoing release zaak-o
run 0 "a consent is withdrawn" at outgoing consent-withdrawn --scope share_capacity zaak-o
run 4 "what was sealed before that is not to be had any more" at incoming fetch zaak-o
said "consent was withdrawn after the package was sealed"
run 0 "withdrawn before a byte went" at outgoing withdraw --reason consent zaak-o
is_state zaak-o withdrawn
seal_case zaak-o
run 0 "sealed again it is offered again" at outgoing send "${OFFER[@]}" --json "$P"
fact '.act == "offer" and .state == "offered"'
must at incoming accept zaak-o
must at outgoing release zaak-o
run 0 "… and fetched" at incoming fetch zaak-o
must at incoming fetch zaak-f
run 0 "a consent is withdrawn after that" at outgoing consent-withdrawn --scope share_capacity zaak-f
run 0 "withdrawn after the fetch is asked for" at outgoing withdraw --reason consent zaak-f
is_state zaak-f withdrawal_requested
run 2 "the recipient says when it was destroyed" at incoming withdraw zaak-f
run 0 "and confirms" at incoming withdraw --destroyed "$(date -u +%FT%TZ)" zaak-f
is_state zaak-f withdrawn
run 0 "given back" at incoming return --reason no_show zaak-2
is_state zaak-2 returned
run 0 "misdelivered, found later" at outgoing misdelivered zaak-2
is_state zaak-2 misdelivered
must at outgoing gateway add second --url "https://127.0.0.1:1" --oin $SUCCESSOR
run 2 "a case is not looked for at another gateway" at outgoing status --gateway second "$PROVIDER/zaak-1"
said "is at the gateway of $TOWN"
run 0 "their chains are good" at outgoing receipt verify "$W/outgoing/receipts"/*

# ---- released at once ----
seal_case zaak-g afronding-door-latende-partij $TOWN
run 0 "where the policy says direct it is released at once" at outgoing send --json "$W/outgoing/outbox/$P.tar.age"
fact '.act == "release" and .state == "released"'
run 0 "the gateway's own organisation fetches as others do" at municipality fetch --out "$W/town" zaak-g
must at municipality open --into "$W/opened" "$W/town/$P.tar.age"
must at municipality ack --opened "$W/opened/$P" zaak-g
must at municipality take-over zaak-g
run 4 "a policy that has the sender keep does not let it say destroyed" at outgoing destroyed zaak-g
run 0 "kept" at outgoing kept --until 2031-12-31 --ground archiefwet zaak-g
is_state zaak-g closed

# ---- watching ----
offer zaak-h
"$HANDOVER" --home "$W/incoming" status --watch zaak-h >"$W/watch" 2>&1 &
A=$!
for _ in $(seq 50); do [ -s "$W/watch" ] && break; sleep 0.1; done
sleep 0.5
must at incoming accept zaak-h
for _ in $(seq 80); do grep -q 'accept, the case is accepted' "$W/watch" && break; sleep 0.1; done
grep -q 'accept, the case is accepted' "$W/watch"
ok "status --watch tells what happens"
kill -INT $A
wait $A
ok "… until it is interrupted"
for watch in "" --watch; do # a pipe that nobody reads; -13 is SIGPIPE
	timeout 60 python3 -c 'import os, subprocess, sys
r, w = os.pipe(); os.close(r); print(subprocess.run(sys.argv[1:], stdout=w).returncode)' \
		"$HANDOVER" --home "$W/incoming" status $watch >"$W/out" 2>"$W/err"
	[ "$(cat "$W/out" "$W/err")" = -13 ]
	ok "status $watch ends without a word when nobody reads on"
done

# ---- two days later ----
stop
export HANDOVER_TEST_CLOCK
HANDOVER_TEST_CLOCK=$(date -u -d '+2 days' +%FT%TZ)
again municipality
must at outgoing release zaak-h
run 0 "more time" at outgoing extend --expires "$(date -u -d '+29 days' +%FT%TZ)" zaak-h
is_state zaak-h released

# ---- opened after the end that the package names, within the one that it got ----
stop
HANDOVER_TEST_CLOCK=$(date -u -d '+29 days -1 hour' +%FT%TZ)
again municipality
run 0 "it is fetched in the longer term" at incoming fetch zaak-h
H=$(jq -r .package "$(receipts incoming zaak-h)/0001-offer.json")
late() { at incoming open --into "$W/late" "$W/incoming/inbox/$H.tar.age"; }
mv "$(receipts incoming zaak-h)" "$W/aside"
run 4 "nobody opens it who cannot prove that" late
said "the package has expired: ask its sender for a new one"
cp -r "$W/aside" "$(receipts incoming zaak-h)"
e=$(echo "$(receipts incoming zaak-h)"/00*-extend.json)
sed -i 's/"expires":"20/"expires":"21/' "$e"
run 4 "nor by a proof that was changed" late
said "the receipts of its case prove no longer term"
rm -r "$(receipts incoming zaak-h)"
mv "$W/aside" "$(receipts incoming zaak-h)"
run 0 "it is opened by what the chain of its case proves" late
run 0 "… and acknowledged" at incoming ack --opened "$W/late" zaak-h
HANDOVER_TEST_CLOCK=$(date -u -d '+30 days' +%FT%TZ)
run 4 "after that it is not opened any more" late
said "the package has expired: ask its sender for a new one"
# an extension that its sender signed, but no gateway has judged
cp -r "$(receipts incoming zaak-h)" "$W/aside"
rm "$(receipts incoming zaak-h)"/000[567]-*
jq -cj --arg at "$(date -u +%FT%T.000Z)" --arg until "$(date -u -d '+60 days' +%FT%T.000Z)" '.at = $at | .expires = $until' "$W/aside/0004-extend.json" >"$e"
echo >>"$e"
must openssl cms -sign -binary -cades -nosmimecap -md sha256 -outform DER -signer "$W/outgoing/organisation/signing.pem" \
	-inkey "$W/outgoing/organisation/signing.key" -certfile "$W/pki/signing.pem" -in "$e" -out "$e.p7s"
run 0 "a longer one, signed by the sender" at incoming receipt verify "$(receipts incoming zaak-h)"
run 4 "… is not more than its policy gives" late
said "the package was extended further than its policy lets it"
rm -r "$(receipts incoming zaak-h)"
mv "$W/aside" "$(receipts incoming zaak-h)"

# ---- a gateway that shows something else ----
run 1 "a case that is nowhere" at incoming accept zaak-nowhere
stop
again forgetful
run 5 "a gateway that has forgotten a case" at incoming status zaak-1
said "does not know case zaak-1 any more, of which we saw 10 statements"
[ "$(ledger incoming | tail -1)" = "incident.open - ok" ]
ok "… is an incident"
run 5 "it is missed in the inbox, too" at incoming inbox
said "does not know case zaak-2 any more"
run 5 "no act is signed for it" at incoming misdelivered zaak-1
[ ! -e "$(receipts incoming zaak-1)/0011-misdelivered.pending.json" ]
ok "… nor left behind"
stop
again municipality
# what we saw is not what it shows
f=$(receipts incoming zaak-h)/0007-opened.json
sed -i 's/"at":"[^"]*"/"at":"2026-11-22T04:50:11.123Z"/' "$f"
run 5 "a chain that differs from what we saw" at incoming status zaak-h
said "is another one than we saw before"

# ---- one whose list has no end ----
stop
cat >"$W/endless.py" <<-'END'
	import http.server, ssl, sys
	class Endless(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    def do_GET(self):
	        self.send_response(200)
	        self.send_header("Content-Type", "application/json")
	        self.send_header("Content-Length", "24")
	        self.end_headers()
	        self.wfile.write(b'{"items":[],"next":"a"}\n')
	    def log_message(self, *what): pass
	s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless)
	c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	c.load_cert_chain(sys.argv[1] + "/tls.pem", sys.argv[1] + "/tls.key")
	s.socket = c.wrap_socket(s.socket, server_side=True)
	print(s.server_address[1], flush=True)
	s.serve_forever()
END
: >"$W/endless"
cat "$W/pki/tls.pem" >>"$W/municipality/organisation/tls.pem"
python3 "$W/endless.py" "$W/municipality/organisation" >"$W/endless" &
WIRE=$!
for _ in $(seq 50); do [ -s "$W/endless" ] && break; sleep 0.1; done
printf 'url: "https://127.0.0.1:%s"\noin: "%s"\n' "$(cat "$W/endless")" $TOWN >"$W/incoming/gateways/endless.yaml"
run 7 "a list of empty pages without end is given up" timeout 60 "$HANDOVER" --home "$W/incoming" inbox --gateway endless
said "the gateway's list has no end"
unwire

# ---- nothing of a person ----
keep
grep -rlE 'Kanarie|KANARIE|123456782|Rijen|0612345678' "$W/all" "$W/log" "$W"/*/receipts "$W"/*/gateways "$W/municipality/store.db" >"$W/out"
[ ! -s "$W/out" ]
ok "nothing of a person is in what was printed, logged, signed or stored"
for c in gateway send release inbox accept decline hold question fetch ack conversation take-over return withdraw cancel extend destroyed kept misdelivered entered-in-error consent-withdrawn status; do
	[ -s "$BUILD/man/handover-$c.1" ] && "$HANDOVER" $c --help >/dev/null && grep -q -- "$c" "$BUILD/man/handover.bash" || echo $c
done >"$W/out"
[ ! -s "$W/out" ]
ok "each command has help, a man page and completion"
