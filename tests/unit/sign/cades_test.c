/* SPDX-License-Identifier: EUPL-1.2 */
/* Signatures: ours are good, and each way for one to be less than it should be is refused. */
#include "sign/cades.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/cms.h>
#include <openssl/ess.h>
#include <pthread.h>

#include "base/str.h"
#include "tests/support/pki.h"

static const char content[] = "one line\r\nand another\n"; /* must survive as it is: CMS_BINARY */
enum { CONTENT_N = sizeof content - 1 };

static struct pki pki;
static struct trust *trust;
static struct signer *ec, *rsa, *officer;

static struct signer *load(const char *name)
{
	struct signer *s = NULL;
	struct errinfo ei = ERRINFO_INIT;
	if (signer_load(pki_path(&pki, name, ".pem"), pki_path(&pki, name, ".key"), &s, &ei) < 0)
		print_error("%s\n", ei.msg);
	assert_non_null(s);
	return s;
}

static int setup(void **state)
{
	(void)state;
	pki = pki_new();
	pki_files(&pki, "ec", &(struct pki_spec){0});
	pki_files(
	    &pki, "rsa", &(struct pki_spec){.key = PKI_RSA3072, .oin = "00000099000000002000"});
	pki_files(&pki, "officer", &(struct pki_spec){.oin = "", .name = "A. Visser"});
	ec = load("ec");
	rsa = load("rsa");
	officer = load("officer");
	struct errinfo ei = ERRINFO_INIT;
	return trust_load(pki.roots, pki.crls, &trust, &ei);
}

static int teardown(void **state)
{
	(void)state;
	signer_free(ec);
	signer_free(rsa);
	signer_free(officer);
	trust_free(trust);
	pki_free(&pki);
	return 0;
}

/* Verify one signature over content, now. */
static int verify(const void *der, size_t n, struct cades_signer *ret, struct errinfo *ei)
{
	size_t count = 0;
	return cades_verify(
	    trust, der, n, content, CONTENT_N, PKI_NOW, PKI_NOW, ret, 1, &count, ei);
}

static void ours_verifies(void **state)
{
	(void)state;
	struct signer *const signers[] = {ec, rsa};
	for (size_t i = 0; i < 2; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
		struct errinfo ei = ERRINFO_INIT;
		struct cades_signer by;
		assert_int_equal(
		    cades_sign(signers[i], content, CONTENT_N, PKI_NOW + 999, &b, &ei), 0);
		assert_int_equal(verify(b.data, b.len, &by, &ei), 0);
		assert_string_equal(by.oin, signer_oin(signers[i]));
		assert_string_equal(by.spki, signer_spki(signers[i]));
		assert_string_equal(by.name, "Gemeente Voorbeeld");
		assert_int_equal(by.signing_time, PKI_NOW);
		assert_int_equal(by.not_after, signer_not_after(signers[i]));
	}
}

static void nothing_is_good_content_too(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	size_t n = 0;
	assert_int_equal(cades_sign(ec, "", 0, PKI_NOW, &b, &ei), 0);
	assert_int_equal(
	    cades_verify(trust, b.data, b.len, NULL, 0, PKI_NOW, PKI_NOW, &by, 1, &n, &ei), 0);
	assert_int_equal(
	    cades_verify(trust, b.data, b.len, "x", 1, PKI_NOW, PKI_NOW, &by, 1, &n, &ei),
	    GW_EAUTH);
}

