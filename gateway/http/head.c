/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/head.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

/* What a byte may be part of. */
enum { TOKEN = 1, VALUE = 2, PCHAR = 4, HOST = 8 };

static unsigned kinds(unsigned char c)
{
	bool digit = c >= '0' && c <= '9';
	bool alpha = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	unsigned k = 0;
	if (c >= 0x20 && c < 0x7f)
		k |= VALUE;
	if (digit || alpha)
		return k | TOKEN | PCHAR | HOST;
	if (c && strchr("!#$%&'*+-.^_`|~", c))
		k |= TOKEN;
	if (c && strchr("-._~!$&'()*+,;=:@%", c)) /* RFC 3986 pchar; % is checked apart */
		k |= PCHAR;
	if (c && strchr("-._~:[]", c))
		k |= HOST;
	return k;
}

static size_t span(const char *p, size_t n, unsigned kind)
{
	size_t i = 0;
	while (i < n && (kinds((unsigned char)p[i]) & kind))
		i++;
	return i;
}

/* The value of a hex digit; 16 for anything else. */
static unsigned hex(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0')
	    : c >= 'a' && c <= 'f'  ? (unsigned)(c - 'a') + 10
	    : c >= 'A' && c <= 'F'  ? (unsigned)(c - 'A') + 10
				    : 16;
}

/* True when every % begins a triplet. */
static bool percents(struct http_text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] == '%' && (t.n - i < 3 || hex(t.p[i + 1]) > 15 || hex(t.p[i + 2]) > 15))
			return false;
	return true;
}

bool http_is(struct http_text t, const char *s)
{
	return t.p && t.n == strlen(s) && memcmp(t.p, s, t.n) == 0;
}

bool http_is_nocase(struct http_text t, const char *s)
{
	return t.p && t.n == strlen(s) && strncasecmp(t.p, s, t.n) == 0;
}

