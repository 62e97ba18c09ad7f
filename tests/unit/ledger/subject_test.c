/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/ledger/fixture.h"

#include <sqlite3.h>

#include "ledger/audit.h"

static const struct subject_id JAN = {SUBJECT_BSN, "123456782", NULL},
			       JAN_V = {SUBJECT_V_NUMBER, "2712345678", NULL},
			       JAN_C = {SUBJECT_CLIENT_NUMBER, "K-77", OWN},
			       ELS = {SUBJECT_BSN, "111222333", NULL};

static void record(struct ledger *l, const struct subject_id *ids, size_t n, const char *act,
    const char *obj, const struct date *ret)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_receipt a;
	struct ledger_record r = {.act = act,
	    .out = LEDGER_OK,
	    .peer = PEER,
	    .ret = ret,
	    .obj = {.k = "case", .id = obj}};
	json_t *detail = json_pack("{s:s}", "case", "CANARY-CASE");
	assert_int_equal(ledger_subject(l, ids, n, &s, &ei), 0);
	r.subj = s;
	assert_int_equal(ledger_intent(l, &r, detail, &a, &ei), 0);
	assert_int_equal(ledger_result(l, &a, &r, detail, NULL, &ei), 0);
	json_decref(detail);
}

static int count_line(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	assert_non_null(memmem(line->bytes, line->n, "\"subj\":{\"c\":\"", 13));
	++*(int *)ctx;
	return 0;
}

static int reported(struct ledger *l, const struct subject_id *id)
{
	int n = 0;
	int r = ledger_report(l, id, 1, count_line, &n, NULL, NULL);
	return r < 0 ? r : n;
}

static void canonical_ids(void **state)
{
	(void)state;
	char a[SUBJECT_CANONICAL], b[SUBJECT_CANONICAL];
	struct errinfo ei = ERRINFO_INIT;
	struct subject_id short_bsn = {SUBJECT_BSN, " 12345672\n", NULL},
			  long_bsn = {SUBJECT_BSN, "012345672", NULL};
	assert_int_equal(subject_canonical(&short_bsn, a, &ei), 0);
	assert_int_equal(subject_canonical(&long_bsn, b, &ei), 0);
	assert_string_equal(a, b);
	assert_string_equal(a, "bsn::012345672");
	assert_int_equal(subject_canonical(&JAN_C, a, &ei), 0);
	assert_string_equal(a, "client_number:" OWN ":K-77");
	const struct subject_id bad[] = {{SUBJECT_BSN, "1234567", NULL},
	    {SUBJECT_BSN, "12345678x", NULL}, {SUBJECT_CLIENT_NUMBER, "K-77", NULL},
	    {SUBJECT_V_NUMBER, "", NULL}, {SUBJECT_V_NUMBER, "a b", NULL}};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(subject_canonical(&bad[i], a, &ei), GW_EFORMAT);
	assert_null(strstr(ei.msg, "a b"));
}

static void any_identifier_finds_all_records(void **state)
{
	(void)state;
	struct fixture f;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	record(l, (struct subject_id[]){JAN, JAN_V}, 2, "transfer.seal", NULL, NULL);
	record(l, &ELS, 1, "transfer.seal", NULL, NULL);
	record(l, (struct subject_id[]){JAN_V}, 1, "transfer.open", NULL, NULL);
	assert_int_equal(reported(l, &JAN), 4);
	assert_int_equal(reported(l, &JAN_V), 4);
	assert_int_equal(reported(l, &ELS), 2);
	assert_int_equal(reported(l, &JAN_C), GW_ENOENT);
	/* two rows of one person, met apart and joined later */
	record(l, &JAN_C, 1, "transfer.seal", NULL, NULL);
	assert_int_equal(reported(l, &JAN_C), 2);
	record(l, (struct subject_id[]){JAN, JAN_C}, 2, "transfer.seal", NULL, NULL);
	assert_int_equal(reported(l, &JAN), 8);
	assert_int_equal(reported(l, &JAN_C), 8);
	ledger_close(l);
	fixture_end(&f);
}

static int keep_commit(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	struct buf *b = ctx;
	const char *c = memmem(line->bytes, line->n, "\"subj\":{\"c\":\"", 13);
	assert_non_null(c);
	return buf_add(b, c + 13, 43);
}

