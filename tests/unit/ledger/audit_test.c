/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/ledger/fixture.h"

#include <sqlite3.h>

#include "ledger/audit.h"

static const struct ledger_expect NOTHING = {0};

static int verify(struct ledger *l, struct ledger_findings *f, struct errinfo *ei)
{
	return ledger_verify(l, &NOTHING, f, ei);
}

static void run_sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A log with all kinds of things in it: 600 records, details, an open intent. */
static void fill(struct fixture *f)
{
	struct ledger_receipt a;
	struct ledger_record r = {.act = "transfer.seal", .peer = PEER, .out = LEDGER_OK};
	uint8_t digest[32] = {7};
	json_t *detail = json_pack("{s:s}", "case", "0b7e9f9e-3f0c-4f1c-9a51-3ab1b6f0c002");
	fixture_make(f);
	struct ledger *l = fixture_open(f);
	fixture_fill(l, 590);
	r.obj.k = "package";
	r.obj.digest = digest;
	assert_int_equal(ledger_intent(l, &r, detail, &a, NULL), 0);
	assert_int_equal(ledger_result(l, &a, &r, NULL, NULL, NULL), 0);
	assert_int_equal(ledger_intent(l, &r, detail, &a, NULL), 0);
	fixture_fill(l, 7);
	ledger_close(l);
	json_decref(detail);
}

static void a_whole_log_verifies(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger_findings found;
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	fill(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(verify(l, &found, &ei), 0);
	assert_int_equal(found.head.size, 601);
	assert_int_equal(found.details, 3);
	assert_int_equal(found.erased, 0);
	assert_int_equal(found.open_intents, 1);
	assert_true(found.self_check);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	struct ledger_expect e = {.vkey = vkey.data, .min_size = 601};
	assert_int_equal(ledger_verify(l, &e, &found, &ei), 0);
	assert_false(found.self_check);
	e.min_size = 602;
	assert_int_equal(ledger_verify(l, &e, &found, &ei), GW_EAUTH);
	e = (struct ledger_expect){
	    .vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"};
	assert_int_equal(ledger_verify(l, &e, &found, &ei), GW_EAUTH);
	ledger_close(l);
	fixture_end(&f);
}

static void every_change_is_found(void **state)
{
	(void)state;
	static const char *const changes[] = {
	    "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT), 'audit.read', 'audit.verify') AS BLOB) WHERE idx = 17",
	    "UPDATE record SET leaf = zeroblob(32) WHERE idx = 300",
	    "UPDATE record SET bytes = CAST(CAST(bytes AS TEXT) || ' ' AS BLOB) WHERE idx = 17",
	    "DELETE FROM record WHERE idx = 5",
	    "UPDATE record SET idx = idx + 1000 WHERE idx = 600",
	    "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND idx = 1",
	    "DELETE FROM node WHERE level = 1 AND idx = 0",
	    "INSERT INTO node VALUES (1, 2, zeroblob(32))",
	    "UPDATE detail SET json = CAST(replace(CAST(json AS TEXT), 'c002', 'c003') AS BLOB) WHERE idx = 591",
	    "UPDATE detail SET salt = zeroblob(32) WHERE idx = 591",
	    "INSERT INTO detail VALUES (3, zeroblob(32), x'7b7d')",
	    "INSERT INTO detail VALUES (3000, zeroblob(32), x'7b7d')",
	    "DELETE FROM open_intent",
	    "INSERT INTO open_intent VALUES (zeroblob(24), 3)",
	    "UPDATE head SET last = 0",
	};
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct fixture f, copy;
	fill(&f);
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		char *dir = str_printf("%s-%zu", f.dir, i);
		struct ledger *l = NULL;
		fixture_copy(f.dir, dir);
		fixture_at(&copy, dir);
		free(dir);
		run_sql(copy.paths.db, changes[i]);
		int r = ledger_open(&copy.paths, ORIGIN, 0, &l, &ei);
		if (r == 0)
			r = verify(l, &found, &ei);
		if (r != GW_EAUTH)
			print_message("# not found: %s\n", changes[i]);
		assert_int_equal(r, GW_EAUTH);
		ledger_close(l);
		fixture_end(&copy);
	}
	fixture_end(&f);
}

static void a_changed_head_is_found_before_it_is_signed_over(void **state)
{
	(void)state;
	static const char *const changes[] = {
	    "UPDATE head SET size = 600",
	    "UPDATE head SET edge = zeroblob(length(edge))",
	    "UPDATE head SET note = CAST(replace(CAST(note AS TEXT), '601', '602') AS BLOB)",
	    "DELETE FROM head",
	};
	struct fixture f, copy;
	fill(&f);
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		char *dir = str_printf("%s-%zu", f.dir, i);
		struct ledger *l = NULL;
		fixture_copy(f.dir, dir);
		fixture_at(&copy, dir);
		free(dir);
		run_sql(copy.paths.db, changes[i]);
		assert_int_equal(ledger_open(&copy.paths, ORIGIN, 0, &l, NULL), GW_EAUTH);
		fixture_end(&copy);
	}
	fixture_end(&f);
}

