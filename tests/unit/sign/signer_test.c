/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys and requests: what loads, and what is refused before anything is signed with it. */
#include "sign/signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "sign/csr.h"
#include "tests/support/pki.h"

static struct pki pki;

static int setup(void **state)
{
	(void)state;
	pki = pki_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_free(&pki);
	return 0;
}

static int load(const char *cert, const char *key, struct errinfo *ei)
{
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	return signer_load(pki_path(&pki, cert, ".pem"), pki_path(&pki, key, ".key"), &s, ei);
}

static void a_pair_loads(void **state)
{
	(void)state;
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "a", &(struct pki_spec){.name = "Taalschool"});
	assert_int_equal(
	    signer_load(pki_path(&pki, "a", ".pem"), pki_path(&pki, "a", ".key"), &s, &ei), 0);
	assert_string_equal(signer_oin(s), PKI_OIN);
	assert_string_equal(signer_name(s), "Taalschool");
	assert_int_equal(signer_not_after(s), PKI_NOW + 365 * PKI_DAY + 999);
}

static void the_pair_must_be_one(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "a", &(struct pki_spec){0});
	pki_files(&pki, "b", &(struct pki_spec){0});
	assert_int_equal(load("a", "b", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "another certificate"));
	pki_files(&pki, "a", &(struct pki_spec){.no_issuer = true});
	assert_int_equal(load("a", "a", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "issuing authority"));
}

static void a_certificate_for_something_else_is_refused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "tls", &(struct pki_spec){.purpose = "serverAuth,clientAuth"});
	assert_int_equal(load("tls", "tls", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "extended key usage"));
}

static void weak_and_odd_keys_are_refused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "weak", &(struct pki_spec){.key = PKI_RSA1024});
	assert_int_equal(load("weak", "weak", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "2048"));
	pki_files(&pki, "odd", &(struct pki_spec){.key = PKI_SECP256K1});
	assert_int_equal(load("odd", "odd", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "curve"));
}

static void a_loose_or_strange_key_file_is_refused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "a", &(struct pki_spec){0});
	PKI_MUST(chmod(pki_path(&pki, "a", ".key"), 0640) == 0);
	assert_int_equal(load("a", "a", &ei), GW_EMODE);
	assert_int_equal(load("a", "nothing", &ei), GW_ENOENT);
	assert_int_equal(load("nothing", "a", &ei), GW_ENOENT);
	PKI_MUST(file_write(pki_path(&pki, "junk", ".key"), "junk\n", 5, 0600, FILE_NEW, &ei) == 0);
	assert_int_equal(load("a", "junk", &ei), GW_EFORMAT);
	PKI_MUST(file_write(pki_path(&pki, "junk", ".pem"), "", 0, 0600, FILE_NEW, &ei) == 0);
	assert_int_equal(load("junk", "a", &ei), GW_EFORMAT);
	/* a key among certificates is no certificate, and would leak if it were embedded */
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	PKI_MUST(file_read(pki_path(&pki, "a", ".pem"), 1 << 16, &b, &ei) == 0);
	PKI_MUST(chmod(pki_path(&pki, "a", ".key"), 0600) == 0);
	PKI_MUST(file_read(pki_path(&pki, "a", ".key"), 1 << 16, &b, &ei) == 0);
	PKI_MUST(
	    file_write(pki_path(&pki, "both", ".pem"), b.data, b.len, 0600, FILE_NEW, &ei) == 0);
	assert_int_equal(load("both", "a", &ei), GW_EFORMAT);
}

static void nobody_is_asked_for_a_passphrase(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	EVP_PKEY *key = pki_key(PKI_EC);
	unsigned char phrase[] = "phrase";
	pki_files(&pki, "a", &(struct pki_spec){0});
	FILE *f = fopen(pki_path(&pki, "locked", ".key"), "we");
	PKI_MUST(f && fchmod(fileno(f), 0600) == 0 &&
	    PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(), phrase, 6, NULL, NULL) == 1);
	(void)fclose(f);
	EVP_PKEY_free(key);
	assert_int_equal(load("a", "locked", &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "passphrase"));
}

static void a_uri_is_read_strictly(void **state)
{
	(void)state;
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "a", &(struct pki_spec){0});
	const char *const bad[] = {
	    "pkcs11:",
	    "pkcs11:object=a?pin-value=1234",
	    "pkcs11:object=a;pin-value=1234",
	    "pkcs11:object=a?pin-source=relative",
	    "pkcs11:object=a?pin-source=file:/x%zz",
	    "pkcs11:object=a?unknown=1",
	    "pkcs11:object=a?module-path=/x&module-path=/y",
	};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		assert_int_equal(
		    signer_load(pki_path(&pki, "a", ".pem"), bad[i], &s, &ei), GW_EFORMAT);
		assert_null(strstr(ei.msg, "1234"));
	}
	assert_int_equal(signer_load(pki_path(&pki, "a", ".pem"),
			     "pkcs11:object=a?pin-source=file:/nowhere/pin", &s, &ei),
	    GW_ENOENT);
	assert_null(s);
	assert_true(signer_is_token(bad[0]));
	assert_false(signer_is_token("organisation/signing.key"));
}

static void a_request_carries_name_and_oin(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	const char *key = pki_path(&pki, "new", ".key"), *csr = pki_path(&pki, "new", ".csr");
	assert_int_equal(csr_make(key, csr, PKI_OIN, "Gemeente ’t Voorbeeld", &ei), 0);
	assert_int_equal(file_check_private(key, &ei), 0);
	FILE *f = fopen(csr, "re");
	X509_REQ *req = PEM_read_X509_REQ(f, NULL, NULL, NULL);
	(void)fclose(f);
	assert_non_null(req);
	assert_int_equal(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
	char text[256];
	(void)X509_NAME_get_text_by_NID(
	    X509_REQ_get_subject_name(req), NID_serialNumber, text, sizeof text);
	assert_string_equal(text, PKI_OIN);
	(void)X509_NAME_get_text_by_NID(
	    X509_REQ_get_subject_name(req), NID_organizationName, text, sizeof text);
	assert_string_equal(text, "Gemeente ’t Voorbeeld");
	X509_REQ_free(req);
	/* a key is never replaced */
	assert_int_equal(csr_make(key, csr, PKI_OIN, "x", &ei), GW_EEXIST);
	assert_int_equal(csr_make(key, csr, "123", "x", &ei), GW_EFORMAT);
	assert_int_equal(csr_make(key, csr, PKI_OIN, "", &ei), GW_EFORMAT);
	assert_int_equal(csr_make(key, csr, PKI_OIN, "a\nb", &ei), GW_EFORMAT);
	assert_int_equal(
	    csr_make(key, csr, PKI_OIN,
		"0123456789012345678901234567890123456789012345678901234567890123x", &ei),
	    GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pair_loads),
	    cmocka_unit_test(the_pair_must_be_one),
	    cmocka_unit_test(a_certificate_for_something_else_is_refused),
	    cmocka_unit_test(weak_and_odd_keys_are_refused),
	    cmocka_unit_test(a_loose_or_strange_key_file_is_refused),
	    cmocka_unit_test(nobody_is_asked_for_a_passphrase),
	    cmocka_unit_test(a_uri_is_read_strictly),
	    cmocka_unit_test(a_request_carries_name_and_oin),
	};
	return cmocka_run_group_tests_name("sign/signer", tests, setup, teardown);
}
