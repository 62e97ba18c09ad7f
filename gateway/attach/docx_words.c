/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/docx_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/defs.h"
#include "base/str.h"

static const struct {
	const char *prefix, *uri;
} spaces[DOCX_NONE] = {
    [DOCX_W] = {"w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"},
    [DOCX_R] = {"r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"},
    [DOCX_WP] = {"wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"},
    [DOCX_A] = {"a", "http://schemas.openxmlformats.org/drawingml/2006/main"},
    [DOCX_PIC] = {"pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"},
    [DOCX_M] = {"m", "http://schemas.openxmlformats.org/officeDocument/2006/math"},
    [DOCX_V] = {"v", "urn:schemas-microsoft-com:vml"},
    [DOCX_O] = {"o", "urn:schemas-microsoft-com:office:office"},
    [DOCX_W10] = {"w10", "urn:schemas-microsoft-com:office:word"},
    [DOCX_MC] = {"mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"},
    [DOCX_WPS] = {"wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"},
    [DOCX_WPG] = {"wpg", "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"},
    [DOCX_WPC] = {"wpc", "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"},
    [DOCX_XML] = {"xml", "http://www.w3.org/XML/1998/namespace"},
};

const char docx_declarations[] =
    " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
    " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""
    " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""
    " xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""
    " xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\""
    " xmlns:v=\"urn:schemas-microsoft-com:vml\""
    " xmlns:w10=\"urn:schemas-microsoft-com:office:word\""
    " xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""
    " xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\""
    " xmlns:wpg=\"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup\""
    " xmlns:wpc=\"http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas\"";

enum docx_space docx_space_of(const char *name, const char **ret_local)
{
	const char *bar = strchr(name, '|');
	*ret_local = bar ? bar + 1 : name;
	if (!bar)
		return DOCX_NONE;
	for (size_t i = 0; i < DOCX_NONE; i++)
		if (strlen(spaces[i].uri) == (size_t)(bar - name) &&
		    memcmp(spaces[i].uri, name, (size_t)(bar - name)) == 0)
			return (enum docx_space)i;
	return DOCX_OTHER;
}

const char *docx_prefix(enum docx_space space)
{
	return space < DOCX_NONE ? spaces[space].prefix : "";
}

/*
 * The elements of WordprocessingML that stay, sorted: text and its properties, tables, sections,
 * styles, numbering, notes, fonts, and of the settings those that place text on the page. Changes,
 * comments, bookmarks, permissions, data bindings and whatever else there is are not here.
 */
static const char *const kept[] = {"abstractNum", "abstractNumId", "adjustRightInd", "altName",
    "autoHyphenation", "autoRedefine", "autoSpaceDE", "autoSpaceDN", "b", "bCs", "background",
    "bar", "basedOn", "bdo", "bdr", "between", "bidi", "bidiVisual", "body", "bottom", "br",
    "cantSplit", "caps", "characterSpacingControl", "charset", "clrSchemeMapping", "cnfStyle",
    "col", "color", "cols", "compat", "compatSetting", "contextualSpacing", "continuationSeparator",
    "cr", "cs", "decimalSymbol", "defaultTabStop", "dir", "displayBackgroundShape", "docDefaults",
    "docGrid", "document", "drawing", "dstrike", "eastAsianLayout", "effect", "em", "emboss", "end",
    "endnote", "endnotePr", "endnoteRef", "endnoteReference", "endnotes", "evenAndOddHeaders",
    "family", "fitText", "font", "fonts", "footerReference", "footnote", "footnotePr",
    "footnoteRef", "footnoteReference", "footnotes", "formProt", "framePr", "ftr", "gridAfter",
    "gridBefore", "gridCol", "gridSpan", "gutterAtTop", "hMerge", "hdr", "headerReference",
    "hideMark", "highlight", "hps", "hpsBaseText", "hpsRaise", "hyphenationZone", "i", "iCs",
    "ilvl", "imprint", "ind", "insideH", "insideV", "isLgl", "jc", "keepLines", "keepNext", "kern",
    "kinsoku", "lang", "lastRenderedPageBreak", "left", "lid", "link", "listSeparator", "lnNumType",
    "lvl", "lvlJc", "lvlOverride", "lvlRestart", "lvlText", "mirrorIndents", "mirrorMargins",
    "multiLevelType", "name", "next", "noBreakHyphen", "noEndnote", "noProof", "noWrap",
    "notTrueType", "num", "numFmt", "numId", "numPr", "numRestart", "numStart", "numStyleLink",
    "numbering", "oMath", "outline", "outlineLvl", "overflowPunct", "p", "pBdr", "pPr",
    "pPrDefault", "pStyle", "pageBreakBefore", "panose1", "paperSrc", "pgBorders", "pgMar", "pgNum",
    "pgNumType", "pgSz", "pict", "pitch", "pos", "position", "ptab", "qFormat", "r", "rFonts",
    "rPr", "rPrDefault", "rStyle", "right", "rt", "rtl", "rtlGutter", "ruby", "rubyAlign",
    "rubyBase", "rubyPr", "sectPr", "semiHidden", "separator", "settings", "shadow", "shd", "sig",
    "smallCaps", "snapToGrid", "softHyphen", "spacing", "start", "startOverride", "strike", "style",
    "styleLink", "styles", "suff", "suppressAutoHyphens", "suppressLineNumbers", "suppressOverlap",
    "sym", "sz", "szCs", "t", "tab", "tabs", "tbl", "tblBorders", "tblCellMar", "tblCellSpacing",
    "tblGrid", "tblHeader", "tblInd", "tblLayout", "tblLook", "tblOverlap", "tblPr", "tblStyle",
    "tblStyleColBandSize", "tblStylePr", "tblStyleRowBandSize", "tblW", "tblpPr", "tc", "tcBorders",
    "tcFitText", "tcMar", "tcPr", "tcW", "textAlignment", "textDirection", "textboxTightWrap",
    "themeFontLang", "titlePg", "tl2br", "top", "topLinePunct", "tr", "tr2bl", "trHeight", "trPr",
    "txbxContent", "type", "u", "uiPriority", "unhideWhenUsed", "vAlign", "vMerge", "vertAlign",
    "w", "wAfter", "wBefore", "widowControl", "wordWrap"};