/* To look at somebody makes nobody, and gives nobody an alias. */
static void looking_links_nothing(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_subject *s = NULL;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	const struct subject_id ids[] = {ELS, JAN_C};
	assert_int_equal(ledger_subject_known(l, ids, 2, &s, &ei), GW_ENOENT);
	assert_null(s);
	record(l, &JAN_C, 1, "transfer.seal", "o:1", NULL);
	assert_int_equal(ledger_subject_known(l, ids, 2, &s, &ei), 0);
	struct ledger_record r = {.act = "audit.subject", .out = LEDGER_OK, .subj = s};
	assert_int_equal(ledger_append(l, &r, NULL, NULL, &ei), 0);
	ledger_subject_free(s);
	assert_int_equal(reported(l, &JAN_C), 3);
	assert_int_equal(reported(l, &ELS), GW_ENOENT);
	ledger_close(l);
	fixture_end(&f);
}

static void commitments_differ_by_record(void **state)
{
	(void)state;
	struct fixture f;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	char reveal[RECORD_B64_32];
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	record(l, &JAN, 1, "transfer.seal", NULL, NULL);
	assert_int_equal(ledger_report(l, &JAN, 1, keep_commit, &b, reveal, NULL), 0);
	assert_int_equal(b.len, 86);
	assert_memory_not_equal(b.data, b.data + 43, 43);
	/* with the revealed key of a record its person can check the commitment */
	uint8_t key[32], mac[32];
	size_t n;
	struct buf c GW_CLEANUP(buf_release) = BUF_INIT(64);
	assert_int_equal(str_unb64url(reveal, 43, key, sizeof key, &n), 0);
	hash_hmac(key, 32, "bsn::123456782", 14, NULL, 0, mac);
	assert_int_equal(str_b64url(&c, mac, 32), 0);
	assert_memory_equal(c.data, b.data + 43, 43);
	ledger_close(l);
	fixture_end(&f);
}

static void swapped_rows_are_found(void **state)
{
	(void)state;
	static const char *const changes[] = {
	    "UPDATE subject SET wrapped = (SELECT wrapped FROM subject s WHERE s.row <> subject.row)",
	    "UPDATE alias SET row = (SELECT s.row FROM subject s WHERE s.row <> alias.row)",
	    "UPDATE alias SET mac = zeroblob(32)",
	};
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		struct fixture f;
		sqlite3 *db = NULL;
		fixture_make(&f);
		struct ledger *l = fixture_open(&f);
		record(l, &JAN, 1, "transfer.seal", NULL, NULL);
		record(l, &ELS, 1, "transfer.seal", NULL, NULL);
		struct ledger_findings whole;
		assert_int_equal(ledger_verify(l, &(struct ledger_expect){0}, &whole, NULL), 0);
		assert_int_equal(sqlite3_open(f.paths.subjects_db, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		struct ledger_findings found;
		struct ledger_expect expect = {0};
		assert_int_equal(ledger_verify(l, &expect, &found, NULL), GW_EAUTH);
		assert_true(reported(l, &JAN) == GW_EAUTH || reported(l, &ELS) == GW_EAUTH);
		ledger_close(l);
		fixture_end(&f);
	}
}

static const struct ledger_record ACT = {.actor = {"user", "a:0123456789abcdef", NULL, "cli"}};

/* Is the needle in any file of the folder? */
static bool anywhere(const char *dir, const void *needle, size_t n)
{
	struct file_list names;
	bool found = false;
	assert_int_equal(file_list(dir, "", &names, NULL), 0);
	for (size_t i = 0; i < names.n; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
		char *path GW_CLEANUP(str_free_p) = file_join(dir, names.names[i]);
		assert_int_equal(file_read(path, 64 << 20, &b, NULL), 0);
		found |= b.len && memmem(b.data, b.len, needle, n);
	}
	file_list_release(&names);
	return found;
}

static void approve_twice(struct ledger *l, const struct subject_id *id)
{
	assert_int_equal(ledger_shred_approve(l, id, 1, "sha256:aa", "sig-a", 5, &ACT, NULL), 0);
	assert_int_equal(ledger_shred_approve(l, id, 1, "sha256:bb", "sig-b", 5, &ACT, NULL), 0);
}

static void read_row(const char *path, uint8_t wrapped[72])
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(
			     db, "SELECT wrapped FROM subject ORDER BY made LIMIT 1", -1, &s, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_bytes(s, 0), 72);
	memcpy(wrapped, sqlite3_column_blob(s, 0), 72);
	sqlite3_finalize(s);
	sqlite3_close(db);
}