static void a_second_signature_leaves_the_first(void **state)
{
	(void)state;
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf three GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by[CADES_SIGNERS];
	size_t n = 0;
	assert_int_equal(cades_sign(officer, content, CONTENT_N, PKI_NOW, &one, &ei), 0);
	assert_int_equal(
	    cades_add(rsa, one.data, one.len, content, CONTENT_N, PKI_NOW + PKI_DAY, &two, &ei), 0);
	assert_int_equal(cades_verify(trust, two.data, two.len, content, CONTENT_N,
			     PKI_NOW + PKI_DAY, PKI_NOW + PKI_DAY, by, CADES_SIGNERS, &n, &ei),
	    0);
	assert_int_equal(n, 2);
	size_t person = *by[0].oin ? 1 : 0;
	assert_string_equal(by[person].oin, "");
	assert_string_equal(by[person].name, "A. Visser");
	assert_int_equal(by[person].signing_time, PKI_NOW);
	assert_string_equal(by[1 - person].spki, signer_spki(rsa));
	/* not twice by the same key, not over other content, not to a file that is broken */
	assert_int_equal(
	    cades_add(rsa, two.data, two.len, content, CONTENT_N, PKI_NOW, &three, &ei), GW_EEXIST);
	assert_int_equal(
	    cades_add(ec, two.data, two.len, "other", 5, PKI_NOW, &three, &ei), GW_EAUTH);
	assert_int_equal(
	    cades_add(ec, two.data, two.len - 1, content, CONTENT_N, PKI_NOW, &three, &ei),
	    GW_EAUTH);
	assert_int_equal(three.len, 0);
	/* who expects one signature refuses two */
	assert_int_equal(verify(two.data, two.len, by, &ei), GW_EAUTH);
}

static void one_bad_signature_spoils_the_file(void **state)
{
	(void)state;
	struct pki other = pki_new();
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by[2];
	struct signer *stranger = NULL;
	size_t n = 0;
	pki_files(&other, "x", &(struct pki_spec){0});
	assert_int_equal(signer_load(pki_path(&other, "x", ".pem"), pki_path(&other, "x", ".key"),
			     &stranger, &ei),
	    0);
	assert_int_equal(cades_sign(ec, content, CONTENT_N, PKI_NOW, &one, &ei), 0);
	assert_int_equal(
	    cades_add(stranger, one.data, one.len, content, CONTENT_N, PKI_NOW, &two, &ei), 0);
	assert_int_equal(cades_verify(trust, two.data, two.len, content, CONTENT_N, PKI_NOW,
			     PKI_NOW, by, 2, &n, &ei),
	    GW_EAUTH);
	signer_free(stranger);
	pki_free(&other);
}

static void every_cut_and_every_surplus_is_refused(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	assert_int_equal(cades_sign(ec, content, CONTENT_N, PKI_NOW, &b, &ei), 0);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(verify(b.data, n, &by, &ei), GW_EAUTH);
	assert_int_equal(buf_add(&b, "\0", 1), 0);
	assert_int_equal(verify(b.data, b.len, &by, &ei), GW_EAUTH);
	char *large = calloc(1, CADES_MAX + 1);
	assert_int_equal(verify(large, CADES_MAX + 1, &by, &ei), GW_EAUTH);
	free(large);
}

/* A flipped bit is refused, or lay where nobody looks: who signed what does not change. */
static void no_flipped_bit_changes_the_verdict(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by, found;
	size_t passed = 0;
	assert_int_equal(cades_sign(ec, content, CONTENT_N, PKI_NOW, &b, &ei), 0);
	assert_int_equal(verify(b.data, b.len, &by, &ei), 0);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] = (char)(b.data[i] ^ (1 << (i % 8)));
		int r = verify(b.data, b.len, &found, &ei);
		b.data[i] = (char)(b.data[i] ^ (1 << (i % 8)));
		assert_true(r == GW_EAUTH || r == 0);
		passed += r == 0;
		if (r == 0)
			assert_memory_equal(&found, &by, sizeof by);
	}
	assert_in_range(passed, 0, 40); /* version numbers, the list of digest algorithms */
}

/* How make_odd departs from a proper signature. */
struct odd {
	unsigned flags; /* more for CMS_add1_signer */
	bool cades;     /* with signing-certificate-v2 */
	bool embedded;  /* not detached */
	const EVP_MD *md;
	int64_t time;           /* signing time; 0: PKI_NOW */
	X509 *names;            /* signing-certificate-v2 names this one … */
	const EVP_MD *names_md; /* … by this digest */
	bool no_cert;
};

