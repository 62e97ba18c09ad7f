/* SPDX-License-Identifier: EUPL-1.2 */
/* The keys that stay of each kind of object (ISO 32000-1), and what their values must be. */
#include "attach/pdf_walk.h"
#include "base/str.h"

struct key {
	const char *name;
	enum pdf_kind kind;
};

/* ISO 32000-1, 7.7.3.3. Contents are made anew by pdf.c, Parent is set there. */
static const struct key page[] = {{"/Contents", PDF_PAGE}, {"/CropBox", PDF_PLAIN},
    {"/Group", PDF_GROUP}, {"/MediaBox", PDF_PLAIN}, {"/Resources", PDF_RESOURCES},
    {"/Rotate", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {"/UserUnit", PDF_PLAIN}, {0}};
static const struct key resources[] = {{"/ColorSpace", PDF_COLOURS}, {"/ExtGState", PDF_STATES},
    {"/Font", PDF_FONTS}, {"/Pattern", PDF_PATTERNS}, {"/ProcSet", PDF_PLAIN},
    {"/Shading", PDF_SHADINGS}, {"/XObject", PDF_XOBJECTS}, {0}};
static const struct key group[] = {{"/CS", PDF_COLOUR}, {"/I", PDF_PLAIN}, {"/K", PDF_PLAIN},
    {"/S", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {0}};
static const struct key calibrated[] = {{"/BlackPoint", PDF_PLAIN}, {"/Gamma", PDF_PLAIN},
    {"/Matrix", PDF_PLAIN}, {"/Range", PDF_PLAIN}, {"/WhitePoint", PDF_PLAIN}, {0}};
/* 8.4.5; what is tuned to one printer (halftones, transfer) goes */
static const struct key state[] = {{"/AIS", PDF_PLAIN}, {"/BM", PDF_PLAIN}, {"/CA", PDF_PLAIN},
    {"/D", PDF_PLAIN}, {"/FL", PDF_PLAIN}, {"/Font", PDF_STATE_FONT}, {"/LC", PDF_PLAIN},
    {"/LJ", PDF_PLAIN}, {"/LW", PDF_PLAIN}, {"/ML", PDF_PLAIN}, {"/OP", PDF_PLAIN},
    {"/OPM", PDF_PLAIN}, {"/RI", PDF_PLAIN}, {"/SA", PDF_PLAIN}, {"/SM", PDF_PLAIN},
    {"/SMask", PDF_SOFT_MASK}, {"/TK", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {"/ca", PDF_PLAIN},
    {"/op", PDF_PLAIN}, {0}};
static const struct key soft_mask[] = {{"/BC", PDF_PLAIN}, {"/G", PDF_FORM}, {"/S", PDF_PLAIN},
    {"/TR", PDF_FUNCTION}, {"/Type", PDF_PLAIN}, {0}};
static const struct key image[] = {{"/BitsPerComponent", PDF_PLAIN}, {"/ColorSpace", PDF_COLOUR},
    {"/Decode", PDF_PLAIN}, {"/DecodeParms", PDF_PARMS}, {"/Filter", PDF_PLAIN},
    {"/Height", PDF_PLAIN}, {"/ImageMask", PDF_PLAIN}, {"/Intent", PDF_PLAIN},
    {"/Interpolate", PDF_PLAIN}, {"/Length", PDF_PLAIN}, {"/Mask", PDF_MASK}, {"/Matte", PDF_PLAIN},
    {"/SMask", PDF_IMAGE}, {"/Subtype", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {"/Width", PDF_PLAIN},
    {0}};
static const struct key form[] = {{"/BBox", PDF_PLAIN}, {"/DecodeParms", PDF_PARMS},
    {"/Filter", PDF_PLAIN}, {"/FormType", PDF_PLAIN}, {"/Group", PDF_GROUP}, {"/Length", PDF_PLAIN},
    {"/Matrix", PDF_PLAIN}, {"/Resources", PDF_RESOURCES}, {"/Subtype", PDF_PLAIN},
    {"/Type", PDF_PLAIN}, {0}};
static const struct key tiling[] = {{"/BBox", PDF_PLAIN}, {"/DecodeParms", PDF_PARMS},
    {"/Filter", PDF_PLAIN}, {"/Length", PDF_PLAIN}, {"/Matrix", PDF_PLAIN},
    {"/PaintType", PDF_PLAIN}, {"/PatternType", PDF_PLAIN}, {"/Resources", PDF_RESOURCES},
    {"/TilingType", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {"/XStep", PDF_PLAIN}, {"/YStep", PDF_PLAIN},
    {0}};
static const struct key shaded[] = {{"/ExtGState", PDF_STATE}, {"/Matrix", PDF_PLAIN},
    {"/PatternType", PDF_PLAIN}, {"/Shading", PDF_SHADING}, {"/Type", PDF_PLAIN}, {0}};
static const struct key shading[] = {{"/AntiAlias", PDF_PLAIN}, {"/BBox", PDF_PLAIN},
    {"/Background", PDF_PLAIN}, {"/BitsPerComponent", PDF_PLAIN}, {"/BitsPerCoordinate", PDF_PLAIN},
    {"/BitsPerFlag", PDF_PLAIN}, {"/ColorSpace", PDF_COLOUR}, {"/Coords", PDF_PLAIN},
    {"/Decode", PDF_PLAIN}, {"/DecodeParms", PDF_PARMS}, {"/Domain", PDF_PLAIN},
    {"/Extend", PDF_PLAIN}, {"/Filter", PDF_PLAIN}, {"/Function", PDF_FUNCTION},
    {"/Length", PDF_PLAIN}, {"/Matrix", PDF_PLAIN}, {"/ShadingType", PDF_PLAIN},
    {"/VerticesPerRow", PDF_PLAIN}, {0}};
static const struct key function[] = {{"/BitsPerSample", PDF_PLAIN}, {"/Bounds", PDF_PLAIN},
    {"/C0", PDF_PLAIN}, {"/C1", PDF_PLAIN}, {"/Decode", PDF_PLAIN}, {"/DecodeParms", PDF_PARMS},
    {"/Domain", PDF_PLAIN}, {"/Encode", PDF_PLAIN}, {"/Filter", PDF_PLAIN},
    {"/FunctionType", PDF_PLAIN}, {"/Functions", PDF_FUNCTION}, {"/Length", PDF_PLAIN},
    {"/N", PDF_PLAIN}, {"/Order", PDF_PLAIN}, {"/Range", PDF_PLAIN}, {"/Size", PDF_PLAIN}, {0}};
static const struct key font[] = {{"/BaseFont", PDF_PLAIN}, {"/CIDSystemInfo", PDF_SYSTEM},
    {"/CIDToGIDMap", PDF_DATA}, {"/CharProcs", PDF_GLYPHS}, {"/DW", PDF_PLAIN}, {"/DW2", PDF_PLAIN},
    {"/DescendantFonts", PDF_FONT}, {"/Encoding", PDF_ENCODING}, {"/FirstChar", PDF_PLAIN},
    {"/FontBBox", PDF_PLAIN}, {"/FontDescriptor", PDF_DESCRIPTOR}, {"/FontMatrix", PDF_PLAIN},
    {"/LastChar", PDF_PLAIN}, {"/Resources", PDF_RESOURCES}, {"/Subtype", PDF_PLAIN},
    {"/ToUnicode", PDF_CMAP}, {"/Type", PDF_PLAIN}, {"/W", PDF_PLAIN}, {"/W2", PDF_PLAIN},
    {"/Widths", PDF_PLAIN}, {0}};
static const struct key descriptor[] = {{"/Ascent", PDF_PLAIN}, {"/AvgWidth", PDF_PLAIN},
    {"/CIDSet", PDF_DATA}, {"/CapHeight", PDF_PLAIN}, {"/Descent", PDF_PLAIN},
    {"/Flags", PDF_PLAIN}, {"/FontBBox", PDF_PLAIN}, {"/FontFile", PDF_DATA},
    {"/FontFile2", PDF_DATA}, {"/FontFile3", PDF_DATA}, {"/FontName", PDF_PLAIN},
    {"/FontStretch", PDF_PLAIN}, {"/FontWeight", PDF_PLAIN}, {"/ItalicAngle", PDF_PLAIN},
    {"/Leading", PDF_PLAIN}, {"/MaxWidth", PDF_PLAIN}, {"/MissingWidth", PDF_PLAIN},
    {"/StemH", PDF_PLAIN}, {"/StemV", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {"/XHeight", PDF_PLAIN},
    {0}};
static const struct key encoding[] = {
    {"/BaseEncoding", PDF_PLAIN}, {"/Differences", PDF_PLAIN}, {"/Type", PDF_PLAIN}, {0}};
static const struct key character_system[] = {
    {"/Ordering", PDF_TEXT}, {"/Registry", PDF_TEXT}, {"/Supplement", PDF_PLAIN}, {0}};
static const struct key cmap[] = {{"/CIDSystemInfo", PDF_SYSTEM}, {"/CMapName", PDF_PLAIN},
    {"/DecodeParms", PDF_PARMS}, {"/Filter", PDF_PLAIN}, {"/Length", PDF_PLAIN},
    {"/Type", PDF_PLAIN}, {"/UseCMap", PDF_CMAP}, {"/WMode", PDF_PLAIN}, {0}};
static const struct key data[] = {{"/DecodeParms", PDF_PARMS}, {"/Filter", PDF_PLAIN},
    {"/Length", PDF_PLAIN}, {"/Length1", PDF_PLAIN}, {"/Length2", PDF_PLAIN},
    {"/Length3", PDF_PLAIN}, {"/Subtype", PDF_PLAIN}, {0}};
static const struct key glyph[] = {
    {"/DecodeParms", PDF_PARMS}, {"/Filter", PDF_PLAIN}, {"/Length", PDF_PLAIN}, {0}};
static const struct key parms[] = {{"/BitsPerComponent", PDF_PLAIN}, {"/BlackIs1", PDF_PLAIN},
    {"/ColorTransform", PDF_PLAIN}, {"/Colors", PDF_PLAIN}, {"/Columns", PDF_PLAIN},
    {"/DamagedRowsBeforeError", PDF_PLAIN}, {"/EarlyChange", PDF_PLAIN},
    {"/EncodedByteAlign", PDF_PLAIN}, {"/EndOfBlock", PDF_PLAIN}, {"/EndOfLine", PDF_PLAIN},
    {"/K", PDF_PLAIN}, {"/Predictor", PDF_PLAIN}, {"/Rows", PDF_PLAIN}, {0}};

static const struct key *const keys[PDF_COLOURS] = {[PDF_PAGE] = page,
    [PDF_RESOURCES] = resources,
    [PDF_GROUP] = group,
    [PDF_CALIBRATED] = calibrated,
    [PDF_STATE] = state,
    [PDF_SOFT_MASK] = soft_mask,
    [PDF_IMAGE] = image,
    [PDF_FORM] = form,
    [PDF_TILING] = tiling,
    [PDF_SHADED] = shaded,
    [PDF_SHADING] = shading,
    [PDF_FUNCTION] = function,
    [PDF_FONT] = font,
    [PDF_DESCRIPTOR] = descriptor,
    [PDF_ENCODING] = encoding,
    [PDF_SYSTEM] = character_system,
    [PDF_CMAP] = cmap,
    [PDF_DATA] = data,
    [PDF_GLYPH] = glyph,
    [PDF_PARMS] = parms};

bool pdf_key(enum pdf_kind kind, const char *name, enum pdf_kind *ret_kind)
{
	for (const struct key *k = keys[kind]; k && k->name; k++)
		if (str_eq(k->name, name)) {
			*ret_kind = k->kind;
			return true;
		}
	return false;
}
