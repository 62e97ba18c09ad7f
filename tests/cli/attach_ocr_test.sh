#!/bin/bash
# Text in pictures: read where tesseract with its Dutch model is, looked through, and never sent.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
. tests/cli/attach/docx.sh
mkdir "$W/a" && top=$PWD && cd "$W/a" || exit 1
attach() { "$HANDOVER" attach "$@"; }
pdf_text text.pdf 'Ervaring als lasser' 'Mijn BSN is 123456782'
[ "$(attach check --json text.pdf | jq .ocr)" = true ] || { printf "1..1\nok 1 - text in pictures # SKIP tesseract-ocr and tesseract-ocr-nld are not installed\n"; exit 0; }
plan 32
for i in 1 2; do pdftoppm -r 200 -f $i -l $i -png -singlefile text.pdf page$i 2>err; pdftoppm -r 200 -f $i -l $i -jpeg -singlefile text.pdf page$i 2>err; pdftoppm -r 200 -f $i -l $i -singlefile text.pdf page$i 2>err; done
scan_pdf() { # FILE JPEG...: a document of pictures
	local file=$1 i=0 kids='' jpeg w h
	shift
	for jpeg; do kids+="$((3 + 3 * i++)) 0 R "; done
	pdf_begin "$file"
	pdf_object '<</Type/Catalog/Pages 2 0 R>>'
	pdf_object "<</Type/Pages/Kids[$kids]/Count $#/MediaBox[0 0 400 200]>>"
	i=0
	for jpeg; do
		read -r w h < <(head -2 "${jpeg%.jpg}.ppm" | tail -1)
		pdf_object "<</Type/Page/Parent 2 0 R/Contents $((4 + 3 * i)) 0 R/Resources<</XObject<</Im $((5 + 3 * i)) 0 R>>>>>>"
		pdf_stream '' - <<<'400 0 0 200 0 0 cm /Im Do'
		pdf_stream "/Type/XObject/Subtype/Image/Width $w/Height $h/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode" "$jpeg"
		i=$((i + 1))
	done
	pdf_end '/Root 1 0 R'
}
for f in png jpg; do
	expect 0 "a $f with a number in it is read" attach check page2.$f
	said "in its text, for a policy to judge: bsn 1"
	expect 0 "unless reading is off" attach check --ocr off page2.$f
	! grep -q bsn "$W/out"; ok "and then nothing is found"
done
attach clean page2.png clean.png >out 2>err; ! grep -qa 12345 clean.png; ok "what was read does not leave"
scan_pdf scan.pdf page1.jpg page2.jpg
expect 0 "a scanned document is read page by page" attach check scan.pdf
said "bsn 1"
expect 4 "and refused where it is not" attach check --ocr off scan.pdf
expect 4 "its text alone does not leave: it was read only to be looked through" attach clean --as text_only scan.pdf out.txt
said "a page without text"

# pictures within a document that has text as well
mixed_pdf() { # FILE JPEG TEXT: a page with both
	local w h
	read -r w h < <(head -2 "${2%.jpg}.ppm" | tail -1)
	pdf_begin "$1"
	pdf_object '<</Type/Catalog/Pages 2 0 R>>'
	pdf_object '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 400 400]>>'
	pdf_object '<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 6 0 R>>/XObject<</Im 5 0 R>>>>>>'
	pdf_stream '' - <<<"BT /F1 18 Tf 20 300 Td ($3) Tj ET q 400 0 0 200 0 0 cm /Im Do Q"
	pdf_stream "/Type/XObject/Subtype/Image/Width $w/Height $h/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode" "$2"
	pdf_object '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'
	pdf_end '/Root 1 0 R'
}
mixed_docx() { # FILE JPEG TEXT
	docx_begin "$1"
	docx_link image media/a.jpg
	mkdir -p "$docx_dir/word/media" && cp "$2" "$docx_dir/word/media/a.jpg"
	docx_end "$(docx_p "$3")<w:p><w:r><w:drawing><wp:inline><wp:extent cx='900000' cy='450000'/><wp:docPr id='1' name='x'/><a:graphic><a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/picture'><pic:pic><pic:nvPicPr><pic:cNvPr id='1' name='x'/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed='rId1'/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
}
for f in pdf docx; do
	mixed_$f "$PWD/mixed.$f" page2.jpg 'Ervaring als kok'
	expect 0 "a picture beside text in a $f is read" attach check mixed.$f
	said "in its text, for a policy to judge: bsn 1"
	expect 0 "unless reading is off" attach check --ocr off mixed.$f
	! grep -q bsn "$W/out"; ok "and then only its text is"
	mixed_$f "$PWD/good.$f" page1.jpg 'Bel 06-12345678'
	attach check --json good.$f >out.json 2>err; [ "$(jq -c .found out.json)" = '{"phone":1}' ]; ok "a picture that says nothing special adds nothing in a $f"
done
mixed_docx "$PWD/only.docx" page1.jpg ''
expect 0 "a docx of pictures alone may leave where they are read" attach check only.docx
expect 4 "and nowhere else" attach check --ocr off only.docx

cd "$top" || exit 1
world
sed -i '/^ocr:/d' "$W/outgoing/gateway.yaml"
scan() { # NAME JPEG: sealed with a scan
	mkdir -p "$W/d/$1"; (cd "$W/a" && scan_pdf "$W/d/$1/d.pdf" "$2")
	printf '{"catalogue":1,"context":{"programme":"participatiewet","contract":"RI-1"},"person":{"client_number":"K-1"},"attachments":[{"type":"diploma","file":"d.pdf"}]}' >"$W/d/$1/dossier.json"
	at outgoing seal --json --policy overdracht-einde-contract --to $SUCCESSOR "$W/d/$1" >"$W/out" 2>"$W/err"
}
scan good page1.jpg; ok "sealed with a scan that says nothing special"
[ "$(jq -c '.report.attachments | [.ocr, .released]' "$W/out")" = '[true,{"diploma":1}]' ]; ok "which leaves"
expect 0 "and is opened" at incoming open --into "$W/opened" "$(jq -r .file "$W/out")"
pdftotext "$W"/opened/*/data/attachments/diploma-1.pdf - 2>"$W/err" | grep -q Ervaring; [ $? -eq 1 ]; ok "without the text that was read"
scan bad page2.jpg; ok "sealed with one that shows a number"
[ "$(jq -c .report.attachments.left_behind "$W/out")" = '[{"type":"diploma","reason":"blocked"}]' ]; ok "which stays"
