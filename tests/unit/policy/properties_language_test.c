/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds of the language, on made-up policies: each field is decided once, in no order; a
 * larger catalogue changes nothing; `policy diff` never calls narrower what is wider; every
 * transform has a result for every value; a policy in its layout means the same.
 */
#include "policy/fmt.h"
#include "policy/wider.h"
#include "tests/unit/policy/properties.h"

enum { ROUNDS = 400 };

/* The first field that rule line names. */
static char *first_field(const char *rule)
{
	const char *at = strstr(rule, "fields: [") + strlen("fields: [");
	return str_dupn(at, strcspn(at, ",]"));
}

static void each_field_is_decided_once(void **state)
{
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct gen_policy g GW_CLEANUP(gen_policy_release);
		struct errinfo ei = ERRINFO_INIT;
		gen_policy(&g);
		struct policy *p GW_CLEANUP(policy_free_p) = gen_load(&g, GEN_RULES, false);
		assert_int_equal(p->decisions_n, catalogue_count(catalogue_builtin()));
		for (size_t i = 0; i < p->decisions_n; i++) {
			const struct policy_decision *d = &p->decisions[i];
			assert_int_equal(d->field->index, i);
			assert_false(d->rule && d->withhold);
		}
		char *path GW_CLEANUP(str_free_p) =
		    first_field(g.rules[gen_chance((unsigned)g.rules_n)]);
		assert_ptr_equal(policy_decide(p, path)->field, catalogue_find(p->catalogue, path));
		char *again GW_CLEANUP(str_free_p) =
		    gen_chance(2) ? str_printf("  - {fields: [%s], because: z}\n", path) : NULL;
		char *text GW_CLEANUP(str_free_p) = gen_policy_text(&g, GEN_RULES, false);
		char *line GW_CLEANUP(str_free_p) = again
		    ? str_printf("withhold:\n%s", again)
		    : str_printf(
			  "  - {rule: again, fields: [%s], as: present, because: z}\nwithhold:\n",
			  path);
		char *twice GW_CLEANUP(str_free_p) = with(text, "withhold:\n", line);
		struct policy *q GW_CLEANUP(policy_free_p) = load(twice, &ei);
		assert_null(q);
		assert_non_null(strstr(ei.msg, path));
	}
}

static void shuffle(char **list, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = gen_chance((unsigned)i);
		char *swap = list[i - 1];
		list[i - 1] = list[k];
		list[k] = swap;
	}
}

static void the_order_of_rules_changes_nothing(void **state)
{
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		world_make(&w, false);
		shuffle(w.made.rules, w.made.rules_n);
		shuffle(w.made.withholds, w.made.withholds_n);
		struct policy *q GW_CLEANUP(policy_free_p) = gen_load(&w.made, GEN_RULES, true);
		assert_string_equal(w.p->meaning, q->meaning);
		char *a GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		char *b GW_CLEANUP(str_free_p) = outcome(q, &w.ctx, w.d);
		assert_string_equal(a, b);
	}
}

/* The built-in catalogue with fields more, in groups that are there and in a new one. */
static struct catalogue *grown(void)
{
	static const char *const more =
	    "fields:\n  - {path: 'person.nickname', type: name, class: ordinary}\n"
	    "  - {path: 'hobby.name', type: text_short, class: ordinary}\n"
	    "  - {path: 'ladder.note', type: text, class: free_text}\n";
	struct catalogue *c = NULL;
	struct errinfo ei = ERRINFO_INIT;
	size_t n;
	const char *bytes = catalogue_bytes(catalogue_builtin(), &n);
	char *text GW_CLEANUP(str_free_p) = str_dupn(bytes, n);
	char *larger GW_CLEANUP(str_free_p) = with(text, "\nfields:\n", "\n");
	/* the new fields come first, so that every other one has another place */
	char *whole GW_CLEANUP(str_free_p) = with(larger, "  - {path: 'person.bsn'", more);
	char *joined GW_CLEANUP(str_free_p) =
	    with(whole, ", type: bsn,", "  - {path: 'person.bsn', type: bsn,");
	test_code(catalogue_parse("c", joined, strlen(joined), &c, &ei), 0, &ei);
	return c;
}

static void add_new_values(json_t *root)
{
	json_t *person = json_object_get(root, "person"), *ladder = json_object_get(root, "ladder");
	jx_set(person, "nickname", json_string("Haile"));
	jx_set(root, "hobby", json_pack("{s:s}", "name", "schaken"));
	for (size_t i = 0; i < json_array_size(ladder); i++)
		jx_set(json_array_get(ladder, i), "note", json_string("bsn 123456782"));
}

