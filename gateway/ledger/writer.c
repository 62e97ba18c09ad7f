/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * writer: one commit of many records.
 *
 * Under the lock that orders processes: begin, read the head again, append, sign, commit; then the
 * head file, and only then is anything acknowledged. A crash between commit and head file leaves
 * the database ahead, which the next to come checks and mends.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>

#include "base/clock.h"
#include "base/str.h"
#include "ledger/internal.h"

int writer_lock(struct ledger *l, bool shared, struct errinfo *ei)
{
	while (flock(l->head_fd, shared ? LOCK_SH : LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be locked");
	return 0;
}

void writer_unlock(struct ledger *l)
{
	(void)flock(l->head_fd, LOCK_UN);
}

int writer_read(void *ctx, unsigned level, uint64_t first, size_t count, struct merkle_hash *ret_h,
    struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(ctx, level ? SQL_NODES : SQL_LEAVES, ei);
	return s ? sql_hashes(s, level, first, count, ret_h, ei) : GW_ELEDGER;
}

/* What the database says of its head. */
struct state {
	struct merkle tree;
	struct checkpoint cp;
	char note[HEAD_NOTE + 1];
	int64_t last;
	bool follows; /* this log follows one whose last head is `lost` */
	char lost[HEAD_NOTE + 1];
};

static int take_note(sqlite3_stmt *s, int i, char out[HEAD_NOTE + 1])
{
	size_t n;
	const void *p = sql_col(s, i, &n);
	if (n > HEAD_NOTE)
		return GW_EAUTH;
	memset(out, 0, HEAD_NOTE + 1);
	if (n)
		memcpy(out, p, n);
	return 0;
}

static int read_state(struct ledger *l, struct state *ret, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, SQL_HEAD, ei);
	if (!s)
		return GW_ELEDGER;
	int r = sql_step(s, ei);
	if (r < 0)
		return r;
	size_t n = 0;
	const void *edge = r ? sql_col(s, 1, &n) : NULL;
	*ret = (struct state){0};
	bool good = r && sqlite3_column_int64(s, 0) >= 0 &&
	    merkle_unpack(&ret->tree, (uint64_t)sqlite3_column_int64(s, 0), edge, n) == 0 &&
	    take_note(s, 2, ret->note) == 0 && take_note(s, 4, ret->lost) == 0;
	if (good) {
		ret->last = sqlite3_column_int64(s, 3);
		ret->follows = *ret->lost;
	}
	(void)sqlite3_reset(s);
	return good ? 0 : err_set(ei, GW_EAUTH, "the ledger's head was changed in the database");
}

/* The note must be signed by our key and fit the edge, or the next head would be signed over it. */
static int check_state(const struct ledger *l, struct state *st, struct errinfo *ei)
{
	struct note_key key;
	char origin[NOTE_NAME] = {0};
	size_t n = strcspn(st->note, "\n");
	struct merkle_hash root = merkle_root(&st->tree);
	if (n >= sizeof origin)
		return err_set(ei, GW_EAUTH, "the ledger's head was changed in the database");
	memcpy(origin, st->note, n);
	int r = note_key_make(origin, NOTE_ED25519, l->key.pub, &key, ei);
	if (r == 0)
		r = checkpoint_open(st->note, strlen(st->note), &key, &st->cp, ei);
	if (r != 0 || st->cp.size != st->tree.size ||
	    memcmp(st->cp.root.b, root.b, MERKLE_HASH) != 0)
		return err_set(ei, GW_EAUTH, "the ledger's head was changed in the database");
	return 0;
}

/* Compare the database with the head that was last acknowledged. */
static int check_head(
    struct ledger *l, const struct state *st, const struct head *h, struct errinfo *ei)
{
	struct merkle_hash root;
	if (!str_eq(st->cp.origin, h->cp.origin)) {
		if (st->follows && str_eq(st->lost, h->note))
			return 0;
		return err_set(ei, GW_EAUTH,
		    "the ledger database is of another log than keys/ledger.head: restore both together");
	}
	if (st->cp.size < h->cp.size)
		return err_set(ei, GW_EAUTH,
		    "the ledger was restored from an older backup: it has %" PRIu64
		    " records, the last signed head %" PRIu64
		    "; bring back the newer one, or begin a new log with 'handover ledger restart'",
		    st->cp.size, h->cp.size);
	int r = merkle_root_at(h->cp.size, writer_read, l, &root, ei);
	if (r < 0)
		return r;
	if (memcmp(root.b, h->cp.root.b, MERKLE_HASH) != 0)
		return err_set(ei, GW_EAUTH,
		    "the ledger does not hold what its last signed head covers: it was changed");
	return 0;
}

/* What is written to a database that lies elsewhere by now is not in the ledger of this home. */
static int in_place(const struct ledger *l, struct errinfo *ei)
{
	int moved = 0;
	if (sqlite3_file_control(l->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK ||
	    !moved)
		return 0;
	return err_set(ei, GW_ELEDGER,
	    "ledger.db was moved or replaced while it was in use: put it back, or start again");
}

int writer_refresh(struct ledger *l, struct errinfo *ei)
{
	struct head h;
	struct state st;
	int r = in_place(l, ei);
	if (r == 0)
		r = head_read(l->head_fd, l->key.pub, l->cached ? &l->head : NULL, &h, ei);
	if (r == 0)
		r = read_state(l, &st, ei);
	if (r != 0)
		return r;
	if (l->cached && h.counter == l->head.counter && st.tree.size == l->tree.size &&
	    st.last == l->last)
		return 0;
	l->cached = false;
	r = check_state(l, &st, ei);
	if (r == 0)
		r = check_head(l, &st, &h, ei);
	if (r == 0 && !str_eq(st.cp.origin, l->origin))
		r = err_set(ei, GW_EAUTH, "the ledger was begun anew meanwhile: start again");
	if (r < 0)
		return r;
	l->tree = st.tree;
	l->head = h;
	l->last = st.last;
	l->cached = true;
	return 0;
}

int writer_sign(
    const struct ledger *l, const struct merkle *tree, struct head *ret_h, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(HEAD_NOTE),
			note GW_CLEANUP(buf_release) = BUF_INIT(HEAD_NOTE);
	struct head h = {.counter = l->head.counter + 1};
	h.cp.size = tree->size;
	h.cp.root = merkle_root(tree);
	memcpy(h.cp.origin, l->origin, strlen(l->origin));
	int r = checkpoint_text(&h.cp, &text);
	if (r == 0)
		r = note_sign(&l->key, l->secret, text.data, text.len, &note, ei);
	if (r < 0)
		return r;
	memcpy(h.note, note.data, note.len);
	h.note_n = note.len;
	*ret_h = h;
	return 0;
}

static int add_node(
    void *ctx, unsigned level, uint64_t index, const struct merkle_hash *h, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(ctx, SQL_ADD_NODE, ei);
	if (!s)
		return GW_ELEDGER;
	sql_int(s, 1, level);
	sql_int(s, 2, (int64_t)index);
	sql_blob(s, 3, h->b, MERKLE_HASH);
	return sql_do(s, ei);
}

static int add_entry(struct ledger *l, struct entry *e, struct merkle *tree, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, SQL_ADD_RECORD, ei);
	if (!s)
		return GW_ELEDGER;
	e->index = tree->size;
	sql_int(s, 1, (int64_t)e->index);
	sql_blob(s, 2, e->leaf.b, MERKLE_HASH);
	sql_blob(s, 3, e->bytes, e->n);
	int r = sql_do(s, ei);
	if (r == 0 && e->detail) {
		s = ledger_sql(l, SQL_ADD_DETAIL, ei);
		if (!s)
			return GW_ELEDGER;
		sql_int(s, 1, (int64_t)e->index);
		sql_blob(s, 2, e->detail_salt, sizeof e->detail_salt);
		sql_blob(s, 3, e->detail, e->detail_n);
		r = sql_do(s, ei);
	}
	if (r == 0 && e->has_span && e->ph != LEDGER_SINGLE) {
		s = ledger_sql(l, e->ph == LEDGER_INTENT ? SQL_ADD_OPEN : SQL_DROP_OPEN, ei);
		if (!s)
			return GW_ELEDGER;
		sql_blob(s, 1, e->span, sizeof e->span);
		if (e->ph == LEDGER_INTENT)
			sql_int(s, 2, (int64_t)e->index);
		r = sql_do(s, ei);
	}
	return r < 0 ? r : merkle_append(tree, &e->leaf, add_node, l, ei);
}

static int set_head(struct ledger *l, const struct merkle *tree, const struct head *h, int64_t last,
    struct errinfo *ei)
{
	struct merkle_hash edge[MERKLE_DEPTH];
	size_t n = merkle_pack(tree, edge);
	sqlite3_stmt *s = ledger_sql(l, SQL_SET_HEAD, ei);
	if (!s)
		return GW_ELEDGER;
	sql_int(s, 1, (int64_t)tree->size);
	sql_blob(s, 2, edge, n * MERKLE_HASH);
	sql_blob(s, 3, h->note, h->note_n);
	sql_int(s, 4, last);
	return sql_do(s, ei);
}

int writer_clock(const struct ledger *l, int64_t now, struct errinfo *ei)
{
	if (now < l->last - CLOCK_BEHIND)
		return err_set(ei, GW_ELEDGER,
		    "the clock stands %" PRId64
		    " seconds before the last record of the ledger: set it right",
		    (l->last - now) / 1000);
	return 0;
}

/* Inside a transaction: append all of e and sign the head that covers them. */
static int add_all(struct ledger *l, struct entry *const *e, size_t n, struct merkle *tree,
    struct head *ret_h, int64_t *ret_last, struct errinfo *ei)
{
	int64_t now = clock_now(), last = now > l->last ? now : l->last;
	int r = writer_clock(l, now, ei);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_entry(l, e[i], tree, ei);
	if (r == 0)
		r = writer_sign(l, tree, ret_h, ei);
	if (r == 0)
		r = set_head(l, tree, ret_h, last, ei);
	*ret_last = last;
	return r;
}

static int run(struct ledger *l, enum sql which, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, which, ei);
	return s ? sql_do(s, ei) : GW_ELEDGER;
}

