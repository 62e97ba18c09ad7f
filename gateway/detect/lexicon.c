/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/lexicon.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/defs.h"

/* Table of the lists: hash and bits; words of lists are few, so equal hashes do not occur (the unit
 * test looks). */
enum { SLOTS = 1 << 14, SHORTEST_PART = 3, SURE_PART = 5, LONGEST_WORD = 48 };

static struct {
	uint32_t hash, bits;
} slots[SLOTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Words that stand before names: a bit for each length, by first and last letter. */
enum { BEFORE = WORD_PARTICLE | WORD_TITLE | WORD_ROLE, LETTERS = 32 };
static uint32_t shapes[LETTERS][LETTERS];

/* Made by tools/wordtable at the build; words_data.S. */
extern const struct lexicon_table words_data __attribute__((visibility("hidden")));

static uint32_t *shape_of(const char *word, size_t n)
{
	return &shapes[word[0] & (LETTERS - 1)][word[n - 1] & (LETTERS - 1)];
}

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
		if (bit & BEFORE)
			*shape_of(w, n) |= UINT32_C(1) << (n % 32);
		w += n + (w[n] == ' ');
	}
}

static void add_list(const struct lexicon_list *list)
{
	for (const char *const *line = list->lines; *line; line++)
		add_line(*line, list->bit);
}

const char *const lexicon_usual[] = {
    "de het een en in van op er na door wie voor met is om dat die dit deze tijdens bij",
    "als zij hij ik we wij u haar zijn hun daarna verder ook dan nu naar uit aan over",
    "onder tot te of maar omdat wanneer waar wat hoe wel niet geen alle zo zou zal kan",
    "kunnen moet moeten mag mogen wil willen heeft hebben was waren wordt worden werd",
    "bent ben heb had gaat ga komt kom doet maak maakt geef geeft zie lees kies neem laat",
    "vraag bel hier hierbij hierin hiermee hiervoor hierdoor hierna daar daarom daarbij",
    "daarin daarmee daarnaast daardoor daarvoor daarop dus toch echter bovendien soms",
    "vaak altijd nooit misschien eerst eerder later sinds vanaf volgens binnen buiten",
    "zonder tussen via per vanuit namens rond ondanks wegens vanwege indien hoewel",
    "terwijl zodra zodat voordat nadat totdat want veel meer weinig sommige enkele elke",
    "elk ieder iedere iedereen alles iets niemand iemand men mensen welke welk waarom",
    "waarbij waarvoor hoeveel bijvoorbeeld eerste tweede derde laatste vorige volgende",
    "nieuwe andere ander beide eigen mijn jouw uw onze ons gemeente college raad wet",
    "artikel lid hoofdstuk paragraaf bijlage besluit aanvraag aanvrager bezwaar",
    "beslissing verordening regeling kandidaat klant deelnemer werkgever werknemer coach",
    "consulent traject training cursus werk werken baan stage vergoeding uitkering",
    "gesprek afspraak afspraken plan doel doelen resultaat conclusie advies reden",
    "situatie thuis gezin kinderen partner school opleiding taal vandaag gisteren morgen",
    "afgelopen momenteel inmiddels uiteindelijk helaas graag samen vooral alleen juist",
    "zowel mits tenzij ondersteuning begeleiding hulp contact overleg team",
    NULL,
};

static void fill(void)
{
	static const struct lexicon_list dutch = {WORD_DUTCH, lexicon_usual};
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
	const uint32_t *first = &words_data.first[h >> LEXICON_REST];
	for (uint32_t i = first[0]; i < first[1]; i++)
		if (words_data.rest[i] == (uint16_t)h)
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

unsigned lexicon_before(const char *word, size_t n)
{
	(void)pthread_once(&once, fill);
	if (n == 0 || !(*shape_of(word, n) >> (n % 32) & 1))
		return 0;
	return listed(lexicon_hash(word, n)) & BEFORE;
}

bool lexicon_is_dutch(const char *word, size_t n)
{
	return is_dutch(lexicon_hash(word, n));
}

/* Ends of words about work with which no family name ends: zaak+type, rol+naam. */
static bool is_head(const char *part, size_t n)
{
	static const char *const heads[] = {"type", "code", "naam", "fase"};
	for (size_t i = 0; i < GW_LENGTH(heads); i++)
		if (n == strlen(heads[i]) && strncasecmp(part, heads[i], n) == 0)
			return true;
	return false;
}

/* A Dutch word behind a first part of a letters: of two short ones much can be made by chance
 * (sen+turk). */
static bool is_rest(size_t a, const char *part, size_t n)
{
	return n >= SHORTEST_PART && (a >= SURE_PART || n >= SURE_PART || is_head(part, n)) &&
	    lexicon_is_dutch(part, n);
}

bool lexicon_is_compound(const char *word, size_t n)
{
	if (lexicon_is_dutch(word, n))
		return true;
	if (n > LONGEST_WORD)
		return false;
	uint32_t h = LEXICON_START; /* of the first k letters */
	for (size_t k = 0; k + SHORTEST_PART <= n; h = lexicon_step(h, word[k++])) {
		if (k < SHORTEST_PART || !is_dutch(h ? h : 1))
			continue;
		bool joint = word[k] == 's' || word[k] == 'S';
		if (is_rest(k, word + k, n - k) || (joint && is_rest(k, word + k + 1, n - k - 1)))
			return true;
	}
	return false;
}
