#!/bin/bash
# handover policy: check, test, coverage, show, explain, diff, dry-run, fmt, sign, without any home.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
handover=$BUILD/handover
export HANDOVER_HOME=$work/nothing
n=0 out= rc=0
echo "1..109"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$("$@" 2>&1 </dev/null); rc=$?; }
policy() { run "$handover" policy "$@"; }
has() { [[ $out == *"$1"* ]]; }
lacks() { [[ $out != *"$1"* ]]; }
gives() { test $rc -eq "$1" && has "$2"; } # EXIT TEXT
p=policies/overdracht-einde-contract.yaml
v=policies/verwijzing-aanbieder.yaml
g=policies/overdracht-aan-gemeente.yaml

policy check $p $v $g; is "the shipped policies are good" gives 0 "overdracht-aan-gemeente version 1: good"
policy test $p $v $g; is "their tests pass" gives 0 "overdracht-aan-gemeente: 9 passed, 0 failed"
for f in $p $v $g; do
	policy coverage --min 100 $f; is "$(basename $f .yaml): each rule and condition is tried" gives 0 "100 %"
done

m=tests/cli/policy_messages/good.yaml t=tests/cli/policy_messages/good.test.yaml
policy coverage $m --tests $t; is "the two figures: rule × condition" has "rule × condition in the tests: 25 % (2 of 8)"
is "and what was decided by name" gives 0 "decided by name: 6 % (8 of 115 fields; 107 by class, 0 by nobody)"
is "what no case tries is told" has "MISSED  leeftijd: taken (0 cases)"
policy coverage --min 26 $m --tests $t
is "too little of the first ends with 4" gives 4 "the tests try 25 % of rule × condition, at least 26 % is asked: write a case for each line that says MISSED"
policy coverage --min 25 --min-named 7 $m --tests $t
is "too little of the second too, and says what to write" gives 4 "6 % of the fields is decided by name, at least 7 % is asked: write in a rule or under withhold: person.client_number,"
policy coverage --min 25 --min-named 6 $m --tests $t; is "enough of both is 0" test $rc -eq 0
policy --json coverage $m --tests $t; is "as JSON they are the last line" test "$(tail -1 <<<"$out" | jq -c .)" = \
	'{"tested":{"percent":25,"hit":2,"of":8},"named":{"percent":6,"hit":8,"of":115,"by_class":107,"undecided":0}}'

change() { sed "$1" "$v" >"$work/beleid.yaml"; }
change 's/^legal_basis/legalbasis/'; policy check "$work/beleid.yaml"
is "an unknown key has a place and a suggestion" gives 3 "beleid.yaml:10:1: unknown key \"legalbasis\", did you mean \"legal_basis\"?"
change 's/default: mask/default: keep/; s/P14D/14D/'; policy check "$work/beleid.yaml"
is "all errors are told at once" gives 3 "105:22: duration such as P28D, P6M or P2Y expected"
is "the first of them too" has "default may not be keep"
change "s/obstacles.justice, criminal.record, criminal.probation/special.union/; s/special.political, special.union, /special.political, /"; policy check "$work/beleid.yaml"
is "a field without a decision fails the check" gives 3 "no decision recorded for: obstacles.justice, criminal.record, criminal.probation"
policy show "$work/beleid.yaml"; is "yet the policy can be read: the field stays" gives 0 "blijft (niet besloten)"
change 's/gdpr: public_task/gdpr: consent/'; policy check "$work/beleid.yaml"
is "consent as basis is a warning" gives 0 "rarely free"
policy --json check "$work/beleid.yaml"; is "as JSON" gives 0 "{\"file\":\"$work/beleid.yaml\",\"line\":10,\"col\":21,\"severity\":\"warning\",\"message\":\"consent"
printf 'report_policy: x\nlanguage: 1\n' >"$work/report.yaml"; policy check "$work/report.yaml"
is "a report policy is another document" gives 3 'report.yaml:1:1: key "version" is missing'
printf '{"catalogue":1,\n"person":{"family_name":"Kanarie"}}' >"$work/dossier.json"; policy check "$work/dossier.json"
is "a dossier is no policy, said in one line" test "$rc $out" = "3 $work/dossier.json:1:1: this is no policy: it has no key \"policy\"; name a policy file, or write one with \`handover policy init\`"
change 's/^policy:/polisy:/'; policy check "$work/beleid.yaml"; is "a slip in that very key is a slip" gives 3 'did you mean "policy"?'
policy check "$work/none.yaml"; is "no such file" test $rc -eq 1
printf 'policy: &a x\n' >"$work/anchor.yaml"; policy check "$work/anchor.yaml"
is "anchors are refused" gives 3 "anchor.yaml:1:9: anchors are not allowed"

