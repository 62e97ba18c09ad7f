/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * types: the types of dossier values (docs/FORMATS.md §6): what passes, and the one spelling that
 * equal values share.
 *
 * All functions take text in UTF-8. None of them ever puts a value into a message.
 */
#ifndef GW_DOSSIER_TYPES_H
#define GW_DOSSIER_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"

enum field_type {
	FIELD_BSN,        /* 8 or 9 digits that pass the 11-test, not all zero */
	FIELD_V_NUMBER,   /* 8 to 10 letters or digits, at least 6 of them digits */
	FIELD_IBAN,       /* country, length and mod 97; spaces allowed */
	FIELD_EMAIL,      /* local@label.label, ASCII */
	FIELD_PHONE,      /* 0 and 9 digits, or +31 and 9; 0800 and 0900 may be shorter */
	FIELD_POSTCODE,   /* 9999AA, one space allowed before the letters */
	FIELD_DATE,       /* YYYY-MM-DD, zeros for what is not known */
	FIELD_CODE,       /* [A-Za-z0-9._/-]{1,64} */
	FIELD_LANG,       /* ISO 639 code of 2 or 3 letters, maybe with subtags (nl, ti, zh-Hant) */
	FIELD_MONEY,      /* up to 9 digits, maybe with 2 decimals behind a point or comma */
	FIELD_INT,        /* whole number, 0 to 1,000,000 unless the catalogue gives a range */
	FIELD_NAME,       /* at most 200 characters on one line */
	FIELD_TEXT_SHORT, /* at most 200 characters on one line */
	FIELD_TEXT,       /* at most 64 KiB */
	FIELD_IMAGE,      /* a reference; never leaves */
};
enum { FIELD_TYPES = FIELD_IMAGE + 1 };

enum { FIELD_LINE_CHARS = 200, FIELD_TEXT_BYTES = 64 << 10, FIELD_INT_MAX = 1000000 };

/* The word for a type as it stands in the catalogue ("v_number"). */
const char *field_type_name(enum field_type t);

/* What a value of this type looks like, for a message ("a date such as 1984-03-09"). */
const char *field_type_hint(enum field_type t);

/* All type words in the order of the enum, for yml_word. */
extern const char *const field_type_words[FIELD_TYPES];

/* True when text is a value of type t. Empty text passes only for name, text_short and text. */
bool field_type_check(enum field_type t, const char *text);

/*
 * field_normalise(t, text, out): append the one spelling that equal values share.
 *
 * bsn padded to 9 digits · v_number, iban, postcode upper case without spaces, dots and hyphens ·
 * phone +31… · email and name lower case, name in NFC with single spaces · all else NFC.
 * text must have passed field_type_check. GW_ELIMIT when out is full.
 */
int field_normalise(enum field_type t, const char *text, struct buf *out) GW_MUST_USE;

/* The number of Unicode code points in valid UTF-8. */
size_t field_chars(const char *text);

#endif
