#!/bin/bash
# The runbooks of docs/OPERATIONS.md, "Keys and their lives": each of their commands, as written.
set -u
. tests/cli/lib.sh
plan 94
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home town $TOWN "Gemeente Voorbeeld" --role municipality
new_home coach $PROVIDER "Werk en Zo" --role provider
meet town coach; meet coach town; resign town; resign coach
pin_now() { spki "$1"; }
ids() { ls "$W/town/organisation/identities"; }
# what a sender that took in our export would encrypt to
current() { jq -r 'select(.use == "main") | .at + " " + .recipient' "$W/coach/registry/keys/"*.json | sort | tail -1 | cut -d' ' -f2; }
tell() { # the town tells the coach, who already knows its key
	must at town organisation export --out "$W/town.org"
	resign town
	must at coach organisation import "$W/town.org" "$@"
	resign coach
}
file_of() { at town organisation identities --json | jq -r ".identities[$1].file"; }
own() { at town organisation identities --json | jq -r ".identities[$1].recipient"; }

# ---- a new age identity every three months
expect 0 "what there is" at town organisation identities
said "newest"
FIRST=$(ids)
OLD=$(own 0)
expect 4 "the newest is not destroyed" at town organisation destroy-identity "$FIRST"
expect 0 "a new identity" at town organisation rekey
expect 4 "the old one stays while others encrypt to it" at town organisation destroy-identity "$FIRST"
said "organisation export"
tell
[ "$(current)" = "$(own 1)" ] && [ "$(current)" != "$OLD" ]; ok "the other party encrypts to the new one, nobody asked"
expect 0 "what there is now" at town organisation identities
said "superseded; packages for it may come until"
expect 4 "the old one stays for what is under way" at town organisation destroy-identity "$FIRST"
said "packages for '$FIRST' may come until"
echo hallo | "$HANDOVER" age encrypt -r "$OLD" -o "$W/town/inbox/late.tar.age"
cp -a "$W/town" "$W/later"
later() { HANDOVER_TEST_CLOCK=$(date -u -d '+100 days' +%FT%TZ) "$HANDOVER" --home "$W/later" "$@"; }
expect 4 "after that day it stays while a package needs it" later organisation destroy-identity "$FIRST"
said "1 packages in inbox/ are for"
expect 4 "whatever is said" later organisation destroy-identity "$FIRST" --early
rm "$W/later/inbox/late.tar.age"
expect 0 "then it goes" later organisation destroy-identity "${FIRST%.txt}"
[ "$(ls "$W/later/organisation/identities" | wc -l)" = 1 ] && [ ! -e "$W/later/organisation/identities/$FIRST" ]; ok "and no other"
[ "$(later ledger show --json --details | jq -r 'select(.record.act == "delete.done") | [.record.ph, .record.out // "-", .detail.recipient // "-"] | join(" ")' | paste -sd,)" = "intent - $OLD,result ok -" ]; ok "its end is in the ledger"
expect 1 "once" later organisation destroy-identity "$FIRST"
rm "$W/town/inbox/late.tar.age"

