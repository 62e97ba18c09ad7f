/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds for every policy and every dossier, on made-up ones: default deny, determinism,
 * idempotence, non-interference, no order of rules, and that less allowed never lets more leave.
 */
#include <time.h>

#include "policy/condition.h"
#include "policy/run.h"
#include "policy/transform.h"
#include "policy/words.h"
#include "tests/unit/policy/policies.h"

enum { ROUNDS = 450, MOST_RULES = 40 };

static uint64_t state_of_chance;

static unsigned chance(unsigned n) /* 0 … n - 1 */
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (unsigned)(state_of_chance >> 33) % n;
}

static const char *word(void)
{
	static const char *const words[] = {"lopen", "fiets", "winkel", "tafel", "groen", "rustig",
	    "morgen", "samen", "boek", "keuken"};
	return words[chance(GW_LENGTH(words))];
}

static char *bsn(void)
{
	for (;;) {
		char *s = str_printf("%09u", chance(1000000000));
		if (field_type_check(FIELD_BSN, s))
			return s;
		free(s);
	}
}

/* Text of a value of the field, as a dossier may have it. */
static char *text_value(const struct field *f)
{
	static const char *const names[] = {"Anna", "Jan Piet", "IJsbrand", "Mehret-Selam"};
	switch (f->type) {
	case FIELD_BSN:
		return bsn();
	case FIELD_V_NUMBER:
		return str_printf("28%08u", chance(100000000));
	case FIELD_IBAN:
		return str_dup("NL91ABNA0417164300");
	case FIELD_EMAIL:
		return str_printf("%s%u@voorbeeld.nl", word(), chance(100));
	case FIELD_PHONE:
		return str_printf("06-%08u", chance(100000000));
	case FIELD_POSTCODE:
		return str_printf("%u AB", 1000 + chance(9000));
	case FIELD_DATE:
		return str_printf(
		    "%04u-%02u-%02u", chance(8) ? 2019 + chance(8) : 0, chance(13), chance(29));
	case FIELD_CODE:
		return f->n_codes ? str_dup(f->codes[chance((unsigned)f->n_codes)])
				  : str_printf("c%u", chance(50));
	case FIELD_LANG:
		return str_dup(chance(2) ? "nl" : "ti");
	case FIELD_MONEY:
		return str_printf("%u", chance(2000));
	case FIELD_NAME:
		return str_dup(names[chance(GW_LENGTH(names))]);
	case FIELD_TEXT:
		return chance(3) ? str_printf("%s en %s", word(), word())
				 : str_printf("%s 06-%08u %s", word(), chance(100000000), word());
	default:
		return chance(10) ? str_printf("%s %s", word(), word()) : str_dup(" ");
	}
}

static json_t *value_of(const struct field *f)
{
	if (f->type == FIELD_INT) {
		int64_t wide = f->high - f->low + 1;
		return json_integer(f->low + chance(wide > 1000 ? 1000 : (unsigned)wide));
	}
	char *s GW_CLEANUP(str_free_p) = text_value(f);
	return json_string(s);
}

/* The object for the records of a group; lists are made with `records` records when met first. */
static void fill(json_t *at, const struct field *f, const char *rest, const char *done)
{
	const char *dot = strchr(rest, '.');
	if (!dot) {
		if (chance(10) < 6)
			jx_set(at, rest, value_of(f));
		return;
	}
	char *name GW_CLEANUP(str_free_p) = str_dupn(rest, (size_t)(dot - rest));
	char *group GW_CLEANUP(str_free_p) = str_printf("%s%s%s", done, *done ? "." : "", name);
	json_t *in = json_object_get(at, name);
	if (!in) {
		bool list = catalogue_group_repeats(catalogue_builtin(), group) && chance(4);
		in = list ? json_array() : json_object();
		for (unsigned i = list ? chance(4) : 0; i > 0; i--)
			jx_add(in, json_object());
		jx_set(at, name, in);
	}
	if (json_is_object(in))
		fill(in, f, dot + 1, group);
	for (size_t i = 0; json_is_array(in) && i < json_array_size(in); i++)
		fill(json_array_get(in, i), f, dot + 1, group);
}

