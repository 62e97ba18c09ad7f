/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Dossiers handed in: readable in memory only, from the body that the edge wrote into memory to the
 * ciphertext in a file without a name.
 *
 * An Idempotency-Key is settled in this order: the answer is kept as not done, the package is
 * announced and deposited, the answer is done. Whoever comes again with the key after a kill finds
 * the package deposited, and gets the answer; or it is not, and the dossier is sealed anew.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/op.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "package/note.h"
#include "store/answers.h"

enum { STALE_MS = 60 * 60 * 1000, ANSWER_MAX = STORE_ANSWER_MAX };

/* What the address and the fields ask for. */
struct wish {
	const char *policy, *to, *contract, *case_id, *key;
	bool english;
};

static void check_names(struct op *op, const struct wish *w)
{
	if (!w->policy || !*w->policy)
		op_wrong(op, "query", "policy", "the id of a policy is expected");
	if (!w->to || !str_oin(w->to))
		op_wrong(op, "query", "to", "the recipient's OIN of 20 digits is expected");
	if (w->contract && !*w->contract)
		op_wrong(op, "query", "contract", "it is empty: leave it out");
	if (w->case_id && !note_case_ok(w->case_id))
		op_wrong(op, "query", "case",
		    "a uuid or up to 64 letters, digits, '.', '_', '-' are expected; not digits "
		    "alone");
}

static int wish_of(struct op *op, struct wish *w)
{
	const char *language = op_query(op, "language");
	*w = (struct wish){op_query(op, "policy"), op_query(op, "to"), op_query(op, "contract"),
	    op_query(op, "case"), op_request_field(op, "idempotency-key"), false};
	check_names(op, w);
	if (language && !str_eq(language, "nl") && !str_eq(language, "en"))
		op_wrong(op, "query", "language", "'nl' or 'en' is expected");
	w->english = str_eq(language, "en");
	if (!w->key || !(id_is_v4(w->key) || id_is_v7(w->key)))
		op_wrong(op, "field", "Idempotency-Key", "a new uuid for each dossier is expected");
	return op_checked(op);
}

/* The gateway's own organisation, and those that it may act for. */
static int allowed(struct op *op)
{
	const struct api_core_env *env = &op->core->env;
	bool yes = str_eq(op->peer->oin, home_oin(env->home));
	for (size_t i = 0; i < env->mandates_n; i++)
		yes = yes || str_eq(op->peer->oin, env->mandates[i]);
	return yes
	    ? 0
	    : err_set(&op->ei, GW_EREFUSED,
		  "this gateway seals for its own organisation and its mandates only: seal the "
		  "dossier yourself and announce the package");
}

/* ---- what is arriving ---- */

static void clear(struct intake *k)
{
	file_close_p(&k->fd);
	*k = (struct intake){.fd = -1};
}

void op_dossiers_close(struct api_core *c)
{
	for (size_t i = 0; i < INTAKES; i++)
		clear(&c->intakes[i]);
}

/* A free place, or one whose client has been away for an hour; NULL. Under the lock. */
static struct intake *place_for(struct api_core *c, int64_t now)
{
	for (size_t i = 0; i < INTAKES; i++) {
		struct intake *k = &c->intakes[i];
		if (k->token[0] && !k->working && now - k->began > STALE_MS)
			clear(k);
		if (!k->token[0])
			return k;
	}
	return NULL;
}

/* Memory that cannot grow past its size, whoever writes to it. */
static int memory(size_t size, struct errinfo *ei)
{
	int fd = memfd_create("dossier", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "no memory for a dossier");
	if (ftruncate(fd, (off_t)size) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) == 0)
		return fd;
	int code = err_sys(ei, GW_EIO, "no memory for a dossier");
	(void)close(fd);
	return code;
}

