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

void page_text(struct page *p, const char *s)
{
	while (*s && p->code == 0) {
		size_t n = strcspn(s, "&<>\"'");
		p->code = buf_add(p->out, s, n);
		s += n;
		if (!*s)
			break;
		page_raw(p,
		    *s == '&'       ? "&amp;"
			: *s == '<' ? "&lt;"
			: *s == '>' ? "&gt;"
			: *s == '"' ? "&quot;"
				    : "&#39;");
		s++;
	}
}