static struct dossier *parse(const json_t *root)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(jx_dump(root, &text), 0);
	test_code(dossier_parse_json("d", text.data, text.len, catalogue_builtin(), NULL, &d, &ei),
	    0, &ei);
	return d;
}

static struct dossier *random_dossier(void)
{
	json_t *root GW_CLEANUP(jx_release) = json_object();
	for (size_t i = 0; i < catalogue_count(catalogue_builtin()); i++) {
		const struct field *f = catalogue_at(catalogue_builtin(), i);
		fill(root, f, f->path, "");
	}
	if (chance(2)) {
		json_t *list = json_array(), *one = json_object();
		jx_set(one, "scope", json_string("share_capacity"));
		jx_set(one, "form", json_string("TF-2026-1"));
		jx_set(one, "given", json_string(chance(2) ? "2026-01-01" : "2024-01-01"));
		jx_add(list, one);
		jx_set(root, "consents", list);
	}
	return parse(root);
}

/* The dates of a group that repeats may be what its records are filtered by. */
static const struct field *date_of_group(const char *group)
{
	const struct catalogue *c = catalogue_builtin();
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		if (str_eq(f->group, group) && f->type == FIELD_DATE && f->repeats)
			return f;
	}
	return NULL;
}

/*
 * A random rule that lets go the newest records of a group, or those since some time, by their
 * date, which must leave with them; NULL when a rule has that date already.
 */
static char *records_rule(const struct field *by, bool used[256], unsigned n)
{
	static const char *const which[] = {
	    "newest: 1", "newest: 2", "since: P1M", "since: P2W", "since: P10Y"};
	static const char *const when[] = {"", "", ", only_if: {programme: [wi2021]}"};
	struct buf fields GW_CLEANUP(buf_release) = BUF_INIT(4096);
	bool special = false;
	const struct catalogue *c = catalogue_builtin();
	if (used[by->index])
		return NULL;
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		if (!str_eq(f->group, by->group) || used[i] || !transform_takes(AS_KEEP, f->type) ||
		    f->cls == CLASS_CRIMINAL || f->cls == CLASS_NATIONAL_ID ||
		    f->cls == CLASS_FREE_TEXT || (f != by && chance(3) == 0))
			continue;
		used[i] = true;
		special |= f->cls == CLASS_SPECIAL;
		assert_int_equal(buf_addf(&fields, "%s%s", fields.len ? ", " : "", f->path), 0);
	}
	return str_printf(
	    "  - {rule: r%u, fields: [%s], as: keep, because: x, records: {%s, by: %s}%s%s}\n", n,
	    fields.data, which[chance(GW_LENGTH(which))], by->path, when[chance(GW_LENGTH(when))],
	    special ? ", exception: uavg-30-1-b" : "");
}

/* A random rule for the field, as a line of YAML, or NULL when none can be. */
static char *random_rule(const struct field *f, unsigned n)
{
	static const char *const how[] = {"keep", "initials", "year", "month", "postcode4",
	    "mask_last4", "present", NULL, "{age_band: 5}", "{truncate: 3}", "{pseudonym: keten}"};
	enum policy_as as = f->type == FIELD_TEXT ? AS_SCANNED : (enum policy_as)chance(11);
	static const char *const when[] = {"", ", only_if: {programme: [wi2021]}",
	    ", only_if: {consent: [share_capacity]}",
	    ", only_if: {recipient_duty: [bsn_processing]}"};
	if (f->cls == CLASS_CRIMINAL || !transform_takes(as, f->type) ||
	    (f->cls == CLASS_FREE_TEXT && as != AS_SCANNED))
		return NULL;
	return str_printf("  - {rule: r%u, fields: [%s], as: %s, because: x%s%s%s%s}\n", n, f->path,
	    as == AS_SCANNED ? "scanned" : how[as], when[chance(2) * chance(4)],
	    as == AS_SCANNED ? ", scan: s" : "",
	    f->cls == CLASS_SPECIAL ? ", exception: uavg-30-1-b" : "",
	    f->cls == CLASS_NATIONAL_ID ? ", national_id_basis: uavg-46" : "");
}

