/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/note.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

static const char DASH[] = "\xe2\x80\x94 "; /* em dash, space */
enum { DASH_N = 4, SIGNATURE_MAX = 256 };

/* The code points that Unicode calls white space. */
static bool is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	    c == 0x205f || c == 0x3000;
}

static bool name_ok(const char *p, size_t n)
{
	if (n == 0 || n >= NOTE_NAME || !str_utf8(p, n))
		return false;
	for (size_t i = 0; i < n;) {
		uint8_t b = (uint8_t)p[i];
		size_t k = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
		uint32_t c = k == 1 ? b : b & (0x7fU >> k);
		for (size_t j = 1; j < k; j++)
			c = c << 6 | ((uint8_t)p[i + j] & 0x3f);
		if (c < 0x20 || c == '+' || is_space(c))
			return false;
		i += k;
	}
	return true;
}

int note_check_name(const char *name, struct errinfo *ei)
{
	return name_ok(name, strlen(name))
	    ? 0
	    : err_set(ei, GW_EFORMAT, "a key name must be a word without spaces or plus signs");
}

static uint32_t key_id(const char *name, enum note_type type, const uint8_t pub[32])
{
	struct hash h;
	uint8_t sep[2] = {'\n', (uint8_t)type}, d[HASH_BYTES];
	hash_init(&h);
	hash_add(&h, name, strlen(name));
	hash_add(&h, sep, sizeof sep);
	hash_add(&h, pub, 32);
	hash_final(&h, d);
	hash_release(&h);
	return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
}

int note_key_make(const char *name, enum note_type type, const uint8_t pub[32],
    struct note_key *ret_k, struct errinfo *ei)
{
	int r = note_check_name(name, ei);
	if (r < 0)
		return r;
	/* name and pub may be those of *ret_k */
	struct note_key k = {.id = key_id(name, type, pub), .type = type};
	memcpy(k.name, name, strlen(name));
	memcpy(k.pub, pub, 32);
	*ret_k = k;
	return 0;
}

int note_vkey_parse(const char *s, struct note_key *ret_k, struct errinfo *ei)
{
	char name[NOTE_NAME], id[9];
	uint8_t raw[64], idb[4];
	size_t n = 0;
	struct note_key k;
	const char *a = strchr(s, '+'), *b = a ? strchr(a + 1, '+') : NULL;
	if (!b || b - a != 9 || !name_ok(s, (size_t)(a - s)))
		return err_set(ei, GW_EFORMAT, "a verifier key has the form name+hex+base64");
	memcpy(name, s, (size_t)(a - s));
	name[a - s] = '\0';
	memcpy(id, a + 1, 8);
	id[8] = '\0';
	if (str_unhex(id, idb, 4) < 0 || str_unb64(b + 1, strlen(b + 1), raw, sizeof raw, &n) < 0 ||
	    n < 1)
		return err_set(ei, GW_EFORMAT, "a verifier key has the form name+hex+base64");
	if (raw[0] != NOTE_ED25519 && raw[0] != NOTE_COSIGNATURE)
		return err_set(ei, GW_ESUPPORT, "verifier keys of that type are not in this build");
	if (n != 33)
		return err_set(ei, GW_EFORMAT, "a verifier key must hold 32 bytes");
	int r = note_key_make(name, raw[0], raw + 1, &k, ei);
	if (r < 0)
		return r;
	if (k.id !=
	    ((uint32_t)idb[0] << 24 | (uint32_t)idb[1] << 16 | (uint32_t)idb[2] << 8 | idb[3]))
		return err_set(ei, GW_EFORMAT, "the verifier key's id is not that of its key");
	*ret_k = k;
	return 0;
}

int note_vkey(const struct note_key *k, struct buf *out)
{
	uint8_t raw[33] = {(uint8_t)k->type};
	memcpy(raw + 1, k->pub, 32);
	int r = buf_addf(out, "%s+%08" PRIx32 "+", k->name, k->id);
	return r < 0 ? r : str_b64(out, raw, sizeof raw);
}

/* True when text may be signed: UTF-8, only newlines below space, and one at the end. */
static bool text_ok(const char *text, size_t n)
{
	if (n == 0 || text[n - 1] != '\n' || !str_utf8(text, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)text[i] < 0x20 && text[i] != '\n')
			return false;
	return true;
}

static int signature_line(const struct note_key *k, const void *sig, size_t n, struct buf *out)
{
	uint8_t raw[SIGNATURE_MAX] = {
	    (uint8_t)(k->id >> 24), (uint8_t)(k->id >> 16), (uint8_t)(k->id >> 8), (uint8_t)k->id};
	memcpy(raw + 4, sig, n);
	int r = buf_addf(out, "%s%s ", DASH, k->name);
	if (r == 0)
		r = str_b64(out, raw, n + 4);
	return r < 0 ? r : buf_adds(out, "\n");
}

int note_sign(const struct note_key *k, const uint8_t secret[64], const char *text, size_t n,
    struct buf *out, struct errinfo *ei)
{
	uint8_t sig[crypto_sign_BYTES];
	size_t at = out->len;
	if (!text_ok(text, n) || n > NOTE_MAX)
		return err_set(ei, GW_EFORMAT, "this text cannot be signed as a note");
	(void)crypto_sign_detached(sig, NULL, (const uint8_t *)text, n, secret);
	int r = buf_add(out, text, n);
	if (r == 0)
		r = buf_adds(out, "\n");
	if (r == 0)
		r = signature_line(k, sig, sizeof sig, out);
	if (r < 0)
		out->len = at;
	return r < 0 ? err_set(ei, r, "the note is too large") : 0;
}

