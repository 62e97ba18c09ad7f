/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "detect/normal.h"
#include "detect/stems.h"

enum { MOST_TEXT = 1 << 30, MOST_PENDING = 32 };

/* Rows of stems that ended in the word at hand, until the word has ended too. */
struct pending {
	int16_t row[MOST_PENDING];
	size_t n;
};

static bool begins(const struct scan *s, size_t at, size_t to, const char *word)
{
	for (; *word; word++, at++)
		if (at >= to || scan_lower(s->p[at]) != *word)
			return false;
	return true;
}

bool scan_near(const struct scan *s, size_t from, size_t to, const char *const *words)
{
	if (to > s->n)
		to = s->n;
	for (size_t i = from; i < to; i++) {
		if (i > 0 && scan_is_letter(s->p[i - 1]))
			continue;
		for (const char *const *w = words; *w; w++)
			if (begins(s, i, to, *w))
				return true;
	}
	return false;
}

void scan_add(
    struct scan *s, enum detect_kind kind, enum detect_certainty certainty, size_t from, size_t to)
{
	struct detect_findings *f = &s->found;
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;
		struct detect_finding *list = realloc(f->list, cap * sizeof *list);
		if (!list) {
			s->out_of_memory = true;
			return;
		}
		f->list = list;
		f->cap = cap;
	}
	f->list[f->n++] = (struct detect_finding){from, to - from, kind, certainty};
}

static void deny(struct scan *s, size_t from, size_t to)
{
	struct ranges *d = &s->denied;
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 16;
		struct range *list = realloc(d->list, cap * sizeof *list);
		if (!list) {
			s->out_of_memory = true;
			return;
		}
		d->list = list;
		d->cap = cap;
	}
	d->list[d->n++] = (struct range){from, to};
}

/* Ask the detectors of a trigger, in the order of the table. */
static void ask(struct scan *s, enum trigger trigger, size_t at)
{
	for (size_t i = 0; i < detectors_count; i++) {
		const struct detector *d = &detectors[i];
		enum detect_certainty certainty = DETECT_LOW;
		size_t from = at;
		if (d->trigger != trigger)
			continue;
		size_t end = d->find(s, at, &from, &certainty);
		if (end == 0)
			continue;
		scan_add(s, d->kind, certainty, from, end);
		if (d->claims && end > s->claimed)
			s->claimed = end;
	}
}

static void note(const struct stem_automaton *a, struct pending *pending, uint16_t state)
{
	state &= STEM_FOUND - 1;
	if (a->row[state] < 0)
		state = a->also[state];
	for (; state && pending->n < MOST_PENDING; state = a->also[state]) {
		size_t i = 0;
		while (i < pending->n && pending->row[i] != a->row[state])
			i++;
		pending->row[i] = a->row[state];
		pending->n += i == pending->n;
	}
}

