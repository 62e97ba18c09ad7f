/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One letter wrong in any operative word of a shipped policy makes it invalid: nothing is guessed.
 * Free are only prose, which means nothing, and the names of policy, rules, roles and consent form.
 */
#include <ctype.h>

#include "tests/unit/policy/policies.h"

/* The value of a key of the language that anybody may word as he likes begins at s. */
static size_t free_value(const char *s)
{
	static const char *const keys[] = {
	    "because: ", "title: ", "rule: ", "role: ", "form: ", "policy: "};
	for (size_t i = 0; i < GW_LENGTH(keys); i++)
		if (str_starts(s, keys[i]))
			return strlen(keys[i]);
	return 0;
}

/* Mark what may change in the line: comments, and free values to the end of line or flow entry. */
static void mark_free(const char *line, size_t n, bool *ret_free)
{
	bool flow = memchr(line, '{', n);
	for (size_t i = 0; i < n; i++) {
		bool word = i && (isalnum((unsigned char)line[i - 1]) || line[i - 1] == '_');
		size_t key = word ? 0 : free_value(line + i);
		if (line[i] == '#')
			while (i < n)
				ret_free[i++] = true;
		for (i += key; key && i < n && !(flow && strchr(",}", line[i])); i++)
			ret_free[i] = true;
	}
}

/* One letter of a policy replaced by another. */
struct mutation {
	const char *file;
	char *text;
	size_t at;
	const char *meaning; /* of the policy as it is shipped */
};

/* Letters, and words: all of a comment, or of a value that anybody may word as he likes, is one. */
struct counts {
	size_t letters, rejected, words, free_words;
};

/* A name that the author may choose: it is accepted and stands in the meaning. */
static bool is_own_name(const char *text, size_t at)
{
	static const char *const keys[] = {"policy: ", "role: ", "form: "};
	size_t line = at;
	while (line > 0 && text[line - 1] != '\n')
		line--;
	for (size_t i = 0; i < GW_LENGTH(keys); i++)
		for (const char *s = text + line; (s = strstr(s, keys[i])) && s < text + at; s++)
			if (strcspn(s, ",}\n") > (size_t)(text + at - s))
				return true;
	return false;
}

/* What survives is in prose: it must mean the same, or be a name. */
static void try(const struct mutation *m, bool spared, struct counts *c)
{
	struct errinfo ei = ERRINFO_INIT;
	char was = m->text[m->at];
	m->text[m->at] = was == 'q' ? 'x' : 'q';
	struct policy *p GW_CLEANUP(policy_free_p) = load(m->text, &ei);
	m->text[m->at] = was;
	c->letters++;
	c->rejected += !p;
	if (!p)
		return;
	if (!spared)
		fail_msg("%s: accepted: %.60s", m->file, m->text + m->at);
	if (!str_eq(p->meaning, m->meaning) && !is_own_name(m->text, m->at))
		fail_msg("%s: means something else: %.60s", m->file, m->text + m->at);
}

/* A word begins at text[i]. */
static bool begins(const char *text, const bool *spared, size_t i)
{
	if (i == 0 || spared[i] != spared[i - 1])
		return spared[i] || isalpha((unsigned char)text[i]);
	return !spared[i] && isalpha((unsigned char)text[i]) &&
	    !isalnum((unsigned char)text[i - 1]) && !strchr("_.-", text[i - 1]);
}

/* Every letter of every shipped policy, one after the other. */
static void one_letter_is_enough(void **state)
{
	static const char *const files[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t f = 0; f < GW_LENGTH(files); f++) {
		struct counts c = {0};
		char *text GW_CLEANUP(str_free_p) = slurp(files[f]);
		bool *spared GW_CLEANUP(str_free_p) = str_alloc(strlen(text) + 1);
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(files[f]);
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			mark_free(line, strcspn(line, "\n"), spared + (line - text));
		for (size_t i = 0; text[i]; i++) {
			c.words += begins(text, spared, i);
			c.free_words += begins(text, spared, i) && spared[i];
			if (isalpha((unsigned char)text[i]))
				try(&(struct mutation){files[f], text, i, p->meaning}, spared[i],
				    &c);
		}
		size_t operative = c.words - c.free_words;
		printf("# note: %s: a letter wrong is noticed in %zu of %zu words (%zu %%), the "
		       "others are prose; %zu of %zu letters\n",
		    files[f], operative, c.words, 100 * operative / c.words, c.rejected, c.letters);
		assert_true(c.words > 100); /* the test looks at what it is meant to */
		assert_true(100 * operative >= 80 * c.words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_letter_is_enough),
	};
	return cmocka_run_group_tests_name("policy/mutation", tests, NULL, NULL);
}
