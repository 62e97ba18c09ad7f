/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk that is full, or cannot be written: what ends harm goes through, in a process that was
 * there before as in one that comes later; all else is refused. */
#include "tests/unit/ledger/fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ledger/audit.h"

static const struct subject_id JAN = {SUBJECT_BSN, "123456782", NULL},
			       ELS = {SUBJECT_BSN, "111222333", NULL};

static const struct ledger_record ACT = {.actor = {"user", "a:0123456789abcdef", NULL, "cli"}};

static void must_verify(struct ledger *l, uint64_t least)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger_expect expect = {.min_size = least};
	int r = ledger_verify(l, &expect, &found, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	assert_int_equal(r, 0);
}

/* Take all that is left of the disk, and give it back. */
static void fill_up(const struct fixture *f)
{
	static char zeros[4096];
	char *ballast GW_CLEANUP(str_free_p) = file_join(f->dir, "ballast");
	FILE *b = fopen(ballast, "a");
	assert_non_null(b);
	while (fwrite(zeros, 1, sizeof zeros, b) == sizeof zeros && fflush(b) == 0)
		continue;
	(void)fclose(b);
}

static void make_room(const struct fixture *f)
{
	char *ballast GW_CLEANUP(str_free_p) = file_join(f->dir, "ballast");
	assert_int_equal(unlink(ballast), 0);
}

/* On a disk of 12 MB that fills up: ordinary acts are refused, what ends harm goes through, and
 * with room again all is as before. */
static void fill_a_small_disk(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_receipt open_one;
	struct ledger_record seal = {.act = "transfer.seal", .out = LEDGER_OK, .peer = PEER},
			     withdraw = {.act = "case.withdraw", .out = LEDGER_OK, .peer = PEER};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_intent(l, &seal, NULL, &open_one, &ei), 0);
	fill_up(&f);
	int r = 0, n = 0;
	/* what the write-ahead log already holds may take some */
	for (; n < 20000 && r == 0; n++)
		r = ledger_append(l, &seal, NULL, NULL, &ei);
	assert_int_equal(r, GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "make room"));
	for (int i = 0; i < 50; i++)
		assert_int_equal(ledger_append(l, &withdraw, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_result(l, &open_one, &seal, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	assert_int_equal(ledger_intent(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	make_room(&f);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), 0);
	must_verify(l, 52);
	ledger_close(l);
	l = fixture_open(&f);
	must_verify(l, 52);
	ledger_close(l);
	fixture_forget(&f);
}

/* Mount a small disk at dir that only this process sees; false where we may not. */
static bool own_disk(const char *dir)
{
	uid_t uid = getuid();
	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
		return false;
	if (uid) {
		char *map GW_CLEANUP(str_free_p) = str_printf("0 %u 1", (unsigned)uid);
		FILE *f = fopen("/proc/self/uid_map", "w");
		if (!f || fputs(map, f) < 0 || fclose(f) != 0)
			return false;
	} else if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		return false;
	}
	return mount("tmpfs", dir, "tmpfs", 0, "size=12m") == 0;
}

static void about_jan(struct ledger *l, const char *act)
{
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_record r = {.act = act, .out = LEDGER_OK, .peer = PEER};
	json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "case", "CANARY-CASE");
	assert_int_equal(ledger_subject(l, &JAN, 1, &s, NULL), 0);
	r.subj = s;
	assert_int_equal(ledger_append(l, &r, detail, NULL, NULL), 0);
}

