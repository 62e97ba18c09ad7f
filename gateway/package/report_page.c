/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/report_page.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "package/labels.h"
#include "package/page.h"

enum { LABEL = 160 };

static const char total[] = "total";

/* One table, and how to reach its parts: index `rows` and `columns` are the totals. */
struct table {
	const json_t *o;
	const char *by[2]; /* by[1] NULL: one dimension */
	size_t rows, columns;
};

static struct table table_of(const json_t *o)
{
	struct table t = {.o = o};
	const json_t *by = json_object_get(o, "by");
	t.by[0] = json_string_value(json_array_get(by, 0));
	t.by[1] = json_string_value(json_array_get(by, 1));
	t.rows = json_array_size(json_object_get(o, "rows"));
	t.columns = t.by[1] ? json_array_size(json_object_get(o, "columns")) : 0;
	return t;
}

static const json_t *at(const json_t *o, const char *name, size_t i)
{
	return json_array_get(json_object_get(o, name), i);
}

/* The value in a place of the table; NULL where it has no totals. */
static const json_t *value_at(const struct table *t, size_t row, size_t column)
{
	if (row == t->rows && (!t->by[1] || column == t->columns))
		return json_object_get(t->o, total);
	if (!t->by[1])
		return at(t->o, "cells", row);
	if (row == t->rows)
		return at(t->o, "column_totals", column);
	if (column == t->columns)
		return at(t->o, "row_totals", row);
	return json_array_get(at(t->o, "cells", row), column);
}

static const json_t *percentage_at(const struct table *t, size_t row, size_t column)
{
	const json_t *one = row < t->rows ? at(t->o, "percentages", row) : NULL;
	return t->by[1] && column < t->columns ? json_array_get(one, column)
	    : t->by[1]                         ? NULL
					       : one;
}

static const char *category_at(const struct table *t, size_t dimension, size_t i)
{
	bool is_total = i == (dimension ? t->columns : t->rows);
	return is_total ? total : json_string_value(at(t->o, dimension ? "columns" : "rows", i));
}

/* ---- CSV ---- */

/* RFC 4180: quoted where needed; what a spreadsheet might run has an apostrophe before it. */
static int csv_text(struct buf *out, const char *s)
{
	int r = buf_adds(out, "\"");
	if (r == 0 && *s && strchr("=+-@\t\r", *s))
		r = buf_adds(out, "'");
	for (; *s && r == 0; s++)
		r = *s == '"' ? buf_adds(out, "\"\"") : buf_add(out, s, 1);
	return r < 0 ? r : buf_adds(out, "\"");
}

static int csv_number(struct buf *out, const json_t *v)
{
	return json_is_integer(v) ? buf_addf(out, "%lld", (long long)json_integer_value(v)) : 0;
}

static int csv_line(struct buf *out, const struct table *t, size_t row, size_t column)
{
	const json_t *v = value_at(t, row, column);
	const char *texts[] = {jx_str(t->o, "table"), jx_str(t->o, "count"), t->by[0],
	    category_at(t, 0, row), t->by[1] ? t->by[1] : "",
	    t->by[1] ? category_at(t, 1, column) : ""};
	int r = 0;
	if (!v)
		return 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(texts); i++) {
		r = csv_text(out, texts[i] ? texts[i] : "");
		if (r == 0)
			r = buf_adds(out, ",");
	}
	if (r == 0)
		r = csv_number(out, v);
	if (r == 0)
		r = buf_adds(out, ",");
	if (r == 0)
		r = csv_number(out, percentage_at(t, row, column));
	return r < 0 ? r : buf_addf(out, ",%s\r\n", json_is_integer(v) ? "shown" : "suppressed");
}

int report_csv(const json_t *report, struct buf *out, struct errinfo *ei)
{
	size_t i;
	json_t *o;
	int r = buf_adds(out,
	    "table,count,row_dimension,row,column_dimension,column,value,percentage,status\r\n");
	json_array_foreach (json_object_get(report, "tables"), i, o) {
		struct table t = table_of(o);
		for (size_t row = 0; r == 0 && row <= t.rows; row++)
			for (size_t column = 0; r == 0 && column <= t.columns; column++)
				r = csv_line(out, &t, row, column);
	}
	return r < 0 ? err_set(ei, r, "the report is too large for CSV") : 0;
}

/* ---- the page ---- */

static const char style[] =
    "<style>\n"
    "body{font:1rem/1.5 sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;overflow-wrap:break-word}\n"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #154273;"
    "break-after:avoid}\n"
    "table{border-collapse:collapse;margin:.5rem 0 1rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.25rem 0;color:#154273;break-after:avoid}\n"
    "th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}\n"
    "td.n{text-align:right;white-space:nowrap}th{background:#f3f3f3}small{color:#444}\n"
    ".total{font-weight:bold}\n"
    "@media print{body{margin:0;padding:0;max-width:none;font-size:10pt}tr{break-inside:avoid}"
    "@page{margin:2cm}}\n"
    "</style>\n";

