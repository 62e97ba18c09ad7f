/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Killed at any moment: a child announces and brings packages and is killed somewhere; what it was
 * told is there must be there, nothing may come twice, and whoever comes next goes on from there.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/cases/parcel.h"

enum { RUNS = 60, PACKAGES = 8, BYTES = 150000, PIECE = 90000 };

/* What the child says, in this order for each package, as soon as it was told so itself. */
struct said {
	uint32_t package;
	enum { SAID_ANNOUNCED, SAID_OFFSET, SAID_DONE, SAID_DROPPED } what;
	uint64_t offset;
};

static void say(int fd, uint32_t package, int what, uint64_t offset)
{
	struct said s = {.package = package, .offset = offset};
	s.what = (unsigned)what;
	if (write(fd, &s, sizeof s) != (ssize_t)sizeof s)
		_exit(9);
}

/* Bring one as far as it is not there; ends the child when anything is not as it should be. */
static void bring(struct fixture *f, const struct parcel *k, uint32_t i, int fd)
{
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u;
	struct errinfo ei = ERRINFO_INIT;
	json_t *j = NULL;
	bool is_new;
	if (cases_announce(f->cases, &call, k->slip.data, k->slip.len, k->p7s.data, k->p7s.len,
		&is_new, &j, &ei) < 0)
		_exit(3);
	bool gone = str_eq(jx_str(j, "state"), "gone"); /* killed before it could say so */
	json_decref(j);
	say(fd, i, SAID_ANNOUNCED, 0);
	if (gone && i == 0)
		return;
	if (cases_upload_create(f->cases, &call, k->package, k->n, &u, &ei) < 0)
		_exit(4);
	while (!u.done) {
		int w = -1;
		size_t n = k->n - u.offset < PIECE ? k->n - (size_t)u.offset : PIECE;
		if (cases_upload_begin(f->cases, &call, u.id, u.offset, &w, &u, &ei) < 0)
			_exit(5);
		if (file_write_fd(w, k->bytes + u.offset, n, &ei) < 0 ||
		    cases_upload_end(f->cases, &call, u.id, UINT64_MAX, &u, &ei) < 0)
			_exit(6);
		(void)close(w);
		say(fd, i, u.done ? SAID_DONE : SAID_OFFSET, u.offset);
	}
}

/* Bring all, then delete the first: for ever, until killed. */
static void child(struct fixture *f, const struct parcel *k, int fd)
{
	struct errinfo ei = ERRINFO_INIT;
	char *db GW_CLEANUP(str_free_p) = file_join(f->dir, "store.db");
	if (ledger_open(&f->paths, ORIGIN, 0, &f->ledger, &ei) < 0 ||
	    store_open(db, &f->store, &ei) < 0)
		_exit(7);
	const struct cases_env env = {.oin = GATEWAY,
	    .actor = "a:0123456789abcdef",
	    .packages = f->packages,
	    .ledger = f->ledger,
	    .store = f->store};
	if (cases_open(&env, f->registry, f->now, &f->cases, &ei) < 0)
		_exit(8);
	for (uint32_t i = 0; i < PACKAGES; i++)
		bring(f, &k[i], i, fd);
	if (cases_package_drop(f->cases, k[0].package, "withdrawn", f->now, &ei) < 0)
		_exit(10);
	say(fd, 0, SAID_DROPPED, 0);
	for (;;)
		(void)pause();
}

/* What the parent knows to be so. */
struct known {
	bool announced, done, dropped;
	uint64_t offset;
};

static void hear(struct known *all, const struct said *s)
{
	struct known *k = &all[s->package];
	k->announced = true;
	k->done |= s->what == SAID_DONE;
	k->dropped |= s->what == SAID_DROPPED;
	k->offset = s->offset > k->offset ? s->offset : k->offset;
}

/* Let the child run until it has said so much and a little longer, kill it, and take down what it
 * said. */
