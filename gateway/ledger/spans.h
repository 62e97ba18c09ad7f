/* SPDX-License-Identifier: EUPL-1.2 */
/* spans: a set of spans (trace and span id as 24 bytes), each with a number. */
#ifndef GW_LEDGER_SPANS_H
#define GW_LEDGER_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "ledger/internal.h"
#include "ledger/record.h"

struct spans {
	struct span {
		uint8_t id[SPAN_KEY];
		bool used;
		uint64_t value;
	} * slots;
	size_t n, cap;
};

#define SPANS_INIT \
	{          \
		0  \
	}

/* The key of a record's trace with one of its spans; false when either is absent. */
bool spans_key(struct record_part tr, struct record_part sp, uint8_t out[SPAN_KEY]);

/* The key of a record's whole trace, whatever its span; no span that we make is all zeros. */
bool spans_trace(struct record_part tr, uint8_t out[SPAN_KEY]);

/* Put a span in; one that is there gets the new value. GW_ENOMEM. */
int spans_put(struct spans *s, const uint8_t id[SPAN_KEY], uint64_t value) GW_MUST_USE;

/* Take a span out; false when it was not there. */
bool spans_take(struct spans *s, const uint8_t id[SPAN_KEY]);

/* True, and its value (ret_v may be NULL), when the span is there. */
bool spans_has(const struct spans *s, const uint8_t id[SPAN_KEY], uint64_t *ret_v);

void spans_release(struct spans *s);

#endif
