/* SPDX-License-Identifier: EUPL-1.2 */
/* The edge between a client on a socket and a core that says what the test wants. */
#include "api/edge.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "api/edge_inside.h"
#include "api/link.h"
#include "api/problem.h"
#include "api/routes.h"
#include "http/inside.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define KNOWN "00000099000000001000"
#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define HOST "Host: gw.example\r\n"
#define TUS "Tus-Resumable: 1.0.0\r\n"
#define OCTETS "Content-Type: application/offset+octet-stream\r\n"

static const struct http_limits LIMITS = {.slow_bytes = 1000, .slow_ms = 300};

struct world {
	struct edge *edge;
	int core; /* its end of the link */
	pthread_t thread;
	char *asked; /* what the core was asked, a word each */
	int file;    /* what uploads and dossiers are written to */
	struct buf said;
	unsigned lost;
	const char *peer;
};

/* ---- the core ---- */

static const char *const names[API_OPS] = {[API_CASES] = "cases",
    [API_ACT] = "act",
    [API_CASE] = "case",
    [API_COSIGN] = "cosign",
    [API_CONTENT] = "content",
    [API_OPENAPI] = "openapi",
    [API_UPLOAD_CREATE] = "create",
    [API_UPLOAD_STATE] = "state",
    [API_UPLOAD_BEGIN] = "begin",
    [API_UPLOAD_END] = "end",
    [API_UPLOAD_DROP] = "remove",
    [API_DOSSIER_BEGIN] = "dossier",
    [API_DOSSIER_END] = "seal",
    [API_DOSSIER_DROP] = "drop",
    [API_WHO] = "who",
    [API_READY] = "ready",
    [API_FIGURES] = "figures"};

/* All that a call says, for the test to compare. */
static void echo(const struct link_call *c, struct buf *out, struct link_answer *a)
{
	assert_int_equal(buf_addf(out, "peer=%s", c->peer), 0);
	for (size_t i = 0; i < c->params_n; i++)
		assert_int_equal(buf_addf(out, " param=%s", c->params[i]), 0);
	for (size_t i = 0; i < c->query_n; i++)
		assert_int_equal(
		    buf_addf(out, " query:%s=%s", c->query[i].name, c->query[i].value), 0);
	for (size_t i = 0; i < c->fields_n; i++)
		assert_int_equal(
		    buf_addf(out, " field:%s=%s", c->fields[i].name, c->fields[i].value), 0);
	assert_int_equal(buf_addf(out, " body=%zu number=%llu trace=%s", c->body_n,
			     (unsigned long long)c->number, c->trace),
	    0);
	*a = (struct link_answer){.status = 200,
	    .type = "application/json",
	    .body = out->data,
	    .body_n = out->len,
	    .fd = -1};
}

static void answer(
    struct world *w, const struct link_call *c, struct buf *out, struct link_answer *a)
{
	static const char problem[] = "{\"code\":\"refused\"}";
	static const char content[] = "0123456789";
	static char offset[32];
	switch (c->op) {
	case API_WHO:
		if (str_eq(c->peer, KNOWN))
			*a = (struct link_answer){.status = 204, .fd = -1};
		else
			*a = (struct link_answer){.status = 403,
			    .type = PROBLEM_TYPE,
			    .body = problem,
			    .body_n = sizeof problem - 1,
			    .fd = -1};
		break;
	case API_CONTENT:
		*a = (struct link_answer){.status = 200,
		    .type = "application/octet-stream",
		    .fields = {{"ETag", "\"abc\""}},
		    .fields_n = 1,
		    .fd = memfd_create("content", MFD_CLOEXEC),
		    .number = 10};
		assert_int_equal(write(a->fd, content, 10), 10);
		break;
	case API_UPLOAD_BEGIN:
		(void)snprintf(
		    offset, sizeof offset, "%lld", (long long)lseek(w->file, 0, SEEK_END));
		*a = (struct link_answer){.status = str_eq(c->params[0], "no") ? 409 : 200,
		    .fields = {{"Upload-Offset", offset}, {"Upload-Length", "20"}},
		    .fields_n = 2,
		    .fd = -1,
		    .number = c->number};
		if (a->status == 200)
			a->fd = dup(w->file);
		break;
	case API_UPLOAD_END:
		if (c->number != UINT64_MAX)
			assert_int_equal(ftruncate(w->file, (off_t)c->number), 0);
		(void)snprintf(
		    offset, sizeof offset, "%lld", (long long)lseek(w->file, 0, SEEK_END));
		*a = (struct link_answer){
		    .status = 204, .fields = {{"Upload-Offset", offset}}, .fields_n = 1, .fd = -1};
		break;
	case API_DOSSIER_BEGIN:
		*a = (struct link_answer){.status = str_eq(c->query[0].value, "no") ? 403 : 200,
		    .fields = {{"Limit", "8"}},
		    .fields_n = 1,
		    .body = "token",
		    .body_n = 5,
		    .fd = -1};
		if (a->status == 200)
			a->fd = dup(w->file);
		break;
	case API_READY:
		*a = (struct link_answer){.status = 204, .fd = -1};
		break;
	case API_FIGURES:
		*a = (struct link_answer){.status = 200,
		    .type = "text/plain",
		    .body = "cases 3\n",
		    .body_n = 8,
		    .fd = -1};
		break;
	default:
		echo(c, out, a);
	}
}

