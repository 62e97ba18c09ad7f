/* SPDX-License-Identifier: EUPL-1.2 */
/* The head of a policy in words: for whom, on what ground, and on which terms. */
#include <inttypes.h>

#include "base/str.h"
#include "package/labels.h"
#include "package/policy_words.h"
#include "package/words.h"
#include "policy/profile.h"

const char *policy_words_part_name(enum policy_part part, enum html_language language)
{
	static const char *const names[POLICY_PARTS][2] = {
	    {"geldig", "valid"},
	    {"doel en grondslag", "purpose and basis"},
	    {"van, naar", "from, to"},
	    {"contracten", "contracts"},
	    {"vereist", "requires"},
	    {"aanbod vooraf", "offer first"},
	    {"goed te keuren door", "to be approved by"},
	    {"bewaren", "retention"},
	    {"grenzen", "limits"},
	    {"toestemming", "consent"},
	};
	return names[part][language];
}

static void purpose(const struct policy *p, enum html_language language, struct buf *out)
{
	char law[64];
	words_add(out, "%s, %s (", label(p->purpose, language), label(p->gdpr, language));
	for (size_t i = 0; i < p->laws_n; i++) {
		label_law(p->laws[i], language, law, sizeof law);
		words_add(out, "%s%s", i ? ", " : "", law);
	}
	words_add(out, ")");
}

static void parties(const struct policy *p, enum html_language language, struct buf *out)
{
	policy_words_list(&policy_roles, p->sender, language, out);
	words_add(out, " → ");
	policy_words_list(&policy_roles, p->recipient, language, out);
	words_add(out, "; ");
	policy_words_list(&policy_contracts, p->contract_status, language, out);
	words_add(out, "; ");
	policy_words_list(&policy_programmes, p->programmes, language, out);
}

static void retention(const struct policy *p, enum html_language language, struct buf *out)
{
	char term[128];
	label_term(p->package_term, NULL, language, term, sizeof term);
	words_add(out, "%s %s", words_say(language, "pakket", "package"), term);
	label_term(p->recipient_keep, p->recipient_after, language, term, sizeof term);
	words_add(out, "; %s %s; %s ", words_say(language, "ontvanger", "recipient"), term,
	    words_say(language, "afzender wist", "sender deletes"));
	if (p->sender_never) {
		words_add(out, "%s", words_say(language, "nooit", "never"));
		return;
	}
	label_term(p->sender_delete, p->sender_after, language, term, sizeof term);
	words_add(out, "%s", term);
}

static void consent(const struct policy *p, enum html_language language, struct buf *out)
{
	char term[128];
	if (!p->consent_form) {
		words_add(out, "%s", words_say(language, "geen", "none"));
		return;
	}
	label_term(p->consent_max_age, NULL, language, term, sizeof term);
	words_add(out, "%s, %s %s, %s ", p->consent_form,
	    words_say(language, "ten hoogste", "at most"), term,
	    words_say(language, "voor", "for"));
	for (size_t i = 0; i < p->consent_scopes_n; i++)
		words_add(out, "%s%s", i ? ", " : "", label(p->consent_scopes[i], language));
}

static void approved(const struct policy *p, struct buf *out)
{
	char day[DATE_TEXT];
	for (size_t i = 0; i < p->approved_n; i++) {
		date_text(p->approved[i].date, day);
		words_add(out, "%s%s (%s)", i ? ", " : "", p->approved[i].role, day);
	}
}

