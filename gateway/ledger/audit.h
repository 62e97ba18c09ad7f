/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit: what can be read from a log and proved of it: records, checks, proofs, tiles, a person's
 * report. Each call reads one snapshot by a connection of its own, beside running appends.
 *
 * Reading the log is itself an act: the caller appends audit.read, .export, .verify or .subject.
 */
#ifndef GW_LEDGER_AUDIT_H
#define GW_LEDGER_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "ledger/merkle.h"

/* One stored record, borrowed for the call. */
struct ledger_line {
	unsigned epoch; /* 0 for this log, else the number of an earlier one (ledger_restart) */
	uint64_t index;
	const char *bytes;
	size_t n;
	const char *detail; /* NULL when there is none, or it was erased */
	size_t detail_n;
};

/* Called for each record; a negative result ends the walk and is returned by it. */
typedef int (*ledger_each)(void *ctx, const struct ledger_line *line, struct errinfo *ei);

/* Call fn with the records from index `from` on, at most `most`. GW_EAUTH, GW_ELEDGER. */
int ledger_records(struct ledger *l, uint64_t from, uint64_t most, ledger_each fn, void *ctx,
    struct errinfo *ei) GW_MUST_USE;

/* Call fn with each intent that has no result yet. */
int ledger_open_intents(struct ledger *l, ledger_each fn, void *ctx, struct errinfo *ei)
    GW_MUST_USE;

/* What an auditor knows of the log from elsewhere; without vkey and checkpoint it is a self-check.
 * Only a checkpoint finds a log that was rewritten by somebody with its key. */
struct ledger_expect {
	const char *vkey;       /* NULL: the log's own */
	uint64_t min_size;      /* a size that was seen before */
	const char *checkpoint; /* a signed head of this log that was seen before; NULL: none */
};

struct ledger_findings {
	struct checkpoint head;
	uint64_t details, erased; /* details that are there, and committed ones that are not */
	uint64_t open_intents;
	uint64_t lone_results; /* results whose intent is not in this log */
	unsigned earlier;      /* logs before this one, verified as well */
	uint64_t earlier_records;
	bool self_check;
};

/*
 * ledger_verify(l, expect, ret, ei): check everything that is stored.
 *
 * For this log and those before it: every record's bytes have the form of a record and hash to the
 * leaf beside them, all stored hashes and the signed root follow from the leaves, every detail fits
 * the record's commitment, the list of open intents is right; the checkpoint file and
 * expect->checkpoint are of this log's past; each log begins after the one
 * that its first record names; the rows and aliases of subjects.db are ours. GW_EAUTH
 * names the first thing that is wrong, with its record. GW_EFORMAT: expect->vkey or
 * expect->checkpoint has no valid form.
 */
int ledger_verify(struct ledger *l, const struct ledger_expect *expect, struct ledger_findings *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Append the proof file of record `index` under the present checkpoint. GW_EUSAGE: no such one. */
int ledger_prove(struct ledger *l, unsigned epoch, uint64_t index, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

struct ledger_consistency {
	uint64_t old_size, new_size;
	struct merkle_hash old_root, new_root;
	struct merkle_hash hashes[MERKLE_DEPTH + 1];
	size_t n;
};

/* The consistency proof between two sizes; new_size 0 is the present one, whose signed checkpoint
 * is then appended to note. GW_EUSAGE unless 1 <= old <= new <= size. */
int ledger_consistency(struct ledger *l, uint64_t old_size, uint64_t new_size,
    struct ledger_consistency *ret, struct buf *note, struct errinfo *ei) GW_MUST_USE;

/* Append the proof in the form of a witness request (C2SP tlog-witness, add-checkpoint): a line
 * "old <size>", the hashes, an empty line, the checkpoint of the new size where there is one. */
int ledger_consistency_text(const struct ledger_consistency *c, const char *note, size_t note_n,
    struct buf *out) GW_MUST_USE;

/*
 * Write the log's hashes into dir as C2SP tlog-tiles does: tile/<level>/<index>[.p/<width>], and
 * last the checkpoint. With `entries` also tile/entries: those hold the records, and are for our
 * own officers only.
 */
int ledger_export(struct ledger *l, const char *dir, bool entries, struct errinfo *ei) GW_MUST_USE;

/* Write "x001/x234/067" for 1234067 (C2SP tlog-tiles); out has room for 32 bytes. */
void ledger_tile_index(uint64_t n, char out[32]);

/*
 * A person's records: fn is called with each that is committed to one of the subject's identifiers,
 * oldest log first. reveal (may be NULL; 44 bytes) holds during the call the record's own key k_i
 * as base64url, with which the person can check subj.c. GW_ENOENT when nobody is known by these.
 */
int ledger_report(struct ledger *l, const struct subject_id *ids, size_t n, ledger_each fn,
    void *ctx, char *reveal, struct errinfo *ei) GW_MUST_USE;

/*
 * Shredding: two officers sign what ledger_shred_content gives, each approval is kept, and
 * ledger_shred acts. Checking the officers and their signatures is the caller's task.
 *
 * Content: a text that names the log and the rows to go, no identifier. GW_ENOENT: nobody is known.
 * Approve: record it (review.signoff by act's actor) and keep the signature of one officer (a key's
 * pin); again by the same replaces it.
 * Refuse: record a try (subject.shred, out deny) that is refused with `code` for `why`; officer may
 * be NULL. The value is code, with why in ei, or what kept the record from being written.
 * Shred: GW_EREFUSED with fewer than two officers, or while an intent, case or incident of the
 * person is open or a retention term runs, which is recorded; else intent (its detail names the
 * officers), deletion, result. After GW_EFAIL
 * (another process reads) the deletion is done and what is left is completed by the next open.
 * GW_ECONFLICT: another shred is at work.
 */
int ledger_shred_content(struct ledger *l, const struct subject_id *ids, size_t n, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;
int ledger_shred_approve(struct ledger *l, const struct subject_id *ids, size_t n,
    const char *officer, const void *signature, size_t signature_n, const struct ledger_record *act,
    struct errinfo *ei) GW_MUST_USE;
int ledger_shred_refuse(struct ledger *l, const struct ledger_record *act, const char *officer,
    int code, const struct errinfo *why, struct errinfo *ei) GW_MUST_USE;
typedef int (*ledger_approval)(
    void *ctx, const char *officer, const void *signature, size_t signature_n, struct errinfo *ei);
int ledger_shred_approvals(struct ledger *l, const struct subject_id *ids, size_t n,
    ledger_approval fn, void *ctx, struct errinfo *ei) GW_MUST_USE;
int ledger_shred(struct ledger *l, const struct subject_id *ids, size_t n,
    const struct ledger_record *act, uint64_t *ret_records, struct errinfo *ei) GW_MUST_USE;

#endif
