/* SPDX-License-Identifier: EUPL-1.2 */
/* Stock `openssl cms` and this house read each other (docs/FORMATS.md §8), and where they differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/cms.h>

#include "base/clock.h"
#include "sign/cades.h"
#include "tests/support/pki.h"

static const char content[] = "data/dossier.json\nwith a CR\r\n";
enum { CONTENT_N = sizeof content - 1 };

static struct pki pki;
static struct trust *trust;
static int64_t now;

/* The certificates of this file are valid on the real clock: the stock tool has no other. */
static int setup(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	pki = pki_new();
	now = clock_now();
	int64_t from = now - 30 * PKI_DAY, until = now + 30 * PKI_DAY;
	pki_crl(&pki, "root", pki.root, pki.root_key, from, until, NULL, 0);
	pki_crl(&pki, "ca", pki.ca, pki.ca_key, from, until, NULL, 0);
	pki_files(&pki, "ec", &(struct pki_spec){.from = from, .until = until});
	pki_files(
	    &pki, "rsa", &(struct pki_spec){.from = from, .until = until, .key = PKI_RSA3072});
	pki_write_cert(pki_path(&pki, "authority", ".pem"), pki.ca, NULL);
	PKI_MUST(file_write(
		     pki_path(&pki, "content", ""), content, CONTENT_N, 0600, FILE_NEW, &ei) == 0);
	return trust_load(pki.roots, pki.crls, &trust, &ei);
}

static int teardown(void **state)
{
	(void)state;
	trust_free(trust);
	pki_free(&pki);
	return 0;
}

/* The exit status of a shell command run in the folder of the PKI. */
static int run(const char *command)
{
	char line[1024];
	PKI_MUST(snprintf(line, sizeof line, "cd %s && %s >output 2>&1", pki.dir, command) <
	    (int)sizeof line);
	int r = system(line);
	return WIFEXITED(r) ? WEXITSTATUS(r) : -1;
}

/* The line of docs/FORMATS.md §8. */
static int stock_verify(void)
{
	return run(
	    "openssl cms -verify -cades -binary -inform DER -in signature.p7s -content content "
	    "-CAfile roots/root.pem -no-CApath -no-CAstore -purpose any -signer who.pem "
	    "-out /dev/null");
}

static int verify_ours(struct cades_signer *by, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	size_t n = 0;
	PKI_MUST(file_read(pki_path(&pki, "signature", ".p7s"), CADES_MAX, &b, ei) == 0);
	return cades_verify(trust, b.data, b.len, content, CONTENT_N, now, now, by, 1, &n, ei);
}

static void the_stock_tool_reads_ours(void **state)
{
	(void)state;
	const char *const names[] = {"ec", "rsa"};
	for (size_t i = 0; i < 2; i++) {
		struct signer *s GW_CLEANUP(signer_free_p) = NULL;
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
		struct errinfo ei = ERRINFO_INIT;
		PKI_MUST(signer_load(pki_path(&pki, names[i], ".pem"),
			     pki_path(&pki, names[i], ".key"), &s, &ei) == 0);
		assert_int_equal(cades_sign(s, content, CONTENT_N, now, &b, &ei), 0);
		PKI_MUST(file_write(pki_path(&pki, "signature", ".p7s"), b.data, b.len, 0600,
			     FILE_REPLACE, &ei) == 0);
		assert_int_equal(stock_verify(), 0);
		/* who.pem names the signer */
		assert_int_equal(
		    run("openssl x509 -in who.pem -noout -subject | grep -q " PKI_OIN), 0);
		/* and a changed line is refused there as here */
		assert_int_not_equal(
		    run("openssl cms -verify -cades -binary -inform DER -in signature.p7s -content roots/root.pem -CAfile roots/root.pem -purpose any -out /dev/null"),
		    0);
	}
}

