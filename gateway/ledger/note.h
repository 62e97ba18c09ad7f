/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * note: signed notes (C2SP signed-note) with Ed25519 keys and timestamped cosignatures (C2SP
 * tlog-cosignature v1).
 *
 * A note is a text that ends in a newline, an empty line, and signature lines. What is signed is
 * the text with its last newline. Signatures of unknown keys are passed over; one of a known key
 * that does not verify spoils the whole note.
 */
#ifndef GW_LEDGER_NOTE_H
#define GW_LEDGER_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum {
	NOTE_MAX = 64 << 10, /* bytes of a note; more is refused */
	NOTE_SIGNATURES = 64,
	NOTE_NAME = 200, /* bytes of a key name with its NUL */
	NOTE_SEED = 32,
};

enum note_type { NOTE_ED25519 = 1, NOTE_COSIGNATURE = 4 };

/* A key that notes are checked with. */
struct note_key {
	char name[NOTE_NAME];
	uint32_t id;
	enum note_type type;
	uint8_t pub[32];
};

/* What a known key said about a note. */
struct note_seen {
	const struct note_key *key; /* borrowed from the keys given */
	uint64_t time;              /* of a cosignature: POSIX seconds; else 0 */
};

/* GW_EFORMAT unless name may name a key: UTF-8, not empty, no space of any script, no plus sign. */
int note_check_name(const char *name, struct errinfo *ei) GW_MUST_USE;

/* The key of that name, type and public part. */
int note_key_make(const char *name, enum note_type type, const uint8_t pub[32],
    struct note_key *ret_k, struct errinfo *ei) GW_MUST_USE;

/* Read a vkey, `name+hex8+base64(type || key)`; GW_EFORMAT (also when the id is not that of the
 * key), GW_ESUPPORT for a key type that is not in this build. */
int note_vkey_parse(const char *s, struct note_key *ret_k, struct errinfo *ei) GW_MUST_USE;

/* Append the vkey of k. */
int note_vkey(const struct note_key *k, struct buf *out) GW_MUST_USE;

/*
 * note_sign(k, secret, text, n, out, ei): append to out the note of the text with one signature.
 *
 * secret is libsodium's 64-byte secret key of k. GW_EFORMAT when the text cannot be a note's.
 */
int note_sign(const struct note_key *k, const uint8_t secret[64], const char *text, size_t n,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* As note_sign, but append a cosignature line for moment `time` (POSIX seconds) of the note in
 * note[0..n) to out; k is of type NOTE_COSIGNATURE. */
int note_cosign(const struct note_key *k, const uint8_t secret[64], const char *note, size_t n,
    uint64_t time, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/*
 * note_verify(note, n, keys, k, ret_text_n, ret_seen, ret_seen_n, ei): check a note.
 *
 * On success the text is note[0..*ret_text_n) and ret_seen (room for NOTE_SIGNATURES; may be NULL)
 * lists each signature by one of keys[0..k), in order. GW_EFORMAT when it is no note; GW_EAUTH when
 * a known key's signature does not verify, or no known key of type NOTE_ED25519 signed; GW_EUSAGE
 * when two of the keys share a public part under different types (one could then pass for the
 * other).
 */
int note_verify(const char *note, size_t n, const struct note_key *keys, size_t k,
    size_t *ret_text_n, struct note_seen *ret_seen, size_t *ret_seen_n, struct errinfo *ei)
    GW_MUST_USE;

#endif
