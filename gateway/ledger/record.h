/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * record: one line of the ledger (docs/FORMATS.md §4), written once as bytes and never again.
 *
 * The members have a fixed order and closed forms: words, numbers, moments, hex, base64. No name,
 * number of a person, address, file name or free text can be written, because no member takes one.
 * What needs saying beyond that goes into the erasable detail.
 */
#ifndef GW_LEDGER_RECORD_H
#define GW_LEDGER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"

enum {
	RECORD_MAX = 8192,
	RECORD_TRACE = 33, /* 32 hex digits and NUL */
	RECORD_SPAN = 17,
	RECORD_B64_32 = 44, /* 32 bytes as base64url, and NUL */
};

enum ledger_phase { LEDGER_SINGLE, LEDGER_INTENT, LEDGER_RESULT };
enum ledger_out { LEDGER_OUT_NONE, LEDGER_OK, LEDGER_DENY, LEDGER_ERROR };

struct ledger_subject; /* ledger/subject.h */

/*
 * What a caller says of an act. Pointers are borrowed for the call; NULL (numbers: see there) means
 * absent. All zero but `act` is a valid record of our own organisation.
 */
struct ledger_record {
	int64_t t, te;   /* begin and end in ms; t 0 is now, te 0 is absent */
	const char *act; /* one of the closed list, see record_act_known */
	enum ledger_phase ph;
	enum ledger_out out;
	const char *tr, *sp, *psp;    /* trace, span, parent span in lower-case hex */
	const char *org, *peer, *ctl; /* OINs; org NULL is the log's own organisation */
	struct {
		const char *k;    /* "user" or "svc" */
		const char *id;   /* "a:<16 hex>", see ledger_actor */
		const char *role; /* a word [a-z_]+ */
		const char *auth; /* "cli" "oidc" "mtls" */
	} actor;
	const struct ledger_subject *subj;
	const char *proc;         /* URI of the processing activity */
	const char *purp, *basis; /* words [A-Za-z0-9._-]+ of at most 64 */
	struct {
		const char *id;
		int64_t v;           /* 0 absent */
		const char *h, *reg; /* SHA-256 in hex */
	} pol;
	const char *const *cat; /* classes released; words of the catalogue */
	size_t cat_n;
	bool has_fld;
	int64_t fld; /* fields released, when has_fld */
	struct {
		const char *k;         /* a word [a-z_]+ */
		const char *id;        /* "o:<1 to 64 of [A-Za-z0-9_-]>", see ledger_object_id */
		int64_t n, b;          /* count and padded length; 0 absent */
		const uint8_t *digest; /* 32 bytes, or NULL: obj.h is made from it under a fresh
		                          nonce, and both go into the detail */
	} obj;
	const struct date *ret; /* kept at least until */
	struct {
		const char *o;       /* the other log's origin */
		uint64_t n;          /* its size */
		const uint8_t *root; /* 32 bytes */
	} peerlog;
};

/* The parts of a record that the ledger itself makes. */
struct record_made {
	char id[ID_TEXT];
	char subject[RECORD_B64_32]; /* subj.c, or "" */
	const char *subject_type;    /* with it */
	char object[RECORD_B64_32];  /* obj.h, or "" */
	char detail[RECORD_B64_32];  /* det, or "" */
	uint8_t salt[16];
};

/* True for an act of docs/FORMATS.md §4. */
bool record_act_known(const char *act);

/* True when the record may use reserved space: results, and acts that withdraw, destroy, shred,
 * expire or open an incident. */
bool record_is_reserved(const char *act, enum ledger_phase ph);

/* Append the bytes of the record to out. GW_EFORMAT names the member that has no valid form;
 * GW_ELIMIT past RECORD_MAX. */
int record_write(const struct ledger_record *r, const char *own_oin, const struct record_made *made,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* A piece of record bytes; not NUL-terminated, borrowed. p NULL: the member is absent. */
struct record_part {
	const char *p;
	size_t n;
};

/* What the ledger reads back from stored bytes. Strings are without their quotes. */
struct record_view {
	struct record_part id, t, te, act, ph, out, tr, sp, psp, peer, subj_c, subj_ty, obj_id, ret,
	    det;
};

/*
 * record_view(p, n, ret, ei): find the members of stored record bytes without parsing them into
 * values: fast enough for every record at each verification.
 *
 * GW_EFORMAT unless the bytes are one compact JSON object, UTF-8 left unchecked, whose members are
 * known and stand in the fixed order, with `"v":1` first.
 */
int record_view(const char *p, size_t n, struct record_view *ret_v, struct errinfo *ei) GW_MUST_USE;

/* True when the part is the string s. */
bool record_is(struct record_part part, const char *s);

/* Milliseconds of the record's last moment (te, else t); GW_EFORMAT. */
int record_moment(const struct record_view *v, int64_t *ret_ms) GW_MUST_USE;

#endif
