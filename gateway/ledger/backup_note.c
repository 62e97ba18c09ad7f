/* SPDX-License-Identifier: EUPL-1.2 */
/* backup_note: the log's key vouches for a backup, and is recognised again. */
#include <sodium.h>
#include <string.h>

#include "base/date.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/backup.h"
#include "ledger/internal.h"

static const char FORM[] = "handover/backup/1";

static int make_text(const char *origin, const char *moment, const char *sha256, struct buf *out)
{
	return buf_addf(out, "%s\n%s\n%s\n%s\n", FORM, origin, moment, sha256);
}

int ledger_backup_vouch(
    struct ledger *l, const char sha256[HASH_HEX], int64_t at, struct buf *out, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	char moment[TIME_TEXT];
	time_text(at, moment);
	if (make_text(l->origin, moment, sha256, &text) < 0)
		return err_set(ei, GW_ELIMIT, "the backup's note is too long");
	return note_sign(&l->key, l->secret, text.data, text.len, out, ei);
}

static int not_vouched(struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EAUTH, "SHA256SUMS.note does not vouch for this backup: %s", why);
}

/* The key's name as its first signature line has it: names are not in the key's file. */
static int signer_name(const char *note, size_t n, char name[NOTE_NAME], struct errinfo *ei)
{
	static const char mark[] = "\n\n\xe2\x80\x94 ";
	const char *at = memmem(note, n, mark, strlen(mark)), *end = note + n;
	const char *space =
	    at ? memchr(at + strlen(mark), ' ', (size_t)(end - at) - strlen(mark)) : NULL;
	if (!space || space - at - (ptrdiff_t)strlen(mark) >= NOTE_NAME)
		return not_vouched(ei, "it is no signed note");
	at += strlen(mark);
	memcpy(name, at, (size_t)(space - at));
	name[space - at] = '\0';
	return 0;
}

/* The public part of the key in the file, under that name. */
static int read_key(const char *path, const char *name, struct note_key *ret, struct errinfo *ei)
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES];
	uint8_t *seed GW_CLEANUP(secret_free_p) = secret_alloc(KEY_BYTES);
	uint8_t *secret GW_CLEANUP(secret_free_p) = secret_alloc(crypto_sign_SECRETKEYBYTES);
	if (!seed || !secret)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	int r = keys_read(path, seed, ei);
	if (r < 0)
		return r;
	(void)crypto_sign_seed_keypair(pub, secret, seed);
	return note_key_make(name, NOTE_ED25519, pub, ret, ei) < 0
	    ? not_vouched(ei, "its signer's name is no key's")
	    : 0;
}

/* The text says just what such a note of this log says; *ret_at is its moment. */
static int read_text(const char *text, size_t n, const char *origin, const char *sha256,
    int64_t *ret_at, struct errinfo *ei)
{
	struct buf whole GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	char moment[TIME_TEXT];
	size_t before = strlen(FORM) + 1 + strlen(origin) + 1;
	const char *end = n > before ? memchr(text + before, '\n', n - before) : NULL;
	if (!end || (size_t)(end - text) - before >= sizeof moment)
		return not_vouched(ei, "it is about something else");
	memcpy(moment, text + before, (size_t)(end - text) - before);
	moment[(size_t)(end - text) - before] = '\0';
	if (time_parse(moment, ret_at) < 0 || make_text(origin, moment, sha256, &whole) < 0 ||
	    whole.len != n || memcmp(whole.data, text, n) != 0)
		return not_vouched(ei, "it is about something else");
	return 0;
}

int ledger_backup_vouched(const char *key_path, const char *oin, const char *note, size_t n,
    const char sha256[HASH_HEX], struct backup_vouch *ret, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(BACKUP_VKEY);
	char *begins GW_CLEANUP(str_free_p) = str_printf("oin-%s/", oin);
	char name[NOTE_NAME] = "";
	struct note_key key;
	struct backup_vouch v = {0};
	size_t text_n = 0;
	int r = signer_name(note, n, name, ei);
	if (r == 0)
		r = read_key(key_path, name, &key, ei);
	if (r < 0)
		return r;
	if (!str_starts(name, begins))
		return not_vouched(ei, "it was made by another organisation");
	if (note_verify(note, n, &key, 1, &text_n, NULL, NULL, NULL) < 0)
		return not_vouched(ei, "it is not signed by the ledger key of these secrets");
	r = read_text(note, text_n, name, sha256, &v.at, ei);
	if (r == 0)
		r = note_vkey(&key, &vkey);
	if (r < 0)
		return r;
	(void)snprintf(v.vkey, sizeof v.vkey, "%s", vkey.data);
	*ret = v;
	return 0;
}