static void a_larger_catalogue_lets_nothing_more_leave(void **state)
{
	struct catalogue *c GW_CLEANUP(catalogue_free_p) = grown();
	(void)state;
	assert_int_equal(catalogue_count(c), catalogue_count(catalogue_builtin()) + 3);
	for (size_t n = 0; n < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		struct policy *q GW_CLEANUP(policy_free_p) = NULL;
		world_make(&w, false);
		char *text GW_CLEANUP(str_free_p) = gen_policy_text(&w.made, GEN_RULES, false);
		test_code(policy_parse("p", text, strlen(text), c, NULL, &q, NULL), 0, NULL);
		add_new_values(w.root);
		struct dossier *d GW_CLEANUP(dossier_free_p) = gen_read(w.root, c);
		char *before GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		char *after GW_CLEANUP(str_free_p) = outcome(q, &w.ctx, d);
		assert_string_equal(after, before);
	}
}

/* ---- composition: what `policy diff` says, against all contexts there are ---- */

/* drop < present < coarse < keep, in a context. */
static int rank(const struct policy *p, size_t i, const struct policy_context *ctx)
{
	const struct policy_rule *r = p->decisions[i].rule;
	if (!r || !condition_holds(p, &r->only_if, ctx, NULL, NULL))
		return 0;
	return r->as == AS_PRESENT ? 1 : r->as == AS_KEEP || r->as == AS_SCANNED ? 3 : 2;
}

/* In some context the second lets more of field i leave. */
static bool wider_somewhere(const struct policy *p, const struct policy *q, size_t i)
{
	static const char *const programmes[] = {"participatiewet", "wi2021"};
	static const char *const scopes[] = {"share_capacity", "share_household", "share_capacity"};
	for (unsigned k = 0; k < 16; k++) {
		const struct policy_context ctx = {.programme = programmes[k & 1],
		    .recipient_duties = k & 2 ? POLICY_BSN_PROCESSING : 0,
		    .consents = scopes + (k >> 2 == 2),
		    .consents_n = k >> 2 == 3 ? 2 : k >> 2 > 0,
		    .today = {2026, 3, 1}};
		if (rank(q, i, &ctx) > rank(p, i, &ctx))
			return true;
	}
	return false;
}

static bool says_wider(const struct policy_differences *d, const char *path)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].change == POLICY_WIDER && str_eq(d->items[i].what, path))
			return true;
	return false;
}

/* Another policy out of the same pieces: rules left out, changed or added. */
static void vary(struct gen_policy *g)
{
	static const char *const changes[][2] = {{"as: keep", "as: present"},
	    {"as: year", "as: keep"}, {"as: present", "as: keep"}, {"newest: 2", "newest: 1"},
	    {", only_if: {programme: [wi2021]}", ""},
	    {"because: x,",
		"because: x, only_if: "
		"{recipient_duty: [bsn_processing]},"},
	    {"consent: [share_capacity]", "consent: [share_household]"},
	    {"consent: [share_capacity, share_household]", "consent: [share_capacity]"},
	    {"since: P1M", "since: P10Y"}, {"{age_band: 5}", "year"},
	    {"phone: mask", "phone: keep"}};
	for (unsigned i = 1 + gen_chance(3); i > 0 && g->rules_n > 1; i--) {
		const char *const *change = GEN_PICK(changes);
		char **rule = &g->rules[gen_chance((unsigned)g->rules_n)];
		char *changed = strstr(*rule, change[0]) ? with(*rule, change[0], change[1]) : NULL;
		free(*rule);
		*rule = changed ? changed : g->rules[g->rules_n - 1];
		g->rules_n -= !changed;
	}
}

static int see_tagged(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	*(bool *)arg |= json_is_object(value);
	return 0;
}

static bool came_tagged(json_t *data, const struct field *f)
{
	bool tagged = false;
	(void)dossier_each(data, f, see_tagged, &tagged);
	return tagged;
}

static void what_is_called_narrower_is_no_wider(void **state)
{
	size_t narrower = 0, wider = 0;
	(void)state;
	for (size_t n = 0; n < 3 * ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
		world_make(&w, false);
		vary(&w.made);
		char *text GW_CLEANUP(str_free_p) = gen_policy_text(&w.made, GEN_RULES, false);
		struct policy *q GW_CLEANUP(policy_free_p) = load(text, NULL);
		if (!q)
			continue;
		policy_compare(w.p, q, &d);
		for (size_t i = 0; i < q->decisions_n; i++)
			if (wider_somewhere(w.p, q, i) &&
			    !says_wider(&d, q->decisions[i].field->path))
				fail_msg(
				    "%s is wider, and not said to be", q->decisions[i].field->path);
		wider += d.wider > 0;
		if (d.wider)
			continue;
		narrower++;
		char *before GW_CLEANUP(str_free_p) = outcome(w.p, &w.ctx, w.d);
		char *after GW_CLEANUP(str_free_p) = outcome(q, &w.ctx, w.d);
		json_t *a GW_CLEANUP(jx_release) = outcome_json(after);
		json_t *b GW_CLEANUP(jx_release) = outcome_json(before);
		for (size_t i = 0; a && b && i < q->decisions_n; i++) {
			const struct field *f = q->decisions[i].field;
			/* what came transformed passes under that very form alone, also where the
			 * other policy would let all of it go */
			if (!came_tagged(w.d->data, f))
				assert_true(count_of(a, f) <= count_of(b, f));
		}
	}
	assert_true(narrower > ROUNDS / 10 && wider > ROUNDS / 10);
}