static void *core(void *arg)
{
	struct world *w = arg;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call c;
	while (link_receive_call(w->core, &frame, &c, NULL) == 0) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		struct link_answer a;
		char *before = w->asked;
		w->asked =
		    str_printf("%s %s", before ? before : "", names[c.op] ? names[c.op] : "?");
		free(before);
		if (c.op == API_CASE) { /* no frame at all */
			assert_int_equal(write(w->core, "\xff\xff\xff\xff", 4), 4);
			continue;
		}
		answer(w, &c, &out, &a);
		assert_int_equal(link_send_answer(w->core, &a, NULL), 0);
		file_close_p(&a.fd);
	}
	return NULL;
}

static void lost(void *arg)
{
	struct world *w = arg;
	w->lost++;
}

static int setup(void **state)
{
	struct world *w = str_alloc(sizeof *w);
	int fd[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	w->core = fd[1];
	w->file = memfd_create("file", MFD_CLOEXEC);
	w->said = (struct buf)BUF_INIT(1 << 20);
	w->peer = KNOWN;
	w->edge = edge_new(&(struct edge_env){.links = fd, .links_n = 1, .lost = lost, .arg = w});
	assert_int_equal(pthread_create(&w->thread, NULL, core, w), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	edge_free(w->edge);
	(void)pthread_join(w->thread, NULL);
	(void)close(w->core);
	(void)close(w->file);
	buf_release(&w->said);
	free(w->asked);
	free(w);
	return 0;
}

/* ---- the client ---- */

/* Send head, and body behind it (or half of one: cut), and keep the answer in w->said. */
static const char *request_cut(struct world *w, void (*handler)(void *, struct http_request *),
    const char *head, const char *body, bool cut)
{
	int fd[2], status = 0;
	struct buf rest GW_CLEANUP(buf_release) = BUF_INIT(HTTP_HEAD_MAX);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd), 0);
	struct stream s = {fd[0], NULL};
	struct http_request q = {.stream = &s, .limits = &LIMITS, .rest = &rest};
	test_code(http_head_parse(head, strlen(head), &q.head, &status, &ei), 0, &ei);
	(void)snprintf(q.peer.id, sizeof q.peer.id, "%s", w->peer);
	if (*body)
		assert_int_equal(write(fd[1], body, strlen(body)), (ssize_t)strlen(body));
	if (cut)
		assert_int_equal(shutdown(fd[1], SHUT_WR), 0);
	free(w->asked);
	w->asked = NULL;
	http_request_begin(&q);
	handler(w->edge, &q);
	(void)http_request_end(&q);
	(void)close(fd[0]);
	buf_clear(&w->said);
	char piece[4096];
	ssize_t n;
	while ((n = read(fd[1], piece, sizeof piece)) > 0)
		assert_int_equal(buf_add(&w->said, piece, (size_t)n), 0);
	(void)close(fd[1]);
	return w->said.len ? w->said.data : "";
}

static const char *request(struct world *w, const char *head, const char *body)
{
	return request_cut(w, edge_handle, head, body, false);
}

