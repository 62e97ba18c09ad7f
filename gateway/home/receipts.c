/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/receipts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/receipts_files.h"
#include "registry/text.h"
#include "sign/statement.h"

struct receipts {
	char *dir;
	const struct chain_env *env;
	struct chain *chain;
	struct chain *ahead; /* with what is pending; NULL: to be made when it is asked for */
	int lock;
	struct receipts_pending *pending;
	size_t pending_n;
};

static void pending_release(struct receipts_pending *p)
{
	buf_release(&p->json);
	buf_release(&p->p7s);
	str_free_p(&p->file);
}

void receipts_free(struct receipts *r)
{
	if (!r)
		return;
	chain_free(r->chain);
	chain_free(r->ahead);
	for (size_t i = 0; i < r->pending_n; i++)
		pending_release(&r->pending[i]);
	free(r->pending);
	if (r->lock >= 0) {
		(void)rmdir(r->dir); /* only when nothing came of it */
		(void)close(r->lock);
	}
	free(r->dir);
	free(r);
}

void receipts_free_p(struct receipts **r)
{
	receipts_free(*r);
	*r = NULL;
}

bool receipts_case_good(const char *case_id)
{
	size_t n =
	    strspn(case_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
	return n >= 1 && n < CHAIN_CASE && !case_id[n];
}

struct chain *receipts_chain(struct receipts *r)
{
	return r->chain;
}

static void changed(struct receipts *r)
{
	chain_free(r->ahead);
	r->ahead = NULL;
}

struct chain *receipts_ahead(struct receipts *r)
{
	if (!r->pending_n)
		return r->chain;
	if (r->ahead)
		return r->ahead;
	r->ahead = chain_new(r->env, chain_sender(r->chain), chain_case(r->chain));
	int e = receipts_read(r->dir, r->ahead, false, NULL);
	for (size_t i = 0; e == 0 && i < r->pending_n; i++)
		e = chain_add(r->ahead, "pending", r->pending[i].json.data, r->pending[i].json.len,
		    NULL, 0, 0, NULL); /* as far as it goes: the gateway judges */
	return r->ahead;
}

/* Alone with the folder; it may have been removed as empty while we waited. */
static int lock(struct receipts *r, bool wait, struct errinfo *ei)
{
	for (;;) {
		int e = file_mkdirs(r->dir, 0700, ei);
		if (e < 0)
			return e;
		int fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return err_sys(ei, GW_EIO, "cannot open '%s'", r->dir);
		int got = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
		if (got == 0 && receipts_same(fd, r->dir)) {
			r->lock = fd;
			return 0;
		}
		int why = got < 0 ? errno : EINTR;
		(void)close(fd);
		if (why == EWOULDBLOCK)
			return err_set(ei, GW_ECONFLICT, "another command is at work in case %s",
			    chain_case(r->chain));
		if (why != EINTR)
			return err_sys(ei, GW_EIO, "cannot lock '%s'", r->dir);
	}
}

static int read_pending(struct receipts *r, const char *name, struct errinfo *ei)
{
	struct receipts_pending p = {.json = BUF_INIT(STATEMENT_MAX), .p7s = BUF_INIT(CADES_MAX)};
	const char *kind = receipts_kind(name, RECEIPTS_PENDING);
	if (!kind)
		return err_set(ei, GW_EAUTH, "%s/%s: does not belong there", r->dir, name);
	p.kind = kind;
	p.file = file_join(r->dir, name);
	int e = receipts_pair(p.file, &p.json, &p.p7s, ei);
	if (e < 0) {
		pending_release(&p);
		return e;
	}
	hash_sha256_hex(p.json.data, p.json.len, p.sha256);
	r->pending = reallocarray(r->pending, r->pending_n + 1, sizeof *r->pending);
	if (!r->pending)
		abort();
	r->pending[r->pending_n++] = p;
	return 0;
}

/* A signature is written before its statement and removed after it: what a kill left alone goes. */
static int sweep(const struct receipts *r, struct errinfo *ei)
{
	struct file_list l = {0};
	int e = file_list(r->dir, RECEIPTS_PENDING ".p7s", &l, ei);
	for (size_t i = 0; e == 0 && i < l.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(r->dir, l.names[i]);
		path[strlen(path) - strlen(".p7s")] = '\0';
		if (!file_exists(path))
			e = receipts_forget(path, ei);
	}
	file_list_release(&l);
	return e;
}

static int read_all(struct receipts *r, struct errinfo *ei)
{
	struct file_list l = {0};
	int e = sweep(r, ei);
	if (e == 0)
		e = file_list(r->dir, RECEIPTS_PENDING, &l, ei);
	for (size_t i = 0; e == 0 && i < l.n; i++)
		e = read_pending(r, l.names[i], ei);
	file_list_release(&l);
	return e == 0 ? receipts_read(r->dir, r->chain, false, ei) : e;
}

static int begin(const char *root, const struct chain_env *env, const char *sender,
    const char *case_id, bool wait, struct receipts **ret, struct errinfo *ei)
{
	if (!receipts_case_good(case_id) || !str_oin(sender))
		return err_set(ei, GW_EUSAGE, "'%.64s' is no case id", case_id);
	struct receipts *r = str_alloc(sizeof *r);
	char *name GW_CLEANUP(str_free_p) = str_printf("%s-%s", sender, case_id);
	r->lock = -1;
	r->dir = file_join(root, name);
	r->env = env;
	r->chain = chain_new(env, sender, case_id);
	int e = lock(r, wait, ei);
	if (e == 0)
		e = read_all(r, ei);
	if (e < 0)
		receipts_free(r);
	else
		*ret = r;
	return e;
}

int receipts_open(const char *root, const struct chain_env *env, const char *sender,
    const char *case_id, struct receipts **ret, struct errinfo *ei)
{
	return begin(root, env, sender, case_id, true, ret, ei);
}

int receipts_try(const char *root, const struct chain_env *env, const char *sender,
    const char *case_id, struct receipts **ret, struct errinfo *ei)
{
	return begin(root, env, sender, case_id, false, ret, ei);
}

/* ---- where ---- */

/* The OIN in a folder's file `gateway`; "" when there is none. */
static void read_gateway(const char *dir, char oin[OIN_TEXT])
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(OIN_TEXT);
	char *path GW_CLEANUP(str_free_p) = file_join(dir, RECEIPTS_GATEWAY);
	oin[0] = '\0';
	if (file_read(path, OIN_TEXT, &text, NULL) == 0 && text.len)
		text_copy(oin, OIN_TEXT, text.data);
	if (!str_oin(oin))
		oin[0] = '\0';
}

