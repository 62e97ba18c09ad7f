/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/fold.h"

#include <pthread.h>
#include <string.h>
#include <utf8proc.h>

#include "base/defs.h"

/* A compatibility decomposition is at most 18 characters (U+FDFA: 3 bytes become 33). */
enum { MOST_PARTS = 32, SOFT_HYPHEN = 0xad };

/* Letters that Unicode does not decompose, as a Dutch typist writes them, and a few signs. */
static const struct {
	utf8proc_int32_t letter;
	const char *plain;
} letters[] = {
    {0x0085, "\n"}, /* next line */
    {0x00c6, "AE"},
    {0x00d0, "D"},
    {0x00d8, "O"},
    {0x00de, "Th"},
    {0x00df, "ss"},
    {0x00e6, "ae"},
    {0x00f0, "d"},
    {0x00f8, "o"},
    {0x00fe, "th"},
    {0x0110, "D"},
    {0x0111, "d"},
    {0x0126, "H"},
    {0x0127, "h"},
    {0x0131, "i"},
    {0x0141, "L"},
    {0x0142, "l"},
    {0x014a, "N"},
    {0x014b, "n"},
    {0x0152, "OE"},
    {0x0153, "oe"},
    {0x018f, "E"},
    {0x0251, "a"}, /* letters of phonetic script that are taken for Latin ones */
    {0x0259, "e"},
    {0x0261, "g"},
    {0x026a, "i"},
    {0x1e9e, "SS"},
    {0x115f, " "}, /* fillers: letters by category, blank to the eye */
    {0x1160, " "},
    {0x2800, " "},
    {0x3164, " "},
    {0xffa0, " "},
    {0x2116, "nr."}, /* signs that would decompose into letters and touch what stands beside */
    {0x2120, "\""},
    {0x2121, "tel "},
    {0x2122, "\""},
    {0x213b, "fax "},
};

/* Look-alikes: first those that nobody can tell from the Latin letter, in any word. */
static const struct {
	utf8proc_int32_t letter;
	char like;
	bool always;
} looks[] = {
    /* Cyrillic */
    {0x0405, 'S', true},
    {0x0406, 'I', true},
    {0x0408, 'J', true},
    {0x0410, 'A', true},
    {0x0412, 'B', true},
    {0x0415, 'E', true},
    {0x0417, '3', false},
    {0x041a, 'K', true},
    {0x041c, 'M', true},
    {0x041d, 'H', true},
    {0x041e, 'O', true},
    {0x0420, 'P', true},
    {0x0421, 'C', true},
    {0x0422, 'T', true},
    {0x0423, 'Y', false},
    {0x0425, 'X', true},
    {0x0430, 'a', true},
    {0x0432, 'b', false},
    {0x0433, 'r', false},
    {0x0435, 'e', true},
    {0x0437, '3', false},
    {0x043a, 'k', false},
    {0x043c, 'm', false},
    {0x043d, 'h', false},
    {0x043e, 'o', true},
    {0x043f, 'n', false},
    {0x0440, 'p', true},
    {0x0441, 'c', true},
    {0x0442, 't', false},
    {0x0443, 'y', true},
    {0x0445, 'x', true},
    {0x0455, 's', true},
    {0x0456, 'i', true},
    {0x0458, 'j', true},
    {0x0474, 'V', true},
    {0x0475, 'v', true},
    {0x04ae, 'Y', true},
    {0x04af, 'y', true},
    {0x04ba, 'H', false},
    {0x04bb, 'h', true},
    {0x04c0, 'I', true},
    {0x04cf, 'l', true},
    {0x0501, 'd', true},
    {0x050c, 'G', true},
    {0x051a, 'Q', true},
    {0x051b, 'q', true},
    {0x051c, 'W', true},
    {0x051d, 'w', true},
    /* Greek */
    {0x0391, 'A', true},
    {0x0392, 'B', true},
    {0x0395, 'E', true},
    {0x0396, 'Z', true},
    {0x0397, 'H', true},
    {0x0399, 'I', true},
    {0x039a, 'K', true},
    {0x039c, 'M', true},
    {0x039d, 'N', true},
    {0x039f, 'O', true},
    {0x03a1, 'P', true},
    {0x03a4, 'T', true},
    {0x03a5, 'Y', true},
    {0x03a7, 'X', true},
    {0x03b1, 'a', false},
    {0x03b2, 'b', false},
    {0x03b3, 'y', false},
    {0x03b5, 'e', false},
    {0x03b7, 'n', false},
    {0x03b9, 'i', false},
    {0x03ba, 'k', false},
    {0x03bd, 'v', true},
    {0x03bf, 'o', true},
    {0x03c1, 'p', false},
    {0x03c3, 'o', false},
    {0x03c4, 't', false},
    {0x03c5, 'u', false},
    {0x03c7, 'x', false},
    {0x03c9, 'w', false},
    {0x03f2, 'c', true},
    {0x03f3, 'j', true},
    /* Armenian */
    {0x0555, 'O', true},
    {0x0570, 'h', false},
    {0x0578, 'n', false},
    {0x057d, 'u', false},
    {0x0585, 'o', true},
};

