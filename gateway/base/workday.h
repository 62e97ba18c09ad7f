/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * workday: working days in the Netherlands, worked out by rule.
 *
 * A working day is no Saturday, no Sunday, and none of the general holidays of the Algemene
 * termijnenwet: New Year's Day, Easter Monday, Ascension Day, Whit Monday, both days of Christmas,
 * the King's birthday as it is celebrated and 5 May (article 3, first paragraph), and Good Friday,
 * which counts as one (second paragraph). Days that the King makes equal to them for one year
 * (third paragraph) are not known.
 *
 * Holds from 2014 on, the first year with a King's Day (27 April, or the 26th when that is a
 * Sunday).
 */
#ifndef GW_BASE_WORKDAY_H
#define GW_BASE_WORKDAY_H

#include <stdbool.h>

#include "base/date.h"

/* Easter Sunday of a year of the Gregorian calendar (1583 or later). */
struct date workday_easter(int year);

/* The Dutch name of the general holiday that d is, static; NULL when it is none. Of two on one day
 * the one that moves. */
const char *workday_holiday(struct date d);

bool workday_is(struct date d);

/* The n-th working day after d; d itself when n is 0. */
struct date workday_after(struct date d, unsigned n);

#endif
