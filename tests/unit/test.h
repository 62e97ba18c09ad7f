/* SPDX-License-Identifier: EUPL-1.2 */
/* test: the headers cmocka wants, and a folder of its own for a test. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

/* Make an empty folder of mode 0700; test_rmdir removes it with all in it and frees the name. */
static inline char *test_mkdir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = str_printf("%s/handover-test.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline void test_rmdir(char **dir)
{
	if (*dir)
		assert_int_equal(file_remove_tree(*dir, NULL), 0);
	free(*dir);
	*dir = NULL;
}

/* Put another letter of base64 at c, and give the one that stood there: damage that stays in its
 * form. */
static inline char test_damage(char *c)
{
	char had = *c;
	*c = had == 'A' ? 'B' : 'A';
	return had;
}

/* Fail with the message of ei when r is not what was expected. */
static inline void test_code(int r, int expected, const struct errinfo *ei)
{
	if (r != expected)
		fail_msg(
		    "%s instead of %s: %s", err_name(r), err_name(expected), ei ? ei->msg : "");
}

#endif