static const char *const methods[] = {
    [HTTP_METHOD_GET] = "GET",
    [HTTP_METHOD_HEAD] = "HEAD",
    [HTTP_METHOD_PUT] = "PUT",
    [HTTP_METHOD_POST] = "POST",
    [HTTP_METHOD_PATCH] = "PATCH",
    [HTTP_METHOD_DELETE] = "DELETE",
    [HTTP_METHOD_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_request_method m)
{
	return methods[m];
}

static bool method(struct http_text t, enum http_request_method *ret)
{
	for (size_t i = 0; i < GW_LENGTH(methods); i++)
		if (http_is(t, methods[i])) {
			*ret = (enum http_request_method)i;
			return true;
		}
	return false;
}

int http_head_end(const char *p, size_t n, size_t from, size_t *ret_end)
{
	for (size_t i = from; i < n && i < HTTP_HEAD_MAX; i++) {
		if (p[i] == 0 || (p[i] == '\n' && (i == 0 || p[i - 1] != '\r')))
			return GW_EFORMAT;
		if (p[i] == '\n' && i >= 3 && p[i - 2] == '\n') {
			*ret_end = i + 1;
			return 0;
		}
	}
	*ret_end = 0;
	return n >= HTTP_HEAD_MAX ? GW_ELIMIT : 0;
}

/* One request as it is read. */
struct reading {
	const char *p, *end;
	struct http_head h;
	int status;
	struct errinfo *ei;
};

static int refuse(struct reading *r, int code, int status, const char *why)
{
	r->status = status;
	return err_set(r->ei, code, "%s", why);
}

static int bad(struct reading *r, const char *why)
{
	return refuse(r, GW_EFORMAT, 400, why);
}

/* The next line without its CRLF. */
static int line(struct reading *r, struct http_text *ret)
{
	const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	if (!nl || nl == r->p || nl[-1] != '\r')
		return bad(r, "a line of the head must end in CR LF");
	*ret = (struct http_text){r->p, (size_t)(nl - 1 - r->p)};
	r->p = nl + 1;
	return 0;
}

/* RFC 3986 §3.3, no segment empty (but the last), "." or "..". */
static bool path_ok(struct http_text t)
{
	if (t.n == 0 || t.p[0] != '/' || !percents(t))
		return false;
	for (size_t i = 0; i < t.n;) {
		const char *s = t.p + i + 1;
		size_t left = t.n - i - 1, k = span(s, left, PCHAR);
		if (k < left && s[k] != '/')
			return false;
		if ((k == 0 && left > 0) || (k == 1 && s[0] == '.') ||
		    (k == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		i += k + 1;
	}
	return true;
}

static bool query_ok(struct http_text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] != '/' && t.p[i] != '?' && !(kinds((unsigned char)t.p[i]) & PCHAR))
			return false;
	return percents(t);
}

/* Take the authority of an absolute target off *t; it is to be that of Host. */
static struct http_text take_authority(struct http_text *t)
{
	static const char scheme[] = "https://";
	size_t k = sizeof scheme - 1;
	struct http_text a = {NULL, 0};
	if (t->n <= k || strncasecmp(t->p, scheme, k) != 0)
		return a;
	a.p = t->p + k;
	while (a.n < t->n - k && a.p[a.n] != '/' && a.p[a.n] != '?')
		a.n++;
	*t = (struct http_text){a.p + a.n, t->n - k - a.n};
	return a;
}

static int request_line(struct reading *r, struct http_text *ret_authority)
{
	struct http_text l, t;
	int e = line(r, &l);
	if (e < 0)
		return e;
	size_t m = span(l.p, l.n, TOKEN);
	if (m == 0 || m == l.n || l.p[m] != ' ')
		return bad(r, "a request begins with a method and one space");
	t.p = l.p + m + 1;
	const char *sp = memchr(t.p, ' ', l.n - m - 1);
	if (!sp)
		return bad(r, "a request names its target and its version");
	t.n = (size_t)(sp - t.p);
	struct http_text v = {sp + 1, l.n - m - 1 - t.n - 1};
	if (v.n != 8 || memcmp(v.p, "HTTP/", 5) != 0 || v.p[6] != '.' || v.p[5] < '0' ||
	    v.p[5] > '9' || v.p[7] < '0' || v.p[7] > '9')
		return bad(r, "the version of a request is HTTP/1.1");
	if (!http_is(v, "HTTP/1.1"))
		return refuse(r, GW_ESUPPORT, 505, "only HTTP/1.1 is spoken here");
	if (!method((struct http_text){l.p, m}, &r->h.method))
		return refuse(r, GW_ESUPPORT, 501, "the method is not one of HTTP's common ones");
	if (t.n > HTTP_TARGET_MAX)
		return refuse(r, GW_ELIMIT, 414, "the target is too long");
	*ret_authority = take_authority(&t);
	const char *q = memchr(t.p, '?', t.n);
	r->h.path = (struct http_text){t.p, q ? (size_t)(q - t.p) : t.n};
	if (q)
		r->h.query = (struct http_text){q + 1, t.n - r->h.path.n - 1};
	if (!path_ok(r->h.path) || !query_ok(r->h.query))
		return bad(r, "the target must be a path, with a query where one is needed");
	return 0;
}

static int field_line(struct reading *r, struct http_text l)
{
	struct http_field f = {.name = {l.p, span(l.p, l.n, TOKEN)}};
	if (f.name.n == 0 || f.name.n == l.n || l.p[f.name.n] != ':')
		return bad(r, "a field line is a name, a colon at once, and a value");
	f.value = (struct http_text){l.p + f.name.n + 1, l.n - f.name.n - 1};
	if (span(f.value.p, f.value.n, VALUE) != f.value.n)
		return bad(r, "a field value holds printable ASCII alone");
	while (f.value.n > 0 && f.value.p[0] == ' ')
		f.value.p++, f.value.n--;
	while (f.value.n > 0 && f.value.p[f.value.n - 1] == ' ')
		f.value.n--;
	if (r->h.fields_n == HTTP_FIELDS)
		return refuse(r, GW_ELIMIT, 431, "too many header fields");
	r->h.fields[r->h.fields_n++] = f;
	return 0;
}

struct http_text http_field(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->fields_n; i++)
		if (http_is_nocase(h->fields[i].name, name))
			return h->fields[i].value;
	return (struct http_text){NULL, 0};
}

size_t http_field_count(const struct http_head *h, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < h->fields_n; i++)
		n += http_is_nocase(h->fields[i].name, name);
	return n;
}

static int host(struct reading *r, struct http_text authority)
{
	struct http_text v = http_field(&r->h, "host");
	if (http_field_count(&r->h, "host") != 1)
		return bad(r, "a request has one Host field");
	if (v.n == 0 || span(v.p, v.n, HOST) != v.n)
		return bad(r, "Host is a name and, where needed, a port");
	if (authority.p && (authority.n != v.n || strncasecmp(authority.p, v.p, v.n) != 0))
		return bad(r, "an absolute target must name the host of the Host field");
	return 0;
}

/* RFC 9112 §6.3: how long the body is. */
static int framing(struct reading *r)
{
	struct http_head *h = &r->h;
	struct http_text cl = http_field(h, "content-length");
	struct http_text te = http_field(h, "transfer-encoding");
	if (http_field_count(h, "content-length") + http_field_count(h, "transfer-encoding") > 1)
		return bad(r, "a request has one Content-Length or one Transfer-Encoding");
	if (te.p && !http_is_nocase(te, "chunked"))
		return refuse(r, GW_ESUPPORT, 501, "the only transfer coding is chunked");
	if (cl.p && (cl.n == 0 || cl.n > 18))
		return bad(r, "Content-Length is a number of bytes");
	for (size_t i = 0; cl.p && i < cl.n; i++) {
		if (cl.p[i] < '0' || cl.p[i] > '9')
			return bad(r, "Content-Length is a number of bytes");
		h->length = h->length * 10 + (uint64_t)(cl.p[i] - '0');
	}
	h->framing = te.p ? HTTP_CHUNKED : h->length > 0 ? HTTP_LENGTH : HTTP_NO_BODY;
	if (h->framing != HTTP_NO_BODY &&
	    (h->method == HTTP_METHOD_GET || h->method == HTTP_METHOD_HEAD))
		return bad(r, "GET and HEAD have no body");
	return 0;
}

