/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A baseline against drawn policies: each check is what plain enumeration over the fields says, and
 * what passes still passes when it becomes narrower.
 */
#include <time.h>

#include "policy/baseline.h"
#include "policy/wider.h"
#include "tests/unit/policy/policies.h"

static uint64_t seed;

static unsigned pick(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* A policy over a few fields, and a baseline of a few checks, as data. */
enum { FIELDS = 4, POLICIES = 120, BASELINES = 80 };
static const char *const fields[FIELDS] = {
    "person.birth_date", "person.bsn", "contact.city", "plan.goal"};
static const char *const classes[FIELDS] = {"identifier", "national_id", "contact", "free_text"};
/* what may stand at each field, from "stays" on; drawn so that many policies are comparable */
static const char *const forms[FIELDS][8] = {
    {NULL, "present", "{age_band: 5}", "{age_band: 10}", "year", "month", "keep", "keep"},
    {NULL, NULL, "present", "{pseudonym: d}", "{pseudonym: e}", "{pseudonym: d}", "keep", "keep"},
    {NULL, "present", "present", "{truncate: 2}", "{truncate: 2}", "{truncate: 3}", "keep", "keep"},
    {NULL, NULL, NULL, "scanned", "scanned", "scanned", "scanned", "scanned"}};
static const char *const terms[] = {"P1Y", "P12M", "P365D", "P2Y", "P25M", "P700D", "P800D"};
static const char *const verdicts[] = {"keep", "mask", "review", "block"};

struct sample {
	unsigned form[FIELDS];
	bool duty[FIELDS], consent[FIELDS], one_programme[FIELDS];
	unsigned term, bsn, health, mb;
	bool fg, protocol, to_uwv, diploma, everywhere;
	char *text;
	struct policy *p;
};

static char *sample_text(const struct sample *s)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	int r = buf_addf(&b,
	    "policy: s\nlanguage: 1\nversion: 1\nstatus: active\ntitle: t\n"
	    "valid: {from: 2026-01-01, until: 2026-12-31}\n"
	    "approved: [{role: jurist, date: 2025-12-10}%s]\ncatalogue: 1\npurpose: referral\n"
	    "legal_basis: {gdpr: public_task, law: [pwet-7]}\n"
	    "applies_to: {sender: [provider], recipient: [provider%s], contract_status: "
	    "[contracted], programme: [participatiewet%s]}\nrequires: [processor_agreement%s]\n"
	    "allow:\n  - {rule: basis, fields: [ladder.step], as: keep, because: x}\n",
	    s->fg ? ", {role: fg, date: 2025-12-10}" : "", s->to_uwv ? ", uwv" : "",
	    s->everywhere ? ", wi2021" : "", s->protocol ? ", protocol_accepted" : "");
	for (size_t i = 0; i < FIELDS && r == 0; i++) {
		const char *as = forms[i][s->form[i]];
		if (!as)
			continue;
		r = buf_addf(
		    &b, "  - {rule: r%zu, fields: [%s], as: %s, because: x", i, fields[i], as);
		if (r == 0 && str_eq(as, "scanned"))
			r = buf_adds(&b, ", scan: s");
		if (r == 0 && i == 1)
			r = buf_adds(&b, ", national_id_basis: uavg-46");
		if (r == 0 && (s->duty[i] || s->consent[i] || s->one_programme[i]))
			r = buf_addf(&b, ", only_if: {%s%s%s%s%s}",
			    s->duty[i] ? "recipient_duty: [bsn_processing]" : "",
			    s->duty[i] && (s->consent[i] || s->one_programme[i]) ? ", " : "",
			    s->consent[i] ? "consent: [share_capacity]" : "",
			    s->consent[i] && s->one_programme[i] ? ", " : "",
			    s->one_programme[i] ? "programme: [participatiewet]" : "");
		if (r == 0)
			r = buf_adds(&b, "}\n");
	}
	if (r == 0)
		r = buf_addf(&b,
		    "withhold:\n  - {class: [special, criminal], because: x}\n"
		    "scan_profiles: {s: {default: mask, bsn: %s, health: %s}}\n"
		    "attachments: [{types: [cv%s], formats: [jpeg], clean: strip, scan: s, max_mb: "
		    "%u}]\nlimits: {attachments: 5, total_mb: 20}\n"
		    "consent: {form: f, max_age: P1Y, scopes: [share_capacity]}\n"
		    "retention: {package: P28D, recipient: {keep: %s, after: receipt}, sender: "
		    "{delete: never, after: receipt}}\n",
		    verdicts[s->bsn], verdicts[s->health], s->diploma ? ", diploma" : "", s->mb,
		    terms[s->term]);
	assert_int_equal(r, 0);
	return str_dupn(b.data, b.len);
}