/* ---- totality, and the layout ---- */

static const char *const odd_values[] = {"", " ", "-", "\xcc\x81", "a\xcc\x81-\xcc\x81 b",
    "\xc4\xb3sbrand", "\xf0\x9f\x98\x80", "0000-00-00", "0001-01-01", "9999-12-31", "1984-00-00",
    "2026-02-29", "0000-02-29", "1a", "********", "\xe2\x80\x8b", "Ij", "\xef\xac\x81",
    "a b c d e"};

static void every_transform_has_a_result_for_every_value(void **state)
{
	static const char key[POLICY_KEY_BYTES];
	size_t results = 0;
	(void)state;
	for (size_t n = 0; n < 40 * ROUNDS; n++) {
		const struct catalogue *c = catalogue_builtin();
		const struct field *f = catalogue_at(c, gen_chance((unsigned)catalogue_count(c)));
		const struct policy_rule rule = {.as = (enum policy_as)gen_chance(AS_PSEUDONYM + 1),
		    .n = 1 + gen_chance(40),
		    .domain = (char *)(uintptr_t) "d"};
		json_t *value GW_CLEANUP(jx_release) =
		    gen_chance(3) ? gen_value(f) : json_string(GEN_PICK(odd_values));
		const char *text = json_string_value(value);
		json_t *v GW_CLEANUP(jx_release) = NULL;
		struct errinfo ei = ERRINFO_INIT;
		if (rule.as == AS_SCANNED || !transform_takes(rule.as, f->type) ||
		    (text && !field_type_check(f->type, text)) || json_is_object(value) ||
		    json_is_null(value))
			continue;
		test_code(
		    transform_value(&rule, f->type, value, (struct date){2026, 3, 1}, key, &v, &ei),
		    0, &ei);
		if (v && rule.as != AS_KEEP && !transform_result(&rule, v))
			fail_msg("%s of '%s': '%s'", f->path, text, json_string_value(v));
		results += v != NULL;
	}
	assert_true(results > 5 * ROUNDS);
}

static void add(struct buf *b, const char *s, size_t n)
{
	assert_int_equal(buf_add(b, s, n), 0);
}

/* The text with comments put in, which mean nothing. */
static char *commented(const char *text)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");
		if (gen_chance(4) == 0)
			add(&out, "# before\n", 9);
		add(&out, line, n);
		if (gen_chance(4) == 0)
			add(&out, "   # behind", 11);
		add(&out, "\n", 1);
		line += n + (line[n] == '\n');
	}
	return str_dupn(out.data, out.len);
}

static void its_layout_and_comments_mean_nothing(void **state)
{
	(void)state;
	for (size_t n = 0; n < ROUNDS / 2; n++) {
		struct gen_policy g GW_CLEANUP(gen_policy_release);
		struct buf once GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		struct buf twice GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		struct errinfo ei = ERRINFO_INIT;
		gen_policy(&g);
		struct policy *p GW_CLEANUP(policy_free_p) = gen_load(&g, GEN_RULES, false);
		char *plain GW_CLEANUP(str_free_p) = gen_policy_text(&g, GEN_RULES, false);
		char *text GW_CLEANUP(str_free_p) = commented(plain);
		test_code(policy_fmt("p", text, strlen(text), &once, &ei), 0, &ei);
		struct policy *q GW_CLEANUP(policy_free_p) = load(once.data, &ei);
		assert_non_null(q);
		assert_string_equal(p->meaning, q->meaning);
		assert_string_not_equal(p->sha256, q->sha256);
		test_code(policy_fmt("p", once.data, once.len, &twice, &ei), 0, &ei);
		assert_string_equal(once.data, twice.data);
	}
}

int main(void)
{
	gen_seed();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_field_is_decided_once),
	    cmocka_unit_test(the_order_of_rules_changes_nothing),
	    cmocka_unit_test(a_larger_catalogue_lets_nothing_more_leave),
	    cmocka_unit_test(what_is_called_narrower_is_no_wider),
	    cmocka_unit_test(every_transform_has_a_result_for_every_value),
	    cmocka_unit_test(its_layout_and_comments_mean_nothing),
	};
	return cmocka_run_group_tests_name("policy/properties_language", tests, NULL, NULL);
}
