#!/bin/bash
# backup and restore: a copy taken while the home works, its secrets apart, and what was lost told.
set -u
. tests/cli/lib.sh
plan 99
H=$W/town
must "$CERTS/make-pki" "$W/pki"
KEEPER=$(pin_of "Registry keeper" keeper)
new_home town $TOWN "Gemeente Voorbeeld" --role municipality --duty bsn_processing
must at town organisation pseudonym overdracht
must at town organisation export --out "$W/town.org"
resign town
must at town ledger checkpoint
head -c 300000 /dev/urandom >"$H/outbox/een.tar.age"
head -c 100 /dev/urandom >"$H/inbox/Kanarië twee.tar.age"
mkdir -p "$H/receipts/x" && echo '{}' >"$H/receipts/x/0001-offer.json"
RECIPIENT=$("$HANDOVER" age keygen --json -o "$W/elsewhere.key" | jq -r .recipient)
"$HANDOVER" age keygen -o "$W/other.key" >/dev/null
passed() { "$@" 3< <(printf 'een lange zin'); }

# ---- what is in it
expect 0 "a home is backed up into a folder" at town backup "$W/b1" --keys "$W/k1" -r "$RECIPIENT"
said "keep it elsewhere than the backup"
(cd "$W/b1" && sha256sum --quiet -c SHA256SUMS) >"$W/out" 2>&1; ok "sha256sum says that it is whole"
[ "$(cd "$W/b1" && find . -type f ! -name SHA256SUMS ! -path ./SHA256SUMS.note -printf '%P\n' | sort | grep -v '^registry/SHA' | wc -l)" = "$(cut -c67- "$W/b1/SHA256SUMS" | grep -v '^registry/SHA' | wc -l)" ]
ok "every file stands in the sums"
[ -z "$(find "$W/b1" -perm /077)" ]; ok "nobody else can read it"
[ -z "$(cd "$W/b1" && find . -name '*.key' -o -path '*identities*' -name '*.txt')" ]; ok "no key file is in it"
secrets=$(for f in ledger subjects blind; do cat "$H/keys/$f.key" 2>/dev/null || cat "$H/keys/$f.kek"; done; grep -h AGE-SECRET "$H"/organisation/identities/*; sed -n 2p "$H/organisation/signing.key")
[ "$(wc -l <<<"$secrets")" -ge 5 ] && ! grep -rqaF "$secrets" "$W/b1"; ok "nor what any of them holds"
[ "$(head -c 21 "$W/k1")" = "age-encryption.org/v1" ] && [ "$(stat -c %a "$W/k1")" = 600 ]; ok "the secrets are a file of age"
"$HANDOVER" age decrypt -i "$W/elsewhere.key" "$W/k1" | tar tf - | sort >"$W/listed"
(cd "$H" && find keys organisation -type f ! -name '*.pem' ! -name '*.csr' ! -name ledger.head ! -name registry.pending; echo OIN) | sort >"$W/wanted"
cmp "$W/listed" "$W/wanted" 2>"$W/err"; ok "of all secrets and nothing else"
[ "$(at town ledger show --json | jq -c 'select(.act == "audit.export") | has("ph")' | sort -u)" = false ]; ok "the ledger has it, as one record"

expect 0 "a backup without the secrets" at town backup "$W/b2.tar" --json
jq -e '.files > 10 and .ledger.size > 5 and (has("keys") | not)' "$W/out" >/dev/null; ok "says what it holds"
tar tf "$W/b2.tar" | grep -q '^registry/organisations.yaml$'; ok "stock tar lists the file"
mkdir "$W/t" && tar xf "$W/b2.tar" -C "$W/t" && (cd "$W/t" && sha256sum --quiet -c SHA256SUMS) >"$W/out" 2>&1; ok "and takes it out whole"
expect 1 "a backup is never written over another" at town backup "$W/b2.tar"
expect 1 "nor over a folder that holds something" at town backup "$W/b1"
expect 1 "nor keys over others" at town backup "$W/b3" --keys "$W/k1" -r "$RECIPIENT"
[ ! -e "$W/b3" ]; ok "which leaves no backup behind"
expect 2 "not into the home itself" at town backup "$H/outbox/b"
expect 2 "no keys without somebody to encrypt them to" at town backup "$W/b3" --keys "$W/k3"
ln -s /etc/passwd "$H/receipts/link"
expect 3 "a link is no file that can be kept" at town backup "$W/b3"
said "receipts/link"
rm "$H/receipts/link"

# ---- restored
expect 0 "a home is made from the folder" "$HANDOVER" restore "$W/b1" "$W/r1" --keys "$W/k1" -i "$W/elsewhere.key"
said "get a later"
grep -q "^made at 20.*vouches for$" "$W/out"; ok "it says by whose word"
[ -z "$(find "$W/r1" -perm /077)" ]; ok "nobody else can read it"
expect 0 "its ledger verifies" at r1 ledger verify --vkey "$(at town ledger show --vkey)"
said "open intents: 0"
same() { diff -r "$H/$1" "$W/$2/$1" >"$W/out" 2>&1; }
same registry r1 && same policies r1 && same outbox r1 && same inbox r1 && same receipts r1 && same gateway.yaml r1; ok "files are the same"
same organisation r1 && same keys/pseudonym r1 && same keys/ledger.key r1 && same keys/blind.key r1; ok "keys are the same"
expect 0 "the registry is as it was signed" at r1 registry check
expect 0 "from the tar, with keys of another day" "$HANDOVER" restore "$W/b2.tar" "$W/r2" --keys "$W/k1" -i "$W/elsewhere.key" --json
jq -e '.lost == false and .ledger.size > 5' "$W/out" >/dev/null; ok "says what it made"
expect 0 "and that works, too" at r2 ledger verify
expect 0 "keys under a passphrase" passed at town backup "$W/b4.tar" --keys "$W/k4" --passphrase-fd 3
expect 0 "are opened by it" passed "$HANDOVER" restore "$W/b4.tar" "$W/r4" --keys "$W/k4" --passphrase-fd 3
expect 1 "an existing home is left alone" "$HANDOVER" restore "$W/b1" "$W/r1" --keys "$W/k1" -i "$W/elsewhere.key"

# ---- what is no backup of this
refused() { # EXIT NAME BACKUP KEYS IDENTITY
	expect "$1" "$2" "$HANDOVER" restore "$3" "$W/bad" --keys "$4" -i "$5"
	[ ! -e "$W/bad" ] && [ -z "$(find "$W" -maxdepth 1 -name '.bad*')" ]; ok "… and leaves nothing"
}
refused 6 "another key opens no secrets" "$W/b1" "$W/k1" "$W/other.key"
cp -a "$W/b1" "$W/changed" && printf x >>"$W/changed/registry/organisations.yaml"
refused 5 "a changed file" "$W/changed" "$W/k1" "$W/elsewhere.key"
said "registry/organisations.yaml"
cp -a "$W/b1" "$W/more" && echo x >"$W/more/registry/extra.yaml"
refused 5 "a file too many" "$W/more" "$W/k1" "$W/elsewhere.key"
head -c 200000 "$W/b2.tar" >"$W/short.tar"
refused 5 "a tar that is cut off" "$W/short.tar" "$W/k1" "$W/elsewhere.key"
refused 3 "what is no backup" "$W/elsewhere.key" "$W/k1" "$W/elsewhere.key"
new_home stranger $STRANGER "Vreemd" --role provider
must at stranger backup "$W/b5" --keys "$W/k5" -r "$RECIPIENT"
refused 5 "the secrets of another home" "$W/b1" "$W/k5" "$W/elsewhere.key"

mkfifo "$W/pipe"
refused 2 "a pipe, which could not be looked at first" "$W/pipe" "$W/k1" "$W/elsewhere.key"

# ---- each night
mkdir "$W/nightly"
daily() { HANDOVER_TEST_CLOCK="$1T02:00:00Z" "$HANDOVER" --home "$W/nights" backup --daily "$W/nightly" "${@:2}"; } # DAY
cp -a "$H" "$W/nights"
D1=$(date -d '+1 day' +%F) D2=$(date -d '+2 days' +%F) D32=$(date -d '+32 days' +%F)
expect 0 "one a night" daily "$D1" --keep 30
[ "$(ls "$W/nightly")" = "$D1.tar" ]; ok "under the name of the day"
before=$(sha256sum "$W/nightly/"* "$W/nights/ledger/ledger.db")
expect 0 "and no other that night" daily "$D1" --keep 30
[ ! -s "$W/out" ] && [ "$before" = "$(sha256sum "$W/nightly/"* "$W/nights/ledger/ledger.db")" ]; ok "… which says nothing and writes nothing"
must daily "$D2" --keep 30
touch "$W/nightly/2020-01-01.tar.gz" "$W/nightly/2020-13-01.tar" "$W/nightly/mine.tar"
cp -a "$W/nights" "$W/ahead" && cp -a "$W/nightly" "$W/far"
AHEAD=$(date -d '+3 years' +%F)
HANDOVER_TEST_CLOCK="${AHEAD}T02:00:00Z" must "$HANDOVER" --home "$W/ahead" backup --daily "$W/far" --keep 30
[ -e "$W/far/$AHEAD.tar" ] && [ -s "$W/far/$D1.tar" ] && [ -s "$W/far/$D2.tar" ]; ok "a clock that ran years ahead takes no backup away"
for i in 3 4 5 6 7; do touch "$W/nightly/$(date -d "+$i days" +%F).tar"; done
expect 0 "a month later" daily "$D32" --keep 30
[ "$(ls "$W/nightly" | sort | paste -sd' ')" = "2020-01-01.tar.gz 2020-13-01.tar $D2.tar $(for i in 3 4 5 6 7; do date -d "+$i days" +%F.tar; done | paste -sd' ') $D32.tar mine.tar" ]; ok "those of more than 30 days ago go, and nothing that is not one"
expect 0 "it is one like others" "$HANDOVER" restore "$W/nightly/$D32.tar" "$W/r7" --keys "$W/k1" -i "$W/elsewhere.key"
expect 2 "keys are not saved each night" daily "$D32" --keys "$W/k9" -r "$RECIPIENT"
expect 2 "a number of days is one" daily "$D32" --keep x
expect 2 "and is for nights" at town backup "$W/b9.tar" --keep 3
rm -r "$W/nightly"
expect 1 "where the disk is not there none is made" daily "$(date -d '+33 days' +%F)" --keep 30
[ ! -e "$W/nightly" ]; ok "… nor its folder"

# ---- somebody who can write where backups lie puts another home in their place
expect 0 "what vouches for it is said" at town backup "$W/b6.tar" --json
VKEY=$(jq -r .vkey "$W/out")
[ "$VKEY" = "$(at town ledger show --vkey)" ]; ok "… the ledger's key"
[ "$(head -1 "$W/b1/SHA256SUMS.note")" = handover/backup/1 ] && [ "$(sed -n 4p "$W/b1/SHA256SUMS.note")" = "$(sha256sum <"$W/b1/SHA256SUMS" | cut -c1-64)" ]; ok "a note that anybody can read names the list"
forge() { # NAME: another pin in the registry, and sums that fit
	cp -a "$W/b1" "$W/$1"
	sed -i "s/sha256:..../sha256:0000/" "$W/$1/registry/organisations.yaml"
	(cd "$W/$1" && find . -type f ! -path ./SHA256SUMS ! -path ./SHA256SUMS.note -printf '%P\0' | xargs -0 sha256sum >SHA256SUMS)
}
forge forged
(cd "$W/forged" && sha256sum --quiet -c SHA256SUMS) >"$W/out" 2>&1; ok "an altered backup with sums that fit"
refused 5 "is not vouched for" "$W/forged" "$W/k1" "$W/elsewhere.key"
said "does not vouch for this backup"
rm "$W/forged/SHA256SUMS.note"
refused 5 "nor is one without the note" "$W/forged" "$W/k1" "$W/elsewhere.key"
said "nobody vouches for this backup"
cp "$W/b5/SHA256SUMS.note" "$W/forged/"
refused 5 "nor with that of somebody else" "$W/forged" "$W/k1" "$W/elsewhere.key"
expect 0 "a home is made under the key that was named" "$HANDOVER" restore "$W/b1" "$W/r5" --keys "$W/k1" -i "$W/elsewhere.key" --vkey "$VKEY" --json
jq -e --arg v "$VKEY" '.vkey == $v and (.made | test("Z$"))' "$W/out" >/dev/null; ok "… which says when it was made, and whose key says so"
expect 5 "another key than the one named" "$HANDOVER" restore "$W/b1" "$W/bad" --keys "$W/k1" -i "$W/elsewhere.key" --vkey "$(at stranger ledger show --vkey)"
said "not the one that was named"
cp -a "$W/b1" "$W/early" && rm "$W/early/SHA256SUMS.note"
expect 2 "a key and no signature" "$HANDOVER" restore "$W/early" "$W/bad" --keys "$W/k1" -i "$W/elsewhere.key" --vkey "$VKEY" --unsigned
expect 0 "one of an earlier version" "$HANDOVER" restore "$W/early" "$W/r6" --keys "$W/k1" -i "$W/elsewhere.key" --unsigned
said "nobody vouches for it"
forge forged2
refused5() { expect 5 "$1" "$HANDOVER" restore "$2" "$W/bad" --keys "$W/k1" -i "$W/elsewhere.key" --unsigned; }
refused5 "a note that does not hold is refused whatever is said" "$W/forged2"

# ---- while it works, and is killed
while :; do at town ledger checkpoint && at town ledger show --count 1 && at town organisation set --gateway "https://gw$RANDOM.example"; done >/dev/null 2>&1 &
worker=$!
good=0
for i in 1 2 3 4; do
	at town backup "$W/w$i.tar" >"$W/out" 2>"$W/err" || continue
	must "$HANDOVER" restore "$W/w$i.tar" "$W/rw$i" --keys "$W/k1" -i "$W/elsewhere.key"
	at "rw$i" ledger verify >/dev/null 2>"$W/err" && at "rw$i" organisation set --duty bsn_processing >"$W/out" 2>&1 && good=$((good + 1))
done
[ $good -ge 3 ]; ok "copies of a home at work are whole ($good of 4)"
left=0 whole=0
for i in $(seq 1 10); do
	"$HANDOVER" --home "$H" backup "$W/kill" >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$((RANDOM % 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	if [ -e "$W/kill" ]; then (cd "$W/kill" && sha256sum --quiet -c SHA256SUMS >/dev/null 2>&1) && whole=$((whole + 1)) || left=$((left + 1)); rm -rf "$W/kill"; fi
done
kill $worker; wait $worker 2>/dev/null
[ $left = 0 ]; ok "killed at any moment it leaves none, or a whole one ($whole)"
expect 0 "the next one goes" at town backup "$W/kill"
[ -z "$(find "$W" -maxdepth 1 -name '.kill*')" ]; ok "and clears away what was left"
expect 0 "the home is unharmed" at town ledger verify
(ulimit -f 200; trap '' XFSZ; at town backup "$W/full.tar" --keys "$W/kfull" -r "$RECIPIENT") >"$W/out" 2>"$W/err"; [ $? = 1 ]; ok "no room: it is refused"
[ ! -e "$W/full.tar" ] && [ ! -e "$W/kfull" ] && [ -z "$(find "$W" -maxdepth 1 -name '.full*')" ]; ok "and leaves nothing"

# ---- what came after the backup is lost: the ledger may not get two histories
must at town backup "$W/old.tar"
must at town ledger show
at town ledger checkpoint >"$W/seen"
expect 0 "restored with a later head that others saw" "$HANDOVER" restore "$W/old.tar" "$W/back" --keys "$W/k1" -i "$W/elsewhere.key" --seen "$W/seen"
said "records were lost"
expect 5 "the ledger is refused" at back ledger show
said "older backup"
expect 0 "the way on is a new log" at back ledger restart
expect 0 "which verifies with the one before it" at back ledger verify
[ "$(at back ledger show --json --from 0 --count 1 | jq -r '.act + " " + (.peerlog.n | tostring)')" = "log.start $(sed -n 2p "$W/seen")" ]; ok "and names the head that was lost"
