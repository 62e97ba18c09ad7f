/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load.h"
#include "policy/profile.h"
#include "policy/words.h"

static void free_strings(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

/* Names are what reports and file names are made of. */
bool policy_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	return n > 0 && n <= 64 && !s[n] && s[0] != '-' && s[0] != '_';
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->approved_n; i++)
		free(p->approved[i].role);
	for (size_t i = 0; i < p->rules_n; i++) {
		struct policy_rule *r = &p->rules[i];
		free(r->name);
		free(r->because);
		free(r->domain);
		free_strings(r->only_if.consents, r->only_if.consents_n);
	}
	for (size_t i = 0; i < p->withholds_n; i++) {
		free(p->withholds[i].because);
		free(p->withholds[i].fields);
	}
	for (size_t i = 0; i < p->profiles_n; i++)
		free(p->profiles[i].name);
	free_strings(p->contracts, p->contracts_n);
	free(p->approved);
	free(p->rules);
	free(p->withholds);
	free(p->profiles);
	load_order_free(p);
	free(p->decisions);
	free(p->attachments);
	free(p->laws);
	free(p->consent_scopes);
	free(p->consent_form);
	free(p->file);
	free(p->id);
	free(p->title);
	free(p);
}

void policy_free_p(struct policy **p)
{
	policy_free(*p);
	*p = NULL;
}

const struct policy_decision *policy_decide(const struct policy *p, const char *path)
{
	const struct field *f = catalogue_find(p->catalogue, path);
	return f ? &p->decisions[f->index] : NULL;
}

int policy_as_text(const struct policy_rule *rule, struct buf *out)
{
	if (!rule)
		return 0;
	const char *word = policy_transforms.list[rule->as];
	switch (rule->as) {
	case AS_AGE_BAND:
	case AS_TRUNCATE:
		return buf_addf(out, "%s:%lld", word, (long long)rule->n);
	case AS_PSEUDONYM:
		return buf_addf(out, "%s:%s", word, rule->domain);
	default:
		return buf_adds(out, word);
	}
}

struct date policy_expiry(const struct policy *p, struct date today)
{
	return date_add(today, p->package_term, 1);
}

const struct policy_attachment *policy_attachment(const struct policy *p, const char *type)
{
	struct policy_words words = {0};
	words.list = catalogue_words(p->catalogue, LIST_ATTACHMENTS, &words.n);
	unsigned bit = policy_bit(&words, type);
	for (size_t i = 0; i < p->attachments_n; i++)
		if (p->attachments[i].types & bit)
			return &p->attachments[i];
	return NULL;
}
