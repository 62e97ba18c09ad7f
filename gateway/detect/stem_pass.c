/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stem_pass: the stem automaton along the text: findings of special categories, what cancels them,
 * and the cues at which other detectors are asked.
 *
 * Each step waits for the one before it, so a long text is followed at four places at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"
#include "detect/stems.h"

/* A match has at most so many words, so that one which began before a place ends by then. */
enum { LANES = 4, SHORTEST = 4096, MOST_WORDS = 8, TO_GAP = 256 };

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
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

static void cue(struct scan *s, int trigger, size_t at)
{
	struct cues *q = &s->cues;
	if (q->n == q->cap) {
		size_t cap = q->cap ? q->cap * 2 : 16;
		struct cue *list = realloc(q->list, cap * sizeof *list);
		if (!list) {
			s->out_of_memory = true;
			return;
		}
		q->list = list;
		q->cap = cap;
	}
	q->list[q->n++] = (struct cue){at, trigger};
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
		if (to - from > k && scan_is(s, to - k, ends[i]))
			return i + 6 < GW_LENGTH(ends) || reads_as_name(s, from, to);
	}
	return false;
}

/* True unless the pattern of a row is in capitals and the text [from, to) is not. */
static bool has_its_capitals(const struct scan *s, const struct stem *stem, size_t from, size_t to)
{
	if (!is_upper(stem->pattern[0]))
		return true;
	for (size_t i = from; i < to; i++)
		if (!is_upper(s->p[i]))
			return false;
	return true;
}

/* The start of the k-th word back from `to`, which is the end of a word. */
static size_t words_back(const struct scan *s, size_t to, size_t k)
{
	size_t i = to;
	for (; k > 0; k--) {
		while (i > 0 && !scan_is_letter(s->p[i - 1]))
			i--;
		while (i > 0 && scan_is_of_word(s->p[i - 1]))
			i--;
	}
	return i;
}

/* A row of stems ended at i, the end of a word or within one. */
static void row_ended(struct scan *s, const struct stem_automaton *a, size_t row, size_t to)
{
	const struct stem *stem = a->stem[row];
	size_t from = words_back(s, to, a->words[row]);
	if (stem->kind == STEM_NOT)
		deny(s, from, to);
	else if (stem->kind >= STEM_CUE)
		cue(s, stem->kind - STEM_CUE, from);
	else if (!is_street(s, from, to) && has_its_capitals(s, stem, from, to))
		scan_add(s, (enum detect_kind)stem->kind, DETECT_MIDDLE, from, to);
}

/* All rows that end in this state, reached by what stands at i. */
static void rows_ended(struct scan *s, const struct stem_automaton *a, uint16_t state, size_t i)
{
	size_t to = i;
	if (a->row[state] < 0)
		state = a->also[state];
	while (to < s->n && scan_is_of_word(s->p[to]))
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
	for (; i < s->n && scan_is_of_word(s->p[i]); i++) {
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

/* Follow the text from i to `to`, and on until MOST_WORDS words have ended behind it. */
static void run(struct scan *s, const struct stem_automaton *a, size_t i, size_t to, uint16_t state)
{
	size_t over = 0;
	while (i < s->n && (i < to || over <= MOST_WORDS)) {
		char c = s->p[i];
		uint8_t symbol = a->symbol[(unsigned char)c];
		uint16_t next = a->next[state][symbol];
		bool ends_word = symbol == STEM_GAP && i > 0 && scan_is_letter(s->p[i - 1]);
		/* behind a gap the same rows have been reported */
		if (next >= a->found && (symbol != STEM_GAP || ends_word))
			rows_ended(s, a, next, i);
		over += i >= to && ends_word;
		if (c == NORMAL_JOIN) {
			i = take_broken(s, a, i + 1, &state, next);
			continue;
		}
		state = next;
		i++;
	}
	state = a->next[state][STEM_GAP];
	if (i == s->n && state >= a->found && s->n > 0 && scan_is_letter(s->p[s->n - 1]))
		rows_ended(s, a, state, s->n);
}

/* The first place at `at` or behind it, not far, where no word is; 0 when there is none. */
static size_t gap_at(const struct scan *s, size_t at)
{
	for (size_t i = at; i < s->n && i < at + TO_GAP; i++)
		if (!scan_is_of_word(s->p[i]))
			return i;
	return 0;
}

/* In a lane a row may have ended at i: apart, so that the lanes keep to their registers. */
static __attribute__((noinline)) void lane_ended(
    struct scan *s, const struct stem_automaton *a, unsigned state, size_t i)
{
	bool gap = a->symbol[(unsigned char)s->p[i]] == STEM_GAP;
	if (state >= a->found && (!gap || (i > 0 && scan_is_letter(s->p[i - 1]))))
		rows_ended(s, a, (uint16_t)state, i);
}

/* Step in all lanes at once as long as the shortest goes; each then runs to its end alone. */
static void run_lanes(struct scan *s, const struct stem_automaton *a, const size_t from[LANES + 1])
{
	size_t n = s->n;
	for (size_t j = 0; j < LANES; j++)
		if (from[j + 1] - from[j] < n)
			n = from[j + 1] - from[j];
	const unsigned char *p0 = (const unsigned char *)s->p, *p1 = p0 + from[1],
			    *p2 = p0 + from[2], *p3 = p0 + from[3];
	const uint16_t *next = a->next[0];
	const uint8_t *y = a->symbol;
	const unsigned found = a->found;
	size_t s0 = a->start, s1 = s0, s2 = s0, s3 = s0;
	for (size_t k = 0; k < n; k++) {
		s0 = next[s0 * STEM_WIDTH + y[p0[k]]];
		s1 = next[s1 * STEM_WIDTH + y[p1[k]]];
		s2 = next[s2 * STEM_WIDTH + y[p2[k]]];
		s3 = next[s3 * STEM_WIDTH + y[p3[k]]];
		if (__builtin_expect(s0 >= found || s1 >= found || s2 >= found || s3 >= found, 0)) {
			lane_ended(s, a, (unsigned)s0, k);
			lane_ended(s, a, (unsigned)s1, from[1] + k);
			lane_ended(s, a, (unsigned)s2, from[2] + k);
			lane_ended(s, a, (unsigned)s3, from[3] + k);
		}
	}
	const size_t last[LANES] = {s0, s1, s2, s3};
	for (size_t j = 0; j < LANES; j++)
		run(s, a, from[j] + n, from[j + 1], (uint16_t)last[j]);
}

static int by_place(const void *a, const void *b)
{
	const struct cue *x = a, *y = b;
	return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->trigger - y->trigger;
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->from != y->from ? (x->from < y->from ? -1 : 1) : 0;
}

void stem_pass(struct scan *s)
{
	const struct stem_automaton *a = stem_automaton();
	size_t from[LANES + 1] = {0};
	bool lanes = s->n >= SHORTEST && !memchr(s->p, NORMAL_JOIN, s->n);
	for (size_t j = 1; lanes && j < LANES; j++) {
		from[j] = gap_at(s, s->n / LANES * j);
		lanes = from[j] > from[j - 1];
	}
	from[LANES] = s->n;
	if (lanes)
		run_lanes(s, a, from);
	else
		run(s, a, 0, s->n, a->start);
	/* the lanes went on side by side */
	if (s->cues.n)
		qsort(s->cues.list, s->cues.n, sizeof *s->cues.list, by_place);
	if (s->denied.n)
		qsort(s->denied.list, s->denied.n, sizeof *s->denied.list, by_start);
}