static void run_and_kill(
    struct fixture *f, const struct parcel *k, struct known *all, unsigned says, unsigned us)
{
	int fds[2], status;
	struct said s;
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		child(f, k, fds[1]);
	}
	assert_int_equal(close(fds[1]), 0);
	for (unsigned i = 0; i < says; i++) {
		struct pollfd p = {.fd = fds[0], .events = POLLIN};
		assert_int_equal(poll(&p, 1, 60000), 1);
		if (read(fds[0], &s, sizeof s) != (ssize_t)sizeof s)
			break; /* it ended by itself: seen below */
		hear(all, &s);
		if (s.what == SAID_DROPPED)
			break;
	}
	(void)usleep(us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (read(fds[0], &s, sizeof s) == (ssize_t)sizeof s)
		hear(all, &s);
	assert_int_equal(close(fds[0]), 0);
	if (WIFEXITED(status))
		fail_msg("the child ended with %d", WEXITSTATUS(status));
}

/* Open all, look, close: the child is to find it as the kill left it and this start mended it. */
static void all_is_there(struct fixture *f, const struct parcel *k, const struct known *all)
{
	struct cases_call call = fixture_call(f, SENDER);
	fixture_up(f);
	for (size_t i = 0; i < PACKAGES; i++) {
		struct store_package row = {0};
		struct cases_upload u = {0};
		int r = package_row(f->cases, k[i].package, &row, NULL, NULL, NULL);
		assert_true(r == 0 || (r == GW_ENOENT && !all[i].announced));
		if (r < 0)
			continue;
		if (all[i].dropped)
			assert_int_equal(row.state, PACKAGE_GONE);
		else if (all[i].done)
			assert_true(row.state == PACKAGE_DEPOSITED ||
			    (i == 0 && row.state == PACKAGE_GONE));
		assert_int_equal(file_there(f, k[i].package), row.state == PACKAGE_DEPOSITED);
		if (row.state != PACKAGE_ANNOUNCED || !all[i].offset)
			continue;
		test_code(cases_upload_create(f->cases, &call, k[i].package, k[i].n, &u, &f->ei), 0,
		    &f->ei);
		assert_true(u.offset >= all[i].offset);
	}
	fixture_down(f);
}

static int leftover(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)line;
	(void)ei;
	++*(size_t *)ctx;
	return 0;
}

static void killed_at_any_moment(void **state)
{
	struct fixture *f = *state;
	struct parcel k[PACKAGES];
	struct known all[PACKAGES] = {{0}};
	unsigned seed = (unsigned)getpid(), runs = 0, rounds = 0;
	print_message("# seed %u\n", seed);
	size_t packages = 0;
	while (runs < RUNS) {
		struct play p = play_new(f, DIRECT_DELETES);
		memset(all, 0, sizeof all);
		for (size_t i = 0; i < PACKAGES; i++)
			k[i] = parcel_new(&p, BYTES + i);
		while (!all[0].dropped) {
			seed = seed * 1664525U + 1013904223U;
			fixture_down(f);
			run_and_kill(f, k, all, (seed >> 16) % 12, (seed >> 8) % 5000);
			all_is_there(f, k, all);
			fixture_up(f);
			runs++;
		}
		rounds++;
		packages += PACKAGES;
		for (size_t i = 0; i < PACKAGES; i++) {
			package_is(f, k[i].package, i ? "deposited" : "gone");
			parcel_release(&k[i]);
		}
	}
	/* each came once, and went once */
	size_t open = 0;
	test_code(ledger_open_intents(f->ledger, leftover, &open, &f->ei), 0, &f->ei);
	assert_int_equal(open, 0);
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), packages);
	assert_int_equal(records(f, "retention.expire", "result", "ok"), rounds);
	assert_int_equal(records(f, "incident.open", "", ""), 0);
	struct file_list l;
	test_code(file_list(f->packages, "", &l, &f->ei), 0, &f->ei);
	assert_int_equal(l.n, packages - rounds);
	file_list_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(killed_at_any_moment, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests_name("cases/package_kill", tests, NULL, NULL);
}
