/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * op: one call on its way through the core, and what all operations share. Inside api/ only.
 *
 * An operation returns 0 and has filled in its answer by op_json, op_text or op_file; or it returns
 * a GW_E… code with op->ei, and api_core_answer makes the problem document.
 */
#ifndef GW_API_OP_H
#define GW_API_OP_H

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/core.h"
#include "api/routes.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "cases/cases.h"
#include "registry/registry.h"

/* The registry as it was read at one moment; calls that run keep theirs. */
struct snapshot {
	struct registry *registry;
	int64_t read;      /* ms */
	unsigned borrowed; /* under core->lock */
};

/* A dossier that is arriving or being sealed: its bytes lie in memory. */
struct intake {
	char token[ID_TEXT];                 /* "": the place is free */
	char caller[OIN_TEXT], key[ID_TEXT]; /* the Idempotency-Key */
	int fd;
	int64_t began;
	bool working; /* its body is whole, and it is being sealed */
};

/* When an organisation's reading of its records was last recorded. */
struct look {
	char oin[OIN_TEXT];
	int64_t at; /* ms; 0: not yet */
};

/* Dossiers at once: each takes its archive's size in memory, and more while it is read. */
enum { INTAKES = 4 };

struct api_core {
	struct api_core_env env;
	pthread_mutex_t lock; /* of what follows, but for the counters */
	struct snapshot *now;
	struct intake intakes[INTAKES];
	pthread_mutex_t looking; /* of the two below */
	struct look *looks;
	size_t looks_n;
	atomic_uint_least64_t calls[API_OPS][6]; /* by operation and first digit of the status */
	atomic_uint_least64_t strangers;
	atomic_bool stale;             /* the last reload failed */
	struct witnessing *witnessing; /* op_witness.c; with a lock of its own */
	struct log_brake told;         /* of strangers; under lock */
};

struct snapshot *core_borrow(struct api_core *c);
void core_return(struct api_core *c, struct snapshot *s);

/* What operation n of enum api_op is called in log and figures. */
const char *core_op_name(size_t n);

enum { OP_FIELD = 256, OP_ERRORS = 50 /* mistakes that one answer lists */ };

struct op {
	struct api_core *core;
	const struct link_call *call;
	struct snapshot *snapshot;
	const struct registry *registry; /* of it */
	const struct organisation *peer; /* who calls; NULL for the edge itself */
	int64_t now;
	struct cases_call cases; /* the same for cases/ */
	struct errinfo ei;
	/* what makes a problem more than its code: all may be left alone */
	int status;       /* another status than the table's */
	const char *word; /* another word; static */
	json_t *errors;   /* all that is wrong with the request */
	json_t *report;   /* why the policy let nothing out */
	/* the answer */
	struct buf *out;
	struct link_answer *answer;
	struct {
		const char *name;
		size_t at; /* where in out its value begins */
	} fields[LINK_FIELDS];
	size_t fields_n, body_n;
};

/* ---- answers ---- */

/* Answer with status and JSON; `body` is taken over, also on failure. */
int op_json(struct op *op, int status, json_t *body) GW_MUST_USE;

/* Answer with status and the n bytes at p; type NULL and n 0: with no body. */
int op_text(struct op *op, int status, const char *type, const void *p, size_t n) GW_MUST_USE;

/* Answer with status, a file and its number; fd is taken over. */
int op_file(struct op *op, int status, const char *type, int fd, uint64_t number) GW_MUST_USE;

/* Add a field of at most OP_FIELD bytes; after one of the three above, or before a failure. */
int op_field(struct op *op, const char *name, const char *fmt, ...) GW_PRINTF(3, 4) GW_MUST_USE;

/* A moment as HTTP writes it (RFC 9110 §5.6.7): "Sun, 29 Nov 2026 01:02:03 GMT". */
void op_http_date(int64_t ms, char out[30]);

/* ---- requests ---- */

/* A query parameter, request field or part of the path; NULL when it is not there. */
const char *op_query(const struct op *op, const char *name);
const char *op_request_field(const struct op *op, const char *name);
const char *op_param(const struct op *op, size_t i);

/* Remember that `name` in "body", "query" or "field" is wrong; of many the first OP_ERRORS. */
void op_wrong(struct op *op, const char *in, const char *name, const char *fmt, ...)
    GW_PRINTF(4, 5);

/* 0, or the code for all that op_wrong has: GW_EFORMAT when some of it is the body's, GW_EUSAGE. */
int op_checked(struct op *op) GW_MUST_USE;

/* The query parameters limit and cursor (or after), checked by op_wrong. */
struct cases_page op_page(struct op *op);
uint64_t op_after(struct op *op);

/*
 * op_signed_body(op, text_name, text, p7s): read a body {<text_name>: text, signature: base64}
 * strictly, all its errors at once.
 */
int op_signed_body(struct op *op, const char *text_name, struct buf *text, struct buf *p7s)
    GW_MUST_USE;

/* One page of items that were collected whole, each under a key by which they are in order. */
struct op_list {
	struct op_row {
		char *key;
		json_t *item;
	} * rows;
	size_t n;
};
void op_list_add(struct op_list *l, const char *key, json_t *item);
void op_list_release(struct op_list *l);
int op_list_answer(struct op *op, struct op_list *l) GW_MUST_USE;

/* ---- the operations ---- */

typedef int (*op_fn)(struct op *op);
int op_openapi(struct op *op);
int op_organisations(struct op *op);
int op_organisation(struct op *op);
int op_contracts(struct op *op);
int op_policies(struct op *op);
int op_policy(struct op *op);
int op_dossier_begin(struct op *op);
int op_dossier_end(struct op *op);
int op_dossier_drop(struct op *op);
int op_announce(struct op *op);
int op_package(struct op *op);
int op_content(struct op *op);
int op_upload_create(struct op *op);
int op_upload_state(struct op *op);
int op_upload_begin(struct op *op);
int op_upload_end(struct op *op);
int op_upload_drop(struct op *op);
int op_cases(struct op *op);
int op_case(struct op *op);
int op_statements(struct op *op);
int op_act(struct op *op);
int op_receipts(struct op *op);
int op_events(struct op *op);
int op_ledger(struct op *op); /* all of /ledger: by op->call->op */
int op_job_next(struct op *op);
int op_job_done(struct op *op);
int op_peers(struct op *op);
int op_mirror(struct op *op);
int op_mirrored(struct op *op);
int op_pinned(struct op *op);
int op_witness_next(struct op *op);
int op_witness_done(struct op *op);
int op_ready(struct op *op);
int op_figures(struct op *op);

/* ---- our witnesses ---- */

struct witnessing *witnessing_new(const struct api_core_env *env);
void witnessing_free(struct witnessing *w);

/* Our checkpoint as witnesses vouch for it, into note (of NOTE_MAX); false when none did within the
 * term after which one is overdue. */
bool witnessing_note(struct op *op, struct buf *note);

struct witnessing_counts {
	uint64_t witnesses, overdue; /* without a signature, or with one older than the term */
	uint64_t refusing;           /* that say that our ledger has two histories */
	uint64_t vouched, failed;    /* answers since the start */
};
void witnessing_counts(struct api_core *c, int64_t now, struct witnessing_counts *ret);

/* Close what is arriving: the core ends. */
void op_dossiers_close(struct api_core *c);

#endif
