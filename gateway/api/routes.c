/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/routes.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

#define JSON "application/json"
#define TEXT "text/plain"
#define BYTES "application/octet-stream"

/* clang-format off */
const struct api_route api_routes[API_OPS] = {
    [API_OPENAPI] = {API_OPENAPI, HTTP_METHOD_GET, "/openapi.json", API_NO_BODY, {NULL}, {NULL}, {JSON}},
    [API_ORGANISATIONS] = {API_ORGANISATIONS, HTTP_METHOD_GET, "/organisations", API_NO_BODY,
	{"limit", "cursor"}, {NULL}, {JSON}},
    [API_ORGANISATION] = {API_ORGANISATION, HTTP_METHOD_GET, "/organisations/{oin}", API_NO_BODY,
	{NULL}, {NULL}, {JSON}},
    [API_CONTRACTS] = {API_CONTRACTS, HTTP_METHOD_GET, "/contracts", API_NO_BODY,
	{"limit", "cursor"}, {NULL}, {JSON}},
    [API_POLICIES] = {API_POLICIES, HTTP_METHOD_GET, "/policies", API_NO_BODY,
	{"limit", "cursor"}, {NULL}, {JSON}},
    [API_POLICY] = {API_POLICY, HTTP_METHOD_GET, "/policies/{sha256}", API_NO_BODY,
	{NULL}, {NULL}, {"application/yaml"}},
    [API_DOSSIER_BEGIN] = {API_DOSSIER_BEGIN, HTTP_METHOD_POST, "/dossiers", API_DOSSIER,
	{"policy", "to", "contract", "case", "language"}, {"idempotency-key", "content-type"}, {JSON}},
    [API_ANNOUNCE] = {API_ANNOUNCE, HTTP_METHOD_POST, "/packages", API_JSON, {NULL}, {NULL}, {JSON}},
    [API_PACKAGE] = {API_PACKAGE, HTTP_METHOD_GET, "/packages/{package}", API_NO_BODY,
	{NULL}, {NULL}, {JSON}},
    [API_CONTENT] = {API_CONTENT, HTTP_METHOD_GET, "/packages/{package}/content", API_NO_BODY,
	{NULL}, {NULL}, {BYTES}},
    [API_UPLOAD_OPTIONS] = {API_UPLOAD_OPTIONS, HTTP_METHOD_OPTIONS, "/uploads", API_NO_BODY,
	{NULL}, {NULL}, {NULL}},
    [API_UPLOAD_CREATE] = {API_UPLOAD_CREATE, HTTP_METHOD_POST, "/uploads", API_NO_BODY,
	{NULL}, {"upload-metadata"}, {NULL}},
    [API_UPLOAD_STATE] = {API_UPLOAD_STATE, HTTP_METHOD_HEAD, "/uploads/{upload}", API_NO_BODY,
	{NULL}, {NULL}, {NULL}},
    [API_UPLOAD_BEGIN] = {API_UPLOAD_BEGIN, HTTP_METHOD_PATCH, "/uploads/{upload}", API_UPLOAD,
	{NULL}, {NULL}, {NULL}},
    [API_UPLOAD_DROP] = {API_UPLOAD_DROP, HTTP_METHOD_DELETE, "/uploads/{upload}", API_NO_BODY,
	{NULL}, {NULL}, {NULL}},
    [API_CASES] = {API_CASES, HTTP_METHOD_GET, "/cases", API_NO_BODY,
	{"role", "state", "cursor", "limit"}, {NULL}, {JSON}},
    [API_CASE] = {API_CASE, HTTP_METHOD_GET, "/cases/{sender}/{case}", API_NO_BODY,
	{NULL}, {NULL}, {JSON}},
    [API_STATEMENTS] = {API_STATEMENTS, HTTP_METHOD_GET, "/cases/{sender}/{case}/statements", API_NO_BODY,
	{NULL}, {NULL}, {JSON}},
    [API_ACT] = {API_ACT, HTTP_METHOD_POST, "/cases/{sender}/{case}/statements", API_JSON,
	{NULL}, {NULL}, {JSON}},
    [API_RECEIPTS] = {API_RECEIPTS, HTTP_METHOD_GET, "/cases/{sender}/{case}/receipts", API_NO_BODY,
	{NULL}, {NULL}, {JSON}},
    [API_EVENTS] = {API_EVENTS, HTTP_METHOD_GET, "/events", API_NO_BODY,
	{"after", "limit"}, {NULL}, {JSON}},
    [API_CHECKPOINT] = {API_CHECKPOINT, HTTP_METHOD_GET, "/ledger/checkpoint", API_NO_BODY,
	{NULL}, {NULL}, {TEXT}},
    [API_TILE] = {API_TILE, HTTP_METHOD_GET, "/ledger/tile/{+tile}", API_NO_BODY,
	{NULL}, {NULL}, {BYTES}},
    [API_PROOF_INCLUSION] = {API_PROOF_INCLUSION, HTTP_METHOD_GET, "/ledger/proofs/inclusion", API_NO_BODY,
	{"record"}, {NULL}, {TEXT}},
    [API_PROOF_CONSISTENCY] = {API_PROOF_CONSISTENCY, HTTP_METHOD_GET, "/ledger/proofs/consistency", API_NO_BODY,
	{"from"}, {NULL}, {TEXT}},
    [API_RECORDS] = {API_RECORDS, HTTP_METHOD_GET, "/ledger/records", API_NO_BODY,
	{"after", "limit"}, {NULL}, {JSON}},
    [API_COSIGN] = {API_COSIGN, HTTP_METHOD_POST, "/ledger/cosignatures", API_TEXT, {NULL}, {NULL}, {TEXT}},
    [API_DOSSIER_END] = {.op = API_DOSSIER_END, .method = HTTP_METHOD_POST},
    [API_DOSSIER_DROP] = {.op = API_DOSSIER_DROP, .method = HTTP_METHOD_POST},
    [API_UPLOAD_END] = {.op = API_UPLOAD_END, .method = HTTP_METHOD_PATCH},
    [API_WHO] = {.op = API_WHO},
    [API_READY] = {.op = API_READY},
    [API_FIGURES] = {.op = API_FIGURES},
    [API_JOB_NEXT] = {.op = API_JOB_NEXT},
    [API_JOB_DONE] = {.op = API_JOB_DONE},
    [API_PEERS] = {.op = API_PEERS},
    [API_MIRROR] = {.op = API_MIRROR},
    [API_MIRRORED] = {.op = API_MIRRORED},
    [API_PINNED] = {.op = API_PINNED},
    [API_WITNESS_NEXT] = {.op = API_WITNESS_NEXT},
    [API_WITNESS_DONE] = {.op = API_WITNESS_DONE},
};
/* clang-format on */

