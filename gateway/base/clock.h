/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock: the one place that asks what time it is, so that tests can say it.
 *
 * The test clock stands still at the moment given. Only settings_clock sets it, and only for a home
 * whose gateway.yaml says `test: true`.
 */
#ifndef GW_BASE_CLOCK_H
#define GW_BASE_CLOCK_H

#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

/* Milliseconds since 1970-01-01T00:00:00Z: the test clock's when it is set, else the system's. */
int64_t clock_now(void);

/* Milliseconds of a clock that never steps back; for rates and deadlines only. */
int64_t clock_mono(void);

/* Stop the clock at an RFC 3339 moment, or let it run again with NULL. GW_EFORMAT: unchanged. */
int clock_set_test(const char *rfc3339, struct errinfo *ei) GW_MUST_USE;

#endif
