#!/bin/bash
# world.sh DIR: leave the three homes of tests/cli/lib.sh in DIR, with dossiers as archives:
# een.tar and twee.zip good, kapot.tar without a text, vreemd.tar of a wrong type, ziek.tar with a
# finding that a person has to settle.
# In outgoing/outbox lies one package for incoming, sealed by a command.
# For unit tests that need whole homes; BUILD says whose handover makes them.
set -u
. tests/cli/lib.sh
world
dossier een
dossier twee
tar cf "$W/een.tar" -C "$W/d/een" .
(cd "$W/d/twee" && python3 -m zipfile -c "$W/twee.zip" dossier.json attachments) >/dev/null
mkdir "$W/d/kapot" && echo hallo >"$W/d/kapot/brief.txt"
tar cf "$W/kapot.tar" -C "$W/d/kapot" .
dossier vreemd
sed -i 's/"step":2/"step":"KANARIE-STAP"/; s/"birth_date":"1984-03-09"/"birth_date":["KANARIE-DAG"]/' "$W/d/vreemd/dossier.json"
tar cf "$W/vreemd.tar" -C "$W/d/vreemd" .
must at outgoing seal --policy overdracht-einde-contract --to $SUCCESSOR --case c-anders "$W/d/een"
dossier ziek
sed -i 's/Kanarie-doel: werk in de techniek/KANARIE: werk na de migraine van vorig jaar/' "$W/d/ziek/dossier.json"
tar cf "$W/ziek.tar" -C "$W/d/ziek" .
rm -rf "$W/d" "$W/must"
cp -a "$W/." "$1"
