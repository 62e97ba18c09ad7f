/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * terms: what a policy that is named by its SHA-256 says of the way of its packages: the exact
 * bytes that somebody accepted (registry/acceptances), else those of a file in policies/.
 */
#ifndef GW_HOME_TERMS_H
#define GW_HOME_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "home/home.h"

struct home_terms {
	char sha256[HASH_HEX];
	bool known; /* false: no such policy here, or it cannot be read; the rest is then empty */
	bool direct, delete_never;
	char id[65];
	int64_t version;
};

/* Find it. Needs HOME_REGISTRY and HOME_CATALOGUE. */
struct home_terms home_terms(const struct home *h, const char *policy_sha256);

#endif