/* One attempt, with the process lock held. *ret_full says whether more space would have helped. */
static int attempt(
    struct ledger *l, struct entry *const *e, size_t n, bool *ret_full, struct errinfo *ei)
{
	struct merkle tree;
	struct head h;
	int64_t last = 0;
	*ret_full = false;
	int r = run(l, SQL_BEGIN, ei);
	if (r < 0) {
		*ret_full = sql_is_full(l->db);
		return r;
	}
	r = writer_refresh(l, ei);
	if (r == 0) {
		tree = l->tree;
		r = add_all(l, e, n, &tree, &h, &last, ei);
	}
	if (r == 0)
		r = run(l, SQL_COMMIT, ei);
	if (r < 0) {
		*ret_full = sql_is_full(l->db);
		if (!sqlite3_get_autocommit(l->db))
			(void)run(l, SQL_ROLLBACK, NULL);
		l->cached = false;
		return r;
	}
	r = head_write(l->head_fd, &h, ei);
	if (r < 0) {
		l->cached = false;
		return r;
	}
	l->tree = tree;
	l->head = h;
	l->last = last;
	return 0;
}

static void settle(
    struct entry *const *e, size_t n, bool ordinary_only, int r, const struct errinfo *ei)
{
	for (size_t i = 0; i < n; i++) {
		if (ordinary_only && e[i]->reserved)
			continue;
		e[i]->r = r;
		if (r < 0)
			e[i]->ei = *ei;
	}
}