static void category(struct page *p, const struct table *t, size_t dimension, size_t i)
{
	char text[LABEL];
	label_category(
	    t->by[dimension], category_at(t, dimension, i), p->language, text, sizeof text);
	page_text(p, text);
}

static void number(struct page *p, const struct table *t, size_t row, size_t column)
{
	const json_t *v = value_at(t, row, column), *percent = percentage_at(t, row, column);
	bool is_total = row == t->rows || (t->by[1] && column == t->columns);
	char text[64];
	page_raw(p, is_total ? "<td class=\"n total\">" : "<td class=\"n\">");
	if (!json_is_integer(v)) {
		page_raw(p, page_say(p, "weggelaten", "left out"));
	} else {
		(void)snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v));
		page_raw(p, text);
	}
	if (json_is_integer(percent)) {
		(void)snprintf(text, sizeof text, " <small>(%lld%%)</small>",
		    (long long)json_integer_value(percent));
		page_raw(p, text);
	}
	page_raw(p, "</td>");
}

static void heads(struct page *p, const struct table *t, size_t columns)
{
	page_raw(p, "<thead><tr><th scope=\"col\">");
	page_text(p, label(t->by[0], p->language));
	page_raw(p, "</th>");
	for (size_t i = 0; i < columns; i++) {
		page_raw(p, "<th scope=\"col\">");
		if (t->by[1])
			category(p, t, 1, i);
		else
			page_raw(p, page_say(p, "Aantal", "Number"));
		page_raw(p, "</th>");
	}
	page_raw(p, "</tr></thead>\n<tbody>\n");
}

static void only_for(struct page *p, const json_t *only_if)
{
	size_t i;
	json_t *word;
	const char *between = page_say(p, "; alleen ", "; only ");
	json_array_foreach (json_object_get(only_if, "programme"), i, word) {
		page_text(p, between);
		page_text(p, label(json_string_value(word), p->language));
		between = ", ";
	}
}

static void caption(struct page *p, const struct table *t)
{
	char key[LABEL];
	const char *count = jx_str(t->o, "count");
	(void)snprintf(key, sizeof key, "count.%s", count ? count : "");
	page_raw(p, "<caption>");
	page_raw(p, page_say(p, "Aantal ", "Number of "));
	page_text(p, label(key, p->language));
	page_raw(p, page_say(p, " naar ", " by "));
	page_text(p, label(t->by[0], p->language));
	if (t->by[1]) {
		page_raw(p, page_say(p, " en ", " and "));
		page_text(p, label(t->by[1], p->language));
	}
	only_for(p, json_object_get(t->o, "only_if"));
	page_raw(p, "</caption>\n");
}

static void table(struct page *p, const json_t *o)
{
	struct table t = table_of(o);
	const char *name = jx_str(o, "table");
	size_t totals = json_object_get(o, total) != NULL,
	       columns = t.by[1] ? t.columns + totals : 1;
	if (!name || !t.by[0])
		return;
	page_raw(p, "<h2>");
	page_words(p, name);
	page_raw(p, "</h2>\n<table>\n");
	caption(p, &t);
	heads(p, &t, columns);
	for (size_t row = 0; row < t.rows + totals; row++) {
		page_raw(p, "<tr><th scope=\"row\">");
		category(p, &t, 0, row);
		page_raw(p, "</th>");
		for (size_t column = 0; column < columns; column++)
			number(p, &t, row, column);
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</tbody>\n</table>\n");
}

static void fact(struct page *p, const char *head, const char *s)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_raw(p, head);
	page_raw(p, "</th><td>");
	page_words(p, s ? s : "");
	page_raw(p, "</td></tr>\n");
}

static void party(struct page *p, const char *head, const json_t *who)
{
	char line[400];
	const char *name = jx_str(who, "name"), *oin = jx_str(who, "oin");
	(void)snprintf(line, sizeof line, "%s (OIN %s)", name ? name : "", oin ? oin : "");
	fact(p, head, line);
}

static void grounds(struct page *p, const json_t *r)
{
	char line[600], law[64];
	const json_t *basis = json_object_get(r, "legal_basis"),
		     *policy = json_object_get(r, "policy");
	const char *gdpr = jx_str(basis, "gdpr"), *id = jx_str(policy, "id"), *between = " (";
	const char *purpose = jx_str(r, "purpose");
	size_t i, n;
	json_t *one;
	fact(p, page_say(p, "Doel", "Purpose"), label(purpose ? purpose : "", p->language));
	n = (size_t)snprintf(line, sizeof line, "%.200s", label(gdpr ? gdpr : "", p->language));
	json_array_foreach (json_object_get(basis, "law"), i, one) {
		label_law(json_string_value(one), p->language, law, sizeof law);
		if (n + sizeof law + 4 < sizeof line)
			n += (size_t)snprintf(line + n, sizeof line - n, "%s%s", between, law);
		between = ", ";
	}
	if (between[0] == ',' && n + 2 < sizeof line)
		(void)snprintf(line + n, sizeof line - n, ")");
	fact(p, page_say(p, "Grondslag", "Legal basis"), line);
	(void)snprintf(line, sizeof line, "%s, %s %lld", id ? id : "",
	    page_say(p, "versie", "version"),
	    (long long)json_integer_value(json_object_get(policy, "version")));
	fact(p, page_say(p, "Beleid", "Policy"), line);
}

