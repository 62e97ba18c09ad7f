#!/bin/bash
# The demo is the product: it ends well, and its page says what it should.
set -u
echo "1..19"
n=0
page=$(BUILD=${BUILD:-build/rel} tools/demo 2>&1 </dev/null)
rc=$?
is() { # NAME COMMAND...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' <<<"$page" | tail -20; fi
}
between() { [ -n "$1" ] && [ "$1" -ge 60 ] && [ "$1" -le 66 ]; }
mapfile -t sealed < <(sed -n 's/.*sealed  *\([0-9]*\) of 68; opened \([0-9]*\)$/\1 \2/p' <<<"$page")
is "it ends well" test $rc -eq 0
is "two recipients are told of" test ${#sealed[@]} -eq 2
is "60 to 66 of 68 leave for the contractor" between "${sealed[0]% *}"
is "60 to 66 of 68 leave for the municipality" between "${sealed[1]% *}"
is "all that left was opened" test "${sealed[0]% *}" = "${sealed[0]#* }" -a "${sealed[1]% *}" = "${sealed[1]#* }"
is "at least three are refused for different reasons" test "$(grep -oE '^ +exit [34]  kandidaat-[0-9]+[^ ]*: .*' <<<"$page" | sed 's/.*: //' | sort -u | wc -l)" -ge 3
is "three ledgers verify" test "$(grep -c 'stored bytes, hashes, root and signature are right; open intents: 0' <<<"$page")" -eq 3
is "masks and findings are told apart" grep -qE 'masked +[0-9]+ passages, for [0-9]+ findings: mail address' <<<"$page"
is "reasons are words" test -z "$(grep -E 'format_not_allowed|type_not_allowed|no_cleaner|third_party' <<<"$page")"
left=0
for p in build/demo/outgoing/outbox/*.tar.age; do [ -e "${p%.tar.age}.slip.json" ] || left=1; done
is "every package left in the outbox has its slip" test $left -eq 0

# one dossier goes through a person's hands: asked about, settled, sealed, opened, and what became of its files
noted=$(sed -n '/^4\. One dossier/,/^5\. /p' <<<"$page")
got=$(echo build/demo-opened/noted/*/data)
says() { grep -qF -- "$1" <<<"$noted"; }
is "what is asked about is shown, in texts and files" test \
	"$(sed -nE 's/^ +[A-Za-z0-9_-]{22} ([a-z]+ [a-z.0-9]+(\[[0-9]\])?)$/\1/p' <<<"$noted" | paste -sd,)" = \
	'health plan.goal,capital plan.steps,name attachments[0],phone attachments[0],health attachments[2]'
is "with the words around it" says 'na een >>burn-out<< in opbouw'
is "three findings stay, two are masked" test "$(grep -oE '^      (keep|mask) ' <<<"$noted" | sort | uniq -c | tr -s ' ' | paste -sd,)" = ' 3 keep , 2 mask '
is "the text that was opened says what was settled" test "$(jq -r '.plan | .goal, .steps' "$got/dossier.json" | paste -sd'|')" = \
	'Weer aan het werk in de bouw; na een […] in opbouw naar 24 uur.|Stage bij Zerfinoz regelen met mevrouw […], te bellen op […].'
kinds() { for f in "$got"/attachments/*; do printf '%s:%s ' "${f##*/}" "$(head -c 4 "$f" | od -An -tx1 | tr -d ' \n')"; done; }
is "a file of each kind travelled" test "$(kinds)" = 'certificate-1.docx:504b0304 certificate-2.png:89504e47 cv-1.pdf:25504446 diploma-1.jpg:ffd8ffe0 '
is "the CV says of the reference what was agreed" grep -q 'Zonneveld, 013-5551234' <(pdftotext "$got/attachments/cv-1.pdf" -)
is "nothing planted is in them" test -z "$(cat "$got"/attachments/*.jpg "$got"/attachments/*.png <(unzip -p "$got/attachments/certificate-1.docx") <(qpdf --qdf --object-streams=disable "$got/attachments/cv-1.pdf" -) | grep -aoE 'KANARIE|Exif|JavaScript|tEXt|delText' | head -1)"
is "three files stayed, each for its reason" test "$(sed -n '/Files that stayed/,/ledger knows/p' <<<"$noted" | grep -cE '^      (work reference: its text holds what is to be masked|certificate: its text holds what may not leave|id copy: the policy does not take this type)')" -eq 3
is "the ledger has the decision and no word of it" says 'review.signoff, 5 findings, policy deeloverdracht-werkcoach'
