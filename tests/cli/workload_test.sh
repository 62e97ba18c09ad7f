#!/bin/bash
# workload: what it says, and what it refuses to do.
set -u
workload=${BUILD:-build/rel}/workload
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
is() { # WHAT EXPECTED GOT
	((n++))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		printf '# expected: %s\n# got: %s\n' "$2" "$3"
	fi
}
echo "1..10"
out=$($workload S "$work/s" --contract C-1 --today 2026-03-01); rc=$?
is "makes workload S" "0 68 68 dossiers in $work/s" "$rc $(find "$work/s" -mindepth 1 -maxdepth 1 | wc -l) $(tail -1 <<<"$out")"
is "says which dossiers are special" 8 "$(grep -c '^kandidaat-...: ' <<<"$out")"
is "names the contract that was asked for" 1 "$(grep -c '"contract": "C-1"' "$work/s/kandidaat-001/dossier.json")"
is "counts days from the day that was given" 1 "$(grep -c '"target_date": "2026-09-17"' "$work/s/kandidaat-001/dossier.json" | head -1 | grep -c '[1-9]')"
is "lets nobody else read" "700 600" "$(stat -c %a "$work/s/kandidaat-001" "$work/s/kandidaat-001/dossier.json" | xargs)"
$workload S "$work/s" >/dev/null 2>&1
is "writes over nothing" 1 $?
$workload M "$work/m" >/dev/null 2>&1
is "knows S, F, R and L only" 2 $?
$workload F "$work/f" --today 2026-03-01 >/dev/null && $workload F "$work/g" --today 2026-03-01 >/dev/null
is "makes the dossier that a person looks at, with files of four kinds" "docx docx jpg jpg pdf pdf png" "$(find "$work/f/kandidaat-069/attachments" -type f | sed 's/.*\.//' | sort | xargs)"
is "the same each time" "" "$(diff -rq "$work/f" "$work/g")"
$workload R "$work/r" --contract C-1 >/dev/null && $workload R "$work/t" --contract C-2 >/dev/null
is "makes one candidate to refer, the same under any contract" "C-1 C-2 true" "$(jq -rs '"\(.[0].context.contract) \(.[1].context.contract) \([.[] | del(.context.contract)] | .[0] == .[1])"' "$work"/[rt]/kandidaat-070/dossier.json)"
