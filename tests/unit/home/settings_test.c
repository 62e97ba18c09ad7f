/* SPDX-License-Identifier: EUPL-1.2 */
/* gateway.yaml: closed keys, limits with defaults. */
#include "home/settings.h"

#include "base/clock.h"
#include "tests/unit/test.h"

#define PIN "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD "oin: \"00000001000000001000\"\nname: Een\n"

static struct settings parsed(const char *text)
{
	struct settings s;
	struct errinfo ei = ERRINFO_INIT;
	test_code(settings_parse("gateway.yaml", text, strlen(text), &s, &ei), 0, &ei);
	return s;
}

static void little_is_enough(void **state)
{
	struct settings s = parsed(HEAD);
	(void)state;
	assert_string_equal(s.oin, "00000001000000001000");
	assert_false(s.test);
	assert_int_equal(s.officers_n, 0);
	assert_int_equal(s.limits.dossier.files, DOSSIER_LIMITS.files);
	assert_int_equal(s.limits.age.stanzas, AGE_LIMITS.stanzas);
	assert_int_equal(s.limits.threads, 0);
	assert_null(s.listen);
	assert_null(s.local);
	assert_int_equal(s.tls_profile, SETTINGS_NL_GOED);
	assert_int_equal(s.mandates_n + s.witnesses_n, 0);
	assert_true(s.serve.cases.package_bytes == 0 && s.serve.workers == 0);
	assert_null(settings_processing(&s, "referral"));
	settings_release(&s);
}

static void all_can_be_said(void **state)
{
	struct settings s = parsed(HEAD
	    "test: true\nregistry_officers: [\"" PIN
	    "\"]\nlisten: \"127.0.0.1:8443\"\nsigning_key: \"pkcs11:token=x\"\n"
	    "ladder_map: limburg\nclient_numbers: [\"K-9999\", 99-AAAA]\nlimits: {dossier_json_mb: 2, dossier_files: 7, threads: "
	    "3, age_header_kb: 64}\nprocessing: {referral: \"urn:x:1\"}\n");
	(void)state;
	assert_true(s.test);
	assert_string_equal(s.officers[0], PIN);
	assert_string_equal(s.signing_key, "pkcs11:token=x");
	assert_string_equal(s.ladder_map, "limburg");
	assert_int_equal(s.client_numbers_n, 2);
	assert_string_equal(s.client_numbers[0], "K-9999");
	assert_int_equal(s.limits.dossier.json_bytes, 2 << 20);
	assert_int_equal(s.limits.dossier.files, 7);
	assert_int_equal(s.limits.dossier.depth, DOSSIER_LIMITS.depth);
	assert_int_equal(s.limits.age.header_bytes, 64 << 10);
	assert_int_equal(s.limits.threads, 3);
	assert_string_equal(settings_processing(&s, "referral"), "urn:x:1");
	assert_null(settings_processing(&s, "continuity_of_support"));
	settings_release(&s);
}

static void the_daemon_is_told(void **state)
{
	struct settings s = parsed(
	    HEAD "listen: \"[::1]:8443\"\nlocal: run/local.sock\ntls_profile: digikoppeling\n"
		 "security_contact: {uri: \"mailto:veilig@voorbeeld.example\", until: 2027-06-30}\n"
		 "mandates: [\"00000001000000002000\"]\n"
		 "witnesses: [\"00000001000000003000\", \"00000001000000004000\"]\n"
		 "serve: {package_gb: 20, organisation_gb: 500, uploads: 9, reserve_gb: 40, "
		 "upload_days: 7, free_gb: 2, "
		 "connections: 50, per_address: 5, workers: 8, per_organisation: 3, grace_s: 4, "
		 "cosign_minutes: 30, cosign_warn_hours: 24}\n");
	(void)state;
	assert_string_equal(s.listen, "[::1]:8443");
	assert_string_equal(s.local, "run/local.sock");
	assert_int_equal(s.tls_profile, SETTINGS_DIGIKOPPELING);
	assert_int_equal(s.mandates_n, 1);
	assert_string_equal(s.mandates[0], "00000001000000002000");
	assert_int_equal(s.witnesses_n, 2);
	assert_string_equal(s.witnesses[1], "00000001000000004000");
	assert_true(s.serve.cases.package_bytes == UINT64_C(20) << 30);
	assert_true(s.serve.cases.organisation_bytes == UINT64_C(500) << 30);
	assert_true(s.serve.cases.free_bytes == UINT64_C(2) << 30);
	assert_int_equal(s.serve.cases.uploads, 9);
	assert_true(s.serve.cases.reserve_bytes == UINT64_C(40) << 30);
	assert_int_equal(s.serve.cases.upload_hours, 7 * 24);
	assert_int_equal(s.serve.connections, 50);
	assert_int_equal(s.serve.per_address, 5);
	assert_int_equal(s.serve.workers, 8);
	assert_int_equal(s.serve.per_peer, 3);
	assert_int_equal(s.serve.grace_s, 4);
	assert_int_equal(s.serve.cosign_minutes, 30);
	assert_int_equal(s.serve.cosign_warn_hours, 24);
	assert_string_equal(s.security.uri, "mailto:veilig@voorbeeld.example");
	assert_int_equal(s.security.until, INT64_C(1814392799999)); /* 2027-06-30, in Amsterdam */
	settings_release(&s);
}

