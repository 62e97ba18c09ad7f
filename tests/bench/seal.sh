#!/bin/bash
# Workload L under overdracht-aan-gemeente, sealed in one call, against a shell loop that does the
# same steps per dossier with stock tools. Goal: at least 5x. DOSSIERS=N takes the first N only.
set -u
. tests/cli/lib.sh
world
must "$PWD/$BUILD/workload" --contract RI-1 L "$W/load"
mapfile -t all < <(find "$W/load" -mindepth 1 -maxdepth 1 | sort)
some=("${all[@]:0:${DOSSIERS:-${#all[@]}}}")
key=$(grep -ho 'age1[0-9a-z]*' "$W/municipality/organisation/identities"/*.txt | head -1)
org=$W/outgoing/organisation

by_hand() { # DOSSIER OUT: hash, sign, pack, encrypt
	local bag=$W/hand/$2
	mkdir -p "$bag" && cd "$1" || return 1
	find . -type f | LC_ALL=C sort | xargs sha256sum >"$bag/manifest-sha256.txt" &&
		openssl cms -sign -cades -binary -md sha256 -in "$bag/manifest-sha256.txt" -signer "$org/signing.pem" \
			-inkey "$org/signing.key" -certfile "$W/pki/signing.pem" -outform DER -out "$bag/signature.p7s" &&
		tar cf "$bag.tar" -C "$bag" . -C "$1" . &&
		age -r "$key" -o "$bag.tar.age" "$bag.tar" && rm -f "$bag.tar"
	cd - >/dev/null || return 1
}
now() { date +%s%N; }
sync
t0=$(now)
at outgoing seal --policy overdracht-aan-gemeente --to $TOWN --out "$W/sealed" "${some[@]}" >"$W/out" 2>"$W/err"
t1=$(now)
sync
t2=$(now)
i=0
for d in "${some[@]}"; do i=$((i + 1)); by_hand "$d" "$i" || exit 1; done
t3=$(now)
ours=$(((t1 - t0) / 1000000)) hand=$(((t3 - t2) / 1000000))
sealed=$(find "$W/sealed" -name '*.tar.age' | wc -l)
echo "dossiers: ${#some[@]}, sealed $sealed, refused $(grep -c . "$W/err"); $(du -sm "$W/load" | cut -f1) MB"
echo "handover seal: $ours ms, $((ours * 1000 / ${#some[@]})) us each; shell loop: $hand ms, $((hand * 1000 / ${#some[@]})) us each"
awk -v a="$hand" -v b="$ours" 'BEGIN{printf "ratio: %.1fx (goal 5x)\n", a / b; exit a / b < 5}'
