#!/bin/bash
# policy accept: the recipient's word on the exact bytes, stored, handed out, and counted by the sender.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 37
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
new_home outgoing $PROVIDER "Werk en Zo" --role provider
meet incoming outgoing; meet outgoing incoming
add_contract incoming; resign incoming
add_contract outgoing; resign outgoing
p=$SHIPPED/overdracht-einde-contract.yaml
accept_it() { at incoming policy accept "$1" --from "${2:-$PROVIDER}" --contract "${3:-RI-1}" --until "${4:-2029-12-31}" --out "$W/acc"; }

expect 2 "accept without --until is a usage error" at incoming policy accept "$p" --from $PROVIDER --contract RI-1 --out "$W/acc"
expect 4 "an unknown contract is refused" accept_it "$p" $PROVIDER RI-9
expect 4 "an unknown sender is refused" accept_it "$p" $STRANGER
expect 2 "a day in the past is refused" accept_it "$p" $PROVIDER RI-1 2020-01-01
sed 's/as: initials/as: initial/' "$p" >"$W/bad.yaml"
expect 3 "a policy with errors is not accepted" accept_it "$W/bad.yaml"
sed 's/^status: active/status: draft/' "$p" >"$W/draft.yaml"
expect 4 "nor a draft" accept_it "$W/draft.yaml"
expect 4 "nor one that is for other organisations" accept_it "$SHIPPED/overdracht-aan-gemeente.yaml"
said "no policy applies: recipient provider is not among: municipality"
mkdir "$W/beside" && cp "$p" "$W/beside/p.yaml" && echo 'never: [criminal]' >"$W/beside/baseline.yaml"
for option in --baseline --mapping; do
	expect 3 "$option with a file that is none is not accepted" at incoming policy accept "$p" --from $PROVIDER --contract RI-1 \
		--until 2029-12-31 --out "$W/acc" $option "$W/beside/baseline.yaml"
	said "baseline.yaml:1:1: this is no"
done
expect 3 "nor one that lies beside the policy" accept_it "$W/beside/p.yaml"
said "baseline.yaml:1:1: this is no baseline"
[ ! -e "$W/incoming/registry/acceptances" ] || [ -z "$(find "$W/incoming/registry/acceptances" -type f)" ]; ok "and nothing was stored"
[ ! -e "$W/acc" ]; ok "nor handed out"

expect 0 "the recipient accepts" accept_it "$p"
said "for contract RI-1 until 2029-12-31"
[ "$(at incoming ledger show --json | jq -r 'select(.act == "policy.accept") | "\(.ph) \(.out)"' | paste -sd,)" = "intent null,result ok" ]
ok "intent and result stand in the ledger, once"
sha=$(sha256sum <"$p" | cut -d' ' -f1)
dir=$W/incoming/registry/acceptances/$sha
cmp -s "$p" "$dir/policy.yaml"; ok "the exact bytes of the policy are kept"
cmp -s "$SHIPPED/catalogue.yaml" "$dir"/catalogue-*.yaml; ok "and those of the catalogue beside it"
s=$(ls "$dir"/*.json)
[ "$(jq -r .doc "$s")" = handover/acceptance/1 ] && [ "$(jq -r .policy "$s")" = "$sha" ]; ok "the statement names them by SHA-256"
[ "$(jq -r .controller "$s")" = $TOWN ] && [ "$(jq -r '.senders[0]' "$s")" = $PROVIDER ]; ok "controller and sender stand in it"
openssl cms -verify -cades -binary -inform DER -in "$s.p7s" -content "$s" -CAfile "$W/pki/root.pem" \
	-no-CApath -no-CAstore -purpose any -out /dev/null 2>/dev/null; ok "a stock tool agrees on its signature"
expect 5 "the registry is changed until an officer signs it" at incoming registry check
resign incoming
expect 0 "then it is in order" at incoming registry check

dossier een
expect 4 "what nobody signed does not leave" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
expect 0 "the sender takes it in" at outgoing organisation import "$W/acc"
cmp -s "$p" "$W/outgoing/registry/acceptances/$sha/policy.yaml"; ok "with the bytes"
resign outgoing
expect 0 "and its registry is in order" at outgoing registry check

sed 's/^title: .*/title: Anders genoemd/' "$p" >"$W/again.yaml"
expect 0 "another version of the words is another acceptance" at incoming --json policy accept "$W/again.yaml" \
	--from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/acc2"
[ "$(find "$W/incoming/registry/acceptances" -name policy.yaml | wc -l)" -eq 2 ]; ok "stored beside the first"
[ "$(jq -r .meaning "$W/out")" = "$(jq -r .meaning "$s")" ]; ok "of the same meaning"

resign incoming
echo >>"$W/incoming/registry/contracts.yaml"
expect 5 "nothing is accepted under a contract that somebody edited" accept_it "$p"
said "let an officer look"
resign incoming
expect 0 "signed, it is" accept_it "$p"
expect 0 "and again while that waits for its signature" accept_it "$p"
