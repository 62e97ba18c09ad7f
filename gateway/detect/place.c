/* SPDX-License-Identifier: EUPL-1.2 */
/* place: municipalities and larger places. */
#include <string.h>

#include "detect/word.h"

static size_t place_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	static const char *const towns[] = {"den haag", "den helder", "den bosch", "den burg",
	    "etten-leur", "bergen op zoom", "berg en dal", "alphen aan den rijn",
	    "capelle aan den ijssel", "krimpen aan den ijssel", "baarle-nassau", "gilze en rijen",
	    "oude pekela", "nieuwe pekela", "sint-oedenrode", "sint oedenrode", "hoek van holland",
	    "wijk bij duurstede", NULL};
	static const char *const leads[] = {
	    "in ", "te ", "uit ", "naar ", "gemeente ", "regio ", "stad ", "bij ", "van ", NULL};
	*ret_from = at;
	*ret_certainty = DETECT_MIDDLE;
	if (at < s->named)
		return 0;
	const struct word w = *s->word;
	for (const char *const *t = towns; *t && w.bits & WORD_TOWN; t++) {
		size_t n = strlen(*t);
		if (scan_is(s, at, *t) && !scan_is_alnum(scan_at(s, at + n)))
			return at + n;
	}
	if (!(w.bits & WORD_PLACE) || (w.to - w.from < 3))
		return 0;
	bool behind_code = at > 7 && s->p[at - 1] == ' ' && s->p[at - 2] >= 'A' &&
	    s->p[at - 2] <= 'Z' && (scan_is_digit(s->p[at - 4]) || scan_is_digit(s->p[at - 5]));
	if (w.dutch && !behind_code && !scan_near(s, at > 9 ? at - 9 : 0, at, leads))
		return 0;
	return w.to;
}

const struct detector detector_place = {
    .kind = DETECT_PLACE,
    .trigger = AT_CAPITAL,
    .claims = false,
    .find = place_find,
    .form = "municipalities and larger places of a list, with a capital",
    .check = "none",
    .context = "places that are Dutch words (Best, Goes) need in, te, uit, naar, gemeente before "
	       "them",
    .hits = SCAN_TEXTS("Tilburg", "in Den Haag", "Bergen op Zoom", "woont te Best",
	"'s-Hertogenbosch", "AMSTERDAM"),
    .misses = SCAN_TEXTS("Best lastig", "Echt waar", "tilburg", "Nederland"),
};
