/* SPDX-License-Identifier: EUPL-1.2 */
/* checkpoint: what a log signs, its origin, size and root (C2SP tlog-checkpoint), and proof files
 * (C2SP tlog-proof v1). */
#ifndef GW_LEDGER_CHECKPOINT_H
#define GW_LEDGER_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

struct checkpoint {
	char origin[NOTE_NAME];
	uint64_t size;
	struct merkle_hash root;
};

/* Append the text of c: three lines. */
int checkpoint_text(const struct checkpoint *c, struct buf *out) GW_MUST_USE;

/* Read a checkpoint's text. Extension lines are allowed and ignored. GW_EFORMAT. */
int checkpoint_parse(const char *text, size_t n, struct checkpoint *ret_c, struct errinfo *ei)
    GW_MUST_USE;

/* Verify the note by `key`, whose name must be the origin, and read it: GW_EFORMAT, GW_EAUTH. */
int checkpoint_open(const char *note, size_t n, const struct note_key *key,
    struct checkpoint *ret_c, struct errinfo *ei) GW_MUST_USE;

/* A proof file, as parsed. */
struct checkpoint_proof {
	uint64_t index;
	struct merkle_hash hashes[MERKLE_DEPTH + 1];
	size_t n;
	const char *note; /* the checkpoint, to the end of what was parsed; borrowed */
	size_t note_n;
};

/* Append a proof file for leaf `index` under the signed checkpoint note. */
int checkpoint_proof_write(uint64_t index, const struct merkle_hash *hashes, size_t n,
    const char *note, size_t note_n, struct buf *out) GW_MUST_USE;

/* Read a proof file; its extra line, which nothing authenticates, is passed over. GW_EFORMAT. */
int checkpoint_proof_parse(
    const char *p, size_t n, struct checkpoint_proof *ret_p, struct errinfo *ei) GW_MUST_USE;

/* Check that the proof file p shows the entry under a checkpoint that `key` signed. */
int checkpoint_proof_check(const char *p, size_t n, const void *entry, size_t entry_n,
    const struct note_key *key, struct checkpoint *ret_c, struct errinfo *ei) GW_MUST_USE;

#endif