mkdir -p "$work/p/tests"; cp $v "$work/p/"
sed 's/contact.postcode: 5121/contact.postcode: 5122/' policies/tests/verwijzing-aanbieder.test.yaml >"$work/p/tests/verwijzing-aanbieder.test.yaml"
policy test "$work/p/verwijzing-aanbieder.yaml"
is "a test that fails shows what was expected and what came" gives 4 "contact.postcode: expected 5122, got 5121"
sed -i 's/contact.postcode: 5122/contact.postcod: 5121/' "$work/p/tests/verwijzing-aanbieder.test.yaml"
policy test "$work/p/verwijzing-aanbieder.yaml"; is "an unknown field in a test is an error" gives 3 'unknown field "contact.postcod", did you mean "contact.postcode"?'
rm "$work/p/tests/verwijzing-aanbieder.test.yaml"; policy test "$work/p/verwijzing-aanbieder.yaml"
is "no tests is no pass" gives 1 "there are no tests"
policy test --tests policies/tests/verwijzing-aanbieder.test.yaml "$work/p/verwijzing-aanbieder.yaml"
is "tests from elsewhere" gives 0 "0 failed"

policy show $v; is "show is a table in Dutch" gives 0 "leeftijdsgroep (5)"
policy show $p; is "its terms are words" has "bewaren: pakket 28 dagen; ontvanger 2 jaar na einde van het traject; afzender wist 30 dagen na overname"
is "its law and its parties too" has "voortzetting van de begeleiding, taak van algemeen belang (Participatiewet art. 7, Wet inburgering 2021 art. 15)"
is "and its conditions" has "alleen als er is toestemming voor delen van belastbaarheid"
policy show --lang en $v; is "and in English" gives 0 "age band (5)"
policy show $p; is "it has the limits" has "grenzen: 25 bijlagen, 60 MB"
is "the consent" has "toestemming: TF-2026-1, ten hoogste 1 jaar, voor delen van belastbaarheid"
is "and what a scan does" has "scanprofiel streng: burgerservicenummers, strafrecht, andere bijzondere gegevens (houdt tegen); gezondheid (eerst beoordelen); rekeningnummers,"
policy show --lang en $v; is "in English too" has "scan profile streng: citizen service numbers, criminal offences, other special data (refuses); health (reviewed first); bank accounts,"
is "and that there is no consent" has "consent: none"
policy show --language en $v; is "--language does the same" gives 0 "age band (5)"
policy show --language fr $v; is "no other language" gives 2 "--language is nl or en"
policy show --html $v; is "a page for the register" gives 0 "<h1>Aanmelding door gemeente bij gecontracteerde aanbieder</h1>"
is "that needs nothing else" lacks "http"
policy show --html --language en $v; is "in English" gives 0 "<html lang=\"en\">"
policy --json show $v; is "and as JSON" gives 0 '"field":"contact.postcode","class":"contact","type":"postcode","action":{"as":"postcode4"},"rule":"woonomgeving","line":20'
policy explain $p wi.leerroute --context programme=participatiewet; is "explain: the rule and where it stands" gives 0 "inburgering ($p:"
is "and what is not met" has "stays: programme is not wi2021"
policy explain $p wi.leerroute --context programme=wi2021; is "or that it leaves" gives 0 "result     leaves"
policy explain $p person.bsn; is "what is not said is no duty" gives 0 "stays: recipient lacks duty bsn_processing"
is "and the output says what was assumed" has "context    sender=provider,recipient=provider,contract_status=contracted,programme=participatiewet,met=protocol_accepted,met=processor_agreement, as of 2"
policy explain $p health.diagnosis; is "or that no rule names it" gives 0 "no rule names this field: it stays"
policy explain $p capacity.hours_max --context consent=share_capacity; is "consent can be given" has "result     leaves"
policy explain $p person.bsn --context recipient_duty=bsn_processing,contract_status=not_contracted
is "a policy that does not apply lets nothing go" has "stays: no policy applies: contract_status not_contracted"
policy explain $p person.bns; is "an unknown field is a usage error" gives 2 "did you mean 'person.bsn'?"
policy explain $p person.bsn --context recipient_dutty=x; is "so is an unknown key" gives 2 "did you mean 'recipient_duty'?"

