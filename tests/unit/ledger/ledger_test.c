/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/ledger/fixture.h"

#include <sys/stat.h>

#include "ledger/audit.h"
#include "ledger/checkpoint.h"

static struct checkpoint checkpoint_of(struct ledger *l)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX),
			vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct note_key key;
	struct checkpoint c;
	assert_int_equal(ledger_checkpoint(l, &note, NULL), 0);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &key, NULL), 0);
	assert_int_equal(checkpoint_open(note.data, note.len, &key, &c, NULL), 0);
	return c;
}

static void begins_with_its_start(void **state)
{
	(void)state;
	struct fixture f;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 1);
	assert_string_equal(ledger_origin(l), ORIGIN);
	assert_string_equal(checkpoint_of(l).origin, ORIGIN);
	ledger_close(l);
	assert_int_equal(ledger_create(&f.paths, ORIGIN, NULL), GW_EEXIST);
	assert_int_equal(file_check_private(f.paths.key, NULL), 0);
	assert_int_equal(file_check_private(f.paths.head, NULL), 0);
	assert_int_equal(file_check_private(f.paths.db, NULL), 0);
	assert_int_equal(file_check_private(f.paths.subjects_db, NULL), 0);
	fixture_end(&f);
}

static void keeps_what_was_appended(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger_receipt a, b;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_record r = {
	    .act = "transfer.seal", .peer = PEER, .obj = {.k = "package", .n = 1}};
	assert_int_equal(ledger_intent(l, &r, NULL, &a, NULL), 0);
	assert_int_equal(a.index, 1);
	assert_int_equal(strlen(a.tr), 32);
	r.out = LEDGER_OK;
	json_t *detail = json_pack("{s:s}", "case", "c-1");
	assert_int_equal(ledger_result(l, &a, &r, detail, &b, NULL), 0);
	json_decref(detail);
	assert_string_equal(a.tr, b.tr);
	assert_string_equal(a.sp, b.sp);
	fixture_fill(l, 700);
	struct checkpoint c = checkpoint_of(l);
	assert_int_equal(c.size, 703);
	ledger_close(l);
	l = fixture_open(&f);
	struct checkpoint d = checkpoint_of(l);
	assert_memory_equal(&c.root, &d.root, sizeof c.root);
	assert_int_equal(fixture_size(l), 703);
	ledger_close(l);
	fixture_end(&f);
}

static void refuses_what_has_no_form(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_record bad[] = {
	    {.act = "transfer.teleport"},
	    {.act = "transfer.seal", .peer = "123"},
	    {.act = "transfer.seal", .purp = "free text here"},
	    {.act = "transfer.seal", .tr = "XYZ"},
	    {.act = "transfer.seal", .proc = "http://a/\"b"},
	    {.act = "transfer.seal", .cat = (const char *const[]){"secret"}, .cat_n = 1},
	    {.act = "transfer.seal", .obj = {.k = "package", .id = "cv-of-jan.pdf"}},
	};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		assert_int_equal(ledger_append(l, &bad[i], NULL, NULL, &ei), GW_EFORMAT);
		assert_null(strstr(ei.msg, "free text"));
	}
	assert_int_equal(fixture_size(l), 1);
	ledger_close(l);
	fixture_end(&f);
}

static void another_organisation_is_refused(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger *l = NULL;
	fixture_make(&f);
	assert_int_equal(ledger_open(&f.paths, "oin-" PEER "/x", 0, &l, NULL), GW_EAUTH);
	assert_int_equal(ledger_open(&f.paths, "oin-12/x", 0, &l, NULL), GW_EFORMAT);
	assert_int_equal(chmod(f.paths.key, 0644), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, NULL), GW_EMODE);
	assert_null(l);
	fixture_end(&f);
}

static void notices_an_older_backup(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger *l;
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	fixture_make(&f);
	assert_int_equal(file_read(f.paths.db, 64 << 20, &old, NULL), 0);
	l = fixture_open(&f);
	fixture_fill(l, 3);
	ledger_close(l);
	assert_int_equal(file_write(f.paths.db, old.data, old.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "restored from an older backup"));
	fixture_end(&f);
}

