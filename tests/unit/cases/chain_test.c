/* SPDX-License-Identifier: EUPL-1.2 */
/* Chains that are good are taken, and each kind of damage is noticed. */
#include "cases/chain.h"

#include "tests/unit/cases/story.h"

static int pinned(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei)
{
	const char *spki = signer_spki(arg); /* the only key that is not pinned */
	(void)at;
	return str_eq(by->spki, spki) ? err_set(ei, GW_EAUTH, "that key is not pinned") : 0;
}

static struct chain_terms requires(void *arg, const char *sha256)
{
	(void)arg;
	assert_string_equal(sha256, STORY_POLICY);
	return (struct chain_terms){.known = true, .direct = false, .delete_never = false};
}

static int setup(void **state)
{
	struct story *s = malloc(sizeof *s);
	*s = story_new();
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	story_free(*state);
	free(*state);
	return 0;
}

static struct chain_env env_of(const struct story *s)
{
	return (struct chain_env){.trust = s->trust, .now = PKI_NOW + PKI_DAY};
}

static int add(struct chain *c, const struct story_said *d, struct errinfo *ei)
{
	return chain_add(c, "statement", d->json.data, d->json.len, d->p7s.data, d->p7s.len, 0, ei);
}

static void add_slips(struct chain *c, const struct story *s)
{
	struct errinfo ei = ERRINFO_INIT;
	for (int i = 0; i < STORY_PACKAGES; i++)
		if (s->slip[i].json.len)
			test_code(chain_slip(c, "slip", s->slip[i].json.data, s->slip[i].json.len,
				      s->slip[i].p7s.data, s->slip[i].p7s.len, 0, &ei),
			    0, &ei);
}

/* The whole story is taken until statement `at`, which is answered with `code`. */
static void judged(
    const struct story *s, const struct chain_env *env, size_t at, int code, const char *says)
{
	struct errinfo ei = ERRINFO_INIT;
	struct chain *c GW_CLEANUP(chain_free_p) = chain_new(env, STORY_SENDER, STORY_CASE);
	add_slips(c, s);
	for (size_t i = 0; i < s->n; i++) {
		int r = add(c, &s->said[i], &ei);
		if (i == at) {
			test_code(r, code, &ei);
			if (!strstr(ei.msg, says))
				fail_msg("'%s' lacks '%s'", ei.msg, says);
			assert_int_equal(chain_count(c), at); /* nothing of it is kept */
			return;
		}
		test_code(r, 0, &ei);
	}
	assert_int_equal(at, s->n);
}

static void test_whole(void **state)
{
	struct story *s = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct chain_env env = env_of(s);
	env.terms = requires;
	env.pinned = pinned;
	env.arg = s->stranger;
	story_whole(s);
	struct chain *c GW_CLEANUP(chain_free_p) = chain_new(&env, STORY_SENDER, STORY_CASE);
	assert_string_equal(chain_head(c), "");
	add_slips(c, s);
	for (size_t i = 0; i < s->n; i++) {
		test_code(add(c, &s->said[i], &ei), 0, &ei);
		assert_string_equal(chain_head(c), s->said[i].sha256);
		assert_string_equal(chain_at(c, i)->kind, s->said[i].kind);
		assert_int_equal(chain_at(c, i)->round, 1);
	}
	assert_string_equal(chain_recipient(c), STORY_RECIPIENT);
	assert_int_equal(chain_rounds(c), 1);
	assert_int_equal(chain_round(c, 0).state, CASE_CLOSED);
	assert_string_equal(chain_round(c, 0).package, s->package[0]);
	assert_string_equal(chain_at(c, 5)->tagmanifest, s->tag[0]);
	/* read again without signatures it is the same */
	struct chain *again GW_CLEANUP(chain_free_p) = chain_new(&env, STORY_SENDER, STORY_CASE);
	test_code(
	    chain_slip(again, "slip", s->slip[0].json.data, s->slip[0].json.len, NULL, 0, 0, &ei),
	    0, &ei);
	for (size_t i = 0; i < s->n; i++)
		test_code(chain_add(again, "s", s->said[i].json.data, s->said[i].json.len, NULL, 0,
			      0, &ei),
		    0, &ei);
	assert_string_equal(chain_head(again), chain_head(c));
}

