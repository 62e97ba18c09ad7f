/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "package/labels.h"
#include "package/page.h"

enum { DEPTH_MAX = 6, COLUMNS_MAX = 64, PATH_MAX_LEN = 200 };

/* A leaf is no list, and an object only when it is a tagged value. */
static bool is_leaf(const json_t *v)
{
	return !json_is_array(v) && (!json_is_object(v) || json_object_get(v, "as"));
}

static void join(char out[PATH_MAX_LEN], const char *group, const char *leaf)
{
	(void)snprintf(out, PATH_MAX_LEN, "%s%s%s", group, *group ? "." : "", leaf);
}

/* ---- groups ---- */

static void heading(struct page *p, int level, const char *group)
{
	page_raw(p, level <= 2 ? "<h2>" : "<h3>");
	page_text(p, label(group, p->language));
	page_raw(p, level <= 2 ? "</h2>\n" : "</h3>\n");
}

static void caption(struct page *p, const char *group)
{
	page_raw(p, "<caption>");
	page_text(p, label(group, p->language));
	page_raw(p, "</caption>\n");
}

static void row(struct page *p, const char *head, const char *path, const json_t *v)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, head);
	page_raw(p, "</th><td>");
	page_value(p, path, v);
	page_raw(p, "</td></tr>\n");
}

/* A table that fits on a page with room to spare is printed on one: few rows, no long texts. */
static void table(struct page *p, const json_t *records)
{
	enum { ROWS = 10, TEXT = 1500 };
	size_t rows = 0, text = 0, i;
	json_t *o, *v;
	const char *name;
	if (json_is_object(records))
		json_object_foreach ((json_t *)(uintptr_t)records, name, v) {
			rows++;
			text += json_string_length(v);
		}
	json_array_foreach ((json_t *)(uintptr_t)records, i, o) {
		rows++;
		json_object_foreach (o, name, v)
			text += json_string_length(v);
	}
	page_raw(p, rows <= ROWS && text <= TEXT ? "<table class=\"short\">\n" : "<table>\n");
}

/* The leaves of one record as a table of two columns; a record without any gives none. */
static void record(struct page *p, const char *group, const json_t *o)
{
	bool any = false;
	const char *name;
	json_t *v;
	char path[PATH_MAX_LEN];
	json_object_foreach ((json_t *)(uintptr_t)o, name, v) {
		if (!is_leaf(v))
			continue;
		if (!any) {
			table(p, o);
			caption(p, group);
		}
		any = true;
		join(path, group, name);
		row(p, label(path, p->language), path, v);
	}
	if (any)
		page_raw(p, "</table>\n");
}

/* The leaf names that occur in the records of a list, in the order first met. */
static size_t columns(const json_t *list, const char *names[COLUMNS_MAX])
{
	size_t n = 0, i;
	json_t *o, *v;
	const char *name;
	json_array_foreach ((json_t *)(uintptr_t)list, i, o)
		json_object_foreach (o, name, v) {
			size_t k = 0;
			while (k < n && !str_eq(names[k], name))
				k++;
			if (k == n && n < COLUMNS_MAX && is_leaf(v))
				names[n++] = name;
		}
	return n;
}

