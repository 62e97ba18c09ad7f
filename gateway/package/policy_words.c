/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/policy_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "package/labels.h"
#include "package/words.h"
#include "policy/condition.h"
#include "policy/profile.h"

typedef const char *const two[2]; /* Dutch and English */

static two classes[FIELD_CLASSES] = {
    {"nationaal nummer", "national number"},
    {"identificerend", "identifying"},
    {"contact", "contact"},
    {"gewoon", "ordinary"},
    {"gevoelig", "sensitive"},
    {"bijzonder (AVG 9)", "special (GDPR 9)"},
    {"strafrechtelijk (AVG 10)", "criminal (GDPR 10)"},
    {"vrije tekst", "free text"},
    {"derden", "third party"},
};

static two actions[AS_PSEUDONYM + 1] = {
    {"gaat mee", "leaves as it is"},
    {"voorletters", "initials"},
    {"alleen jaar", "year only"},
    {"jaar en maand", "year and month"},
    {"postcode, vier cijfers", "postcode, four digits"},
    {"laatste vier tekens", "last four characters"},
    {"alleen of het er is", "only whether it is there"},
    {"gescande tekst", "scanned text"},
    {"leeftijdsgroep", "age band"},
    {"eerste tekens", "first characters"},
    {"pseudoniem", "pseudonym"},
};

const char *policy_words_class(enum field_class cls, enum html_language language)
{
	return classes[cls][language];
}

void words_add(struct buf *out, const char *fmt, ...)
{
	char text[1000];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	int r = buf_adds(out, text);
	(void)r; /* what no longer fits is left out */
}

const char *words_say(enum html_language language, const char *dutch, const char *english)
{
	return language == HTML_DUTCH ? dutch : english;
}

void policy_words_list(
    const struct policy_words *words, unsigned bits, enum html_language language, struct buf *out)
{
	const char *between = "";
	for (size_t i = 0; i < words->n; i++) {
		if (!(bits & 1U << i))
			continue;
		words_add(out, "%s%s", between, label(words->list[i], language));
		between = ", ";
	}
}

void policy_words_condition(
    const struct policy_condition *c, enum html_language language, struct buf *out)
{
	if (c->programmes) {
		words_add(out, "%s", words_say(language, "het programma is ", "the programme is "));
		policy_words_list(&policy_programmes, c->programmes, language, out);
	}
	if (c->duties) {
		words_add(out, "%s", c->programmes ? "; " : "");
		policy_words_list(&policy_duties, c->duties, language, out);
		words_add(out, "%s",
		    words_say(language, " een wettelijke taak van de ontvanger is",
			" is a legal duty of the recipient"));
	}
	for (size_t i = 0; i < c->consents_n; i++)
		words_add(out, "%s%s%s",
		    i                                ? ", "
			: c->programmes || c->duties ? "; "
						     : "",
		    i ? ""
		      : words_say(language, "er is toestemming voor ", "there is consent for "),
		    label(c->consents[i], language));
}

void policy_words_action(
    const struct policy_decision *d, enum html_language language, struct buf *out)
{
	const struct policy_rule *r = d->rule;
	char since[64];
	if (!r) {
		words_add(out, "%s", words_say(language, "blijft", "stays"));
		if (!d->withhold)
			words_add(
			    out, "%s", words_say(language, " (niet besloten)", " (not decided)"));
		return;
	}
	words_add(out, "%s", actions[r->as][language]);
	if (r->as == AS_AGE_BAND || r->as == AS_TRUNCATE)
		words_add(out, " (%" PRId64 ")", r->n);
	if (r->as == AS_PSEUDONYM)
		words_add(out, " %s", r->domain);
	if (r->newest)
		words_add(
		    out, ", %s %" PRId64, words_say(language, "nieuwste", "newest"), r->newest);
	if (r->since.n) {
		label_term(r->since, NULL, language, since, sizeof since);
		words_add(
		    out, ", %s %s", words_say(language, "niet ouder dan", "not older than"), since);
	}
	if (r->only_if.programmes || r->only_if.duties || r->only_if.consents_n) {
		words_add(out, ", %s ", words_say(language, "alleen als", "only if"));
		policy_words_condition(&r->only_if, language, out);
	}
}

