/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * package_open: what a kill, a full disk or somebody else left of packages is made good, at start
 * and from time to time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/package.h"
#include "ledger/audit.h"

enum { HOUR_MS = 3600000, TOLD = 1000 /* lost packages that are told of together */ };

/* ---- acts that were cut off ---- */

static void copy(char *out, size_t cap, struct record_part part)
{
	size_t n = part.p && part.n < cap ? part.n : 0;
	if (n)
		memcpy(out, part.p, n);
	out[n] = '\0';
}

/* An intent about a package that has no result: the row says how it ended. */
static int complete(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct cases *c = ctx;
	struct record_view v;
	struct store_package p = {0};
	struct ledger_receipt intent = {0};
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	if (line->epoch || !line->detail || record_view(line->bytes, line->n, &v, ei) < 0)
		return 0;
	bool came = record_is(v.act, "transfer.receive");
	if ((!came && !record_is(v.act, "retention.expire")) ||
	    jx_parse("detail", line->detail, line->detail_n, &JX_SMALL, &detail, NULL) < 0)
		return 0;
	const char *package = jx_str(detail, "package");
	if (!package || package_row(c, package, &p, NULL, NULL, NULL) < 0)
		return 0;
	char t[TIME_TEXT];
	copy(intent.id, sizeof intent.id, v.id);
	copy(intent.tr, sizeof intent.tr, v.tr);
	copy(intent.sp, sizeof intent.sp, v.sp);
	copy(t, sizeof t, v.t);
	if (time_parse(t, &intent.t) < 0)
		return 0;
	struct ledger_record r = cases_record(c, came ? "transfer.receive" : "retention.expire");
	r.peer = p.sender;
	r.pol.h = p.policy;
	r.pol.reg = p.registry;
	r.out = came ? (p.deposited ? LEDGER_OK : LEDGER_ERROR)
		     : (p.state == PACKAGE_GONE ? LEDGER_OK : LEDGER_ERROR);
	int e = ledger_result(c->env.ledger, &intent, &r, NULL, NULL, ei);
	return e == GW_EFORMAT ? 0 : e; /* what its row says makes no record: it stays open, and is
	                                   seen (ledger show --open); the others go on */
}

/* ---- files without a row ---- */

/* True when the store still counts on that file. */
static int counted_on(struct store_tx *tx, const char *id, bool part, bool *ret, struct errinfo *ei)
{
	struct store_upload u = {0};
	struct store_package p = {0};
	int r;
	if (part) {
		r = store_upload_get(tx, id, &u, ei);
		*ret = r == 0 && !u.done;
		return r == GW_ENOENT ? 0 : r;
	}
	r = store_package_get(tx, id, &p, NULL, NULL, ei);
	if (r == 0 && p.state == PACKAGE_ANNOUNCED) {
		/* it has its name, but was not acknowledged: its upload finishes it */
		r = store_upload_of(tx, id, &u, ei);
		*ret = r == 0;
	} else {
		*ret = r == 0 && p.state == PACKAGE_DEPOSITED;
	}
	return r == GW_ENOENT ? 0 : r;
}

/* The id in the name of a file of ours: a uuid before the suffix. */
static bool id_of(const char *name, const char *suffix, char id[ID_TEXT])
{
	if (strlen(name) != ID_TEXT - 1 + strlen(suffix) || !str_ends(name, suffix))
		return false;
	memcpy(id, name, ID_TEXT - 1);
	id[ID_TEXT - 1] = '\0';
	return id_is_v4(id);
}

static int orphans(struct cases *c, const char *suffix, uint64_t *ret_n, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct file_list l = {0};
	char id[ID_TEXT];
	int r = file_list(c->env.packages, suffix, &l, ei);
	if (r == 0)
		r = store_begin(c->env.store, STORE_READ, &tx, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		bool keep = true;
		char *path GW_CLEANUP(str_free_p) = file_join(c->env.packages, l.names[i]);
		if (!id_of(l.names[i], suffix, id))
			continue; /* not ours to delete */
		r = counted_on(tx, id, str_eq(suffix, ".part"), &keep, ei);
		if (r == 0 && !keep && unlink(path) == 0)
			++*ret_n;
	}
	file_list_release(&l);
	return r;
}

/* Files that nobody counts on go; whoever reads the log sees that there were some. */
static int drop_orphans(struct cases *c, struct errinfo *ei)
{
	struct ledger_record r = cases_record(c, "delete.done");
	char object[LEDGER_OBJECT_ID];
	json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "reason", "orphan");
	uint64_t n = 0;
	int e = orphans(c, ".part", &n, ei);
	if (e == 0)
		e = orphans(c, ".tar.age", &n, ei);
	if (e < 0 || !n)
		return e;
	ledger_object_id(object);
	r.out = LEDGER_OK;
	r.obj.k = "package";
	r.obj.id = object;
	r.obj.n = (int64_t)n;
	e = file_sync_dir(c->env.packages, ei);
	return e < 0 ? e : ledger_append(c->env.ledger, &r, detail, NULL, ei);
}

/* ---- rows without a file ---- */

struct lost {
	struct cases *c;
	bool told; /* those are looked for that were told of, and are there again */
	struct store_package list[TOLD];
	size_t n;
};

static int look(void *ctx, const struct store_package *p, struct errinfo *ei)
{
	struct lost *l = ctx;
	char *path GW_CLEANUP(str_free_p) = package_path(l->c, p->package);
	struct stat st;
	(void)ei;
	if (l->n == TOLD || *p->reason || (p->lost != 0) != l->told)
		return 0;
	bool there =
	    lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == p->bytes;
	if (there == l->told)
		l->list[l->n++] = *p;
	return 0;
}

