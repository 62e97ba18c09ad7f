#!/bin/bash
# DOCX files as attachments: cleaned, looked through, judged by stock tools, and handed over.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
. tests/cli/attach/docx.sh
plan 35
top=$PWD
mkdir "$W/a" && cp tests/cli/attach/photo.jpg tests/cli/attach/scan.png "$W/a" && cd "$W/a" || exit 1
has() { command -v "$1" >/dev/null; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
attach() { "$HANDOVER" attach "$@"; }
lacks() { ! grep -qa -- "$1" "$2"; } # WORD FILE

has exiftool && exiftool -q -overwrite_original -Artist=Kanarie -GPSLatitude=51.5 -GPSLatitudeRef=N -Comment=Kanarie photo.jpg
docx_planted "$PWD/planted.docx" photo.jpg Kanarie
expect 0 "a document with everything planted is cleaned" attach clean planted.docx clean.docx
lacks Kanarie clean.docx; ok "nothing planted stands in its bytes"
unzip -p clean.docx >all.txt 2>err; ok "unzip finds it sound"
lacks Kanarie all.txt; ok "and unpacks nothing planted"
unzip -Z1 clean.docx | LC_ALL=C sort | paste -sd' ' >names.txt
[ "$(cat names.txt)" = "[Content_Types].xml _rels/.rels word/_rels/document.xml.rels word/document.xml word/header1.xml word/media/image1.jpg word/settings.xml word/styles.xml" ]
ok "its members are those that text and layout need"
! grep -qaE 'rsid|vanish|comment|instrText|hyperlink|External|w:(ins|del)\b|w:author' all.txt; ok "nor any place for it"
for word in 'Diploma lassen' Toegevoegd uitslag koppeling Diplomakop; do grep -qa "$word" all.txt; ok "$word stays"; done
expect 0 "what is clean is clean" attach check clean.docx
said "clean as it is"
attach clean planted.docx >again.docx 2>err && cmp -s clean.docx again.docx; ok "the same again gives the same bytes"
if has exiftool; then
	unzip -qp clean.docx word/media/image1.jpg >picture.jpg 2>err
	[ -z "$(exiftool -a -G1 -s picture.jpg | grep -E '^\[(IFD0|GPS|XMP|IPTC)')" ]; ok "exiftool finds nothing in its picture"
else
	skip "exiftool: the picture" "exiftool is not installed"
fi
if has soffice && has pdftotext; then
	for f in planted clean; do timeout 120 soffice -env:UserInstallation="file://$W/office" --headless --convert-to pdf --outdir "$W/a" $f.docx >"$W/out" 2>"$W/err"; done
	[ -s clean.pdf ]; ok "LibreOffice opens it"
	pdftotext -layout clean.pdf clean.txt 2>err; grep -q 'Diploma lassen' clean.txt && grep -q Diplomakop clean.txt; ok "and reads the text"
	lacks Kanarie clean.txt; ok "and nothing that was hidden"
	[ "$(pdfinfo clean.pdf | grep Pages)" = "$(pdfinfo planted.pdf | grep Pages)" ]; ok "on as many pages"
	# a document with nothing to hide: each page looks the same
	docx_begin "$PWD/open.docx"
	docx_link styles styles.xml; docx_link header header1.xml; docx_link image media/foto.jpg
	docx_part word/styles.xml "<w:styles $docx_spaces><w:style w:type='paragraph' w:default='1' w:styleId='Standaard'><w:name w:val='Normal'/></w:style>
		<w:style w:type='paragraph' w:styleId='Kop1'><w:name w:val='heading 1'/><w:basedOn w:val='Standaard'/><w:pPr><w:spacing w:before='240'/></w:pPr><w:rPr><w:b/><w:sz w:val='36'/></w:rPr></w:style></w:styles>"
	docx_part word/header1.xml "<w:hdr $docx_spaces>$(docx_p 'Diploma lassen')</w:hdr>"
	docx_part word/media/foto.jpg ""; cp photo.jpg "$docx_dir/word/media/foto.jpg"
	docx_end "<w:p><w:pPr><w:pStyle w:val='Kop1'/></w:pPr><w:r><w:t>Werkervaring</w:t></w:r></w:p>$(docx_p 'Lasser bij een scheepswerf')
		<w:p><w:pPr><w:jc w:val='right'/></w:pPr><w:r><w:rPr><w:i/><w:color w:val='AA0000'/></w:rPr><w:t>schuin en rood</w:t></w:r></w:p>
		<w:tbl><w:tblPr><w:tblW w:w='6000' w:type='dxa'/><w:tblBorders><w:top w:val='single' w:sz='8'/><w:bottom w:val='single' w:sz='8'/></w:tblBorders></w:tblPr>
		<w:tblGrid><w:gridCol w:w='3000'/><w:gridCol w:w='3000'/></w:tblGrid><w:tr><w:tc>$(docx_p Taal)</w:tc><w:tc>$(docx_p B1)</w:tc></w:tr></w:tbl>
		<w:p><w:r><w:drawing><wp:inline><wp:extent cx='1800000' cy='1200000'/><wp:docPr id='1' name='x'/><a:graphic><a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/picture'><pic:pic><pic:nvPicPr><pic:cNvPr id='1' name='x'/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed='rId3'/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/><a:ext cx='1800000' cy='1200000'/></a:xfrm><a:prstGeom prst='rect'><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>
		<w:p><w:r><w:br w:type='page'/></w:r></w:p>$(docx_p 'Tweede pagina')<w:sectPr><w:headerReference w:type='default' r:id='rId2'/></w:sectPr>"
	attach clean open.docx same.docx >out 2>err
	for f in open same; do timeout 120 soffice -env:UserInstallation="file://$W/office" --headless --convert-to pdf --outdir "$W/a" $f.docx >"$W/out" 2>"$W/err"; pdftoppm -r 50 $f.pdf $f 2>err; done
	[ -s open-2.ppm ] && cmp -s open-1.ppm same-1.ppm && cmp -s open-2.ppm same-2.ppm; ok "each page looks the same"
else
	for t in opens reads hidden pages looks; do skip "LibreOffice: $t" "LibreOffice is not installed"; done
fi

docx_text "$PWD/cv.docx" 'Ervaring als lasser' 'Bel 06-12345678'
expect 0 "a plain document can leave" attach check --type cv cv.docx
said "in its text, for a policy to judge: phone 1"
head -c 900 cv.docx >cut.docx; expect 3 "a cut one is refused" attach check cut.docx
docx_begin "$PWD/macro.docx"; docx_part word/vbaProject.bin x; docx_end "$(docx_p x)"
expect 4 "one with macros is refused" attach check macro.docx
said "macros, controls or embedded objects"
cp cv.docx twice.docx; printf 'x' >extra; { cat cv.docx; zip -q - extra; } >poly.docx 2>err
expect 3 "two archives behind each other are refused" attach check poly.docx
printf 'GIF89a' >gif.bin; { cat gif.bin cv.docx; } >poly2.docx
expect 3 "an archive behind something else is refused" attach check poly2.docx

# ---- all four formats from one organisation to another ----
cd "$top" || exit 1
world
sed -i 's/formats: \[pdf, docx\], clean: strip/formats: [pdf, docx, jpeg, png], clean: strip/; s/^version: .*/version: 90/' "$W/outgoing/policies/overdracht-einde-contract.yaml"
rm -f "$W"/*/policies/overdracht-einde-contract.yaml.p7s
approve outgoing overdracht-einde-contract.yaml
accept incoming overdracht-einde-contract.yaml
mkdir -p "$W/d/vier"
docx_text "$W/d/vier/cv.docx" 'CV van Anna Achternaam'
pdf_text "$W/d/vier/d.pdf" 'Diploma lassen'
cp "$W/a/photo.jpg" "$W/d/vier/f.jpg"; cp "$W/a/scan.png" "$W/d/vier/s.png"
cat >"$W/d/vier/dossier.json" <<'END'
{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},
 "person":{"client_number":"K-1","family_name":"Achternaam","given_names":"Anna","birth_date":"1984-03-09"},
 "attachments":[{"type":"cv","file":"cv.docx"},{"type":"diploma","file":"d.pdf"},{"type":"diploma","file":"f.jpg"},{"type":"certificate","file":"s.png"}]}
END
at outgoing seal --json --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/vier" >"$W/out" 2>"$W/err"; ok "a dossier with all four is sealed"
[ "$(jq -c .report.attachments.released "$W/out")" = '{"cv":1,"diploma":2,"certificate":1}' ]; ok "all four leave"
expect 0 "and is opened" at incoming open --into "$W/opened" "$(jq -r .file "$W/out")"
[ "$(cd "$W"/opened/*/data/attachments && echo *)" = "certificate-1.png cv-1.docx diploma-1.pdf diploma-2.jpg" ]; ok "under neutral names"
cmp -s <(attach clean "$W/d/vier/cv.docx") "$W"/opened/*/data/attachments/cv-1.docx; ok "as they were cleaned"
docx_text "$W/d/vier/cv.docx" 'BSN 123456782'
at outgoing seal --json --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/vier" >"$W/out" 2>"$W/err"; ok "with a number in its text it is sealed"
[ "$(jq -c '.report.attachments.left_behind' "$W/out")" = '[{"type":"cv","reason":"blocked"}]' ]; ok "without the document"
at outgoing ledger verify >"$W/out" 2>"$W/err"; ok "the ledger holds"
