/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * own: what a file may say of the person whose file it is. A CV has that person's telephone number
 * in it; when the policy lets the same number go as a field, nobody need be asked about it. The
 * number of somebody else, such as one who can be asked about this person, is another matter.
 */
#ifndef GW_POLICY_OWN_H
#define GW_POLICY_OWN_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/err.h"
#include "detect/detect.h"
#include "dossier/dossier.h"

/* The fields that the policy lets go as they are. OWN_STREET: both street and house number. */
enum own_part {
	OWN_PHONE = 1 << 0,
	OWN_EMAIL = 1 << 1,
	OWN_POSTCODE = 1 << 2,
	OWN_STREET = 1 << 3,
	OWN_BIRTH_DATE = 1 << 4
};

enum { OWN_ADDRESSES = 4 };

/* Personal data in the clear: wiped on release. */
struct own {
	char *phone, *email;
	char *address[OWN_ADDRESSES];
	struct detect_known *birth;
};

/*
 * Take the parts of `leaves` out of the dossier. A value that is not there, or was transformed
 * before, is left out. GW_ELIMIT, as detect_known_birth. The caller releases *ret, in either case.
 */
int own_make(const struct dossier *d, unsigned leaves, struct own *ret, struct errinfo *ei)
    GW_MUST_USE;

/*
 * True when the n bytes at found, a finding of that kind, are one of those values: a telephone
 * number in national or international form, an address whatever its capitals, spaces and points, a
 * birth date in any form. An age, or a year of birth alone, is none.
 */
bool own_has(const struct own *own, enum detect_kind kind, const char *found, size_t n);

/* Zeroed and empty again. Fits GW_CLEANUP. */
void own_release(struct own *own);

#endif
