/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may have signed a document: the rules of trust_judge, each broken once. */
#include "sign/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "sign/cert.h"
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

/* Judge x as the leaf at those moments, the authority of pki offered as help. */
static int judge(X509 *x, int64_t at, int64_t now, struct errinfo *ei)
{
	struct trust *t GW_CLEANUP(trust_free_p) = NULL;
	int r = trust_load(pki.roots, pki.crls, &t, ei);
	if (r < 0)
		return r;
	STACK_OF(X509) *others = sk_X509_new_null();
	PKI_MUST(others && sk_X509_push(others, pki.ca) > 0);
	r = trust_judge(t, x, others, at, now, NULL, ei);
	sk_X509_free(others);
	return r;
}

/* The verdict on a certificate of this spec, now; the reason must hold `why`. */
static void expect(const struct pki_spec *spec, int r, const char *why)
{
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", spec);
	int got = judge(x, PKI_NOW, PKI_NOW, &ei);
	X509_free(x);
	if (got != r || (why && !strstr(ei.msg, why)))
		print_error("expected %d '%s', got %d '%s'\n", r, why ? why : "", got, ei.msg);
	assert_int_equal(got, r);
	assert_true(!why || strstr(ei.msg, why));
}

static void a_seal_is_good(void **state)
{
	(void)state;
	expect(&(struct pki_spec){0}, 0, NULL);
	expect(&(struct pki_spec){.key = PKI_RSA3072}, 0, NULL);
	expect(&(struct pki_spec){.by_root = true}, 0, NULL);
}

static void key_usage_must_be_there_and_sign(void **state)
{
	(void)state;
	expect(&(struct pki_spec){.usage = "critical,nonRepudiation"}, 0, NULL);
	expect(&(struct pki_spec){.usage = "digitalSignature"}, 0, NULL);
	expect(&(struct pki_spec){.usage = "critical,keyEncipherment"}, GW_EAUTH, "key usage");
	expect(&(struct pki_spec){.usage = ""}, GW_EAUTH, "key usage");
}

static void extended_key_usage_must_fit_documents(void **state)
{
	(void)state;
	expect(&(struct pki_spec){.purpose = ""}, 0, NULL);
	expect(&(struct pki_spec){.purpose = "emailProtection"}, 0, NULL);
	expect(&(struct pki_spec){.purpose = "1.3.6.1.5.5.7.3.36"}, 0, NULL);
	expect(&(struct pki_spec){.purpose = "critical,1.3.6.1.4.1.311.10.3.12"}, 0, NULL);
	expect(&(struct pki_spec){.purpose = "emailProtection,clientAuth"}, 0, NULL);
	expect(
	    &(struct pki_spec){.purpose = "clientAuth,serverAuth"}, GW_EAUTH, "extended key usage");
	expect(&(struct pki_spec){.key = PKI_SECP256K1}, GW_EAUTH, "use the curve P-256");
	expect(&(struct pki_spec){.purpose = "codeSigning"}, GW_EAUTH, "extended key usage");
	expect(
	    &(struct pki_spec){.purpose = "anyExtendedKeyUsage"}, GW_EAUTH, "extended key usage");
}

static void an_authority_is_no_signer(void **state)
{
	(void)state;
	expect(&(struct pki_spec){.ca = true,
		   .usage = "critical,keyCertSign,cRLSign,digitalSignature"},
	    GW_EAUTH, "authority");
}

static void a_strangers_chain_is_refused(void **state)
{
	(void)state;
	struct pki other = pki_new();
	expect(&(struct pki_spec){.by = other.ca, .by_key = other.ca_key}, GW_EAUTH,
	    "configured root");
	expect(&(struct pki_spec){.by = pki.ca, .by_key = other.ca_key}, GW_EAUTH, NULL);
	expect(&(struct pki_spec){.by_self = true}, GW_EAUTH, "configured root");
	pki_free(&other);
}

/* What a message brings along may help, but never be an anchor: not even a whole chain. */
static void certificates_offered_are_no_anchors(void **state)
{
	(void)state;
	struct pki other = pki_new();
	struct trust *t GW_CLEANUP(trust_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&other, "x", &(struct pki_spec){0});
	STACK_OF(X509) *others = sk_X509_new_null();
	PKI_MUST(
	    others && sk_X509_push(others, other.ca) > 0 && sk_X509_push(others, other.root) > 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), 0);
	assert_int_equal(trust_judge(t, x, others, PKI_NOW, PKI_NOW, NULL, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "configured root"));
	sk_X509_free(others);
	X509_free(x);
	pki_free(&other);
}

