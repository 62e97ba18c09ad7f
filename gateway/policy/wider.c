/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/wider.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/meaning.h"
#include "policy/profile.h"
#include "policy/words.h"

struct compare {
	const struct policy *a, *b;
	struct policy_differences *out;
};

/* Two verdicts on parts of one thing: anything wider makes the whole wider. */
static enum policy_change both(enum policy_change x, enum policy_change y)
{
	return x > y ? x : y;
}

static enum policy_change by_size(int64_t before, int64_t after)
{
	return before == after ? POLICY_SAME : after > before ? POLICY_WIDER : POLICY_NARROWER;
}

static enum policy_change by_bits(unsigned before, unsigned after)
{
	if (before == after)
		return POLICY_SAME;
	return after & ~before ? POLICY_WIDER : POLICY_NARROWER;
}

/* A set where 0 means: no limit at all. */
static enum policy_change by_limit(unsigned before, unsigned after)
{
	if (before == after)
		return POLICY_SAME;
	if (!before || !after)
		return before ? POLICY_WIDER : POLICY_NARROWER;
	return by_bits(before, after);
}

static bool has(char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

/* Things demanded: one less is wider. */
static enum policy_change by_demands(
    char *const *before, size_t before_n, char *const *after, size_t after_n)
{
	enum policy_change c = POLICY_SAME;
	for (size_t i = 0; i < after_n; i++)
		if (!has(before, before_n, after[i]))
			c = POLICY_NARROWER;
	for (size_t i = 0; i < before_n; i++)
		if (!has(after, after_n, before[i]))
			c = POLICY_WIDER;
	return c;
}

static enum policy_change by_condition(
    const struct policy_condition *a, const struct policy_condition *b)
{
	enum policy_change c = by_limit(a->programmes, b->programmes);
	c = both(c, by_bits(b->duties, a->duties));
	return both(c, by_demands(a->consents, a->consents_n, b->consents, b->consents_n));
}

/* In days or in months: 'W' is seven days and 'Y' twelve months, wherever they begin. */
static struct duration plain(struct duration d)
{
	if (d.unit == 'W')
		return (struct duration){d.n * 7, 'D'};
	return d.unit == 'Y' ? (struct duration){d.n * 12, 'M'} : d;
}

/* No run of n months has fewer days than 30n - 2 (one month 28), none more than 31n. */
static int64_t shortest(struct duration d)
{
	return d.unit == 'D' ? d.n : INT64_C(30) * d.n - 2;
}

static int64_t longest(struct duration d)
{
	return d.unit == 'D' ? d.n : INT64_C(31) * d.n;
}

enum policy_change policy_duration_change(struct duration before, struct duration after)
{
	struct duration a = plain(before), b = plain(after);
	if (a.unit == b.unit)
		return by_size(a.n, b.n);
	return longest(b) <= shortest(a) ? POLICY_NARROWER : POLICY_WIDER;
}

static enum policy_change by_records(const struct policy_rule *a, const struct policy_rule *b)
{
	if (!a->by || !b->by)
		return a->by == b->by ? POLICY_SAME : a->by ? POLICY_WIDER : POLICY_NARROWER;
	if (!str_eq(a->by->path, b->by->path) || !a->newest != !b->newest)
		return POLICY_WIDER; /* not to be compared */
	return a->newest ? by_size(a->newest, b->newest)
			 : policy_duration_change(a->since, b->since);
}

/* drop < present < coarse < keep; scanned is what keep is to other types. */
static int lattice(const struct policy_rule *r)
{
	if (!r)
		return 0;
	return r->as == AS_PRESENT ? 1 : r->as == AS_KEEP || r->as == AS_SCANNED ? 3 : 2;
}

/* Coarse against coarse: only what surely tells less is narrower. A year is not less than a month:
 * of 1984-00-00 only the year leaves. */
static enum policy_change by_coarseness(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->as == b->as && a->n == b->n && str_eq(a->domain, b->domain))
		return POLICY_SAME;
	if (a->as == AS_AGE_BAND && b->as == AS_AGE_BAND && b->n % a->n == 0)
		return POLICY_NARROWER;
	if (a->as == AS_TRUNCATE && b->as == AS_TRUNCATE && b->n < a->n)
		return POLICY_NARROWER;
	return POLICY_WIDER;
}

