/* SPDX-License-Identifier: EUPL-1.2 */
/* fixture: an empty store with a transaction that writes, and is never committed. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "store/store.h"
#include "tests/unit/test.h"

#define A "00000099000000001000"
#define B "00000099000000002000"

struct fixture {
	char *dir;
	struct store *s;
	struct store_tx *tx;
	struct errinfo ei;
};

static inline int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	f->dir = test_mkdir();
	char *path GW_CLEANUP(str_free_p) = file_join(f->dir, "store.db");
	test_code(store_open(path, &f->s, &f->ei), 0, &f->ei);
	test_code(store_begin(f->s, STORE_WRITE, &f->tx, &f->ei), 0, &f->ei);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	store_end(&f->tx);
	store_close(f->s);
	test_rmdir(&f->dir);
	free(f);
	return 0;
}

#endif
