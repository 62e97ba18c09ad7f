/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/own.h"

#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/str.h"

enum { PHONE_LEAST = 6, ADDRESS_MOST = 400 };

/* The letters and digits of a text, lower case as far as they are ASCII; digits alone for a number.
 */
static char *squeeze(const char *s, size_t n, bool digits)
{
	char *out = str_alloc(n + 1);
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z';
		bool letter = upper || (c >= 'a' && c <= 'z') || c >= 0x80;
		if (digit || (letter && !digits))
			out[k++] = (char)(upper ? c - 'A' + 'a' : c);
	}
	return out;
}

/* Where the part of a number begins that the national and the international form share. */
static const char *national(const char *digits)
{
	static const size_t whole = 11; /* 31 and nine digits */
	if (str_starts(digits, "00"))
		digits += 2;
	if (strlen(digits) >= whole && str_starts(digits, "31"))
		digits += 2;
	return *digits == '0' ? digits + 1 : digits;
}

static const char *text_of(const struct dossier *d, const char *path)
{
	return json_string_value(dossier_get(d, path));
}

/* One after the other, squeezed; NULL when one of them is not there. */
static char *joined(const char *a, const char *b, const char *c)
{
	if (!a || !b || !c)
		return NULL;
	char *text GW_CLEANUP(str_wipe_p) = str_printf("%s %s %s", a, b, c);
	return squeeze(text, strlen(text), false);
}

static void addresses(const struct dossier *d, unsigned leaves, struct own *ret)
{
	const char *street = leaves & OWN_STREET ? text_of(d, "contact.street") : NULL;
	const char *number = leaves & OWN_STREET ? text_of(d, "contact.house_number") : NULL;
	const char *postcode = leaves & OWN_POSTCODE ? text_of(d, "contact.postcode") : NULL;
	size_t n = 0;
	ret->address[n++] = joined(postcode, "", "");
	ret->address[n++] = joined(street, number, "");
	ret->address[n++] = joined(street, number, postcode);
	ret->address[n++] = joined(postcode, number, "");
}

static int birth(const struct dossier *d, struct own *ret, struct errinfo *ei)
{
	const char *s = text_of(d, "person.birth_date");
	struct date day;
	if (!s || date_parse_partial(s, &day) < 0 || day.year <= 0)
		return 0;
	ret->birth = detect_known_new();
	int r = detect_known_birth(
	    ret->birth, (unsigned)day.year, (unsigned)day.month, (unsigned)day.day);
	return r == 0 ? 0 : err_set(ei, r, "person.birth_date can not be looked for in files");
}

int own_make(const struct dossier *d, unsigned leaves, struct own *ret, struct errinfo *ei)
{
	const char *phone = leaves & OWN_PHONE ? text_of(d, "contact.phone") : NULL;
	const char *email = leaves & OWN_EMAIL ? text_of(d, "contact.email") : NULL;
	*ret = (struct own){0};
	if (phone)
		ret->phone = squeeze(phone, strlen(phone), true);
	if (email)
		ret->email = str_dup(email);
	addresses(d, leaves, ret);
	return leaves & OWN_BIRTH_DATE ? birth(d, ret, ei) : 0;
}

static bool same_phone(const struct own *own, const char *found, size_t n)
{
	char *digits GW_CLEANUP(str_wipe_p) = squeeze(found, n, true);
	return own->phone && strlen(national(digits)) >= PHONE_LEAST &&
	    str_eq(national(digits), national(own->phone));
}

static bool same_address(const struct own *own, const char *found, size_t n)
{
	char *text GW_CLEANUP(str_wipe_p) = squeeze(found, n, false);
	for (size_t i = 0; i < OWN_ADDRESSES; i++)
		if (own->address[i] && *text && str_eq(text, own->address[i]))
			return true;
	return false;
}

/* True when it is a birth date to the detectors, with that set of what is known. */
static bool is_birth(const struct detect_known *known, const char *found, size_t n)
{
	struct detect_findings all GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	bool is = false;
	if (detect_scan(found, n, known, &all, NULL) < 0)
		return false;
	for (size_t i = 0; i < all.n; i++)
		is |= all.list[i].kind == DETECT_BIRTH_DATE && all.list[i].length == n;
	return is;
}

bool own_has(const struct own *own, enum detect_kind kind, const char *found, size_t n)
{
	if (n > ADDRESS_MOST)
		return false;
	switch (kind) {
	case DETECT_PHONE:
		return same_phone(own, found, n);
	case DETECT_EMAIL:
		return own->email && strlen(own->email) == n &&
		    strncasecmp(own->email, found, n) == 0;
	case DETECT_POSTCODE:
		return same_address(own, found, n);
	case DETECT_BIRTH_DATE: /* one by itself is a birth date only to who knows it */
		return own->birth && is_birth(own->birth, found, n) && !is_birth(NULL, found, n);
	default:
		return false;
	}
}

void own_release(struct own *own)
{
	str_wipe_p(&own->phone);
	str_wipe_p(&own->email);
	for (size_t i = 0; i < OWN_ADDRESSES; i++)
		str_wipe_p(&own->address[i]);
	detect_known_free(own->birth);
	*own = (struct own){0};
}
