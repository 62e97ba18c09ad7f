/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/x25519.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

enum {
	B64 = 43,                      /* 32 bytes without padding */
	TEXT = 10 + B64 + 1 + B64 + 1, /* one stanza */
	EACH = 32,                     /* a thread for fewer keys costs more than it saves */
	MOST_THREADS = 16,
};

static const char INFO[] = "age-encryption.org/v1/X25519", HEAD[] = "-> X25519 ";

/* Keys to[first..last), whose stanzas go to text. */
struct share_of_work {
	const struct age_recipients *to;
	const uint8_t *file_key;
	size_t first, last;
	char *text;
	int r;
	pthread_t thread;
};

/* The wrapping key from the shared secret of `scalar` and `point`; GW_EFORMAT for low order. */
static int wrap_key(const uint8_t *scalar, const uint8_t *point, const uint8_t *share,
    const uint8_t *recipient, uint8_t *secret, uint8_t *key)
{
	uint8_t salt[2 * KEY_BYTES];
	if (crypto_scalarmult(secret, scalar, point) != 0)
		return GW_EFORMAT;
	memcpy(salt, share, KEY_BYTES);
	memcpy(salt + KEY_BYTES, recipient, KEY_BYTES);
	hash_hkdf(secret, KEY_BYTES, salt, sizeof salt, INFO, key);
	return 0;
}

/* Write the base64 of 32 bytes at out. */
static void put_b64(char *out, const uint8_t p[KEY_BYTES])
{
	char text[B64 + 1];
	(void)sodium_bin2base64(
	    text, sizeof text, p, KEY_BYTES, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	memcpy(out, text, B64);
}

/* One stanza of TEXT bytes at out; s is secret memory for three keys. */
static int wrap_one(const uint8_t *point, const uint8_t *file_key, uint8_t *s, char *out)
{
	uint8_t share[KEY_BYTES], body[WRAPPED];
	uint8_t *scalar = s, *secret = s + KEY_BYTES, *key = s + 2 * (size_t)KEY_BYTES;
	randombytes_buf(scalar, KEY_BYTES);
	if (crypto_scalarmult_base(share, scalar) != 0 ||
	    wrap_key(scalar, point, share, point, secret, key) < 0)
		return GW_EFORMAT;
	file_key_wrap(key, file_key, body);
	memcpy(out, HEAD, sizeof HEAD - 1);
	put_b64(out + 10, share);
	out[10 + B64] = '\n';
	put_b64(out + 11 + B64, body);
	out[TEXT - 1] = '\n';
	return 0;
}

static void *wrap_some(void *arg)
{
	struct share_of_work *w = arg;
	uint8_t *s GW_CLEANUP(secret_free_p) = secret_alloc(3 * (size_t)KEY_BYTES);
	w->r = s ? 0 : GW_ENOMEM;
	for (size_t i = w->first; i < w->last && w->r == 0; i++)
		w->r = wrap_one(
		    w->to->points[i], w->file_key, s, w->text + (i - w->first) * (size_t)TEXT);
	return NULL;
}

int x25519_wrap(const struct age_recipients *to, const uint8_t file_key[FILE_KEY], unsigned threads,
    struct buf *out, struct errinfo *ei)
{
	struct share_of_work work[MOST_THREADS];
	bool started[MOST_THREADS] = {false};
	size_t parts = to->n / EACH < threads ? to->n / EACH : threads;
	char *text = buf_room(out, to->n * TEXT);
	int r = 0;
	if (!text)
		return err_set(ei, GW_ELIMIT, "too many recipients");
	parts = parts < 1 ? 1 : parts > MOST_THREADS ? MOST_THREADS : parts;
	for (size_t k = 0; k < parts; k++) {
		size_t first = to->n * k / parts, last = to->n * (k + 1) / parts;
		work[k] = (struct share_of_work){.to = to,
		    .file_key = file_key,
		    .first = first,
		    .last = last,
		    .text = text + first * TEXT};
		started[k] = k + 1 < parts &&
		    pthread_create(&work[k].thread, NULL, wrap_some, work + k) == 0;
		if (!started[k])
			(void)wrap_some(work + k);
	}
	for (size_t k = 0; k < parts; k++) {
		if (started[k])
			(void)pthread_join(work[k].thread, NULL);
		if (r == 0)
			r = work[k].r;
	}
	if (r == GW_EFORMAT)
		return err_set(ei, r, "a recipient is no usable key (a low-order point)");
	if (r < 0)
		return err_set(ei, r, "no secret memory for an ephemeral key");
	buf_wrote(out, to->n * TEXT);
	return 0;
}

int x25519_unwrap(const struct identity *id, const uint8_t share[KEY_BYTES],
    const uint8_t body[WRAPPED], uint8_t file_key[FILE_KEY])
{
	uint8_t *s GW_CLEANUP(secret_free_p) = secret_alloc(2 * (size_t)KEY_BYTES);
	if (!s)
		return GW_ENOMEM;
	int r = wrap_key(id->scalar, share, share, id->point, s, s + KEY_BYTES);
	return r < 0 ? r : file_key_unwrap(s + KEY_BYTES, body, file_key);
}
