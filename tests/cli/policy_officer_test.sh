#!/bin/bash
# The policy officer's way through a home: begin a policy, look at it from all sides, have it signed, accepted and run.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 72
unsaid() { ! grep -qF -- "$1" "$W/err" "$W/out"; ok "… and does not say: $1"; }
world
POLICIES=$W/outgoing/policies
p=$POLICIES/overdracht-einde-contract.yaml

# ---- a policy to begin with
mkdir "$W/new" && cd "$W/new" || exit 1
expect 0 "init writes a policy" "$HANDOVER" policy init mijn-beleid
said "mijn-beleid.yaml: policy mijn-beleid, a draft in which everything stays"
expect 0 "which checks clean" "$HANDOVER" policy check mijn-beleid.yaml
said "a draft never runs: when it is decided write \"status: active\" and have it signed (note)"
unsaid "(warning)"
expect 0 "its tests pass" "$HANDOVER" policy test mijn-beleid.yaml
said "mijn-beleid: 1 passed, 0 failed"
expect 0 "show says that everything stays" "$HANDOVER" policy show mijn-beleid.yaml
unsaid "gaat mee"
"$HANDOVER" policy fmt mijn-beleid.yaml | cmp -s - mijn-beleid.yaml; ok "it is in the one layout"
expect 1 "what is there is left as it is" "$HANDOVER" policy init mijn-beleid
said "'mijn-beleid.yaml' is already there"
expect 2 "a name that no policy can have is a usage error" "$HANDOVER" policy init "Mijn beleid"
expect 0 "--out puts it elsewhere" "$HANDOVER" --json policy init ander --out "$W/new/sub.yaml"
[ "$(jq -r .tests "$W/out")" = "$W/new/tests/ander.test.yaml" ] && [ -s "$W/new/tests/ander.test.yaml" ]; ok "with its tests beside it"
dossier een
sed 's/^status: draft/status: active/' mijn-beleid.yaml >"$POLICIES/mijn-beleid.yaml"
expect 4 "nothing leaves under it" "$HANDOVER" policy dry-run mijn-beleid.yaml "$W/d/een"
said "nothing of this dossier leaves"
cd - >/dev/null || exit 1

