/* SPDX-License-Identifier: EUPL-1.2 */
/* Profiles of gateways: written, read back, refused, taken away. */
#include "home/gateways.h"

#include "base/clock.h"
#include "base/secret.h"
#include "home/terms.h"
#include "tests/unit/test.h"

#define OIN "00000099000000003000"

static char *top, *dir;
static struct home *home;

static int begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	(void)state;
	test_code(secret_init(&ei), 0, &ei);
	top = test_mkdir();
	dir = file_join(top, "h");
	const struct home_new n = {.oin = "00000099000000001000",
	    .name = "Werk en Zo",
	    .roles = ORG_PROVIDER,
	    .test = true,
	    .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, &ei), 0, &ei);
	test_code(home_open(dir, HOME_REGISTRY | HOME_CATALOGUE, &home, &ei), 0, &ei);
	return 0;
}

static int end(void **state)
{
	(void)state;
	home_free_p(&home);
	test_rmdir(&top);
	str_free_p(&dir);
	return 0;
}

static struct gateway_profile profile(const char *url, const char *oin, const char *proxy)
{
	struct gateway_profile p = {.url = ""};
	(void)snprintf(p.url, sizeof p.url, "%s", url);
	(void)snprintf(p.oin, sizeof p.oin, "%s", oin);
	(void)snprintf(p.proxy, sizeof p.proxy, "%s", proxy);
	return p;
}

static void written_and_read(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct gateway_profile p = profile("https://gw.example:8443", OIN, ""), q = {.url = "x"};
	struct file_list l = {0};
	test_code(gateway_names(home, &l, &ei), 0, &ei);
	assert_int_equal(l.n, 0);
	test_code(gateway_load(home, "default", &q, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "handover gateway add default"));
	test_code(gateway_add(home, "default", &p, &ei), 0, &ei);
	test_code(gateway_add(home, "default", &p, &ei), GW_EEXIST, &ei);
	test_code(gateway_load(home, "default", &q, &ei), 0, &ei);
	assert_memory_equal(&p, &q, sizeof p);
	p = profile("https://[::1]:8443", OIN, "http://proxy:3128");
	test_code(gateway_add(home, "a-2_b", &p, &ei), 0, &ei);
	test_code(gateway_load(home, "a-2_b", &q, &ei), 0, &ei);
	assert_string_equal(q.proxy, "http://proxy:3128");
	test_code(gateway_names(home, &l, &ei), 0, &ei);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.names[0], "a-2_b");
	file_list_release(&l);
	test_code(gateway_load(home, "c", &q, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "but: a-2_b, default"));
	test_code(gateway_remove(home, "a-2_b", &ei), 0, &ei);
	test_code(gateway_remove(home, "a-2_b", &ei), GW_ENOENT, &ei);
}

static void refused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	static const char *const names[] = {
	    "", "A", "../x", "-x", "_x", "a b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	static const char *const urls[] = {"http://gw.example", "https://", "https://gw.example/v1",
	    "https://user@gw.example", "https://gw.example\n"};
	struct gateway_profile p = profile("https://gw.example", OIN, ""), q;
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		test_code(gateway_add(home, names[i], &p, &ei), GW_EUSAGE, &ei);
		test_code(gateway_load(home, names[i], &q, &ei), GW_EUSAGE, &ei);
		test_code(gateway_remove(home, names[i], &ei), GW_EUSAGE, &ei);
	}
	for (size_t i = 0; i < GW_LENGTH(urls); i++) {
		p = profile(urls[i], OIN, "");
		test_code(gateway_add(home, "x", &p, &ei), GW_EUSAGE, &ei);
	}
	p = profile("https://gw.example", "1", "");
	test_code(gateway_add(home, "x", &p, &ei), GW_EUSAGE, &ei);
	p = profile("https://gw.example", OIN, "https://proxy");
	test_code(gateway_add(home, "x", &p, &ei), GW_EUSAGE, &ei);
}

static void read_strictly(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct gateway_profile p;
	static const char *const bad[] = {"", "url: https://gw.example\n", "oin: \"" OIN "\"\n",
	    "url: https://gw.example\noin: \"1\"\n", "url: ftp://gw.example\noin: \"" OIN "\"\n",
	    "url: https://gw.example\noin: \"" OIN "\"\nuser: x\n",
	    "url: https://gw.example\noin: \"" OIN "\"\nproxy: socks5://x\n"};
	char *file GW_CLEANUP(str_free_p) = file_join(dir, "gateways/x.yaml");
	char *folder GW_CLEANUP(str_free_p) = file_join(dir, "gateways");
	test_code(file_mkdirs(folder, 0700, &ei), 0, &ei);
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		test_code(
		    file_write(file, bad[i], strlen(bad[i]), 0644, FILE_REPLACE, &ei), 0, &ei);
		test_code(gateway_load(home, "x", &p, &ei), GW_EFORMAT, &ei);
		assert_true(ei.located);
	}
}

/* The terms of a policy that lies in policies/, and of one that nobody has. */
static void terms(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_PART_MAX);
	char *to GW_CLEANUP(str_free_p) = file_join(dir, "policies/p.yaml");
	char sha256[HASH_HEX];
	test_code(
	    file_read("policies/afronding-door-latende-partij.yaml", POLICY_PART_MAX, &text, &ei),
	    0, &ei);
	hash_sha256_hex(text.data, text.len, sha256);
	assert_false(home_terms(home, sha256).known);
	test_code(file_write(to, text.data, text.len, 0644, FILE_NEW, &ei), 0, &ei);
	struct home_terms t = home_terms(home, sha256);
	assert_true(t.known && t.direct && t.delete_never);
	assert_string_equal(t.id, "afronding-door-latende-partij");
	assert_true(t.version > 0);
	sha256[0] = sha256[0] == 'a' ? 'b' : 'a';
	assert_false(home_terms(home, sha256).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(written_and_read),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(read_strictly),
	    cmocka_unit_test(terms),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