/* The disk is full before the process comes: opening needs room, too. */
static void come_to_a_full_disk(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_receipt begun;
	struct ledger_record seal = {.act = "transfer.seal", .out = LEDGER_OK, .peer = PEER},
			     withdraw = {.act = "case.withdraw", .out = LEDGER_OK, .peer = PEER},
			     incident = {.act = "incident.open", .out = LEDGER_OK, .peer = PEER},
			     shred = {.act = "subject.shred"};
	uint64_t records = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	about_jan(l, "transfer.seal");
	assert_int_equal(ledger_intent(l, &seal, NULL, &begun, &ei), 0);
	ledger_close(l);
	fill_up(&f);

	assert_int_equal(ledger_open(&f.paths, ORIGIN, LEDGER_READ, &l, &ei), 0);
	must_verify(l, 3);
	ledger_close(l);
	l = fixture_open(&f);
	assert_int_equal(ledger_intent(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "make room"));
	assert_int_equal(ledger_result(l, &begun, &seal, NULL, NULL, &ei), 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(ledger_append(l, &withdraw, NULL, NULL, &ei), 0);
	ledger_close(l);

	/* what was not used is in reserve again, whatever else fills the disk meanwhile */
	fill_up(&f);
	l = fixture_open(&f);
	assert_int_equal(ledger_append(l, &incident, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:aa", "sig-a", 5, &ACT, &ei), 0);
	ledger_close(l);
	fill_up(&f);
	l = fixture_open(&f);
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:bb", "sig-b", 5, &ACT, &ei), 0);
	assert_int_equal(ledger_shred(l, &JAN, 1, &shred, &records, &ei), 0);
	assert_int_equal(records, 1);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	must_verify(l, 59);
	ledger_close(l);
	make_room(&f);
	l = fixture_open(&f);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), 0);
	ledger_close(l);
	fixture_forget(&f);
}

/* A disk that fills under approvals: they are kept in subjects.db, which has no other reserve. */
static void approve_on_a_full_disk(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	about_jan(l, "transfer.seal");
	fill_up(&f);
	for (int i = 0; i < 200; i++) {
		char officer[32];
		(void)snprintf(officer, sizeof officer, "sha256:%d", i);
		int r =
		    ledger_shred_approve(l, &JAN, 1, officer, officer, sizeof officer, &ACT, &ei);
		assert_int_equal(r, 0);
	}
	/* nor do new persons of acts that will be refused eat what is left */
	struct ledger_subject *s = NULL;
	int64_t seq;
	assert_int_equal(ledger_subject(l, &ELS, 1, &s, &ei), GW_ELEDGER);
	assert_int_equal(ledger_seq_next(l, OWN, "case-1", &seq, &ei), GW_ELEDGER);
	ledger_close(l);
	fixture_forget(&f);
}

/* A copy of the reserve that is a hole holds no space. */
static void copy_the_reserve_sparsely(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_record seal = {.act = "transfer.seal", .out = LEDGER_OK};
	fixture_make(&f);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s-reserve", f.paths.db);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(truncate(path, 4 << 20), 0);
	struct ledger *l = fixture_open(&f);
	fill_up(&f);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	make_room(&f);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), 0);
	fill_up(&f);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_blocks * 512 >= 4 << 20);
	ledger_close(l);
	fixture_forget(&f);
}

static void read_what_cannot_be_written(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger *l = NULL;
	fixture_make(&f);
	assert_int_equal(mount(NULL, getenv("TMPDIR"), NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, &ei), GW_ELEDGER);
	assert_int_equal(ledger_open(&f.paths, ORIGIN, LEDGER_READ, &l, &ei), 0);
	must_verify(l, 1);
	ledger_close(l);
	fixture_forget(&f);
}

/* Run fn in a process with a disk of its own; without the right to that the test is skipped. */
static void on_a_small_disk(void (*fn)(void))
{
	char dir[] = "/tmp/ledger-disk.XXXXXX";
	assert_non_null(mkdtemp(dir));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!own_disk(dir))
			_exit(77);
		(void)setenv("TMPDIR", dir, 1);
		fn();
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_disk_that_fills_up(void **state)
{
	(void)state;
	on_a_small_disk(fill_a_small_disk);
}

static void a_disk_that_was_full(void **state)
{
	(void)state;
	on_a_small_disk(come_to_a_full_disk);
}

static void approvals_on_a_full_disk(void **state)
{
	(void)state;
	on_a_small_disk(approve_on_a_full_disk);
}

static void a_reserve_without_blocks(void **state)
{
	(void)state;
	on_a_small_disk(copy_the_reserve_sparsely);
}

static void a_medium_for_reading_only(void **state)
{
	(void)state;
	on_a_small_disk(read_what_cannot_be_written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_disk_that_fills_up),
	    cmocka_unit_test(a_disk_that_was_full),
	    cmocka_unit_test(approvals_on_a_full_disk),
	    cmocka_unit_test(a_reserve_without_blocks),
	    cmocka_unit_test(a_medium_for_reading_only),
	};
	return cmocka_run_group_tests_name("ledger/disk", tests, NULL, NULL);
}
