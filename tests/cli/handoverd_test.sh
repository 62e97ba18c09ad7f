#!/bin/bash
# The daemon as it is run: two organisations and a stranger, the stock curl, signals, and requests
# that no client would make.
set -u
. tests/cli/lib.sh
HANDOVERD=$PWD/$BUILD/handoverd
D='' # the daemon's process
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 86

must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
new_home outgoing $PROVIDER "Werk en Zo" --role provider
new_home stranger $STRANGER "Vreemd" --role provider
meet outgoing incoming
resign incoming
# another key for the OIN of a party that is known, from the same authority
mkdir -p "$W/twin/organisation"
for what in signing tls; do
	must openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/twin/organisation/$what.key" \
		-subj "/C=NL/O=Werk en Zo/serialNumber=$PROVIDER/CN=Werk en Zo" -out "$W/twin/organisation/$what.csr"
done
must "$CERTS/issue" "$W/pki" "$W/twin"

start() { # OPTION...: the daemon of incoming; its port in $PORT
	: >"$W/log" # not what the one before it said
	"$HANDOVERD" --home "$W/incoming" --listen 127.0.0.1:0 "$@" 2>"$W/log" &
	D=$!
	for _ in $(seq 600); do # of a busy machine
		grep -q event=ready "$W/log" && break
		kill -0 $D 2>/dev/null || break
		sleep 0.1
	done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/log")
	grep -q event=ready "$W/log" || { echo "Bail out! no daemon: $(tail -2 "$W/log")"; exit 1; }
}
stopped() { # EXIT: the daemon ends by itself with that code
	wait "$D"
	local rc=$?
	D=''
	[ $rc -eq "$1" ] || { echo "# exit $rc"; false; }
}
edge_of() { pgrep -P "$D" -f handoverd | while read -r p; do grep -q handoverd-edge "/proc/$p/comm" && echo "$p"; done; }
call() { # WHO PATH [OPTION...]: the answer's head in $W/head, its body in $W/body; prints the status
	local who=$1 path=$2
	shift 2
	curl -sS --max-time 20 --cert "$W/$who/organisation/tls.pem" --key "$W/$who/organisation/tls.key" -k \
		-D "$W/head" -o "$W/body" -w '%{http_code}' "$@" "https://127.0.0.1:$PORT$path" 2>"$W/err"
}
is() { # STATUS NAME WHO PATH [OPTION...]
	local want=$1 name=$2 got
	shift 2
	got=$(call "$@")
	[ "$got" = "$want" ] || { echo "# $got instead of $want"; cat "$W/body" 2>/dev/null | sed 's/^/# /' | head -5; false; }
	ok "$name"
}
field() { grep -qi "^$1: *$2"$'\r'"\$" "$W/head"; ok "… with $1: $2"; }
body() { jq -e "$1" "$W/body" >/dev/null; ok "… and ${2:-$1}"; }
raw() { # STATUS NAME REQUEST: bytes as they are, over TLS
	local got
	got=$(printf '%b' "$3" | timeout 20 openssl s_client -quiet -connect "127.0.0.1:$PORT" -servername gw \
		-cert "$W/outgoing/organisation/tls.pem" -cert_chain "$W/pki/tls.pem" -key "$W/outgoing/organisation/tls.key" 2>/dev/null | head -1 | tr -d '\r')
	[[ $got == "HTTP/1.1 $1 "* ]] || { echo "# '$got'"; false; }
	ok "$2"
}

# ---- words ----
expect 0 "--help" "$HANDOVERD" --help
said "SIGHUP reads"
expect 0 "--version" "$HANDOVERD" --version
expect 2 "no home" env -u HANDOVER_HOME "$HANDOVERD"
expect 1 "a home that is not there" "$HANDOVERD" --home "$W/none"
expect 2 "nowhere to listen" "$HANDOVERD" --home "$W/incoming"
expect 2 "a name is no address" "$HANDOVERD" --home "$W/incoming" --listen localhost:8443
expect 2 "a local listener that others reach" "$HANDOVERD" --home "$W/incoming" --listen 127.0.0.1:0 --local 0.0.0.0:0
said "can be reached by others"
chmod go+r "$W/incoming/organisation/tls.key"
expect 3 "a TLS key that others can read" "$HANDOVERD" --home "$W/incoming" --listen 127.0.0.1:0
chmod go-r "$W/incoming/organisation/tls.key"

