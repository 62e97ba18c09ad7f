/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * name: names of people that the dossier does not know, by what stands before them (mevrouw, the
 * coach, initials, van der) and by the lists of lexicon.h. Never complete: see docs/DETECTION.md.
 */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/word.h"

enum { MOST_PARTS = 6, MOST_INITIALS = 6 };

/* What stands before a name. */
enum lead { LEAD_NONE, LEAD_ROLE, LEAD_TITLE };

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* What may stand before a name, of the letters [from, to) with none before them: the bits of
 * lexicon_before, but 0 for the end of a broken word. */
static unsigned bits_before(const struct scan *s, size_t from, size_t to)
{
	return from > 0 && s->p[from - 1] == NORMAL_JOIN ? 0
							 : lexicon_before(s->p + from, to - from);
}

/* Where small particles before `at` begin; how many in *ret_n. */
static size_t particles_before(const struct scan *s, size_t at, size_t *ret_n)
{
	enum { LONGEST = 5 };
	size_t from = at;
	for (*ret_n = 0; *ret_n < 3 && from > 1; ++*ret_n) {
		if (s->p[from - 1] != ' ' && s->p[from - 1] != '-')
			break;
		size_t n = 0;
		while (n <= LONGEST && n + 1 < from && scan_is_letter(s->p[from - 2 - n]))
			n++;
		size_t before = from - 1 - n;
		if (n == 0 || n > LONGEST || is_upper(s->p[before]) ||
		    !(bits_before(s, before, from - 1) & WORD_PARTICLE))
			break;
		from = before - (before > 0 && s->p[before - 1] == '\'');
	}
	return from;
}

static bool is_before_name(char c)
{
	return c == ' ' || c == '.' || c == ':' || c == '(' || c == '\n';
}

/* The word before `at`, a dot, a colon and blanks let through. */
static enum lead lead_before(const struct scan *s, size_t name)
{
	size_t particles, at = particles_before(s, name, &particles); /* mevrouw van 't Hoff */
	enum { SHORTEST = 2, LONGEST = 20, LONGEST_SHORT = 4 };
	size_t i = at, n = 0;
	while (i > 0 && at - i < 3 && is_before_name(s->p[i - 1]))
		i--;
	if (i == at)
		return LEAD_NONE;
	/* behind a longer word a dot ends the sentence: it is none of dhr. */
	size_t longest = s->p[i] == '.' ? LONGEST_SHORT : LONGEST;
	while (n < i && n <= longest && scan_is_letter(s->p[i - n - 1]))
		n++;
	if (n < SHORTEST || n > longest)
		return LEAD_NONE;
	unsigned bits = bits_before(s, i - n, i);
	if (!(bits & (WORD_TITLE | WORD_ROLE)) || is_upper(s->p[i - n + 1]))
		return LEAD_NONE;
	return bits & WORD_TITLE ? LEAD_TITLE : LEAD_ROLE;
}

/* The end of initials at `at` ("J.P. ", "Th. ", "A. M. "), how many in *ret_n; `at` when none. */
static size_t initials_end(const struct scan *s, size_t at, size_t *ret_n)
{
	static const char *const pairs[] = {"th.", "ch.", "chr.", "ph.", "ij.", "jr.", "st.", NULL};
	size_t i = at;
	for (*ret_n = 0; *ret_n < MOST_INITIALS; ++*ret_n) {
		size_t k = i + 1;
		if (!is_upper(scan_at(s, i)))
			break;
		while (k - i < 3 && scan_at(s, k) >= 'a' && scan_at(s, k) <= 'z')
			k++;
		if (scan_at(s, k) != '.' || (k > i + 1 && !scan_is_one(s, i, pairs)))
			break;
		k++;
		i = k + (scan_at(s, k) == ' ' || scan_at(s, k) == '\n');
	}
	return i;
}

/* Groups of capitals with dots that are no initials. */
static bool is_abbreviation(const struct scan *s, size_t from, size_t n)
{
	static const char *const words[] = {"b.v.", "n.v.", "c.v.", "v.o.f.", "u.w.v.", NULL};
	(void)n;
	return scan_is_one(s, from, words);
}