static void draw_field(struct sample *s, size_t i)
{
	s->form[i] = pick(8);
	s->duty[i] = pick(2);
	s->consent[i] = pick(2);
	s->one_programme[i] = pick(2);
}

static void draw_rest(struct sample *s)
{
	s->term = pick(GW_LENGTH(terms));
	s->bsn = pick(4);
	s->health = pick(4);
	s->mb = 1 + pick(3);
	s->fg = pick(3);
	s->protocol = pick(3);
	s->to_uwv = !pick(3);
	s->diploma = !pick(3);
	s->everywhere = pick(2);
}

/* A new policy, or one that differs from `near` in a field or in the rest alone. */
static void draw_sample(struct sample *s, const struct sample *near)
{
	struct errinfo ei = ERRINFO_INIT;
	unsigned part = near ? pick(FIELDS + 1) : FIELDS + 1;
	*s = near ? *near : (struct sample){0};
	for (unsigned i = 0; i < FIELDS; i++)
		if (part == i || !near)
			draw_field(s, i);
	if (part >= FIELDS)
		draw_rest(s);
	s->text = sample_text(s);
	s->p = load(s->text, &ei);
	if (!s->p)
		fail_msg("%s\n%s", ei.msg, s->text);
}

/* One demand: its text, and what it says of a sample, by enumeration over the fields. */
enum kind {
	NEVER,
	NEVER_CLASS,
	ONLY_AS,
	DUTY,
	CONSENT,
	PROGRAMME,
	TERM,
	SCAN,
	ASKS,
	WHO,
	TYPE,
	MB
};
struct demand_sample {
	enum kind kind;
	unsigned field, form, term, verdict, mb;
	char *text;
	struct baseline *b;
};

static void draw_demand(struct demand_sample *d)
{
	*d = (struct demand_sample){.kind = (enum kind)pick(MB + 1),
	    .field = pick(FIELDS),
	    .form = 2 + pick(6),
	    .term = pick(GW_LENGTH(terms)),
	    .verdict = 1 + pick(3),
	    .mb = 1 + pick(3)};
	while (!forms[d->field][d->form])
		d->form++;
	const char *f = fields[d->field];
	const char *as = forms[d->field][d->form];
	d->text = d->kind == NEVER   ? str_printf("never: {fields: [%s]}", f)
	    : d->kind == NEVER_CLASS ? str_printf("never: {class: [%s]}", classes[d->field])
	    : d->kind == ONLY_AS     ? str_printf("only_as: {fields: [%s], as: [%s]}", f, as)
	    : d->kind == DUTY
	    ? str_printf("only_if: {fields: [%s], recipient_duty: [bsn_processing]}", f)
	    : d->kind == CONSENT
	    ? str_printf("only_if: {class: [%s], consent: [share_capacity]}", classes[d->field])
	    : d->kind == PROGRAMME
	    ? str_printf("only_if: {fields: [%s], programme: [participatiewet]}", f)
	    : d->kind == TERM ? str_printf("at_most: {recipient_keep: %s}", terms[d->term])
	    : d->kind == SCAN ? str_printf("scan: {bsn: %s}", verdicts[d->verdict])
	    : d->kind == ASKS ? str_dup("asks: {requires: [protocol_accepted], approved: [fg]}")
	    : d->kind == WHO  ? str_dup("only: {recipient: [provider]}")
	    : d->kind == TYPE ? str_dup("never: {attachments: [diploma]}")
			      : str_printf("at_most: {attachment_mb: %u}", d->mb);
	char *whole GW_CLEANUP(str_free_p) =
	    str_printf("baseline: b\nlanguage: 1\nversion: 1\ntitle: t\ncatalogue: 1\n"
		       "checks: [{check: eis, because: daarom, %s}]\n",
		d->text);
	struct errinfo ei = ERRINFO_INIT;
	test_code(baseline_parse(
		      "basis.yaml", whole, strlen(whole), catalogue_builtin(), NULL, &d->b, &ei),
	    0, &ei);
}

/* In days, the most and the least that a term can be. */
static void span(const char *term, int *least, int *most)
{
	static const struct {
		const char *term;
		int least, most;
	} table[] = {{"P1Y", 358, 372}, {"P12M", 358, 372}, {"P365D", 365, 365}, {"P2Y", 718, 744},
	    {"P25M", 748, 775}, {"P700D", 700, 700}, {"P800D", 800, 800}};
	for (size_t i = 0; i < GW_LENGTH(table); i++)
		if (str_eq(table[i].term, term)) {
			*least = table[i].least;
			*most = table[i].most;
		}
}

