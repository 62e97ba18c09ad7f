#!/bin/bash
# seal and open on real homes: what goes, what comes, what three ledgers say, what stock tools see.
set -u
. tests/cli/lib.sh
plan 94
world
dossier een
EEN="$W/d/een"
to_successor() { at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$@"; }
to_town() { at outgoing seal --policy overdracht-aan-gemeente --to $TOWN "$@"; }

# ---- one dossier, two recipients, two views
expect 0 "a dossier is sealed for the successor" to_successor --json "$EEN"
P=$(jq -r .file "$W/out") ID=$(jq -r .package "$W/out")
jq -e '.result == "ok" and .seq == 1 and .fields > 5 and .report.released.fields == .fields' "$W/out" >/dev/null
ok "--json says what went"
[ "$(last_acts outgoing 2)" = "transfer.seal intent -,transfer.seal result ok" ]
ok "intent and result stand in the sender's ledger"
[ "$(find "$W/outgoing/outbox" -type f | wc -l)" = 3 ] && [ -f "$P" ] && [ -f "${P%.tar.age}.slip.json.p7s" ]
ok "the outbox holds package, slip and its signature, nothing else"
expect 0 "the successor opens it" at incoming open --into "$W/in" "$P"
[ "$(last_acts incoming 2)" = "transfer.open intent -,transfer.open result ok" ]
ok "intent and result stand in the recipient's ledger"
records incoming | tail -2 | jq -se '(.[0] | has("subj") | not) and (.[1].subj.ty == "client_number") and
	.[0].tr == .[1].tr and (.[1].fld > 5)' >/dev/null
ok "the result carries the subject, the intent does not"
day() { records "$1" | tail -1 | jq -r .t | TZ=Europe/Amsterdam xargs -I{} date -d {} +%F; }
[ "$(records outgoing | tail -1 | jq -r .ret)" = "$(date -d "$(day outgoing) + 30 days" +%F)" ]
ok "the sender keeps the dossier for the policy's term"
[ "$(records incoming | tail -1 | jq -r .ret | cut -c1-4)" = "$(($(day incoming | cut -c1-4) + 2))" ]
ok "and so does the recipient: not until the package expires"
[ "$(records outgoing | tail -1 | jq -r .tr)" = "$(records incoming | tail -1 | jq -r .tr)" ]
ok "both sides name the same transaction"
jq -e '(.person | has("bsn") | not) and .person.given_names == {"as":"initials","v":"J.P."} and
	(.plan | has("notes") | not)' "$W/in/$ID/data/dossier.json" >/dev/null
ok "the successor has no BSN, initials for names, no notes"
[ "$(stat -c %a "$W/in" "$W/in/$ID" "$W/in/$ID/data/dossier.json" | paste -sd' ')" = "700 700 600" ]
ok "what was opened is readable by its owner alone"
! find "$W/in" -name '.partial*' | grep -q .
ok "no partial folder is left"

expect 0 "the same dossier is sealed for the municipality" to_town --json --language en "$EEN"
T=$(jq -r .file "$W/out") TID=$(jq -r .package "$W/out")
expect 0 "the municipality opens it" at municipality open --json --into "$W/town" "$T"
jq -e '.person.bsn == "123456782" and (has("contact") | not) and (has("plan") | not)' \
	"$W/town/$TID/data/dossier.json" >/dev/null
ok "the municipality, by its duty, has the BSN, and no address or plan"
[ "$(jq -r '.attachments[0].file' "$W/town/$TID/data/dossier.json")" = attachments/diploma-1.png ] &&
	[ -s "$W/town/$TID/data/attachments/diploma-1.png" ]
ok "the diploma came under a neutral name"
grep -q '<html lang="en">' "$W/town/$TID/data/dossier.html" && grep -q '<html lang="nl">' "$W/in/$ID/data/dossier.html"
ok "the page is in the language asked for"
! grep -qiE '<script|https?://|src=' "$W/town/$TID/data/dossier.html"
ok "the page refers to nothing outside"

# ---- nothing readable under a home
! grep -raqE 'Kanarie|KANARIE|123456782|kanarie\.png' "$W/outgoing" "$W/incoming" "$W/municipality"
ok "no canary value lies under a home"

# ---- stock tools
mkdir "$W/stock"
K=$(ls "$W"/incoming/organisation/identities/*.txt)
expect 0 "stock age decrypts it" age -d -i "$K" -o "$W/stock/p.tar" "$P"
expect 0 "stock tar unpacks it" tar xf "$W/stock/p.tar" -C "$W/stock"
cd "$W/stock/$ID" || exit 1
expect 0 "sha256sum checks the payload" sha256sum --strict -c manifest-sha256.txt
expect 0 "sha256sum checks the tag files" sha256sum --strict -c tagmanifest-sha256.txt
expect 0 "openssl verifies the signature" openssl cms -verify -cades -binary -inform DER -in signature.p7s \
	-content tagmanifest-sha256.txt -CAfile "$W/pki/root.pem" -no-CApath -no-CAstore -purpose any \
	-signer "$W/who.pem" -out /dev/null
openssl x509 -in "$W/who.pem" -noout -subject | grep -q $PROVIDER
ok "the signer is the sender"
diff -r . "$W/in/$ID" >/dev/null
ok "stock tools and open agree on every byte"
cd "$OLDPWD" || exit 1
age_payload=$(stat -c %s "$W/stock/p.tar")
[ $((age_payload % 512)) -eq 0 ] && tail -c 1024 "$W/stock/p.tar" | tr -d '\0' | wc -c | grep -qx 0
ok "the tar ends in zeros"

# ---- again, elsewhere, by somebody else
expect 1 "an opened folder is not overwritten" at incoming open --into "$W/in" "$P"
said "'$W/in/$ID' is already there: the package was opened before"
expect 1 "a package that is not there" at incoming open --into "$W/in" nowhere
[ "$(cat "$W/err")" = "handover: nowhere: No such file or directory" ]
ok "is named once"
expect 0 "the same package may be opened again elsewhere" at incoming open --into "$W/in2" "$P"
[ "$(last_acts incoming 2)" = "transfer.open intent -,transfer.open result ok" ]
ok "and that is recorded"
expect 6 "a package for somebody else opens with none of our keys" at incoming open --into "$W/in3" "$T"
[ "$(last_acts incoming 1)" = "transfer.refuse - deny" ]
ok "the ledger is told"
[ -z "$(ls -A "$W/in3")" ]
ok "and nothing is written"
expect 2 "a folder under the home is refused" at incoming open --into "$W/incoming/inbox" "$P"
expect 2 "also by a detour" at incoming open --into "$W/in/../incoming/new" "$P"

# ---- cases
CASE=zaak-2026.17
expect 0 "a case begins" to_successor --case $CASE --json "$EEN"
S1=$(jq -r .file "$W/out") I1=$(jq -r .package "$W/out")
expect 0 "the case goes on" to_successor --case $CASE --json "$EEN"
S2=$(jq -r .file "$W/out")
[ "$(jq -r .seq "$W/out")" = 2 ] && [ "$(jq -r .case "$W/out")" = $CASE ]
ok "with the next number"
expect 0 "the newer one opens" at incoming open --json --into "$W/case" "$S2"
[ "$(jq -r .supersedes "$W/case/$(jq -r .package "$W/out")/handover.json")" = "$I1" ]
ok "it says which package it supersedes"
expect 4 "the older one is refused now" at incoming open --into "$W/case" "$S1"
I2=$(jq -r .package "$W/case/"*/handover.json | grep -v "$I1" | head -1)
expect 0 "and on, into another folder" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/copied" --case $CASE --json "$EEN"
C3=$(jq -r .file "$W/out") I3=$(jq -r .package "$W/out")
expect 0 "which opens" at incoming open --into "$W/case3" "$C3"
[ -n "$I2" ] && [ "$(jq -r .supersedes "$W/case3/$I3/handover.json")" = "$I2" ]; ok "and supersedes the one before all the same"
expect 2 "a case has one dossier" to_successor --case $CASE "$EEN" "$EEN"
expect 2 "a BSN is no case" to_successor --case 123456782 "$EEN"

# ---- what a newcomer gets wrong
expect 1 "a dossier that is not there" to_successor nowhere
[ "$(cat "$W/err")" = "handover: nowhere: No such file or directory" ]
ok "is named once"
expect 1 "a policy by its file" at outgoing seal --to $SUCCESSOR --policy "$W/outgoing/policies/overdracht-einde-contract.yaml" "$EEN"
said "give the policy's id, not its file"
expect 1 "a policy by nearly its name" at outgoing seal --to $SUCCESSOR --policy overdracht-einde-contrakt "$EEN"
said "did you mean 'overdracht-einde-contract'?"
dossier zonder && sed -i 's/"programme":"participatiewet",//' "$W/d/zonder/dossier.json"
expect 4 "a dossier without a programme" to_successor "$W/d/zonder"
said "no programme: name it in the dossier's context (context.programme)"
dossier ioaw && sed -i 's/"participatiewet"/"ioaw"/' "$W/d/ioaw/dossier.json"
expect 4 "a programme that the contract does not cover" to_successor "$W/d/ioaw"
said "contract 'RI-1' does not cover programme ioaw"

sed 's/^version: .*/versoin: 1/; s/^policy: .*/policy: kapot/' "$SHIPPED/overdracht-einde-contract.yaml" >"$W/outgoing/policies/kapot.yaml"
expect 3 "a policy with a slip in its version" at outgoing seal --policy kapot --to $SUCCESSOR "$EEN"
said 'policies/kapot.yaml:3:1: unknown key "versoin", did you mean "version"?'
rm "$W/outgoing/policies/kapot.yaml"

expect 4 "a recipient that the policy is not for" at outgoing seal --policy overdracht-einde-contract --to $TOWN "$EEN"
said "no policy applies: recipient municipality is not among: provider"
expect 4 "ourselves as recipient" at outgoing seal --policy overdracht-einde-contract --to $PROVIDER "$EEN"
said "the recipient is this organisation itself"
dossier ri9 && sed -i 's/RI-1/RI-9/' "$W/d/ri9/dossier.json"
expect 4 "a contract that nobody told us" to_successor "$W/d/ri9"
said "the registry does not know the contract in the dossier's context: add it with \`handover registry contract\`"
echo niets >"$W/d.zip"
expect 3 "a file that is no package" at incoming open --into "$W/none" "$W/d.zip"
said "d.zip: this is not a sealed package: header failure"

# ---- what a line for people says
dossier los
sed -i 's/"bsn":"123456782","client_number":"K-los",//; s/"step":2/"step":9/; s/"type":"diploma"/"type":"rapport"/' "$W/d/los/dossier.json"
expect 0 "a dossier with odd values and no identifier" to_successor "$W/d/los"
said "1 attachment of unknown type, 1 value outside its list: ladder.step)"
said "handover: warning: $W/d/los: it has no identifier"
expect 0 "a dossier with both" to_successor "$EEN"
[ ! -s "$W/err" ]; ok "is warned of nothing"

# ---- many at once
for i in 1 2 3 4 5 6; do dossier "veel$i"; done
echo '{"catalogue":1,"person":{"birth_date":42}}' >"$W/d/veel3/dossier.json"
expect 3 "one bad dossier among many gives its exit code" to_successor --json --out "$W/many" "$W"/d/veel*
[ "$(jq -r .result "$W/out" | paste -sd,)" = "ok,ok,bad-format,ok,ok,ok" ]
ok "and stops none of the others; each has its own line, in order"
[ "$(ls "$W"/many/*.tar.age | wc -l)" = 5 ]
ok "five packages were written"
grep -q person.birth_date "$W/err" && ! grep -q Kanarie "$W/err"
ok "the error names the field and no value"
[ "$(last_acts outgoing 11 | tr , '\n' | grep -c 'transfer.refuse - deny')" = 1 ]
ok "the refusal is in the ledger"
script -qec "$HANDOVER --home $W/outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR $W/d/veel1 $W/d/veel2" /dev/null \
	>"$W/tty" 2>&1 </dev/null
grep -q 'sealing 1/2' "$W/tty"
ok "a terminal sees progress"
expect 0 "opening many at once" at incoming open --into "$W/many-in" "$W"/many/*.tar.age
! grep -q "stayed behind" "$W/out"; ok "what stayed behind is the sender's to know"
[ "$(ls "$W/many-in" | wc -l)" = 5 ] && [ ! -s "$W/err" ]
ok "all are there, and a pipe sees no progress"
expect 0 "the sender's ledger verifies" at outgoing ledger verify

# ---- a policy signed by somebody else
p7s=$W/outgoing/policies/overdracht-einde-contract.yaml.p7s
cp "$p7s" "$W/p7s"
expect 4 "a stranger signs nothing in a home that knows the officers" "$HANDOVER" policy sign --cert "$W/keeper/officer.pem" \
	--key "$W/keeper/officer.key" "${p7s%.p7s}"
said "this key is of no officer whom policy 'overdracht-einde-contract' asks for (fg, contractmanager)"
cmp -s "$W/p7s" "$p7s"; ok "and the signatures are as they were"
mkdir "$W/for-strangers" && cp "${p7s%.p7s}" "$p7s" "$W/for-strangers/"
expect 0 "where nobody knows them a stranger can" "$HANDOVER" --home "$W/nowhere" policy sign --cert "$W/keeper/officer.pem" \
	--key "$W/keeper/officer.key" "$W/for-strangers/overdracht-einde-contract.yaml"
said "warning: it is not known here who signs for the controller of policy 'overdracht-einde-contract'"
cp "$W/for-strangers/overdracht-einde-contract.yaml.p7s" "$p7s"
expect 5 "with it the policy does not run" to_successor "$EEN"
said "take overdracht-einde-contract.yaml.p7s away and have it signed again"
cp "$W/p7s" "$p7s"

# ---- a policy changed after it was signed
sed -i 's/^title: /title: Nieuwe /' "$W/outgoing/policies/overdracht-einde-contract.yaml"
expect 5 "it does not run" to_successor "$EEN"
said "policy 'overdracht-einde-contract' was changed after it was signed: remove overdracht-einde-contract.yaml.p7s and have it signed again"
