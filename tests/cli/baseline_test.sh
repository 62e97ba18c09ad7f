#!/bin/bash
# A baseline: checked, signed under, accepted under, sealed under, opened under; and never merged.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 52
export HANDOVER_HOME=$W/nowhere
P=$SHIPPED/overdracht-einde-contract.yaml
EXAMPLE=$SHIPPED/examples/baseline.yaml

# ---- without any home
expect 0 "the shipped policies keep to the example" "$HANDOVER" policy check --baseline "$EXAMPLE" "$P" \
	"$SHIPPED/overdracht-aan-gemeente.yaml" "$SHIPPED/verwijzing-aanbieder.yaml"
said "keeps to baseline voorbeeld version 1 ($EXAMPLE)"
expect 0 "a baseline is checked as one" "$HANDOVER" policy check "$EXAMPLE"
said "examples/baseline.yaml: baseline voorbeeld version 1: good"
mkdir "$W/p" && cp "$P" "$W/p/einde.yaml"
sed 's/as: initials/as: keep/; s/keep: P2Y/keep: P3Y/' "$P" >"$W/p/ruim.yaml"
expect 4 "a policy that does not keep to it" "$HANDOVER" policy check --baseline "$EXAMPLE" "$W/p/ruim.yaml"
line=$(grep -n 'rule: voorletters' "$W/p/ruim.yaml" | cut -d: -f1) check=$(grep -n 'check: voornamen' "$EXAMPLE" | cut -d: -f1)
grep -qE "^$W/p/ruim.yaml:$line:[0-9]+: person.given_names leaves as keep: against check \"voornamen\" \($EXAMPLE:$check:[0-9]+\): volledige voornamen" "$W/err"
ok "… with the line of the policy and that of the baseline"
said "recipient_keep is P3Y, which may be longer than P2Y"
expect 4 "… as JSON" "$HANDOVER" --json policy check --baseline "$EXAMPLE" "$W/p/ruim.yaml"
[ "$(jq -r .severity "$W/out" | sort -u)" = violation ] && [ "$(jq -rs 'map(.line) | length' "$W/out")" = 2 ]
ok "… each is a violation with its line"
sed 's/checks:/cheks:/; s/class: \[criminal\]/class: [crimnal]/' "$EXAMPLE" >"$W/p/slecht.yaml"
expect 3 "a baseline with an error" "$HANDOVER" policy check --baseline "$W/p/slecht.yaml" "$P"
said "slecht.yaml:11:1: unknown key \"cheks\", did you mean \"checks\"?"
expect 3 "… checked itself, as JSON" "$HANDOVER" --json policy check "$W/p/slecht.yaml"
[ "$(jq -rs '.[0].line' "$W/out")" = 11 ]; ok "… has its line"
expect 1 "a baseline that is not there" "$HANDOVER" policy check --baseline "$W/p/nergens.yaml" "$P"
cp "$EXAMPLE" "$W/p/baseline.yaml"
expect 4 "one beside the policy applies unasked" "$HANDOVER" policy check "$W/p/ruim.yaml"
dossier los
expect 4 "… to a rehearsal too" "$HANDOVER" policy dry-run "$W/p/ruim.yaml" "$W/d/los"
must "$CERTS/make-pki" "$W/pki"
pin_of "FG" fg >/dev/null
expect 4 "… and to an officer's signature" "$HANDOVER" policy sign "$W/p/ruim.yaml" --cert "$W/fg/officer.pem" --key "$W/fg/officer.key"
[ ! -e "$W/p/ruim.yaml.p7s" ]; ok "… which is not given"
rm -rf "$W/p" "$W/pki" "$W/fg"

