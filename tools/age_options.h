/* SPDX-License-Identifier: EUPL-1.2 */
/* age_options: what the options of `age` and `inspect` have in common. */
#ifndef TOOLS_AGE_OPTIONS_H
#define TOOLS_AGE_OPTIONS_H

#include <stdint.h>

#include "age/age.h"
#include "base/defs.h"
#include "base/err.h"
#include "tools/cli.h"

/* Rows of an option table: limits on a header from a stranger, for age_limits_read. */
#define AGE_LIMIT_OPTIONS                                                          \
	{"max-header", 0, "BYTES", "refuse longer headers (4194304)", false},      \
	    {"max-line", 0, "BYTES", "refuse longer header lines (65536)", false}, \
	{                                                                          \
		"max-stanzas", 0, "N", "refuse more recipients (20000)", false     \
	}

/* Set *v to the number given with --name; unchanged without. GW_EUSAGE outside least to most. */
int age_option_number(const struct cli *cli, const char *name, uint64_t least, uint64_t most,
    uint64_t *v, struct errinfo *ei) GW_MUST_USE;

/* AGE_LIMITS with what AGE_LIMIT_OPTIONS and --max-work-factor say, where given. GW_EUSAGE. */
int age_limits_read(const struct cli *cli, struct age_limits *ret_l, struct errinfo *ei)
    GW_MUST_USE;

#endif
