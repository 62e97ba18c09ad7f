#!/bin/bash
# handover dossier check: folders, zips and tars of dossiers; what is refused, and that nothing personal is ever printed.
set -u
handover=$PWD/${BUILD:-build/rel}/handover
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export HANDOVER_HOME=$work/no-home
n=0
is() { # WHAT EXPECTED GOT
	((n++))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		printf '# expected: %s\n# got: %s\n' "${2//$'\n'/$'\n# '}" "${3//$'\n'/$'\n# '}"
	fi
}
has() { # WHAT PART GOT
	case $3 in *"$2"*) is "$1" "" "" ;; *) is "$1" "…$2…" "$3" ;; esac
}
echo "1..45"
cd "$work" || exit 1
mkdir -p d/attachments
printf '%%PDF-1.4 cv' >d/attachments/cv.pdf
cat >d/dossier.json <<'E'
{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-2023-07"},
 "person":{"bsn":"123456782","family_name":"Canarie","birth_date":"1984-00-00","shoe_size":44},
 "ladder":[{"date":"2026-01-12","step":2,"target_step":9},{"date":"2025-06-01","step":1}],
 "consents":[{"scope":"share_capacity","form":"TF-2026-1","given":"2026-02-01"}],
 "attachments":[{"type":"cv","file":"attachments/cv.pdf"}]}
E
good="d: valid: 5 fields, 7 values, 1 consent, 1 attachment
  left out: the catalogue lacks person.shoe_size (1)
  left out: outside its closed list: ladder.target_step (1)"
out=$($handover dossier check d); rc=$?
is "a folder is valid" "0 $good" "$rc $out"
(cd d && zip -q -r ../top.zip . && tar cf ../top.tar .)
zip -q -r under.zip d
tar cf under.tar d
for f in top.zip top.tar under.zip under.tar; do
	is "$f is the same dossier" "$f${good#d}" "$($handover dossier check $f)"
done
out=$($handover dossier check --json d)
is "json says it too" '{"dossier":"d","valid":true,"programme":"participatiewet","contract":"RI-2023-07","fields":5,"values":7,"consents":1,"attachments":[{"type":"cv","ext":"pdf","bytes":11}],"left_out":[{"reason":"unknown_field","field":"person.shoe_size","count":1},{"reason":"unknown_code","field":"ladder.target_step","count":1}]}' "$out"
out=$($handover dossier check --strict d 2>&1); rc=$?
is "--strict refuses an unknown field" \
	"3 handover: d: the catalogue has no field person.shoe_size: take it out, or go on without --strict" "$rc $out"

mkdir bad yaml
printf '{"person":{"bsn":"123456789","family_name":"Canarie"}}' >bad/dossier.json
out=$($handover dossier check bad 2>&1); rc=$?
is "a wrong type names the field and not the value" \
	"3 bad/dossier.json: person.bsn: a citizen service number of 8 or 9 digits that passes the 11-test is expected" "$rc $out"
printf 'person:\n  family_name: Canarie\n  birth_date: 31-12-1984\n' >yaml/dossier.yaml
out=$($handover dossier check yaml 2>&1); rc=$?
is "yaml has line and column" \
	"3 yaml/dossier.yaml:3:15: person.birth_date: a date as YYYY-MM-DD, with zeros for what is not known, is expected" "$rc $out"
out=$($handover dossier check bad d yaml 2>/dev/null); rc=$?
is "one bad dossier does not stop the others" "3 $good" "$rc $out"
is "a refused dossier has its json line" '{"dossier":"bad","valid":false,"error":"bad-format"}' \
	"$($handover dossier check --json bad 2>/dev/null)"

refused() { # WHAT PART PATH: exit 3, and the message has PART
	out=$($handover dossier check "$3" 2>&1)
	rc=$?
	has "$1" "3 $2" "$rc ${out#*: }"
}
mkdir big utf8 link up
head -c 300M /dev/zero | tr '\0' ' ' >big/dossier.json
refused "300 MB of JSON is refused" "more than 8388608 bytes" big
if [[ ${BUILD:-} = *san* ]]; then
	((n++))
	echo "ok $n - in little memory # SKIP a sanitizer takes more"
else
	out=$( (ulimit -v 400000; $handover dossier check big 2>&1)); rc=$?
	is "in little memory" 3 $rc
