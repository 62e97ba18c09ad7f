/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * wordtable LIST OUT: the table of Dutch words of gateway/detect/lexicon.h from a list of words,
 * one a line: those that begin with a lower-case letter, in normal form, as hashes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "detect/lexicon.h"
#include "detect/normal.h"

enum { MOST = 1 << 21, FEWEST = 100000, LINE = 1024 };

static uint32_t hashes[MOST]; /* with doubles until they are sorted */
static size_t words;
static struct {
	uint32_t first[LEXICON_GROUPS + 1];
	uint16_t rest[MOST];
} table;

static void die(const char *what, const char *name)
{
	(void)fprintf(stderr, "wordtable: %s '%s'\n", what, name);
	exit(1);
}

static void add(const char *word, size_t n)
{
	if (words == MOST)
		die("more words than fit, from", word);
	hashes[words++] = lexicon_hash(word, n);
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Sort the hashes and lay each once into its group; returns the bytes of the table. */
static size_t fill_table(void)
{
	size_t n = 0, group = 0;
	qsort(hashes, words, sizeof *hashes, by_value);
	for (size_t i = 0; i < words; i++) {
		if (i > 0 && hashes[i] == hashes[i - 1])
			continue;
		while (group <= hashes[i] >> LEXICON_REST)
			table.first[group++] = (uint32_t)n;
		table.rest[n++] = (uint16_t)hashes[i];
	}
	while (group <= LEXICON_GROUPS)
		table.first[group++] = (uint32_t)n;
	words = n;
	return sizeof table.first + n * sizeof *table.rest;
}

/* Each run of letters of a line that begins with a small letter: "a-b" gives a and b. */
static void add_line(const char *line)
{
	struct normal z GW_CLEANUP(normal_release) = {0};
	if (normal_make(&z, line, strlen(line)) < 0)
		return;
	const char *p = z.text.data;
	if (*p < 'a' || *p > 'z')
		return;
	while (*p) {
		size_t n = strcspn(p, " -'./\n0123456789");
		if (n >= 2 && *p >= 'a' && *p <= 'z')
			add(p, n);
		p += n + (p[n] != '\0');
	}
}

int main(int argc, char **argv)
{
	char line[LINE];
	if (argc != 3)
		die("usage:", "wordtable LIST OUT");
	FILE *in = fopen(argv[1], "r");
	if (!in)
		die("the list of Dutch words is not there: install package wdutch:", argv[1]);
	while (fgets(line, sizeof line, in)) {
		line[strcspn(line, "\r\n")] = '\0';
		add_line(line);
	}
	(void)fclose(in);
	size_t size = fill_table();
	if (words < FEWEST)
		die("this is no list of Dutch words:", argv[1]);
	FILE *out = fopen(argv[2], "w");
	if (!out || fwrite(&table, size, 1, out) != 1 || fclose(out) != 0)
		die("cannot write", argv[2]);
	return 0;
}
