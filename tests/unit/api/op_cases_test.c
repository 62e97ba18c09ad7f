/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One case from the announcement of its package to the receipts, as its two parties, a third one
 * and a broken client see it. The tests follow each other: each goes on where the last one ended.
 */
#include "store/packages.h"
#include "tests/unit/api/world.h"

#define CASE "c-anders"

/* The package that a command left in the outbox. */
static struct {
	char package[ID_TEXT], slip_sha256[HASH_HEX], policy[HASH_HEX], sha256[HASH_HEX],
	    tag_manifest[HASH_HEX];
	struct buf body; /* of POST /packages */
	struct buf bytes;
	char upload[ID_TEXT];
} p;

static void read_in(const char *name, struct buf *out)
{
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_read(name, out->max, out, &ei), 0, &ei);
}

static int begin(void **state)
{
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	struct file_list l = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)world_begin(state);
	char *outbox GW_CLEANUP(str_free_p) = world_path("outgoing/outbox");
	test_code(file_list(outbox, ".tar.age", &l, &ei), 0, &ei);
	assert_int_equal(l.n, 1);
	(void)snprintf(p.package, sizeof p.package, "%.36s", l.names[0]);
	file_list_release(&l);
	char *stem GW_CLEANUP(str_free_p) = file_join(outbox, p.package);
	char *age GW_CLEANUP(str_free_p) = str_printf("%s.tar.age", stem);
	char *json GW_CLEANUP(str_free_p) = str_printf("%s.slip.json", stem);
	char *sig GW_CLEANUP(str_free_p) = str_printf("%s.p7s", json);
	p.bytes = (struct buf)BUF_INIT(8 << 20);
	p.body = (struct buf)BUF_INIT(1 << 20);
	read_in(age, &p.bytes);
	read_in(json, &slip);
	read_in(sig, &p7s);
	hash_sha256_hex(slip.data, slip.len, p.slip_sha256);
	json_t *parsed GW_CLEANUP(jx_release) = NULL;
	test_code(jx_parse("slip", slip.data, slip.len, &JX_SMALL, &parsed, &ei), 0, &ei);
	(void)snprintf(p.policy, sizeof p.policy, "%s", jx_str(parsed, "policy"));
	(void)snprintf(p.sha256, sizeof p.sha256, "%s", jx_str(parsed, "ciphertext"));
	assert_int_equal(str_b64(&b64, p7s.data, p7s.len), 0);
	json_t *o GW_CLEANUP(jx_release) = json_object();
	jx_set(o, "slip", json_string(slip.data));
	jx_set(o, "signature", json_string(b64.data));
	assert_int_equal(jx_dump(o, &p.body), 0);
	return 0;
}

static int end(void **state)
{
	buf_release(&p.body);
	buf_release(&p.bytes);
	return world_end(state);
}

static void post_text(unsigned op, const char *text, int status)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	assert_int_equal(buf_adds(&body, text), 0);
	post(op, PROVIDER, op == API_ACT ? PROVIDER : NULL, op == API_ACT ? CASE : NULL, &body,
	    status);
}

static void a_body_is_read_strictly_and_all_is_said_at_once(void **state)
{
	static const struct {
		const char *text;
		size_t errors;
	} bad[] = {
	    {"", 1},
	    {"[]", 1},
	    {"{", 1},
	    {"{}", 2},
	    {"{\"slip\":1,\"signature\":\"\"}", 2},
	    {"{\"slip\":\"x\",\"signature\":\"AA\"}", 1},
	    {"{\"slip\":\"x\",\"signature\":\"AA==\",\"slips\":1,\"zz\":2}", 2},
	    {"{\"slip\":\"x\",\"slip\":\"y\",\"signature\":\"AA==\"}", 1},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		post_text(API_ANNOUNCE, bad[i].text, 400);
		is_problem("bad-format");
		assert_int_equal(
		    json_array_size(json_object_get(world.json, "errors")), bad[i].errors);
	}
	post_text(API_ANNOUNCE, "{\"slip\":\"x\",\"signature\":\"AA==\",\"slips\":1}", 400);
	assert_non_null(strstr(world.a.body, "did you mean 'slip'?"));
	post_text(API_ACT, "{\"slip\":\"x\",\"signature\":\"AA==\"}", 400);
	assert_int_equal(json_array_size(json_object_get(world.json, "errors")), 2);
}

