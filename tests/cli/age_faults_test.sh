#!/bin/bash
# What goes wrong around `handover age`: outputs, inputs that change, hostile headers, keys that do not fit.
set -u
H=$PWD/$BUILD/handover
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0
ok() { # NAME COMMAND...
	local name=$1
	shift
	((n++))
	if "$@"; then echo "ok $n - $name"; else echo "not ok $n - $name # $(tr '\n' ' ' <err)"; fi
}
# gives EXIT TEXT COMMAND...: that exit code, and a message with that text (a pattern) alone on standard error;
# what it prints is dropped: ciphertext among the results hides them
gives() {
	local want=$1 text=$2 rc
	shift 2
	"$@" >/dev/null 2>err
	rc=$?
	# shellcheck disable=SC2053
	((rc == want)) && [[ $(<err) == $text ]]
}
same() { [ "$(stat -c %i "$1")" = "$2" ]; }
echo 1..86
"$H" age keygen -o key >/dev/null
"$H" age keygen -o other >/dev/null
r=$(grep -o 'age1.*' key)
head -c 200000 /dev/urandom >plain
"$H" age encrypt -r "$r" -o good.age plain
"$H" age encrypt -a -r "$r" -o good.txt plain

# --- output ---
cp plain p
ok "input and output the same file" gives 2 '*same file*' "$H" age encrypt -r "$r" -o p p
ln p hard
ln -s p soft
ok "through a hard link" gives 2 '*same file*' "$H" age encrypt -r "$r" -o hard p
ok "through a symbolic link" gives 2 '*same file*' "$H" age encrypt -r "$r" -o p soft
ok "through standard output" gives 2 '*same file*' bash -c '"$0" age encrypt -r "$1" p >>p' "$H" "$r"
ok "through -o -" gives 2 '*same file*' bash -c '"$0" age encrypt -r "$1" -o - p >>p' "$H" "$r"
ok "through -o /dev/stdout" gives 2 '*same file*' bash -c '"$0" age encrypt -r "$1" -o /dev/stdout p >>p' "$H" "$r"
ok "from standard input" gives 2 '*same file*' bash -c '"$0" age encrypt -r "$1" -o p <p' "$H" "$r"
ok "the input is untouched" cmp p plain
cp good.age g.age
ok "decrypting over the input" gives 2 '*same file*' "$H" age decrypt -i key -o g.age g.age
ok "decrypting over the key" gives 2 '*same file*' "$H" age decrypt -i key -o key good.age
ok "a full disk, standard output" gives 1 'handover: *No space left*' bash -c '"$0" age encrypt -r "$1" plain >/dev/full' "$H" "$r"
ok "a full disk, -o" gives 1 'handover: *No space left*' "$H" age decrypt -i key -o /dev/full good.age
ok "a full disk while decrypting to standard output" gives 1 'handover: *No space left*' bash -c '"$0" age decrypt -i key good.age >/dev/full' "$H"
closed_pipe() { # the reader goes away
	head -c 20000000 /dev/zero | "$H" age encrypt -r "$r" 2>err | head -c 1 >/dev/null
	local rc=("${PIPESTATUS[@]}")
	((rc[1] == 1)) && [[ $(<err) == 'handover: '*'Broken pipe'* ]]
}
ok "a closed pipe" closed_pipe
echo old >out
exec 5<out
"$H" age decrypt -i key -o out good.age
ok "-o replaces by rename: who has the old file open keeps it" test "$(cat <&5)" = old
ok "and the new one is whole" cmp out plain
ok "plaintext is for its owner alone" test "$(stat -c %a out)" = 600
echo old >out
inode=$(stat -c %i out)
head -c 150000 good.age >cut.age
ok "a failure" gives 5 'handover: payload failure: *' "$H" age decrypt -i key -o out cut.age
ok "leaves the old file" same out "$inode"
ok "and nothing beside it" test -z "$(find . -name '.handover*')"
ok "to a pipe the chunks that verified are released" bash -c '"$0" age decrypt -i key cut.age 2>/dev/null | cmp - <(head -c 131072 plain)' "$H"
ok "a folder as output" gives 2 '*is a folder*' "$H" age decrypt -i key -o . good.age
ok "no such folder" gives 1 'handover: *' "$H" age decrypt -i key -o nowhere/out good.age
mkfifo pipe
through_fifo() { cat pipe >got & "$H" age decrypt -i key -o pipe good.age && wait $! && cmp got plain; }
ok "a named pipe as output" through_fifo
ln -sf out link
by_name() { # what stands in the file under standard output stays
	echo first >log
	"$H" age encrypt -r "$r" -o /dev/stdout plain >>log && [ "$(head -n 1 log)" = first ] &&
		tail -n +2 log | "$H" age decrypt -i key | cmp - plain
}
ok "-o /dev/stdout appends where standard output does" by_name
ok "a link as output" "$H" age decrypt -i key -o link good.age
ok "is kept, its file replaced" bash -c 'test -L link && cmp out plain'
ok "keygen does not replace a key" gives 1 "*'key' is already there*" "$H" age keygen -o key

