/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/register_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "package/page.h"
#include "package/policy_words.h"
#include "package/words.h"
#include "policy/profile.h"

enum { CELL = 4000 };

static const char style[] =
    "<style>\n"
    "body{font:1rem/1.5 sans-serif;color:#111;background:#fff;max-width:70rem;margin:2rem auto;"
    "padding:0 1rem;overflow-wrap:break-word}\n"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #154273;"
    "break-after:avoid}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.25rem 0;color:#154273}\n"
    "th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}\n"
    "th{background:#f3f3f3}.head th{width:14rem}.stays{color:#444}\n"
    "small{color:#444}thead{display:table-header-group}\n"
    "@media print{body{margin:0;padding:0;max-width:none;font-size:9pt}tr{break-inside:avoid}"
    "@page{size:A4;margin:1.5cm}}\n"
    "</style>\n";

static void capital(struct page *p, const char *s)
{
	char first[2] = {s[0], '\0'};
	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	page_text(p, first);
	page_text(p, s + (*s != '\0'));
}

static void row(struct page *p, const char *head, const char *text)
{
	page_raw(p, "<tr><th scope=\"row\">");
	capital(p, head);
	page_raw(p, "</th><td>");
	page_text(p, text);
	page_raw(p, "</td></tr>\n");
}

static void head(struct page *p, const struct policy *policy)
{
	char version[64];
	page_raw(p, "<table class=\"head\">\n<caption>");
	page_raw(
	    p, page_say(p, "Waarvoor, voor wie en hoe lang", "For what, for whom and how long"));
	page_raw(p, "</caption>\n<tbody>\n");
	(void)snprintf(version, sizeof version, "%s %" PRId64 " (%s)",
	    page_say(p, "versie", "version"), policy->version,
	    label(policy_statuses.list[policy->status], p->language));
	row(p, page_say(p, "beleid", "policy"), policy->id);
	row(p, page_say(p, "versie", "version"), version);
	for (size_t i = 0; i < POLICY_PARTS; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(CELL);
		policy_words_part(policy, (enum policy_part)i, p->language, &text);
		row(p, policy_words_part_name((enum policy_part)i, p->language),
		    text.len ? text.data : "");
	}
	row(p, "SHA-256", policy->sha256);
	page_raw(p, "</tbody>\n</table>\n");
}

static void attachments(struct page *p, const struct policy *policy)
{
	page_raw(p, page_say(p, "<h2>Bijlagen</h2>\n", "<h2>Attachments</h2>\n"));
	if (!policy->attachments_n) {
		page_raw(p,
		    page_say(p, "<p>Er gaan geen bijlagen mee.</p>\n",
			"<p>No attachments leave.</p>\n"));
		return;
	}
	page_raw(p, "<ul>\n");
	for (size_t i = 0; i < policy->attachments_n; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(CELL);
		policy_words_attachment(policy, &policy->attachments[i], p->language, &text);
		page_raw(p, "<li>");
		page_words(p, text.len ? text.data : "");
		page_raw(p, "</li>\n");
	}
	page_raw(p, "</ul>\n");
}

static void profiles(struct page *p, const struct policy *policy)
{
	if (!policy->profiles_n)
		return;
	page_raw(p,
	    page_say(p, "<h2>Waarop vrije tekst wordt nagekeken</h2>\n<ul>\n",
		"<h2>What free text is searched for</h2>\n<ul>\n"));
	for (size_t i = 0; i < policy->profiles_n; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(CELL);
		policy_words_profile(policy, i, p->language, &text);
		page_raw(p, "<li><strong>");
		page_words(p, policy->profiles[i].name);
		page_raw(p, "</strong>: ");
		page_words(p, text.len ? text.data : "");
		page_raw(p, "</li>\n");
	}
	page_raw(p, "</ul>\n");
}

