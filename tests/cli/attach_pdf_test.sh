#!/bin/bash
# PDFs as attachments: cleaned, looked through, judged by stock tools, and handed over.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
plan 63
top=$PWD
mkdir "$W/a" && cp tests/cli/attach/photo.jpg "$W/a" && cd "$W/a" || exit 1
has() { command -v "$1" >/dev/null; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
attach() { "$HANDOVER" attach "$@"; }
lacks() { ! grep -qa -- "$1" "$2"; } # WORD FILE

has exiftool && exiftool -q -overwrite_original -Artist=Kanarie -GPSLatitude=51.5 -GPSLatitudeRef=N -Comment=Kanarie photo.jpg
pdf_planted planted.pdf photo.jpg Kanarie
expect 0 "a document with everything planted is cleaned" attach clean planted.pdf clean.pdf
lacks Kanarie clean.pdf; ok "nothing planted stands in its bytes"
strings -a clean.pdf >strings.txt; lacks Kanarie strings.txt; ok "strings finds nothing"
expect 0 "what is clean is clean" attach check clean.pdf
said "clean as it is"
attach clean planted.pdf >again.pdf 2>err && cmp -s clean.pdf again.pdf; ok "the same again gives the same bytes"
if has qpdf; then
	expect 0 "qpdf finds it sound" qpdf --check clean.pdf
	qpdf --qdf --object-streams=disable clean.pdf qdf.txt 2>err
	lacks Kanarie qdf.txt; ok "qpdf unpacks nothing planted"
	! grep -qaE '/(JS|JavaScript|EmbeddedFile|Metadata|PieceInfo|Thumb|Annots|OpenAction|AA|Names|Info)\b' qdf.txt
	ok "nor any place for it"
else
	for t in sound unpacked places; do skip "qpdf: $t" "qpdf is not installed"; done
fi
if has exiftool; then
	exiftool -a -G1 -s -ee clean.pdf >exif.txt; lacks Kanarie exif.txt; ok "exiftool finds nothing planted"
	! grep -qE '^\[(XMP|IFD0|GPS|PDF-info).*(Author|Creator|Producer|GPS|Artist)' exif.txt; ok "nor any other who or where"
else
	for t in planted who; do skip "exiftool: $t" "exiftool is not installed"; done
fi
pdftotext clean.pdf text.txt 2>err; lacks Kanarie text.txt; ok "pdftotext reads nothing that was hidden"
grep -q 'Diploma lassen' text.txt; ok "and all that was to be seen"
pdftoppm -r 50 -singlefile planted.pdf before 2>err; pdftoppm -r 50 -singlefile clean.pdf after 2>err
cmp -s before.ppm after.ppm; ok "the page looks the same"

pdf_text cv.pdf 'Ervaring als lasser' 'Tweede pagina, bel 06-12345678'
expect 0 "a plain document can leave" attach check --type cv cv.pdf
said "in its text, for a policy to judge: phone 1"
attach check --json cv.pdf >out.json 2>err; [ "$(jq -c .found out.json)" = '{"phone":1}' ]; ok "the same as json"
cp cv.pdf cv.docx; expect 3 "a PDF under another name is refused" attach check cv.docx
head -c 700 cv.pdf >cut.pdf; expect 3 "a cut one is refused" attach check cut.pdf
said "the file is damaged"
pdf_text scan.pdf 'Eerste pagina' '...'
expect 4 "a page without text is refused" attach check --ocr off scan.pdf
said "a page without text cannot be looked through"
if has qpdf; then
	qpdf --encrypt '' eigenaar 256 -- cv.pdf locked.pdf
	expect 4 "an encrypted one is refused" attach clean locked.pdf out.pdf
	said "save it without a password"
	[ ! -e out.pdf ]; ok "and leaves no result"
else
	for t in refused said nothing; do skip "encrypted: $t" "qpdf is not installed"; done
fi

# ---- in another form ----
attach clean --as text_only cv.pdf >cv.txt 2>err; ok "the text alone may leave"
[ "$(tail -n +4 cv.txt)" = "Tweede pagina, bel […]" ]; ok "with masks"
attach clean --as flatten cv.pdf flat.pdf >out 2>err; ok "or its pages as pictures"
pdftotext flat.pdf flat.txt 2>err; ! grep -q '[a-z]' flat.txt; ok "of which none has text"
shape() { pdfinfo "$1" 2>err | awk '/^Pages/ {print $2} /^Page size/ {printf "%.0f %.0f\n", $3, $5}' | paste -sd' '; }
[ "$(shape flat.pdf)" = "$(shape cv.pdf)" ]; ok "as many and as large"
for f in cv flat; do pdftoppm -r 30 -gray -f 2 -l 2 $f.pdf >$f.pgm 2>err; done
difference() { # of two pictures of one size, 0 to 255 a pixel, the mean
	cmp -l "$1" "$2" | awk -v n="$(stat -c %s "$1")" 'function v(o) {return int(o / 100) * 64 + int(o % 100 / 10) * 8 + o % 10}
		{d = v($2) - v($3); s += d < 0 ? -d : d} END {printf "%d", s / n}'
}
[ "$(difference cv.pgm flat.pgm)" -lt 4 ]; ok "and that look alike"
expect 2 "another word is a usage error" attach clean --as tekst cv.pdf out.pdf

# ---- from one organisation to another ----
cd "$top" || exit 1
world
one() { # NAME WHAT FILE: a dossier with one attachment
	mkdir -p "$W/d/$1"
	cp "$3" "$W/d/$1/bijlage.pdf"
	cat >"$W/d/$1/dossier.json" <<-END
	{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},
	 "person":{"client_number":"K-1","family_name":"Achternaam","given_names":"Anna","birth_date":"1984-03-09"},
	 "contact":{"street":"Dorpsstraat","house_number":"12","postcode":"5121 AB","phone":"0612345678","email":"anna@voorbeeld.nl"},
	 "household":{"partner":"Pieter Geheimstra"},
	 "attachments":[{"type":"$2","file":"bijlage.pdf"}]}
	END
}
seal() { at outgoing seal --json --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/$1" >"$W/out" 2>"$W/err"; }
reason() { jq -r '.report.attachments.left_behind[0].reason' "$W/out"; }
pdf_text "$W/own.pdf" 'CV van Anna Achternaam, klant K-1'
one own cv "$W/own.pdf"; seal own; ok "a dossier with a CV is sealed"
[ "$(jq -c .report.attachments.released "$W/out")" = '{"cv":1}' ]; ok "the CV leaves, although it names its person"
expect 0 "and is opened" at incoming open --into "$W/opened" "$(jq -r .file "$W/out")"
cmp -s <(attach clean "$W/own.pdf") "$W"/opened/*/data/attachments/cv-1.pdf; ok "as it was cleaned"
jq -r '.attachments[].file' "$W"/opened/*/data/dossier.json | grep -qx attachments/cv-1.pdf; ok "under a neutral name"
while IFS='|' read -r text want; do
	pdf_text "$W/x.pdf" "$text"
	name=$(tr -dc 'a-z' <<<"$want$text")
	one "$name" report "$W/x.pdf"; seal "$name"; ok "sealed with '$want'"
	[ "$(reason)" = "$want" ]; ok "… is the reason"
done <<'END'
Het BSN is 123456782|blocked
Bel 06-87654321|needs_review
Hij heeft een depressie|needs_review
Partner Pieter Geheimstra|needs_review
END

# ---- a person settles what is under review in the text of a file ----
pdf_text "$W/x.pdf" 'Hij heeft een depressie'
one weer report "$W/x.pdf"
review() { at outgoing review --policy overdracht-einde-contract --to $SUCCESSOR --json "$@" "$W/d/weer" >"$W/out" 2>"$W/err"; }
review; [ $? -eq 4 ] && jq -se '[.[]|select(.field == "attachments[0]" and .found == "depressie")]|length > 0' "$W/out" >/dev/null
ok "review shows the passage in the file"
mapfile -t keep < <(jq -r 'select(.finding)|"--keep", .finding + "=needed"' "$W/out")
review "${keep[@]}"; ok "and takes the decision"
seal weer; [ "$(jq -c .report.attachments.released "$W/out")" = '{"report":1}' ]; ok "then the file leaves"
pdf_text "$W/d/weer/bijlage.pdf" 'Hij heeft een zware depressie'
seal weer; [ "$(reason)" = needs_review ]; ok "with another text it is asked about again"
review; mapfile -t mask < <(jq -r 'select(.finding)|"--mask", .finding' "$W/out")
review "${mask[@]}"; seal weer; [ "$(reason)" = needs_masking ]; ok "what is to be masked keeps a file here"
# a CV is about its person; what it says of others is settled, once for each
cv=('Anna Achternaam, Dorpsstraat 12, 5121 AB Rijen' 'tel. +31 6 12345678' 'anna@voorbeeld.nl' 'geboren 9 maart 1984' 'Kok in Tilburg van mei 2015 tot juni 2019')
pdf_text "$W/x.pdf" "${cv[@]}"
one weer cv "$W/x.pdf"
seal weer; [ "$(jq -c .report.attachments.released "$W/out")" = '{"cv":1}' ]; ok "nobody is asked about what leaves as a field anyway"
pdf_text "$W/d/weer/bijlage.pdf" "${cv[@]}" 'Navraag bij mevrouw Zonneveld, 013-5551234'
seal weer; [ "$(reason)" = needs_review ]; ok "somebody else's name and number are another matter"
review; [ "$(jq -r 'select(.finding) | [.kind, .found] | join(" ")' "$W/out" | sort)" = "$(printf 'name Zonneveld\nphone 013-5551234')" ]
ok "each of them is one question"
mapfile -t keep < <(jq -r 'select(.finding)|"--keep", .finding + "=agreed"' "$W/out")
review "${keep[@]}"; ok "and may be agreed with them"
seal weer; [ "$(jq -c .report.attachments.released "$W/out")" = '{"cv":1}' ]; ok "then the CV leaves"
expect 0 "is opened" at incoming open --into "$W/cv" "$(jq -r .file "$W/out")"
pdftotext "$W"/cv/*/data/attachments/cv-1.pdf "$W/cv.txt" && grep -q 'Zonneveld, 013-5551234' "$W/cv.txt"; ok "and says what was agreed"
jq '.plan.goal = "Werk na een migraine"' "$W/d/weer/dossier.json" >"$W/new.json" && cp "$W/new.json" "$W/d/weer/dossier.json"
pdf_text "$W/d/weer/bijlage.pdf" "${cv[@]}" 'Navraag bij mevrouw Zonneveld'
expect 4 "a finding in a text refuses the dossier" seal weer
review; [ "$(jq -r 'select(.finding) | .field' "$W/out" | paste -sd' ')" = 'plan.goal attachments[0]' ]; ok "and its files are asked about at the same time"
one scan diploma "$W/a/scan.pdf"; seal scan; ok "sealed without a scan"
[ "$(reason)" = page_without_text ]; ok "which nothing could look through"
! grep -rqa 'Geheimstra\|0612345678' "$W/outgoing/ledger"; ok "no record says what was found"
at outgoing ledger verify >"$W/out" 2>"$W/err"; ok "the ledger holds"
