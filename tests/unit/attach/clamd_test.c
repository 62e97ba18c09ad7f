/* SPDX-License-Identifier: EUPL-1.2 */
/* A scanner's word is taken only when it is exactly the good one. */
#include "attach/clamd.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/attach.h"

static void answers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
		enum clamd_verdict means;
	} cases[] = {
	    {"stream: OK", 11, CLAMD_CLEAN},
	    {"stream: OK", 10, CLAMD_FAILED}, /* without its end */
	    {"stream: OK\n", 12, CLAMD_FAILED},
	    {"stream: ok", 11, CLAMD_FAILED},
	    {" stream: OK", 12, CLAMD_FAILED},
	    {"stream: OK\0x", 13, CLAMD_FAILED},
	    {"OK", 3, CLAMD_FAILED},
	    {"", 1, CLAMD_FAILED},
	    {"stream: Eicar-Test-Signature FOUND", 35, CLAMD_FOUND},
	    {"stream: x FOUND", 16, CLAMD_FOUND},
	    {"stream: OK FOUND OK", 20, CLAMD_FAILED},
	    {"INSTREAM size limit exceeded. ERROR", 36, CLAMD_FAILED},
	    {"stream: Can't allocate memory ERROR", 36, CLAMD_FAILED},
	    {"UNKNOWN COMMAND", 16, CLAMD_FAILED},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (clamd_answer(cases[i].text, cases[i].n) != cases[i].means)
			fail_msg("%s", cases[i].text);
}

/* A scanner that answers as it is told to. */
struct scanner {
	char path[64];
	int fd;
	const char *answer; /* NULL: none, and it stays open */
	size_t answer_n, heard, stop_after;
	char begun[10];
	pthread_t thread;
	bool hangs;
};

static void *serve(void *arg)
{
	struct scanner *s = arg;
	static char b[1 << 16];
	int fd = accept(s->fd, NULL, NULL);
	size_t all = 0;
	while (fd >= 0 && (!s->stop_after || all < s->stop_after)) {
		ssize_t k = read(fd, b, sizeof b);
		if (k <= 0)
			break;
		if (all < sizeof s->begun)
			memcpy(s->begun + all, b,
			    (size_t)k < sizeof s->begun - all ? (size_t)k : sizeof s->begun - all);
		all += (size_t)k;
		if (k >= 4 && memcmp(b + k - 4, "\0\0\0\0", 4) == 0)
			break;
	}
	s->heard = all;
	if (s->answer && write(fd, s->answer, s->answer_n) < 0)
		return NULL;
	if (s->hangs)
		(void)sleep(3);
	(void)close(fd);
	return NULL;
}

static void begin(struct scanner *s)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	(void)snprintf(s->path, sizeof s->path, "/tmp/clamd-test-%d", (int)getpid());
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", s->path);
	(void)unlink(s->path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s->fd, 1), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void end(struct scanner *s)
{
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
	(void)unlink(s->path);
}

static void the_stream_is_whole(void **state)
{
	(void)state;
	struct scanner s = {.answer = "stream: OK", .answer_n = 11};
	static char data[600 << 10];
	memset(data, 'x', sizeof data);
	begin(&s);
	assert_int_equal(clamd_scan(s.path, data, sizeof data, 5), CLAMD_CLEAN);
	end(&s);
	assert_memory_equal(s.begun, "zINSTREAM", 10);
	assert_int_equal(s.heard, 10 + 3 * 4 + sizeof data + 4); /* three pieces and the end */
}

static void silence_and_half_answers_are_failures(void **state)
{
	(void)state;
	struct scanner cases[] = {
	    {.answer = NULL}, /* closes */
	    {.answer = NULL, .hangs = true}, {.answer = "stream: O", .answer_n = 9},
	    {.answer = "stream: OK", .answer_n = 10, .hangs = true},
	    {.answer = "INSTREAM size limit exceeded. ERROR", .answer_n = 36, .stop_after = 1},
	    {.answer = "stream: OK", .answer_n = 11, .stop_after = 1}, /* it has not seen all */
	};
	static char data[4 << 20];
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		begin(&cases[i]);
		enum clamd_verdict v = clamd_scan(cases[i].path, data, sizeof data, 1);
		if (v != CLAMD_FAILED)
			fail_msg("%zu: %d", i, (int)v);
		end(&cases[i]);
	}
	assert_int_equal(clamd_scan("/tmp/no-scanner-here", "x", 1, 1), CLAMD_FAILED);
}

static void what_it_finds_stays_behind(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		size_t n;
		int code;
		enum attach_why why;
	} cases[] = {{"stream: Test FOUND", 19, GW_EREFUSED, ATTACH_VIRUS},
	    {"stream: what ERROR", 19, GW_ENET, ATTACH_ANTIVIRUS},
	    {"stream: OK", 11, GW_EFORMAT, ATTACH_BROKEN}};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct scanner s = {.answer = cases[i].answer, .answer_n = cases[i].n};
		begin(&s);
		const struct attach_setup setup = {.antivirus = s.path};
		struct attach_item it = {.p = "%PDF-1.4", .n = 8};
		assert_int_equal(attach_clean_all(&it, 1, &setup, NULL), 0);
		if (it.code != cases[i].code || it.why != cases[i].why)
			fail_msg("%zu: %s", i, it.reason);
		attach_release(&it, 1);
		end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(the_stream_is_whole),
	    cmocka_unit_test(silence_and_half_answers_are_failures),
	    cmocka_unit_test(what_it_finds_stays_behind),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
