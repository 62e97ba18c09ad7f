/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/scan.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "detect/normal.h"
#include "detect/sixteen.h"
#include "detect/stems.h"
#include "detect/word.h"

enum { MOST_TEXT = 1 << 30 };

static bool begins(const struct scan *s, size_t at, size_t to, const char *word)
{
	for (; *word; word++, at++)
		if (at >= to || scan_lower(s->p[at]) != *word)
			return false;
	return true;
}

bool scan_is(const struct scan *s, size_t at, const char *text)
{
	return begins(s, at, s->n, text);
}

bool scan_is_one(const struct scan *s, size_t at, const char *const *texts)
{
	char first = scan_lower(scan_at(s, at));
	for (; *texts; texts++)
		if (**texts == first && begins(s, at, s->n, *texts))
			return true;
	return false;
}

bool scan_near(const struct scan *s, size_t from, size_t to, const char *const *words)
{
	uint32_t firsts = 0; /* a bit for each first character, by its last five */
	if (to > s->n)
		to = s->n;
	for (const char *const *w = words; *w; w++)
		firsts |= UINT32_C(1) << (**w & 31);
	for (size_t i = from; i < to; i++) {
		if (!(firsts >> (s->p[i] & 31) & 1) || (i > 0 && scan_is_letter(s->p[i - 1])))
			continue;
		char first = scan_lower(s->p[i]);
		for (const char *const *w = words; *w; w++)
			if (**w == first && begins(s, i, to, *w))
				return true;
	}
	return false;
}