static enum policy_change by_profiles(
    const struct policy *a, size_t before, const struct policy *b, size_t after)
{
	enum policy_change c = POLICY_SAME;
	for (size_t k = 0; k < DETECT_KINDS; k++)
		c = both(c,
		    by_size(-(int64_t)a->profiles[before].verdicts.verdict[k],
			-(int64_t)b->profiles[after].verdicts.verdict[k]));
	return c;
}

static enum policy_change by_rules(const struct policy *p, const struct policy_rule *a,
    const struct policy *q, const struct policy_rule *b)
{
	enum policy_change c = by_size(lattice(a), lattice(b));
	if (!a || !b)
		return c;
	if (lattice(a) == lattice(b) && lattice(a) == 2)
		c = by_coarseness(a, b);
	if (a->as == AS_SCANNED && b->as == AS_SCANNED)
		c = both(c, by_profiles(p, a->scan, q, b->scan));
	else if (lattice(a) == 3 && lattice(b) == 3 && a->as != b->as)
		c = POLICY_WIDER;
	if (!str_eq(a->exception, b->exception) ||
	    !str_eq(a->national_id_basis, b->national_id_basis))
		c = POLICY_WIDER; /* another legal ground asks for a fresh look */
	c = both(c, by_condition(&a->only_if, &b->only_if));
	return both(c, by_records(a, b));
}

/* Take over both texts. */
static void report(
    struct compare *x, enum policy_change change, const char *what, char *from, char *to)
{
	struct policy_differences *d = x->out;
	if (change == POLICY_SAME) {
		free(from);
		free(to);
		return;
	}
	d->items = reallocarray(d->items, d->n + 1, sizeof *d->items);
	if (!d->items)
		abort();
	d->items[d->n++] = (struct policy_difference){change, str_dup(what), from, to};
	d->wider += change == POLICY_WIDER;
}

/* JSON as text; drops the reference. */
static char *text_of(json_t *j)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	if (json_is_null(j) || jx_dump(j, &out) < 0)
		buf_clear(&out);
	json_decref(j);
	return str_dup(out.len ? out.data : "stays");
}

static void compare_fields(struct compare *x)
{
	for (size_t i = 0; i < x->b->decisions_n; i++) {
		const struct policy_decision *after = &x->b->decisions[i];
		const struct policy_decision *before = policy_decide(x->a, after->field->path);
		const struct policy_rule *a = before ? before->rule : NULL, *b = after->rule;
		report(x, by_rules(x->a, a, x->b, b), after->field->path,
		    text_of(meaning_rule(x->a, a)), text_of(meaning_rule(x->b, b)));
	}
	for (size_t i = 0; i < x->a->decisions_n; i++) { /* fields that the catalogue lost */
		const struct policy_decision *before = &x->a->decisions[i];
		if (before->rule && !policy_decide(x->b, before->field->path))
			report(x, POLICY_NARROWER, before->field->path,
			    text_of(meaning_rule(x->a, before->rule)), str_dup("stays"));
	}
}

static void bits(struct compare *x, const char *what, const struct policy_words *words, unsigned a,
    unsigned b, bool demands)
{
	report(x, demands ? by_bits(b, a) : by_bits(a, b), what,
	    text_of(meaning_bits(words->list, words->n, a)),
	    text_of(meaning_bits(words->list, words->n, b)));
}

static void words(struct compare *x, const char *what, const char *a, const char *b)
{
	report(x, str_eq(a, b) ? POLICY_SAME : POLICY_WIDER, what, str_dup(a ? a : "none"),
	    str_dup(b ? b : "none"));
}

static void duration(struct compare *x, const char *what, struct duration a, struct duration b)
{
	report(x, policy_duration_change(a, b), what, text_of(meaning_duration(a)),
	    text_of(meaning_duration(b)));
}