int op_dossier_begin(struct op *op)
{
	struct api_core *c = op->core;
	struct wish w;
	size_t limit = home_settings(c->env.home)->limits.dossier.archive_bytes;
	int r = allowed(op), copy = -1;
	if (r < 0 || (r = wish_of(op, &w)) < 0)
		return r;
	int fd GW_CLEANUP(file_close_p) = memory(limit, &op->ei);
	if (fd < 0)
		return fd;
	char token[ID_TEXT];
	id_v4(token);
	(void)pthread_mutex_lock(&c->lock);
	struct intake *k = place_for(c, clock_mono());
	if (k && (copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0) {
		*k = (struct intake){.fd = copy, .began = clock_mono()};
		(void)snprintf(k->token, sizeof k->token, "%s", token);
		(void)snprintf(k->caller, sizeof k->caller, "%s", op->peer->oin);
		(void)snprintf(k->key, sizeof k->key, "%s", w.key);
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (copy < 0) {
		op->status = 503;
		return err_set(
		    &op->ei, GW_ELIMIT, "%d dossiers are being taken in already", INTAKES);
	}
	if ((r = op_text(op, 200, "text/plain", token, strlen(token))) < 0)
		return r;
	op->answer->fd = fd;
	fd = -1;
	return op_field(op, "Limit", "%zu", limit);
}

/* Find what arrived under the token; a working one for the same key is a conflict. */
static int take(struct op *op, struct intake **ret)
{
	struct api_core *c = op->core;
	struct intake *k = NULL;
	bool twice = false;
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < INTAKES; i++)
		if (c->intakes[i].token[0] && !c->intakes[i].working &&
		    str_eq(c->intakes[i].token, op_param(op, 0)) &&
		    str_eq(c->intakes[i].caller, op->peer->oin))
			k = &c->intakes[i];
	for (size_t i = 0; k && i < INTAKES; i++)
		twice = twice ||
		    (c->intakes[i].working && str_eq(c->intakes[i].key, k->key) &&
			str_eq(c->intakes[i].caller, k->caller));
	if (k && twice)
		clear(k);
	else if (k)
		k->working = true;
	(void)pthread_mutex_unlock(&c->lock);
	*ret = k;
	if (!k)
		return err_set(&op->ei, GW_ENOENT, "no dossier is arriving under that token");
	return twice ? err_set(&op->ei, GW_ECONFLICT,
			   "the same request is still being worked on: ask again in a while")
		     : 0;
}

static void give_back(struct op *op, struct intake *k)
{
	(void)pthread_mutex_lock(&op->core->lock);
	clear(k);
	(void)pthread_mutex_unlock(&op->core->lock);
}

int op_dossier_drop(struct op *op)
{
	struct intake *k = NULL;
	if (take(op, &k) == 0)
		give_back(op, k);
	return op_text(op, 204, NULL, NULL, 0);
}

/* ---- sealing ---- */

struct work {
	struct op *op;
	const struct wish *wish;
	struct cases_call own; /* the gateway, on its own behalf */
	char mark[HASH_HEX];
	json_t *answer; /* owned */
	int code;
};

/* By what the same request is known again: its wishes and its bytes. */
static int mark_of(struct work *w, int fd, struct errinfo *ei)
{
	struct hash h;
	uint8_t digest[HASH_BYTES], chunk[16384];
	char hex[HASH_HEX];
	ssize_t n;
	hash_init(&h);
	for (off_t at = 0; (n = pread(fd, chunk, sizeof chunk, at)) > 0; at += n)
		hash_add(&h, chunk, (size_t)n);
	explicit_bzero(chunk, sizeof chunk);
	hash_final(&h, digest);
	hash_release(&h);
	if (n < 0)
		return err_sys(ei, GW_EIO, "the dossier cannot be read");
	str_hex(digest, sizeof digest, hex);
	const struct wish *q = w->wish;
	char *all GW_CLEANUP(str_free_p) = str_printf("%s\n%s\n%s\n%s\n%d\n%s", q->policy, q->to,
	    q->contract ? q->contract : "", q->case_id ? q->case_id : "", q->english, hex);
	ledger_mark(home_ledger(w->op->core->env.home), all, strlen(all), w->mark);
	return 0;
}

static json_t *answer_of(const struct seal_made *made)
{
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * made->p7s->len + 4);
	json_t *o = json_object();
	jx_set(o, "package", json_string(made->package));
	jx_set(o, "case", json_string(made->case_id));
	jx_set(o, "seq", json_integer(made->seq));
	jx_set(o, "slip", jx_text(made->slip->data));
	if (str_b64(&b64, made->p7s->data, made->p7s->len) == 0)
		jx_set(o, "signature", json_string(b64.data));
	jx_set(o, "report", json_deep_copy(made->report));
	return o;
}

static int keep_answer(const struct work *w, const struct seal_made *made, struct errinfo *ei)
{
	struct store_answer a GW_CLEANUP(store_answer_release) = {.body = BUF_INIT(ANSWER_MAX)};
	(void)snprintf(a.caller, sizeof a.caller, "%s", w->op->peer->oin);
	(void)snprintf(a.key, sizeof a.key, "%s", w->wish->key);
	(void)snprintf(a.mark, sizeof a.mark, "%s", w->mark);
	(void)snprintf(a.package, sizeof a.package, "%s", made->package);
	int r = jx_dump(w->answer, &a.body);
	return r < 0 ? err_set(ei, r, "the report is too large")
		     : store_answer_keep(w->op->core->env.store, &a, w->op->now, ei);
}

/* Between intent and result of the sealing: the package comes to lie where packages lie. */
static int place(void *arg, const struct seal_made *made, struct errinfo *ei)
{
	struct work *w = arg;
	const struct api_core_env *env = &w->op->core->env;
	json_t *state GW_CLEANUP(jx_release) = NULL;
	struct errinfo quiet = ERRINFO_INIT;
	bool fresh = false;
	w->answer = answer_of(made);
	int r = keep_answer(w, made, ei);
	if (r < 0)
		return r;
	r = cases_announce(env->cases, &w->own, made->slip->data, made->slip->len, made->p7s->data,
	    made->p7s->len, &fresh, &state, ei);
	if (r == 0)
		r = cases_deposit_own(env->cases, &w->own, made->package, made->fd, ei);
	if (r < 0)
		(void)!store_answer_drop(env->store, w->op->peer->oin, w->wish->key, &quiet);
	return r;
}

