/* SPDX-License-Identifier: EUPL-1.2 */
/* link: addresses on the web. */
#include <string.h>

#include "detect/normal.h"
#include "detect/scan.h"

enum { MOST = 2048 };

/* What ends an address, whatever stands before it. */
static bool ends_link(char c)
{
	switch (c) {
	case '\0':
	case ' ':
	case '\n':
	case '<':
	case '>':
	case '"':
	case '{':
	case '}':
	case '|':
	case '\\':
	case '^':
		return true;
	default:
		return false;
	}
}

static size_t link_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	size_t i = at, host, dots = 0;
	while (scan_is_letter(scan_at(s, i)))
		i++;
	if (scan_at(s, i) == ':' && scan_at(s, i + 1) == '/' && scan_at(s, i + 2) == '/')
		i += 3;
	else if (scan_at(s, i) == '.' && scan_lower(s->p[at]) == 'w')
		i += 1;
	else
		return 0;
	host = i;
	while (i - at < MOST && !ends_link(scan_at(s, i))) {
		dots += s->p[i] == '.' && scan_is_alnum(scan_at(s, i + 1));
		i++;
	}
	while (i > host && strchr(".,;:!?'*)]-", s->p[i - 1]))
		i--;
	if (i < host + 3 || dots == 0 || !scan_is_alnum(s->p[host]))
		return 0;
	*ret_from = at;
	*ret_certainty = DETECT_HIGH;
	return i;
}

const struct detector detector_link = {
    .kind = DETECT_URL,
    .trigger = AT_LINK,
    .claims = false, /* a number in an address is a finding of its own */
    .find = link_find,
    .form = "http:// or https:// and a host, www. and a host; to the next blank",
    .check = "a dot in the host",
    .context = "none needed",
    .hits = SCAN_TEXTS("https://www.voorbeeld.nl/dossier?id=7", "http://voorbeeld.nl",
	"www.voorbeeld.nl", "HTTPS://VOORBEELD.NL/A", "(zie www.voorbeeld.nl)",
	"https://voor\u00adbeeld.nl/pad", "https://linkedin.com/in/iemand-12345"),
    .misses = SCAN_TEXTS(
	"het protocol http", "http://", "www", "www. is oud", "https://localhost", "naar het web"),
};