int receipts_at(struct receipts *r, const char *oin, struct errinfo *ei)
{
	char there[OIN_TEXT];
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, RECEIPTS_GATEWAY);
	char *text GW_CLEANUP(str_free_p) = str_printf("%s\n", oin);
	read_gateway(r->dir, there);
	if (there[0] && !str_eq(there, oin))
		return err_set(ei, GW_EUSAGE,
		    "case %s is at the gateway of %s, not of %s: name that with --gateway, or remove "
		    "'%s' when the case has moved",
		    chain_case(r->chain), there, oin, path);
	if (there[0] || (!chain_count(r->chain) && !r->pending_n))
		return 0;
	return file_write(path, text, strlen(text), 0600, FILE_REPLACE, ei);
}

bool receipts_seen_at(const char *root, const char *name, const char *oin, char sender[OIN_TEXT],
    char case_id[CHAIN_CASE])
{
	char there[OIN_TEXT];
	char *dir GW_CLEANUP(str_free_p) = file_join(root, name);
	if (strlen(name) <= OIN_TEXT || name[OIN_TEXT - 1] != '-' ||
	    !receipts_case_good(name + OIN_TEXT))
		return false;
	text_copy(sender, OIN_TEXT, name);
	text_copy(case_id, CHAIN_CASE, name + OIN_TEXT);
	read_gateway(dir, there);
	return str_oin(sender) && str_eq(there, oin);
}

/* ---- slips ---- */

static char *slip_path(const struct receipts *r, const char *package)
{
	char *name GW_CLEANUP(str_free_p) = str_printf("%s%s", package, RECEIPTS_SLIP);
	return file_join(r->dir, name);
}

int receipts_slip(
    struct receipts *r, const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = NULL;
	changed(r);
	int e = chain_slip(r->chain, "the slip", json->data, json->len, p7s->data, p7s->len, 0, ei);
	if (e == 0)
		e = jx_parse("the slip", json->data, json->len, &JX_SMALL, &body, ei);
	if (e < 0)
		return e;
	char *path GW_CLEANUP(str_free_p) = slip_path(r, jx_str(body, "package"));
	return receipts_keep(path, json, p7s, ei);
}

int receipts_slip_read(
    struct receipts *r, const char *package, struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = slip_path(r, package);
	return receipts_pair(path, json, p7s, ei);
}

/* ---- what a gateway shows ---- */

/* Take one shown statement apart. */
static int read_item(
    const json_t *item, struct buf *json, struct buf *p7s, int64_t *ret_at, struct errinfo *ei)
{
	const char *text = jx_str(item, "statement"), *signature = jx_str(item, "signature");
	const char *received = jx_str(item, "received");
	*ret_at = 0;
	if (!text || !signature || (received && time_parse(received, ret_at) < 0))
		return err_set(ei, GW_EFORMAT, "the gateway shows a statement in an unknown form");
	size_t n = strlen(signature), got = 0;
	void *room = buf_room(p7s, CADES_MAX);
	if (!room || str_unb64(signature, n, room, CADES_MAX, &got) < 0)
		return err_set(ei, GW_EFORMAT, "the gateway shows a signature in an unknown form");
	buf_wrote(p7s, got);
	return buf_adds(json, text) < 0
	    ? err_set(ei, GW_ELIMIT, "the gateway shows a statement that is too large")
	    : 0;
}

