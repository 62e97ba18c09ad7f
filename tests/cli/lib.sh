# shellcheck shell=bash
# A world for tests of seal and open, made with the real commands: a test PKI, officers, and three
# homes that know each other, have contracts, and have signed and accepted policies. Source this,
# then call `world`. All of it lies in $W, removed at exit.
#   $W/outgoing  provider, 1000     $W/incoming  provider, 2000     $W/municipality  3000
# shellcheck disable=SC2034
PROVIDER=00000099000000001000 SUCCESSOR=00000099000000002000 TOWN=00000099000000003000
STRANGER=00000099000000004000
HANDOVER=$PWD/$BUILD/handover
CERTS=$PWD/certs-example
SHIPPED=$PWD/policies
W=$(mktemp -d)
trap 'chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"' EXIT
n=0

plan() { echo "1..$1"; }
ok() { # NAME: the result of the command before
	local rc=$?
	n=$((n + 1))
	if [ $rc -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' "$W/err" "$W/out" 2>/dev/null | cut -c1-300 | head -20; fi
}
# expect EXIT NAME COMMAND...: run it, keep its output in $W/out and $W/err
expect() {
	local want=$1 name=$2 rc
	shift 2
	"$@" >"$W/out" 2>"$W/err" </dev/null
	rc=$?
	n=$((n + 1))
	if [ $rc -eq "$want" ]; then echo "ok $n - $name"; else
		echo "not ok $n - $name (exit $rc, expected $want)"
		sed 's/^/# /' "$W/err" "$W/out" | cut -c1-300 | head -20
	fi
}
said() { grep -qF -- "$1" "$W/err" "$W/out"; ok "… and says: $1"; }
must() { "$@" >"$W/must" 2>&1 </dev/null || { echo "Bail out! $*: $(cat "$W/must")"; exit 1; }; }
at() { local h=$1; shift; "$HANDOVER" --home "$W/$h" "$@"; } # HOME COMMAND...
# the records of handovers in a home's ledger (to look is an act of its own, and left out here)
records() { at "$1" ledger show --json 2>/dev/null | jq -c 'select(.act | test("^(transfer|incident)"))'; }
acts() { records "$1" | jq -r '[.act, .ph // "-", .out // "-"] | join(" ")'; } # "act ph out", newest last
last_acts() { acts "$1" | tail -n "$2" | paste -sd,; }
resign() { must at "$1" registry sign --cert "$W/keeper/officer.pem" --key "$W/keeper/officer.key"; }
pin_of() { "$CERTS/officer" "$W/pki" "$1" "$W/$2"; }
fingerprint() { jq -r .fingerprint <<<"$1"; }

new_home() { # NAME OIN TITLE ROLE...
	local home=$1 oin=$2 title=$3
	shift 3
	must at "$home" init "$W/$home" --oin "$oin" --name "$title" --officer "$KEEPER" --test "$@"
	must "$CERTS/issue" "$W/pki" "$W/$home"
	cp "$SHIPPED"/*.yaml "$W/$home/policies/"
	echo 'ocr: off' >>"$W/$home/gateway.yaml" # the same wherever tesseract is or is not
	resign "$home"
}
spki() { # HOME: the pin of its signing key
	openssl x509 -in "$W/$1/organisation/signing.pem" -pubkey -noout | openssl pkey -pubin -outform DER |
		sha256sum | sed 's/^\(.*\)  -$/sha256:\1/'
}
meet() { # A B: B takes in what A exports
	must at "$1" organisation export --out "$W/$1.org"
	must at "$2" organisation import --fingerprint "$(spki "$1")" "$W/$1.org"
}
add_contract() { # HOME
	must at "$1" registry contract RI-1 --controller $TOWN --provider $PROVIDER --segment individueel \
		--programme participatiewet --programme wi2021 --from 2026-01-01 --until 2029-12-31 \
		--processor 2026-01-01..2029-12-31
	must at "$1" registry contract RI-2 --controller $TOWN --provider $SUCCESSOR --segment individueel \
		--programme participatiewet --programme wi2021 --from 2026-01-01 --until 2029-12-31 \
		--processor 2026-01-01..2029-12-31
}
add_officers() { # the officers of the municipality go into its own entry, by hand as an officer would
	awk -v fg="$FG" -v cm="$CM" '{print} /^ *roles:/ && !done {
		match($0, /^ */); pad = substr($0, 1, RLENGTH); done = 1
		print pad "officers: [{role: fg, spki: \"" fg "\"}, {role: contractmanager, spki: \"" cm "\"}]"}' \
		"$W/municipality/registry/organisations.yaml" >"$W/organisations.yaml"
	cp "$W/organisations.yaml" "$W/municipality/registry/organisations.yaml"
	resign municipality
}
approve() { # HOME FILE: sign a policy in that home by both officers
	must at "$1" policy sign --cert "$W/fg/officer.pem" --key "$W/fg/officer.key" "$W/$1/policies/$2"
	must at "$1" policy sign --cert "$W/cm/officer.pem" --key "$W/cm/officer.key" "$W/$1/policies/$2"
}
sign_elsewhere() { # OFFICER FILE: sign a policy where nobody knows who its officers are
	local copy=$W/nobody/${2##*/}
	mkdir -p "$W/nobody" && rm -f "$copy.p7s" && cp "$2" "$copy"
	[ ! -e "$2.p7s" ] || cp "$2.p7s" "$copy.p7s"
	must "$HANDOVER" --home "$W/nowhere" policy sign --cert "$W/$1/officer.pem" --key "$W/$1/officer.key" "$copy"
	cp "$copy.p7s" "$2.p7s"
}
accept() { # RECIPIENT FILE: the recipient accepts it from the provider, who takes that in
	cp "$W/outgoing/policies/$2" "$W/outgoing/policies/$2.p7s" "$W/$1/policies/"
	must at "$1" policy accept "$W/$1/policies/$2" --from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/$1.acc"
	resign "$1"
	must at outgoing organisation import "$W/$1.acc"
	resign outgoing
}
world() {
	must "$CERTS/make-pki" "$W/pki"
	KEEPER=$(pin_of "Registry keeper" keeper)
	FG=$(pin_of "FG" fg)
	CM=$(pin_of "Contractmanager" cm)
	new_home outgoing $PROVIDER "Werk en Zo" --role provider
	new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
	new_home municipality $TOWN "Gemeente Voorbeeld" --role municipality --duty bsn_processing
	add_officers
	for a in outgoing incoming municipality; do
		for b in outgoing incoming municipality; do [ $a = $b ] || meet $a $b; done
		:
	done
	for a in outgoing incoming municipality; do add_contract $a; resign $a; done
	for p in overdracht-einde-contract overdracht-aan-gemeente; do approve outgoing $p.yaml; done
	accept incoming overdracht-einde-contract.yaml
	accept municipality overdracht-aan-gemeente.yaml
}
dossier() { # NAME: a dossier folder $W/d/NAME with canary values and a picture
	mkdir -p "$W/d/$1/attachments"
	cat >"$W/d/$1/dossier.json" <<-END
	{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},
	 "person":{"bsn":"123456782","client_number":"K-$1","family_name":"Kanarie-Achternaam","given_names":"Jan Piet",
	  "birth_date":"1984-03-09","residence_permit":"KANARIE-TITEL"},
	 "contact":{"postcode":"5121AB","city":"Rijen","phone":"0612345678"},
	 "ladder":[{"date":"2026-01-12","step":2,"target_step":4}],
	 "trajectory":[{"id":"T-$1","product":"reintegratie","start":"2025-02-01","status":"lopend"}],
	 "plan":{"goal":"Kanarie-doel: werk in de techniek","notes":"KANARIE-NOTITIE"},
	 "attachments":[{"type":"diploma","file":"attachments/kanarie.png"}]}
	END
	base64 -d >"$W/d/$1/attachments/kanarie.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
}
