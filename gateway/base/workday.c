/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/workday.h"

#include <stddef.h>

/* Monday 0 … Sunday 6: 1970-01-01 was a Thursday. */
static int weekday(int64_t days)
{
	int64_t r = (days + 3) % 7;
	return (int)(r < 0 ? r + 7 : r);
}

/*
 * The Sunday after the full moon of the church's table on or after 21 March ("Meeus/Jones/Butcher",
 * J. Meeus, Astronomical Algorithms, chapter 8).
 */
struct date workday_easter(int year)
{
	int golden = year % 19, century = year / 100, of_century = year % 100;
	int leap = century / 4, rest = century % 4;
	int correction = (century - (century + 8) / 25 + 1) / 3;
	int epact = (19 * golden + century - leap - correction + 15) % 30;
	int sunday = (32 + 2 * rest + 2 * (of_century / 4) - epact - of_century % 4) % 7;
	int late = (golden + 11 * epact + 22 * sunday) / 451;
	int n = epact + sunday - 7 * late + 114;
	return (struct date){year, n / 31, n % 31 + 1};
}

static const struct {
	int days; /* from Easter Sunday */
	const char *name;
} moving[] = {{-2, "Goede Vrijdag"}, {1, "Tweede Paasdag"}, {39, "Hemelvaartsdag"},
    {50, "Tweede Pinksterdag"}};

static const struct {
	int month, day;
	const char *name;
} fixed[] = {{1, 1, "Nieuwjaarsdag"}, {5, 5, "Bevrijdingsdag"}, {12, 25, "Eerste Kerstdag"},
    {12, 26, "Tweede Kerstdag"}};

const char *workday_holiday(struct date d)
{
	int64_t day = date_days(d), easter = date_days(workday_easter(d.year));
	int64_t king = date_days((struct date){d.year, 4, 27});
	for (size_t i = 0; i < GW_LENGTH(moving); i++)
		if (day == easter + moving[i].days)
			return moving[i].name;
	if (day == king - (weekday(king) == 6))
		return "Koningsdag";
	for (size_t i = 0; i < GW_LENGTH(fixed); i++)
		if (d.month == fixed[i].month && d.day == fixed[i].day)
			return fixed[i].name;
	return NULL;
}

bool workday_is(struct date d)
{
	return weekday(date_days(d)) < 5 && !workday_holiday(d);
}

struct date workday_after(struct date d, unsigned n)
{
	while (n > 0) {
		d = date_from_days(date_days(d) + 1);
		if (workday_is(d))
			n--;
	}
	return d;
}
