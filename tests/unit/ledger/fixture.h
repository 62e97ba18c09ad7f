/* SPDX-License-Identifier: EUPL-1.2 */
/* fixture: a log in a folder of its own, for the tests of this room. */
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "ledger/ledger.h"

#define OWN "00000099000000001000"
#define PEER "00000099000000002000"
#define ORIGIN "oin-" OWN "/0b7e9f9e-3f0c-4f1c-9a51-3ab1b6f0c001"

struct fixture {
	char *dir;
	struct ledger_paths paths;
};

static inline void fixture_at(struct fixture *f, const char *dir)
{
	f->dir = str_dup(dir);
	f->paths = (struct ledger_paths){
	    .db = file_join(dir, "ledger.db"),
	    .checkpoint = file_join(dir, "checkpoint"),
	    .key = file_join(dir, "ledger.key"),
	    .head = file_join(dir, "ledger.head"),
	    .subjects_db = file_join(dir, "subjects.db"),
	    .subjects_kek = file_join(dir, "subjects.kek"),
	    .blind_key = file_join(dir, "blind.key"),
	};
}

static inline void fixture_forget(struct fixture *f)
{
	char *all[] = {f->dir, (char *)(uintptr_t)f->paths.db,
	    (char *)(uintptr_t)f->paths.checkpoint, (char *)(uintptr_t)f->paths.key,
	    (char *)(uintptr_t)f->paths.head, (char *)(uintptr_t)f->paths.subjects_db,
	    (char *)(uintptr_t)f->paths.subjects_kek, (char *)(uintptr_t)f->paths.blind_key};
	for (size_t i = 0; i < GW_LENGTH(all); i++)
		free(all[i]);
}

/* A new folder with a new log in it. */
static inline void fixture_make(struct fixture *f)
{
	struct errinfo ei = ERRINFO_INIT;
	const char *tmp = getenv("TMPDIR");
	char *dir = str_printf("%s/ledger-test.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	fixture_at(f, dir);
	free(dir);
	int r = ledger_create(&f->paths, ORIGIN, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	assert_int_equal(r, 0);
}

static inline void fixture_end(struct fixture *f)
{
	assert_int_equal(file_remove_tree(f->dir, NULL), 0);
	fixture_forget(f);
}

static inline struct ledger *fixture_open(const struct fixture *f)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger *l = NULL;
	int r = ledger_open(&f->paths, ORIGIN, 0, &l, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	assert_int_equal(r, 0);
	return l;
}

static inline uint64_t fixture_size(struct ledger *l)
{
	uint64_t n = 0;
	assert_int_equal(ledger_size(l, &n, NULL), 0);
	return n;
}

/* Append n records of a fixed kind. */
static inline void fixture_fill(struct ledger *l, size_t n)
{
	struct ledger_record r[256];
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(r); i++)
		r[i] = (struct ledger_record){.act = "audit.read", .out = LEDGER_OK, .peer = PEER};
	while (n) {
		size_t k = n < GW_LENGTH(r) ? n : GW_LENGTH(r);
		int e = ledger_append_all(l, r, NULL, k, &ei);
		if (e < 0)
			print_message("# %s\n", ei.msg);
		assert_int_equal(e, 0);
		n -= k;
	}
}

/* Copy all files of a folder into another, as a backup does. */
static inline void fixture_copy(const char *from, const char *to)
{
	struct file_list names;
	assert_int_equal(file_mkdirs(to, 0700, NULL), 0);
	assert_int_equal(file_list(from, "", &names, NULL), 0);
	for (size_t i = 0; i < names.n; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
		char *a GW_CLEANUP(str_free_p) = file_join(from, names.names[i]);
		char *c GW_CLEANUP(str_free_p) = file_join(to, names.names[i]);
		assert_int_equal(file_read(a, 64 << 20, &b, NULL), 0);
		assert_int_equal(file_write(c, b.data, b.len, 0600, FILE_REPLACE, NULL), 0);
	}
	file_list_release(&names);
}

#endif
