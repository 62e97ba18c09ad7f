/* SPDX-License-Identifier: EUPL-1.2 */
/* What edge and core say to each other: there and back, and what is refused. */
#include "api/link.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/unit/test.h"

struct pair {
	int a, b;
};

static int setup(void **state)
{
	int fd[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	struct pair *p = str_alloc(sizeof *p);
	*p = (struct pair){fd[0], fd[1]};
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	file_close_p(&p->a);
	file_close_p(&p->b);
	free(p);
	return 0;
}

static size_t open_descriptors(void)
{
	size_t n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static struct link_call example(void)
{
	return (struct link_call){.op = 7,
	    .peer = "00000099000000001000",
	    .spki = "sha256:aa",
	    .trace = "0123456789abcdef0123456789abcdef",
	    .params = {"one", "two"},
	    .params_n = 2,
	    .query = {{"limit", "5"}, {"cursor", ""}},
	    .query_n = 2,
	    .fields = {{"idempotency-key", "k"}},
	    .fields_n = 1,
	    .body = "{\0}",
	    .body_n = 3,
	    .number = UINT64_MAX - 1};
}

static void a_call_arrives_as_it_was(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call c = example(), got;
	for (int i = 0; i < 2; i++) { /* the buffer is used again */
		test_code(link_send_call(p->a, &c, &ei), 0, &ei);
		test_code(link_receive_call(p->b, &frame, &got, &ei), 0, &ei);
	}
	assert_int_equal(got.op, 7);
	assert_string_equal(got.peer, c.peer);
	assert_string_equal(got.spki, c.spki);
	assert_string_equal(got.trace, c.trace);
	assert_int_equal(got.params_n, 2);
	assert_string_equal(got.params[1], "two");
	assert_int_equal(got.query_n, 2);
	assert_string_equal(got.query[1].name, "cursor");
	assert_string_equal(got.query[1].value, "");
	assert_int_equal(got.fields_n, 1);
	assert_string_equal(link_field(got.fields, got.fields_n, "idempotency-key"), "k");
	assert_string_equal(link_field(got.fields, got.fields_n, "other"), "");
	assert_int_equal(got.body_n, 3);
	assert_memory_equal(got.body, "{\0}", 3);
	assert_true(got.number == UINT64_MAX - 1);
}

static void an_answer_brings_its_descriptor(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct link_answer a = {.status = 200,
	    .type = "application/octet-stream",
	    .fields = {{"ETag", "\"x\""}},
	    .fields_n = 1,
	    .fd = zero,
	    .number = 12};
	struct link_answer got;
	test_code(link_send_answer(p->a, &a, &ei), 0, &ei);
	test_code(link_receive_answer(p->b, &frame, &got, &ei), 0, &ei);
	assert_true(got.fd >= 0 && got.fd != zero);
	char c = 1;
	assert_int_equal(read(got.fd, &c, 1), 1);
	assert_int_equal(c, 0);
	assert_int_equal(fcntl(got.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(got.number, 12);
	assert_string_equal(got.fields[0].value, "\"x\"");
	(void)close(got.fd);
	(void)close(zero);
	a = (struct link_answer){.status = 204, .fd = -1};
	test_code(link_send_answer(p->a, &a, &ei), 0, &ei);
	test_code(link_receive_answer(p->b, &frame, &got, &ei), 0, &ei);
	assert_int_equal(got.status, 204);
	assert_int_equal(got.fd, -1);
	assert_null(got.type);
}

/* A body that no frame holds comes as a file in memory that nobody can change any more. */
static void a_large_answer_comes_as_a_file(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	size_t n = LINK_BODY_MAX + 1;
	char *body GW_CLEANUP(str_free_p) = malloc(n);
	memset(body, 'x', n);
	struct link_answer a = {
	    .status = 200, .type = "application/json", .body = body, .body_n = n, .fd = -1};
	struct link_answer got;
	test_code(link_send_answer(p->a, &a, &ei), 0, &ei);
	test_code(link_receive_answer(p->b, &frame, &got, &ei), 0, &ei);
	struct stat st;
	assert_int_equal(fstat(got.fd, &st), 0);
	assert_int_equal(st.st_size, n);
	assert_true(got.number == n && got.body_n == 0);
	assert_int_equal(pwrite(got.fd, "y", 1, 0), -1);
	(void)close(got.fd);
}

static void *send_largest(void *arg)
{
	const struct pair *p = arg;
	static char body[LINK_BODY_MAX];
	struct link_call c = {.op = 1, .body = body, .body_n = sizeof body};
	return link_send_call(p->a, &c, NULL) == 0 ? arg : NULL;
}

static void the_largest_call_fits_and_more_is_not_sent(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call got, big = {.body = "", .body_n = LINK_BODY_MAX + 1};
	test_code(link_send_call(p->a, &big, &ei), GW_EUSAGE, &ei);
	big = (struct link_call){.params_n = LINK_PARAMS + 1};
	test_code(link_send_call(p->a, &big, &ei), GW_EUSAGE, &ei);
	struct link_answer wrong = {.status = 0, .fd = -1};
	test_code(link_send_answer(p->a, &wrong, &ei), GW_EUSAGE, &ei);
	pthread_t t; /* more than the socket takes at once */
	assert_int_equal(pthread_create(&t, NULL, send_largest, p), 0);
	test_code(link_receive_call(p->b, &frame, &got, &ei), 0, &ei);
	assert_int_equal(got.body_n, LINK_BODY_MAX);
	void *sent = NULL;
	assert_int_equal(pthread_join(t, &sent), 0);
	assert_non_null(sent);
}

static void the_end_is_orderly_only_between_frames(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call got;
	assert_int_equal(write(p->a, "\x10\0\0\0abc", 7), 7);
	file_close_p(&p->a);
	test_code(link_receive_call(p->b, &frame, &got, &ei), GW_EFORMAT, &ei);
	test_code(link_receive_call(p->b, &frame, &got, &ei), GW_ENOENT, &ei);
	struct link_call c = example();
	test_code(link_send_call(p->b, &c, &ei), GW_EIO, &ei);
}

/* Every frame that is shorter, or has one byte changed in a length, is refused or is another good
 * frame; nothing is read outside of it (the sanitizers look). */
static void hostile_frames_are_refused(void **state)
{
	(void)state;
	struct link_call c = example(), got;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(link_write_call(&b, &c), 0);
	for (size_t n = 0; n < b.len; n++) {
		char *cut GW_CLEANUP(str_free_p) = malloc(n + 1);
		memcpy(cut, b.data, n);
		test_code(link_read_call(cut, n, &got, &ei), GW_EFORMAT, &ei);
	}
	assert_int_equal(buf_add(&b, "x", 1), 0);
	test_code(link_read_call(b.data, b.len, &got, &ei), GW_EFORMAT, &ei);
	b.len--;
	b.data[4] = 21; /* peer longer than an OIN */
	test_code(link_read_call(b.data, b.len, &got, &ei), GW_EFORMAT, &ei);
	b.data[4] = 20;
	b.data[10] = '\0'; /* a NUL within a text */
	test_code(link_read_call(b.data, b.len, &got, &ei), GW_EFORMAT, &ei);
	b.data[10] = '0';
	b.data[28] = 'x'; /* a text that does not end in NUL */
	test_code(link_read_call(b.data, b.len, &got, &ei), GW_EFORMAT, &ei);
	b.data[28] = '\0';
	test_code(link_read_call(b.data, b.len, &got, &ei), 0, &ei);
}

static void an_empty_or_endless_frame_is_refused(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call got;
	assert_int_equal(write(p->a, "\0\0\0\0", 4), 4);
	test_code(link_receive_call(p->b, &frame, &got, &ei), GW_EFORMAT, &ei);
	assert_int_equal(write(p->a, "\xff\xff\xff\xff", 4), 4);
	test_code(link_receive_call(p->b, &frame, &got, &ei), GW_EFORMAT, &ei);
}

/* Send bytes with n descriptors. */
static void send_with(int to, const void *bytes, size_t bytes_n, size_t n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control = {0};
	int fds[8];
	for (size_t i = 0; i < n; i++)
		fds[i] = STDIN_FILENO;
	union {
		const void *in;
		void *out;
	} text = {bytes};
	struct iovec v = {text.out, bytes_n};
	struct msghdr m = {.msg_iov = &v,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = CMSG_SPACE(n * sizeof(int))};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	assert_int_equal(sendmsg(to, &m, 0), (ssize_t)bytes_n);
}

static void descriptors_come_only_where_they_belong(void **state)
{
	struct pair *p = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call c = example(), call;
	struct link_answer a = {.status = 200, .fd = -1}, answer;
	size_t before = open_descriptors();
	assert_int_equal(buf_add(&b, "\0\0\0\0", 4), 0);
	assert_int_equal(link_write_call(&b, &c), 0);
	b.data[0] = (char)(b.len - 4);
	send_with(p->a, b.data, b.len, 1); /* with a call */
	test_code(link_receive_call(p->b, &frame, &call, &ei), GW_EFORMAT, &ei);
	buf_clear(&b);
	assert_int_equal(buf_add(&b, "\0\0\0\0", 4), 0);
	assert_int_equal(link_write_answer(&b, &a), 0);
	b.data[0] = (char)(b.len - 4);
	send_with(p->a, b.data, b.len, 1); /* with an answer that has none */
	test_code(link_receive_answer(p->b, &frame, &answer, &ei), GW_EFORMAT, &ei);
	b.data[b.len - 4] = 1; /* an answer that says it has one, without */
	assert_int_equal(write(p->a, b.data, b.len), (ssize_t)b.len);
	test_code(link_receive_answer(p->b, &frame, &answer, &ei), GW_EFORMAT, &ei);
	for (size_t n = 2; n <= 8; n++) { /* several, fewer and more than there is room for */
		int s[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
		send_with(s[0], b.data, b.len, n);
		test_code(link_receive_answer(s[1], &frame, &answer, &ei), GW_EFORMAT, &ei);
		(void)close(s[0]);
		(void)close(s[1]);
	}
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_call_arrives_as_it_was, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_answer_brings_its_descriptor, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_large_answer_comes_as_a_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_largest_call_fits_and_more_is_not_sent, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_end_is_orderly_only_between_frames, setup, teardown),
	    cmocka_unit_test(hostile_frames_are_refused),
	    cmocka_unit_test_setup_teardown(an_empty_or_endless_frame_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		descriptors_come_only_where_they_belong, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
