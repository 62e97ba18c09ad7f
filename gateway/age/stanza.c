/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/stanza.h"

#include <string.h>

#include "age/scrypt.h"
#include "age/x25519.h"
#include "base/str.h"

enum { MOST_LOG_N = 62 };

static const char X25519[] = "X25519", SCRYPT[] = "scrypt";

static const uint8_t *body_of(const struct header *h, const struct stanza *s)
{
	return (const uint8_t *)h->bodies.data + s->body;
}

static int check_x25519(const struct header *h, const struct stanza *s, struct errinfo *ei)
{
	uint8_t share[KEY_BYTES];
	size_t n = 0, none = 0, got = 0;
	const char *p = header_arg(h, s, 1, &n);
	if (!p || header_arg(h, s, 2, &none))
		return header_failure(s->line, ei, "an X25519 stanza has one argument");
	if (str_unb64_nopad(p, n, share, sizeof share, &got) < 0 || got != sizeof share)
		return header_failure(s->line, ei, "the X25519 share is not 32 bytes of base64");
	return s->body_n == WRAPPED ? 0 : header_failure(s->line, ei, "the body is not 32 bytes");
}

/* Read the arguments of a scrypt stanza. */
static int read_scrypt(const struct header *h, const struct stanza *s,
    uint8_t ret_salt[SCRYPT_SALT], unsigned *ret_log_n, struct errinfo *ei)
{
	size_t n = 0, log_n = 0, none = 0, got = 0;
	uint64_t v = 0;
	const char *salt = header_arg(h, s, 1, &n), *factor = header_arg(h, s, 2, &log_n);
	if (!salt || !factor || header_arg(h, s, 3, &none))
		return header_failure(s->line, ei, "a scrypt stanza has two arguments");
	if (str_unb64_nopad(salt, n, ret_salt, SCRYPT_SALT, &got) < 0 || got != SCRYPT_SALT)
		return header_failure(s->line, ei, "the salt is not 16 bytes of base64");
	char *text GW_CLEANUP(str_free_p) = str_dupn(factor, log_n < 4 ? log_n : 4);
	if (str_u64(text, MOST_LOG_N, &v) < 0 || v == 0)
		return header_failure(s->line, ei, "malformed work factor");
	if (s->body_n != WRAPPED)
		return header_failure(s->line, ei, "the body is not 32 bytes");
	*ret_log_n = (unsigned)v;
	return 0;
}

int stanza_check_all(const struct header *h, struct errinfo *ei)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct stanza *s = h->stanzas + i;
		uint8_t salt[SCRYPT_SALT];
		unsigned log_n = 0;
		int r = 0;
		if (header_is(h, s, X25519))
			r = check_x25519(h, s, ei);
		else if (header_is(h, s, SCRYPT) && h->n != 1)
			r = header_failure(s->line, ei, "a scrypt stanza must stand alone");
		else if (header_is(h, s, SCRYPT))
			r = read_scrypt(h, s, salt, &log_n, ei);
		if (r < 0)
			return r;
	}
	return 0;
}

unsigned stanza_work_factor(const struct header *h)
{
	uint8_t salt[SCRYPT_SALT];
	unsigned log_n = 0;
	if (!header_is(h, h->stanzas, SCRYPT) || read_scrypt(h, h->stanzas, salt, &log_n, NULL) < 0)
		return 0;
	return log_n;
}

int stanza_wrap(const struct age_recipients *to, const uint8_t file_key[FILE_KEY], unsigned threads,
    struct buf *out, struct errinfo *ei)
{
	return to->pass.p ? scrypt_wrap(&to->pass, file_key, out, ei)
			  : x25519_wrap(to, file_key, threads, out, ei);
}

/* What to say when nothing opened the file. */
static int no_match(const struct header *h, const struct age_identities *keys, struct errinfo *ei)
{
	size_t hybrid = 0, unknown = 0;
	for (size_t i = 0; i < h->n; i++)
		unknown +=
		    !header_is(h, h->stanzas + i, X25519) && !header_is(h, h->stanzas + i, SCRYPT);
	if (keys->post_quantum && unknown) /* one of them may be for that key */
		return err_set(ei, GW_ESUPPORT, "post-quantum recipients are not in this build");
	for (size_t i = 0; i < h->n; i++)
		hybrid += header_is(h, h->stanzas + i, "mlkem768x25519");
	if (hybrid == h->n)
		return err_set(ei, GW_ENOMATCH,
		    "no match: the file is for post-quantum keys, which are not in this build");
	if (header_is(h, h->stanzas, SCRYPT))
		return err_set(ei, GW_ENOMATCH, "no match: %s",
		    keys->pass.p ? "the passphrase is not the one of this file"
				 : "the file is encrypted with a passphrase");
	return err_set(ei, GW_ENOMATCH, "no match: the file is for other keys");
}

/* Try every key on an X25519 stanza that was checked. */
static int try_x25519(const struct header *h, const struct stanza *s,
    const struct age_identities *keys, uint8_t file_key[FILE_KEY], struct errinfo *ei)
{
	uint8_t share[KEY_BYTES];
	size_t n = 0, got = 0;
	const char *p = header_arg(h, s, 1, &n);
	int r = p ? str_unb64_nopad(p, n, share, sizeof share, &got) : GW_EFORMAT;
	if (r < 0)
		return header_failure(s->line, ei, "malformed X25519 stanza");
	r = GW_ENOMATCH;
	for (size_t k = 0; k < keys->n && r == GW_ENOMATCH; k++)
		r = x25519_unwrap(keys->keys[k], share, body_of(h, s), file_key);
	if (r == GW_EFORMAT)
		return header_failure(s->line, ei, "the X25519 share is a low-order point");
	return r;
}

static int try_scrypt(const struct header *h, const struct stanza *s, const struct passphrase *pass,
    unsigned most, uint8_t file_key[FILE_KEY], struct errinfo *ei)
{
	uint8_t salt[SCRYPT_SALT];
	unsigned log_n = 0;
	int r = read_scrypt(h, s, salt, &log_n, ei);
	if (r < 0)
		return r;
	if (log_n > most)
		return err_set(ei, GW_EFORMAT,
		    "header failure: line %zu: work factor %u is above the limit of %u", s->line,
		    log_n, most);
	return scrypt_unwrap(pass, salt, log_n, body_of(h, s), file_key, ei);
}

int stanza_unwrap(const struct header *h, const struct age_identities *keys, unsigned work_factor,
    uint8_t file_key[FILE_KEY], struct errinfo *ei)
{
	int r = GW_ENOMATCH;
	for (size_t i = 0; i < h->n && r == GW_ENOMATCH; i++) {
		const struct stanza *s = h->stanzas + i;
		if (header_is(h, s, X25519))
			r = try_x25519(h, s, keys, file_key, ei);
		else if (header_is(h, s, SCRYPT) && keys->pass.p)
			r = try_scrypt(h, s, &keys->pass, work_factor, file_key, ei);
	}
	return r == GW_ENOMATCH ? no_match(h, keys, ei) : r;
}