static void test_bytes(void **state)
{
	struct story *s = *state;
	struct chain_env env = env_of(s);
	story_whole(s);
	judged(s, &env, s->n, 0, "");
	for (size_t i = 0; i < s->n; i++) {
		struct story_said *d = &s->said[i];
		char *digit = strstr(d->json.data, "\"id\":\"") + 6;
		char was = *digit;
		*digit = was == 'a' ? 'b' : 'a'; /* a byte of the statement */
		judged(s, &env, i, GW_EAUTH, "statement");
		*digit = was;
		was = d->p7s.data[d->p7s.len - 5];
		d->p7s.data[d->p7s.len - 5] ^= 1; /* a byte of the signature */
		judged(s, &env, i, GW_EAUTH, "statement");
		d->p7s.data[d->p7s.len - 5] = was;
	}
	judged(s, &env, s->n, 0, "");
}

/* Statements are left out, or change places. */
static void test_order(void **state)
{
	struct story *s = *state;
	struct chain_env env = env_of(s);
	story_whole(s);
	for (size_t i = 0; i + 1 < s->n; i++) {
		struct story_said a = s->said[i], b = s->said[i + 1];
		s->said[i] = b;
		s->said[i + 1] = a;
		judged(s, &env, i, GW_EAUTH, i ? "does not follow" : "begins with its sender");
		s->said[i] = a; /* said twice */
		judged(s, &env, i + 1, GW_EAUTH, "does not follow");
		s->said[i + 1] = b;
	}
}

/* One statement more, by anybody and with anything in it. */
static void more(struct story *s, const struct signer *by, const char *kind, const char *for_oin,
    const char *members)
{
	story_sign(s, by, kind, for_oin, members, &s->said[s->n++]);
}

static void test_who(void **state)
{
	struct story *s = *state;
	struct chain_env env = env_of(s);
	char m[1200];
	story_slip(s, 0, NULL);
	story_say(s, "offer", 0, STORY_OFFER);
	story_members(s, 0, s->said[0].sha256, NULL, m);
	const struct {
		const struct signer *by;
		const char *for_oin, *says;
		int code;
	} wrong[] = {
	    {s->stranger, STORY_SENDER, "no part in the case", GW_EAUTH},
	    {s->recipient, "00000099000000007000", "for somebody else", GW_EAUTH},
	    {s->sender, STORY_RECIPIENT, "is for the recipient to do", GW_EREFUSED},
	};
	for (size_t i = 0; i < GW_LENGTH(wrong); i++) {
		more(s, wrong[i].by, "accept", wrong[i].for_oin, m);
		judged(s, &env, 1, wrong[i].code, wrong[i].says);
		story_said_release(&s->said[--s->n]);
	}
	env.pinned = pinned;
	env.arg = s->recipient;
	more(s, s->recipient, "accept", STORY_SENDER, m);
	judged(s, &env, 1, GW_EAUTH, "not pinned");
	story_said_release(&s->said[--s->n]);
	more(s, s->recipient, "slip", STORY_SENDER, /* no act */
	    "{\"package\":\"2bb0de1c-a494-4ec0-ae11-b7a88a73a109\",\"case\":\"" STORY_CASE
	    "\",\"seq\":1,\"sender\":\"" STORY_RECIPIENT "\",\"recipient\":\"" STORY_SENDER
	    "\",\"ciphertext\":\"" STORY_DIGEST "\",\"bytes\":1,\"keys\":[\"" STORY_DIGEST
	    "\"],\"policy\":\"" STORY_DIGEST "\",\"catalogue\":\"" STORY_DIGEST
	    "\",\"registry\":\"" STORY_DIGEST
	    "\",\"contract\":\"c\",\"sealed\":\"2026-11-20T10:00:00.000Z\",\"expires\":"
	    "\"2026-11-20T10:00:00.000Z\",\"open_commit\":\"" STORY_DIGEST "\"}");
	env.pinned = NULL;
	judged(s, &env, 1, GW_EFORMAT, "is no act");
}