static void number(struct compare *x, const char *what, int64_t a, int64_t b)
{
	report(x, by_size(a, b), what, str_printf("%lld", (long long)a),
	    str_printf("%lld", (long long)b));
}

static bool approves(const struct policy *p, const char *role)
{
	for (size_t i = 0; i < p->approved_n; i++)
		if (str_eq(p->approved[i].role, role))
			return true;
	return false;
}

/* Who has to sign is a safeguard like any other: one role less, or another one, is wider. */
static void compare_approved(struct compare *x)
{
	enum policy_change c = POLICY_SAME;
	for (size_t i = 0; i < x->b->approved_n; i++)
		if (!approves(x->a, x->b->approved[i].role))
			c = POLICY_NARROWER;
	for (size_t i = 0; i < x->a->approved_n; i++)
		if (!approves(x->b, x->a->approved[i].role))
			c = POLICY_WIDER;
	report(x, c, "approved", text_of(meaning_approved(x->a)), text_of(meaning_approved(x->b)));
}

static void compare_valid(struct compare *x)
{
	char a[DATE_TEXT], b[DATE_TEXT];
	date_text(x->a->from, a);
	date_text(x->b->from, b);
	report(x, by_size(date_days(x->b->from), date_days(x->a->from)), "valid.from", str_dup(a),
	    str_dup(b));
	date_text(x->a->until, a);
	date_text(x->b->until, b);
	report(x, by_size(date_days(x->a->until), date_days(x->b->until)), "valid.until",
	    str_dup(a), str_dup(b));
}

static void compare_parties(struct compare *x)
{
	const struct policy *a = x->a, *b = x->b;
	bits(x, "applies_to.sender", &policy_roles, a->sender, b->sender, false);
	bits(x, "applies_to.recipient", &policy_roles, a->recipient, b->recipient, false);
	bits(x, "applies_to.contract_status", &policy_contracts, a->contract_status,
	    b->contract_status, false);
	bits(x, "applies_to.programme", &policy_programmes, a->programmes, b->programmes, false);
	enum policy_change c = POLICY_SAME;
	if (!a->contracts_n || !b->contracts_n)
		c = a->contracts_n == b->contracts_n ? POLICY_SAME
		    : a->contracts_n                 ? POLICY_WIDER
						     : POLICY_NARROWER;
	else /* contracts named are allowed ones: one more is wider */
		c = by_demands(b->contracts, b->contracts_n, a->contracts, a->contracts_n);
	report(x, c, "applies_to.contract",
	    text_of(meaning_sorted((const char *const *)a->contracts, a->contracts_n)),
	    text_of(meaning_sorted((const char *const *)b->contracts, b->contracts_n)));
	bits(x, "requires", &policy_requirements, a->requires, b->requires, true);
	report(x, by_size(a->direct, b->direct), "offer",
	    str_dup(a->direct ? "direct" : "required"), str_dup(b->direct ? "direct" : "required"));
}

static const struct policy_attachment *entry(const struct policy *p, unsigned type)
{
	for (size_t i = 0; i < p->attachments_n; i++)
		if (p->attachments[i].types & type)
			return &p->attachments[i];
	return NULL;
}

static enum policy_change by_clean(const char *a, const char *b)
{
	/* strip keeps most, text_only least; the list is in that order */
	int64_t x = 0, y = 0;
	for (size_t i = 0; i < policy_cleans.n; i++) {
		x = str_eq(policy_cleans.list[i], a) ? (int64_t)i : x;
		y = str_eq(policy_cleans.list[i], b) ? (int64_t)i : y;
	}
	return by_size(-x, -y);
}

static char *attachment_text(const struct policy_attachment *a)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(300);
	if (!a)
		return str_dup("stays");
	if (policy_bits_text(&policy_formats, a->formats, &out) < 0)
		buf_clear(&out);
	return str_printf("%s; clean %s; at most %lld MB", out.data ? out.data : "", a->clean,
	    (long long)a->max_mb);
}

