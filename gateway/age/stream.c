/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/stream.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/str.h"

enum { NONCE = 12, MOST_SLOTS = 2 * STREAM_THREADS + 2 };

struct stream {
	bool seal;
	uint8_t *key; /* secret memory */
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *own; /* the owner's */
	unsigned threads, started;
	pthread_t workers[STREAM_THREADS];
	struct batch slots[MOST_SLOTS];
	size_t slots_n;
	uint64_t chunk; /* number of the next chunk to be submitted; the owner's */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	/* under lock: batches [head..taken) are being worked on or done, [taken..tail) wait */
	uint64_t head, taken, tail;
	bool stop;
};

static struct batch *slot(struct stream *s, uint64_t i)
{
	return s->slots + i % s->slots_n;
}

static EVP_CIPHER_CTX *new_ctx(const struct stream *s)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	if (c && EVP_CipherInit_ex2(c, s->cipher, s->key, NULL, s->seal, NULL) == 1)
		return c;
	EVP_CIPHER_CTX_free(c);
	return NULL;
}

static void set_nonce(uint8_t nonce[NONCE], uint64_t chunk, bool final)
{
	memset(nonce, 0, NONCE);
	for (int i = 10; i > 2; i--, chunk >>= 8)
		nonce[i] = (uint8_t)chunk;
	nonce[NONCE - 1] = final;
}

/* Encrypt n bytes at p and put the tag behind them. */
static bool seal_chunk(EVP_CIPHER_CTX *c, const uint8_t *nonce, uint8_t *p, size_t n)
{
	int k = 0;
	return EVP_EncryptInit_ex(c, NULL, NULL, NULL, nonce) == 1 &&
	    (n == 0 || EVP_EncryptUpdate(c, p, &k, p, (int)n) == 1) &&
	    EVP_EncryptFinal_ex(c, p + n, &k) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, p + n) == 1;
}

/* Decrypt the n bytes at p before their tag. When the tag does not fit p is as it was before. */
static bool open_chunk(EVP_CIPHER_CTX *c, const uint8_t *nonce, uint8_t *p, size_t n)
{
	int k = 0;
	if (EVP_DecryptInit_ex(c, NULL, NULL, NULL, nonce) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, p + n) == 1 &&
	    (n == 0 || EVP_DecryptUpdate(c, p, &k, p, (int)n) == 1) &&
	    EVP_DecryptFinal_ex(c, p + n, &k) == 1)
		return true;
	/* the same key stream a second time gives the ciphertext back */
	if (n && EVP_DecryptInit_ex(c, NULL, NULL, NULL, nonce) == 1)
		(void)EVP_DecryptUpdate(c, p, &k, p, (int)n);
	return false;
}

static void seal_batch(EVP_CIPHER_CTX *c, struct batch *b)
{
	uint8_t nonce[NONCE];
	for (; b->good < b->chunks; b->good++) {
		bool last = b->good + 1 == b->chunks;
		set_nonce(nonce, b->first + b->good, b->final && last);
		if (!seal_chunk(c, nonce, b->data + b->good * SEALED, last ? b->last : CHUNK)) {
			b->why = "the cipher failed";
			return;
		}
	}
}

/*
 * Chunk i of n sealed bytes; it must be the file's last one when `final`. A full chunk that
 * verifies as the other kind is authentic too, and is given before the fault is told.
 */
static const char *open_one(EVP_CIPHER_CTX *c, struct batch *b, size_t i, size_t n, bool final)
{
	uint8_t nonce[NONCE], *p = b->data + i * SEALED;
	if (n < TAG)
		return "the file is cut off: no final chunk";
	if (n == TAG && b->first + i > 0)
		return "empty final chunk";
	set_nonce(nonce, b->first + i, final);
	if (open_chunk(c, nonce, p, n - TAG)) {
		b->good++;
		return NULL;
	}
	set_nonce(nonce, b->first + i, !final);
	if (n == SEALED && open_chunk(c, nonce, p, n - TAG)) {
		b->good++;
		return final ? "the file is cut off: no final chunk"
			     : "data behind the final chunk";
	}
	return final ? "the last chunk is damaged, or the file is cut off" : "a chunk is damaged";
}

static void open_batch(EVP_CIPHER_CTX *c, struct batch *b)
{
	for (size_t i = 0; i < b->chunks && !b->why; i++) {
		bool last = i + 1 == b->chunks;
		b->why = open_one(c, b, i, last ? b->last : SEALED, b->final && last);
	}
}

