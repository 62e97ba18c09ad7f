/* SPDX-License-Identifier: EUPL-1.2 */
/* The folder of a case: what was seen stays, and a gateway that shows something else is noticed. */
#include "home/receipts.h"

#include <sys/stat.h>

#include "tests/unit/cases/story.h"

struct world {
	struct story story;
	struct chain_env env;
	char *root, *dir;
	unsigned asked;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->story = story_new();
	story_whole(&w->story);
	w->env = (struct chain_env){.trust = w->story.trust, .now = PKI_NOW};
	w->root = test_mkdir();
	w->dir = file_join(w->root, STORY_SENDER "-" STORY_CASE);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	story_free(&w->story);
	test_rmdir(&w->root);
	free(w->dir);
	free(w);
	return 0;
}

/* The first n statements, as a gateway shows them. */
static json_t *shown(const struct world *w, size_t n)
{
	json_t *items = json_array();
	for (size_t i = 0; i < n; i++) {
		const struct story_said *d = &w->story.said[i];
		struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
		json_t *o = json_object();
		assert_int_equal(str_b64(&b64, d->p7s.data, d->p7s.len), 0);
		jx_set(o, "n", json_integer((json_int_t)i + 1));
		jx_set(o, "received", json_string("2026-11-13T10:00:00.000Z"));
		jx_set(o, "statement", json_string(d->json.data));
		jx_set(o, "signature", json_string(b64.data));
		jx_add(items, o);
	}
	return items;
}

static int find(
    void *arg, const char *package, struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	struct world *w = arg;
	const struct story_said *d = &w->story.slip[0];
	w->asked++;
	if (!str_eq(package, w->story.package[0]))
		return err_set(ei, GW_ENOENT, "no such package");
	assert_int_equal(buf_add(json, d->json.data, d->json.len), 0);
	return buf_add(p7s, d->p7s.data, d->p7s.len);
}

static struct receipts *join(struct world *w)
{
	struct receipts *r = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(receipts_open(w->root, &w->env, STORY_SENDER, STORY_CASE, &r, &ei), 0, &ei);
	return r;
}

/* What taking the first n gives, and how many are there then. */
static void take(struct world *w, json_t *items, int code, size_t there, const char *says)
{
	struct errinfo ei = ERRINFO_INIT;
	struct receipts *r GW_CLEANUP(receipts_free_p) = join(w);
	test_code(receipts_take(r, items, find, w, &ei), code, &ei);
	if (!strstr(ei.msg, says))
		fail_msg("'%s' lacks '%s'", ei.msg, says);
	assert_int_equal(chain_count(receipts_chain(r)), there);
	json_decref(items);
}

static void verify(struct world *w, int code, const char *says)
{
	struct errinfo ei = ERRINFO_INIT;
	struct chain *c GW_CLEANUP(chain_free_p) = NULL;
	size_t pending = 0;
	test_code(receipts_verify(w->dir, &w->env, &c, &pending, &ei), code, &ei);
	if (!strstr(ei.msg, says))
		fail_msg("'%s' lacks '%s'", ei.msg, says);
}

static void test_take(void **state)
{
	struct world *w = *state;
	receipts_free(join(w));
	assert_false(file_exists(w->dir)); /* nothing was seen, nothing stays */
	take(w, shown(w, 3), 0, 3, "");
	assert_int_equal(w->asked, 1);
	take(w, shown(w, 3), 0, 3, "");
	take(w, shown(w, 9), 0, 9, "");
	assert_int_equal(w->asked, 1); /* the slip is known by now */
	verify(w, 0, "");
	char *p GW_CLEANUP(str_free_p) = file_join(w->dir, "0009-destroyed.json.p7s");
	assert_true(file_exists(p));
	struct receipts *r GW_CLEANUP(receipts_free_p) = join(w);
	json_t *body GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(receipts_statement(w->root, receipts_chain(r), 8, &body, NULL), 0);
	assert_string_equal(jx_str(body, "id"), chain_at(receipts_chain(r), 8)->id);
}

