#!/bin/bash
# Sealing with our own key: refused when nobody would accept it, and done with one that stays in a token.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 20
world
dossier een
dossier twee
seal_both() { at "$1" seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/p" "$W/d/een" "$W/d/twee"; }
copy() { rm -rf "${W:?}/$1" && cp -a "$W/outgoing" "$W/$1"; }

# ---- a key of ours that is pinned no longer
copy own
before=$(acts own | wc -l)
sed -i "s/$(spki outgoing)\", from: [0-9-]*, until: [0-9-]*/$(spki outgoing)\", from: 2020-01-01, until: 2020-12-31/" \
	"$W/own/registry/organisations.yaml"
resign own
expect 5 "nothing is sealed with a key that the registry does not pin" seal_both own
said "our own signature would not be accepted: signed with the key"
[ "$(grep -c . "$W/err")" = 2 ]; ok "that is each dossier's line"
[ "$(last_acts own 2)" = "transfer.refuse - deny,transfer.refuse - deny" ] && [ "$(acts own | wc -l)" = $((before + 2)) ]
ok "and record, without an intent"

# ---- our own certificate is revoked
copy own
cp -a "$W/pki" "$W/pki-revoked"
must "$CERTS/revoke" "$W/pki-revoked" "$W/own/organisation/signing.pem" superseded
must "$CERTS/crl" "$W/pki-revoked" "$W/own"
resign own
expect 5 "nothing is sealed with a revoked certificate" seal_both own
said "our own signature would not be accepted: certificate was revoked"
[ "$(last_acts own 1)" = "transfer.refuse - deny" ]; ok "recorded as a refusal"
[ -z "$(find "$W/p" -type f 2>/dev/null)" ]; ok "and no package was written"

# ---- keys in a token
copy token
export SOFTHSM2_CONF=$W/softhsm.conf
mkdir "$W/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$W/tokens" >"$SOFTHSM2_CONF"
module=$(find /usr/lib -name libsofthsm2.so 2>/dev/null | head -1)
must softhsm2-util --init-token --free --label gateway --pin 2468 --so-pin 1357
into_token() { # KEYFILE LABEL ID
	must openssl pkcs8 -topk8 -nocrypt -in "$1" -out "$W/p8"
	must softhsm2-util --import "$W/p8" --token gateway --label "$2" --id "$3" --pin 2468
	rm "$W/p8"
}
into_token "$W/token/organisation/signing.key" signing 01
into_token "$W/keeper/officer.key" officer 02
rm "$W/token/organisation/signing.key"
printf 2468 >"$W/pin"; chmod 600 "$W/pin"
uri() { echo "pkcs11:token=gateway;object=$1;type=private?module-path=$module&pin-source=file:$W/pin"; }
use() { sed -i '/^signing_key/d' "$W/token/gateway.yaml"; printf 'signing_key: "%s"\n' "$1" >>"$W/token/gateway.yaml"; }
use "$(uri signing)"
expect 0 "seal with the key in a token" seal_both token
P=$(find "$W/p" -name '*.age' | head -1)
expect 0 "the successor opens it" at incoming open --into "$W/in" "$P"
expect 0 "an officer signs the registry with one" at token registry sign --cert "$W/keeper/officer.pem" --key "$(uri officer)"
expect 0 "and it is in order" at token registry check
use "$(uri nothing)"
expect 5 "a key that is not in the token" seal_both token
use "$(uri signing | sed "s|$module|$W/none.so|")"
expect 3 "a module that is not there" seal_both token
said "handover: pkcs11 URI: there is no module '$W/none.so'"
use "$(uri signing | sed 's/?.*//');pin-source=file:$W/pin"
expect 3 "the PIN's file in the path of the URI" seal_both token
said "pin-source and module-path stand behind a '?'"
use "$(uri signing)"
chmod 644 "$W/pin"
expect 3 "a PIN that others can read" seal_both token
chmod 600 "$W/pin"; printf 9999 >"$W/pin"
expect 5 "a wrong PIN" seal_both token
said "is the PIN right"
