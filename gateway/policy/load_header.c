/* SPDX-License-Identifier: EUPL-1.2 */
/* What a policy says about itself: who, when, for what, and on which terms. */
#include <stdlib.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load.h"

static void load_valid(struct loader *l)
{
	static const char *const keys[] = {"from", "until"};
	const struct yml *m = load_map(l, l->root, "valid");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)) ||
	    !load_date(l, m, "from", &l->p->from) || !load_date(l, m, "until", &l->p->until))
		return;
	if (date_cmp(l->p->from, l->p->until) > 0)
		load_say(l, POLICY_ERROR, yml_get(m, "until"),
		    "until lies before from: write a later day");
}

enum { MOST_ROLES = 100 };

static void load_approved(struct loader *l)
{
	static const char *const keys[] = {"role", "date"};
	const struct yml *list = load_list(l, l->root, "approved");
	if (!list)
		return;
	struct policy *p = l->p;
	(void)load_most(l, list, MOST_ROLES, "roles");
	p->approved = str_alloc(list->n * sizeof *p->approved);
	for (size_t i = 0; i < list->n && i < MOST_ROLES; i++) {
		const struct yml *m = list->items[i];
		struct policy_approved a = {0};
		if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
			continue;
		if (!load_name(l, m, "role", &a.role))
			continue;
		(void)load_date(l, m, "date", &a.date);
		for (size_t k = 0; k < p->approved_n; k++)
			if (str_eq(p->approved[k].role, a.role))
				load_say(l, POLICY_ERROR, m,
				    "role \"%s\" stands here twice: remove one of the two", a.role);
		p->approved[p->approved_n++] = a;
	}
}

/* Which article of the regulation a basis is; the ledger records that. */
static const char *article(const char *basis)
{
	static const char *const articles[][2] = {{"consent", "6.1.a"}, {"contract", "6.1.b"},
	    {"legal_obligation", "6.1.c"}, {"vital_interest", "6.1.d"}, {"public_task", "6.1.e"}};
	for (size_t i = 0; i < GW_LENGTH(articles); i++)
		if (str_eq(articles[i][0], basis))
			return articles[i][1];
	return NULL;
}

/* A list of words from a closed list of the catalogue; pointers into the catalogue. */
static bool catalogue_list(struct loader *l, const struct yml *list, enum catalogue_list which,
    const char ***ret, size_t *ret_n)
{
	struct policy_words words = {0};
	bool good = true;
	words.list = catalogue_words(l->p->catalogue, which, &words.n);
	const char **out = str_alloc(list->n * sizeof *out);
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++) {
		struct errinfo ei = ERRINFO_INIT;
		size_t w = 0;
		int r = yml_word(list->items[i], words.list, words.n, &w, &ei);
		if (r < 0) {
			good = load_bad_word(l, r, &ei);
			continue;
		}
		bool twice = false;
		for (size_t k = 0; k < n; k++)
			twice |= str_eq(out[k], words.list[w]);
		if (!twice) {
			out[n++] = words.list[w];
			continue;
		}
		load_say(l, POLICY_ERROR, list->items[i],
		    "\"%s\" stands here twice: remove one of the two", words.list[w]);
		good = false;
	}
	*ret = out;
	*ret_n = n;
	return good;
}

static void load_legal_basis(struct loader *l)
{
	static const char *const keys[] = {"gdpr", "law"};
	struct policy *p = l->p;
	const struct yml *m = load_map(l, l->root, "legal_basis");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	if (load_word(l, m, "gdpr", &policy_bases, &p->gdpr)) {
		p->gdpr_article = article(p->gdpr);
		if (str_eq(p->gdpr, "consent"))
			load_say(l, POLICY_WARNING, yml_get(m, "gdpr"),
			    "consent towards a public body is rarely free; a public task is the "
			    "usual basis: write \"gdpr: public_task\"");
	}
	const struct yml *law = load_list(l, m, "law");
	if (law)
		(void)catalogue_list(l, law, LIST_LAWS, &p->laws, &p->laws_n);
}

static void load_applies_to(struct loader *l)
{
	static const char *const keys[] = {
	    "sender", "recipient", "contract_status", "programme", "contract"};
	struct policy *p = l->p;
	const struct yml *m = load_map(l, l->root, "applies_to"), *list;
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	if ((list = load_list(l, m, "sender")))
		(void)load_bits(l, list, &policy_roles, &p->sender);
	if ((list = load_list(l, m, "recipient")))
		(void)load_bits(l, list, &policy_roles, &p->recipient);
	if ((list = load_list(l, m, "contract_status")))
		(void)load_bits(l, list, &policy_contracts, &p->contract_status);
	if ((list = load_list(l, m, "programme")))
		(void)load_bits(l, list, &policy_programmes, &p->programmes);
	if (yml_get(m, "contract") && (list = load_list(l, m, "contract")))
		(void)load_strings(l, list, true, &p->contracts, &p->contracts_n);
}

