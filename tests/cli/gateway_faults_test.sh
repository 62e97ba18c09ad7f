#!/bin/bash
# One gateway and two parties in trouble: kill -9 at random points, a full disk, a clock that steps
# back, a ledger that was put aside, connections that hold on to it.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D='' PORT='' HOLD=''
end() {
	kill -9 $D $HOLD 2>/dev/null
	wait 2>/dev/null
	[ -z "${DISK:-}" ] || umount "$W/municipality/ledger" "$DISK" 2>/dev/null
	chmod -R u+w "$W" 2>/dev/null
	rm -rf "$W"
}
trap end EXIT
plan 43
SEED=${SEED:-$RANDOM}
echo "# SEED=$SEED"
RANDOM=$SEED

start() { # [HOME]: the daemon; false when it does not start
	local before
	before=$(grep -c event=ready "$W/log")
	"$HANDOVERD" --home "${1:-$W/municipality}" --listen "127.0.0.1:$PORT" --local "$W/sock" 2>>"$W/log" >&2 &
	D=$!
	for _ in $(seq 1200); do # of a busy machine
		[ "$(grep -c event=ready "$W/log")" -gt "$before" ] && return
		kill -0 $D 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}
must_start() { start "$@" || { echo "Bail out! the daemon does not start: $(tail -3 "$W/log")"; exit 1; }; }
stop() { kill "$D"; wait "$D"; local rc=$?; D=''; return $rc; }
ended() { # EXIT: it did not start, and ended with that code
	wait "$D"
	local rc=$?
	D=''
	[ $rc -eq "$1" ] || { echo "# exit $rc"; false; }
}
ready() { curl -sS --max-time 10 --unix-socket "$W/sock" -o "$W/body" -w '%{http_code}' http://x/readyz 2>/dev/null; }
call() { # WHO PATH [OPTION...]: prints the status
	local who=$1 path=$2
	shift 2
	curl -sS --max-time 20 --cert "$W/$who/organisation/tls.pem" --key "$W/$who/organisation/tls.key" -k \
		-o "$W/body" -w '%{http_code}' "$@" "https://127.0.0.1:$PORT$path" 2>"$W/err"
}
seal_case() { # CASE [N]: its package in $P, larger by N entries
	dossier "$1"
	[ -z "${2:-}" ] || python3 - "$W/d/$1/dossier.json" "$2" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))
		words = "lassen metselen koken schilderen typen rekenen plannen verkopen tillen snijden".split()
		n = len(words)
		d["competencies"] = [{"name": " ".join(words[(i // n**k) % n] for k in range(12))} for i in range(int(sys.argv[2]))]
		json.dump(d, open(sys.argv[1], "w"))
	END
	must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case "$1" --json "$W/d/$1"
	P=$(jq -r .package "$W/must")
}
OFFER=(--programme participatiewet --start-month 2027-01)
state() { at outgoing status --json "$1" 2>/dev/null | jq -r '.state // empty'; }
receipts() { echo "$W/$1/receipts/$PROVIDER-$2"; } # HOME CASE

world
: >"$W/log"
must at municipality organisation import "$W/incoming.acc"
resign municipality
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for h in outgoing incoming; do must at $h gateway add default --url "https://127.0.0.1:$PORT" --oin $TOWN; done
must_start

# ---- killed ----
# A step is a command that is given until it succeeds; before that, somebody is killed now and then:
# the command itself or the daemon, after a random part of the time that the step takes.
KILLS=0 C_KILLS=0 STUCK=0
step() { # NAME HOME COMMAND...
	local name=$1 home=$2 tries=0 again=0 pid ms rc
	shift 2
	ms=${TIME[$name]:-0}
	while :; do
		"$HANDOVER" --home "$W/$home" "$@" >"$W/out" 2>"$W/err" </dev/null &
		pid=$!
		if [ "$ms" -gt 0 ] && [ $again -lt "$MOST" ] && [ $KILLS -lt 50 ]; then
			sleep "$(printf '0.%03d' $((RANDOM % ms)))"
			if kill -0 $pid 2>/dev/null; then
				again=$((again + 1)) KILLS=$((KILLS + 1))
				if [ $((RANDOM % 2)) = 0 ]; then
					C_KILLS=$((C_KILLS + 1))
					kill -9 $pid 2>/dev/null
				else
					kill -9 "$D" 2>/dev/null
					wait "$D" 2>/dev/null
					# its edge ends with it, but not at the same moment
					while curl -sS --max-time 1 --unix-socket "$W/sock" -o /dev/null http://x/healthz 2>/dev/null; do sleep 0.02; done
					must_start
				fi
			fi
		fi
		wait $pid
		rc=$?
		[ $rc = 0 ] && break
		tries=$((tries + 1))
		[ $tries -lt 15 ] || { STUCK=$((STUCK + 1)); sed "s/^/# $name: /" "$W/err"; break; }
	done 2>/dev/null
}
declare -A TIME=()
whole() { # I: one case from its offer to its end
	local i=$1 a
	seal_case "zaak-$i" 9000
	P_OF[i]=$P
	for a in send accept release fetch ack take-over; do
		local from=${EPOCHREALTIME/./}
		case $a in
		send) step $a outgoing send "${OFFER[@]}" "${P_OF[i]}" ;;
		release) step $a outgoing release "zaak-$i" ;;
		accept | take-over) step $a incoming $a "zaak-$i" ;;
		fetch) step $a incoming fetch "zaak-$i" ;;
		ack)
			must at incoming open --into "$W/opened" "$W/incoming/inbox/${P_OF[i]}.tar.age"
			step $a incoming ack --opened "$W/opened" "zaak-$i"
			;;
		esac
		# how long a step takes is learnt from the first case, where nobody is killed
		[ -n "${TIME[$a]:-}" ] || TIME[$a]=$(((${EPOCHREALTIME/./} - from) / 1000 % 1000))
	done
}
MOST=3 # kills of one step
whole 1
[ "$(state zaak-1)" = taken_over ]
ok "a transfer that nobody disturbs"
CASES=1
while [ $KILLS -lt 50 ] && [ $CASES -lt 20 ]; do
	CASES=$((CASES + 1))
	whole $CASES