static void a_leaf_issues_nothing(void **state)
{
	(void)state;
	EVP_PKEY *key = pki_key(PKI_EC);
	X509 *middle = pki_make(&pki, &(struct pki_spec){.name = "No authority"}, key);
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){.by = middle, .by_key = key});
	struct trust *t GW_CLEANUP(trust_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	STACK_OF(X509) *others = sk_X509_new_null();
	PKI_MUST(others && sk_X509_push(others, middle) > 0 && sk_X509_push(others, pki.ca) > 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), 0);
	assert_int_equal(trust_judge(t, x, others, PKI_NOW, PKI_NOW, NULL, &ei), GW_EAUTH);
	sk_X509_free(others);
	X509_free(x);
	X509_free(middle);
	EVP_PKEY_free(key);
}

static void a_tls_authority_issues_no_signers(void **state)
{
	(void)state;
	EVP_PKEY *key = pki_key(PKI_EC);
	X509 *tls = pki_make(&pki,
	    &(struct pki_spec){
		.name = "TLS authority", .ca = true, .by_root = true, .purpose = "serverAuth"},
	    key);
	int64_t from = PKI_NOW - PKI_DAY, until = PKI_NOW + PKI_DAY;
	pki_crl(&pki, "tls", tls, key, from, until, NULL, 0);
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){.by = tls, .by_key = key, .purpose = ""});
	struct trust *t GW_CLEANUP(trust_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	STACK_OF(X509) *others = sk_X509_new_null();
	PKI_MUST(others && sk_X509_push(others, tls) > 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), 0);
	assert_int_equal(trust_judge(t, x, others, PKI_NOW, PKI_NOW, NULL, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "may not issue"));
	sk_X509_free(others);
	X509_free(x);
	X509_free(tls);
	EVP_PKEY_free(key);
	PKI_MUST(unlink(pki_path(&pki, "crls/tls", ".crl")) == 0);
}

static void weak_keys_and_digests_are_refused(void **state)
{
	(void)state;
	expect(&(struct pki_spec){.key = PKI_RSA1024}, GW_EAUTH, "too weak");
	expect(&(struct pki_spec){.sha1 = true}, GW_EAUTH, "too weak");
	expect(&(struct pki_spec){.key = PKI_ED25519}, GW_EAUTH, "neither EC nor RSA");
}

static void validity_is_asked_at_the_moment_given(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x",
	    &(struct pki_spec){.from = PKI_NOW - 20 * PKI_DAY, .until = PKI_NOW - 10 * PKI_DAY});
	assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "expired"));
	/* received when it was valid, verified later: good */
	assert_int_equal(judge(x, PKI_NOW - 15 * PKI_DAY, PKI_NOW, &ei), 0);
	assert_int_equal(judge(x, PKI_NOW - 10 * PKI_DAY, PKI_NOW, &ei), 0);
	assert_int_equal(judge(x, PKI_NOW - 10 * PKI_DAY + 1000, PKI_NOW, &ei), GW_EAUTH);
	assert_int_equal(judge(x, PKI_NOW - 20 * PKI_DAY - 1000, PKI_NOW, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "not valid yet"));
	X509_free(x);
}

static void every_member_needs_a_list(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	const char *const names[] = {"crls/root", "crls/ca"};
	for (size_t i = 0; i < 2; i++) {
		PKI_MUST(unlink(pki_path(&pki, names[i], ".crl")) == 0);
		assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), GW_EAUTH);
		assert_non_null(strstr(ei.msg, "no revocation list"));
		assert_true(trust_out_of_date(&ei));
		pki_lists(&pki, NULL, 0);
	}
	assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), 0);
	X509_free(x);
}

