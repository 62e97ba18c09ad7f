#!/bin/bash
# What seal refuses and survives: rules, bad dossiers, broken homes, full disks, kills. Each with its
# exit code, the ledger told where there is one to tell, and no partial output.
set -u
. tests/cli/lib.sh
plan 105
world
dossier een
EEN=$W/d/een
to_successor() { at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o" "$@"; }
# denied EXIT NAME COMMAND...: it ends so, writes nothing, and the ledger of `outgoing` says deny
denied() {
	rm -rf "$W/o"
	expect "$@"
	[ -s "$W/err" ] && [ -z "$(ls -A "$W/o" 2>/dev/null)" ] && [ "$(last_acts outgoing 1)" = "transfer.refuse - deny" ]
	ok "… nothing is written, the ledger is told"
}
kept() { cp -a "$W/outgoing" "$W/kept"; }       # remember the home
back() { rm -rf "$W/outgoing" && mv "$W/kept" "$W/outgoing"; } # as it was; only where no record was written since
reset() { # a policy as shipped and approved
	cp "$W/einde.yaml" "$W/outgoing/policies/overdracht-einde-contract.yaml"
	cp "$W/einde.p7s" "$W/outgoing/policies/overdracht-einde-contract.yaml.p7s"
}
POLICY=$W/outgoing/policies/overdracht-einde-contract.yaml
cp "$POLICY" "$W/einde.yaml" && cp "$POLICY.p7s" "$W/einde.p7s"

# ---- usage
expect 2 "no policy named" at outgoing seal --to $SUCCESSOR "$EEN"
expect 2 "an OIN that is none" at outgoing seal --policy overdracht-einde-contract --to 123 "$EEN"
expect 2 "no dossier" at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR
denied 1 "an unknown policy" at outgoing seal --policy nergens --to $SUCCESSOR --out "$W/o" "$EEN"
before=$(acts outgoing | grep -c refuse)
expect 1 "… for three dossiers" at outgoing --json seal --policy nergens --to $SUCCESSOR --out "$W/o" "$EEN" "$EEN" "$EEN"
[ "$(jq -r .exit "$W/out" | paste -sd,)" = 1,1,1 ] && [ $(($(acts outgoing | grep -c refuse) - before)) = 3 ]
ok "… is a line and a record for each"
denied 4 "an unknown recipient" at outgoing seal --policy overdracht-einde-contract --to $STRANGER --out "$W/o" "$EEN"

# ---- contract and context
denied 4 "another contract than the dossier names" to_successor --contract RI-2 "$EEN"
dossier zonder && sed -i 's/,"contract":"RI-1"//' "$W/d/zonder/dossier.json"
denied 4 "no contract at all" to_successor "$W/d/zonder"
expect 0 "the contract may come from the command line" to_successor --contract RI-1 "$W/d/zonder"
dossier vreemd && sed -i 's/RI-1/RI-9/' "$W/d/vreemd/dossier.json"
denied 4 "a contract that nobody knows" to_successor "$W/d/vreemd"
denied 4 "a policy for other roles" at outgoing seal --policy overdracht-einde-contract --to $TOWN --out "$W/o" "$EEN"
denied 4 "a policy that the recipient did not accept" at outgoing seal --policy overdracht-aan-gemeente --to $SUCCESSOR --out "$W/o" "$EEN"
dossier wi && sed -i 's/"participatiewet"/"ioaw"/' "$W/d/wi/dossier.json"
denied 4 "a programme that the policy does not cover" to_successor "$W/d/wi"
dossier geen && sed -i 's/"programme":"participatiewet",//' "$W/d/geen/dossier.json"
denied 4 "no programme" to_successor "$W/d/geen"
said "no programme: name it"
echo 'never: [criminal]' >"$W/outgoing/policies/baseline.yaml"
denied 3 "a baseline that is none" to_successor "$EEN"
said "baseline.yaml:1:1: this is no baseline"
: >"$W/outgoing/policies/baseline.yaml"
denied 3 "an empty baseline, which is not the same as none" to_successor "$EEN"
said "baseline.yaml:1:1: the file is empty"
rm "$W/outgoing/policies/baseline.yaml"

# ---- the policy itself
rm "$POLICY.p7s"
denied 4 "an unsigned policy" to_successor "$EEN"
sed -i 's/^version: 3/version: 999/' "$POLICY"
denied 4 "an unsigned policy of a high version" to_successor "$EEN"
reset
expect 0 "… does not lock out the one that was approved" to_successor "$EEN"
at outgoing ledger show --json | jq -se 'map(select(.act == "policy.load" and .pol.id == "overdracht-einde-contract") | .pol.v) == [3]' >/dev/null
ok "… and only that one counts as loaded"
reset && sed -i 's/title: .*/title: Iets anders/' "$POLICY"
denied 5 "a policy that was changed after it was signed" to_successor "$EEN"
reset && rm "$POLICY.p7s" && sign_elsewhere keeper "$POLICY"
denied 5 "a policy signed by somebody who may not" to_successor "$EEN"
rm "$POLICY.p7s" && must at outgoing policy sign --cert "$W/fg/officer.pem" --key "$W/fg/officer.key" "$POLICY"
denied 4 "a policy that lacks one of its signatures" to_successor "$EEN"
reset && sed -i 's/^version: 3/version: 4/; s/phone: mask/phone: block/' "$POLICY" && rm "$POLICY.p7s" && approve outgoing overdracht-einde-contract.yaml
expect 0 "a new version that is nowhere wider needs no new acceptance" to_successor "$EEN"
N=$(echo "$W"/o/*.tar.age)
expect 4 "… the recipient who does not have it yet refuses to guess" at incoming open --into "$W/n" "$N"
cp "$POLICY" "$POLICY.p7s" "$W/incoming/policies/"
expect 0 "… and opens when it has it" at incoming open --into "$W/n" "$N"
sed -i 's/^version: 4/version: 5/; s/as: initials/as: keep/' "$POLICY" && rm "$POLICY.p7s" && approve outgoing overdracht-einde-contract.yaml
denied 4 "a wider one needs a new acceptance" to_successor "$EEN"
reset
denied 4 "a policy older than the newest ever loaded" to_successor "$EEN"
sed 's/^version: 3/version: 6/' "$W/einde.yaml" >"$POLICY" && rm "$POLICY.p7s" && approve outgoing overdracht-einde-contract.yaml
expect 0 "back to the old rules as a newer version" to_successor "$EEN"
cp "$POLICY" "$POLICY.p7s" "$W/incoming/policies/"

# ---- dossiers
echo '{"catalogue":1,"person":{"family_name":"x"}' >"$W/d/wi/dossier.json"
denied 3 "a dossier that is no JSON" to_successor "$W/d/wi"
printf '{"catalogue":1,"person":{"family_name":"\xff\xfe"}}' >"$W/d/wi/dossier.json"
denied 3 "invalid UTF-8" to_successor "$W/d/wi"
ln -sf /etc/passwd "$W/d/wi/attachments/link.png"
sed 's/kanarie.png/link.png/' "$EEN/dossier.json" >"$W/d/wi/dossier.json"
denied 3 "a link among the attachments" to_successor "$W/d/wi"
dossier bsn && sed -i 's/Kanarie-doel:/Bsn 123456782,/' "$W/d/bsn/dossier.json"
denied 4 "a BSN in free text" to_successor "$W/d/bsn"
grep -q 'plan.goal' "$W/err" && ! grep -q 123456782 "$W/err"
ok "… named by its field alone"

# ---- the home
cp -a "$W/outgoing" "$W/edited" && echo '# x' >>"$W/edited/registry/contracts.yaml"
expect 5 "an edited registry" at edited seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"
cp -a "$W/outgoing" "$W/unsigned" && rm "$W"/unsigned/registry/SHA256SUMS*
expect 0 "a registry that nobody signed passes in a test home" at unsigned seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o4" "$EEN"
said "nobody has signed the registry"
must at real init "$W/real" --oin 00000001000000001000 --name Echt --role provider
expect 5 "… and in no other" at real seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"
cp -a "$W/outgoing" "$W/loose" && chmod 644 "$W/loose/organisation/signing.key"
expect 3 "a key that others may read" at loose seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"
cp -a "$W/outgoing" "$W/nokey" && rm "$W"/nokey/registry/keys/*
must at nokey registry sign --cert "$W/keeper/officer.pem" --key "$W/keeper/officer.key"
expect 4 "a recipient's key without statement" at nokey seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"
kept
expect 0 "…" to_successor "$EEN"
cp -a "$W/outgoing" "$W/restored" && rm -rf "$W/restored/ledger" && cp -a "$W/kept/ledger" "$W/restored/"
rm -rf "$W/kept"
expect 5 "a home restored from an older copy" at restored seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"
said "restored from an older backup"
clock() { HANDOVER_TEST_CLOCK=$1 at edge seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o2" "$EEN"; }
cp -a "$W/outgoing" "$W/edge"
expect 8 "a clock that was set back" clock 2026-03-01T12:00:00Z
expect 4 "our own certificate ends before the package would" clock 2030-12-20T12:00:00Z
[ ! -e "$W/o2" ] || [ -z "$(ls -A "$W/o2")" ]
ok "none of these wrote anything"

# ---- disks, as root in a namespace of its own
small() { # MEGABYTES COMMAND: run it with a full-to-be file system at $W/small
	mkdir -p "$W/small"
	unshare -rm sh -c "mount -t tmpfs -o size=$1 none '$W/small' && $2"
}
if unshare -rm sh -c "mkdir -p '$W/small' && mount -t tmpfs none '$W/small'" 2>/dev/null; then
	SEAL="'$HANDOVER' --home '$W/small/home' seal --policy overdracht-einde-contract --to $SUCCESSOR"
	expect 8 "a home on a full disk" small 8m "cp -a '$W/outgoing' '$W/small/home' &&
		{ dd if=/dev/zero of='$W/small/fill' bs=64k 2>/dev/null; $SEAL --out '$W/o3' '$EEN'; }"
	said "make room on its disk"
	[ -z "$(ls -A "$W/o3" 2>/dev/null)" ]
	ok "… nothing is written"
	expect 0 "on that disk the ledger can still be checked and its head shown" small 8m "cp -a '$W/outgoing' '$W/small/home' &&
		{ dd if=/dev/zero of='$W/small/fill' bs=64k 2>/dev/null; L=\"'$HANDOVER' --home '$W/small/home' ledger\"
		eval \$L verify && eval \$L show --vkey && eval \$L checkpoint; }"
	said "this check is not recorded"
	expect 8 "… what is recorded before it is shown cannot" small 8m "cp -a '$W/outgoing' '$W/small/home' &&
		{ dd if=/dev/zero of='$W/small/fill' bs=64k 2>/dev/null; '$HANDOVER' --home '$W/small/home' ledger show; }"
	expect 1 "an output on a full disk" small 64k "'$HANDOVER' --home '$W/outgoing' seal \
		--policy overdracht-einde-contract --to $SUCCESSOR --out '$W/small/o' '$EEN' ; r=\$?; dd if=/dev/zero of='$W/small/fill' bs=4k 2>/dev/null;
		'$HANDOVER' --home '$W/outgoing' seal --policy overdracht-einde-contract --to $SUCCESSOR --out '$W/small/o' '$EEN'; r=\$?; ls '$W/small/o' | wc -l >'$W/left'; exit \$r"
	[ "$(last_acts outgoing 1)" = "transfer.seal result error" ] && [ "$(($(cat "$W/left") % 3))" -eq 0 ]
	ok "… the result says so, no partial output"
	if small 8m "mount -o remount,ro '$W/small'" 2>/dev/null; then
		expect 8 "a home that cannot be written" small 8m "cp -a '$W/outgoing' '$W/small/home' &&
			mount -o remount,ro '$W/small' && $SEAL --out '$W/o3' '$EEN'"
	else # an ordinary user may not remount, but is stopped by modes
		cp -a "$W/outgoing" "$W/shut"
		chmod -R a-w "$W/shut"
		expect 8 "a home that cannot be written" at shut seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/o3" "$EEN"
		chmod -R u+w "$W/shut"
	fi
	grep -qE "ledger in '$W/(shut|small/home)/ledger' cannot be written .*: make the folder and its files writable" "$W/err"
	ok "… and says where, and what to do"
	[ -z "$(ls -A "$W/o3" 2>/dev/null)" ]
	ok "… nothing is written"
else
	for i in 1 2 3 4 5 6 7 8 9 10 11; do n=$((n + 1)); echo "ok $n # SKIP no namespaces here"; done
fi

# ---- two at once, and kills
for i in 1 2 3 4 5 6 7 8; do dossier "t$i"; done
before=$(acts outgoing | grep -c 'seal result ok')
at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/twee" "$W"/d/t[1-4] >/dev/null 2>"$W/e1" &
one=$!
at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/twee" "$W"/d/t[5-8] >/dev/null 2>"$W/e2"
rc=$?
wait $one && [ $rc -eq 0 ] && [ "$(ls "$W"/twee/*.tar.age | wc -l)" = 8 ]
ok "two seals at once on one home: all eight are sealed"
[ "$(($(acts outgoing | grep -c 'seal result ok') - before))" = 8 ]
ok "… and recorded"
CASE=zaak-samen
for i in 1 2 3 4; do at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case $CASE --json --out "$W/zaak" "$EEN" >"$W/case$i" & done
wait
[ "$(jq -r .seq "$W"/case? | sort | paste -sd,)" = 1,2,3,4 ]
ok "four at once in one case get four numbers"
sealed=0 told=0
for i in 1 2 3 4; do
	case $(jq -r '"\(.exit) \(.why // "")"' "$W/case$i") in
	'0 '*) ((sealed++)) ;;
	'4 a later package of this case was finished meanwhile'*) ((told++)) ;;
	esac
done
[ $sealed -ge 1 ] && [ $((sealed + told)) -eq 4 ] && [ "$(ls "$W"/zaak/*.tar.age | wc -l)" -eq $sealed ]
ok "… and one that a later number overtook is told so, and leaves no package"

# ---- stopped by a person
many=()
for i in $(seq 60); do many+=("$W"/d/t*); done
"$HANDOVER" --home "$W/outgoing" seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/stop" "${many[@]}" >"$W/out" 2>"$W/err" &
pid=$!
for i in $(seq 100); do [ -s "$W/out" ] && break; sleep 0.05; done
kill -INT $pid
wait $pid
[ $? -eq 1 ] && grep -q 'were not begun' "$W/err"
ok "an interrupted run says what was not begun"
[ "$(wc -l <"$W/out")" -gt 0 ] && [ "$(wc -l <"$W/out")" -lt ${#many[@]} ] && [ "$(wc -l <"$W/out")" = "$(ls "$W"/stop/*.tar.age | wc -l)" ]
ok "… and every package that was begun is finished and told"
[ -z "$(at outgoing ledger show --open)" ]
ok "… and no intent is left without its result"
mkdir -p "$W/d/niets" && echo '{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},"persoon":{"family_name":"X"}}' >"$W/d/niets/dossier.json"
denied 4 "a dossier of which nothing leaves" to_successor "$W/d/niets"
said "nothing of this dossier leaves"

# killed AFTER HOME COMMAND...: run it and kill it after so many milliseconds
killed() {
	local ms=$1 home=$2 pid
	shift 2
	"$HANDOVER" --home "$W/$home" "$@" >/dev/null 2>&1 &
	pid=$!
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
}
# hit HOME COMMAND...: an intent is open, or one is left by killing the command at work: the spread over the time that it
# took once may miss where the machine is busy now and was not then, or the other way round
hit() {
	local home=$1 pid
	shift
	for _ in $(seq 100); do
		at "$home" ledger verify --json 2>/dev/null | jq -e '.open_intents | length > 0' >/dev/null && return 0
		rm -rf "$W"/k1/[0-9a-f]*
		: >"$W/work"
		"$HANDOVER" --home "$W/$home" "$@" >"$W/work" 2>/dev/null &
		pid=$!
		while [ ! -s "$W/work" ] && kill -0 $pid 2>/dev/null; do :; done # one is done, the next under way
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
	done
	return 1
}
now() { date +%s%3N; }
run=$(now)
must to_successor "$W"/d/t*
run=$(($(now) - run)) # how long it takes: the kills are spread over that
for i in $(seq 1 25); do
	killed $((i * run / 25)) outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/kill" "$W"/d/t*
done
hit outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --out "$W/kill" "$W"/d/t*
ok "kills in seal hit: there are intents without result"
expect 0 "after 25 kills in seal the ledger verifies" at outgoing ledger verify
bad=0
for p in "$W"/kill/*.tar.age; do
	[ -e "$p" ] || continue
	[ -s "${p%.tar.age}.slip.json" ] && [ -s "${p%.tar.age}.slip.json.p7s" ] || bad=1
done
[ $bad -eq 0 ]
ok "every package there has its slip"
[ -z "$(find "$W/kill" -name '.handover*')" ]
ok "no half file is left"
mapfile -t killed < <(ls "$W"/kill/*.tar.age 2>/dev/null)
[ ${#killed[@]} -eq 0 ] && killed=("$N")
rm -rf "$W/k0" && expect 0 "every package that was left opens" at incoming open --into "$W/k0" "${killed[@]}"
at outgoing ledger show --json | jq -r 'select(.act == "transfer.seal" and .ph == "intent") | .tr' | sort >"$W/intents"
[ -s "$W/intents" ] && [ -z "$(jq -r .transaction "$W"/k0/*/handover.json | sort | comm -13 "$W/intents" -)" ]
ok "every package that was left has its intent"
expect 0 "sealing goes on" to_successor "$EEN"
run=$(now)
must at incoming open --into "$W/k1" "${killed[@]:0:8}"
run=$(($(now) - run))
for i in $(seq 1 25); do
	rm -rf "$W"/k1/[0-9a-f]*
	killed $((i * run / 25)) incoming open --into "$W/k1" "${killed[@]:0:8}"
done
hit incoming open --into "$W/k1" "${killed[@]:0:8}"
ok "kills in open hit, too"
at incoming open --into "$W/k1" "${killed[@]:0:8}" >/dev/null 2>&1
[ -z "$(find "$W/k1" -name '.partial*')" ] && [ "$(ls "$W/k1" | wc -l)" = "$(printf '%s\n' "${killed[@]:0:8}" | wc -l)" ]
ok "after 25 kills in open all is there once and no partial folder is left"
expect 0 "… and the ledger verifies" at incoming ledger verify
for d in "$W"/k1/*; do (cd "$d" && sha256sum --quiet -c manifest-sha256.txt) || bad=1; done
[ $bad -eq 0 ]
ok "… and every opened bag is whole"

! grep -raqE 'Kanarie|KANARIE|123456782|kanarie\.png' "$W/outgoing" "$W/incoming" "$W"/e[12]
ok "no canary value lies under a home"
