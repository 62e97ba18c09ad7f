/* SPDX-License-Identifier: EUPL-1.2 */
/* What others see of the ledger, and cosignatures for theirs. */
#include "home/cosign.h"
#include "ledger/audit.h"
#include "ledger/serve.h"
#include "tests/unit/api/world.h"
#include "tests/unit/test.h"

static struct note_key log_key(struct ledger *l)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct note_key k;
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &k, NULL), 0);
	return k;
}

static struct checkpoint the_checkpoint(void)
{
	struct note_key key = log_key(home_ledger(world.home));
	struct checkpoint c;
	ask_for(API_CHECKPOINT, TOWN, NULL, NULL, 200);
	assert_string_equal(world.a.type, "text/plain; charset=utf-8");
	assert_int_equal(checkpoint_open(world.a.body, world.a.body_n, &key, &c, NULL), 0);
	return c;
}

static struct ledger_receipt add(const char *act, const char *peer)
{
	const struct ledger_record r = {.act = act, .out = LEDGER_OK, .peer = peer};
	struct ledger_receipt made;
	struct errinfo ei = ERRINFO_INIT;
	test_code(ledger_append(home_ledger(world.home), &r, NULL, &made, &ei), 0, &ei);
	return made;
}

static void tiles_give_the_signed_root(void **state)
{
	struct merkle tree = {0};
	struct checkpoint c = the_checkpoint();
	char name[64];
	(void)state;
	assert_true(c.size < 256);
	(void)snprintf(name, sizeof name, "0/000.p/%d", (int)c.size);
	ask_for(API_TILE, SUCCESSOR, name, NULL, 200);
	assert_string_equal(world.a.type, "application/octet-stream");
	assert_int_equal(world.a.body_n, c.size * 32);
	for (uint64_t i = 0; i < c.size; i++) {
		struct merkle_hash h;
		memcpy(h.b, (const char *)world.a.body + 32 * i, 32);
		assert_int_equal(merkle_append(&tree, &h, NULL, NULL, NULL), 0);
	}
	struct merkle_hash root = merkle_root(&tree);
	assert_memory_equal(root.b, c.root.b, 32);
	ask_for(API_TILE, SUCCESSOR, "0/000", NULL, 404);
	is_problem("not-found");
	ask_for(API_TILE, SUCCESSOR, "entries/000", NULL, 404);
	ask_for(API_TILE, SUCCESSOR, "0/0/0", NULL, 404);
}

static void proofs_hold_and_are_for_the_parties(void **state)
{
	struct note_key key = log_key(home_ledger(world.home));
	struct ledger_receipt of_successor = add("case.accept", SUCCESSOR);
	struct checkpoint_proof p;
	(void)state;
	add("case.accept", TOWN);
	struct link_call c = world_call(API_PROOF_INCLUSION, SUCCESSOR);
	world_query(&c, "record", of_successor.id);
	ask(&c, 200);
	assert_int_equal(checkpoint_proof_parse(world.a.body, world.a.body_n, &p, NULL), 0);
	assert_int_equal(p.index, of_successor.index);
	c = world_call(API_PROOF_INCLUSION, TOWN);
	world_query(&c, "record", of_successor.id);
	ask(&c, 404);
	is_problem("not-found");
	c = world_call(API_PROOF_INCLUSION, TOWN);
	world_query(&c, "record", "7");
	ask(&c, 400);
	c = world_call(API_PROOF_INCLUSION, TOWN);
	ask(&c, 400);
	/* consistency: the request of a witness, which says it all */
	struct checkpoint before = the_checkpoint();
	add("case.accept", TOWN);
	char *size GW_CLEANUP(str_free_p) = str_printf("%d", (int)before.size);
	struct witness_request q;
	struct witness_head had = {before.size, before.root};
	struct checkpoint now;
	c = world_call(API_PROOF_CONSISTENCY, TOWN);
	world_query(&c, "from", size);
	ask(&c, 200);
	assert_int_equal(witness_parse(world.a.body, world.a.body_n, &q, NULL), 0);
	assert_int_equal(witness_judge(&q, &key, &had, &now, NULL), 0);
	assert_int_equal(now.size, before.size + 1);
	static const char *const bad[] = {"0", "99999999", "-1", "x", ""};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		c = world_call(API_PROOF_CONSISTENCY, TOWN);
		world_query(&c, "from", bad[i]);
		ask(&c, 400);
	}
}

/* Records from `after` on (NULL: the first), in pages; how many there are. */
static size_t read_all(const char *oin, const char *after, const char *limit)
{
	char at[32] = "";
	size_t n = 0;
	if (after)
		(void)snprintf(at, sizeof at, "%s", after);
	for (int page = 0; page < 1000; page++) {
		struct link_call c = world_call(API_RECORDS, oin);
		if (*at)
			world_query(&c, "after", at);
		world_query(&c, "limit", limit);
		ask(&c, 200);
		size_t i;
		json_t *item;
		json_array_foreach (items(), i, item) {
			const char *text = jx_str(item, "record");
			assert_non_null(strstr(text, oin));
			n++;
		}
		if (!jx_str(world.json, "next"))
			return n;
		(void)snprintf(at, sizeof at, "%s", jx_str(world.json, "next"));
	}
	fail_msg("no end");
	return 0;
}

