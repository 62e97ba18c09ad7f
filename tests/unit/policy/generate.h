/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * generate: made-up policies and contexts, and with generate_dossier.h dossiers for them, directed
 * by the types of the catalogue so that nearly all policies load.
 */
#ifndef TESTS_UNIT_POLICY_GENERATE_H
#define TESTS_UNIT_POLICY_GENERATE_H

#include "policy/transform.h"
#include "policy/words.h"
#include "tests/unit/policy/generate_dossier.h"

enum { GEN_RULES = 40, GEN_WITHHOLDS = 4 };

/* ---- policies ---- */

/* A policy in pieces, so that a test can leave out or shuffle them; all of them lines of YAML. */
struct gen_policy {
	char *rules[GEN_RULES], *withholds[GEN_WITHHOLDS];
	size_t rules_n, withholds_n;
	const char *status, *requires, *contract;
	char *profile; /* "default: mask, bsn: block" */
};

static inline void gen_policy_release(struct gen_policy *p)
{
	for (size_t i = 0; i < p->rules_n; i++)
		free(p->rules[i]);
	for (size_t i = 0; i < p->withholds_n; i++)
		free(p->withholds[i]);
	free(p->profile);
}

static inline const char *gen_when(void)
{
	static const char *const when[] = {"", "", "", ", only_if: {programme: [wi2021]}",
	    ", only_if: {consent: [share_capacity]}",
	    ", only_if: {consent: [share_capacity, share_household], programme: [wi2021]}",
	    ", only_if: {recipient_duty: [bsn_processing]}"};
	return GEN_PICK(when);
}

static inline const char *gen_guards(enum field_class cls)
{
	return cls == CLASS_SPECIAL    ? ", exception: uavg-30-1-b"
	    : cls == CLASS_NATIONAL_ID ? ", national_id_basis: uavg-46"
				       : "";
}

/* The date by which the records of a group may be filtered, or NULL. */
static inline const struct field *gen_date_of(const char *group)
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
 * A rule that lets go some records of a group, by their date, which leaves with them, or by a rule
 * of its own before it; NULL when a rule has that date already.
 */
static inline char *gen_records_rule(const struct field *by, bool used[256], unsigned n)
{
	static const char *const which[] = {
	    "newest: 1", "newest: 2", "since: P1M", "since: P2W", "since: P10Y", "since: P400D"};
	struct buf fields GW_CLEANUP(buf_release) = BUF_INIT(4096);
	enum field_class worst = CLASS_ORDINARY;
	const struct catalogue *c = catalogue_builtin();
	bool apart = gen_chance(3) == 0;
	if (used[by->index])
		return NULL;
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		if (!str_eq(f->group, by->group) || used[i] || !transform_takes(AS_KEEP, f->type) ||
		    f->cls == CLASS_CRIMINAL || f->cls == CLASS_NATIONAL_ID ||
		    f->cls == CLASS_FREE_TEXT || (f == by ? apart : gen_chance(3) == 0))
			continue;
		used[i] = true;
		worst = f->cls == CLASS_SPECIAL ? CLASS_SPECIAL : worst;
		assert_int_equal(buf_addf(&fields, "%s%s", fields.len ? ", " : "", f->path), 0);
	}
	if (!fields.len)
		return NULL;
	used[by->index] = true;
	char *records GW_CLEANUP(str_free_p) =
	    str_printf(", records: {%s, by: %s}%s", GEN_PICK(which), by->path, gen_when());
	char *date GW_CLEANUP(str_free_p) = apart
	    ? str_printf("  - {rule: d%u, fields: [%s], as: keep, because: d%s}\n", n, by->path,
		  gen_chance(2) ? records : "")
	    : str_dup("");
	return str_printf("%s  - {rule: r%u, fields: [%s], as: keep, because: x%s%s}\n", date, n,
	    fields.data, records, gen_guards(worst));
}

/* A rule for the field, or NULL when there can be none. */
static inline char *gen_rule(const struct field *f, unsigned n)
{
	static const char *const how[] = {"keep", "initials", "year", "month", "postcode4",
	    "mask_last4", "present", "scanned", "{age_band: 5}", "{truncate: 3}",
	    "{pseudonym: keten}"};
	enum policy_as as = AS_SCANNED;
	for (unsigned tries = 0; tries < 20 && !transform_takes(as, f->type); tries++)
		as = f->cls == CLASS_FREE_TEXT ? AS_SCANNED : (enum policy_as)gen_chance(11);
	if (f->cls == CLASS_CRIMINAL || !transform_takes(as, f->type))
		return NULL;
	const char *text = as == AS_AGE_BAND && gen_chance(2) ? "{age_band: 2}" : how[as];
	return str_printf("  - {rule: r%u, fields: [%s], as: %s, because: x%s%s%s}\n", n, f->path,
	    text, gen_when(), as == AS_SCANNED ? ", scan: s" : "", gen_guards(f->cls));
}

