/* SPDX-License-Identifier: EUPL-1.2 */
/* backup: a copy taken while others append opens without a word; a lost head is told to it. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/secret.h"
#include "ledger/audit.h"
#include "ledger/backup.h"
#include "tests/unit/ledger/fixture.h"
#include "tests/unit/test.h"

/* A backup of l and the keys of f as a new log folder at g. */
static int back_up(struct ledger *l, const struct fixture *f, struct fixture *g, const char *name,
    struct ledger_copy *ret)
{
	static const char *const keys[] = {"ledger.key", "subjects.kek", "blind.key"};
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct errinfo ei = ERRINFO_INIT;
	char *dir GW_CLEANUP(str_free_p) = file_join(f->dir, name);
	assert_int_equal(file_mkdirs(dir, 0700, NULL), 0);
	fixture_at(g, dir);
	struct ledger_copy c = {.db = g->paths.db, .subjects = g->paths.subjects_db};
	int r = ledger_backup(l, &c, &head, NULL, NULL, &ei);
	if (r < 0) {
		print_message("# %s\n", ei.msg);
		return r;
	}
	*ret = c;
	assert_int_equal(file_write(g->paths.head, head.data, head.len, 0600, FILE_NEW, NULL), 0);
	for (size_t i = 0; i < GW_LENGTH(keys); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
		char *from GW_CLEANUP(str_free_p) = file_join(f->dir, keys[i]);
		char *to GW_CLEANUP(str_free_p) = file_join(dir, keys[i]);
		assert_int_equal(file_read(from, 1024, &b, NULL), 0);
		assert_int_equal(file_write(to, b.data, b.len, 0600, FILE_NEW, NULL), 0);
	}
	return 0;
}

