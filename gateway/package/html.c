/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "package/page.h"

enum { DEPTH_MAX = 6, COLUMNS_MAX = 64, PATH_MAX_LEN = 200 };

static void number(struct page *p, json_int_t n)
{
	if (p->code == 0)
		p->code = buf_addf(p->out, "%" JSON_INTEGER_FORMAT, n);
}

/* ---- values ---- */

/* A date as Dutch readers write it; what is unknown is left out. */
static void date(struct page *p, const char *s)
{
	struct date d;
	char out[32];
	if (p->language != HTML_DUTCH || date_parse_partial(s, &d) < 0) {
		page_text(p, s);
		return;
	}
	(void)snprintf(out, sizeof out, "%s%.2s%s%.2s%s%.4s", "", s + 8, "-", s + 5, "-", s);
	page_text(p, d.day ? out : d.month ? out + 3 : out + 6);
}

static void step(struct page *p, json_int_t n)
{
	static const char *const names[][2] = {{"geïsoleerd", "isolated"},
	    {"sociale contacten buitenshuis", "social contacts outside the home"},
	    {"georganiseerde activiteiten", "organised activities"},
	    {"onbetaald werk", "unpaid work"},
	    {"betaald werk met ondersteuning", "paid work with support"},
	    {"betaald werk", "paid work"}};
	number(p, n);
	if (n < 1 || n > (json_int_t)GW_LENGTH(names))
		return;
	page_raw(p, " – ");
	page_raw(p, names[n - 1][p->language]);
}

/* A code that has a label is written as that: "appointments.attendance=present". */
static void code(struct page *p, const char *path, const char *v)
{
	char key[PATH_MAX_LEN];
	int n = snprintf(key, sizeof key, "%s=%s", path, v);
	const char *found = n > 0 && (size_t)n < sizeof key ? label(key, p->language) : key;
	page_text(p, found == key ? v : found);
}

static void plain(struct page *p, const char *path, const json_t *v)
{
	const struct field *f = catalogue_find(p->catalogue, path);
	if (json_is_string(v) && f && f->type == FIELD_DATE)
		date(p, json_string_value(v));
	else if (json_is_string(v) && f && f->type == FIELD_LANG)
		page_text(p, language_name(json_string_value(v), p->language));
	else if (json_is_string(v) && f && f->type == FIELD_CODE)
		code(p, path, json_string_value(v));
	else if (json_is_string(v))
		page_text(p, json_string_value(v));
	else if (json_is_integer(v) &&
	    (str_eq(path, "ladder.step") || str_eq(path, "ladder.target_step")))
		step(p, json_integer_value(v));
	else if (json_is_integer(v))
		number(p, json_integer_value(v));
	else if (json_is_boolean(v))
		page_raw(p, json_is_true(v) ? page_say(p, "ja", "yes") : page_say(p, "nee", "no"));
}

/* {"as":"age_band:5","v":"35-39"}: the value, and in small print what was done to it. */
static void value(struct page *p, const char *path, const json_t *v)
{
	const char *as = json_is_object(v) ? jx_str(v, "as") : NULL;
	if (!as) {
		plain(p, path, v);
		return;
	}
	char word[32];
	size_t n = strcspn(as, ":");
	if (n >= sizeof word)
		n = sizeof word - 1;
	memcpy(word, as, n);
	word[n] = 0;
	plain(p, "", json_object_get(v, "v"));
	page_raw(p, " <small>(");
	page_text(p, label(word, p->language));
	page_raw(p, ")</small>");
}

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
	value(p, path, v);
	page_raw(p, "</td></tr>\n");
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
			page_raw(p, "<table>\n");
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
	page_raw(p, "<table>\n");
	caption(p, group);
	page_raw(p, "<tr>");
	for (size_t k = 0; k < n; k++) {
		page_raw(p, "<th scope=\"col\">");
		join(path, group, names[k]);
		page_text(p, label(path, p->language));
		page_raw(p, "</th>");
	}
	page_raw(p, "</tr>\n");
	json_array_foreach ((json_t *)(uintptr_t)records, i, o) {
		page_raw(p, "<tr>");
		for (size_t k = 0; k < n; k++) {
			page_raw(p, "<td>");
			join(path, group, names[k]);
			value(p, path, json_object_get(o, names[k]));
			page_raw(p, "</td>");
		}
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</table>\n");
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

static const char style[] =
    "<style>\n"
    "body{font:1rem/1.5 sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}\n"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #154273}\n"
    "h3{font-size:1.1rem}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.25rem 0;color:#154273}\n"
    /* below a heading of the same words the caption is for screen readers */
    "h2+table>caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n"
    "th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "th[scope=row]{width:16rem}th{background:#f3f3f3}small{color:#444}\n"
    "@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}"
    "tr{break-inside:avoid}@page{margin:2cm}}\n"
    "</style>\n";

static void party(struct page *p, const char *head, const struct note_party *who)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_text(p, who->name);
	page_raw(p, " (OIN ");
	page_text(p, who->oin);
	page_raw(p, ")</td></tr>\n");
}

static void fact(struct page *p, const char *head, const char *s)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_text(p, s);
	page_raw(p, "</td></tr>\n");
}