static void expect(struct world *w, const char *said, const char *status, const char *asked)
{
	if (strncmp(said, "HTTP/1.1 ", 9) != 0 || strncmp(said + 9, status, strlen(status)) != 0)
		fail_msg("not %s: %s", status, said);
	if (!str_eq(w->asked ? w->asked : "", asked))
		fail_msg("asked '%s' instead of '%s'", w->asked, asked);
}

static void has(const char *said, const char *what)
{
	if (!strstr(said, what))
		fail_msg("no '%s' in %s", what, said);
}

static void has_not(const char *said, const char *what)
{
	if (strstr(said, what))
		fail_msg("'%s' in %s", what, said);
}

static char *file_text(const struct world *w)
{
	char *text = str_alloc(100);
	assert_true(pread(w->file, text, 99, 0) >= 0);
	return text;
}

/* ---- tests ---- */

static void a_call_has_all_of_the_request(void **state)
{
	struct world *w = *state;
	const char *said = request(w,
	    "GET /v1/cases?limit=5&state=released&cursor=a%20b HTTP/1.1\r\n" HOST
	    "traceparent: 00-" TRACE "-b7ad6b7169203331-01\r\n\r\n",
	    "");
	expect(w, said, "200", " cases");
	has(said,
	    "peer=" KNOWN
	    " query:state=released query:cursor=a b query:limit=5 body=0 number=0 trace=" TRACE);
	has(said, "\r\nAPI-Version: 1.0.0\r\n");
	has(said, "\r\ntraceparent: 00-" TRACE "-");
	has(said, "\r\nX-Content-Type-Options: nosniff\r\n");
	has_not(said, "b7ad6b7169203331");
	has_not(said, "Access-Control-Allow-Origin");
	said = request(w, "GET /v1/openapi.json HTTP/1.1\r\n" HOST "\r\n", "");
	expect(w, said, "200", " openapi");
	has(said, "\r\nAccess-Control-Allow-Origin: *\r\n");
	said = request(w,
	    "POST /v1/cases/" KNOWN "/K-1/statements HTTP/1.1\r\n" HOST
	    "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n",
	    "{\"a\":\"bcde\"}");
	expect(w, said, "200", " act");
	has(said, "param=" KNOWN " param=K-1 body=12");
}

static void a_bad_trace_is_replaced(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = {"00-00000000000000000000000000000000-b7ad6b7169203331-01",
	    "00-" TRACE "-0000000000000000-01", "ff-" TRACE "-b7ad6b7169203331-01",
	    "00-" TRACE "-b7ad6b7169203331-01-x", "00-" TRACE "-b7ad6b7169203331",
	    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "x"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		char *head GW_CLEANUP(str_free_p) =
		    str_printf("GET /v1/cases HTTP/1.1\r\n" HOST "traceparent: %s\r\n\r\n", bad[i]);
		const char *said = request(w, head, "");
		expect(w, said, "200", " cases");
		has_not(said, TRACE);
		has(said, " trace=");
	}
}