/* The start of the next part of a name behind `end`: one blank, line end or hyphen; 0 when none. */
static size_t next_part(const struct scan *s, size_t end)
{
	char c = scan_at(s, end);
	if (c != ' ' && c != '-' && c != '\n')
		return 0;
	return scan_is_letter(scan_at(s, end + 1)) ? end + 1
	    : scan_at(s, end + 1) == '\''          ? end + 2
						   : 0;
}

/* Could be part of a name: in a list, or nothing known of it. */
static bool is_name_like(const struct word *w)
{
	if (!w->capital || word_is_none(w) || w->to - w->from < 2)
		return false;
	if (w->bits & (WORD_GIVEN | WORD_FAMILY))
		return true;
	return !w->dutch && !(w->bits & (WORD_PLACE | WORD_COMMON)) && !w->shouts;
}

static bool is_listed(const struct word *w, unsigned bit)
{
	return w->capital && (w->bits & bit) && w->to - w->from > 1;
}

/* A name that can be nothing else. */
static bool is_sure(const struct word *w)
{
	return is_listed(w, WORD_GIVEN | WORD_FAMILY) && !w->dutch &&
	    !(w->bits & (WORD_PLACE | WORD_COMMON));
}

/*
 * Skip particles from `at` on (van der, Al-, 't); returns where the word behind them begins and how
 * many there were.
 */
static size_t skip_particles(const struct scan *s, size_t at, size_t *ret_n)
{
	size_t i = at;
	for (*ret_n = 0; *ret_n < 3; ++*ret_n) {
		struct word w = word_at(s, i);
		if (word_is_none(&w) || !(w.bits & WORD_PARTICLE))
			break;
		size_t next = next_part(s, w.to);
		if (next == 0)
			break;
		i = next;
	}
	return i;
}

/* Particles that make a name of a listed word behind them on their own. */
static bool is_strong_particle(const struct scan *s, size_t at)
{
	static const char *const words[] = {"van ", "de ", "der ", "den ", "ter ", "ten ", "el ",
	    "el-", "al ", "al-", "ben ", "von ", "le ", "la ", "du ", "da ", "di ", "dos ", "bin ",
	    "abu ", "ould ", "ait ", "'t ", NULL};
	return scan_is_one(s, at, words);
}

/* Two particles that stand before nothing but a name, since Dutch has lost them elsewhere. */
static bool is_old_prefix(const struct scan *s, size_t at)
{
	static const char *const words[] = {"van der ", "van den ", "van 't ", "op den ", "in den ",
	    "op 't ", "in 't ", "uit den ", "aan den ", "von der ", "van ter ", NULL};
	return scan_is_one(s, at, words);
}

/* Take further parts of the name behind `end`; returns the end of the last. */
static size_t take_rest(const struct scan *s, size_t end, bool any)
{
	for (size_t parts = 0; parts < MOST_PARTS; parts++) {
		size_t particles, at = next_part(s, end);
		if (at == 0)
			break;
		bool hyphen = s->p[at - 1] == '-';
		at = skip_particles(s, at, &particles);
		struct word w = word_at(s, at);
		bool dutch_tail = w.capital && particles > 0 && any && !(w.bits & WORD_COMMON);
		if (!is_name_like(&w) && !dutch_tail && !(hyphen && w.capital))
			break;
		end = w.to;
	}
	return end;
}

/* Initials and a name behind them. */
static size_t by_initials(const struct scan *s, size_t at, enum lead lead)
{
	if (s->word->to - at > 3 || scan_at(s, s->word->to) != '.')
		return 0;
	size_t n, particles, i = initials_end(s, at, &n);
	if (n == 0 || is_abbreviation(s, at, n))
		return 0;
	size_t core = skip_particles(s, i, &particles);
	struct word w = word_at(s, core);
	if (!w.capital || w.to - w.from < 2 || (w.bits & WORD_COMMON && !(w.bits & WORD_FAMILY)))
		return 0;
	bool enough = n > 1
	    ? !w.dutch || is_listed(&w, WORD_FAMILY | WORD_GIVEN) || !word_begins_sentence(s, at)
	    : is_name_like(&w) || (particles > 0 && is_listed(&w, WORD_FAMILY));
	if (n == 1 && word_begins_sentence(s, at) && w.dutch && particles == 0)
		enough = false; /* A. Bakker in a list of points may be a baker */
	return enough || lead == LEAD_TITLE ? take_rest(s, w.to, true) : 0;
}

