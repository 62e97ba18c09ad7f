#!/bin/bash
# statement verify and receipt verify, on statements that the stock tool signed.
set -u
h=${BUILD:-build/rel}/handover
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
pki=$work/pki trust=$work/a/registry/trust
n=0 out= rc=0
echo "1..31"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$(HANDOVER_HOME=$work/nowhere "$h" "$@" 2>&1 </dev/null); rc=$?; }
has() { [[ $out == *"$1"* ]]; }
organisation() { # DIR OIN
	mkdir -p "$1/organisation"
	for what in signing tls; do
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/organisation/$what.key" \
			-subj "/C=NL/O=Proef/serialNumber=$2/CN=Proef" -out "$1/organisation/$what.csr" 2>/dev/null
	done
	certs-example/issue "$pki" "$1" >/dev/null
}
sign() { # HOME FILE [option...]: as a counterparty with stock tools would
	openssl cms -sign -binary -md sha256 -outform DER -in "$2" -signer "$1/organisation/signing.pem" \
		-inkey "$1/organisation/signing.key" -certfile "$pki/signing.pem" -out "$2.p7s" "${@:3}"
}
a=00000099000000001000 b=00000099000000002000
uuid=2bb0de1c-a494-4ec0-ae11-b7a88a73a109 hash=$(printf '%064d' 7)
now=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)
tag=$(printf 'tag manifest' | sha256sum | cut -c1-64)
commit=$(printf 'tag manifest' | openssl dgst -sha256 -binary | sha256sum | cut -c1-64)
certs-example/make-pki "$pki" >/dev/null
organisation "$work/a" $a
organisation "$work/b" $b
statement() { # KIND BY FOR MEMBERS: on standard output
	printf '{"doc":"handover/%s/1","id":"%s","by":"%s","for":"%s","at":"%s","log":"a checkpoint\\n",%s}\n' \
		"$1" "$uuid" "$2" "$3" "$now" "$4"
}
statement slip $a $b "\"package\":\"$uuid\",\"case\":\"$uuid\",\"seq\":1,\"sender\":\"$a\",\"recipient\":\"$b\",\"ciphertext\":\"$hash\",\"bytes\":512,\"keys\":[\"$hash\"],\"policy\":\"$hash\",\"catalogue\":\"$hash\",\"registry\":\"$hash\",\"contract\":\"RI-2023-07\",\"sealed\":\"$now\",\"expires\":\"$now\",\"open_commit\":\"$commit\"" >"$work/slip.json"
sign "$work/a" "$work/slip.json" -cades
receipt() { # KIND MEMBERS FILE
	statement "$1" $b $a "\"case\":\"$uuid\",\"package\":\"$uuid\",\"slip\":\"$(sha256sum <"$work/slip.json" | cut -c1-64)\",\"policy\":\"$hash\",\"prev\":\"$hash\",$2" >"$work/$3"
	sign "$work/b" "$work/$3" -cades
}
receipt opened "\"tagmanifest\":\"$tag\"" opened.json
receipt fetched "\"ciphertext\":\"$hash\"" fetched.json
receipt opened "\"tagmanifest\":\"$hash\"" guessed.json

