/* SPDX-License-Identifier: EUPL-1.2 */
/* mail: addresses for electronic mail, also spelled out: naam (at) voorbeeld punt nl. */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"

enum { MOST_LOCAL = 320, MOST_LABELS = 8, MOST_LABEL = 63 };

static bool is_local(char c)
{
	return scan_is_alnum(c) || (c != '\0' && strchr(".!#$%&'*+/=?^_~-", c)) || c == NORMAL_JOIN;
}

/* The start of the part before the sign at `at`, one space between allowed; `at` when none. */
static size_t local_start(const struct scan *s, size_t at, bool dot)
{
	size_t end = at, i;
	if (end > 0 && s->p[end - 1] == ' ')
		end--;
	i = end;
	while (i > 0 && end - i < MOST_LOCAL && is_local(s->p[i - 1]))
		i--;
	while (i < end && !scan_is_alnum(s->p[i]))
		i++;
	while (i < end && ((unsigned char)s->p[i] & 0xc0) == 0x80) /* the window cut a character */
		i++;
	return i < end && (dot || s->p[end - 1] != '.') ? i : at;
}

/* The end of a label at i, or i. It has letters, digits and hyphens, not at its ends. */
static size_t label_end(const struct scan *s, size_t i)
{
	size_t k = i;
	while (k < s->n && k - i < MOST_LABEL &&
	    (scan_is_alnum(s->p[k]) || s->p[k] == '-' || s->p[k] == NORMAL_JOIN))
		k++;
	while (k > i && !scan_is_alnum(s->p[k - 1]))
		k--;
	return scan_is_alnum(scan_at(s, i)) ? k : i;
}

/* The position behind at most two blanks at i, of which one may be a line end. */
static size_t spaces(const struct scan *s, size_t i)
{
	size_t k = i, lines = 0;
	while (k - i < 2 && (scan_at(s, k) == ' ' || (scan_at(s, k) == '\n' && lines++ == 0)))
		k++;
	return k;
}

static bool opens(char c)
{
	return c == '(' || c == '[' || c == '{' || c == '<';
}

static bool closes(char c)
{
	return c == ')' || c == ']' || c == '}' || c == '>';
}

/* The position behind a spelled dot at i (" punt ", "(dot)", "[.]"), or 0. */
static size_t spelled_dot(const struct scan *s, size_t i)
{
	static const char *const words[] = {"punt", "dot", "."};
	size_t k = spaces(s, i);
	bool open = opens(scan_at(s, k));
	size_t w = open ? k + 1 : k;
	for (size_t j = 0; j < GW_LENGTH(words); j++) {
		size_t m = 0, n = strlen(words[j]);
		while (m < n && scan_lower(scan_at(s, w + m)) == words[j][m])
			m++;
		if (m < n)
			continue;
		char close = scan_at(s, w + n);
		if (open && closes(close))
			return spaces(s, w + n + 1);
		if (!open && words[j][0] != '.' && k > i && close == ' ')
			return spaces(s, w + n);
	}
	return 0;
}

static bool has_letters_only(const struct scan *s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!scan_is_letter(s->p[i]))
			return false;
	return to - from >= 2;
}

/*
 * The end of a domain at i: labels parted by dots or, with spelled, by words for one; at least two,
 * the last of letters only. *ret_words is set when a dot was a word. 0 when there is none.
 */
static size_t domain_end(const struct scan *s, size_t i, bool *ret_words)
{
	size_t good = 0, from = i;
	for (size_t k = 0; k < MOST_LABELS; k++) {
		size_t end = label_end(s, from), behind;
		if (end == from)
			break;
		if (k > 0 && (has_letters_only(s, from, end) || end - from > 4))
			good = end;
		behind = scan_at(s, end) == '.' ? end + 1 : 0;
		if (behind && good == 0 && scan_at(s, behind) == '\n')
			behind++;
		if (!behind && (behind = spelled_dot(s, end)))
			*ret_words = true;
		if (!behind)
			break;
		from = behind;
	}
	return good;
}