static uint16_t follow(
    const struct stem_automaton *a, struct pending *pending, uint16_t state, uint8_t symbol)
{
	uint16_t next = a->next[state][symbol];
	if (next & STEM_FOUND) {
		note(a, pending, next);
		next &= STEM_FOUND - 1;
	}
	return next;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* True for a word with a capital within a sentence, or with a number behind it. */
static bool reads_as_name(const struct scan *s, size_t from, size_t to)
{
	size_t i = from;
	if (!is_upper(s->p[from]) || is_upper(scan_at(s, from + 1)))
		return false;
	if (scan_at(s, to) == ' ' && scan_is_digit(scan_at(s, to + 1)))
		return true;
	while (i > 0 && s->p[i - 1] == ' ')
		i--;
	return i > 0 && scan_is_alnum(s->p[i - 1]);
}

/* A street; the last six endings are other words too (kankerzorgpad), so there a name is needed. */
static bool is_street(const struct scan *s, size_t from, size_t to)
{
	static const char *const ends[] = {"straat", "laan", "plein", "gracht", "kade", "singel",
	    "steeg", "dreef", "dijk", "weg", "hof", "pad", "park", "buurt", "wijk"};
	for (size_t i = 0; i < GW_LENGTH(ends); i++) {
		size_t k = strlen(ends[i]);
		if (to - from > k && begins(s, to - k, to, ends[i]))
			return i + 6 < GW_LENGTH(ends) || reads_as_name(s, from, to);
	}
	return false;
}

/* True unless the pattern of a row is in capitals and the text [from, to) is not. */
static bool has_its_capitals(const struct scan *s, size_t row, size_t from, size_t to)
{
	if (!is_upper(stems[row].pattern[0]))
		return true;
	for (size_t i = from; i < to; i++)
		if (!is_upper(s->p[i]))
			return false;
	return true;
}

/* Between words: whole-word rows end here, and what ended in the word becomes findings. */
static void word_ended(
    struct scan *s, const struct stem_automaton *a, struct pending *pending, size_t to)
{
	s->state = follow(a, pending, s->state, STEM_GAP);
	if (s->has_alternate)
		(void)follow(a, pending, s->alternate, STEM_GAP);
	s->has_alternate = false;
	size_t last = s->words - 1;
	for (size_t i = 0; i < pending->n; i++) {
		size_t row = (size_t)pending->row[i], k = a->words[row];
		size_t from = s->starts[(last + 1 - k) % GW_LENGTH(s->starts)];
		if (stems[row].kind == STEM_NOT)
			deny(s, from, to);
		else if (!is_street(s, from, to) && has_its_capitals(s, row, from, to))
			scan_add(s, (enum detect_kind)stems[row].kind, DETECT_MIDDLE, from, to);
	}
}

/* Take the word that begins at `from`; returns its end. */
static size_t take_word(struct scan *s, const struct stem_automaton *a, size_t from)
{
	struct pending pending = {.n = 0};
	uint16_t state = s->state;
	size_t i = from;
	s->starts[s->words++ % GW_LENGTH(s->starts)] = from;
	for (; i < s->n; i++) {
		uint8_t symbol = a->symbol[(unsigned char)s->p[i]];
		if (symbol == STEM_GAP) {
			if (s->p[i] != NORMAL_JOIN)
				break;
			s->has_alternate = true;
			s->alternate = a->next[0][STEM_GAP] & (STEM_FOUND - 1);
			continue;
		}
		uint16_t next = a->next[state][symbol];
		if (next & STEM_FOUND)
			note(a, &pending, next);
		state = next & (STEM_FOUND - 1);
		if (s->has_alternate)
			s->alternate = follow(a, &pending, s->alternate, symbol);
	}
	s->state = state;
	word_ended(s, a, &pending, i);
	if (s->known)
		known_word(s, from, i);
	return i;
}

/* Ask all who look at the word [from, to). */
static void ask_word(struct scan *s, size_t from, size_t to)
{
	size_t n = to - from, next = to;
	while (n == 2 && next - to < 2 && scan_at(s, next) && strchr(" .-/_,\n", s->p[next]))
		next++;
	if (n >= 2 && scan_is_digit(scan_at(s, next)))
		ask(s, AT_CODE, from);
	if ((n == 2 && begins(s, from, to, "at")) ||
	    (n >= 9 && n <= 12 &&
		(begins(s, from, to, "apenstaart") || begins(s, from, to, "apestaart"))))
		ask(s, AT_MAIL, from);
}

/* A group of digits begins at `at`; returns its end. */
static size_t take_digits(struct scan *s, size_t at)
{
	size_t end = at;
	ask(s, AT_NUMBER, at);
	while (end < s->n && scan_is_digit(s->p[end]))
		end++;
	return end;
}

static void pass(struct scan *s)
{
	const struct stem_automaton *a = stem_automaton();
	s->state = a->next[0][STEM_GAP] & (STEM_FOUND - 1);
	for (size_t i = 0; i < s->n;) {
		char c = s->p[i];
		bool alnum = scan_is_alnum(c);
		if (alnum && known_begins(s->known, c) && (i == 0 || !scan_is_alnum(s->p[i - 1]))) {
			size_t end = known_number(s, i);
			if (end > s->claimed)
				s->claimed = end;
		}
		if (alnum && !scan_is_digit(c)) {
			size_t end = take_word(s, a, i);
			ask_word(s, i, end);
			i = end;
		} else if (alnum) {
			i = take_digits(s, i);
		} else {
			if (c == '@' || c == '(' || c == '[' || c == '{' || c == '<')
				ask(s, AT_MAIL, i);
			i++;
		}
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct detect_finding *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static bool is_stem(const struct detect_finding *f)
{
	return f->kind == DETECT_HEALTH || f->kind == DETECT_CRIMINAL ||
	    f->kind == DETECT_OTHER_SPECIAL;
}

/* Sort, drop stems that are denied, make one of findings of a kind that overlap. */
static void settle(struct scan *s)
{
	struct detect_finding *f = s->found.list;
	size_t n = 0, d = 0, last[DETECT_KINDS] = {0}; /* index + 1 */
	if (s->found.n)
		qsort(f, s->found.n, sizeof *f, by_offset);
	for (size_t i = 0; i < s->found.n; i++) {
		while (d < s->denied.n && s->denied.list[d].to <= f[i].offset)
			d++;
		bool denied = false;
		for (size_t k = d; k < s->denied.n && s->denied.list[k].from <= f[i].offset; k++)
			denied |= f[i].offset + f[i].length <= s->denied.list[k].to;
		if (denied && is_stem(&f[i]))
			continue;
		struct detect_finding *before = last[f[i].kind] ? &f[last[f[i].kind] - 1] : NULL;
		if (before && f[i].offset < before->offset + before->length) {
			size_t end = f[i].offset + f[i].length;
			if (end > before->offset + before->length)
				before->length = end - before->offset;
			if (f[i].certainty > before->certainty)
				before->certainty = f[i].certainty;
			continue;
		}
		last[f[i].kind] = n + 1;
		f[n++] = f[i];
	}
	s->found.n = n;
}

void detect_findings_release(struct detect_findings *findings)
{
	free(findings->list);
	*findings = (struct detect_findings)DETECT_FINDINGS_INIT;
}

int detect_scan(const char *text, size_t n, const struct detect_known *known,
    struct detect_findings *ret_findings, struct errinfo *ei)
{
	struct normal z GW_CLEANUP(normal_release) = {0};
	if (n > MOST_TEXT)
		return err_set(ei, GW_ELIMIT, "text is longer than 1 GiB");
	int r = normal_make(&z, text, n);
	if (r == GW_EFORMAT)
		return err_set(ei, r, "text is not valid UTF-8");
	if (r < 0)
		return err_set(ei, r, "out of memory");
	struct scan s = {.p = z.text.data, .n = z.text.len, .known = known};
	pass(&s);
	settle(&s);
	free(s.denied.list);
	if (s.out_of_memory) {
		detect_findings_release(&s.found);
		return err_set(ei, GW_ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < s.found.n; i++) {
		struct detect_finding *f = &s.found.list[i];
		size_t from, to;
		normal_back(&z, f->offset, f->offset + f->length, &from, &to);
		f->offset = from;
		f->length = to - from;
	}
	*ret_findings = s.found;
	return 0;
}