static void add_signing_certificate(CMS_SignerInfo *si, const struct odd *o)
{
	unsigned char *der = NULL;
	ESS_SIGNING_CERT_V2 *v2 = OSSL_ESS_signing_cert_v2_new_init(o->names_md, o->names, NULL, 1);
	int n = i2d_ESS_SIGNING_CERT_V2(v2, &der);
	PKI_MUST(n > 0 &&
	    CMS_signed_add1_attr_by_NID(
		si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der, n) == 1);
	OPENSSL_free(der);
	ESS_SIGNING_CERT_V2_free(v2);
}

/* Sign content with the key and certificate called `name`, departing as o says. */
static void make_odd(const char *name, const struct odd *o, struct buf *out)
{
	struct errinfo ei = ERRINFO_INIT;
	FILE *f = fopen(pki_path(&pki, name, ".key"), "re");
	EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	STACK_OF(X509) *certs = NULL;
	PKI_MUST(cert_read_pem(pki_path(&pki, name, ".pem"), &certs, &ei) == 0);
	unsigned flags = CMS_BINARY | (o->embedded ? 0U : CMS_DETACHED);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | flags);
	CMS_SignerInfo *si =
	    CMS_add1_signer(cms, sk_X509_value(certs, 0), key, o->md ? o->md : EVP_sha256(),
		CMS_PARTIAL | flags | o->flags | (o->cades ? CMS_CADES : 0U) |
		    (o->no_cert ? CMS_NOCERTS : 0U));
	PKI_MUST(cms && si);
	for (int i = 1; i < sk_X509_num(certs); i++)
		PKI_MUST(CMS_add1_cert(cms, sk_X509_value(certs, i)) == 1);
	if (!(o->flags & CMS_NOATTR)) {
		ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)((o->time ? o->time : PKI_NOW) / 1000));
		PKI_MUST(CMS_signed_add1_attr_by_NID(
			     si, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1) == 1);
		ASN1_TIME_free(t);
		if (o->names)
			add_signing_certificate(si, o);
	}
	BIO *in = BIO_new_mem_buf(content, CONTENT_N);
	PKI_MUST(CMS_final(cms, in, NULL, flags) == 1);
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);
	PKI_MUST(n > 0 && buf_add(out, der, (size_t)n) == 0);
	OPENSSL_free(der);
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	cert_stack_free_p(&certs);
	EVP_PKEY_free(key);
}

static void expect(const char *name, const struct odd *o, int r, const char *why)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	make_odd(name, o, &b);
	int got = verify(b.data, b.len, &by, &ei);
	if (got != r || (why && !strstr(ei.msg, why)))
		print_error("expected %d '%s', got %d '%s'\n", r, why ? why : "", got, ei.msg);
	assert_int_equal(got, r);
	assert_true(!why || strstr(ei.msg, why));
}

static void the_forger_itself_can_make_good_ones(void **state)
{
	(void)state;
	expect("ec", &(struct odd){.cades = true}, 0, NULL);
	expect("rsa", &(struct odd){.cades = true, .md = EVP_sha512()}, 0, NULL);
	expect("ec", &(struct odd){.cades = true, .flags = CMS_USE_KEYID}, 0, NULL);
}

static void signed_attributes_are_demanded(void **state)
{
	(void)state;
	/* what `openssl cms -verify -cades` takes for good */
	expect("ec", &(struct odd){.flags = CMS_NOATTR}, GW_EAUTH, "no signed attributes");
	expect("rsa", &(struct odd){.flags = CMS_NOATTR}, GW_EAUTH, "no signed attributes");
	expect("ec", &(struct odd){.cades = false}, GW_EAUTH, "signing-certificate-v2");
}

