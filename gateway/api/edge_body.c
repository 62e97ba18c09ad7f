/* SPDX-License-Identifier: EUPL-1.2 */
/* edge_body: bodies that stream from the connection into a descriptor of the core's, begun and
 * ended by a call each (api/routes.h). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "api/edge_inside.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

enum { PIECE = 128 << 10 };

/* A digest that the client says its bytes have: the field Upload-Checksum (tus 1.0.0, "Checksum"),
 * against mistakes on the way only. md is NULL where there is none. */
struct checksum {
	const EVP_MD *md;
	EVP_MD_CTX *ctx;
	unsigned char expected[EVP_MAX_MD_SIZE];
};

static void checksum_release(struct checksum *c)
{
	EVP_MD_CTX_free(c->ctx);
}

/* Read "sha256 <base64>"; false when it is neither that nor absent. */
static bool checksum_read(const struct http_head *h, struct checksum *ret)
{
	struct http_text t = http_field(h, "upload-checksum");
	*ret = (struct checksum){0};
	if (!t.p)
		return true;
	const char *space = memchr(t.p, ' ', t.n);
	if (!space || http_field_count(h, "upload-checksum") != 1)
		return false;
	struct http_text name = {t.p, (size_t)(space - t.p)};
	ret->md = http_is(name, "sha256") ? EVP_sha256()
	    : http_is(name, "sha1")       ? EVP_sha1()
					  : NULL;
	size_t n = 0;
	if (!ret->md ||
	    str_unb64(space + 1, t.n - name.n - 1, ret->expected, sizeof ret->expected, &n) < 0 ||
	    n != (size_t)EVP_MD_get_size(ret->md))
		return false;
	ret->ctx = EVP_MD_CTX_new();
	return ret->ctx && EVP_DigestInit_ex(ret->ctx, ret->md, NULL) == 1;
}

static void checksum_add(struct checksum *c, const void *p, size_t n)
{
	if (c->ctx && EVP_DigestUpdate(c->ctx, p, n) != 1)
		c->expected[0] ^= 1; /* never good, then */
}

static bool checksum_good(struct checksum *c)
{
	unsigned char is[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	return !c->ctx ||
	    (EVP_DigestFinal_ex(c->ctx, is, &n) == 1 && memcmp(is, c->expected, n) == 0);
}

/* How a body ended. */
enum ending { BODY_WHOLE, BODY_CUT, BODY_LONG, BODY_NO_ROOM };

/* Read until the piece is full or the body at its end. */
static int fill(struct http_request *q, char *piece, size_t *ret_n, bool *ret_end)
{
	*ret_n = 0;
	*ret_end = false;
	while (*ret_n < PIECE) {
		size_t k = 0;
		int r = http_body_read(q, piece + *ret_n, PIECE - *ret_n, &k, NULL);
		if (r < 0)
			return r;
		*ret_n += k;
		*ret_end = k == 0;
		if (k == 0)
			break;
	}
	return 0;
}

/* Copy the body to x->answer.fd, at most `most` bytes; *ret_n is how many were written. */
static enum ending copy(struct exchange *x, uint64_t most, struct checksum *sum, uint64_t *ret_n)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(PIECE);
	struct errinfo ei = ERRINFO_INIT;
	char *piece = buf_room(&b, PIECE);
	bool end = false;
	*ret_n = 0;
	if (!piece)
		return BODY_NO_ROOM;
	if (http_body_max(x->q, most, NULL) < 0)
		return BODY_LONG;
	while (!end) {
		size_t n = 0;
		int r = fill(x->q, piece, &n, &end);
		/* what came before it broke is kept: resuming goes on from there */
		if (r < 0 && http_body_got(x->q) > most)
			return BODY_LONG;
		if (n > 0 && file_write_fd(x->answer.fd, piece, n, &ei) < 0) {
			log_line(LOG_PRIO_ERR, "body.write", "code", err_name(GW_EIO), "trace",
			    x->call.trace, NULL);
			return BODY_NO_ROOM;
		}
		checksum_add(sum, piece, n);
		*ret_n += n;
		if (r < 0)
			return BODY_CUT;
	}
	return BODY_WHOLE;
}

static uint64_t field_number(const struct exchange *x, const char *name)
{
	uint64_t v = 0;
	return str_u64(link_field(x->answer.fields, x->answer.fields_n, name), INT64_MAX, &v) < 0
	    ? 0
	    : v;
}

/* End the body by op about `about`, with number; false when the core is gone. */
static bool end(struct exchange *x, enum api_op op, const char *about, uint64_t number)
{
	x->call.op = op;
	x->call.params[0] = about;
	x->call.params_n = 1;
	x->call.number = number;
	return exchange_ask(x);
}

/* Say why a body was not taken, after the core knows. */
static void refuse(struct exchange *x, enum ending how)
{
	if (how == BODY_LONG)
		exchange_refuse(
		    x, 413, err_name(GW_ELIMIT), "the body is longer than it may be", NULL);
	else if (how == BODY_NO_ROOM)
		exchange_refuse(x, 507, err_name(GW_EIO), "there is no room for the body", NULL);
	/* cut: nobody listens, or http/ says 408 */
}

void exchange_dossier(struct exchange *x)
{
	struct checksum none = {0};
	uint64_t n = 0;
	if (!exchange_ask(x))
		return;
	if (x->answer.fd < 0) {
		exchange_deliver(x);
		return;
	}
	char *token GW_CLEANUP(str_wipe_p) = str_dupn(x->answer.body, x->answer.body_n);
	enum ending how = copy(x, field_number(x, "Limit"), &none, &n);
	if (!end(x, how == BODY_WHOLE ? API_DOSSIER_END : API_DOSSIER_DROP, token, n))
		return;
	if (how == BODY_WHOLE)
		exchange_deliver(x);
	else
		refuse(x, how);
}

void exchange_upload(struct exchange *x)
{
	struct checksum sum GW_CLEANUP(checksum_release);
	uint64_t offset = x->call.number, n = 0;
	char *id GW_CLEANUP(str_free_p) = str_dup(x->call.params[0]);
	if (!checksum_read(x->head, &sum)) {
		exchange_refuse(x, 400, err_name(GW_EUSAGE),
		    "Upload-Checksum: sha256 or sha1, and the digest in base64, are expected",
		    NULL);
		return;
	}
	if (!exchange_ask(x))
		return;
	if (x->answer.fd < 0) {
		exchange_deliver(x);
		return;
	}
	uint64_t whole = field_number(x, "Upload-Length");
	enum ending how = copy(x, whole > offset ? whole - offset : 0, &sum, &n);
	bool wrong = how == BODY_WHOLE && !checksum_good(&sum);
	if (!end(x, API_UPLOAD_END, id, wrong ? offset : UINT64_MAX))
		return;
	if (wrong && x->answer.status < 300)
		exchange_refuse(x, 460, err_name(GW_EAUTH),
		    "the bytes do not have the checksum: send them again", NULL);
	else if (how == BODY_WHOLE)
		exchange_deliver(x);
	else
		refuse(x, how);
}
