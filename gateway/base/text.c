/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

int text_form(const char *file, const void *p, size_t n, struct errinfo *ei)
{
	const uint8_t *s = p;
	size_t good = str_utf8_prefix(p, n), line = 1;
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return err_at(ei, GW_EFORMAT, file, 1, 1,
		    "it begins with a byte order mark (BOM): save it as UTF-8 without one");
	if (n >= 2 && (!s[0] || !s[1])) /* UTF-16 of a plain letter */
		good = 0;
	if (good == n)
		return 0;
	for (size_t i = 0; i < good; i++)
		line += s[i] == '\n';
	return err_at(ei, GW_EFORMAT, file, line, 0, "text is not UTF-8: save it as UTF-8");
}
