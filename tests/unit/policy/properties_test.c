/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds for every policy, dossier and context, on made-up ones: what leaves, what can not
 * steer it, and that nothing but them does. What holds of the language stands in
 * properties_language_test.
 */
#include <locale.h>
#include <pthread.h>

#include "policy/run.h"
#include "tests/unit/policy/properties.h"

enum { ROUNDS = 400, MOST_RECORDS = 200 };

/* ---- default deny ---- */

/* Every value that leaves is named by a rule whose condition holds, and is what the rule gives. */
static void nothing_leaves_without_a_rule(void **state)
{
	size_t left = 0;
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		struct errinfo ei = ERRINFO_INIT;
		world_make(&w, true);
		char *text GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		json_t *out GW_CLEANUP(jx_release) = outcome_json(text);
		for (size_t i = 0; out && i < w.p->decisions_n; i++) {
			const struct field *f = w.p->decisions[i].field;
			if (count_of(out, f) && !in_force(w.p, &w.ctx, w.d, f))
				fail_msg("%s leaves without a rule", f->path);
			left += count_of(out, f) > 0;
		}
		if (out)
			test_code(policy_admits(w.p, w.ctx.recipient_duties, out, &ei), 0, &ei);
	}
	assert_true(left > ROUNDS);
}

/* ---- non-interference ---- */

static void change(json_t *record, const struct field *f)
{
	if (gen_chance(3))
		jx_set(record, f->leaf, gen_value(f));
	else
		(void)json_object_del(record, f->leaf);
}

/* The records of a group in data, in order. */
static size_t records_in(json_t *data, const char *group, json_t **out, size_t n)
{
	const char *dot = strchr(group, '.');
	if (json_is_array(data)) {
		for (size_t i = 0; i < json_array_size(data); i++)
			n = records_in(json_array_get(data, i), group, out, n);
		return n;
	}
	if (!*group) {
		assert_true(n < MOST_RECORDS);
		out[n++] = data;
		return n;
	}
	size_t k = dot ? (size_t)(dot - group) : strlen(group);
	json_t *in = json_object_getn(data, group, k);
	return in ? records_in(in, group + k + (dot != NULL), out, n) : n;
}

/*
 * Change what stays: every value of a field without a rule in force and, of records that a rule
 * leaves out, all but the date that it judges by.
 */
static void scramble_withheld(const struct world *w, json_t *data)
{
	struct run run = {.p = w->p, .ctx = &w->ctx, .dossier = w->d};
	run.rules = str_alloc((w->p->rules_n + 1) * sizeof *run.rules);
	run_records(&run);
	for (size_t i = 0; i < w->p->decisions_n; i++) {
		const struct field *f = w->p->decisions[i].field;
		const struct policy_rule *r = in_force(w->p, &w->ctx, w->d, f);
		const struct run_rule *of_run = r ? &run.rules[r - w->p->rules] : NULL;
		json_t *records[MOST_RECORDS];
		size_t n = scan_knows(f) ? 0 : records_in(data, f->group, records, 0);
		for (size_t k = 0; k < n; k++)
			if (!r || (r->by && r->by != f && !of_run->record[k]))
				change(records[k], f);
	}
	for (size_t i = 0; i < w->p->rules_n; i++) {
		free(run.rules[i].record);
		free(run.rules[i].dated);
	}
	free(run.rules);
}

static void withheld_values_do_not_interfere(void **state)
{
	size_t changed = 0;
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, true);
		char *text GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		json_t *data GW_CLEANUP(jx_release) = json_deep_copy(w.d->data);
		struct dossier other = *w.d;
		scramble_withheld(&w, data);
		other.data = data;
		changed += !json_equal(data, w.d->data);
		char *again GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, &other);
		assert_string_equal(again, text);
	}
	assert_true(changed > ROUNDS / 2);
}

/* Put text in a group that does not repeat, or take out what is there. */
static void set_text(json_t *data, const char *group, const char *leaf, const char *text)
{
	json_t *in = json_object_get(data, group);
	if (!json_is_object(in)) {
		in = json_object();
		jx_set(data, group, in);
	}
	if (text)
		jx_set(in, leaf, json_string(text));
	else
		(void)json_object_del(in, leaf);
}

/* Texts that name somebody, among words that are no name. */
static void name_in_texts(json_t *data, const char *name)
{
	static const char *const leaves[] = {"goal", "steps", "motivation", "notes"};
	for (size_t i = 0; i < GW_LENGTH(leaves); i++) {
		char *text GW_CLEANUP(str_free_p) =
		    str_printf("%s %s %s", gen_word(), name, gen_word());
		set_text(data, "plan", leaves[i], text);
	}
}

