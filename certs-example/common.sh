# Shared by the scripts of this folder: where things lie in a PKI folder, and how openssl is called.
# Test certificates only: every OIN begins with 00000099, and that is checked, not hoped for.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
name=$(basename "$0")
# Certificates and lists begin on this day, so that homes with a test clock can use them as well.
FROM=20250101000000Z
UNTIL=20361231235959Z      # of authorities and revocation lists
UNTIL_LEAF=20301231235959Z # of organisations and persons
OIN_PREFIX=00000099

fail() {
	echo "$name: $1" >&2
	exit "${2:-1}"
}
usage() {
	echo "usage: $name $1" >&2
	exit 2
}
quietly() { # COMMAND...: its output only when it fails
	local out
	out=$("$@" 2>&1) || fail "$1 $2: $out"
}
open_pki() { # DIR: use the PKI there
	[ -f "$1/authority.cnf" ] || fail "$1: no test PKI here, make one with make-pki" 3
	PKI=$(cd "$1" && pwd)
	export PKI
	exec 9>"$PKI/lock" # openssl ca keeps its books in plain files: one script at a time
	flock 9
}
new_key() { # FILE: an EC P-256 key
	quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}
certify() { # AUTHORITY PROFILE REQUEST OUT [option...]: sign a request
	local ca=$1 profile=$2 req=$3 out=$4
	shift 4
	CA=$ca quietly openssl ca -batch -notext -config "$PKI/authority.cnf" -extensions "$profile" \
		-startdate "$FROM" -in "$req" -out "$out" "$@"
}
write_crl() { # AUTHORITY: its revocation list, fresh until UNTIL
	CA=$1 quietly openssl ca -gencrl -config "$PKI/authority.cnf" -crl_lastupdate "$FROM" \
		-crl_nextupdate "$UNTIL" -out "$PKI/$1/list.crl.new"
	mv "$PKI/$1/list.crl.new" "$PKI/$1.crl"
}
pin() { # CERTIFICATE: sha256:<hex> of its SubjectPublicKeyInfo, as in organisations.yaml
	openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r |
		sed 's/^\([0-9a-f]*\).*/sha256:\1/'
}
install_trust() { # HOME: roots and lists into its registry
	local trust=$1/registry/trust
	mkdir -p "$trust/signing" "$trust/tls"
	cp "$PKI/root.pem" "$trust/signing/root.pem"
	cp "$PKI/root.pem" "$trust/tls/root.pem"
	cp "$PKI/root.crl" "$PKI/signing.crl" "$PKI/tls.crl" "$trust/"
}