static inline void gen_withholds(struct gen_policy *p, const bool used[256])
{
	static const char *const classes[] = {
	    "special, criminal", "ordinary", "contact, free_text"};
	for (size_t i = 0; i < GW_LENGTH(classes); i++)
		if (i == 0 || gen_chance(2))
			p->withholds[p->withholds_n++] =
			    str_printf("  - {class: [%s], because: x}\n", classes[i]);
	size_t i = gen_chance((unsigned)catalogue_count(catalogue_builtin()));
	if (!used[i])
		p->withholds[p->withholds_n++] = str_printf(
		    "  - {fields: [%s], because: y}\n", catalogue_at(catalogue_builtin(), i)->path);
}

/* A policy that loads. */
static inline void gen_policy(struct gen_policy *p)
{
	static const char *const verdicts[] = {"mask", "mask", "keep", "review", "block"};
	size_t fields = catalogue_count(catalogue_builtin());
	bool used[256] = {false};
	*p = (struct gen_policy){.status = "active"};
	for (unsigned tries = 0; tries < 90 && p->rules_n < GEN_RULES; tries++) {
		size_t i = gen_chance((unsigned)fields);
		const struct field *f = catalogue_at(catalogue_builtin(), i);
		const struct field *by = gen_chance(2) ? gen_date_of(f->group) : NULL;
		char *rule = used[i] ? NULL
		    : by             ? gen_records_rule(by, used, tries)
				     : gen_rule(f, tries);
		used[i] |= rule != NULL;
		if (rule)
			p->rules[p->rules_n++] = rule;
	}
	gen_withholds(p, used);
	p->requires = gen_chance(3) ? "" : "requires: [protocol_accepted]\n";
	p->contract = gen_chance(5) ? "" : ", contract: [ri-1, ri-2]";
	p->profile = str_printf("default: mask, bsn: %s, phone: %s, email: %s, name: %s, iban: %s",
	    GEN_PICK(verdicts), verdicts[gen_chance(3)], verdicts[gen_chance(3)],
	    verdicts[gen_chance(3)], GEN_PICK(verdicts));
}

/* The text of the policy without rule `skip` (GEN_RULES: none), the rules backwards if so asked. */
static inline char *gen_policy_text(const struct gen_policy *p, size_t skip, bool backwards)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(256 << 10);
	int r = buf_addf(&text,
	    "policy: p\nlanguage: 1\nversion: 1\nstatus: %s\ntitle: t\n"
	    "valid: {from: 2026-01-01, until: 2026-12-30}\napproved: [{role: fg, date: 2026-01-01}]\n"
	    "catalogue: 1\npurpose: referral\nlegal_basis: {gdpr: public_task, law: [pwet-7]}\n"
	    "applies_to: {sender: [provider, region], recipient: [provider], "
	    "contract_status: [contracted], programme: [participatiewet, wi2021]%s}\n%sallow:\n",
	    p->status, p->contract, p->requires);
	for (size_t i = 0; i < p->rules_n && r == 0; i++) {
		size_t k = backwards ? p->rules_n - 1 - i : i;
		r = k == skip ? 0 : buf_adds(&text, p->rules[k]);
	}
	if (r == 0)
		r = buf_adds(&text, "withhold:\n");
	for (size_t i = 0; i < p->withholds_n && r == 0; i++)
		r = buf_adds(&text, p->withholds[backwards ? p->withholds_n - 1 - i : i]);
	if (r == 0)
		r = buf_addf(&text,
		    "scan_profiles: {s: {%s}}\nlimits: {attachments: 0, total_mb: 0}\n"
		    "consent: {form: TF-2026-1, max_age: P1Y, scopes: [share_capacity, "
		    "share_household]}\nretention: {package: P1D, recipient: {keep: P1D, after: "
		    "receipt}, sender: {delete: never, after: receipt}}\n",
		    p->profile);
	assert_int_equal(r, 0);
	return str_dupn(text.data, text.len);
}

static inline struct policy *gen_load(const struct gen_policy *p, size_t skip, bool backwards)
{
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = gen_policy_text(p, skip, backwards);
	struct policy *loaded = load(text, &ei);
	if (!loaded) {
		fail_msg("%s\n%s", ei.msg, text);
		abort(); /* fail_msg does not return; the compiler does not know */
	}
	return loaded;
}

/* ---- contexts ---- */

/* A context in which p, made by gen_policy, mostly runs. */
static inline struct policy_context gen_context(void)
{
	static const struct date days[] = {{2026, 1, 1}, {2026, 2, 28}, {2026, 3, 1}, {2026, 3, 31},
	    {2026, 7, 14}, {2026, 7, 15}, {2026, 12, 30}};
	static const char *const scopes[] = {"share_capacity", "share_household"};
	return (struct policy_context){
	    .sender = gen_chance(30) ? POLICY_PROVIDER : POLICY_UWV,
	    .recipient = POLICY_PROVIDER,
	    .contract_status = gen_chance(30) ? POLICY_CONTRACTED : POLICY_RUN_OFF,
	    .met = gen_chance(20) ? POLICY_PROTOCOL_ACCEPTED : 0,
	    .recipient_duties = gen_chance(2) ? POLICY_BSN_PROCESSING : 0,
	    .programme = gen_chance(2) ? "wi2021" : "participatiewet",
	    .contract = gen_chance(10) ? "ri-1" : "ri-9",
	    .today = gen_chance(40) ? GEN_PICK(days) : (struct date){2026, 12, 31},
	    .consents = scopes,
	    .consents_n = gen_chance(3),
	};
}

#endif
