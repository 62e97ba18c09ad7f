#!/bin/bash
# The shipped policies: good, tested to the last condition, in a layout that formats to the same, each with a page that
# says of every field what the policy says; and no value of a full dossier in what dry-run prints.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
handover=$PWD/$BUILD/handover
export HANDOVER_HOME=$work/nothing
# documents about one candidate; the catalogue and report policies are other documents
mapfile -t all < <(grep -lE '^policy: ' policies/*.yaml)
n=0 out= rc=0
mapfile -t with_files < <(grep -lE '^attachments:' "${all[@]}")
echo "1..$((${#all[@]} * 12 + ${#with_files[@]} * 3 + 7))"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $(head -c 2000 <<<"$out")"; fi
}
run() { out=$("$@" 2>&1 </dev/null); rc=$?; }
policy() { run "$handover" policy "$@"; }
has() { [[ $out == *"$1"* ]]; }
gives() { test $rc -eq "$1" && has "$2"; } # EXIT TEXT

ids=$(for p in "${all[@]}"; do basename "$p" .yaml; done | paste -sd' ')
out=$ids
is "the flows of a contract's life are all there" test "$ids" = "afronding-door-latende-partij afwijkingsrapport correctiebericht deeloverdracht-map deeloverdracht-taalschool deeloverdracht-werkcoach overdracht-aan-gemeente overdracht-einde-contract terugmelding-verwijzing verwijzing-aanbieder"

# a dossier with every field: the value names the field where its type has room
mkdir "$work/d"
"$handover" policy --json show "${all[0]}" >"$work/fields.json"
jq '[.fields[] | {field, value: (
	{"wi.leerroute": "B1", "language.cefr": "A2", "appointments.attendance": "no_show", "placements.kind": "stage", "reports.kind": "eind"}[.field]
	// {"bsn": "123456782", "v_number": "2812345678", "iban": "NL91ABNA0417164300", "date": "2026-02-20", "int": 4, "money": "1340.17",
	    "postcode": "5121 AB", "phone": "06-12345678", "email": "kanarie@voorbeeld.nl", "lang": "tir"}[.type]
	// "KANARIE-" + .field)}]
	| reduce .[] as $x ({catalogue: 1, context: {programme: "wi2021"}}; setpath($x.field | split("."); $x.value))' \
	"$work/fields.json" >"$work/d/dossier.json"
run "$handover" dossier check "$work/d"
is "the dossier of this test has every field" test "$rc $(jq '[paths(scalars)] | length' "$work/d/dossier.json")" = "0 117"

# what a page says and the policy does not, or the other way round: one field a line
disagreement() { # PAGE: reads policy show --json
	awk -F'\t' -v page="$1" '
	BEGIN {
		while ((getline line < page) > 0) {
			if (line !~ /^\| `/)
				continue
			split(line, cell, /[ ]*\|[ ]*/)
			k = split(cell[2], groups, /, /)
			for (i = 1; i <= k; i++) {
				gsub(/`/, "", groups[i])
				goes[groups[i]] = cell[3]; stays[groups[i]] = cell[4]; why[groups[i]] = cell[5]
			}
		}
	}
	function named(leaf, text,   i, k, words) {
		k = split(text, words, /[^a-z_.]+/)
		for (i = 1; i <= k; i++)
			if (words[i] == leaf)
				return 1
		return 0
	}
	{
		group = $1; sub(/\..*/, "", group)
		leaf = substr($1, length(group) + 2)
		left = named(leaf, goes[group])
		stayed = stays[group] == "alles" || named(leaf, stays[group])
		if (!(group in goes) || length(why[group]) < 20 || left + stayed != 1 || left != ($2 != "\"stays\""))
			print $1
	}'
}
for p in "${all[@]}"; do
	id=$(basename "$p" .yaml)
	policy check "$p"; is "$id: nothing to say against it" test "$rc $out" = "0 $p: policy $id version $(sed -n 's/^version: //p' "$p"): good"
	policy test "$p"; is "$id: its tests pass" gives 0 " passed, 0 failed"
	policy coverage --min 100 "$p"; is "$id: each rule is taken, and each condition true and false" gives 0 "100 %"
	policy fmt "$p"; cp "$p" "$work/f.yaml"; printf '%s\n' "$out" >"$work/f.yaml"
	policy fmt "$work/f.yaml"; is "$id: its layout is stable" test "$rc $out" = "0 $(cat "$work/f.yaml")"
	policy diff "$p" "$work/f.yaml"; is "$id: and means the same" gives 0 "0 differences"
	policy fmt "policies/tests/$id.test.yaml"; printf '%s\n' "$out" >"$work/t.yaml"
	policy test --tests "$work/t.yaml" "$p"; is "$id: so do its tests" gives 0 " passed, 0 failed"
	out=$("$handover" policy --json show "$p" | jq -r '.fields[] | [.field, (.action | tojson)] | @tsv' | disagreement "policies/docs/$id.md")
	is "$id: its page says of every field what the policy does" test -z "$out"
	page=$(cat "policies/docs/$id.md")
	out=$page; is "$id: for whom, on what ground, how long, and what to look at" \
		eval 'has "## Voor wie en wanneer" && has "## Grondslag" && has "## Bewaren" && has "## Controleer voor u tekent" && has "AVG 6 lid 1"'
	# 28 dagen, 6 weken, 1 jaar: the terms of the policy, in the words of `show`
	out=$("$handover" policy show "$p" | sed -n 's/^bewaren: //p' | grep -oE '[0-9]+ (dag|dagen|week|weken|maand|maanden|jaar)|wist nooit' | sed 's/wist nooit/wist niet/' |
		while read -r term; do sed -n '/^## Bewaren/,/^## Controleer/p' "policies/docs/$id.md" | paste -sd' ' | grep -qF "$term" || echo "$term"; done)
	is "$id: with the terms of the policy" test -z "$out"
	out=$(wc -l <"policies/docs/$id.md"); is "$id: on one page, that the list of policies leads to" \
		eval 'test "$out" -le 70 && grep -qF "(docs/$id.md)" policies/README.md'
	as_of=$(sed -n 's/^as_of: //p' "policies/tests/$id.test.yaml")
	context=$("$handover" policy --json show "$p" | jq -r '.applies_to.programme | if index("wi2021") then "wi2021" else .[0] end')
	jq --arg p "$context" '.context.programme = $p' "$work/d/dossier.json" >"$work/d/x" && mv "$work/d/x" "$work/d/dossier.json"
	policy dry-run --as-of "$as_of" --context recipient_duty=bsn_processing "$p" "$work/d"
	is "$id: a full dossier may leave in part" gives 0 "withheld:"
	policy --json dry-run --as-of "$as_of" "$p" "$work/d"
	is "$id: and dry-run shows no value of it" test "$rc $(grep -ciE 'kanarie|123456782|NL91ABNA|1340.17|2812345678|5121' <<<"$out")" = "0 0"
done

# a file cannot be masked: what may not leave keeps it here, what belongs in it stays, the rest a person sees; and of the
# candidate's own the page tells what is not asked about, which is what leaves as a field
out=${#with_files[@]}; is "six flows take attachments" test "$out" -eq 6
own() { # reads policy show --json: the words of the page for the fields that leave as they are
	jq -r '[.fields[] | select(.action == {as: "keep"}) | .field] as $f | [
		["naam", ["person.family_name"]], ["klantnummer", ["person.client_number"]], ["geboortedatum", ["person.birth_date"]],
		["adres", ["contact.street", "contact.house_number", "contact.postcode"]],
		["telefoonnummer", ["contact.phone"]], ["mailadres", ["contact.email"]]]
		| map(select(.[1] - $f == [])[0]) | (.[:-1] | join(", ")) + " en " + .[-1]'
}
for p in "${with_files[@]}"; do
	id=$(basename "$p" .yaml)
	"$handover" policy --json show "$p" >"$work/show.json"
	out=$(jq -r '[.attachments[].scan] | unique | .[] | to_entries | group_by(.value)[] | "\(.[0].value): \(map(.key) | sort | join(" "))"' "$work/show.json")
	is "$id: its files are kept, seen or stopped, and never masked" test "$out" = "block: bsn criminal iban other_special v_number
keep: date place
review: birth_date capital client_number email health kvk name person phone plate postcode url"
	out=$(grep -F '**De tekst in een bijlage**' "policies/docs/$id.md")
	is "$id: its page says what of the candidate stays in a file" has "blijft ook staan wat al als veld meegaat: $(own <"$work/show.json"). "
	out=$(sed -n '/^  bijlagen:/,/^[a-z]/p' "$p" | grep -cE '^    [a-z_]+: (review|block|keep)  # .{6,}')
	is "$id: each word of the profile has its reason" test "$out" -eq "$(sed -n '/^  bijlagen:/,/^[a-z]/p' "$p" | grep -cE '^    [a-z_]+:')"
done

# the three by which each flow is told apart from the next
policy explain policies/deeloverdracht-taalschool.yaml capacity.hours_max --context consent=share_capacity
is "consent does not take health to a language school" has "no rule names this field: it stays"
policy explain policies/afronding-door-latende-partij.yaml reports.summary
is "who finishes himself reports progress and no story" has "no rule names this field: it stays"
policy explain policies/afwijkingsrapport.yaml reports.summary
is "the story is for what goes wrong" has "result     leaves"
run make -n install DESTDIR=/x; is "pages, list and language are installed" eval 'has "policies/docs/correctiebericht.md" && has "policies/README.md" && has "docs/POLICIES.md"'
