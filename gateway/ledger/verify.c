/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * verify: everything that is stored, against what follows from the records' bytes.
 *
 * One pass in order of index, with the details and the rows of hashes walked beside it.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "ledger/chain.h"
#include "ledger/spans.h"
#include "ledger/subject_rows.h"

enum { LEVELS = 8 };

struct pass {
	struct reader *r;
	struct merkle tree;
	struct spans open;
	sqlite3_stmt *records, *details;
	sqlite3_stmt *rows[LEVELS]; /* the stored hashes of level i, in order */
	bool has_detail;            /* details stands on a row */
	uint64_t detail_at;
	char latest[TIME_TEXT]; /* the last moment of all records; as text they sort by time */
	struct ledger_findings *found;
};

static void pass_release(struct pass *p)
{
	spans_release(&p->open);
	sql_done(&p->records);
	sql_done(&p->details);
	for (size_t i = 0; i < LEVELS; i++)
		sql_done(&p->rows[i]);
}

static int wrong(struct errinfo *ei, uint64_t index, const char *what)
{
	return err_set(ei, GW_EAUTH, "ledger record %" PRIu64 ": %s", index, what);
}

static int next_detail(struct pass *p, struct errinfo *ei)
{
	int e = sql_step(p->details, ei);
	p->has_detail = e == 1;
	p->detail_at = e == 1 ? (uint64_t)sqlite3_column_int64(p->details, 0) : 0;
	return e < 0 ? e : 0;
}

/* The row of hashes that has just been completed must be the one that is stored. */
static int check_row(
    void *ctx, unsigned level, uint64_t index, const struct merkle_hash *h, struct errinfo *ei)
{
	struct pass *p = ctx;
	int e = 0;
	size_t n = 0;
	if (level >= LEVELS)
		return err_set(ei, GW_ESUPPORT, "the ledger is too large to be checked");
	if (!p->rows[level]) {
		e = reader_prepare(p->r,
		    "SELECT idx, hash FROM node$ WHERE level = ?1 ORDER BY idx", &p->rows[level],
		    ei);
		if (e < 0)
			return e;
		sql_int(p->rows[level], 1, level);
	}
	e = sql_step(p->rows[level], ei);
	if (e < 0)
		return e;
	const void *stored = e ? sql_col(p->rows[level], 1, &n) : NULL;
	if (n != MERKLE_HASH || sqlite3_column_int64(p->rows[level], 0) != (int64_t)index ||
	    memcmp(stored, h->b, MERKLE_HASH) != 0)
		return err_set(ei, GW_EAUTH, "a stored hash of the ledger's tree was changed");
	return 0;
}

