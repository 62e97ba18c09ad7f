#!/bin/bash
# review: what a policy wants a person to look at refuses until one has, is remembered without text, and no longer than it holds.
set -u
. tests/cli/lib.sh
plan 38
world
dossier een
D="$W/d/een"
text() { jq --arg t "$1" '.plan.goal = $t' "$D/dossier.json" >"$W/new.json" && mv "$W/new.json" "$D/dossier.json"; }
seal() { at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --json "$D"; }
review() { at outgoing review --policy overdracht-einde-contract --to $SUCCESSOR "$@" "$D"; }
opened() { at incoming open --into "$W/in" "$(jq -r .file "$W/sealed")" >/dev/null 2>&1; jq -r .plan.goal "$W/in/$(jq -r .package "$W/sealed")/data/dossier.json"; }
reviews() { at outgoing ledger show --json 2>/dev/null | jq -c 'select(.act == "review.signoff")'; }

text 'Werk na de migraine van vorig jaar; bel 06-12345678 voor de huisarts.'
expect 4 "a finding under review refuses the dossier" seal
said 'health found: a person has to settle this before it can leave; run handover review'
expect 4 "the list of what is open is exit 4" review
[ "$(grep -cE '^[A-Za-z0-9_-]{22} health plan\.goal$' "$W/out")" = 2 ] && grep -q '>>migraine<<' "$W/out" && grep -q '2 open, 0 kept' "$W/out"
ok "each finding has a name, a kind, a field and its passage"
expect 4 "as JSON" review --json
[ "$(jq -s 'map(select(.found == "huisarts" and .field == "plan.goal")) | length' "$W/out")" = 1 ] &&
	[ "$(tail -1 "$W/out" | jq -c '[.open, .kept, .masked, .result]')" = '[2,0,0,"refused"]' ]
ok "one object a finding, then the counts"
M=$(jq -r 'select(.found == "migraine").finding' "$W/out") H=$(jq -r 'select(.found == "huisarts").finding' "$W/out")
[ -z "$(reviews)" ]
ok "to look is no decision"

expect 2 "to keep needs a reason" review --keep "$M"
expect 2 "out of the closed list" review --keep "$M=omdat"
expect 2 "which for masking is another one" review --mask "$H=needed"
expect 2 "no finding twice" review --keep "$M=needed" --mask "$M"
expect 4 "a finding that is not there settles nothing" review --keep "$M=needed" --mask AAAAAAAAAAAAAAAAAAAAAA
said 'is no open finding of this dossier; nothing was settled'
[ -z "$(reviews)" ]
ok "and records nothing"
expect 4 "one of two is settled" review --json --keep "$M=needed"
[ "$(tail -1 "$W/out" | jq -c '[.open, .kept, .masked]')" = '[1,1,0]' ]
ok "the other one is open"
expect 4 "nothing unreviewed leaves" seal
expect 0 "then both" review --mask "$H"
said '0 open, 0 kept, 1 masked, 1 settled before'
[ "$(reviews | wc -l)" = 2 ] && reviews | jq -se 'all(.[]; .out == "ok" and .subj.ty == "bsn" and .obj.k == "review" and .obj.n == 1 and
	.pol.id == "overdracht-einde-contract" and (.actor.id | startswith("a:")))' >/dev/null
ok "each time one review.signoff, by whom, about whom, under which policy"
expect 0 "now it is sealed" seal
cp "$W/out" "$W/sealed"
[ "$(opened)" = 'Werk na de migraine van vorig jaar; bel […] voor de […].' ]
ok "what is kept stays, the rest is masked"
jq -e '.report.reviewed == {"keep":1,"mask":1}' "$W/sealed" >/dev/null
ok "the sender's report counts what a person settled"
! grep -q reviewed "$W/in/$(jq -r .package "$W/sealed")/handover.json"
ok "the travelling report does not"
! grep -raqE 'migraine|huisarts' "$W/outgoing"
ok "no word of the text lies under the home"
expect 0 "a second seal asks nothing" seal

text 'Werk na de migraine van vorig jaar; bel 06-12345678 voor de huisarts!'
expect 4 "a changed text is asked about again" seal
text 'Werk na de migraine van vorig jaar; bel 06-12345678 voor de huisarts.'
jq '.person.bsn = "111222333" | .person.client_number = "K-ander"' "$D/dossier.json" >"$W/new.json" && cp "$W/new.json" "$D/dossier.json"
expect 4 "and so is the same text in another dossier" seal
jq 'del(.person.bsn, .person.client_number)' "$D/dossier.json" >"$W/new.json" && cp "$W/new.json" "$D/dossier.json"
expect 4 "without an identifier nothing can be remembered" review
said 'no identifier by which a decision could be remembered'
jq '.person.bsn = "123456782" | .person.client_number = "K-een"' "$D/dossier.json" >"$W/new.json" && cp "$W/new.json" "$D/dossier.json"
text 'Was in detentie, heeft migraine.'
expect 4 "what is blocked stays blocked" seal
said 'criminal found'
F=$(at outgoing review --policy overdracht-einde-contract --to $SUCCESSOR --json "$D" | jq -r 'select(.kind == "health").finding')
expect 4 "whatever is settled beside it" review --keep "$F=agreed"
said 'criminal found'

# a record of a group has its number, and a name that nobody knows is a matter for people
jq '.plan.goal = "Werk" | .reports = [{"date":"2026-01-12","period":"2026-01","summary":"Alles gaat goed."},
	{"date":"2026-02-12","period":"2026-02","summary":"Gisteren is met Zerfinoz gebeld."}]' "$D/dossier.json" >"$W/new.json" && cp "$W/new.json" "$D/dossier.json"
at outgoing review --policy overdracht-einde-contract --to $SUCCESSOR --json "$D" >"$W/out" 2>"$W/err"
[ "$(jq -r 'select(.kind == "capital") | [.found, .field] | join(" ")' "$W/out")" = 'Zerfinoz reports[1].summary' ]
ok "an unknown name in the second report is told as such"
F=$(jq -r 'select(.kind == "capital").finding' "$W/out")
expect 0 "and masked" review --mask "$F=third_party"
seal >"$W/sealed" 2>"$W/err"
at incoming open --into "$W/in" "$(jq -r .file "$W/sealed")" >/dev/null 2>&1
[ "$(jq -r '.reports[1].summary' "$W/in/$(jq -r .package "$W/sealed")/data/dossier.json")" = 'Gisteren is met […] gebeld.' ]
ok "by seal"

# shredding the person takes the decisions along
count() { sqlite3 "$W/outgoing/subjects.db" 'SELECT count(*) FROM review' 2>/dev/null || node -e '
	const fs=require("fs"); const b=fs.readFileSync(process.argv[1]); console.log(b.includes("third_party") ? 1 : 0)' "$W/outgoing/subjects.db"; }
[ "$(count)" -gt 0 ]
ok "decisions lie with the subjects"