/* What an act says of its package has to be what the slip says. */
static void test_slip(void **state)
{
	struct story *s = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct chain_env env = env_of(s);
	char m[1200];
	story_slip(s, 0, NULL);
	story_slip(s, 1, NULL);
	story_say(s, "release", 0, NULL);
	story_say(s, "fetch_request", 0, NULL);
	story_members(s, 0, s->said[1].sha256, "\"ciphertext\":\"" STORY_POLICY "\"", m);
	more(s, s->recipient, "fetched", STORY_SENDER, m);
	judged(s, &env, 2, GW_EAUTH, "statement");
	story_said_release(&s->said[--s->n]);
	story_receive(s, 0, "fetched");
	story_members(s, 0, s->said[2].sha256, "\"tagmanifest\":\"" STORY_DIGEST "\"", m);
	more(s, s->recipient, "opened", STORY_SENDER, m); /* who did not open cannot say so */
	judged(s, &env, 3, GW_EAUTH, "statement");
	story_said_release(&s->said[--s->n]);
	story_say(s, "misdelivered", 1, "\"found\":\"2026-11-20T10:00:00.000Z\"");
	judged(s, &env, 3, GW_ECONFLICT, "was not offered");
	struct chain *c GW_CLEANUP(chain_free_p) = chain_new(&env, STORY_SENDER, STORY_CASE);
	test_code(add(c, &s->said[0], &ei), GW_EAUTH, &ei); /* its slip is not there */
	assert_non_null(strstr(ei.msg, "is not there"));
	struct chain *other GW_CLEANUP(chain_free_p) = chain_new(&env, STORY_SENDER, "zaak-2");
	test_code(chain_slip(other, "slip", s->slip[0].json.data, s->slip[0].json.len,
		      s->slip[0].p7s.data, s->slip[0].p7s.len, 0, &ei),
	    GW_EAUTH, &ei);
	test_code(add(other, &s->said[0], &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "another case"));
}

static void test_illegal(void **state)
{
	struct story *s = *state;
	struct chain_env env = env_of(s);
	story_slip(s, 0, NULL);
	char m[1200]; /* only its sender begins a case, and only so */
	story_members(s, 0, STORY_DIGEST, NULL, m);
	more(s, s->recipient, "accept", STORY_SENDER, m);
	judged(s, &env, 0, GW_EAUTH, "begins with its sender");
	s->n = 0;
	more(s, s->sender, "withdraw", STORY_RECIPIENT, m);
	judged(s, &env, 0, GW_EAUTH, "does not follow");
	s->n = 0;
	story_say(s, "release", 0, NULL);
	judged(s, &env, 1, 0, ""); /* whatever an unknown policy says */
	env.terms = requires;
	judged(s, &env, 0, GW_ECONFLICT, "not legal");
	s->n = 0;
	story_say(s, "offer", 0, STORY_OFFER);
	story_say(s, "release", 0, NULL);
	judged(s, &env, 1, GW_ECONFLICT, "not legal");
	s->n = 1;
	story_say(s, "decline", 0, "\"reason\":\"no_capacity\"");
	story_say(s, "accept", 0, NULL);
	judged(s, &env, 2, GW_ECONFLICT, "not legal");
}

