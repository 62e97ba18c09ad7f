# shellcheck shell=bash
# PDFs for tests, made here: source this, then
#   pdf_begin FILE; pdf_object TEXT; pdf_stream DICT FILE|-; …; pdf_end TRAILER
# Objects are numbered from 1 in their order; a stream is read from a file, or standard input for -.
pdf_begin() {
	pdf=$1 pdf_at=()
	printf '%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n' >"$pdf"
}
pdf_object() {
	pdf_at+=("$(stat -c %s "$pdf")")
	printf '%d 0 obj\n%s\nendobj\n' ${#pdf_at[@]} "$1" >>"$pdf"
}
pdf_stream() {
	local data=$2
	[ "$data" = - ] && { data=$pdf.stream; cat >"$data"; }
	pdf_at+=("$(stat -c %s "$pdf")")
	{
		printf '%d 0 obj\n<<%s /Length %d>>\nstream\n' ${#pdf_at[@]} "$1" "$(stat -c %s "$data")"
		cat "$data"
		printf '\nendstream\nendobj\n'
	} >>"$pdf"
	rm -f "$pdf.stream"
}
pdf_end() {
	local xref at
	xref=$(stat -c %s "$pdf")
	{
		printf 'xref\n0 %d\n0000000000 65535 f \n' $((${#pdf_at[@]} + 1))
		for at in "${pdf_at[@]}"; do printf '%010d 00000 n \n' "$at"; done
		printf 'trailer\n<</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n' $((${#pdf_at[@]} + 1)) "$1" "$xref"
	} >>"$pdf"
}
# pdf_text FILE LINE...: a document of one page for each line of text
pdf_text() {
	local file=$1 i kids= n=$(($# - 1))
	shift
	for ((i = 0; i < n; i++)); do kids+="$((4 + 2 * i)) 0 R "; done
	pdf_begin "$file"
	pdf_object '<</Type/Catalog/Pages 2 0 R>>'
	pdf_object "<</Type/Pages/Kids[$kids]/Count $n/MediaBox[0 0 400 200]>>"
	pdf_object '<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>'
	for ((i = 0; i < n; i++)); do
		pdf_object "<</Type/Page/Parent 2 0 R/Resources 3 0 R/Contents $((5 + 2 * i)) 0 R>>"
		pdf_stream '' - <<<"BT /F1 14 Tf 20 100 Td (${*:i+1:1}) Tj ET"
	done
	pdf_end '/Root 1 0 R'
}
# pdf_planted FILE PICTURE WORD: one page of text and a JPEG, and WORD in every place that is no page
pdf_planted() {
	pdf_begin "$1"
	pdf_object "<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/OpenAction 7 0 R/Names<</JavaScript<</Names[($3)7 0 R]>>
		/EmbeddedFiles<</Names[($3.txt)8 0 R]>>>>/PieceInfo<</$3<</Private($3)>>>>/AF[8 0 R]/Lang($3)>>"
	pdf_object "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 400 200]>>"
	pdf_object "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Thumb 10 0 R/PieceInfo<</$3<<>>>>/AA<</O 7 0 R>>
		/Annots[<</Type/Annot/Subtype/Text/F 2/Rect[0 0 9 9]/Contents($3)/T($3)>>]
		/Resources<</Font<</F1 5 0 R>>/XObject<</Im 10 0 R>>>>>>"
	pdf_stream '' - <<<"% $3
BT /F1 18 Tf 20 150 Td /Span<</ActualText($3)>>BDC (Diploma lassen) Tj EMC 3 Tr 0 -30 Td ($3) Tj 0 Tr ET
q 64 0 0 48 20 20 cm /Im Do Q 0 0 1 rg 200 20 50 50 re f"
	pdf_object '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'
	pdf_stream '/Type/Metadata/Subtype/XML' - <<<"<x:xmpmeta><creator>$3</creator></x:xmpmeta>"
	pdf_object "<</S/JavaScript/JS(app.alert\\('$3'\\))>>"
	pdf_object "<</Type/Filespec/F($3.txt)/EF<</F 9 0 R>>>>"
	pdf_stream '/Type/EmbeddedFile' - <<<"$3"
	pdf_stream '/Type/XObject/Subtype/Image/Width 32/Height 24/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode' "$2"
	pdf_object "<</Author($3)/Title($3)/Producer($3)>>"
	pdf_end "/Root 1 0 R/Info 11 0 R"
}