# ---- by id, in a home
expect 0 "a policy is found by its id" at outgoing policy check overdracht-einde-contract
expect 1 "an id that there is none of" at outgoing policy show geheel-anders
ids=$(sed -nE 's/^(report_)?policy: //p' "$POLICIES"/*.yaml | LC_ALL=C sort -u | paste -sd, | sed 's/,/, /g')
said "its policies are: $ids"
expect 1 "or one that is nearly right" at outgoing seal --policy overdracht-eind-contract --to $SUCCESSOR "$W/d/een"
said "did you mean 'overdracht-einde-contract'?"
cp "$p" "$POLICIES/kopie.yaml"
expect 3 "one version in two files" at outgoing policy show overdracht-einde-contract
said "stands in two files, '$POLICIES/kopie.yaml' and '$p'"
rm "$POLICIES/kopie.yaml"

# ---- a policy and the contracts of the home
expect 0 "check knows the contracts" at outgoing policy check "$p"
said "2030-12-31 lies beyond the end of every contract of its programmes, 2029-12-31: write \"until: 2029-12-31\" (warning)"
at outgoing --json policy check "$p" | jq -e 'select(.severity == "warning") | .line == 6' >/dev/null; ok "also as JSON"

# ---- explain
expect 0 "explain of a recipient without the duty" at outgoing policy explain "$p" person.bsn --to $SUCCESSOR
said "stays: recipient lacks duty bsn_processing"
unsaid "assumed"
expect 0 "and of one that has it" at outgoing policy explain overdracht-aan-gemeente person.bsn --to $TOWN
said "result     leaves"
expect 0 "nothing said: it says what it assumes" at outgoing policy explain overdracht-aan-gemeente person.bsn
said "assumed    the recipient has no legal duty (bsn_processing): --to OIN takes it from the registry"
expect 4 "an organisation that nobody knows" at outgoing policy explain overdracht-aan-gemeente person.bsn --to $STRANGER
expect 0 "in Dutch" at outgoing policy explain "$p" health.diagnosis --language nl
said "uitkomst   geen regel noemt dit veld: het blijft"
expect 0 "in the circumstances of a case" "$HANDOVER" policy explain "$SHIPPED/overdracht-einde-contract.yaml" capacity.hours_max \
	--case 'ingetrokken toestemming telt niet' --language nl
said "uitkomst   blijft: er is geen geldige toestemming voor delen van belastbaarheid"
expect 0 "a consent in its dossier counts" "$HANDOVER" policy explain "$SHIPPED/overdracht-einde-contract.yaml" capacity.hours_max \
	--case 'toestemming uit het dossier zelf telt een jaar'
said "result     leaves"
expect 1 "a case that there is none of" "$HANDOVER" policy explain "$SHIPPED/overdracht-einde-contract.yaml" person.bsn --case 'geen'
said "its cases are: 'bsn blijft achter zonder wettelijke taak'"
expect 2 "a case has its own circumstances" "$HANDOVER" policy explain "$SHIPPED/overdracht-einde-contract.yaml" person.bsn --case x --to $TOWN
expect 2 "an unknown word of the context" "$HANDOVER" policy explain "$SHIPPED/overdracht-einde-contract.yaml" person.bsn --context programme=bijstand
said "unknown programme 'bijstand', it is one of: participatiewet, wi2021, ioaw, nug"
expect 0 "dry-run takes the duties of the recipient" at outgoing policy dry-run overdracht-aan-gemeente --to $TOWN "$W/d/een"
said "recipient_duty=bsn_processing"
expect 2 "an unknown programme of a contract" at outgoing registry contract RI-9 --controller $TOWN --provider $PROVIDER --segment x \
	--programme bijstand --from 2026-01-01 --until 2029-12-31
said "it is one of: participatiewet, wi2021, ioaw, nug"
expect 2 "an unknown role" "$HANDOVER" init "$W/none" --oin $STRANGER --name x --test --role provder
said "did you mean 'provider'?"

# ---- sign, accept and run
cp "$p.p7s" "$W/p7s"
rm "$p.p7s"
expect 4 "unsigned it does not run" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
said "is not signed"
cp "$p" "$W/as-it-was.yaml"
sed -i 's/^status: active/status: draft/' "$p"; approve outgoing overdracht-einde-contract.yaml
expect 4 "a draft does not run, whoever signed it" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
said "policy 'overdracht-einde-contract' is draft: only an active policy runs"
sed 's/until: 2030-12-31/until: 2026-01-02/' "$W/as-it-was.yaml" >"$p"; rm "$p.p7s"; approve outgoing overdracht-einde-contract.yaml
expect 4 "nor does one that has ended" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
said "is valid from 2026-01-01 until 2026-01-02 only"
expect 0 "check says so" at outgoing policy check "$p"
said "it has ended and no longer runs: write a higher version with a later day (note)"
cp "$W/as-it-was.yaml" "$p" && cp "$W/p7s" "$p.p7s"
expect 0 "as it was, it runs" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
sed -i 's/^version: 3/version: 4/; s/^title: .*/title: Nieuw/' "$p"
expect 5 "changed it does not run" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/een"
accept_it() { at incoming policy accept "$p" --from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/${1:-new.acc}"; }
expect 5 "nor is it accepted with the old signatures" accept_it
said "was changed after it was signed"
rm "$p.p7s"
must at outgoing policy sign "$p" --cert "$W/fg/officer.pem" --key "$W/fg/officer.key"
echo "minutes of a meeting" >"$W/minutes"
expect 1 "the file for the sender takes no other's place" accept_it minutes
said "is already there and is no such file of ours"
[ "$(cat "$W/minutes")" = "minutes of a meeting" ]; ok "which is as it was"
expect 0 "accept says whose signature is missing" accept_it
said "is not signed by the role 'contractmanager' of the controller $TOWN: until then nothing can be sealed under it"
resign incoming
expect 0 "once more" accept_it
said "was there, from an acceptance before: it is replaced"
sed 's/until: 2030-12-31/until: 2026-01-02/' "$p" >"$W/ended.yaml"
expect 4 "what has ended is not accepted" at incoming policy accept "$W/ended.yaml" --from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/ended.acc"