change 's/as: postcode4/as: keep/'; policy diff $v "$work/beleid.yaml"
is "diff: wider ends with 4" gives 4 'WIDER     contact.postcode: {"as":"postcode4"} -> {"as":"keep"}'
policy diff "$work/beleid.yaml" $v; is "narrower ends with 0" gives 0 "narrower  contact.postcode"
is "and says what follows" has "1 differences: 0 WIDER, 1 narrower; 114 of 115 fields the same"
is "for signature and acceptance" has "nothing WIDER: the new text is to be signed, what was accepted stays accepted"
policy diff $v "$work/beleid.yaml"; is "wider demands both anew" has "WIDER: it demands new approval (the signatures of all its roles) and new acceptance by each recipient"
policy diff $v $v; is "same is same" gives 0 "0 differences: 0 WIDER, 0 narrower; 115 of 115 fields the same"
policy diff --all $v "$work/beleid.yaml"; is "--all has each field, also what is the same" gives 4 "same      person.bsn: stays"
is "each once" test "$(grep -c '^\(same\|WIDER\|narrower\) ' <<<"$out")" = 115
policy --json diff $v $v; is "JSON is one object also then" test "$(jq -c '[.wider, .narrower, .same_fields, .needs_approval, .needs_acceptance, .changes]' <<<"$out")" = "[0,0,115,false,false,[]]"
policy --json diff $v "$work/beleid.yaml"
is "and tells each change" test "$(jq -c '[.wider, .needs_acceptance, .changes[0].change, .changes[0].what]' <<<"$out")" = '[1,true,"wider","contact.postcode"]'

mkdir "$work/d"; cat >"$work/d/dossier.json" <<'J'
{"catalogue":1,"context":{"programme":"participatiewet"},
 "person":{"bsn":"123456782","family_name":"Canarie","birth_date":"1988-03-02"},
 "contact":{"postcode":"5121 AB"},"hobby":{"name":"Canarie"},"plan":{"goal":"Canarie wil kok worden"},
 "attachments":[{"type":"cv","file":"cv.pdf"}]}
J
printf '%%PDF-1.4 Canarie' >"$work/d/cv.pdf"; before=$(find "$work" | sort)
policy dry-run $v "$work/d"; is "dry-run: what leaves, what stays" gives 0 "withheld: national_id 1"
is "under which circumstances" has "  context: sender=municipality,recipient=provider,contract_status=contracted,programme=participatiewet,"
is "what is left behind, and why" has "left behind: cv broken"
is "unknown fields by name" has "hobby"
is "what it assumes" has "  assumed: the recipient has no legal duty (bsn_processing)"
is "and never a value" lacks Canarie
is "nothing is written" test "$before" = "$(find "$work" | sort)"
policy dry-run --strict $v "$work/d"; is "strict refuses unknown fields" test $rc -eq 3
policy dry-run $v "$work/d" --context programme=nug; is "a programme the policy is not for" gives 4 "no policy applies: programme nug"
mkdir "$work/niets"; printf '{"context":{"programme":"wi2021"},"persoon":{"family_name":"Canarie"}}' >"$work/niets/dossier.json"
policy dry-run $v "$work/niets"; is "a dossier of which nothing leaves is refused as seal does" gives 4 "$work/niets: refused"
is "and said why, with the report" has "nothing of this dossier leaves"
change 's/^applies_to: {/applies_to: {contract: [RI-1, RI-2], /'
policy dry-run "$work/beleid.yaml" "$work/d"
is "no contract of the policy stands in for the dossier's" gives 4 "the contract is not among those that policy"
policy dry-run "$work/beleid.yaml" "$work/d" --context contract=RI-2; is "one may be given" gives 0 ",contract=RI-2,"
mkdir "$work/c"; sed 's/"participatiewet"/"participatiewet","contract":"RI-9"/; s/"attachments".*/"ladder":[]}/' "$work/d/dossier.json" >"$work/c/dossier.json"
policy dry-run "$work/beleid.yaml" "$work/c"; is "the dossier's own is judged" gives 4 "the contract is not among those that policy"
policy dry-run "$work/beleid.yaml" "$work/c" --context contract=RI-1
is "and no other is taken for it" gives 4 "the dossier names another contract than --context"
sed -i 's/Canarie wil kok worden/bsn 123456782/' "$work/d/dossier.json"; policy --json dry-run $v "$work/d"
is "a refusal names field and kind" gives 4 '"refused":[{"field":"plan.goal","why":"bsn'