/* What we saw is not the beginning of what is shown. */
static void test_other_chain(void **state)
{
	struct world *w = *state;
	take(w, shown(w, 5), 0, 5, "");
	take(w, shown(w, 4), GW_EAUTH, 5, "4 statements of case zaak-1, but we saw 5");
	json_t *items = shown(w, 9);
	json_object_del(json_array_get(items, 2), "statement");
	jx_set(json_array_get(items, 2), "statement", json_string(w->story.said[3].json.data));
	take(w, items, GW_EAUTH, 5, "statement 3 of case zaak-1 is another one");
	items = shown(w, 9);
	jx_set(json_array_get(items, 6), "signature", json_string("AAAA"));
	take(w, items, GW_EAUTH, 6, "statement 7"); /* the good one before it stays */
	items = shown(w, 9);
	assert_int_equal(json_array_remove(items, 7), 0);
	take(w, items, GW_EAUTH, 7, "does not follow");
	take(w, json_object(), GW_EFORMAT, 7, "shows no statements");
	verify(w, 0, "");
}

/* Ours is on disk before it is sent, and the same bytes after a cut. */
static void test_pending(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	const struct story_said *d = &w->story.said[2];
	take(w, shown(w, 2), 0, 2, "");
	struct receipts *r = join(w);
	test_code(receipts_put(r, d->kind, &d->json, &d->p7s, &ei), 0, &ei);
	receipts_free(r);
	verify(w, 0, ""); /* it is no part of the chain */
	/* what a kill leaves between a signature and its statement */
	char *lone GW_CLEANUP(str_free_p) = file_join(w->dir, "0003-accept.pending.json.p7s");
	test_code(file_write(lone, "x", 1, 0600, FILE_NEW, &ei), 0, &ei);
	r = join(w);
	assert_false(file_exists(lone));
	assert_int_equal(chain_count(receipts_chain(r)), 2);
	assert_string_equal(receipts_pending(r, 0)->kind, "release");
	assert_string_equal(receipts_pending(r, 0)->json.data, d->json.data);
	assert_null(receipts_pending(r, 1));
	assert_int_equal(chain_round(receipts_chain(r), 0).state, CASE_ACCEPTED);
	assert_int_equal(chain_count(receipts_ahead(r)), 3);
	/* released, and its term has ended since */
	assert_int_equal(chain_round(receipts_ahead(r), 0).state, CASE_EXPIRED);
	test_code(receipts_arrived(r, &ei), 0, &ei);
	assert_null(receipts_pending(r, 0));
	assert_int_equal(chain_count(receipts_chain(r)), 3);
	assert_ptr_equal(receipts_ahead(r), receipts_chain(r));
	receipts_free(r);
	/* one that arrived without our hearing of it, and one that never will */
	r = join(w);
	d = &w->story.said[3];
	test_code(receipts_put(r, d->kind, &d->json, &d->p7s, &ei), 0, &ei);
	receipts_free(r);
	take(w, shown(w, 4), 0, 4, "");
	r = join(w);
	assert_null(receipts_pending(r, 0));
	d = &w->story.said[4];
	test_code(receipts_put(r, d->kind, &d->json, &d->p7s, &ei), 0, &ei);
	test_code(receipts_drop(r, 0, &ei), 0, &ei);
	receipts_free(r);
	verify(w, 0, "");
}

static void spoil(const struct world *w, const char *name, const char *text)
{
	char *p GW_CLEANUP(str_free_p) = file_join(w->dir, name);
	if (text)
		assert_int_equal(file_write(p, text, strlen(text), 0600, FILE_REPLACE, NULL), 0);
	else
		assert_int_equal(unlink(p), 0);
}