/* Work on the oldest waiting batch; called and left with the lock held. */
static void work_one(struct stream *s, EVP_CIPHER_CTX *c)
{
	struct batch *b = slot(s, s->taken++);
	(void)pthread_mutex_unlock(&s->lock);
	if (s->seal)
		seal_batch(c, b);
	else
		open_batch(c, b);
	(void)pthread_mutex_lock(&s->lock);
	b->done = true;
	(void)pthread_cond_signal(&s->done);
}

static void *work(void *arg)
{
	struct stream *s = arg;
	EVP_CIPHER_CTX *c = new_ctx(s);
	if (!c)
		return NULL; /* the others do it */
	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		if (s->taken < s->tail)
			work_one(s, c);
		else
			(void)pthread_cond_wait(&s->work, &s->lock);
	}
	(void)pthread_mutex_unlock(&s->lock);
	EVP_CIPHER_CTX_free(c);
	return NULL;
}

unsigned stream_cores(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > STREAM_THREADS ? STREAM_THREADS : (unsigned)n;
}

int stream_new(bool seal, const uint8_t key[STREAM_KEY], unsigned threads, struct stream **ret_s,
    struct errinfo *ei)
{
	struct stream *s = str_alloc(sizeof *s);
	s->seal = seal;
	s->threads = threads == 0      ? stream_cores()
	    : threads > STREAM_THREADS ? STREAM_THREADS
				       : threads;
	s->slots_n = s->threads == 1 ? 1 : 2 * (size_t)s->threads + 2;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->work, NULL);
	(void)pthread_cond_init(&s->done, NULL);
	s->key = secret_alloc(STREAM_KEY);
	s->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	if (s->key && s->cipher) {
		memcpy(s->key, key, STREAM_KEY);
		s->own = new_ctx(s);
	}
	if (!s->own) {
		stream_free(s);
		return err_set(ei, GW_ENOMEM, "no memory for the cipher");
	}
	*ret_s = s;
	return 0;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->work);
	(void)pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->started; i++)
		(void)pthread_join(s->workers[i], NULL);
	for (size_t i = 0; i < s->slots_n; i++) {
		if (s->slots[i].data)
			sodium_memzero(s->slots[i].data, s->slots[i].touched);
		free(s->slots[i].data);
	}
	EVP_CIPHER_CTX_free(s->own);
	EVP_CIPHER_free(s->cipher);
	secret_free(s->key);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* head and tail are written by the owner alone, so the owner reads them without the lock. */
size_t stream_under_way(const struct stream *s)
{
	return (size_t)(s->tail - s->head);
}

struct batch *stream_next(struct stream *s, int *ret_r)
{
	*ret_r = 0;
	if (stream_under_way(s) == s->slots_n)
		return NULL;
	struct batch *b = slot(s, s->tail);
	if (!b->data && !(b->data = malloc((size_t)BATCH * SEALED)))
		*ret_r = GW_ENOMEM;
	return b->data ? b : NULL;
}

void stream_touch(struct batch *b, size_t n)
{
	if (n > b->touched)
		b->touched = n;
}

void stream_submit(struct stream *s)
{
	struct batch *b = slot(s, s->tail);
	stream_touch(b, (b->chunks - 1) * SEALED + b->last);
	b->first = s->chunk;
	s->chunk += b->chunks;
	b->good = 0;
	b->why = NULL;
	b->done = false;
	(void)pthread_mutex_lock(&s->lock);
	s->tail++;
	bool more = s->threads > 1 && s->tail - s->head > 1;
	(void)pthread_cond_signal(&s->work);
	(void)pthread_mutex_unlock(&s->lock);
	while (more && s->started + 1 < s->threads &&
	    pthread_create(&s->workers[s->started], NULL, work, s) == 0)
		s->started++;
}

struct batch *stream_oldest(struct stream *s)
{
	if (stream_under_way(s) == 0)
		return NULL;
	struct batch *b = slot(s, s->head);
	(void)pthread_mutex_lock(&s->lock);
	while (!b->done) {
		if (s->taken < s->tail)
			work_one(s, s->own);
		else
			(void)pthread_cond_wait(&s->done, &s->lock);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return b;
}

void stream_release(struct stream *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->head++;
	(void)pthread_mutex_unlock(&s->lock);
}
