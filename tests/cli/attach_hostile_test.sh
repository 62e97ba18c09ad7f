#!/bin/bash
# Files that are made to harm: each is refused with its reason, soon and in little memory.
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
. tests/cli/attach/docx.sh
plan 21
photo=$PWD/tests/cli/attach/photo.jpg
mkdir "$W/a" && cd "$W/a" || exit 1
# refused NAME FILE REASON: exit 3 or 4 with those words, within 40 seconds
refused() {
	local rc began=$SECONDS
	([[ $BUILD == *san-* ]] || ulimit -v 3000000; timeout 60 "$HANDOVER" attach check --ocr off "$2") >"$W/out" 2>"$W/err"
	rc=$?
	{ [ $rc -eq 3 ] || [ $rc -eq 4 ]; } && grep -q -- "$3" "$W/err" && [ $((SECONDS - began)) -lt 40 ]
	ok "$1"
}
one_page() { # FILE: a document of one page, up to its contents
	pdf_begin "$1"
	pdf_object '<</Type/Catalog/Pages 2 0 R>>'
	pdf_object '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 99 99]>>'
	pdf_object "<</Type/Page/Parent 2 0 R/Contents 4 0 R ${2:-}>>"
}

# ---- PDF ----
pdf_text good.pdf 'Ervaring'
for k in 50 200 500; do head -c $k good.pdf >cut.pdf; refused "a PDF cut at $k bytes" cut.pdf damaged; done
{ printf 'GIF89a'; cat good.pdf; } >poly.pdf; refused "a PDF behind something else" poly.pdf 'first bytes'
one_page bomb.pdf
{ printf '\x78\x9c'; head -c 400000000 /dev/zero | gzip -c | tail -c +11 | head -c -8; } >zeros
pdf_stream '/Filter/FlateDecode' zeros; pdf_end '/Root 1 0 R'
refused "contents that unpack to 400 MB" bomb.pdf 'damaged\|too large\|too long'
pdf_begin pages.pdf
pdf_object '<</Type/Catalog/Pages 2 0 R>>'
pdf_object "<</Type/Pages/Count 100000/Kids[$(yes '3 0 R' | head -100000 | tr '\n' ' ')]>>"
pdf_object '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>'
pdf_end '/Root 1 0 R'
refused "100,000 pages" pages.pdf 'too large'
pdf_begin loop.pdf
pdf_object '<</Type/Catalog/Pages 2 0 R>>'
pdf_object '<</Type/Pages/Kids[2 0 R]/Count 1>>'
pdf_end '/Root 1 0 R'
refused "pages that hold themselves" loop.pdf damaged
one_page deep.pdf "/Resources $(yes '<</Font' | head -100000 | tr -d '\n')"
pdf_stream '' - <<<x; pdf_end '/Root 1 0 R'
refused "100,000 dictionaries within each other" deep.pdf damaged
one_page forms.pdf '/Resources<</XObject<</F 5 0 R>>>>'
pdf_stream '' - <<<'/F Do'
pdf_stream '/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>' - <<<'/F Do /F Do'
pdf_end '/Root 1 0 R'
refused "a form that draws itself twice" forms.pdf 'without text'
one_page huge.pdf '/Resources<</XObject<</I 5 0 R>>>>'
pdf_stream '' - <<<'/I Do'
sed 's/\xff\xc0\x00\x11\x08..../\xff\xc0\x00\x11\x08\xff\xff\xff\xff/' "$photo" >huge.jpg
pdf_stream '/Type/XObject/Subtype/Image/Width 65535/Height 65535/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode' huge.jpg
pdf_end '/Root 1 0 R'
refused "an image of 65,535 by 65,535 pixels" huge.pdf 'too large'
one_page far.pdf '/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>'
pdf_stream '' - <<<'BT /F1 9 Tf 9 9 Td (tekst) Tj 0 500 Td (BSN 123456782) Tj ET'; pdf_end '/Root 1 0 R'
expect 0 "what lies outside the page" "$HANDOVER" attach check far.pdf
said "bsn 1"

# ---- DOCX ----
docx_text "$PWD/good.docx" Ervaring
head -c 600 good.docx >cut.docx; refused "a DOCX that is cut" cut.docx 'damaged\|first bytes'
{ cat good.docx; printf 'meer'; } >behind.docx; refused "something behind its end" behind.docx damaged
docx_begin "$PWD/bomb.docx"; head -c 24000000 /dev/zero >"$docx_dir/word/x.bin"; docx_end "$(docx_p x)"
refused "a DOCX that unpacks to far more than it holds" bomb.docx 'too large'
docx_begin "$PWD/many.docx"; for i in $(seq 600); do : >"$docx_dir/word/$i"; done; docx_end "$(docx_p x)"
refused "more members than any document has" many.docx 'too large'
cp good.docx local.docx; printf 'P' >x; zip -q local.docx x
# hide it from the directory: the entry is there, the list of them is that of before
tail -c 22 good.docx >end; { head -c -22 local.docx; cat end; } >hidden.docx
refused "a member that the directory does not name" hidden.docx damaged
docx_begin "$PWD/entity.docx"; docx_link styles styles.xml
docx_part word/styles.xml '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
docx_end "$(docx_p x)"
refused "entities" entity.docx damaged
docx_begin "$PWD/outside.docx"; docx_part word/styles.xml '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
docx_link styles styles.xml; docx_end "$(docx_p x)"
refused "a document type from elsewhere" outside.docx damaged
docx_begin "$PWD/deep.docx"; docx_end "$(yes '<w:p>' | head -50000 | tr -d '\n')"
refused "50,000 paragraphs within each other" deep.docx 'damaged\|too large'
docx_begin "$PWD/up.docx"; docx_link header ../../../../etc/passwd; docx_end "$(docx_p x)<w:sectPr><w:headerReference r:id='rId1'/></w:sectPr>"
expect 0 "a way out of the package leads nowhere" "$HANDOVER" attach clean up.docx clean.docx