/* What its sender signed for another purpose is no slip. */
static void what_is_no_slip_announces_nothing(void **state)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf renamed GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const struct act_of x = {.by = world.home,
	    .kind = "withdraw",
	    .prev = p.sha256,
	    .for_oin = SUCCESSOR,
	    .case_id = CASE,
	    .policy = p.policy};
	json_t *o GW_CLEANUP(jx_release) = NULL;
	(void)state;
	signed_act(&x, &body);
	test_code(jx_parse("body", body.data, body.len, &JX_SMALL, &o, NULL), 0, NULL);
	jx_set(o, "slip", json_incref(json_object_get(o, "statement")));
	(void)json_object_del(o, "statement");
	assert_int_equal(jx_dump(o, &renamed), 0);
	post(API_ANNOUNCE, PROVIDER, NULL, NULL, &renamed, 403);
	is_problem("not-authentic");
	ask_for(API_PACKAGE, PROVIDER, p.package, NULL, 404);
}

static void a_package_is_announced_by_its_sender(void **state)
{
	(void)state;
	post(API_ANNOUNCE, SUCCESSOR, NULL, NULL, &p.body, 403);
	post_text(API_ANNOUNCE, "{\"slip\":\"{}\",\"signature\":\"AAAA\"}", 403);
	is_problem("not-authentic");
	ask_for(API_PACKAGE, PROVIDER, p.package, NULL, 404);
	post(API_ANNOUNCE, PROVIDER, NULL, NULL, &p.body, 201);
	assert_string_equal(jx_str(world.json, "state"), "announced");
	post(API_ANNOUNCE, PROVIDER, NULL, NULL, &p.body, 200);
	ask_for(API_PACKAGE, SUCCESSOR, p.package, NULL, 200);
	assert_string_equal(jx_str(world.json, "sha256"), p.sha256);
	ask_for(API_PACKAGE, TOWN, p.package, NULL, 404);
	is_problem("not-found");
	ask_for(API_PACKAGE, PROVIDER, "../x", NULL, 404);
	ask_for(API_CONTENT, TOWN, p.package, NULL, 404);
}

/* ---- uploads ---- */

static struct link_call creation(const char *oin, const char *metadata)
{
	struct link_call c = world_call(API_UPLOAD_CREATE, oin);
	c.number = p.bytes.len;
	if (metadata)
		c.fields[c.fields_n++] = (struct link_pair){"upload-metadata", metadata};
	return c;
}

static char *metadata_of(const char *package)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(200);
	assert_int_equal(str_b64(&b, package, strlen(package)), 0);
	return str_printf("package %s", b.data);
}

/* Begin, or drop, an upload by the provider of which nothing comes. */
static void an_empty_upload(bool begin_it)
{
	struct store_package k = {.bytes = UINT64_C(33) << 30};
	struct store_upload u = {.touched = 1};
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)snprintf(k.package, sizeof k.package, "44444444-4444-4444-8444-444444444444");
	(void)snprintf(k.sender, sizeof k.sender, PROVIDER);
	memcpy(u.id, k.package, sizeof u.id);
	memcpy(u.package, k.package, sizeof u.package);
	test_code(store_begin(world.store, STORE_WRITE, &tx, &ei), 0, &ei);
	if (begin_it) {
		test_code(store_package_add(tx, &k, "{}", 2, "", 0, &ei), 0, &ei);
		test_code(store_upload_add(tx, &u, &ei), 0, &ei);
	} else {
		test_code(store_upload_drop(tx, u.id, &ei), 0, &ei);
	}
	test_code(store_commit(&tx, &ei), 0, &ei);
}

static void an_upload_waits_for_the_others_of_its_sender(void **state)
{
	char *metadata GW_CLEANUP(str_free_p) = metadata_of(p.package);
	struct link_call c = creation(PROVIDER, metadata);
	(void)state;
	an_empty_upload(true);
	ask(&c, 429);
	is_problem("limit-reached");
	assert_string_equal(answer_field("Retry-After"), "5");
	an_empty_upload(false);
}

