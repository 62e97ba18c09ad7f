/* SPDX-License-Identifier: EUPL-1.2 */
/* The readers of the XML in a DOCX, by the first byte: a part (what was made clean stays as it is,
 * and says the same), styles, relationships. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx_filter.h"
#include "attach/docx_rels.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int link_all(void *arg, const char *element, const char *id, char ret[DOCX_ID])
{
	(void)arg;
	(void)element;
	(void)id;
	(void)snprintf(ret, DOCX_ID, "rId1");
	return 1;
}

/* A target that would lead out of the package. */
static bool climbs(const char *s)
{
	if (*s == '/')
		return true;
	for (; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL)
		if (strncmp(s, "..", 2) == 0 && (s[2] == '/' || s[2] == '\0'))
			return true;
	return false;
}

static void filter(const uint8_t *p, size_t n)
{
	struct docx_filter f = {.root_space = DOCX_W, .root = "document", .link = link_all};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf text_again GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	if (docx_filter(&f, p, n, &out, &text) < 0)
		return;
	if (docx_filter(&f, out.data, out.len, &again, &text_again) < 0 || out.len != again.len ||
	    memcmp(out.data, again.data, out.len) != 0 || text.len != text_again.len ||
	    (text.len && memcmp(text.data, text_again.data, text.len) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct docx_hidden hidden = {0};
	struct docx_rels rels = {0};
	if (n == 0)
		return 0;
	if (*p == 's') {
		if (docx_hidden_find(p + 1, n - 1, &hidden) == 0)
			docx_hidden_release(&hidden);
	} else if (*p == 'r') {
		if (docx_rels_read("word/document.xml", p + 1, n - 1, &rels) < 0)
			return 0;
		for (size_t i = 0; i < rels.n; i++)
			if (climbs(rels.list[i].target))
				abort();
		docx_rels_release(&rels);
	} else {
		filter(p + 1, n - 1);
	}
	return 0;
}
