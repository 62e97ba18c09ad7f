#!/bin/bash
# docs/POLICIES.md: every policy in it is checked, every command in it runs as it is typed, and every link leads somewhere.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
doc=$PWD/docs/POLICIES.md
root=$PWD
mkdir "$W/yaml" "$W/sh"
# blocks in files of their own: $W/yaml/1, …; the lines of the commands in $W/sh/lines
awk -v dir="$W" '
	/^```/ {kind = kind ? "" : substr($0, 4); if (kind) n[kind]++; next}
	kind == "yaml" {print >(dir "/yaml/" n[kind])}
	kind == "sh" {print >(dir "/sh/lines")}
	kind && kind != "yaml" && kind != "sh" {print kind >(dir "/other")}' "$doc"
mapfile -t lines <"$W/sh/lines"
blocks=("$W"/yaml/*)
plan $((${#blocks[@]} + ${#lines[@]} + 14))
test ${#blocks[@]} -eq 3 -a ${#lines[@]} -ge 14 -a ! -e "$W/other"; ok "three worked examples, and commands in between"
test "$(wc -l <"$doc")" -le 260; ok "on four pages"

for b in "${blocks[@]}"; do
	id=$(sed -n 's/^[a-z_]*policy: //p' "$b")
	"$HANDOVER" policy check "$b" >"$W/out" 2>"$W/err"
	case $?:$(cat "$W/err") in
	0:*'(warning)'*) false ;;
	0:*) true ;;
	*) false ;;
	esac
	ok "the example $id is good"
done

# the commands, in an officer's folder with a certificate, in the home of a recipient
world
mkdir "$W/officer" && cp -r policies "$W/officer/" && cd "$W/officer" || exit 1
cp "$W/fg/officer.pem" "$W/fg/officer.key" .
export HANDOVER_HOME=$W/incoming
mkdir "$W/bin" && ln -s "$HANDOVER" "$W/bin/handover"
PATH=$W/bin:$PATH
for line in "${lines[@]}"; do
	want=$(sed -n 's/.*# ends with \([0-9]*\).*/\1/p' <<<"$line")
	expect "${want:-0}" "as typed: ${line%%  *}" bash -c "$line"
	case $line in
	*"policy explain"*consent=*) grep -q 'result     leaves' "$W/out"; leaves=$? ;;
	*"policy explain"*) tail -1 "$W/out" >>"$W/explained" ;;
	*dry-run*) cp "$W/out" "$W/dry" ;;
	*"policy diff"*) cp "$W/out" "$W/diff" ;;
	esac
done
# what the page tells of and a build may not have: there it runs as told, else it is an unknown word (exit 2)
since() { # WHERE WHAT EXIT COMMAND...: EXIT when the help of WHERE has WHAT
	local where=$1 what=$2 want=$3
	# shellcheck disable=SC2086
	handover help $where | grep -qE -- "^ +$what\b" || want=2
	expect "$want" "told of: ${*:4}" "${@:4}"
}
since policy init 0 handover policy init proef --out proef.yaml
since "policy show" --html 0 handover policy show --html policies/verwijzing-aanbieder.yaml
since "policy diff" --all 4 handover policy diff --all policies/verwijzing-aanbieder.yaml concept.yaml
since "policy coverage" --min-named 0 handover policy coverage --min-named 90 policies/verwijzing-aanbieder.yaml
for w in "policy init ID --out FILE" "policy show --html" "policy diff --all" "policy coverage --min-named 90" "report --policy ID --period"; do
	grep -qF "$w" "$doc" || echo "$w"
done >"$W/err"
test ! -s "$W/err"; ok "all of them are told of"
test "$leaves" -eq 0; ok "capacity leaves with consent"
head -1 "$W/explained" | grep -q 'stays: no consent for share_capacity'; ok "and stays without"
grep -q 'withheld: .*special 1' "$W/dry" && ! grep -q '1984\|Voorbeeld"' "$W/dry"; ok "dry-run says what stays and shows no value"
grep -q 'WIDER  *contact.postcode' "$W/diff"; ok "diff says WIDER, as the page does"
test -s concept.yaml.p7s -a -s aanvaarding.json; ok "a signature and an acceptance were made"

cd "$root" || exit 1
gone=$(for f in docs/POLICIES.md policies/README.md policies/docs/*.md; do
	grep -oE '\]\([^)#]+' "$f" | sed 's/^](//' | while read -r to; do [ -e "$(dirname "$f")/$to" ] || echo "$f: $to"; done
done)
echo "$gone" >"$W/err"; test -z "$gone"; ok "every link of the pages leads somewhere"
# what the page tells of the language is the language: every transform and requirement that the program knows stands in it
missing=$(for w in keep initials year month postcode4 mask_last4 present scanned age_band truncate pseudonym protocol_accepted \
	processor_agreement mandate national_id_basis exception only_if records withhold scan_profiles retention consent; do
	grep -q "$w" "$doc" || echo "$w"
done)
echo "$missing" >"$W/err"; test -z "$missing"; ok "no word of the language is left out"