static void notices_that_it_was_moved_away(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_record r = {.act = "audit.read", .out = LEDGER_OK, .peer = PEER};
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	uint64_t size = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	char *aside GW_CLEANUP(str_free_p) = str_printf("%s.aside", f.paths.db);
	assert_int_equal(file_read(f.paths.db, 64 << 20, &old, NULL), 0);
	assert_int_equal(rename(f.paths.db, aside), 0);
	assert_int_equal(ledger_append(l, &r, NULL, NULL, &ei), GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "was moved or replaced"));
	/* another file in its place is not it */
	assert_int_equal(file_write(f.paths.db, old.data, old.len, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(ledger_append(l, &r, NULL, NULL, &ei), GW_ELEDGER);
	assert_int_equal(ledger_size(l, &size, &ei), GW_ELEDGER);
	assert_int_equal(ledger_clock(l, &ei), GW_ELEDGER);
	assert_int_equal(rename(aside, f.paths.db), 0);
	fixture_fill(l, 1);
	ledger_close(l);
	fixture_end(&f);
}

static void moves_on_a_head_left_behind(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger *l;
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(4096);
	fixture_make(&f);
	assert_int_equal(file_read(f.paths.head, 4096, &head, NULL), 0);
	assert_int_equal(head.len, 1024);
	l = fixture_open(&f);
	fixture_fill(l, 300);
	ledger_close(l);
	/* as after a crash between the commit and the head file */
	assert_int_equal(
	    file_write(f.paths.head, head.data, head.len, 0600, FILE_REPLACE, NULL), 0);
	l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 301);
	ledger_close(l);
	head.len = 0;
	assert_int_equal(file_read(f.paths.head, 4096, &head, NULL), 0);
	head.data[600] ^= 1;
	head.data[100] ^= 1;
	assert_int_equal(
	    file_write(f.paths.head, head.data, head.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, NULL), GW_EAUTH);
	fixture_end(&f);
}

static void one_torn_slot_does_no_harm(void **state)
{
	(void)state;
	struct fixture f;
	for (size_t at = 20; at < 1024; at += 512) {
		struct buf head GW_CLEANUP(buf_release) = BUF_INIT(4096);
		fixture_make(&f);
		struct ledger *l = fixture_open(&f);
		fixture_fill(l, 5);
		ledger_close(l);
		assert_int_equal(file_read(f.paths.head, 4096, &head, NULL), 0);
		memset(head.data + at, 0, 300);
		assert_int_equal(
		    file_write(f.paths.head, head.data, head.len, 0600, FILE_REPLACE, NULL), 0);
		l = fixture_open(&f);
		assert_int_equal(fixture_size(l), 6);
		fixture_fill(l, 1);
		ledger_close(l);
		fixture_end(&f);
	}
}

static void a_clock_set_back_is_refused(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_record r = {.act = "audit.read"};
	assert_int_equal(clock_set_test("2026-11-22T10:00:00Z", NULL), 0);
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(clock_set_test("2026-11-22T09:55:00Z", NULL), 0);
	assert_int_equal(ledger_append(l, &r, NULL, NULL, NULL), 0);
	assert_int_equal(clock_set_test("2026-11-22T09:54:59Z", NULL), 0);
	assert_int_equal(ledger_append(l, &r, NULL, NULL, &ei), GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "clock"));
	ledger_close(l);
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	fixture_end(&f);
}

static void two_handles_take_turns(void **state)
{
	(void)state;
	struct fixture f;
	fixture_make(&f);
	struct ledger *a = fixture_open(&f), *b = fixture_open(&f);
	for (int i = 0; i < 20; i++) {
		fixture_fill(a, 1);
		fixture_fill(b, 2);
	}
	assert_int_equal(fixture_size(a), 61);
	assert_int_equal(fixture_size(b), 61);
	ledger_close(a);
	ledger_close(b);
	fixture_end(&f);
}

/* What one call kept is nothing that the next one has: statements are used again. */
static void a_number_without_a_package_has_none(void **state)
{
	(void)state;
	struct fixture f;
	int64_t v = 0;
	char package[ID_TEXT];
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	const char *const one = "11111111-1111-4111-8111-111111111111";
	assert_int_equal(ledger_seq_set(l, OWN, "case-1", 1, one, NULL), 0);
	assert_int_equal(ledger_seq_set(l, OWN, "case-2", 1, NULL, NULL), 0);
	assert_int_equal(ledger_seq_next(l, OWN, "case-3", &v, NULL), 0);
	assert_int_equal(ledger_seq_package(l, OWN, "case-2", package, NULL), 0);
	assert_string_equal(package, "");
	assert_int_equal(ledger_seq_package(l, OWN, "case-3", package, NULL), 0);
	assert_string_equal(package, "");
	assert_int_equal(ledger_seq_package(l, OWN, "case-1", package, NULL), 0);
	assert_string_equal(package, one);
	ledger_close(l);
	fixture_end(&f);
}