/* Does the detail that stands at this record fit what the record says of it? */
static int check_detail(
    struct pass *p, uint64_t index, const struct record_view *v, struct errinfo *ei)
{
	uint8_t det[HASH_BYTES];
	char text[RECORD_B64_32];
	size_t salt_n, json_n;
	struct hash h;
	bool here = p->has_detail && p->detail_at == index;
	if (!here) {
		p->found->erased += v->det.p != NULL;
		return 0;
	}
	const void *salt = sql_col(p->details, 1, &salt_n), *json = sql_col(p->details, 2, &json_n);
	hash_init(&h);
	hash_add(&h, salt, salt_n);
	hash_add(&h, json, json_n);
	hash_final(&h, det);
	hash_release(&h);
	(void)sodium_bin2base64(
	    text, sizeof text, det, sizeof det, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	if (salt_n != 32 || !record_is(v->det, text))
		return wrong(ei, index, "its detail was changed");
	p->found->details++;
	return next_detail(p, ei);
}

static int track_intent(
    struct pass *p, uint64_t index, const struct record_view *v, struct errinfo *ei)
{
	uint8_t key[SPAN_KEY];
	if (!v->ph.p || !spans_key(v->tr, v->sp, key))
		return 0;
	if (record_is(v->ph, "intent"))
		return spans_put(&p->open, key, index) < 0 ? err_set(ei, GW_ENOMEM, "out of memory")
							   : 0;
	if (!spans_take(&p->open, key))
		p->found->lone_results++;
	return 0;
}

/* Parsing each moment would cost as much as hashing: only the last one is read, at the end. */
static bool see_moment(struct pass *p, const struct record_view *v)
{
	const struct record_part *t = v->te.p ? &v->te : &v->t;
	if (!t->p || t->n != sizeof p->latest - 1)
		return false;
	if (memcmp(t->p, p->latest, t->n) > 0)
		memcpy(p->latest, t->p, t->n);
	return true;
}

static int check_record(struct pass *p, struct errinfo *ei)
{
	uint64_t index = (uint64_t)sqlite3_column_int64(p->records, 0);
	struct record_view v;
	size_t leaf_n, n;
	const void *leaf = sql_col(p->records, 1, &leaf_n);
	const char *bytes = sql_col(p->records, 2, &n);
	if (index != p->tree.size)
		return wrong(ei, p->tree.size, "it is missing");
	struct merkle_hash h = merkle_leaf(bytes ? bytes : "", n);
	if (leaf_n != MERKLE_HASH || memcmp(leaf, h.b, MERKLE_HASH) != 0)
		return wrong(ei, index, "its bytes or its hash were changed");
	if (record_view(bytes ? bytes : "", n, &v, ei) < 0)
		return wrong(ei, index, "its bytes are no record");
	if (!see_moment(p, &v))
		return wrong(ei, index, "its moment is none");
	int e = check_detail(p, index, &v, ei);
	if (e == 0)
		e = track_intent(p, index, &v, ei);
	return e < 0 ? e : merkle_append(&p->tree, &h, check_row, p, ei);
}

/* The stored list of open intents must be what the records say. */
static int check_open(struct pass *p, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint64_t n = 0, index = 0;
	size_t len;
	int e = reader_prepare(p->r, "SELECT span, idx FROM open_intent$", &s, ei);
	while (e == 0 && (e = sql_step(s, ei)) == 1) {
		const void *key = sql_col(s, 0, &len);
		if (len != SPAN_KEY || !spans_has(&p->open, key, &index) ||
		    (int64_t)index != sqlite3_column_int64(s, 1))
			return err_set(ei, GW_EAUTH, "the list of open intents was changed");
		n++;
		e = 0;
	}
	if (e == 0 && n != p->open.n)
		return err_set(ei, GW_EAUTH, "the list of open intents was changed");
	return e;
}

/* After the last record: nothing may be left over, and the root must be the signed one. */
static int check_end(struct pass *p, struct errinfo *ei)
{
	struct merkle_hash root = merkle_root(&p->tree);
	if (p->has_detail)
		return wrong(ei, p->detail_at, "there is a detail but no record");
	for (size_t i = 0; i < LEVELS; i++)
		if (p->rows[i] && sql_step(p->rows[i], ei) != 0)
			return err_set(ei, GW_EAUTH, "the ledger's tree has a hash too many");
	if (p->tree.size != p->r->cp.size || memcmp(root.b, p->r->cp.root.b, MERKLE_HASH) != 0)
		return err_set(
		    ei, GW_EAUTH, "the ledger's records do not give the root that was signed");
	/* it keeps the clock from being set back; a step while a record is written is no change */
	int64_t last = 0;
	if (p->tree.size && time_parse(p->latest, &last) < 0)
		return err_set(ei, GW_EAUTH, "the moment of the ledger's last record is none");
	if (p->r->last < last - CLOCK_BEHIND)
		return err_set(ei, GW_EAUTH, "the moment of the ledger's last record was set back");
	return check_open(p, ei);
}

static int check_log(struct reader *r, struct ledger_findings *found, struct errinfo *ei)
{
	struct pass p GW_CLEANUP(pass_release) = {.r = r, .found = found};
	int e =
	    reader_prepare(r, "SELECT idx, leaf, bytes FROM record$ ORDER BY idx", &p.records, ei);
	if (e == 0)
		e = reader_prepare(
		    r, "SELECT idx, salt, json FROM detail$ ORDER BY idx", &p.details, ei);
	if (e == 0)
		e = next_detail(&p, ei);
	while (e == 0 && (e = sql_step(p.records, ei)) == 1)
		e = check_record(&p, ei);
	if (e == 0)
		e = check_end(&p, ei);
	found->open_intents += p.open.n;
	return e;
}

/* A signed head that lies elsewhere, called `what`, must be of this log's past. */
static int check_past(
    struct reader *r, const char *note, size_t n, const char *what, struct errinfo *ei)
{
	struct checkpoint c;
	struct merkle_hash root;
	int e = checkpoint_open(note, n, &r->key, &c, ei);
	if (e < 0)
		return err_prefix(ei, e, what);
	if (c.size > r->cp.size)
		return err_set(ei, GW_EAUTH, "%s covers more than the ledger holds", what);
	e = merkle_root_at(c.size, reader_hashes, r, &root, ei);
	if (e == 0 && memcmp(root.b, c.root.b, MERKLE_HASH) != 0)
		return err_set(ei, GW_EAUTH, "%s does not fit the ledger", what);
	return e;
}

/* The published checkpoint is a copy; that it has no form is a change, too. */
static int check_published(struct reader *r, const struct buf *note, struct errinfo *ei)
{
	int e = note->len ? check_past(r, note->data, note->len, "ledger/checkpoint", ei) : 0;
	return e == GW_EFORMAT ? GW_EAUTH : e;
}

static int check_expected(
    const struct reader *r, const struct ledger_expect *expect, struct errinfo *ei)
{
	struct note_key key;
	struct checkpoint c;
	if (expect->vkey) {
		int e = note_vkey_parse(expect->vkey, &key, ei);
		if (e == 0)
			e = checkpoint_open(r->note, strlen(r->note), &key, &c, ei);
		if (e < 0)
			return e;
	}
	if (r->cp.size < expect->min_size)
		return err_set(ei, GW_EAUTH,
		    "the ledger has %" PRIu64 " records, fewer than the %" PRIu64 " that were seen",
		    r->cp.size, expect->min_size);
	return 0;
}

static int verify_one(struct ledger *l, unsigned epoch, const struct ledger_expect *expect,
    struct ledger_findings *found, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	/* before the snapshot, which then covers it */
	int e = epoch ? 0 : file_read(l->checkpoint_path, NOTE_MAX, &note, ei);
	if (e == 0 || e == GW_ENOENT)
		e = reader_open(l, epoch, &r, ei);
	if (e == 0 && epoch == 0)
		e = check_expected(&r, expect, ei);
	if (e == 0)
		e = chain_check(l, &r, epoch ? epoch - 1 : found->earlier, ei);
	if (e == 0)
		e = check_log(&r, found, ei);
	if (e == 0 && epoch == 0)
		e = check_published(&r, &note, ei);
	if (e == 0 && epoch == 0 && expect->checkpoint)
		e = check_past(&r, expect->checkpoint, strlen(expect->checkpoint),
		    "the earlier checkpoint", ei);
	if (e < 0)
		return e;
	if (epoch)
		found->earlier_records += r.cp.size;
	else
		found->head = r.cp;
	return 0;
}

int ledger_verify(struct ledger *l, const struct ledger_expect *expect, struct ledger_findings *ret,
    struct errinfo *ei)
{
	struct ledger_findings found = {.self_check = !expect->vkey && !expect->checkpoint};
	int e = reader_epochs(l, &found.earlier, ei);
	for (unsigned epoch = found.earlier; e == 0 && epoch > 0; epoch--)
		e = verify_one(l, epoch, expect, &found, ei);
	if (e == 0)
		e = verify_one(l, 0, expect, &found, ei);
	if (e == 0)
		e = subject_rows_verify(l, ei);
	if (e == 0)
		*ret = found;
	return e;
}
