/* SPDX-License-Identifier: EUPL-1.2 */
/* keys: the four secrets of a log: keys/ledger.key, subjects.kek, blind.key are 32 random bytes in
 * base64 on one line. */
#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/internal.h"

int keys_read(const char *path, uint8_t out[KEY_BYTES], struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(256);
	size_t n = 0;
	int r = file_read_secret(path, 256, &b, ei);
	if (r < 0)
		return r;
	while (b.len && b.data[b.len - 1] == '\n')
		b.len--;
	if (str_unb64(b.data ? b.data : "", b.len, out, KEY_BYTES, &n) < 0 || n != KEY_BYTES)
		return err_set(
		    ei, GW_EFORMAT, "%s: 32 bytes in base64 are expected", file_base(path));
	return 0;
}

int keys_load(struct ledger *l, const struct ledger_paths *p, struct errinfo *ei)
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES];
	uint8_t *seed GW_CLEANUP(secret_free_p) = secret_alloc(KEY_BYTES);
	l->secret = secret_alloc(crypto_sign_SECRETKEYBYTES);
	l->kek = secret_alloc(KEY_BYTES);
	l->blind = secret_alloc(KEY_BYTES);
	if (!seed || !l->secret || !l->kek || !l->blind)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	int r = keys_read(p->key, seed, ei);
	if (r == 0)
		r = keys_read(p->subjects_kek, l->kek, ei);
	if (r == 0)
		r = keys_read(p->blind_key, l->blind, ei);
	if (r < 0)
		return r;
	(void)crypto_sign_seed_keypair(pub, l->secret, seed);
	return note_key_make(l->origin, NOTE_ED25519, pub, &l->key, ei);
}

int keys_write(const char *path, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64);
	uint8_t raw[KEY_BYTES];
	randombytes_buf(raw, sizeof raw);
	int r = str_b64(&b, raw, sizeof raw);
	sodium_memzero(raw, sizeof raw);
	if (r == 0)
		r = buf_adds(&b, "\n");
	return r < 0 ? r : file_write(path, b.data, b.len, 0600, FILE_NEW, ei);
}

int keys_make(const struct ledger_paths *p, struct errinfo *ei)
{
	const char *paths[] = {p->key, p->subjects_kek, p->blind_key};
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		int r = keys_write(paths[i], ei);
		if (r < 0)
			return r;
	}
	return 0;
}
