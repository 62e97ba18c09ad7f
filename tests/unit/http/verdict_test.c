/* SPDX-License-Identifier: EUPL-1.2 */
/* Handshakes in memory, at moments of our choosing: what is remembered, and what never is. */
#include "http/verdict.h"

#include <openssl/err.h>

#include "base/clock.h"
#include "base/date.h"
#include "http/tls.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define HOUR INT64_C(3600000)
#define TLS "critical,digitalSignature"

static struct pki pki;
static SSL_CTX *ctx;
static SSL *alice, *other; /* two ends of an open connection, the server's first */

/* Let the clock stand at so many ms after PKI_NOW. */
static void at(int64_t ms)
{
	char text[TIME_TEXT];
	struct errinfo ei = ERRINFO_INIT;
	time_text(PKI_NOW + ms, text);
	test_code(clock_set_test(text, &ei), 0, &ei);
}

static SSL_CTX *context(bool optional)
{
	SSL_CTX *c = NULL;
	struct errinfo ei = ERRINFO_INIT;
	char root[160], crls[3][160], cert[160], key[160];
	(void)snprintf(root, sizeof root, "%s/root.pem", pki.roots);
	(void)snprintf(crls[0], sizeof crls[0], "%s/root.crl", pki.crls);
	(void)snprintf(crls[1], sizeof crls[1], "%s/ca.crl", pki.crls);
	(void)snprintf(crls[2], sizeof crls[2], "%s/later.crl", pki.crls);
	(void)snprintf(cert, sizeof cert, "%s/server.pem", pki.dir);
	(void)snprintf(key, sizeof key, "%s/server.key", pki.dir);
	const char *roots[] = {root}, *lists[] = {crls[0], crls[1], crls[2]};
	struct tls_files f = {.cert = cert,
	    .key = key,
	    .roots = roots,
	    .roots_n = 1,
	    .lists = lists,
	    .lists_n = file_exists(crls[2]) ? 3 : 2,
	    .client_optional = optional};
	test_code(tls_server(&f, &c, &ei), 0, &ei);
	return c;
}

static void hang_up(SSL **a, SSL **b)
{
	SSL_free(*a);
	SSL_free(*b);
	*a = *b = NULL;
	ERR_clear_error();
}

/* A handshake of `who` (NULL: without a certificate) with c; the server's side of it, and the
 * client's. False: it was refused, and nothing is left. */
static bool meet(SSL_CTX *c, const char *who, SSL **ret_server, SSL **ret_client)
{
	SSL_CTX *own = SSL_CTX_new(TLS_client_method());
	BIO *a, *b;
	int there = 0, here = 0;
	assert_int_equal(BIO_new_bio_pair(&a, 1 << 17, &b, 1 << 17), 1);
	if (who) {
		assert_int_equal(
		    SSL_CTX_use_certificate_chain_file(own, pki_path(&pki, who, ".pem")), 1);
		assert_int_equal(
		    SSL_CTX_use_PrivateKey_file(own, pki_path(&pki, who, ".key"), SSL_FILETYPE_PEM),
		    1);
	}
	*ret_server = SSL_new(c);
	*ret_client = SSL_new(own);
	SSL_CTX_free(own);
	SSL_set_bio(*ret_server, a, a);
	SSL_set_bio(*ret_client, b, b);
	SSL_set_accept_state(*ret_server);
	SSL_set_connect_state(*ret_client);
	for (int i = 0; i < 4 && here != 1; i++) {
		there = SSL_do_handshake(*ret_client);
		here = SSL_do_handshake(*ret_server);
	}
	if (here == 1 && there == 1)
		return true;
	hang_up(ret_server, ret_client);
	return false;
}

static bool comes_in(const char *who)
{
	SSL *s, *c;
	bool in = meet(ctx, who, &s, &c);
	hang_up(&s, &c);
	return in;
}

static void list(const char *name, int64_t from, int64_t until, const char *revoked)
{
	X509 *x = NULL;
	if (revoked) {
		FILE *f = fopen(pki_path(&pki, revoked, ".pem"), "re");
		x = PEM_read_X509(f, NULL, NULL, NULL);
		(void)fclose(f);
	}
	pki_crl(&pki, name, pki.ca, pki.ca_key, PKI_NOW + from, PKI_NOW + until,
	    &(struct pki_revoked){.cert = x, .when = PKI_NOW + from, .reason = -1}, x != NULL);
	X509_free(x);
}

static int setup(void **state)
{
	(void)state;
	pki = pki_new();
	static const char *const names[] = {"server", "alice", "bob", "gone"};
	const struct pki_spec tls = {.usage = TLS, .purpose = "serverAuth,clientAuth"};
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		pki_files(&pki, names[i], &tls);
	struct pki_spec odd = tls;
	odd.until = PKI_NOW + HOUR;
	pki_files(&pki, "brief", &odd);
	list("ca", -PKI_DAY, PKI_DAY, "gone");
	at(0);
	ctx = context(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hang_up(&alice, &other);
	SSL_CTX_free(ctx);
	(void)!clock_set_test(NULL, NULL);
	pki_free(&pki);
	return 0;
}

static void a_good_chain_is_asked_about_once(void **state)
{
	(void)state;
	assert_true(comes_in("alice"));
	assert_int_equal(verdict_asked(ctx), 1);
	assert_true(comes_in("alice"));
	assert_int_equal(verdict_asked(ctx), 1);
	assert_true(comes_in("bob"));
	assert_true(comes_in("alice"));
	assert_true(comes_in("bob"));
	assert_int_equal(verdict_asked(ctx), 2);
	SSL_CTX *later = context(false); /* another context knows nothing of it */
	assert_int_equal(verdict_asked(later), 0);
	assert_true(meet(later, "alice", &alice, &other));
	assert_int_equal(verdict_asked(later), 1);
	SSL_CTX_free(later);
}

static void a_bad_chain_is_asked_about_each_time(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		assert_false(comes_in("gone"));
		assert_int_equal(verdict_asked(ctx), i);
	}
}