/* The clock can be set only in a home that says that it is for tests. */
static void the_clock_is_for_tests(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct settings real = parsed(HEAD), test = parsed(HEAD "test: true\n");
	assert_int_equal(setenv("HANDOVER_TEST_CLOCK", "2026-02-03T04:05:06Z", 1), 0);
	test_code(settings_clock(&real, &ei), 0, &ei);
	assert_true(clock_now() > INT64_C(1770091506000) + 1000);
	test_code(settings_clock(&test, &ei), 0, &ei);
	assert_true(clock_now() == INT64_C(1770091506000));
	assert_int_equal(setenv("HANDOVER_TEST_CLOCK", "yesterday", 1), 0);
	test_code(settings_clock(&real, &ei), 0, &ei);
	test_code(settings_clock(&test, &ei), GW_EUSAGE, &ei);
	assert_int_equal(unsetenv("HANDOVER_TEST_CLOCK"), 0);
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	settings_release(&real);
	settings_release(&test);
}

static void a_scanner_is_asked_or_off(void **state)
{
	(void)state;
	struct settings on = parsed(HEAD "antivirus: {socket: /run/clamav/clamd.ctl}\nocr: off\n");
	assert_string_equal(settings_attach(&on).antivirus, "/run/clamav/clamd.ctl");
	assert_false(settings_attach(&on).ocr);
	settings_release(&on);
	struct settings off = parsed(HEAD "antivirus: off\nocr: auto\n");
	assert_null(settings_attach(&off).antivirus);
	assert_int_equal(settings_attach(&off).ocr, attach_can_ocr());
	settings_release(&off);
}

static const struct {
	const char *more, *said;
} wrong[] = {
    {"limit: {}", "gateway.yaml:3:1: unknown key \"limit\", did you mean \"limits\"?"},
    {"limits: {threads: many}", "gateway.yaml:3:19: threads: whole number from 0 to 1024 expected"},
    {"limits: {thread: 1}", "gateway.yaml:3:10: unknown key \"thread\", did you mean \"threads\"?"},
    {"test: yes", "gateway.yaml:3:7: test: true or false expected"},
    {"registry_officers: [abc]",
	"gateway.yaml:3:21: \"sha256:\" and 64 lower-case hex digits expected"},
    {"signing_key: /etc/key", "gateway.yaml:3:14: signing_key: a pkcs11: URI expected"},
    {"client_numbers: [K-9999, \"K*\"]",
	"gateway.yaml:3:26: client_numbers: 9 for a digit, A for a letter, such as \"K-9999\""},
    {"ladder_map: ../../x",
	"gateway.yaml:3:13: ladder_map: lower-case letters, digits, - and _ expected"},
    {"processing: {marketing: \"urn:x\"}", "gateway.yaml:3:14: unknown key \"marketing\""},
    {"antivirus: on", "gateway.yaml:3:12: antivirus: off, or {socket: PATH} expected"},
    {"antivirus: {socket: clamd.ctl}",
	"gateway.yaml:3:21: antivirus: the whole path of clamd's socket expected"},
    {"antivirus: {sokket: /x}",
	"gateway.yaml:3:13: unknown key \"sokket\", did you mean \"socket\"?"},
    {"tls_profile: goed", "gateway.yaml:3:14: \"goed\" is none of: nl-goed, digikoppeling"},
    {"security_contact: {uri: \"veilig@voorbeeld.example\", until: 2027-06-30}",
	"gateway.yaml:3:25: security_contact: mailto:, https:// or tel: and where to is expected"},
    {"security_contact: {uri: \"tel:0123\\r\\nX: y\", until: 2027-06-30}",
	"gateway.yaml:3:25: security_contact: mailto:, https:// or tel: and where to is expected"},
    {"security_contact: {uri: \"tel:+31123\", until: soon}",
	"gateway.yaml:3:46: security_contact: a day such as 2027-06-30 is expected"},
    {"security_contact: {uri: \"tel:+31123\"}", "gateway.yaml:3:19: key \"until\" is missing"},
    {"mandates: [123]", "gateway.yaml:3:12: mandates: an OIN of 20 digits expected"},
    {"witnesses: [\"00000001000000003000\", \"00000001000000003000\"]",
	"gateway.yaml:3:37: witnesses: stands there twice"},
    {"serve: {packages_gb: 1}",
	"gateway.yaml:3:9: unknown key \"packages_gb\", did you mean \"package_gb\"?"},
    {"serve: {upload_days: 0}",
	"gateway.yaml:3:22: upload_days: whole number from 1 to 90 expected"},
    {"serve: {workers: 20, connections: 19}",
	"gateway.yaml:3:8: serve: there are more workers than connections"},
    {"ocr: yes", "gateway.yaml:3:6: ocr: auto or off expected"},
    {"processing: {referral: x}", "gateway.yaml:3:24: a URI is expected"},
};

static void what_is_wrong_is_said_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++) {
		char *text GW_CLEANUP(str_free_p) = str_printf(HEAD "%s\n", wrong[i].more);
		struct settings s;
		struct errinfo ei = ERRINFO_INIT;
		test_code(
		    settings_parse("gateway.yaml", text, strlen(text), &s, &ei), GW_EFORMAT, &ei);
		assert_string_equal(ei.msg, wrong[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(little_is_enough),
	    cmocka_unit_test(all_can_be_said),
	    cmocka_unit_test(the_daemon_is_told),
	    cmocka_unit_test(the_clock_is_for_tests),
	    cmocka_unit_test(a_scanner_is_asked_or_off),
	    cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
	};
	return cmocka_run_group_tests_name("home/settings", tests, NULL, NULL);
}