# ---- from home to home
unset HANDOVER_HOME
world
dossier een
ID=overdracht-einde-contract
seal_it() { rm -rf "$W/o"; at outgoing seal --policy $ID --to $SUCCESSOR --out "$W/o" "$W/d/een"; }
denied() { # EXIT NAME
	expect "$1" "$2" seal_it
	[ -z "$(ls -A "$W/o" 2>/dev/null)" ] && [ "$(last_acts outgoing 1)" = "transfer.refuse - deny" ]
	ok "… nothing is written, the ledger is told"
}
accept_under() { # OPTION...
	at incoming policy accept "$W/incoming/policies/$ID.yaml" --from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/acc" "$@"
}
take_in() { resign incoming; must at outgoing organisation import "$W/acc"; resign outgoing; }
note() { # PACKAGE MEMBER
	age_open "$1" && jq -r ".$2" "$W/x"/*/handover.json
}
age_open() { rm -rf "$W/x" && mkdir "$W/x" && "$HANDOVER" age decrypt -i "$W"/incoming/organisation/identities/*.txt -o "$W/x/p.tar" "$1" && tar -C "$W/x" -xf "$W/x/p.tar" 2>/dev/null; }
expect 0 "without a baseline all goes as before" seal_it
OLD=$(mktemp -d "$W/old.XXX") && cp "$W"/o/* "$OLD"
[ "$(note "$(echo "$OLD"/*.tar.age)" baseline)" = null ]; ok "… and the note names none"

cp "$EXAMPLE" "$W/outgoing/policies/baseline.yaml"
denied 4 "under a baseline that the recipient did not accept nothing leaves"
said "under the sender's baseline"
expect 0 "the recipient takes the sender's" accept_under --baseline "$W/outgoing/policies/baseline.yaml"
said "under baseline voorbeeld version 1"
sum=$(sha256sum <"$EXAMPLE" | cut -d' ' -f1)
find "$W/incoming/registry/acceptances" -name "baseline-$sum.yaml" | grep -q .; ok "… its exact bytes are kept"
take_in
find "$W/outgoing/registry/acceptances" -name "baseline-$sum.yaml" | grep -q .; ok "… on both sides"
expect 0 "then it is sealed" seal_it
NEW=$(echo "$W"/o/*.tar.age)
[ "$(note "$NEW" baseline)" = "$sum" ]; ok "… and handover.json names the baseline"
mkdir "$W/keep" && cp "$W"/o/* "$W/keep" && NEW=$(echo "$W"/keep/*.tar.age)
expect 0 "the recipient opens it" at incoming open --into "$W/i1" "$NEW"

# ---- a changed baseline after the acceptance
echo "# ook dit is een andere tekst" >>"$W/outgoing/policies/baseline.yaml"
denied 4 "a changed baseline needs a new acceptance"
cp "$EXAMPLE" "$W/outgoing/policies/baseline.yaml"
expect 0 "… as it was, it needs none" seal_it
sed 's/recipient_keep: P2Y/recipient_keep: P1Y/' "$EXAMPLE" >"$W/outgoing/policies/baseline.yaml"
denied 4 "a policy that no longer keeps to it is refused"
grep -qE "$ID.yaml:[0-9]+:[0-9]+: recipient_keep is P2Y.*check \"bewaren\" \($W/outgoing/policies/baseline.yaml:[0-9]+:5\)" "$W/err"
ok "… with both places"
rm "$W/outgoing/policies/baseline.yaml"
expect 0 "taken away, the acceptance without one counts again" seal_it

# ---- the recipient's own
sed 's/recipient_keep: P2Y/recipient_keep: P1Y/' "$EXAMPLE" >"$W/incoming/policies/baseline.yaml"
expect 4 "what the recipient's own baseline refuses is not opened" at incoming open --into "$W/i2" "$NEW"
said "(policies/baseline.yaml:"
[ ! -e "$W/i2" ] || [ -z "$(ls -A "$W/i2")" ]; ok "… nothing is written"
expect 4 "… nor accepted" accept_under --baseline "$EXAMPLE"
expect 4 "… nor accepted as without one" accept_under --no-baseline
sed 's/^title: .*/title: Een eigen tekst/' "$EXAMPLE" >"$W/incoming/policies/baseline.yaml"
expect 0 "another text that the policy keeps to is no obstacle" at incoming open --into "$W/i3" "$NEW"
expect 0 "nor when the sender has none" at incoming open --into "$W/i3" "$OLD"/*.tar.age
expect 0 "and one may accept so" accept_under --no-baseline
expect 2 "but not both" accept_under --no-baseline --baseline "$EXAMPLE"

# ---- a version that is nowhere wider, under the accepted baseline
rm "$W/incoming/policies/baseline.yaml"
resign incoming
cp "$EXAMPLE" "$W/outgoing/policies/baseline.yaml"
sed -i 's/^version: 3/version: 4/; s/phone: mask/phone: block/' "$W/outgoing/policies/$ID.yaml"
rm "$W/outgoing/policies/$ID.yaml.p7s" && approve outgoing $ID.yaml
expect 0 "a newer one that is nowhere wider is sealed under the same baseline" seal_it
cp "$W/outgoing/policies/$ID.yaml" "$W/outgoing/policies/$ID.yaml.p7s" "$W/incoming/policies/"
expect 0 "… and opened by a home that has no baseline of its own" at incoming open --into "$W/i4" "$W"/o/*.tar.age
sed -i 's/^version: 4/version: 5/; s/as: initials/as: keep/' "$W/outgoing/policies/$ID.yaml"
rm "$W/outgoing/policies/$ID.yaml.p7s"
expect 4 "one that breaks it is not even signed" at outgoing policy sign --cert "$W/fg/officer.pem" --key "$W/fg/officer.key" "$W/outgoing/policies/$ID.yaml"
denied 4 "… nor sealed under"
said "against check \"voornamen\""
