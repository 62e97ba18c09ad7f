#!/bin/bash
# Files go both ways between handover and the stock tool: sizes around chunks, armor, many recipients, passphrases.
set -u -o pipefail
H=$PWD/$BUILD/handover
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0
ok() { # NAME COMMAND...
	local name=$1
	shift
	((n++))
	if "$@"; then echo "ok $n - $name"; else echo "not ok $n - $name"; fi
}
bytes() { # COUNT: the same bytes every time
	openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c "$1"
}
echo 1..35

"$H" age keygen -o key >/dev/null && age-keygen -o stock 2>/dev/null || exit 1
ours=$(grep -o 'age1.*' key) theirs=$(grep -o 'age1.*' stock)
ok "the stock tool finds the same recipient in our key" test "$(age-keygen -y key)" = "$ours"
"$H" --json age keygen >line && jq -r .identity line >from-json
ok "a key that was asked for as JSON is not lost" test "$(age-keygen -y from-json)" = "$(jq -r .recipient line)"
ok "a key file is for its owner alone" test "$(stat -c %a key)" = 600

there() { "$H" age encrypt "$@" -r "$theirs" plain | age -d -i stock | cmp - plain; }
here() { age "$@" -r "$ours" plain | "$H" age decrypt -i key | cmp - plain; }
for size in 0 1 65535 65536 65537 131072 1048575 1048576 1048577; do
	bytes $size >plain
	ok "$size bytes to the stock tool" there
	ok "$size bytes from the stock tool" here
done
ok "armored to the stock tool" there -a
ok "armored from the stock tool" here -a
bytes 48 >plain # the last line of armor is full
ok "armored with a full last line, to" there -a
ok "armored with a full last line, from" here -a
for size in 1 100; do
	for ((i = 0; i < size; i++)); do age-keygen 2>/dev/null; done | tee list.keys | sed -n 's/^# public key: //p' >list.$size
	tail -1 list.keys >last.$size
done
for ((i = 0; i < 999; i++)); do age-keygen 2>/dev/null; done | sed -n 's/^# public key: //p' >list.1000
age-keygen 2>/dev/null >thousandth
sed -n 's/^# public key: //p' thousandth >>list.1000
tail -1 thousandth >last.1000
bytes 100000 >plain
many() { # COUNT: each way, opened with the last key
	"$H" age encrypt -R "list.$1" plain | age -d -i "last.$1" | cmp - plain &&
		age -R "list.$1" plain | "$H" age decrypt -i "last.$1" | cmp - plain
}
ok "1 recipient from a file" many 1
ok "100 recipients" many 100
ok "1000 recipients" many 1000
stanzas() { "$H" age encrypt -a -R "list.$1" plain | "$H" inspect --json - | grep -q "\"stanzas\":$1,"; }
ok "inspect counts 1000 recipients in armor" stanzas 1000

# 256 MiB once each way
huge_there() { "$H" age encrypt -r "$theirs" <(bytes 268435456) | age -d -i stock | cmp - <(bytes 268435456); }
huge_here() { age -r "$ours" <(bytes 268435456) | "$H" age decrypt -i key | cmp - <(bytes 268435456); }
ok "256 MiB to the stock tool" huge_there
ok "256 MiB from the stock tool" huge_here

# passphrases: the stock tool wants a terminal, `script` is one
printf 'correct horse\n' >pass
ask() { # COMMAND: answer each prompt it shows
	coproc T { script -qec "$1" /dev/null; }
	local line pid=$T_PID
	while IFS= read -r -d : -t 60 -u "${T[0]}" line 2>/dev/null; do
		case $line in *[Pp]assphrase* | *Again* | *gain*) sleep 0.1; printf 'correct horse\r' >&"${T[1]}" ;; esac
	done
	wait "$pid"
}
bytes 70000 >plain
passphrase_there() {
	"$H" age encrypt --passphrase-fd 3 -o p.age plain 3<pass && ask "age -d -o back p.age" >/dev/null && cmp back plain
}
passphrase_here() {
	rm -f p.age
	ask "age -p -o p.age plain" >/dev/null && "$H" age decrypt --passphrase-fd 3 p.age 3<pass | cmp - plain
}
passphrase_asked() {
	rm -f p.age back
	ask "'$H' age encrypt -p --work-factor 10 -o p.age plain" >/dev/null &&
		ask "'$H' age decrypt -o back p.age" >/dev/null && cmp back plain
}
ok "a passphrase to the stock tool" passphrase_there
ok "a passphrase from the stock tool" passphrase_here
ok "a passphrase asked for at a terminal, twice and once" passphrase_asked
ok "a passphrase file without newline is the same" bash -c 'printf "correct horse" >bare
	"$0" age decrypt --passphrase-fd 3 p.age 3<bare | cmp - plain' "$H"
