/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/known_set.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "detect/names.h"
#include "detect/normal.h"
#include "detect/scan.h"

struct detect_known *detect_known_new(void)
{
	struct detect_known *known = malloc(sizeof *known);
	if (!known)
		abort();
	memset(known, 0, offsetof(struct detect_known, words));
	return known;
}

void detect_known_free(struct detect_known *known)
{
	if (known)
		explicit_bzero(known,
		    offsetof(struct detect_known, words) +
			(known->words_n + 1) * sizeof *known->words);
	free(known);
}

void detect_known_free_p(struct detect_known **known)
{
	detect_known_free(*known);
	*known = NULL;
}

static uint32_t hash_step(uint32_t h, char c)
{
	return (h ^ (unsigned char)c) * 16777619u;
}

static const uint32_t HASH_START = 0x811c9dc5; /* FNV-1a */

/*
 * How much of a word is compared: all of it, or its first MOST_LENGTH bytes, whole characters.
 * Longer words are looked for by their beginning, so that a name can not be too long to be found.
 */
static size_t compared(const char *text, size_t n)
{
	if (n <= MOST_LENGTH)
		return n;
	n = MOST_LENGTH;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* The index + 1 of a word, 0 when it is not in the set. */
static size_t find(const struct detect_known *k, const char *text, size_t n, uint32_t h)
{
	for (size_t i = h % SLOTS; k->slots[i]; i = (i + 1) % SLOTS) {
		const struct known_word *w = &k->words[k->slots[i] - 1];
		if (w->n == n && memcmp(w->text, text, n) == 0)
			return k->slots[i];
	}
	return 0;
}

static int add_word(struct detect_known *k, const char *text, size_t n, enum worth worth)
{
	uint32_t h = HASH_START;
	n = compared(text, n);
	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		h = hash_step(h, text[i]);
	size_t found = find(k, text, n, h);
	struct known_word *w = &k->words[found ? found - 1 : k->words_n];
	if (found) {
		if (worth > w->worth)
			w->worth = (uint8_t)worth;
		return 0;
	}
	if (k->words_n == MOST_WORDS)
		return GW_ELIMIT;
	k->words_n++;
	memcpy(w->text, text, n);
	w->n = (uint8_t)n;
	w->worth = (uint8_t)worth;
	size_t i = h % SLOTS;
	while (k->slots[i])
		i = (i + 1) % SLOTS;
	k->slots[i] = (uint16_t)k->words_n;
	k->lengths[(unsigned char)text[0]] |= UINT64_C(1) << (n - 1);
	return 0;
}

static size_t characters(const char *text, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		k += ((unsigned char)text[i] & 0xc0) != 0x80;
	return k;
}

static enum worth worth_of(const struct name_part *p)
{
	size_t n = characters(p->text, p->n);
	if (n < 2)
		return WEAK;
	return n == 2 || name_is_ordinary(p->text, p->n) ? COMMON : STRONG;
}

/* Add the parts [from, to) written as one word. */
static int add_glued(
    struct detect_known *k, const struct name_parts *p, size_t from, size_t to, enum worth worth)
{
	char text[MOST_LENGTH];
	size_t n = 0;
	if (to - from < 2)
		return 0;
	for (size_t i = from; i < to; i++) {
		if (p->part[i].n > sizeof text - n)
			return 0; /* nobody writes that as one word */
		memcpy(text + n, p->part[i].text, p->part[i].n);
		n += p->part[i].n;
	}
	int r = add_word(k, text, n, worth);
	explicit_bzero(text, sizeof text);
	return r;
}

/* Add the first letters of the parts [from, to), glued: "jp", "vd", and with the part behind. */
static int add_letters(
    struct detect_known *k, const struct name_parts *p, size_t from, size_t to, bool with_next)
{
	char text[2 * MOST_LENGTH];
	size_t n = 0;
	int r;
	for (size_t i = from; i < to && n < 8; i++)
		text[n++] = p->part[i].text[0];
	r = n > 0 && (unsigned char)text[0] < 0x80 ? add_word(k, text, n, WEAK) : 0;
	if (r == 0 && with_next && to < p->n && n > 0 && p->part[to].n + n <= MOST_LENGTH) {
		memcpy(text + n, p->part[to].text, p->part[to].n);
		r = add_word(k, text, n + p->part[to].n, STRONG);
	}
	explicit_bzero(text, sizeof text);
	return r;
}

static int add_given(struct detect_known *k, const char *given)
{
	struct name_parts p GW_CLEANUP(name_parts_release) = {.n = 0};
	int r = name_split(&p, given);
	for (size_t i = 0; r == 0 && i < p.n; i++)
		r = add_word(k, p.part[i].text, p.part[i].n, worth_of(&p.part[i]));
	if (r == 0)
		r = add_glued(k, &p, 0, p.n, STRONG);
	return r == 0 && p.n > 1 ? add_letters(k, &p, 0, p.n, false) : r;
}

/* Add prefix and family name as one row of parts, of which particles count for little. */
static int add_family(struct detect_known *k, const char *prefix, const char *family)
{
	struct name_parts p GW_CLEANUP(name_parts_release) = {.n = 0};
	size_t core = 0, first = 0; /* the first part behind the prefix; behind all particles */
	int r = name_split(&p, prefix);
	core = p.n;
	if (r == 0)
		r = name_split(&p, family);
	if (r < 0)
		return r;
	first = core;
	while (first + 1 < p.n && name_is_particle(p.part[first].text, p.part[first].n))
		first++;
	for (size_t i = 0; r == 0 && i < p.n; i++) {
		bool particle =
		    i < first || (i + 1 < p.n && name_is_particle(p.part[i].text, p.part[i].n));
		r = add_word(
		    k, p.part[i].text, p.part[i].n, particle ? WEAK : worth_of(&p.part[i]));
		if (r == 0 && particle && (unsigned char)p.part[i].text[0] < 0x80)
			r = add_word(k, p.part[i].text, 1, WEAK);
	}
	if (r == 0 && first < p.n)
		r = add_glued(k, &p, 0, p.n, STRONG);
	if (r == 0 && first < p.n)
		r = add_glued(k, &p, 0, first + 1, STRONG);
	if (r == 0)
		r = add_glued(k, &p, core, p.n, STRONG);
	if (r == 0)
		r = add_glued(k, &p, 0, first, WEAK);
	return r == 0 && first > 0 ? add_letters(k, &p, 0, first, true) : r;
}

int detect_known_person(
    struct detect_known *known, const char *given, const char *prefix, const char *family)
{
	int r = add_given(known, given);
	return r < 0 ? r : add_family(known, prefix, family);
}

int detect_known_name(struct detect_known *known, const char *text)
{
	struct name_parts p GW_CLEANUP(name_parts_release) = {.n = 0};
	bool capitals = false;
	int r = name_split(&p, text);
	for (size_t i = 0; i < p.n; i++)
		capitals |= p.part[i].capital;
	for (size_t i = 0; r == 0 && i < p.n; i++) {
		const struct name_part *w = &p.part[i];
		if (name_is_particle(w->text, w->n))
			r = add_word(known, w->text, w->n, WEAK);
		else if ((w->capital || !capitals) && !name_is_title(w->text, w->n) &&
		    !name_is_office(w->text, w->n))
			r = add_word(
			    known, w->text, w->n, name_is_shy(w->text, w->n) ? SHY : worth_of(w));
	}
	return r;
}

static bool is_between(char c)
{
	return c == ' ' || c == '.' || c == '-' || c == '/' || c == '\n' || c == NORMAL_JOIN;
}

/* What the word [from, to) of s is worth, read without line breaks; genitive s forgiven. */
static enum worth look(const struct scan *s, size_t from, size_t to)
{
	char text[MOST_LENGTH + 1] = {0};
	uint32_t h = HASH_START, before = HASH_START;
	size_t n = 0;
	for (size_t i = from; i < to && n < sizeof text; i++) {
		char c = scan_lower(s->p[i]);
		if (c != NORMAL_JOIN)
			text[n++] = c;
	}
	n = compared(text, n);
	for (size_t i = 0; i < n; i++) {
		before = h;
		h = hash_step(h, text[i]);
	}
	size_t w = find(s->known, text, n, h);
	if (w)
		return (enum worth)s->known->words[w - 1].worth;
	w = n > 3 && text[n - 1] == 's' ? find(s->known, text, n - 1, before) : 0;
	return w && s->known->words[w - 1].worth == STRONG ? STRONG : NOTHING;
}

static bool is_capital(char c)
{
	return (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_beside(const struct scan *s, size_t from)
{
	const struct name_chain *c = &s->chain;
	if (c->end == 0 || from - c->end > 3)
		return false;
	for (size_t i = c->end; i < from; i++)
		if (!is_between(s->p[i]) && s->p[i] != '\'' && s->p[i] != ',')
			return false;
	return true;
}

/* Take the word into the chain; it counts on its own when it is a hit. */
static void chain(struct scan *s, size_t from, size_t to, bool hit, bool sure)
{
	struct name_chain *c = &s->chain;
	if (!is_beside(s, from))
		*c = (struct name_chain){.from = from};
	c->end = to;
	if (!hit)
		return;
	if (c->finding) {
		struct detect_finding *f = &s->found.list[c->finding - 1];
		f->length = to - f->offset;
		f->certainty = DETECT_HIGH;
		return;
	}
	size_t before = s->found.n;
	scan_add(s, DETECT_PERSON,
	    c->from < from ? DETECT_HIGH
		: sure     ? DETECT_MIDDLE
			   : DETECT_LOW,
	    c->from, to);
	c->finding = s->found.n > before ? s->found.n : 0;
}

static void part(struct scan *s, size_t from, size_t to)
{
	size_t n = to - from;
	uint64_t lengths = s->known->lengths[(unsigned char)scan_lower(s->p[from])];
	uint64_t fits = UINT64_C(1) << (compared(s->p + from, n) - 1);
	bool initial = n == 1 && s->p[from] >= 'A' && s->p[from] <= 'Z';
	if (n > 1 && n <= MOST_LENGTH + 1)
		fits |= UINT64_C(1) << (n - 2);
	enum worth worth = lengths & fits ? look(s, from, to) : NOTHING;
	if (worth == NOTHING && initial)
		worth = WEAK;
	if (worth == NOTHING)
		return;
	bool capital = is_capital(s->p[from]), beside = is_beside(s, from);
	bool hit = worth == STRONG || (worth == COMMON && (capital || beside)) ||
	    (worth == SHY && capital && beside);
	chain(s, from, to, hit, worth == STRONG);
}

void known_word(struct scan *s, size_t from, size_t to)
{
	const char *join = memchr(s->p + from, NORMAL_JOIN, to - from);
	if (!join) {
		part(s, from, to);
		return;
	}
	enum worth worth = look(s, from, to);
	if (worth == STRONG || (worth == COMMON && is_capital(s->p[from]))) {
		chain(s, from, to, true, worth == STRONG);
		return;
	}
	for (size_t i = from; i < to;) {
		join = memchr(s->p + i, NORMAL_JOIN, to - i);
		size_t end = join ? (size_t)(join - s->p) : to;
		if (end > i)
			part(s, i, end);
		i = end + 1;
	}
}
