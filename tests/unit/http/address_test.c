/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/unit/test.h"

static struct address from(const char *text)
{
	struct sockaddr_storage a = {0};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(4711)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(4711)};
	if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
		memcpy(&a, &four, sizeof four);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
		memcpy(&a, &six, sizeof six);
	}
	return address_of(&a);
}

static void one_party_counts_as_one(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
	    {"192.0.2.1", "192.0.2.1", true},
	    {"192.0.2.1", "192.0.2.2", false},
	    {"192.0.2.1", "193.0.2.1", false},
	    /* one network of 64 bits is one party's */
	    {"2001:db8:1:2::1", "2001:db8:1:2::1", true},
	    {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
	    {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
	    {"2001:db8:1:2::1", "2001:db9:1:2::1", false},
	    {"::1", "2001:db8::1", false},
	    /* a socket of version 6 that takes both */
	    {"::ffff:192.0.2.1", "192.0.2.1", true},
	    {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
	    {"::ffff:192.0.2.1", "::1", false},
	    /* the same bytes at the beginning, and nothing in common */
	    {"192.0.2.1", "c000:201::", false},
	    {"0.0.0.1", "::1", false},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct address a = from(rows[i].a), b = from(rows[i].b);
		if (address_is(&a, &b) != rows[i].same || address_is(&b, &a) != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

static void what_has_no_address_is_one(void **state)
{
	(void)state;
	const struct sockaddr_storage path = {.ss_family = AF_UNIX}, none = {0};
	struct address a = address_of(&path), b = address_of(&none), zero = from("0.0.0.0");
	assert_true(address_is(&a, &b));
	assert_false(address_is(&a, &zero));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_party_counts_as_one),
	    cmocka_unit_test(what_has_no_address_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
