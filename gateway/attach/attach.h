/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * attach: one attachment on its way out: what it is, what is in it, and what leaves of it.
 *
 * The way through, of which each step can only stop a file: its first bytes are those of its
 * extension; it is cleaned; its text is looked through, as it came and as it would leave. Cleaning
 * keeps what a person sees and nothing else, and is a function of the input alone; cleaning the
 * result again changes nothing. All parsing happens in confined processes (sandbox/).
 *
 * JPEG and PNG keep the picture: no EXIF, XMP, IPTC, comments, text, times, thumbnails, colour
 * profiles, unknown chunks or bytes behind the end. JPEG keeps APP0 (JFIF without its thumbnail)
 * and APP14, so that its colours are read as sRGB: a profile has room for anything, and describes
 * one camera. An EXIF orientation is baked into the picture. A PNG is packed anew and keeps gAMA,
 * sRGB, pHYs, and PLTE and tRNS where they belong. What stays of a PDF stands in pdf.h.
 */
#ifndef GW_ATTACH_ATTACH_H
#define GW_ATTACH_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "detect/detect.h"

enum attach_format {
	ATTACH_UNKNOWN,
	ATTACH_PDF,
	ATTACH_DOCX,
	ATTACH_JPEG,
	ATTACH_PNG,
	ATTACH_TEXT,   /* only as what leaves: plain text in UTF-8 */
	ATTACH_FOREIGN /* only as what is declared: by an extension of no format here */
};
enum { ATTACH_FORMATS = ATTACH_TEXT + 1 };

/* The word for a format ("jpeg"), all words in the order of the enum, and its file extension
 * ("jpg"; "bin" for unknown). */
const char *attach_format_name(enum attach_format f);
extern const char *const attach_format_words[ATTACH_FORMATS];
const char *attach_format_ext(enum attach_format f);

/* What the first bytes say. A zip is ATTACH_DOCX when it names a word/ member, else unknown. */
enum attach_format attach_format(const void *p, size_t n);

/* True when the n bytes, the first of a file, can begin a text as attach_clean_all makes it: UTF-8
 * (the last letter may be cut) without control characters but newline and tab. */
bool attach_is_text(const void *p, size_t n);

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

/* How attachments are looked at in a home (gateway.yaml). All zero: limits of their own, no virus
 * scanner, no reading of pictures. */
struct attach_setup {
	const struct attach_limits *limits; /* NULL: ATTACH_LIMITS */
	const char *antivirus;              /* path of clamd's socket; NULL: off */
	bool ocr; /* text in pictures is read, to be looked through; see attach_can_ocr */
};

/* True when tesseract and its Dutch model are here. */
bool attach_can_ocr(void);

/* True when attach_clean_all will look for text in a file of these first bytes. */
bool attach_has_text(const void *p, size_t n, const struct attach_setup *setup);

/* Why an attachment stays behind; the word of each stands in reports. */
enum attach_why {
	ATTACH_GOES,
	ATTACH_WRONG_FORMAT, /* the first bytes do not say what was declared */
	ATTACH_NO_CLEANER,   /* a format, or a part of it, that no cleaner knows */
	ATTACH_BROKEN,
	ATTACH_TOO_LARGE,
	ATTACH_TIMEOUT,
	ATTACH_ENCRYPTED,
	ATTACH_FORM,          /* answers in a form, which cleaning would lose */
	ATTACH_HIDDEN_LAYERS, /* layers that are not shown, or not always */
	ATTACH_ACTIVE,        /* active_content: macros, controls, embedded objects */
	ATTACH_NO_TEXT,       /* page_without_text: a page that nothing can look through */
	ATTACH_NO_READER,     /* what reads its text is not here, or cannot be confined */
	ATTACH_VIRUS,         /* virus: the scanner found something */
	ATTACH_ANTIVIRUS,     /* antivirus_failed: the scanner did not say that it found nothing */
	ATTACH_BLOCKED,       /* something in its text may not leave */
	ATTACH_REVIEW,        /* needs_review: a person has to settle something in its text */
	ATTACH_MASK,          /* needs_masking: the policy masks something in its text */
	ATTACH_WHYS
};

