#!/bin/bash
# statement verify against a home: its signed registry says who is known, and by which keys.
set -u
. tests/cli/lib.sh
plan 14
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home outgoing $PROVIDER "Werk en Zo" --role provider
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
meet outgoing incoming
resign incoming
statement() { # FILE: a revocation of some acceptance, by the provider, signed with the stock tool
	printf '{"doc":"handover/acceptance_revoked/1","id":"%s","by":"%s","for":"%s","at":"%s","log":"x\\n","acceptance":"%064d","reason":"other"}\n' \
		2bb0de1c-a494-4ec0-ae11-b7a88a73a109 $PROVIDER $SUCCESSOR "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" 7 >"$1"
	must openssl cms -sign -cades -binary -md sha256 -outform DER -in "$1" -signer "$W/outgoing/organisation/signing.pem" \
		-inkey "$W/outgoing/organisation/signing.key" -certfile "$W/pki/signing.pem" -out "$1.p7s"
}
statement "$W/s.json"
expect 0 "a statement by a party that the registry knows is good" at incoming statement verify "$W/s.json"
said "a pinned key"
expect 0 "its key statement as well" at incoming statement verify "$W"/incoming/registry/keys/*.json
expect 0 "--json says that it was pinned" at incoming statement verify --json "$W/s.json"
jq -e '.pinned and .by == "'$PROVIDER'"' "$W/out" >/dev/null
ok "… in the member pinned"
expect 5 "a party's own pin does not replace the registry's" at incoming statement verify \
	--pin "$W/keeper/officer.pem" "$W/s.json"

# a new certificate for the same OIN, by the same authority, with another key: a good chain, no pin
mkdir -p "$W/twin/organisation"
for what in signing tls; do
	must openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/twin/organisation/$what.key" \
		-subj "/C=NL/O=Werk en Zo/serialNumber=$PROVIDER/CN=Werk en Zo" -out "$W/twin/organisation/$what.csr"
done
must "$CERTS/issue" "$W/pki" "$W/twin"
cp "$W/s.json" "$W/t.json"
must openssl cms -sign -cades -binary -md sha256 -outform DER -in "$W/t.json" -signer "$W/twin/organisation/signing.pem" \
	-inkey "$W/twin/organisation/signing.key" -certfile "$W/pki/signing.pem" -out "$W/t.json.p7s"
expect 5 "a good chain is not identity: another key with the same OIN" at incoming statement verify "$W/t.json"
said "does not pin"
expect 0 "which without a registry would have passed" at incoming statement verify \
	--trust "$W/incoming/registry/trust" "$W/t.json"
said "no pin vouches"

new_home stranger $STRANGER "Vreemd" --role provider
expect 5 "a home that does not know the party" at stranger statement verify "$W/s.json"
said "not in the registry"

must "$CERTS/revoke" "$W/pki" "$W/outgoing/organisation/signing.pem" keyCompromise
must "$CERTS/crl" "$W/pki" "$W/incoming"
expect 5 "a registry with new lists, not signed yet, is an edited one" at incoming statement verify "$W/s.json"
resign incoming
expect 5 "signed again, the revoked key is refused" at incoming statement verify "$W/s.json"