# ---- the same by a timer: what is due, and nothing else
new_home clock $STRANGER "Tijdig" --role provider
TODAY=$(TZ=Europe/Amsterdam date +%F)
three_months_after() { # DAY: clamped to the end of the month
	python3 - "$1" <<-'END'
		import calendar, datetime, sys
		d = datetime.date.fromisoformat(sys.argv[1])
		y, m = divmod(d.year * 12 + d.month - 1 + 3, 12)
		print(datetime.date(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1])))
	END
}
DUE=$(three_months_after "$TODAY")
NEXT=$(three_months_after "$DUE") # 89 to 92 days later
after() { date -d "$1 +$2 days" +%F; } # DAY N
on() { HANDOVER_TEST_CLOCK="$1T12:00:00Z" "$HANDOVER" --home "$W/clock" "${@:2}"; } # DAY COMMAND...
clock_ids() { ls "$W/clock/organisation/identities"; }
sums() { find "$W/clock" -type f ! -name '*-shm' ! -name '*-wal' -exec sha256sum {} + | sort; }
quiet() { # DAY NAME: nothing is due, nothing is printed, nothing is written
	local before
	before=$(sums)
	expect 0 "$2" on "$1" organisation renew --if-due
	[ ! -s "$W/out" ] && [ ! -s "$W/err" ] && [ "$before" = "$(sums)" ]; ok "… says nothing and leaves every file as it was"
}
quiet "$(after "$TODAY" 200)" "a home that told nobody of a key has nothing to renew"
must at clock organisation export --out "$W/clock.org"
resign clock
BORN=$(clock_ids)
quiet "$TODAY" "a new key is not due"
quiet "$(after "$DUE" -1)" "nor a day before three months"
expect 0 "after three months it is" on "$DUE" organisation renew --if-due
said "made a new age identity"
[ "$(clock_ids)" = "$BORN"$'\n'"$DUE.txt" ]; ok "there is one of that day beside it"
OLDKEY=$(on "$DUE" organisation identities --json | jq -r '.identities[0].recipient')
NEWKEY=$(on "$DUE" organisation identities --json | jq -r '.identities[1].recipient')
[ "$(jq -r "select(.recipient == \"$NEWKEY\") | .supersedes" "$W/clock/registry/keys/"*.json)" = "$(basename "$(grep -l "$OLDKEY" "$W/clock/registry/keys/"*.json)" .json)" ]
ok "its statement supersedes the one before"
[ ! -e "$W/clock/keys/registry.pending" ]; ok "the registry is still signed, nobody was asked"
expect 0 "so that work goes on" on "$DUE" registry check
said "let one sign at his next occasion"
quiet "$DUE" "once"
expect 0 "three months later there is another" on "$NEXT" organisation renew --if-due --json
jq -e '.made == true and .told == true and .destroyed == 0' "$W/out" >/dev/null; ok "… while the first stays"
quiet "$(after "$DUE" 92)" "for 92 days after it was superseded"
[ "$(clock_ids)" = "$BORN"$'\n'"$DUE.txt"$'\n'"$NEXT.txt" ]; ok "… all three are there"
cp -a "$W/clock" "$W/clock.saved"
again() { rm -rf "$W/clock" && cp -a "$W/clock.saved" "$W/clock"; }
slip() { # RECIPIENT KEY DAY: a package that we know of
	local dir=$W/clock/receipts/$PROVIDER-zaak-1
	mkdir -p "$dir"
	jq -n --arg r "$1" --arg k "$(printf %s "$2" | sha256sum | cut -c1-64)" --arg s "$3T10:00:00Z" \
		'{doc: "handover/slip/1", recipient: $r, keys: [$k], sealed: $s}' >"$dir/$3.slip.json"
}
slip $TOWN "$OLDKEY" "$(after "$DUE" 60)"    # for somebody else
slip $STRANGER "$NEWKEY" "$(after "$DUE" 60)" # to the new key
expect 0 "then it goes" on "$(after "$DUE" 93)" organisation renew --if-due
said "destroyed 1 old ones"
[ "$(clock_ids)" = "$DUE.txt"$'\n'"$NEXT.txt" ]; ok "and it alone"
[ "$(on "$(after "$DUE" 93)" ledger show --json | jq -r 'select(.act == "delete.done") | [.ph, .out // "-"] | join(" ")' | paste -sd,)" = "intent -,result ok" ]; ok "the ledger has it"
again
slip $STRANGER "$OLDKEY" "$(after "$DUE" 40)"
quiet "$(after "$DUE" 132)" "somebody sealed to it later: 92 days from then"
expect 0 "what there is says so" on "$(after "$DUE" 100)" organisation identities
said "a package was sealed to it on $(after "$DUE" 40)"
expect 4 "nor by hand" on "$(after "$DUE" 132)" organisation destroy-identity "$BORN"
echo hallo | "$HANDOVER" age encrypt -r "$OLDKEY" -o "$W/clock/inbox/late.tar.age"
quiet "$(after "$DUE" 133)" "then while a package for it lies in inbox/"
rm "$W/clock/inbox/late.tar.age"
expect 0 "then it goes" on "$(after "$DUE" 133)" organisation renew --if-due --json
jq -e '.made == false and .told == false and .destroyed == 1' "$W/out" >/dev/null; ok "… as JSON"
again
# a kill between the key and what is said of it
must on "$(after "$DUE" 93)" organisation rekey
expect 0 "a key that nothing was said of yet" on "$(after "$DUE" 94)" organisation renew --if-due --json
jq -e '.made == false and .told == true and .destroyed == 1' "$W/out" >/dev/null; ok "… is told of, and no other made"
again
# a signing key that does not count would make a statement that does not
sed -i 's/from: [0-9-]*, until: [0-9-]*/from: 2020-01-01, until: 2020-01-02/' "$W/clock/registry/organisations.yaml"
must on "$(after "$DUE" 93)" registry sign --cert "$W/keeper/officer.pem" --key "$W/keeper/officer.key"
expect 4 "no key is made that could not be told of" on "$(after "$DUE" 93)" organisation renew
said "our signing key is not pinned"
[ "$(clock_ids | wc -l)" = 3 ]; ok "… and none is there"
again
echo '# by hand' >>"$W/clock/registry/contracts.yaml"
expect 5 "nor in a registry that somebody edited" on "$(after "$DUE" 93)" organisation renew --if-due
[ "$(clock_ids | wc -l)" = 3 ]; ok "… where nothing is destroyed either"
again
expect 0 "without --if-due it is made on any day" on "$(after "$DUE" 92)" organisation renew
said "made a new age identity"
expect 0 "the ledger is whole" on "$(after "$DUE" 92)" ledger verify

# ---- an age identity that was lost or taken
STATEMENT=$(grep -l "$(own 1)" "$W/town/registry/keys/"*.json)
expect 0 "its statement is taken back" at town organisation revoke "$(basename "$STATEMENT" .json)" --reason compromised
expect 0 "a new one is made" at town organisation rekey
tell
[ "$(current)" = "$(own 2)" ]; ok "the other party encrypts to the new one"
grep -qF "key_revoked" "$W/coach/registry/keys/"*.json; ok "and knows that the other was taken back"
expect 0 "it is destroyed at once" at town organisation destroy-identity "$(file_of 1)" --early
expect 0 "and so is one that was superseded before" at town organisation destroy-identity "$FIRST" --early
[ "$(ids | wc -l)" = 1 ]; ok "one is left"

# ---- the signing certificate, before it ends
expect 0 "the registry is in order" at town registry check
BEFORE=$(pin_now town)
renew() { # WHAT: a new key and a request, as the runbook has it; the CA certifies it
	local o=$W/town/organisation
	mv "$o/$1.key" "$o/$1.old.key" && mv "$o/$1.pem" "$o/$1.old.pem"
	must openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$o/$1.key" -out "$o/$1.csr" \
		-subj "/C=NL/O=Gemeente Voorbeeld/serialNumber=$TOWN/CN=Gemeente Voorbeeld"
	chmod 600 "$o/$1.key"
	must "$CERTS/issue" "$W/pki" "$W/town"
}
renew signing
[ "$(pin_now town)" != "$BEFORE" ]; ok "a certificate with a new key"
expect 0 "export pins it" at town organisation export --out "$W/town.org"
resign town
[ "$(grep -c 'sha256:' <(sed -n '/signing:/,/tls:/p' "$W/town/registry/organisations.yaml" | head -4))" -ge 2 ]; ok "beside the old one"
expect 5 "the other party does not take a new key unseen" at coach organisation import "$W/town.org"
said "new signing key"
expect 0 "but with the fingerprint, as told over another way" at coach organisation import "$W/town.org" --fingerprint "$(pin_now town)"
resign coach
expect 0 "what the old key signed still holds" at coach registry check
! grep -q "not-authentic\|does not verify" "$W/out" "$W/err"; ok "with nothing that does not verify"
[ "$(current)" = "$(own 0)" ]; ok "the age key is known as before"
rm "$W/town/organisation/signing.old.key"

# ---- the signing key was taken: the old pin ends
TAKEN=$(pin_now town)
cp -a "$W/town" "$W/thief"
renew signing
end_pin() { # HOME: by hand, as the registry officer does
	sed -i "/$TAKEN/s/from: [0-9-]*, until: [0-9-]*/from: $(date -d yesterday +%F), until: $(date -d yesterday +%F)/" "$W/$1/registry/organisations.yaml"
	resign "$1"
}
must at town organisation export --out "$W/town.org"
end_pin town
must at town organisation export --out "$W/town.org"
must at coach organisation import "$W/town.org" --fingerprint "$(pin_now town)"
end_pin coach
must "$HANDOVER" --home "$W/thief" organisation rekey
must "$HANDOVER" --home "$W/thief" organisation export --out "$W/thief.org"
expect 5 "what the thief signs from now on counts nowhere" at coach organisation import "$W/thief.org"
said "pinned"
rm -f "$W/town/organisation/"*.old.key
tell
expect 0 "what the organisation says does" at coach registry check

# ---- the TLS key
TLS=$(openssl x509 -in "$W/town/organisation/tls.pem" -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64)
renew tls
must at town organisation export --out "$W/town.org"
resign town
expect 5 "a new TLS key is not taken unseen either" at coach organisation import "$W/town.org"
said "new tls key"
expect 0 "with the fingerprint it is" at coach organisation import "$W/town.org" --fingerprint "$(pin_now town)"
NEW=$(openssl x509 -in "$W/town/organisation/tls.pem" -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64)
[ "$NEW" != "$TLS" ] && grep -q "$NEW" "$W/coach/registry/organisations.yaml" && grep -q "$TLS" "$W/coach/registry/organisations.yaml"; ok "both are pinned, so that nobody is cut off"
resign coach

# ---- the ledger's keys are lost
must at town backup "$W/data" --keys "$W/keys.age" -r "$("$HANDOVER" age keygen --json -o "$W/elsewhere" | jq -r .recipient)"
rm "$W/town/keys/ledger.key" "$W/town/keys/blind.key" "$W/town/keys/subjects.kek"
expect 1 "without its key the ledger does not open" at town ledger verify
"$HANDOVER" age decrypt -i "$W/elsewhere" "$W/keys.age" | tar xf - -C "$W/town" --keep-old-files keys/ledger.key keys/blind.key keys/subjects.kek
ok "the keys come back from the file that lies elsewhere"
expect 0 "and it is as it was" at town ledger verify

# ---- the ledger's key was taken: a new home, the old one is kept for reading
must at town ledger checkpoint
at town ledger checkpoint >"$W/last"
VKEY=$(at town ledger show --vkey)
mv "$W/town" "$W/archive"
must at town init "$W/town" --oin $TOWN --name "Gemeente Voorbeeld" --role municipality --test --officer "$KEEPER"
for d in gateway.yaml organisation registry policies outbox inbox; do rm -rf "${W:?}/town/$d" && cp -a "$W/archive/$d" "$W/town/$d"; done
expect 0 "the new home says which ledger is its own" at town organisation export --out "$W/town.org"
resign town
expect 5 "which others take in with the fingerprint only" at coach organisation import "$W/town.org"
said "ledger:"
expect 0 "as told over another way" at coach organisation import "$W/town.org" --fingerprint "$(pin_now town)"
resign coach
grep -qF "$(at town ledger show --vkey)" "$W/coach/registry/organisations.yaml"; ok "from now on heads under the taken key count nowhere"
expect 0 "the old ledger is still verified against what others saw" at archive ledger verify --vkey "$VKEY" --checkpoint "$W/last"