static void signing_certificate_must_be_the_signers(void **state)
{
	(void)state;
	X509 *other = pki_issue(&pki, "other", &(struct pki_spec){0});
	STACK_OF(X509) *own = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(cert_read_pem(pki_path(&pki, "ec", ".pem"), &own, &ei), 0);
	X509 *x = sk_X509_value(own, 0);
	expect("ec", &(struct odd){.names = x, .names_md = EVP_sha256()}, 0, NULL);
	expect("ec", &(struct odd){.names = x, .names_md = EVP_sha384()}, 0, NULL);
	expect("ec", &(struct odd){.names = x, .names_md = EVP_sha1()}, GW_EAUTH, "does not name");
	expect("ec", &(struct odd){.names = other, .names_md = EVP_sha256()}, GW_EAUTH,
	    "does not name");
	expect("ec", &(struct odd){.names = pki.ca, .names_md = EVP_sha256()}, GW_EAUTH,
	    "does not name");
	cert_stack_free_p(&own);
	X509_free(other);
}

static void form_is_fixed(void **state)
{
	(void)state;
	STACK_OF(X509) *own = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(cert_read_pem(pki_path(&pki, "ec", ".pem"), &own, &ei), 0);
	struct odd weak = {.names = sk_X509_value(own, 0), .names_md = EVP_sha256()};
	weak.md = EVP_sha1();
	expect("ec", &weak, GW_EAUTH, "weaker than SHA-256");
	weak.md = EVP_sha224();
	expect("ec", &weak, GW_EAUTH, "weaker than SHA-256");
	cert_stack_free_p(&own);
	expect("ec", &(struct odd){.cades = true, .embedded = true}, GW_EAUTH, "detached");
	expect("ec", &(struct odd){.cades = true, .no_cert = true}, GW_EAUTH,
	    "certificate is missing");
}

static void certificates_are_judged(void **state)
{
	(void)state;
	pki_files(&pki, "tls",
	    &(struct pki_spec){.usage = "digitalSignature", .purpose = "clientAuth,serverAuth"});
	expect("tls", &(struct odd){.cades = true}, GW_EAUTH, "extended key usage");
	pki_files(&pki, "seal", &(struct pki_spec){.purpose = "1.3.6.1.5.5.7.3.36"});
	expect("seal", &(struct odd){.cades = true}, 0, NULL);
	pki_files(&pki, "old", &(struct pki_spec){.until = PKI_NOW - PKI_DAY});
	expect("old", &(struct odd){.cades = true, .time = PKI_NOW - 2 * PKI_DAY}, GW_EAUTH,
	    "expired");
	/* without its issuing authority no path is found */
	pki_files(&pki, "alone", &(struct pki_spec){.no_issuer = true});
	expect("alone", &(struct odd){.cades = true}, GW_EAUTH, "configured root");
}

static void an_expired_signer_was_good_when_received(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	size_t n = 0;
	int64_t received = PKI_NOW - 5 * PKI_DAY;
	pki_files(&pki, "short", &(struct pki_spec){.until = PKI_NOW - PKI_DAY});
	struct signer *s = load("short");
	assert_int_equal(cades_sign(s, content, CONTENT_N, received, &b, &ei), 0);
	assert_int_equal(verify(b.data, b.len, &by, &ei), GW_EAUTH);
	assert_int_equal(cades_verify(trust, b.data, b.len, content, CONTENT_N, received, PKI_NOW,
			     &by, 1, &n, &ei),
	    0);
	/* and it signs nothing today */
	size_t before = b.len;
	assert_int_equal(cades_sign(s, content, CONTENT_N, PKI_NOW, &b, &ei), GW_EREFUSED);
	assert_int_equal(b.len, before);
	signer_free(s);
}

