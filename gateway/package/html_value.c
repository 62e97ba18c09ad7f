/* SPDX-License-Identifier: EUPL-1.2 */
/* One value of the page: what it stands for, in the words and the notation of its reader. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "package/page.h"

enum { KEY_TEXT = 200 };

static void number(struct page *p, json_int_t n)
{
	if (p->code == 0)
		p->code = buf_addf(p->out, "%" JSON_INTEGER_FORMAT, n);
}

void page_date(struct page *p, const char *s)
{
	struct date d;
	char out[32];
	if (date_parse_partial(s, &d) < 0) {
		page_words(p, s);
		return;
	}
	if (!d.year) {
		page_raw(p, page_say(p, "onbekend", "unknown"));
		return;
	}
	const char *known = out;
	(void)snprintf(out, sizeof out, "%s", s);
	if (p->language == HTML_DUTCH)
		(void)snprintf(out, sizeof out, "%.2s-%.2s-%.4s", s + 8, s + 5, s);
	if (p->language == HTML_DUTCH)
		known = d.day ? out : d.month ? out + 3 : out + 6;
	else
		out[d.day ? 10 : d.month ? 7 : 4] = 0;
	page_raw(p, "<time>");
	page_text(p, known);
	page_raw(p, "</time>");
	if (!d.month)
		page_raw(p, page_say(p, " (dag en maand onbekend)", " (month and day unknown)"));
	else if (!d.day)
		page_raw(p, page_say(p, " (dag onbekend)", " (day unknown)"));
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

/* A number with its unit, where the label does not say it: "unit.profile.max_travel". */
static void count(struct page *p, const char *path, json_int_t n)
{
	char key[KEY_TEXT];
	(void)snprintf(key, sizeof key, "unit.%s", path);
	const char *unit = label(key, p->language);
	if (str_eq(path, "ladder.step") || str_eq(path, "ladder.target_step")) {
		step(p, n);
		return;
	}
	number(p, n);
	if (unit != key) {
		page_raw(p, " ");
		page_raw(p, unit);
	}
}

/* A code that has a label is written as that: "appointments.attendance=present". */
static void code(struct page *p, const char *path, const char *v)
{
	char key[KEY_TEXT];
	int n = snprintf(key, sizeof key, "%s=%s", path, v);
	const char *found = n > 0 && (size_t)n < sizeof key ? label(key, p->language) : key;
	page_words(p, found == key ? v : found);
}

static void plain(struct page *p, const char *path, const json_t *v)
{
	const struct field *f = catalogue_find(p->catalogue, path);
	if (json_is_string(v) && f && f->type == FIELD_DATE)
		page_date(p, json_string_value(v));
	else if (json_is_string(v) && f && f->type == FIELD_LANG)
		page_words(p, language_name(json_string_value(v), p->language));
	else if (json_is_string(v) && f && f->type == FIELD_CODE)
		code(p, path, json_string_value(v));
	else if (json_is_string(v))
		page_words(p, json_string_value(v));
	else if (json_is_integer(v))
		count(p, path, json_integer_value(v));
	else if (json_is_boolean(v))
		page_raw(p, json_is_true(v) ? page_say(p, "ja", "yes") : page_say(p, "nee", "no"));
}

void page_value(struct page *p, const char *path, const json_t *v)
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
