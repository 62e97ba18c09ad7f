/* SPDX-License-Identifier: EUPL-1.2 */
/* open_content: is what was unfolded what the policy lets go? For this room only. */
#ifndef GW_TRANSFER_OPEN_CONTENT_H
#define GW_TRANSFER_OPEN_CONTENT_H

#include "base/err.h"
#include "base/json.h"
#include "package/bag.h"
#include "policy/policy.h"

/*
 * open_content(dirfd, m, policy, dossier, ei): look at the files of the bag unfolded in dirfd.
 *
 * The attachments that dossier.json (already admitted by the policy) names are those of the
 * manifest, neither more nor fewer; each is by its first bytes of the format that its name says,
 * and their sizes are within the policy's limits; dossier.html is a page without script and
 * without outside reference (html_check). Else GW_EREFUSED; GW_EIO.
 */
int open_content(int dirfd, const struct bag_manifest *m, const struct policy *policy,
    const json_t *dossier, struct errinfo *ei) GW_MUST_USE;

#endif