static const struct {
	const char *head, *body, *status, *said;
} refused[] = {
    {"GET /v1/none HTTP/1.1\r\n" HOST "\r\n", "", "404", "\"code\":\"not-found\""},
    {"GET /v1/cases/ HTTP/1.1\r\n" HOST "\r\n", "", "404", "\"status\":404"},
    {"DELETE /v1/cases HTTP/1.1\r\n" HOST "\r\n", "", "405", "\r\nAllow: GET, HEAD\r\n"},
    {"GET /v1/cases HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n", "", "406",
	"\"instance\":\"urn:uuid:"},
    {"GET /v1/cases?limits=5 HTTP/1.1\r\n" HOST "\r\n", "", "400", "\"name\":\"limits\""},
    {"GET /v1/cases?limit=5&limit=6 HTTP/1.1\r\n" HOST "\r\n", "", "400", "\"name\":\"limit\""},
    {"GET /v1/cases?state=%00 HTTP/1.1\r\n" HOST "\r\n", "", "400", "\"in\":\"query\""},
    {"POST /v1/packages HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n",
	"{}", "415", "\"code\":\"usage\""},
    {"POST /v1/packages HTTP/1.1\r\n" HOST "\r\n", "", "400", "a body is expected"},
    {"POST /v1/packages HTTP/1.1\r\n" HOST
     "Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n",
	"", "413", "1 MiB"},
    {"POST /v1/packages HTTP/1.1\r\n" HOST
     "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
	"x\r\n", "400", "wrongly framed"},
    {"DELETE /v1/uploads/u HTTP/1.1\r\n" HOST TUS "Content-Length: 2\r\n\r\n", "{}", "400",
	"no body"},
    {"POST /v1/uploads HTTP/1.1\r\n" HOST "Upload-Length: 5\r\n\r\n", "", "412",
	"\r\nTus-Version: 1.0.0\r\n"},
    {"POST /v1/uploads HTTP/1.1\r\n" HOST TUS "\r\n", "", "400", "\"name\":\"Upload-Length\""},
    {"POST /v1/uploads HTTP/1.1\r\n" HOST TUS "Upload-Length: -5\r\n\r\n", "", "400",
	"\"in\":\"field\""},
    {"PATCH /v1/uploads/u HTTP/1.1\r\n" HOST TUS OCTETS
     "Upload-Offset: 0\r\nUpload-Checksum: md5 AAAA\r\nContent-Length: 1\r\n\r\n",
	"x", "400", "Upload-Checksum"},
    {"PATCH /v1/uploads/u HTTP/1.1\r\n" HOST TUS OCTETS
     "Upload-Offset: 0\r\nUpload-Checksum: sha256 AAAA\r\nContent-Length: 1\r\n\r\n",
	"x", "400", "Upload-Checksum"},
    {"PATCH /v1/uploads/u HTTP/1.1\r\n" HOST TUS "Upload-Offset: 0\r\nContent-Length: 1\r\n\r\n",
	"x", "415", "media type"},
};

/* What the edge itself refuses: asked is only who the client is. */
static void what_does_not_fit_is_refused(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < GW_LENGTH(refused); i++) {
		const char *said = request(w, refused[i].head, refused[i].body);
		expect(w, said, refused[i].status, " who");
		has(said, refused[i].said);
		has(said, "\r\nContent-Type: application/problem+json\r\n");
		has(said, "\r\nAPI-Version: 1.0.0\r\n");
	}
}

static void a_stranger_learns_nothing(void **state)
{
	struct world *w = *state;
	w->peer = "00000099000000007000";
	for (size_t i = 0; i < GW_LENGTH(refused); i++) {
		const char *said = request(w, refused[i].head, refused[i].body);
		expect(w, said, "403", " who");
		has(said, "{\"code\":\"refused\"}");
		has_not(said, "instance");
	}
	expect(w, request(w, "OPTIONS /v1/uploads HTTP/1.1\r\n" HOST "\r\n", ""), "403", " who");
	has_not(w->said.data, "Tus-Extension");
}

#define CONTENT "GET /v1/packages/p/content HTTP/1.1\r\n" HOST

static void content_comes_whole_or_in_part(void **state)
{
	struct world *w = *state;
	const char *said = request(w, CONTENT "\r\n", "");
	expect(w, said, "200", " content");
	has(said, "\r\nETag: \"abc\"\r\n");
	has(said, "\r\nAccept-Ranges: bytes\r\n");
	has(said, "\r\n\r\n0123456789");
	said = request(w, CONTENT "Range: bytes=2-4\r\nIf-Range: \"abc\"\r\n\r\n", "");
	expect(w, said, "206", " content");
	has(said, "\r\nContent-Range: bytes 2-4/10\r\n");
	has(said, "\r\nContent-Length: 3\r\n");
	has(said, "\r\n\r\n234");
	said = request(w, CONTENT "Range: bytes=2-4\r\nIf-Range: \"abd\"\r\n\r\n", "");
	expect(w, said, "200", " content");
	said = request(w, CONTENT "Range: bytes=10-\r\n\r\n", "");
	expect(w, said, "416", " content");
	has(said, "\r\nContent-Range: bytes */10\r\n");
	has(said, "application/problem+json");
	said = request(w, CONTENT "If-None-Match: \"abc\"\r\n\r\n", "");
	expect(w, said, "304", " content");
	has_not(said, "0123");
	said = request(w, CONTENT "If-Match: \"abd\"\r\n\r\n", "");
	expect(w, said, "412", " content");
	has(said, "application/problem+json");
	has_not(said, "0123");
	said = request(
	    w, "HEAD /v1/packages/p/content HTTP/1.1\r\n" HOST "Range: bytes=2-4\r\n\r\n", "");
	expect(w, said, "200", " content");
	has(said, "\r\nContent-Length: 10\r\n");
	has_not(said, "0123");
}