static void lists_must_be_fresh_now(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	/* an old moment does not excuse a stale list, nor does a stale one of either member */
	assert_int_equal(judge(x, PKI_NOW, PKI_NOW + 31 * PKI_DAY, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "out of date"));
	assert_true(trust_out_of_date(&ei));
	assert_int_equal(judge(x, PKI_NOW - 40 * PKI_DAY, PKI_NOW - 31 * PKI_DAY, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "from the future"));
	assert_true(trust_out_of_date(&ei));
	assert_int_equal(judge(x, PKI_NOW - 40 * PKI_DAY, PKI_NOW, &ei), 0);
	pki_crl(&pki, "root", pki.root, pki.root_key, PKI_NOW - 9 * PKI_DAY, PKI_NOW - 2 * PKI_DAY,
	    NULL, 0);
	assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "out of date"));
	assert_true(trust_out_of_date(&ei));
	pki_lists(&pki, NULL, 0);
	X509_free(x);
}

static void a_list_by_somebody_else_counts_for_nothing(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	EVP_PKEY *key = pki_key(PKI_EC);
	pki_crl(&pki, "ca", pki.ca, key, PKI_NOW - PKI_DAY, PKI_NOW + PKI_DAY, NULL, 0);
	assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), GW_EAUTH);
	pki_lists(&pki, NULL, 0);
	EVP_PKEY_free(key);
	X509_free(x);
}

static void revocation_reaches_back_by_its_reason(void **state)
{
	(void)state;
	static const struct {
		int reason;
		int64_t invalid;
		int before, after; /* verdict on a signature received before and after */
	} row[] = {
	    {-1, 0, GW_EAUTH, GW_EAUTH},
	    {CRL_REASON_UNSPECIFIED, 0, GW_EAUTH, GW_EAUTH},
	    {CRL_REASON_KEY_COMPROMISE, 0, GW_EAUTH, GW_EAUTH},
	    {CRL_REASON_CA_COMPROMISE, 0, GW_EAUTH, GW_EAUTH},
	    {CRL_REASON_AA_COMPROMISE, 0, GW_EAUTH, GW_EAUTH},
	    {CRL_REASON_SUPERSEDED, 0, 0, GW_EAUTH},
	    {CRL_REASON_AFFILIATION_CHANGED, 0, 0, GW_EAUTH},
	    {CRL_REASON_CESSATION_OF_OPERATION, 0, 0, GW_EAUTH},
	    {CRL_REASON_PRIVILEGE_WITHDRAWN, 0, 0, GW_EAUTH},
	    {CRL_REASON_CERTIFICATE_HOLD, 0, 0, GW_EAUTH},
	    {CRL_REASON_SUPERSEDED, PKI_NOW - 9 * PKI_DAY, GW_EAUTH, GW_EAUTH},
	};
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	for (size_t i = 0; i < GW_LENGTH(row); i++) {
		struct pki_revoked r = {x, PKI_NOW - 3 * PKI_DAY, row[i].invalid, row[i].reason};
		pki_lists(&pki, &r, 1);
		assert_int_equal(judge(x, PKI_NOW - 5 * PKI_DAY, PKI_NOW, &ei), row[i].before);
		assert_int_equal(judge(x, PKI_NOW - 1 * PKI_DAY, PKI_NOW, &ei), row[i].after);
		assert_non_null(strstr(ei.msg, "revoked"));
		assert_false(trust_out_of_date(&ei));
	}
	pki_lists(&pki, NULL, 0);
	X509_free(x);
}

static void a_revoked_authority_takes_its_signers_along(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	struct pki_revoked r = {pki.ca, PKI_NOW, 0, CRL_REASON_CA_COMPROMISE};
	pki_crl(&pki, "root", pki.root, pki.root_key, PKI_NOW - PKI_DAY, PKI_NOW + PKI_DAY, &r, 1);
	assert_int_equal(judge(x, PKI_NOW - 9 * PKI_DAY, PKI_NOW, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "issuing authority was revoked"));
	pki_lists(&pki, NULL, 0);
	X509_free(x);
}

/* Two lists of one authority: the newer one speaks, whatever their names. */
static void the_newest_list_counts(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){0});
	struct pki_revoked r = {x, PKI_NOW - PKI_DAY, 0, -1};
	const char *const names[] = {"aa", "zz"};
	for (size_t i = 0; i < 2; i++) {
		pki_crl(&pki, names[i], pki.ca, pki.ca_key, PKI_NOW - PKI_DAY, PKI_NOW + PKI_DAY,
		    &r, 1);
		assert_int_equal(judge(x, PKI_NOW, PKI_NOW, &ei), GW_EAUTH);
		char path[160];
		(void)snprintf(path, sizeof path, "%s/%s.crl", pki.crls, names[i]);
		PKI_MUST(unlink(path) == 0);
	}
	X509_free(x);
}

