/* SPDX-License-Identifier: EUPL-1.2 */
/* gateway.yaml: closed keys, limits with defaults. */
#include "home/settings.h"

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
	    cmocka_unit_test(a_scanner_is_asked_or_off),
	    cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
	};
	return cmocka_run_group_tests_name("home/settings", tests, NULL, NULL);
}
