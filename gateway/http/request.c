/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/inside.h"

enum {
	ANSWER_HEAD = 8192, /* bytes of an answer's head */
	TOGETHER = 8192,    /* of a body that goes along with the head, in one record */
	PIECE = 128 << 10,  /* of a file */
};

/* What every answer carries (NL API Design Rules, transport security). */
static const char ALWAYS[] =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Strict-Transport-Security: max-age=31536000\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

const char *http_reason(int status)
{
	static const struct {
		int status;
		const char *words;
	} rows[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
	    {206, "Partial Content"}, {304, "Not Modified"}, {400, "Bad Request"},
	    {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
	    {406, "Not Acceptable"}, {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
	    {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Content Too Large"},
	    {414, "URI Too Long"}, {415, "Unsupported Media Type"}, {416, "Range Not Satisfiable"},
	    {417, "Expectation Failed"}, {422, "Unprocessable Content"},
	    {428, "Precondition Required"}, {429, "Too Many Requests"},
	    {431, "Request Header Fields Too Large"}, {460, "Checksum Mismatch"},
	    {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"},
	    {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"},
	    {507, "Insufficient Storage"}};
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		if (rows[i].status == status)
			return rows[i].words;
	return "Other";
}

const struct http_head *http_request_head(const struct http_request *q)
{
	return &q->head;
}

const struct http_peer *http_request_peer(const struct http_request *q)
{
	return &q->peer;
}

bool http_request_tls(const struct http_request *q)
{
	return q->stream->ssl != NULL;
}

uint64_t http_body_got(const struct http_request *q)
{
	return q->got;
}

int http_answered(const struct http_request *q)
{
	return q->status;
}

void http_request_begin(struct http_request *q)
{
	q->left = q->head.length;
	q->body_done = q->head.framing == HTTP_NO_BODY;
	q->close = q->head.close;
	q->slow_from = clock_mono();
}

/* The moment at which the present stretch must have moved slow_bytes; a stretch that has begins
 * the next one. */
static int64_t stretch(struct http_request *q, size_t moved)
{
	q->slow_moved += moved;
	if (q->slow_moved >= q->limits->slow_bytes) {
		q->slow_moved = 0;
		q->slow_from = clock_mono();
	}
	return q->slow_from + q->limits->slow_ms;
}

static int receive(struct http_request *q, void *p, size_t n, size_t *ret_n)
{
	int r = stream_read(q->stream, p, n, stretch(q, 0), ret_n);
	q->slow = q->slow || r == GW_ELIMIT;
	if (r == 0)
		(void)stretch(q, *ret_n);
	return r;
}

static int send_all(struct http_request *q, const void *p, size_t n)
{
	size_t k = 0;
	for (const char *at = p; n > 0; at += k, n -= k) {
		int r = stream_write(q->stream, at, n, stretch(q, 0), &k);
		if (r < 0) {
			q->slow = q->slow || r == GW_ELIMIT;
			q->close = true;
			return r;
		}
		(void)stretch(q, k);
	}
	return 0;
}

static int say_continue(struct http_request *q)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	if (!q->head.expect_continue || q->told_continue || q->rest_at < q->rest->len)
		return 0;
	q->told_continue = true;
	return send_all(q, line, sizeof line - 1);
}

/* Take at most n of the bytes that came with the head; false when there are none. */
static bool from_rest(struct http_request *q, void *p, size_t n, size_t *ret_n)
{
	size_t there = q->rest->len - q->rest_at;
	if (there == 0)
		return false;
	*ret_n = n < there ? n : there;
	memcpy(p, q->rest->data + q->rest_at, *ret_n);
	q->rest_at += *ret_n;
	return true;
}

static int read_length(struct http_request *q, void *p, size_t n, size_t *ret_n)
{
	size_t most = n < q->left ? n : (size_t)q->left;
	int r = from_rest(q, p, most, ret_n) ? 0 : receive(q, p, most, ret_n);
	if (r < 0)
		return r;
	if (*ret_n == 0)
		return GW_EFORMAT; /* cut short */
	q->left -= *ret_n;
	q->body_done = q->left == 0;
	return 0;
}

static int refill(struct http_request *q)
{
	size_t k = 0;
	buf_clear(q->rest);
	q->rest_at = 0;
	char *room = buf_room(q->rest, HTTP_HEAD_MAX);
	if (!room)
		return GW_ENOMEM;
	int r = receive(q, room, HTTP_HEAD_MAX, &k);
	if (r == 0)
		buf_wrote(q->rest, k);
	return r < 0 ? r : k == 0 ? GW_EFORMAT : 0;
}

static int read_chunked(struct http_request *q, void *p, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	while (*ret_n == 0 && !http_chunks_done(&q->chunks)) {
		if (q->rest_at == q->rest->len) {
			int r = refill(q);
			if (r < 0)
				return r;
		}
		const char *data = NULL;
		size_t used = 0, most = q->rest->len - q->rest_at;
		/* no more than fits into p: framing bytes that come before it only help */
		if (http_chunks_next(&q->chunks, q->rest->data + q->rest_at, most < n ? most : n,
			&used, &data, ret_n) < 0)
			return GW_EFORMAT;
		memcpy(p, data, *ret_n);
		q->rest_at += used;
	}
	q->body_done = http_chunks_done(&q->chunks);
	return 0;
}

static int body_failed(struct http_request *q, int code, struct errinfo *ei)
{
	q->close = true;
	return err_set(ei, code, "%s",
	    code == GW_EFORMAT      ? "the body is cut short or wrongly framed"
		: code == GW_ELIMIT ? "the body comes too slowly"
				    : "the connection broke");
}

int http_body_read(struct http_request *q, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
{
	*ret_n = 0;
	if (q->body_done)
		return 0;
	int r = say_continue(q);
	if (r == 0)
		r = q->head.framing == HTTP_CHUNKED ? read_chunked(q, p, n, ret_n)
						    : read_length(q, p, n, ret_n);
	if (r < 0)
		return body_failed(q, r, ei);
	q->got += *ret_n;
	if (q->got <= q->max)
		return 0;
	q->close = true;
	return err_set(ei, GW_ELIMIT, "the body is longer than %" PRIu64 " bytes", q->max);
}

int http_body_max(struct http_request *q, uint64_t max, struct errinfo *ei)
{
	q->max = max;
	return q->head.length > max
	    ? err_set(ei, GW_ELIMIT, "the body is longer than %" PRIu64 " bytes", max)
	    : 0;
}

int http_body_all(struct http_request *q, struct buf *out, struct errinfo *ei)
{
	size_t k = 0;
	int r = http_body_max(q, out->max - out->len, ei);
	while (r == 0 && !q->body_done) {
		char piece[4096];
		r = http_body_read(q, piece, sizeof piece, &k, ei);
		if (r == 0 && (r = buf_add(out, piece, k)) < 0)
			r = err_set(ei, r, "the body is too long");
		explicit_bzero(piece, k);
	}
	return r;
}

/* Append the fields of the answer; what no field may hold is our own mistake. */
static int add_fields(struct buf *b, const struct http_answer *a)
{
	for (size_t i = 0; i < a->fields_n; i++) {
		for (const char *v = a->fields[i].value; *v; v++)
			if (*v < 0x20 || *v == 0x7f)
				return GW_EUSAGE;
		int r = buf_addf(b, "%s: %s\r\n", a->fields[i].name, a->fields[i].value);
		if (r < 0)
			return r;
	}
	return 0;
}

static int date_field(struct buf *b)
{
	/* IMF-fixdate (RFC 9110 §5.6.7), in no locale */
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = (time_t)(clock_now() / 1000);
	struct tm t;
	if (!gmtime_r(&now, &t))
		return GW_EFAIL;
	return buf_addf(b, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[t.tm_wday],
	    t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static bool bodiless(const struct http_request *q, int status)
{
	return q->head.method == HTTP_METHOD_HEAD || status == 204 || status == 304;
}

/* A body that the handler left ends the connection, unless all of it is here already: nobody waits
 * for bytes that are not wanted. */
static bool must_close(struct http_request *q)
{
	if (q->head.framing == HTTP_LENGTH && q->left <= q->rest->len - q->rest_at) {
		q->rest_at += q->left;
		q->left = 0;
		q->body_done = true;
	}
	return q->close || !q->body_done;
}

/* Begin an answer of n bytes, of which the first `along` at p go with its head. */
static int begin(
    struct http_request *q, const struct http_answer *a, uint64_t n, const void *p, size_t along)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ANSWER_HEAD + TOGETHER);
	if (q->status)
		return GW_EUSAGE;
	q->close = must_close(q);
	int r = buf_addf(&b, "HTTP/1.1 %d %s\r\n", a->status, http_reason(a->status));
	if (r == 0)
		r = date_field(&b);
	if (r == 0 && a->type)
		r = buf_addf(&b, "Content-Type: %s\r\n", a->type);
	if (r == 0 && a->status != 204 && a->status != 304)
		r = buf_addf(&b, "Content-Length: %" PRIu64 "\r\n", n);
	if (r == 0)
		r = add_fields(&b, a);
	if (r == 0)
		r = buf_addf(&b, "%s%s\r\n", ALWAYS, q->close ? "Connection: close\r\n" : "");
	if (r == 0 && b.len > ANSWER_HEAD)
		r = GW_ELIMIT;
	if (r == 0 && along)
		r = buf_add(&b, p, along);
	if (r < 0)
		return r;
	q->status = a->status;
	q->answer_left = bodiless(q, a->status) ? 0 : n - along;
	return send_all(q, b.data, b.len);
}

int http_answer_begin(struct http_request *q, const struct http_answer *a, uint64_t n)
{
	return begin(q, a, n, NULL, 0);
}

int http_answer_write(struct http_request *q, const void *p, size_t n)
{
	if (q->head.method == HTTP_METHOD_HEAD)
		return 0;
	if (!q->status || n > q->answer_left)
		return GW_EUSAGE;
	q->answer_left -= n;
	return send_all(q, p, n);
}

int http_answer(struct http_request *q, const struct http_answer *a, const void *p, size_t n)
{
	bool none = bodiless(q, a->status);
	size_t along = none ? 0 : n < TOGETHER ? n : TOGETHER;
	int r = begin(q, a, n, p, along);
	return r < 0 || none || along == n
	    ? r
	    : http_answer_write(q, (const char *)p + along, n - along);
}

int http_answer_file(
    struct http_request *q, const struct http_answer *a, int fd, uint64_t offset, uint64_t n)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(PIECE);
	int r = http_answer_begin(q, a, n);
	char *piece = r == 0 ? buf_room(&b, PIECE) : NULL;
	if (r == 0 && !piece)
		r = GW_ENOMEM;
	while (r == 0 && q->answer_left > 0) {
		size_t most = q->answer_left < PIECE ? (size_t)q->answer_left : PIECE;
		ssize_t k = pread(fd, piece, most, (off_t)offset);
		if (k < 0 && errno == EINTR)
			continue;
		r = k > 0 ? http_answer_write(q, piece, (size_t)k) : GW_EIO;
		offset += k > 0 ? (uint64_t)k : 0;
	}
	if (r < 0)
		q->close = true;
	return r;
}

void http_request_refuse(struct http_request *q, int status)
{
	char doc[160];
	int n = snprintf(doc, sizeof doc, "{\"status\":%d,\"title\":\"%s\",\"detail\":\"%s\"}",
	    status, http_reason(status),
	    status == 429 || status == 503 ? "try again later" : "the request is refused");
	static const struct http_header later = {"Retry-After", "5"};
	struct http_answer a = {
	    status, "application/problem+json", &later, status == 429 || status == 503};
	q->close = q->close || (status != 429 && status != 403 && status != 503);
	(void)!http_answer(q, &a, doc, (size_t)n);
}

bool http_request_end(struct http_request *q)
{
	if (!q->status)
		http_request_refuse(q, q->slow ? 408 : 500);
	/* a handler that stopped half-way through its answer: the client must see that */
	return !q->close && q->answer_left == 0;
}