static void an_upload_begins_for_an_announced_package(void **state)
{
	static const char *const bad[] = {NULL, "", "package", "package !", "package QUFB",
	    "file QUFB", "package QUFB,more QUFB"};
	char *metadata GW_CLEANUP(str_free_p) = metadata_of(p.package);
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct link_call c = creation(PROVIDER, bad[i]);
		ask(&c, 400);
		is_problem("usage");
	}
	struct link_call c = creation(TOWN, metadata);
	ask(&c, 404);
	c = creation(PROVIDER, metadata);
	c.number++;
	ask(&c, 409); /* not what the slip says */
	c.number--;
	ask(&c, 201);
	const char *location = answer_field("Location");
	assert_true(str_starts(location, "/v1/uploads/"));
	(void)snprintf(p.upload, sizeof p.upload, "%s", location + strlen("/v1/uploads/"));
	assert_string_equal(answer_field("Upload-Offset"), "0");
	assert_true(str_ends(answer_field("Upload-Expires"), " GMT"));
	ask(&c, 201); /* the same one again */
	assert_string_equal(answer_field("Location") + strlen("/v1/uploads/"), p.upload);
	ask_for(API_UPLOAD_STATE, TOWN, p.upload, NULL, 404);
	ask_for(API_UPLOAD_STATE, PROVIDER, p.upload, NULL, 200);
}

/* Bring bytes [offset, offset + n), with one of them damaged where that is asked for. */
static void bring(uint64_t offset, size_t n, bool damaged, int status)
{
	struct link_call c = world_call(API_UPLOAD_BEGIN, PROVIDER);
	struct errinfo ei = ERRINFO_INIT;
	world_param(&c, p.upload);
	c.number = offset;
	ask(&c, 200);
	assert_int_equal(world.a.number, offset);
	int fd = world.a.fd;
	test_code(file_write_fd(fd, p.bytes.data + offset, n - damaged, &ei), 0, &ei);
	if (damaged)
		test_code(file_write_fd(fd, "?", 1, &ei), 0, &ei);
	(void)close(fd);
	c.op = API_UPLOAD_END;
	c.number = UINT64_MAX;
	ask(&c, status);
}

static void bytes_come_in_parts_and_are_judged_at_the_end(void **state)
{
	char *metadata GW_CLEANUP(str_free_p) = metadata_of(p.package), text[32];
	size_t half = p.bytes.len / 2;
	(void)state;
	bring(0, half, false, 204);
	(void)snprintf(text, sizeof text, "%zu", half);
	assert_string_equal(answer_field("Upload-Offset"), text);
	struct link_call c = world_call(API_UPLOAD_BEGIN, PROVIDER);
	world_param(&c, p.upload);
	ask(&c, 409); /* at 0 */
	is_problem("conflict");
	assert_string_equal(answer_field("Upload-Offset"), text);
	bring(half, p.bytes.len - half, true, 403);
	is_problem("not-authentic");
	ask_for(API_UPLOAD_STATE, PROVIDER, p.upload, NULL, 404);
	c = creation(PROVIDER, metadata);
	ask(&c, 201);
	(void)snprintf(
	    p.upload, sizeof p.upload, "%s", answer_field("Location") + strlen("/v1/uploads/"));
	ask_for(API_UPLOAD_DROP, TOWN, p.upload, NULL, 404);
	ask_for(API_UPLOAD_DROP, PROVIDER, p.upload, NULL, 204);
	ask_for(API_UPLOAD_STATE, PROVIDER, p.upload, NULL, 404);
	ask(&c, 201);
	(void)snprintf(
	    p.upload, sizeof p.upload, "%s", answer_field("Location") + strlen("/v1/uploads/"));
	bring(0, p.bytes.len, false, 204);
	ask_for(API_PACKAGE, PROVIDER, p.package, NULL, 200);
	assert_string_equal(jx_str(world.json, "state"), "deposited");
}

/* ---- the case ---- */

static char head[HASH_HEX]; /* of the chain, as the last answer said */