done
echo "# $KILLS kills in $((CASES - 1)) cases, of these $C_KILLS of the client"
[ $KILLS = 50 ] && [ $STUCK = 0 ]
ok "fifty kills, and every step came to its end"
for i in $(seq $CASES); do
	[ "$(state "zaak-$i")" = taken_over ] || echo "zaak-$i: $(state "zaak-$i")"
	must at incoming status "zaak-$i"
	cmp "$W/outgoing/outbox/${P_OF[i]}.tar.age" "$W/incoming/inbox/${P_OF[i]}.tar.age"
	diff -rq "$(receipts outgoing "zaak-$i")" "$(receipts incoming "zaak-$i")"
	ls "$(receipts outgoing "zaak-$i")" | grep -q pending && echo "zaak-$i: something is left"
	[ "$(ls "$(receipts outgoing "zaak-$i")" | grep -c '^[0-9]*-[a-z_]*\.json$')" = 7 ] || ls "$(receipts outgoing "zaak-$i")"
done >"$W/out" 2>&1
[ ! -s "$W/out" ]
ok "what was fetched is what was sent, and both have the same seven acts"
expect 0 "their chains are good" at outgoing receipt verify "$W/outgoing/receipts"/*
stop
for h in outgoing incoming municipality; do expect 0 "the ledger of $h is whole" at $h ledger verify; done
at municipality ledger show --json --details 2>/dev/null | jq -rs 'map(select(.record.act | test("^case\\."))) |
	(map(select(.record.ph == "result" and .record.out == "ok").record.sp) | map({key: ., value: 1}) | from_entries) as $good |
	map(select(.record.ph == "intent" and $good[.record.sp])) | .[].detail.statement' | sort >"$W/acts"
[ "$(wc -l <"$W/acts")" = $((CASES * 7)) ] && [ -z "$(uniq -d "$W/acts")" ]
ok "each act is in the gateway's ledger once"
for h in outgoing incoming; do
	at $h ledger show --json 2>/dev/null | jq -rs --arg h $h --argjson n $CASES 'map(select(.act | test("^case\\."))) | group_by(.act)[] |
		{act: .[0].act, intents: map(select(.ph == "intent")) | length, good: map(select(.ph == "result" and .out == "ok")) | length} |
		select(.intents < $n or .good > $n) | "\($h) \(.)"'
done >"$W/out"
[ ! -s "$W/out" ]
ok "in a party's own no act is missing, and none succeeded twice"
for h in outgoing incoming; do at $h ledger verify --json 2>/dev/null | jq -c .open_intents; done >"$W/out"
[ "$(sort -u "$W/out")" = "[]" ]
ok "… and none is without its result"

# ---- a full disk ----
for i in 1 2 3; do seal_case "vol-$i"; P_OF[i]=$P; done
cp "$W/municipality/gateway.yaml" "$W/gateway.yaml"
must_start
for i in 1 2; do must at outgoing send "${OFFER[@]}" "${P_OF[i]}"; must at incoming accept "vol-$i"; done
stop
echo 'serve: {free_gb: 1048576}' >>"$W/municipality/gateway.yaml" # more than any disk has
must_start
[ "$(ready)" = 503 ]
ok "without room it is not ready"
S=$W/outgoing/outbox/${P_OF[1]}.slip.json
jq -Rs --arg s "$(base64 -w0 "$S.p7s")" '{slip: ., signature: $s}' <"$S" >"$W/announce"
[[ $(call outgoing /v1/packages -H 'Content-Type: application/json' --data-binary "@$W/announce") == 20[01] ]]
ok "a package is announced all the same"
[ "$(call outgoing /v1/uploads -X POST -H 'Tus-Resumable: 1.0.0' -H "Upload-Length: $(stat -c %s "${S%.slip.json}.tar.age")" \
	-H "Upload-Metadata: package $(printf %s "${P_OF[1]}" | base64 -w0)")" = 507 ]
ok "… but its upload is refused before a byte moves"
[ -z "$(find "$W/municipality/packages" -name "*${P_OF[1]}*" -size +0)" ]
ok "… and nothing of it is kept"
from=$SECONDS
expect 7 "a release says at once that there is no room" timeout 60 "$HANDOVER" --home "$W/outgoing" release vol-1
said "the gateway answers: "
[ $((SECONDS - from)) -lt 10 ]
ok "… and does not press for it"
expect 0 "an offer is withdrawn all the same" at outgoing withdraw --reason candidate vol-2
[ "$(state vol-2)" = withdrawn ]
ok "… and is withdrawn"
stop
cp "$W/gateway.yaml" "$W/municipality/gateway.yaml"
# a disk that is really full, where we may make one
DISK=$W/disk
mkdir "$DISK"
if mount -t tmpfs -o size=48m,mode=0700 tmpfs "$DISK" 2>/dev/null; then
	cp -a "$W/municipality" "$DISK/home"
	must_start "$DISK/home"
	head -c 60M /dev/zero >"$DISK/filler" 2>/dev/null
	[ "$(stat -f -c %a "$DISK")" = 0 ]
	ok "a disk without one free block"
	[ "$(ready)" = 503 ]
	ok "… is not ready"
	timeout 60 "$HANDOVER" --home "$W/outgoing" release vol-1 >"$W/out" 2>"$W/err"
	[ $? = 7 ] && [ "$(state vol-1)" = accepted ]
	ok "nothing is released into it"
	expect 0 "a cancellation is taken" at outgoing cancel vol-1
	stop
	rm "$DISK/filler"
	expect 0 "its ledger is whole" "$HANDOVER" --home "$DISK/home" ledger verify
	must_start "$DISK/home"
	[ "$(state vol-1)" = cancelled ]
	ok "and with room again it goes on"
	stop
	rm -rf "$W/municipality" && cp -a "$DISK/home" "$W/municipality"
	umount "$DISK"
	# one of the ledger alone
	mount -t tmpfs -o size=24m,mode=0700 tmpfs "$DISK"
	cp -a "$W/municipality/ledger/." "$DISK/"
	mount --bind "$DISK" "$W/municipality/ledger"
	must_start
	[ "$(ready)" = 200 ]
	ok "a ledger with a disk of its own"
	head -c 30M /dev/zero >"$DISK/filler" 2>/dev/null
	[ "$(ready)" = 503 ]
	ok "… that is full: not ready"
	stop
	umount "$W/municipality/ledger"
	umount "$DISK"
else
	for what in "a ledger with a disk of its own" "… that is full: not ready" "a disk without one free block" "… is not ready" "nothing is released into it" "a cancellation is taken" "its ledger is whole" "and with room again it goes on"; do
		ok "$what # SKIP only root may make a disk"
	done
fi
DISK=''

# ---- a clock that steps back ----
must_start
must at outgoing send "${OFFER[@]}" "${P_OF[3]}"
stop
cp -a "$W/municipality" "$W/later" # where it will be two hours later
! HANDOVER_TEST_CLOCK=$(date -u -d '-2 hours' +%FT%TZ) start && ended 8
ok "with a clock before the ledger's last record it does not start"
grep -q 'event=start.failed.*clock' "$W/log"
ok "… and says why"
must_start "$W/later"
[ "$(ready)" = 200 ]
ok "with a clock that is right it is ready"
# a record of two hours later, by another process: from there this clock has stepped back
HANDOVER_TEST_CLOCK=$(date -u -d '+2 hours' +%FT%TZ) must at later ledger show
[ "$(ready)" = 503 ]
ok "a clock that steps back while it runs: it is not ready"
at outgoing withdraw --reason candidate vol-3 >"$W/out" 2>"$W/err"
[ $? = 7 ] && [ "$(state vol-3)" = offered ]
ok "… and takes no act"
stop
HANDOVER_TEST_CLOCK=$(date -u -d '+125 minutes' +%FT%TZ) must_start "$W/later"
expect 0 "with the clock put right it goes on" at outgoing withdraw --reason candidate vol-3
stop
must_start

# ---- another ledger in its place ----
must cp "$W/municipality/ledger/ledger.db" "$W/older.db"
seal_case vol-4
must at outgoing send "${OFFER[@]}" "$P"
mkdir "$W/aside"
mv "$W/municipality/ledger/"ledger.db* "$W/aside/"
cp "$W/older.db" "$W/municipality/ledger/ledger.db"
[ "$(ready)" = 503 ]
ok "a ledger that was put in the place of its own is noticed"
grep -q 'ledger.db was moved or replaced' "$W/log"
ok "… and the log says so"
at incoming accept vol-4 >"$W/out" 2>"$W/err"
[ $? = 7 ]
ok "… and no act is taken"
stop
! start && ended 5
ok "nor does it start over one"
rm -f "$W/municipality/ledger/"ledger.db*
mv "$W/aside/"ledger.db* "$W/municipality/ledger/"
must_start
expect 0 "with its own again it goes on" at incoming accept vol-4

# ---- those who hold on to it ----
is_quick() { # the best of five answers to the other party, in milliseconds
	local best=99999 from t
	for _ in 1 2 3 4 5; do
		from=${EPOCHREALTIME/./}
		[ "$(call incoming /v1/organisations)" = 200 ] || continue
		t=$(((${EPOCHREALTIME/./} - from) / 1000))
		[ $t -lt $best ] && best=$t
	done
	echo "# $best ms"
	[ $best -lt 1000 ]
}
mkfifo "$W/hold.in"
python3 tests/support/hold.py "$PORT" "$W/outgoing/organisation/tls.pem" "$W/outgoing/organisation/tls.key" 300 100 100 <"$W/hold.in" >"$W/hold" &
HOLD=$!
exec 7>"$W/hold.in"
for _ in $(seq 600); do [ -s "$W/hold" ] && break; sleep 0.1; done
read -r a b c <"$W/hold"
echo "# $a silent, $b half heads, $c stalled bodies"
[ "$a" = 300 ] && [ "$b" -ge 90 ] && [ "$c" -ge 90 ]
ok "three hundred silent connections, a hundred half heads, a hundred stalled bodies"
is_quick
ok "another party has its answer within a second"
exec 7>&-
wait $HOLD
HOLD=''
stop
ok "and it stops in order"
expect 0 "the ledger is whole" at municipality ledger verify
grep -lE 'Kanarie|KANARIE|123456782|Rijen|0612345678' "$W/log" >"$W/out"
[ ! -s "$W/out" ]
ok "nothing of a person is in the log"
