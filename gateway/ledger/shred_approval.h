/* SPDX-License-Identifier: EUPL-1.2 */
/* shred_approval: the officers' signatures under a shred, and what the log says of tries. */
#ifndef GW_LEDGER_SHRED_APPROVAL_H
#define GW_LEDGER_SHRED_APPROVAL_H

#include <jansson.h>

#include "ledger/person.h"

/* Put into `who` (an object) who approved the person's shred: "officers", their pins, and
 * "signatures", the SHA-256 of each. GW_EREFUSED with fewer than two. Takes l->subject. */
int shred_officers(struct ledger *l, const struct person *p, json_t *who, struct errinfo *ei)
    GW_MUST_USE;

#endif
