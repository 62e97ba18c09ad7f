#!/bin/bash
# A sender's own ladder: mapped on the way in, accepted by the recipient, named in the package; what the map lacks stays.
set -u
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
plan 37
world
ID=overdracht-einde-contract
MAP=$W/outgoing/policies/ladder-map-voorbeeld.yaml
dossier eigen
sed -i 's/"ladder":\[.*/"ladder":[{"date":"2026-01-12","step":"A1","target_step":"W2"},{"date":"2025-06-12","step":"Kanarie-trede","target_step":"W1+"}],/' \
	"$W/d/eigen/dossier.json"
seal_it() { rm -rf "$W/o"; at outgoing "$@" seal --policy $ID --to $SUCCESSOR --out "$W/o" "$W/d/eigen"; }
denied() { # EXIT NAME
	expect "$1" "$2" seal_it
	[ -z "$(ls -A "$W/o" 2>/dev/null)" ] && [ "$(last_acts outgoing 1)" = "transfer.refuse - deny" ]
	ok "… nothing is written, the ledger is told"
}
unpack() { rm -rf "$W/x" && mkdir "$W/x" && "$HANDOVER" age decrypt -i "$W"/incoming/organisation/identities/*.txt -o "$W/x/p.tar" "$W"/o/*.tar.age && tar -C "$W/x" -xf "$W/x/p.tar" 2>/dev/null; }
accept_with() { at incoming policy accept "$W/incoming/policies/$ID.yaml" --from $PROVIDER --contract RI-1 --until 2029-12-31 --out "$W/acc" "$@"; }

denied 3 "a ladder of one's own is no whole number"
said "ladder[0].step: a whole number is expected"
echo 'ladder_map: voorbeeld' >>"$W/outgoing/gateway.yaml"
denied 1 "a map that the settings name and that is not there"
said "gateway.yaml names ladder_map 'voorbeeld', and there is no"
sed 's/^ladder_map: .*/ladder_map: anders/' "$SHIPPED/examples/ladder-map-voorbeeld.yaml" >"$MAP"
denied 3 "a map of another name"
said "its id is 'anders', and gateway.yaml names ladder_map 'voorbeeld'"
sed "s/00000099000000001000/$TOWN/" "$SHIPPED/examples/ladder-map-voorbeeld.yaml" >"$MAP"
denied 4 "a map for the dossiers of others"
said "is not for the dossiers of $PROVIDER"
cp "$SHIPPED/examples/ladder-map-voorbeeld.yaml" "$MAP"
expect 0 "the map itself is good" "$HANDOVER" policy check "$MAP"
said "ladder map voorbeeld version 1: good"
expect 0 "a dossier is checked with the home's map" at outgoing dossier check "$W/d/eigen"
said "left out: not in the ladder map: ladder.step (1)"
expect 0 "… or with one that is given" "$HANDOVER" --home "$W/none" dossier check --mapping "$MAP" "$W/d/eigen"
expect 3 "… and without any it is invalid" "$HANDOVER" --home "$W/none" dossier check "$W/d/eigen"
expect 0 "a rehearsal uses it too" at outgoing policy dry-run $ID "$W/d/eigen"
said "note: unmapped_step ladder.step (1)"
denied 4 "the recipient has not accepted this map"
said "with the sender's ladder map: --mapping FILE takes it"
sed "s/00000099000000001000/$TOWN/" "$MAP" >"$W/other.yaml"
expect 4 "nor may it accept one for another sender" accept_with --mapping "$W/other.yaml"
expect 0 "it accepts" accept_with --mapping "$MAP"
said "with ladder map voorbeeld version 1"
resign incoming; must at outgoing organisation import "$W/acc"; resign outgoing
sum=$(sha256sum <"$MAP" | cut -d' ' -f1)
find "$W/outgoing/registry/acceptances" -name "mapping-$sum.yaml" | grep -q .; ok "… with the exact bytes, on both sides"
expect 0 "then it is sealed" seal_it --json
[ "$(jq -c '.report.notes[] | select(.what == "unmapped_step")' "$W/out")" = '{"what":"unmapped_step","field":"ladder.step","n":1}' ]
ok "… and the report flags what was dropped, by field and number"
cat "$W/out" >"$W/sealed.json"
unpack
[ "$(jq -r .mapping "$W"/x/*/handover.json)" = "$sum" ]; ok "… handover.json names the map"
[ "$(jq -c .ladder "$W"/x/*/data/dossier.json)" = '[{"date":"2026-01-12","step":3,"target_step":6},{"date":"2025-06-12","target_step":5}]' ]
ok "… national steps leave, and what the map lacks does not"
! grep -rq 'Kanarie-trede\|"A1"' "$W"/x/*/data "$W/sealed.json"; ok "… nor any value of the sender's own"
expect 0 "the recipient opens it, with no map of its own" at incoming open --into "$W/i" "$W"/o/*.tar.age
expect 0 "in words" seal_it
said "1 step that the ladder map lacks: ladder.step"
echo '# anders' >>"$MAP"
denied 4 "a changed map needs a new acceptance"
