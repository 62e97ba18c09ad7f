/* SPDX-License-Identifier: EUPL-1.2 */
/* witness: signs what continues, and nothing else. */
#include <sodium.h>

#include "base/secret.h"
#include "ledger/audit.h"
#include "ledger/peerlog.h"
#include "ledger/witness.h"
#include "tests/unit/ledger/fixture.h"
#include "tests/unit/test.h"

static struct note_key key_of(struct ledger *l)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct note_key k;
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &k, NULL), 0);
	return k;
}

/* A request from old to the log's present head. */
static void make_request(
    struct ledger *l, uint64_t old, struct buf *body, struct ledger_consistency *c)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	*c = (struct ledger_consistency){0};
	buf_clear(body);
	if (old) {
		assert_int_equal(ledger_consistency(l, old, 0, c, &note, NULL), 0);
	} else {
		assert_int_equal(ledger_checkpoint(l, &note, NULL), 0);
	}
	assert_int_equal(ledger_consistency_text(c, note.data, note.len, body), 0);
}

static int judge(
    struct ledger *l, const struct buf *body, const struct witness_head *had, struct checkpoint *c)
{
	struct note_key key = key_of(l);
	struct witness_request q;
	assert_int_equal(witness_parse(body->data, body->len, &q, NULL), 0);
	return witness_judge(&q, &key, had, c, NULL);
}

static void what_continues_is_signed(void **state)
{
	struct fixture f, g;
	struct ledger_consistency p;
	struct witness_head had = {0};
	struct checkpoint c = {.size = 0};
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	(void)state;
	fixture_make(&f);
	fixture_make(&g);
	struct ledger *l = fixture_open(&f), *other = fixture_open(&g);
	fixture_fill(l, 40);
	make_request(l, 0, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), 0);
	assert_int_equal(c.size, 41);
	had.size = c.size;
	had.root = c.root;
	assert_int_equal(judge(l, &body, &had, &c), GW_ECONFLICT); /* old is 0 still */
	make_request(l, 41, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), 0); /* the same head again */
	fixture_fill(l, 300);
	make_request(l, 41, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), 0);
	assert_int_equal(c.size, 341);
	make_request(l, 30, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), GW_ECONFLICT);
	/* another root at the size we signed: a fork */
	had.root.b[7] ^= 1;
	make_request(l, 41, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), GW_EREFUSED);
	had.size = 341;
	make_request(l, 341, &body, &p);
	assert_int_equal(judge(l, &body, &had, &c), GW_EREFUSED);
	/* another log of the same origin under another key */
	struct witness_request q;
	struct note_key key = key_of(other);
	assert_int_equal(witness_parse(body.data, body.len, &q, NULL), 0);
	assert_int_equal(witness_judge(&q, &key, &had, &c, NULL), GW_EAUTH);
	/* a proof to a smaller tree than the old one */
	struct buf small GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	make_request(l, 0, &body, &p);
	assert_int_equal(buf_adds(&small, "old 9999"), 0);
	assert_int_equal(buf_add(&small, body.data + 5, body.len - 5), 0);
	assert_int_equal(judge(l, &small, &had, &c), GW_EFORMAT);
	ledger_close(l);
	ledger_close(other);
	fixture_end(&f);
	fixture_end(&g);
}

/* One changed, missing or added line of the proof is enough. */
static void a_wrong_proof_is_refused(void **state)
{
	struct fixture f;
	struct ledger_consistency p;
	struct witness_head had = {.size = 41};
	struct checkpoint c;
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 500);
	make_request(l, 41, &body, &p);
	had.root = p.old_root;
	assert_int_equal(judge(l, &body, &had, &c), 0);
	struct note_key key = key_of(l);
	struct witness_request q;
	assert_int_equal(witness_parse(body.data, body.len, &q, NULL), 0);
	assert_true(q.n > 3);
	for (size_t i = 0; i < q.n; i++) {
		struct witness_request bad = q;
		bad.hashes[i].b[i] ^= 0x10;
		assert_int_equal(witness_judge(&bad, &key, &had, &c, NULL), GW_EREFUSED);
	}
	struct witness_request less = q, more = q;
	less.n--;
	more.hashes[more.n] = more.hashes[more.n - 1];
	more.n++;
	assert_int_equal(witness_judge(&less, &key, &had, &c, NULL), GW_EREFUSED);
	assert_int_equal(witness_judge(&more, &key, &had, &c, NULL), GW_EREFUSED);
	ledger_close(l);
	fixture_end(&f);
}

static void what_is_no_request_is_none(void **state)
{
	static const char *const bad[] = {"", "old", "old 1", "old 1\n", "old 1\n\n",
	    "old x\n\nn\n", "old 01\n\nn\n", "old -1\n\nn\n", "Old 1\n\nn\n", "old 1\nAAAA\n\nn\n",
	    "old 1\n\n\n", "old 99999999999999999999999\n\nn\n", "old 9223372036854775808\n\nn\n",
	    "old 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\nn\n"};
	struct witness_request q;
	struct buf many GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(witness_parse(bad[i], strlen(bad[i]), &q, NULL), GW_EFORMAT);
	for (int n = 63; n <= 64; n++) {
		buf_clear(&many);
		assert_int_equal(buf_adds(&many, "old 1\n"), 0);
		for (int i = 0; i < n; i++)
			assert_int_equal(
			    buf_adds(&many, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), 0);
		assert_int_equal(buf_adds(&many, "\norigin\n1\n"), 0);
		assert_int_equal(
		    witness_parse(many.data, many.len, &q, NULL), n == 63 ? 0 : GW_EFORMAT);
	}
}