static void the_folder_is_read_strictly(void **state)
{
	(void)state;
	struct trust *t = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *leaf = pki_path(&pki, "roots/leaf", ".pem");
	assert_int_equal(trust_load("/nowhere", pki.crls, &t, &ei), GW_ENOENT);
	assert_int_equal(trust_load(pki.crls, pki.crls, &t, &ei), GW_ENOENT);
	pki_write_cert(leaf, pki.ca, NULL);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "no root"));
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){.by_self = true});
	pki_write_cert(leaf, x, NULL);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), GW_EFORMAT);
	X509_free(x);
	PKI_MUST(file_write(leaf, "hello\n", 6, 0644, FILE_REPLACE, NULL) == 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), GW_EFORMAT);
	PKI_MUST(unlink(leaf) == 0);
	pki_crl(&pki, "ca", pki.ca, pki.ca_key, PKI_NOW - PKI_DAY, 0, NULL, 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "next is due"));
	PKI_MUST(file_write(
		     pki_path(&pki, "crls/ca", ".crl"), "0\x82", 2, 0644, FILE_REPLACE, NULL) == 0);
	assert_int_equal(trust_load(pki.roots, pki.crls, &t, &ei), GW_EFORMAT);
	pki_lists(&pki, NULL, 0);
	assert_null(t);
}

static void facts_of_a_certificate(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct cert_facts f;
	X509 *x = pki_issue(&pki, "x", &(struct pki_spec){.name = "Jansen\nen\x7f Zn"});
	assert_int_equal(cert_facts(x, &f, &ei), 0);
	assert_string_equal(f.oin, PKI_OIN);
	assert_string_equal(f.name, "Jansen?en? Zn");
	assert_int_equal(strlen(f.spki), 71);
	assert_true(str_starts(f.spki, "sha256:"));
	assert_int_equal(f.not_before, PKI_NOW - 365 * PKI_DAY);
	assert_int_equal(f.not_after, PKI_NOW + 365 * PKI_DAY + 999);
	X509_free(x);
	x = pki_issue(&pki, "x", &(struct pki_spec){.oin = "0000009900000000100"});
	assert_int_equal(cert_facts(x, &f, &ei), 0);
	assert_string_equal(f.oin, ""); /* 19 digits are no OIN */
	PKI_MUST(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "serialNumber", MBSTRING_ASC,
		     (const unsigned char *)PKI_OIN, -1, -1, 0) == 1);
	assert_int_equal(cert_facts(x, &f, &ei), GW_EFORMAT); /* which one would it be */
	X509_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_seal_is_good),
	    cmocka_unit_test(key_usage_must_be_there_and_sign),
	    cmocka_unit_test(extended_key_usage_must_fit_documents),
	    cmocka_unit_test(an_authority_is_no_signer),
	    cmocka_unit_test(a_strangers_chain_is_refused),
	    cmocka_unit_test(certificates_offered_are_no_anchors),
	    cmocka_unit_test(a_leaf_issues_nothing),
	    cmocka_unit_test(a_tls_authority_issues_no_signers),
	    cmocka_unit_test(weak_keys_and_digests_are_refused),
	    cmocka_unit_test(validity_is_asked_at_the_moment_given),
	    cmocka_unit_test(every_member_needs_a_list),
	    cmocka_unit_test(lists_must_be_fresh_now),
	    cmocka_unit_test(a_list_by_somebody_else_counts_for_nothing),
	    cmocka_unit_test(revocation_reaches_back_by_its_reason),
	    cmocka_unit_test(a_revoked_authority_takes_its_signers_along),
	    cmocka_unit_test(the_newest_list_counts),
	    cmocka_unit_test(the_folder_is_read_strictly),
	    cmocka_unit_test(facts_of_a_certificate),
	};
	return cmocka_run_group_tests_name("sign/trust", tests, setup, teardown);
}