/* Records as a table with a row each. */
static void list(struct page *p, const char *group, const json_t *records)
{
	const char *names[COLUMNS_MAX];
	char path[PATH_MAX_LEN];
	size_t n = columns(records, names), i;
	json_t *o;
	if (n == 0)
		return;
	table(p, records);
	caption(p, group);
	page_raw(p, "<thead><tr>");
	for (size_t k = 0; k < n; k++) {
		page_raw(p, "<th scope=\"col\">");
		join(path, group, names[k]);
		page_text(p, label(path, p->language));
		page_raw(p, "</th>");
	}
	page_raw(p, "</tr></thead>\n<tbody>\n");
	json_array_foreach ((json_t *)(uintptr_t)records, i, o) {
		page_raw(p, "<tr>");
		for (size_t k = 0; k < n; k++) {
			page_raw(p, "<td>");
			join(path, group, names[k]);
			page_value(p, path, json_object_get(o, names[k]));
			page_raw(p, "</td>");
		}
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</tbody>\n</table>\n");
}

/* A group and, after it, the groups inside it; depth bounds the recursion. */
static void group(struct page *p, const char *path, const json_t *v, int depth);

static void inner_groups(struct page *p, const char *path, const json_t *o, int depth)
{
	const char *name;
	json_t *v;
	char inner[PATH_MAX_LEN];
	json_object_foreach ((json_t *)(uintptr_t)o, name, v) {
		if (is_leaf(v))
			continue;
		join(inner, path, name);
		group(p, inner, v, depth + 1);
	}
}

static void group(struct page *p, const char *path, const json_t *v, int depth)
{
	size_t i;
	json_t *o;
	if (depth > DEPTH_MAX)
		return;
	heading(p, depth, path);
	if (json_is_object(v)) {
		record(p, path, v);
		inner_groups(p, path, v, depth);
		return;
	}
	list(p, path, v);
	json_array_foreach ((json_t *)(uintptr_t)v, i, o)
		inner_groups(p, path, o, depth);
}

/* ---- the page ---- */

/*
 * A word is never broken to make a column fit (break-word leaves columns their longest word; very
 * long ones have places to break, see page_words), nor a date at its hyphens.
 */
static const char style[] =
    "<style>\n"
    "body{font:1rem/1.5 sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;overflow-wrap:break-word}\n"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #154273}\n"
    "h3{font-size:1.1rem}h2,h3,caption{break-after:avoid}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.25rem 0;color:#154273}\n"
    /* below a heading of the same words the caption is for screen readers */
    "h2+table>caption,h3+table>caption{position:absolute;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%)}\n"
    "th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "white-space:pre-wrap;overflow-wrap:break-word}\n"
    "th[scope=row]{width:16rem}th{background:#f3f3f3}small{color:#444}time{white-space:nowrap}\n"
    "@media print{body{margin:0;padding:0;max-width:none;font-size:10pt}h2{margin-top:1.2rem}"
    "th[scope=row]{width:11rem}tr,li,.short{break-inside:avoid}@page{margin:2cm}}\n"
    "</style>\n";

static void party(struct page *p, const char *head, const struct note_party *who)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_words(p, who->name);
	page_raw(p, " (OIN ");
	page_text(p, who->oin);
	page_raw(p, ")</td></tr>\n");
}

static void fact(struct page *p, const char *head, const char *s)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_words(p, s);
	page_raw(p, "</td></tr>\n");
}

static void fact_day(struct page *p, const char *head, int64_t ms)
{
	char day[DATE_TEXT];
	date_text(date_of(ms), day);
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_date(p, day);
	page_raw(p, "</td></tr>\n");
}

static void grounds(struct page *p, const struct note *note)
{
	char keep[160], law[64], line[512];
	struct duration d;
	struct buf laws GW_CLEANUP(buf_release) = BUF_INIT(NOTE_LAWS * sizeof law);
	for (size_t i = 0; i < note->n_laws && p->code == 0; i++) {
		label_law(note->laws[i], p->language, law, sizeof law);
		p->code = buf_addf(&laws, "%s%s", i ? ", " : "", law);
	}
	fact(p, page_say(p, "Doel", "Purpose"), label(note->purpose, p->language));
	(void)snprintf(line, sizeof line, "%s%s%s%s", label(note->gdpr, p->language),
	    laws.len ? " (" : "", laws.len ? laws.data : "", laws.len ? ")" : "");
	fact(p, page_say(p, "Grondslag", "Legal basis"), line);
	fact(p, page_say(p, "Overeenkomst", "Contract"), note->contract);
	(void)snprintf(line, sizeof line, "%s, %s %" PRId64, note->policy,
	    page_say(p, "versie", "version"), note->policy_version);
	fact(p, page_say(p, "Beleid", "Policy"), line);
	if (duration_parse(note->keep, &d) == 0)
		label_term(d, note->after, p->language, keep, sizeof keep);
	else
		(void)snprintf(keep, sizeof keep, "%s %s", note->keep, note->after);
	fact(p, page_say(p, "Bewaren, hoogstens", "Keep at most"), keep);
}

