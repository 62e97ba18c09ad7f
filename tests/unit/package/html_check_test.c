/* SPDX-License-Identifier: EUPL-1.2 */
/* A page from somebody else: what may be shown, and what never. (html_test checks our own.) */
#include "package/html_check.h"

#include "tests/unit/test.h"

#define HEAD "<!DOCTYPE html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n"
#define BODY HEAD "<title>x</title>\n</head>\n<body>\n"
#define END "</body>\n</html>\n"

static int check(const char *s)
{
	return html_check(s, strlen(s), NULL);
}

static void a_plain_page_passes(void **state)
{
	static const char *const good[] = {BODY END,
	    BODY "<h1>Jan &lt;script&gt; &amp; co</h1><p class=\"date\">3 > 2</p>" END,
	    BODY "<ul><li><a href=\"attachments/cv-1.pdf\">cv-1.pdf</a></li></ul>" END,
	    BODY "<p id=\"top\"><a href=\"#top\">terug</a></p>" END,
	    HEAD "<meta name=\"referrer\" content=\"no-referrer\">"
		 "<style>\nh1{color:#111}\n@media print{p{margin:0}}\n</style></head>" END,
	    BODY "<table><tr><th scope=\"row\">a</th><td>\xc3\xa9</td></tr></table>" END};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		if (check(good[i]) != 0)
			fail_msg("refused: %s", good[i]);
}

static void nothing_runs_and_nothing_is_fetched(void **state)
{
	static const char *const bad[] = {"", "plain text", "<html>", " " BODY END,
	    BODY "<script>x</script>" END, BODY "<SCRIPT>x</SCRIPT>" END,
	    BODY "<script src=\"http://evil/x.js\"></script>" END,
	    BODY "<p onclick=\"x\">a</p>" END, BODY "<p style=\"x\">a</p>" END,
	    BODY "<img src=\"http://evil/a.png\">" END, BODY "<img src=\"attachments/a.png\">" END,
	    BODY "<iframe></iframe>" END, BODY "<svg></svg>" END, BODY "<form></form>" END,
	    BODY "<a href=\"http://evil/\">a</a>" END, BODY "<a href=\"//evil/\">a</a>" END,
	    BODY "<a href=\"javascript:x\">a</a>" END,
	    BODY "<a href=\"attachments/../x\">a</a>" END,
	    BODY "<a href=\"attachments/..\">a</a>" END, BODY "<a href='#a'>a</a>" END,
	    BODY "<a href=#a>a</a>" END, BODY "<a href=\"&#106;avascript:x\">a</a>" END,
	    BODY "<p href=\"#a\">a</p>" END, BODY "<link href=\"#a\">" END,
	    BODY "<base href=\"#a\">" END, HEAD "<meta http-equiv=\"refresh\" content=\"0\">" END,
	    HEAD "<meta name=\"refresh\" content=\"0\">" END,
	    HEAD "<style>p{background:url(http://evil)}</style>" END,
	    HEAD "<style>@IMPORT 'x'</style>" END,
	    HEAD "<style>p{background:\\75rl(x)}</style>" END, HEAD "<style>p{}" END,
	    HEAD "<style>p{}<script>x</script></style>" END, BODY "<!-- a -->" END,
	    BODY "<?php ?>" END, BODY "<![CDATA[x]]>" END, BODY "<p", BODY "<",
	    BODY "<p/onclick=\"x\">" END, BODY "<p\nonclick=\"x\">" END, BODY "a\x01z" END,
	    BODY "a\xff" END};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		if (check(bad[i]) != GW_EREFUSED)
			fail_msg("passed: %s", bad[i]);
	assert_int_equal(html_check(BODY "\0" END, sizeof(BODY "\0" END) - 1, NULL), GW_EREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_plain_page_passes),
	    cmocka_unit_test(nothing_runs_and_nothing_is_fetched),
	};
	return cmocka_run_group_tests_name("package/html_check", tests, NULL, NULL);
}
