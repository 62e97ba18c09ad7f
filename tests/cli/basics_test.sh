#!/bin/bash
# The command line itself: help, unknown words, exit codes.
set -u
h=${BUILD:-build/rel}/handover
n=0 out= rc=0
echo "1..37"
is() { # NAME CONDITION...
	((n++))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1 (exit $rc): $out"; fi
}
run() { out=$("$h" "$@" 2>&1 </dev/null); rc=$?; }
has() { [[ $out == *"$1"* ]]; }
run; is "no command is a usage error" test $rc -eq 2
run --help; is "help ends with 0" test $rc -eq 0
is "help lists the commands" has "usage: handover"
run help seal; is "help COMMAND is COMMAND --help" test "$rc $out" = "0 $("$h" seal --help)"
run help policy show; is "also of a subcommand" has "usage: handover policy show"
run help seel; is "and says what was meant" has "did you mean 'seal'?"
out=$("$h" --print man:policy)
is "a man page is titled as it is called" has '.TH handover\-policy 1'
is "it shows each subcommand with its operands" has '\fBpolicy explain\fR [\fIOPTION\fR…] \fIPOLICY FIELD\fR'
out=$("$h" --print man:seal; "$h" --print man:age)
is "and what may be repeated" has $'encrypt to this age1… key\n(may be repeated)'
run seel; is "an unknown command is exit 2" test $rc -eq 2
is "and the one that was meant is named" has "did you mean 'seal'?"
run seal --polcy x; is "an unknown option is exit 2" test $rc -eq 2
is "and the one that was meant is named" has "did you mean --policy?"
run seal --policy; is "a missing value is exit 2" test $rc -eq 2
run age keygen one two; is "a surplus operand is exit 2" test $rc -eq 2
run policy; is "a group without its command is exit 2" test $rc -eq 2
fails=
for c in $("$h" --print commands); do
	"$h" "$c" --help >/dev/null 2>&1 || fails="$fails $c"
	"$h" --print "man:$c" | grep -q '^\.SH NAME' || fails="$fails man:$c"
done
out=$fails; is "every command has help and a man page" test -z "$fails"
out=$("$h" --help 2>&1 >/dev/full); rc=$?; is "a full disk under standard output is exit 1" test $rc -eq 1
unread() { # IGNORED COMMAND...: with a pipe for standard output that nobody reads; how it ended in $rc
	out=$(python3 -c 'import os, signal, subprocess, sys
r, w = os.pipe(); os.close(r)
keep = sys.argv[1] == "ignored"
signal.signal(signal.SIGPIPE, signal.SIG_IGN if keep else signal.SIG_DFL)
print(subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=w, restore_signals=not keep).returncode)' "$@" 2>&1)
	rc=${out##*$'\n'}
}
unread default "$h" --help; is "a reader that went away ends it by SIGPIPE, without a word" test "$out" = -13
unread ignored "$h" --help; is "where that is ignored it is exit 1" test "$rc" = 1
is "and said" has "cannot write to standard output: Broken pipe"
many=$(mktemp) # more than one write; between the first and the end other calls fail
seq 10000000 3 10030000 | sed 's/.*/bel 06&/' >"$many"
out=$("$h" detect --json "$many" "$many" /nonexistent 2>&1 >/dev/full); rc=$?
is "a write that failed long before the end is told by its own reason" has "standard output: No space left on device"
rm -f "$many"
run --version; is "the version is told" has "handover 0."
late=$(mktemp -d)
cat >"$late/late.c" <<'END'
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
int close(int fd)
{
	if (fd != 1)
		return (int)syscall(SYS_close, fd);
	errno = EDQUOT;
	return -1;
}
END
# shellcheck disable=SC2086
${CC:-cc} -shared -fPIC -o "$late/late.so" "$late/late.c"
out=$(ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$late/late.so "$h" --version 2>&1 >"$late/out"); rc=$?
is "a quota that is told at the close is exit 1" test $rc -eq 1
is "and said" test "$out" = "handover: cannot write to standard output: Disk quota exceeded"
rm -rf "$late"
run --home "" ledger show; is "an empty home is exit 2" test $rc -eq 2
out=$(env -u HOME -u HANDOVER_HOME -u XDG_DATA_HOME "$h" ledger show 2>&1); rc=$?
is "no home and no HOME is exit 2" test "$rc $out" = "2 handover: HOME is not set: give --home"
out=$(env -u HOME -u HANDOVER_HOME -u XDG_DATA_HOME "$h" policy check policies/verwijzing-aanbieder.yaml 2>&1); rc=$?
is "which a command without a home does not mind" test $rc -eq 0
home=$(mktemp -d)/home
"$h" init "$home" --oin 00000099000000001000 --name Proef --role provider --test >/dev/null 2>&1
cp "$home/keys/ledger.head" "$home.before"
"$h" --home "$home" ledger show >&- 2>/dev/null; rc=$?
is "a closed standard output is an error" test $rc -eq 1
"$h" --home "$home" ledger show <&- >&- 2>&-
run --home "$home" ledger verify; is "and touches no file of the home" test $rc -eq 0
complete() { # WORD...: what completion offers for the last word
	out=$(bash -c 'source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _handover; printf "%s " "${COMPREPLY[@]}"' \
		bash "$@" < <("$h" --print bash))
}
complete handover pol; is "completion finds a command" test "$out" = "policy "
complete handover --home /tmp pol; is "also behind --home DIR" test "$out" = "policy "
complete handover --home /tmp policy expl; is "and its subcommand" test "$out" = "explain "
complete handover seal --pol; is "and its options" test "$out" = "--policy "
cp policies/verwijzing-aanbieder.yaml "$home/policies/"
complete handover --home "$home" seal --policy ""; is "the policies of the home" test "$out" = "verwijzing-aanbieder "
cp policies/managementrapportage-kwartaal.yaml "$home/policies/"
complete handover --home "$home" report --policy ""; is "or its report policies" test "$out" = "managementrapportage-kwartaal "
complete handover seal --language ""; is "and the words of a closed list" test "$out" = "nl en "
rm -rf "$(dirname "$home")"