/* A name behind a title or a role. */
static size_t by_lead(const struct scan *s, size_t at, enum lead lead, size_t *ret_from)
{
	if (lead == LEAD_NONE)
		return 0;
	size_t particles, core = skip_particles(s, at, &particles);
	struct word w = word_at(s, core);
	if (!w.capital || w.to - w.from < 2)
		return 0;
	if (lead == LEAD_ROLE && !is_name_like(&w))
		return 0;
	if (w.shouts && !(w.bits & (WORD_GIVEN | WORD_FAMILY)) && w.to - w.from < 4)
		return 0;
	*ret_from = particles_before(s, at, &particles);
	return take_rest(s, w.to, true);
}

/* Goes a name on behind this particle with a capital: a capital, or der, den and the like? */
static bool is_particle_of_name(const struct scan *s, const struct word *w)
{
	static const char *const more[] = {"der ", "den ", "de ", "het ", "'t ", "la ", NULL};
	size_t next = next_part(s, w->to);
	return next && (is_upper(s->p[next]) || scan_is_one(s, w->to + 1, more));
}

/* A particle with a capital (De Vries, El Amrani), or small ones before a listed word. */
static size_t by_particle(const struct scan *s, size_t at, size_t *ret_from)
{
	size_t n, core;
	struct word w = *s->word;
	if (w.bits & WORD_PARTICLE && w.capital) {
		core = skip_particles(s, at, &n);
		if (n == 0 || !is_strong_particle(s, at))
			return 0;
		w = word_at(s, core);
		bool arabic = scan_lower(s->p[at + 1]) == 'l' && n == 1;
		if (is_listed(&w, WORD_FAMILY) || (arabic && is_name_like(&w)) ||
		    (n > 1 && is_name_like(&w)))
			return take_rest(s, w.to, true);
		return 0;
	}
	size_t from = particles_before(s, at, &n);
	if (n == 0)
		return 0;
	bool listed = is_listed(&w, WORD_FAMILY) && !(w.bits & WORD_COMMON);
	bool fits = n > 1
	    ? listed || (is_old_prefix(s, from) && is_name_like(&w) && !word_is_compound(s, &w))
	    : listed && is_strong_particle(s, from);
	if (!fits)
		return 0;
	*ret_from = from;
	return take_rest(s, w.to, true);
}

/* Verbs that follow a person who is the subject of a sentence. */
static bool is_subject(const struct scan *s, size_t end)
{
	static const char *const verbs[] = {"is", "heeft", "werkt", "wil", "gaat", "kan", "komt",
	    "was", "zegt", "vindt", "volgt", "woont", "krijgt", "zoekt", "had", "doet", "moet",
	    "mag", "belt", "belde", "vertelt", "geeft", "leert", "spreekt", "begint", "start",
	    "solliciteert", "kreeg", "ging", "kwam", "wilde", "kon", "werd", "wordt", "maakt"};
	struct word v = word_at(s, end + 1);
	if (scan_at(s, end) != ' ')
		return false;
	for (size_t i = 0; i < GW_LENGTH(verbs); i++)
		if (strlen(verbs[i]) == v.to - v.from &&
		    memcmp(verbs[i], s->p + v.from, v.to - v.from) == 0)
			return true;
	return false;
}

/* A given name that stands alone and is a Dutch word as well: Mark, Jan, Roos. */
static bool is_alone(const struct scan *s, const struct word *w)
{
	static const char *const never[] = {
	    "dan", "an", "al", "mei", "can", "in", "do", "bo", "den", "han", "zo", "man"};
	for (size_t i = 0; i < GW_LENGTH(never); i++)
		if (strlen(never[i]) == w->to - w->from &&
		    scan_lower(s->p[w->from]) == never[i][0] &&
		    memcmp(s->p + w->from + 1, never[i] + 1, strlen(never[i]) - 1) == 0)
			return false;
	size_t before;
	bool language = w->from > 3 && word_bits_before(s, w->from - 1, &before) & WORD_PARTICLE &&
	    (scan_is(s, before, "het ") || scan_is(s, before, "de ")); /* het Frans, De Linde */
	return w->to - w->from > 2 && !w->shouts && !language &&
	    (!word_begins_sentence(s, w->from) || is_subject(s, w->to));
}

