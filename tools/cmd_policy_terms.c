/* SPDX-License-Identifier: EUPL-1.2 */
/* What else handover policy show says: limits, consent, and what a scan does with a finding. */
#include <stdio.h>

#include "base/str.h"
#include "policy/profile.h"
#include "tools/cmd_policy.h"

struct terms {
	const char *limits, *attachments, *consent, *at_most, *scopes, *none, *profile;
	const char *verdicts[DETECT_VERDICTS];
};

static const struct terms dutch = {"grenzen", "bijlagen", "toestemming", "ten hoogste", "voor",
    "geen", "scanprofiel", {"blijft staan", "weggelakt", "eerst beoordelen", "houdt tegen"}};

static const struct terms english = {"limits", "attachments", "consent", "at most", "for", "none",
    "scan profile", {"stays", "masked", "reviewed first", "refuses"}};

/* The kinds of findings with that verdict. Those that only follow another word are left out. */
static void print_kinds(
    const struct policy_profile *s, enum detect_verdict verdict, const char *word, bool *first)
{
	size_t n = 0;
	for (size_t k = 0; k < DETECT_KINDS; k++) {
		if (s->verdicts.verdict[k] != verdict || k == DETECT_PERSON)
			continue;
		(void)printf("%s%s",
		    n++          ? ", "
			: *first ? ": "
				 : "; ",
		    detect_kind_name((enum detect_kind)k));
	}
	if (n) {
		(void)printf(" (%s)", word);
		*first = false;
	}
}

static void print_profile(const struct policy_profile *s, const struct terms *t)
{
	bool first = true;
	(void)printf("%s %s", t->profile, s->name);
	for (size_t v = DETECT_VERDICTS; v-- > 0;)
		print_kinds(s, (enum detect_verdict)v, t->verdicts[v], &first);
	(void)printf("\n");
}

void policy_print_terms(const struct policy *p, bool in_english)
{
	const struct terms *t = in_english ? &english : &dutch;
	(void)printf("%s: %lld %s, %lld MB\n", t->limits, (long long)p->most_attachments,
	    t->attachments, (long long)p->total_mb);
	if (p->consent_form) {
		(void)printf("%s: %s, %s P%d%c, %s ", t->consent, p->consent_form, t->at_most,
		    p->consent_max_age.n, p->consent_max_age.unit, t->scopes);
		for (size_t i = 0; i < p->consent_scopes_n; i++)
			(void)printf("%s%s", i ? ", " : "", p->consent_scopes[i]);
		(void)printf("\n");
	} else {
		(void)printf("%s: %s\n", t->consent, t->none);
	}
	for (size_t i = 0; i < p->profiles_n; i++)
		print_profile(&p->profiles[i], t);
}