static void compare_attachments(struct compare *x)
{
	size_t n;
	const char *const *types = catalogue_words(x->b->catalogue, LIST_ATTACHMENTS, &n);
	size_t before_n;
	const char *const *before = catalogue_words(x->a->catalogue, LIST_ATTACHMENTS, &before_n);
	const struct policy_words before_words = {before, before_n};
	for (size_t t = 0; t < n; t++) {
		const struct policy_attachment *a =
		    entry(x->a, policy_bit(&before_words, types[t]));
		const struct policy_attachment *b = entry(x->b, 1U << t);
		enum policy_change c = by_size(a != NULL, b != NULL);
		if (a && b) {
			c = by_bits(a->formats, b->formats);
			c = both(c, by_clean(a->clean, b->clean));
			c = both(c, by_size(a->max_mb, b->max_mb));
			c = both(c, by_profiles(x->a, a->scan, x->b, b->scan));
		}
		char *what GW_CLEANUP(str_free_p) = str_printf("attachments.%s", types[t]);
		report(x, c, what, attachment_text(a), attachment_text(b));
	}
	number(x, "limits.attachments", x->a->most_attachments, x->b->most_attachments);
	number(x, "limits.total_mb", x->a->total_mb, x->b->total_mb);
}

static bool asks_consent(const struct policy *p)
{
	for (size_t i = 0; i < p->rules_n; i++)
		if (p->rules[i].only_if.consents_n)
			return true;
	return false;
}

static void compare_terms(struct compare *x)
{
	const struct policy *a = x->a, *b = x->b;
	if (asks_consent(a) && asks_consent(b)) { /* else no field hangs on what is said there */
		words(x, "consent.form", a->consent_form, b->consent_form);
		duration(x, "consent.max_age", a->consent_max_age, b->consent_max_age);
	}
	duration(x, "retention.package", a->package_term, b->package_term);
	duration(x, "retention.recipient.keep", a->recipient_keep, b->recipient_keep);
	words(x, "retention.recipient.after", a->recipient_after, b->recipient_after);
	if (a->sender_never || b->sender_never)
		report(x, by_size(a->sender_never, b->sender_never), "retention.sender.delete",
		    a->sender_never ? str_dup("never")
				    : text_of(meaning_duration(a->sender_delete)),
		    b->sender_never ? str_dup("never")
				    : text_of(meaning_duration(b->sender_delete)));
	else
		duration(x, "retention.sender.delete", a->sender_delete, b->sender_delete);
	words(x, "retention.sender.after", a->sender_after, b->sender_after);
}

void policy_compare(
    const struct policy *before, const struct policy *after, struct policy_differences *ret_d)
{
	*ret_d = (struct policy_differences){0};
	struct compare x = {before, after, ret_d};
	compare_fields(&x);
	compare_valid(&x);
	compare_approved(&x);
	words(&x, "purpose", before->purpose, after->purpose);
	words(&x, "legal_basis.gdpr", before->gdpr, after->gdpr);
	report(&x,
	    by_demands((char *const *)(uintptr_t)before->laws, before->laws_n,
		(char *const *)(uintptr_t)after->laws, after->laws_n) == POLICY_SAME
		? POLICY_SAME
		: POLICY_WIDER,
	    "legal_basis.law", text_of(meaning_sorted(before->laws, before->laws_n)),
	    text_of(meaning_sorted(after->laws, after->laws_n)));
	compare_parties(&x);
	compare_attachments(&x);
	compare_terms(&x);
}

void policy_differences_release(struct policy_differences *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->items[i].what);
		free(d->items[i].from);
		free(d->items[i].to);
	}
	free(d->items);
	*d = (struct policy_differences){0};
}

bool policy_covers(const struct policy *accepted, const struct policy *p)
{
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	if (str_eq(accepted->sha256, p->sha256))
		return true;
	if (!str_eq(accepted->id, p->id) || p->version < accepted->version)
		return false;
	policy_compare(accepted, p, &d);
	return d.wider == 0;
}
