/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"

#include <time.h>

#include "tests/unit/test.h"

static struct date day(const char *s)
{
	struct date d = {0};
	assert_int_equal(date_parse(s, &d), 0);
	return d;
}

static void only_real_days_parse(void **state)
{
	(void)state;
	struct date d;
	static const char *const bad[] = {"", "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1",
	    "2026-01-32", "26-01-01", "2026-01-01x", " 2026-01-01", "2026/01/01", "0000-01-01",
	    "2100-02-29"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(date_parse(bad[i], &d), GW_EFORMAT);
	assert_int_equal(date_parse("2024-02-29", &d), 0);
	assert_int_equal(date_parse("2000-02-29", &d), 0);
}

static void incomplete_days_parse_where_they_may(void **state)
{
	(void)state;
	struct date d;
	static const char *const good[] = {
	    "1984-00-00", "1984-03-00", "0000-00-00", "1984-00-12", "0000-02-29", "1984-03-09"};
	static const char *const bad[] = {
	    "1984-13-00", "1984-02-30", "1985-02-29", "1984-00-32", "1984-0-0"};
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		assert_int_equal(date_parse_partial(good[i], &d), 0);
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(date_parse_partial(bad[i], &d), GW_EFORMAT);
}

static void day_numbers_round_trip(void **state)
{
	(void)state;
	assert_int_equal(date_days(day("1970-01-01")), 0);
	assert_int_equal(date_days(day("2000-03-01")), 11017);
	for (int64_t n = -200000; n < 200000; n += 7)
		assert_int_equal(date_days(date_from_days(n)), n);
}

static void months_clamp_to_their_end(void **state)
{
	(void)state;
	static const struct {
		const char *from, *dur, *to;
		int sign;
	} rows[] = {
	    {"2026-01-31", "P1M", "2026-02-28", 1},
	    {"2024-01-31", "P1M", "2024-02-29", 1},
	    {"2024-02-29", "P1Y", "2025-02-28", 1},
	    {"2026-03-31", "P1M", "2026-02-28", -1},
	    {"2026-08-31", "P6M", "2026-02-28", -1},
	    {"2026-01-15", "P28D", "2026-02-12", 1},
	    {"2026-01-15", "P6W", "2026-02-26", 1},
	    {"2026-11-30", "P14M", "2028-01-30", 1},
	    {"2026-01-01", "P1M", "2025-12-01", -1},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct duration d;
		char text[DATE_TEXT];
		assert_int_equal(duration_parse(rows[i].dur, &d), 0);
		date_text(date_add(day(rows[i].from), d, rows[i].sign), text);
		assert_string_equal(text, rows[i].to);
	}
	struct duration d;
	static const char *const bad[] = {
	    "", "P", "P0D", "P01D", "28D", "P28", "P1H", "P1D1", "P1Y2M", "P10000D", "p1d"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(duration_parse(bad[i], &d), GW_EFORMAT);
}

static void amsterdam_days_follow_summer_time(void **state)
{
	(void)state;
	static const struct {
		const char *moment, *day;
	} rows[] = {
	    {"2026-01-01T22:59:59.999Z", "2026-01-01"},
	    {"2026-01-01T23:00:00Z", "2026-01-02"},
	    {"2026-07-01T21:59:59Z", "2026-07-01"},
	    {"2026-07-01T22:00:00Z", "2026-07-02"},
	    {"2026-03-28T23:00:00Z", "2026-03-29"},
	    {"2026-03-29T21:59:59Z", "2026-03-29"},
	    {"2026-03-29T22:00:00Z", "2026-03-30"},
	    {"2026-10-24T22:00:00Z", "2026-10-25"},
	    {"2026-10-25T22:59:59Z", "2026-10-25"},
	    {"2026-10-25T23:00:00Z", "2026-10-26"},
	    {"1969-12-31T23:30:00Z", "1970-01-01"},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		int64_t ms;
		char text[DATE_TEXT];
		assert_int_equal(time_parse(rows[i].moment, &ms), 0);
		date_text(date_of(ms), text);
		assert_string_equal(text, rows[i].day);
	}
	for (int64_t n = date_days(day("2025-12-01")); n < date_days(day("2027-02-01")); n++) {
		struct date d = date_from_days(n);
		assert_int_equal(date_cmp(date_of(date_start(d)), d), 0);
		assert_int_equal(date_cmp(date_of(date_end(d)), d), 0);
		assert_int_equal(date_days(date_of(date_start(d) - 1)), n - 1);
		assert_int_equal(date_days(date_of(date_end(d) + 1)), n + 1);
	}
}

/* The system's zone rules are the outside judge, where they are installed. */
static void agrees_with_the_zone_database(void **state)
{
	(void)state;
	if (!file_exists("/usr/share/zoneinfo/Europe/Amsterdam"))
		skip();
	const char *old = getenv("TZ");
	char *saved = old ? str_dup(old) : NULL;
	assert_int_equal(setenv("TZ", "Europe/Amsterdam", 1), 0);
	tzset();
	int64_t first = date_start(day("2020-01-01")) / 1000,
		last = date_start(day("2035-01-01")) / 1000;
	for (int64_t s = first; s < last; s += 3541) {
		struct tm tm;
		time_t t = (time_t)s;
		assert_non_null(localtime_r(&t, &tm));
		struct date d = date_of(s * 1000);
		if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday)
			fail_msg("differs at %lld", (long long)s);
	}
	if (saved)
		(void)setenv("TZ", saved, 1);
	else
		(void)unsetenv("TZ");
	tzset();
	free(saved);
}

static void moments_round_trip(void **state)
{
	(void)state;
	int64_t ms;
	char text[TIME_TEXT];
	assert_int_equal(time_parse("2026-11-22T04:50:11.123Z", &ms), 0);
	time_text(ms, text);
	assert_string_equal(text, "2026-11-22T04:50:11.123Z");
	int64_t same;
	assert_int_equal(time_parse("2026-11-22T05:50:11.123456+01:00", &same), 0);
	assert_true(ms == same);
	assert_int_equal(time_parse("1969-12-31T23:59:59.999Z", &ms), 0);
	assert_true(ms == -1);
	time_text(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	static const char *const bad[] = {"2026-11-22", "2026-11-22T04:50:11",
	    "2026-11-22 04:50:11Z", "2026-11-22T24:00:00Z", "2026-11-22T04:60:11Z",
	    "2026-11-22T04:50:60Z", "2026-11-22T04:50:11.Z", "2026-11-22T04:50:11Zx",
	    "2026-11-22T04:50:11+1:00", "2026-11-31T04:50:11Z"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(time_parse(bad[i], &ms), GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_real_days_parse),
	    cmocka_unit_test(incomplete_days_parse_where_they_may),
	    cmocka_unit_test(day_numbers_round_trip),
	    cmocka_unit_test(months_clamp_to_their_end),
	    cmocka_unit_test(amsterdam_days_follow_summer_time),
	    cmocka_unit_test(agrees_with_the_zone_database),
	    cmocka_unit_test(moments_round_trip),
	};
	return cmocka_run_group_tests_name("base/date", tests, NULL, NULL);
}