/* What each kind of body may be called. */
const char *const *api_body_types(enum api_body body)
{
	static const char *const none[] = {NULL}, *const json[] = {JSON, NULL},
				 *const text[] = {TEXT, NULL},
				 *const dossier[] = {"application/zip", "application/x-tar", NULL},
				 *const upload[] = {"application/offset+octet-stream", NULL};
	switch (body) {
	case API_JSON:
		return json;
	case API_TEXT:
		return text;
	case API_DOSSIER:
		return dossier;
	case API_UPLOAD:
		return upload;
	case API_NO_BODY:
		break;
	}
	return none;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

/* Append the n characters at s, percent-decoded and ended by NUL; false for what a parameter may
 * not be. */
static bool decode(const char *s, size_t n, struct buf *out)
{
	size_t before = out->len;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '%') {
			int high = i + 2 < n ? hex(s[i + 1]) : -1;
			int low = high >= 0 ? hex(s[i + 2]) : -1;
			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
			if (c == '/') /* it would look like a segment of its own from here on */
				return false;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f || buf_add(out, &c, 1) < 0)
			return false;
	}
	return out->len > before && str_utf8(out->data + before, out->len - before) &&
	    buf_add(out, "", 1) == 0;
}

/* The n characters at p up to the next slash or the end. */
static size_t segment(const char *p, size_t n)
{
	const char *slash = memchr(p, '/', n);
	return slash ? (size_t)(slash - p) : n;
}

/*
 * True when the path behind API_BASE is one of the template; its parameters, decoded, follow each
 * other in out, *ret_n of them. Names are lower case and exact: a path has one spelling.
 */
static bool fits(const char *template, struct http_text path, struct buf *out, size_t *ret_n)
{
	*ret_n = 0;
	for (;;) {
		if (*template == '\0' || path.n == 0)
			return *template == '\0' && path.n == 0;
		if (*template != '/' || path.p[0] != '/')
			return false;
		template ++;
		path = (struct http_text){path.p + 1, path.n - 1};
		size_t k = segment(template, strlen(template));
		bool rest = str_starts(template, "{+");
		size_t have = rest ? path.n : segment(path.p, path.n);
		if (*template == '{') {
			if (*ret_n == LINK_PARAMS || !decode(path.p, have, out))
				return false;
			(*ret_n)++;
		} else if (have != k || memcmp(template, path.p, k) != 0) {
			return false;
		}
		template += k;
		path = (struct http_text){path.p + have, path.n - have};
	}
}

/* Cut API_BASE off the path; false when it does not begin with it. */
static bool under_base(struct http_text *path)
{
	size_t k = strlen(API_BASE);
	if (path->n <= k || memcmp(path->p, API_BASE, k) != 0 || path->p[k] != '/')
		return false;
	*path = (struct http_text){path->p + k, path->n - k};
	return true;
}

