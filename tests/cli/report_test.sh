#!/bin/bash
# handover report: dossiers counted into tables, and nothing of a dossier in them.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 72
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
FG=$(pin_of "FG" fg)
CM=$(pin_of "Contractmanager" cm)
new_home outgoing $PROVIDER "Werk en Zo" --role provider
new_home municipality $TOWN "Gemeente Voorbeeld" --role municipality
add_officers
meet municipality outgoing
contract() { # ID [OPTION…]
	must at outgoing registry contract "$1" --controller $TOWN --provider $PROVIDER --segment "$2" \
		--programme participatiewet --programme wi2021 --from 2026-01-01 --until 2029-12-31 --processor 2026-01-01..2029-12-31 "${@:3}"
	resign outgoing
}
contract RI-1 individueel --mandate 2026-01-01..2029-12-31
contract RI-3 collectief
K=managementrapportage-kwartaal
# people NAME FROM TO PRODUCT REASON ATTENDANCE: dossiers $W/d/NAME-<n> with a canary in every field that has room for one
people() {
	for ((i = $2; i <= $3; i++)); do
		mkdir -p "$W/d/$1-$i"
		cat >"$W/d/$1-$i/dossier.json" <<-END
		{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},
		 "person":{"client_number":"KANARIE-$1-$i","family_name":"Kanarie","given_names":"Kanarie","birth_date":"1984-03-09",
		  "nationality":"KANARIE-nat","salutation":"KANARIE-aanhef","gender":"KANARIE-g","residence_permit":"KANARIE-titel"},
		 "contact":{"street":"Kanariestraat","city":"KANARIE-stad","preferred_channel":"KANARIE-kanaal"},
		 "household":{"partner":"Kanarie"},"representative":{"name":"Kanarie"},"benefit":{"type":"KANARIE-uitkering","measures":"kanarie"},
		 "trajectory":[{"id":"KANARIE-id","product":"$4","start":"2026-01-05","status":"KANARIE-status","end":"2026-09-01","end_reason":"$5"}],
		 "plan":{"goal":"kanarie doel","steps":"kanarie","motivation":"kanarie","notes":"kanarie notitie"},
		 "wi":{"learnability":"KANARIE-l","map_status":"KANARIE-map","exams":[{"part":"KANARIE-deel","result":"KANARIE-uitslag"}]},
		 "education":{"level":"KANARIE-niveau","title":"kanarie"},"work":[{"role":"kanarie","employer":"kanarie"}],
		 "health":{"diagnosis":"kanarie"},"special":{"religion":"KANARIE-geloof"},"criminal":{"record":"kanarie"},
		 "obstacles":{"debts":"KANARIE-schuld","mental":"KANARIE-geest"},"coaches":[{"name":"Kanarie","email":"kanarie@voorbeeld.nl"}],
		 "appointments":[{"date":"2026-08-03","attendance":"$6","reason":"kanarie reden"}],
		 "kanarie":{"kanarie":"kanarie"}}
		END
	done
}
people werk 1 43 werkfit werk present
people naar 1 31 naar-werk KANARIE-afloop no_show
people ander 1 14 KANARIE-product werk excused
people ziek 1 4 werkfit ziekte present
report() { at outgoing report --policy $K --period 2026-Q3 "$@"; }
R=$W/r/$K-2026-Q3-RI-1
table() { jq -c --arg t "$1" '.tables[] | select(.table == $t) | '"$2" "${3:-$R.json}"; }

