/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seen: which candidates a run has met, so that nobody is counted twice.
 *
 * Kept are 16 bytes for each identifier of a dossier (bsn, V-number, client number), an HMAC under
 * a key that this run alone has: they tell nothing, and are zeroed in the end.
 */
#ifndef GW_POLICY_SEEN_H
#define GW_POLICY_SEEN_H

#include "base/defs.h"

struct dossier;
struct seen;

enum seen_before {
	SEEN_NEW,
	SEEN_AGAIN, /* an identifier is that of an earlier dossier */
	SEEN_NOBODY /* it has no identifier, so nobody can tell */
};

struct seen *seen_new(void) GW_MUST_USE;
void seen_free(struct seen *s); /* NULL is fine */
void seen_free_p(struct seen **s);

/* Look a dossier up and remember all its identifiers. */
enum seen_before seen_add(struct seen *s, const struct dossier *d);

#endif
