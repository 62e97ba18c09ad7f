#!/bin/bash
# The demo is the product: it ends well, its page says what it should, and what it left behind agrees with that.
set -u
echo "1..42"
n=0
BUILD=${BUILD:-build/rel}
page=$(tools/demo 2>&1 </dev/null)
rc=$?
is() { # NAME COMMAND...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' <<<"$page" | tail -20; fi
}
part() { sed -n "/^$1\\. /,/^$(($1 + 1))\\. /p" <<<"$page"; } # NUMBER: that section
says() { grep -qF -- "$1" <<<"$here"; }
at() { "$BUILD/handover" --home build/demo/"$1" "${@:2}" 2>/dev/null; } # NAME COMMAND...
between() { [ -n "$1" ] && [ "$1" -ge 60 ] && [ "$1" -le 66 ]; }
is "it ends well" test $rc -eq 0
mapfile -t daemons < <(sed -n 's/^gateway of .*: process //p' build/demo.log)
is "there were two gateways, which have ended" test ${#daemons[@]} -eq 2 -a -z "$(ps -o pid= -p "$(IFS=,; echo "${daemons[*]}")")"

# a referral
here=$(part 2)
provider=00000099000000002000
kinds() { # FOLDER...: the acts of each case in their order, and how many cases have those
	find "$@" -name '[0-9][0-9][0-9][0-9]-*.json' -print0 | sort -z |
		xargs -0 jq -r '"\(input_filename | sub("/[^/]*$"; "")) \(.doc | split("/")[1])"' |
		awk '{of[$1] = of[$1] " " $2} END {for (f in of) print of[f]}' | sort | uniq -c | sed 's/^ *//' | sort -k2 | paste -sd'|'
}
mapfile -t referred < <(ls -d build/demo/municipality/receipts/*/)
is "one candidate is offered twice" test ${#referred[@]} -eq 2
is "… under one request" test "$(cat "${referred[@]/%/0001-offer.json}" | jq -r .request | sort | uniq -c | awk '{print $1}')" = 2
is "one declines, the other goes through all states" test "$(kinds build/demo/municipality/receipts)" = \
	'1  offer decline|1  offer question accept release fetch_request fetched opened conversation taken_over kept'
is "an offer has no more than is asked" test "$(cat "${referred[@]/%/0001-offer.json}" | jq -c 'del(.doc,.id,.by,.for,.at,.log,.case,.package,.slip,.policy) | keys' | sort -u)" = \
	'["product","programme","region","request","start_month"]'
is "all of it is told" says 'declines: no capacity. Its package never left'
is "the states are told as they are" test "$(sed -nE 's/^  (municipality|incoming|outgoing) +(closed|declined)$/\1 \2/p' <<<"$here" | paste -sd,)" = \
	'municipality closed,incoming closed,outgoing declined'
is "what was declined reached no gateway" test "$(find build/demo/*/packages -type f 2>/dev/null | grep -c "$(jq -r .package build/demo-refer-outgoing.json)")" -eq 0
is "what was taken over lies at no gateway any more" test "$(find build/demo/*/packages -type f -size +0 2>/dev/null | wc -l)" -eq 0
is "the referral was opened at the other contractor" test -s "build/demo-opened/referral/$(jq -r .package build/demo-refer-incoming.json)/data/dossier.json"

# sealing
here=$(part 3)
mapfile -t sealed < <(sed -n 's/.*sealed  *\([0-9]*\) of 68$/\1/p' <<<"$page")
is "two recipients are told of" test ${#sealed[@]} -eq 2
is "60 to 66 of 68 leave for the contractor" between "${sealed[0]:-}"
is "60 to 66 of 68 leave for the municipality" between "${sealed[1]:-}"
is "at least three are refused for different reasons" test "$(grep -oE '^ +exit [34]  kandidaat-[0-9]+[^ ]*: .*' <<<"$page" | sed 's/.*: //' | sort -u | wc -l)" -ge 3
is "masks and findings are told apart" grep -qE 'masked +[0-9]+ passages, for [0-9]+ findings: mail address' <<<"$page"
is "reasons are words" test -z "$(grep -E 'format_not_allowed|type_not_allowed|no_cleaner|third_party' <<<"$page")"
left=0
for p in build/demo/outgoing/outbox/*.tar.age; do [ -e "${p%.tar.age}.slip.json" ] || left=1; done
is "every package left in the outbox has its slip" test $left -eq 0

# the contract's end, over two gateways
here=$(part 4)
all=${sealed[0]:-0}
to_fetch='offer accept release' to_open='offer accept release fetch_request fetched opened'
want="1  $to_open return|$((all - 2))  $to_open taken_over destroyed|1  $to_fetch withdraw"
is "all but two were taken over, one came back, one was withdrawn in time" test "$(kinds build/demo/outgoing/receipts/$provider-*/)" = "$want"
is "the other side has the same" test "$(kinds build/demo/incoming/receipts/$provider-*/)" = "$want"
is "both sides' receipts are the same bytes" test -z "$(for f in build/demo/outgoing/receipts/$provider-*/; do diff -rq -x gateway "$f" "build/demo/incoming/receipts/$(basename "$f")"; done)"
is "the courier brought them" test "$(grep -c 'event=courier.delivered' build/demo-gateway-municipality.log)" -ge "$((3 * all))"
is "no gateway had a failure of its own" test -z "$(grep -h 'code=failed\|event=edge.lost\|event=tick' build/demo-gateway-*.log)"
is "the successor opened all but what was withdrawn" test "$(jq -s 'map(select(.exit == 0)) | length' build/demo-open-incoming.json)" -eq $((all - 1))
is "what was given back is gone there" test "$(find build/demo-opened/incoming -mindepth 1 -maxdepth 1 | wc -l)" -eq $((all - 2))
is "the municipality opened all of its own" test "$(jq -s 'map(select(.exit == 0)) | length' build/demo-open-municipality.json)" = "${sealed[1]:-}"
is "what was said to be destroyed is" test "$(find build/demo-people -mindepth 1 -maxdepth 1 | wc -l)" -eq $((68 - all + 2))

# one dossier goes through a person's hands: asked about, settled, sealed, opened, and what became of its files
here=$(part 6)
got=$(echo build/demo-opened/noted/*/data)
is "what is asked about is shown, in texts and files" test \
	"$(sed -nE 's/^ +[A-Za-z0-9_-]{22} ([a-z]+ [a-z.0-9]+(\[[0-9]\])?)$/\1/p' <<<"$here" | paste -sd,)" = \
	'health plan.goal,capital plan.steps,name attachments[0],phone attachments[0],health attachments[2]'
is "with the words around it" says 'na een >>burn-out<< in opbouw'
is "three findings stay, two are masked" test "$(grep -oE '^      (keep|mask) ' <<<"$here" | sort | uniq -c | tr -s ' ' | paste -sd,)" = ' 3 keep , 2 mask '
is "the text that was opened says what was settled" test "$(jq -r '.plan | .goal, .steps' "$got/dossier.json" | paste -sd'|')" = \
	'Weer aan het werk in de bouw; na een […] in opbouw naar 24 uur.|Stage bij Zerfinoz regelen met mevrouw […], te bellen op […].'
headers() { for f in "$got"/attachments/*; do printf '%s:%s ' "${f##*/}" "$(head -c 4 "$f" | od -An -tx1 | tr -d ' \n')"; done; }
is "a file of each kind travelled" test "$(headers)" = 'certificate-1.docx:504b0304 certificate-2.png:89504e47 cv-1.pdf:25504446 diploma-1.jpg:ffd8ffe0 '
is "the CV says of the reference what was agreed" grep -q 'Zonneveld, 013-5551234' <(pdftotext "$got/attachments/cv-1.pdf" -)
is "nothing planted is in them" test -z "$(cat "$got"/attachments/*.jpg "$got"/attachments/*.png <(unzip -p "$got/attachments/certificate-1.docx") <(qpdf --qdf --object-streams=disable "$got/attachments/cv-1.pdf" -) | grep -aoE 'KANARIE|Exif|JavaScript|tEXt|delText' | head -1)"
is "three files stayed, each for its reason" test "$(sed -n '/Files that stayed/,/ledger knows/p' <<<"$here" | grep -cE '^      (work reference: its text holds what is to be masked|certificate: its text holds what may not leave|id copy: the policy does not take this type)')" -eq 3
is "the ledger has the decision and no word of it" says 'review.signoff, 5 findings, policy deeloverdracht-werkcoach'

# nobody is left behind: the numbers of each table are 1 to 68, each once
here=$(part 7)
numbers() { # WHOM: what its table lists, spelt out
	sed -n "/^  to $1/,/ candidates of 68\$/p" <<<"$here" | grep -E '^ {9}[0-9]' | tr -s ' ' '\n' | grep . |
		while IFS=- read -r a b; do seq "$((10#$a))" "$((10#${b:-$a}))"; done
}
is "each of 68 is in the contractor's table once" diff <(numbers Samen | sort -n) <(seq 68)
is "… and in the municipality's" diff <(numbers Gemeente | sort -n) <(seq 68)

# proofs
here=$(part 9)
good() { # NAME: its receipts, asked again
	at "$1" --json receipt verify build/demo/"$1"/receipts/*/ | jq -rs '"\(map(select(.verdict == "good")) | length) of \(length)"'
}
is "all receipts are good" test "$(good outgoing), $(good incoming), $(good municipality)" = "$((all + 1)) of $((all + 1)), $((all + 1)) of $((all + 1)), 2 of 2"
is "three ledgers verify, with nothing open" test "$(grep -c 'stored bytes, hashes, root and signature are right' <<<"$here"),$(grep -c 'open intents: 0; continues the head that was cosigned' <<<"$here")" = 3,3
is "gateways hold the heads of others" test "$(grep -cE 'holds [0-9]+ heads of (outgoing|incoming|municipality), up to size [0-9]+$' <<<"$here")" -ge 4
is "openssl and both homes agree on a take-over" grep -qE '^      signed by Samen Verder Trajecten 0+99000000003000$' <<<"$(part 8)"
