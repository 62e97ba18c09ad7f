# shellcheck shell=bash
# DOCX files for tests, made here with zip: source this, then
#   docx_begin FILE; docx_link TYPE TARGET [External]; docx_part NAME TEXT; docx_end BODY
# docx_link gives rId1, rId2 and so on. docx_text FILE LINE...: a plain one.
docx_office=http://schemas.openxmlformats.org/officeDocument/2006/relationships
docx_spaces="xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' xmlns:r='$docx_office'
 xmlns:wp='http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'
 xmlns:pic='http://schemas.openxmlformats.org/drawingml/2006/picture'"
docx_begin() {
	docx=$1 docx_dir=$(mktemp -d) docx_links=
	docx_n=0
	mkdir -p "$docx_dir/word/_rels" "$docx_dir/_rels"
}
docx_link() {
	docx_links+="<Relationship Id='rId$((++docx_n))' Type='$docx_office/$1' Target='$2'${3:+ TargetMode='$3'}/>"
}
docx_part() { mkdir -p "$(dirname "$docx_dir/$1")" && printf '%s' "$2" >"$docx_dir/$1"; }
docx_rels() { # RELATIONSHIPS
	printf "<?xml version='1.0' encoding='UTF-8'?><Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>%s</Relationships>" "$1"
}
docx_end() {
	local types="<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>
		<Default Extension='xml' ContentType='application/xml'/><Default Extension='jpg' ContentType='image/jpeg'/>"
	local part kind
	for part in document:document.main styles:styles settings:settings header1:header comments:comments; do
		kind=${part#*:}
		types+="<Override PartName='/word/${part%:*}.xml' ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.$kind+xml'/>"
	done
	docx_part '[Content_Types].xml' "<?xml version='1.0' encoding='UTF-8'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>$types</Types>"
	docx_part _rels/.rels "$(docx_rels "<Relationship Id='r1' Type='$docx_office/officeDocument' Target='word/document.xml'/><Relationship Id='r2' Type='http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties' Target='docProps/core.xml'/>")"
	docx_part word/_rels/document.xml.rels "$(docx_rels "$docx_links")"
	docx_part word/document.xml "<?xml version='1.0' encoding='UTF-8'?><w:document $docx_spaces><w:body>$1</w:body></w:document>"
	rm -f "$docx"
	(cd "$docx_dir" && zip -qrX -D "$docx" '[Content_Types].xml' _rels word $(ls | grep -vxE 'word|_rels|\[Content_Types\].xml'))
	rm -rf "$docx_dir"
}
docx_p() { printf '<w:p><w:r><w:t>%s</w:t></w:r></w:p>' "$1"; }
docx_text() {
	local file=$1 line body=
	shift
	for line; do body+=$(docx_p "$line"); done
	docx_begin "$file"
	docx_end "$body"
}
# docx_planted FILE PICTURE WORD: text, a header and a picture, and WORD wherever nobody looks
docx_planted() {
	local w=$3
	docx_begin "$1"
	docx_link styles styles.xml; docx_link settings settings.xml; docx_link header header1.xml
	docx_link image media/foto.jpg; docx_link comments comments.xml
	docx_link hyperlink "https://$w.example" External; docx_link attachedTemplate "file:///$w.dotm" External
	docx_link customXml ../customXml/item1.xml
	docx_part word/styles.xml "<w:styles $docx_spaces><w:style w:type='paragraph' w:default='1' w:styleId='Standaard'><w:name w:val='Normal'/></w:style>
		<w:style w:type='character' w:styleId='Weg'><w:name w:val='Weg'/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"
	docx_part word/settings.xml "<w:settings $docx_spaces><w:attachedTemplate r:id='rId7'/><w:rsids><w:rsid w:val='$w'/></w:rsids><w:docVars><w:docVar w:name='$w' w:val='$w'/></w:docVars></w:settings>"
	docx_part word/header1.xml "<w:hdr $docx_spaces>$(docx_p Diplomakop)</w:hdr>"
	docx_part word/comments.xml "<w:comments $docx_spaces><w:comment w:id='1' w:author='$w' w:initials='$w'>$(docx_p "$w")</w:comment></w:comments>"
	docx_part docProps/core.xml "<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>$w</dc:creator></cp:coreProperties>"
	docx_part customXml/item1.xml "<$w/>"
	docx_part word/media/foto.jpg ""; cp "$2" "$docx_dir/word/media/foto.jpg"
	docx_end "<w:p w:rsidR='$w'><w:commentRangeStart w:id='1'/><w:r><w:t>Diploma lassen</w:t></w:r><w:commentRangeEnd w:id='1'/><w:r><w:commentReference w:id='1'/></w:r></w:p>
<w:p><w:ins w:author='$w'><w:r><w:t>Toegevoegd</w:t></w:r></w:ins><w:del w:author='$w'><w:r><w:delText>$w</w:delText></w:r></w:del></w:p>
<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>$w</w:t></w:r><w:r><w:rPr><w:rStyle w:val='Weg'/></w:rPr><w:t>$w</w:t></w:r></w:p>
<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>INCLUDETEXT \"c:\\$w\"</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>uitslag</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>
<w:hyperlink r:id='rId6' w:tooltip='$w'><w:r><w:t>koppeling</w:t></w:r></w:hyperlink><w:bookmarkStart w:id='2' w:name='$w'/><w:bookmarkEnd w:id='2'/></w:p>
<w:p><w:r><w:drawing><wp:inline distT='0' distB='0' distL='0' distR='0'><wp:extent cx='640000' cy='480000'/><wp:docPr id='1' name='$w' descr='$w'/><a:graphic><a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/picture'><pic:pic><pic:nvPicPr><pic:cNvPr id='1' name='$w' descr='$w'/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed='rId4'/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/><a:ext cx='640000' cy='480000'/></a:xfrm><a:prstGeom prst='rect'><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>
<w:sectPr><w:headerReference w:type='default' r:id='rId3'/><w:pgSz w:w='11906' w:h='16838'/><w:pgMar w:top='1417' w:right='1417' w:bottom='1417' w:left='1417' w:header='708' w:footer='708' w:gutter='0'/></w:sectPr>"
}
