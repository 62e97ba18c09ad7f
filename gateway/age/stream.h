/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stream: the payload of an age file: 64 KiB chunks under ChaCha20-Poly1305 (C2SP age, "Payload"),
 * sealed or opened in place, many batches at a time, taken out in the order they were put in.
 *
 * One thread owns a stream and makes all calls. It asks for an empty batch, fills and submits it,
 * and takes the oldest one when it is done; while it waits it works along. Others are started only
 * when a second batch is submitted, so short files start none.
 *
 * In a batch chunk i lies at data + i * SEALED, both as plaintext and sealed.
 */
#ifndef GW_AGE_STREAM_H
#define GW_AGE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

enum {
	CHUNK = 64 << 10,
	TAG = 16,
	SEALED = CHUNK + TAG,
	BATCH = 16,
	STREAM_KEY = 32,
	PAYLOAD_NONCE = 16, /* before the first chunk; salts the key */
	STREAM_THREADS = 16,
};

struct batch {
	uint8_t *data; /* BATCH * SEALED bytes */
	size_t chunks; /* all full but the last */
	size_t last;   /* bytes of the last one, before the work */
	bool final;    /* the last one ends the file */
	/* filled by the work */
	size_t good;     /* chunks 0..good-1 are done and, when opening, have verified */
	const char *why; /* what is wrong behind them, or NULL */
	/* for stream.c only */
	uint64_t first; /* number of chunk 0 in the file */
	size_t touched; /* bytes of data to zero at the end */
	bool done;
};

struct stream;

/*
 * stream_new(seal, key, threads, ret, ei): a stream that seals, or opens. threads 0 means one for
 * each core this process may use; never more than STREAM_THREADS. key is copied. GW_ENOMEM.
 */
int stream_new(bool seal, const uint8_t key[STREAM_KEY], unsigned threads, struct stream **ret_s,
    struct errinfo *ei) GW_MUST_USE;
void stream_free(struct stream *s);

/* What threads 0 stands for here. */
unsigned stream_cores(void);

/*
 * The batch to fill next, the same until it is submitted; NULL when all are under way: take the
 * oldest first. *ret_r is 0 or GW_ENOMEM.
 */
struct batch *stream_next(struct stream *s, int *ret_r);

/* Say that n bytes at b->data were written, so that they are zeroed at the end. */
void stream_touch(struct batch *b, size_t n);

/* Hand over the batch of stream_next, its chunks, last and final set. */
void stream_submit(struct stream *s);

/* Wait for the oldest submitted batch and return it, NULL when there is none. Then release it. */
struct batch *stream_oldest(struct stream *s);
void stream_release(struct stream *s);

/* The number of batches submitted and not released. */
size_t stream_under_way(const struct stream *s);

#endif
