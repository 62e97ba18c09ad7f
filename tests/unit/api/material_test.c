/* SPDX-License-Identifier: EUPL-1.2 */
/* What TLS is made of, as it lies in a home; copies and their way are in control_test.c. */
#include "api/material.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define GATEWAY "oin: \"00000099000000001000\"\nname: Een\ntest: true\n"

struct world {
	struct pki pki;
	char *dir;
	struct home *home;
};

static void put(const struct world *w, const char *name, const char *text, size_t n)
{
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, n, 0600, FILE_REPLACE, &ei), 0, &ei);
}

/* A file of the PKI, under a name of the home. */
static void bring(const struct world *w, const char *from, const char *name)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_read(from, 1 << 16, &b, &ei), 0, &ei);
	put(w, name, b.data, b.len);
}

static void bring_list(const struct world *w, const char *list, const char *name)
{
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s", w->pki.crls, list);
	bring(w, path, name);
}

static void bring_own(struct world *w, enum pki_key key)
{
	pki_files(&w->pki, "own",
	    &(struct pki_spec){
		.usage = "critical,digitalSignature", .purpose = "serverAuth", .key = key});
	bring(w, pki_path(&w->pki, "own", ".pem"), "organisation/tls.pem");
	bring(w, pki_path(&w->pki, "own", ".key"), "organisation/tls.key");
}

static void open_again(struct world *w, const char *more)
{
	char *text GW_CLEANUP(str_free_p) = str_printf("%s%s", GATEWAY, more);
	struct errinfo ei = ERRINFO_INIT;
	put(w, "gateway.yaml", text, strlen(text));
	home_free_p(&w->home);
	test_code(home_open(w->dir, 0, &w->home, &ei), 0, &ei);
}

static void gone(const struct world *w, const char *name)
{
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, name);
	assert_int_equal(unlink(path), 0);
}

static int setup(void **state)
{
	static const char *const folders[] = {
	    "organisation", "registry", "registry/trust", "registry/trust/tls"};
	struct world *w = str_alloc(sizeof *w);
	w->pki = pki_new();
	w->dir = test_mkdir();
	for (size_t i = 0; i < GW_LENGTH(folders); i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(w->dir, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	char *root GW_CLEANUP(str_free_p) = str_printf("%s/root.pem", w->pki.roots);
	bring(w, root, "registry/trust/tls/root.pem");
	bring_list(w, "root.crl", "registry/trust/root.crl");
	bring_list(w, "ca.crl", "registry/trust/ca.crl");
	bring_own(w, PKI_EC);
	open_again(w, "");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	home_free(w->home);
	test_rmdir(&w->dir);
	pki_free(&w->pki);
	free(w);
	return 0;
}

static size_t open_descriptors(void)
{
	size_t n = 0;
	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void a_home_has_it_all(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	SSL_CTX *ctx = NULL;
	put(w, "registry/trust/README", "no list", 7);
	test_code(material_home(w->home, &m, &ei), 0, &ei);
	assert_int_equal(m.roots, 1);
	assert_int_equal(m.lists, 2);
	test_code(material_server(&m, TLS_NL_GOED, PKI_NOW, &ctx, &ei), 0, &ei);
	SSL_CTX_free(ctx);
	material_release(&m);
}

/* Each is refused by the name of its file, and leaves nothing open. */
static void what_is_missing_or_wrong_is_named(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	size_t before = open_descriptors();
	put(w, "registry/trust/ca.crl", "garbage", 7);
	test_code(material_home(w->home, &m, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "registry/trust/ca.crl"));
	bring_list(w, "ca.crl", "registry/trust/ca.crl");
	put(w, "registry/trust/tls/root.pem", "garbage", 7);
	test_code(material_home(w->home, &m, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "registry/trust/tls/root.pem"));
	gone(w, "registry/trust/tls/root.pem");
	test_code(material_home(w->home, &m, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "registry/trust/tls"));
	char *root GW_CLEANUP(str_free_p) = str_printf("%s/root.pem", w->pki.roots);
	bring(w, root, "registry/trust/tls/root.pem");
	gone(w, "organisation/tls.pem");
	test_code(material_home(w->home, &m, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "organisation/tls.pem"));
	bring_own(w, PKI_EC);
	open_again(w, "tls_key: \"pkcs11:token=x\"\n");
	test_code(material_home(w->home, &m, &ei), GW_ESUPPORT, &ei);
	assert_int_equal(open_descriptors(), before);
}

/* With it every client would end the connection: those of before do better. */
static void the_certificate_is_our_own(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	pki_files(&w->pki, "other",
	    &(struct pki_spec){.usage = "critical,digitalSignature",
		.purpose = "serverAuth",
		.oin = "00000099000000007000"});
	bring(w, pki_path(&w->pki, "other", ".pem"), "organisation/tls.pem");
	bring(w, pki_path(&w->pki, "other", ".key"), "organisation/tls.key");
	test_code(material_home(w->home, &m, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "organisation/tls.pem"));
	assert_non_null(strstr(ei.msg, "00000099000000007000"));
	bring_own(w, PKI_EC);
	test_code(material_home(w->home, &m, &ei), 0, &ei);
	material_release(&m);
}

static void there_is_a_most_of_lists(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	char name[60];
	for (int i = 3; i < MATERIAL_FILES - MATERIAL_OWN; i++) {
		(void)snprintf(name, sizeof name, "registry/trust/%d.crl", i);
		bring_list(w, "ca.crl", name);
	}
	test_code(material_home(w->home, &m, &ei), 0, &ei);
	assert_int_equal(material_count(&m), MATERIAL_FILES);
	material_release(&m);
	bring_list(w, "ca.crl", "registry/trust/more.crl");
	test_code(material_home(w->home, &m, &ei), GW_ELIMIT, &ei);
}

static void the_profile_is_that_of_the_settings(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	bring_own(w, PKI_RSA2048);
	assert_int_equal(material_profile(home_settings(w->home)), TLS_NL_GOED);
	test_code(material_home(w->home, &m, &ei), GW_EFORMAT, &ei);
	open_again(w, "tls_profile: digikoppeling\n");
	assert_int_equal(material_profile(home_settings(w->home)), TLS_DIGIKOPPELING);
	test_code(material_home(w->home, &m, &ei), 0, &ei);
	material_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(a_home_has_it_all),
	    T(what_is_missing_or_wrong_is_named),
	    T(the_certificate_is_our_own),
	    T(there_is_a_most_of_lists),
	    T(the_profile_is_that_of_the_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
