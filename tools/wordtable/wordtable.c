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

enum { MOST = LEXICON_SLOTS / 4 * 3, FEWEST = 100000, LINE = 1024 };

static uint32_t table[LEXICON_SLOTS];
static size_t words;

static void die(const char *what, const char *name)
{
	(void)fprintf(stderr, "wordtable: %s '%s'\n", what, name);
	exit(1);
}

static void add(const char *word, size_t n)
{
	uint32_t h = lexicon_hash(word, n);
	size_t i = h >> LEXICON_SHIFT;
	while (table[i] && table[i] != h)
		i = (i + 1) % LEXICON_SLOTS;
	words += !table[i];
	table[i] = h;
	if (words > MOST)
		die("more words than fit, from", word);
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
	if (words < FEWEST)
		die("this is no list of Dutch words:", argv[1]);
	FILE *out = fopen(argv[2], "w");
	if (!out || fwrite(table, sizeof table, 1, out) != 1 || fclose(out) != 0)
		die("cannot write", argv[2]);
	return 0;
}