/* The end of a sign at `at`: @, (at), <at>, at, _at_, apenstaartje; 0 when it is none. */
static size_t sign_end(const struct scan *s, size_t at, bool *ret_bare)
{
	enum { BARE = 4 };
	static const char *const words[] = {
	    "apenstaartje", "apestaartje", "apenstaart", "apestaart", "at", "@"};
	char c = s->p[at];
	bool open = opens(c);
	size_t i = open ? spaces(s, at + 1) : at;
	*ret_bare = false;
	if (c == '@')
		return at + 1;
	for (size_t j = 0; j < GW_LENGTH(words); j++) {
		size_t m = 0, n = strlen(words[j]);
		while (m < n && scan_lower(scan_at(s, i + m)) == words[j][m])
			m++;
		if (m < n)
			continue;
		if (!open) {
			*ret_bare = j == BARE;
			bool joined = at > 0 && (s->p[at - 1] == '_' || s->p[at - 1] == '-') &&
			    scan_at(s, i + n) == s->p[at - 1];
			return i + n + joined;
		}
		size_t k = spaces(s, i + n);
		return closes(scan_at(s, k)) ? k + 1 : 0;
	}
	return 0;
}

/* True when the label [from, to) at the end is one that follows a bare "at" in earnest. */
static bool is_usual_end(const struct scan *s, size_t to)
{
	static const char *const ends[] = {".nl", ".com", ".eu", ".org", ".net", ".be", ".de"};
	for (size_t i = 0; i < GW_LENGTH(ends); i++) {
		size_t n = strlen(ends[i]), m = 0;
		while (m < n && to >= n && s->p[to - n + m] == ends[i][m])
			m++;
		if (m == n)
			return true;
	}
	return false;
}

/* Go back from `from` over parts with a spelled dot behind them: jan punt de punt vries. */
static size_t spelled_start(const struct scan *s, size_t from)
{
	static const char *const dots[] = {" punt ", " dot ", "(punt)", "(dot)"};
	enum { MOST_PARTS = 6 };
	for (size_t k = 0, d = 0; k < MOST_PARTS; k++) {
		for (d = 0; d < GW_LENGTH(dots); d++) {
			size_t n = strlen(dots[d]), m = 0;
			while (from > n && m < n && scan_lower(s->p[from - n + m]) == dots[d][m])
				m++;
			if (m == n)
				break;
		}
		if (d == GW_LENGTH(dots))
			break;
		size_t end = from - strlen(dots[d]), start = local_start(s, end, false);
		if (start == end)
			break;
		from = start;
	}
	return from;
}

static size_t mail_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	bool bare, words = false;
	size_t behind = sign_end(s, at, &bare);
	if (behind == 0)
		return 0;
	size_t from = local_start(s, at, s->p[at] == '@');
	size_t end = from < at ? domain_end(s, spaces(s, behind), &words) : 0;
	if (end == 0 || (bare && !words && !is_usual_end(s, end)))
		return 0;
	*ret_from = bare || words ? spelled_start(s, from) : from;
	*ret_certainty = bare ? DETECT_MIDDLE : DETECT_HIGH;
	return end;
}

const struct detector detector_mail = {
    .kind = DETECT_EMAIL,
    .trigger = AT_MAIL,
    .claims = true,
    .find = mail_find,
    .form = "local@label.label, (at), <at>, _at_, at or apenstaart(je) for the sign, punt or dot",
    .check = "at least two labels, the last of letters",
    .context = "a bare at needs a spelled dot or a usual last label",
    .hits = SCAN_TEXTS("f.yilmaz@voorbeeld.nl", "mail naar jan.de-vries+werk@mail.voorbeeld.info!",
	"<a@b.eu>", "naam (at) voorbeeld punt nl", "naam[at]voorbeeld.nl",
	"naam at voorbeeld punt nl", "naam apenstaartje voorbeeld punt nl", "naam at voorbeeld.nl",
	"jos\u00e9@caf\u00e9.fr", "jan@voor-\nbeeld.nl", "jan\uff20voorbeeld.nl",
	"info @ voorbeeld.nl", "naam{at}voorbeeld{dot}com", "FATMA@VOORBEELD.NL",
	"ja\u200bn@voorbeeld.nl", "jan@\nvoorbeeld.nl", "jan@voorbeeld.\nnl", "jan<at>voorbeeld.nl",
	"jan_at_voorbeeld.nl", "jan-at-voorbeeld.nl", "jan apenstaart voorbeeld punt nl",
	"jan apestaart gmail.com", "jan.@voorbeeld.nl",
	"jan punt de punt vries at voorbeeld punt nl"),
    .misses = SCAN_TEXTS("@voorbeeld", "apart @ 10 uur", "hij at brood. daarna soep",
	"2 stuks @ 3.50", "zij at om twaalf uur", "a@b", "(at) punt nl"),
};
