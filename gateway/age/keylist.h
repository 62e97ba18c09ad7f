/* SPDX-License-Identifier: EUPL-1.2 */
/* keylist: what lies inside the two lists of keys.h, for this room only. */
#ifndef GW_AGE_KEYLIST_H
#define GW_AGE_KEYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 32 };

struct passphrase {
	uint8_t *p; /* secret memory, or NULL for none */
	size_t n;
	unsigned work_factor; /* recipients only */
};

struct age_recipients {
	uint8_t (*points)[KEY_BYTES];
	size_t n, cap;
	struct passphrase pass;
};

/* One X25519 key; lies in secret memory. */
struct identity {
	uint8_t scalar[KEY_BYTES], point[KEY_BYTES];
};

struct age_identities {
	struct identity **keys;
	size_t n, cap;
	struct passphrase pass;
	bool post_quantum;
};

#endif