/*
 * A name that stays does steer the scan: of the same texts no more leaves than without it. Nothing
 * else changes by it.
 */
static void names_of_the_dossier_may_only_remove_more(void **state)
{
	static const char *const where[][2] = {{"household", "partner"},
	    {"household", "emergency_contact"}, {"representative", "name"}};
	static const char *const families[][2] = {
	    {"Qarnstra", "qarnstra"}, {"Wubbelhorst", "wubbelhorst"}, {"Ixteveen", "ixteveen"}};
	size_t removed = 0;
	(void)state;
	for (size_t n = 0; n < 2 * ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, true);
		const char *const *at = GEN_PICK(where);
		char *path GW_CLEANUP(str_free_p) = str_printf("%s.%s", at[0], at[1]);
		const struct field *f = catalogue_find(catalogue_builtin(), path);
		if (in_force(w.p, &w.ctx, w.d, f))
			continue;
		/* in small letters no list knows them, so that what is found is the dossier's own
		 */
		const char *const *family = GEN_PICK(families);
		char *name GW_CLEANUP(str_free_p) = str_printf("Karin %s", family[0]);
		name_in_texts(w.d->data, family[1]);
		set_text(w.d->data, at[0], at[1], NULL);
		char *without GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		set_text(w.d->data, at[0], at[1], name);
		char *with_name GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		json_t *a GW_CLEANUP(jx_release) = outcome_json(with_name);
		json_t *b GW_CLEANUP(jx_release) = outcome_json(without);
		if (a && (!b || !removes_only(a, b)))
			fail_msg("%s\nwithout the name: %s", with_name, without);
		removed += !str_eq(with_name, without);
	}
	assert_true(removed > ROUNDS / 20);
}

/* ---- monotone ---- */

/* No field has more values in `less` than in `more`. */
static void assert_no_more(json_t *less, json_t *more)
{
	for (size_t i = 0; i < catalogue_count(catalogue_builtin()); i++) {
		const struct field *f = catalogue_at(catalogue_builtin(), i);
		if (count_of(less, f) > count_of(more, f))
			fail_msg("more of %s leaves", f->path);
	}
}

static void a_rule_less_never_lets_more_leave(void **state)
{
	size_t compared = 0;
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, false);
		struct policy *q GW_CLEANUP(policy_free_p) =
		    gen_load(&w.made, gen_chance((unsigned)w.made.rules_n), false);
		char *all GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		char *less GW_CLEANUP(str_free_p) = outcome(q, &w.ctx, w.d);
		json_t *a GW_CLEANUP(jx_release) = outcome_json(all);
		json_t *b GW_CLEANUP(jx_release) = outcome_json(less);
		if (a && b)
			assert_no_more(b, a);
		compared += a && b;
	}
	assert_true(compared > ROUNDS / 3);
}

/* Every verdict a step stricter, or one detector more: texts lose, and nothing else changes. */
static void stricter_verdicts_never_let_more_leave(void **state)
{
	static const char *const steps[][2] = {{": keep", ": mask"}, {": mask", ": review"},
	    {": review", ": block"}, {"default: mask", "default: mask, health: block"}};
	size_t compared = 0;
	(void)state;
	for (size_t n = 0; n < 2 * ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, false);
		const char *const *step = GEN_PICK(steps);
		if (!strstr(w.made.profile, step[0]))
			continue;
		char *profile = with(w.made.profile, step[0], step[1]);
		free(w.made.profile);
		w.made.profile = profile;
		struct policy *q GW_CLEANUP(policy_free_p) = gen_load(&w.made, GEN_RULES, false);
		char *before GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		char *after GW_CLEANUP(str_free_p) = outcome(q, &w.ctx, w.d);
		json_t *a GW_CLEANUP(jx_release) = outcome_json(after);
		json_t *b GW_CLEANUP(jx_release) = outcome_json(before);
		if (a && (!b || !removes_only(a, b)))
			fail_msg("%s\nbefore: %s", after, before);
		compared += a != NULL;
	}
	assert_true(compared > ROUNDS / 4);
}

/* ---- idempotence and determinism ---- */

static void what_left_leaves_again_unchanged(void **state)
{
	size_t compared = 0;
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, true);
		char *text GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		json_t *out GW_CLEANUP(jx_release) = outcome_json(text);
		if (!out)
			continue;
		struct dossier *received GW_CLEANUP(dossier_free_p) =
		    gen_read(out, catalogue_builtin());
		struct dossier again = *w.d; /* with the consents of the first time */
		again.data = received->data;
		char *second GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, &again);
		assert_string_equal(second, text);
		compared++;
	}
	assert_true(compared > ROUNDS / 3);
}

