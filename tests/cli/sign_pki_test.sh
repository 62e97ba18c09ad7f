#!/bin/bash
# certs-example: a test PKI, and certificates for homes and officers out of it.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
pki=$work/pki
n=0 out= rc=0
echo "1..25"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$("$@" 2>&1 </dev/null); rc=$?; }
has() { [[ $out == *"$1"* ]]; }
home() { # DIR OIN: what `handover init` leaves for the authority
	mkdir -p "$1/organisation"
	for what in signing tls; do
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/organisation/$what.key" \
			-subj "/C=NL/O=Proef BV/serialNumber=$2/CN=Proef BV" -out "$1/organisation/$what.csr" 2>/dev/null
	done
}
run certs-example/make-pki "$pki"; is "make-pki makes a PKI" test $rc -eq 0
run certs-example/make-pki "$pki"; is "and never a second time in the same place" test $rc -eq 1
is "no key of it is readable by others" test -z "$(find "$pki" -perm /077 -name '*.key')"

home "$work/a" 00000099000000001000
run certs-example/issue "$pki" "$work/a"; is "issue certifies a home" test $rc -eq 0
is "with its issuing authority behind it" test "$(grep -c BEGIN "$work/a/organisation/signing.pem")" -eq 2
run openssl verify -CAfile "$pki/root.pem" -untrusted "$pki/signing.pem" -crl_check_all \
	-CRLfile "$pki/signing.crl" -CRLfile "$pki/root.crl" "$work/a/organisation/signing.pem"
is "the chain is good, lists included" test $rc -eq 0
is "roots and lists lie in the registry" test -f "$work/a/registry/trust/signing/root.pem" -a \
	-f "$work/a/registry/trust/tls/root.pem" -a -f "$work/a/registry/trust/signing.crl"
run openssl x509 -in "$work/a/organisation/tls.pem" -noout -ext extendedKeyUsage
is "a TLS certificate is for TLS alone" test "$(tail -1 <<<"$out" | tr -d ' ')" = \
	TLSWebServerAuthentication,TLSWebClientAuthentication

for oin in 00000001000000001000 0000009900000000100 "00000099000000001000 " 00000099x00000001000; do
	home "$work/b" "$oin"
	run certs-example/issue "$pki" "$work/b"
	is "no certificate for the OIN '$oin'" test $rc -eq 4 -a ! -e "$work/b/organisation/signing.pem"
done
run certs-example/issue "$pki" "$work/nothing"; is "no home, no certificate" test $rc -eq 3

run certs-example/officer "$pki" "A. de Visser" "$work/officer"; is "officer prints a pin" test "${out:0:7}" = sha256:
is "a person has no OIN" test -z "$(openssl x509 -in "$work/officer/officer.pem" -noout -subject | grep serialNumber)"
is "the key of a person is private" test "$(stat -c %a "$work/officer/officer.key")" = 600
run certs-example/officer "$pki" "A/serialNumber=00000099000000001000" "$work/other"; is "and cannot smuggle one in" test $rc -eq 2

certs-example/revoke "$pki" "$work/a/organisation/signing.pem" superseded >/dev/null
certs-example/crl "$pki" "$work/a"
run openssl crl -in "$work/a/registry/trust/signing.crl" -noout -text; is "a revocation reaches the home" has Superseded
cp "$pki/root.pem" "$work/root.pem"
run certs-example/revoke "$work/officer" "$work/root.pem"; is "no PKI, no revocation" test $rc -eq 3
run certs-example/crl "$pki" "$work/nothing"; is "lists for a home that is not there are refused" test $rc -eq 3 -a ! -e "$work/nothing"
is "which is said" has "nothing: no home there"

for i in 1 2 3 4 5 6; do certs-example/officer "$pki" "Officer $i" "$work/many$i" >"$work/pin$i" 2>&1 & done; wait
is "scripts may run at once" test "$(cat "$work"/pin[1-6] | grep -c '^sha256:')" -eq 6
is "and no two certificates have one number" test "$(for i in 1 2 3 4 5 6; do openssl x509 -in "$work/many$i/officer.pem" -noout -serial; done | sort -u | wc -l)" -eq 6
home "$work/bent" 00000099000000005000
openssl req -in "$work/bent/organisation/signing.csr" -outform DER | head -c -1 >"$work/csr"; printf '\0' >>"$work/csr"
openssl req -inform DER -in "$work/csr" -out "$work/bent/organisation/signing.csr"
run certs-example/issue "$pki" "$work/bent"
is "a request whose signature is not good is refused" test $rc -eq 4
is "and that is said" has "signing.csr: its signature is not good"