/* What was received on a day cannot have been signed on the next. */
static void nothing_is_signed_after_it_was_received(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct cades_signer by;
	size_t n = 0;
	assert_int_equal(cades_sign(ec, "x", 1, PKI_NOW, &b, &ei), 0);
	assert_int_equal(cades_verify(trust, b.data, b.len, "x", 1, PKI_NOW - 4 * 60 * 1000,
			     PKI_NOW, &by, 1, &n, &ei),
	    0);
	assert_int_equal(cades_verify(trust, b.data, b.len, "x", 1, PKI_NOW - 6 * 60 * 1000,
			     PKI_NOW, &by, 1, &n, &ei),
	    GW_EAUTH);
	assert_non_null(strstr(ei.msg, "after the moment at which it was received"));
}

static void signing_time_is_plausible(void **state)
{
	(void)state;
	expect("ec", &(struct odd){.cades = true, .time = PKI_NOW + 4 * 60 * 1000}, 0, NULL);
	expect("ec", &(struct odd){.cades = true, .time = PKI_NOW + 6 * 60 * 1000}, GW_EAUTH,
	    "future");
	expect("ec", &(struct odd){.cades = true, .time = PKI_NOW - 400 * PKI_DAY}, GW_EAUTH,
	    "outside");
}

static void pins_are_compared_by_the_caller(void **state)
{
	(void)state;
	struct cades_signer by = {.oin = PKI_OIN, .spki = "sha256:aa"};
	const char *const pins[] = {"sha256:bb", "sha256:aa"};
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(cades_pinned(&by, PKI_OIN, pins, 2, &ei), 0);
	assert_int_equal(cades_pinned(&by, NULL, pins, 2, &ei), 0);
	assert_int_equal(cades_pinned(&by, PKI_OIN, pins, 1, &ei), GW_EAUTH);
	assert_int_equal(cades_pinned(&by, PKI_OIN, pins, 0, &ei), GW_EAUTH);
	assert_int_equal(cades_pinned(&by, "00000099000000002000", pins, 2, &ei), GW_EAUTH);
	by.oin[0] = '\0';
	assert_int_equal(cades_pinned(&by, "", pins, 2, &ei), GW_EAUTH);
}

/* Bulk sealing signs and verifies with one signer and one trust on several threads. */
static void *sign_many(void *failures)
{
	for (int i = 0; i < 25; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
		struct errinfo ei = ERRINFO_INIT;
		struct cades_signer by;
		if (cades_sign(i % 2 ? rsa : ec, content, CONTENT_N, PKI_NOW, &b, &ei) < 0 ||
		    verify(b.data, b.len, &by, &ei) < 0)
			++*(int *)failures;
	}
	return NULL;
}

static void several_threads_share_a_signer(void **state)
{
	(void)state;
	pthread_t threads[4];
	int failures[4] = {0};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many, &failures[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(failures[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ours_verifies),
	    cmocka_unit_test(nothing_is_good_content_too),
	    cmocka_unit_test(a_second_signature_leaves_the_first),
	    cmocka_unit_test(one_bad_signature_spoils_the_file),
	    cmocka_unit_test(every_cut_and_every_surplus_is_refused),
	    cmocka_unit_test(no_flipped_bit_changes_the_verdict),
	    cmocka_unit_test(the_forger_itself_can_make_good_ones),
	    cmocka_unit_test(signed_attributes_are_demanded),
	    cmocka_unit_test(signing_certificate_must_be_the_signers),
	    cmocka_unit_test(form_is_fixed),
	    cmocka_unit_test(certificates_are_judged),
	    cmocka_unit_test(an_expired_signer_was_good_when_received),
	    cmocka_unit_test(nothing_is_signed_after_it_was_received),
	    cmocka_unit_test(signing_time_is_plausible),
	    cmocka_unit_test(pins_are_compared_by_the_caller),
	    cmocka_unit_test(several_threads_share_a_signer),
	};
	return cmocka_run_group_tests_name("sign/cades", tests, setup, teardown);
}