static void verified(struct ledger *l, uint64_t size)
{
	const struct ledger_expect nothing = {.vkey = NULL};
	struct ledger_findings found;
	struct errinfo ei = ERRINFO_INIT;
	int r = ledger_verify(l, &nothing, &found, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	assert_int_equal(r, 0);
	assert_int_equal(found.head.size, size);
}

struct appending {
	struct ledger *l;
	atomic_bool stop;
};

static void *append_on(void *arg)
{
	struct appending *a = arg;
	while (!atomic_load(&a->stop))
		fixture_fill(a->l, 7);
	return NULL;
}

static void a_copy_beside_appends_is_whole(void **state)
{
	struct fixture f;
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 3000);
	struct appending a = {.l = l};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, append_on, &a), 0);
	for (int i = 0; i < 5; i++) {
		struct fixture g;
		struct ledger_copy c;
		struct stat st;
		char *name GW_CLEANUP(str_free_p) = str_printf("copy-%d", i);
		assert_int_equal(back_up(l, &f, &g, name, &c), 0);
		assert_int_equal(stat(g.paths.db, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		struct ledger *copy = fixture_open(&g);
		assert_true(c.at.size >= 3001);
		assert_int_equal(fixture_size(copy), c.at.size);
		verified(copy, c.at.size);
		fixture_fill(copy, 1); /* and goes on */
		verified(copy, c.at.size + 1);
		ledger_close(copy);
		fixture_forget(&g);
	}
	atomic_store(&a.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	verified(l, fixture_size(l));
	ledger_close(l);
	fixture_end(&f);
}

static void what_is_there_is_not_overwritten(void **state)
{
	struct fixture f, g;
	struct ledger_copy c;
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	char *dir GW_CLEANUP(str_free_p) = file_join(f.dir, "copy");
	char *subjects GW_CLEANUP(str_free_p) = file_join(dir, "subjects.db");
	char *db GW_CLEANUP(str_free_p) = file_join(dir, "ledger.db");
	assert_int_equal(file_mkdirs(dir, 0700, NULL), 0);
	assert_int_equal(file_write(subjects, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(back_up(l, &f, &g, "copy", &c), GW_EEXIST);
	assert_true(file_exists(subjects));
	assert_false(file_exists(db));
	fixture_forget(&g);
	ledger_close(l);
	fixture_end(&f);
}

/* No room for the copy: nothing is left of it, and the log goes on. */
static void a_full_disk_leaves_nothing(void **state)
{
	struct fixture f;
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 3000);
	ledger_close(l);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit small = {.rlim_cur = 256 << 10, .rlim_max = 256 << 10};
		char *to GW_CLEANUP(str_free_p) = file_join(f.dir, "to.db");
		char *to2 GW_CLEANUP(str_free_p) = file_join(f.dir, "to2.db");
		struct buf head GW_CLEANUP(buf_release) = BUF_INIT(1024);
		struct ledger_copy c = {.db = to, .subjects = to2};
		struct ledger *mine = NULL;
		(void)signal(SIGXFSZ, SIG_IGN);
		if (ledger_open(&f.paths, ORIGIN, 0, &mine, NULL) < 0 ||
		    setrlimit(RLIMIT_FSIZE, &small) < 0)
			_exit(9);
		int r = ledger_backup(mine, &c, &head, NULL, NULL, NULL);
		_exit(r != GW_EIO ? 1 : file_exists(to) ? 2 : file_exists(to2) ? 3 : 0);
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	l = fixture_open(&f);
	verified(l, 3001);
	ledger_close(l);
	fixture_end(&f);
}

/* The first record of a log, which names the head that was lost. */
static int take_first(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	return buf_add(ctx, line->bytes, line->n);
}

static void a_lost_head_is_told_and_named(void **state)
{
	struct fixture f, g;
	struct ledger_copy c;
	struct ledger *copy = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct buf later GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf first GW_CLEANUP(buf_release) = BUF_INIT(8192);
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 300);
	assert_int_equal(ledger_checkpoint(l, &before, NULL), 0);
	assert_int_equal(back_up(l, &f, &g, "copy", &c), 0);
	fixture_fill(l, 99); /* this is what the backup does not hold */
	assert_int_equal(ledger_checkpoint(l, &later, NULL), 0);
	ledger_close(l);
	/* an earlier head says nothing */
	assert_int_equal(ledger_lost(&g.paths, ORIGIN, before.data, before.len, &ei), GW_ECONFLICT);
	/* one of another key neither */
	char had = test_damage(&later.data[later.len - 20]);
	assert_int_equal(ledger_lost(&g.paths, ORIGIN, later.data, later.len, &ei), GW_EAUTH);
	later.data[later.len - 20] = had;
	copy = fixture_open(&g);
	ledger_close(copy);
	/* with a witness's line behind it */
	assert_int_equal(buf_adds(&later, "\xe2\x80\x94 w AAAAAAAA\n"), 0);
	assert_int_equal(ledger_lost(&g.paths, ORIGIN, later.data, later.len, &ei), 0);
	assert_int_equal(ledger_open(&g.paths, ORIGIN, 0, &copy, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg,
	    "restored from an older backup: it has 301 records, the last "
	    "signed head 400"));
	assert_int_equal(ledger_restart(&g.paths, ORIGIN, &ei), 0);
	copy = fixture_open(&g);
	verified(copy, 1);
	assert_int_equal(ledger_records(copy, 0, 1, take_first, &first, NULL), 0);
	assert_non_null(strstr(first.data, "\"peerlog\":{\"o\":\"" ORIGIN "\",\"n\":400,"));
	assert_non_null(strstr(first.data, "\"obj\":{\"k\":\"log\""));
	assert_non_null(strstr(first.data, "\"n\":301"));
	ledger_close(copy);
	assert_int_equal(ledger_restart(&g.paths, ORIGIN, &ei), GW_ECONFLICT);
	fixture_forget(&g);
	fixture_end(&f);
}

/* Somebody went on with the restored log before he was told: another history of the same size. */
static void a_second_history_ends(void **state)
{
	struct fixture f, g;
	struct ledger_copy c;
	struct ledger *copy = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct buf later GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 20);
	assert_int_equal(back_up(l, &f, &g, "copy", &c), 0);
	fixture_fill(l, 9);
	assert_int_equal(ledger_checkpoint(l, &later, NULL), 0);
	ledger_close(l);
	copy = fixture_open(&g);
	fixture_fill(copy, 30);
	ledger_close(copy);
	assert_int_equal(ledger_restart(&g.paths, ORIGIN, &ei), GW_ECONFLICT);
	assert_int_equal(ledger_lost(&g.paths, ORIGIN, later.data, later.len, &ei), 0);
	assert_int_equal(ledger_open(&g.paths, ORIGIN, 0, &copy, &ei), GW_EAUTH);
	assert_int_equal(ledger_restart(&g.paths, ORIGIN, &ei), 0);
	copy = fixture_open(&g);
	verified(copy, 1);
	ledger_close(copy);
	fixture_forget(&g);
	fixture_end(&f);
}

/* The note of a backup is good for that list, that key and that organisation, and for nothing else;
 * no head of the log passes for one. */
static void the_key_vouches_for_a_backup(void **state)
{
	static const char A[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char B[] = "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	const int64_t at = INT64_C(1790000000000);
	struct fixture f, other;
	struct backup_vouch v;
	struct errinfo ei = ERRINFO_INIT;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	char oin[21] = "", stranger[] = "00000099000000009000";
	(void)state;
	fixture_make(&f);
	fixture_make(&other);
	struct ledger *l = fixture_open(&f);
	memcpy(oin, ORIGIN + 4, 20);
	assert_int_equal(ledger_backup_vouch(l, A, at, &note, &ei), 0);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(ledger_checkpoint(l, &head, NULL), 0);
	ledger_close(l);
	int r = ledger_backup_vouched(f.paths.key, oin, note.data, note.len, A, &v, &ei);
	test_code(r, 0, &ei);
	assert_int_equal(v.at, at);
	assert_true(str_starts(vkey.data, v.vkey));
	const struct {
		const char *key, *oin, *note, *sha256;
		size_t n;
	} bad[] = {
	    {f.paths.key, oin, note.data, B, note.len},
	    {f.paths.key, stranger, note.data, A, note.len},
	    {other.paths.key, oin, note.data, A, note.len},
	    {f.paths.key, oin, head.data, A, head.len},
	    {f.paths.key, oin, note.data, A, note.len - 1},
	    {f.paths.key, oin, note.data, A, 0},
	    {f.paths.key, oin, "\n\n\xe2\x80\x94 ", A, 6},
	    {f.paths.key, oin, "\n\n\xe2\x80\x94 x y\n", A, 10},
	};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		r = ledger_backup_vouched(
		    bad[i].key, bad[i].oin, bad[i].note, bad[i].n, bad[i].sha256, &v, &ei);
		test_code(r, GW_EAUTH, &ei);
	}
	for (size_t i = 0; i < note.len; i++) {
		char had = test_damage(&note.data[i]);
		r = ledger_backup_vouched(f.paths.key, oin, note.data, note.len, A, &v, &ei);
		test_code(r, GW_EAUTH, &ei);
		note.data[i] = had;
	}
	fixture_end(&other);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_copy_beside_appends_is_whole),
	    cmocka_unit_test(what_is_there_is_not_overwritten),
	    cmocka_unit_test(a_full_disk_leaves_nothing),
	    cmocka_unit_test(a_lost_head_is_told_and_named),
	    cmocka_unit_test(a_second_history_ends),
	    cmocka_unit_test(the_key_vouches_for_a_backup),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return secret_init(NULL) < 0
	    ? 1
	    : cmocka_run_group_tests_name("ledger/backup", tests, NULL, NULL);
}