# ---- who may report, and when ----
expect 2 "policy and period are needed" at outgoing report "$W"/d/werk-1
expect 2 "a period has a form" at outgoing report --policy $K --period 2026-Q5 "$W"/d/werk-1
said "a period such as 2026-07, 2026-Q3, 2026-H2 or 2026 is expected"
expect 4 "and is of the policy's kind" at outgoing report --policy $K --period 2026-07 --contract RI-1 "$W"/d/werk-1
said "2026-07 is no quarter: policy '$K' reports by quarter"
expect 4 "a policy that nobody signed makes no report" report --contract RI-1 --out "$W/r" "$W"/d/*
said "policy '$K' is not signed"
approve outgoing $K.yaml
expect 2 "nothing readable goes under the home" report --out "$W/outgoing/outbox" "$W"/d/*
expect 4 "an unknown contract" report --contract RI-9 --out "$W/r" "$W"/d/*
expect 4 "a contract without mandate: no dossier of it is counted" report --contract RI-3 --out "$W/r" "$W"/d/werk-1
said "the dossier names another contract"
sed 's/RI-1/RI-3/' "$W/d/werk-1/dossier.json" >"$W/ri3.json" && mkdir "$W/ri3" && mv "$W/ri3.json" "$W/ri3/dossier.json"
expect 4 "nor one that is of that contract" report --contract RI-3 --out "$W/r" "$W/ri3"
said "requires mandate"
expect 4 "too few candidates" report --out "$W/r" "$W"/d/ziek-*
said "fewer than 30 candidates belong to period 2026-Q3"
[ ! -e "$W/r" ]; ok "and nothing was written"
[ "$(last_acts outgoing 1)" = "transfer.refuse - deny" ]; ok "a refusal is a record too"
expect 1 "an unknown policy" at outgoing report --policy managementrapportage-kwartal --period 2026-Q3 "$W"/d/werk-1
said "did you mean '$K'?"
expect 3 "a policy for dossiers makes no tables" at outgoing report --policy overdracht-einde-contract --period 2026-Q3 "$W"/d/werk-1
said "this is a policy for dossiers, not a report policy"
expect 3 "and a report policy lets no dossier leave" at outgoing seal --policy $K --to $TOWN "$W"/d/werk-1
said "this is a report policy (tables over many people): it lets no dossier leave"
for c in "policy dry-run $W/outgoing/policies/$K.yaml $W/d/werk-1" "policy explain $W/outgoing/policies/$K.yaml person.bsn" \
	"policy accept $W/outgoing/policies/$K.yaml --from $PROVIDER --contract RI-1 --until 2029-12-31 --out $W/acc"; do
	# shellcheck disable=SC2086
	expect 3 "nor here: ${c%% /*}" at outgoing $c
	said "it lets no dossier leave"
done

# ---- the report ----
expect 0 "a quarter" report --out "$W/r" "$W"/d/*
said "92 dossiers counted"
[ "$(stat -c %a "$R.json" "$R.csv" "$R.html" | sort -u)" = 600 ] && [ "$(find "$W/r" -type f | wc -l)" -eq 3 ]; ok "three files, for their owner alone"
! grep -qi kanarie "$R.json" "$R.csv" "$R.html"; ok "and no word of a dossier in them"
[ -z "$(jq '.tables[] | .cells, .row_totals // [], .column_totals // [], [.total] | .. | numbers | select(. > 0 and . < 10)' "$R.json")" ]
ok "no count of fewer than ten"
[ -z "$(awk -F, 'NR > 1 && $7 != "" && $7 > 0 && $7 < 10' "$R.csv")" ]; ok "nor in the CSV"
[ "$(table in-en-uitstroom .row_totals)" = "[45,30,0,0,0,15,0]" ]; ok "totals are rounded for themselves"
[ "$(table in-en-uitstroom '.cells[0]')" = "[null,0,0,null,0,0]" ]; ok "four people who were ill are not shown, nor what would tell of them"
[ "$(table aanwezigheid .cells)" = "[45,15,30,0]" ]; ok "appointments, by whom they were kept"
[ "$(jq -r '[.candidates, .complete, .contract, .recipient.oin, .period.from, .period.until] | join(" ")' "$R.json")" = \
	"90 true RI-1 $TOWN 2026-07-01 2026-09-30" ]; ok "and of whom it is, for whom, and when"
[ "$(jq -r .policy.sha256 "$R.json")" = "$(sha256sum "$W/outgoing/policies/$K.yaml" | cut -d' ' -f1)" ]; ok "under which policy, to the byte"
grep -q '^"in-en-uitstroom","candidates","trajectory.product","werkfit","trajectory.end_reason","zonder-resultaat",,,suppressed' "$R.csv"; ok "CSV says what is suppressed"
[ "$(tr -d '\r' <"$R.csv" | awk -F, '{print NF}' | sort -u)" = 9 ]; ok "with the same columns everywhere"
! grep -qiE 'https?:|src=|<script|@import|url\(' "$R.html"; ok "the page leads nowhere"
grep -q '<html lang="nl">' "$R.html" && [ "$(grep -o '<caption>' "$R.html" | wc -l)" -eq 3 ] && ! grep -q '<th>' "$R.html"; ok "and can be read by a screen reader"
at outgoing ledger show --json | jq -r 'select(.obj.k == "report") | [.act, .ph, .out // "-", .peer, .pol.id, (.obj.n // 0)] | join(" ")' >"$W/out"
[ "$(paste -sd, "$W/out")" = "audit.export intent - $TOWN $K 0,audit.export result ok $TOWN $K 3" ]; ok "intent and result stand in the ledger"
! at outgoing ledger show --details | grep -qi kanarie; ok "without a word of a dossier either"
expect 0 "that verifies" at outgoing ledger verify

# ---- again ----
expect 1 "a report is never overwritten" report --out "$W/r" "$W"/d/*
said "is there already: a report is never overwritten"
expect 0 "elsewhere it may be made" report --out "$W/r2" --language en "$W"/d/*
said "an earlier report under this policy covers days of 2026-Q3 (2026-Q3)"
grep -q '<html lang="en">' "$W/r2/$K-2026-Q3-RI-1.html"; ok "in English too"
cmp -s "$R.csv" "$W/r2/$K-2026-Q3-RI-1.csv"; ok "with the same numbers"
expect 0 "another quarter overlaps none" at outgoing report --policy $K --period 2026-Q2 --out "$W/r3" "$W"/d/*
! grep -q "earlier report" "$W/err"; ok "and is not warned of"

# ---- dossiers that are not as they should be ----
mkdir "$W/bad" "$W/kapot" && echo '{"person":{"family_name":17}}' >"$W/bad/dossier.json"
cp -r "$W/d/werk-1" "$W/again"; cp -r "$W/d/werk-2" "$W/late"; cp -r "$W/d/werk-3" "$W/nobody"; cp -r "$W/d/werk-4" "$W/elders"
sed -i 's/"start":"2026-01-05"/"start":"2026-10-01"/; s/2026-09-01/2026-12-01/; s/KANARIE-werk-2/L-1/' "$W/late/dossier.json"
sed -i '/client_number/s/"client_number":"[^"]*",//' "$W/nobody/dossier.json"
sed -i 's/RI-1/RI-3/; s/KANARIE-werk-4/E-1/' "$W/elders/dossier.json"
expect 4 "bad dossiers never stop the others; the highest code counts" report --out "$W/r4" "$W"/d/* "$W/bad" "$W/kapot" "$W/again" "$W/late" "$W/nobody" "$W/elders"
said "$W/bad/dossier.json: person.family_name"
said "$W/kapot"
said "$W/elders: the dossier names another contract"
said "$W/again: this candidate was counted already"
said "the tables are made without 3 of 98 dossiers"
said "1 dossiers have no identifier"
said "93 dossiers counted, 1 not of this period, 1 of candidates counted already, 3 FAILED and left out"
[ "$(jq .complete "$W/r4/$K-2026-Q3-RI-1.json")" = false ]; ok "the report says that it is not complete"
grep -q "Niet alle dossiers konden worden geteld" "$W/r4/$K-2026-Q3-RI-1.html"; ok "and its page"
expect 3 "as JSON" at outgoing --json report --policy $K --period 2026-Q3 --out "$W/r5" "$W"/d/* "$W/bad" "$W/again"
[ "$(jq -c 'select(.files) | [.dossiers.counted, .dossiers.failed, .dossiers.counted_before, (.files | length), (.warnings | length), .report.candidates]' "$W/out")" = "[92,1,1,3,2,90]" ]
ok "one line for the whole"
[ "$(jq -r 'select(.result) | .result' "$W/out" | paste -sd,)" = failed,counted_before ]; ok "and one for each dossier that was not counted"
(cd "$W/d/werk-1" && tar cf "$W/werk-1.tar" dossier.json); mv "$W/d/werk-1" "$W/gone"
expect 0 "a dossier may be an archive" report --out "$W/r6" "$W"/d/* "$W/werk-1.tar"
said "92 dossiers counted"
sed -i 's/^status: active/status: draft/' "$W/outgoing/policies/$K.yaml"; rm "$W/outgoing/policies/$K.yaml.p7s"; approve outgoing $K.yaml
expect 4 "a draft makes no report" report --out "$W/r7" "$W"/d/*
said "only an active policy runs"
