#!/bin/bash
# Two gateways: cases that live at the other one, carried there and read back; stops, kills,
# refusals, and a gateway that speaks for organisations which are not its own.
#   A  the gateway of the municipality, also of the provider "outgoing"
#   B  the gateway of the successor "incoming", where their cases live
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
declare -A D=() PORT=() # by HOME: the daemon's process and port
end() {
	kill -9 "${D[@]}" 2>/dev/null
	wait 2>/dev/null
	chmod -R u+w "$W" 2>/dev/null
	rm -rf "$W"
}
trap end EXIT
plan 89

start() { # HOME: its daemon, on its port
	local before
	before=$(grep -c event=ready "$W/$1.log" 2>/dev/null)
	"$HANDOVERD" --home "$W/$1" --listen "127.0.0.1:${PORT[$1]}" --local "$W/$1.sock" 2>>"$W/$1.log" >&2 &
	D[$1]=$!
	for _ in $(seq 600); do # of a busy machine
		[ "$(grep -c event=ready "$W/$1.log")" -gt "${before:-0}" ] && return
		kill -0 "${D[$1]}" 2>/dev/null || break
		sleep 0.05
	done
	echo "Bail out! the daemon of $1 does not start: $(tail -3 "$W/$1.log")"
	exit 1
}
stop() { kill "${D[$1]}" && wait "${D[$1]}"; local rc=$?; unset "D[$1]"; return $rc; }
edge_of() { pgrep -P "${D[$1]}" | while read -r p; do grep -q handoverd-edge "/proc/$p/comm" && echo "$p"; done; }
kill_one() { # HOME [edge]: without a word; its edge or core ends with it
	local p=${D[$1]}
	[ "${2:-}" = edge ] && p=$(edge_of "$1")
	kill -9 "$p" 2>/dev/null
	wait "${D[$1]}" 2>/dev/null
	for _ in $(seq 100); do (: <"/dev/tcp/127.0.0.1/${PORT[$1]}") 2>/dev/null || break; sleep 0.05; done
	unset "D[$1]"
}
reload() { # HOME: it reads its registry again
	local before
	before=$(grep -c event=reload "$W/$1.log")
	kill -HUP "${D[$1]}"
	for _ in $(seq 100); do [ "$(grep -c 'event=reload$' "$W/$1.log")" -gt "$before" ] && break; sleep 0.1; done
}
figure() { curl -sS --max-time 10 --unix-socket "$W/$1.sock" http://x/metrics 2>/dev/null | awk -v n="handover_$2" '$1 == n {print $2}'; }
state() { at "$1" status --json "$2" 2>/dev/null | jq -r '.state // empty'; } # HOME CASE
waits() { at "$1" status --json "$2" 2>/dev/null | jq -r '.pending // [] | length'; }
until_state() { # HOME CASE STATE: nothing waits any more, and it is there; a try that failed is made again after up to a minute
	for _ in $(seq 900); do
		[ "$(state "$1" "$2")" = "$3" ] && [ "$(waits "$1" "$2")" = 0 ] && break
		sleep 0.1
	done
	[ "$(state "$1" "$2")" = "$3" ]
	ok "$2 is $3 at the gateway of $1"
}
run() { local want=$1 name=$2; shift 2; expect "$want" "$name" "$@"; cat "$W/out" "$W/err" >>"$W/all" 2>/dev/null; }
seal_case() { # CASE: its package in $P
	dossier "$1"
	must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case "$1" --json "$W/d/$1"
	P=$(jq -r .package "$W/must")
}
OFFER=(--programme participatiewet --start-month 2027-01)
receipts() { echo "$W/$1/receipts/$PROVIDER-$2"; } # HOME CASE

world
: >"$W/municipality.log" && : >"$W/incoming.log"
read -r PORT[municipality] PORT[incoming] <<<"$(python3 -c '
import socket
s = [socket.socket() for _ in range(2)]
for x in s: x.bind(("127.0.0.1", 0))
print(*(x.getsockname()[1] for x in s))')"
URL_A=https://localhost:${PORT[municipality]} URL_B=https://localhost:${PORT[incoming]}
must at outgoing organisation set --gateway "$URL_A" --gateway-oin $TOWN
must at municipality organisation set --gateway "$URL_A"
must at incoming organisation set --gateway "$URL_B"
for a in outgoing incoming municipality; do
	for b in outgoing incoming municipality; do [ $a = $b ] || meet $a $b; done
done
# the gateway of the provider has to know what the successor accepted
cp "$W/outgoing/policies/overdracht-einde-contract.yaml"* "$W/municipality/policies/"
must at municipality organisation import "$W/incoming.acc"
for h in outgoing incoming municipality; do resign $h; done
for h in outgoing municipality; do must at $h gateway add default --url "$URL_A" --oin $TOWN; done
must at incoming gateway add default --url "$URL_B" --oin $SUCCESSOR
start municipality
start incoming

# ---- a handover at the end of a contract, through all states ----
seal_case zaak-1
run 0 "an offer is left at the own gateway" at outgoing send "${OFFER[@]}" "$P"
until_state incoming zaak-1 offered
run 0 "accepted" at incoming accept zaak-1
until_state outgoing zaak-1 accepted
run 0 "released" at outgoing release zaak-1
until_state incoming zaak-1 released
run 0 "fetched" at incoming fetch zaak-1
must at incoming open --into "$W/opened" "$W/incoming/inbox/$P.tar.age"
run 0 "opened" at incoming ack --opened "$W/opened" zaak-1
run 0 "taken over" at incoming take-over zaak-1
until_state outgoing zaak-1 taken_over
run 0 "destroyed" at outgoing destroyed zaak-1
until_state outgoing zaak-1 closed
until_state incoming zaak-1 closed
for h in outgoing incoming; do run 0 "the chain of $h is good" at $h receipt verify "$(receipts $h zaak-1)"; done
# each notes by which gateway it came
diff -rq -x gateway "$(receipts outgoing zaak-1)" "$(receipts incoming zaak-1)" >"$W/out"
ok "both chains are the same, byte by byte"
grep -q '^<6>event=courier.delivered' "$W/municipality.log"
ok "the courier says what it did"

# ---- a referral by the municipality itself ----
must at municipality policy sign --cert "$W/fg/officer.pem" --key "$W/fg/officer.key" "$W/municipality/policies/verwijzing-aanbieder.yaml"
cp "$W/municipality/policies/verwijzing-aanbieder.yaml"* "$W/incoming/policies/"
must at incoming policy accept "$W/incoming/policies/verwijzing-aanbieder.yaml" --from $TOWN --contract RI-2 --until 2029-12-31 --out "$W/referral.acc"
must at municipality organisation import "$W/referral.acc"
for h in incoming municipality; do resign $h; reload $h; done
dossier verwijzing
sed -i 's/"contract":"RI-1"/"contract":"RI-2"/' "$W/d/verwijzing/dossier.json"
must at municipality seal --policy verwijzing-aanbieder --to $SUCCESSOR --case verwijzing --json "$W/d/verwijzing"
R=$(jq -r .package "$W/must")
run 0 "a referral is offered" at municipality send "${OFFER[@]}" "$R"
until_state incoming verwijzing offered
run 0 "another month is asked for" at incoming hold --month 2027-02 verwijzing
until_state municipality verwijzing on_hold
run 0 "offered for that month" at municipality send --programme participatiewet --start-month 2027-02 "$R"
until_state incoming verwijzing offered
run 0 "accepted" at incoming accept verwijzing
until_state municipality verwijzing accepted
run 0 "released" at municipality release verwijzing
until_state incoming verwijzing released
run 0 "fetched" at incoming fetch verwijzing
must at incoming open --into "$W/opened" "$W/incoming/inbox/$R.tar.age"
run 0 "opened" at incoming ack --opened "$W/opened" verwijzing
run 0 "taken over" at incoming take-over verwijzing
until_state municipality verwijzing taken_over
run 0 "kept" at municipality kept --until 2031-12-31 --ground archiefwet verwijzing
until_state incoming verwijzing closed
for h in municipality incoming; do run 0 "the chain of $h is good" at $h receipt verify "$W/$h/receipts/$TOWN-verwijzing"; done

# ---- B is away ----
seal_case zaak-w
must at outgoing send "${OFFER[@]}" "$P"
until_state incoming zaak-w offered
must at incoming accept zaak-w
until_state outgoing zaak-w accepted
withdrawn=$P
stop incoming
ok "B stops"
seal_case zaak-2
run 0 "an offer while B is away is kept" at outgoing send "${OFFER[@]}" --json "$P"
[ "$(waits outgoing zaak-2)" = 1 ]
ok "… and waits"
for _ in $(seq 100); do [ "$(figure municipality deliveries_failing)" = 1 ] && break; sleep 0.1; done
[ "$(figure municipality deliveries)" = 1 ] && [ "$(figure municipality deliveries_failing)" = 1 ] && [ "$(figure municipality courier_failed_total)" -gt 0 ]
ok "the figures tell of one delivery that fails"
must at outgoing release zaak-w
must at outgoing withdraw --reason content zaak-w
[ "$(waits outgoing zaak-w)" = 3 ] && [ "$(state outgoing zaak-w)" = accepted ]
ok "a release that was withdrawn before B was there waits with its package"
SECONDS=0
stop municipality && [ $SECONDS -lt 3 ]
ok "A stops at once although a delivery fails"
start municipality
start incoming
until_state incoming zaak-2 offered
for _ in $(seq 900); do [ "$(waits outgoing zaak-w)" = 0 ] && break; sleep 0.1; done
[ "$(curl -sS -k --max-time 10 -o /dev/null -w '%{http_code}' --cert "$W/municipality/organisation/tls.pem" \
	--key "$W/municipality/organisation/tls.key" "$URL_B/v1/packages/$withdrawn")" = 404 ]
ok "the package did not leave"
[ "$(state incoming zaak-w)" = accepted ]
ok "… nor was it released"
run 0 "withdrawn from where the case stands" at outgoing withdraw --reason content zaak-w
until_state incoming zaak-w withdrawn

# ---- kills ----
P_OF=()
for i in 1 2 3 4 5 6; do
	seal_case "val-$i"
	P_OF[i]=$P
done
i=0
for victim in municipality incoming; do
	for part in core edge core; do
		i=$((i + 1))
		at outgoing send "${OFFER[@]}" "${P_OF[i]}" >"$W/send" 2>&1 &
		S=$!
		# the first of each as early as its answer, the others ever later in the delivery
		[ $part$i = core1 ] || [ $part$i = core4 ] || sleep "0.$((i * 7 % 10))"
		[ $victim = municipality ] && [ $part$i = core1 ] && wait $S
		kill_one $victim $part
		wait $S
		start $victim
		# what was answered is kept; what was not is given again, and is the same statement
		grep -q offered "$W/send" || at outgoing send "${OFFER[@]}" "${P_OF[i]}" >"$W/send" 2>&1
		until_state incoming "val-$i" offered
		must at incoming accept "val-$i"
		until_state outgoing "val-$i" accepted
	done
done
for i in 1 2 3 4 5 6; do
	case $i in 1 | 2) victim=municipality ;; 3 | 4) victim=incoming ;; 5) victim=municipality ;; 6) victim=incoming ;; esac
	at outgoing release "val-$i" >"$W/send" 2>&1 &
	S=$!
	sleep "0.$((i * 3 % 10))"
	kill_one $victim "$([ $((i % 2)) = 0 ] && echo edge)"
	wait $S
	start $victim
	at outgoing release "val-$i" >"$W/send" 2>&1
	until_state incoming "val-$i" released
	must at incoming fetch "val-$i"
	until_state outgoing "val-$i" fetched