/* What is near to a chain that is remembered, and is not that chain. */
static void other_bytes_are_another_chain(void **state)
{
	(void)state;
	assert_true(comes_in("alice"));
	/* alice's words, certified by nobody: the signature is of another key */
	EVP_PKEY *key = pki_key(PKI_EC);
	long serial = pki.serial;
	pki.serial = 1; /* one that was issued */
	pki_files(&pki, "forged",
	    &(struct pki_spec){.usage = TLS, .purpose = "clientAuth", .by = pki.ca, .by_key = key});
	pki.serial = serial;
	EVP_PKEY_free(key);
	assert_false(comes_in("forged"));
	/* alice's own certificate, with nothing that leads to the root */
	X509 *x = NULL;
	FILE *f = fopen(pki_path(&pki, "alice", ".pem"), "re");
	assert_non_null(x = PEM_read_X509(f, NULL, NULL, NULL));
	(void)fclose(f);
	pki_write_cert(pki_path(&pki, "alice", ".pem"), x, NULL);
	X509_free(x);
	assert_false(comes_in("alice"));
	assert_int_equal(verdict_asked(ctx), 3);
}

static void expiry_ends_it(void **state)
{
	(void)state;
	assert_true(meet(ctx, "brief", &alice, &other));
	at(HOUR - 1000);
	assert_true(comes_in("brief"));
	assert_null(verdict_against(alice, ctx));
	assert_int_equal(verdict_asked(ctx), 1);
	at(HOUR);
	assert_false(comes_in("brief"));
	assert_string_equal(verdict_against(alice, ctx), "certificate has expired");
	at(-1000); /* what was found later says nothing of now */
	assert_true(comes_in("brief"));
	assert_int_equal(verdict_asked(ctx), 4);
}

static void a_list_out_of_date_ends_it(void **state)
{
	(void)state;
	assert_true(meet(ctx, "alice", &alice, &other));
	at(PKI_DAY - 1000);
	assert_true(comes_in("alice"));
	assert_null(verdict_against(alice, ctx));
	assert_int_equal(verdict_asked(ctx), 1);
	at(PKI_DAY);
	assert_false(comes_in("alice"));
	assert_string_equal(verdict_against(alice, ctx), "CRL has expired");
}

/* Two lists by one authority, of which the later counts as soon as it may. */
static void a_list_to_come_ends_it(void **state)
{
	(void)state;
	list("later", HOUR, PKI_DAY, "alice");
	SSL_CTX_free(ctx);
	ctx = context(false);
	assert_true(meet(ctx, "alice", &alice, &other));
	assert_true(comes_in("bob"));
	at(HOUR - 1000);
	assert_true(comes_in("alice"));
	assert_null(verdict_against(alice, ctx));
	assert_int_equal(verdict_asked(ctx), 2);
	at(HOUR);
	assert_false(comes_in("alice"));
	assert_string_equal(verdict_against(alice, ctx), "certificate revoked");
	assert_true(comes_in("bob"));
}

/* A list that nobody needs any more lies beside the fresh one: the verdict is remembered still. */
static void an_old_list_beside_a_fresh_one_is_no_matter(void **state)
{
	(void)state;
	list("later", -PKI_DAY, PKI_DAY, NULL);
	list("ca", -2 * PKI_DAY, -HOUR, NULL);
	SSL_CTX_free(ctx);
	ctx = context(false);
	assert_true(meet(ctx, "alice", &alice, &other));
	assert_true(comes_in("alice"));
	assert_null(verdict_against(alice, ctx));
	assert_int_equal(verdict_asked(ctx), 1);
}

static void an_open_connection_is_judged_by_later_lists(void **state)
{
	(void)state;
	SSL *bob, *beside;
	assert_true(meet(ctx, "alice", &alice, &other));
	assert_true(meet(ctx, "bob", &bob, &beside));
	list("ca", -PKI_DAY, PKI_DAY, "alice");
	SSL_CTX *later = context(false);
	assert_string_equal(verdict_against(alice, later), "certificate revoked");
	assert_null(verdict_against(bob, later));
	assert_null(verdict_against(bob, later));
	assert_int_equal(verdict_asked(later), 2);
	hang_up(&bob, &beside);
	/* and by later roots */
	struct pki strange = pki_new(), mine = pki;
	pki_files(&strange, "server", &(struct pki_spec){.usage = TLS, .purpose = "serverAuth"});
	SSL_CTX_free(later);
	pki = strange;
	later = context(false);
	assert_non_null(verdict_against(alice, later));
	pki = mine;
	SSL_CTX_free(later);
	pki_free(&strange);
}

static void nothing_speaks_against_one_without_a_certificate(void **state)
{
	(void)state;
	SSL_CTX_free(ctx);
	ctx = context(true);
	assert_true(meet(ctx, NULL, &alice, &other));
	assert_null(verdict_against(alice, ctx));
	assert_false(comes_in("gone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(a_good_chain_is_asked_about_once),
	    T(a_bad_chain_is_asked_about_each_time),
	    T(other_bytes_are_another_chain),
	    T(expiry_ends_it),
	    T(a_list_out_of_date_ends_it),
	    T(a_list_to_come_ends_it),
	    T(an_old_list_beside_a_fresh_one_is_no_matter),
	    T(an_open_connection_is_judged_by_later_lists),
	    T(nothing_speaks_against_one_without_a_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
