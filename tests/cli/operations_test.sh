#!/bin/bash
# docs/OPERATIONS.md: the blocks of the first day as they stand there, the figures that it names, the
# words of serve:. What a manager types works, and what he is told to watch is there.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
page=$PWD/docs/OPERATIONS.md
top=$PWD
D=''
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
plan 21
unset HANDOVER_HOME
export PATH=$PWD/$BUILD:$PATH OIN=$TOWN NAME="Gemeente Voorbeeld"
block() { awk -v want="$1" '/^```$/ {code = 0} code && n == want {print} /^```sh$/ {code = 1; n++}' "$page"; }
# the home is one for tests, and any port will do; where a command fails, it stops
run() { # NUMBER
	(cd "$W/var" && timeout 60 bash -eu -o pipefail <<<"$(block "$1" | sed 's/ --role / --test --role /; s/127\.0\.0\.1:8443/127.0.0.1:0/')") >"$W/out" 2>"$W/err" </dev/null
}
mkdir -m 0700 "$W/var"
must "$CERTS/make-pki" "$W/pki"
"$CERTS/officer" "$W/pki" "Registry keeper" "$W/keeper" >"$W/out" 2>&1
cp "$W"/keeper/officer.{pem,key} "$W/var"
[ "$(grep -c '^```sh$' "$page")" = 3 ]; ok "the first day has three blocks"
run 1; ok "a home, and requests for certificates"
said "serialNumber = $OIN"
[ "$(grep -ci 'verify OK' <<<"$(cat "$W/out" "$W/err")")" = 2 ]; ok "both requests are signed by their keys"
must "$CERTS/issue" "$W/pki" "$W/var/home"
run 2; ok "signed, exported, checked, verified"
said "the registry is in order"
grep -q "^oin-$OIN" "$W/var/head.first"; ok "the first head is there"
[ -s "$W/var/our.organisation" ]; ok "and what the parties get"
HANDOVER_HOME=$W/var/home run 3; ok "the daemon: health, readiness, figures, contact, reload, end"
for w in alive ready 'handover_ledger_records ' 'Contact: mailto:security@organisation.example'; do said "$w"; done
grep -q 'event=reload$' "$W/var/log" && ! grep -q '^<[0-4]>' "$W/var/log"; ok "its log has no complaint"

# ---- figures ----
(cd "$W/var" && exec handoverd --home home --listen 127.0.0.1:0 --local ./run.sock) 2>"$W/log" &
D=$!
for _ in $(seq 100); do grep -q event=ready "$W/log" && break; sleep 0.1; done
curl -s --max-time 10 --unix-socket "$W/var/run.sock" http://x/metrics >"$W/metrics"
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$W/metrics" | sort -u >"$W/there"
grep -oE '`handover_[a-z_]+' "$page" | tr -d '`' | sort -u >"$W/named"
[ -s "$W/there" ] && comm -13 "$W/there" "$W/named" >"$W/out" && [ ! -s "$W/out" ]; ok "every figure that the page names is there"
comm -23 "$W/there" "$W/named" >"$W/out"; [ ! -s "$W/out" ]; ok "and it names all that are"
expect 1 "a second daemon on the same home is refused" timeout 20 handoverd --home "$W/var/home" --listen 127.0.0.1:0
kill -TERM "$D" && wait "$D"; D=''

# ---- settings ----
sed -n 's/^ *SERVES("\([a-z_]*\)".*/\1/p' "$top/gateway/home/settings.c" | sort >"$W/there"
awk '/^## Limits/ {on = 1; next} /^## / {on = 0} on && /^\| `/ {print $0}' "$page" | cut -d'|' -f2 | grep -oE '[a-z_]+' | sort >"$W/named"
[ -s "$W/there" ] && cmp -s "$W/there" "$W/named"; ok "each word of serve: is explained, and no other"

# ---- a later form ----
if command -v python3 >/dev/null; then
	python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("PRAGMA user_version=%d" % (d.execute("PRAGMA user_version").fetchone()[0] + 1)); d.commit()' "$W/var/home/store.db"
	before=$(sha256sum <"$W/var/home/store.db")
	timeout 20 handoverd --home "$W/var/home" --listen 127.0.0.1:0 >"$W/out" 2>"$W/err"
	rc=$?; [ $rc -eq 3 ] || { echo "# exit $rc"; false; }; ok "a database of a later form is refused"
	said "use the newer build"
	[ "$(sha256sum <"$W/var/home/store.db")" = "$before" ]; ok "and unchanged"
else
	for t in refused says unchanged; do n=$((n + 1)); echo "ok $n - later form: $t # SKIP python3 is not installed"; done
fi
