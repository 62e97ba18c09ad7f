/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * world: a core over real homes (tests/support/world.sh): the gateway is that of `outgoing`; who
 * calls is the provider itself, the successor, the municipality, or a stranger. Header-only.
 *
 * When API_ANSWERS names a folder each answer that a client would see is left there for
 * tests/npm/openapi.mjs.
 */
#ifndef TESTS_UNIT_API_WORLD_H
#define TESTS_UNIT_API_WORLD_H

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "api/core.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "cases/cases.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "sign/statement.h"
#include "store/store.h"
#include "tests/unit/test.h"

#define PROVIDER "00000099000000001000"
#define SUCCESSOR "00000099000000002000"
#define TOWN "00000099000000003000"
#define STRANGER "00000099000000004000"
#define POLICY "overdracht-einde-contract"

static struct {
	char *dir;
	struct home *home, *successor; /* the gateway's; the recipient's, for its signatures */
	struct store *store;
	struct cases *cases;
	struct api_core *core;
	const char *const *witnesses; /* of the core, from the next world_start on */
	size_t witnesses_n;
	/* the last answer */
	struct buf out;
	struct link_answer a;
	json_t *json; /* of it, when it is JSON */
	unsigned dumped;
} world;

static inline void world_run(const char *script, const char *arg)
{
	char *argv[] = {
	    (char *)(uintptr_t) "bash", (char *)(uintptr_t)script, (char *)(uintptr_t)arg, NULL};
	pid_t pid;
	int status;
	(void)setenv("BUILD", "build/rel", 0);
	assert_int_equal(posix_spawnp(&pid, "bash", NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static inline char *world_path(const char *name)
{
	return file_join(world.dir, name);
}

static inline struct home *world_home(const char *name, unsigned what)
{
	char *path GW_CLEANUP(str_free_p) = world_path(name);
	struct home *h = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(home_open(path, what, &h, &ei), 0, &ei);
	return h;
}

/* Begin the core over what lies in the home, as handoverd does. */
static inline void world_start(void)
{
	static const char *const mandates[] = {TOWN, SUCCESSOR};
	struct errinfo ei = ERRINFO_INIT;
	char actor[19];
	world.home = world_home("outgoing", HOME_SEAL);
	char *packages GW_CLEANUP(str_free_p) = home_path(world.home, "packages");
	char *db GW_CLEANUP(str_free_p) = home_path(world.home, "store.db");
	ledger_actor(home_ledger(world.home), "handoverd", actor);
	test_code(store_open(db, &world.store, &ei), 0, &ei);
	const struct cases_env env = {.oin = home_oin(world.home),
	    .actor = actor,
	    .packages = packages,
	    .ledger = home_ledger(world.home),
	    .store = world.store,
	    .limits = {.free_bytes = 1 << 20}};
	test_code(
	    cases_open(&env, home_registry(world.home), clock_now(), &world.cases, &ei), 0, &ei);
	const struct api_core_env core = {.home = world.home,
	    .cases = world.cases,
	    .store = world.store,
	    .mandates = mandates,
	    .mandates_n = GW_LENGTH(mandates),
	    .free_bytes = 1 << 20,
	    .witnesses = world.witnesses,
	    .witnesses_n = world.witnesses_n};
	test_code(api_core_new(&core, &world.core, &ei), 0, &ei);
}

static inline void world_stop(void)
{
	api_core_free(world.core);
	cases_free(world.cases);
	store_close(world.store);
	home_free(world.home);
}

static inline int world_begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(secret_init(&ei), 0, &ei);
	log_level(LOG_PRIO_ERR);
	world.out = (struct buf)BUF_INIT(32 << 20);
	world.dir = test_mkdir();
	world_run("tests/support/world.sh", world.dir);
	world.successor = world_home("incoming", HOME_SIGNER | HOME_REGISTRY);
	world_start();
	return 0;
}

static inline int world_end(void **state)
{
	(void)state;
	world_stop();
	home_free(world.successor);
	jx_release(&world.json);
	buf_release(&world.out);
	test_rmdir(&world.dir);
	return 0;
}

/* ---- calls ---- */

/* The pin of the TLS key that the registry has for an organisation; a stranger has one too. */
static inline const char *world_pin(const char *oin)
{
	const struct organisation *o = registry_organisation(home_registry(world.home), oin);
	return o ? o->tls.list[0].spki
		 : "sha256:0000000000000000000000000000000000000000000000000000000000000000";
}

static inline struct link_call world_call(unsigned op, const char *oin)
{
	struct link_call c = {.op = op};
	(void)snprintf(c.peer, sizeof c.peer, "%s", oin);
	(void)snprintf(c.spki, sizeof c.spki, "%s", world_pin(oin));
	ledger_trace(c.trace);
	return c;
}

static inline void world_param(struct link_call *c, const char *value)
{
	c->params[c->params_n++] = value;
}

static inline void world_query(struct link_call *c, const char *name, const char *value)
{
	c->query[c->query_n++] = (struct link_pair){name, value};
}

static inline const char *answer_field(const char *name)
{
	for (size_t i = 0; i < world.a.fields_n; i++)
		if (str_eq(world.a.fields[i].name, name))
			return world.a.fields[i].value;
	return NULL;
}

/* The route that a client would have asked by. */
static inline const struct api_route *asked_route(unsigned op)
{
	return &api_routes[op == API_DOSSIER_END ? API_DOSSIER_BEGIN
		: op == API_UPLOAD_END           ? API_UPLOAD_BEGIN
						 : op];
}

static inline void dump_answer(unsigned op)
{
	const char *dir = getenv("API_ANSWERS");
	const struct api_route *r = op < API_OPS ? asked_route(op) : NULL; /* no such operation */
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	struct errinfo ei = ERRINFO_INIT;
	bool begun = (op == API_DOSSIER_BEGIN || op == API_UPLOAD_BEGIN) && world.a.status == 200;
	if (!dir || !r || !r->path || begun)
		return;
	char *path GW_CLEANUP(str_free_p) = str_dup(r->path), *plus = strstr(path, "{+");
	if (plus)
		memmove(plus + 1, plus + 2, strlen(plus + 2) + 1);
	char method[16];
	(void)snprintf(method, sizeof method, "%s", http_method_name(r->method));
	for (char *m = method; *m; m++)
		*m = (char)(*m | 0x20);
	json_t *o GW_CLEANUP(jx_release) = json_object(), *fields = json_object();
	jx_set(o, "method", json_string(method));
	jx_set(o, "path", json_string(path));
	jx_set(o, "status", json_integer(world.a.status));
	if (world.a.type)
		jx_set(o, "type", json_string(world.a.type));
	for (size_t i = 0; i < world.a.fields_n; i++)
		jx_set(fields, world.a.fields[i].name, json_string(world.a.fields[i].value));
	jx_set(o, "fields", fields);
	jx_set(
	    o, "body", world.json ? json_stringn(world.a.body, world.a.body_n) : json_string(""));
	assert_int_equal(jx_dump(o, &text), 0);
	char *name GW_CLEANUP(str_free_p) =
	    str_printf("%s/%d-%04u.json", dir, (int)getpid(), world.dumped++);
	test_code(file_write(name, text.data, text.len, 0644, FILE_NEW, &ei), 0, &ei);
}

/* Make the call; its answer lies in world until the next one. Descriptors are the test's. */
static inline void ask(const struct link_call *c, int status)
{
	struct errinfo ei = ERRINFO_INIT;
	const struct jx_limits limits = {32 << 20, 32, 1000000};
	jx_release(&world.json);
	world.json = NULL;
	api_core_answer(world.core, c, &world.out, &world.a);
	if (world.a.type && str_ends(world.a.type, "json"))
		test_code(
		    jx_parse("answer", world.a.body, world.a.body_n, &limits, &world.json, &ei), 0,
		    &ei);
	if (world.a.status != status)
		fail_msg("op %u: %d instead of %d: %s", c->op, world.a.status, status,
		    world.a.body_n ? (const char *)world.a.body : "");
	dump_answer(c->op);
}

/* It was a problem with that code. */
static inline void is_problem(const char *code)
{
	assert_string_equal(world.a.type, PROBLEM_TYPE);
	assert_string_equal(jx_str(world.json, "code"), code);
	assert_true(str_starts(jx_str(world.json, "instance"), "urn:uuid:"));
	assert_int_equal(json_integer_value(json_object_get(world.json, "status")), world.a.status);
}

/* One with no more than path parameters. */
static inline void ask_for(unsigned op, const char *oin, const char *a, const char *b, int status)
{
	struct link_call c = world_call(op, oin);
	if (a)
		world_param(&c, a);
	if (b)
		world_param(&c, b);
	ask(&c, status);
}

static inline const json_t *items(void)
{
	return json_object_get(world.json, "items");
}

/* ---- dossiers ---- */

struct dossier_wish {
	const char *oin, *file, *key; /* file: in the world's folder */
	const char *policy, *to, *case_id, *language;
};

static inline void put_wish(struct link_call *c, const struct dossier_wish *w)
{
	if (w->policy)
		world_query(c, "policy", w->policy);
	if (w->to)
		world_query(c, "to", w->to);
	if (w->case_id)
		world_query(c, "case", w->case_id);
	if (w->language)
		world_query(c, "language", w->language);
	if (w->key)
		c->fields[c->fields_n++] = (struct link_pair){"idempotency-key", w->key};
	c->fields[c->fields_n++] = (struct link_pair){"content-type", "application/x-tar"};
}

/* Before the body; 200: *ret_token and the body's bytes are written, *ret_n of them. */
static inline void dossier_begin(const struct dossier_wish *w, char token[ID_TEXT], uint64_t *ret_n)
{
	struct link_call c = world_call(API_DOSSIER_BEGIN, w->oin);
	struct buf bytes GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	char *path GW_CLEANUP(str_free_p) = world_path(w->file);
	struct errinfo ei = ERRINFO_INIT;
	put_wish(&c, w);
	ask(&c, 200);
	assert_int_equal(world.a.body_n, ID_TEXT - 1);
	(void)snprintf(token, ID_TEXT, "%s", (const char *)world.a.body);
	test_code(file_read(path, 8 << 20, &bytes, &ei), 0, &ei);
	test_code(file_write_fd(world.a.fd, bytes.data, bytes.len, &ei), 0, &ei);
	(void)close(world.a.fd);
	*ret_n = bytes.len;
}

static inline void hand_in(const struct dossier_wish *w, int status)
{
	char token[ID_TEXT];
	struct link_call c = world_call(API_DOSSIER_END, w->oin);
	dossier_begin(w, token, &c.number);
	put_wish(&c, w);
	world_param(&c, token);
	ask(&c, status);
}

/* ---- acts ---- */

struct act_of {
	struct home *by; /* who signs: world.home or world.successor */
	const char *kind, *for_oin, *case_id, *prev;
	const char *package, *slip, *policy; /* absent where NULL */
	json_t *more;                        /* the kind's own members; taken over */
};

/* The request's body for an act. */
static inline void signed_act(const struct act_of *x, struct buf *body)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(8192);
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = x->more ? x->more : json_object();
	test_code(ledger_checkpoint(home_ledger(world.home), &head, &ei), 0, &ei);
	jx_set(m, "case", json_string(x->case_id));
	if (x->package)
		jx_set(m, "package", json_string(x->package));
	if (x->slip)
		jx_set(m, "slip", json_string(x->slip));
	jx_set(m, "policy", json_string(x->policy));
	if (x->prev)
		jx_set(m, "prev", json_string(x->prev));
	test_code(statement_sign(home_signer(x->by), x->kind, x->for_oin, head.data, clock_now(), m,
		      &json, &p7s, &ei),
	    0, &ei);
	assert_int_equal(str_b64(&b64, p7s.data, p7s.len), 0);
	json_t *o GW_CLEANUP(jx_release) = json_object();
	jx_set(o, "statement", json_string(json.data));
	jx_set(o, "signature", json_string(b64.data));
	assert_int_equal(jx_dump(o, body), 0);
}

static inline void post(unsigned op, const char *oin, const char *sender, const char *case_id,
    const struct buf *body, int status)
{
	struct link_call c = world_call(op, oin);
	if (sender)
		world_param(&c, sender);
	if (case_id)
		world_param(&c, case_id);
	c.body = body->data;
	c.body_n = body->len;
	ask(&c, status);
}

#endif