void load_header(struct loader *l)
{
	struct policy *p = l->p;
	const char *word = NULL;
	int64_t n = 0;
	const struct yml *list;
	(void)load_name(l, l->root, l->report ? "report_policy" : "policy", &p->id);
	(void)load_int(l, l->root, "language", 1, 1, &n);
	(void)load_int(l, l->root, "version", 1, 1000000, &p->version);
	if (load_word(l, l->root, "status", &policy_statuses, &word))
		p->status = str_eq(word, "draft") ? POLICY_DRAFT
		    : str_eq(word, "active")      ? POLICY_ACTIVE
						  : POLICY_RETIRED;
	(void)load_text(l, l->root, "title", &p->title);
	load_valid(l);
	load_approved(l);
	if (load_int(l, l->root, "catalogue", 1, 1000000, &p->catalogue_version) &&
	    p->catalogue_version != catalogue_version(p->catalogue))
		load_say(l, POLICY_ERROR, yml_get(l->root, "catalogue"),
		    "written for catalogue %lld, the catalogue here is %lld: look at each rule, then "
		    "write \"catalogue: %lld\"",
		    (long long)p->catalogue_version, (long long)catalogue_version(p->catalogue),
		    (long long)catalogue_version(p->catalogue));
	(void)load_word(l, l->root, "purpose", &policy_purposes, &p->purpose);
	load_legal_basis(l);
	load_applies_to(l);
	if (yml_get(l->root, "requires") && (list = load_list(l, l->root, "requires")))
		(void)load_bits(l, list, &policy_requirements, &p->requires);
	if (yml_get(l->root, "offer") && load_word(l, l->root, "offer", &policy_offers, &word))
		p->direct = str_eq(word, "direct");
}

void load_consent(struct loader *l)
{
	static const char *const keys[] = {"form", "max_age", "scopes"};
	struct policy *p = l->p;
	if (!yml_get(l->root, "consent"))
		return;
	const struct yml *m = load_map(l, l->root, "consent");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	(void)load_text(l, m, "form", &p->consent_form);
	(void)load_duration(l, m, "max_age", &p->consent_max_age);
	const struct yml *list = load_list(l, m, "scopes");
	if (list)
		(void)catalogue_list(
		    l, list, LIST_CONSENTS, &p->consent_scopes, &p->consent_scopes_n);
}

static void load_limits(struct loader *l)
{
	static const char *const keys[] = {"attachments", "total_mb"};
	const struct yml *m = load_map(l, l->root, "limits");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	(void)load_int(l, m, "attachments", 0, 200, &l->p->most_attachments);
	(void)load_int(l, m, "total_mb", 0, 100, &l->p->total_mb);
}

static void load_sender_term(struct loader *l, const struct yml *retention)
{
	static const char *const keys[] = {"delete", "after"};
	struct policy *p = l->p;
	if (l->report &&
	    !yml_get(retention, "sender")) { /* of a report nothing goes on living here */
		p->sender_never = true;
		p->sender_after = "period_end";
		return;
	}
	const struct yml *m = load_map(l, retention, "sender");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	const struct yml *v = yml_get(m, "delete");
	p->sender_never = v && v->kind == YML_SCALAR && str_eq(v->text, "never");
	if (!p->sender_never)
		(void)load_duration(l, m, "delete", &p->sender_delete);
	(void)load_word(l, m, "after", &policy_events, &p->sender_after);
}

void load_retention(struct loader *l)
{
	static const char *const keys[] = {"package", "recipient", "sender"};
	static const char *const recipient_keys[] = {"keep", "after"};
	struct policy *p = l->p;
	const struct yml *m = load_map(l, l->root, "retention");
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	(void)load_duration(l, m, "package", &p->package_term);
	const struct yml *who = load_map(l, m, "recipient");
	if (who && load_closed(l, who, recipient_keys, GW_LENGTH(recipient_keys))) {
		(void)load_duration(l, who, "keep", &p->recipient_keep);
		(void)load_word(l, who, "after", &policy_events, &p->recipient_after);
	}
	load_sender_term(l, m);
}

void load_terms(struct loader *l)
{
	load_limits(l);
	load_retention(l);
}

/* The bits of attachment types; a word that may never leave gets its own message. */
static bool attachment_types(struct loader *l, const struct yml *list, unsigned *ret)
{
	struct policy_words allowed = {0};
	bool good = true;
	allowed.list = catalogue_words(l->p->catalogue, LIST_ATTACHMENTS, &allowed.n);
	for (size_t i = 0; i < list->n; i++) {
		const struct yml *y = list->items[i];
		if (y->kind != YML_SCALAR ||
		    !catalogue_has_word(l->p->catalogue, LIST_NEVER, y->text))
			continue;
		load_say(l, POLICY_ERROR, y, "attachments of type %s may never leave: remove it",
		    y->text);
		good = false;
	}
	return good && load_bits(l, list, &allowed, ret);
}

static void load_attachment(struct loader *l, const struct yml *m)
{
	static const char *const keys[] = {"types", "formats", "clean", "scan", "max_mb"};
	struct policy *p = l->p;
	struct policy_attachment a = {.line = m->line};
	const struct yml *list;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
		return;
	if ((list = load_list(l, m, "types")))
		(void)attachment_types(l, list, &a.types);
	if ((list = load_list(l, m, "formats")))
		(void)load_bits(l, list, &policy_formats, &a.formats);
	(void)load_word(l, m, "clean", &policy_cleans, &a.clean);
	(void)load_profile_name(l, m, &a.scan);
	(void)load_int(l, m, "max_mb", 1, 25, &a.max_mb);
	for (size_t i = 0; i < p->attachments_n; i++)
		if (p->attachments[i].types & a.types)
			load_say(l, POLICY_ERROR, yml_get(m, "types"),
			    "a type here is already decided on line %zu: each type is decided "
			    "once, remove one of the two",
			    p->attachments[i].line);
	p->attachments[p->attachments_n++] = a;
}

void load_attachments(struct loader *l)
{
	if (!yml_get(l->root, "attachments"))
		return;
	const struct yml *list = load_list(l, l->root, "attachments");
	if (!list)
		return;
	size_t types; /* each of them is decided once */
	(void)catalogue_words(l->p->catalogue, LIST_ATTACHMENTS, &types);
	(void)load_most(l, list, types, "entries");
	l->p->attachments = str_alloc(list->n * sizeof *l->p->attachments);
	for (size_t i = 0; i < list->n && i < types; i++)
		load_attachment(l, list->items[i]);
}
