#!/bin/bash
# Every error class of a policy has its message here, word for word: tests/cli/policy_messages/*.cases. A case is one
# change (sed -E) of good.yaml and all lines that `policy check` then prints, without the name of the file; in tests.cases
# one of good.test.yaml and what `policy test` says. No message
# of the loader may be without a case, nor any line without a place and a proposal. UPDATE=1 writes the lines anew.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
dir=$PWD/tests/cli/policy_messages handover=$PWD/$BUILD/handover top=$PWD
export HANDOVER_HOME=$work/nothing
n=0
echo "1..$(($(cat "$dir"/*.cases | grep -c '^== ') + 4))"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; diff "$work/want" "$work/got" | sed 's/^/# /' | head -20; fi
}

# what the cases read in (sed's `r`): more than any policy has
cd "$work" || exit 1
awk 'BEGIN { printf "title: ["; for (i = 0; i < 50001; i++) printf "x,"; print "]" }' >many
awk 'BEGIN { for (i = 0; i < 101; i++) print "  {role: r" i ", date: 2025-12-10}" (i < 100 ? "," : "]") }' >roles
awk 'BEGIN { for (i = 0; i < 1001; i++) print "  RI-" i (i < 1000 ? "," : "]}") }' >contracts

expect_good() {
	"$handover" policy check "$dir/good.yaml" >/dev/null 2>got && ! [ -s got ] &&
		"$handover" policy test --tests "$dir/good.test.yaml" "$dir/good.yaml" >got && : >got
}
: >want
is "the policy and the tests that they change are good" expect_good

run_case() { # NAME: script in ./script, wanted lines in ./want
	if [ "$file" = tests.cases ]; then
		sed -E -f script "$dir/good.test.yaml" >p.yaml
		"$handover" policy test --tests p.yaml "$dir/good.yaml" 2>&1 >/dev/null </dev/null
	else
		sed -E -f script "$dir/good.yaml" >p.yaml
		"$handover" policy check p.yaml 2>&1 >/dev/null </dev/null
	fi | sed 's/^p\.yaml:/-> /' >got
	if [ -n "${UPDATE:-}" ]; then { echo "== $1"; cat script got; } >>"new/$file"; cp got want; fi
	is "$1" cmp -s want got
}
mkdir new
for path in "$dir"/*.cases; do
	file=$(basename "$path") name=
	while IFS= read -r line; do
		case $line in
		'== '*) [ -z "$name" ] || run_case "$name"; name=${line#== }; : >script; : >want ;;
		'-> '*) printf '%s\n' "$line" >>want ;;
		*) printf '%s\n' "$line" >>script ;;
		esac
	done <"$path"
	run_case "$name"
done
[ -n "${UPDATE:-}" ] && cp new/*.cases "$dir/"

grep -h '^-> ' "$dir"/*.cases >lines
grep -vE '^-> [0-9]+(:[0-9]+)?: ' lines >got
: >want; is "each finding has its line" cmp -s want got
grep -vE 'did you mean|write |remove |save it' lines >got
is "each proposes something" cmp -s want got

# The literal texts of the loader: their parts between % in order in some line. (What says that a document is a report
# policy is no error of this grammar.)
cat "$top"/gateway/policy/load.c "$top"/gateway/policy/load_header.c "$top"/gateway/policy/load_rules.c "$top"/gateway/policy/compile.c \
	"$top"/gateway/policy/propose.c "$top"/gateway/policy/casetest.c "$top"/gateway/policy/casetest_read.c | awk -v RS='\001' '
	function known(s,    parts, k, i, rest, at, good) {
		k = split(s, parts, /%[.0-9]*(lld|zu|d|s)/)
		for (i = 1; i <= lines_n; i++) {
			rest = lines[i]; good = 1
			for (j = 1; j <= k && good; j++) {
				at = index(rest, parts[j]); good = at > 0
				rest = substr(rest, at + length(parts[j]))
			}
			if (good) return 1
		}
		return 0
	}
	BEGIN { while ((getline line < "lines") > 0) lines_n = split(line, lines, "\n") }
	{
		while (match($0, /(load_say|yml_err|propose_text|behind)\(/)) {
			$0 = substr($0, RSTART + RLENGTH); end = index($0, ");\n"); call = substr($0, 1, end)
			gsub(/"[ \t\n]+"/, "", call)
			while (match(call, /"([^"\\]|\\.)*"/)) {
				s = substr(call, RSTART + 1, RLENGTH - 2); call = substr(call, RSTART + RLENGTH)
				gsub(/\\"/, "\"", s); found++
				if (length(s) > 9 && s ~ / / && s !~ /report policy/ && !known(s)) print "no case has: " s
			}
		}
		print found > "found"
	}' >got
is "each message of the loader has a case" cmp -s want got