/* What a cosignature signs (C2SP tlog-cosignature): a header with the time, then the text. */
static int cosigned(uint64_t time, const char *text, size_t n, struct buf *out)
{
	int r = buf_addf(out, "cosignature/v1\ntime %" PRIu64 "\n", time);
	return r < 0 ? r : buf_add(out, text, n);
}

/* Find where the text of a note ends: behind it stand an empty line and only signature lines. */
static int split_note(const char *note, size_t n, size_t *ret_text_n, struct errinfo *ei)
{
	size_t at = 0;
	if (n > NOTE_MAX)
		return err_set(ei, GW_EFORMAT, "the note is too large");
	for (size_t i = 0; i + 1 < n; i++)
		if (note[i] == '\n' && note[i + 1] == '\n')
			at = i + 1;
	if (!at || at + 1 >= n || note[n - 1] != '\n' || !text_ok(note, at))
		return err_set(ei, GW_EFORMAT, "not a signed note");
	*ret_text_n = at;
	return 0;
}

int note_cosign(const struct note_key *k, const uint8_t secret[64], const char *note, size_t n,
    uint64_t time, struct buf *out, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX + 64);
	uint8_t sig[8 + crypto_sign_BYTES];
	size_t text_n;
	int r = split_note(note, n, &text_n, ei);
	if (r == 0)
		r = cosigned(time, note, text_n, &b);
	if (r < 0)
		return r;
	for (int i = 0; i < 8; i++)
		sig[i] = (uint8_t)(time >> (56 - 8 * i));
	(void)crypto_sign_detached(sig + 8, NULL, (const uint8_t *)b.data, b.len, secret);
	return signature_line(k, sig, sizeof sig, out);
}

/* One signature line, taken apart. */
struct line {
	const char *name;
	size_t name_n;
	uint32_t id;
	uint8_t sig[SIGNATURE_MAX * 32]; /* room for a post-quantum signature to be passed over */
	size_t sig_n;
};

static int read_line(const char *p, size_t n, struct line *ret)
{
	uint8_t *raw = ret->sig;
	size_t k = 0;
	if (n < DASH_N || memcmp(p, DASH, DASH_N) != 0)
		return GW_EFORMAT;
	p += DASH_N;
	n -= DASH_N;
	const char *space = memchr(p, ' ', n);
	if (!space || !name_ok(p, (size_t)(space - p)))
		return GW_EFORMAT;
	ret->name = p;
	ret->name_n = (size_t)(space - p);
	n -= ret->name_n + 1;
	if (str_unb64(space + 1, n, raw, sizeof ret->sig, &k) < 0 || k < 5)
		return GW_EFORMAT;
	ret->id = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
	ret->sig_n = k - 4;
	memmove(raw, raw + 4, ret->sig_n);
	return 0;
}

static const struct note_key *known(const struct line *l, const struct note_key *keys, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (keys[i].id == l->id && strlen(keys[i].name) == l->name_n &&
		    strncmp(keys[i].name, l->name, l->name_n) == 0)
			return &keys[i];
	return NULL;
}

static bool verifies(const struct note_key *key, const struct line *l, const char *text, size_t n,
    uint64_t *ret_time)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX + 64);
	const uint8_t *sig = l->sig;
	uint64_t time = 0;
	if (key->type == NOTE_ED25519) {
		*ret_time = 0;
		return l->sig_n == crypto_sign_BYTES &&
		    crypto_sign_verify_detached(sig, (const uint8_t *)text, n, key->pub) == 0;
	}
	if (l->sig_n != 8 + crypto_sign_BYTES)
		return false;
	for (int i = 0; i < 8; i++)
		time = time << 8 | sig[i];
	if (cosigned(time, text, n, &b) < 0)
		return false;
	*ret_time = time;
	return crypto_sign_verify_detached(sig + 8, (const uint8_t *)b.data, b.len, key->pub) == 0;
}

static int check_keys(const struct note_key *keys, size_t k, struct errinfo *ei)
{
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < i; j++)
			if (keys[i].type != keys[j].type &&
			    secret_equal(keys[i].pub, keys[j].pub, 32))
				return err_set(ei, GW_EUSAGE,
				    "one key is listed both as a log's and as a cosigner's");
	return 0;
}

int note_verify(const char *note, size_t n, const struct note_key *keys, size_t k,
    size_t *ret_text_n, struct note_seen *ret_seen, size_t *ret_seen_n, struct errinfo *ei)
{
	size_t text_n = 0, seen = 0, lines = 0;
	bool signed_by_log = false;
	struct line l;
	int r = check_keys(keys, k, ei);
	if (r == 0)
		r = split_note(note, n, &text_n, ei);
	if (r < 0)
		return r;
	for (const char *p = note + text_n + 1, *end = note + n; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl || lines++ == NOTE_SIGNATURES || read_line(p, (size_t)(nl - p), &l) < 0)
			return err_set(ei, GW_EFORMAT, "the note has a bad signature line");
		p = nl + 1;
		const struct note_key *key = known(&l, keys, k);
		uint64_t time;
		if (!key)
			continue;
		if (!verifies(key, &l, note, text_n, &time))
			return err_set(ei, GW_EAUTH, "a signature of the note does not verify");
		if (ret_seen)
			ret_seen[seen] = (struct note_seen){key, time};
		seen++;
		signed_by_log |= key->type == NOTE_ED25519;
	}
	if (!signed_by_log)
		return err_set(ei, GW_EAUTH, "the note is not signed by a key that was given");
	*ret_text_n = text_n;
	if (ret_seen_n)
		*ret_seen_n = seen;
	return 0;
}