static void a_checkpoint_file_of_elsewhere_is_found(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger_findings found;
	fill(&f);
	struct ledger *l = fixture_open(&f);
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(file_read(f.paths.checkpoint, 4096, &note, NULL), 0);
	note.data[70] ^= 1;
	assert_int_equal(
	    file_write(f.paths.checkpoint, note.data, note.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(verify(l, &found, NULL), GW_EAUTH);
	assert_int_equal(unlink(f.paths.checkpoint), 0);
	assert_int_equal(verify(l, &found, NULL), 0);
	ledger_close(l);
	fixture_end(&f);
}

static int keep_line(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	return buf_add(ctx, line->bytes, line->n);
}

static void proofs_hold(void **state)
{
	(void)state;
	struct fixture f;
	struct note_key key;
	struct checkpoint c;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	fill(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &key, NULL), 0);
	for (uint64_t i = 0; i < 601; i += 40) {
		struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(1 << 16),
				 line GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		assert_int_equal(ledger_prove(l, 0, i, &proof, NULL), 0);
		assert_int_equal(ledger_records(l, i, 1, keep_line, &line, NULL), 0);
		assert_int_equal(checkpoint_proof_check(
				     proof.data, proof.len, line.data, line.len, &key, &c, NULL),
		    0);
		assert_int_equal(checkpoint_proof_check(proof.data, proof.len, line.data,
				     line.len - 1, &key, &c, NULL),
		    GW_EAUTH);
	}
	struct buf none GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	assert_int_equal(ledger_prove(l, 0, 601, &none, NULL), GW_EUSAGE);
	struct ledger_consistency p;
	assert_int_equal(ledger_consistency(l, 255, 600, &p, NULL, NULL), 0);
	assert_int_equal(
	    merkle_check_consistency(255, 600, &p.old_root, &p.new_root, p.hashes, p.n), 0);
	assert_int_equal(ledger_consistency(l, 0, 600, &p, NULL, NULL), GW_EUSAGE);
	assert_int_equal(ledger_consistency(l, 1, 602, &p, NULL, NULL), GW_EUSAGE);
	ledger_close(l);
	fixture_end(&f);
}

static void tile_names(void **state)
{
	(void)state;
	char s[32];
	ledger_tile_index(1234067, s);
	assert_string_equal(s, "x001/x234/067");
	ledger_tile_index(0, s);
	assert_string_equal(s, "000");
	ledger_tile_index(1000, s);
	assert_string_equal(s, "x001/000");
}

/* What came before a log is committed to by it: taking that away, or putting it in, is found. */
static void earlier_logs_are_held_to(const struct fixture *f)
{
	static const char *const changes[] = {
	    "DELETE FROM earlier; DROP TABLE record_1; DROP TABLE node_1; DROP TABLE detail_1;"
	    " DROP TABLE open_intent_1; DROP TABLE head_1",
	    "DELETE FROM earlier",
	    "DROP TABLE head_1; DROP TABLE record_1",
	    "UPDATE earlier SET epoch = 2",
	    "UPDATE earlier SET origin = 'oin-" OWN "/other'",
	    "INSERT INTO earlier (origin) VALUES ('oin-" OWN "/other')",
	};
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct fixture copy;
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		char *dir = str_printf("%s-earlier-%zu", f->dir, i);
		fixture_copy(f->dir, dir);
		fixture_at(&copy, dir);
		free(dir);
		run_sql(copy.paths.db, changes[i]);
		struct ledger *l = fixture_open(&copy);
		int r = verify(l, &found, &ei);
		if (r >= 0)
			print_message("# not found: %s\n", changes[i]);
		assert_int_equal(r, GW_EAUTH);
		ledger_close(l);
		fixture_end(&copy);
	}
}

static void begins_anew_after_a_restore(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger *l = NULL;
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(64 << 20),
		       lost GW_CLEANUP(buf_release) = BUF_INIT(4096),
		       first GW_CLEANUP(buf_release) = BUF_INIT(4096);
	fill(&f);
	assert_int_equal(ledger_restart(&f.paths, ORIGIN, &ei), GW_ECONFLICT);
	assert_int_equal(file_read(f.paths.db, 64 << 20, &old, NULL), 0);
	l = fixture_open(&f);
	const struct ledger_record load = {.actor = {.k = "svc"}, .pol = {.id = "p"}};
	assert_int_equal(ledger_policy_floor(l, "p", 1, &load, NULL), 0);
	fixture_fill(l, 3);
	assert_int_equal(ledger_checkpoint(l, &lost, NULL), 0);
	ledger_close(l);
	assert_int_equal(file_write(f.paths.db, old.data, old.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, NULL), GW_EAUTH);
	assert_int_equal(ledger_restart(&f.paths, ORIGIN, &ei), 0);
	l = fixture_open(&f);
	assert_string_not_equal(ledger_origin(l), ORIGIN);
	assert_int_equal(fixture_size(l), 1);
	assert_int_equal(ledger_records(l, 0, 1, keep_line, &first, NULL), 0);
	assert_non_null(strstr(first.data, "\"act\":\"log.start\""));
	assert_non_null(strstr(first.data, "\"obj\":{\"k\":\"log\",\"id\":\"o:"));
	assert_non_null(strstr(first.data, "\",\"n\":601}"));
	assert_non_null(strstr(first.data, "\"peerlog\":{\"o\":\"" ORIGIN "\",\"n\":605,\"r\":"));
	fixture_fill(l, 4);
	assert_int_equal(verify(l, &found, &ei), 0);
	assert_int_equal(found.head.size, 5);
	assert_int_equal(found.earlier, 1);
	assert_int_equal(found.earlier_records, 601);
	ledger_close(l);
	earlier_logs_are_held_to(&f);
	/* and a database that is gone altogether */
	assert_int_equal(unlink(f.paths.db), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, NULL), GW_EAUTH);
	assert_int_equal(ledger_restart(&f.paths, ORIGIN, &ei), 0);
	l = fixture_open(&f);
	assert_int_equal(verify(l, &found, &ei), 0);
	ledger_close(l);
	fixture_end(&f);
}

