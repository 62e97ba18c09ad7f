/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * image: what an attachment is, and JPEG and PNG without what they should not tell.
 *
 * Cleaning keeps the picture and nothing else: no EXIF, XMP, IPTC, comments, text, times,
 * thumbnails, colour profiles, unknown chunks or bytes behind the end. JPEG keeps APP0 (JFIF
 * without its thumbnail) and APP14, so that its colours are read as sRGB: a profile has room for
 * anything, and describes one camera. An EXIF orientation is baked into the picture. A PNG is
 * packed anew and keeps gAMA, sRGB, pHYs, and PLTE and tRNS where they belong. The result is a
 * function of the input alone, and cleaning it again changes nothing. All parsing of pictures
 * happens in the confined worker.
 */
#ifndef GW_ATTACH_IMAGE_H
#define GW_ATTACH_IMAGE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum attach_format {
	ATTACH_UNKNOWN,
	ATTACH_PDF,
	ATTACH_DOCX,
	ATTACH_JPEG,
	ATTACH_PNG,
	ATTACH_FOREIGN /* only as what is declared: by an extension of no format here */
};
enum { ATTACH_FORMATS = ATTACH_PNG + 1 };

/* The word for a format ("jpeg"), all words in the order of the enum, and its file extension
 * ("jpg"; "bin" for unknown). */
const char *attach_format_name(enum attach_format f);
extern const char *const attach_format_words[ATTACH_FORMATS];
const char *attach_format_ext(enum attach_format f);

/* What the first bytes say. A zip is ATTACH_DOCX when it names a word/ member, else unknown. */
enum attach_format attach_format(const void *p, size_t n);

/* What an extension without point says ("JPG", "jpeg" → ATTACH_JPEG). */
enum attach_format attach_format_of_ext(const char *ext);

/* What a file declares by its extension: "" leaves it to the first bytes (ATTACH_UNKNOWN); one that
 * no format has (ATTACH_FOREIGN) agrees with no first bytes. */
enum attach_format attach_declared(const char *ext);

struct attach_limits {
	size_t bytes;     /* of one file, in and out: 25 MiB */
	size_t side;      /* pixels in a row or column: 20,000 */
	size_t pixels;    /* in all: 50 million */
	unsigned seconds; /* by the wall clock, for one call of the worker: 30 */
};

extern const struct attach_limits ATTACH_LIMITS;

/* One attachment on its way through the cleaner. */
struct attach_item {
	const void *p; /* in: the file, borrowed */
	size_t n;
	enum attach_format declared; /* in: see attach_declared */
	int code;                    /* out: 0, or why it stays behind */
	const char *reason;          /* out: a fixed word, "" for 0 (see attach_clean_all) */
	struct buf out;              /* out: the clean file; the caller releases it */
};

/*
 * attach_clean_all(items, n, limits, ei): clean n attachments in one call of the worker.
 *
 * Each item gets its own code and reason: GW_ESUPPORT "no_cleaner" for a format without a cleaner,
 * GW_EFORMAT "wrong_format" when the first bytes do not say what was declared, "broken" for a
 * picture that cannot be read, GW_ELIMIT "too_large" or "timeout", GW_ENOMEM "too_large". One bad
 * item never spoils another. Returns 0, or GW_EIO when no worker could run (no item
 * has a result then). limits may be NULL for ATTACH_LIMITS.
 */
int attach_clean_all(struct attach_item *items, size_t n, const struct attach_limits *limits,
    struct errinfo *ei) GW_MUST_USE;

/* As above for one file: append it to out, or return its code with a message. */
int attach_clean(const void *p, size_t n, enum attach_format declared,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* Release what attach_clean_all put into the items. */
void attach_release(struct attach_item *items, size_t n);

#endif