static void numbers_only_rise(void **state)
{
	(void)state;
	struct fixture f;
	int64_t v = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_seq_next(l, OWN, "case-1", &v, NULL), 0);
	assert_int_equal(v, 1);
	assert_int_equal(ledger_seq_next(l, OWN, "case-1", &v, NULL), 0);
	assert_int_equal(v, 2);
	assert_int_equal(ledger_seq_set(l, PEER, "case-1", 7, NULL, NULL), 0);
	assert_int_equal(ledger_seq_set(l, PEER, "case-1", 7, NULL, NULL), 0);
	assert_int_equal(ledger_seq_check(l, PEER, "case-1", 6, NULL, NULL), GW_EREFUSED);
	assert_int_equal(ledger_seq_set(l, PEER, "case-1", 6, NULL, NULL), GW_EREFUSED);
	assert_int_equal(ledger_seq_check(l, PEER, "case-2", 1, NULL, NULL), 0);
	const struct ledger_record r = {.actor = {.k = "svc"}, .pol = {.id = "p"}};
	assert_int_equal(ledger_policy_check(l, "p", 999, NULL), 0);
	assert_int_equal(ledger_policy_floor(l, "p", 3, &r, NULL), 0);
	assert_int_equal(ledger_policy_floor(l, "p", 2, &r, NULL), GW_EREFUSED);
	ledger_close(l);
	l = fixture_open(&f);
	assert_int_equal(ledger_policy_check(l, "p", 2, NULL), GW_EREFUSED);
	uint64_t before = 0, after = 0;
	assert_int_equal(ledger_size(l, &before, NULL), 0);
	assert_int_equal(ledger_policy_floor(l, "p", 3, &r, NULL), 0);
	assert_int_equal(ledger_policy_floor(l, "p", 4, &r, NULL), 0);
	assert_int_equal(ledger_size(l, &after, NULL), 0);
	assert_int_equal(after, before + 1); /* policy.load, of what was new */
	assert_int_equal(ledger_seq_check(l, PEER, "case-1", 6, NULL, NULL), GW_EREFUSED);
	ledger_close(l);
	fixture_end(&f);
}

static int names_a_peer(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	*(bool *)ctx = memmem(line->bytes, line->n, "\"peer\"", 6);
	return 0;
}

static void refusals_are_counted_not_piled_up(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger_record r = {.act = "transfer.refuse", .out = LEDGER_DENY, .peer = PEER};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	for (int i = 0; i < 100; i++)
		assert_int_equal(ledger_refuse(l, &r, NULL, NULL), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(ledger_fail(l, NULL), 0);
	assert_int_equal(fixture_size(l), 61);
	ledger_close(l); /* writes one record of what was held back for each of the two */
	l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 63);
	r.peer = NULL;
	for (int i = 0; i < 61; i++)
		assert_int_equal(ledger_refuse(l, &r, NULL, NULL), 0);
	ledger_close(l);
	l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 124);
	bool peer = true;
	assert_int_equal(ledger_records(l, 123, 1, names_a_peer, &peer, NULL), 0);
	assert_false(peer); /* of nobody known: not of ourselves either */
	ledger_close(l);
	fixture_end(&f);
}

static void a_reader_writes_nothing(void **state)
{
	(void)state;
	struct fixture f;
	struct ledger *l = NULL;
	struct ledger_record r = {.act = "audit.read"};
	int64_t v;
	fixture_make(&f);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, LEDGER_READ, &l, NULL), 0);
	assert_int_equal(ledger_append(l, &r, NULL, NULL, NULL), GW_ELEDGER);
	assert_int_equal(ledger_seq_next(l, OWN, "c", &v, NULL), GW_ELEDGER);
	assert_int_equal(checkpoint_of(l).size, 1);
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(begins_with_its_start),
	    cmocka_unit_test(keeps_what_was_appended),
	    cmocka_unit_test(refuses_what_has_no_form),
	    cmocka_unit_test(another_organisation_is_refused),
	    cmocka_unit_test(notices_an_older_backup),
	    cmocka_unit_test(notices_that_it_was_moved_away),
	    cmocka_unit_test(moves_on_a_head_left_behind),
	    cmocka_unit_test(one_torn_slot_does_no_harm),
	    cmocka_unit_test(a_clock_set_back_is_refused),
	    cmocka_unit_test(two_handles_take_turns),
	    cmocka_unit_test(a_number_without_a_package_has_none),
	    cmocka_unit_test(numbers_only_rise),
	    cmocka_unit_test(refusals_are_counted_not_piled_up),
	    cmocka_unit_test(a_reader_writes_nothing),
	};
	return cmocka_run_group_tests_name("ledger/ledger", tests, NULL, NULL);
}
