/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/cases.h"
#include "store/packages.h"
#include "tests/unit/store/fixture.h"

static void text(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s);
}

/* A package by its last digit; the text is in every place where it could be mixed up. */
static struct store_package made(int n, const char *sender, int64_t expires, uint64_t bytes)
{
	struct store_package p = {.seq = n, .expires = expires, .bytes = bytes, .announced = 7};
	(void)snprintf(p.package, sizeof p.package, "11111111-1111-4111-8111-%012d", n);
	text(p.supersedes, sizeof p.supersedes,
	    n == 2 ? "11111111-1111-4111-8111-000000000001" : "");
	text(p.sender, sizeof p.sender, sender);
	text(p.recipient, sizeof p.recipient, B);
	text(p.case_id, sizeof p.case_id, "case");
	text(p.contract, sizeof p.contract, "contract");
	memset(p.slip, 'a', HASH_HEX - 1);
	memset(p.sha256, 'b', HASH_HEX - 1);
	memset(p.policy, 'c', HASH_HEX - 1);
	memset(p.registry, 'd', HASH_HEX - 1);
	return p;
}

static struct store_package added(
    struct fixture *f, int n, const char *sender, int64_t expires, uint64_t bytes)
{
	struct store_package p = made(n, sender, expires, bytes);
	test_code(store_package_add(f->tx, &p, "{slip}\n", 7, "sig\0", 4, &f->ei), 0, &f->ei);
	return p;
}

static struct store_package got(struct fixture *f, const char *package)
{
	struct store_package p;
	test_code(store_package_get(f->tx, package, &p, NULL, NULL, &f->ei), 0, &f->ei);
	return p;
}

static void keeps_what_the_slip_said(void **state)
{
	struct fixture *f = *state;
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct store_package p = added(f, 2, A, 900, UINT64_C(10) << 30), q;
	test_code(store_package_get(f->tx, p.package, &q, &slip, &p7s, &f->ei), 0, &f->ei);
	assert_memory_equal(&p, &q, sizeof p);
	assert_string_equal(slip.data, "{slip}\n");
	assert_int_equal(p7s.len, 4);
	test_code(store_package_add(f->tx, &p, "x", 1, "y", 1, &f->ei), GW_EEXIST, &f->ei);
	test_code(store_package_get(f->tx, "nobody", &q, NULL, NULL, &f->ei), GW_ENOENT, &f->ei);
}

static void goes_from_announced_to_gone(void **state)
{
	struct fixture *f = *state;
	const struct store_package first = added(f, 1, A, 900, 5);
	const char *package = first.package;
	test_code(store_package_deposited(f->tx, package, 11, &f->ei), 0, &f->ei);
	test_code(store_package_deposited(f->tx, package, 12, &f->ei), GW_ENOENT, &f->ei);
	test_code(store_package_opened(f->tx, package, &f->ei), 0, &f->ei);
	test_code(store_package_extend(f->tx, package, 999, &f->ei), 0, &f->ei);
	struct store_package p = got(f, package);
	assert_int_equal(p.state, PACKAGE_DEPOSITED);
	assert_true(p.open);
	assert_int_equal(p.expires, 999);
	assert_int_equal(p.deposited, 11);
	test_code(store_package_doom(f->tx, package, "withdrawn", &f->ei), 0, &f->ei);
	test_code(store_package_doom(f->tx, package, "expired", &f->ei), 0, &f->ei);
	p = got(f, package);
	assert_string_equal(p.reason, "withdrawn"); /* the first one is why */
	assert_false(p.open);
	assert_int_equal(p.state, PACKAGE_DEPOSITED);
	test_code(store_package_gone(f->tx, package, 13, &f->ei), 0, &f->ei);
	p = got(f, package);
	assert_int_equal(p.state, PACKAGE_GONE);
	assert_int_equal(p.gone, 13);
	test_code(store_package_doom(f->tx, "unknown", "expired", &f->ei), 0, &f->ei);
	test_code(store_package_gone(f->tx, "unknown", 1, &f->ei), GW_ENOENT, &f->ei);
	assert_string_equal(store_package_word(PACKAGE_ANNOUNCED), "announced");
	assert_string_equal(store_package_word(PACKAGE_DEPOSITED), "deposited");
	assert_string_equal(store_package_word(PACKAGE_GONE), "gone");
}

