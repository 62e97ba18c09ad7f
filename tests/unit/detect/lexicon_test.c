/* SPDX-License-Identifier: EUPL-1.2 */
/* The words that detectors know, and the short ways to them against their definition. */
#include "detect/lexicon.h"

#include "base/defs.h"
#include "tests/unit/test.h"

enum { BEFORE = WORD_PARTICLE | WORD_TITLE | WORD_ROLE, MOST_WORDS = 1 << 14 };

struct each {
	const char *word;
	size_t n;
	uint32_t hash;
};
static struct each words[MOST_WORDS]; /* of all lists */
static size_t count;

static void take(const char *const *lines)
{
	for (; *lines; lines++)
		for (const char *w = *lines; *w;) {
			size_t n = strcspn(w, " ");
			assert_true(count < MOST_WORDS);
			words[count++] = (struct each){w, n, lexicon_hash(w, n)};
			w += n + (w[n] == ' ');
		}
}

static int take_all(void **state)
{
	(void)state;
	take(lexicon_usual);
	take(lexicon_given.lines);
	take(lexicon_family.lines);
	for (const struct lexicon_list *l = lexicon_things; l->bit; l++)
		take(l->lines);
	return 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct each *x = a, *y = b;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void no_two_words_have_one_hash(void **state)
{
	(void)state;
	static struct each sorted[MOST_WORDS];
	memcpy(sorted, words, sizeof sorted);
	qsort(sorted, count, sizeof *sorted, by_hash);
	for (size_t i = 1; i < count; i++)
		if (sorted[i].hash == sorted[i - 1].hash &&
		    (sorted[i].n != sorted[i - 1].n ||
			memcmp(sorted[i].word, sorted[i - 1].word, sorted[i].n) != 0))
			fail_msg("'%.*s' and '%.*s'", (int)sorted[i].n, sorted[i].word,
			    (int)sorted[i - 1].n, sorted[i - 1].word);
}

/* So that it makes no difference where a usual word is found. */
static void usual_words_are_dutch(void **state)
{
	(void)state;
	for (const char *const *line = lexicon_usual; *line; line++)
		for (const char *w = *line; *w;) {
			size_t n = strcspn(w, " ");
			if (n > 1 && !lexicon_is_dutch(w, n))
				fail_msg("'%.*s' is not in the table", (int)n, w);
			w += n + (w[n] == ' ');
		}
	assert_false(lexicon_is_dutch("zerfinoz", 8));
	assert_true(lexicon_is_dutch("FIETSER", 7));
	assert_true(lexicon_of("Fatma", 5) & WORD_GIVEN);
	assert_false(lexicon_of("Fatma", 5) & WORD_DUTCH);
}

static void words_before_names_by_shape(void **state)
{
	(void)state;
	size_t some = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n <= words[i].n; n++) {
			unsigned bits = lexicon_before(words[i].word, n);
			unsigned want = n ? lexicon_listed(words[i].word, n) & BEFORE : 0;
			assert_int_equal(bits, want);
			some += bits != 0;
		}
	assert_true(some > 100);
	assert_int_equal(lexicon_before("MEVROUW", 7), WORD_TITLE);
}

/* Two words as they are put together, from the definition. */
static bool is_compound(const char *w, size_t n)
{
	if (lexicon_is_dutch(w, n))
		return true;
	for (size_t k = 3; n <= 48 && k + 3 <= n; k++)
		for (size_t joint = 0; joint < 2; joint++) {
			size_t rest = n - k - joint;
			bool head = rest == 4 && strstr("type code naam fase", w + k + joint);
			if ((joint && w[k] != 's' && w[k] != 'S') || rest < 3 ||
			    (k < 5 && rest < 5 && !head))
				continue;
			if (lexicon_is_dutch(w, k) && lexicon_is_dutch(w + k + joint, rest))
				return true;
		}
	return false;
}

static void compounds_by_definition(void **state)
{
	(void)state;
	size_t yes = 0;
	for (size_t i = 0; i + 7 < count; i++) {
		char glued[128];
		int n = snprintf(glued, sizeof glued, "%.*s%s%.*s", (int)words[i].n, words[i].word,
		    i % 3 ? "" : "s", (int)words[i + 7].n, words[i + 7].word);
		bool want = is_compound(glued, (size_t)n);
		assert_int_equal(lexicon_is_compound(glued, (size_t)n), want);
		yes += want;
	}
	assert_true(yes > 50 && yes < count / 2);
	assert_true(lexicon_is_compound("Werkleertraject", 15));
	assert_true(lexicon_is_compound("adviesgesprek", 13));
	assert_false(lexicon_is_compound("senturk", 7));
	assert_true(is_compound("zaaktype", 8));
	assert_true(lexicon_is_compound("Zaaktype", 8));
	assert_false(lexicon_is_compound("zaakturk", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_two_words_have_one_hash),
	    cmocka_unit_test(usual_words_are_dutch),
	    cmocka_unit_test(words_before_names_by_shape),
	    cmocka_unit_test(compounds_by_definition),
	};
	return cmocka_run_group_tests_name("detect/lexicon", tests, take_all, NULL);
}
