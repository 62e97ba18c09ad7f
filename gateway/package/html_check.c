/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/html_check.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/text.h"

enum { NAME = 16, VALUE = 200 };

static const char *const elements[] = {"html", "head", "meta", "title", "style", "body", "main",
    "header", "footer", "section", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "small", "strong", "em", "span", "br",
    "wbr", "time", "a"};
static const char *const attributes[] = {
    "lang", "charset", "name", "content", "scope", "class", "id", "href"};

/* Where the scanner stands. */
struct scan {
	const char *p, *end;
	char element[NAME];
};

static int refuse(struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EREFUSED, "dossier.html is no plain page: %s", why);
}

static bool among(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], s))
			return true;
	return false;
}

/* A name of lower-case letters and digits. */
static bool take_name(struct scan *s, char out[NAME])
{
	size_t n = 0;
	while (s->p < s->end && n < NAME - 1 &&
	    ((*s->p >= 'a' && *s->p <= 'z') || (*s->p >= '0' && *s->p <= '9')))
		out[n++] = *s->p++;
	out[n] = '\0';
	return n > 0;
}

static bool take(struct scan *s, const char *text)
{
	size_t n = strlen(text);
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* A link leads into the bag or stays on the page. */
static bool good_link(const char *v)
{
	static const char safe[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *rest = v;
	if (*v == '#')
		rest = v + 1;
	else if (str_starts(v, "attachments/"))
		rest = v + strlen("attachments/");
	else
		return false;
	return *rest && strspn(rest, safe) == strlen(rest) && *rest != '.';
}

/* `name="value"`; what a meta element may say is only its set of characters, its width and that
 * nobody is told where a reader came from. */
static int attribute(struct scan *s, struct errinfo *ei)
{
	char name[NAME] = "", value[VALUE] = "";
	size_t n = 0;
	if (!take_name(s, name) || !among(name, attributes, GW_LENGTH(attributes)))
		return refuse(ei, "an attribute that it may not have");
	if (!take(s, "=\""))
		return refuse(ei, "an attribute without a quoted value");
	while (s->p < s->end && *s->p != '"' && n < VALUE - 1)
		value[n++] = *s->p++;
	value[n] = '\0';
	if (!take(s, "\"") || strpbrk(value, "<>&") || strlen(value) != n)
		return refuse(ei, "an attribute value of another form");
	if (str_eq(name, "href") && (!str_eq(s->element, "a") || !good_link(value)))
		return refuse(ei, "a link out of the package");
	if (str_eq(s->element, "meta") && str_eq(name, "name") && !str_eq(value, "viewport") &&
	    !str_eq(value, "referrer"))
		return refuse(ei, "a meta element that it may not have");
	return 0;
}

/* The content of <style>, up to its end: nothing in it may fetch. */
static int style(struct scan *s, struct errinfo *ei)
{
	static const char *const bad[] = {
	    "url(", "@import", "@font", "expression", "image(", "\\", "<"};
	const char *close = memmem(s->p, (size_t)(s->end - s->p), "</style>", 8);
	if (!close)
		return refuse(ei, "its style does not end");
	char *text GW_CLEANUP(str_free_p) = str_dupn(s->p, (size_t)(close - s->p));
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		if (strcasestr(text, bad[i]))
			return refuse(ei, "its style refers to something");
	s->p = close;
	return 0;
}

static int element(struct scan *s, struct errinfo *ei)
{
	bool closes = take(s, "/");
	if (!take_name(s, s->element) || !among(s->element, elements, GW_LENGTH(elements)))
		return refuse(ei, "an element that it may not have");
	while (!closes && take(s, " ")) {
		int e = attribute(s, ei);
		if (e < 0)
			return e;
	}
	if (!take(s, ">"))
		return refuse(ei, "an element of another form");
	return !closes && str_eq(s->element, "style") ? style(s, ei) : 0;
}

int html_check(const char *p, size_t n, struct errinfo *ei)
{
	struct scan s = {.p = p, .end = p + n};
	if (!n || text_form("dossier.html", p, n, NULL) < 0)
		return refuse(ei, "it is not UTF-8");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\n' && p[i] != '\t')
			return refuse(ei, "a control character");
	if (!take(&s, "<!DOCTYPE html>\n<html"))
		return refuse(ei, "it does not begin as one");
	s.p -= strlen("<html");
	while (s.p < s.end) {
		const char *next = memchr(s.p, '<', (size_t)(s.end - s.p));
		if (!next)
			break;
		s.p = next + 1;
		int e = element(&s, ei);
		if (e < 0)
			return e;
	}
	return 0;
}
