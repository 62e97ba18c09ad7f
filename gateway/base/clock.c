/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

#include "base/date.h"

static bool stopped;
static int64_t stopped_at;

static int64_t read_clock(clockid_t id)
{
	struct timespec t;
	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return stopped ? stopped_at : read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int clock_set_test(const char *rfc3339, struct errinfo *ei)
{
	int64_t ms = 0;
	if (rfc3339 && time_parse(rfc3339, &ms) < 0)
		return err_set(ei, GW_EFORMAT,
		    "'%.40s' is not an RFC 3339 moment such as 2026-11-22T09:00:00Z", rfc3339);
	stopped = rfc3339 != NULL;
	stopped_at = ms;
	return 0;
}