done
for i in 1 2 3 4 5 6; do
	must at outgoing status "val-$i"
	must at incoming status "val-$i"
	[ "$(ls "$(receipts outgoing "val-$i")" | grep -c '^[0-9]*-[a-z_]*\.json$')" = 5 ] &&
		diff -rq -x gateway "$(receipts outgoing "val-$i")" "$(receipts incoming "val-$i")"
done >"$W/out" || false
[ ! -s "$W/out" ]
ok "nothing lost, nothing twice: the chains of both sides are the same five acts"

# ---- what B does not take ----
seal_case zaak-3
must at outgoing send "${OFFER[@]}" "$P"
until_state incoming zaak-3 offered
stop incoming
must at outgoing cancel zaak-3
[ "$(waits outgoing zaak-3)" = 1 ]
ok "a cancellation waits for B"
stop municipality
start incoming
must at incoming accept zaak-3
start municipality
events() { # HOME OF: the events of A that HOME may see, of one case
	curl -sS -k --max-time 10 --cert "$W/$1/organisation/tls.pem" --key "$W/$1/organisation/tls.key" "$URL_A/v1/events?limit=500" |
		jq -c --arg c "$2" '.items[] | select(.case == $c)'
}
for _ in $(seq 100); do events outgoing zaak-3 | grep -q refused && break; sleep 0.1; done
[ "$(events outgoing zaak-3 | jq -r 'select(.kind == "refused").note')" = stale ]
ok "what came second is refused, and an event says so"
until_state outgoing zaak-3 accepted
cp -a "$W/incoming/registry" "$W/registry.before"
rm -rf "$W/incoming/registry/acceptances/"*
resign incoming
reload incoming
run 0 "a release that B will refuse" at outgoing release zaak-3
for _ in $(seq 100); do events outgoing zaak-3 | jq -r 'select(.kind == "refused").note' | grep -q '^refused' && break; sleep 0.1; done
events outgoing zaak-3 | jq -r 'select(.kind == "refused").note' | grep -q '^refused'
ok "… is refused, for what B's registry says"
until_state outgoing zaak-3 accepted
[ "$(figure municipality courier_refused_total)" -ge 2 ] && [ "$(figure municipality deliveries)" = 0 ]
ok "nothing is tried again"
rm -rf "$W/incoming/registry" && mv "$W/registry.before" "$W/incoming/registry"
reload incoming