# ---- serving ----
PIN=PIN-$RANDOM$RANDOM
HANDOVER_PKCS11_PIN=$PIN start --local "$W/local.sock"
ok "it starts"
[ -n "$(edge_of)" ] && [ "$(edge_of)" != "$D" ]
ok "two processes: a core and its edge"
grep -q "NoNewPrivs:.1" "/proc/$D/status" && grep -q "Seccomp:.2" "/proc/$D/status" &&
	grep -q "NoNewPrivs:.1" "/proc/$(edge_of)/status" && grep -q "Seccomp:.2" "/proc/$(edge_of)/status"
ok "both are confined"
# only root can look: to anybody else both processes are closed
[ ! -r "/proc/$D/environ" ] || [ "$(tr '\0' '\n' <"/proc/$(edge_of)/environ" 2>/dev/null | grep -c "$PIN")" = 0 ] &&
	{ [ ! -r "/proc/$D/environ" ] || tr '\0' '\n' <"/proc/$D/environ" | grep -q "$PIN"; }
ok "the PIN of a token is in the core's environment alone"
parsers=''
for p in $(pgrep -P "$D"); do [ "$(cat "/proc/$p/comm")" = parser ] && parsers=$p; done
[ -n "$parsers" ] && { [ ! -r "/proc/$parsers/environ" ] || [ "$(find "/proc/$parsers/fd" -mindepth 1 | wc -l)" = 4 ]; }
ok "what forks parsers holds the standard three and its line to the core"
local_call() { curl -sS --max-time 8 --unix-socket "$W/local.sock" -o "$W/body" -w '%{http_code}' "http://x$1" 2>"$W/err"; }
[ "$(local_call /healthz)" = 200 ]; ok "healthz"
[ "$(local_call /readyz)" = 200 ]; ok "readyz"
[ "$(local_call /metrics)" = 200 ] && grep -q '^handover_http_handshakes_total 0$' "$W/body" && grep -q '^handover_cases 0$' "$W/body"
ok "metrics of both processes"
[ "$(local_call /v1/organisations)" = 404 ]; ok "the interface is not on the local listener"
# two that ask and do not read, as many as it has workers
python3 - "$W/local.sock" <<'END' &
import socket, sys, time
held = []
for _ in range(2):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 200)
    held.append(s)
time.sleep(20)
END
HOLD=$!
sleep 0.5
[ "$(local_call /healthz)" = 200 ]; ok "who asks for figures and does not read them keeps health from nobody"
kill $HOLD
wait $HOLD 2>/dev/null

is 200 "the interface's description" outgoing /v1/openapi.json
field API-Version "[0-9.]*"
field Access-Control-Allow-Origin '\*'
field Content-Type application/json
field Cache-Control no-store
field Strict-Transport-Security 'max-age=.*'
field X-Content-Type-Options nosniff
field traceparent '00-[0-9a-f]\{32\}-[0-9a-f]\{16\}-01'
body '.openapi | startswith("3.1")'
is 200 "organisations" outgoing /v1/organisations
body '.items | map(.oin) | sort == ["'$PROVIDER'","'$SUCCESSOR'"]' "both are there"
is 200 "one's own gateway may ask, too" incoming /v1/organisations/$PROVIDER
is 404 "an unknown path" outgoing /v1/nothing
field Content-Type application/problem+json
body '.status == 404 and .code == "not-found" and (.instance | startswith("urn:uuid:"))' "a problem document"
grep -q "$(jq -r .instance "$W/body")" "$W/log"
ok "… which the log has, too"
is 404 "a trailing slash" outgoing /v1/organisations/
is 405 "another method" outgoing /v1/organisations -X DELETE
field Allow 'GET, HEAD'
is 406 "another media type" outgoing /v1/organisations -H 'Accept: text/html'
is 400 "an unknown parameter" outgoing '/v1/organisations?x=1'
is 415 "a body of another type" outgoing /v1/packages -H 'Content-Type: text/plain' -d '{}'
is 400 "a body that is no JSON" outgoing /v1/packages -H 'Content-Type: application/json' -d '{'
head -c 1100000 /dev/zero >"$W/big"
is 413 "a body above 1 MiB" outgoing /v1/packages -H 'Content-Type: application/json' --data-binary "@$W/big"
is 204 "what tus offers" outgoing /v1/uploads -X OPTIONS
field Tus-Resumable 1.0.0
is 200 "a trace is taken over" outgoing /v1/organisations -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
field traceparent '00-0af7651916cd43dd8448eb211c80319c-.*'

