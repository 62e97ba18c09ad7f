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
	[ -z "${DISK:-}" ] || umount "$DISK" 2>/dev/null
	chmod -R u+w "$W" 2>/dev/null
	rm -rf "$W"
}
trap end EXIT
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
					must_start
				fi
			fi
		fi
		wait $pid
		rc=$?
		[ $rc = 0 ] && break
		# taken by the gateway and kept by the command, which did not live to say so
		[ $rc = 4 ] && [ $again -gt 0 ] && grep -q "is not for us to do in a case that is '${DONE[$name]}'" "$W/err" && break
		tries=$((tries + 1))
		[ $tries -lt 15 ] || { STUCK=$((STUCK + 1)); sed "s/^/# $name: /" "$W/err"; break; }
	done 2>/dev/null
}
declare -A TIME=() DONE=([send]=offered [accept]=accepted [release]=released [fetch]=fetched [ack]=opened [take-over]=taken_over)
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
at municipality ledger show --json 2>/dev/null | jq -rs 'map(select(.act | test("^case\\."))) |
	(map(select(.ph == "result" and .out == "ok").sp) | map({key: ., value: 1}) | from_entries) as $good |
	map(select(.ph == "intent" and $good[.sp])) | .[].obj.h' | sort >"$W/acts"
[ "$(wc -l <"$W/acts")" = $((CASES * 7)) ] && [ -z "$(uniq -d "$W/acts")" ]
ok "each act is in the gateway's ledger once"
for h in outgoing incoming; do at $h ledger show --json 2>/dev/null | jq -rs 'map(select(.act | test("^case\\.")) | select(.ph == "result" and .out == "ok")) | group_by(.act)[] | "\(.[0].act) \(length)"'; done >"$W/out"
cat "$W/out" | sed 's/^/# /'