/* "" for ATTACH_GOES, "wrong_format" and so on. */
const char *attach_why_word(enum attach_why why);

/* What leaves of a file: itself, its pages as pictures, or its text. */
enum attach_mode { ATTACH_STRIP, ATTACH_FLATTEN, ATTACH_TEXT_ONLY };

/* The words of policies, in the order of the enum: strip, flatten, text_only. */
enum { ATTACH_MODES = ATTACH_TEXT_ONLY + 1 };
extern const char *const attach_mode_words[ATTACH_MODES];

/* One attachment on its way. */
struct attach_item {
	const void *p; /* in: the file, borrowed */
	size_t n;
	enum attach_format declared;          /* in: see attach_declared */
	enum attach_mode mode;                /* in */
	const struct detect_profile *profile; /* in: what findings do; NULL: they are counted */
	const struct detect_known *known;     /* in: of the dossier; may be NULL */
	const struct detect_known
	    *own; /* in: the person's own, no finding in a file; may be NULL */
	const struct detect_settle *settle; /* in: who settles what is under review; NULL: nobody */
	int code;                           /* out: 0, or a code for why it stays behind */
	enum attach_why why;                /* out */
	const char *reason;                 /* out: its word */
	size_t found[DETECT_KINDS];         /* out: findings in its text, counts only */
	enum attach_format leaves;          /* out: the format of: */
	struct buf out;                     /* out: the clean file; the caller releases it */
};

/*
 * attach_clean_all(items, n, setup, ei): scan n attachments for viruses, clean them and look
 * through their texts.
 *
 * Each item gets its own code and reason: GW_ESUPPORT for a format without a cleaner and for
 * ATTACH_NO_READER, GW_EFORMAT for a wrong or broken one, GW_ELIMIT or GW_ENOMEM for one that is
 * too large or takes too long, GW_ENET for ATTACH_ANTIVIRUS, GW_EREFUSED for the rest. One bad item
 * never spoils another.
 *
 * The text of a PDF is that of its pages, as it came (with text that does not show) and as it
 * would leave (with text outside the edges of a page). A page that paints something and has no
 * letter or digit is ATTACH_NO_TEXT, unless setup->ocr: then pictures, such pages, and what is
 * drawn in a document beside its text, are read from what they look like, and what cannot be read
 * keeps the file here; so does more than two minutes of reading (ATTACH_TIMEOUT). A finding under
 * `block` stops the file, one under `review` until item->settle keeps it, and so does one under
 * `mask` or settled so, since a file cannot be masked. What both looks find is put to item->settle
 * once.
 *
 * ATTACH_FLATTEN: a PDF leaves as pictures of its pages, as poppler shows them at 150 pixels an
 * inch, so that forms and layers are what they look like; a DOCX is ATTACH_NO_CLEANER; pictures are
 * stripped. ATTACH_TEXT_ONLY: the text of a document leaves in its place, with masks; a picture is
 * ATTACH_NO_TEXT.
 *
 * Returns 0, or GW_EIO when no worker could run (no item has a result then). setup may be NULL.
 */
int attach_clean_all(struct attach_item *items, size_t n, const struct attach_setup *setup,
    struct errinfo *ei) GW_MUST_USE;

/* For people: why an item stays behind, with its code; `item` must have one. */
int attach_explain(const struct attach_item *item, struct errinfo *ei) GW_MUST_USE;

/* As attach_clean_all for one file, without a scanner: append it to out, or return its code with a
 * message. */
int attach_clean(const void *p, size_t n, enum attach_format declared,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* Release what attach_clean_all put into the items. */
void attach_release(struct attach_item *items, size_t n);

#endif
