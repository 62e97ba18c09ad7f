/* SPDX-License-Identifier: EUPL-1.2 */
/* day: a date as it is written in Dutch. Inside detect/ only. */
#ifndef GW_DETECT_DAY_H
#define GW_DETECT_DAY_H

#include "detect/scan.h"

/* A date; 0 for a part that is not known or not said. A year of two digits is 1 to 99. */
struct day {
	unsigned year, month, day;
};

/*
 * The end of a date that begins at the first digit `at`, or 0: 9-3-1984, 09/03/84, 1984-03-09,
 * 9 maart 1984, 9 mrt '84, 9 maart. Zeros for an unknown day or month are let through when the year
 * has four digits.
 */
size_t day_find(const struct scan *s, size_t at, struct day *ret_day);

#endif