void policy_words_part(
    const struct policy *p, enum policy_part part, enum html_language language, struct buf *out)
{
	char from[DATE_TEXT], until[DATE_TEXT];
	switch (part) {
	case PART_VALID:
		date_text(p->from, from);
		date_text(p->until, until);
		words_add(out, "%s – %s", from, until);
		break;
	case PART_PURPOSE:
		purpose(p, language, out);
		break;
	case PART_PARTIES:
		parties(p, language, out);
		break;
	case PART_CONTRACTS:
		for (size_t i = 0; i < p->contracts_n; i++)
			words_add(out, "%s%s", i ? ", " : "", p->contracts[i]);
		words_add(out, "%s", p->contracts_n ? "" : words_say(language, "alle", "all"));
		break;
	case PART_REQUIRES:
		policy_words_list(&policy_requirements, p->requires, language, out);
		words_add(out, "%s", p->requires ? "" : "-");
		break;
	case PART_OFFER:
		words_add(out, "%s",
		    p->direct ? words_say(language, "nee", "no")
			      : words_say(language, "ja", "yes"));
		break;
	case PART_APPROVED:
		approved(p, out);
		break;
	case PART_RETENTION:
		retention(p, language, out);
		break;
	case PART_LIMITS:
		words_add(out, "%" PRId64 " %s, %" PRId64 " MB", p->most_attachments,
		    words_say(language, "bijlagen", "attachments"), p->total_mb);
		break;
	case PART_CONSENT:
		consent(p, language, out);
		break;
	}
}

void policy_words_attachment(const struct policy *p, const struct policy_attachment *a,
    enum html_language language, struct buf *out)
{
	size_t n;
	const struct policy_words types = {catalogue_words(p->catalogue, LIST_ATTACHMENTS, &n), n};
	policy_words_list(&types, a->types, language, out);
	words_add(out, " (");
	policy_words_list(&policy_formats, a->formats, language, out);
	words_add(out, "; %s; %s %" PRId64 " MB)", label(a->clean, language),
	    words_say(language, "ten hoogste", "at most"), a->max_mb);
}

/* Kinds of findings as people say them; a kind that is not here is its own word. */
static const char *kind_words(enum detect_kind kind, enum html_language language)
{
	static const char *const words[][3] = {
	    {"bsn", "burgerservicenummers", "citizen service numbers"},
	    {"iban", "rekeningnummers", "bank accounts"},
	    {"phone", "telefoonnummers", "telephone numbers"},
	    {"email", "mailadressen", "mail addresses"},
	    {"postcode", "postcodes", "postcodes"},
	    {"place", "plaatsnamen", "places"},
	    {"date", "datums", "dates"},
	    {"name", "namen", "names"},
	    {"v_number", "V-nummers", "V-numbers"},
	    {"kvk", "KvK-nummers", "chamber of commerce numbers"},
	    {"plate", "kentekens", "number plates"},
	    {"url", "webadressen", "web addresses"},
	    {"health", "gezondheid", "health"},
	    {"criminal", "strafrecht", "criminal offences"},
	    {"other_special", "andere bijzondere gegevens", "other special data"},
	    {"birth_date", "geboortedatums", "dates of birth"},
	    {"client_number", "cliëntnummers", "client numbers"},
	};
	const char *word = detect_kind_name(kind);
	for (size_t i = 0; i < GW_LENGTH(words); i++)
		if (str_eq(words[i][0], word))
			return words[i][1 + language];
	return word;
}

/* The kinds with that verdict. Those that only follow another word are left out. */
static void kinds(const struct policy_profile *s, enum detect_verdict verdict, const char *word,
    enum html_language language, struct buf *out)
{
	size_t n = 0;
	for (size_t k = 0; k < DETECT_KINDS; k++) {
		if (s->verdicts.verdict[k] != verdict || k == DETECT_PERSON || k == DETECT_CAPITAL)
			continue;
		words_add(out, "%s%s",
		    n++            ? ", "
			: out->len ? "; "
				   : "",
		    kind_words((enum detect_kind)k, language));
	}
	if (n)
		words_add(out, " (%s)", word);
}

void policy_words_profile(
    const struct policy *p, size_t i, enum html_language language, struct buf *out)
{
	static const char *const verdicts[DETECT_VERDICTS][2] = {{"blijft staan", "stays"},
	    {"weggelakt", "masked"}, {"eerst beoordelen", "reviewed first"},
	    {"houdt tegen", "refuses"}};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(2000);
	for (size_t v = DETECT_VERDICTS; v-- > 0;)
		kinds(&p->profiles[i], (enum detect_verdict)v, verdicts[v][language], language,
		    &text);
	words_add(out, "%s", text.len ? text.data : "");
}