/* Sign an act and post it by its signer. */
static void act(const char *kind, json_t *more, bool with_package, int status)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	bool of_recipient = !str_eq(kind, "offer") && !str_eq(kind, "release");
	const struct act_of x = {.by = of_recipient ? world.successor : world.home,
	    .kind = kind,
	    .for_oin = of_recipient ? PROVIDER : SUCCESSOR,
	    .case_id = CASE,
	    .prev = head[0] ? head : NULL,
	    .package = with_package ? p.package : NULL,
	    .slip = with_package ? p.slip_sha256 : NULL,
	    .policy = p.policy,
	    .more = more};
	signed_act(&x, &body);
	post(API_ACT, of_recipient ? SUCCESSOR : PROVIDER, PROVIDER, CASE, &body, status);
	if (status == 201) {
		(void)snprintf(head, sizeof head, "%s", jx_str(world.json, "head"));
		post(API_ACT, of_recipient ? SUCCESSOR : PROVIDER, PROVIDER, CASE, &body, 200);
		assert_string_equal(jx_str(world.json, "head"), head);
	}
}

static json_t *offer_members(void)
{
	return json_pack("{s:s,s:s}", "programme", "participatiewet", "start_month", "2027-01");
}

static void an_act_needs_its_form_and_its_signer(void **state)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const struct act_of offer = {.by = world.home,
	    .kind = "offer",
	    .for_oin = SUCCESSOR,
	    .case_id = CASE,
	    .policy = p.policy,
	    .more = offer_members()};
	(void)state;
	post_text(API_ACT, "{\"statement\":\"{}\",\"signature\":\"AAAA\"}", 403);
	signed_act(&offer, &body);
	post(API_ACT, SUCCESSOR, PROVIDER, CASE, &body, 403);     /* who did not sign it */
	post(API_ACT, PROVIDER, PROVIDER, "c-other", &body, 422); /* another address */
	is_problem("bad-format");
	ask_for(API_CASE, PROVIDER, PROVIDER, CASE, 404);
}

static void without_the_ledger_nothing_is_done(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	char before[TIME_TEXT];
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const struct act_of offer = {.by = world.home,
	    .kind = "offer",
	    .for_oin = SUCCESSOR,
	    .case_id = CASE,
	    .policy = p.policy,
	    .more = offer_members()};
	(void)state;
	time_text(clock_now() - 10 * 60 * 1000, before);
	test_code(clock_set_test(before, &ei), 0, &ei);
	signed_act(&offer, &body);
	post(API_ACT, PROVIDER, PROVIDER, CASE, &body, 503);
	is_problem("ledger-unavailable");
	test_code(clock_set_test(NULL, &ei), 0, &ei);
	ask_for(API_CASE, PROVIDER, PROVIDER, CASE, 404);
}

static void a_case_is_offered_accepted_and_released(void **state)
{
	(void)state;
	act("offer", offer_members(), false, 201);
	assert_string_equal(jx_str(world.json, "state"), "offered");
	act("fetch_request", NULL, true, 409);
	is_problem("conflict");
	ask_for(API_CASE, SUCCESSOR, PROVIDER, CASE, 200);
	assert_true(json_array_size(json_object_get(world.json, "legal")) > 0);
	ask_for(API_CASE, TOWN, PROVIDER, CASE, 404);
	ask_for(API_STATEMENTS, TOWN, PROVIDER, CASE, 404);
	ask_for(API_RECEIPTS, TOWN, PROVIDER, CASE, 404);
	char good[HASH_HEX];
	memcpy(good, head, sizeof good);
	memset(head, 'a', HASH_HEX - 1);
	act("accept", NULL, false, 409);
	is_problem("stale");
	memcpy(head, good, sizeof head);
	act("accept", NULL, false, 201);
	ask_for(API_CONTENT, SUCCESSOR, p.package, NULL, 409); /* not yet */
	act("release", NULL, true, 201);
	assert_string_equal(jx_str(world.json, "state"), "released");
	ask_for(API_CONTENT, SUCCESSOR, p.package, NULL, 409);
}

