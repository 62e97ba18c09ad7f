#!/bin/bash
# Packages that somebody tampered with, or that should not be opened: each with its exit code, the
# ledger told, and nothing written. Hostile packages are made with stock tools alone.
set -u
. tests/cli/lib.sh
plan 163
world
dossier een
seal_one() { must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --json "$@" "$W/d/een"; jq -r .file "$W/must"; }
P=$(seal_one)
KEY=$(ls "$W"/incoming/organisation/identities/*.txt)
TO=$(grep -o 'age1[0-9a-z]*' "$KEY")
ORG=$W/outgoing/organisation
TAGS='bagit.txt bag-info.txt manifest-sha256.txt handover.json'

# ---- a packer of stock tools: unpack, change, sum_up, sign, pack
unpack() { # the good package into $W/bag; $B is the bag
	# a note is signed when it is made: after some minutes a new signature would be refused for that
	[ $(($(date +%s) - $(stat -c %Y "$P"))) -lt 60 ] || P=$(seal_one)
	rm -rf "$W/bag" && mkdir "$W/bag"
	age -d -i "$KEY" -o "$W/bag/p.tar" "$P" && tar xf "$W/bag/p.tar" -C "$W/bag" && rm "$W/bag/p.tar"
	B=$(echo "$W"/bag/*)
	ENTRIES="$TAGS tagmanifest-sha256.txt signature.p7s data/dossier.json data/dossier.html"
}
sum_up() { # the sums again, in the order of a package
	local files=${ENTRIES#*signature.p7s }
	(cd "$B" && sha256sum $files >manifest-sha256.txt &&
		sed -i "s/^Payload-Oxum: .*/Payload-Oxum: $(cat $files | wc -c).$(wc -w <<<"$files")/" bag-info.txt &&
		sha256sum $TAGS >tagmanifest-sha256.txt)
}
sign() { # [CERT KEY [OPTION...]]
	local cert=${1:-$ORG/signing.pem} key=${2:-$ORG/signing.key}
	shift $(($# > 2 ? 2 : $#))
	openssl x509 -in "$cert" -out "$W/leaf.pem" &&
		openssl cms -sign ${*:--cades} -binary -md sha256 -in "$B/tagmanifest-sha256.txt" -signer "$W/leaf.pem" \
			-inkey "$key" -certfile "$W/pki/signing.pem" -outform DER -out "$B/signature.p7s" 2>"$W/sign.err" ||
		{ echo "Bail out! $(cat "$W/sign.err")"; exit 1; }
}
pack() { # [age recipients]: into $W/evil.tar.age
	tar cf "$W/evil.tar" --hard-dereference --format=ustar --owner=0 --group=0 --mtime=@0 -C "$W/bag" \
		$(for e in $ENTRIES; do echo "$(basename "$B")/$e"; done) 2>"$W/tar.err" || { echo "Bail out! $(cat "$W/tar.err")"; exit 1; }
	rm -f "$W/evil.tar.age" && wrap "$W/evil.tar" "$@"
}
wrap() { # TAR [age options]
	local tar=$1
	shift
	age ${*:--r $TO} -o "$W/evil.tar.age" "$tar"
}
# refused EXIT NAME [PACKAGE]: opening gives that exit, leaves nothing, and the ledger says so
refused() {
	rm -rf "$W/into"
	expect "$1" "$2" at incoming open --into "$W/into" "${3:-$W/evil.tar.age}"
	[ -s "$W/err" ] && [ -z "$(ls -A "$W/into")" ] && [[ $(last_acts incoming 1) =~ (transfer.refuse - deny|result deny)$ ]]
	ok "… nothing is written, the ledger is told"
}

unpack && pack
expect 0 "the packer of stock tools makes packages that open" at incoming open --into "$W/good" "$W/evil.tar.age"
unpack && sum_up && sign && pack
expect 0 "also when it sums up and signs itself" at incoming open --into "$W/good2" "$W/evil.tar.age"

# ---- bytes
cp "$P" "$W/evil.tar.age" && truncate -s -100 "$W/evil.tar.age"
refused 5 "a truncated package"
head -c 150 "$P" >"$W/evil.tar.age"
refused 3 "one that ends in the header"
flip() { # OFFSET: one bit of that byte, whatever it was
	local byte
	byte=$(od -An -tu1 -j "$1" -N 1 "$P") && cp "$P" "$W/evil.tar.age" &&
		printf '%b' "\\x$(printf %02x $((byte ^ 1)))" | dd of="$W/evil.tar.age" bs=1 seek="$1" conv=notrunc status=none
	[ "$(cmp -l "$P" "$W/evil.tar.age" | wc -l)" = 1 ] || { echo "Bail out! nothing was flipped"; exit 1; }
}
flip 3000
refused 5 "a flipped bit in the payload"
flip $(($(stat -c %s "$P") - 5))
refused 5 "a flipped bit in the last chunk"
cp "$P" "$W/evil.tar.age" && printf x >>"$W/evil.tar.age"
refused 5 "a byte too many"

# ---- entries
unpack && ENTRIES="bag-info.txt bagit.txt ${ENTRIES#* * }" && pack
refused 5 "reordered tag files"
unpack && ENTRIES=${ENTRIES/data\/dossier.json data\/dossier.html/data/dossier.html data/dossier.json} && pack
refused 5 "reordered payload"
unpack && ENTRIES="$ENTRIES data/dossier.html" && pack
refused 5 "a duplicate entry"
unpack && echo x >"$B/data/extra.txt" && ENTRIES="$ENTRIES data/extra.txt" && pack
refused 5 "a surplus entry"
unpack && ENTRIES=${ENTRIES/ data\/dossier.html/} && pack
refused 5 "a missing entry"
unpack && rm "$B/data/dossier.html" && ln -s /etc/passwd "$B/data/dossier.html" && pack
refused 5 "a symbolic link for a file"
unpack && pack && printf hidden >>"$W/evil.tar" && rm "$W/evil.tar.age" && wrap "$W/evil.tar"
refused 5 "something behind the end of the tar"
unpack && echo ' ' >>"$B/data/dossier.json" && pack
refused 5 "a changed payload file"
unpack && sed -i 's/"seq": 1/"seq": 2/' "$B/handover.json" && pack
refused 5 "a changed covering note"
unpack && (cd "$B" && sed -i 's/"seq": 1/"seq": 2/' handover.json && sha256sum $TAGS >tagmanifest-sha256.txt) && pack
refused 5 "… also when its sum was made good"

# ---- signatures
new_cert() { # PKI HOME: certify a copy of a home's request
	must "$CERTS/issue" "$1" "$2"
}
must "$CERTS/make-pki" "$W/pki2"
mkdir -p "$W/foreign/registry" && cp -r "$W/outgoing/organisation" "$W/foreign/" && new_cert "$W/pki2" "$W/foreign"
openssl x509 -in "$W/foreign/organisation/signing.pem" -out "$W/leaf.pem"
unpack && sum_up && openssl cms -sign -cades -binary -md sha256 -in "$B/tagmanifest-sha256.txt" -signer "$W/leaf.pem" \
	-inkey "$ORG/signing.key" -certfile "$W/pki2/signing.pem" -outform DER -out "$B/signature.p7s" && pack
refused 5 "a signature under an authority that we do not trust"
unpack && sum_up && sign "$W/municipality/organisation/signing.pem" "$W/municipality/organisation/signing.key" && pack
refused 5 "a signature by another organisation that we know"
[ "$(records incoming | tail -1 | jq -c '[.peer, .ctl, .tr]')" = '[null,null,null]' ]
ok "… whose note puts nobody's name into a record"
unpack && sum_up && sign "$W/fg/officer.pem" "$W/fg/officer.key" && pack
refused 5 "a signature by a person"
unpack && sum_up && sign "$ORG/signing.pem" "$ORG/signing.key" -noattr && pack
refused 5 "a signature without signed attributes"
unpack && sum_up && sign "$ORG/signing.pem" "$ORG/signing.key" -noattr && rm "$B/signature.p7s" && : >"$B/signature.p7s" && pack
refused 5 "an empty signature"
unpack && cp "${P%.tar.age}.slip.json.p7s" "$B/signature.p7s" && pack
refused 5 "a signature over something else"
unpack && sum_up && sign "$ORG/tls.pem" "$ORG/tls.key" && pack
refused 5 "a signature with the TLS key"
mkdir -p "$W/other/registry" "$W/other/organisation"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/other/organisation/signing.key" 2>/dev/null
for f in signing tls; do openssl req -new -key "$W/other/organisation/signing.key" -subj "/C=NL/O=Werk en Zo/CN=Werk en Zo/serialNumber=$PROVIDER" \
	-out "$W/other/organisation/$f.csr" 2>/dev/null; done
new_cert "$W/pki" "$W/other"
unpack && sum_up && sign "$W/other/organisation/signing.pem" "$W/other/organisation/signing.key" && pack
refused 5 "the right name with a key that is not pinned"

# ---- for whom
age-keygen -o "$W/third.txt" 2>/dev/null
unpack && pack -r "$TO" -r "$(grep -o 'age1[0-9a-z]*' "$W/third.txt")"
refused 5 "encrypted to one more key than it names"
TKEY=$(ls "$W"/municipality/organisation/identities/*.txt)
unpack && pack -r "$(grep -o 'age1[0-9a-z]*' "$TKEY")"
rm -rf "$W/into"
expect 5 "encrypted again, to somebody else" at municipality open --into "$W/into" "$W/evil.tar.age"
said "another organisation"
[ -z "$(ls -A "$W/into")" ] && [ "$(last_acts municipality 1)" = "transfer.refuse - deny" ]
ok "… nothing is written, the ledger is told"
unpack && pack -r "$TO" -p </dev/null 2>/dev/null || printf 'age-encryption.org/v1\n-> nonsense\n\n--- AAAA\n' >"$W/evil.tar.age"
refused 3 "a header that is none"

# ---- what it says
unpack && sed -i "s/\"oin\": \"$SUCCESSOR\"/\"oin\": \"$TOWN\"/" "$B/handover.json" && sum_up && sign && pack
refused 5 "a note for another OIN"
unpack && sed -i 's/"keys": \[/"keys": [ "0000000000000000000000000000000000000000000000000000000000000000" ], "x": [/' "$B/handover.json" &&
	sum_up && sign && pack
refused 5 "a note with an unknown member"
unpack && sed -i '/"keys"/{n;s/"[0-9a-f]*"/"0000000000000000000000000000000000000000000000000000000000000000"/}' "$B/handover.json" && sum_up && sign && pack
refused 5 "a note that does not name our key"
unpack && sed -i 's/"sha256": "[0-9a-f]*"/"sha256": "0000000000000000000000000000000000000000000000000000000000000000"/' "$B/handover.json" &&
	sum_up && sign && pack
refused 4 "a policy that we never accepted"
for part in baseline mapping; do
	unpack && sed -i "s/\"$part\": null/\"$part\": \"$(printf %064d 0)\"/" "$B/handover.json" && sum_up && sign && pack
	refused 4 "a $part that we never accepted"
done
unpack && sed -i 's/"contract": "RI-1"/"contract": "RI-2"/' "$B/handover.json" && sum_up && sign && pack
refused 4 "a policy that we accepted for another contract"
unpack && sed -i 's/"created": "2/"created": "1/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a note made at another time than it was signed"
unpack && sed -i 's/"keep": "P2Y"/"keep": "P9Y"/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a longer retention than the policy has"
said "or another purpose, legal basis or retention"
unpack && sed -i 's/"purpose": "[a-z_]*"/"purpose": "referral"/' "$B/handover.json" && sum_up && sign && pack
refused 5 "another purpose than the policy has"
said "or another purpose, legal basis or retention"
for purpose in a/b 123456782; do # neither fits a record: the one is no word there, the other a number
	unpack && sed -i "s#\"purpose\": \"[a-z_]*\"#\"purpose\": \"$purpose\"#" "$B/handover.json" && sum_up && sign && pack
	refused 5 "a purpose that is none: $purpose"
done
unpack && sed -i '/"keys"/{n;s/\("[0-9a-f]*"\)/\1, \1/}' "$B/handover.json" && sum_up && sign && pack -r "$TO" -r "$TO"
refused 5 "our key named twice"
said "a key twice"
unpack && sed -i '/"keys"/{n;s/\("[0-9a-f]*"\)/\1, "0000000000000000000000000000000000000000000000000000000000000000"/}' "$B/handover.json" &&
	sum_up && sign && pack -r "$TO" -r "$(grep -o 'age1[0-9a-z]*' "$W/third.txt")"
refused 5 "a key named that is not ours"
said "no key statement"
unpack && sed -i 's/"checkpoint": ".*"/"checkpoint": "x"/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a note without its sender's ledger head"
said "no ledger head"
unpack && sed -i 's/\("checkpoint": "oin-[0-9]*\/[0-9a-f]*\\n\)[0-9]*/\1999/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a ledger head that its key did not sign"
said "not signed by its sender's ledger key"
unpack && sed -i 's/"report": {/"report": {"criminal": 1,/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a report that is not that of the policy"
said "not the one that its policy gives"
unpack && sed -i '/"policy": {/,/}/s/"version": [0-9]*/"version": 99/' "$B/handover.json" && sum_up && sign && pack
refused 5 "another version than the policy has"
said "or another purpose, legal basis or retention"
unpack && sed -i 's/"expires": "202./"expires": "2030/; s/\("expires": "2030\)[0-9]-/\1-/' "$B/handover.json" && sum_up && sign && pack
refused 5 "a later end than the policy lets"
said "expires later than its policy"

# ---- fields beyond the policy: an incident at the sender
beyond() { # NAME SED...
	unpack && sed -i "$2" "$B/data/dossier.json" && sum_up && sign && pack
	refused 4 "$1"
	[ "$(acts incoming | tail -2 | head -1)" = "incident.open - -" ]
	ok "… and an incident is open"
	records incoming | tail -2 | jq -se '.[0].obj.k == "incident" and (.[0].obj.id | startswith("o:")) and
		.[0].psp == .[1].sp and map(.subj.ty == "client_number" and .ret == null) == [true, true]' >/dev/null
	ok "… about the person, as is the refusal"
}
beyond "a field that the policy withholds" 's/"client_number"/"residence_permit": "X", "client_number"/'
beyond "a whole name where initials are allowed" 's/{$/&/; s/"as": "initials"/"as": "keep"/'
beyond "a field that the catalogue lacks" 's/"client_number"/"shoe_size": "43", "client_number"/'
beyond "a group that only tells that it is there" 's/"catalogue": 1,/"catalogue": 1, "criminal": {},/'
beyond "an attachment that the bag does not hold" 's/"catalogue": 1,/"catalogue": 1, "attachments": [{"type":"cv","file":"attachments\/cv-1.pdf"}],/'

content() { # NAME: as the bag was changed
	sum_up && sign && pack
	refused 4 "$1"
	[ "$(acts incoming | tail -2 | head -1)" = "incident.open - -" ]
	ok "… and an incident is open"
}
unpack && sed -i 's#</main>#<script src="http://evil/x.js"></script></main>#' "$B/data/dossier.html"
content "a page with a script"
said "dossier.html is no plain page"
unpack && sed -i 's#</main>#<a href="https://evil/">x</a></main>#' "$B/data/dossier.html"
content "a page that leads elsewhere"
with_cv() { # BYTES: a bag that names a cv of those bytes
	unpack && mkdir -p "$B/data/attachments" && head -c "$2" /dev/zero | cat <(printf %s "$1") - >"$B/data/attachments/cv-1.pdf" &&
		sed -i 's/"catalogue": 1,/"catalogue": 1, "attachments": [{"type":"cv","file":"attachments\/cv-1.pdf"}],/' "$B/data/dossier.json" &&
		ENTRIES="$ENTRIES data/attachments/cv-1.pdf"
}
with_cv MZ 100
content "a program under the name of a document"
said "not of the format"
with_cv %PDF-1.7 11000000
content "a larger file than the policy lets go"
said "more megabytes"
with_cv %PDF-1.7 100 && sum_up && sign && pack
expect 0 "… which as a small one passes" at incoming open --into "$W/cv" "$W/evil.tar.age"

# ---- the number of another package
CASE=$(cat /proc/sys/kernel/random/uuid)
rm -rf "$W/twin" && cp -a "$W/outgoing" "$W/twin"
expect 0 "a case" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case "$CASE" --json "$W/d/een"
FIRST=$(jq -r .file "$W/out")
expect 0 "and from a copy of the home the same case again" at twin seal --policy overdracht-einde-contract --to $SUCCESSOR --case "$CASE" --json "$W/d/een"
SECOND=$(jq -r .file "$W/out")
expect 0 "the one opens" at incoming open --into "$W/twice" "$FIRST"
refused 4 "the other with the same number does not" "$SECOND"
said "another package with sequence number 1"
expect 0 "the same package again does" at incoming open --into "$W/again" "$FIRST"

# ---- where it goes
mkdir -p "$W/mine/.partial-photos" "$W/mine/.partial-11111111-1111-4111-8111-111111111111" && echo x >"$W/mine/.partial-photos/a"
P=$(seal_one)
expect 0 "opened beside folders of others" at incoming open --into "$W/mine" "$P"
[ -f "$W/mine/.partial-photos/a" ] && [ ! -e "$W/mine/.partial-11111111-1111-4111-8111-111111111111" ]
ok "a folder of somebody else stays, what a killed run left goes"
odd=$W/$'odd\xe9' && mkdir "$odd" && cp "$P" "${P%.tar.age}.slip.json" "$odd/"
expect 5 "a path that is not UTF-8, and a slip without signature" at incoming open --json --into "$W/odd" "$odd/$(basename "$P")"
[ "$(jq -r .exit "$W/out")" = 5 ] && [ "$(last_acts incoming 1)" = "transfer.refuse - deny" ]
ok "… has its line, and the ledger is told"

# ---- time
rm -rf "$W/into"
later() { HANDOVER_TEST_CLOCK=2026-12-31T12:00:00Z at "$@"; }
cp -a "$W/incoming" "$W/future"
expect 4 "an expired package" later future open --into "$W/into" "$P"
said "expired"

# ---- the slip beside it
mkdir "$W/slip" && cp "$W/outgoing/outbox/"* "$W/slip/"
S=$W/slip/$(basename "$P")
expect 0 "with its slip beside it, it opens" at incoming open --into "$W/into" "$S"
cp "$S" "$W/slip/x" && sed -i 's/"seq":1/"seq":2/' "${S%.tar.age}.slip.json"
refused 5 "a changed slip" "$S"
rm "${S%.tar.age}.slip.json.p7s"
refused 5 "a slip without its signature" "$S"
P2=$(seal_one)
for e in slip.json slip.json.p7s; do cp "${P2%.tar.age}.$e" "${S%.tar.age}.$e"; done
refused 5 "the slip of another package" "$S"

# ---- the registry of the recipient
cp -a "$W/incoming" "$W/edited" && echo '# changed' >>"$W/edited/registry/organisations.yaml"
expect 5 "an edited registry" at edited open --into "$W/into2" "$P"
must "$CERTS/revoke" "$W/pki" "$ORG/signing.pem" keyCompromise
must "$CERTS/crl" "$W/pki" "$W/incoming"
resign incoming
refused 5 "a signer who was revoked since" "$P"

! grep -raqE 'Kanarie|KANARIE|123456782' "$W/incoming" "$W/edited" "$W/future"
ok "no canary value lies under a home"
