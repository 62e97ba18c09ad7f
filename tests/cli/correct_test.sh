#!/bin/bash
# correct: who received a field gets its correction, in the form it received, once; who did not gets
# nothing; whom no package reaches is named. On real homes, with two recipients under two policies.
set -u
. tests/cli/lib.sh
plan 99
# policies of this test: the municipality receives the birth date as its year; a correction policy
SHIPPED=$W/shipped
mkdir -p "$SHIPPED"
cp policies/*.yaml "$SHIPPED"
sed -i 's/person.name_prefix, person.birth_date\]/person.name_prefix]/
	s/^allow:/allow:\n  - {rule: geboortejaar, fields: [person.birth_date], as: year, because: jaar volstaat}/' \
	"$SHIPPED/overdracht-aan-gemeente.yaml"
cat >"$SHIPPED/correctiebericht.yaml" <<'END'
policy: correctiebericht
language: 1
version: 1
status: active
title: Verbetering van wat eerder is overgedragen
valid: {from: 2026-01-01, until: 2030-12-31}
approved: [{role: fg, date: 2026-01-12}, {role: contractmanager, date: 2026-01-13}]
catalogue: 1
purpose: continuity_of_support
legal_basis: {gdpr: public_task, law: [pwet-7, wi2021-15]}
applies_to: {sender: [provider], recipient: [provider, municipality], contract_status: [contracted, run_off], programme: [participatiewet, wi2021]}
requires: [protocol_accepted]
allow:
  - rule: verbeterd
    fields: [person.client_number, person.family_name, person.birth_date, contact.city, contact.phone, ladder.date, ladder.step,
             trajectory.status]
    as: keep
    because: wie het kreeg moet het juiste weten (AVG 19)
  - {rule: voorletters, fields: [person.given_names], as: initials, because: zoals overgedragen}
  - rule: bsn
    fields: [person.bsn]
    as: keep
    national_id_basis: uavg-46
    only_if: {recipient_duty: [bsn_processing]}
    because: alleen bij wettelijke taak
  - {rule: tekst, fields: [plan.goal], as: scanned, scan: streng, because: gescand als bij de overdracht}
withhold:
  - {class: [national_id, identifier, contact, ordinary, sensitive, special, criminal, free_text, third_party], because: niet overgedragen}
scan_profiles: {streng: {default: mask, bsn: block, health: review, criminal: block, other_special: block, place: keep}}
attachments: [{types: [cv], formats: [jpeg], clean: strip, scan: streng, max_mb: 1}]
limits: {attachments: 1, total_mb: 1}
retention: {package: P28D, recipient: {keep: P2Y, after: trajectory_end}, sender: {delete: P30D, after: receipt}}
END
world
approve outgoing correctiebericht.yaml
accept incoming correctiebericht.yaml # and the municipality not yet
to_successor() { at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$@"; }
to_town() { at outgoing seal --policy overdracht-aan-gemeente --to $TOWN "$@"; }
correct() { at outgoing correct "$@"; }
row() { jq -c "select(.recipient == \"$1\")" "$W/out"; } # of --json
seals() { acts outgoing | grep -c 'transfer.seal result ok'; }
boxed() { find "$W/outgoing/outbox" -name '*.tar.age' | wc -l; }
fields() { jq -c '[.corrects[] | .field]' <<<"$1"; }
changed() { # FROM TO [SED...]: a dossier copied and changed
	rm -rf "$W/d/$2" && cp -a "$W/d/$1" "$W/d/$2"
	sed -i "$3" "$W/d/$2/dossier.json"
}
dossier een
changed een nieuw 's/Kanarie-Achternaam/Nieuwenaam/; s/1984-03-09/1985-04-10/; s/Rijen/Breda/; s/,"phone":"0612345678"//'
OLD=$W/d/een NEW=$W/d/nieuw

# ---- which fields
expect 2 "neither a field nor the old dossier" correct "$NEW"
said "say which fields are corrected with --field"
expect 2 "a field that the catalogue lacks" correct "$NEW" --field person.famly_name
said "did you mean 'person.family_name'?"
expect 4 "a field that did not change" correct "$OLD" "$NEW" --field person.given_names
said "person.given_names has the same value in both dossiers"
expect 4 "the same dossier twice" correct "$OLD" "$OLD"
said "nothing to correct"
expect 1 "an unknown policy" correct --policy nergens "$NEW" --field contact.city
expect 0 "a person of whom nothing was sealed" correct "$NEW" --field contact.city
said "nobody received anything that this ledger knows of"

# ---- two packages to the successor, one to the municipality, one refused
must to_successor "$OLD"
expect 0 "a second package" to_successor --json "$OLD"
P2=$(jq -r .package "$W/out") P2F=$(jq -r .file "$W/out")
expect 0 "and one for the municipality" to_town --json "$OLD"
T1F=$(jq -r .file "$W/out")
expect 4 "one to a stranger is refused" at outgoing seal --policy overdracht-einde-contract --to $STRANGER "$OLD"
at outgoing ledger show --json --details | jq -se 'map(select(.record.act == "transfer.seal" and .record.ph == "intent" and .record.peer == "'$TOWN'")) |
	.[0].detail.released | map(select(.as == "year" and .fields == ["person.birth_date"])) | length == 1' >/dev/null
ok "the detail of an intent says which field went in which form"
expect 0 "a field that nobody received" correct "$NEW" --field person.residence_permit
said "nobody received any of these fields: there is nobody to tell."
expect 0 "the same as JSON" correct --json "$NEW" --field person.residence_permit
[ "$(jq -r .result "$W/out" | sort -u)" = nothing ]; ok "has a line for each who received other things"

# ---- a dry run
before=$(boxed) records_before=$(records outgoing | wc -l)
expect 4 "a dry run finds the municipality without acceptance" correct --dry-run --json "$OLD" "$NEW"
S=$(row $SUCCESSOR) T=$(row $TOWN)
[ "$(wc -l <"$W/out")" = 2 ]; ok "the refused one is not among who received"
[ "$(jq -r .result <<<"$S")" = ready ] &&
	[ "$(jq -c '.corrects' <<<"$S")" = '[{"field":"person.family_name","as":"keep"},{"field":"person.birth_date","as":"keep"},{"field":"contact.city","as":"keep"},{"field":"contact.phone","removed":true}]' ]
ok "the successor is told what differs and what is gone"
[ "$(jq -r '.received | length' <<<"$S")" = 2 ] && [ "$(jq -r .supersedes <<<"$S")" = "$P2" ]; ok "once, in the case of the newest of both packages"
[ "$(jq -r '.result + " " + (.exit | tostring)' <<<"$T")" = "letter 4" ] &&
	[ "$(jq -c '[.letter[].field]' <<<"$T")" = '["person.family_name","person.birth_date"]' ]
ok "the municipality by letter, of the two fields that it received"
[ "$(boxed)" = "$before" ] && [ "$(records outgoing | wc -l)" = "$records_before" ]; ok "nothing is sealed, no act of handing over is recorded"
at outgoing ledger show --json | jq -r 'select(.act | test("audit.subject")) | [.act, .ph, .out // "-", (.subj.ty // "-")] | join(" ")' | tail -2 | paste -sd, |
	grep -qx 'audit.subject intent - bsn,audit.subject result ok bsn'
ok "but that somebody looked, and at whom"
expect 4 "the same for people" correct -n "$OLD" "$NEW"
said "write to that"
said "to do       a package that supersedes $P2"
expect 4 "a field by name, without the old dossier" correct -n --json "$NEW" --field person.birth_date
[ "$(fields "$(row $SUCCESSOR)")" = '["person.birth_date"]' ]; ok "is that field alone"
expect 0 "a group by name, with the old one" correct -n --json "$OLD" "$NEW" --field contact
[ "$(fields "$(row $SUCCESSOR)")" = '["contact.city","contact.phone"]' ] && [ "$(row $TOWN | jq -r .result)" = nothing ]
ok "is what differs in it, and nothing to who has nothing of it"
! grep -qE 'Nieuwenaam|Kanarie|Breda|Rijen|1985' "$W/out"; ok "no value is printed"

# ---- for whom it can be
expect 4 "the correction is sealed for whom it can be" correct --json "$OLD" "$NEW"
S=$(row $SUCCESSOR) C=$(row $SUCCESSOR | jq -r .package) CF=$(row $SUCCESSOR | jq -r .file)
[ "$(jq -r '.result + " " + (.seq | tostring)' <<<"$S")" = "sealed 2" ] && [ "$(boxed)" = $((before + 1)) ]; ok "one package, the second of its case"
[ "$(last_acts outgoing 3)" = "transfer.seal intent -,transfer.seal result ok,transfer.refuse - deny" ]; ok "intent, result, and the refusal of the other"
records outgoing | tail -2 | jq -se '.[0].peer == "'$SUCCESSOR'" and .[0].pol.id == "correctiebericht" and .[0].purp == "continuity_of_support" and
	.[0].fld == 3 and .[1].peer == "'$TOWN'" and all(.subj.ty == "bsn")' >/dev/null
ok "each under the correction policy, its purpose, about the person"
expect 0 "inspect" at outgoing inspect "$CF"
said "supersedes $P2"
expect 0 "inspect as JSON" at outgoing inspect --json "$CF" "$P2F"
[ "$(jq -r '.slip.seq, .slip.supersedes' "$W/out" | paste -sd,)" = "2,$P2,1,null" ]; ok "says so of the correction only"
expect 0 "the slip verifies, with what it supersedes" at incoming statement verify "${CF%.tar.age}.slip.json"

expect 0 "the successor has opened the package" at incoming open --into "$W/in" "$P2F"
expect 0 "and opens the correction" at incoming open --into "$W/in" "$CF"
J=$W/in/$C/data/dossier.json
[ "$(jq -c . "$J")" = '{"catalogue":1,"corrects":["person.family_name","person.birth_date","contact.city","contact.phone"],"person":{"family_name":"Nieuwenaam","birth_date":"1985-04-10"},"contact":{"city":"Breda"}}' ]
ok "it holds what is corrected, and nothing else"
grep -q '<h1>Correctiebericht</h1>' "$W/in/$C/data/dossier.html" && grep -q "vervallen" "$W/in/$C/data/dossier.html" && grep -q "$P2" "$W/in/$C/data/dossier.html"
ok "and a page that says so to a person"
! grep -raqE 'Kanarie|Rijen|1984|0612345678|123456782|K-een|kanarie' "$W/in/$C"; ok "no old value, and nothing that was not corrected, is in it"
[ "$(jq -r .supersedes "$W/in/$C/handover.json")" = "$P2" ]; ok "its note names the package that it corrects"
expect 0 "the package itself may be opened again elsewhere" at incoming ledger verify
expect 4 "but not after its correction" at incoming open --into "$W/in0" "$P2F"

# ---- the other one accepts; nobody is told twice
accept municipality correctiebericht.yaml
expect 0 "once the municipality accepts, the run is repeated" correct --json "$OLD" "$NEW"
T=$(row $TOWN) TF=$(row $TOWN | jq -r .file) TC=$(row $TOWN | jq -r .package)
[ "$(row $SUCCESSOR | jq -r '.result + " " + .package')" = "told $C" ] && [ "$(boxed)" = $((before + 2)) ]; ok "the successor gets nothing again"
expect 0 "the municipality opens its correction before the package" at municipality open --into "$W/town" "$TF"
[ "$(jq -c . "$W/town/$TC/data/dossier.json")" = '{"catalogue":1,"corrects":["person.family_name","person.birth_date"],"person":{"family_name":"Nieuwenaam","birth_date":{"as":"year","v":"1985"}}}' ]
ok "in the form that it received, under a policy that would keep"
! grep -raqE 'Kanarie|1984|04-10|Breda|123456782' "$W/town/$TC"; ok "and no more"
expect 0 "what it corrects still opens after it" at municipality open --into "$W/town" "$T1F"
expect 0 "a third run" correct "$OLD" "$NEW"
said "sealed before as package $C"
[ "$(boxed)" = $((before + 2)) ]; ok "seals nothing"

# ---- later corrections
changed nieuw later 's/Nieuwenaam/Nognieuwer/'
expect 0 "a later correction" correct --json "$W/d/later" --field person.family_name --with person.client_number
[ "$(row $SUCCESSOR | jq -r '[.result, .seq, .supersedes] | join(" ")')" = "sealed 3 $C" ]; ok "supersedes the one before"
L=$(row $SUCCESSOR | jq -r .package)
must at incoming open --into "$W/in" "$(row $SUCCESSOR | jq -r .file)"
[ "$(jq -c . "$W/in/$L/data/dossier.json")" = '{"catalogue":1,"corrects":["person.family_name"],"person":{"client_number":"K-een","family_name":"Nognieuwer"}}' ] &&
	grep -q 'over wie dit gaat' "$W/in/$L/data/dossier.html"
ok "with the number by which they know the person"
records incoming | tail -1 | jq -e '.subj.ty == "client_number"' >/dev/null; ok "so that a report there finds it"
expect 0 "and back to what it was" correct --json "$NEW" --field person.family_name
[ "$(jq -r .result "$W/out" | sort -u)" = sealed ]; ok "is news again"
changed nieuw ander 's/123456782/111222333/'
expect 0 "a BSN that was wrong" correct -n --json "$NEW" "$W/d/ander" --field person.bsn
said "an identifier is corrected"
[ "$(row $TOWN | jq -c .corrects)" = '[{"field":"person.bsn","as":"keep"}]' ] && [ "$(row $SUCCESSOR | jq -r .result)" = nothing ]
ok "only for whom the law lets have it"
echo 111222333 | at outgoing subject report >"$W/out" 2>"$W/err"
said "nobody is known here by that identifier"
changed nieuw status 's/"status":"lopend"/"status":"beeindigd"/; s/"step":2/"step":3/'
expect 0 "fields of lists" correct --json "$NEW" "$W/d/status"
must at municipality open --into "$W/town" "$(row $TOWN | jq -r .file)"
[ "$(jq -c . "$W/town/$(row $TOWN | jq -r .package)/data/dossier.json")" = '{"catalogue":1,"corrects":["ladder.step","trajectory.status"],"ladder":[{"step":3}],"trajectory":[{"status":"beeindigd"}]}' ]
ok "come for all their records"
changed nieuw weg 's/,"city":"Breda"//'
expect 0 "a value that is only to be removed" correct --json "$NEW" "$W/d/weg"
must at incoming open --into "$W/in" "$(row $SUCCESSOR | jq -r .file)"
[ "$(jq -c . "$W/in/$(row $SUCCESSOR | jq -r .package)/data/dossier.json")" = '{"catalogue":1,"corrects":["contact.city"]}' ]
ok "is a correction, too"
changed nieuw product 's/reintegratie/inburgering/'
expect 4 "a field that the correction policy does not know" correct --json "$NEW" "$W/d/product"
row $SUCCESSOR | jq -r '.letter[].why' | grep -q "policy 'correctiebericht' does not let this field go"; ok "is for a letter"
changed nieuw tekst 's/werk in de techniek/bel 0612345678/'
expect 0 "a text" correct --json "$NEW" "$W/d/tekst" --field plan.goal
must at incoming open --into "$W/in" "$(row $SUCCESSOR | jq -r .file)"
! grep -q 0612345678 "$W/in/$(row $SUCCESSOR | jq -r .package)/data/dossier.json"; ok "is scanned"
sed -i 's/"RI-1"/"RI-2"/' "$W/d/tekst/dossier.json"
expect 4 "another contract than --contract" correct --contract RI-1 "$W/d/tekst" --field plan.goal
changed nieuw nobody 's/"bsn":"123456782","client_number":"K-een",//'
expect 4 "a dossier without identifier" correct "$W/d/nobody" --field contact.city
said "the ledger cannot tell who received it"

# ---- time
later() { HANDOVER_TEST_CLOCK=$1 at "$2" correct -n --json "$W/d/later" --field person.family_name; }
cp -a "$W/outgoing" "$W/time"
D=$(date -u -d '+40 days' +%FT%TZ)
expect 0 "after the packages have expired" later "$D" time
jq -se 'all(.result == "ready") and (map(.received[].expired) | all)' "$W/out" >/dev/null; ok "they still count: they may have been opened"
expect 4 "after the contract has ended" later 2030-02-01T12:00:00Z time
jq -se 'all(.result == "letter" and (.letter | length) > 0)' "$W/out" >/dev/null; ok "everybody is for a letter"

cp -a "$W/outgoing" "$W/nokey" && rm "$W"/nokey/registry/keys/* && resign nokey
expect 4 "recipients without a key statement" at nokey correct -n "$W/d/later" --field person.family_name
said "by letter   person.family_name: "
expect 0 "the page in English" correct --json --language en "$W/d/later" --field person.family_name
must at incoming open --into "$W/in" "$(row $SUCCESSOR | jq -r .file)"
grep -q '<h1>Correction notice</h1>' "$W/in/$(row $SUCCESSOR | jq -r .package)/data/dossier.html"
ok "says the same"

# ---- cut off: whatever a kill leaves, the next run completes, and nobody gets it twice
killed() { # MS|package COMMAND...: run it and kill it after so many milliseconds, or its first package
	local ms=$1 pid
	shift
	"$HANDOVER" --home "$W/outgoing" "$@" >/dev/null 2>&1 &
	pid=$!
	if [ "$ms" = package ]; then # as soon as the first package is there
		while kill -0 $pid 2>/dev/null && ! compgen -G "$W/kill/$i/*.tar.age" >/dev/null; do :; done
	else
		sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	fi
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
}
now() { date +%s%3N; }
RUNS=20
for i in $(seq 0 $RUNS); do
	dossier "k$i"
	sed -i 's/"bsn":"123456782",//' "$W/d/k$i/dossier.json"
	changed "k$i" "g$i" 's/Kanarie-Achternaam/Gekild/'
done
must to_successor "$W"/d/k*
must to_town "$W"/d/k*
run=$(now)
must correct "$W/d/g0" --field person.family_name --out "$W/kill/0"
run=$(($(now) - run)) # how long it takes: the kills are spread over that
twice=0 undone=0 half=0
for i in $(seq 1 $RUNS); do
	[ $((i % 2)) -eq 0 ] && when=package || when=$((i * run / RUNS))
	killed $when correct "$W/d/g$i" --field person.family_name --out "$W/kill/$i"
	[ "$(ls "$W/kill/$i"/*.tar.age 2>/dev/null | wc -l)" = 1 ] && half=$((half + 1))
	correct --json "$W/d/g$i" --field person.family_name --out "$W/kill/$i" >"$W/out" 2>"$W/err" || undone=$((undone + 1))
	[ "$(jq -r .file "$W/out" | sort -u | wc -l)" = 2 ] || undone=$((undone + 1))
	[ "$(ls "$W/kill/$i"/*.tar.age | wc -l)" = 2 ] || twice=$((twice + 1))
done
echo "# $RUNS kills within $run ms: $half between both packages"
[ $half -gt 0 ]; ok "kills hit between both packages"
[ $undone -eq 0 ]; ok "after each of $RUNS kills the next run completes it"
[ $twice -eq 0 ]; ok "and there is one package for each of both, never a second"
expect 0 "the ledger verifies" at outgoing ledger verify
for r in incoming municipality; do
	at $r open --json --into "$W/k/$r" "$W"/kill/*/*.tar.age >"$W/out" 2>/dev/null
	[ "$(jq -r 'select(.exit == 0) | .package' "$W/out" | wc -l)" = $((RUNS + 1)) ]
	ok "each of the $((RUNS + 1)) for $r opens"
done

# ---- forgotten
cp -a "$W/outgoing" "$W/shred"
sed -i '0,/^ *roles:/s/^\( *\)roles:/\1officers: [{role: fg, spki: "'"$FG"'"}, {role: contractmanager, spki: "'"$CM"'"}]\n\1roles:/' "$W/shred/registry/organisations.yaml"
resign shred
for o in fg cm; do
	echo 123456782 | HANDOVER_TEST_CLOCK=$D at shred subject shred --cert "$W/$o/officer.pem" --key "$W/$o/officer.key" >"$W/out" 2>"$W/err"
done
ok "the person is shredded, once all terms are over"
HANDOVER_TEST_CLOCK=$D expect 0 "nobody can tell any more who received something" at shred correct "$W/d/later" --field person.family_name
said "Of a person who was shredded it cannot tell any more"

! grep -raqE 'Kanarie|KANARIE|Nieuwenaam|Nognieuwer|Gekild|123456782|K-een' "$W/outgoing" "$W/incoming" "$W/municipality"
ok "no value lies readable under a home"