bool fold_is_foreign(int32_t c)
{
	return c >= 0x0370 && c <= 0x058f;
}

char fold_lookalike(int32_t c, bool mixed)
{
	for (size_t i = 0; i < GW_LENGTH(looks); i++)
		if (looks[i].letter == c)
			return mixed || looks[i].always ? looks[i].like : '\0';
	return '\0';
}

/* The digit 0-9 that c is in any script, or -1. Unicode keeps each script's ten in a row. */
static int digit_value(utf8proc_int32_t c)
{
	if (utf8proc_category(c) != UTF8PROC_CATEGORY_ND)
		return -1;
	if (c >= 0x1d7ce && c <= 0x1d7ff) /* mathematical digits: five rows without a gap */
		return (int)((c - 0x1d7ce) % 10);
	int v = 0;
	while (v < 9 && utf8proc_category(c - v - 1) == UTF8PROC_CATEGORY_ND)
		v++;
	return v;
}

bool fold_is_hyphen(int32_t c)
{
	return utf8proc_category(c) == UTF8PROC_CATEGORY_PD || c == 0x2212 || c == 0x2043;
}

static bool is_apostrophe(utf8proc_int32_t c)
{
	return c == 0x2018 || c == 0x2019 || c == 0x201b || c == 0x2032 || c == 0xb4 ||
	    (c >= 0x2b9 && c <= 0x2bf) || c == 0x2c8 || c == 0xff07;
}

bool fold_is_word_part(int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_NL:
		return true;
	default:
		return false;
	}
}

static bool is_dot(utf8proc_int32_t c)
{
	return c == 0xb7 || c == 0x2022 || c == 0x2027 || c == 0x2219 || c == 0x22c5 || c == 0x3002;
}

/* Write what one part of a decomposition becomes to out (at most 4 bytes); returns how many. */
static size_t fold_part(utf8proc_int32_t c, char *out)
{
	if (is_apostrophe(c)) {
		*out = '\'';
		return 1;
	}
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		return 0;
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_CC:
		*out = ' ';
		return 1;
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		*out = '\n';
		return 1;
	case UTF8PROC_CATEGORY_ND:
		*out = (char)('0' + digit_value(c));
		return 1;
	default:
		break;
	}
	if (fold_is_hyphen(c)) {
		*out = '-';
		return 1;
	}
	if (c >= 0x80 &&
	    !fold_is_word_part(c)) { /* quotes, bullets, currency, arrows, icons: no letters */
		*out = utf8proc_category(c) == UTF8PROC_CATEGORY_SC ? '$' : is_dot(c) ? '.' : '"';
		return 1;
	}
	if (c >= 0x80)
		c = utf8proc_tolower(c);
	return (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out);
}

size_t fold_char(int32_t c, char out[FOLD_BYTES])
{
	utf8proc_int32_t parts[MOST_PARTS];
	size_t n = 0;
	int boundary = 0;
	for (size_t i = 0; i < GW_LENGTH(letters); i++)
		if (letters[i].letter == c) {
			n = strlen(letters[i].plain);
			memcpy(out, letters[i].plain, n);
			return n;
		}
	if (is_apostrophe(c)) {
		*out = '\'';
		return 1;
	}
	utf8proc_ssize_t k = utf8proc_decompose_char(
	    c, parts, MOST_PARTS, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	for (utf8proc_ssize_t i = 0; i < k && i < MOST_PARTS; i++)
		n += fold_part(parts[i], out + n);
	return n;
}

static struct fold_table table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_row(struct fold_row *row, int32_t c)
{
	char out[FOLD_BYTES];
	size_t n = fold_char(c, out);
	row->n = n > FOLD_SHORT ? FOLD_SHORT + 1 : (uint8_t)n;
	memcpy(row->text, out, n > FOLD_SHORT ? 0 : n);
	row->hyphen = c == SOFT_HYPHEN || fold_is_hyphen(c);
}

static void fill(void)
{
	for (int32_t c = FOLD_LATIN; c < FOLD_LATIN_END; c++)
		fill_row(&table.latin[c - FOLD_LATIN], c);
	for (int32_t c = FOLD_SIGNS; c < FOLD_SIGNS_END; c++)
		fill_row(&table.signs[c - FOLD_SIGNS], c);
}

const struct fold_table *fold_table(void)
{
	(void)pthread_once(&once, fill);
	return &table;
}
