/* SPDX-License-Identifier: EUPL-1.2 */
/* upload_create: how an upload begins: whether its sender may have one more, and its room on the
 * disk, taken before a byte moves. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cases/upload.h"

bool cases_later(const struct errinfo *ei)
{
	return ei && str_starts(ei->msg, PACKAGE_LATER);
}

struct came {
	const struct cases *c;
	uint64_t bytes;
};

static int add_came(void *ctx, const struct store_upload *u, struct errinfo *ei)
{
	struct came *came = ctx;
	(void)ei;
	came->bytes += upload_arrived(came->c, u);
	return 0;
}

/* Whether its sender may have one more. What is yet to come lies on the disk already, reserved. */
static int quota(
    struct cases *c, struct store_tx *tx, const struct store_package *p, struct errinfo *ei)
{
	struct cases_limits l = package_limits(c);
	struct store_package_sums s;
	struct came came = {.c = c};
	int r = store_packages_sum(tx, p->sender, &s, ei);
	if (r == 0)
		r = store_uploads_open(tx, p->sender, add_came, &came, ei);
	if (r < 0)
		return r;
	uint64_t held = s.coming > came.bytes ? s.coming - came.bytes : 0;
	if (s.uploads >= l.uploads)
		return err_set(ei, GW_ELIMIT, PACKAGE_LATER "%u are open: finish or delete one",
		    (unsigned)s.uploads);
	if (held && held + p->bytes > l.reserve_bytes)
		return err_set(ei, GW_ELIMIT,
		    PACKAGE_LATER "%llu bytes of them have not come: finish or delete one",
		    (unsigned long long)held);
	if (s.bytes + s.coming + p->bytes > l.organisation_bytes)
		return err_set(ei, GW_ELIMIT,
		    "this organisation may have %llu bytes here: packages that were taken over "
		    "or withdrawn make room",
		    (unsigned long long)l.organisation_bytes);
	return 0;
}

/* *ret_new: a new row; else that of the upload which is there. */
static int create_row(struct cases *c, const struct cases_call *call, const char *package,
    struct store_package *p, struct store_upload *u, bool *ret_new, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_package_get(tx, package, p, NULL, NULL, ei);
	if (r == 0)
		r = store_upload_of(tx, package, u, ei);
	if (r != GW_ENOENT)
		return r;
	if (p->state == PACKAGE_DEPOSITED)
		return err_set(ei, GW_ECONFLICT, "the package is here already");
	*u = (struct store_upload){.touched = call->now};
	id_v4(u->id);
	memcpy(u->package, p->package, sizeof u->package);
	r = quota(c, tx, p, ei);
	if (r == 0)
		r = store_upload_add(tx, u, ei);
	if (r == 0)
		r = store_commit(&tx, ei);
	*ret_new = r == 0;
	return r;
}

/* Make the file, and reserve what it will need where the file system can. */
static int create_file(struct cases *c, const struct store_upload *u, const struct store_package *p,
    struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	int r = package_room(c, p->bytes, ei);
	int fd GW_CLEANUP(file_close_p) =
	    r < 0 ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r < 0)
		return r;
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot begin an upload's file");
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)p->bytes) < 0 &&
	    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return err_sys(ei, GW_EIO, "the gateway's disk has no room for this package");
	return file_sync_dir(c->env.packages, ei);
}

static int create(struct cases *c, const struct cases_call *call, const char *package,
    uint64_t length, struct store_package *p, struct cases_upload *ret, struct errinfo *ei)
{
	struct store_upload u = {0};
	bool is_new = false;
	int r = package_row(c, package, p, NULL, NULL, ei);
	if (r == 0 && !package_is_senders(call, p)) {
		*p = (struct store_package){0};
		r = err_set(ei, GW_ENOENT, "no such package");
	}
	if (r == 0)
		r = upload_may_come(call, p, ei);
	if (r == 0 && length != p->bytes)
		r = err_set(ei, GW_ECONFLICT, "the slip says %llu bytes, the upload %llu",
		    (unsigned long long)p->bytes, (unsigned long long)length);
	if (r == 0)
		r = create_row(c, call, package, p, &u, &is_new, ei);
	if (r == 0 && is_new && (r = create_file(c, &u, p, ei)) < 0)
		(void)!upload_forget(c, &u, NULL);
	return r < 0 ? r : cases_upload_state(c, call, u.id, ret, ei);
}

int cases_upload_create(struct cases *c, const struct cases_call *call, const char *package,
    uint64_t length, struct cases_upload *ret, struct errinfo *ei)
{
	struct store_package p = {0};
	int r = create(c, call, package, length, &p, ret, ei);
	if (r == GW_ELIMIT && cases_later(ei))
		return r; /* asked again and again until it may: nothing for the log */
	return r == GW_EREFUSED || r == GW_ELIMIT ? package_refused(c, call, &p, r, ei) : r;
}