static int mark(const struct lost *l, int64_t at, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(l->c->env.store, STORE_WRITE, &tx, ei);
	for (size_t i = 0; r == 0 && i < l->n; i++)
		r = store_package_lost(tx, l->list[i].package, at, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* Some more of those that were told of or were not. */
static int find_lost(struct lost *l, bool told, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	l->told = told;
	l->n = 0;
	int r = store_begin(l->c->env.store, STORE_READ, &tx, ei);
	return r < 0 ? r : store_packages_in(tx, PACKAGE_DEPOSITED, look, l, ei);
}

/* Packages whose bytes are not there, or not all: each is told of once. Their rows stay: a backup
 * may bring them back, and what is lost after that is told of again. */
static int tell_missing(struct cases *c, int64_t now, struct errinfo *ei)
{
	struct lost *l GW_CLEANUP(str_free_p) = str_alloc(sizeof *l);
	int r;
	l->c = c;
	while ((r = find_lost(l, true, ei)) == 0 && l->n)
		if ((r = mark(l, 0, ei)) < 0)
			return r;
	while (r == 0 && (r = find_lost(l, false, ei)) == 0 && l->n) {
		r = package_incident(c, "package_lost", l->list, l->n, now, ei);
		if (r == 0)
			r = mark(l, now, ei);
	}
	return r;
}

/* ---- uploads ---- */

struct some {
	struct store_upload *list;
	size_t n, cap;
};

static int collect(void *ctx, const struct store_upload *u, struct errinfo *ei)
{
	struct some *s = ctx;
	(void)ei;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		struct store_upload *more = reallocarray(s->list, s->cap, sizeof *more);
		if (!more)
			abort();
		s->list = more;
	}
	s->list[s->n++] = *u;
	return 0;
}

/* Finish those that are whole, give up those to which nothing came for too long. One that cannot be
 * finished now is tried again the next time, and said when the others were looked at. */
static int mind_uploads(
    struct cases *c, const struct cases_call *call, int64_t *ret_next, struct errinfo *ei)
{
	struct some s = {0};
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int64_t term = (int64_t)package_limits(c).upload_hours * HOUR_MS;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_uploads(tx, INT64_MAX, collect, &s, ei);
	store_end(&tx);
	int worst = r;
	for (size_t i = 0; r == 0 && i < s.n; i++) {
		const struct store_upload *u = &s.list[i];
		int64_t ends = u->touched + term;
		int one = 0;
		if (!u->done && ends > call->now && (one = upload_finish(c, call, u, ei)) < 0)
			one =
			    one == GW_ENOENT ? GW_EIO : one; /* was set aside: that is to be said */
		else if (ends <= call->now)
			one = upload_forget(c, u, ei);
		if (one < 0 && one != GW_EAUTH && one != GW_ECONFLICT && one != GW_ENOENT)
			worst = one;
		if (ends > call->now && ends < *ret_next)
			*ret_next = ends;
	}
	free(s.list);
	return worst;
}

/* ---- the whole ---- */

/* The clock of its round ends a package that was released; one that was asked for goes when it can
 * be served no more, unless an act ended it before; any other when its term is over. */
static int lapse(struct cases *c, int64_t now, struct errinfo *ei)
{
	const struct store_holds holds = {.held = " released ",
	    .begun = " fetching fetched opened withdrawal_requested ",
	    .begins = case_act_word(ACT_FETCH_REQUEST),
	    .since = now - cases_fetch_ms()};
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_packages_lapse(tx, now, &holds, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

int cases_packages_tick(struct cases *c, const struct registry *registry, int64_t now,
    int64_t *ret_next, struct errinfo *ei)
{
	const struct cases_call call = {.registry = registry, .caller = c->env.oin, .now = now};
	*ret_next = now + HOUR_MS;
	int r = lapse(c, now, ei);
	if (r < 0)
		return r;
	/* what has to go goes, whatever became of that: it may be what there is no room for */
	r = mind_uploads(c, &call, ret_next, ei);
	int swept = cases_package_sweep(c, now, r < 0 ? NULL : ei);
	return r < 0 ? r : swept;
}

int cases_packages_open(
    struct cases *c, const struct registry *registry, int64_t now, struct errinfo *ei)
{
	int64_t next;
	int r = file_mkdirs(c->env.packages, 0700, ei);
	if (r == 0)
		r = file_check_private(c->env.packages, ei);
	if (r < 0)
		return r;
	c->packages = str_alloc(sizeof *c->packages);
	if (pthread_mutex_init(&c->packages->sweeping, NULL) != 0)
		abort();
	r = uploads_open(c->packages, ei);
	if (r == 0)
		r = ledger_open_intents(c->env.ledger, complete, c, ei);
	if (r == 0)
		r = drop_orphans(c, ei);
	if (r == 0)
		r = tell_missing(c, now, ei);
	/* one package that cannot be made good now keeps nobody out: the next tick tries again, and
	 * says why */
	if (r == 0)
		(void)!cases_packages_tick(c, registry, now, &next, NULL);
	return r;
}

void cases_packages_close(struct cases *c)
{
	if (!c->packages)
		return;
	uploads_close(c->packages);
	(void)pthread_mutex_destroy(&c->packages->sweeping);
	free(c->packages);
	c->packages = NULL;
}