static void the_recipient_fetches_it(void **state)
{
	char etag[HASH_HEX + 2], got[HASH_HEX];
	struct buf bytes GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	act("fetch_request", NULL, true, 201);
	ask_for(API_CONTENT, PROVIDER, p.package, NULL, 403); /* its sender has it */
	ask_for(API_CONTENT, SUCCESSOR, p.package, NULL, 200);
	assert_int_equal(world.a.number, p.bytes.len);
	(void)snprintf(etag, sizeof etag, "\"%s\"", p.sha256);
	assert_string_equal(answer_field("ETag"), etag);
	test_code(file_read_fd(world.a.fd, 8 << 20, &bytes, &ei), 0, &ei);
	assert_true(write(world.a.fd, "x", 1) < 0); /* to read alone */
	(void)close(world.a.fd);
	hash_sha256_hex(bytes.data, bytes.len, got);
	assert_string_equal(got, p.sha256);
	act("fetched", json_pack("{s:s}", "ciphertext", p.sha256), true, 201);
	assert_string_equal(jx_str(world.json, "state"), "fetched");
}

static void its_chain_receipts_and_events_are_there(void **state)
{
	(void)state;
	ask_for(API_STATEMENTS, PROVIDER, PROVIDER, CASE, 200);
	assert_int_equal(json_array_size(items()), 5);
	char sha256[HASH_HEX];
	const char *text = jx_str(json_array_get(items(), 0), "statement");
	hash_sha256_hex(text, strlen(text), sha256);
	assert_string_equal(jx_str(json_array_get(items(), 0), "sha256"), sha256);
	ask_for(API_RECEIPTS, PROVIDER, PROVIDER, CASE, 200);
	assert_non_null(jx_str(world.json, "slip"));
	assert_non_null(jx_str(world.json, "slip_signature"));
	assert_true(json_array_size(items()) >= 1);
	struct link_call c = world_call(API_EVENTS, SUCCESSOR);
	world_query(&c, "after", "0");
	world_query(&c, "limit", "2");
	ask(&c, 200);
	assert_int_equal(json_array_size(items()), 2);
	c = world_call(API_EVENTS, TOWN);
	ask(&c, 200);
	assert_int_equal(json_array_size(items()), 0);
	c = world_call(API_EVENTS, TOWN);
	world_query(&c, "after", "-1");
	ask(&c, 400);
}

static void cases_are_listed_for_their_parties(void **state)
{
	static const struct {
		const char *oin, *name, *value;
		int status;
		size_t n;
	} rows[] = {
	    {PROVIDER, NULL, NULL, 200, 1},
	    {SUCCESSOR, "role", "recipient", 200, 1},
	    {SUCCESSOR, "role", "sender", 200, 0},
	    {SUCCESSOR, "state", "fetched", 200, 1},
	    {SUCCESSOR, "state", "closed", 200, 0},
	    {TOWN, NULL, NULL, 200, 0},
	    {PROVIDER, "role", "judge", 400, 0},
	    {PROVIDER, "state", "nowhere", 400, 0},
	    {PROVIDER, "cursor", "!", 400, 0},
	    {PROVIDER, "limit", "9999", 400, 0},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct link_call c = world_call(API_CASES, rows[i].oin);
		if (rows[i].name)
			world_query(&c, rows[i].name, rows[i].value);
		ask(&c, rows[i].status);
		if (rows[i].status == 200)
			assert_int_equal(json_array_size(items()), rows[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_body_is_read_strictly_and_all_is_said_at_once),
	    cmocka_unit_test(what_is_no_slip_announces_nothing),
	    cmocka_unit_test(a_package_is_announced_by_its_sender),
	    cmocka_unit_test(an_upload_waits_for_the_others_of_its_sender),
	    cmocka_unit_test(an_upload_begins_for_an_announced_package),
	    cmocka_unit_test(bytes_come_in_parts_and_are_judged_at_the_end),
	    cmocka_unit_test(an_act_needs_its_form_and_its_signer),
	    cmocka_unit_test(without_the_ledger_nothing_is_done),
	    cmocka_unit_test(a_case_is_offered_accepted_and_released),
	    cmocka_unit_test(the_recipient_fetches_it),
	    cmocka_unit_test(its_chain_receipts_and_events_are_there),
	    cmocka_unit_test(cases_are_listed_for_their_parties),
	};
	return cmocka_run_group_tests_name("api/op_cases", tests, begin, end);
}
