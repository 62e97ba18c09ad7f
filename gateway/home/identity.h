/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * identity: the life of this home's age identities, from rekey to destruction
 * (docs/OPERATIONS.md, "Keys and their lives").
 *
 * An identity is needed as long as a package may still come for it: until IDENTITY_KEEP_DAYS, the
 * longest that a handover lasts, after the statement that superseded or revoked it and after the
 * last package that was sealed to it, as far as slips tell; and until all packages for it in inbox/
 * and at our own gateway were fetched, opened and removed.
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

enum { IDENTITY_KEEP_DAYS = 92, IDENTITY_NEW_MONTHS = 3 };

struct home_identity {
	char *name; /* of its file in organisation/identities */
	char recipient[AGE_RECIPIENT_TEXT];
	bool newest;   /* what others are to encrypt to */
	bool stated;   /* a key statement of ours names it */
	bool replaced; /* superseded or revoked, so that nobody encrypts to it any more */
	bool revoked;
	bool doubtful; /* a statement of ours that names it does not count today: a certificate or a
	                  revocation list that is out of date, a pin that ended */
	struct date keep;  /* with `replaced`: the last day on which a package for it may come */
	size_t packages;   /* in inbox/ that it opens */
	size_t waiting;    /* at our own gateway, sealed to it, announced or there */
	int64_t sealed;    /* the last package to it that is known of, ms; 0: none */
	int64_t stated_at; /* with `stated`: when we said so first, ms */
};

struct home_identities {
	struct home_identity *list; /* oldest first */
	size_t n;
};

/* What there is. Needs HOME_REGISTRY, HOME_PENDING or HOME_UNSIGNED. Release *ret. GW_EFORMAT: a
 * file that holds no single identity. GW_EIO, GW_ELIMIT: that, or a slip in receipts/ that cannot
 * be read, so that nobody knows what was sealed to what. */
int home_identities_list(struct home *h, struct home_identities *ret, struct errinfo *ei)
    GW_MUST_USE;
void home_identities_release(struct home_identities *l);

/*
 * home_identity_destroy(h, name, early, ei): overwrite and remove the identity in the file `name`
 * ("2026-01-01.txt", its ending may be left out); recorded as delete.done, a pair.
 *
 * GW_ENOENT. GW_EREFUSED: it is the newest, others were not told of a newer one, its last day has
 * not passed or cannot be known, being doubtful (unless `early`: it was taken or is worthless), or
 * packages in inbox/ or at our gateway need it (always). Needs HOME_LEDGER and a registry.
 */
int home_identity_destroy(struct home *h, const char *name, bool early, struct errinfo *ei)
    GW_MUST_USE;

struct home_renewal {
	bool made;        /* a new identity */
	bool told;        /* a statement about the newest */
	size_t destroyed; /* old ones */
};

/*
 * home_renew(dir, now, ret, ei): what the identities of the home at dir are due: when the newest is
 * three months old, or was revoked, a new one and our statement of it, which supersedes the one
 * before; whatever may go by home_identity_destroy is destroyed. With `now` a new one is made
 * whatever its age. When nothing is due, nothing is written, not even a record; again and again it
 * does nothing more.
 *
 * Only our own statement is added to the registry, which stays signed (registry_load). In a home
 * that never told anybody of an identity nothing is due. GW_EREFUSED: our signing key is not pinned
 * in the registry today; GW_EAUTH: it is not good now, or the registry is not as it was signed;
 * then no identity is made. Errors of home_open, home_identity_destroy. What was done before a
 * failure stays, and stands in *ret.
 */
int home_renew(const char *dir, bool now, struct home_renewal *ret, struct errinfo *ei) GW_MUST_USE;

#endif