#define PATCH "PATCH /v1/uploads/u HTTP/1.1\r\n" HOST TUS OCTETS "Upload-Offset: "

static void an_upload_is_written_where_the_core_says(void **state)
{
	struct world *w = *state;
	const char *said = request(w, PATCH "0\r\nContent-Length: 5\r\n\r\n", "hello");
	expect(w, said, "204", " begin end");
	has(said, "\r\nUpload-Offset: 5\r\n");
	has(said, "\r\nTus-Resumable: 1.0.0\r\n");
	said = request(w,
	    PATCH "5\r\nUpload-Checksum: sha256 "
		  "SG6kYiTRu0+2gPNPfJrZao8k7Ii+c+qOWmxlJg6cuKc=\r\nContent-Length: 5\r\n\r\n",
	    "world");
	expect(w, said, "204", " begin end");
	said = request(w,
	    PATCH "10\r\nUpload-Checksum: sha1 fCEUM/AgcVl3Qeb/Wo6jR4mrv0M=\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n",
	    "2\r\nwo\r\n3\r\nrld\r\n0\r\n\r\n");
	expect(w, said, "204", " begin end");
	char *text GW_CLEANUP(str_free_p) = file_text(w);
	assert_string_equal(text, "helloworldworld");
	said = request(w,
	    "PATCH /v1/uploads/no HTTP/1.1\r\n" HOST TUS OCTETS
	    "Upload-Offset: 3\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
	    "");
	expect(w, said, "409", " begin");
	has_not(said, "100 Continue");
	said = request(w, PATCH "15\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", "!!");
	expect(w, said, "100 Continue\r\n\r\nHTTP/1.1 204", " begin end");
}

static void wrong_bytes_are_cut_back(void **state)
{
	struct world *w = *state;
	(void)request(w, PATCH "0\r\nContent-Length: 5\r\n\r\n", "hello");
	const char *said = request(w,
	    PATCH "5\r\nUpload-Checksum: sha256 "
		  "SG6kYiTRu0+2gPNPfJrZao8k7Ii+c+qOWmxlJg6cuKc=\r\nContent-Length: 5\r\n\r\n",
	    "w0rld");
	expect(w, said, "460", " begin end who");
	char *text GW_CLEANUP(str_free_p) = file_text(w);
	assert_string_equal(text, "hello");
}

static void what_came_before_a_cut_stays(void **state)
{
	struct world *w = *state;
	(void)request_cut(w, edge_handle, PATCH "0\r\nContent-Length: 15\r\n\r\n", "0123456", true);
	assert_string_equal(w->asked, " begin end");
	char *text GW_CLEANUP(str_free_p) = file_text(w);
	assert_string_equal(text, "0123456");
	/* too slow: 408 */
	const char *said = request(w, PATCH "7\r\nContent-Length: 10\r\n\r\n", "789");
	expect(w, said, "408", " begin end");
	char *more GW_CLEANUP(str_free_p) = file_text(w);
	assert_string_equal(more, "0123456789");
}