fi
rm -r big
printf '{"person":{"family_name":"\xff\xfe"}}' >utf8/dossier.json
refused "invalid UTF-8 is refused" "text is not UTF-8" utf8
printf '{"attachments":[{"type":"cv","file":"cv.pdf"}]}' >link/dossier.json
ln -s /etc/passwd link/cv.pdf
refused "a symbolic link is not followed" "attachments[0].file: a link" link
printf '{"attachments":[{"type":"cv","file":"../d/attachments/cv.pdf"}]}' >up/dossier.json
refused "a name with .. is refused" "attachments[0].file: a path inside the dossier" up
(cd link && zip -q -y ../link.zip dossier.json cv.pdf && tar cf ../link.tar dossier.json cv.pdf)
refused "a link in a zip is refused" "member 2: links are not allowed" link.zip
refused "a link in a tar is refused" "member 2: links are not allowed" link.tar
tar cf up.tar -P d/../d/dossier.json
refused "a tar member with .. is refused" "member 1: its name is unsafe" up.tar
tar cf abs.tar -P "$work/d/dossier.json"
refused "an absolute tar member is refused" "member 1: its name is unsafe" abs.tar
(cd d && ln -f dossier.json hard && tar cf ../hard.tar dossier.json hard; rm -f hard)
refused "a hard link in a tar is refused" "member 2: links are not allowed" hard.tar
mkdir bomb
(printf '{"person":{"family_name":"'; head -c 7M /dev/zero | tr '\0' 'x'; printf '"}}') >bomb/dossier.json
zip -q -9 -r bomb.zip bomb
refused "a zip bomb is refused" "it unpacks to far more than it holds" bomb.zip
(cd d && zip -q -P secret ../encrypted.zip dossier.json)
refused "an encrypted zip is refused" "member 1: encrypted members are not allowed" encrypted.zip
cp under.zip nest.pdf
zip -q nested.zip nest.pdf
refused "an archive in an archive is refused" "member 1: an archive inside the archive" nested.zip
gzip -c under.tar >under.tar.gz
refused "a compressed tar is refused" "gzip is not taken: unpack it with gunzip" under.tar.gz
cat top.zip under.zip >two.zip
refused "two zips in one file are refused" "the zip does not end with its directory" two.zip
head -c 700 top.zip >cut.zip
refused "a cut zip is refused" "the zip does not end with its directory" cut.zip

for f in d bad yaml up link *.zip *.tar; do $handover dossier check --json "$f"; $handover dossier check --strict "$f"; done >said 2>&1
is "no value of a dossier is ever printed" 0 "$(grep -c -e Canarie -e 123456782 -e 1984 -e passwd said)"

# ---- what people hand over by mistake
mkdir -p outer/inner two/a two/b text
printf '{"person":{"family_name":"Kanarie"}}' | tee outer/inner/dossier.json two/a/dossier.json >two/b/dossier.json
out=$($handover dossier check outer); rc=$?
is "a folder with nothing but the dossier's folder is taken, and a missing programme noted" "0 outer: valid: 1 field, 1 value, 0 consents, 0 attachments
  note: it names no programme (context.programme): no policy will apply to it" "$rc $out"
has "json notes it too" '"left_out":[],"note":"no_programme"}' "$($handover dossier check --json outer)"
refused "two dossiers in a folder" "it holds 2 folders with a dossier: give each of them" two
refused "the text itself" "a dossier is a folder, .zip or .tar: give the folder that holds it" d/dossier.json
text() { # NAME PART FORMAT
	printf "$3" >text/dossier.json
	out=$($handover dossier check text 2>&1); rc=$?
	is "$1" "3 text/dossier.json$2" "$rc $out"
}
text "a byte order mark" ":1:1: it begins with a byte order mark (BOM): save it as UTF-8 without one" '\xef\xbb\xbf{}'
text "UTF-16" ":1: text is not UTF-8: save it as UTF-8" '\xff\xfe{\0}\0'
text "UTF-16 without a mark" ":1: text is not UTF-8: save it as UTF-8" '{\0}\0'
text "Latin-1 has the line of its first letter" ":2: text is not UTF-8: save it as UTF-8" '{"person":\n {"family_name":"Ren\xe9"}}'
text "nothing" ": is empty" ''
text "nothing but space" ": is empty" '\n \n'
text "a number for a bsn" ": person.bsn: a citizen service number of 8 or 9 digits that passes the 11-test is expected, in quotes: it is no number" '{"person":{"bsn":123456782}}'
text "a number for a contract" ": context.contract: a code of at most 64 letters, digits and . _ / - is expected, in quotes: it is no number" '{"context":{"contract":2023}}'
rm text/dossier.json
printf 'person:\n  family_name: Ren\xe9\n' >text/dossier.yaml
has "Latin-1 in yaml" "text/dossier.yaml:2: text is not UTF-8: save it as UTF-8" "$($handover dossier check text 2>&1)"
printf '\xef\xbb\xbfperson:\n' >text/dossier.yaml
has "a byte order mark in yaml" "text/dossier.yaml:1:1: it begins with a byte order mark" "$($handover dossier check text 2>&1)"
is "no value there either" 0 "$(for f in outer two text; do $handover dossier check $f; done 2>&1 | grep -c -e Kanarie -e Ren)"
out=$($handover dossier check nowhere 2>&1); rc=$?
is "a dossier that is not there" "1 handover: nowhere: No such file or directory" "$rc $out"
out=$($handover dossier check --catalogue yaml/dossier.yaml d 2>&1); rc=$?
is "a catalogue that is none" 'yaml/dossier.yaml:1:1: unknown key "person"' "$out"
