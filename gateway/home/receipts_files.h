/* SPDX-License-Identifier: EUPL-1.2 */
/* receipts_files: the files of a receipts folder, for receipts.c and receipts_files.c only. */
#ifndef GW_HOME_RECEIPTS_FILES_H
#define GW_HOME_RECEIPTS_FILES_H

#include "home/receipts.h"

#define RECEIPTS_STATEMENT ".json"
#define RECEIPTS_PENDING ".pending.json"
#define RECEIPTS_SLIP ".slip.json"
#define RECEIPTS_GATEWAY "gateway"

/* The kind in "NNNN-<kind><suffix>", static; NULL when the name has another form. */
const char *receipts_kind(const char *name, const char *suffix);

/* Read path and path.p7s. GW_ENOENT; GW_EAUTH when the signature is missing. */
int receipts_pair(const char *path, struct buf *json, struct buf *p7s, struct errinfo *ei)
    GW_MUST_USE;

/* Write path.p7s, then path; what is there already with the same bytes is left. GW_EAUTH: with
 * other bytes; GW_EIO. */
int receipts_keep(const char *path, const struct buf *json, const struct buf *p7s,
    struct errinfo *ei) GW_MUST_USE;

/* Remove path, then path.p7s. GW_EIO. */
int receipts_forget(const char *path, struct errinfo *ei) GW_MUST_USE;

/* True when fd is the folder that has that name now. */
bool receipts_same(int fd, const char *dir);

/* Add all slips and statements of the folder to c, in order; `verify`: with their signatures, and
 * nothing else may lie there. GW_EAUTH: a number is missing. */
int receipts_read(const char *dir, struct chain *c, bool verify, struct errinfo *ei) GW_MUST_USE;

#endif
