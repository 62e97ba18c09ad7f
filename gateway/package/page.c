/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/page.h"

#include <string.h>

const char *page_say(const struct page *p, const char *dutch, const char *english)
{
	return p->language == HTML_DUTCH ? dutch : english;
}

void page_raw(struct page *p, const char *s)
{
	if (p->code == 0)
		p->code = buf_adds(p->out, s);
}

static void text(struct page *p, const char *s, size_t n)
{
	while (n && p->code == 0) {
		size_t k = 0;
		while (k < n && !strchr("&<>\"'", s[k]))
			k++;
		p->code = buf_add(p->out, s, k);
		s += k;
		n -= k;
		if (!n)
			break;
		page_raw(p,
		    *s == '&'       ? "&amp;"
			: *s == '<' ? "&lt;"
			: *s == '>' ? "&gt;"
			: *s == '"' ? "&quot;"
				    : "&#39;");
		s++;
		n--;
	}
}

void page_text(struct page *p, const char *s)
{
	text(p, s, strlen(s));
}

/* Bytes of the first n characters of s, or of all of it where it is shorter. */
static size_t first(const char *s, size_t bytes, size_t n)
{
	size_t i = 0;
	while (i < bytes && n--)
		do
			i++;
		while (i < bytes && ((unsigned char)s[i] & 0xc0) == 0x80);
	return i;
}

void page_words(struct page *p, const char *s)
{
	enum { LONG = 30 }; /* longer than the words of a language: an address, a number, a prank */
	while (*s && p->code == 0) {
		size_t n = strcspn(s, " \n\t-"), end = n + (s[n] != 0);
		const char *at = first(s, n, LONG) < n ? memchr(s, '@', n) : NULL;
		size_t k = at && at > s && first(s, n, LONG) >= (size_t)(at - s)
		    ? (size_t)(at - s)
		    : first(s, n, LONG);
		text(p, s, k < n ? k : end);
		if (k < n)
			page_raw(p, "<wbr>");
		s += k < n ? k : end;
	}
}