static void a_cosignature_is_taken_in(void **state)
{
	struct fixture f;
	struct witness w, w2, again;
	struct checkpoint c;
	struct note_key keys[2];
	uint64_t time = 0, times[2];
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf lines GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf more GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct note_key log = key_of(l);
	char *path GW_CLEANUP(str_free_p) = file_join(f.dir, "witness.key");
	char *path2 GW_CLEANUP(str_free_p) = file_join(f.dir, "witness2.key");
	assert_int_equal(witness_open(path, "oin-" PEER "/witness", false, &w, NULL), GW_ENOENT);
	assert_int_equal(witness_open(path, "oin-" PEER "/witness", true, &w, NULL), 0);
	assert_int_equal(witness_open(path, "oin-" PEER "/witness", true, &again, NULL), 0);
	assert_memory_equal(w.key.pub, again.key.pub, 32);
	assert_int_equal(w.key.type, NOTE_COSIGNATURE);
	assert_int_equal(witness_open(path2, "oin-" PEER "/witness", true, &w2, NULL), 0);
	assert_int_equal(ledger_checkpoint(l, &note, NULL), 0);
	assert_int_equal(witness_sign(&w, note.data, note.len, 1700000000, &lines, NULL), 0);
	assert_int_equal(witness_accept(note.data, note.len, &log, &w.key, lines.data, lines.len,
			     &time, &more, NULL),
	    0);
	assert_int_equal(time, 1700000000);
	assert_int_equal(more.len, lines.len);
	/* not by this key */
	buf_clear(&more);
	assert_int_equal(witness_accept(note.data, note.len, &log, &w2.key, lines.data, lines.len,
			     &time, &more, NULL),
	    GW_EAUTH);
	/* not for this checkpoint */
	struct buf later GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	fixture_fill(l, 1);
	assert_int_equal(ledger_checkpoint(l, &later, NULL), 0);
	assert_int_equal(witness_accept(later.data, later.len, &log, &w.key, lines.data, lines.len,
			     &time, &more, NULL),
	    GW_EAUTH);
	assert_int_equal(
	    witness_accept(note.data, note.len, &log, &w.key, "x\n", 2, &time, &more, NULL),
	    GW_EAUTH);
	assert_int_equal(more.len, 0);
	/* the whole file */
	assert_int_equal(buf_add(&note, lines.data, lines.len), 0);
	keys[0] = w2.key;
	keys[1] = w.key;
	assert_int_equal(witness_verify(note.data, note.len, &log, keys, 2, &c, times, NULL), 0);
	assert_int_equal(c.size, 1);
	assert_int_equal(times[0], 0);
	assert_int_equal(times[1], 1700000000);
	/* a changed moment spoils it */
	note.data[note.len - 20] = note.data[note.len - 20] == 'A' ? 'B' : 'A';
	assert_int_equal(
	    witness_verify(note.data, note.len, &log, keys, 2, &c, times, NULL), GW_EAUTH);
	witness_release(&w);
	witness_release(&w2);
	witness_release(&again);
	ledger_close(l);
	fixture_end(&f);
}

static void a_loose_key_is_refused(void **state)
{
	struct fixture f;
	struct witness w;
	(void)state;
	fixture_make(&f);
	char *path GW_CLEANUP(str_free_p) = file_join(f.dir, "witness.key");
	assert_int_equal(file_write(path, "AAAA\n", 5, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(witness_open(path, "w", true, &w, NULL), GW_EFORMAT);
	assert_int_equal(file_write(path, "AAAA\n", 5, 0640, FILE_REPLACE, NULL), 0);
	assert_int_equal(witness_open(path, "w", true, &w, NULL), GW_EMODE);
	fixture_end(&f);
}

static void the_other_sides_head_is_kept_when_it_signed(void **state)
{
	struct fixture f;
	struct checkpoint head;
	struct ledger_record r = {.act = "case.accept"};
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_checkpoint(l, &note, NULL), 0);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_false(peerlog_set(NULL, vkey.data, &head, &r));
	assert_false(peerlog_set(note.data, NULL, &head, &r));
	assert_false(peerlog_set("x", vkey.data, &head, &r));
	char had = test_damage(&note.data[note.len - 10]);
	assert_false(peerlog_set(note.data, vkey.data, &head, &r));
	assert_null(r.peerlog.o);
	note.data[note.len - 10] = had;
	assert_true(peerlog_set(note.data, vkey.data, &head, &r));
	assert_string_equal(r.peerlog.o, ORIGIN);
	assert_int_equal(r.peerlog.n, 1);
	assert_ptr_equal(r.peerlog.root, head.root.b);
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_continues_is_signed),
	    cmocka_unit_test(a_wrong_proof_is_refused),
	    cmocka_unit_test(what_is_no_request_is_none),
	    cmocka_unit_test(a_cosignature_is_taken_in),
	    cmocka_unit_test(a_loose_key_is_refused),
	    cmocka_unit_test(the_other_sides_head_is_kept_when_it_signed),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return secret_init(NULL) < 0
	    ? 1
	    : cmocka_run_group_tests_name("ledger/witness", tests, NULL, NULL);
}
