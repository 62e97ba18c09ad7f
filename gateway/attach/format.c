/* SPDX-License-Identifier: EUPL-1.2 */
/* What a file is, by its first bytes and by its extension. */
#include <string.h>

#include "attach/attach.h"
#include "base/str.h"

const char *const attach_format_words[ATTACH_FORMATS] = {
    [ATTACH_UNKNOWN] = "unknown",
    [ATTACH_PDF] = "pdf",
    [ATTACH_DOCX] = "docx",
    [ATTACH_JPEG] = "jpeg",
    [ATTACH_PNG] = "png",
    [ATTACH_TEXT] = "text",
};

static const char *const exts[ATTACH_FORMATS] = {
    [ATTACH_UNKNOWN] = "bin",
    [ATTACH_PDF] = "pdf",
    [ATTACH_DOCX] = "docx",
    [ATTACH_JPEG] = "jpg",
    [ATTACH_PNG] = "png",
    [ATTACH_TEXT] = "txt",
};

const char *const attach_mode_words[ATTACH_MODES] = {"strip", "flatten", "text_only"};

const char *attach_format_name(enum attach_format f)
{
	return attach_format_words[f];
}

const char *attach_format_ext(enum attach_format f)
{
	return exts[f];
}

enum attach_format attach_format(const void *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xff\xd8\xff", 3) == 0)
		return ATTACH_JPEG;
	if (n >= 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return ATTACH_PNG;
	if (n >= 5 && memcmp(p, "%PDF-", 5) == 0)
		return ATTACH_PDF;
	if (n >= 4 && memcmp(p, "PK\3\4", 4) == 0 && memmem(p, n, "word/", 5))
		return ATTACH_DOCX;
	return ATTACH_UNKNOWN;
}

bool attach_is_text(const void *p, size_t n)
{
	const unsigned char *s = p;
	enum { CUT = 3 }; /* bytes of a letter that the end may part from it */
	for (size_t i = 0; i < n; i++)
		if ((s[i] < 0x20 && s[i] != '\n' && s[i] != '\t') || s[i] == 0x7f)
			return false;
	return n - str_utf8_prefix(p, n) <= CUT;
}

enum attach_format attach_format_of_ext(const char *ext)
{
	if (strcasecmp(ext, "jpeg") == 0)
		return ATTACH_JPEG;
	for (size_t i = ATTACH_PDF; i < ATTACH_FORMATS; i++)
		if (strcasecmp(ext, exts[i]) == 0)
			return (enum attach_format)i;
	return ATTACH_UNKNOWN;
}

enum attach_format attach_declared(const char *ext)
{
	enum attach_format f = attach_format_of_ext(ext);
	bool none = f == ATTACH_UNKNOWN && *ext;
	return none || f == ATTACH_TEXT ? ATTACH_FOREIGN : f; /* text only ever leaves */
}