/* The clock ends a term, and the six weeks in which a return is possible. */
static void test_terms(void **state)
{
	struct story *s = *state;
	struct chain_env env = env_of(s);
	int64_t began = s->now;
	story_slip(s, 0, NULL);
	story_say(s, "release", 0, NULL);
	s->now = began + 5 * PKI_DAY;
	story_say(s, "fetch_request", 0, NULL); /* an hour late */
	judged(s, &env, 1, GW_ECONFLICT, "'expired'");
	s->n = 1;
	s->now = began + 5 * PKI_DAY - PKI_DAY / 24 + 60000;
	story_say(s, "fetch_request", 0, NULL); /* by another clock it was in time */
	judged(s, &env, 2, 0, "");
	s->n = 1;
	s->now = began + PKI_DAY;
	story_say(s, "extend", 0, "\"expires\":\"2026-11-22T00:00:00.000Z\"");
	s->now = began + 7 * PKI_DAY;
	story_say(s, "fetch_request", 0, NULL);
	judged(s, &env, 3, 0, "");
	s->now = began;
	s->n = 1;
	story_say(s, "fetch_request", 0, NULL);
	story_receive(s, 0, "fetched");
	story_receive(s, 0, "opened");
	s->now += 43 * PKI_DAY;
	env.now = s->now + 2 * PKI_DAY;
	pki_crl(&s->pki, "root", s->pki.root, s->pki.root_key, env.now - PKI_DAY, env.now + PKI_DAY,
	    NULL, 0);
	pki_crl(
	    &s->pki, "ca", s->pki.ca, s->pki.ca_key, env.now - PKI_DAY, env.now + PKI_DAY, NULL, 0);
	struct trust *later = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(trust_load(s->pki.roots, s->pki.crls, &later, &ei), 0, &ei);
	env.trust = later;
	story_say(s, "return", 0, "\"reason\":\"no_show\"," STORY_DESTROYED);
	judged(s, &env, 4, GW_ECONFLICT, "'return' is not legal");
	trust_free(later);
}

/* Rounds: after an end, and by a correction while the first still runs. */
static void test_rounds(void **state)
{
	struct story *s = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct chain_env env = env_of(s);
	env.terms = requires;
	story_slip(s, 0, NULL);
	story_slip(s, 1, NULL);
	story_slip(s, 2, s->package[1]);
	story_say(s, "offer", 0, STORY_OFFER);
	story_say(s, "withdraw", 0, "\"reason\":\"content\"");
	story_say(s, "offer", -1, STORY_OFFER); /* before there is a package */
	story_say(s, "accept", -1, NULL);
	story_say(s, "release", 1, NULL);
	story_say(s, "fetch_request", 1, NULL);
	story_say(s, "release", 2, NULL); /* a correction of it */
	story_receive(s, 1, "fetched");   /* the first one goes on beside it */
	story_say(s, "fetch_request", 2, NULL);
	story_say(s, "misdelivered", 0, "\"found\":\"2026-11-20T10:00:00.000Z\"");
	struct chain *c GW_CLEANUP(chain_free_p) = chain_new(&env, STORY_SENDER, STORY_CASE);
	add_slips(c, s);
	for (size_t i = 0; i < s->n; i++)
		test_code(add(c, &s->said[i], &ei), 0, &ei);
	assert_int_equal(chain_rounds(c), 3);
	assert_int_equal(chain_round(c, 0).state, CASE_MISDELIVERED);
	assert_int_equal(chain_round(c, 1).state, CASE_FETCHED);
	assert_int_equal(chain_round(c, 2).state, CASE_FETCHING);
	assert_string_equal(chain_round(c, 1).package, s->package[1]);
	assert_int_equal(chain_at(c, 7)->round, 2);
	assert_int_equal(chain_at(c, 8)->round, 3);
	/* one that corrects nothing waits its turn */
	s->n = 6;
	story_slip(s, 2, NULL);
	story_say(s, "release", 2, NULL);
	judged(s, &env, 6, GW_ECONFLICT, "was not offered");
	/* nor is it a correction when nobody has, or may have, what it supersedes */
	s->n = 5;
	story_say(s, "withdraw", 1, "\"reason\":\"content\"");
	story_slip(s, 2, s->package[1]);
	story_say(s, "release", 2, NULL);
	judged(s, &env, 6, GW_ECONFLICT, "not legal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_who, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_slip, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_illegal, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_terms, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rounds, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
