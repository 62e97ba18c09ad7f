/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * received: who received what of a person: what a seal keeps in its erasable detail to tell that
 * later (docs/FORMATS.md §4), and the ledger read back by it; for this room only.
 */
#ifndef GW_TRANSFER_RECEIVED_H
#define GW_TRANSFER_RECEIVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "ledger/subject.h"
#include "package/note.h"
#include "policy/policy.h"

struct ledger;

/* What became of a package, as far as the ledger tells. */
enum sent_state {
	SENT_OK,        /* sealed, so in its recipient's hands for all we know */
	SENT_CUT_OFF,   /* begun and never ended: it may have left */
	SENT_WITHDRAWN, /* taken back or returned: its recipient has nothing of it */
};

const char *sent_state_word(enum sent_state s);

/* One package that was sealed about the person. */
struct sent {
	char package[ID_TEXT]; /* "" when its detail is gone: then nothing below but at is known */
	char recipient[NOTE_OIN], case_id[NOTE_WORD], contract[NOTE_WORD];
	int64_t seq, at; /* at: the moment of sealing, ms */
	struct date expires;
	enum sent_state state;
	json_t *released;    /* policy_forms_json; NULL: the ledger does not say */
	json_t *corrects;    /* paths; NULL: no correction */
	char mark[HASH_HEX]; /* of a correction, else "" */
	char act[49];        /* trace and span: for matching its records */
};

struct received {
	struct sent *list; /* oldest first */
	size_t n;
	bool known; /* the ledger has this person */
};

void received_release(struct received *r);

/*
 * received_put(detail, policy, data, note, corrects, mark): add to a seal's detail what went.
 *
 * policy made `data` of the dossier. corrects (borrowed) and mark are of a correction, else NULL.
 */
void received_put(json_t *detail, const struct policy *policy, json_t *data,
    const struct note *note, json_t *corrects, const char *mark);

/*
 * received_load(l, ids, n, ret, ei): all packages about the person, from all logs of this home.
 *
 * Seals that were refused or failed are left out. Nobody known by ids is no failure: `known` is
 * false. GW_EAUTH, GW_ELEDGER. The caller releases *ret. Looking is an act: it is the caller's to
 * record.
 */
int received_load(struct ledger *l, const struct subject_id *ids, size_t n, struct received *ret,
    struct errinfo *ei) GW_MUST_USE;

/* True when the package told something of the field with that path: its value, or that it has none
 * any more. */
bool sent_tells(const struct sent *s, const char *path);

#endif