static void cell(struct page *p, const char *s)
{
	page_raw(p, "<td>");
	page_words(p, s);
	page_raw(p, "</td>");
}

static void field(struct page *p, const struct policy_decision *d)
{
	struct buf what GW_CLEANUP(buf_release) = BUF_INIT(CELL);
	policy_words_action(d, p->language, &what);
	page_raw(p, d->rule ? "<tr>" : "<tr class=\"stays\">");
	page_raw(p, "<th scope=\"row\">");
	page_words(p, label(d->field->group, p->language));
	page_raw(p, ": ");
	page_words(p, label(d->field->path, p->language));
	page_raw(p, "<br><small>");
	page_words(p, d->field->path);
	page_raw(p, "</small></th>");
	cell(p, policy_words_class(d->field->cls, p->language));
	cell(p, what.len ? what.data : "");
	cell(p, policy_words_because(d));
	page_raw(p, "</tr>\n");
}

/* Two tables: first what leaves, then what stays. */
static void fields(struct page *p, const struct policy *policy, bool leaves)
{
	static const char *const heads[][2] = {{"Gegeven", "Data"}, {"Klasse", "Class"},
	    {"Wat gebeurt er", "What happens"}, {"Waarom", "Why"}};
	size_t n = 0;
	for (size_t i = 0; i < policy->decisions_n; i++)
		n += (policy->decisions[i].rule != NULL) == leaves;
	page_raw(p,
	    leaves ? page_say(p, "<h2>Wat meegaat</h2>\n", "<h2>What leaves</h2>\n")
		   : page_say(p, "<h2>Wat blijft</h2>\n", "<h2>What stays</h2>\n"));
	if (!n) {
		page_raw(p, page_say(p, "<p>Niets.</p>\n", "<p>Nothing.</p>\n"));
		return;
	}
	page_raw(p, "<table>\n<caption>");
	page_raw(p,
	    leaves ? page_say(p, "Gegevens die meegaan", "Data that leaves")
		   : page_say(p, "Gegevens die blijven", "Data that stays"));
	page_raw(p, "</caption>\n<thead><tr>");
	for (size_t i = 0; i < GW_LENGTH(heads); i++) {
		page_raw(p, "<th scope=\"col\">");
		page_raw(p, heads[i][p->language]);
		page_raw(p, "</th>");
	}
	page_raw(p, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < policy->decisions_n; i++)
		if ((policy->decisions[i].rule != NULL) == leaves)
			field(p, &policy->decisions[i]);
	page_raw(p, "</tbody>\n</table>\n");
}

int register_page(
    const struct policy *policy, enum html_language language, struct buf *out, struct errinfo *ei)
{
	struct page p = {.out = out, .catalogue = policy->catalogue, .language = language};
	page_raw(&p, "<!DOCTYPE html>\n<html lang=\"");
	page_raw(&p, page_say(&p, "nl", "en"));
	page_raw(&p,
	    "\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	page_text(&p, policy->title);
	page_raw(&p, page_say(&p, " – verwerkingsregister", " – register of processing"));
	page_raw(&p, "</title>\n");
	page_raw(&p, style);
	page_raw(&p, "</head>\n<body>\n<main>\n<h1>");
	page_text(&p, policy->title);
	page_raw(&p, "</h1>\n<p>");
	page_raw(&p,
	    page_say(&p,
		"Dit beleid bepaalt van elk gegeven in een dossier of het bij een overdracht meegaat. "
		"Wat niet genoemd is, blijft.",
		"This policy decides of every piece of data in a dossier whether it leaves with a "
		"handover. What is not named stays."));
	page_raw(&p, "</p>\n");
	head(&p, policy);
	fields(&p, policy, true);
	fields(&p, policy, false);
	attachments(&p, policy);
	profiles(&p, policy);
	page_raw(&p, "</main>\n</body>\n</html>\n");
	return p.code < 0 ? err_set(ei, p.code, "the page would be too large") : 0;
}