static void more_than_the_upload_holds_is_not_written(void **state)
{
	struct world *w = *state;
	const char *said =
	    request(w, PATCH "0\r\nContent-Length: 21\r\n\r\n", "012345678901234567890");
	expect(w, said, "413", " begin end who");
	said = request(w, PATCH "0\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "15\r\n012345678901234567890\r\n0\r\n\r\n");
	expect(w, said, "413", " begin end who");
	assert_int_equal(lseek(w->file, 0, SEEK_END), 0);
}

static void tus_says_what_it_speaks(void **state)
{
	struct world *w = *state;
	const char *said = request(w, "OPTIONS /v1/uploads HTTP/1.1\r\n" HOST "\r\n", "");
	expect(w, said, "204", " who");
	has(said, "\r\nTus-Version: 1.0.0\r\n");
	has(said, "\r\nTus-Extension: creation,expiration,checksum,termination\r\n");
	has(said, "\r\nTus-Checksum-Algorithm: sha256,sha1\r\n");
	said = request(w,
	    "POST /v1/uploads HTTP/1.1\r\n" HOST TUS
	    "Upload-Length: 20\r\nUpload-Metadata: package YQ==\r\nContent-Length: 0\r\n\r\n",
	    "");
	expect(w, said, "200", " create");
	has(said, "field:upload-metadata=package YQ== body=0 number=20");
	said = request(w, "HEAD /v1/uploads/u HTTP/1.1\r\n" HOST TUS "\r\n", "");
	expect(w, said, "200", " state");
	said = request(w, "DELETE /v1/uploads/u HTTP/1.1\r\n" HOST TUS "\r\n", "");
	expect(w, said, "200", " remove");
}

#define DOSSIER(policy)                                                      \
	"POST /v1/dossiers?policy=" policy "&to=" KNOWN " HTTP/1.1\r\n" HOST \
	"Content-Type: application/zip\r\nIdempotency-Key: k\r\n"

static void a_dossier_goes_into_memory(void **state)
{
	struct world *w = *state;
	const char *said = request(
	    w, DOSSIER("p") "Expect: 100-continue\r\nContent-Length: 8\r\n\r\n", "zip data");
	expect(w, said, "100 Continue", " dossier seal");
	has(said, "HTTP/1.1 200");
	has(said,
	    "param=token query:policy=p query:to=" KNOWN
	    " field:idempotency-key=k field:content-type=application/zip body=0 number=8");
	char *text GW_CLEANUP(str_free_p) = file_text(w);
	assert_string_equal(text, "zip data");
	said = request(w, DOSSIER("no") "Expect: 100-continue\r\nContent-Length: 8\r\n\r\n", "");
	expect(w, said, "403", " dossier");
	said = request(w, DOSSIER("p") "Content-Length: 9\r\n\r\n", "");
	expect(w, said, "413", " dossier drop who");
	(void)request_cut(w, edge_handle, DOSSIER("p") "Content-Length: 8\r\n\r\n", "zip", true);
	assert_string_equal(w->asked, " dossier drop");
}

static void a_core_that_talks_nonsense_is_lost(void **state)
{
	struct world *w = *state;
	const char *said = request(w, "GET /v1/cases/" KNOWN "/K HTTP/1.1\r\n" HOST "\r\n", "");
	expect(w, said, "503", " case");
	assert_int_equal(w->lost, 1);
}

static void the_local_listener_tells_health(void **state)
{
	struct world *w = *state;
	w->peer = "";
	const char *said =
	    request_cut(w, edge_local, "GET /healthz HTTP/1.1\r\n" HOST "\r\n", "", false);
	expect(w, said, "200", "");
	said = request_cut(w, edge_local, "GET /readyz HTTP/1.1\r\n" HOST "\r\n", "", false);
	expect(w, said, "200", " ready");
	said = request_cut(w, edge_local, "GET /metrics HTTP/1.1\r\n" HOST "\r\n", "", false);
	expect(w, said, "200", " figures");
	has(said, "\nhandover_http_requests_total 0\n");
	has(said, "\ncases 3\n");
	said = request_cut(w, edge_local, "GET /v1/cases HTTP/1.1\r\n" HOST "\r\n", "", false);
	expect(w, said, "404", "");
	said = request_cut(w, edge_local, "DELETE /healthz HTTP/1.1\r\n" HOST "\r\n", "", false);
	expect(w, said, "405", "");
}

/* Whoever has come through the handshake is told whom to tell of a weakness; the core is not asked.
 */
static void a_stranger_reads_security_txt(void **state)
{
	static char uri[] = "https://gemeente.example/lek";
	static struct settings_security contact = {uri, INT64_MAX >> 12};
	static const char get[] = "GET /.well-known/security.txt HTTP/1.1\r\n" HOST "\r\n";
	struct world *w = *state;
	w->peer = "00000099000000007000";
	expect(w, request(w, get, ""), "404", "");
	w->edge->env.security = &contact;
	const char *said = request(w, get, "");
	expect(w, said, "200", "");
	has(said, "Content-Type: text/plain; charset=utf-8\r\n");
	has(said, "\r\nContact: https://gemeente.example/lek\r\nExpires: ");
	has_not(said, "API-Version");
	expect(w, request_cut(w, edge_local, get, "", false), "200", "");
	expect(w, request(w, "GET /.well-known/security.tx HTTP/1.1\r\n" HOST "\r\n", ""), "403",
	    " who");
	expect(w, request(w, "DELETE /.well-known/security.txt HTTP/1.1\r\n" HOST "\r\n", ""),
	    "405", "");
	contact.until = 0;
	expect(w, request(w, get, ""), "404", "");
}

/* ---- many at once over few links ---- */

enum { LINKS = 2, CLIENTS = 8, EACH = 40 };

static void *plain_core(void *arg)
{
	int fd = *(int *)arg;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call c;
	while (link_receive_call(fd, &frame, &c, NULL) == 0) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		struct link_answer a;
		echo(&c, &out, &a);
		assert_int_equal(link_send_answer(fd, &a, NULL), 0);
	}
	return NULL;
}