static void zone_and_locale_change_nothing(void **state)
{
	static const char *const zones[] = {"Pacific/Auckland", "America/New_York", "XXX-14", ""};
	static const char *const locales[] = {"tr_TR.UTF-8", "nl_NL.UTF-8", "C.UTF-8", "C"};
	(void)state;
	for (size_t n = 0; n < ROUNDS / 2; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, true);
		char *text GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		assert_int_equal(setenv("TZ", GEN_PICK(zones), 1), 0);
		assert_int_equal(setenv("LC_ALL", GEN_PICK(locales), 1), 0);
		tzset();
		(void)setlocale(LC_ALL, "");
		struct dossier *d GW_CLEANUP(dossier_free_p) =
		    gen_read(w.root, catalogue_builtin());
		char *again GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, d);
		(void)setlocale(LC_ALL, "C");
		assert_string_equal(again, text);
	}
}

enum { THREADS = 4, IN_PARALLEL = 60 };

/* One policy for all threads, and dossiers of their own; each gives all outcomes, in a row. */
struct shared {
	struct world w[IN_PARALLEL];
};

static void *all_outcomes(void *arg)
{
	struct shared *s = arg;
	struct buf out = BUF_INIT(8 << 20);
	for (size_t i = 0; i < IN_PARALLEL; i++) {
		struct world *w = &s->w[i];
		struct dossier *d GW_CLEANUP(dossier_free_p) =
		    gen_read(w->root, catalogue_builtin());
		char *text GW_CLEANUP(str_free_p) = outcome(s->w[i / 2].p, &w->ctx, d);
		if (buf_adds(&out, text) < 0 || buf_adds(&out, "\n") < 0)
			abort();
	}
	return out.data;
}

static void threads_change_nothing(void **state)
{
	static struct shared s;
	pthread_t t[THREADS];
	(void)state;
	for (size_t i = 0; i < IN_PARALLEL; i++)
		world_make(&s.w[i], true);
	char *alone GW_CLEANUP(str_free_p) = all_outcomes(&s);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, all_outcomes, &s), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *out;
		assert_int_equal(pthread_join(t[i], &out), 0);
		assert_string_equal(out, alone);
		free(out);
	}
	for (size_t i = 0; i < IN_PARALLEL; i++)
		world_release(&s.w[i]);
}

/* The digest of all outcomes of one seed. */
static void digest_of_seed(char hex[HASH_HEX])
{
	struct hash h GW_CLEANUP(hash_release) = {0};
	uint8_t digest[HASH_BYTES];
	uint64_t kept = gen_state;
	gen_state = 42;
	hash_init(&h);
	for (size_t n = 0; n < ROUNDS / 4; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, false);
		char *text GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		hash_add(&h, text, strlen(text));
	}
	hash_final(&h, digest);
	str_hex(digest, sizeof digest, hex);
	gen_state = kept;
}

/*
 * Nor do memory as it comes, the seed of a hash table or another environment: another process says
 * the same. Other builds do too; the note is there to compare them by.
 */
static void another_process_gives_the_same_bytes(void **state)
{
	char here[HASH_HEX], there[HASH_HEX] = "";
	(void)state;
	digest_of_seed(here);
	assert_int_equal(setenv("TEST_DIGEST_ONLY", "1", 1), 0);
	assert_int_equal(setenv("MALLOC_PERTURB_", "85", 1), 0);
	assert_int_equal(setenv("TZ", "Asia/Kathmandu", 1), 0);
	FILE *f = popen("exec /proc/$PPID/exe", "r");
	assert_non_null(f);
	assert_int_equal(fread(there, 1, HASH_HEX - 1, f), HASH_HEX - 1);
	assert_int_equal(pclose(f), 0);
	assert_string_equal(here, there);
	printf("# note: outcomes of seed 42: %s\n", here);
}

int main(void)
{
	char hex[HASH_HEX];
	if (getenv("TEST_DIGEST_ONLY")) {
		digest_of_seed(hex);
		return puts(hex) < 0;
	}
	gen_seed();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_leaves_without_a_rule),
	    cmocka_unit_test(withheld_values_do_not_interfere),
	    cmocka_unit_test(names_of_the_dossier_may_only_remove_more),
	    cmocka_unit_test(a_rule_less_never_lets_more_leave),
	    cmocka_unit_test(stricter_verdicts_never_let_more_leave),
	    cmocka_unit_test(what_left_leaves_again_unchanged),
	    cmocka_unit_test(zone_and_locale_change_nothing),
	    cmocka_unit_test(threads_change_nothing),
	    cmocka_unit_test(another_process_gives_the_same_bytes),
	};
	return cmocka_run_group_tests_name("policy/properties", tests, NULL, NULL);
}
