/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/header.h"

#include "age/stanza.h"
#include "tests/unit/test.h"

#define B43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define END "--- " B43 "\n"
#define X "-> X25519 " B43 "\n" B43 "\n"
#define LINE64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"

static int read_text(
    struct header *h, const char *text, const struct age_limits *limits, struct errinfo *ei)
{
	struct source s;
	assert_int_equal(source_open_memory(&s, text, strlen(text), ei), 0);
	int r = header_read(h, &s, limits, ei);
	source_release(&s);
	return r;
}

static void refuses(const char *text, const char *why)
{
	struct header h = {.n = 0};
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(read_text(&h, text, &AGE_LIMITS, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, why);
	header_release(&h);
}

static void takes_what_it_does_not_know(void **state)
{
	(void)state;
	struct header h = {.n = 0};
	struct errinfo ei = ERRINFO_INIT;
	const char *text = AGE_VERSION "\n-> g!~ a b c\n" LINE64 "\n" X "-> x\nAA\n" END "rest";
	assert_int_equal(read_text(&h, text, &AGE_LIMITS, &ei), 0);
	assert_int_equal(h.n, 3);
	size_t n = 0;
	assert_memory_equal(header_arg(&h, h.stanzas, 3, &n), "c", 1);
	assert_int_equal(n, 1);
	assert_null(header_arg(&h, h.stanzas, 4, &n));
	assert_int_equal(h.stanzas[0].body_n, 48);
	assert_int_equal(h.stanzas[1].body_n, 32);
	assert_int_equal(h.stanzas[2].body_n, 1);
	assert_true(header_is(&h, h.stanzas + 1, "X25519"));
	assert_false(header_is(&h, h.stanzas + 1, "X2551"));
	assert_int_equal(h.raw.len, strlen(text) - 4);
	assert_int_equal(h.mac_over, strlen(text) - 4 - 45);
	header_release(&h);
}

static void form_is_strict(void **state)
{
	(void)state;
	const char *v = AGE_VERSION "\n";
	char text[1000];
	static const struct {
		const char *body, *why;
	} bad[] = {
	    {"", "header failure: line 2: the file ends within the header"},
	    {END, "header failure: line 2: no stanza"},
	    {"-> \n\n" END, "header failure: line 2: malformed arguments"},
	    {"-> a  b\n\n" END, "header failure: line 2: malformed arguments"},
	    {"-> a \n\n" END, "header failure: line 2: malformed arguments"},
	    {"-> a\x80\n\n" END, "header failure: line 2: malformed arguments"},
	    {"-> a\r\n\n" END, "header failure: line 2: malformed arguments"},
	    {"->a\n\n" END, "header failure: line 2: expected '-> ' or '--- '"},
	    {"-> a\n" LINE64 END,
		"header failure: line 4: the body before this line has no short last line"},
	    {"-> a\n" END,
		"header failure: line 3: the body before this line has no short last line"},
	    {"-> a\nA\n" END, "header failure: line 3: not canonical base64 without padding"},
	    {"-> a\nAB\n" END, "header failure: line 3: not canonical base64 without padding"},
	    {"-> a\nAA==\n" END, "header failure: line 3: not canonical base64 without padding"},
	    {"-> a\nA" LINE64 "\n" END,
		"header failure: line 3: a body line of more than 64 columns"},
	    {"-> a\n\n--- \n",
		"header failure: line 4: expected '--- ' and 43 characters of canonical base64"},
	    {"-> a\n\n---" B43 "\n",
		"header failure: line 4: expected '--- ' and 43 characters of canonical base64"},
	    {"-> a\n\n--- " B43, "header failure: line 4: the file ends within the header"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(text, sizeof text, "%s%s", v, bad[i].body);
		refuses(text, bad[i].why);
	}
	refuses("age-encryption.org/v2\n" X END, "header failure: line 1: expected " AGE_VERSION);
	refuses(AGE_VERSION "\r\n" X END, "header failure: line 1: expected " AGE_VERSION);
}

/* The rules of the two types hold for every stanza, also one for somebody else. */
static void known_types_are_checked(void **state)
{
	(void)state;
	const char *salt = "AAAAAAAAAAAAAAAAAAAAAA";
	char text[1000];
	static const char *const bad[] = {"-> X25519\n" B43 "\n", "-> X25519 " B43 " x\n" B43 "\n",
	    "-> X25519 " B43 "A\n" B43 "\n", "-> X25519 " B43 "\nAA\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct header h = {.n = 0};
		(void)snprintf(text, sizeof text, AGE_VERSION "\n" X "%s" END, bad[i]);
		assert_int_equal(read_text(&h, text, &AGE_LIMITS, &ei), GW_EFORMAT);
		assert_memory_equal(ei.msg, "header failure: line 4: ", 24);
		header_release(&h);
	}
	static const struct {
		const char *factor;
		unsigned value;
	} factors[] = {{"1", 1}, {"18", 18}, {"62", 62}, {"63", 0}, {"0", 0}, {"018", 0}, {"+1", 0},
	    {"-1", 0}, {"0x1", 0}, {"1a", 0}, {"18446744073709551617", 0}};
	for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct header h = {.n = 0};
		(void)snprintf(text, sizeof text, AGE_VERSION "\n-> scrypt %s %s\n" B43 "\n" END,
		    salt, factors[i].factor);
		int r = read_text(&h, text, &AGE_LIMITS, &ei);
		assert_int_equal(r, factors[i].value ? 0 : GW_EFORMAT);
		if (r == 0)
			assert_int_equal(stanza_work_factor(&h), factors[i].value);
		header_release(&h);
	}
	(void)snprintf(
	    text, sizeof text, AGE_VERSION "\n-> scrypt %s 10\n" B43 "\n-> x\n\n" END, salt);
	refuses(text, "header failure: line 2: a scrypt stanza must stand alone");
}

static void limits_hold(void **state)
{
	(void)state;
	const char *text = AGE_VERSION "\n" X X X END;
	size_t n = strlen(text);
	struct age_limits exact = {.header_bytes = n, .line_bytes = 53, .stanzas = 3};
	const struct {
		struct age_limits limits;
		int want;
	} all[] = {
	    {exact, 0},
	    {{n - 1, 53, 3, 0}, GW_EFORMAT},
	    {{n, 52, 3, 0}, GW_EFORMAT},
	    {{n, 53, 2, 0}, GW_EFORMAT},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct header h = {.n = 0};
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(read_text(&h, text, &all[i].limits, &ei), all[i].want);
		if (all[i].want)
			assert_memory_equal(ei.msg, "header failure: line ", 21);
		header_release(&h);
	}
}

/* A line without an end is refused at the limit, not collected. */
static void endless_line(void **state)
{
	(void)state;
	size_t n = 1 << 20;
	char *text = malloc(n + 1);
	assert_non_null(text);
	memset(text, 'a', n);
	text[n] = '\0';
	memcpy(text, AGE_VERSION "\n-> ", sizeof AGE_VERSION + 3);
	refuses(text, "header failure: line 2: a line of more than 65536 bytes");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_what_it_does_not_know),
	    cmocka_unit_test(form_is_strict),
	    cmocka_unit_test(known_types_are_checked),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(endless_line),
	};
	return cmocka_run_group_tests_name("age/header", tests, NULL, NULL);
}
