/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * problem: what a client is told when something goes wrong: a problem document (RFC 9457).
 *
 * `type` is about:blank and `title` the words of the HTTP status (RFC 9457 §4.2.1); what a program
 * decides by is `code`, a word of the table in docs/FORMATS.md §10. `instance` is a random name
 * that the gateway's log has too. What a message says of the inside of the gateway (a path, the
 * system's words) goes into the log only.
 */
#ifndef GW_API_PROBLEM_H
#define GW_API_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"

enum { PROBLEM_INSTANCE = 46 /* "urn:uuid:", a uuid and NUL */ };

#define PROBLEM_TYPE "application/problem+json"

/* Where a request is wrong, of all places at once. */
#define PROBLEM_ERRORS "errors"

struct problem {
	int status;           /* HTTP */
	const char *code;     /* the word; static */
	const char *detail;   /* for a person; borrowed; NULL: none */
	json_t *more;         /* further members, or NULL; borrowed */
	const char *instance; /* as problem_instance gave it */
};

/* A new random name for one problem: "urn:uuid:<uuid>". */
void problem_instance(char out[PROBLEM_INSTANCE]);

/* Append the document of p to out. GW_ELIMIT. */
int problem_write(const struct problem *p, struct buf *out) GW_MUST_USE;

/*
 * problem_of(code, ei, ret): fill in status, word and detail for a failure.
 *
 * The detail is ei's message where it is one for others: not of failures of our own (GW_EIO,
 * GW_ENOMEM, GW_EFAIL, GW_EMODE, GW_ELEDGER), not when it holds a path: problem_hidden is then true
 * and the detail a fixed text. It points into ei or is static. more and instance are left alone.
 */
void problem_of(int code, const struct errinfo *ei, struct problem *ret);
bool problem_hidden(int code, const struct errinfo *ei);

/* The table for people: number i of the codes that a problem may have, with the status that it
 * usually comes with; NULL behind the last. */
struct problem_row {
	const char *code;
	int status;
	const char *means;
};
const struct problem_row *problem_row(size_t i);

#endif
