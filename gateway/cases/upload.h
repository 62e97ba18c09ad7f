/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * upload: packages that are arriving; for this room only. The calls are in cases.h; here is what
 * upload.c, upload_create.c and upload_follow.c share.
 */
#ifndef GW_CASES_UPLOAD_H
#define GW_CASES_UPLOAD_H

#include "cases/package.h"

/* Bytes that have come: those of the upload's file, or of the package's when a kill came between
 * its name and the store. */
uint64_t upload_arrived(const struct cases *c, const struct store_upload *u);

/* 0 when nothing stands in the way of bringing p. GW_ECONFLICT, GW_EREFUSED. */
int upload_may_come(
    const struct cases_call *call, const struct store_package *p, struct errinfo *ei) GW_MUST_USE;

/* Take an upload, which nobody else then has: NULL when somebody has it, *ret_began being where
 * they began. Left by upload_leave. */
struct upload_at *upload_take(struct cases_packages *p, const char *id, uint64_t *ret_began)
    GW_MUST_USE;

/* Let the bytes that arrive in the file of fd (for reading; a's from now on) be hashed beside, a
 * being taken; and stop that, which gives what was taken: NULL when nobody writes. */
void upload_follow(struct cases_packages *p, struct upload_at *a, int fd, uint64_t began);
struct upload_at *upload_unfollow(struct cases_packages *p, const char *id) GW_MUST_USE;

/* Give back what was taken; forget: it has ended, and its digest goes too. */
void upload_leave(struct cases_packages *p, struct upload_at *a, bool forget);

/* True when somebody has it; *ret_began as above. */
bool upload_written(struct cases_packages *p, const char *id, uint64_t *ret_began);

#endif