static int collect(void *ctx, const struct store_package *p, struct errinfo *ei)
{
	(void)ei;
	char *out = ctx;
	size_t n = strlen(out);
	out[n] = p->package[ID_TEXT - 2];
	return out[n] == '9' ? GW_EFAIL : 0;
}

static void a_round_about(struct fixture *f, const char *package, const char *state)
{
	struct store_case it = {.round = 1};
	struct store_round o = {.round = 1};
	text(it.sender, sizeof it.sender, A);
	text(it.recipient, sizeof it.recipient, B);
	text(it.case_id, sizeof it.case_id, "case");
	text(it.state, sizeof it.state, state);
	text(o.state, sizeof o.state, state);
	text(o.package, sizeof o.package, package);
	test_code(store_case_add(f->tx, &it, &f->ei), 0, &f->ei);
	test_code(store_round_put(f->tx, it.row, &o, &f->ei), 0, &f->ei);
}

/* The case has a fetch_request in its only round. */
static void asked_for_at(struct fixture *f, int64_t received)
{
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	struct store_case it;
	s.n = s.round = 1;
	s.received = received;
	text(s.kind, sizeof s.kind, "fetch_request");
	assert_int_equal(buf_adds(&s.json, "{}"), 0);
	assert_int_equal(buf_adds(&s.p7s, "s"), 0);
	test_code(store_case_find(f->tx, A, "case", &it, &f->ei), 0, &f->ei);
	test_code(store_statement_add(f->tx, it.row, &s, &f->ei), 0, &f->ei);
}

static void finds_what_has_to_go(void **state)
{
	struct fixture *f = *state;
	char found[16] = "";
	for (int i = 1; i <= 5; i++)
		(void)added(f, i, A, 100 * i, 1);
	test_code(store_package_deposited(f->tx, made(1, A, 0, 0).package, 5, &f->ei), 0, &f->ei);
	a_round_about(f, made(1, A, 0, 0).package, "released");
	struct store_holds holds = {
	    .held = " released ", .begun = " opened ", .begins = "fetch_request", .since = 7};
	test_code(store_packages_lapse(f->tx, 300, &holds, &f->ei), 0, &f->ei);
	test_code(
	    store_package_doom(f->tx, made(5, A, 0, 0).package, "returned", &f->ei), 0, &f->ei);
	test_code(store_packages_doomed(f->tx, 0, 10, collect, found, &f->ei), 0, &f->ei);
	assert_string_equal(found, "25");
	memset(found, 0, sizeof found);
	test_code(store_packages_doomed(f->tx, 0, 1, collect, found, &f->ei), 0, &f->ei);
	assert_string_equal(found, "2");
	assert_string_equal(got(f, made(2, A, 0, 0).package).reason, "expired");
	memset(found, 0, sizeof found);
	test_code(store_packages_in(f->tx, PACKAGE_DEPOSITED, collect, found, &f->ei), 0, &f->ei);
	assert_string_equal(found, "1");
	/* held since a statement of its round came at that moment or later */
	asked_for_at(f, 7);
	holds.held = " fetching ";
	holds.begun = " released ";
	test_code(store_packages_lapse(f->tx, 300, &holds, &f->ei), 0, &f->ei);
	assert_string_equal(got(f, made(1, A, 0, 0).package).reason, "");
	holds.since = 8;
	test_code(store_packages_lapse(f->tx, 300, &holds, &f->ei), 0, &f->ei);
	assert_string_equal(got(f, made(1, A, 0, 0).package).reason, "expired");
	(void)added(f, 9, A, 1, 1);
	memset(found, 0, sizeof found);
	test_code(
	    store_packages_in(f->tx, PACKAGE_ANNOUNCED, collect, found, &f->ei), GW_EFAIL, &f->ei);
	assert_string_equal(found, "23459");
}

