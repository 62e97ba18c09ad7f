/* SPDX-License-Identifier: EUPL-1.2 */
/* A longer term counts where the receipts of the case prove it, and nowhere else. */
#include "home/extension.h"

#include <unistd.h>

#include "home/receipts.h"
#include "tests/unit/cases/story.h"

struct world {
	struct story story;
	struct chain_env env;
	char *root, *dir;
	int64_t at, until; /* of the extension */
	bool stranger;     /* the sender's key is not pinned */
};

static int pinned(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei)
{
	const struct world *w = arg;
	(void)at;
	return w->stranger && str_eq(by->oin, STORY_SENDER)
	    ? err_set(ei, GW_EAUTH, "the key is not pinned")
	    : 0;
}

/* Offered, accepted, released (the rest is left out), and given more time where `more` says so. */
static int begin(void **state, bool more)
{
	struct world *w = calloc(1, sizeof *w);
	char members[80], until[TIME_TEXT];
	w->story = story_new();
	story_whole(&w->story);
	w->story.n = 3;
	w->story.now = PKI_NOW - 9 * PKI_DAY;
	w->until = w->story.now + 9 * PKI_DAY;
	time_text(w->until, until);
	(void)snprintf(members, sizeof members, "\"expires\":\"%s\"", until);
	if (more)
		story_say(&w->story, "extend", 0, members);
	w->at = w->story.now;
	w->env =
	    (struct chain_env){.trust = w->story.trust, .now = PKI_NOW, .pinned = pinned, .arg = w};
	w->root = test_mkdir();
	w->dir = file_join(w->root, STORY_SENDER "-" STORY_CASE);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return begin(state, true);
}

static int setup_short(void **state)
{
	return begin(state, false);
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

static void put(const struct world *w, const char *name, const struct story_said *d)
{
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, name);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	assert_int_equal(file_mkdirs(w->dir, 0700, NULL), 0);
	assert_int_equal(file_write(path, d->json.data, d->json.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(file_write(p7s, d->p7s.data, d->p7s.len, 0600, FILE_REPLACE, NULL), 0);
}

static void put_all(const struct world *w)
{
	char name[80];
	for (size_t i = 0; i < w->story.n; i++) {
		(void)snprintf(name, sizeof name, "%04zu-%s.json", i + 1, w->story.said[i].kind);
		put(w, name, &w->story.said[i]);
	}
	(void)snprintf(name, sizeof name, "%s.slip.json", w->story.package[0]);
	put(w, name, &w->story.slip[0]);
}

static void find(const struct world *w, const char *us, int package, int code, const char *says)
{
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_term t = {0};
	test_code(extension_find(w->root, &w->env, us, STORY_SENDER, STORY_CASE,
		      w->story.package[package], &t, &ei),
	    code, &ei);
	if (!strstr(ei.msg, says))
		fail_msg("'%s' lacks '%s'", ei.msg, says);
	assert_true(t.at == (code ? 0 : w->at));
	assert_true(t.until == (code ? 0 : w->until));
}

static void a_proved_extension_counts(void **state)
{
	struct world *w = *state;
	find(w, STORY_RECIPIENT, 0, GW_ENOENT, "nothing was seen");
	put_all(w);
	find(w, STORY_RECIPIENT, 0, 0, "");
	find(w, STORY_RECIPIENT, 1, GW_ENOENT, "was not extended");
	find(w, "00000099000000007000", 0, GW_EAUTH, "of another case");
	w->stranger = true;
	find(w, STORY_RECIPIENT, 0, GW_EAUTH, "not pinned");
}

static void none_is_none(void **state)
{
	struct world *w = *state;
	put_all(w);
	find(w, STORY_RECIPIENT, 0, GW_ENOENT, "was not extended");
}

/* Files lie open: later by a day, or signed by the wrong party, is no proof. */
static void a_changed_one_is_no_proof(void **state)
{
	struct world *w = *state;
	struct story_said forged = {0};
	char members[1200], more[80], until[TIME_TEXT];
	put_all(w);
	time_text(w->until + PKI_DAY, until);
	(void)snprintf(more, sizeof more, "\"expires\":\"%s\"", until);
	story_members(&w->story, 0, w->story.said[2].sha256, more, members);
	story_sign(&w->story, w->story.recipient, "extend", STORY_SENDER, members, &forged);
	put(w, "0004-extend.json", &forged);
	find(w, STORY_RECIPIENT, 0, GW_EREFUSED, "extend");
	put(w, "0004-extend.json", &w->story.said[3]);
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, "0004-extend.json");
	char *text GW_CLEANUP(str_free_p) = str_dup(w->story.said[3].json.data);
	char *day = strstr(text, "\"expires\":\"20");
	assert_non_null(day);
	day[strlen("\"expires\":\"20")]++; /* ten years more */
	assert_int_equal(file_write(path, text, strlen(text), 0600, FILE_REPLACE, NULL), 0);
	find(w, STORY_RECIPIENT, 0, GW_EAUTH, "0004-extend.json");
	assert_int_equal(unlink(path), 0);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	assert_int_equal(unlink(p7s), 0);
	find(w, STORY_RECIPIENT, 0, GW_ENOENT, "was not extended");
	story_said_release(&forged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_proved_extension_counts, setup, teardown),
	    cmocka_unit_test_setup_teardown(none_is_none, setup_short, teardown),
	    cmocka_unit_test_setup_teardown(a_changed_one_is_no_proof, setup, teardown),
	};
	return cmocka_run_group_tests_name("home/extension", tests, NULL, NULL);
}
