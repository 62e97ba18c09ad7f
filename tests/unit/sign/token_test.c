/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys in a token: softhsm2 plays the token, with keys imported for this test alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sign/cades.h"
#include "tests/support/pki.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define PIN "4711-test"

static struct pki pki;

/* Run a shell command of this test's own making, quietly. */
static void must_run(const char *fmt, ...) GW_PRINTF(1, 2);

static void must_run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;
	va_start(ap, fmt);
	PKI_MUST(vsnprintf(command, sizeof command, fmt, ap) < (int)sizeof command);
	va_end(ap);
	PKI_MUST(system(command) == 0);
}

/* Move the key of <name> into the token under that label. */
static void import(const char *name, const char *id)
{
	must_run("openssl pkcs8 -topk8 -nocrypt -in %s/%s.key -out %s/import.p8", pki.dir, name,
	    pki.dir);
	must_run("softhsm2-util --import %s/import.p8 --token gateway --label %s --id %s --pin " PIN
		 " >/dev/null",
	    pki.dir, name, id);
	PKI_MUST(unlink(pki_path(&pki, "import", ".p8")) == 0);
	PKI_MUST(unlink(pki_path(&pki, name, ".key")) == 0);
}

static int setup(void **state)
{
	(void)state;
	pki = pki_new();
	char text[160];
	int n = snprintf(
	    text, sizeof text, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", pki.dir);
	const char *conf = pki_path(&pki, "softhsm2", ".conf");
	PKI_MUST(mkdir(pki_path(&pki, "tokens", ""), 0700) == 0);
	PKI_MUST(file_write(conf, text, (size_t)n, 0600, FILE_NEW, NULL) == 0);
	PKI_MUST(setenv("SOFTHSM2_CONF", conf, 1) == 0);
	must_run("softhsm2-util --init-token --free --label gateway --so-pin 12345678 --pin " PIN
		 " >/dev/null");
	pki_files(&pki, "ec", &(struct pki_spec){0});
	pki_files(&pki, "rsa", &(struct pki_spec){.key = PKI_RSA3072});
	import("ec", "01");
	import("rsa", "02");
	PKI_MUST(
	    file_write(pki_path(&pki, "pin", ""), PIN "\n", sizeof PIN, 0600, FILE_NEW, NULL) == 0);
	PKI_MUST(file_write(pki_path(&pki, "wrong", ""), "9999\n", 5, 0600, FILE_NEW, NULL) == 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_free(&pki);
	return 0;
}

static const char *uri(const char *label, const char *pin)
{
	static char text[512];
	(void)snprintf(text, sizeof text,
	    "pkcs11:token=gateway;object=%s;type=private?module-path=" MODULE "%s%s%s%s", label,
	    pin ? "&pin-source=file:" : "", pin ? pki.dir : "", pin ? "/" : "", pin ? pin : "");
	return text;
}

/* Must come first: the engine, once started, stays. */
static void without_the_engine_it_says_what_to_install(void **state)
{
	(void)state;
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	PKI_MUST(setenv("OPENSSL_ENGINES", pki.dir, 1) == 0);
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("ec", "pin"), &s, &ei), GW_ESUPPORT);
	assert_non_null(strstr(ei.msg, "libengine-pkcs11-openssl"));
	PKI_MUST(unsetenv("OPENSSL_ENGINES") == 0);
}

static void the_pin_is_needed_and_kept_private(void **state)
{
	(void)state;
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("ec", NULL), &s, &ei), GW_EAUTH);
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("ec", "wrong"), &s, &ei), GW_EAUTH);
	PKI_MUST(chmod(pki_path(&pki, "pin", ""), 0644) == 0);
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("ec", "pin"), &s, &ei), GW_EMODE);
	PKI_MUST(chmod(pki_path(&pki, "pin", ""), 0600) == 0);
	assert_null(s);
}

/* The engine would read both out of the path, and no mode of a PIN file would be looked at. */
static void what_belongs_behind_the_question_mark_stands_there(void **state)
{
	static const char *const more[] = {"pin-source=file:/x", "PIN-SOURCE=/x", "pin%2dsource=/x",
	    "module-path=/x.so", "pin-value=1234", "%70in-value=1234"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(more); i++) {
		char text[256];
		struct signer *s = NULL;
		struct errinfo ei = ERRINFO_INIT;
		(void)snprintf(text, sizeof text, "pkcs11:token=gateway;object=ec;%s", more[i]);
		assert_int_equal(
		    signer_load(pki_path(&pki, "ec", ".pem"), text, &s, &ei), GW_EFORMAT);
		assert_non_null(strstr(ei.msg, "pin-source"));
		assert_null(s);
	}
}

static void a_module_that_is_not_there_is_named(void **state)
{
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(signer_load(pki_path(&pki, "ec", ".pem"),
			     "pkcs11:object=ec?module-path=/nowhere.so", &s, &ei),
	    GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "there is no module '/nowhere.so'"));
}

static void sign_and_verify(const char *name, const char *key)
{
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	struct trust *t GW_CLEANUP(trust_free_p) = NULL;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	size_t n = 0;
	if (signer_load(pki_path(&pki, name, ".pem"), key, &s, &ei) < 0)
		print_error("%s\n", ei.msg);
	assert_non_null(s);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), 0);
	for (int i = 0; i < 3; i++) {
		buf_clear(&b);
		int r = cades_sign(s, "content", 7, PKI_NOW, &b, &ei);
		if (r < 0)
			print_error("%s\n", ei.msg);
		assert_int_equal(r, 0);
		assert_int_equal(
		    cades_verify(t, b.data, b.len, "content", 7, PKI_NOW, PKI_NOW, &by, 1, &n, &ei),
		    0);
		assert_string_equal(by.spki, signer_spki(s));
	}
}

static void keys_in_the_token_sign(void **state)
{
	(void)state;
	sign_and_verify("ec", uri("ec", "pin"));
	sign_and_verify("rsa", uri("rsa", "pin"));
}

static void the_pin_may_come_from_the_environment(void **state)
{
	(void)state;
	PKI_MUST(setenv("HANDOVER_PKCS11_PIN", PIN, 1) == 0);
	sign_and_verify("ec", uri("ec", NULL));
	PKI_MUST(unsetenv("HANDOVER_PKCS11_PIN") == 0);
}

static void the_key_must_be_there_and_fit(void **state)
{
	(void)state;
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("nothing", "pin"), &s, &ei), GW_EAUTH);
	assert_int_equal(
	    signer_load(pki_path(&pki, "ec", ".pem"), uri("rsa", "pin"), &s, &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "another certificate"));
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_the_engine_it_says_what_to_install),
	    cmocka_unit_test(what_belongs_behind_the_question_mark_stands_there),
	    cmocka_unit_test(a_module_that_is_not_there_is_named),
	    cmocka_unit_test(the_pin_is_needed_and_kept_private),
	    cmocka_unit_test(keys_in_the_token_sign),
	    cmocka_unit_test(the_pin_may_come_from_the_environment),
	    cmocka_unit_test(the_key_must_be_there_and_fit),
	};
	return cmocka_run_group_tests_name("sign/token", tests, setup, teardown);
}