# --- input ---
ok "no such input" gives 1 "handover: cannot open 'missing': *" "$H" age decrypt -i key missing
ok "a folder as input" gives 1 '*it is a folder*' "$H" age encrypt -r "$r" .
slow() { # COMMAND: run it on `moving` while a slow pipe as output holds it up, change the file meanwhile
	rm -f pipe && mkfifo pipe
	"$H" age encrypt -r "$r" --threads 1 -o pipe moving 2>err &
	local pid=$!
	exec 6<pipe
	head -c 100 <&6 >sealed
	eval "$1"
	cat <&6 >>sealed
	exec 6<&-
	wait $pid
}
head -c 20000000 /dev/zero >moving
shrinks() { slow 'truncate -s 3000000 moving'; [ $? = 1 ] && [[ $(<err) == *'became shorter'* ]]; }
ok "an input that shrinks is refused" shrinks
head -c 20000000 /dev/zero >moving
grows() {
	slow 'head -c 5000000 /dev/zero >>moving' && [[ $(<err) == 'handover: warning: the input grew'* ]] &&
		"$H" age decrypt -i key sealed | cmp - moving
}
ok "an input that grows is taken to its end, and said" grows
made_up=/sys/devices/system/cpu/online # says 4096 bytes and has fewer
if [ -r $made_up ]; then
	ok "an input whose size is made up" bash -c '"$0" age encrypt -r "$1" "$2" | "$0" age decrypt -i key | cmp - "$2"' "$H" "$r" $made_up
else
	((n++))
	echo "ok $n - an input whose size is made up # SKIP no sysfs"
fi
ok "a pipe on both sides" bash -c 'cat plain | "$0" age encrypt -r "$1" | cat | "$0" age decrypt -i key | cmp - plain' "$H" "$r"
ok "an empty input is no age file" gives 3 'handover: header failure: *' "$H" age decrypt -i key /dev/null
ok "any other file is none" gives 3 'handover: header failure: *' "$H" age decrypt -i key plain

# --- damage ---
damaged() { # FILE EXPECT OFFSET: one byte changed gives that exit code and no file
	cp "$1" bad
	local c=A
	[ "$(tail -c +$(($3 + 1)) bad | head -c 1 | tr -d '\0')" = A ] && c=B
	printf %s $c | dd of=bad bs=1 seek="$3" conv=notrunc status=none
	rm -f out
	"$H" age decrypt -i key -o out bad >/dev/null 2>err
	[ $? = "$2" ] && [ ! -e out ]
}
h=$(grep -abo -m1 -e '^--- ' good.age | cut -d: -f1)
ok "version line" damaged good.age 3 3
ok "a stanza's body" damaged good.age 6 $((h - 3))
ok "the MAC" damaged good.age 5 $((h + 20))
ok "the payload nonce" damaged good.age 5 $((h + 50))
ok "first chunk" damaged good.age 5 $((h + 100))
ok "a middle chunk" damaged good.age 5 100000
ok "the last tag" damaged good.age 5 $(($(stat -c %s good.age) - 1))
ok "armor" damaged good.txt 3 10
mac_only() { damaged good.age 5 $((h + 20)) && grep -q '^handover: HMAC failure: ' err; }
ok "HMAC failure is named" mac_only
surplus() { { cat good.age; echo; } >bad && gives 5 'handover: payload failure: *' "$H" age decrypt -i key -o out bad && [ ! -e out ]; }
ok "surplus bytes" surplus
twice() { cat good.age good.age >bad && gives 5 'handover: payload failure: *' "$H" age decrypt -i key -o out bad; }
ok "two files in one" twice

