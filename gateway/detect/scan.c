/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/scan.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "detect/normal.h"
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
	for (; *texts; texts++)
		if (begins(s, at, s->n, *texts))
			return true;
	return false;
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

/* The rows of each trigger, in the order of the table. */
static struct {
	const struct detector *rows[16];
	size_t n;
} asked[TRIGGERS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void sort_rows(void)
{
	for (size_t i = 0; i < detectors_count; i++) {
		enum trigger t = detectors[i]->trigger;
		assert(asked[t].n < GW_LENGTH(asked[t].rows));
		asked[t].rows[asked[t].n++] = detectors[i];
	}
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

/* A capital, or a letter that is not Latin, begins a word at `at`. */
static void ask_capital(struct scan *s, size_t at)
{
	const struct word w = word_at(s, at);
	s->word = &w;
	ask(s, AT_CAPITAL, at);
	s->word = NULL;
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
	if (!is_upper(stem_row(row)->pattern[0]))
		return true;
	for (size_t i = from; i < to; i++)
		if (!is_upper(s->p[i]))
			return false;
	return true;
}

static bool is_of_word(char c)
{
	return scan_is_letter(c) || c == NORMAL_JOIN;
}

/* The start of the k-th word back from `to`, which is the end of a word. */
static size_t words_back(const struct scan *s, size_t to, size_t k)
{
	size_t i = to;
	for (; k > 0; k--) {
		while (i > 0 && !scan_is_letter(s->p[i - 1]))
			i--;
		while (i > 0 && is_of_word(s->p[i - 1]))
			i--;
	}
	return i;
}

/* A row of stems ended at i, the end of a word or within one. */
static void row_ended(struct scan *s, const struct stem_automaton *a, size_t row, size_t to)
{
	const struct stem *stem = stem_row(row);
	size_t from = words_back(s, to, a->words[row]);
	if (stem->kind == STEM_NOT)
		deny(s, from, to);
	else if (stem->kind >= STEM_CUE)
		ask(s, (enum trigger)(stem->kind - STEM_CUE), from);
	else if (!is_street(s, from, to) && has_its_capitals(s, row, from, to))
		scan_add(s, (enum detect_kind)stem->kind, DETECT_MIDDLE, from, to);
}

/* All rows that end in this state, reached by what stands at i. */
static void rows_ended(struct scan *s, const struct stem_automaton *a, uint16_t state, size_t i)
{
	size_t to = i;
	if (a->row[state] < 0)
		state = a->also[state];
	while (to < s->n && is_of_word(s->p[to]))
		to++;
	for (; state; state = a->also[state])
		row_ended(s, a, (size_t)a->row[state], to);
}

/*
 * A word was broken at i and goes on behind it: it is read as one (from `state`, which it gives
 * back) and as two (from `parted`). Returns the end of the word.
 */
static size_t take_broken(
    struct scan *s, const struct stem_automaton *a, size_t i, uint16_t *state, uint16_t parted)
{
	for (; i < s->n && is_of_word(s->p[i]); i++) {
		uint8_t symbol = a->symbol[(unsigned char)s->p[i]];
		if (symbol != STEM_GAP) {
			*state = a->next[*state][symbol];
			if (*state >= a->found)
				rows_ended(s, a, *state, i);
		}
		if (s->p[i] != NORMAL_JOIN || s->p[i - 1] != NORMAL_JOIN)
			parted = a->next[parted][symbol];
		if (parted >= a->found)
			rows_ended(s, a, parted, i);
	}
	parted = a->next[parted][STEM_GAP];
	if (parted >= a->found)
		rows_ended(s, a, parted, i);
	return i;
}

/* Ask those who look for letters with digits behind them: the word that ends before `at`. */
static void ask_code(struct scan *s, size_t at)
{
	enum { MOST_LETTERS = 40 };
	size_t end = at, from;
	while (end > 0 && at - end < 2 && strchr(" .-/_,\n", s->p[end - 1]))
		end--;
	from = end;
	while (from > 0 && end - from < MOST_LETTERS && scan_is_letter(s->p[from - 1]))
		from--;
	if (from < end && (end == at || end - from == 2))
		ask(s, AT_CODE, from);
}

/* A group of digits begins at `at`; returns its end. */
static size_t take_digits(struct scan *s, size_t at)
{
	size_t end = at;
	ask_code(s, at);
	ask(s, AT_NUMBER, at);
	while (end < s->n && scan_is_digit(s->p[end]))
		end++;
	return end;
}

/* For each byte its symbol, with EVENT where something begins that the automaton does not see. */
enum { EVENT = 0x80 };

static void mark_events(const struct scan *s, const struct stem_automaton *a, uint8_t class[256])
{
	for (int c = 0; c < 256; c++) {
		bool event = scan_is_digit((char)c) || is_upper((char)c) || c == NORMAL_JOIN ||
		    (c && strchr("@([{<", c)) || known_begins(s->known, (char)c) || c >= 0xc0;
		class[c] = a->symbol[c] | (event ? EVENT : 0);
	}
}

/* Follow the text from i on to where a row has ended or something begins. The state that is given
 * and given back is that before the character there. */
static size_t follow(const struct scan *s, const struct stem_automaton *a, const uint8_t class[256],
    size_t i, uint16_t *state)
{
	const unsigned found = a->found;
	const char *p = s->p;
	const size_t n = s->n;
	unsigned from = *state;
	for (; i < n; i++) {
		unsigned symbol = class[(unsigned char)p[i]];
		if (symbol & EVENT)
			break;
		unsigned to = a->next[from][symbol];
		if (to >= found)
			break;
		from = to;
	}
	*state = (uint16_t)from;
	return i;
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
		ask_capital(s, i);
	return i + 1;
}

static void pass(struct scan *s)
{
	const struct stem_automaton *a = stem_automaton();
	uint16_t state = a->start;
	uint8_t class[256];
	(void)pthread_once(&once, sort_rows);
	mark_events(s, a, class);
	for (size_t i = 0; (i = follow(s, a, class, i, &state)) < s->n;) {
		char c = s->p[i];
		uint8_t symbol = a->symbol[(unsigned char)c];
		uint16_t next = a->next[state][symbol];
		/* behind a gap the same rows have been reported */
		if (next >= a->found &&
		    (symbol != STEM_GAP || (i > 0 && scan_is_letter(s->p[i - 1]))))
			rows_ended(s, a, next, i);
		if (c == NORMAL_JOIN) {
			i = take_broken(s, a, i + 1, &state, next);
			continue;
		}
		state = next;
		i = class[(unsigned char)c] & EVENT ? take_event(s, i) : i + 1;
	}
	state = a->next[state][STEM_GAP];
	if (state >= a->found && s->n > 0 && scan_is_letter(s->p[s->n - 1]))
		rows_ended(s, a, state, s->n);
}

/* Follow the known names word by word. */
static void pass_known(struct scan *s)
{
	for (size_t i = 0, from; s->known && i < s->n;) {
		while (i < s->n && !scan_is_letter(s->p[i]))
			i++;
		from = i;
		while (i < s->n && is_of_word(s->p[i]))
			i++;
		if (i > from)
			known_word(s, from, i);
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

/* A word of which nothing is known is no finding where another one is. */
static void drop_capitals(struct scan *s)
{
	struct detect_finding *f = s->found.list;
	size_t n = 0, covered = 0;
	for (size_t i = 0; i < s->found.n; i++) {
		size_t end = f[i].offset + f[i].length;
		bool capital = f[i].kind == DETECT_CAPITAL, other = f[i].offset < covered;
		for (size_t k = i + 1; capital && k < s->found.n && f[k].offset < end; k++)
			other |= f[k].kind != DETECT_CAPITAL;
		if (capital && other)
			continue;
		if (!capital && end > covered)
			covered = end;
		f[n++] = f[i];
	}
	s->found.n = n;
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
	drop_capitals(s);
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
	pass_known(&s);
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