run statement verify --trust "$trust" "$work/slip.json"; is "a good statement is exit 0" test $rc -eq 0
is "it says whose it is" has "slip by $a"
is "and that no pin vouched for the key" has "no pin"
run statement verify --json --trust "$trust" "$work/slip.json" "$work/opened.json"
is "as JSON, one object a line" test "$(jq -r .kind <<<"$out" | tr '\n' ' ')" = "slip opened "
pin=$(jq -r .spki <<<"$out" | head -1)
run statement verify --trust "$trust" --pin "$pin" "$work/slip.json"; is "a pin is held" has "a pinned key"
run statement verify --trust "$trust" --pin "$pin" "$work/opened.json"; is "another key than pinned is exit 5" test $rc -eq 5
run statement verify --trust "$trust" --pin "$work/a/organisation/signing.pem" "$work/slip.json"; is "a pin may be given as a certificate" test $rc -eq 0
run statement verify --trust "$trust" --pin "${pin%?}" "$work/slip.json"; is "a malformed pin is exit 2" test $rc -eq 2
run statement verify --trust "$trust" --at 2099-01-01T00:00:00Z "$work/slip.json"; is "a moment to come is exit 2" test $rc -eq 2
run receipt verify --trust "$trust" --slip "$work/slip.json" "$work/opened.json" "$work/fetched.json"
is "receipts belong to their slip" test $rc -eq 0
run receipt verify --trust "$trust" --pin "$work/b/organisation/signing.pem" --slip "$work/slip.json" "$work/opened.json"
is "the slip has to be pinned as well" test $rc -eq 5
run receipt verify --trust "$trust" --pin "$work/a/organisation/signing.pem" --pin "$work/b/organisation/signing.pem" --slip "$work/slip.json" "$work/opened.json"
is "then both are good" test $rc -eq 0
run statement verify --trust "$trust" --at "$(date -u -d '1 hour ago' +%FT%TZ)" "$work/slip.json"
is "nothing was received before it was signed" test $rc -eq 5
is "and that is said" has "its signing time lies after the moment at which it was received"
run receipt verify --trust "$trust" --slip "$work/slip.json" "$work/guessed.json"; is "who did not open cannot say so" test $rc -eq 5
run receipt verify --trust "$trust" "$work/slip.json"; is "a slip is no receipt" test $rc -eq 5
run statement verify --trust "$work/nothing" "$work/slip.json"; is "no roots is a failure" has "cannot open"
run statement verify --trust "$trust" "$work/none.json" "$work/slip.json"
is "one missing file does not stop the others" has "good: slip"
is "but the exit code tells" test $rc -eq 1

cp "$work/slip.json" "$work/alone.json"
run statement verify --trust "$trust" "$work/alone.json"; is "no signature is exit 5" test $rc -eq 5
cp "$work/opened.json.p7s" "$work/alone.json.p7s"
run statement verify --trust "$trust" "$work/alone.json"; is "another's signature is exit 5" test $rc -eq 5
sign "$work/a" "$work/alone.json" -noattr
run statement verify --trust "$trust" "$work/alone.json"; is "no signed attributes is exit 5" test $rc -eq 5
sign "$work/a" "$work/alone.json"
run statement verify --trust "$trust" "$work/alone.json"; is "no signing-certificate-v2 is exit 5" test $rc -eq 5
sign "$work/b" "$work/alone.json" -cades
run statement verify --trust "$trust" "$work/alone.json"; is "signed by another than it names is exit 5" test $rc -eq 5
cp "$work/slip.json.p7s" "$work/alone.json.p7s" && sed -i 's/"seq":1/"seq":2/' "$work/alone.json"
run statement verify --trust "$trust" "$work/alone.json"; is "a changed byte is exit 5" test $rc -eq 5
sed -i 's/handover\/slip/handover\/note/' "$work/alone.json" && sign "$work/a" "$work/alone.json" -cades
run statement verify --trust "$trust" "$work/alone.json"; is "an unknown kind is exit 3" test $rc -eq 3

openssl cms -sign -cades -binary -md sha256 -outform DER -in "$work/slip.json" -signer "$work/a/organisation/tls.pem" \
	-inkey "$work/a/organisation/tls.key" -certfile "$pki/tls.pem" -out "$work/alone.json.p7s" && cp "$work/slip.json" "$work/alone.json"
run statement verify --trust "$trust" "$work/alone.json"; is "a TLS certificate signs no statement" test $rc -eq 5
certs-example/make-pki "$work/other" >/dev/null && mkdir "$work/stranger" && cp "$work"/other/*.crl "$work/stranger/" &&
	mkdir "$work/stranger/signing" && cp "$work/other/root.pem" "$work/stranger/signing/"
run statement verify --trust "$work/stranger" "$work/slip.json"; is "a stranger's root is exit 5" test $rc -eq 5
rm "$trust/root.crl"
run statement verify --trust "$trust" "$work/slip.json"; is "a missing list is exit 5" has "no revocation list"
certs-example/revoke "$pki" "$work/a/organisation/signing.pem" keyCompromise >/dev/null && certs-example/crl "$pki" "$work/a"
run statement verify --trust "$trust" --at "$now" "$work/slip.json"
is "a compromised key is refused at any time" has "certificate was revoked"
is "with exit 5" test $rc -eq 5
