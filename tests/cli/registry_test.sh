#!/bin/bash
# registry check, sign and contract: only an officer's signature makes it count.
set -u
h=${BUILD:-build/rel}/handover
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
n=0 out= rc=0
echo "1..45"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$("$h" --home "$work/a" "$@" 2>&1 </dev/null); rc=$?; }
lacks() { [[ $out != *"$1"* ]]; }
has() { [[ $out == *"$1"* ]]; }
a=00000099000000001000 b=00000099000000002000
certs-example/make-pki "$work/pki" >/dev/null
"$h" init "$work/b" --oin $b --name Twee --role provider --test >/dev/null
out=$("$h" --home "$work/b" registry check 2>&1); rc=$?
is "a fresh home hears that it trusts nobody" has "there is no root certificate in registry/trust/signing: put those that you trust there"
is "which is not in order" has "nothing is wrong; see the 3 notes"
is "and what to do about its own key" has "note: this organisation has no usable key statement for its own main key, so nobody can send to it: \`handover organisation export\` makes one"
is "and its own number once a line" test "$(grep -c "$b.*$b" <<<"$out")" -eq 0
sed -i 's/^test: true/test: false/; s/00000099/00000001/' "$work/b/gateway.yaml"
out=$("$h" --home "$work/b" registry check 2>&1); rc=$?
is "in a real home that is wrong, and said once" test "$rc $(grep -c 'root certificate' <<<"$out")" = "5 1"
"$h" init "$work/a" --oin $a --name Een --role municipality --test >/dev/null
certs-example/issue "$work/pki" "$work/a" >/dev/null
certs-example/officer "$work/pki" "A. Visser" "$work/fg" >/dev/null
certs-example/officer "$work/pki" "B. Jansen" "$work/other" >/dev/null
sign() { run registry sign --cert "$work/$1/officer.pem" --key "$work/$1/officer.key" "${@:2}"; }

run registry check
is "unsigned is a note in a test home" has "note: the registry is not signed"
is "and nothing is wrong" test $rc -eq 0
sign fg
is "nobody signs before an officer is pinned" test $rc -eq 5
is "and it says how that is done" has "the first officer is named by \`handover registry sign --pin\`"
mv "$work/a/registry/contracts.yaml" "$work/good"; echo 'contracts: [x]' >"$work/a/registry/contracts.yaml"
sign fg --pin
is "an officer who signs nothing is not pinned" test $rc -eq 3 -a -n "$(grep '^registry_officers: \[\]' "$work/a/gateway.yaml")"
mv "$work/good" "$work/a/registry/contracts.yaml"
cp "$work/a/gateway.yaml" "$work/settings"
sed -i 's/^registry_officers: .*/"registry_officers": []/' "$work/a/gateway.yaml"
sign fg --pin
is "nor is anything signed when gateway.yaml cannot be edited" test $rc -eq 3 -a ! -e "$work/a/registry/SHA256SUMS"
cp "$work/settings" "$work/a/gateway.yaml"
sign fg --pin
is "the first officer pins itself" test $rc -eq 0
is "what is signed is listed" has "+ organisations.yaml"
is "gateway.yaml has the pin" grep -q '^registry_officers: \["sha256:[0-9a-f]\{64\}"\]' "$work/a/gateway.yaml"
sign other --pin
is "a second one does not" test $rc -eq 4
sign other
is "a stranger may not sign" test $rc -eq 5
run registry check
is "signed, it is in order" test $rc -eq 0
is "a stock tool agrees on the hashes" bash -c "cd '$work/a/registry' && sha256sum -c --quiet SHA256SUMS"
is "a stock tool agrees on the signature" openssl cms -verify -cades -binary -inform DER -in "$work/a/registry/SHA256SUMS.p7s" \
	-content "$work/a/registry/SHA256SUMS" -CAfile "$work/pki/root.pem" -no-CApath -no-CAstore -purpose any -out /dev/null 2>/dev/null

clock() { HANDOVER_TEST_CLOCK=$1 run registry check; }
clock 2030-11-15T12:00:00Z
is "certificates with time left are not spoken of" lacks "organisation/signing.pem"
clock 2030-12-15T12:00:00Z
is "certificates that end within 30 days are noted" has "note: organisation/signing.pem: ends on 2030-12-31"
is "that of TLS as well" has "note: organisation/tls.pem: ends on 2030-12-31"
run registry contract RI-1 --controller $a --provider $b --segment individueel --programme participatiewet \
	--from 2023-01-01 --until 2030-12-31 --run-off-until 2031-06-30 --processor 2023-01-01..2031-12-31
is "a contract is added" test $rc -eq 0
is "a party that nobody knows is told at once" has "warning: provider $b is not in organisations.yaml"
is "and the known one not" lacks "controller $a"
run registry check
is "what is not signed yet is exit 5" test $rc -eq 5
is "and named" has "contracts.yaml: changed since the registry was signed"
is "once" test "$(grep -c 'contracts.yaml' <<<"$out")" -eq 1
is "without a reference to itself" lacks "let an officer look"
sign fg
is "signing shows the change" has "~ contracts.yaml"
run registry contract RI-1 --controller $a --provider $b --segment x --programme nug --from 2023-01-01 --until 2030-12-31
is "the same contract twice is refused" test $rc -eq 1
run registry contract RI-2 --controller $a --provider $b --segment x --programme nug --from 2031-01-01 --until 2030-12-31
is "dates in the wrong order are refused" test $rc -eq 3
run registry contract RI-2 --controller 12 --provider $b --segment x --programme nug --from 2031-01-01 --until 2030-12-31
is "an OIN that is none is a usage error" test $rc -eq 2
run registry check
is "refusals changed nothing" test $rc -eq 0
is "notes are pointed at" has "nothing is wrong; see the"

cp "$work/a/registry/contracts.yaml" "$work/good"
echo '  - {id: X, contoller: "1"}' >>"$work/a/registry/contracts.yaml"
sign fg
is "what is wrong is not signed" test $rc -eq 3
is "and located" has 'contracts.yaml:11:13: unknown key "contoller", did you mean "controller"?'
cp "$work/good" "$work/a/registry/contracts.yaml"
sed -i 's/^test: true/test: false/; s/00000099/00000001/' "$work/a/gateway.yaml"
rm "$work/a/registry/SHA256SUMS" "$work/a/registry/SHA256SUMS.p7s"
run registry check
is "unsigned in a real home is exit 5" test $rc -eq 5
sed -i 's/00000001/00000099/' "$work/a/gateway.yaml"
run registry check
is "a test OIN in a real home is exit 3" test $rc -eq 3
is "and located" has 'gateway.yaml:2:6: oin: prefix 00000099 is for tests (test: true)'
sed -i 's/^test: false/test: true/' "$work/a/gateway.yaml"
sign fg
certs-example/revoke "$work/pki" "$work/fg/officer.pem" >/dev/null 2>&1
cp "$work/pki"/*.crl "$work/a/registry/trust/"
sign fg
is "a revoked officer signs no more" test $rc -eq 5
out=$("$h" --home "$work/a" registry check --json 2>&1); rc=$?
is "--json is one object a line" test -z "$(grep -v '^{"severity":".*"text":".*"}$' <<<"$out")"
sed -i 's/^name:/nam:/' "$work/a/gateway.yaml"
run registry check
is "settings are closed" has 'gateway.yaml:3:1: unknown key "nam", did you mean "name"?'
is "exit 3" test $rc -eq 3
out=$("$h" --home "$work/a" registry sign --cert x 2>&1); rc=$?
is "sign without its options is exit 2" test $rc -eq 2
