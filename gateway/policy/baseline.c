/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The checks of a baseline. Each one looks at the compiled policy alone; the text is only searched
 * for the place that a failure is about.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/baseline_inside.h"
#include "policy/load.h"
#include "policy/profile.h"
#include "policy/wider.h"

/* One policy under one check. */
struct judging {
	struct loader *l; /* takes the failures; its root is the policy's text */
	const struct baseline *b;
	const struct check *c;
	const struct policy *p;
	const struct baseline_report *report;
};

/* Say at node (or, when the policy has nothing there, at its top) that the check fails. */
static void fails(const struct judging *j, const struct yml *node, const char *fmt, ...)
    GW_PRINTF(3, 4);
static void fails(const struct judging *j, const struct yml *node, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	load_say(j->l, POLICY_ERROR, node ? node : j->l->root,
	    "%s: against check \"%s\" (%s:%zu:%zu): %.200s", what, j->c->name, j->b->file,
	    j->c->line, j->c->col, j->c->because);
}

/* ---- places in the policy ---- */

/* The value of key in m, else m itself. */
static const struct yml *in(const struct yml *m, const char *key)
{
	const struct yml *y = yml_get(m, key);
	return y ? y : m;
}

/* Item i of the list under key, else the map. */
static const struct yml *item(const struct yml *m, const char *key, size_t i)
{
	const struct yml *list = yml_get(m, key);
	return list && list->kind == YML_LIST && i < list->n ? list->items[i] : m;
}

/* The word in the list under key of m, else the list. */
static const struct yml *word_in(const struct yml *m, const char *key, const char *word)
{
	const struct yml *list = yml_get(m, key);
	for (size_t i = 0; list && list->kind == YML_LIST && i < list->n; i++)
		if (list->items[i]->kind == YML_SCALAR && str_eq(list->items[i]->text, word))
			return list->items[i];
	return list ? list : m;
}

static const struct yml *rule_at(const struct judging *j, const struct policy_rule *r)
{
	return item(j->l->root, "allow", (size_t)(r - j->p->rules));
}

/* ---- fields ---- */

/* What keep and scanned are to each other, and present and the coarse ones below them: as in
 * policy/wider. */
static int level(enum policy_as as)
{
	return as == AS_PRESENT ? 1 : as == AS_KEEP || as == AS_SCANNED ? 3 : 2;
}

/* True when the rule's result is what the form gives, or surely tells less. */
static bool within(const struct policy_rule *r, const struct form *f)
{
	if (r->as != f->as)
		return level(r->as) < level(f->as);
	if (r->as == AS_AGE_BAND)
		return !f->n || r->n % f->n == 0;
	if (r->as == AS_TRUNCATE)
		return !f->n || r->n <= f->n;
	return r->as != AS_PSEUDONYM || !f->domain || str_eq(r->domain, f->domain);
}

static void check_form(
    const struct judging *j, const struct field *field, const struct policy_rule *r)
{
	struct buf as GW_CLEANUP(buf_release) = BUF_INIT(200);
	bool good = false;
	for (size_t i = 0; i < j->c->forms_n; i++)
		good |= within(r, &j->c->forms[i]);
	if (good)
		return;
	if (policy_as_text(r, &as) < 0)
		buf_clear(&as);
	fails(j, in(rule_at(j, r), "as"), "%s leaves as %s", field->path,
	    as.len ? as.data : policy_transforms.list[r->as]);
}

static bool asks_consent(const struct policy_rule *r, const char *scope)
{
	for (size_t i = 0; i < r->only_if.consents_n; i++)
		if (str_eq(r->only_if.consents[i], scope))
			return true;
	return false;
}

static void check_condition(
    const struct judging *j, const struct field *field, const struct policy_rule *r)
{
	const struct policy_condition *want = &j->c->only_if;
	const struct yml *at = in(rule_at(j, r), "only_if");
	unsigned programmes =
	    j->p->programmes & (r->only_if.programmes ? r->only_if.programmes : ~0U);
	if (want->programmes && (programmes & ~want->programmes))
		fails(j, at, "%s leaves in other programmes too", field->path);
	if (want->duties & ~r->only_if.duties)
		fails(j, at, "%s leaves for a recipient without that duty too", field->path);
	for (size_t i = 0; i < want->consents_n; i++)
		if (!asks_consent(r, want->consents[i]))
			fails(j, at, "%s leaves without consent for %s", field->path,
			    want->consents[i]);
}

static void check_fields(const struct judging *j)
{
	for (size_t i = 0; i < j->p->decisions_n; i++) {
		const struct policy_decision *d = &j->p->decisions[i];
		if (!d->rule || !j->c->fields[i])
			continue;
		if (j->c->demand == DEMAND_NEVER)
			fails(j, word_in(rule_at(j, d->rule), "fields", d->field->path),
			    "%s leaves by rule \"%s\"", d->field->path, d->rule->name);
		else if (j->c->demand == DEMAND_ONLY_AS)
			check_form(j, d->field, d->rule);
		else
			check_condition(j, d->field, d->rule);
	}
}