# ---- who ----
is 403 "a party that the registry does not know" stranger /v1/organisations
is 403 "… is told nothing of paths" stranger /v1/nothing
is 403 "a known OIN with another key" twin /v1/organisations
call stranger '/v1/organisations?n=[1-60]' -o /dev/null >"$W/out"
[ "$(grep -o 403 "$W/out" | wc -l)" = 60 ] && [ "$(grep -c "peer=$STRANGER" "$W/log")" -le 20 ]
ok "how much of strangers is in the log they do not choose"
curl -sS -k --max-time 20 "https://127.0.0.1:$PORT/v1/openapi.json" >"$W/out" 2>"$W/err"
[ $? -ne 0 ] && [ ! -s "$W/out" ]
ok "without a certificate the handshake fails"
must openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$W/self.key" -out "$W/self.pem" \
	-subj "/C=NL/O=X/serialNumber=$PROVIDER/CN=X"
curl -sS -k --max-time 20 --cert "$W/self.pem" --key "$W/self.key" "https://127.0.0.1:$PORT/v1/openapi.json" >"$W/out" 2>"$W/err"
[ $? -ne 0 ] && [ ! -s "$W/out" ]
ok "nor with one of no authority"
curl -sS -k --tls-max 1.2 --max-time 20 --cert "$W/outgoing/organisation/tls.pem" --key "$W/outgoing/organisation/tls.key" \
	"https://127.0.0.1:$PORT/v1/openapi.json" >"$W/out" 2>"$W/err"
[ $? -ne 0 ]
ok "nor by TLS 1.2 in the profile nl-goed"

# ---- requests that no client makes ----
raw 400 "both framings" "POST /v1/packages HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
raw 400 "a bare line feed" "GET /v1/openapi.json HTTP/1.1\nHost: x\n\n"
raw 400 "two Hosts" "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"
raw 400 "a path that climbs" "GET /v1/../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"
raw 505 "HTTP/1.0" "GET /v1/openapi.json HTTP/1.0\r\nHost: x\r\n\r\n"
raw 404 "a slash within a segment" "GET /v1/organisations/%2e%2e%2f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
head -c 100000 /dev/urandom | timeout 20 openssl s_client -quiet -connect "127.0.0.1:$PORT" >/dev/null 2>&1
head -c 100000 /dev/urandom | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$PORT" 2>/dev/null
is 200 "after noise it still serves" outgoing /v1/openapi.json

