/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every policy in policies/ on a dossier that has all there is: what it withholds is nowhere in
 * what leaves, nor in a report; what it allows leaves when its conditions hold. And the correction
 * notice is what the others let go together, no more.
 */
#include <ctype.h>

#include "policy/words.h"
#include "tests/unit/policy/policies.h"

enum { MOST_POLICIES = 64 };

static struct policy *shipped[MOST_POLICIES];
static size_t shipped_n;

/* A document about one candidate has the key `policy`; catalogue and report policies have not. */
static bool is_policy(const char *text)
{
	return str_starts(text, "policy:") || strstr(text, "\npolicy:");
}

static int load_all(void **state)
{
	struct file_list all;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(file_list("policies", ".yaml", &all, &ei), 0, &ei);
	for (size_t i = 0; i < all.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join("policies", all.names[i]);
		char *text GW_CLEANUP(str_free_p) = slurp(path);
		if (is_policy(text) && shipped_n < MOST_POLICIES)
			shipped[shipped_n++] = load_file(path);
	}
	file_list_release(&all);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	while (shipped_n)
		policy_free(shipped[--shipped_n]);
	return 0;
}

/* A value that is right for the field and, where its type has room, names it. */
static char *canary(const struct field *f)
{
	if (f->codes)
		return str_dup(f->codes[0]);
	switch (f->type) {
	case FIELD_BSN:
		return str_dup("123456782");
	case FIELD_V_NUMBER:
		return str_dup("2812345678");
	case FIELD_IBAN:
		return str_dup("NL91ABNA0417164300");
	case FIELD_DATE: /* not in the future, and recent enough for any `records` */
		return str_dup("2026-02-20");
	case FIELD_INT:
		return str_printf("%lld", (long long)f->low);
	case FIELD_MONEY:
		return str_dup("1340.17");
	case FIELD_POSTCODE:
		return str_dup("5121 AB");
	case FIELD_PHONE:
		return str_dup("06-12345678");
	case FIELD_EMAIL:
		return str_printf("kanarie.%s@voorbeeld.nl", f->path);
	case FIELD_LANG:
		return str_dup("tir");
	default:
		return str_printf("KANARIE-%s", f->path);
	}
}

/* The object that stands for the field's group in root, made where it is not there. */
static json_t *group_of(json_t *root, const struct field *f)
{
	char *group GW_CLEANUP(str_free_p) = str_dup(f->group);
	for (char *at = group, *next; at; at = next) {
		next = strchr(at, '.');
		if (next)
			*next++ = '\0';
		if (!json_object_get(root, at))
			jx_set(root, at, json_object());
		root = json_object_get(root, at);
	}
	return root;
}

/* A dossier with every field of the catalogue. */
static struct dossier *full(void)
{
	json_t *root GW_CLEANUP(jx_release) = json_object();
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const struct catalogue *c = catalogue_builtin();
	jx_set(root, "catalogue", json_integer(1));
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		char *value GW_CLEANUP(str_free_p) = canary(f);
		jx_set(group_of(root, f), f->leaf,
		    f->type == FIELD_INT ? json_integer(f->low) : json_string(value));
	}
	assert_int_equal(jx_dump(root, &text), 0);
	return dossier(text.data);
}

static const json_t *value_at(const json_t *data, const char *path)
{
	while (data && path) {
		const char *dot = strchr(path, '.');
		char *name GW_CLEANUP(str_free_p) =
		    str_dupn(path, dot ? (size_t)(dot - path) : strlen(path));
		data = json_object_get(data, name);
		path = dot ? dot + 1 : NULL;
	}
	return data;
}

/* Whether the canary of f stands in text, and not as the beginning of another field's. */
static bool has_canary(const char *text, const struct field *f)
{
	char *value GW_CLEANUP(str_free_p) = canary(f);
	if (!strstr(value, f->path))
		return false; /* a value that others may have too */
	for (const char *at = strstr(text, value); at; at = strstr(at + 1, value))
		if (!isalnum((unsigned char)at[strlen(value)]) && at[strlen(value)] != '_')
			return true;
	return false;
}

