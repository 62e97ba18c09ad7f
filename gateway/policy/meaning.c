/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/meaning.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/profile.h"
#include "policy/words.h"

json_t *meaning_bits(const char *const *words, size_t n, unsigned bits)
{
	json_t *out = json_array();
	for (size_t i = 0; i < n; i++)
		if (bits & 1U << i)
			jx_add(out, json_string(words[i]));
	return out;
}

static json_t *word_bits(const struct policy_words *words, unsigned bits)
{
	return meaning_bits(words->list, words->n, bits);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *meaning_sorted(const char *const *list, size_t n)
{
	const char **copy = str_alloc((n + 1) * sizeof *copy);
	json_t *out = json_array();
	for (size_t i = 0; i < n; i++)
		copy[i] = list[i];
	qsort(copy, n, sizeof *copy, by_bytes);
	for (size_t i = 0; i < n; i++)
		jx_add(out, json_string(copy[i]));
	free(copy);
	return out;
}

json_t *meaning_duration(struct duration d)
{
	return json_sprintf("P%d%c", d.n, d.unit);
}

json_t *meaning_as(const struct policy_rule *r)
{
	struct buf as GW_CLEANUP(buf_release) = BUF_INIT(256);
	if (policy_as_text(r, &as) < 0)
		abort(); /* names have 64 bytes at most */
	return json_string(as.data);
}

json_t *meaning_condition(const struct policy_condition *c)
{
	json_t *out = json_object();
	if (c->programmes)
		jx_set(out, "programme", word_bits(&policy_programmes, c->programmes));
	if (c->consents_n)
		jx_set(out, "consent",
		    meaning_sorted((const char *const *)c->consents, c->consents_n));
	if (c->duties)
		jx_set(out, "recipient_duty", word_bits(&policy_duties, c->duties));
	return out;
}

json_t *meaning_profile(const struct policy *p, size_t profile)
{
	json_t *out = json_object();
	const struct detect_profile *v = &p->profiles[profile].verdicts;
	for (size_t i = 0; i < DETECT_KINDS; i++)
		jx_set(out, detect_kind_name((enum detect_kind)i),
		    json_string(detect_verdict_name(v->verdict[i])));
	return out;
}

json_t *meaning_rule(const struct policy *p, const struct policy_rule *r)
{
	if (!r)
		return json_null();
	json_t *out = json_object();
	jx_set(out, "as", meaning_as(r));
	if (r->only_if.programmes || r->only_if.duties || r->only_if.consents_n)
		jx_set(out, "only_if", meaning_condition(&r->only_if));
	if (r->newest)
		jx_set(out, "newest", json_integer(r->newest));
	if (r->since.n)
		jx_set(out, "since", meaning_duration(r->since));
	if (r->by)
		jx_set(out, "by", json_string(r->by->path));
	if (r->exception)
		jx_set(out, "exception", json_string(r->exception));
	if (r->national_id_basis)
		jx_set(out, "national_id_basis", json_string(r->national_id_basis));
	if (r->as == AS_SCANNED)
		jx_set(out, "scan", meaning_profile(p, r->scan));
	return out;
}

static json_t *fields(const struct policy *p)
{
	json_t *out = json_object();
	for (size_t i = 0; i < p->decisions_n; i++)
		if (p->decisions[i].rule)
			jx_set(out, p->decisions[i].field->path,
			    meaning_rule(p, p->decisions[i].rule));
	return out;
}

/* One member for each type that may go, in the catalogue's order. */
static json_t *attachments(const struct policy *p)
{
	size_t n;
	const char *const *types = catalogue_words(p->catalogue, LIST_ATTACHMENTS, &n);
	json_t *out = json_object();
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < p->attachments_n; i++) {
			const struct policy_attachment *a = &p->attachments[i];
			if (!(a->types & 1U << t))
				continue;
			json_t *one = json_object();
			jx_set(one, "formats", word_bits(&policy_formats, a->formats));
			jx_set(one, "clean", json_string(a->clean));
			jx_set(one, "max_mb", json_integer(a->max_mb));
			jx_set(one, "scan", meaning_profile(p, a->scan));
			jx_set(out, types[t], one);
		}
	}
	return out;
}

static json_t *parties(const struct policy *p)
{
	json_t *out = json_object();
	jx_set(out, "sender", word_bits(&policy_roles, p->sender));
	jx_set(out, "recipient", word_bits(&policy_roles, p->recipient));
	jx_set(out, "contract_status", word_bits(&policy_contracts, p->contract_status));
	jx_set(out, "programme", word_bits(&policy_programmes, p->programmes));
	if (p->contracts_n)
		jx_set(out, "contract",
		    meaning_sorted((const char *const *)p->contracts, p->contracts_n));
	return out;
}

json_t *meaning_approved(const struct policy *p)
{
	const char **roles GW_CLEANUP(str_free_p) = str_alloc((p->approved_n + 1) * sizeof *roles);
	for (size_t i = 0; i < p->approved_n; i++)
		roles[i] = p->approved[i].role;
	return meaning_sorted(roles, p->approved_n);
}

static json_t *term(json_t *length, const char *after)
{
	json_t *out = json_object();
	jx_set(out, "term", length);
	jx_set(out, "after", json_string(after));
	return out;
}

static json_t *day(struct date d)
{
	char text[DATE_TEXT];
	date_text(d, text);
	return json_string(text);
}

json_t *meaning_json(const struct policy *p)
{
	json_t *m = json_object();
	jx_set(m, "policy", json_string(p->id));
	jx_set(m, "language", json_integer(1));
	jx_set(m, "catalogue", json_integer(p->catalogue_version));
	jx_set(m, "from", day(p->from));
	jx_set(m, "until", day(p->until));
	jx_set(m, "approved", meaning_approved(p));
	jx_set(m, "purpose", json_string(p->purpose));
	jx_set(m, "gdpr", json_string(p->gdpr));
	jx_set(m, "law", meaning_sorted(p->laws, p->laws_n));
	jx_set(m, "applies_to", parties(p));
	jx_set(m, "requires", word_bits(&policy_requirements, p->requires));
	jx_set(m, "offer", json_string(p->direct ? "direct" : "required"));
	jx_set(m, "fields", fields(p));
	jx_set(m, "attachments", attachments(p));
	jx_set(m, "most_attachments", json_integer(p->most_attachments));
	jx_set(m, "total_mb", json_integer(p->total_mb));
	if (p->consent_form) {
		jx_set(m, "consent_form", json_string(p->consent_form));
		jx_set(m, "consent_max_age", meaning_duration(p->consent_max_age));
		jx_set(m, "consent_scopes", meaning_sorted(p->consent_scopes, p->consent_scopes_n));
	}
	jx_set(m, "package", meaning_duration(p->package_term));
	jx_set(m, "recipient", term(meaning_duration(p->recipient_keep), p->recipient_after));
	jx_set(m, "sender",
	    term(p->sender_never ? json_string("never") : meaning_duration(p->sender_delete),
		p->sender_after));
	return m;
}
