/* SPDX-License-Identifier: EUPL-1.2 */
/* Building of the Aho-Corasick automaton over the rows of stems.c. */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "detect/stems.h"

enum { MOST_SYMBOLS = 80 };

static struct stem_automaton automaton;
static bool behind_gap[STEM_STATES]; /* states that a gap leads to */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Follow or make the edge of the trie; 0 is the root and never a child. */
static uint16_t child(uint16_t state, uint8_t symbol)
{
	uint16_t *edge = &automaton.next[state][symbol];
	if (*edge == 0) {
		assert(automaton.states < STEM_STATES);
		automaton.row[automaton.states] = -1;
		behind_gap[automaton.states] = symbol == STEM_GAP;
		*edge = automaton.states++;
	}
	return *edge;
}

/* Write the symbols of a row's pattern to out; returns how many. */
static size_t symbols(const struct stem *stem, uint8_t out[MOST_SYMBOLS])
{
	const char *c = stem->pattern;
	size_t n = 0;
	if (*c == '*')
		c++;
	else
		out[n++] = STEM_GAP;
	for (; *c && *c != '*'; c++) {
		assert(n < MOST_SYMBOLS - 1);
		out[n++] = automaton.symbol[(unsigned char)*c];
	}
	if (*c != '*')
		out[n++] = STEM_GAP;
	return n;
}

/*
 * Follow the row as far as depth, making states on the way; true when it goes deeper. Called for
 * all rows at depth 1, then 2, …, so that the states that are used most lie together.
 */
static bool add_row(size_t i, size_t depth)
{
	uint8_t symbol[MOST_SYMBOLS];
	size_t n = symbols(automaton.stem[i], symbol);
	uint16_t s = 0;
	for (size_t k = 0; k < n && k < depth; k++)
		s = child(s, symbol[k]);
	if (n == depth) {
		assert(automaton.row[s] < 0);
		automaton.row[s] = (int16_t)i;
	}
	return n > depth;
}

/*
 * Turn the trie into the full table, breadth first. What is between words may be long: behind a
 * gap, a gap changes nothing.
 */
static void complete(void)
{
	static uint16_t queue[STEM_STATES], back[STEM_STATES];
	size_t head = 0, tail = 0;
	for (unsigned y = 0; y < STEM_WIDTH; y++)
		if (automaton.next[0][y])
			queue[tail++] = automaton.next[0][y];
	while (head < tail) {
		uint16_t s = queue[head++], b = back[s];
		automaton.also[s] = automaton.row[b] >= 0 ? b : automaton.also[b];
		for (unsigned y = 0; y < STEM_WIDTH; y++) {
			uint16_t t = automaton.next[s][y];
			if (t == 0) {
				automaton.next[s][y] = automaton.next[b][y];
			} else {
				back[t] = automaton.next[b][y];
				queue[tail++] = t;
			}
		}
	}
	for (uint16_t s = 0; s < automaton.states; s++)
		if (behind_gap[s])
			automaton.next[s][STEM_GAP] = s;
}

static bool has_row(size_t state)
{
	return automaton.row[state] >= 0 || automaton.also[state] != 0;
}

/* Number the states anew, in the same order, but those with a row to report last. */
static void order(void)
{
	static uint16_t to[STEM_STATES];
	static struct stem_automaton old;
	size_t n = automaton.states;
	uint16_t k = 0;
	for (size_t s = 0; s < n; s++)
		if (!has_row(s))
			to[s] = k++;
	automaton.found = k;
	for (size_t s = 0; s < n; s++)
		if (has_row(s))
			to[s] = k++;
	old = automaton;
	for (size_t s = 0; s < n; s++) {
		for (size_t y = 0; y < STEM_WIDTH; y++)
			automaton.next[to[s]][y] = to[old.next[s][y]];
		automaton.row[to[s]] = old.row[s];
		automaton.also[to[s]] = to[old.also[s]];
	}
}

static void build(void)
{
	size_t rows = stem_count();
	assert(rows <= STEM_ROWS);
	for (size_t c = 0x80; c < 256; c++)
		automaton.symbol[c] = STEM_OTHER;
	for (uint8_t i = 0; i < 26; i++)
		automaton.symbol['a' + i] = automaton.symbol['A' + i] = (uint8_t)(i + 1);
	automaton.row[0] = -1;
	automaton.states = 1;
	for (size_t i = 0; i < rows; i++) {
		automaton.stem[i] = stem_row(i);
		automaton.words[i] = 1;
		for (const char *c = automaton.stem[i]->pattern; *c; c++)
			automaton.words[i] = (uint8_t)(automaton.words[i] + (*c == ' '));
	}
	bool deeper = true;
	for (size_t depth = 1; deeper; depth++) {
		deeper = false;
		for (size_t i = 0; i < rows; i++)
			deeper |= add_row(i, depth);
	}
	complete();
	order();
	automaton.start = automaton.next[0][STEM_GAP];
}

const struct stem_automaton *stem_automaton(void)
{
	(void)pthread_once(&once, build);
	return &automaton;
}