const char *policy_words_because(const struct policy_decision *d)
{
	return d->rule ? d->rule->because : d->withhold ? d->withhold->because : "";
}

/* ---- why not here ---- */

static void also(struct buf *out)
{
	words_add(out, "%s", out->len ? "; " : "");
}

void policy_words_unmet(const struct policy *p, const struct policy_condition *c,
    const struct policy_context *ctx, const struct dossier *d, enum html_language language,
    struct buf *out)
{
	if (c->programmes && !(policy_bit(&policy_programmes, ctx->programme) & c->programmes)) {
		words_add(out, "%s",
		    words_say(language, "het programma is niet ", "the programme is not "));
		policy_words_list(&policy_programmes, c->programmes, language, out);
	}
	unsigned lacks = c->duties & ~ctx->recipient_duties;
	if (lacks) {
		also(out);
		words_add(out, "%s",
		    words_say(language, "de ontvanger heeft niet de wettelijke taak ",
			"the recipient lacks the legal duty "));
		policy_words_list(&policy_duties, lacks, language, out);
	}
	for (size_t i = 0; i < c->consents_n; i++) {
		if (condition_consent(p, ctx, d, c->consents[i]))
			continue;
		also(out);
		words_add(out, "%s%s",
		    words_say(
			language, "er is geen geldige toestemming voor ", "no valid consent for "),
		    label(c->consents[i], language));
	}
}

/* "de afzender is opdrachtnemer, niet gemeente" when they have nothing in common. */
static void other(struct buf *out, enum html_language language, const char *what,
    const struct policy_words *words, unsigned is, unsigned allowed)
{
	if (is & allowed)
		return;
	also(out);
	words_add(out, "%s ", what);
	if (is)
		policy_words_list(words, is, language, out);
	else
		words_add(out, "%s", words_say(language, "onbekend", "unknown"));
	words_add(out, "%s", words_say(language, ", het beleid is voor ", ", the policy is for "));
	policy_words_list(words, allowed, language, out);
}

void policy_words_refused(const struct policy *p, const struct policy_context *ctx,
    enum html_language language, const struct errinfo *ei, struct buf *out)
{
	struct buf why GW_CLEANUP(buf_release) = BUF_INIT(1000);
	bool among = !p->contracts_n;
	if (p->status == POLICY_RETIRED || (p->status == POLICY_DRAFT && !ctx->rehearsal))
		words_add(&why, "%s %s", words_say(language, "het beleid is", "the policy is"),
		    label(policy_statuses.list[p->status], language));
	if (date_cmp(ctx->today, p->from) < 0 || date_cmp(ctx->today, p->until) > 0) {
		also(&why);
		words_add(&why, "%s ",
		    words_say(language, "het geldt op die dag niet:", "it is not valid that day:"));
		policy_words_part(p, PART_VALID, language, &why);
	}
	other(&why, language, words_say(language, "de afzender is", "the sender is"), &policy_roles,
	    ctx->sender, p->sender);
	other(&why, language, words_say(language, "de ontvanger is", "the recipient is"),
	    &policy_roles, ctx->recipient, p->recipient);
	other(&why, language, words_say(language, "de contractstatus is", "the contract status is"),
	    &policy_contracts, ctx->contract_status, p->contract_status);
	other(&why, language, words_say(language, "het programma is", "the programme is"),
	    &policy_programmes, policy_bit(&policy_programmes, ctx->programme), p->programmes);
	for (size_t i = 0; i < p->contracts_n; i++)
		among |= str_eq(p->contracts[i], ctx->contract);
	if (!among) {
		also(&why);
		words_add(&why, "%s",
		    words_say(language, "het beleid noemt dit contract niet",
			"the policy does not name this contract"));
	}
	if (p->requires & ~ctx->met) {
		also(&why);
		words_add(&why, "%s ", words_say(language, "vereist is:", "required is:"));
		policy_words_list(&policy_requirements, p->requires & ~ctx->met, language, &why);
	}
	words_add(out, "%s", why.len ? why.data : ei->msg);
}
