/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * note: handover.json, the covering note of a package (docs/FORMATS.md §2).
 *
 * It says who hands over to whom, for which keys, on which grounds and under which policy, and
 * until when. It is signed with the bag, so that a package can neither be forwarded to another as
 * if meant for it nor opened under rules that its recipient never accepted.
 */
#ifndef GW_PACKAGE_NOTE_H
#define GW_PACKAGE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"

enum {
	NOTE_OIN = 21,
	NOTE_TEXT = 201, /* names of organisations */
	NOTE_WORD = 65,  /* identifiers: case, contract, purpose, policy */
	NOTE_KEYS = 8,   /* recipient keys at most: one main, the rest recovery */
	NOTE_LAWS = 16,
};

struct note_party {
	char oin[NOTE_OIN];
	char name[NOTE_TEXT];
};

struct note {
	char package[ID_TEXT];
	char case_id[NOTE_WORD];
	int64_t seq;              /* from 1 */
	char supersedes[ID_TEXT]; /* the package before this one in the case; "": none */
	char transaction[33];     /* trace id, 32 hex digits */
	uint8_t nonce[32];
	struct note_party sender, recipient;
	char keys[NOTE_KEYS][HASH_HEX]; /* SHA-256 of each age1… string */
	size_t n_keys;
	char contract[NOTE_WORD];
	char controller[NOTE_OIN];
	char purpose[NOTE_WORD];
	char gdpr[NOTE_WORD]; /* legal basis */
	char laws[NOTE_LAWS][NOTE_WORD];
	size_t n_laws;
	char policy[NOTE_WORD];
	int64_t policy_version;
	char policy_sha256[HASH_HEX];
	char catalogue[HASH_HEX], baseline[HASH_HEX], registry[HASH_HEX];
	char mapping[HASH_HEX];          /* "": the sender has no ladder map */
	int64_t created, expires;        /* milliseconds since 1970 */
	char keep[16], after[NOTE_WORD]; /* the recipient's retention: duration and event */
	char *checkpoint;                /* the sender's signed ledger head; owned */
	json_t *report;                  /* the travelling minimisation report; owned */
};

void note_release(struct note *note);

/* A case's name: a uuid, or 1 to 64 of [A-Za-z0-9._-] not digits alone, without a number that
 * passes for a BSN, and neither "." nor "..", which addresses do not keep. */
bool note_case_ok(const char *s);

/* Append handover.json. GW_ELIMIT when out is full. */
int note_write(const struct note *note, struct buf *out) GW_MUST_USE;

/*
 * Read handover.json: exactly the members of docs/FORMATS.md in their order, each of its form.
 * GW_EAUTH with what is wrong (the bytes were signed, so it is no accident). On success the caller
 * releases *ret_note.
 */
int note_read(const void *p, size_t n, struct note *ret_note, struct errinfo *ei) GW_MUST_USE;

#endif