static void fact_day(struct page *p, const char *head, int64_t ms)
{
	char day[DATE_TEXT];
	date_text(date_of(ms), day);
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	date(p, day);
	page_raw(p, "</td></tr>\n");
}

/* "P2Y" in words. */
static void term(const struct page *p, const char *iso, char *out, size_t cap)
{
	static const char *const units[][2][2] = {{{"dag", "day"}, {"dagen", "days"}},
	    {{"week", "week"}, {"weken", "weeks"}}, {{"maand", "month"}, {"maanden", "months"}},
	    {{"jaar", "year"}, {"jaar", "years"}}};
	struct duration d;
	if (duration_parse(iso, &d) < 0) {
		(void)snprintf(out, cap, "%s", iso);
		return;
	}
	size_t u = d.unit == 'D' ? 0 : d.unit == 'W' ? 1 : d.unit == 'M' ? 2 : 3;
	(void)snprintf(out, cap, "%d %s", d.n, units[u][d.n != 1][p->language]);
}

static void grounds(struct page *p, const struct note *note)
{
	char keep[64], line[512];
	struct buf laws GW_CLEANUP(buf_release) = BUF_INIT(NOTE_LAWS * (size_t)(NOTE_WORD + 2));
	for (size_t i = 0; i < note->n_laws && p->code == 0; i++)
		p->code = buf_addf(&laws, "%s%s", i ? ", " : "", note->laws[i]);
	fact(p, page_say(p, "Doel", "Purpose"), label(note->purpose, p->language));
	(void)snprintf(line, sizeof line, "%s%s%s%s", label(note->gdpr, p->language),
	    laws.len ? " (" : "", laws.len ? laws.data : "", laws.len ? ")" : "");
	fact(p, page_say(p, "Grondslag", "Legal basis"), line);
	fact(p, page_say(p, "Overeenkomst", "Contract"), note->contract);
	(void)snprintf(line, sizeof line, "%s, %s %" PRId64, note->policy,
	    page_say(p, "versie", "version"), note->policy_version);
	fact(p, page_say(p, "Beleid", "Policy"), line);
	term(p, note->keep, keep, sizeof keep);
	(void)snprintf(line, sizeof line, "%s %s %s", keep, page_say(p, "na", "after"),
	    label(note->after, p->language));
	fact(p, page_say(p, "Bewaren, hoogstens", "Keep at most"), line);
}

static void cover(struct page *p, const struct note *note)
{
	page_raw(p, "<table>\n<caption>");
	page_raw(p, page_say(p, "Wie aan wie, en waarom", "Who to whom, and why"));
	page_raw(p, "</caption>\n");
	party(p, page_say(p, "Van", "From"), &note->sender);
	party(p, page_say(p, "Aan", "To"), &note->recipient);
	grounds(p, note);
	fact_day(p, page_say(p, "Verzegeld op", "Sealed on"), note->created);
	fact_day(p, page_say(p, "Te openen tot en met", "To be opened by"), note->expires);
	fact(p, page_say(p, "Zaak", "Case"), note->case_id);
	fact(p, page_say(p, "Pakket", "Package"), note->package);
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
		if (!str_eq(name, "catalogue") && !str_eq(name, "attachments") &&
		    (json_is_object(v) || json_is_array(v)))
			group(p, name, v, 2);
	attachments(p, json_object_get(dossier, "attachments"));
}

int html_write(const struct note *note, const json_t *dossier, const struct catalogue *catalogue,
    enum html_language language, struct buf *out, struct errinfo *ei)
{
	struct page p = {.out = out, .catalogue = catalogue, .language = language};
	const char *title = page_say(&p, "Overdrachtsdossier", "Handover dossier");
	page_raw(&p, "<!DOCTYPE html>\n<html lang=\"");
	page_raw(&p, page_say(&p, "nl", "en"));
	page_raw(&p,
	    "\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	page_raw(&p, title);
	page_raw(&p, "</title>\n");
	page_raw(&p, style);
	page_raw(&p, "</head>\n<body>\n<main>\n<h1>");
	page_raw(&p, title);
	page_raw(&p, "</h1>\n");
	cover(&p, note);
	facts(&p, dossier);
	page_policy(&p, note->report);
	page_raw(&p, "</main>\n</body>\n</html>\n");
	return p.code < 0 ? err_set(ei, p.code, "dossier.html would be too large") : 0;
}