/* Each client hears what it asked, and nothing of another's. */
static void *client(void *arg)
{
	struct world *w = arg;
	for (int i = 0; i < EACH; i++) {
		char *head GW_CLEANUP(str_free_p) =
		    str_printf("GET /v1/cases?cursor=%p-%d HTTP/1.1\r\n" HOST "\r\n", arg, i);
		char *mark GW_CLEANUP(str_free_p) = str_printf("query:cursor=%p-%d ", arg, i);
		if (!strstr(request(w, head, ""), mark))
			return arg;
		edge_note(w->edge, "handshake", "why not");
	}
	return NULL;
}

static void many_share_few_links(void **state)
{
	(void)state;
	int ours[LINKS], theirs[LINKS];
	pthread_t cores[LINKS], clients[CLIENTS];
	struct world w[CLIENTS] = {{.peer = KNOWN}};
	for (size_t i = 0; i < LINKS; i++) {
		int fd[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		ours[i] = fd[0];
		theirs[i] = fd[1];
		assert_int_equal(pthread_create(&cores[i], NULL, plain_core, &theirs[i]), 0);
	}
	struct edge *e = edge_new(&(struct edge_env){.links = ours, .links_n = LINKS});
	for (size_t i = 0; i < CLIENTS; i++) {
		w[i] = (struct world){.edge = e, .peer = KNOWN, .said = BUF_INIT(1 << 20)};
		assert_int_equal(pthread_create(&clients[i], NULL, client, &w[i]), 0);
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		void *failed = NULL;
		assert_int_equal(pthread_join(clients[i], &failed), 0);
		assert_null(failed);
		buf_release(&w[i].said);
	}
	edge_free(e);
	for (size_t i = 0; i < LINKS; i++) {
		assert_int_equal(pthread_join(cores[i], NULL), 0);
		(void)close(theirs[i]);
	}
}

/* Who is at the other end is the OIN in the certificate and its key. */
static void a_client_is_its_certificate(void **state)
{
	(void)state;
	struct pki pki = pki_new();
	struct http_peer peer = {0};
	X509 *x =
	    pki_issue(&pki, "alice", &(struct pki_spec){.usage = "critical,digitalSignature"});
	assert_int_equal(edge_identify(NULL, x, &peer), 0);
	assert_string_equal(peer.id, PKI_OIN);
	unsigned char zero[32] = {0};
	assert_memory_not_equal(peer.digest, zero, sizeof zero);
	X509_free(x);
	x = pki_issue(
	    &pki, "odd", &(struct pki_spec){.usage = "critical,digitalSignature", .oin = "123"});
	assert_int_equal(edge_identify(NULL, x, &peer), GW_EAUTH);
	X509_free(x);
	pki_free(&pki);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_call_has_all_of_the_request),
	    T(a_bad_trace_is_replaced),
	    T(what_does_not_fit_is_refused),
	    T(a_stranger_learns_nothing),
	    T(content_comes_whole_or_in_part),
	    T(an_upload_is_written_where_the_core_says),
	    T(wrong_bytes_are_cut_back),
	    T(what_came_before_a_cut_stays),
	    T(more_than_the_upload_holds_is_not_written),
	    T(tus_says_what_it_speaks),
	    T(a_dossier_goes_into_memory),
	    T(a_core_that_talks_nonsense_is_lost),
	    T(the_local_listener_tells_health),
	    T(a_stranger_reads_security_txt),
	    cmocka_unit_test(many_share_few_links),
	    cmocka_unit_test(a_client_is_its_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
