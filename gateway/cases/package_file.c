/* SPDX-License-Identifier: EUPL-1.2 */
/* package_file: how the bytes of a package get their name, and how they go. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cases/package.h"

char *package_path(const struct cases *c, const char *package)
{
	return str_printf("%s/%s.tar.age", c->env.packages, package);
}

char *upload_path(const struct cases *c, const char *upload)
{
	return str_printf("%s/%s.part", c->env.packages, upload);
}

struct cases_limits package_limits(const struct cases *c)
{
	struct cases_limits l = c->env.limits;
	const struct cases_limits usual = {.package_bytes = UINT64_C(16) << 30,
	    .organisation_bytes = UINT64_C(256) << 30,
	    .uploads = 64,
	    .announced = 10000,
	    .reserve_bytes = UINT64_C(32) << 30,
	    .upload_hours = 72,
	    .free_bytes = UINT64_C(1) << 30};
	l.package_bytes = l.package_bytes ? l.package_bytes : usual.package_bytes;
	l.organisation_bytes =
	    l.organisation_bytes ? l.organisation_bytes : usual.organisation_bytes;
	l.uploads = l.uploads ? l.uploads : usual.uploads;
	l.announced = l.announced ? l.announced : usual.announced;
	l.reserve_bytes = l.reserve_bytes ? l.reserve_bytes : usual.reserve_bytes;
	l.upload_hours = l.upload_hours ? l.upload_hours : usual.upload_hours;
	l.free_bytes = l.free_bytes ? l.free_bytes : usual.free_bytes;
	return l;
}

int package_room(struct cases *c, uint64_t more, struct errinfo *ei)
{
	struct statvfs v;
	if (statvfs(c->env.packages, &v) < 0)
		return err_sys(ei, GW_EIO, "cannot look at the packages' folder");
	uint64_t left = (uint64_t)v.f_bavail * v.f_frsize, keep = package_limits(c).free_bytes;
	if (left < keep || left - keep < more)
		return err_set(ei, GW_EIO,
		    "the gateway's disk has no room for this package at the moment: try again "
		    "later, and tell those who run it");
	return 0;
}

/* ---- records ---- */

static struct ledger_record record_of(struct cases *c, const char *act, const char *trace,
    const struct store_package *p, char object[LEDGER_OBJECT_ID])
{
	struct ledger_record r = cases_record(c, act);
	ledger_object_id(object);
	r.tr = trace;
	r.peer = p->sender;
	r.pol.h = p->policy;
	r.pol.reg = p->registry;
	r.obj.k = "package";
	r.obj.id = object;
	r.obj.b = (int64_t)p->bytes;
	return r;
}

static json_t *detail_of(const struct store_package *p, const char *reason)
{
	json_t *o = json_object();
	jx_set(o, "package", json_string(p->package));
	jx_set(o, "case", json_string(p->case_id));
	jx_set(o, "seq", json_integer(p->seq));
	if (reason)
		jx_set(o, "reason", json_string(reason));
	return o;
}

