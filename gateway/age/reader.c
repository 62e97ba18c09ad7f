/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "age/age.h"
#include "age/header.h"
#include "age/pump.h"
#include "age/source.h"
#include "age/stanza.h"
#include "age/stream.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

struct age_reader {
	struct source src;
	struct header header;
	struct age_limits limits;
	unsigned threads;
	bool all_x25519;
	struct stream *st; /* from age_reader_unlock on */
	struct pump pump;
	struct batch *batch; /* being given out */
	size_t chunk, at;    /* the next byte of it to give */
	bool over;           /* the final chunk has been taken */
	int failed;          /* of the input, told behind what came before */
	struct errinfo why;
};

int age_reader_open(int fd, const struct age_limits *limits, unsigned threads,
    struct age_reader **ret_r, struct errinfo *ei)
{
	struct age_reader *r = str_alloc(sizeof *r);
	r->limits = limits ? *limits : AGE_LIMITS;
	r->threads = threads;
	int e = source_open_age(&r->src, fd, ei);
	if (e == 0)
		e = header_read(&r->header, &r->src, &r->limits, ei);
	if (e < 0) {
		age_reader_free(r);
		return e;
	}
	r->all_x25519 = true;
	for (size_t i = 0; i < r->header.n; i++)
		r->all_x25519 &= header_is(&r->header, r->header.stanzas + i, "X25519");
	*ret_r = r;
	return 0;
}

static int check_mac(const struct age_reader *r, const uint8_t *file_key, struct errinfo *ei)
{
	uint8_t mac[HASH_BYTES];
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(HASH_BYTES);
	if (!key)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	hash_hkdf(file_key, FILE_KEY, NULL, 0, "header", key);
	hash_hmac(key, HASH_BYTES, r->header.raw.data, r->header.mac_over, NULL, 0, mac);
	if (!secret_equal(mac, r->header.mac, sizeof mac))
		return err_set(ei, GW_EAUTH, "HMAC failure: the header was changed");
	return 0;
}

int age_reader_unlock(struct age_reader *r, const struct age_identities *keys, struct errinfo *ei)
{
	uint8_t nonce[PAYLOAD_NONCE];
	size_t got = 0;
	uint8_t *secret GW_CLEANUP(secret_free_p) = secret_alloc(FILE_KEY + HASH_BYTES);
	if (!secret)
		return err_set(ei, GW_ENOMEM, "no secret memory for the file key");
	uint8_t *file_key = secret, *key = secret + FILE_KEY;
	if (age_identities_count(keys) == 0 && !age_identities_post_quantum(keys))
		return err_set(ei, GW_EUSAGE, "no key to decrypt with");
	int e = stanza_unwrap(&r->header, keys, r->limits.work_factor, file_key, ei);
	if (e == 0)
		e = check_mac(r, file_key, ei);
	if (e == 0)
		e = source_read(&r->src, nonce, sizeof nonce, &got, ei);
	if (e < 0)
		return e;
	if (got != sizeof nonce)
		return err_set(ei, GW_EFORMAT, "header failure: the file ends before the payload");
	hash_hkdf(file_key, FILE_KEY, nonce, sizeof nonce, "payload", key);
	e = stream_new(false, key, r->threads, &r->st, ei);
	if (e == 0)
		pump_init(&r->pump, &r->src, r->st, SEALED);
	return e;
}

int age_reader_new(int fd, const struct age_identities *keys, const struct age_limits *limits,
    unsigned threads, struct age_reader **ret_r, struct errinfo *ei)
{
	struct age_reader *r = NULL;
	int e = age_reader_open(fd, limits, threads, &r, ei);
	if (e == 0 && (e = age_reader_unlock(r, keys, ei)) == 0)
		*ret_r = r;
	else
		age_reader_free(r);
	return e;
}

size_t age_reader_stanzas(const struct age_reader *r)
{
	return r->header.n;
}

bool age_reader_all_x25519(const struct age_reader *r)
{
	return r->all_x25519;
}

bool age_reader_passphrase(const struct age_reader *r)
{
	return stanza_work_factor(&r->header) > 0;
}

bool age_reader_armored(const struct age_reader *r)
{
	return r->src.armored;
}

/* Plaintext bytes of chunk i of the batch being given out. */
static size_t chunk_bytes(const struct batch *b, size_t i)
{
	return (i + 1 == b->chunks ? b->last : SEALED) - TAG;
}

/* Keep the stream busy, then take the oldest batch; none at the end. */
static int next_batch(struct age_reader *r, struct errinfo *ei)
{
	int e = 0;
	while (!r->failed && (e = pump_fill(&r->pump, &r->why)) > 0)
		;
	if (e < 0)
		r->failed = e;
	r->batch = stream_oldest(r->st);
	r->chunk = r->at = 0;
	if (r->batch)
		return 0;
	if (ei && r->failed)
		*ei = r->why;
	return r->failed;
}

/* Point at verified plaintext that was not given yet; *ret_n 0 at the end. */
static int peek(struct age_reader *r, const uint8_t **ret_p, size_t *ret_n, struct errinfo *ei)
{
	*ret_n = 0;
	while (!r->over) {
		struct batch *b = r->batch;
		if (!b) {
			int e = next_batch(r, ei);
			if (e < 0)
				return e;
			continue;
		}
		if (r->chunk < b->good && r->at < chunk_bytes(b, r->chunk)) {
			*ret_p = b->data + r->chunk * SEALED + r->at;
			*ret_n = chunk_bytes(b, r->chunk) - r->at;
			return 0;
		}
		r->at = 0;
		if (r->chunk < b->good && ++r->chunk < b->good)
			continue;
		if (b->why)
			return err_set(ei, GW_EAUTH, "payload failure: %s", b->why);
		r->over = b->final;
		r->batch = NULL;
		stream_release(r->st);
	}
	return 0;
}

int age_reader_read(struct age_reader *r, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	const uint8_t *from = NULL;
	size_t n = 0;
	int e = peek(r, &from, &n, ei);
	if (e < 0)
		return e;
	n = n < cap ? n : cap;
	if (n)
		memcpy(p, from, n);
	r->at += n;
	*ret_n = n;
	return 0;
}

int age_reader_copy(struct age_reader *r, int out, struct errinfo *ei)
{
	for (;;) {
		const uint8_t *p = NULL;
		size_t n = 0;
		int e = peek(r, &p, &n, ei);
		if (e < 0 || n == 0)
			return e;
		e = file_write_fd(out, p, n, ei);
		if (e < 0)
			return e;
		r->at += n;
	}
}

void age_reader_free(struct age_reader *r)
{
	if (!r)
		return;
	stream_free(r->st);
	pump_release(&r->pump);
	header_release(&r->header);
	source_release(&r->src);
	free(r);
}

void age_reader_free_p(struct age_reader **r)
{
	age_reader_free(*r);
	*r = NULL;
}
