/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { HOUR_MS = 3600000, BLOCK = 512 /* of st_blocks */ };

/* ---- rows ---- */

static int rows(struct cases *c, const char *id, struct store_upload *u, struct store_package *p,
    struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_upload_get(tx, id, u, ei);
	return r < 0 ? r : store_package_get(tx, u->package, p, NULL, NULL, ei);
}

/* As rows, for whoever may bring that package: to others there is no such upload. */
static int own_rows(struct cases *c, const struct cases_call *call, const char *id,
    struct store_upload *u, struct store_package *p, struct errinfo *ei)
{
	int r = rows(c, id, u, p, ei);
	return r < 0 || package_is_senders(call, p) ? r : err_set(ei, GW_ENOENT, "no such upload");
}

static void tell(const struct cases *c, const struct store_upload *u, const struct store_package *p,
    uint64_t offset, struct cases_upload *ret)
{
	*ret = (struct cases_upload){.offset = u->done ? p->bytes : offset,
	    .length = p->bytes,
	    .expires = u->touched + (int64_t)package_limits(c).upload_hours * HOUR_MS,
	    .done = u->done};
	memcpy(ret->id, u->id, sizeof ret->id);
	memcpy(ret->package, u->package, sizeof ret->package);
}

static int drop_row(struct cases *c, const char *id, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_upload_drop(tx, id, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

static int touch(struct cases *c, const char *id, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_upload_touch(tx, id, now, false, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

uint64_t upload_arrived(const struct cases *c, const struct store_upload *u)
{
	char *part GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	char *whole GW_CLEANUP(str_free_p) = package_path(c, u->package);
	struct stat st;
	if (lstat(part, &st) < 0 && lstat(whole, &st) < 0)
		return 0;
	return (uint64_t)st.st_size;
}

/* The same file, open for reading. */
static int open_bytes(const struct cases *c, const struct store_upload *u, struct errinfo *ei)
{
	char *part GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	char *whole GW_CLEANUP(str_free_p) = package_path(c, u->package);
	int how = O_RDONLY | O_CLOEXEC | O_NOFOLLOW, fd = open(part, how);
	if (fd < 0 && errno == ENOENT)
		fd = open(whole, how);
	return fd < 0 ? err_sys(ei, GW_EIO, "cannot open an upload's file") : fd;
}

/* ---- writing ---- */

int upload_may_come(
    const struct cases_call *call, const struct store_package *p, struct errinfo *ei)
{
	if (p->state == PACKAGE_GONE || *p->reason)
		return err_set(ei, GW_ECONFLICT, "the package has gone: '%s'", p->reason);
	if (p->expires <= call->now)
		return err_set(ei, GW_EREFUSED, "the term of the package is over: seal it again");
	return 0;
}

/* The upload's file, to be appended to; made anew when it was lost. */
static int open_part(struct cases *c, const struct store_upload *u, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	int how = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, fd = open(path, how);
	if (fd < 0 && errno == ENOENT) {
		fd = open(path, how | O_CREAT, 0600);
		if (fd >= 0 && file_sync_dir(c->env.packages, ei) < 0) {
			(void)close(fd);
			return GW_EIO;
		}
	}
	return fd < 0 ? err_sys(ei, GW_EIO, "cannot open an upload's file") : fd;
}

/* Open the file for the writer and for the follower. GW_ECONFLICT: it stands elsewhere. */
static int open_both(struct cases *c, const struct store_upload *u, const struct store_package *p,
    uint64_t offset, int *ret_write, int *ret_read, uint64_t *ret_size, struct errinfo *ei)
{
	*ret_size = upload_arrived(c, u);
	int w GW_CLEANUP(file_close_p) = -1;
	if (*ret_size != offset || offset == p->bytes)
		return err_set(ei, GW_ECONFLICT, "the upload stands at %llu, not at %llu",
		    (unsigned long long)*ret_size, (unsigned long long)offset);
	w = open_part(c, u, ei);
	if (w < 0)
		return w;
	struct stat st;
	if (fstat(w, &st) < 0 || (uint64_t)st.st_size != offset)
		return err_set(ei, GW_EIO, "an upload's file changes while nobody writes it");
	uint64_t have = (uint64_t)st.st_blocks * BLOCK;
	have = have > *ret_size ? have : *ret_size;
	int r = package_room(c, have < p->bytes ? p->bytes - have : 0, ei);
	if (r == 0)
		r = open_bytes(c, u, ei);
	if (r < 0)
		return r;
	*ret_read = r;
	*ret_write = w;
	w = -1;
	return 0;
}

int cases_upload_begin(struct cases *c, const struct cases_call *call, const char *id,
    uint64_t offset, int *ret_fd, struct cases_upload *ret, struct errinfo *ei)
{
	struct store_upload u = {0};
	struct store_package p = {0};
	uint64_t at = 0;
	int fd = -1, r = own_rows(c, call, id, &u, &p, ei);
	if (r == 0)
		r = upload_may_come(call, &p, ei);
	if (r < 0)
		return r;
	struct upload_at *a = u.done ? NULL : upload_take(c->packages, id, &at);
	if (!a) {
		tell(c, &u, &p, at, ret);
		return err_set(ei, GW_ECONFLICT,
		    u.done ? "the upload is whole" : "somebody else writes this upload");
	}
	r = own_rows(c, call, id, &u, &p, ei); /* as they are since it is ours */
	if (r < 0) {
		upload_leave(c->packages, a, r == GW_ENOENT);
		return r;
	}
	if (u.done)
		r = err_set(ei, GW_ECONFLICT, "the upload is whole");
	else
		r = upload_may_come(call, &p, ei);
	if (r == 0)
		r = open_both(c, &u, &p, offset, ret_fd, &fd, &at, ei);
	tell(c, &u, &p, at, ret);
	if (r < 0) {
		upload_leave(c->packages, a, u.done);
		return r;
	}
	growing_cut(&a->hash, at);
	growing_mark(&a->hash);
	upload_follow(c->packages, a, fd, at);
	return 0;
}

/* ---- ending ---- */

/* The bytes are wrong: nothing of them stays. */
static int refuse(struct cases *c, const struct cases_call *call, const struct store_upload *u,
    const struct store_package *p, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	char *whole GW_CLEANUP(str_free_p) = package_path(c, u->package);
	int r = package_refused(c, call, p,
	    err_set(
		ei, GW_EAUTH, "the bytes that came are not those of the slip: begin a new upload"),
	    ei);
	if (r == GW_EAUTH && drop_row(c, u->id, NULL) == 0) { /* else it is wrong again later */
		(void)unlink(path);
		(void)unlink(whole);
	}
	return r;
}

/* The bytes cannot be read, and will not be: the upload ends, so that its sender begins a new one,
 * and whoever has to know hears of it. */
static int set_aside(struct cases *c, const struct cases_call *call, const struct store_upload *u,
    const struct store_package *p, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	int r = package_incident(c, "upload_lost", p, 1, call->now, ei);
	if (r == 0)
		r = drop_row(c, u->id, ei);
	if (r < 0)
		return r;
	(void)unlink(path);
	return err_set(ei, GW_ENOENT,
	    "the bytes of upload %s could not be read again: it was given up, its sender has to begin "
	    "a new one",
	    u->id);
}

/* All bytes are there and durable, and a is taken: it is left. */
static int finish(struct cases *c, const struct cases_call *call, struct upload_at *a,
    const struct store_upload *u, const struct store_package *p, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	char sha256[HASH_HEX];
	int r = growing_digest(&a->hash, a->fd, p->bytes, sha256, ei);
	if (r == GW_EIO)
		r = set_aside(c, call, u, p, ei);
	else if (r == 0 && !str_eq(sha256, p->sha256))
		r = refuse(c, call, u, p, ei);
	else if (r == 0)
		r = package_deposit(c, call->trace, p,
		    &(struct package_bytes){.path = path, .fd = -1}, u->id, call->now, ei);
	upload_leave(c->packages, a, r == 0 || r == GW_EAUTH || r == GW_ENOENT);
	return r;
}

/* Make durable what came, but for what is not to be kept. *ret_size is what is there then. */
static int settle(struct cases *c, struct upload_at *a, const struct store_upload *u,
    const struct store_package *p, uint64_t keep, uint64_t *ret_size, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	int fd GW_CLEANUP(file_close_p) = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot open an upload's file");
	uint64_t size = (uint64_t)st.st_size, most = keep < a->began ? a->began : keep;
	if (size > p->bytes) {
		r = err_set(ei, GW_ELIMIT, "more bytes came than the slip says");
		most = a->began;
	}
	if (size > most && ftruncate(fd, (off_t)most) < 0)
		return err_sys(ei, GW_EIO, "cannot cut an upload's file");
	size = size > most ? most : size;
	growing_cut(&a->hash, size);
	if (fdatasync(fd) < 0) {
		/* what of it is on the disk, nobody can say: back to what was told before */
		r = err_sys(ei, GW_EIO, "cannot write an upload's file");
		(void)!ftruncate(fd, (off_t)a->began);
		growing_cut(&a->hash, a->began);
		size = a->began;
	}
	*ret_size = size;
	return r;
}

int cases_upload_end(struct cases *c, const struct cases_call *call, const char *id, uint64_t keep,
    struct cases_upload *ret, struct errinfo *ei)
{
	struct store_upload u = {0};
	struct store_package p = {0};
	uint64_t size = 0;
	struct upload_at *a = upload_unfollow(c->packages, id);
	if (!a)
		return err_set(ei, GW_ECONFLICT, "nobody writes this upload");
	int r = rows(c, id, &u, &p, ei);
	if (r == 0)
		r = settle(c, a, &u, &p, keep, &size, ei);
	if (r == 0 && size > a->began) { /* nothing gives it no further time */
		r = touch(c, id, call->now, ei);
		u.touched = call->now;
	}
	if (r == 0 && size == p.bytes) {
		r = finish(c, call, a, &u, &p, ei);
		u.done = r == 0;
	} else {
		upload_leave(c->packages, a, r == GW_ENOENT);
	}
	if (r < 0)
		return r;
	tell(c, &u, &p, size, ret);
	return 0;
}

int upload_finish(struct cases *c, const struct cases_call *call, const struct store_upload *u,
    struct errinfo *ei)
{
	struct store_upload now = {0};
	struct store_package p = {0};
	uint64_t began;
	struct upload_at *a = upload_take(c->packages, u->id, &began);
	if (!a)
		return 0;
	int r = rows(c, u->id, &now, &p, ei); /* as they are since it is ours */
	if (r < 0 || now.done || *p.reason || p.state == PACKAGE_GONE ||
	    upload_arrived(c, &now) != p.bytes) {
		upload_leave(c->packages, a, r == GW_ENOENT || (r == 0 && now.done));
		return r == GW_ENOENT ? 0 : r;
	}
	a->fd = open_bytes(c, &now, ei);
	if (a->fd < 0 || fdatasync(a->fd) < 0) {
		r = a->fd < 0 ? a->fd : err_sys(ei, GW_EIO, "cannot write an upload's file");
		a->fd = a->fd < 0 ? -1 : a->fd;
		upload_leave(c->packages, a, false);
		return r;
	}
	return finish(c, call, a, &now, &p, ei);
}

/* ---- looking and giving up ---- */

int cases_upload_state(struct cases *c, const struct cases_call *call, const char *id,
    struct cases_upload *ret, struct errinfo *ei)
{
	struct store_upload u = {0};
	struct store_package p = {0};
	uint64_t size = 0;
	int r = own_rows(c, call, id, &u, &p, ei);
	if (r < 0)
		return r;
	bool written = upload_written(c->packages, id, &size);
	if (!u.done && !written) {
		size = upload_arrived(c, &u);
		if (size == p.bytes) { /* a kill or a full disk came between */
			r = upload_finish(c, call, &u, ei);
			if (r == 0)
				r = own_rows(c, call, id, &u, &p, ei);
		}
	}
	if (r == 0)
		tell(c, &u, &p, size, ret);
	return r;
}

int upload_forget(struct cases *c, const struct store_upload *u, struct errinfo *ei)
{
	uint64_t began;
	struct upload_at *a = upload_take(c->packages, u->id, &began);
	if (!a)
		return err_set(ei, GW_ECONFLICT, "somebody writes this upload");
	int r = drop_row(c, u->id, ei);
	char *path GW_CLEANUP(str_free_p) = upload_path(c, u->id);
	if (r == 0 && unlink(path) < 0 && errno != ENOENT)
		r = err_sys(ei, GW_EIO, "cannot delete an upload's file");
	upload_leave(c->packages, a, true);
	return r;
}

int cases_upload_drop(
    struct cases *c, const struct cases_call *call, const char *id, struct errinfo *ei)
{
	struct store_upload u = {0};
	struct store_package p = {0};
	int r = own_rows(c, call, id, &u, &p, ei);
	return r < 0 ? r : upload_forget(c, &u, ei);
}
