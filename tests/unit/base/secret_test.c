/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

/* In a child, since the limit must be too low before the arena is made. */
static void a_low_limit_is_told_with_its_remedy(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* the address sanitizer makes mlock do nothing */
#endif
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct errinfo ei = ERRINFO_INIT;
		/* root may lock regardless of the limit, so the child gives up root */
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(2);
		struct rlimit none = {4096, 4096};
		if (setrlimit(RLIMIT_MEMLOCK, &none) < 0)
			_exit(3);
		int r = secret_init(&ei);
		_exit(r == GW_EFAIL && err_exit(r) == 1 && strstr(ei.msg, "ulimit -l") ? 0 : 4);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void nothing_before_start(void **state)
{
	(void)state;
	assert_null(secret_alloc(32));
}

static void memory_is_locked_and_not_dumped(void **state)
{
	(void)state;
	struct errinfo ei;
	test_code(secret_init(&ei), 0, &ei);
	test_code(secret_init(&ei), 0, &ei);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	struct rlimit core;
	assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
	assert_int_equal(core.rlim_cur, 0);
	char line[256];
	long locked = 0;
	FILE *f = fopen("/proc/self/status", "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "VmLck:", 6) == 0)
			locked = strtol(line + 6, NULL, 10);
	(void)fclose(f);
#ifndef __SANITIZE_ADDRESS__
	assert_true(locked >= 512);
#else
	(void)locked;
#endif
}

static void given_back_memory_is_zeroed_and_used_again(void **state)
{
	(void)state;
	uint8_t *a = secret_alloc(32), *b = secret_alloc(100), zero[100] = {0};
	assert_non_null(a);
	assert_non_null(b);
	memset(a, 1, 32);
	memset(b, 2, 100);
	secret_free(a);
	assert_memory_equal(a, zero, 32);
	assert_true(secret_alloc(32) == a);
	assert_int_equal(b[99], 2);
	secret_free(a);
	secret_free(b);
	secret_free(NULL);
}

static void a_full_arena_says_so(void **state)
{
	(void)state;
	static void *all[20000];
	size_t n = 0;
	while (n < GW_LENGTH(all) && (all[n] = secret_alloc(32)))
		n++;
	assert_in_range(n, 8000, 8192);
	assert_null(secret_alloc(1));
	assert_null(secret_alloc((size_t)1 << 40));
	for (size_t i = 0; i < n; i++)
		secret_free(all[i]);
	void *p GW_CLEANUP(secret_free_p) = secret_alloc(400000);
	assert_non_null(p);
	assert_true(secret_equal("abc", "abc", 3) && !secret_equal("abc", "abd", 3));
}

static void a_child_can_forget(void **state)
{
	(void)state;
	uint8_t *a = secret_alloc(32), zero[32] = {0};
	assert_non_null(a);
	memset(a, 7, 32);
	secret_forget_all();
	assert_memory_equal(a, zero, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_low_limit_is_told_with_its_remedy),
	    cmocka_unit_test(nothing_before_start),
	    cmocka_unit_test(memory_is_locked_and_not_dumped),
	    cmocka_unit_test(given_back_memory_is_zeroed_and_used_again),
	    cmocka_unit_test(a_full_arena_says_so),
	    cmocka_unit_test(a_child_can_forget),
	};
	return cmocka_run_group_tests_name("base/secret", tests, NULL, NULL);
}
