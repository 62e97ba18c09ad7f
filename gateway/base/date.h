/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * date: days, durations and moments.
 *
 * A day is a Europe/Amsterdam calendar day, worked out from the rule (last Sundays of March and
 * October, 01:00 UTC), so that neither TZ nor a zone database changes a result. `until` dates are
 * inclusive; month arithmetic clamps to the end of the month (docs/FORMATS.md). Moments are int64_t
 * milliseconds since 1970-01-01T00:00:00Z.
 */
#ifndef GW_BASE_DATE_H
#define GW_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

struct date {
	int year, month, day;
};

struct duration {
	int n;
	char unit; /* 'D' 'W' 'M' 'Y' */
};

enum { DATE_TEXT = 11, TIME_TEXT = 25 };

/* Read exactly YYYY-MM-DD, a day that exists, year 0001-9999; GW_EFORMAT else. */
int date_parse(const char *s, struct date *ret_d) GW_MUST_USE;

/* As date_parse, but month 00, day 00 and year 0000 pass (unknown, as in the BRP). */
int date_parse_partial(const char *s, struct date *ret_d) GW_MUST_USE;

/* Write d as YYYY-MM-DD. */
void date_text(struct date d, char out[DATE_TEXT]);

/* Less than, equal to or more than 0, as strcmp. */
int date_cmp(struct date a, struct date b);

/* Days from 1970-01-01 to d, and back. */
int64_t date_days(struct date d);
struct date date_from_days(int64_t days);

/* d plus (sign 1) or minus (sign -1) dur; months and years clamp to the end of the month. */
struct date date_add(struct date d, struct duration dur, int sign);

/* Read P<n>D, P<n>W, P<n>M or P<n>Y with 1 <= n <= 9999; GW_EFORMAT else. */
int duration_parse(const char *s, struct duration *ret_d) GW_MUST_USE;

/* The Amsterdam day in which the moment lies. */
struct date date_of(int64_t ms);

/* The first moment of the Amsterdam day d; the last is that of the next day less one. */
int64_t date_start(struct date d);
int64_t date_end(struct date d);

/* Write ms as 2026-11-22T04:50:11.123Z. */
void time_text(int64_t ms, char out[TIME_TEXT]);

/* Read an RFC 3339 moment with Z or a numeric offset, 0 to 9 fraction digits; GW_EFORMAT else. */
int time_parse(const char *s, int64_t *ret_ms) GW_MUST_USE;

#endif
