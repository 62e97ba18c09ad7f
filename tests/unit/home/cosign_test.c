/* SPDX-License-Identifier: EUPL-1.2 */
/* A home as witness of another's log: what it signs is durable first, and never goes back. */
#include "home/cosign.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "store/witness.h"
#include "tests/unit/test.h"

#define LOG "00000099000000001000"
#define WITNESS "00000099000000002000"
#define STRANGER "00000099000000009000"

struct fixture {
	char *top, *log_dir, *witness_dir, *db;
	struct home *log, *witness;
	struct store *store;
	struct errinfo ei;
	struct buf body, out;
	uint64_t size;
};

static void init_home(const char *dir, const char *oin, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	const struct home_new n = {
	    .oin = oin, .name = "Een", .roles = ORG_PROVIDER, .test = true, .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, ei), 0, ei);
}

static int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	test_code(secret_init(&f->ei), 0, &f->ei);
	f->top = test_mkdir();
	f->log_dir = file_join(f->top, "log");
	f->witness_dir = file_join(f->top, "witness");
	f->db = file_join(f->witness_dir, "store.db");
	init_home(f->log_dir, LOG, &f->ei);
	init_home(f->witness_dir, WITNESS, &f->ei);
	test_code(home_open(f->log_dir, HOME_LEDGER | HOME_REGISTRY, &f->log, &f->ei), 0, &f->ei);
	test_code(
	    home_open(f->witness_dir, HOME_LEDGER | HOME_REGISTRY, &f->witness, &f->ei), 0, &f->ei);
	test_code(store_open(f->db, &f->store, &f->ei), 0, &f->ei);
	f->body = (struct buf)BUF_INIT(WITNESS_REQUEST);
	f->out = (struct buf)BUF_INIT(NOTE_MAX);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	home_free(f->log);
	home_free(f->witness);
	store_close(f->store);
	buf_release(&f->body);
	buf_release(&f->out);
	test_rmdir(&f->top);
	free(f->log_dir);
	free(f->witness_dir);
	free(f->db);
	free(f);
	return 0;
}

static void grow(struct fixture *f, int n)
{
	const struct ledger_record r = {.act = "audit.read", .out = LEDGER_OK};
	for (int i = 0; i < n; i++)
		test_code(ledger_append(home_ledger(f->log), &r, NULL, NULL, &f->ei), 0, &f->ei);
}

static void request(struct fixture *f, uint64_t old)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct ledger_consistency c = {.old_size = old};
	buf_clear(&f->body);
	test_code(old ? ledger_consistency(home_ledger(f->log), old, 0, &c, &note, &f->ei)
		      : ledger_checkpoint(home_ledger(f->log), &note, &f->ei),
	    0, &f->ei);
	assert_int_equal(ledger_consistency_text(&c, note.data, note.len, &f->body), 0);
}

static int ask(struct fixture *f, const char *peer)
{
	buf_clear(&f->out);
	f->size = 99999;
	/* the registry of the log's own home knows it with its key */
	return home_cosign(f->witness, f->store, home_registry(f->log), peer, f->body.data,
	    f->body.len, clock_now(), &f->out, &f->size, &f->ei);
}

static int add_line(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct buf *b = ctx;
	(void)ei;
	assert_int_equal(buf_add(b, line->bytes, line->n), 0);
	assert_int_equal(buf_adds(b, "\n"), 0);
	if (line->detail)
		assert_int_equal(buf_add(b, line->detail, line->detail_n), 0);
	return buf_adds(b, "\n");
}

static struct buf tail_of(struct home *h, uint64_t from)
{
	struct buf b = BUF_INIT(1 << 20);
	assert_int_equal(ledger_records(home_ledger(h), from, 100, add_line, &b, NULL), 0);
	return b;
}

static uint64_t size_of(struct home *h)
{
	uint64_t n = 0;
	assert_int_equal(ledger_size(home_ledger(h), &n, NULL), 0);
	return n;
}