/* Connection is a list of tokens (RFC 9110 §7.6.1); only `close` means something here. */
static int connection(struct reading *r)
{
	for (size_t i = 0; i < r->h.fields_n; i++) {
		struct http_text v = r->h.fields[i].value;
		if (!http_is_nocase(r->h.fields[i].name, "connection"))
			continue;
		while (v.p && v.n > 0) {
			size_t k = span(v.p, v.n, TOKEN);
			if (http_is_nocase((struct http_text){v.p, k}, "close"))
				r->h.close = true;
			if (k == 0 && v.p[0] != ' ' && v.p[0] != ',')
				return bad(r, "Connection is a list of words");
			v.p += k ? k : 1, v.n -= k ? k : 1;
		}
	}
	return 0;
}

static int expect(struct reading *r)
{
	struct http_text v = http_field(&r->h, "expect");
	if (v.p && (http_field_count(&r->h, "expect") != 1 || !http_is_nocase(v, "100-continue")))
		return refuse(r, GW_ESUPPORT, 417, "the only expectation is 100-continue");
	r->h.expect_continue = v.p && r->h.framing != HTTP_NO_BODY;
	return 0;
}

static int read_head(struct reading *r)
{
	struct http_text l, authority = {NULL, 0};
	int e = request_line(r, &authority);
	if (e < 0)
		return e;
	while ((e = line(r, &l)) == 0 && l.n > 0)
		if ((e = field_line(r, l)) < 0)
			return e;
	if (e < 0)
		return e;
	if (r->p != r->end)
		return bad(r, "the head ends at its empty line");
	if ((e = host(r, authority)) < 0 || (e = framing(r)) < 0 || (e = connection(r)) < 0)
		return e;
	return expect(r);
}

int http_head_parse(
    const char *p, size_t n, struct http_head *ret_head, int *ret_status, struct errinfo *ei)
{
	struct reading r = {.p = p, .end = p + n, .ei = ei};
	int e = n > HTTP_HEAD_MAX ? refuse(&r, GW_ELIMIT, 431, "the head is too long")
	    : memchr(p, 0, n)     ? bad(&r, "a head has no NUL")
				  : read_head(&r);
	if (e < 0) {
		*ret_status = r.status;
		return e;
	}
	*ret_head = r.h;
	return 0;
}

/* The next parameter of the query at *rest; false at its end. */
static bool parameter(struct http_text *rest, struct http_text *ret_name, struct http_text *ret_v)
{
	if (!rest->p || rest->n == 0)
		return false;
	const char *amp = memchr(rest->p, '&', rest->n);
	size_t k = amp ? (size_t)(amp - rest->p) : rest->n;
	const char *eq = memchr(rest->p, '=', k);
	*ret_name = (struct http_text){rest->p, eq ? (size_t)(eq - rest->p) : k};
	*ret_v = eq ? (struct http_text){eq + 1, k - ret_name->n - 1}
		    : (struct http_text){rest->p + k, 0};
	rest->p += amp ? k + 1 : k;
	rest->n -= amp ? k + 1 : k;
	return true;
}

static int decode(struct http_text v, struct buf *out)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (c == '%') {
			c = (char)(hex(v.p[i + 1]) << 4 | hex(v.p[i + 2]));
			i += 2;
		}
		int r = (unsigned char)c < 0x20 || c == 0x7f ? GW_EFORMAT : buf_add(out, &c, 1);
		if (r < 0)
			return r;
	}
	return 0;
}

int http_query(const struct http_head *h, const char *name, struct buf *out)
{
	struct http_text rest = h->query, k, v, found = {NULL, 0};
	while (parameter(&rest, &k, &v)) {
		if (!http_is(k, name))
			continue;
		if (found.p)
			return GW_EFORMAT;
		found = v;
	}
	if (!found.p)
		return 0;
	size_t before = out->len;
	int r = decode(found, out);
	if (r < 0)
		return r;
	return out->len == before || str_utf8(out->data + before, out->len - before) ? 1
										     : GW_EFORMAT;
}

bool http_query_only(
    const struct http_head *h, const char *const *names, size_t n, struct http_text *ret_bad)
{
	struct http_text rest = h->query, k, v;
	while (parameter(&rest, &k, &v)) {
		bool known = false;
		for (size_t i = 0; i < n; i++)
			known = known || http_is(k, names[i]);
		if (!known) {
			*ret_bad = k;
			return false;
		}
	}
	return true;
}
