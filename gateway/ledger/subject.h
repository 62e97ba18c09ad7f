/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * subject: who a record is about, so that only we can tell, and later nobody.
 *
 * A subject is a random row with a random key k_s, wrapped by subjects.kek with the row id as
 * associated data. Aliases, HMAC(blind.key, canonical id), lead from each identifier of a dossier
 * to the row; each carries a MAC and, sealed under a key from k_s, the canonical id itself, so that
 * a report asked for by one identifier finds records committed to another. A record says only
 * HMAC(HMAC(k_s, "subj" || record id), canonical id). Deleting row and aliases unlinks all of it.
 *
 * The canonical id is type ":" sender's OIN (client_number only) ":" value, a BSN padded to 9.
 */
#ifndef GW_LEDGER_SUBJECT_H
#define GW_LEDGER_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum subject_type { SUBJECT_BSN, SUBJECT_V_NUMBER, SUBJECT_CLIENT_NUMBER };
enum { SUBJECT_TYPES = 3, SUBJECT_ROW = 16, SUBJECT_IDS = 8, SUBJECT_CANONICAL = 160 };

/* One identifier of a person; borrowed. */
struct subject_id {
	enum subject_type type;
	const char *value; /* BSN 8 or 9 digits; others 1..64 of [A-Za-z0-9._/-], spaces cut */
	const char
	    *sender; /* OIN of the package's sender: for SUBJECT_CLIENT_NUMBER, on both sides */
};

/* "bsn", "v_number", "client_number", and back (GW_EFORMAT). */
const char *subject_type_name(enum subject_type type);
int subject_type_parse(const char *s, enum subject_type *ret_type) GW_MUST_USE;

/* Write the canonical id; GW_EFORMAT names the type, never the value. */
int subject_canonical(const struct subject_id *id, char out[SUBJECT_CANONICAL], struct errinfo *ei)
    GW_MUST_USE;

/* True when the identifier has a valid form. */
bool subject_check(const struct subject_id *id);

struct ledger;
struct ledger_subject; /* a subject in memory: its key lies in locked memory */

/*
 * ledger_subject(l, ids, n, ret, ei): find the subject that any of ids[0..n) leads to, or make one,
 * and give it all of them as aliases. Durable when it returns, so before the intent that names it.
 *
 * Records will be committed to ids[0]: put the strongest first (bsn, v_number, client_number).
 * Where the identifiers lead to several rows, each row gets all aliases and the oldest is used.
 * The caller frees *ret with ledger_subject_free. GW_EFORMAT; GW_EAUTH when a row or alias was
 * changed behind our back; GW_ELEDGER when it could not be written.
 */
int ledger_subject(struct ledger *l, const struct subject_id *ids, size_t n,
    struct ledger_subject **ret_s, struct errinfo *ei) GW_MUST_USE;

/*
 * ledger_subject_known(l, ids, n, ret, ei): the subject that the first known one of ids[0..n) leads
 * to, committed to by that one; nothing is made and no alias is given. GW_ENOENT: none is known.
 */
int ledger_subject_known(struct ledger *l, const struct subject_id *ids, size_t n,
    struct ledger_subject **ret_s, struct errinfo *ei) GW_MUST_USE;

void ledger_subject_free(struct ledger_subject *s);
void ledger_subject_free_p(struct ledger_subject **s);

/* The commitment to s for the record of that id, as base64url, and its type word. */
void subject_commit(
    const struct ledger_subject *s, const char *record_id, char out[44], const char **ret_type);

#endif
