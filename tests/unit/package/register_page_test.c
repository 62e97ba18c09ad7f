/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/register_page.h"

#include "package/html_check.h"
#include "tests/unit/policy/policies.h"

static bool has(const struct buf *b, const char *s)
{
	return strstr(b->data, s) != NULL;
}

static size_t count(const struct buf *b, const char *s)
{
	size_t n = 0;
	for (const char *at = b->data; (at = strstr(at, s)); at += strlen(s))
		n++;
	return n;
}

static void a_plain_page_with_every_field(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t i = 0; i < 2 * GW_LENGTH(paths); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		struct errinfo ei = ERRINFO_INIT;
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(paths[i / 2]);
		test_code(register_page(p, i % 2 ? HTML_ENGLISH : HTML_DUTCH, &b, &ei), 0, &ei);
		test_code(html_check(b.data, b.len, &ei), 0, &ei);
		assert_int_equal(count(&b, "<br><small>"), p->decisions_n);
		assert_true(has(&b, i % 2 ? "<html lang=\"en\">" : "<html lang=\"nl\">"));
		assert_true(has(&b, p->sha256));
	}
}

static void it_says_what_a_citizen_asks(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(register_page(p, HTML_DUTCH, &b, &ei), 0, &ei);
	assert_true(has(&b, "<h1>Volledige overdracht aan opvolgende opdrachtnemer</h1>"));
	assert_true(has(&b, "<th scope=\"row\">Gezondheid: Diagnose<br><small>health.diagnosis"));
	assert_true(
	    has(&b, "<td>medisch (AVG 9); alleen wat iemand kan mag mee en nooit waarom</td>"));
	assert_true(has(&b, "<h2>Wat meegaat</h2>") && has(&b, "<h2>Wat blijft</h2>"));
	assert_true(strstr(b.data, "<h2>Wat blijft</h2>") < strstr(b.data, "Gezondheid: Diagnose"));
}

static void what_an_author_wrote_is_text(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct policy *p GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "title: ", "title: <script>x</script> & ");
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(register_page(p, HTML_DUTCH, &b, &ei), 0, &ei);
	assert_true(has(&b, "&lt;script&gt;x&lt;/script&gt; &amp; "));
	test_code(html_check(b.data, b.len, &ei), 0, &ei);
	struct buf small GW_CLEANUP(buf_release) = BUF_INIT(500);
	test_code(register_page(p, HTML_DUTCH, &small, &ei), GW_ELIMIT, &ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_plain_page_with_every_field),
	    cmocka_unit_test(it_says_what_a_citizen_asks),
	    cmocka_unit_test(what_an_author_wrote_is_text),
	};
	return cmocka_run_group_tests_name("package/register_page", tests, NULL, NULL);
}
