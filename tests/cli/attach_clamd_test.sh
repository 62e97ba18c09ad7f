#!/bin/bash
# Attachments before a real clamd with a small database of our own: what it finds stays here, and so
# does everything when it is not asked or does not answer.
set -u
BUILD=${BUILD:-build/rel}
command -v clamd >/dev/null || PATH=$PATH:/usr/sbin
command -v clamd >/dev/null || { printf "1..1\nok 1 - attachments before a real clamd # SKIP clamav-daemon is not installed\n"; exit 0; }
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
plan 20
top=$PWD
attach() { "$HANDOVER" attach "$@"; }
chmod 755 "$W"; mkdir "$W/av" "$W/av/db" "$W/a"
# the test file of EICAR, put together here so that no scanner takes this script for it
# shellcheck disable=SC2016
eicar='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-'
eicar+='STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'
printf 'Test.Eicar:0:*:%s\n' "$(printf %s "$eicar" | od -An -tx1 | tr -d ' \n')" >"$W/av/db/test.ndb"
cat >"$W/av/clamd.conf" <<END
DatabaseDirectory $W/av/db
LocalSocket $W/av/clamd.ctl
Foreground yes
StreamMaxLength 1M
AlertExceedsMax yes
AlertEncrypted yes
AlertOLE2Macros yes
END
clamd -c "$W/av/clamd.conf" >"$W/av/log" 2>&1 &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"' EXIT
for _ in $(seq 100); do [ -S "$W/av/clamd.ctl" ] && break; kill -0 $daemon 2>/dev/null || break; sleep 0.2; done
[ -S "$W/av/clamd.ctl" ]; ok "clamd is there"

cd "$W/a" || exit 1
socket=$W/av/clamd.ctl
pdf_text cv.pdf 'Ervaring als lasser'
pdf_begin bad.pdf
pdf_object '<</Type/Catalog/Pages 2 0 R>>'
pdf_object '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 9 9]>>'
pdf_object '<</Type/Page/Parent 2 0 R>>'
pdf_stream '' - <<<"$eicar"
pdf_end '/Root 1 0 R'
expect 0 "what it finds clean can leave" attach check --antivirus "$socket" cv.pdf
said "antivirus clamd"
expect 4 "what it finds something in cannot" attach check --antivirus "$socket" bad.pdf
said "virus: the scanner found something in it"
expect 0 "nobody looks when it is off" attach check --antivirus off bad.pdf
said "antivirus off"
pdf_begin large.pdf
pdf_object '<</Type/Catalog/Pages 2 0 R>>'
pdf_object '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 9 9]>>'
pdf_object '<</Type/Page/Parent 2 0 R>>'
head -c 3000000 /dev/zero >zeros; pdf_stream '' zeros; pdf_end '/Root 1 0 R'
expect 7 "what is larger than it takes is not clean" attach check --antivirus "$socket" large.pdf
said "antivirus_failed"

cd "$top" || exit 1
world
dossier_of() { # NAME FILE
	mkdir -p "$W/d/$1"; cp "$2" "$W/d/$1/cv.pdf"
	printf '{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},"person":{"client_number":"K-1"},"attachments":[{"type":"cv","file":"cv.pdf"}]}' >"$W/d/$1/dossier.json"
}
seal() { at outgoing seal --json --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/$1" >"$W/out" 2>"$W/err"; }
files() { jq -c .report.attachments "$W/out"; }
dossier_of good "$W/a/cv.pdf"; dossier_of bad "$W/a/bad.pdf"
seal good; ok "sealed without a scanner"
[ "$(jq -r .report.attachments.antivirus "$W/out")" = off ]; ok "and the report says so"
at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/good" >"$W/out" 2>"$W/err"; grep -q '; antivirus off)' "$W/out"; ok "the line for people too"
printf 'antivirus: {socket: "%s"}\n' "$socket" >>"$W/outgoing/gateway.yaml"
seal good; ok "sealed with one"
[ "$(files | jq -c '[.antivirus, .released]')" = '["clamd",{"cv":1}]' ]; ok "what is clean leaves"
seal bad; ok "a dossier with a virus goes on"
[ "$(files | jq -c '[.antivirus, .released, .left_behind]')" = '["clamd",{},[{"type":"cv","reason":"virus"}]]' ]; ok "without it"
expect 4 "attach check asks as the home says" at outgoing attach check "$W/a/bad.pdf"
kill $daemon; wait $daemon 2>/dev/null
seal good; ok "a dossier goes on when the scanner does not"
[ "$(files | jq -c .left_behind)" = '[{"type":"cv","reason":"antivirus_failed"}]' ]; ok "without what nobody looked at"
at outgoing ledger verify >"$W/out" 2>"$W/err"; ok "the ledger holds"
