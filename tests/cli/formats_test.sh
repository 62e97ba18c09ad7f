#!/bin/bash
# What docs/FORMATS.md promises of a package, looked at from outside: the bag by a validator of its
# own, the order of its entries, its length, and that nothing which stays behind shows in any byte.
set -u
. tests/cli/lib.sh
plan 40
world
BAG=$PWD/tests/support/bag.mjs
K=$(ls "$W"/incoming/organisation/identities/*.txt)
put() { mkdir -p "$W/d/$1" && cat >"$W/d/$1/dossier.json"; }
# sealed NAME DOSSIER [OPTION…]: seal for the successor; $W/NAME is the bag as stock tools unpack it
sealed() {
	local name=$1 dossier=$2
	shift 2
	must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --json "$@" "$W/d/$dossier"
	jq -r .file "$W/must" >"$W/$name.path"
	must age -d -i "$K" -o "$W/$name.tar" "$(cat "$W/$name.path")"
	mkdir "$W/$name"
	must tar xf "$W/$name.tar" -C "$W/$name" --strip-components=1
}

# ---- two people with the same values where values may leave; all else differs
put plain <<-END
	{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},
	 "person":{"client_number":"K-1","family_name":"Bos","given_names":"Jan-Piet IJsbrand"},
	 "ladder":[{"date":"2026-01-12","step":2}],"plan":{"goal":"lassen en lezen"},"wi":{"leerroute":"B1"}}
END
put loaded <<-END
	{"plan":{"notes":"Kanarie","motivation":"Kanarie","goal":"lassen en lezen"},
	 "criminal":{"record":"diefstal, Kanarie","probation":"R-1"},"obstacles":{"justice":"ja","addiction":"ja"},
	 "health":{"diagnosis":"depressie"},"special":{"religion":"rk","union":"x"},"zrm":[{"domain":"d","score":1},{"score":2}],
	 "person":{"given_names":"Jan-Piet IJsbrand","client_number":"K-1","bsn":"123456782","family_name":"Bos",
	  "nationality":"0001","residence_permit":"II","v_number":"2812345678"},
	 "ladder":[{"step":2,"date":"2026-01-12","colour":"red"}],"wi":{"leerroute":"Z","fine":100,"exams":[{"part":"KNM"}]},
	 "appointments":[{"date":"2020-01-01","attendance":"absent","reason":"cel"},{"reason":"ziek"}],
	 "capacity":{"functional":"half","hours_max":20},"household":{"partner":"Anna","children_count":3},
	 "consents":[{"scope":"share_capacity","form":"TF-2026-1","given":"2026-01-01","withdrawn":"2026-02-01"}],
	 "hobby":{"name":"duiven"},"catalogue":1,"context":{"contract":"RI-1","programme":"participatiewet"}}
END
sealed a plain
sealed b loaded
cmp -s "$W/a/data/dossier.json" "$W/b/data/dossier.json"
ok "what stays behind changes no byte of dossier.json"
strip() { sed -E 's/[0-9a-f]{8}-[0-9a-f-]{27}//g' "$1"; }
[ "$(strip "$W/a/data/dossier.html")" = "$(strip "$W/b/data/dossier.html")" ]
ok "nor of dossier.html, the package and case apart"
[ "$(jq -c .report "$W/a/handover.json")" = "$(jq -c .report "$W/b/handover.json")" ]
ok "the report that travels is the same with and without a criminal record"
[ "$(stat -c %s "$(cat "$W/a.path")")" = "$(stat -c %s "$(cat "$W/b.path")")" ]
ok "and so is the length of the package"
! grep -rqE 'Kanarie|123456782|duiven|diefstal' "$W/a" "$W/b"
ok "nothing that stays is in the bag"
[ "$(jq -c .person.given_names "$W/a/data/dossier.json")" = '{"as":"initials","v":"J.P.IJ."}' ] &&
	[ "$(jq -c 'keys_unsorted' "$W/a/data/dossier.json")" = '["catalogue","person","ladder","plan"]' ]
ok "IJ is one letter, and a group of which nothing may leave is not there"

# ---- the bag and its tar
for x in a b; do
	node "$BAG" "$W/$x" >"$W/out" 2>"$W/err"
	ok "an independent validator finds bag $x valid"
done
cp -r "$W/a" "$W/surplus" && echo x >"$W/surplus/data/extra.txt"
! node "$BAG" "$W/surplus" >"$W/out" 2>&1 && grep -q 'extra.txt is in no manifest' "$W/out"
ok "… and it does see a surplus file"
tar tf "$W/a.tar" | sed 's,^[^/]*/,,' | paste -sd' ' | grep -qx \
	'bagit.txt bag-info.txt manifest-sha256.txt handover.json tagmanifest-sha256.txt signature.p7s data/dossier.json data/dossier.html'
ok "tag files come first, in their order"
tar tvf "$W/a.tar" | awk '!/^-/ {bad = 1} END {exit bad}'
ok "regular files only"
[ "$(jq -r 'keys_unsorted | join(" ")' "$W/a/handover.json")" = "format package case seq supersedes transaction nonce sender recipient \
keys contract controller purpose legal_basis policy catalogue baseline mapping registry created expires retention checkpoint report" ]
ok "the members of handover.json stand in their order"
# Padmé from its definition: of a length of E + 1 bits, all but E - (bits of E) low bits are zero
padme() { awk -v l="$1" 'BEGIN {e = int(log(l) / log(2) + 1e-9); s = int(log(e) / log(2) + 1e-9) + 1
	m = 2 ^ (e - s); p = int((l + m - 1) / m) * m; print int((p + 511) / 512) * 512}'; }
used=$(tar tvf "$W/a.tar" | awk '{n += 512 + int(($3 + 511) / 512) * 512} END {print n + 1024}')
[ "$(stat -c %s "$W/a.tar")" = "$(padme "$used")" ]
ok "the length is that of Padmé"
S=$(cat "$W/a.path") && S=${S%.tar.age}.slip.json
[ "$(jq -r 'keys_unsorted[0]' "$S")" = doc ] && [ "$(jq -r .doc "$S")" = handover/slip/1 ] &&
	[ "$(jq -r .ciphertext "$S")" = "$(sha256sum <"$(cat "$W/a.path")" | cut -d' ' -f1)" ] &&
	[ "$(jq -r .bytes "$S")" = "$(stat -c %s "$(cat "$W/a.path")")" ] &&
	[ "$(jq -r .open_commit "$S")" = "$(openssl dgst -sha256 -binary "$W/a/tagmanifest-sha256.txt" | sha256sum | cut -c1-64)" ]
ok "the slip holds digest and length of the package, and commits to the tag manifest"
! grep -qE 'Bos|K-1' "$S"
ok "no personal data in the slip"
[ "$(jq -r '.keys | length' "$W/a/handover.json")" = "$(grep -ac '^-> X25519' "$(cat "$W/a.path")")" ]
ok "as many recipients as keys are named"

# ---- two at once, and what an earlier run left behind
ID=$(jq -r .package "$W/a/handover.json")
mkdir -p "$W/busy/.partial-$ID"
expect 1 "a package that is being opened there" flock "$W/busy/.partial-$ID" \
	"$HANDOVER" --home "$W/incoming" open --into "$W/busy" "$(cat "$W/a.path")"
said "being opened there already"
expect 0 "what a run left behind is swept away" at incoming open --into "$W/busy" "$(cat "$W/a.path")"

# ---- what a dossier may not smuggle in
put dotted <<-END
	{"catalogue":1,"context":{"programme":"wi2021","contract":"RI-1"},"wi":{"exams.part":"KNM"},"person.bsn":"123456782"}
END
expect 0 "paths as names are no fields" "$HANDOVER" dossier check --json "$W/d/dotted"
jq -e '[.. | strings] | any(startswith("wi.exams.part-"))' "$W/out" >/dev/null
ok "… and they are told"
expect 3 "… and refused with --strict" "$HANDOVER" dossier check --strict "$W/d/dotted"
expect 3 "seal --strict refuses a field that the catalogue lacks" at outgoing seal --strict --policy overdracht-einde-contract \
	--to $SUCCESSOR "$W/d/loaded"
said "the catalogue has no field"
for i in '"person":[{}]' '"ladder":[[{}]]' '"wi":"B1"' '"person":{"family_name":["Bos"]}' '"person":{"client_number":true}' \
	'"ladder":{"step":1e999}' '"person":{"bsn":"1","bsn":"2"}'; do
	put odd <<<"{\"catalogue\":1,$i}"
	expect 3 "invalid: $i" "$HANDOVER" dossier check "$W/d/odd"
done
expect 2 "a case is no number" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case 20260117 "$W/d/plain"

# ---- a case that is used for two recipients: nothing supersedes what went to somebody else
sealed c1 plain --case zaak-7
expect 0 "the case goes on, to another recipient" at outgoing seal --policy overdracht-aan-gemeente --to $TOWN --case zaak-7 --json "$W/d/plain"
must at municipality open --json --into "$W/town" "$(jq -r .file "$W/out")"
[ "$(jq -c '[.seq, .supersedes]' "$W"/town/*/handover.json)" = '[2,null]' ]
ok "it supersedes nothing there"
sealed c3 plain --case zaak-7
[ "$(jq -c '[.seq, .supersedes]' "$W/c3/handover.json")" = "[3,$(jq -c .package "$W/c1/handover.json")]" ]
ok "and with the first recipient it goes on where it was"

# ---- a pseudonym is what the table says, under a key of its domain
F=$W/outgoing/policies/overdracht-einde-contract.yaml
sed -i 's/as: initials/as: {pseudonym: keten_1}/; s/^version: 3/version: 4/' "$F" && rm "$F.p7s"
approve outgoing overdracht-einde-contract.yaml
expect 4 "another transform needs a new acceptance" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/plain"
accept incoming overdracht-einde-contract.yaml
expect 3 "without the key nothing goes" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/plain"
said "make one with \`handover organisation pseudonym keten_1\`"
expect 0 "the key is made" at outgoing organisation pseudonym keten_1
sealed p plain
want=$(printf 'name\0jan-piet ijsbrand' | openssl dgst -sha256 -mac HMAC -binary \
	-macopt "hexkey:$(od -An -v -tx1 "$W/outgoing/keys/pseudonym/keten_1.key" | tr -d ' \n')" | head -c 16 | base64 | tr '+/' '-_' | tr -d =)
[ "$(jq -c .person.given_names "$W/p/data/dossier.json")" = "{\"as\":\"pseudonym:keten_1\",\"v\":\"$want\"}" ]
ok "the pseudonym is the first 16 bytes of HMAC-SHA256 over type, NUL and normalised value"
