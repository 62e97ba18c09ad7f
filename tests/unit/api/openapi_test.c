/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of the interface says what the table of routes says, and the other way round. */
#include <strings.h>

#include "api/problem.h"
#include "api/routes.h"
#include "base/json.h"
#include "cases/machine.h"
#include "tests/unit/test.h"

extern const char openapi_data[];
extern const unsigned openapi_data_bytes;

static json_t *doc;

static int begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	const struct jx_limits limits = {1 << 20, 32, 100000};
	(void)state;
	test_code(
	    jx_parse("openapi", openapi_data, openapi_data_bytes, &limits, &doc, &ei), 0, &ei);
	return 0;
}

static int end(void **state)
{
	(void)state;
	json_decref(doc);
	return 0;
}

/* "/ledger/tile/{+tile}" as the description writes it: OpenAPI has no such mark. */
static char *described(const char *template)
{
	char *s = str_dup(template), *plus = strstr(s, "{+");
	if (plus)
		memmove(plus + 1, plus + 2, strlen(plus + 2) + 1);
	return s;
}

static json_t *operation(const struct api_route *r)
{
	char *path GW_CLEANUP(str_free_p) = described(r->path);
	char method[16];
	(void)snprintf(method, sizeof method, "%s", http_method_name(r->method));
	for (char *m = method; *m; m++)
		*m = (char)(*m | 0x20);
	json_t *o = json_object_get(json_object_get(json_object_get(doc, "paths"), path), method);
	if (!o)
		fail_msg("openapi.json lacks %s %s", method, path);
	return o;
}

/* A parameter or the like, its reference followed. */
static const json_t *resolved(const json_t *j)
{
	const char *ref = jx_str(j, "$ref");
	const json_t *at = doc;
	char part[64];
	if (!ref)
		return j;
	for (ref += 2; *ref; ref += *ref == '/') {
		size_t n = strcspn(ref, "/");
		(void)snprintf(part, sizeof part, "%.*s", (int)n, ref);
		at = json_object_get(at, part);
		ref += n;
	}
	return at;
}

static bool has_parameter(const json_t *op, const char *in, const char *name)
{
	size_t i;
	const json_t *list = json_object_get(op, "parameters"), *v;
	json_array_foreach (list, i, v) {
		const json_t *p = resolved(v);
		if (str_eq(jx_str(p, "in"), in) && strcasecmp(jx_str(p, "name"), name) == 0)
			return true;
	}
	return false;
}

static size_t count_parameters(const json_t *op, const char *in)
{
	size_t i, n = 0;
	const json_t *list = json_object_get(op, "parameters"), *v;
	json_array_foreach (list, i, v)
		n += str_eq(jx_str(resolved(v), "in"), in);
	return n;
}

static size_t count_words(const char *const *words, size_t cap)
{
	size_t n = 0;
	while (n < cap && words[n])
		n++;
	return n;
}

static void every_route_is_described(void **state)
{
	size_t n = 0, described_n = 0;
	const char *path;
	json_t *item;
	(void)state;
	for (size_t i = 0; i < API_OPS; i++) {
		const struct api_route *r = &api_routes[i];
		if (!r->path)
			continue;
		(void)operation(r);
		n++;
	}
	json_object_foreach (json_object_get(doc, "paths"), path, item)
		described_n += json_object_size(item);
	assert_int_equal(n, described_n);
}

static void its_parameters_are_those_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_OPS; i++) {
		const struct api_route *r = &api_routes[i];
		if (!r->path)
			continue;
		const json_t *op = operation(r);
		size_t n = count_words(r->query, API_WORDS), parts = 0;
		for (size_t k = 0; k < n; k++)
			if (!has_parameter(op, "query", r->query[k]))
				fail_msg("%s: query parameter '%s' is not described", r->path,
				    r->query[k]);
		assert_int_equal(count_parameters(op, "query"), n);
		for (const char *p = r->path; (p = strchr(p, '{')); p++)
			parts++;
		assert_int_equal(count_parameters(op, "path"), parts);
		for (size_t k = 0; k < count_words(r->fields, API_WORDS); k++)
			if (!str_eq(r->fields[k], "content-type") &&
			    !has_parameter(op, "header", r->fields[k]))
				fail_msg("%s: field '%s' is not described", r->path, r->fields[k]);
	}
}