/* The entries that may use the reserve, moved to the front of kept. */
static size_t reserved_ones(struct entry *const *e, size_t n, struct entry **kept)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (e[i]->reserved)
			kept[k++] = e[i];
	return k;
}

static void commit_locked(struct ledger *l, struct entry *const *e, size_t n)
{
	struct entry *kept[LEDGER_QUEUE];
	struct errinfo ei = ERRINFO_INIT;
	bool full = false;
	int r = 0;
	size_t k = reserved_ones(e, n, kept);
	if (k < n && (r = reserve_check(l->reserve_fd, &ei)) < 0) {
		settle(e, n, true, r, &ei);
		if (!k)
			return;
		e = kept;
		n = k;
	}
	r = attempt(l, e, n, &full, &ei);
	if (r < 0 && full && k) {
		settle(e, n, true, r, &ei);
		reserve_release(l->reserve_fd);
		e = kept;
		n = k;
		r = attempt(l, e, n, &full, &ei);
	}
	settle(e, n, false, r, &ei);
}

/* The entries whose person is still known; the others are settled. A shred may have come between
 * the finding of a person and this; under the lock none can. */
static size_t known_ones(
    struct ledger *l, struct entry *const *e, size_t n, struct entry *known[LEDGER_QUEUE])
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		struct errinfo ei = ERRINFO_INIT;
		int r = e[i]->row ? subject_row_check(l, e[i]->row, &ei) : 0;
		if (r < 0)
			settle(&e[i], 1, false, r, &ei);
		else
			known[k++] = e[i];
	}
	return k;
}

void writer_commit(struct ledger *l, struct entry *const *e, size_t n)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)pthread_mutex_lock(&l->write);
	int r = l->flags & LEDGER_READ
	    ? err_set(&ei, GW_ELEDGER, "the ledger was opened for reading only")
	    : writer_lock(l, false, &ei);
	if (r == 0) {
		struct entry *known[LEDGER_QUEUE];
		size_t k = known_ones(l, e, n, known);
		if (k)
			commit_locked(l, known, k);
		writer_unlock(l);
	} else {
		settle(e, n, false, r, &ei);
	}
	(void)pthread_mutex_unlock(&l->write);
}