static void kept(struct page *p, const json_t *retention)
{
	char text[160];
	struct duration d;
	const char *keep = jx_str(retention, "keep"), *after = jx_str(retention, "after");
	if (!keep || !after || duration_parse(keep, &d) < 0)
		return;
	label_term(d, after, p->language, text, sizeof text);
	fact(p, page_say(p, "Bewaren, hoogstens", "Keep at most"), text);
}

static void cover(struct page *p, const json_t *r)
{
	char line[64];
	const json_t *period = json_object_get(r, "period"), *n = json_object_get(r, "candidates");
	const char *from = jx_str(period, "from"), *until = jx_str(period, "until");
	page_raw(p, "<table>\n<caption>");
	page_raw(p, page_say(p, "Wie aan wie, waarover en waarom", "Who to whom, on what and why"));
	page_raw(p, "</caption>\n");
	party(p, page_say(p, "Van", "From"), json_object_get(r, "sender"));
	party(p, page_say(p, "Aan", "To"), json_object_get(r, "recipient"));
	(void)snprintf(line, sizeof line, "%s – %s", from ? from : "", until ? until : "");
	fact(p, page_say(p, "Periode", "Period"), line);
	fact(p, page_say(p, "Overeenkomst", "Contract"), jx_str(r, "contract"));
	grounds(p, r);
	kept(p, json_object_get(r, "retention"));
	(void)snprintf(line, sizeof line, "%lld", (long long)json_integer_value(n));
	fact(p, page_say(p, "Kandidaten (afgerond)", "Candidates (rounded)"),
	    json_is_integer(n) ? line : page_say(p, "weggelaten", "left out"));
	page_raw(p, "</table>\n");
}

static void item(struct page *p, const char *dutch, const char *english, const json_t *n)
{
	const char *s = page_say(p, dutch, english), *number = strchr(s, '#');
	char text[32];
	(void)snprintf(text, sizeof text, "%lld", (long long)json_integer_value(n));
	page_raw(p, "<li>");
	for (; *s; s++) {
		char one[2] = {*s, 0};
		page_raw(p, s == number ? text : one);
	}
	page_raw(p, "</li>\n");
}

static void reading(struct page *p, const json_t *r)
{
	const json_t *rule = json_object_get(r, "suppress"), *to = json_object_get(r, "round");
	page_raw(p,
	    page_say(p, "<h2>Hoe dit te lezen</h2>\n<ul>\n", "<h2>How to read this</h2>\n<ul>\n"));
	item(p,
	    "Aantallen kleiner dan # zijn weggelaten, en zo nodig andere waaruit zij te berekenen zouden zijn.",
	    "Counts below # are left out, and where needed others from which they could be worked out.",
	    json_object_get(rule, "below"));
	item(p,
	    "Getallen zijn afgerond op veelvouden van #, totalen apart: zij tellen niet altijd op.",
	    "Numbers are rounded to multiples of #, totals for themselves: they need not add up.",
	    to);
	item(p,
	    "Percentages zijn van het totaal van de rij (zonder kolommen: van de tabel) en staan er alleen bij een totaal van minstens #.",
	    "Percentages are of the total of the row (without columns: of the table), and only there for a total of at least #.",
	    json_object_get(r, "min_denominator"));
	if (json_is_false(json_object_get(r, "complete")))
		item(p, "Niet alle dossiers konden worden geteld.",
		    "Not all dossiers could be counted.", NULL);
	page_raw(p, "</ul>\n");
}

int report_html(
    const json_t *report, enum html_language language, struct buf *out, struct errinfo *ei)
{
	struct page p = {.out = out, .language = language};
	const char *title = jx_str(report, "title");
	const char *period = jx_str(json_object_get(report, "period"), "name");
	size_t i;
	json_t *o;
	page_raw(&p, "<!DOCTYPE html>\n<html lang=\"");
	page_raw(&p, page_say(&p, "nl", "en"));
	page_raw(&p,
	    "\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	page_text(&p, title ? title : "");
	page_raw(&p, " ");
	page_text(&p, period ? period : "");
	page_raw(&p, "</title>\n");
	page_raw(&p, style);
	page_raw(&p, "</head>\n<body>\n<main>\n<h1>");
	page_words(&p, title ? title : "");
	page_raw(&p, " ");
	page_text(&p, period ? period : "");
	page_raw(&p, "</h1>\n");
	cover(&p, report);
	json_array_foreach (json_object_get(report, "tables"), i, o)
		table(&p, o);
	reading(&p, report);
	page_raw(&p, "</main>\n</body>\n</html>\n");
	return p.code < 0 ? err_set(ei, p.code, "the page of the report would be too large") : 0;
}