/* Each kind of damage to the folder is noticed; `code` on opening, too. */
static void damaged(void **state, const char *name, const char *text, int opens, const char *says)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct receipts *r GW_CLEANUP(receipts_free_p) = NULL;
	spoil(w, name, text);
	verify(w, GW_EAUTH, says);
	test_code(receipts_open(w->root, &w->env, STORY_SENDER, STORY_CASE, &r, &ei), opens, &ei);
	receipts_free(r);
	r = NULL;
	assert_int_equal(file_remove_tree(w->dir, NULL), 0);
	take(w, shown(w, 9), 0, 9, "");
}

static void changes_are_found(void **state)
{
	struct world *w = *state;
	char *slip GW_CLEANUP(str_free_p) = str_printf("%s.slip.json", w->story.package[0]);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", slip);
	take(w, shown(w, 9), 0, 9, "");
	verify(w, 0, "");
	damaged(state, "0004-fetch_request.json.p7s", NULL, GW_EAUTH, "signature is missing");
	damaged(state, "0004-fetch_request.json.p7s", "no signature", 0, "0004-fetch_request.json");
	damaged(state, "0004-fetch_request.json", NULL, GW_EAUTH, "does not follow");
	damaged(
	    state, "0002-accept.json", w->story.said[2].json.data, GW_EAUTH, "0002-accept.json");
	damaged(state, "0010-release.json", w->story.said[2].json.data, GW_EAUTH, "signature");
	damaged(state, "readme.txt", "hello", 0, "does not belong there");
	damaged(state, slip, NULL, GW_EAUTH, "is not there");
	damaged(state, p7s, NULL, GW_EAUTH, "signature is missing");
	/* the end is cut off: that cannot be seen in the folder, but at the next contact */
	spoil(w, "0009-destroyed.json", NULL);
	spoil(w, "0009-destroyed.json.p7s", NULL);
	verify(w, 0, "");
	take(w, shown(w, 9), 0, 9, "");
}

/* Where it was seen, and whose turn it is. */
static void test_at(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct receipts *r = join(w), *other = NULL;
	char sender[OIN_TEXT], case_id[CHAIN_CASE];
	static const char name[] = STORY_SENDER "-" STORY_CASE;
	test_code(receipts_at(r, "00000099000000003000", &ei), 0, &ei);
	receipts_free(r);
	assert_false(file_exists(w->dir)); /* nothing was seen there */
	take(w, shown(w, 2), 0, 2, "");
	r = join(w);
	assert_false(receipts_seen_at(w->root, name, "00000099000000003000", sender, case_id));
	test_code(receipts_at(r, "00000099000000003000", &ei), 0, &ei);
	test_code(receipts_at(r, "00000099000000003000", &ei), 0, &ei);
	test_code(receipts_at(r, "00000099000000004000", &ei), GW_EUSAGE, &ei);
	assert_true(receipts_seen_at(w->root, name, "00000099000000003000", sender, case_id));
	assert_string_equal(sender, STORY_SENDER);
	assert_string_equal(case_id, STORY_CASE);
	assert_false(receipts_seen_at(w->root, name, "00000099000000004000", sender, case_id));
	test_code(receipts_try(w->root, &w->env, STORY_SENDER, STORY_CASE, &other, &ei),
	    GW_ECONFLICT, &ei);
	receipts_free(r);
	test_code(receipts_try(w->root, &w->env, STORY_SENDER, STORY_CASE, &other, &ei), 0, &ei);
	receipts_free(other);
	verify(w, 0, "");
}

static void test_names(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct receipts *r = NULL;
	static const char *const bad[] = {"", "a/b", "../x", "a b", "é",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		test_code(
		    receipts_open(w->root, &w->env, STORY_SENDER, bad[i], &r, &ei), GW_EUSAGE, &ei);
	test_code(receipts_open(w->root, &w->env, "1", STORY_CASE, &r, &ei), GW_EUSAGE, &ei);
	assert_true(receipts_case_good("..")); /* "<OIN>-.." is a name like any other */
	verify(w, GW_ENOENT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_take, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_other_chain, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_pending, setup, teardown),
	    cmocka_unit_test_setup_teardown(changes_are_found, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_at, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_names, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
