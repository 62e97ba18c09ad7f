/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * head: the head of an HTTP/1.1 request, read strictly (RFC 9112 §2 to §6, RFC 9110 §5).
 *
 * What could be read in two ways is refused, never repaired: both framings or one twice, a length
 * that is not digits alone, line ends without CR, folded lines, space before a colon, a missing or
 * second Host, bytes that no field may hold, paths with empty or dot segments. Each refusal names
 * the HTTP status that answers it; after any of them the connection must be closed, for the two
 * sides may no longer agree where the next request begins.
 *
 * Narrower than the RFC by decision: HTTP/1.1 alone (505 for others), no field bytes but
 * printable ASCII and space, no
 * body on GET and HEAD, `chunked` as the only transfer coding, an absolute target only when it
 * names the host of the Host field.
 *
 * Nothing is copied or allocated: the texts point into the bytes given.
 */
#ifndef GW_HTTP_HEAD_H
#define GW_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum {
	HTTP_HEAD_MAX = 16 << 10, /* bytes of a head with its empty line */
	HTTP_FIELDS = 64,         /* header fields of a request */
	HTTP_TARGET_MAX = 2048,   /* bytes of a request target */
};

/* Some bytes of the head; p is NULL where there is nothing (which differs from an empty text). */
struct http_text {
	const char *p;
	size_t n;
};

struct http_field {
	struct http_text name, value; /* value without the space around it */
};

enum http_request_method {
	HTTP_METHOD_GET,
	HTTP_METHOD_HEAD,
	HTTP_METHOD_PUT,
	HTTP_METHOD_POST,
	HTTP_METHOD_PATCH,
	HTTP_METHOD_DELETE,
	HTTP_METHOD_OPTIONS
};

/* The name of a method, as it stands in a request. */
const char *http_method_name(enum http_request_method m);

enum http_framing { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED };

struct http_head {
	enum http_request_method method;
	struct http_text path,
	    query; /* path begins with '/', nothing is decoded; query may be NULL */
	struct http_field fields[HTTP_FIELDS];
	size_t fields_n;
	enum http_framing framing;
	uint64_t length;      /* of HTTP_LENGTH, above 0 */
	bool close;           /* the client asked to close after the answer */
	bool expect_continue; /* the client waits for 100 before it sends the body */
};

/*
 * http_head_end(p, n, from, ret_end): look for the end of a head that is still arriving.
 *
 * p[0..n) is what came so far, of which p[0..from) was looked at before (0 at first). Returns 0 and
 * the length of the head with its empty line in *ret_end, or 0 in it while the head is not whole.
 * GW_EFORMAT for a line end without CR or a NUL (refused as soon as it is there); GW_ELIMIT when
 * the head is longer than HTTP_HEAD_MAX. Empty lines before a request are not skipped.
 */
int http_head_end(const char *p, size_t n, size_t from, size_t *ret_end) GW_MUST_USE;

/*
 * http_head_parse(p, n, ret_head, ret_status, ei): read the whole head p[0..n).
 *
 * Returns 0; or GW_EFORMAT, GW_ELIMIT or GW_ESUPPORT with in *ret_status what answers it: 400, 414
 * (target too long), 417 (Expect), 431 (too many fields or bytes), 501 (method or transfer coding)
 * or 505 (version). The message names the rule and never repeats what was sent. *ret_head is set
 * only on success and lives as long as p.
 */
int http_head_parse(const char *p, size_t n, struct http_head *ret_head, int *ret_status,
    struct errinfo *ei) GW_MUST_USE;

/* The value of the first field with that name (any case), or a text with p NULL. */
struct http_text http_field(const struct http_head *h, const char *name);

/* How many fields have that name. */
size_t http_field_count(const struct http_head *h, const char *name);

/* True when t is exactly s, or is s but for the case of ASCII letters. */
bool http_is(struct http_text t, const char *s);
bool http_is_nocase(struct http_text t, const char *s);

/*
 * http_query(h, name, out): append the value of the query parameter `name`, percent-decoded.
 *
 * Returns 1; 0 when there is no such parameter; GW_EFORMAT when it is there twice or its value is
 * not UTF-8 or has control characters; GW_ELIMIT when out is full. `+` is a plus sign.
 */
int http_query(const struct http_head *h, const char *name, struct buf *out) GW_MUST_USE;

/* True when each parameter of the query is one of names[0..n); *ret_bad is the first that is not.
 */
bool http_query_only(
    const struct http_head *h, const char *const *names, size_t n, struct http_text *ret_bad);

#endif
