/* SPDX-License-Identifier: EUPL-1.2 */
/* The file that says whom to tell about a weakness (RFC 9116). */
#include "api/security_txt.h"

#include "base/date.h"
#include "tests/unit/test.h"

static void contact_and_expires_are_told_until_they_expire(void **state)
{
	(void)state;
	static char uri[] = "mailto:veilig@voorbeeld.example";
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1000);
	int64_t until;
	assert_int_equal(time_parse("2027-06-30T21:59:59.999Z", &until), 0);
	const struct settings_security s = {uri, until};
	assert_int_equal(security_txt(&s, until, &out), 0);
	assert_int_equal(buf_add(&out, "", 1), 0);
	assert_string_equal(out.data,
	    "Contact: mailto:veilig@voorbeeld.example\r\nExpires: 2027-06-30T21:59:59.999Z\r\n"
	    "Preferred-Languages: nl, en\r\n");
	buf_clear(&out);
	assert_int_equal(security_txt(&s, until + 1, &out), GW_ENOENT);
	assert_int_equal(out.len, 0);
}

static void without_a_contact_there_is_none(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1000);
	assert_int_equal(security_txt(NULL, 0, &out), GW_ENOENT);
	assert_int_equal(
	    security_txt(&(struct settings_security){NULL, INT64_MAX}, 0, &out), GW_ENOENT);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(contact_and_expires_are_told_until_they_expire),
	    cmocka_unit_test(without_a_contact_there_is_none),
	};
	return cmocka_run_group_tests_name("api/security_txt", tests, NULL, NULL);
}