/* Called once, with what became of the dossier. */
static void sealed(void *arg, const struct transfer_item *item)
{
	struct work *w = arg;
	w->code = item->code;
	if (item->code == 0)
		return;
	w->op->ei = *item->why;
	if (item->report && item->code == GW_EREFUSED)
		w->op->report = json_deep_copy(item->report);
	if (item->code == GW_EFORMAT)
		w->op->status = 422;
	if (item->code == GW_ENOENT) {
		op_wrong(w->op, "query", "policy", "this gateway has no such policy");
		w->code = op_checked(w->op);
	}
}

static int seal(struct work *w, int archive)
{
	struct op *op = w->op;
	const struct wish *q = w->wish;
	struct transfer_env env;
	char *folder GW_CLEANUP(str_free_p) = home_path(op->core->env.home, "packages");
	const struct seal_request request = {.policy = q->policy,
	    .to = q->to,
	    .contract = q->contract,
	    .case_id = q->case_id,
	    .english = q->english,
	    .n = 1,
	    .done = sealed,
	    .arg = w};
	const struct seal_memory m = {.request = &request,
	    .archive = archive,
	    .folder = folder,
	    .mandate = str_eq(op->peer->oin, home_oin(op->core->env.home)) ? NULL : op->peer->oin,
	    .trace = op->cases.trace,
	    .place = place,
	    .arg = w};
	home_transfer(op->core->env.home, &env);
	env.registry = op->snapshot->registry;
	int r = transfer_seal_memory(&env, &m, &op->ei);
	return r < 0 ? r : w->code;
}

/* 1 with the answer that this key has had; 0 when it has none. */
static int answered(struct work *w)
{
	struct op *op = w->op;
	const struct api_core_env *env = &op->core->env;
	struct store_answer a GW_CLEANUP(store_answer_release) = {0};
	json_t *package GW_CLEANUP(jx_release) = NULL;
	struct errinfo quiet = ERRINFO_INIT;
	int r = store_answer_find(env->store, op->peer->oin, w->wish->key, &a, &quiet);
	if (r == GW_ENOENT)
		return 0;
	if (r < 0)
		return op->ei = quiet, r;
	if (!str_eq(a.mark, w->mark)) {
		op->status = 422;
		return err_set(&op->ei, GW_ECONFLICT,
		    "this Idempotency-Key was used for another request: take a new one");
	}
	if (!a.done) {
		r = cases_package(env->cases, &w->own, a.package, &package, &quiet);
		if (r < 0 && r != GW_ENOENT)
			return op->ei = quiet, r;
		if (r == GW_ENOENT || str_eq(jx_str(package, "state"), "announced"))
			return store_answer_drop(env->store, a.caller, a.key, &op->ei);
		if ((r = store_answer_done(env->store, a.caller, a.key, &op->ei)) < 0)
			return r;
	}
	r = op_text(op, 201, "application/json", a.body.data, a.body.len);
	return r < 0 ? r : 1;
}

static int work(struct op *op, const struct wish *wish, int fd)
{
	struct work w = {.op = op, .wish = wish, .own = op->cases};
	struct errinfo quiet = ERRINFO_INIT;
	w.own.caller = home_oin(op->core->env.home);
	int r = mark_of(&w, fd, &op->ei);
	if (r == 0)
		r = answered(&w);
	if (r != 0)
		return r < 0 ? r : 0;
	r = seal(&w, fd);
	if (r < 0) {
		json_decref(w.answer);
		return r;
	}
	/* were it not kept as done, the package that is there would say so */
	(void)!store_answer_done(op->core->env.store, op->peer->oin, wish->key, &quiet);
	return op_json(op, 201, w.answer);
}

/* From here on nobody changes the n bytes that came. */
static int whole(int fd, uint64_t n, struct errinfo *ei)
{
	off_t size = lseek(fd, 0, SEEK_END);
	if (size < 0 || n > (uint64_t)size)
		return err_set(ei, GW_EFAIL, "a dossier of a size that was not allowed");
	if (ftruncate(fd, (off_t)n) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_SEAL) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(ei, GW_EFAIL, "the memory of a dossier cannot be closed");
	return 0;
}

int op_dossier_end(struct op *op)
{
	struct intake *k = NULL;
	struct wish wish;
	int r = take(op, &k);
	if (r < 0)
		return r;
	r = allowed(op);
	if (r == 0)
		r = wish_of(op, &wish);
	if (r == 0 && !str_eq(wish.key, k->key))
		r = err_set(&op->ei, GW_EUSAGE, "another Idempotency-Key than before the body");
	if (r == 0)
		r = whole(k->fd, op->call->number, &op->ei);
	if (r == 0)
		r = work(op, &wish, k->fd);
	give_back(op, k);
	return r;
}