# --- keys ---
ok "another key" gives 6 'handover: no match: *' "$H" age decrypt -i other good.age
ok "no key" gives 2 'handover: no key to decrypt with: give -i or -p' "$H" age decrypt good.age
ok "a bad header is told before a missing key" gives 3 'handover: header failure: *' "$H" age decrypt plain
ok "and before a key file that is not there" gives 3 'handover: header failure: *' "$H" age decrypt -i missing plain
ok "several key files" bash -c '"$0" age decrypt -i other -i key good.age | cmp - plain' "$H"
ok "keys from standard input" bash -c '"$0" age decrypt -i - good.age <key | cmp - plain' "$H"
ok "recipients too" bash -c 'echo "$1" | "$0" age encrypt -R - plain | "$0" age decrypt -i key | cmp - plain' "$H" "$r"
ok "but not beside input" gives 2 'handover: standard input can be only one of *' "$H" age decrypt -i - <key
ok "named so" gives 2 'handover: standard input can be only one of *' "$H" age encrypt -R - - <key
ok "or the passphrase" gives 2 'handover: standard input can be only one of *' "$H" age decrypt -i - --passphrase-fd 0 good.age <key
ok "nor twice" gives 2 'handover: standard input can be only one of *' "$H" age decrypt -i - -i - good.age <key
ok "nor as output" gives 2 '*a key file and output are the same file*' bash -c '"$0" age decrypt -i - -o key good.age <key' "$H"
ok "its lines are told" gives 3 'standard input:1: not a secret key*' "$H" age decrypt -i - good.age <<<nonsense
{ printf '\357\273\277'; cat key; } >marked
ok "a byte order mark is named" gives 3 'marked:1: the file begins with a byte order mark*' "$H" age decrypt -i marked good.age
grep -v '^#' key | iconv -t UTF-16 >marked
ok "also of UTF-16" gives 3 'marked:1: the file begins with a byte order mark*' "$H" age decrypt -i marked good.age
ok "no recipient" gives 2 'handover: no recipient: *' "$H" age encrypt plain
damaged_recipient() { # its last character changed, whichever that is
	local last=q
	[ "${r: -1}" = q ] && last=p
	gives 3 'handover: damaged recipient*' "$H" age encrypt -r "${r%?}$last" -o never plain && [ ! -e never ]
}
ok "a damaged recipient" damaged_recipient
ok "a post-quantum recipient" gives 3 'handover: post-quantum recipients are not in this build' "$H" age encrypt -r age1pq1qqqq plain
echo AGE-SECRET-KEY-PQ-1QQQQ >pq
ok "a post-quantum key on a file that is not for one" gives 6 'handover: no match: the file is for other keys' "$H" age decrypt -i pq good.age
ok "a passphrase beside keys" gives 2 '*cannot be combined*' "$H" age encrypt -p -r "$r" plain
ok "an empty passphrase" gives 2 '*passphrase is empty' "$H" age encrypt --passphrase-fd 3 plain 3</dev/null
ok "a passphrase for a file without one, said before it is asked for" gives 6 'handover: no match: the file is encrypted to keys, not with a passphrase: give -i' "$H" age decrypt -p good.age
ok "keys beside it are tried" bash -c '"$0" age decrypt -p -i key good.age | cmp - plain' "$H"
"$H" age encrypt --passphrase-fd 3 --work-factor 4 -o key.age key 3<<<one
ok "an encrypted key file: how to give it" gives 3 'key.age:1: *encrypted*-i <(handover age decrypt*' "$H" age decrypt -i key.age good.age
ok "that way" bash -c '"$0" age decrypt -i <("$0" age decrypt --passphrase-fd 3 key.age 3<<<one) good.age | cmp - plain' "$H"
ok "a work factor nobody opens" gives 2 '*from 1 to 22' "$H" age encrypt --passphrase-fd 3 --work-factor 23 -o never plain 3<<<one
ok "one that needs an option is said" gives 2 'handover: warning: work factor 21 takes 2 GiB *--max-work-factor 21*is empty' "$H" age encrypt --passphrase-fd 3 --work-factor 21 plain 3</dev/null
ok "the wrong passphrase" bash -c '"$0" age encrypt --passphrase-fd 3 --work-factor 4 plain 3<<<one >w.age &&
	"$0" age decrypt --passphrase-fd 3 w.age 3<<<two 2>err; test $? = 6 && grep -q "no match" err' "$H"

