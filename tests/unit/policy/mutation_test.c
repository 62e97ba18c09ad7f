/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One letter wrong in any operative word of a shipped policy makes it invalid: nothing is guessed.
 * Free are only prose, and the names of policy, rules, roles and consent form.
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

static void one_letter_is_enough(void **state)
{
	static const char *const files[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	size_t tried = 0;
	(void)state;
	for (size_t f = 0; f < GW_LENGTH(files); f++) {
		char *text GW_CLEANUP(str_free_p) = slurp(files[f]);
		bool *spared GW_CLEANUP(str_free_p) = str_alloc(strlen(text) + 1);
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			mark_free(line, strcspn(line, "\n"), spared + (line - text));
		for (size_t i = 0; text[i]; i++) {
			char was = text[i];
			struct errinfo ei = ERRINFO_INIT;
			if (spared[i] || !isalpha((unsigned char)was))
				continue;
			text[i] = was == 'q' ? 'x' : 'q';
			struct policy *p GW_CLEANUP(policy_free_p) = load(text, &ei);
			if (p)
				fail_msg("%s: accepted: %.60s", files[f], text + i);
			text[i] = was;
			tried++;
		}
	}
	assert_true(tried > 3000); /* the test looks at what it is meant to */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_letter_is_enough),
	};
	return cmocka_run_group_tests_name("policy/mutation", tests, NULL, NULL);
}