/* The slip that a new statement names, when it is not here yet. */
static int find_slip(struct receipts *r, const struct buf *statement, receipts_find *find,
    void *arg, struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = NULL;
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ignored = ERRINFO_INIT;
	if (jx_parse("statement", statement->data, statement->len, &JX_SMALL, &body, NULL) < 0)
		return 0; /* chain_add says so */
	const char *package = jx_str(body, "package"), *slip = jx_str(body, "slip");
	if (!package || !slip || !id_is_v4(package) || chain_knows_slip(r->chain, slip))
		return 0;
	int e = find(arg, package, &json, &p7s, &ignored);
	if (e == GW_ENOENT || e == GW_EREFUSED)
		return 0; /* perhaps it is not needed: chain_add says so */
	return e < 0 ? err_set(ei, e, "%s", ignored.msg) : receipts_slip(r, &json, &p7s, ei);
}

static int store(
    struct receipts *r, const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	const struct chain_link *l = chain_at(r->chain, chain_count(r->chain) - 1);
	char *name GW_CLEANUP(str_free_p) =
	    str_printf("%04zu-%s%s", chain_count(r->chain), l->kind, RECEIPTS_STATEMENT);
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, name);
	return receipts_keep(path, json, p7s, ei);
}

static int take_new(
    struct receipts *r, const json_t *item, receipts_find *find, void *arg, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	char what[40];
	int64_t at = 0;
	int e = read_item(item, &json, &p7s, &at, ei);
	if (e == 0)
		e = find_slip(r, &json, find, arg, ei);
	if (e < 0)
		return e;
	(void)snprintf(what, sizeof what, "statement %zu", chain_count(r->chain) + 1);
	if (at > r->env->now)
		at = r->env->now; /* its clock is before ours */
	e = chain_add(r->chain, what, json.data, json.len, p7s.data, p7s.len, at, ei);
	if (e == GW_ECONFLICT || e == GW_EREFUSED || e == GW_EFORMAT)
		e = GW_EAUTH; /* a gateway that shows this is not to be believed */
	return e == 0 ? store(r, &json, &p7s, ei) : e;
}

/* What was pending and is in the chain now has arrived. */
static int settle(struct receipts *r, struct errinfo *ei)
{
	int e = 0;
	for (size_t i = 0; e == 0 && i < r->pending_n;) {
		bool there = false;
		for (size_t k = chain_count(r->chain); !there && k > 0; k--)
			there = str_eq(chain_at(r->chain, k - 1)->sha256, r->pending[i].sha256);
		if (!there) {
			i++;
			continue;
		}
		e = receipts_drop(r, i, ei);
	}
	return e;
}

int receipts_take(
    struct receipts *r, const json_t *items, receipts_find *find, void *arg, struct errinfo *ei)
{
	size_t n = json_array_size(items), known = chain_count(r->chain);
	int e = 0;
	changed(r);
	if (!json_is_array(items))
		return err_set(ei, GW_EFORMAT, "the gateway shows no statements");
	if (n < known)
		return err_set(ei, GW_EAUTH,
		    "the gateway shows %zu statements of case %s, but we saw %zu", n,
		    chain_case(r->chain), known);
	for (size_t i = 0; i < known; i++) {
		char sha256[HASH_HEX];
		const char *text = jx_str(json_array_get(items, i), "statement");
		hash_sha256_hex(text ? text : "", text ? strlen(text) : 0, sha256);
		if (!str_eq(sha256, chain_at(r->chain, i)->sha256))
			return err_set(ei, GW_EAUTH,
			    "statement %zu of case %s is another one than we saw before", i + 1,
			    chain_case(r->chain));
	}
	for (size_t i = known; e == 0 && i < n; i++)
		e = take_new(r, json_array_get(items, i), find, arg, ei);
	return e == 0 ? settle(r, ei) : e;
}

/* ---- ours, on their way ---- */

int receipts_put(struct receipts *r, const char *kind, const struct buf *json,
    const struct buf *p7s, struct errinfo *ei)
{
	char *name GW_CLEANUP(str_free_p) = str_printf(
	    "%04zu-%s%s", chain_count(r->chain) + r->pending_n + 1, kind, RECEIPTS_PENDING);
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, name);
	int e = receipts_keep(path, json, p7s, ei);
	return e == 0 ? read_pending(r, name, ei) : e;
}

const struct receipts_pending *receipts_pending(const struct receipts *r, size_t i)
{
	return i < r->pending_n ? &r->pending[i] : NULL;
}

size_t receipts_pendings(const struct receipts *r)
{
	return r->pending_n;
}

int receipts_drop(struct receipts *r, size_t i, struct errinfo *ei)
{
	changed(r);
	int e = receipts_forget(r->pending[i].file, ei);
	pending_release(&r->pending[i]);
	memmove(&r->pending[i], &r->pending[i + 1], (--r->pending_n - i) * sizeof *r->pending);
	return e;
}

int receipts_arrived(struct receipts *r, struct errinfo *ei)
{
	const struct receipts_pending *p = &r->pending[0];
	int e = chain_add(r->chain, "our statement", p->json.data, p->json.len, NULL, 0, 0, ei);
	if (e == 0)
		e = store(r, &p->json, &p->p7s, ei);
	return e == 0 ? receipts_drop(r, 0, ei) : e;
}