static void a_shred_leaves_nothing(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger_expect expect = {0};
	struct ledger_record act = {.act = "subject.shred"};
	uint64_t records = 0;
	uint8_t wrapped[72];
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_seq_set(l, PEER, "CANARY-CASE", 4, NULL, NULL), 0);
	record(l, (struct subject_id[]){JAN, JAN_V}, 2, "transfer.seal", NULL, NULL);
	read_row(f.paths.subjects_db, wrapped);
	assert_true(anywhere(f.dir, wrapped, sizeof wrapped));
	assert_true(anywhere(f.dir, "CANARY-CASE", 11));
	assert_int_equal(ledger_shred(l, &JAN, 1, &act, &records, &ei), GW_EREFUSED);
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:aa", "sig-a", 5, &ACT, NULL), 0);
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:aa", "sig-c", 5, &ACT, NULL), 0);
	assert_int_equal(ledger_shred(l, &JAN, 1, &act, &records, &ei), GW_EREFUSED);
	approve_twice(l, &JAN);
	assert_int_equal(ledger_shred(l, &JAN, 1, &act, &records, &ei), 0);
	assert_int_equal(records, 2);
	assert_false(anywhere(f.dir, wrapped, sizeof wrapped));
	assert_false(anywhere(f.dir, "CANARY-CASE", 11));
	assert_int_equal(reported(l, &JAN), GW_ENOENT);
	assert_int_equal(reported(l, &JAN_V), GW_ENOENT);
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), 0);
	assert_int_equal(found.erased, 2);
	assert_int_equal(found.open_intents, 0);
	assert_int_equal(ledger_seq_check(l, PEER, "CANARY-CASE", 3, NULL, NULL), GW_EREFUSED);
	ledger_close(l);
	fixture_end(&f);
}

/* What was refused before it could say whom it is about has only the package's trace. */
static void details_of_the_same_package_go_too(void **state)
{
	(void)state;
	static const char trace[] = "0102030405060708090a0b0c0d0e0f10";
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_receipt a;
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_record refuse = {.act = "transfer.refuse", .out = LEDGER_DENY, .tr = trace},
			     open = {.act = "transfer.open", .tr = trace},
			     other = {.act = "transfer.refuse",
				 .out = LEDGER_DENY,
				 .tr = "1112131415161718191a1b1c1d1e1f20"},
			     act = {.act = "subject.shred"};
	json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "case", "CANARY-CASE"),
		       *stays GW_CLEANUP(jx_release) = json_pack("{s:s}", "case", "OTHER-CASE");
	uint64_t records = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_append(l, &refuse, detail, NULL, &ei), 0);
	assert_int_equal(ledger_append(l, &other, stays, NULL, &ei), 0);
	assert_int_equal(ledger_intent(l, &open, detail, &a, &ei), 0);
	open.out = LEDGER_DENY;
	assert_int_equal(ledger_result(l, &a, &open, detail, NULL, &ei), 0);
	assert_int_equal(ledger_intent(l, &open, NULL, &a, &ei), 0);
	assert_int_equal(ledger_subject(l, &JAN, 1, &s, &ei), 0);
	open.subj = s;
	open.out = LEDGER_OK;
	assert_int_equal(ledger_result(l, &a, &open, NULL, NULL, &ei), 0);
	approve_twice(l, &JAN);
	assert_int_equal(ledger_shred(l, &JAN, 1, &act, &records, &ei), 0);
	assert_int_equal(records, 1);
	assert_false(anywhere(f.dir, "CANARY-CASE", 11));
	assert_true(anywhere(f.dir, "OTHER-CASE", 10));
	ledger_close(l);
	fixture_end(&f);
}

static int shred(struct ledger *l, const struct subject_id *id, struct errinfo *ei)
{
	struct ledger_record act = {.act = "subject.shred"};
	uint64_t n;
	approve_twice(l, id);
	return ledger_shred(l, id, 1, &act, &n, ei);
}

