/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two evaluators of the language, written in two languages, say the same about made-up policies,
 * dossiers and contexts: which policies are invalid, what is refused, and each byte that leaves.
 *
 * The other one is tests/evaluator/evaluate.py; it reads all cases from a file and answers in
 * order.
 */
#include <stdio.h>

#include "tests/unit/policy/generate.h"

enum { CASES_EACH = 40, LEAST = 10000 };

struct tally {
	size_t n, invalid, refused, left;
};

static json_t *bits(const struct policy_words *words, unsigned set)
{
	json_t *list = json_array();
	for (size_t i = 0; i < words->n; i++)
		if (set & 1U << i)
			jx_add(list, json_string(words->list[i]));
	return list;
}

static json_t *one_bit(const struct policy_words *words, unsigned set)
{
	json_t *list GW_CLEANUP(jx_release) = bits(words, set);
	return json_incref(json_array_get(list, 0));
}

/* The context as a policy test has it. */
static json_t *context_json(const struct policy_context *ctx)
{
	json_t *c = json_object(), *consents = json_array();
	for (size_t i = 0; i < ctx->consents_n; i++)
		jx_add(consents, json_string(ctx->consents[i]));
	jx_set(c, "sender", one_bit(&policy_roles, ctx->sender));
	jx_set(c, "recipient", one_bit(&policy_roles, ctx->recipient));
	jx_set(c, "contract_status", one_bit(&policy_contracts, ctx->contract_status));
	jx_set(c, "programme", json_string(ctx->programme));
	jx_set(c, "contract", json_string(ctx->contract));
	jx_set(c, "recipient_duty", bits(&policy_duties, ctx->recipient_duties));
	jx_set(c, "met", bits(&policy_requirements, ctx->met));
	jx_set(c, "consent", consents);
	return c;
}

/* Our answer, in the form of the other's. */
static json_t *answer(const struct policy *p, const struct policy_context *ctx, const json_t *root)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct policy_keys all = {0};
	struct errinfo ei = ERRINFO_INIT;
	if (!p)
		return json_pack("{s:s}", "invalid", "");
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(p, &all);
	struct dossier *d GW_CLEANUP(dossier_free_p) = gen_read(root, catalogue_builtin());
	int r = policy_apply(p, ctx, d, &all, &o, &ei);
	if (r == GW_EREFUSED)
		return json_pack("{s:s}", "refused", ei.msg);
	test_code(r, 0, &ei);
	return json_pack("{s:O, s:O, s:i}", "data", o.data, "withheld",
	    json_object_get(o.sender_report, "withheld"), "fields", (int)o.fields);
}

static void write_line(FILE *f, const json_t *v)
{
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(jx_dump(v, &line), 0);
	assert_int_equal(buf_adds(&line, "\n"), 0);
	assert_int_equal(fwrite(line.data, 1, line.len, f), line.len);
}

/* One change that may make a policy invalid, by meaning rather than by spelling. */
static void spoil(struct gen_policy *p)
{
	static const char *const changes[][2] = {{"as: keep", "as: initials"},
	    {"as: keep", "as: year"}, {"as: {age_band: 5}", "as: keep"},
	    {"as: scanned", "as: keep"}, {", exception: uavg-30-1-b", ""},
	    {", national_id_basis: uavg-46", ""}, {"scan: s", "scan: t"},
	    {"newest: 1", "since: P1D"}, {"share_capacity", "share_obstacles"},
	    {"by: ladder.date", "by: work.start"}, {"by: work.start", "by: ladder.date"},
	    {", only_if: {programme: [wi2021]}", ""},
	    {"fields: [", "fields: [criminal.probation, "}, {"fields: [", "fields: [ladder.date, "},
	    {"fields: [", "fields: [person.bsn, "}, {"rule: r", "rule: r1"},
	    {"as: keep, because: d", "as: year, because: d"},
	    {"because: d}", "because: d, only_if: {recipient_duty: [bsn_processing]}}"},
	    {"wi2021", "wi2020"}, {"bsn_processing", "bsn"}};
	for (size_t tries = 0; tries < 20; tries++) {
		const char *const *change = GEN_PICK(changes);
		size_t from = gen_chance((unsigned)p->rules_n);
		for (size_t i = 0; i < p->rules_n; i++) {
			char **rule = &p->rules[(from + i) % p->rules_n];
			if (!strstr(*rule, change[0]))
				continue;
			char *changed = with(*rule, change[0], change[1]);
			free(*rule);
			*rule = changed;
			return;
		}
	}
}