# --- the prompt: `script` is its terminal ---
interrupt() { # ^C ends it at once, without Enter
	coproc T { script -qec "'$H' age encrypt -p --work-factor 4 -o never plain" /dev/null; }
	local seen=() pid=$T_PID
	IFS= read -r -d : -t 60 -u "${T[0]}" _
	sleep 0.2
	printf 'abc\003' >&"${T[1]}"
	mapfile -t seen < <(timeout 20 cat <&"${T[0]}")
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	[[ ${seen[*]} == *'handover: broken off'* ]]
}
ok "^C at the prompt" interrupt
cat >ended.sh <<'END'
# SIGNAL: what the terminal is like after handover got it at its prompt
"$H" age encrypt -p --work-factor 4 -o never plain &
until stty -a | grep -q -- " -echo "; do kill -0 $! || break; sleep 0.1; done
kill -s "$1" $!
wait $!
echo "exit $?"
stty -a
END
ended() { H=$H timeout 60 script -qec "bash ended.sh $1" /dev/null </dev/null >seen && grep -qa "exit $2" seen && grep -qa ' echo ' seen; }
# on a busy machine the terminal of script(1) itself has hung once; echo left off would show twice
twice() { "$@" || "$@"; }
ok "SIGTERM at the prompt puts echo back" twice ended TERM 143
ok "SIGHUP too" twice ended HUP 129

# --- looking ---
strange() { # COUNT: a file with that many stanzas, each of a type of its own
	echo age-encryption.org/v1
	for ((i = 0; i < $1; i++)); do printf -- '-> type-%d\n\n' "$i"; done
	printf -- '--- %043d\n%040d' 0 0
}
many_types() { strange 70 | "$H" inspect --json - >seen && jq -e '.stanzas == 70 and (.types | length) == 65 and .types[64] == {type: "other", count: 6}' seen >/dev/null; }
ok "inspect counts what is past 64 types as other" many_types
ok "and takes limits as decrypt does" gives 3 'handover: *: header failure: *too many stanzas' "$H" inspect --max-stanzas 69 <(strange 70)
ok "on lines" gives 3 'handover: *: header failure: *more than 20 bytes' "$H" inspect --max-line 20 good.age
ok "on the header" gives 3 'handover: *: header failure: *' "$H" inspect --max-header 100 good.age

# --- limits ---
for ((i = 0; i < 5; i++)); do echo "$r"; done >five
"$H" age encrypt -R five plain >five.age
ok "--max-stanzas" gives 3 'handover: header failure: *too many stanzas' "$H" age decrypt --max-stanzas 4 -i key five.age
ok "--max-header" gives 3 'handover: header failure: *' "$H" age decrypt --max-header 300 -i key five.age
ok "--max-work-factor" gives 3 'handover: header failure: *work factor 4 is above the limit of 3' "$H" age decrypt --passphrase-fd 3 --max-work-factor 3 w.age 3<<<one
endless() { { printf 'age-encryption.org/v1\n-> '; yes a | tr -d '\n' | head -c 5000000; } | gives 3 'handover: header failure: *more than 65536 bytes' "$H" age decrypt -i key; }
ok "a line without end" endless