static int count(void *ctx, const struct store_upload *u, struct errinfo *ei)
{
	(void)u;
	(void)ei;
	++*(int *)ctx;
	return 0;
}

static void sums_up_by_sender(void **state)
{
	struct fixture *f = *state;
	int n = 0;
	struct store_package_sums s;
	for (int i = 1; i <= 4; i++) {
		struct store_package p = added(f, i, i < 4 ? A : B, 100, (uint64_t)1 << (40 + i));
		struct store_upload u = {.touched = i};
		text(u.id, sizeof u.id, p.package);
		text(u.package, sizeof u.package, p.package);
		if (i > 1)
			test_code(store_upload_add(f->tx, &u, &f->ei), 0, &f->ei);
	}
	test_code(store_package_deposited(f->tx, made(1, A, 0, 0).package, 5, &f->ei), 0, &f->ei);
	test_code(store_package_deposited(f->tx, made(2, A, 0, 0).package, 5, &f->ei), 0, &f->ei);
	test_code(store_upload_touch(f->tx, made(2, A, 0, 0).package, 9, true, &f->ei), 0, &f->ei);
	test_code(store_packages_sum(f->tx, A, &s, &f->ei), 0, &f->ei);
	assert_int_equal(s.packages, 2);
	assert_int_equal(s.bytes, (uint64_t)6 << 40);
	assert_int_equal(s.uploads, 1);
	assert_int_equal(s.coming, (uint64_t)8 << 40);
	test_code(store_uploads_open(f->tx, A, count, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n, 1);
	test_code(store_uploads_open(f->tx, "00000099000000003000", count, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n, 1);
	test_code(store_packages_sum(f->tx, NULL, &s, &f->ei), 0, &f->ei);
	assert_int_equal(s.uploads, 2);
	assert_int_equal(s.coming, (uint64_t)24 << 40);
	test_code(store_packages_sum(f->tx, "00000099000000003000", &s, &f->ei), 0, &f->ei);
	assert_int_equal(s.packages + s.bytes + s.uploads + s.coming, 0);
}

static void keeps_one_upload_a_package(void **state)
{
	struct fixture *f = *state;
	struct store_package p = added(f, 1, A, 100, 5);
	struct store_upload u = {.touched = 50}, v;
	int n = 0;
	text(u.id, sizeof u.id, "22222222-2222-4222-8222-222222222222");
	text(u.package, sizeof u.package, p.package);
	test_code(store_upload_of(f->tx, p.package, &v, &f->ei), GW_ENOENT, &f->ei);
	test_code(store_upload_add(f->tx, &u, &f->ei), 0, &f->ei);
	test_code(store_upload_of(f->tx, p.package, &v, &f->ei), 0, &f->ei);
	assert_memory_equal(&u, &v, sizeof u);
	text(v.id, sizeof v.id, "33333333-3333-4333-8333-333333333333");
	test_code(store_upload_add(f->tx, &v, &f->ei), GW_EEXIST, &f->ei);
	test_code(store_upload_touch(f->tx, v.id, 60, false, &f->ei), GW_ENOENT, &f->ei);
	test_code(store_upload_touch(f->tx, u.id, 60, true, &f->ei), 0, &f->ei);
	test_code(store_upload_get(f->tx, u.id, &v, &f->ei), 0, &f->ei);
	assert_true(v.done && v.touched == 60);
	test_code(store_uploads(f->tx, 60, count, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n, 0);
	test_code(store_uploads(f->tx, 61, count, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n, 1);
	test_code(store_upload_drop(f->tx, u.id, &f->ei), 0, &f->ei);
	test_code(store_upload_drop(f->tx, u.id, &f->ei), 0, &f->ei);
	test_code(store_upload_get(f->tx, u.id, &v, &f->ei), GW_ENOENT, &f->ei);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(keeps_what_the_slip_said),
	    TEST(goes_from_announced_to_gone),
	    TEST(finds_what_has_to_go),
	    TEST(sums_up_by_sender),
	    TEST(keeps_one_upload_a_package),
	};
	return cmocka_run_group_tests_name("store/packages", tests, NULL, NULL);
}