static bool method_fits(const struct api_route *r, enum http_request_method m)
{
	return r->method == m || (r->method == HTTP_METHOD_GET && m == HTTP_METHOD_HEAD);
}

const struct api_route *api_match(enum http_request_method method, struct http_text path,
    struct buf *parts, const char **ret_params, size_t *ret_n, int *ret_status)
{
	*ret_status = 404;
	*ret_n = 0;
	if (!under_base(&path))
		return NULL;
	for (size_t i = 0; i < API_OPS; i++) {
		const struct api_route *r = &api_routes[i];
		size_t n = 0;
		buf_clear(parts);
		if (!r->path || !fits(r->path, path, parts, &n))
			continue;
		if (!method_fits(r, method)) {
			*ret_status = 405;
			continue;
		}
		const char *p = parts->data;
		for (size_t k = 0; k < n; k++, p += strlen(p) + 1)
			ret_params[k] = p;
		*ret_n = n;
		return r;
	}
	return NULL;
}

int api_allow(struct http_text path, struct buf *out)
{
	struct buf parts GW_CLEANUP(buf_release) = BUF_INIT(HTTP_TARGET_MAX + LINK_PARAMS);
	int r = 0;
	bool first = true;
	if (!under_base(&path))
		return 0;
	for (size_t i = 0; r == 0 && i < API_OPS; i++) {
		const struct api_route *route = &api_routes[i];
		size_t n = 0;
		buf_clear(&parts);
		if (!route->path || !fits(route->path, path, &parts, &n))
			continue;
		r = buf_addf(out, "%s%s%s", first ? "" : ", ", http_method_name(route->method),
		    route->method == HTTP_METHOD_GET ? ", HEAD" : "");
		first = false;
	}
	return r;
}

static struct http_text trimmed(struct http_text t)
{
	while (t.n > 0 && t.p[0] == ' ')
		t = (struct http_text){t.p + 1, t.n - 1};
	while (t.n > 0 && t.p[t.n - 1] == ' ')
		t.n--;
	return t;
}

/* The text up to the next `at`, trimmed, taken off *rest; false when nothing is left. Quoted
 * strings are not looked into: in the fields read here nothing of ours is quoted. */
static bool part(struct http_text *rest, char at, struct http_text *ret)
{
	if (!rest->p)
		return false;
	const char *end = rest->n ? memchr(rest->p, at, rest->n) : NULL;
	size_t k = end ? (size_t)(end - rest->p) : rest->n;
	*ret = trimmed((struct http_text){rest->p, k});
	*rest = end ? (struct http_text){end + 1, rest->n - k - 1} : (struct http_text){NULL, 0};
	return true;
}

/* How near a media range comes to a type: 0 not at all, 1 by star, 2 by its kind, 3 exactly. */
static int nearness(struct http_text range, const char *type)
{
	size_t kind = strcspn(type, "/") + 1;
	if (http_is(range, "*/*"))
		return 1;
	if (range.n == kind + 1 && range.p[kind] == '*' && strncasecmp(range.p, type, kind) == 0)
		return 2;
	return http_is_nocase(range, type) ? 3 : 0;
}

/* True for a quality of zero: "q=0", "q=0.000". */
static bool is_zero(struct http_text parameter)
{
	if (parameter.n < 3 || strncasecmp(parameter.p, "q=0", 3) != 0)
		return false;
	for (size_t i = 3; i < parameter.n; i++)
		if (parameter.p[i] != '.' && parameter.p[i] != '0')
			return false;
	return true;
}

static bool lets_through(struct http_text accept, const char *type)
{
	struct http_text item, p;
	int best = 0;
	bool good = false;
	while (part(&accept, ',', &item)) {
		bool zero = false;
		struct http_text range;
		if (!part(&item, ';', &range))
			continue;
		while (part(&item, ';', &p))
			zero = zero || is_zero(p);
		int near = nearness(range, type);
		if (near > best || (near == best && near > 0 && !zero)) {
			best = near;
			good = !zero;
		}
	}
	return good;
}

bool api_accepts(const struct api_route *route, struct http_text accept)
{
	if (!accept.p || trimmed(accept).n == 0 || !route->answers[0])
		return true;
	for (size_t i = 0; i < API_ACCEPTS && route->answers[i]; i++)
		if (lets_through(accept, route->answers[i]))
			return true;
	return false;
}

bool api_takes(const struct api_route *route, struct http_text type)
{
	struct http_text name, p;
	bool known = false;
	if (!part(&type, ';', &name))
		return false;
	for (const char *const *t = api_body_types(route->body); *t; t++)
		known = known || http_is_nocase(name, *t);
	while (part(&type, ';', &p))
		if (p.n >= 8 && strncasecmp(p.p, "charset=", 8) == 0 &&
		    !http_is_nocase(p, "charset=utf-8") && !http_is_nocase(p, "charset=\"utf-8\""))
			return false;
	return known;
}