static struct policy *policy_of(char *const *rules, size_t n, size_t skip, bool backwards)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(256 << 10);
	struct errinfo ei = ERRINFO_INIT;
	int r = buf_adds(&text,
	    "policy: p\nlanguage: 1\nversion: 1\nstatus: active\ntitle: t\n"
	    "valid: {from: 2026-01-01, until: 2026-12-31}\napproved: [{role: fg, date: 2026-01-01}]\n"
	    "catalogue: 1\npurpose: referral\nlegal_basis: {gdpr: public_task, law: [pwet-7]}\n"
	    "applies_to: {sender: [provider], recipient: [provider], contract_status: [contracted],"
	    " programme: [participatiewet, wi2021]}\nallow:\n");
	for (size_t i = 0; i < n && r == 0; i++) {
		size_t k = backwards ? n - 1 - i : i;
		r = k == skip ? 0 : buf_adds(&text, rules[k]);
	}
	if (r == 0)
		r = buf_adds(&text,
		    "withhold: [{class: [special, criminal], because: x}]\n"
		    "scan_profiles: {s: {default: mask}}\nlimits: {attachments: 0, total_mb: 0}\n"
		    "consent: {form: TF-2026-1, max_age: P1Y, scopes: [share_capacity]}\n"
		    "retention: {package: P1D, recipient: {keep: P1D, after: receipt},"
		    " sender: {delete: never, after: receipt}}\n");
	assert_int_equal(r, 0);
	struct policy *p = load(text.data, &ei);
	if (!p)
		fail_msg("%s\n%s", ei.msg, text.data);
	return p;
}

static size_t random_rules(char *rules[MOST_RULES])
{
	size_t n = 0, fields = catalogue_count(catalogue_builtin());
	bool used[256] = {false};
	for (unsigned tries = 0; tries < 60 && n < MOST_RULES; tries++) {
		size_t i = chance((unsigned)fields);
		const struct field *f = catalogue_at(catalogue_builtin(), i);
		const struct field *by = chance(2) ? date_of_group(f->group) : NULL;
		char *rule = used[i] ? NULL
		    : by             ? records_rule(by, used, tries)
				     : random_rule(f, tries);
		used[i] |= rule != NULL;
		if (rule)
			rules[n++] = rule;
	}
	return n;
}

static struct policy_context random_context(const struct policy *p)
{
	struct policy_context ctx = context(p);
	ctx.programme = chance(2) ? "wi2021" : "participatiewet";
	ctx.recipient_duties = chance(2) ? POLICY_BSN_PROCESSING : 0;
	return ctx;
}

static const struct policy_rule *in_force(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const struct field *f)
{
	const struct policy_rule *r = p->decisions[f->index].rule;
	return r && condition_holds(p, &r->only_if, ctx, d, NULL) ? r : NULL;
}

static int count_value(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	++*(size_t *)arg;
	return 0;
}

static size_t count(json_t *data, const char *path)
{
	size_t n = 0;
	(void)dossier_each(data, catalogue_find(catalogue_builtin(), path), count_value, &n);
	return n;
}

static void check_default_deny(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const char *text)
{
	struct errinfo ei = ERRINFO_INIT;
	json_t *out GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(jx_parse("out", text, strlen(text), &JX_SMALL, &out, &ei), 0);
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct field *f = p->decisions[i].field;
		if (count(out, f->path) && !in_force(p, ctx, d, f))
			fail_msg("%s leaves without a rule", f->path);
	}
	test_code(policy_admits(p, ctx->recipient_duties, out, &ei), 0, &ei);
}

static void check_idempotent(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const char *text)
{
	struct dossier *received GW_CLEANUP(dossier_free_p) = dossier(text);
	struct dossier again = *d; /* with the consents of the first time */
	again.data = received->data;
	char *second GW_CLEANUP(str_free_p) = applied(p, ctx, &again);
	assert_string_equal(second, text);
}