size_t scan_sentence(const struct scan *s, size_t at, size_t near)
{
	enum { LONG = 5 };
	size_t stop = at > near ? at - near : 0;
	for (size_t i = at; i > stop; i--) {
		char c = s->p[i - 1], next = scan_at(s, i);
		if (c == '\n' && next == '\n')
			return i;
		size_t n = 0;
		while (c == '.' && next == ' ' && n < LONG && n + 1 < i &&
		    scan_is_letter(s->p[i - 2 - n]))
			n++;
		if (n == LONG)
			return i;
	}
	return stop;
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

/* The rows of each trigger, in the order of the table. */
static struct {
	const struct detector *rows[16];
	size_t n;
} asked[TRIGGERS];
static bool starts[256]; /* by character: something may begin there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static void sort_rows(void)
{
	for (size_t i = 0; i < detectors_count; i++) {
		enum trigger t = detectors[i]->trigger;
		assert(asked[t].n < GW_LENGTH(asked[t].rows));
		asked[t].rows[asked[t].n++] = detectors[i];
		t = detectors[i]->also;
		if (t != AT_CODE)
			asked[t].rows[asked[t].n++] = detectors[i];
	}
	for (int c = 0; c < 256; c++)
		starts[c] = scan_is_digit((char)c) || is_upper((char)c) ||
		    (c && strchr("@([{<", c)) || c >= 0xc0;
}

/* Ask the detectors of a trigger, in the order of the table. */
static void ask(struct scan *s, enum trigger trigger, size_t at)
{
	for (size_t i = 0; i < asked[trigger].n; i++) {
		const struct detector *d = asked[trigger].rows[i];
		enum detect_certainty certainty = DETECT_LOW;
		size_t from = at;
		size_t end = d->find(s, at, &from, &certainty);
		if (end == 0)
			continue;
		scan_add(s, d->kind, certainty, from, end);
		if (d->kind == DETECT_URL)
			s->link_end = end;
		if (d->claims && end > s->claimed)
			s->claimed = end;
		if (d->names && end > s->named)
			s->named = end;
	}
}

/* A capital, or a letter that is not Latin, begins a word at `at`; returns where something else may
 * begin: behind the word, unless it was broken. */
static size_t ask_capital(struct scan *s, size_t at)
{
	const struct word w = word_at(s, at);
	s->word = &w;
	ask(s, AT_CAPITAL, at);
	s->word = NULL;
	return w.broken ? at + 1 : w.to;
}

/* What may stand between the letters of a code and its digits. */
static bool is_between(char c)
{
	switch (c) {
	case ' ':
	case '.':
	case '-':
	case '/':
	case '_':
	case ',':
	case '\n':
		return true;
	default:
		return false;
	}
}

/* Ask those who look for letters with digits behind them: the word that ends before `at`. */
static void ask_code(struct scan *s, size_t at)
{
	enum { MOST_LETTERS = 40 };
	size_t end = at, from;
	while (end > 0 && at - end < 2 && is_between(s->p[end - 1]))
		end--;
	from = end;
	while (from > 0 && end - from < MOST_LETTERS && scan_is_letter(s->p[from - 1]))
		from--;
	if (from < end && (end == at || end - from == 2))
		ask(s, AT_CODE, from);
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

/* True for the first letters of months and of jaar, and e. */
static bool is_of_month(char c)
{
	return c == 'j' || c == 'f' || c == 'm' || c == 'a' || c == 's' || c == 'o' || c == 'n' ||
	    c == 'd' || c == 'e';
}

/*
 * Most numbers in prose are a count or a year: who must be asked about the digits [at, end)? All,
 * unless they stand alone before a small letter that begins no month and no `jaar`, or are a year
 * before a word or the end of a clause.
 */
static enum trigger who(const struct scan *s, size_t at, size_t end)
{
	char before = at > 0 ? s->p[at - 1] : ' ', next = scan_at(s, end);
	char behind = scan_at(s, end + 1);
	if ((before != ' ' && before != '(' && before != '\n') || s->p[at] == '0')
		return AT_NUMBER;
	if (at > 1 && (scan_is_digit(s->p[at - 2]) || s->p[at - 2] == '+'))
		return AT_NUMBER;
	if (end - at <= 3 && next == ' ' && is_small(behind) && !is_of_month(behind))
		return AT_COUNT;
	bool century =
	    (s->p[at] == '1' && s->p[at + 1] == '9') || (s->p[at] == '2' && s->p[at + 1] == '0');
	bool word = next == ' ' && is_small(behind) && is_small(scan_at(s, end + 2)) &&
	    is_small(scan_at(s, end + 3));
	bool stop = (next == '.' || next == ',' || next == ';') && behind == ' ' &&
	    scan_is_letter(scan_at(s, end + 2));
	return end - at == 4 && century && (word || stop) ? AT_YEAR : AT_NUMBER;
}

/* A group of digits begins at `at`; returns its end. */
static size_t take_digits(struct scan *s, size_t at)
{
	size_t end = at;
	while (end < s->n && scan_is_digit(s->p[end]))
		end++;
	ask_code(s, at);
	ask(s, who(s, at, end), at);
	return end;
}

/* Characters at which something begins. */
struct events {
	bool at[256];
	bool usual; /* only among those of which may_begin tells */
};

/* Where something may begin in any text: among digits, capitals, brackets and their neighbours. */
static sixteen may_begin(sixteen v)
{
	return ((v >= '0') & (v <= '[')) | (v == '(') | (v >= '{') | (v < 0);
}

/* The same for one character. */
static bool is_usual(char c)
{
	return (c >= '0' && c <= '[') || c == '(' || c >= '{' || c < 0;
}

/* At which characters something begins, in any text and in this one. */
static void mark_events(const struct scan *s, struct events *e)
{
	const bool *known = known_first(s->known);
	memcpy(e->at, starts, sizeof starts);
	e->usual = true;
	for (int c = 0; known && c < 256; c++) {
		e->at[c] |= known[c];
		e->usual &= !known[c] || is_usual((char)c);
	}
}

/* What begins at i, a character with an event; returns where to go on. */
static size_t take_event(struct scan *s, size_t i)
{
	char c = s->p[i];
	bool begins_here = i == 0 || !scan_is_alnum(s->p[i - 1]);
	if (begins_here && known_begins(s->known, c)) {
		size_t end = known_number(s, i);
		if (end > s->claimed)
			s->claimed = end;
	}
	if (scan_is_digit(c))
		return take_digits(s, i);
	if (!scan_is_alnum(c))
		ask(s, AT_MAIL, i);
	else if (begins_here && (is_upper(c) || (unsigned char)c >= 0xc0))
		return ask_capital(s, i);
	return i + 1;
}

/* The first event from i on, or stop. */
static size_t skip(const struct scan *s, const struct events *e, size_t i, size_t stop)
{
	const unsigned char *p = (const unsigned char *)s->p;
	for (size_t k = SIXTEEN; e->usual && i + SIXTEEN <= stop; i += k + (k < SIXTEEN)) {
		k = sixteen_first(may_begin(sixteen_at(s->p + i)));
		if (k < SIXTEEN && e->at[p[i + k]])
			return i + k;
	}
	while (
	    i + 4 <= stop && !(e->at[p[i]] | e->at[p[i + 1]] | e->at[p[i + 2]] | e->at[p[i + 3]]))
		i += 4;
	while (i < stop && !e->at[p[i]])
		i++;
	return i;
}

/* Walk along the text from one event or cue to the next. */
static void pass(struct scan *s)
{
	struct events e;
	size_t cue = 0;
	(void)pthread_once(&once, sort_rows);
	mark_events(s, &e);
	for (size_t i = 0; i < s->n;) {
		while (cue < s->cues.n && s->cues.list[cue].at < i)
			cue++;
		size_t stop = cue < s->cues.n ? s->cues.list[cue].at : s->n;
		i = skip(s, &e, i, stop);
		for (; cue < s->cues.n && s->cues.list[cue].at == i; cue++)
			ask(s, (enum trigger)s->cues.list[cue].trigger, i);
		if (i < s->n)
			i = e.at[(unsigned char)s->p[i]] ? take_event(s, i) : i + 1;
	}
}

/* Follow the known names word by word. */
static void pass_known(struct scan *s)
{
	for (size_t i = 0, from; s->known && i < s->n;) {
		while (i < s->n && !scan_is_letter(s->p[i]))
			i++;
		from = i;
		while (i < s->n && scan_is_of_word(s->p[i]))
			i++;
		if (i > from)
			known_word(s, from, i);
	}
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
	stem_pass(&s);
	pass(&s);
	pass_known(&s);
	scan_settle(&s);
	free(s.denied.list);
	free(s.cues.list);
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