/* Write the cases of one policy, and our answers; returns how many. */
static size_t make_cases(FILE *cases, FILE *ours)
{
	struct gen_policy g GW_CLEANUP(gen_policy_release);
	gen_policy(&g);
	bool spoilt = gen_chance(3) == 0;
	if (spoilt)
		spoil(&g);
	else if (gen_chance(20) == 0)
		g.status = "draft";
	char *text GW_CLEANUP(str_free_p) = gen_policy_text(&g, GEN_RULES, false);
	struct policy *p GW_CLEANUP(policy_free_p) = load(text, NULL);
	size_t n = p ? CASES_EACH : 1;
	for (size_t i = 0; i < n; i++) {
		struct policy_context ctx = gen_context();
		char today[DATE_TEXT];
		json_t *root GW_CLEANUP(jx_release) = gen_dossier();
		date_text(ctx.today, today);
		json_t *one GW_CLEANUP(jx_release) = json_pack("{s:s, s:o, s:s, s:O}", "policy",
		    text, "context", context_json(&ctx), "today", today, "dossier", root);
		json_t *says GW_CLEANUP(jx_release) = answer(p, &ctx, root);
		write_line(cases, one);
		write_line(ours, says);
	}
	return n;
}

static const char *kind_of(const json_t *answer)
{
	return json_object_iter_key(json_object_iter((json_t *)(uintptr_t)answer));
}

/* Hold line `other` of the evaluator against ours; `which` is the case, for the message. */
static void compare(struct tally *t, const char *ours, const char *other, const char *which)
{
	json_t *a GW_CLEANUP(jx_release) = json_loads(ours, 0, NULL);
	json_t *b GW_CLEANUP(jx_release) = json_loads(other, 0, NULL);
	const char *kind = kind_of(a);
	if (!b || !str_eq(kind, kind_of(b)) || (str_eq(kind, "data") && !json_equal(a, b)))
		fail_msg("case %zu\nours:  %sother: %scase:  %s", t->n, ours, other, which);
	t->n++;
	t->invalid += str_eq(kind, "invalid");
	t->refused += str_eq(kind, "refused");
	t->left += str_eq(kind, "data");
}

static FILE *in_dir(const char *dir, const char *name, const char *mode)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	FILE *f = fopen(path, mode);
	assert_non_null(f);
	return f;
}

static void both_evaluators_agree(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	static char line[3][1 << 20];
	struct tally t = {0};
	(void)state;
	FILE *cases = in_dir(dir, "cases", "w"), *ours = in_dir(dir, "ours", "w");
	for (size_t n = 0; n < LEAST;)
		n += make_cases(cases, ours);
	assert_int_equal(fclose(cases), 0);
	assert_int_equal(fclose(ours), 0);
	char *command GW_CLEANUP(str_free_p) = str_printf(
	    "/usr/bin/python3 tests/evaluator/evaluate.py policies/catalogue.yaml <%s/cases "
	    ">%s/others", /* the interpreter to which Debian's python3-yaml belongs */
	    dir, dir);
	assert_int_equal(system(command), 0);
	cases = in_dir(dir, "cases", "r");
	ours = in_dir(dir, "ours", "r");
	FILE *others = in_dir(dir, "others", "r");
	while (fgets(line[0], sizeof line[0], ours)) {
		assert_non_null(fgets(line[1], sizeof line[1], others));
		assert_non_null(fgets(line[2], sizeof line[2], cases));
		compare(&t, line[0], line[1], line[2]);
	}
	(void)fclose(cases);
	(void)fclose(ours);
	(void)fclose(others);
	printf("# note: %zu cases agree: %zu invalid policies, %zu refusals, %zu dossiers\n", t.n,
	    t.invalid, t.refused, t.left);
	assert_true(t.n >= LEAST && t.left > LEAST / 3 && t.refused > LEAST / 20 && t.invalid > 20);
}

int main(void)
{
	gen_seed();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_evaluators_agree),
	};
	return cmocka_run_group_tests_name("policy/differential", tests, NULL, NULL);
}
