/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * answers: what was answered to a request with an Idempotency-Key, so that the same request gets
 * the same answer again (docs/FORMATS.md §10, POST /dossiers).
 *
 * An answer is kept before the act that it speaks of is finished: whoever finds one that is not
 * `done` looks whether its package is there, and settles it or forgets it.
 */
#ifndef GW_STORE_ANSWERS_H
#define GW_STORE_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "store/cases.h"
#include "store/store.h"

enum { STORE_ANSWER_DAYS = 7 /* kept at least that long */ };

struct store_answer {
	char caller[STORE_OIN]; /* whose key it is */
	char key[ID_TEXT];      /* the Idempotency-Key, a uuid */
	char mark[HASH_HEX];    /* by which the request is known again */
	char package[ID_TEXT];  /* what it made */
	struct buf body;        /* the answer; of STORE_ANSWER_MAX */
	bool done;
};
enum { STORE_ANSWER_MAX = 1 << 20 };

/* Zeroes; fits GW_CLEANUP. */
void store_answer_release(struct store_answer *a);

/* Find the answer to that key of that caller; GW_ENOENT. *ret (body empty, of STORE_ANSWER_MAX) is
 * the caller's to release. */
int store_answer_find(struct store *s, const char *caller, const char *key,
    struct store_answer *ret, struct errinfo *ei) GW_MUST_USE;

/* Keep a as not done. GW_EEXIST when the key has an answer. */
int store_answer_keep(
    struct store *s, const struct store_answer *a, int64_t now, struct errinfo *ei) GW_MUST_USE;

/* It is done; or it never came to be. Harmless where there is none. */
int store_answer_done(struct store *s, const char *caller, const char *key, struct errinfo *ei)
    GW_MUST_USE;
int store_answer_drop(struct store *s, const char *caller, const char *key, struct errinfo *ei)
    GW_MUST_USE;

/* Forget those that are older than STORE_ANSWER_DAYS. */
int store_answers_forget(struct store *s, int64_t now, struct errinfo *ei) GW_MUST_USE;

#endif
