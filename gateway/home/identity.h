/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * identity: the life of this home's age identities, from rekey to destruction
 * (docs/OPERATIONS.md, "Keys and their lives").
 *
 * An identity is needed as long as a package may still come for it: until IDENTITY_KEEP_DAYS after
 * the statement that superseded or revoked it, the longest that a handover lasts, and until all
 * packages for it in inbox/ were opened and removed.
 */
#ifndef GW_HOME_IDENTITY_H
#define GW_HOME_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "age/keys.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "home/home.h"

enum { IDENTITY_KEEP_DAYS = 92 };

struct home_identity {
	char *name; /* of its file in organisation/identities */
	char recipient[AGE_RECIPIENT_TEXT];
	bool newest;   /* what others are to encrypt to */
	bool stated;   /* a key statement of ours names it */
	bool replaced; /* superseded or revoked, so that nobody encrypts to it any more */
	bool revoked;
	struct date keep; /* with `replaced`: the last day on which a package for it may come */
	size_t packages;  /* in inbox/ that it opens */
};

struct home_identities {
	struct home_identity *list; /* oldest first */
	size_t n;
};

/* What there is. Needs HOME_REGISTRY, HOME_PENDING or HOME_UNSIGNED. Release *ret. GW_EFORMAT: a
 * file that holds no single identity. GW_EIO. */
int home_identities_list(struct home *h, struct home_identities *ret, struct errinfo *ei)
    GW_MUST_USE;
void home_identities_release(struct home_identities *l);

/*
 * home_identity_destroy(h, name, early, ei): overwrite and remove the identity in the file `name`
 * ("2026-01-01.txt", its ending may be left out); recorded as delete.done, a pair.
 *
 * GW_ENOENT. GW_EREFUSED: it is the newest, others were not told of a newer one, its last day has
 * not passed (unless `early`: it was taken or is worthless), or packages in inbox/ need it
 * (always). Needs HOME_LEDGER and a registry.
 */
int home_identity_destroy(struct home *h, const char *name, bool early, struct errinfo *ei)
    GW_MUST_USE;

#endif
