/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "cases/inside.h"
#include "cases/job.h"
#include "ledger/audit.h"

/* ---- locks ---- */

pthread_mutex_t *cases_lock(struct cases *c, const char *sender, const char *case_id)
{
	uint32_t h = 2166136261U; /* FNV-1a */
	for (const char *s = sender; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619U;
	for (const char *s = case_id; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619U;
	pthread_mutex_t *m = &c->stripes[h % CASES_STRIPES];
	(void)pthread_mutex_lock(m);
	return m;
}

void cases_unlock(pthread_mutex_t **m)
{
	if (*m)
		(void)pthread_mutex_unlock(*m);
	*m = NULL;
}

/* ---- who asks ---- */

bool cases_speaks_for(const struct registry *r, const char *caller, const char *oin)
{
	const struct organisation *o = registry_organisation(r, oin);
	return str_eq(caller, oin) || (o && str_eq(o->gateway_oin, caller));
}

const char *cases_elsewhere(const struct cases *c, const struct registry *r, const char *recipient)
{
	const struct organisation *o = registry_organisation(r, recipient);
	return o && o->gateway_oin && !str_eq(o->gateway_oin, c->env.oin) ? o->gateway_oin : NULL;
}

unsigned cases_party(
    const struct registry *r, const char *caller, const char *sender, const char *recipient)
{
	return (cases_speaks_for(r, caller, sender) ? BY_SENDER : 0U) |
	    (cases_speaks_for(r, caller, recipient) ? BY_RECIPIENT : 0U);
}

/* ---- what a kill left in the ledger ---- */

/* An intent of ours without its result. */
struct lost {
	struct ledger_receipt intent;
	char act[40], peer[OIN_TEXT], sender[OIN_TEXT], case_id[STORE_WORD];
	char statement[HASH_HEX];
	unsigned round;
	struct lost *next;
};

struct losts {
	const char *mark; /* how a record of this gateway names its actor */
	struct lost *first;
};

static void losts_release(struct losts *l)
{
	while (l->first) {
		struct lost *next = l->first->next;
		free(l->first);
		l->first = next;
	}
}

static void take_part(struct record_part p, char *out, size_t cap)
{
	out[0] = '\0';
	if (p.p && p.n < cap)
		(void)snprintf(out, cap, "%.*s", (int)p.n, p.p);
}

static int find_lost(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct losts *all = ctx;
	struct record_view v;
	struct lost *l;
	int r = record_view(line->bytes, line->n, &v, ei);
	if (r < 0)
		return r;
	if (v.act.n < 5 || strncmp(v.act.p, "case.", 5) != 0 ||
	    !memmem(line->bytes, line->n, all->mark, strlen(all->mark)))
		return 0;
	l = str_alloc(sizeof *l);
	l->intent.index = line->index;
	take_part(v.id, l->intent.id, sizeof l->intent.id);
	take_part(v.tr, l->intent.tr, sizeof l->intent.tr);
	take_part(v.sp, l->intent.sp, sizeof l->intent.sp);
	take_part(v.act, l->act, sizeof l->act);
	take_part(v.peer, l->peer, sizeof l->peer);
	l->next = all->first;
	all->first = l;
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	json_int_t round = 0;
	if (line->detail &&
	    jx_parse("detail", line->detail, line->detail_n, &JX_SMALL, &detail, NULL) == 0) {
		const char *sender = jx_str(detail, "sender"), *id = jx_str(detail, "case");
		(void)snprintf(l->sender, sizeof l->sender, "%s", sender ? sender : "");
		const char *sha256 = jx_str(detail, "statement");
		(void)snprintf(l->case_id, sizeof l->case_id, "%s", id ? id : "");
		(void)snprintf(l->statement, sizeof l->statement, "%s", sha256 ? sha256 : "");
		if (jx_int(detail, "round", 0, UINT32_MAX, &round) == 0)
			l->round = (unsigned)round;
	}
	return record_moment(&v, &l->intent.t);
}

/* Did it happen? An act has its statement, here or waiting; the clock's has the state of its round.
 */
static int happened(
    struct cases *c, struct store_tx *tx, const struct lost *l, bool *ret, struct errinfo *ei)
{
	struct store_case it;
	struct store_round o;
	if (!str_eq(l->act, "case.expire")) {
		int r = store_statement_spanned(tx, l->intent.sp, ret, ei);
		return r < 0 || *ret || !l->statement[0]
		    ? r
		    : cases_job_waits(c, tx, l->sender, l->case_id, l->statement, ret, ei);
	}
	*ret = store_case_find(tx, l->sender, l->case_id, &it, NULL) == 0 &&
	    store_round_find(tx, it.row, l->round, &o, NULL) == 0 &&
	    str_eq(o.state, case_state_word(CASE_EXPIRED));
	return 0;
}

/* An incident belongs to what was misdelivered, in the commit of its result. */
static int end_lost(struct cases *c, const struct lost *l, bool done, struct errinfo *ei)
{
	struct ledger_record r = cases_record(c, l->act);
	int e = 0;
	r.out = done ? LEDGER_OK : LEDGER_ERROR;
	r.peer = l->peer[0] ? l->peer : NULL;
	if (done && str_eq(l->act, "case.misdelivered")) {
		struct ledger_record incident = r;
		incident.act = "incident.open";
		incident.tr = l->intent.tr;
		e = ledger_append(c->env.ledger, &incident, NULL, NULL, ei);
	}
	return e < 0 ? e : ledger_result(c->env.ledger, &l->intent, &r, NULL, NULL, ei);
}

static int settle_ledger(struct cases *c, struct errinfo *ei)
{
	char *mark GW_CLEANUP(str_free_p) =
	    str_printf("\"actor\":{\"k\":\"svc\",\"id\":\"%s\"", c->env.actor);
	struct losts lost GW_CLEANUP(losts_release) = {.mark = mark};
	int r = ledger_open_intents(c->env.ledger, find_lost, &lost, ei);
	for (const struct lost *l = lost.first; r == 0 && l; l = l->next) {
		struct store_tx *tx GW_CLEANUP(store_end) = NULL;
		bool done = false;
		r = store_begin(c->env.store, STORE_READ, &tx, ei);
		if (r == 0)
			r = happened(c, tx, l, &done, ei);
		store_end(&tx);
		if (r == 0)
			r = end_lost(c, l, done, ei);
	}
	return r;
}

/* ---- opening ---- */

/* A client that came by TLS stands in records of a daemon alone. */
static int find_served(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	static const char mark[] = "\"auth\":\"mtls\"";
	(void)ctx;
	(void)ei;
	return memmem(line->bytes, line->n, mark, sizeof mark - 1) ? GW_EEXIST : 0;
}

/* What a database of SQLite is made of, until its log is folded in. */
static bool has_bytes(const char *path)
{
	char *wal GW_CLEANUP(str_free_p) = str_printf("%s-wal", path);
	struct stat st;
	return (stat(path, &st) == 0 && st.st_size > 0) || (stat(wal, &st) == 0 && st.st_size > 0);
}

int cases_store_there(
    const char *store, const char *packages, struct ledger *ledger, struct errinfo *ei)
{
	struct errinfo quiet = ERRINFO_INIT;
	if (has_bytes(store) || !file_exists(packages))
		return 0;
	int r = ledger_records(ledger, 0, UINT64_MAX, find_served, NULL, &quiet);
	if (r == GW_EEXIST)
		return err_set(ei, GW_EAUTH,
		    "the store 'store.db' is gone, but the ledger tells of what was served from it: "
		    "restore it from a backup; to begin without its cases, move 'packages' away");
	return r < 0 ? err_set(ei, r, "%s", quiet.msg) : 0;
}

int cases_open(const struct cases_env *env, const struct registry *registry, int64_t now,
    struct cases **ret, struct errinfo *ei)
{
	struct cases *c = str_alloc(sizeof *c);
	c->env = *env;
	c->env.oin = str_dup(env->oin);
	c->env.actor = str_dup(env->actor);
	c->env.packages = str_dup(env->packages);
	for (size_t i = 0; i < CASES_STRIPES; i++)
		(void)pthread_mutex_init(&c->stripes[i], NULL);
	(void)pthread_mutex_init(&c->lock, NULL);
	int r = settle_ledger(c, ei);
	if (r == 0)
		r = cases_packages_open(c, registry, now, ei);
	if (r < 0) {
		cases_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void cases_free(struct cases *c)
{
	if (!c)
		return;
	cases_packages_close(c);
	cases_rules_free(c);
	(void)pthread_mutex_destroy(&c->lock);
	for (size_t i = 0; i < CASES_STRIPES; i++)
		(void)pthread_mutex_destroy(&c->stripes[i]);
	free((char *)(uintptr_t)c->env.oin);
	free((char *)(uintptr_t)c->env.actor);
	free((char *)(uintptr_t)c->env.packages);
	free(c);
}

/* ---- figures ---- */

int cases_counts(struct cases *c, int64_t now, struct cases_counts *ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct buf ended GW_CLEANUP(buf_release) = BUF_INIT(512);
	struct store_case_counts n;
	struct store_package_sums sums;
	(void)now;
	int r = buf_adds(&ended, " ");
	for (int s = 0; r == 0 && s < CASE_STATES; s++)
		if (case_ended((enum case_state)s))
			r = buf_addf(&ended, "%s ", case_state_word((enum case_state)s));
	if (r == 0)
		r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_case_count(tx, ended.data, &n, ei);
	if (r == 0)
		r = store_packages_sum(tx, NULL, &sums, ei);
	if (r < 0)
		return r;
	*ret = (struct cases_counts){.cases = n.cases,
	    .open = n.open,
	    .overdue = n.overdue,
	    .packages = sums.packages,
	    .package_bytes = sums.bytes,
	    .uploads = sums.uploads};
	return cases_job_count(c, tx, ret, ei);
}