/* Given name and family name, or one of them where it can be nothing else. */
static size_t by_list(const struct scan *s, enum detect_certainty *ret_certainty)
{
	struct word w = *s->word, behind = {0};
	if (!is_name_like(&w))
		return 0;
	size_t particles = 0, next = next_part(s, w.to);
	if (next) {
		next = skip_particles(s, next, &particles);
		behind = word_at(s, next);
	}
	bool given = is_listed(&w, WORD_GIVEN), family = is_listed(&behind, WORD_FAMILY);
	bool common = w.bits & WORD_COMMON && behind.bits & WORD_COMMON;
	*ret_certainty = DETECT_HIGH;
	bool tail = behind.capital && !behind.shouts && particles == 0 &&
	    (!w.dutch || !behind.dutch) && !(behind.bits & (WORD_COMMON | WORD_PLACE));
	if (given && !common &&
	    (family || tail || is_listed(&behind, WORD_GIVEN) || (particles && behind.capital) ||
		(is_name_like(&behind) && !word_is_compound(s, &behind))))
		return take_rest(s, tail ? behind.to : w.to, true);
	if (is_name_like(&w) && is_listed(&behind, WORD_FAMILY | WORD_GIVEN) && !behind.dutch &&
	    !(behind.bits & WORD_PLACE) && !word_is_compound(s, &w))
		return take_rest(s, w.to, true);
	*ret_certainty = DETECT_MIDDLE;
	if (is_sure(&w) && w.to - w.from > 2 && !(w.shouts && w.to - w.from < 5))
		return take_rest(s, w.to, false);
	*ret_certainty = DETECT_LOW;
	return given && !(w.bits & (WORD_PLACE | WORD_COMMON)) && is_alone(s, &w) ? w.to : 0;
}

static size_t name_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	const struct word *w = s->word;
	if (at < s->named)
		return 0;
	enum lead lead = lead_before(s, at);
	bool initial = w->to - at <= 3 && scan_at(s, w->to) == '.';
	if (lead == LEAD_NONE && w->dutch && !initial &&
	    (w->bits & ~(unsigned)WORD_PARTICLE) == 0 && !(w->bits && is_particle_of_name(s, w)))
		return 0; /* most words with a capital */
	*ret_certainty = DETECT_HIGH;
	size_t end = by_initials(s, at, lead);
	if (end == 0)
		end = by_lead(s, at, lead, ret_from);
	if (end == 0) {
		*ret_certainty = DETECT_MIDDLE;
		end = by_particle(s, at, ret_from);
	}
	return end ? end : by_list(s, ret_certainty);
}

const struct detector detector_name = {
    .kind = DETECT_NAME,
    .trigger = AT_CAPITAL,
    .claims = false,
    .names = true,
    .find = name_find,
    .form = "titles and roles with a capital word behind them; initials; particles; given and "
	    "family names of lists",
    .check = "words that Dutch has, places and organisations need more beside them",
    .context = "what stands before: dhr., mevrouw, partner, klantmanager, J.P., van der",
    .hits = SCAN_TEXTS("mevrouw Bakker", "dhr. van der Hoeven", "Mevr. Y\u0131lmaz",
	"de heer De Vries", "zijn partner Fatma", "klantmanager: Erik", "J.P. Bakker", "J. Jansen",
	"A. de Vries", "Fatma Y\u0131lmaz", "Jan Bakker", "Jan van Buren", "Mohammed Al-Hassan",
	"van den Berg", "El Amrani", "Tesfalem Gebremariam", "Jansen-de Vries", "Willemsen",
	"gesproken met Mark", "Gebremariam", "FATMA YILMAZ", "Fatma", "broer Ahmad",
	"mw. drs. Smulders", "Fat-\nma Y\u0131lmaz", "coach Marieke van Loon"),
    .misses = SCAN_TEXTS("de Rechten van de Mens", "gebruik van de Atos", "in het Frans",
	"in het Zaaktype", "| Elke vorm van", "de naam Unifix", "de Gemeente",
	"van de Participatiewet", "A. Inleiding", "van Nederland", "partner Gemeente",
	"Nederland is klein", "in Tilburg", "De bakker bakt", "De kandidaat", "bij de Rabobank",
	"groep B. Kandidaten", "Dan is het klaar", "Het Anker", "het UWV", "Werk en Inkomen",
	"B.V. Holding"),
};
