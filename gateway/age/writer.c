/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "age/age.h"
#include "age/pump.h"
#include "age/sink.h"
#include "age/source.h"
#include "age/stanza.h"
#include "age/stream.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

struct age_writer {
	struct sink sink;
	struct stream *st;
	size_t full, part; /* of the batch being filled by age_writer_write */
	bool ended;        /* the final batch is submitted */
};

/* Build the header text for `to` and file_key. */
static int build_header(const struct age_recipients *to, const uint8_t *file_key, unsigned threads,
    struct buf *out, struct errinfo *ei)
{
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(HASH_BYTES);
	uint8_t mac[HASH_BYTES];
	if (!key)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	int r = buf_adds(out, AGE_VERSION "\n");
	if (r == 0 && (r = stanza_wrap(to, file_key, threads, out, ei)) < 0)
		return r;
	if (r == 0)
		r = buf_adds(out, "---");
	if (r < 0)
		return err_set(ei, r, "no room for the header");
	hash_hkdf(file_key, FILE_KEY, NULL, 0, "header", key);
	hash_hmac(key, HASH_BYTES, out->data, out->len, NULL, 0, mac);
	if ((r = buf_adds(out, " ")) < 0 || (r = str_b64_nopad(out, mac, sizeof mac)) < 0 ||
	    (r = buf_adds(out, "\n")) < 0)
		return err_set(ei, r, "no room for the header");
	return 0;
}

/* Write header and nonce, and start the stream under the key they give. */
static int begin(
    struct age_writer *w, const struct age_recipients *to, unsigned threads, struct errinfo *ei)
{
	struct buf header GW_CLEANUP(buf_release) = BUF_INIT(AGE_LIMITS.header_bytes);
	uint8_t *secret GW_CLEANUP(secret_free_p) = secret_alloc(FILE_KEY + HASH_BYTES);
	uint8_t nonce[PAYLOAD_NONCE];
	if (!secret)
		return err_set(ei, GW_ENOMEM, "no secret memory for the file key");
	uint8_t *file_key = secret, *key = secret + FILE_KEY;
	randombytes_buf(file_key, FILE_KEY);
	randombytes_buf(nonce, sizeof nonce);
	int r = build_header(to, file_key, threads ? threads : stream_cores(), &header, ei);
	if (r < 0)
		return r;
	hash_hkdf(file_key, FILE_KEY, nonce, sizeof nonce, "payload", key);
	if ((r = stream_new(true, key, threads, &w->st, ei)) < 0)
		return r;
	r = sink_write(&w->sink, header.data, header.len, ei);
	return r < 0 ? r : sink_write(&w->sink, nonce, sizeof nonce, ei);
}

static int new_writer(int fd, bool armored, const struct age_recipients *to, unsigned threads,
    struct age_writer **ret_w, struct errinfo *ei)
{
	if (age_recipients_count(to) == 0)
		return err_set(ei, GW_EUSAGE, "no recipient to encrypt to");
	struct age_writer *w = str_alloc(sizeof *w);
	int r = sink_open(&w->sink, fd, armored, ei);
	if (r == 0)
		r = begin(w, to, threads, ei);
	if (r < 0) {
		age_writer_free(w);
		return r;
	}
	*ret_w = w;
	return 0;
}

int age_writer_new(int fd, const struct age_recipients *to, unsigned threads,
    struct age_writer **ret_w, struct errinfo *ei)
{
	return new_writer(fd, false, to, threads, ret_w, ei);
}

int age_writer_new_armored(int fd, const struct age_recipients *to, unsigned threads,
    struct age_writer **ret_w, struct errinfo *ei)
{
	return new_writer(fd, true, to, threads, ret_w, ei);
}

/* Write the oldest batch out; 1 when there was one. */
static int drain_one(struct age_writer *w, struct errinfo *ei)
{
	struct batch *b = stream_oldest(w->st);
	if (!b)
		return 0;
	if (b->why)
		return err_set(ei, GW_EFAIL, "%s", b->why);
	int r = sink_write(&w->sink, b->data, (b->chunks - 1) * SEALED + b->last + TAG, ei);
	stream_release(w->st);
	return r < 0 ? r : 1;
}

/* The batch to fill, after making room for it. */
static int next_batch(struct age_writer *w, struct batch **ret_b, struct errinfo *ei)
{
	for (;;) {
		int r = 0;
		*ret_b = stream_next(w->st, &r);
		if (*ret_b)
			return 0;
		if (r < 0)
			return err_set(ei, r, "out of memory for the payload");
		if ((r = drain_one(w, ei)) < 0)
			return r;
	}
}

static void submit(struct age_writer *w, struct batch *b, bool final)
{
	b->chunks = w->full + (w->part || w->full == 0);
	b->last = w->part || w->full == 0 ? w->part : CHUNK;
	b->final = final;
	w->full = w->part = 0;
	stream_submit(w->st);
}

int age_writer_write(struct age_writer *w, const void *p, size_t n, struct errinfo *ei)
{
	const uint8_t *from = p;
	while (n) {
		struct batch *b = NULL;
		int r = next_batch(w, &b, ei);
		if (r < 0)
			return r;
		if (w->full == BATCH) { /* it is not the last one, since there is more */
			submit(w, b, false);
			continue;
		}
		size_t k = CHUNK - w->part < n ? CHUNK - w->part : n;
		memcpy(b->data + w->full * SEALED + w->part, from, k);
		w->part += k;
		stream_touch(b, w->full * SEALED + w->part);
		if (w->part == CHUNK) {
			w->full++;
			w->part = 0;
		}
		from += k;
		n -= k;
	}
	return 0;
}

int age_writer_copy(struct age_writer *w, int in, uint64_t *ret_n, struct errinfo *ei)
{
	struct source src;
	struct pump p;
	int r = 0;
	source_open(&src, in);
	pump_init(&p, &src, w->st, CHUNK);
	while (r >= 0 && !p.ended)
		if ((r = pump_fill(&p, ei)) == 0)
			r = drain_one(w, ei);
	*ret_n = p.bytes;
	w->ended = p.ended;
	pump_release(&p);
	source_release(&src);
	return r < 0 ? r : 0;
}

int age_writer_finish(struct age_writer *w, struct errinfo *ei)
{
	struct batch *b = NULL;
	int r = 0;
	if (!w->ended) {
		if ((r = next_batch(w, &b, ei)) < 0)
			return r;
		submit(w, b, true);
		w->ended = true;
	}
	while ((r = drain_one(w, ei)) > 0)
		;
	return r < 0 ? r : sink_finish(&w->sink, ei);
}

void age_writer_free(struct age_writer *w)
{
	if (!w)
		return;
	stream_free(w->st);
	sink_release(&w->sink);
	free(w);
}

void age_writer_free_p(struct age_writer **w)
{
	age_writer_free(*w);
	*w = NULL;
}