static void a_party_reads_its_records(void **state)
{
	(void)state;
	size_t before = read_all(SUCCESSOR, NULL, "500");
	struct ledger_receipt a = add("case.accept", SUCCESSOR);
	add("case.accept", TOWN);
	add("case.accept", SUCCESSOR);
	assert_int_equal(read_all(SUCCESSOR, NULL, "500"), before + 2);
	assert_int_equal(read_all(SUCCESSOR, NULL, "1"), before + 2);
	char *after GW_CLEANUP(str_free_p) = str_printf("%d", (int)a.index);
	assert_int_equal(read_all(SUCCESSOR, after, "10"), 1);
	struct link_call c = world_call(API_RECORDS, SUCCESSOR);
	world_query(&c, "after", "x");
	ask(&c, 400);
}

static uint64_t size_of_ledger(void)
{
	uint64_t n = 0;
	assert_int_equal(ledger_size(home_ledger(world.home), &n, NULL), 0);
	return n;
}

/* From now on it is that many minutes after `from`. */
static void minutes_after(int64_t from, int minutes)
{
	char t[TIME_TEXT];
	time_text(from + (int64_t)minutes * 60000, t);
	assert_int_equal(clock_set_test(t, NULL), 0);
}

/* The last test of this file: a ledger does not go back in time. */
static void who_reads_is_recorded_once_an_hour(void **state)
{
	int64_t now = clock_now();
	(void)state;
	add("case.accept", TOWN);
	minutes_after(now, 120);
	uint64_t size = size_of_ledger();
	char *end GW_CLEANUP(str_free_p) = str_printf("%d", (int)size);
	assert_int_equal(read_all(SUCCESSOR, end, "10"), 0);
	assert_int_equal(size_of_ledger(), size); /* nothing was shown */
	assert_true(read_all(SUCCESSOR, NULL, "1") > 1);
	assert_int_equal(size_of_ledger(), size + 2); /* intent and result, whatever its pages */
	assert_true(read_all(TOWN, NULL, "1") > 0);
	assert_int_equal(size_of_ledger(), size + 4); /* each its own */
	minutes_after(now, 179);
	(void)read_all(SUCCESSOR, NULL, "500");
	(void)read_all(TOWN, NULL, "500");
	assert_int_equal(size_of_ledger(), size + 4);
	minutes_after(now, 180);
	(void)read_all(SUCCESSOR, NULL, "500");
	assert_int_equal(size_of_ledger(), size + 6);
}

static void cosign_call(const char *oin, const struct buf *body, int status)
{
	struct link_call c = world_call(API_COSIGN, oin);
	c.body = body->data;
	c.body_n = body->len;
	ask(&c, status);
}

static void another_ledger_is_cosigned(void **state)
{
	struct home *other GW_CLEANUP(home_free_p) = world_home("incoming", HOME_LEDGER);
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct ledger_consistency c = {.old_size = 0};
	struct note_key key = log_key(home_ledger(other));
	struct checkpoint head;
	struct errinfo ei = ERRINFO_INIT;
	uint64_t time = 0;
	(void)state;
	test_code(ledger_checkpoint(home_ledger(other), &note, &ei), 0, &ei);
	assert_int_equal(checkpoint_open(note.data, note.len, &key, &head, NULL), 0);
	assert_int_equal(ledger_consistency_text(&c, note.data, note.len, &body), 0);
	cosign_call(TOWN, &body, 404); /* not its own log */
	cosign_call(SUCCESSOR, &body, 200);
	test_code(home_witness(world.home, false, &w, &ei), 0, &ei);
	test_code(witness_accept(note.data, note.len, &key, &w.key, world.a.body, world.a.body_n,
		      &time, &line, &ei),
	    0, &ei);
	cosign_call(SUCCESSOR, &body, 409);
	char *size GW_CLEANUP(str_free_p) = str_printf("%d\n", (int)head.size);
	assert_string_equal(world.a.type, "text/x.tlog.size");
	assert_int_equal(world.a.body_n, strlen(size));
	assert_memory_equal(world.a.body, size, strlen(size));
	/* the same head as often as anybody likes: it is recorded once */
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	uint64_t records = size_of_ledger();
	assert_int_equal(buf_addf(&again, "old %d\n\n", (int)head.size), 0);
	assert_int_equal(buf_add(&again, note.data, note.len), 0);
	cosign_call(SUCCESSOR, &again, 200);
	test_code(witness_accept(note.data, note.len, &key, &w.key, world.a.body, world.a.body_n,
		      &time, &line, &ei),
	    0, &ei);
	assert_int_equal(size_of_ledger(), records);
	/* a proof of another size than it says */
	struct buf wrong GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	assert_int_equal(buf_addf(&wrong, "old %d\n", (int)head.size), 0);
	assert_int_equal(buf_adds(&wrong, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"), 0);
	assert_int_equal(buf_add(&wrong, note.data, note.len), 0);
	cosign_call(SUCCESSOR, &wrong, 422);
	is_problem("refused");
	buf_clear(&wrong);
	assert_int_equal(buf_adds(&wrong, "old 9999\n\n"), 0);
	assert_int_equal(buf_add(&wrong, note.data, note.len), 0);
	cosign_call(SUCCESSOR, &wrong, 400);
	(void)test_damage(&wrong.data[wrong.len - 9]);
	cosign_call(SUCCESSOR, &wrong, 403);
	buf_clear(&wrong);
	cosign_call(SUCCESSOR, &wrong, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tiles_give_the_signed_root),
	    cmocka_unit_test(proofs_hold_and_are_for_the_parties),
	    cmocka_unit_test(a_party_reads_its_records),
	    cmocka_unit_test(another_ledger_is_cosigned),
	    cmocka_unit_test(who_reads_is_recorded_once_an_hour),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("api/op_ledger", tests, world_begin, world_end);
}
