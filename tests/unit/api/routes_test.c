/* SPDX-License-Identifier: EUPL-1.2 */
/* Which request is which operation, and what is none. */
#include "api/routes.h"

#include "tests/unit/test.h"

static struct http_text text(const char *s)
{
	return (struct http_text){s, s ? strlen(s) : 0};
}

struct found {
	const struct api_route *route;
	const char *params[LINK_PARAMS];
	size_t n;
	int status;
	struct buf parts;
};

static struct found look(enum http_request_method m, const char *path)
{
	struct found f = {.parts = BUF_INIT(HTTP_TARGET_MAX + LINK_PARAMS)};
	f.route = api_match(m, text(path), &f.parts, f.params, &f.n, &f.status);
	return f;
}

static void expect(enum http_request_method m, const char *path, int op_or_status)
{
	struct found f = look(m, path);
	int is = f.route ? (int)f.route->op : -f.status;
	if (is != op_or_status)
		fail_msg("%s %s: %d instead of %d", http_method_name(m), path, is, op_or_status);
	buf_release(&f.parts);
}

/* The table is in the order of its enum, and says nothing twice. */
static void the_table_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_OPS; i++) {
		const struct api_route *r = &api_routes[i];
		assert_int_equal(r->op, i);
		if (!r->path)
			continue;
		assert_int_equal(r->path[0], '/');
		for (size_t k = 0; k < i; k++)
			assert_false(api_routes[k].path && str_eq(api_routes[k].path, r->path) &&
			    api_routes[k].method == r->method);
		/* what streams or is read has names for its media, what is sent has, too */
		assert_true((r->body == API_NO_BODY) == !api_body_types(r->body)[0]);
	}
}

static void paths_have_one_spelling(void **state)
{
	(void)state;
	expect(HTTP_METHOD_GET, "/v1/openapi.json", API_OPENAPI);
	expect(HTTP_METHOD_HEAD, "/v1/openapi.json", API_OPENAPI);
	expect(HTTP_METHOD_GET, "/v1/cases", API_CASES);
	expect(HTTP_METHOD_GET, "/v1/cases/0000/K-1", API_CASE);
	expect(HTTP_METHOD_GET, "/v1/cases/0000/K-1/statements", API_STATEMENTS);
	expect(HTTP_METHOD_POST, "/v1/cases/0000/K-1/statements", API_ACT);
	expect(HTTP_METHOD_GET, "/v1/ledger/checkpoint", API_CHECKPOINT);
	expect(HTTP_METHOD_OPTIONS, "/v1/uploads", API_UPLOAD_OPTIONS);
	expect(HTTP_METHOD_HEAD, "/v1/uploads/x", API_UPLOAD_STATE);
	static const char *const none[] = {"/", "/v1", "/v1/", "/v2/cases", "/v1/cases/",
	    "/v1/Cases", "/v1/cases/0000", "/v1/cases/0000/", "/v1/cases/0000/K-1/", "/v1/case%73",
	    "/cases", "/v1/cases/0000/K-1/statements/1", "/v1/ledger/tile", "/v1/ledger/tile/",
	    "/v1/openapi.json/", "/v1/cases/0000/K%2F1", "/v1/cases/0000/K%00",
	    "/v1/cases/0000/K%0a", "/v1/cases/0000/%ff", "/v1/cases/0000/%c3",
	    "/v1/organisations//"};
	for (size_t i = 0; i < GW_LENGTH(none); i++)
		expect(HTTP_METHOD_GET, none[i], -404);
	expect(HTTP_METHOD_DELETE, "/v1/cases", -405);
	expect(HTTP_METHOD_POST, "/v1/uploads/x", -405);
	expect(HTTP_METHOD_GET, "/v1/uploads", -405);
	expect(HTTP_METHOD_OPTIONS, "/v1/cases", -405);
}

static void parameters_are_decoded(void **state)
{
	(void)state;
	struct found f =
	    look(HTTP_METHOD_GET, "/v1/cases/00000099000000001000/K%2d1%20%c3%a9/receipts");
	assert_int_equal(f.n, 2);
	assert_string_equal(f.params[0], "00000099000000001000");
	assert_string_equal(f.params[1], "K-1 \xc3\xa9");
	buf_release(&f.parts);
	f = look(HTTP_METHOD_GET, "/v1/ledger/tile/0/x001/067.p/5");
	assert_int_equal(f.route->op, API_TILE);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.params[0], "0/x001/067.p/5");
	buf_release(&f.parts);
}

static void allow_names_the_methods(void **state)
{
	(void)state;
	static const struct {
		const char *path, *allow;
	} rows[] = {{"/v1/uploads", "OPTIONS, POST"}, {"/v1/uploads/u", "HEAD, PATCH, DELETE"},
	    {"/v1/cases/a/b/statements", "GET, HEAD, POST"}, {"/v1/nothing", ""}, {"/", ""}};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
		assert_int_equal(api_allow(text(rows[i].path), &b), 0);
		assert_string_equal(b.data ? b.data : "", rows[i].allow);
	}
}

static void accept_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *accept;
		bool json;
	} rows[] = {{NULL, true}, {"", true}, {"*/*", true}, {"application/*", true},
	    {"application/json", true}, {"Application/JSON;q=0.5", true},
	    {"text/html, application/xml;q=0.9, */*;q=0.8", true}, {"text/html", false},
	    {"application/json;q=0", false}, {"*/*, application/json;q=0", false},
	    {"application/json; q=0.000, text/plain", false}, {"*/*;q=0, application/json", true},
	    {"application/jso", false}, {"*/json", false}, {"application/json ; q=0.001", true},
	    {",,", false}, {"application/json;q=0, application/json", true}};
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		if (api_accepts(&api_routes[API_CASES], text(rows[i].accept)) != rows[i].json)
			fail_msg("%s", rows[i].accept);
	/* where nothing is answered with a body, all is fine */
	assert_true(api_accepts(&api_routes[API_UPLOAD_BEGIN], text("image/png")));
}

static void content_type_is_read(void **state)
{
	(void)state;
	static const struct {
		enum api_op op;
		const char *type;
		bool taken;
	} rows[] = {{API_ACT, "application/json", true}, {API_ACT, "Application/Json", true},
	    {API_ACT, "application/json; charset=UTF-8", true},
	    {API_ACT, "application/json;charset=\"utf-8\"", true},
	    {API_ACT, "application/json; charset=latin1", false}, {API_ACT, "text/json", false},
	    {API_ACT, NULL, false}, {API_ACT, "", false}, {API_ACT, "application/jsonx", false},
	    {API_DOSSIER_BEGIN, "application/zip", true},
	    {API_DOSSIER_BEGIN, "application/x-tar", true},
	    {API_DOSSIER_BEGIN, "application/gzip", false},
	    {API_UPLOAD_BEGIN, "application/offset+octet-stream", true},
	    {API_UPLOAD_BEGIN, "application/octet-stream", false},
	    {API_COSIGN, "text/plain; charset=utf-8", true}};
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		if (api_takes(&api_routes[rows[i].op], text(rows[i].type)) != rows[i].taken)
			fail_msg("%s", rows[i].type ? rows[i].type : "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table_is_whole),
	    cmocka_unit_test(paths_have_one_spelling),
	    cmocka_unit_test(parameters_are_decoded),
	    cmocka_unit_test(allow_names_the_methods),
	    cmocka_unit_test(accept_is_read),
	    cmocka_unit_test(content_type_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
