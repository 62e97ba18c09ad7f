#!/bin/bash
# init: a whole home or none, with the right modes, that holds no absolute path.
set -u
h=${BUILD:-build/rel}/handover
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
n=0 out= rc=0
echo "1..32"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$("$h" "$@" 2>&1 </dev/null); rc=$?; }
has() { [[ $out == *"$1"* ]]; }
modes() { # everything secret is 0600, every folder 0700
	! find "$1" -type d ! -perm 700 | grep -q . && ! find "$1" \( -name '*.key' -o -name '*.kek' -o -name '*.head' \
		-o -path '*/identities/*' -o -name '*.db' \) ! -perm 600 ! -type d | grep -q .
}
a=00000099000000001000
new() { run init "$@"; }

new "$work/a" --oin $a --name "Gemeente Voorbeeld" --role municipality --role region --duty bsn_processing --test
is "init makes a home" test $rc -eq 0
is "it prints the ledger's verifier key" has "ledger vkey: oin-$a/"
is "folders are 0700 and secrets 0600" modes "$work/a"
missing=
for f in gateway.yaml organisation/{signing,tls}.{key,csr} registry/{organisations,contracts}.yaml policies/catalogue.yaml \
	keys/{ledger.key,ledger.head,subjects.kek,blind.key} keys/pseudonym ledger/ledger.db ledger/checkpoint subjects.db \
	outbox inbox registry/trust/signing registry/trust/tls; do [ -e "$work/a/$f" ] || missing+=" $f"; done
is "nothing of the tree is missing" test -z "$missing"
is "one age identity, current from today" test "$(ls "$work/a/organisation/identities")" = "$(TZ=Europe/Amsterdam date +%F).txt"
is "a stock tool takes the identity" grep -q '^AGE-SECRET-KEY-1' "$work/a/organisation/identities/"*.txt
is "the catalogue is the shipped one" cmp -s policies/catalogue.yaml "$work/a/policies/catalogue.yaml"
is "the request carries the OIN" grep -q "serialNumber = $a" <(openssl req -in "$work/a/organisation/signing.csr" -noout -subject)
pin=$(openssl pkey -in "$work/a/organisation/signing.key" -pubout -outform DER | sha256sum | cut -c1-64)
is "the registry pins its key" grep -q "sha256:$pin" "$work/a/registry/organisations.yaml"
is "no absolute path in it" test -z "$(grep -rlF "$work" "$work/a")"
run --home "$work/a" registry check
is "the registry is in order" test $rc -eq 0

new "$work/a" --oin $a --name X --role provider --test
is "a home that is there is refused" test $rc -eq 1
is "and says so" has "is already there"
mkdir "$work/empty"
new "$work/empty" --oin $a --name X --role provider --test
is "an empty folder will do" test $rc -eq 0
new "$work/b" --oin $a --name X --role provider
is "a test OIN needs --test" test $rc -eq 2
new "$work/b" --oin 00000001000000001000 --name X --role provider --test
is "and no other OIN takes it" test $rc -eq 2
is "which is said" has "is that of a real organisation: a test home takes prefix 00000099; leave --test out"
new "$work/real" --oin 00000001000000001000 --name X --role provider
is "without it a real OIN is as good as any" test $rc -eq 0
new "$work/b" --oin 123 --name X --role provider --test
is "an OIN is 20 digits" test $rc -eq 2
new "$work/b" --oin $a --name X --role provder --test
is "an unknown role is refused" test $rc -eq 2
new "$work/b" --oin $a --name "$(printf 'x%.0s' {1..100})" --role provider --test
is "a name that no certificate can carry is refused" test $rc -eq 2
new "$work/b" --oin $a --name X --role provider --test --officer sha256:12
is "a pin that is none is refused" test $rc -eq 2
for bad in $'Gemeente \u202e Voorbeeld' $'Gemeente\u200bVoorbeeld' $'A\u009b31m'; do
	new "$work/b" --oin $a --name "$bad" --role provider --test
	is "a name that no file can be read back with is exit 2" test $rc -eq 2
done
is "nothing is left of what failed" test -z "$(find "$work" -maxdepth 1 -name '*b*' ! -path "$work")"

chmod 640 "$work/a/organisation/signing.key"
run --home "$work/a" registry check
is "a loose key is exit 3" test $rc -eq 3
chmod 600 "$work/a/organisation/signing.key"; chmod 755 "$work/a/keys"
run --home "$work/a" registry check
is "a loose folder is exit 3" test $rc -eq 3
chmod 700 "$work/a/keys"
cp -a "$work/a" "$work/moved" && rm -rf "$work/a"
run --home "$work/moved" registry check
is "a copied home works" test $rc -eq 0
run --home "$work/nowhere" registry check
is "where there is no home, init is named" has "handover init"

# kill -9 at any moment: no home, or a whole one; and the next init works
bad=0
for i in $(seq 12); do
	setsid "$h" init "$work/k" --oin $a --name X --role provider --test >/dev/null 2>&1 &
	p=$!
	sleep "0.0$((i * 8))" 2>/dev/null || sleep 0.1
	kill -9 $p 2>/dev/null
	wait $p 2>/dev/null
	if [ -e "$work/k" ]; then
		"$h" --home "$work/k" registry check >/dev/null 2>&1 || bad=1
		modes "$work/k" || bad=1
		rm -rf "$work/k"
	fi
done
is "a killed init leaves no half home" test $bad -eq 0
new "$work/k" --oin $a --name X --role provider --test
is "and the next one cleans up" test "$rc$(find "$work" -name '*handover-init*')" = 0
