/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/lexicon.h"

#include <pthread.h>
#include <string.h>

/* Table of the lists: hash and bits; words of lists are few, so equal hashes do not occur (the unit
 * test looks). */
enum { SLOTS = 1 << 14, SHORTEST_PART = 3, SURE_PART = 5, LONGEST_WORD = 48 };

static struct {
	uint32_t hash, bits;
} slots[SLOTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Made by tools/wordtable at the build; words_data.S. */
extern const uint32_t words_data[LEXICON_SLOTS] __attribute__((visibility("hidden")));

static size_t slot_of(uint32_t h)
{
	size_t i = h % SLOTS;
	while (slots[i].hash && slots[i].hash != h)
		i = (i + 1) % SLOTS;
	return i;
}

static void add_line(const char *w, unsigned bit)
{
	while (*w) {
		size_t n = strcspn(w, " ");
		uint32_t h = lexicon_hash(w, n);
		size_t i = slot_of(h);
		slots[i].hash = h;
		slots[i].bits |= bit;
		w += n + (w[n] == ' ');
	}
}

static void add_list(const struct lexicon_list *list)
{
	for (const char *const *line = list->lines; *line; line++)
		add_line(*line, list->bit);
}

/* The most usual words of Dutch, so that the large table is left alone. */
static const char *const usual[] = {
    "de het een en in van op er na door wie voor met is om dat die dit deze tijdens bij als zij hij "
    "ik we wij u haar zijn hun daarna verder ook dan nu naar uit aan over onder tot te of maar "
    "omdat wanneer waar wat hoe wel niet geen alle",
    NULL,
};

static void fill(void)
{
	static const struct lexicon_list dutch = {WORD_DUTCH, usual};
	add_list(&dutch);
	add_list(&lexicon_given);
	add_list(&lexicon_family);
	for (const struct lexicon_list *l = lexicon_things; l->bit; l++)
		add_list(l);
}

static unsigned listed(uint32_t h)
{
	size_t i = slot_of(h);
	return slots[i].hash ? slots[i].bits : 0;
}

static bool is_dutch(uint32_t h)
{
	for (size_t i = h >> LEXICON_SHIFT; words_data[i]; i = (i + 1) % LEXICON_SLOTS)
		if (words_data[i] == h)
			return true;
	return false;
}

unsigned lexicon_listed(const char *word, size_t n)
{
	(void)pthread_once(&once, fill);
	return listed(lexicon_hash(word, n)) & ~(unsigned)WORD_DUTCH;
}

unsigned lexicon_of(const char *word, size_t n)
{
	(void)pthread_once(&once, fill);
	uint32_t h = lexicon_hash(word, n);
	unsigned bits = listed(h);
	return bits & WORD_DUTCH || !is_dutch(h) ? bits : bits | WORD_DUTCH;
}

bool lexicon_is_dutch(const char *word, size_t n)
{
	return is_dutch(lexicon_hash(word, n));
}

/* Two parts of such lengths: of a short one much can be made by chance (sen+turk). */
static bool fits(size_t a, size_t b)
{
	return b >= SHORTEST_PART && (a >= SURE_PART || b >= SURE_PART);
}

bool lexicon_is_compound(const char *word, size_t n)
{
	if (lexicon_is_dutch(word, n))
		return true;
	if (n > LONGEST_WORD)
		return false;
	for (size_t k = SHORTEST_PART; k + SHORTEST_PART <= n; k++) {
		if (!lexicon_is_dutch(word, k))
			continue;
		if (fits(k, n - k) && lexicon_is_dutch(word + k, n - k))
			return true;
		bool joint = word[k] == 's' || word[k] == 'S';
		if (joint && fits(k, n - k - 1) && lexicon_is_dutch(word + k + 1, n - k - 1))
			return true;
	}
	return false;
}