/* Tables of a report count by these fields: their values leave, as numbers of people. */
static void check_tables(const struct judging *j)
{
	for (size_t i = 0; j->report && i < j->report->by_n; i++)
		if (j->c->fields[j->report->by[i]->index])
			fails(j, yml_get(j->l->root, "tables"), "a table counts by %s",
			    j->report->by[i]->path);
}

static void check_types(const struct judging *j)
{
	struct policy_words types = {0};
	types.list = catalogue_words(j->b->catalogue, LIST_ATTACHMENTS, &types.n);
	for (size_t i = 0; i < j->p->attachments_n; i++)
		for (size_t t = 0; t < types.n; t++)
			if (j->p->attachments[i].types & j->c->attachments & 1U << t)
				fails(j,
				    word_in(
					item(j->l->root, "attachments", i), "types", types.list[t]),
				    "attachments of type %s leave", types.list[t]);
}

/* ---- lists ---- */

static unsigned only_of(const struct policy *p, enum only which)
{
	switch (which) {
	case ONLY_SENDER:
		return p->sender;
	case ONLY_RECIPIENT:
		return p->recipient;
	case ONLY_CONTRACT_STATUS:
		return p->contract_status;
	case ONLY_PROGRAMME:
		return p->programmes;
	case ONLY_PURPOSE:
		return policy_bit(&policy_purposes, p->purpose);
	case ONLY_GDPR:
		return policy_bit(&policy_bases, p->gdpr);
	default:
		return 0;
	}
}

static const struct yml *only_at(const struct judging *j, enum only which)
{
	const struct yml *root = j->l->root;
	if (which == ONLY_PURPOSE)
		return in(root, "purpose");
	if (which == ONLY_GDPR)
		return in(in(root, "legal_basis"), "gdpr");
	return in(in(root, "applies_to"), baseline_only_words.list[which]);
}

static void check_bits(const struct judging *j, enum only which, unsigned has, const struct yml *at)
{
	struct buf words GW_CLEANUP(buf_release) = BUF_INIT(200);
	unsigned beyond = has & ~j->c->only[which];
	if (!j->c->only[which] || !beyond)
		return;
	if (policy_bits_text(baseline_only[which], beyond, &words) < 0)
		buf_clear(&words);
	fails(j, at, "%s: %s", baseline_only_words.list[which], words.len ? words.data : "more");
}

static void check_only(const struct judging *j)
{
	for (enum only i = ONLY_SENDER; i < ONLY_FORMATS; i++)
		check_bits(j, i, only_of(j->p, i), only_at(j, i));
	for (size_t i = 0; i < j->p->attachments_n; i++) {
		const struct policy_attachment *a = &j->p->attachments[i];
		const struct yml *at = item(j->l->root, "attachments", i);
		unsigned clean = policy_bit(&policy_cleans, a->clean),
			 listed = j->c->only[ONLY_CLEAN];
		check_bits(j, ONLY_FORMATS, a->formats, in(at, "formats"));
		/* the words are in the order of what they keep: one that keeps less passes too */
		if (clean < (listed & (~listed + 1)))
			check_bits(j, ONLY_CLEAN, clean, in(at, "clean"));
	}
}

static void check_asks(const struct judging *j)
{
	struct buf words GW_CLEANUP(buf_release) = BUF_INIT(200);
	unsigned missing = j->c->requires & ~j->p->requires;
	if (missing && policy_bits_text(&policy_requirements, missing, &words) == 0)
		fails(j, yml_get(j->l->root, "requires"), "it does not require %s", words.data);
	for (size_t i = 0; i < j->c->approved_n; i++) {
		bool there = false;
		for (size_t k = 0; k < j->p->approved_n; k++)
			there |= str_eq(j->p->approved[k].role, j->c->approved[i]);
		if (!there)
			fails(j, yml_get(j->l->root, "approved"), "it needs no approval by role %s",
			    j->c->approved[i]);
	}
}

/* ---- scans ---- */

static void check_profile(const struct judging *j, size_t profile, const char *what)
{
	const struct policy_profile *s = &j->p->profiles[profile];
	const struct yml *at = in(in(j->l->root, "scan_profiles"), s->name);
	for (size_t k = 0; k < DETECT_WORDS; k++)
		if (s->verdicts.verdict[k] < j->c->scan[k])
			fails(j, in(at, detect_kind_name((enum detect_kind)k)),
			    "%s: profile \"%s\" gives %s the verdict %s, under %s", what, s->name,
			    detect_kind_name((enum detect_kind)k),
			    detect_verdict_name(s->verdicts.verdict[k]),
			    detect_verdict_name(j->c->scan[k]));
}

/* Profiles that something uses: each once, with the first that does. */
static void check_scan(const struct judging *j)
{
	for (size_t s = 0; s < j->p->profiles_n; s++) {
		const char *what = NULL;
		for (size_t i = 0; i < j->p->decisions_n && !what; i++) {
			const struct policy_rule *r = j->p->decisions[i].rule;
			if (r && r->as == AS_SCANNED && r->scan == s)
				what = j->p->decisions[i].field->path;
		}
		for (size_t i = 0; i < j->p->attachments_n && !what; i++)
			if (j->p->attachments[i].scan == s)
				what = "attachments";
		if (what)
			check_profile(j, s, what);
	}
}