static void cover(struct page *p, const struct note *note)
{
	page_raw(p, "<table class=\"short\">\n<caption>");
	page_raw(p, page_say(p, "Wie aan wie, en waarom", "Who to whom, and why"));
	page_raw(p, "</caption>\n");
	party(p, page_say(p, "Van", "From"), &note->sender);
	party(p, page_say(p, "Aan", "To"), &note->recipient);
	grounds(p, note);
	fact_day(p, page_say(p, "Verzegeld op", "Sealed on"), note->created);
	fact_day(p, page_say(p, "Te openen tot en met", "To be opened by"), note->expires);
	fact(p, page_say(p, "Zaak", "Case"), note->case_id);
	fact(p, page_say(p, "Pakket", "Package"), note->package);
	if (note->supersedes[0])
		fact(p, page_say(p, "Volgt op pakket", "Follows package"), note->supersedes);
	page_raw(p, "</table>\n");
}

static void attachments(struct page *p, const json_t *list)
{
	size_t i;
	json_t *a;
	if (json_array_size(list) == 0)
		return;
	page_raw(p, page_say(p, "<h2>Bijlagen</h2>\n<ul>\n", "<h2>Attachments</h2>\n<ul>\n"));
	json_array_foreach ((json_t *)(uintptr_t)list, i, a) {
		const char *file = jx_str(a, "file"), *type = jx_str(a, "type");
		if (!file || !type)
			continue;
		page_raw(p, "<li><a href=\"");
		page_text(p, file);
		page_raw(p, "\">");
		page_text(p, file);
		page_raw(p, "</a> (");
		page_text(p, label(type, p->language));
		page_raw(p, ")</li>\n");
	}
	page_raw(p, "</ul>\n");
}

static void facts(struct page *p, const json_t *dossier)
{
	const char *name;
	json_t *v;
	json_object_foreach ((json_t *)(uintptr_t)dossier, name, v)
		if (!str_eq(name, "catalogue") && !str_eq(name, "corrects") &&
		    !str_eq(name, "attachments") && (json_is_object(v) || json_is_array(v)))
			group(p, name, v, 2);
	attachments(p, json_object_get(dossier, "attachments"));
}

/* What tells this dossier from others in a row of tabs: the client number, if it came as it is. */
static const char *mark(const struct note *note, const json_t *dossier, char out[16])
{
	const char *number = jx_str(json_object_get(dossier, "person"), "client_number");
	(void)snprintf(out, 16, "%.8s", note->package);
	return number ? number : out;
}

int html_write(const struct note *note, const json_t *dossier, const struct catalogue *catalogue,
    enum html_language language, struct buf *out, struct errinfo *ei)
{
	struct page p = {.out = out, .catalogue = catalogue, .language = language};
	const json_t *corrects = json_object_get(dossier, "corrects");
	const char *title = corrects ? page_say(&p, "Correctiebericht", "Correction notice")
				     : page_say(&p, "Overdrachtsdossier", "Handover dossier");
	char package[16];
	page_raw(&p, "<!DOCTYPE html>\n<html lang=\"");
	page_raw(&p, page_say(&p, "nl", "en"));
	page_raw(&p,
	    "\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	page_raw(&p, title);
	page_raw(&p, " – ");
	page_text(&p, mark(note, dossier, package));
	page_raw(&p, "</title>\n");
	page_raw(&p, style);
	page_raw(&p, "</head>\n<body>\n<main>\n<h1>");
	page_raw(&p, title);
	page_raw(&p, "</h1>\n");
	cover(&p, note);
	if (corrects)
		page_correction(&p, note, dossier, corrects);
	facts(&p, dossier);
	page_policy(&p, note->report);
	page_raw(&p, "</main>\n</body>\n</html>\n");
	return p.code < 0 ? err_set(ei, p.code, "dossier.html would be too large") : 0;
}