# ---- reload ----
must "$CERTS/revoke" "$W/pki" "$W/outgoing/organisation/tls.pem" keyCompromise
must "$CERTS/crl" "$W/pki" "$W/incoming"
lines() { grep -c "event=$1" "$W/log"; }
reload() { # EVENT: SIGHUP, and wait until the log says how that went
	local before
	before=$(lines "$1")
	kill -HUP "$D"
	for _ in $(seq 600); do [ "$(lines "$1")" -gt "$before" ] && return 0; sleep 0.1; done
	sed 's/^/# /' "$W/log" | tail -5
	return 1
}
reload reload.failed
ok "a registry with lists that nobody signed is not taken"
is 200 "… and the old one stays" outgoing /v1/openapi.json
resign incoming
reload reload
ok "signed again, it is taken"
call outgoing /v1/openapi.json >/dev/null
[ $? -ne 0 ]
ok "a revoked certificate does not come in any more"
is 200 "another still does" incoming /v1/openapi.json
# a new TLS certificate of its own, as renewing leaves it: another file under the name
fingerprint_served() { openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256; }
fingerprint_served >"$W/before"
must "$CERTS/issue" "$W/pki" "$W/incoming"
resign incoming
reload reload
fingerprint_served >"$W/after"
[ -s "$W/after" ] && ! cmp -s "$W/before" "$W/after"
ok "a renewed certificate is served after a reload"
# by itself, without a signal
await() { # LINE: the log gets such a line, of which it had none
	for _ in $(seq 600); do grep -qx "$1" "$W/log" && return 0; sleep 0.1; done
	sed 's/^/# /' "$W/log" | tail -5
	return 1
}
figure() { local_call /metrics >/dev/null && grep -qx "handover_$1" "$W/body"; }
! grep -q 'by=itself' "$W/log" && figure 'reload_failing 0'
ok "what did not change is not read again"
must "$CERTS/revoke" "$W/pki" "$W/stranger/organisation/tls.pem" keyCompromise
must "$CERTS/crl" "$W/pki" "$W/incoming"
resign incoming
await '<6>event=reload by=itself'
ok "a new list is noticed"
call stranger /v1/openapi.json >/dev/null
[ $? -ne 0 ]
ok "… and whom it names does not come in any more"
failed=$(lines reload.failed)
echo garbage >"$W/incoming/registry/trust/new.crl"
for _ in $(seq 600); do [ "$(lines reload.failed)" -gt "$failed" ] && break; sleep 0.1; done
[ "$(grep -c 'reload.failed.* why="registry/trust/new.crl: ' "$W/log")" = 1 ] && figure 'reload_failing 1'
ok "one that is none is told of, once"
is 200 "… and the former ones stay" incoming /v1/openapi.json
rm "$W/incoming/registry/trust/new.crl"
reload reload && figure 'reload_failing 0'
ok "… until it is gone"

# ---- the end ----
grep -vE '^<[3-7]>event=[a-z.]+( [a-z]+=("[^"]*"|[^ "]*))*$' "$W/log" >"$W/out"
[ ! -s "$W/out" ]; ok "the log is lines of events"
! grep -qE "BEGIN|$W" "$W/log"; ok "… without keys and paths"
kill -TERM "$D"
stopped 0; ok "SIGTERM ends it with 0"
start --local "$W/local.sock"; ok "it starts again, over the socket that was left"
kill -9 "$(edge_of)"
stopped 1; ok "when the edge is killed the core ends, with 1"
# as a service manager starts it: the socket handed over, and told how it goes
cat >"$W/manager.py" <<-'END'
	import os, socket, sys
	if sys.argv[1] == "hear":
	    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	    s.bind(sys.argv[2])
	    said = ""
	    while not said.startswith("STOPPING"):
	        said = s.recv(4096).decode()
	        print(said.replace("\n", " "), flush=True)
	else:
	    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
	    s.bind(("127.0.0.1", 0))
	    s.listen(64)
	    os.dup2(s.fileno(), 3)
	    os.set_inheritable(3, True)
	    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="https")
	    os.execv(sys.argv[2], sys.argv[2:])
END
python3 "$W/manager.py" hear "$W/notify" >"$W/heard" &
M=$!
for _ in $(seq 300); do [ -S "$W/notify" ] && break; sleep 0.1; done
real=$HANDOVERD HANDOVERD=$W/launch
printf '#!/bin/bash\nNOTIFY_SOCKET=%q exec python3 %q start %q --home %q\n' "$W/notify" "$W/manager.py" "$real" "$W/incoming" >"$W/launch"
chmod +x "$W/launch"
start; ok "with a socket handed over it needs no --listen"
HANDOVERD=$real
is 200 "and serves it" incoming /v1/openapi.json
for _ in $(seq 50); do [ -s "$W/heard" ] && break; sleep 0.1; done
[ "$(cat "$W/heard")" = READY=1 ]; ok "the manager heard that it is ready"
reload reload
kill -TERM "$D"
stopped 0; ok "it stops when told"
wait $M
[ "$(sed 's/=[0-9]\{3,\}$/=N/' "$W/heard" | paste -sd,)" = "READY=1,RELOADING=1 MONOTONIC_USEC=N,READY=1,STOPPING=1" ]
ok "and the manager heard all of it, in order"
start; ok "it starts once more"
E=$(edge_of)
kill -9 "$D"; wait "$D" 2>/dev/null; D=''
for _ in $(seq 300); do kill -0 "$E" 2>/dev/null || break; sleep 0.1; done
! kill -0 "$E" 2>/dev/null; ok "when the core is killed the edge ends"