int package_refused(struct cases *c, const struct cases_call *call, const struct store_package *p,
    int code, struct errinfo *ei)
{
	struct errinfo own = ERRINFO_INIT;
	char object[LEDGER_OBJECT_ID];
	struct ledger_record r = cases_record(c, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	if (code == GW_ENOENT || code == GW_ELEDGER)
		return code; /* nothing was judged, or nothing can be recorded */
	if (p && *p->package) {
		r = record_of(c, "transfer.refuse", call->trace, p, object);
		detail = detail_of(p, err_name(code));
	} else {
		detail = json_object();
		jx_set(detail, "reason", json_string(err_name(code)));
	}
	r.tr = call->trace;
	r.peer = call->caller;
	r.out = LEDGER_DENY;
	int e = ledger_refuse(c->env.ledger, &r, detail, &own);
	if (e < 0 && ei)
		*ei = own;
	return e < 0 ? e : code;
}

enum { NAMED = 20 /* packages that an incident names */ };

/* Both parties hear that a package has to be sealed, or brought, again. */
static int tell_parties(struct cases *c, const char *word, const struct store_package *list,
    size_t n, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = cases_tell(
		    tx, list[i].sender, list[i].case_id, "incident", NULL, word, now, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

int package_incident(struct cases *c, const char *word, const struct store_package *list, size_t n,
    int64_t now, struct errinfo *ei)
{
	struct ledger_record record = cases_record(c, "incident.open");
	char object[LEDGER_OBJECT_ID];
	json_t *detail GW_CLEANUP(jx_release) = json_object(), *packages = json_array();
	for (size_t i = 0; i < n && i < NAMED; i++)
		jx_add(packages, json_string(list[i].package));
	jx_set(detail, "reason", json_string(word));
	jx_set(detail, "packages", packages);
	ledger_object_id(object);
	record.obj.k = "incident";
	record.obj.id = object;
	record.obj.n = (int64_t)n;
	int r = ledger_append(c->env.ledger, &record, detail, NULL, ei);
	return r < 0 ? r : tell_parties(c, word, list, n, now, ei);
}

/* ---- coming ---- */

static int place(
    struct cases *c, const struct package_bytes *from, const char *to, struct errinfo *ei)
{
	char proc[64];
	int r;
	if (from->path) {
		/* a kill before the store heard of it has left it under its name already */
		r = rename(from->path, to) < 0 && !(errno == ENOENT && file_exists(to));
	} else {
		(void)snprintf(proc, sizeof proc, "/proc/self/fd/%d", from->fd);
		r = fchmod(from->fd, 0600) < 0 ||
		    linkat(AT_FDCWD, proc, AT_FDCWD, to, AT_SYMLINK_FOLLOW) < 0;
	}
	return r ? err_sys(ei, GW_EIO, "cannot put a package into its folder")
		 : file_sync_dir(c->env.packages, ei);
}

/* The store says that it is here. GW_ECONFLICT: it was doomed, or has come, before. */
static int keep_row(struct cases *c, const struct store_package *p, const char *upload, int64_t now,
    struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_package_deposited(tx, p->package, now, ei);
	if (r == GW_ENOENT)
		return err_set(ei, GW_ECONFLICT, "the package has come, or had to go, meanwhile");
	if (r == 0 && upload)
		r = store_upload_touch(tx, upload, now, true, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

int package_deposit(struct cases *c, const char *trace, const struct store_package *p,
    const struct package_bytes *from, const char *upload, int64_t now, struct errinfo *ei)
{
	struct errinfo ledger = ERRINFO_INIT;
	struct ledger_receipt intent;
	char object[LEDGER_OBJECT_ID];
	uint8_t digest[HASH_BYTES];
	char *to GW_CLEANUP(str_free_p) = package_path(c, p->package);
	struct ledger_record r = record_of(c, "transfer.receive", trace, p, object);
	json_t *detail GW_CLEANUP(jx_release) = detail_of(p, NULL);
	if (*p->reason)
		return err_set(ei, GW_ECONFLICT, "the package has to go: '%s'", p->reason);
	jx_set(detail, "slip", json_string(p->slip));
	int code = ledger_intent(c->env.ledger, &r, detail, &intent, ei);
	if (code < 0)
		return code;
	code = place(c, from, to, ei);
	if (code == 0)
		code = keep_row(c, p, upload, now, ei);
	if (code == GW_ECONFLICT)
		(void)unlink(to);
	r.out = code == 0 ? LEDGER_OK : code == GW_ECONFLICT ? LEDGER_DENY : LEDGER_ERROR;
	if (code == 0 && str_unhex(p->sha256, digest, sizeof digest) == 0)
		r.obj.digest = digest;
	/* it is here and stays here, whether or not the result can be written now: the next start
	 * does it */
	(void)!ledger_result(c->env.ledger, &intent, &r, NULL, NULL, &ledger);
	return code;
}

/* ---- going ---- */

static int unlink_file(char *path, struct errinfo *ei)
{
	int r = unlink(path) < 0 && errno != ENOENT
	    ? err_sys(ei, GW_EIO, "cannot delete a package file")
	    : 0;
	free(path);
	return r;
}

/* The upload of a package that has to go: 0 also when it had none. */
static int end_upload(struct cases *c, const char *package, struct errinfo *ei)
{
	struct store_upload u;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_upload_of(tx, package, &u, ei);
	store_end(&tx);
	return r == GW_ENOENT ? 0 : r < 0 ? r : upload_forget(c, &u, ei);
}

static int mark_gone(struct cases *c, const char *package, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_package_gone(tx, package, now, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* What never came is not deleted, so there is nothing to record. */
static int lapse(struct cases *c, const struct store_package *p, int64_t now, struct errinfo *ei)
{
	int r = end_upload(c, p->package, ei);
	return r < 0 ? r : mark_gone(c, p->package, now, ei);
}

static int delete_one(
    struct cases *c, const struct store_package *p, int64_t now, struct errinfo *ei)
{
	struct ledger_receipt intent;
	char object[LEDGER_OBJECT_ID];
	struct ledger_record r = record_of(c, "retention.expire", NULL, p, object);
	json_t *detail GW_CLEANUP(jx_release) = detail_of(p, p->reason);
	if (p->state == PACKAGE_ANNOUNCED)
		return lapse(c, p, now, ei);
	int code = ledger_intent(c->env.ledger, &r, detail, &intent, ei);
	if (code < 0)
		return code;
	code = unlink_file(package_path(c, p->package), ei);
	if (code == 0)
		code = file_sync_dir(c->env.packages, ei);
	if (code == 0)
		code = end_upload(c, p->package, ei);
	if (code == 0)
		code = mark_gone(c, p->package, now, ei);
	r.out = code == 0 ? LEDGER_OK : LEDGER_ERROR;
	struct errinfo ledger = ERRINFO_INIT;
	(void)!ledger_result(c->env.ledger, &intent, &r, NULL, NULL, &ledger);
	return code;
}

enum { SWEEP = 64 /* packages read at once */ };

struct doomed {
	struct store_package list[SWEEP];
	size_t n;
};

static int collect(void *ctx, const struct store_package *p, struct errinfo *ei)
{
	struct doomed *d = ctx;
	(void)ei;
	d->list[d->n++] = *p;
	return 0;
}

/* What was met on the way: how many are still there, and why one of them is. */
struct swept {
	size_t kept;
	int worst;
	struct errinfo why;
};

static void note_kept(struct swept *s, int code, const struct errinfo *why)
{
	s->kept++;
	if (s->worst && s->worst != GW_ECONFLICT && code != GW_ELEDGER)
		return;
	s->worst = code;
	s->why = *why;
}

/* Delete some more, behind those that stay; *ret_left: there may be others. */
static int sweep_some(
    struct cases *c, int64_t now, struct swept *s, bool *ret_left, struct errinfo *ei)
{
	struct doomed *d GW_CLEANUP(str_free_p) = str_alloc(sizeof *d);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_packages_doomed(tx, s->kept, SWEEP, collect, d, ei);
	store_end(&tx);
	for (size_t i = 0; r == 0 && i < d->n && s->worst != GW_ELEDGER; i++) {
		struct errinfo why = ERRINFO_INIT;
		int one = delete_one(c, &d->list[i], now, &why);
		if (one < 0)
			note_kept(s, one, &why);
	}
	*ret_left = s->worst != GW_ELEDGER && d->n == SWEEP;
	return r;
}

int cases_package_sweep(struct cases *c, int64_t now, struct errinfo *ei)
{
	struct swept s = {.why = ERRINFO_INIT};
	bool left = true;
	int r = 0;
	(void)pthread_mutex_lock(&c->packages->sweeping);
	while (r == 0 && left)
		r = sweep_some(c, now, &s, &left, ei);
	(void)pthread_mutex_unlock(&c->packages->sweeping);
	if (r < 0 || s.worst == 0 || s.worst == GW_ECONFLICT)
		return r; /* somebody still brings it: the next time */
	if (ei)
		*ei = s.why;
	return s.worst;
}

int cases_package_drop(
    struct cases *c, const char *package, const char *reason, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_package_doom(tx, package, reason, ei);
	if (r == 0)
		r = store_commit(&tx, ei);
	return r < 0 ? r : cases_package_sweep(c, now, ei);
}