/* Names and numbers that the scan knows may only remove more: they are left alone here. */
static bool known(const char *path)
{
	static const char *const paths[] = {"person.given_names", "person.name_prefix",
	    "person.family_name", "person.bsn", "person.v_number", "person.client_number",
	    "household.partner", "household.emergency_contact", "representative.name",
	    "coaches.name"};
	for (size_t i = 0; i < GW_LENGTH(paths); i++)
		if (str_eq(paths[i], path))
			return true;
	return false;
}

static int scramble(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)value;
	if (chance(2))
		jx_set(record, leaf, value_of(arg));
	else
		(void)json_object_del(record, leaf);
	return 0;
}

static void check_non_interference(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const char *text)
{
	struct dossier other = *d;
	json_t *data GW_CLEANUP(jx_release) = json_deep_copy(d->data);
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct field *f = p->decisions[i].field;
		if (!in_force(p, ctx, d, f) && !known(f->path))
			(void)dossier_each(data, f, scramble, (void *)(uintptr_t)f);
	}
	other.data = data;
	char *again GW_CLEANUP(str_free_p) = applied(p, ctx, &other);
	assert_string_equal(again, text);
}

static void check_all(const struct policy *p)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = random_dossier();
	struct policy_context ctx = random_context(p);
	char *text GW_CLEANUP(str_free_p) = applied(p, &ctx, d);
	setenv("TZ", chance(2) ? "Pacific/Auckland" : "America/New_York", 1);
	tzset();
	char *twice GW_CLEANUP(str_free_p) = applied(p, &ctx, d);
	assert_string_equal(text, twice);
	check_default_deny(p, &ctx, d, text);
	check_idempotent(p, &ctx, d, text);
	check_non_interference(p, &ctx, d, text);
}

static void shipped_policies_hold_them_all(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(paths[i]);
		for (size_t n = 0; n < ROUNDS / 3; n++)
			check_all(p);
	}
}

static void made_up_policies_hold_them_all(void **state)
{
	(void)state;
	for (size_t n = 0; n < ROUNDS; n++) {
		char *rules[MOST_RULES];
		size_t rules_n = random_rules(rules), skip = chance((unsigned)rules_n);
		struct policy *p GW_CLEANUP(policy_free_p) =
		    policy_of(rules, rules_n, SIZE_MAX, false);
		struct policy *q GW_CLEANUP(policy_free_p) =
		    policy_of(rules, rules_n, SIZE_MAX, true);
		struct policy *less GW_CLEANUP(policy_free_p) =
		    policy_of(rules, rules_n, skip, false);
		struct dossier *d GW_CLEANUP(dossier_free_p) = random_dossier();
		struct policy_context ctx = random_context(p);
		check_all(p);
		assert_string_equal(p->meaning, q->meaning);
		char *a GW_CLEANUP(str_free_p) = applied(p, &ctx, d);
		char *b GW_CLEANUP(str_free_p) = applied(q, &ctx, d);
		assert_string_equal(a, b);
		char *c GW_CLEANUP(str_free_p) = applied(less, &ctx, d);
		json_t *more_out GW_CLEANUP(jx_release) = NULL, *out GW_CLEANUP(jx_release) = NULL;
		assert_int_equal(jx_parse("a", a, strlen(a), &JX_SMALL, &more_out, NULL), 0);
		assert_int_equal(jx_parse("c", c, strlen(c), &JX_SMALL, &out, NULL), 0);
		for (size_t i = 0; i < p->decisions_n; i++)
			assert_true(count(out, p->decisions[i].field->path) <=
			    count(more_out, p->decisions[i].field->path));
		while (rules_n)
			free(rules[--rules_n]);
	}
}

int main(void)
{
	const char *seed = getenv("TEST_SEED");
	uint64_t n = (uint64_t)time(NULL);
	if (seed && str_u64(seed, UINT64_MAX / 2, &n) < 0)
		return 1;
	state_of_chance = n * 2654435761U + 1;
	printf("# note: TEST_SEED=%llu\n", (unsigned long long)n);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_policies_hold_them_all),
	    cmocka_unit_test(made_up_policies_hold_them_all),
	};
	return cmocka_run_group_tests_name("policy/properties", tests, NULL, NULL);
}
