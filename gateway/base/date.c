/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { MS = 1000 };
#define DAY_MS (INT64_C(86400) * MS)
#define HOUR_MS (INT64_C(3600) * MS)

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* Read n digits at *s and move behind them; -1 when they are not all digits. */
static int digits(const char **s, int n)
{
	int v = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static int ymd(const char **s, struct date *d)
{
	d->year = digits(s, 4);
	if (d->year < 0 || *(*s)++ != '-')
		return GW_EFORMAT;
	d->month = digits(s, 2);
	if (d->month < 0 || *(*s)++ != '-')
		return GW_EFORMAT;
	d->day = digits(s, 2);
	return d->day < 0 ? GW_EFORMAT : 0;
}

static bool exists(struct date d)
{
	return d.year >= 1 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
	    d.day <= month_days(d.year, d.month);
}

int date_parse(const char *s, struct date *ret_d)
{
	struct date d;
	if (ymd(&s, &d) < 0 || *s || !exists(d))
		return GW_EFORMAT;
	*ret_d = d;
	return 0;
}

int date_parse_partial(const char *s, struct date *ret_d)
{
	struct date d;
	if (ymd(&s, &d) < 0 || *s || d.month > 12 || d.day > 31)
		return GW_EFORMAT;
	/* what is known must be able to exist; a leap day is judged only with a known year */
	if (d.month && d.day && d.day > month_days(d.year ? d.year : 2000, d.month))
		return GW_EFORMAT;
	*ret_d = d;
	return 0;
}

void date_text(struct date d, char out[DATE_TEXT])
{
	(void)snprintf(out, DATE_TEXT, "%04u-%02u-%02u", (unsigned)d.year % 10000,
	    (unsigned)d.month % 100, (unsigned)d.day % 100);
}

int date_cmp(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year - b.year;
	return a.month != b.month ? a.month - b.month : a.day - b.day;
}

/* Days of the proleptic Gregorian calendar, counted from March so that leap days come last. */
int64_t date_days(struct date d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_from_days(int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct date d = {
	    .year = (int)(yoe + era * 400),
	    .month = (int)(mp < 10 ? mp + 3 : mp - 9),
	    .day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
	d.year += d.month <= 2;
	return d;
}

struct date date_add(struct date d, struct duration dur, int sign)
{
	if (dur.unit == 'D' || dur.unit == 'W')
		return date_from_days(
		    date_days(d) + (int64_t)sign * dur.n * (dur.unit == 'W' ? 7 : 1));
	int months = d.year * 12 + d.month - 1 + sign * dur.n * (dur.unit == 'Y' ? 12 : 1);
	if (months < 12)
		months = 12; /* year 1: far outside any date that is handled here */
	struct date r = {.year = months / 12, .month = months % 12 + 1, .day = d.day};
	int last = month_days(r.year, r.month);
	if (r.day > last)
		r.day = last;
	return r;
}

int duration_parse(const char *s, struct duration *ret_d)
{
	int n = 0, len = 0;
	if (*s++ != 'P' || *s == '0')
		return GW_EFORMAT;
	for (; *s >= '0' && *s <= '9' && len < 4; s++, len++)
		n = n * 10 + (*s - '0');
	if (!len || !*s || !strchr("DWMY", *s) || s[1])
		return GW_EFORMAT;
	*ret_d = (struct duration){.n = n, .unit = *s};
	return 0;
}

/* 01:00 UTC on the last Sunday of a month of 31 days: when summer time begins or ends (2000/84/EC).
 */
static int64_t switch_time(int year, int month)
{
	int64_t last = date_days((struct date){.year = year, .month = month, .day = 31});
	int64_t weekday = (last + 4) % 7; /* 1970-01-01 was a Thursday; 0 is Sunday */
	return (last - weekday) * DAY_MS + HOUR_MS;
}

static int64_t floor_days(int64_t ms)
{
	return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

/* Hours that Amsterdam is ahead of UTC at that moment. */
static int64_t offset_at(int64_t ms)
{
	int year = date_from_days(floor_days(ms)).year;
	return ms >= switch_time(year, 3) && ms < switch_time(year, 10) ? 2 : 1;
}

struct date date_of(int64_t ms)
{
	return date_from_days(floor_days(ms + offset_at(ms) * HOUR_MS));
}

int64_t date_start(struct date d)
{
	/* the clock changes at 01:00 UTC, never at local midnight, so the offset is that of the
	 * evening before */
	int64_t utc = date_days(d) * DAY_MS;
	return utc - offset_at(utc - 2 * HOUR_MS) * HOUR_MS;
}

int64_t date_end(struct date d)
{
	return date_start(date_from_days(date_days(d) + 1)) - 1;
}

void time_text(int64_t ms, char out[TIME_TEXT])
{
	int64_t days = floor_days(ms), of_day = ms - days * DAY_MS;
	char day[DATE_TEXT];
	date_text(date_from_days(days), day);
	unsigned t = (unsigned)(of_day / MS);
	(void)snprintf(out, TIME_TEXT, "%sT%02u:%02u:%02u.%03uZ", day, t / 3600 % 24, t / 60 % 60,
	    t % 60, (unsigned)(of_day % MS));
}

int time_parse(const char *s, int64_t *ret_ms)
{
	struct date d;
	if (ymd(&s, &d) < 0 || !exists(d) || *s++ != 'T')
		return GW_EFORMAT;
	int h = digits(&s, 2);
	if (h < 0 || h > 23 || *s++ != ':')
		return GW_EFORMAT;
	int m = digits(&s, 2);
	if (m < 0 || m > 59 || *s++ != ':')
		return GW_EFORMAT;
	int sec = digits(&s, 2), frac = 0, n = 0;
	if (sec < 0 || sec > 59)
		return GW_EFORMAT;
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9' && n < 9; s++, n++)
			frac = n < 3 ? frac * 10 + (*s - '0') : frac;
		if (!n)
			return GW_EFORMAT;
		for (; n < 3; n++)
			frac *= 10;
	}
	int64_t off = 0;
	if (*s == '+' || *s == '-') {
		int sign = *s++ == '+' ? 1 : -1, oh = digits(&s, 2);
		if (oh < 0 || oh > 23 || *s++ != ':')
			return GW_EFORMAT;
		int om = digits(&s, 2);
		if (om < 0 || om > 59)
			return GW_EFORMAT;
		off = (int64_t)sign * (oh * 60 + om) * 60 * MS;
	} else if (*s++ != 'Z') {
		return GW_EFORMAT;
	}
	if (*s)
		return GW_EFORMAT;
	*ret_ms = date_days(d) * DAY_MS + ((h * 60 + m) * INT64_C(60) + sec) * MS + frac - off;
	return 0;
}