static void a_head_is_cosigned_and_never_one_before_it(void **state)
{
	struct fixture *f = *state;
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024),
			note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX),
			line GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct note_key log;
	uint64_t time = 0, at = size_of(f->witness);
	grow(f, 9);
	request(f, 0);
	test_code(ask(f, LOG), 0, &f->ei);
	/* what came is a cosignature of that checkpoint by the witness's key */
	test_code(home_witness(f->witness, false, &w, &f->ei), 0, &f->ei);
	assert_int_equal(ledger_vkey(home_ledger(f->log), &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &log, NULL), 0);
	test_code(ledger_checkpoint(home_ledger(f->log), &note, &f->ei), 0, &f->ei);
	test_code(witness_accept(note.data, note.len, &log, &w.key, f->out.data, f->out.len, &time,
		      &line, &f->ei),
	    0, &f->ei);
	assert_true((int64_t)time <= clock_now() / 1000 && (int64_t)time > clock_now() / 1000 - 60);
	assert_string_equal(w.key.name, "oin-" WITNESS "/witness");
	/* a pair in the witness's ledger, with the head */
	struct buf tail GW_CLEANUP(buf_release) = tail_of(f->witness, at);
	assert_non_null(strstr(tail.data, "\"act\":\"anchor.cosign\",\"ph\":\"intent\""));
	assert_non_null(
	    strstr(tail.data, "\"act\":\"anchor.cosign\",\"ph\":\"result\",\"out\":\"ok\""));
	assert_non_null(strstr(tail.data, "\"peer\":\"" LOG "\""));
	assert_non_null(strstr(tail.data, "\"peerlog\":{\"o\":\"oin-" LOG "/"));
	/* without knowing the size: told it, and nothing is recorded */
	at = size_of(f->witness);
	test_code(ask(f, LOG), GW_ECONFLICT, &f->ei);
	assert_int_equal(f->size, 10);
	assert_int_equal(f->out.len, 0);
	assert_int_equal(size_of(f->witness), at);
	/* the same head again, then a later one; after a restart of the store it is still known */
	request(f, 10);
	at = size_of(f->witness);
	test_code(ask(f, LOG), 0, &f->ei);
	assert_true(f->out.len > 0);
	assert_int_equal(
	    size_of(f->witness), at); /* nothing that the ledger does not tell already */
	grow(f, 500);
	request(f, 10);
	store_close_p(&f->store);
	test_code(store_open(f->db, &f->store, &f->ei), 0, &f->ei);
	test_code(ask(f, LOG), 0, &f->ei);
	request(f, 10);
	test_code(ask(f, LOG), GW_ECONFLICT, &f->ei);
	assert_int_equal(f->size, 510);
}

static void only_the_log_of_the_one_who_asks(void **state)
{
	struct fixture *f = *state;
	request(f, 0);
	test_code(ask(f, STRANGER), GW_ENOENT, &f->ei);
	test_code(ask(f, WITNESS), GW_ENOENT, &f->ei); /* known nowhere in that registry */
	f->body.data[12] ^= 1;                         /* another origin */
	test_code(ask(f, LOG), GW_ENOENT, &f->ei);
	request(f, 0);
	(void)test_damage(&f->body.data[f->body.len - 10]); /* in the signature */
	test_code(ask(f, LOG), GW_EAUTH, &f->ei);
	buf_clear(&f->body);
	test_code(ask(f, LOG), GW_EFORMAT, &f->ei);
	assert_int_equal(f->out.len, 0);
}

/* The log goes back to a copy of itself and on from there: a second history. */
static void a_fork_is_refused_and_kept(void **state)
{
	struct fixture *f = *state;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_witness had;
	uint64_t at;
	grow(f, 20);
	request(f, 0);
	test_code(ask(f, LOG), 0, &f->ei);
	/* as if another head of that size had been signed */
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	const char *origin = ledger_origin(home_ledger(f->log));
	test_code(store_witness_get(tx, origin, &had, NULL, &f->ei), 0, &f->ei);
	assert_int_equal(had.size, 21);
	had.root[0] ^= 1;
	test_code(store_witness_put(tx, origin, 21, &had, "the note signed then\n", 21, &f->ei), 0,
	    &f->ei);
	test_code(store_witness_put(tx, origin, 20, &had, "x", 1, &f->ei), GW_ECONFLICT, &f->ei);
	test_code(store_witness_put(tx, origin, 0, &had, "x", 1, &f->ei), GW_ECONFLICT, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	at = size_of(f->witness);
	grow(f, 3);
	request(f, 21);
	test_code(ask(f, LOG), GW_EREFUSED, &f->ei);
	assert_int_equal(f->out.len, 0);
	struct buf tail GW_CLEANUP(buf_release) = tail_of(f->witness, at);
	assert_non_null(strstr(tail.data, "\"act\":\"anchor.cosign\",\"out\":\"deny\""));
	assert_non_null(strstr(tail.data, "\"signed_before\":\"the note signed then\\n\""));
	assert_non_null(strstr(tail.data, "\"offered\":\"oin-" LOG "/"));
}

/* A kill after the head was stored and before the answer: the client asks again as 409 says. */
static void a_lost_answer_loses_nothing(void **state)
{
	struct fixture *f = *state;
	grow(f, 4);
	request(f, 0);
	test_code(ask(f, LOG), 0, &f->ei); /* the answer of which never arrived */
	grow(f, 1);
	request(f, 0);
	test_code(ask(f, LOG), GW_ECONFLICT, &f->ei);
	request(f, f->size);
	test_code(ask(f, LOG), 0, &f->ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_head_is_cosigned_and_never_one_before_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(only_the_log_of_the_one_who_asks, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_fork_is_refused_and_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_lost_answer_loses_nothing, setup, teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("home/cosign", tests, NULL, NULL);
}