static void the_root_is_not_embedded_the_authority_is(void **state)
{
	(void)state;
	assert_int_equal(run("openssl cms -cmsout -print -inform DER -in signature.p7s"), 0);
	assert_int_equal(run("openssl pkcs7 -inform DER -in signature.p7s -print_certs >certs && "
			     "grep -c 'subject=CN = Test authority' certs"),
	    0);
	assert_int_equal(run("openssl pkcs7 -inform DER -in signature.p7s -print_certs | "
			     "grep 'subject=CN = Test root'"),
	    1);
}

static void we_read_the_stock_tools(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	assert_int_equal(
	    run("openssl cms -sign -cades -binary -md sha256 -outform DER -in content "
		"-signer ec.pem -inkey ec.key -certfile authority.pem -out signature.p7s"),
	    0);
	assert_int_equal(verify_ours(&by, &ei), 0);
	assert_string_equal(by.oin, PKI_OIN);
	assert_int_equal(run("openssl cms -sign -cades -binary -md sha512 -outform DER -in content "
			     "-signer rsa.pem -inkey rsa.key -keyopt rsa_padding_mode:pss "
			     "-certfile authority.pem -out signature.p7s"),
	    0);
	assert_int_equal(verify_ours(&by, &ei), 0);
}

/* What the stock tool takes for good CAdES, and we do not. */
static void no_attributes_pass_there_but_not_here(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	assert_int_equal(
	    run("openssl cms -sign -noattr -binary -md sha256 -outform DER -in content "
		"-signer ec.pem -inkey ec.key -certfile authority.pem -out signature.p7s"),
	    0);
	assert_int_equal(stock_verify(), 0);
	assert_int_equal(verify_ours(&by, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "no signed attributes"));
}

/* Line ends of text mode (no -binary) are another content. */
static void text_mode_is_refused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	assert_int_equal(
	    run("openssl cms -sign -cades -md sha256 -outform DER -in content "
		"-signer ec.pem -inkey ec.key -certfile authority.pem -out signature.p7s"),
	    0);
	assert_int_equal(verify_ours(&by, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "not over this content"));
}

/* A revocation list inside the message counts for nothing: neither for the signer nor instead of
 * ours. */
static void lists_in_the_message_are_not_read(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	struct trust *bare GW_CLEANUP(trust_free_p) = NULL;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf with GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	size_t n = 0;
	PKI_MUST(
	    signer_load(pki_path(&pki, "ec", ".pem"), pki_path(&pki, "ec", ".key"), &s, &ei) == 0);
	assert_int_equal(cades_sign(s, content, CONTENT_N, now, &b, &ei), 0);
	const unsigned char *p = (const unsigned char *)b.data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)b.len);
	const char *const lists[] = {"crls/root", "crls/ca"};
	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(pki_path(&pki, lists[i], ".crl"), "re");
		PKI_MUST(f && CMS_add0_crl(cms, PEM_read_X509_CRL(f, NULL, NULL, NULL)) == 1);
		(void)fclose(f);
	}
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);
	PKI_MUST(len > 0 && buf_add(&with, der, (size_t)len) == 0);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	assert_int_equal(
	    cades_verify(trust, with.data, with.len, content, CONTENT_N, now, now, &by, 1, &n, &ei),
	    0);
	/* the same roots, no lists of our own: the ones inside do not help */
	assert_int_equal(trust_load(pki.roots, pki.dir, &bare, &ei), 0);
	assert_int_equal(
	    cades_verify(bare, with.data, with.len, content, CONTENT_N, now, now, &by, 1, &n, &ei),
	    GW_EAUTH);
	assert_non_null(strstr(ei.msg, "no revocation list"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_stock_tool_reads_ours),
	    cmocka_unit_test(the_root_is_not_embedded_the_authority_is),
	    cmocka_unit_test(we_read_the_stock_tools),
	    cmocka_unit_test(no_attributes_pass_there_but_not_here),
	    cmocka_unit_test(text_mode_is_refused),
	    cmocka_unit_test(lists_in_the_message_are_not_read),
	};
	return cmocka_run_group_tests_name("sign/stock", tests, setup, teardown);
}
