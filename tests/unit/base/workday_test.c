/* SPDX-License-Identifier: EUPL-1.2 */
/* workday: Easter and the holidays of known years, and what is counted with them. */
#include "base/str.h"
#include "base/workday.h"
#include "tests/unit/test.h"

static struct date day(const char *text)
{
	struct date d;
	assert_int_equal(date_parse(text, &d), 0);
	return d;
}

static void is_day(struct date d, const char *want)
{
	char text[DATE_TEXT];
	date_text(d, text);
	assert_string_equal(text, want);
}

/* As calendars have them, the earliest and latest possible ones among them. */
static void easter_of_known_years(void **state)
{
	static const char *const known[] = {"1818-03-22", "1943-04-25", "1999-04-04", "2000-04-23",
	    "2014-04-20", "2015-04-05", "2016-03-27", "2017-04-16", "2018-04-01", "2019-04-21",
	    "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20",
	    "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13",
	    "2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25", "2036-04-13", "2037-04-05",
	    "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(known); i++)
		is_day(workday_easter(day(known[i]).year), known[i]);
}

static void easter_is_a_sunday_of_spring(void **state)
{
	(void)state;
	for (int y = 1583; y < 4100; y++) {
		struct date d = workday_easter(y);
		assert_int_equal((date_days(d) + 3 + 7 * 100000) % 7, 6);
		assert_true(date_cmp(d, (struct date){y, 3, 22}) >= 0);
		assert_true(date_cmp(d, (struct date){y, 4, 25}) <= 0);
	}
}

/* All of a year, as the calendars of these years have them. */
static void holidays_of_known_years(void **state)
{
	static const struct {
		const char *day, *name;
	} known[] = {
	    {"2025-01-01", "Nieuwjaarsdag"},
	    {"2025-04-18", "Goede Vrijdag"},
	    {"2025-04-21", "Tweede Paasdag"},
	    {"2025-04-26", "Koningsdag"}, /* the 27th is a Sunday */
	    {"2025-05-05", "Bevrijdingsdag"},
	    {"2025-05-29", "Hemelvaartsdag"},
	    {"2025-06-09", "Tweede Pinksterdag"},
	    {"2025-12-25", "Eerste Kerstdag"},
	    {"2025-12-26", "Tweede Kerstdag"},
	    {"2026-01-01", "Nieuwjaarsdag"},
	    {"2026-04-03", "Goede Vrijdag"},
	    {"2026-04-06", "Tweede Paasdag"},
	    {"2026-04-27", "Koningsdag"},
	    {"2026-05-05", "Bevrijdingsdag"},
	    {"2026-05-14", "Hemelvaartsdag"},
	    {"2026-05-25", "Tweede Pinksterdag"},
	    {"2026-12-25", "Eerste Kerstdag"},
	    {"2026-12-26", "Tweede Kerstdag"},
	    {"2027-01-01", "Nieuwjaarsdag"},
	    {"2027-03-26", "Goede Vrijdag"},
	    {"2027-03-29", "Tweede Paasdag"},
	    {"2027-04-27", "Koningsdag"},
	    {"2027-05-05", "Bevrijdingsdag"},
	    {"2027-05-06", "Hemelvaartsdag"},
	    {"2027-05-17", "Tweede Pinksterdag"},
	    {"2027-12-25", "Eerste Kerstdag"},
	    {"2027-12-26", "Tweede Kerstdag"},
	};
	(void)state;
	size_t i = 0;
	for (struct date d = day("2025-01-01"); d.year < 2028;
	     d = date_from_days(date_days(d) + 1)) {
		const char *name = workday_holiday(d);
		if (!name)
			continue;
		assert_true(i < GW_LENGTH(known));
		is_day(d, known[i].day);
		assert_string_equal(name, known[i].name);
		i++;
	}
	assert_int_equal(i, GW_LENGTH(known));
	assert_string_equal(workday_holiday(day("2014-04-26")), "Koningsdag"); /* the first */
	assert_null(workday_holiday(day("2014-04-27")));
	assert_string_equal(workday_holiday(day("2016-05-05")), "Hemelvaartsdag"); /* both */
	assert_string_equal(workday_holiday(day("2024-03-29")), "Goede Vrijdag");
}

static void counted(void **state)
{
	static const struct {
		const char *from;
		unsigned n;
		const char *to;
	} known[] = {{"2026-11-22", 1, "2026-11-23"}, {"2026-11-20", 1, "2026-11-23"},
	    {"2026-11-21", 0, "2026-11-21"}, {"2026-11-23", 5, "2026-11-30"},
	    {"2026-12-31", 1, "2027-01-04"}, {"2026-12-24", 1, "2026-12-28"},
	    {"2026-04-02", 1, "2026-04-07"} /* Easter */, {"2026-04-24", 6, "2026-05-06"},
	    {"2026-05-13", 1, "2026-05-15"}, {"2025-12-23", 10, "2026-01-09"},
	    {"2027-05-04", 1, "2027-05-07"} /* 5 May, and Ascension Day */};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(known); i++)
		is_day(workday_after(day(known[i].from), known[i].n), known[i].to);
	/* of all days of a year: 261 from Monday to Friday in 2026, eight holidays among them */
	unsigned n = 0;
	for (struct date d = day("2026-01-01"); d.year == 2026;
	     d = date_from_days(date_days(d) + 1))
		n += workday_is(d);
	assert_int_equal(n, 253);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(easter_of_known_years),
	    cmocka_unit_test(easter_is_a_sunday_of_spring),
	    cmocka_unit_test(holidays_of_known_years),
	    cmocka_unit_test(counted),
	};
	return cmocka_run_group_tests_name("base/workday", tests, NULL, NULL);
}