# ---- a gateway that speaks for others ----
post() { # STATEMENT PATH: as the municipality, at B
	jq -n --rawfile s "$1" --arg p "$(base64 -w0 <"$1.p7s")" '{statement: $s, signature: $p}' >"$W/body"
	curl -sS -k --max-time 10 --cert "$W/municipality/organisation/tls.pem" --key "$W/municipality/organisation/tls.key" \
		-H 'Content-Type: application/json' --data-binary "@$W/body" -o "$W/out" -w '%{http_code}' "$URL_B$2"
}
[ "$(post "$(receipts incoming zaak-1)/0002-accept.json" "/v1/cases/$PROVIDER/zaak-1/statements")" = 403 ] &&
	[ "$(jq -r .code "$W/out")" = not-authentic ]
ok "an act of an organisation that is not its own is refused, however good its signature"
[ "$(post "$(receipts outgoing zaak-1)/0001-offer.json" "/v1/cases/$PROVIDER/zaak-1/statements")" = 200 ]
ok "… and one of its own was taken before"

# ---- the ledgers ----
stop municipality
stop incoming
for h in municipality incoming; do run 0 "the ledger of $h is whole" at $h ledger verify; done
for h in municipality incoming; do # the acts that the gateway itself wrote down as done, by statement
	at $h ledger show --json --details 2>/dev/null | jq -rs 'map(select(.record.act | test("^case\\.(offer|hold|accept|release|fetch_request|fetched|opened|taken_over|destroyed|kept)$"))) |
		(map(select(.record.ph == "result" and .record.out == "ok").record.sp) | map({key: ., value: 1}) | from_entries) as $good |
		map(select(.record.ph == "intent" and .record.actor.k == "svc" and $good[.record.sp])) | .[] | "\(.record.act) \(.detail.case) \(.detail.statement)"' |
		sort | uniq -c | sort -k2 >"$W/good.$h"
done
awk '$1 != 1' "$W/good.incoming" >"$W/out"
[ "$(wc -l <"$W/good.incoming")" = 53 ] && [ ! -s "$W/out" ]
ok "where the cases live each act is in the ledger once"
# at the sender's an act of its own is there twice: kept for delivery, and taken
awk '$1 > ($2 ~ /offer|release|destroyed|kept/ ? 2 : 1)' "$W/good.municipality" >"$W/out"
diff <(awk '{print $2, $3, $4}' "$W/good.incoming") <(awk '{print $2, $3, $4}' "$W/good.municipality") >>"$W/out"
[ "$(grep -v '^[0-9,]*[acd][0-9,]*$' "$W/out" | cut -d' ' -f1-3 | paste -sd,)" = "> case.release zaak-3,> case.release zaak-w" ]
ok "and at the sender's the same ones, but for the releases that were refused"
! grep -q 'code=failed\|event=edge.lost\|event=tick' "$W"/*.log
ok "no log has a failure of our own"
grep -lE 'Kanarie|KANARIE|123456782|Rijen|0612345678|zaak-1' "$W/municipality.log" "$W/incoming.log" >"$W/out"
[ ! -s "$W/out" ]
ok "nothing of a person or a case is in the logs"
