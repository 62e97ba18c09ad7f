#!/bin/bash
# The block of docs/FORMATS.md §8, exactly as it stands there: it opens and verifies a package, and stops at a bad one.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 15
world
dossier een
BLOCK=$(awk '/^## 8\./ {here = 1} /^## 9\./ {here = 0} here && /^```$/ {code = 0} here && code {print} here && /^```sh$/ {code = 1}' docs/FORMATS.md)
[ "$(wc -l <<<"$BLOCK")" -ge 8 ]; ok "there is a block"
must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --json "$W/d/een"
GOOD=$(jq -r .file "$W/must")
ID=$(ls "$W"/incoming/organisation/identities/*.txt) TRUST=$W/incoming/registry/trust/signing
typed() { # SHELL PACKAGE: the block in an empty folder, stopping at what fails
	rm -rf "$W/type" && mkdir "$W/type" && (cd "$W/type" && P=$2 ID=$ID TRUST=$TRUST "$1" -e <<<"$BLOCK")
}
for shell in bash dash; do
	expect 0 "it runs as typed, in $shell" typed $shell "$GOOD"
	[ "$(grep -c ': OK$' "$W/out")" = 6 ]; ok "… every file is as the manifests say"
	grep -q 'CAdES Verification successful' "$W/err"; ok "… the signature is good"
	[ "$(sed -n 's/^ *serialNumber *= //p' "$W/out")" = $PROVIDER ] && [ "$(tail -3 "$W/out" | head -1)" = $PROVIDER ]; ok "… by the sender that the note names"
	must at incoming open --into "$W/i-$shell" "$GOOD"
	cmp -s "$W/type/data/dossier.json" "$W/i-$shell"/*/data/dossier.json; ok "… and the dossier is the one that handover open gives"
done
cut() { head -c -100 "$GOOD" >"$W/cut.tar.age"; }
cut; expect 1 "a truncated package does not get past age" typed bash "$W/cut.tar.age"
TRUST=$W/other && mkdir "$TRUST" && must "$CERTS/make-pki" "$W/pki2" && cp "$W/pki2/root.pem" "$TRUST"
expect 4 "nor a signature past roots that it does not chain to" typed bash "$GOOD"
TRUST=$W/incoming/registry/trust/signing
mkdir "$W/bad" && (cd "$W/bad" && age -d -i "$ID" -o p.tar "$GOOD" && tar xf p.tar && rm p.tar && sed -i 's/techniek/zorg/' ./*/data/dossier.json &&
	tar cf ../bad.tar -- * && age -r "$(grep -o 'age1[0-9a-z]*' "$ID")" -o ../bad.tar.age ../bad.tar)
expect 1 "nor a changed file past the sums" typed bash "$W/bad.tar.age"
grep -q 'data/dossier.json: FAILED' "$W/out"; ok "… which names it"