static void its_media_types_are_those_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_OPS; i++) {
		const struct api_route *r = &api_routes[i];
		if (!r->path)
			continue;
		const json_t *op = operation(r);
		const json_t *content =
		    json_object_get(json_object_get(op, "requestBody"), "content");
		const char *const *types = api_body_types(r->body);
		size_t n = 0;
		for (; types[n]; n++)
			assert_non_null(json_object_get(content, types[n]));
		assert_int_equal(json_object_size(content), n);
		const char *status;
		json_t *answer;
		json_object_foreach (json_object_get(op, "responses"), status, answer) {
			json_t *media = json_object_get(answer, "content");
			if (status[0] != '2' || !media)
				continue;
			assert_int_equal(
			    json_object_size(media), count_words(r->answers, API_ACCEPTS));
			for (size_t k = 0; k < count_words(r->answers, API_ACCEPTS); k++)
				assert_non_null(json_object_get(media, r->answers[k]));
		}
	}
}

static void versions_agree(void **state)
{
	(void)state;
	assert_string_equal(jx_str(json_object_get(doc, "info"), "version"), API_VERSION);
	const char *url = jx_str(json_array_get(json_object_get(doc, "servers"), 0), "url");
	assert_true(str_ends(url, API_BASE));
}

/* The codes of a problem are those of its table, and so are those of states and acts. */
static void the_codes_are_those_of_the_table(void **state)
{
	(void)state;
	const json_t *schemas = json_object_get(json_object_get(doc, "components"), "schemas");
	const json_t *codes = json_object_get(
	    json_object_get(
		json_object_get(json_object_get(schemas, "Problem"), "properties"), "code"),
	    "enum");
	size_t n = 0;
	for (const struct problem_row *row; (row = problem_row(n)); n++) {
		size_t i;
		const json_t *v;
		bool found = false;
		json_array_foreach (codes, i, v)
			found = found || str_eq(json_string_value(v), row->code);
		if (!found)
			fail_msg("openapi.json lacks the code '%s'", row->code);
	}
	assert_int_equal(json_array_size(codes), n);
}

static void words_are(const char *schema, size_t n, const char *(*word)(size_t))
{
	const json_t *list = json_object_get(
	    json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), schema),
	    "enum");
	for (size_t i = 0; i < n; i++) {
		size_t k;
		const json_t *v;
		bool found = false;
		json_array_foreach (list, k, v)
			found = found || str_eq(json_string_value(v), word(i));
		if (!found)
			fail_msg("openapi.json: %s lacks '%s'", schema, word(i));
	}
	assert_int_equal(json_array_size(list), n);
}

static const char *state_word(size_t i)
{
	return case_state_word((enum case_state)(i + 1)); /* the first is "no case yet" */
}

static const char *act_word(size_t i)
{
	return case_act_word((enum case_act)(ACT_OFFER + i));
}

static void states_and_acts_are_those_of_the_machine(void **state)
{
	(void)state;
	words_are("CaseState", CASE_STATES - 1, state_word);
	words_are("Act", ACT_EXPIRE - ACT_OFFER, act_word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_route_is_described),
	    cmocka_unit_test(its_parameters_are_those_of_the_table),
	    cmocka_unit_test(its_media_types_are_those_of_the_table),
	    cmocka_unit_test(versions_agree),
	    cmocka_unit_test(the_codes_are_those_of_the_table),
	    cmocka_unit_test(states_and_acts_are_those_of_the_machine),
	};
	return cmocka_run_group_tests_name("api/openapi", tests, begin, end);
}
