/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * extension: the longer term that a package got by an `extend` of its sender, as the receipts of
 * its case prove it (docs/FORMATS.md §2, §10).
 *
 * The folder lay open since it was written: all of it is verified anew, every signature and the
 * whole order. What is not proved is no longer term, and the note's own end holds.
 */
#ifndef GW_HOME_EXTENSION_H
#define GW_HOME_EXTENSION_H

#include "cases/chain.h"
#include "transfer/transfer.h"

/*
 * extension_find(root, env, us, sender, case_id, package, ret, ei): look under root
 * ("HOME/receipts") for the case of that sender with us.
 *
 * 0: the package was extended, *ret says when and until when. GW_ENOENT: nothing was seen of the
 * case, or the package was not extended. GW_EAUTH: the case is with somebody else. Else as
 * receipts_verify.
 */
int extension_find(const char *root, const struct chain_env *env, const char *us,
    const char *sender, const char *case_id, const char *package, struct transfer_term *ret,
    struct errinfo *ei) GW_MUST_USE;

#endif
