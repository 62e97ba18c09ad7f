/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates and keys on their way to a process that opens no file. */
#include "api/control.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/support/pki.h"
#include "tests/unit/test.h"

struct world {
	struct pki pki;
	char *cert, *key, *root, *list[2];
	int a, b;
};

static int setup(void **state)
{
	struct world *w = str_alloc(sizeof *w);
	int fd[2];
	w->pki = pki_new();
	pki_files(&w->pki, "server",
	    &(struct pki_spec){.usage = "critical,digitalSignature", .purpose = "serverAuth"});
	pki_files(&w->pki, "other",
	    &(struct pki_spec){.usage = "critical,digitalSignature", .purpose = "serverAuth"});
	w->cert = str_printf("%s/server.pem", w->pki.dir);
	w->key = str_printf("%s/server.key", w->pki.dir);
	w->root = str_printf("%s/root.pem", w->pki.roots);
	w->list[0] = str_printf("%s/root.crl", w->pki.crls);
	w->list[1] = str_printf("%s/ca.crl", w->pki.crls);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd), 0);
	w->a = fd[0];
	w->b = fd[1];
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	free(w->cert);
	free(w->key);
	free(w->root);
	free(w->list[0]);
	free(w->list[1]);
	file_close_p(&w->a);
	file_close_p(&w->b);
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

static int copied(struct world *w, struct material *m, struct errinfo *ei)
{
	const char *roots[] = {w->root}, *const *lists = (const char *const *)w->list;
	return material_copy(&(struct tls_files){.cert = w->cert,
				 .key = w->key,
				 .roots = roots,
				 .roots_n = 1,
				 .lists = lists,
				 .lists_n = 2},
	    m, ei);
}

static void a_server_is_made_of_copies(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m, got;
	struct control c;
	SSL_CTX *ctx = NULL;
	size_t before = open_descriptors();
	test_code(copied(w, &m, &ei), 0, &ei);
	assert_int_equal(material_count(&m), 5);
	test_code(control_send(w->a, &(struct control){.kind = CONTROL_TLS}, &m, &ei), 0, &ei);
	material_release(&m);
	/* the files may go: what was copied stays, and nobody changes it */
	assert_int_equal(unlink(w->cert), 0);
	assert_int_equal(unlink(w->key), 0);
	test_code(control_receive(w->b, &c, &got, &ei), 0, &ei);
	assert_true(c.kind == CONTROL_TLS && got.roots == 1 && got.lists == 2);
	struct stat st;
	assert_int_equal(fstat(got.fd[1], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(pwrite(got.fd[1], "x", 1, 0), -1);
	assert_int_equal(fcntl(got.fd[1], F_GETFD), FD_CLOEXEC);
	test_code(material_server(&got, TLS_NL_GOED, PKI_NOW, &ctx, &ei), 0, &ei);
	SSL_CTX_free(ctx);
	test_code(material_server(&got, TLS_DIGIKOPPELING, 0, &ctx, &ei), 0, &ei);
	SSL_CTX_free(ctx);
	material_release(&got);
	material_release(&got); /* once more does no harm */
	assert_int_equal(open_descriptors(), before);
}

static void what_makes_no_server_is_said_by_name(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	size_t before = open_descriptors();
	free(w->key);
	w->key = str_printf("%s/other.key", w->pki.dir);
	test_code(copied(w, &m, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "other.key"));
	assert_int_equal(chmod(w->key, 0644), 0);
	test_code(copied(w, &m, &ei), GW_EMODE, &ei);
	assert_int_equal(open_descriptors(), before);
}

static void words_come_without_files(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct control c, said = {.kind = CONTROL_DONE, .code = GW_EFORMAT, .text = "why"};
	struct material m;
	test_code(control_send(w->a, &said, NULL, &ei), 0, &ei);
	test_code(control_receive(w->b, &c, &m, &ei), 0, &ei);
	assert_int_equal(c.code, GW_EFORMAT);
	assert_string_equal(c.text, "why");
	material_release(&m);
	file_close_p(&w->a);
	test_code(control_receive(w->b, &c, &m, &ei), GW_ENOENT, &ei);
}

static void what_is_no_message_is_refused(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct material m, got;
	struct control c;
	test_code(copied(w, &m, &ei), 0, &ei);
	size_t before = open_descriptors();
	const struct control bad[] = {{.kind = 0}, {.kind = 9}, {.kind = CONTROL_TLS}};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		test_code(control_send(w->a, &bad[i], NULL, &ei), 0, &ei);
		test_code(control_receive(w->b, &c, &got, &ei), GW_EFORMAT, &ei);
	}
	test_code(control_send(w->a, &(struct control){.kind = CONTROL_STOP}, &m, &ei), 0, &ei);
	test_code(control_receive(w->b, &c, &got, &ei), GW_EFORMAT, &ei);
	assert_int_equal(write(w->a, "short", 5), 5);
	test_code(control_receive(w->b, &c, &got, &ei), GW_EFORMAT, &ei);
	assert_int_equal(open_descriptors(), before);
	material_release(&m);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_server_is_made_of_copies),
	    T(what_makes_no_server_is_said_by_name),
	    T(words_come_without_files),
	    T(what_is_no_message_is_refused),
	};
	return cmocka_run_group_tests_name("api/control", tests, NULL, NULL);
}
