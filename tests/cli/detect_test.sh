#!/bin/bash
# handover detect: findings with places and verdicts, and never the text itself.
set -u
handover=${BUILD:-build/rel}/handover
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
is() { # WHAT EXPECTED GOT
	((n++))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		printf '# expected: %s\n# got: %s\n' "${2//$'\n'/$'\n# '}" "${3//$'\n'/$'\n# '}"
	fi
}
echo "1..18"
printf 'Café: bel 06-12345678, bsn 1234.56.782.\nmail naam (at) voorbeeld punt nl\n' >"$work/a"
printf 'niets\n' >"$work/b"
printf 'x\xff\n' >"$work/bad"
cat >"$work/p.yaml" <<'E'
scan_profiles:
  los: {default: mask, phone: keep}
  scherp: {default: block}
E
printf 'scan_profiles: {los: {default: keep}}\n' >"$work/wrong.yaml"

out=$($handover detect "$work/a"); rc=$?
is "findings in bytes of the text" "11+11 phone high mask
28+11 bsn high block
46+27 email high mask" "$out"
is "findings are no failure" 0 $rc
is "the same from standard input" "$out" "$($handover detect <"$work/a")"
is "the same for -" "$out" "$($handover detect - <"$work/a")"
out=$($handover detect --json "$work/a" | head -1)
is "json, one object a line" '{"offset":11,"length":11,"kind":"phone","certainty":"high","verdict":"mask"}' "$out"
out=$($handover detect --json "$work/b" "$work/a" | tail -1)
is "json names the file when there are several" \
	"{\"file\":\"$work/a\",\"offset\":46,\"length\":27,\"kind\":\"email\",\"certainty\":\"high\",\"verdict\":\"mask\"}" "$out"
cp "$work/a" "$work/"$'n\xe9'
out=$($handover detect --json "$work/b" "$work/"$'n\xe9' | tail -1)
is "a file name that is not UTF-8 hides no finding" \
	"{\"file\":\"$work/n?\",\"offset\":46,\"length\":27,\"kind\":\"email\",\"certainty\":\"high\",\"verdict\":\"mask\"}" "$out"
out=$($handover detect "$work/b"); rc=$?
is "nothing found prints nothing" "0 " "$rc $out"
out=$($handover detect --profile "$work/p.yaml:los" "$work/a" | cut -d' ' -f4 | xargs)
is "a profile of a policy decides" "keep mask mask" "$out"
out=$($handover detect --profile "$work/p.yaml" "$work/a" 2>&1); rc=$?
is "several profiles need a name" "3 $work/p.yaml:2:3: 2 scan profiles: say which one as FILE:NAME" "$rc $out"
out=$($handover detect --profile "$work/wrong.yaml" "$work/a" 2>&1); rc=$?
is "a profile that keeps by default is refused" "3 $work/wrong.yaml:1:32: default may not be keep" "$rc $out"
out=$($handover detect --profile strneg "$work/a" 2>&1); rc=$?
is "an unknown profile is a usage error" 2 $rc
out=$($handover detect "$work/bad" "$work/a" 2>/dev/null | wc -l; exit "${PIPESTATUS[0]}"); rc=$?
is "bad UTF-8 is exit 3 and stops no other file" "3 3" "$rc $out"
$handover detect "$work/none" >/dev/null 2>&1; rc=$?
is "a missing file is a failure" 1 $rc
out=$($handover detect "$work/a" "$work/bad" 2>&1 | grep -cE '1234|voorbeeld')
is "the text itself is nowhere" 0 "$out"
out=$(printf 'klant K-2024 en k2025' | $handover detect --client-number K-9999 | cut -d' ' -f1,2 | xargs)
is "what client numbers look like can be said" "6+6 client_number 16+5 client_number" "$out"
$handover detect --client-number 'K*' </dev/null >/dev/null 2>&1; rc=$?
is "in digits and letters" 2 $rc
out=$(printf 'mevrouw Bakker, geboren op 9 maart 1984, Lindelaan 12, 5121 AB Rijen; Zerfinoz belt' | $handover detect | cut -d' ' -f2,4 | paste -sd,)
is "names, births, addresses; what nobody knows is for people" \
	"name mask,birth_date mask,postcode mask,postcode mask,place keep,capital review" "$out"