static bool months(const char *term)
{
	return !str_ends(term, "D");
}

static bool term_passes(const char *most, const char *term)
{
	int low = 0, high = 0, least = 0, longest = 0;
	span(most, &low, &high);
	span(term, &least, &longest);
	return months(most) == months(term) ? longest <= high : longest <= low;
}

/* The forms that `only_as` with one form lets pass, spelled out. */
static bool form_passes(const char *allowed, const char *as)
{
	static const char *const also[][2] = {
	    {"{age_band: 5}", "{age_band: 10}"}, {"{truncate: 3}", "{truncate: 2}"}};
	bool whole = str_eq(allowed, "keep");
	if (str_eq(allowed, as) || str_eq(as, "present"))
		return true;
	for (size_t i = 0; i < GW_LENGTH(also); i++)
		if (str_eq(allowed, also[i][0]) && str_eq(as, also[i][1]))
			return true;
	return whole && !str_eq(as, "scanned");
}

static bool passes(const struct demand_sample *d, const struct sample *s)
{
	const char *as = forms[d->field][s->form[d->field]];
	switch (d->kind) {
	case NEVER:
	case NEVER_CLASS: /* no two of the fields are of one class */
		return !as;
	case ONLY_AS:
		return !as || form_passes(forms[d->field][d->form], as);
	case DUTY:
		return !as || s->duty[d->field];
	case CONSENT:
		return !as || s->consent[d->field];
	case PROGRAMME:
		return !as || s->one_programme[d->field] || !s->everywhere;
	case TERM:
		return term_passes(terms[d->term], terms[s->term]);
	case SCAN:
		return s->bsn >= d->verdict;
	case ASKS:
		return s->protocol && s->fg;
	case WHO:
		return !s->to_uwv;
	case TYPE:
		return !s->diploma;
	case MB:
		return s->mb <= d->mb;
	}
	return false;
}

static bool holds(const struct baseline *b, const struct sample *s)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = baseline_check(b, s->p, NULL, s->text, strlen(s->text), NULL, &ei);
	assert_true(r == 0 || (r == GW_EREFUSED && ei.located));
	return r == 0;
}

static struct sample s[POLICIES];
static struct demand_sample d[BASELINES];
static bool good[POLICIES][BASELINES];

static int draw(void **state)
{
	(void)state;
	const char *given = getenv("TEST_SEED");
	seed = (uint64_t)time(NULL);
	if (given && str_u64(given, UINT64_MAX / 2, &seed) < 0)
		fail_msg("TEST_SEED is no number");
	print_message("# seed %llu\n", (unsigned long long)seed);
	for (size_t i = 0; i < BASELINES; i++)
		draw_demand(&d[i]);
	for (size_t i = 0; i < POLICIES; i++)
		draw_sample(&s[i], i % 6 ? &s[i - i % 6] : NULL);
	for (size_t i = 0; i < POLICIES; i++)
		for (size_t k = 0; k < BASELINES; k++)
			good[i][k] = holds(d[k].b, &s[i]);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		policy_free(s[i].p);
		free(s[i].text);
	}
	for (size_t i = 0; i < BASELINES; i++) {
		baseline_free(d[i].b);
		free(d[i].text);
	}
	return 0;
}

static void a_check_is_what_enumeration_says(void **state)
{
	size_t failed = 0;
	(void)state;
	for (size_t i = 0; i < POLICIES; i++)
		for (size_t k = 0; k < BASELINES; k++) {
			failed += !good[i][k];
			if (good[i][k] != passes(&d[k], &s[i]))
				fail_msg("%s is %d for\n%s", d[k].text, good[i][k], s[i].text);
		}
	assert_in_range(failed, 1, (size_t)POLICIES * BASELINES - 1);
}

static void what_is_nowhere_wider_passes_too(void **state)
{
	size_t pairs = 0;
	(void)state;
	for (size_t i = 0; i < POLICIES; i++)
		for (size_t k = 0; k < POLICIES; k++) {
			if (i == k || !policy_covers(s[i].p, s[k].p))
				continue;
			pairs++;
			for (size_t b = 0; b < BASELINES; b++)
				if (good[i][b] && !good[k][b])
					fail_msg(
					    "%s lets this pass:\n%s\nand not this, which is not "
					    "wider:\n%s",
					    d[b].text, s[i].text, s[k].text);
		}
	assert_true(pairs > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_check_is_what_enumeration_says),
	    cmocka_unit_test(what_is_nowhere_wider_passes_too),
	};
	return cmocka_run_group_tests_name("policy/baseline_property", tests, draw, drop);
}
