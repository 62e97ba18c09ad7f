/* SPDX-License-Identifier: EUPL-1.2 */
/* reader: one snapshot of a log, of this one or of one before it. */
#ifndef GW_LEDGER_READER_H
#define GW_LEDGER_READER_H

#include "ledger/audit.h"
#include "ledger/internal.h"

struct reader {
	sqlite3 *db;
	unsigned epoch;
	struct note_key key;
	struct checkpoint cp; /* signed, verified */
	int64_t last;         /* the moment of the last record, as the head row has it */
	char note[HEAD_NOTE + 1];
	sqlite3_stmt *leaves, *nodes;
};

#define READER_INIT \
	{           \
		0   \
	}

/* Open a snapshot of log `epoch` and verify the signature of its head. */
int reader_open(struct ledger *l, unsigned epoch, struct reader *ret_r, struct errinfo *ei)
    GW_MUST_USE;
void reader_close(struct reader *r);

/* How many earlier logs there are: they are numbered from 1. */
int reader_epochs(struct ledger *l, unsigned *ret_n, struct errinfo *ei) GW_MUST_USE;

/* Prepare a statement in which each $ stands for what goes behind a table's name in this log. */
int reader_prepare(struct reader *r, const char *text, sqlite3_stmt **ret_s, struct errinfo *ei)
    GW_MUST_USE;

/* A merkle_read whose ctx is the reader. */
int reader_hashes(void *ctx, unsigned level, uint64_t first, size_t count,
    struct merkle_hash *ret_h, struct errinfo *ei);

/* Walk the records with their details from `from` on, at most `most`. */
int reader_walk(struct reader *r, uint64_t from, uint64_t most, ledger_each fn, void *ctx,
    struct errinfo *ei) GW_MUST_USE;

#endif
