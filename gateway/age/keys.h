/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keys: whom a file is encrypted to, and with what it is opened.
 *
 * Keys are X25519 keys in Bech32 text (C2SP age, "The X25519 recipient type") or one passphrase
 * ("The scrypt recipient type"). Secret scalars, passphrases and what is read from files lie in
 * secret memory only, so secret_init must have run; the text of a new key, made to be written, is
 * the exception (age_identity_generate). Post-quantum, plugin and SSH keys are known by their look
 * and refused with GW_ESUPPORT, never replaced by something weaker. No message quotes a key.
 */
#ifndef GW_AGE_KEYS_H
#define GW_AGE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum {
	AGE_RECIPIENT_TEXT = 63, /* "age1…" and its NUL */
	AGE_IDENTITY_TEXT = 75,  /* "AGE-SECRET-KEY-1…" and its NUL */
	AGE_MOST_RECIPIENTS = 20000,
	AGE_MOST_IDENTITIES = 1024,
	AGE_MOST_PASSPHRASE = 1024, /* bytes */
	AGE_WORK_FACTOR = 18, /* log2 of scrypt's N when we choose it: 256 MiB, about a second */
};

struct age_recipients; /* a list; order and duplicates are kept, one stanza each */
struct age_identities; /* a list; tried in order */

/* An empty list. Never NULL: aborts when memory is out. */
struct age_recipients *age_recipients_new(void) GW_MUST_USE;
struct age_identities *age_identities_new(void) GW_MUST_USE;

/* Free a list and zero its secrets; NULL is fine. _p is for GW_CLEANUP. */
void age_recipients_free(struct age_recipients *l);
void age_recipients_free_p(struct age_recipients **l);
void age_identities_free(struct age_identities *l);
void age_identities_free_p(struct age_identities **l);

size_t age_recipients_count(const struct age_recipients *l);
size_t age_identities_count(const struct age_identities *l);

/*
 * age_recipients_add(l, text, ei): add the recipient "age1…" to l.
 *
 * GW_EFORMAT when it is no recipient (checksum, length, a secret key by mistake); GW_ESUPPORT for
 * the kinds this build lacks; GW_EUSAGE when l holds a passphrase; GW_ELIMIT past
 * AGE_MOST_RECIPIENTS. On failure l is unchanged. text is copied.
 */
int age_recipients_add(struct age_recipients *l, const char *text, struct errinfo *ei) GW_MUST_USE;

/*
 * Add every recipient of the file at path: one a line, empty lines and lines with # are skipped, a
 * CR before the LF too. A file without any, or with a byte order mark, is GW_EFORMAT. Errors are as
 * age_recipients_add, with file:line; GW_ENOENT, GW_EIO; GW_ELIMIT above 16 MiB or 8 KiB a line. A
 * pipe will do. The lines pass through secret memory only.
 */
int age_recipients_add_file(struct age_recipients *l, const char *path, struct errinfo *ei)
    GW_MUST_USE;

/* The same for all that is left on fd, which messages call name. */
int age_recipients_add_fd(struct age_recipients *l, int fd, const char *name, struct errinfo *ei)
    GW_MUST_USE;

/*
 * Encrypt to a passphrase of n bytes instead of to keys, with N = 2^work_factor (1 to 30). It must
 * stand alone: GW_EUSAGE when l is not empty. GW_EUSAGE too for an empty or too long one.
 */
int age_recipients_set_passphrase(struct age_recipients *l, const void *p, size_t n,
    unsigned work_factor, struct errinfo *ei) GW_MUST_USE;

/*
 * age_identities_add(l, text, ei): add the secret key "AGE-SECRET-KEY-1…" (n characters) to l.
 *
 * A post-quantum key is taken note of, so that age_reader_unlock can say so when the file may be
 * for it and no other key opens it (age_identities_post_quantum). GW_EFORMAT, GW_ESUPPORT (plugin,
 * SSH), GW_ELIMIT; on failure l is unchanged. The caller keeps and wipes text.
 */
int age_identities_add(struct age_identities *l, const char *text, size_t n, struct errinfo *ei)
    GW_MUST_USE;

/* As age_recipients_add_file, for secret keys. The mode of the file is not looked at. */
int age_identities_add_file(struct age_identities *l, const char *path, struct errinfo *ei)
    GW_MUST_USE;

/* As age_recipients_add_fd, for secret keys. */
int age_identities_add_fd(struct age_identities *l, int fd, const char *name, struct errinfo *ei)
    GW_MUST_USE;

/* Open with a passphrase of n bytes; at most one in a list, it may stand beside keys. */
int age_identities_set_passphrase(
    struct age_identities *l, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

/* True when l holds a post-quantum key, which this build cannot use. */
bool age_identities_post_quantum(const struct age_identities *l);

/* Write the recipient that belongs to X25519 key number i (from 0) of l. i must be in range. */
void age_identities_recipient(
    const struct age_identities *l, size_t i, char ret_recipient[AGE_RECIPIENT_TEXT]);

/*
 * age_identity_generate(ret_recipient, ret_file, ei): make a new X25519 key.
 *
 * Appends to ret_file what an identity file holds: "# created: …\n# public key: age1…\n" and the
 * secret key on a line. That text lies in ordinary memory, which may be swapped out: write it with
 * mode 0600 and release ret_file, which wipes it, at once. GW_ELIMIT when ret_file is full (256
 * bytes are enough).
 */
int age_identity_generate(
    char ret_recipient[AGE_RECIPIENT_TEXT], struct buf *ret_file, struct errinfo *ei) GW_MUST_USE;

#endif
