/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * material: what TLS is made of, on its way from the home to the edge.
 *
 * The edge may open no file (sandbox/daemon.h), so certificate, key, roots and revocation lists
 * come to it as descriptors of copies in memory, at the start and at each reload.
 */
#ifndef GW_API_MATERIAL_H
#define GW_API_MATERIAL_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/defs.h"
#include "base/err.h"
#include "home/home.h"
#include "http/tls.h"

enum {
	MATERIAL_FILES = 128, /* certificate, key, roots and lists together */
	MATERIAL_OWN = 2,     /* certificate and key */
};

/* Certificate, key, then roots and lists, as files in memory; release closes them. */
struct material {
	int fd[MATERIAL_FILES];
	size_t roots, lists;
};

/* Make m empty; and how many descriptors it has. */
void material_init(struct material *m);
size_t material_count(const struct material *m);

/*
 * material_copy(files, ret, ei): copy what files names, after making sure that a server can be made
 * of it: what is wrong is said with the names of the files. Errors of tls_server; GW_ELIMIT.
 */
int material_copy(const struct tls_files *files, struct material *ret, struct errinfo *ei)
    GW_MUST_USE;
void material_release(struct material *m);

/* The same of a home: organisation/tls.pem and tls.key, the roots in registry/trust/tls, the lists
 * in registry/trust. GW_ENOENT: no root; GW_ESUPPORT: the key lies in a token; GW_EAUTH: the
 * certificate is another organisation's. */
int material_home(const struct home *h, struct material *ret, struct errinfo *ei) GW_MUST_USE;

/* Make the context that it was copied for; certificates are judged as at that moment (0: as time
 * goes). The caller frees it with SSL_CTX_free. */
int material_server(const struct material *m, enum tls_profile profile, int64_t at, SSL_CTX **ret,
    struct errinfo *ei) GW_MUST_USE;

/* The profile that gateway.yaml names. */
enum tls_profile material_profile(const struct settings *s);

#endif
