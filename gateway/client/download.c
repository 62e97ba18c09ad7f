/* SPDX-License-Identifier: EUPL-1.2 */
/* download: fetch a file into a part file, going on from what that holds. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "client/inside.h"

struct download {
	struct client *client;
	const char *path, *part, *sha256;
	int fd;
	uint64_t length, have; /* have: what the part file holds */
	bool begun;            /* the head of the answer was looked at */
	bool wrong;            /* what comes is not that file */
	client_progress progress;
	void *arg;
	int status; /* of the answer, and its Retry-After */
	char after[32];
};

static int cut(struct download *d, uint64_t n, struct errinfo *ei)
{
	if (ftruncate(d->fd, (off_t)n) < 0)
		return err_sys(ei, GW_EIO, "cannot write '%s'", d->part);
	d->have = n;
	return 0;
}

/* "bytes FIRST-LAST/LENGTH" has to be what we asked for. */
static bool right_range(const struct download *d, const char *range)
{
	char want[100];
	(void)snprintf(want, sizeof want, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, d->have,
	    d->length - 1, d->length);
	return str_eq(range, want);
}

/* The first bytes: is this the file, from where we asked for it? */
static int begin(struct download *d, const struct exchange *x)
{
	char want[HASH_HEX + 2];
	(void)snprintf(want, sizeof want, "\"%s\"", d->sha256);
	d->begun = true;
	d->wrong = x->etag[0] && !str_eq(x->etag, want);
	if (d->wrong)
		return err_set(
		    x->ei, GW_EAUTH, "the gateway offers another file than the slip says");
	if (x->status == 206)
		return right_range(d, x->range)
		    ? 0
		    : err_set(x->ei, GW_ENET, "the gateway answers with another range");
	return cut(d, 0, x->ei); /* the whole again */
}

static int take(void *arg, const void *p, size_t n, const struct exchange *x)
{
	struct download *d = arg;
	int r = d->begun ? 0 : begin(d, x);
	if (r == 0 && n > d->length - d->have)
		d->wrong = true;
	if (r == 0 && d->wrong)
		r = err_set(x->ei, GW_EAUTH, "the gateway sends more bytes than the slip says");
	for (const char *s = p; r == 0 && n > 0;) {
		ssize_t k = pwrite(d->fd, s, n, (off_t)d->have);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_sys(x->ei, GW_EIO, "cannot write '%s'", d->part);
		s += k;
		n -= (size_t)k;
		d->have += (uint64_t)k;
	}
	return r;
}

static void moved(void *arg, uint64_t sent, uint64_t received)
{
	struct download *d = arg;
	(void)sent;
	(void)received;
	if (d->progress)
		d->progress(d->arg, d->have, d->length);
}

static int get(struct download *d, struct errinfo *ei)
{
	char range[60], if_range[HASH_HEX + 20];
	(void)snprintf(range, sizeof range, "Range: bytes=%" PRIu64 "-", d->have);
	(void)snprintf(if_range, sizeof if_range, "If-Range: \"%s\"", d->sha256);
	const char *fields[] = {d->have ? range : NULL, if_range, NULL};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct exchange x = {.method = "GET",
	    .path = d->path,
	    .fields = fields,
	    .into = &in,
	    .take = take,
	    .moved = moved,
	    .arg = d};
	d->begun = false;
	int r = exchange(d->client, &x, ei);
	d->status = r == 0 ? x.status : 0;
	(void)snprintf(d->after, sizeof d->after, "%s", x.retry_after);
	if (r == 0 && x.status == 416)
		return cut(d, 0, ei); /* what we have is none of it: from the start */
	if (r < 0)
		return r;
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	exchange_answer(&x, &in, &a);
	return client_code(&a, ei);
}

/* Is what lies there what was sealed? */
static int verify(struct download *d, struct errinfo *ei)
{
	struct hash h;
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX], piece[65536];
	uint64_t n = 0;
	ssize_t got;
	hash_init(&h);
	while ((got = pread(d->fd, piece, sizeof piece, (off_t)n)) > 0) {
		hash_add(&h, piece, (size_t)got);
		n += (uint64_t)got;
	}
	hash_final(&h, digest);
	hash_release(&h);
	if (got < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", d->part);
	str_hex(digest, sizeof digest, hex);
	if (n == d->length && str_eq(hex, d->sha256))
		return 0;
	d->wrong = true;
	return err_set(ei, GW_EAUTH,
	    "what the gateway sent is not what the slip names (another SHA-256): it was removed");
}

static int fetch_all(struct download *d, struct errinfo *ei)
{
	struct tries t = {.client = d->client, .done = d->have};
	int r = 0;
	if (d->have > d->length)
		r = cut(d, 0, ei);
	while (r == 0 && d->have < d->length) {
		d->after[0] = '\0';
		d->status = 0;
		r = get(d, ei);
		if (d->have == d->length && !d->wrong)
			return 0; /* whatever ended the connection after the last byte */
		if (r == 0)
			r = err_set(ei, GW_ENET, "the gateway ends before the end of the package");
		if (r == GW_ENET)
			r = tries_again(&t, d->have, r, d->status, d->after, ei);
	}
	return r;
}

int client_download(struct client *c, const char *path, const char *part, uint64_t length,
    const char *sha256, client_progress progress, void *arg, struct errinfo *ei)
{
	struct download d = {.client = c,
	    .path = path,
	    .part = part,
	    .sha256 = sha256,
	    .length = length,
	    .progress = progress,
	    .arg = arg};
	struct stat st;
	int fd GW_CLEANUP(file_close_p) =
	    open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_sys(ei, GW_EIO, "cannot write '%s'", part);
	d.fd = fd;
	d.have = (uint64_t)st.st_size;
	int r = fetch_all(&d, ei);
	if (r == 0)
		r = verify(&d, ei);
	if (d.wrong)
		(void)unlink(part);
	if (r == 0 && fsync(fd) < 0)
		r = err_sys(ei, GW_EIO, "cannot write '%s'", part);
	return r == 0 ? file_sync_parent(part, ei) : r;
}
