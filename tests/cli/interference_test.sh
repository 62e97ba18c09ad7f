#!/bin/bash
# Non-interference through the real commands: one dossier, sealed three times from the same home at
# the same moment with the same source of chance, its withheld values once these, once those, once
# none. File names, sizes, slip and tar are the same; only the ECDSA signature has chance of its own.
set -u
. tests/cli/lib.sh
if ! LC_ALL=C ldd "$HANDOVER" | grep -q libsodium || ldd "$HANDOVER" | grep -qE 'lib[at]san'; then
	echo "1..0 # SKIP a source of chance can not be put before the library's own in this build"
	exit 0
fi
plan 14
world
dossier een
# shellcheck disable=SC2086
${CC:-cc} -shared -fPIC -O1 -pthread -o "$W/fixed_random.so" tests/support/fixed_random.c || exit 1

# Every field that stays under the policy, by its type, in one of two ways (jq works them out).
withheld() { # WHICH
	"$HANDOVER" policy show --json policies/overdracht-einde-contract.yaml | jq --argjson which "$1" '
	  {bsn: ["123456782", "111222333"], v_number: ["2812345678", "2999999999"], code: ["a", "een-lange-code"],
	   name: ["Aart", "Bartholomeus"], text_short: ["kort", "een heel wat langere regel met woorden"],
	   text: ["nee", "bsn 111222333, verslaafd, gedetineerd; bel 06-12345678\nnog een regel"], date: ["1990-01-01", "2020-12-31"],
	   iban: ["NL91ABNA0417164300", "NL20INGB0001234567"], int: [1, 2], money: ["1.00", "99999.99"],
	   lang: ["nl", "tir"], phone: ["06-12345678", "0612345679"], email: ["a@b.nl", "langer.adres@voorbeeld.nl"],
	   postcode: ["5121AB", "1011 ZZ"], image: ["a.png", "b.png"]} as $values |
	  [.fields[] | select(.action == "stays") | select(.field | test("^(household|representative|person.v_number)") | not)
	   | {key: .field, value: $values[.type][$which]}] | from_entries'
}
with_values() { # NAME VALUES [ATTACHMENTS]: the dossier `een` with these values in it
	mkdir -p "$W/d/$1" && cp -r "$W/d/een/attachments" "$W/d/$1/"
	jq --argjson v "$2" --argjson more "${3:-[]}" 'reduce ($v | to_entries[]) as $e
	  (del(.person.residence_permit, .plan.notes); setpath($e.key | split("."); $e.value)) | .attachments |= $more + .' \
		"$W/d/een/dossier.json" | jq "${4:-.}" >"$W/d/$1/dossier.json"
}
cp "$W/d/een/attachments/kanarie.png" "$W/d/een/attachments/geheim.png"
with_values these "$(withheld 0)"
with_values those "$(withheld 1)" '[{"type":"medical","file":"attachments/geheim.png"}]'
with_values none '{}'
[ "$(withheld 0 | jq length)" -gt 30 ] && [ "$(jq -c . "$W/d/these/dossier.json")" != "$(jq -c . "$W/d/those/dossier.json")" ]
ok "more than thirty fields are withheld and given other values"

cp -a "$W/outgoing" "$W/backup"
moment=$(date -u -d '+1 minute' +%FT%TZ)
key="$W/incoming/organisation/identities"
seal_as() { # NAME: seal from the home as it was, keep what came out in $W/NAME
	rm -rf "$W/outgoing" && cp -a "$W/backup" "$W/outgoing"
	expect 0 "the dossier is sealed with $1 of the withheld values" env HANDOVER_TEST_CLOCK="$moment" \
		LD_PRELOAD="$W/fixed_random.so" "$HANDOVER" --home "$W/outgoing" seal --json --policy overdracht-einde-contract \
		--to $SUCCESSOR "$W/d/$1"
	mv "$W/outgoing/outbox" "$W/$1"
	(cd "$W/$1" && find . -type f -printf '%p %s\n' | grep -v p7s | LC_ALL=C sort) >"$W/$1.names"
	cat "$key"/*.txt >"$W/identity"
	age -d -i "$W/identity" "$W/$1"/*.tar.age >"$W/$1.tar"
	mkdir "$W/$1.bag" && tar xmf "$W/$1.tar" -C "$W/$1.bag"
}
seal_as these
seal_as those
seal_as none
for other in those none; do
	cmp "$W/these.names" "$W/$other.names" 2>"$W/err" && [ "$(wc -l <"$W/these.names")" = 2 ]
	ok "file names and sizes are the same with $other"
	diff -r --exclude=signature.p7s "$W/these.bag" "$W/$other.bag" >"$W/out"
	ok "every file of the bag but the signature is the same with $other"
	[ "$(tar tf "$W/these.tar")" = "$(tar tf "$W/$other.tar")" ] && [ "$(stat -c %s "$W/these.tar")" = "$(stat -c %s "$W/$other.tar")" ]
	ok "the tar has the same entries and the same padded size with $other"
	slip() { jq -c 'walk(if type == "object" then del(.sha256, .ciphertext) else . end)' "$W/$1"/*.slip.json; }
	[ -n "$(slip these)" ] && [ "$(slip these)" = "$(slip "$other")" ]
	ok "the slip says the same with $other, digests of the ciphertext apart"
done
# the test can fail: a value that leaves shows
mkdir "$W/d/more" && cp -r "$W/d/these/attachments" "$W/d/more/"
jq '.contact.city = "Breda"' "$W/d/these/dossier.json" >"$W/d/more/dossier.json"
seal_as more
! diff -r --exclude=signature.p7s "$W/these.bag" "$W/more.bag" >"$W/out"
ok "a value that does leave changes the bag"