/* A new log takes over the moment of the last record of the one before it. */
static void a_restart_gives_no_leave_to_set_the_clock_back(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger *l = NULL;
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	assert_int_equal(clock_set_test("2026-11-22T10:00:00Z", NULL), 0);
	fixture_make(&f);
	assert_int_equal(file_read(f.paths.db, 64 << 20, &old, NULL), 0);
	l = fixture_open(&f);
	fixture_fill(l, 3);
	ledger_close(l);
	assert_int_equal(file_write(f.paths.db, old.data, old.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(clock_set_test("2026-11-20T10:00:00Z", NULL), 0);
	(void)!ledger_restart(&f.paths, ORIGIN, &ei);
	int r = ledger_open(&f.paths, ORIGIN, 0, &l, &ei);
	assert_int_equal(r, GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "the clock stands"));
	assert_int_equal(clock_set_test("2026-11-22T10:00:00Z", NULL), 0);
	l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 1);
	ledger_close(l);
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	fixture_end(&f);
}

/* Somebody with all the keys writes another history: only a head kept elsewhere tells. */
static void a_rewritten_log_is_found_by_an_earlier_head(void **state)
{
	(void)state;
	struct fixture f, copy;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct buf seen GW_CLEANUP(buf_release) = BUF_INIT(4096),
			vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	fixture_make(&f);
	char *dir GW_CLEANUP(str_free_p) = str_printf("%s-b", f.dir);
	fixture_copy(f.dir, dir);
	fixture_at(&copy, dir);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 5);
	assert_int_equal(ledger_checkpoint(l, &seen, NULL), 0);
	fixture_fill(l, 5);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	struct ledger_expect expect = {.checkpoint = seen.data};
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), 0);
	assert_false(found.self_check);
	ledger_close(l);
	l = fixture_open(&copy);
	fixture_fill(l, 20);
	expect = (struct ledger_expect){.vkey = vkey.data, .min_size = 11};
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), 0);
	expect.checkpoint = seen.data;
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "the earlier checkpoint does not fit"));
	seen.data[4] ^= 1;
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), GW_EAUTH);
	expect.checkpoint = "nonsense";
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), GW_EFORMAT);
	ledger_close(l);
	fixture_end(&f);
	fixture_end(&copy);
}

static void an_old_page_before_the_head_is_found(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger *l = NULL;
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(4096);
	fixture_make(&f);
	l = fixture_open(&f);
	fixture_fill(l, 2);
	ledger_close(l);
	assert_int_equal(file_read(f.paths.head, 4096, &head, NULL), 0);
	/* a second history of the same key: restore, then append something else */
	char *dir GW_CLEANUP(str_free_p) = str_printf("%s-b", f.dir);
	struct fixture b;
	fixture_copy(f.dir, dir);
	fixture_at(&b, dir);
	l = fixture_open(&f);
	fixture_fill(l, 1);
	ledger_close(l);
	head.len = 0;
	assert_int_equal(file_read(f.paths.head, 4096, &head, NULL), 0);
	l = fixture_open(&b);
	fixture_fill(l, 5);
	ledger_close(l);
	assert_int_equal(
	    file_write(b.paths.head, head.data, head.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(ledger_open(&b.paths, ORIGIN, 0, &l, NULL), GW_EAUTH);
	fixture_end(&f);
	fixture_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_log_verifies),
	    cmocka_unit_test(every_change_is_found),
	    cmocka_unit_test(a_changed_head_is_found_before_it_is_signed_over),
	    cmocka_unit_test(a_checkpoint_file_of_elsewhere_is_found),
	    cmocka_unit_test(proofs_hold),
	    cmocka_unit_test(tile_names),
	    cmocka_unit_test(begins_anew_after_a_restore),
	    cmocka_unit_test(a_restart_gives_no_leave_to_set_the_clock_back),
	    cmocka_unit_test(a_rewritten_log_is_found_by_an_earlier_head),
	    cmocka_unit_test(an_old_page_before_the_head_is_found),
	};
	return cmocka_run_group_tests_name("ledger/audit", tests, NULL, NULL);
}
