/* SPDX-License-Identifier: EUPL-1.2 */
/* What we write is accepted by a verifier that shares no code with us (tests/verifier), at the
 * sizes where tiles begin and end; what was tampered with is refused. */
#include "tests/unit/ledger/fixture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "ledger/audit.h"

static char *verifier, *vkey;

/* Run a program; its exit code. Its messages are dropped. */
static int run(const char *const *argv)
{
	posix_spawn_file_actions_t quiet;
	pid_t pid = 0;
	int status = 0;
	assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0), 0);
	assert_int_equal(posix_spawn(&pid, argv[0], getenv("VERBOSE") ? NULL : &quiet, NULL,
			     (char *const *)(uintptr_t)argv, environ),
	    0);
	posix_spawn_file_actions_destroy(&quiet);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int judge(const char *what, const char *a, const char *b)
{
	return run((const char *const[]){verifier, what, vkey, a, b, NULL});
}

/* Flip a bit of the file, ask again, flip it back. */
static void must_refuse(const char *path, size_t at, const char *what, const char *a, const char *b)
{
	char c;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, (off_t)at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
	int r = judge(what, a, b);
	if (r != 1)
		print_message("# accepted with byte %zu of %s changed\n", at, path);
	assert_int_equal(r, 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
	(void)close(fd);
}

static char *in(const struct fixture *f, const char *name)
{
	return file_join(f->dir, name);
}

static void put(const char *path, const struct buf *b)
{
	assert_int_equal(file_write(path, b->data, b->len, 0600, FILE_REPLACE, NULL), 0);
}

static void check_tiles(struct fixture *f, struct ledger *l, uint64_t size)
{
	char *dir GW_CLEANUP(str_free_p) = in(f, "tiles");
	char *cp GW_CLEANUP(str_free_p) = file_join(dir, "checkpoint");
	char *level0 GW_CLEANUP(str_free_p) =
	    str_printf(size < 256 ? "%s/tile/0/000.p/%d" : "%s/tile/0/000", dir, (int)size);
	char *entries GW_CLEANUP(str_free_p) = str_printf(
	    size < 256 ? "%s/tile/entries/000.p/%d" : "%s/tile/entries/000", dir, (int)size);
	assert_int_equal(ledger_export(l, dir, true, NULL), 0);
	assert_int_equal(judge("tiles", dir, NULL), 0);
	must_refuse(cp, 5, "tiles", dir, NULL);
	must_refuse(cp, 66, "tiles", dir, NULL);
	must_refuse(level0, 31, "tiles", dir, NULL);
	must_refuse(entries, 100, "tiles", dir, NULL);
	if (size >= 256 && size < 65536) {
		char *level1 GW_CLEANUP(str_free_p) =
		    str_printf("%s/tile/1/000.p/%d", dir, (int)(size / 256));
		must_refuse(level1, 0, "tiles", dir, NULL);
	}
	assert_int_equal(file_remove_tree(dir, NULL), 0);
}

static int keep_line(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	return buf_add(ctx, line->bytes, line->n);
}

static void check_inclusion(struct fixture *f, struct ledger *l, uint64_t size, uint64_t index)
{
	struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(1 << 16),
			 line GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	char *p GW_CLEANUP(str_free_p) = in(f, "proof"),
		*r GW_CLEANUP(str_free_p) = in(f, "record");
	assert_int_equal(ledger_prove(l, 0, index, &proof, NULL), 0);
	assert_int_equal(ledger_records(l, index, 1, keep_line, &line, NULL), 0);
	put(p, &proof);
	put(r, &line);
	assert_int_equal(judge("inclusion", p, r), 0);
	must_refuse(r, 10, "inclusion", p, r);
	must_refuse(p, proof.len - 20, "inclusion", p, r);
	if (size > 1)
		must_refuse(p, 23 + 6, "inclusion", p, r); /* the index */
	if (size > 2)
		must_refuse(p, 23 + 15, "inclusion", p, r); /* a hash */
}

static void check_consistency(struct fixture *f, struct ledger *l, uint64_t old_size)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(1 << 16),
			file GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	char *old GW_CLEANUP(str_free_p) = str_printf("%s/old-%d", f->dir, (int)old_size);
	char *p GW_CLEANUP(str_free_p) = in(f, "consistency");
	struct ledger_consistency c;
	assert_int_equal(ledger_consistency(l, old_size, 0, &c, &note, NULL), 0);
	assert_int_equal(ledger_consistency_text(&c, note.data, note.len, &file), 0);
	put(p, &file);
	assert_int_equal(judge("consistency", old, p), 0);
	must_refuse(p, 4, "consistency", old, p);
	must_refuse(p, file.len - 20, "consistency", old, p);
	if (c.n)
		must_refuse(p, 20, "consistency", old, p);
	must_refuse(old, 66, "consistency", old, p);
}

static void others_accept_what_we_prove(void **state)
{
	(void)state;
	static const uint64_t sizes[] = {1, 2, 255, 256, 257, 65535, 65536, 65537};
	struct fixture f;
	struct buf key GW_CLEANUP(buf_release) = BUF_INIT(1024);
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_vkey(l, &key), 0);
	vkey = key.data;
	for (size_t s = 0; s < GW_LENGTH(sizes); s++) {
		uint64_t n = sizes[s];
		struct buf note GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		char *old GW_CLEANUP(str_free_p) = str_printf("%s/old-%d", f.dir, (int)n);
		fixture_fill(l, n - fixture_size(l));
		assert_int_equal(ledger_checkpoint(l, &note, NULL), 0);
		put(old, &note);
		check_tiles(&f, l, n);
		check_inclusion(&f, l, n, 0);
		check_inclusion(&f, l, n, n / 2);
		check_inclusion(&f, l, n, n - 1);
		for (size_t o = 0; o < s; o++)
			check_consistency(&f, l, sizes[o]);
	}
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const char *build = getenv("BUILD");
	verifier = str_printf("%s/verifier", build ? build : "build/rel");
	if (run((const char *const[]){"tests/verifier/build", verifier, NULL}) != 0) {
		print_message("the verifier does not build: golang-golang-x-mod-dev is needed\n");
		return 1;
	}
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 1); /* some thousand small files */
	const struct CMUnitTest tests[] = {cmocka_unit_test(others_accept_what_we_prove)};
	int r = cmocka_run_group_tests_name("ledger/interop", tests, NULL, NULL);
	free(verifier);
	return r;
}