/* Apply p in ctx; mark what left in gone. Nothing that is withheld may be anywhere. */
static void apply_once(
    const struct policy *p, const struct policy_context *ctx, const struct dossier *d, bool *gone)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf report GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	json_t *travelling GW_CLEANUP(jx_release) = policy_travelling(p);
	struct errinfo ei = ERRINFO_INIT;
	test_code(policy_apply(p, ctx, d, NULL, &o, &ei), 0, &ei);
	assert_int_equal(jx_dump(o.data, &text), 0);
	assert_int_equal(jx_dump(o.sender_report, &report), 0);
	assert_int_equal(jx_dump(travelling, &report), 0);
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct field *f = p->decisions[i].field;
		bool there = value_at(o.data, f->path);
		gone[i] |= there;
		if (!p->decisions[i].rule && (there || has_canary(text.data, f)))
			fail_msg("%s: %s leaves", p->id, f->path);
		if (has_canary(report.data, f))
			fail_msg("%s: a report has the value of %s", p->id, f->path);
	}
	assert_null(strstr(report.data, "123456782"));
	assert_null(strstr(report.data, "NL91ABNA"));
}

static void what_is_withheld_leaves_nowhere(void **state)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = full();
	(void)state;
	assert_true(shipped_n >= 10);
	for (size_t k = 0; k < shipped_n; k++) {
		const struct policy *p = shipped[k];
		bool *gone GW_CLEANUP(str_free_p) = str_alloc(p->decisions_n + 1);
		for (size_t i = 0; i < policy_programmes.n; i++) {
			struct policy_context ctx = context(p);
			if (!(p->programmes & 1U << i))
				continue;
			ctx.programme = policy_programmes.list[i];
			apply_once(p, &ctx, d, gone);
			ctx.recipient_duties = POLICY_BSN_PROCESSING;
			ctx.consents = p->consent_scopes;
			ctx.consents_n = p->consent_scopes_n;
			apply_once(p, &ctx, d, gone);
		}
		for (size_t i = 0; i < p->decisions_n; i++)
			if (p->decisions[i].rule && !gone[i])
				fail_msg("%s: %s never leaves, whatever holds", p->id,
				    p->decisions[i].field->path);
	}
}

static void every_field_that_stays_is_named(void **state)
{
	(void)state;
	for (size_t k = 0; k < shipped_n; k++)
		for (size_t i = 0; i < shipped[k]->decisions_n; i++) {
			const struct policy_decision *d = &shipped[k]->decisions[i];
			if (!d->rule && (!d->withhold || d->withhold->classes))
				fail_msg("%s: %s stays without a reason of its own", shipped[k]->id,
				    d->field->path);
		}
}

/* drop < present < coarse < whole; a scanned text is whole. */
static int form(const struct policy_rule *r)
{
	if (!r)
		return 0;
	return r->as == AS_PRESENT ? 1 : r->as == AS_KEEP || r->as == AS_SCANNED ? 3 : 2;
}

static void a_correction_can_carry_what_was_sent_and_no_more(void **state)
{
	const struct policy *correction = NULL;
	(void)state;
	for (size_t k = 0; k < shipped_n; k++)
		if (str_eq(shipped[k]->id, "correctiebericht"))
			correction = shipped[k];
	assert_non_null(correction);
	for (size_t i = 0; correction && i < correction->decisions_n; i++) {
		const struct policy_rule *r = correction->decisions[i].rule;
		const struct policy_rule *widest = NULL;
		for (size_t k = 0; k < shipped_n; k++)
			if (shipped[k] != correction &&
			    form(shipped[k]->decisions[i].rule) > form(widest))
				widest = shipped[k]->decisions[i].rule;
		if (form(r) != form(widest) || (r && r->as != widest->as))
			fail_msg("correctiebericht: %s is not as the widest of the others has it",
			    correction->decisions[i].field->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_withheld_leaves_nowhere),
	    cmocka_unit_test(every_field_that_stays_is_named),
	    cmocka_unit_test(a_correction_can_carry_what_was_sent_and_no_more),
	};
	return cmocka_run_group_tests_name("policy/shipped", tests, load_all, free_all);
}