static const struct {
	const char *local;
	enum docx_space space;
	enum docx_fate fate;
} special[] = {
    {"ins", DOCX_W, DOCX_UNWRAP},
    {"moveTo", DOCX_W, DOCX_UNWRAP},
    {"hyperlink", DOCX_W, DOCX_UNWRAP},
    {"sdt", DOCX_W, DOCX_UNWRAP},
    {"sdtContent", DOCX_W, DOCX_UNWRAP},
    {"smartTag", DOCX_W, DOCX_UNWRAP},
    {"customXml", DOCX_W, DOCX_UNWRAP},
    {"object", DOCX_W, DOCX_ACTIVE},
    {"control", DOCX_W, DOCX_ACTIVE},
    {"altChunk", DOCX_W, DOCX_ACTIVE},
    {"subDoc", DOCX_W, DOCX_ACTIVE},
    {"OLEObject", DOCX_O, DOCX_ACTIVE},
    {"fldChar", DOCX_W, DOCX_FIELD},
    {"instrText", DOCX_W, DOCX_FIELD_TEXT},
    {"fldSimple", DOCX_W, DOCX_FIELD_SIMPLE},
    {"vanish", DOCX_W, DOCX_VANISH},
    {"extLst", DOCX_A, DOCX_DROP},
    {"hlinkClick", DOCX_A, DOCX_DROP},
    {"hlinkHover", DOCX_A, DOCX_DROP},
    {"hlinkMouseOver", DOCX_A, DOCX_DROP},
    {"custDataLst", DOCX_A, DOCX_DROP},
    {"audioFile", DOCX_A, DOCX_ACTIVE},
    {"videoFile", DOCX_A, DOCX_ACTIVE},
    {"quickTimeFile", DOCX_A, DOCX_ACTIVE},
    {"AlternateContent", DOCX_MC, DOCX_ALTERNATE},
    {"Choice", DOCX_MC, DOCX_CHOICE},
    {"Fallback", DOCX_MC, DOCX_FALLBACK},
};

static int by_word(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

enum docx_fate docx_fate_of(enum docx_space space, const char *local)
{
	for (size_t i = 0; i < GW_LENGTH(special); i++)
		if (special[i].space == space && str_eq(special[i].local, local))
			return special[i].fate;
	switch (space) {
	case DOCX_W:
		return bsearch(local, kept, GW_LENGTH(kept), sizeof *kept, by_word) ? DOCX_KEEP
										    : DOCX_DROP;
	case DOCX_WP:
	case DOCX_A:
	case DOCX_PIC:
	case DOCX_M:
	case DOCX_V:
	case DOCX_W10:
	case DOCX_WPS:
	case DOCX_WPG:
	case DOCX_WPC:
		return DOCX_KEEP;
	default:
		return DOCX_DROP;
	}
}

static bool among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, list[i]))
			return true;
	return false;
}

static enum docx_attribute word_attribute(const char *element, const char *local)
{
	static const char *const who[] = {"author", "date", "initials", "tooltip", "docLocation",
	    "history", "tgtFrame", "dirty", "fldLock", "fontKey", "subsetted"};
	if (str_starts(local, "rsid") || among(local, who, GW_LENGTH(who)))
		return DOCX_A_DROP;
	if (str_eq(local, "val") &&
	    (str_eq(element, "name") || str_eq(element, "lvlText") || str_eq(element, "altName")))
		return DOCX_A_TEXT;
	return str_eq(element, "font") && str_eq(local, "name") ? DOCX_A_TEXT : DOCX_A_KEEP;
}

enum docx_attribute docx_attribute_of(
    enum docx_space element, const char *element_local, enum docx_space space, const char *local)
{
	static const char *const says[] = {"descr", "title", "alt", "href", "target", "tooltip",
	    "action", "macro", "textlink", "equationxml", "gfxdata", "userdrawn", "button", "src"};
	if (element == DOCX_W && space == DOCX_W)
		return word_attribute(element_local, local);
	if (space == DOCX_XML)
		return str_eq(local, "space") ? DOCX_A_KEEP : DOCX_A_DROP;
	if (space == DOCX_R) /* of a header, a footer, a picture */
		return str_eq(local, "embed") || str_eq(local, "id") ? DOCX_A_LINK : DOCX_A_DROP;
	if (element == DOCX_M && space == DOCX_M)
		return DOCX_A_KEEP;
	if (space != DOCX_NONE || element == DOCX_W || among(local, says, GW_LENGTH(says)))
		return DOCX_A_DROP;
	if (element == DOCX_V && str_eq(element_local, "textpath") && str_eq(local, "string"))
		return DOCX_A_TEXT;
	return str_eq(local, "name") ? DOCX_A_EMPTY : DOCX_A_KEEP;
}