policy dry-run $v "$work/d"; is "of what is refused nothing leaves" gives 4 "refused: plan.goal bsn"
is "and nothing is said to" lacks "leaves:"
policy --json dry-run $v "$work/none" "$work/c" --context contract=RI-1
is "a dossier that cannot be judged has its line too" has "{\"dossier\":\"$work/none\",\"outcome\":\"not-found\"}"
is "and so has one that the circumstances refuse" has "{\"dossier\":\"$work/c\",\"outcome\":\"refused\"}"

policy fmt $p; is "fmt prints the one layout" gives 0 "status: active  # draft | active | retired"
cp $p "$work/f.yaml"; policy fmt --write "$work/f.yaml"; cp "$work/f.yaml" "$work/f2.yaml"; policy fmt --write "$work/f2.yaml"
is "again changes nothing" cmp -s "$work/f.yaml" "$work/f2.yaml"
cp $p "$work/real.yaml"; chmod 0640 "$work/real.yaml"; ln -s real.yaml "$work/link.yaml"; policy fmt --write "$work/link.yaml"
is "a link stays one, and its target is written" test -L "$work/link.yaml" -a "$(cat "$work/real.yaml")" = "$(cat "$work/f.yaml")"
is "with the mode it had" test "$(stat -c %a "$work/real.yaml")" = 640
policy diff $p "$work/f.yaml"; is "and it means the same" gives 0 "0 differences"

certs-example/make-pki "$work/pki" >/dev/null
certs-example/officer "$work/pki" "A. de Visser" "$work/fg" >/dev/null
certs-example/officer "$work/pki" "B. Bakker" "$work/cm" >/dev/null
sign() { policy sign "$work/f.yaml" --cert "$work/$1/officer.pem" --key "$work/$1/officer.key"; }
sign fg; is "an officer signs" test $rc -eq 0 -a -s "$work/f.yaml.p7s"
sign cm; run openssl cms -cmsout -print -inform DER -in "$work/f.yaml.p7s"
is "another adds a signature" test "$(grep -c 'd.issuerAndSerialNumber' <<<"$out")" -eq 2
sign fg; is "nobody signs twice" test $rc -ne 0
sed -i 's/total_mb: 60/total_mb: 61/' "$work/f.yaml"; sign cm
is "a changed policy keeps no signature" gives 5 "f.yaml.p7s: it signs another text of this policy: remove it and have the policy signed again"
cp "$work/beleid.yaml" "$work/f.yaml"; rm "$work/f.yaml.p7s"; sed -i 's/^status: active/status: actief/' "$work/f.yaml"; sign fg
is "what has errors is not signed" test $rc -eq 3 -a ! -e "$work/f.yaml.p7s"
run "$handover" --print man:policy; is "the man page has it all" has '\fB\-\-min-named\fR'
run "$handover" --print bash; is "and so has the completion" has "'policy init') words='--out "

# ---- report policies ----
r=policies/managementrapportage-kwartaal.yaml
s=policies/managementrapportage-halfjaar.yaml
policy check $r $s; is "the shipped report policies are good" gives 0 "report policy managementrapportage-halfjaar version 1: good"
policy test $r $s; is "their tests pass" gives 0 "managementrapportage-halfjaar: 7 passed, 0 failed"
policy coverage --min 100 $r; is "each table is tried, shown and suppressed" gives 0 "100 %"
policy coverage --min 100 $s; is "and each condition" gives 0 "leerroute: condition false"
policy show $r; is "show says what is counted" gives 0 "in-en-uitstroom: geteld worden kandidaten naar Product × Reden einde"
is "which codes count as what" has "aanwezig (present, late)"
is "and what is not shown" has "Aantallen van 1 tot en met 9 worden niet getoond"
policy show --lang en $s; is "in English" gives 0 "only Civic Integration Act 2021"
policy --json show $r; is "and as JSON" gives 0 '"below":10'
sed 's/below: 10/below: 3/; s/trajectory.product,/trajectory.produkt,/' $r >"$work/rapport.yaml"; policy check "$work/rapport.yaml"
is "slips have a place" gives 3 "rapport.yaml:34:19: below: whole number from 5 to 1000 expected"
is "and a suggestion" has 'unknown field "trajectory.produkt", did you mean "trajectory.product"?'
sed 's/none: 25/none: 30/' policies/tests/managementrapportage-kwartaal.test.yaml >"$work/rapport.test.yaml"
policy test --tests "$work/rapport.test.yaml" $r; is "a test that fails shows both" gives 4 "in-en-uitstroom, werkfit, none: expected 30, got 25"
policy diff $r $s; is "there is no diff of report policies" gives 3 "it lets no dossier leave"