/* ---- numbers and terms ---- */

static void check_term(
    const struct judging *j, enum limit i, struct duration d, const struct yml *at)
{
	struct duration most = j->c->terms[i];
	if (j->c->limited[i] && policy_duration_change(most, d) == POLICY_WIDER)
		fails(j, at, "%s is P%d%c, which may be longer than P%d%c", baseline_limit_words[i],
		    d.n, d.unit, most.n, most.unit);
}

static void check_number(const struct judging *j, enum limit i, int64_t v, const struct yml *at)
{
	bool least = i > LIMIT_TOTAL_MB;
	if (j->c->limited[i] && (least ? v < j->c->limits[i] : v > j->c->limits[i]))
		fails(j, at, "%s is %lld, %s %lld", baseline_limit_words[i], (long long)v,
		    least ? "under" : "above", (long long)j->c->limits[i]);
}

static void check_at_most(const struct judging *j)
{
	const struct policy *p = j->p;
	const struct yml *root = j->l->root, *terms = in(root, "retention"),
			 *sender = in(in(terms, "sender"), "delete"), *limits = in(root, "limits");
	check_term(j, LIMIT_PACKAGE, p->package_term, in(terms, "package"));
	check_term(j, j->report ? LIMIT_REPORT_KEEP : LIMIT_RECIPIENT_KEEP, p->recipient_keep,
	    in(in(terms, "recipient"), "keep"));
	if (j->c->limited[LIMIT_SENDER_DELETE] && p->sender_never)
		fails(j, sender, "the sender never deletes");
	else if (!j->report)
		check_term(j, LIMIT_SENDER_DELETE, p->sender_delete, sender);
	if (j->c->limited[LIMIT_VALIDITY] &&
	    date_cmp(date_add(p->from, j->c->terms[LIMIT_VALIDITY], 1), p->until) < 0)
		fails(j, in(in(root, "valid"), "until"), "it is valid for longer than P%d%c",
		    j->c->terms[LIMIT_VALIDITY].n, j->c->terms[LIMIT_VALIDITY].unit);
	if (j->report)
		return;
	check_number(j, LIMIT_ATTACHMENTS, p->most_attachments, in(limits, "attachments"));
	check_number(j, LIMIT_TOTAL_MB, p->total_mb, in(limits, "total_mb"));
	for (size_t i = 0; i < p->attachments_n; i++)
		check_number(j, LIMIT_ATTACHMENT_MB, p->attachments[i].max_mb,
		    in(item(root, "attachments", i), "max_mb"));
}

static void check_at_least(const struct judging *j)
{
	const struct baseline_report *r = j->report;
	const struct yml *root = j->l->root;
	if (!r)
		return;
	check_number(j, LIMIT_MIN_CANDIDATES, r->min_candidates,
	    in(in(root, "population"), "min_candidates"));
	check_number(j, LIMIT_SUPPRESS_BELOW, r->suppress_below, in(in(root, "suppress"), "below"));
	check_number(j, LIMIT_ROUND_TO, r->round_to, in(in(root, "round"), "to"));
	check_number(j, LIMIT_MIN_DENOMINATOR, r->min_denominator,
	    in(in(root, "percentages"), "min_denominator"));
}

/* ---- the whole ---- */

static void check_one(const struct judging *j)
{
	switch (j->c->demand) {
	case DEMAND_NEVER:
		check_fields(j);
		check_tables(j);
		check_types(j);
		break;
	case DEMAND_ONLY_AS:
	case DEMAND_ONLY_IF:
		check_fields(j);
		break;
	case DEMAND_ONLY:
		check_only(j);
		break;
	case DEMAND_ASKS:
		check_asks(j);
		break;
	case DEMAND_SCAN:
		check_scan(j);
		break;
	case DEMAND_AT_MOST:
		check_at_most(j);
		break;
	case DEMAND_AT_LEAST:
		check_at_least(j);
		break;
	case DEMANDS:
		break;
	}
}

int baseline_check(const struct baseline *b, const struct policy *p,
    const struct baseline_report *report, const void *text, size_t n,
    struct policy_findings *findings, struct errinfo *ei)
{
	struct policy_findings own GW_CLEANUP(policy_findings_release) = {0};
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct policy frame = {.file = p->file};
	struct loader l = {.p = &frame, .findings = findings ? findings : &own};
	assert(b->catalogue == p->catalogue);
	int r = yml_parse(p->file, text, n, &YML_SMALL, &root, ei);
	if (r < 0)
		return r;
	l.root = root;
	for (size_t i = 0; i < b->n; i++) {
		const struct judging j = {&l, b, &b->checks[i], p, report};
		check_one(&j);
	}
	return load_end(&l, ei) < 0 ? GW_EREFUSED : 0;
}
