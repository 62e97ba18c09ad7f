/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/material.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "sign/cert.h"

enum { FILE_MAX = 16 << 20, NAME = 40 };

size_t material_count(const struct material *m)
{
	return MATERIAL_OWN + m->roots + m->lists;
}

void material_release(struct material *m)
{
	for (size_t i = 0; i < material_count(m); i++)
		file_close_p(&m->fd[i]);
	m->roots = m->lists = 0;
}

void material_init(struct material *m)
{
	*m = (struct material){.roots = 0};
	for (size_t i = 0; i < MATERIAL_FILES; i++)
		m->fd[i] = -1;
}

/* A copy of the file at path that nobody can change any more, readable by this user alone. */
static int copy(const char *path, int *ret_fd, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
	int fd GW_CLEANUP(file_close_p) = memfd_create("tls", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r = fd < 0 ? err_sys(ei, GW_EIO, "memory for certificates") : 0;
	if (r == 0)
		r = file_read(path, FILE_MAX, &b, ei);
	if (r == 0)
		r = file_write_fd(fd, b.data, b.len, ei);
	if (r == 0 &&
	    (fchmod(fd, 0600) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0))
		r = err_sys(ei, GW_EIO, "memory for certificates");
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int material_copy(const struct tls_files *f, struct material *ret, struct errinfo *ei)
{
	SSL_CTX *trial = NULL;
	struct material m;
	material_init(&m);
	if (f->roots_n + f->lists_n > MATERIAL_FILES - MATERIAL_OWN)
		return err_set(ei, GW_ELIMIT, "at most %d roots and revocation lists",
		    MATERIAL_FILES - MATERIAL_OWN);
	int r = tls_server(f, &trial, ei);
	SSL_CTX_free(trial);
	if (r < 0)
		return r;
	m.roots = f->roots_n;
	m.lists = f->lists_n;
	r = copy(f->cert, &m.fd[0], ei);
	if (r == 0)
		r = copy(f->key, &m.fd[1], ei);
	for (size_t i = 0; r == 0 && i < f->roots_n; i++)
		r = copy(f->roots[i], &m.fd[MATERIAL_OWN + i], ei);
	for (size_t i = 0; r == 0 && i < f->lists_n; i++)
		r = copy(f->lists[i], &m.fd[MATERIAL_OWN + f->roots_n + i], ei);
	if (r < 0)
		material_release(&m);
	else
		*ret = m;
	return r;
}

int material_server(const struct material *m, enum tls_profile profile, int64_t at, SSL_CTX **ret,
    struct errinfo *ei)
{
	char text[MATERIAL_FILES][NAME];
	const char *names[MATERIAL_FILES] = {NULL};
	for (size_t i = 0; i < material_count(m); i++) {
		(void)snprintf(text[i], NAME, "/proc/self/fd/%d", m->fd[i]);
		names[i] = text[i];
	}
	struct tls_files f = {.cert = names[0],
	    .key = names[1],
	    .roots = names + MATERIAL_OWN,
	    .roots_n = m->roots,
	    .lists = names + MATERIAL_OWN + m->roots,
	    .lists_n = m->lists,
	    .profile = profile,
	    .at = at};
	return tls_server(&f, ret, ei);
}

enum tls_profile material_profile(const struct settings *s)
{
	return s->tls_profile == SETTINGS_DIGIKOPPELING ? TLS_DIGIKOPPELING : TLS_NL_GOED;
}

static char **paths(const struct home *h, const char *folder, const char *suffix, size_t *ret_n)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, folder);
	struct file_list l = {0};
	*ret_n = 0;
	if (file_list(dir, suffix, &l, NULL) < 0)
		return NULL;
	char **out = str_alloc((l.n + 1) * sizeof *out);
	for (size_t i = 0; i < l.n; i++)
		out[(*ret_n)++] = file_join(dir, l.names[i]);
	file_list_release(&l);
	return out;
}

static void free_paths(char **p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(p[i]);
	free(p);
}

/* A certificate of somebody else would be served to clients that look for ours. */
static int own_certificate(const struct home *h, const char *path, struct errinfo *ei)
{
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	struct cert_facts f;
	int r = cert_read_pem(path, &certs, ei);
	if (r == 0)
		r = cert_facts(sk_X509_value(certs, 0), &f, ei);
	if (r < 0)
		return r;
	return str_eq(f.oin, home_oin(h))
	    ? 0
	    : err_set(ei, GW_EAUTH, "%s: is a certificate of '%s', and the gateway is that of %s",
		  path, f.oin, home_oin(h));
}

int material_home(const struct home *h, struct material *ret, struct errinfo *ei)
{
	const struct settings *s = home_settings(h);
	char *cert GW_CLEANUP(str_free_p) = home_path(h, "organisation/tls.pem");
	char *key GW_CLEANUP(str_free_p) = home_path(h, "organisation/tls.key");
	if (s->tls_key)
		return err_set(ei, GW_ESUPPORT,
		    "tls_key: the daemon takes its TLS key from organisation/tls.key alone");
	struct tls_files f = {.cert = cert, .key = key, .profile = material_profile(s)};
	char **roots = paths(h, "registry/trust/tls", ".pem", &f.roots_n);
	char **lists = paths(h, "registry/trust", ".crl", &f.lists_n);
	f.roots = (const char *const *)roots;
	f.lists = (const char *const *)lists;
	int r = f.roots_n == 0
	    ? err_set(ei, GW_ENOENT,
		  "there is no root in registry/trust/tls, so that nobody could come in")
	    : material_copy(&f, ret, ei);
	if (r == 0 && (r = own_certificate(h, cert, ei)) < 0)
		material_release(ret);
	free_paths(roots, f.roots_n);
	free_paths(lists, f.lists_n);
	return r;
}