static void what_runs_is_not_shredded(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct date day = {2026, 11, 22};
	struct ledger_receipt a;
	assert_int_equal(clock_set_test("2026-11-22T10:00:00Z", NULL), 0);
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	record(l, &JAN, 1, "transfer.seal", NULL, &day); /* kept until and with today */
	assert_int_equal(shred(l, &JAN, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "2026-11-22"));
	record(l, &ELS, 1, "case.release", "o:c1", NULL);
	assert_int_equal(shred(l, &ELS, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "case"));
	record(l, &ELS, 1, "case.withdraw", "o:c1", NULL);
	record(l, &ELS, 1, "incident.open", "o:i1", NULL);
	assert_int_equal(shred(l, &ELS, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "incident"));
	record(l, &ELS, 1, "review.signoff", "o:i1", NULL);
	for (int i = 0; i < 300; i++) /* more than there is room for, if each were one of its own */
		record(l, &ELS, 1, "incident.open", NULL, NULL);
	assert_int_equal(shred(l, &ELS, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "an incident of this person is open"));
	record(l, &ELS, 1, "review.signoff", NULL, NULL);
	struct ledger_subject *s = NULL;
	assert_int_equal(ledger_subject(l, &ELS, 1, &s, &ei), 0);
	struct ledger_record r = {.act = "transfer.seal", .subj = s};
	assert_int_equal(ledger_intent(l, &r, NULL, &a, &ei), 0);
	assert_int_equal(shred(l, &ELS, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "result"));
	assert_int_equal(clock_set_test("2026-11-23T10:00:00Z", NULL), 0);
	assert_int_equal(shred(l, &ELS, &ei), GW_EREFUSED);
	assert_int_equal(ledger_result(l, &a, &r, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_intent(l, &r, NULL, &a, &ei), 0); /* its process is killed */
	ledger_subject_free(s);
	assert_int_equal(shred(l, &JAN, &ei), 0);
	assert_int_equal(clock_set_test("2026-11-25T10:00:00Z", NULL), 0);
	assert_int_equal(shred(l, &ELS, &ei), 0);
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	ledger_close(l);
	fixture_end(&f);
}

/* A seal finds its person, a shred comes between, and the seal goes on. */
static void an_act_that_a_shred_overtook(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_receipt a;
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_subject *again GW_CLEANUP(ledger_subject_free_p) = NULL;
	uint64_t n = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f), *other = fixture_open(&f);
	assert_int_equal(ledger_subject(l, &JAN, 1, &s, &ei), 0);
	approve_twice(other, &JAN);
	assert_int_equal(ledger_shred(other, &JAN, 1, &ACT, &n, &ei), 0);
	struct ledger_record seal = {.act = "transfer.seal", .subj = s},
			     refuse = {.act = "transfer.refuse", .out = LEDGER_DENY, .subj = s};
	assert_int_equal(ledger_intent(l, &seal, NULL, &a, &ei), GW_ECONFLICT);
	assert_non_null(strstr(ei.msg, "forgotten"));
	/* what has happened is told, but about nobody */
	assert_int_equal(ledger_append(l, &refuse, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_subject(l, &JAN, 1, &again, &ei), 0);
	seal.subj = again;
	assert_int_equal(ledger_intent(l, &seal, NULL, &a, &ei), 0);
	assert_int_equal(reported(l, &JAN), 1);
	ledger_close(other);
	ledger_close(l);
	fixture_end(&f);
}

struct seen {
	struct buf shreds, details;
};

static bool says(const struct ledger_line *line, const char *what)
{
	return memmem(line->bytes, line->n, what, strlen(what));
}

static int keep_shreds(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct seen *s = ctx;
	(void)ei;
	bool shred = says(line, "\"act\":\"subject.shred\""),
	     signoff = says(line, "\"act\":\"review.signoff\"");
	if (!shred && !signoff)
		return 0;
	assert_true(says(line, "\"actor\":{\"k\":\"user\""));
	assert_false(says(line, "\"subj\""));
	assert_true(says(line, "\"obj\":{\"k\":\"subject\""));
	const char *what = signoff     ? "approved "
	    : says(line, "\"deny\"")   ? "refused "
	    : says(line, "\"intent\"") ? "intent "
				       : "result ";
	assert_int_equal(buf_adds(&s->shreds, what), 0);
	assert_int_equal(
	    buf_add(&s->details, line->detail ? line->detail : "-", line->detail_n), 0);
	return 0;
}

static void tries_and_approvals_are_recorded(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct seen seen = {BUF_INIT(4096), BUF_INIT(8192)};
	const struct date day = {2026, 11, 22};
	uint64_t n = 0;
	assert_int_equal(clock_set_test("2026-11-22T10:00:00Z", NULL), 0);
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	record(l, &JAN, 1, "transfer.seal", NULL, &day);
	assert_int_equal(ledger_shred(l, &JAN, 1, &ACT, &n, &ei), GW_EREFUSED);
	approve_twice(l, &JAN);
	assert_int_equal(ledger_shred(l, &JAN, 1, &ACT, &n, &ei), GW_EREFUSED);
	assert_int_equal(clock_set_test("2026-11-23T10:00:00Z", NULL), 0);
	assert_int_equal(ledger_shred(l, &JAN, 1, &ACT, &n, &ei), 0);
	assert_int_equal(ledger_records(l, 0, 100, keep_shreds, &seen, &ei), 0);
	assert_string_equal(seen.shreds.data, "refused approved approved refused intent result ");
	/* what stays says who, and when a term ended, and nothing about the person */
	assert_non_null(strstr(seen.details.data, "a second officer must sign"));
	assert_non_null(strstr(seen.details.data, "a retention term runs until 2026-11-22"));
	assert_non_null(strstr(
	    seen.details.data, "{\"officers\":[\"sha256:aa\",\"sha256:bb\"],\"signatures\":[\""));
	assert_null(strstr(seen.details.data, "123456782"));
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	buf_release(&seen.shreds);
	buf_release(&seen.details);
	ledger_close(l);
	fixture_end(&f);
}

static void a_shred_cut_short_is_completed(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger_expect expect = {0};
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	uint8_t wrapped[72];
	uint64_t n = 0;
	struct seen seen = {BUF_INIT(4096), BUF_INIT(8192)};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	record(l, &JAN, 1, "transfer.seal", NULL, NULL);
	read_row(f.paths.subjects_db, wrapped);
	approve_twice(l, &JAN);
	/* a reader of the other process keeps the write-ahead log from being emptied */
	assert_int_equal(sqlite3_open(f.paths.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM record", -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(
	    ledger_shred(l, &JAN, 1, &ACT, &n, &ei), GW_EFAIL); /* not refused: the keys are gone */
	assert_non_null(strstr(ei.msg, "keys and details are deleted"));
	assert_int_equal(err_exit(GW_EFAIL), 1);
	assert_int_equal(reported(l, &JAN), GW_ENOENT);
	ledger_close(l);
	sqlite3_finalize(s);
	sqlite3_close(db);
	l = fixture_open(&f);
	assert_int_equal(ledger_verify(l, &expect, &found, &ei), 0);
	assert_int_equal(found.open_intents, 0);
	/* the result, too, has the actor of the intent */
	assert_int_equal(ledger_records(l, 0, 100, keep_shreds, &seen, &ei), 0);
	assert_string_equal(seen.shreds.data, "approved approved intent result ");
	buf_release(&seen.shreds);
	buf_release(&seen.details);
	assert_false(anywhere(f.dir, wrapped, sizeof wrapped));
	assert_false(anywhere(f.dir, "CANARY-CASE", 11));
	assert_int_equal(reported(l, &JAN), GW_ENOENT);
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(canonical_ids),
	    cmocka_unit_test(any_identifier_finds_all_records),
	    cmocka_unit_test(looking_links_nothing),
	    cmocka_unit_test(commitments_differ_by_record),
	    cmocka_unit_test(swapped_rows_are_found),
	    cmocka_unit_test(a_shred_leaves_nothing),
	    cmocka_unit_test(details_of_the_same_package_go_too),
	    cmocka_unit_test(what_runs_is_not_shredded),
	    cmocka_unit_test(an_act_that_a_shred_overtook),
	    cmocka_unit_test(tries_and_approvals_are_recorded),
	    cmocka_unit_test(a_shred_cut_short_is_completed),
	};
	return cmocka_run_group_tests_name("ledger/subject", tests, NULL, NULL);
}
