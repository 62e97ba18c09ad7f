/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/cases/fixture.h"

static json_t *list(struct fixture *f, const char *caller, const char *role, const char *state,
    unsigned limit, const char *cursor)
{
	struct cases_call call = fixture_call(f, caller);
	const struct cases_page page = {limit, cursor};
	json_t *j = NULL;
	test_code(cases_list(f->cases, &call, role, state, &page, &j, &f->ei), 0, &f->ei);
	return j;
}

static size_t size(const json_t *j)
{
	return json_array_size(json_object_get(j, "items"));
}

static bool legal(const json_t *j, const char *act)
{
	size_t i;
	json_t *a;
	json_array_foreach (json_object_get(j, "legal"), i, a)
		if (str_eq(json_string_value(a), act))
			return true;
	return false;
}

static void each_party_sees_what_it_may_do(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	play_to(&p, CASE_OFFERED);
	json_t *s GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	json_t *r GW_CLEANUP(jx_release) = play_show(&p, RECIPIENT);
	assert_true(legal(s, "withdraw") && legal(s, "cancel") && legal(s, "misdelivered"));
	assert_false(legal(s, "accept") || legal(s, "release"));
	assert_true(legal(r, "accept") && legal(r, "decline") && legal(r, "hold"));
	assert_false(legal(r, "withdraw") || legal(r, "offer"));
	assert_string_equal(jx_str(s, "head"), p.head);
	const json_t *round = json_array_get(json_object_get(s, "rounds"), 0);
	assert_string_equal(jx_str(round, "programme"), "participatiewet");
	assert_string_equal(jx_str(round, "contract"), CONTRACT);
	assert_null(json_object_get(round, "package"));
	assert_null(json_object_get(s, "pending"));
	assert_null(json_object_get(s, "gateway"));
}

static void a_list_comes_in_pages(void **state)
{
	struct fixture *f = *state;
	enum { CASES = 7 };
	char cursor[32] = "";
	size_t seen = 0, pages = 0;
	for (int i = 0; i < CASES; i++) {
		struct play p = play_new(f, OFFERED_KEEPS);
		p.recipient = i % 2 ? P_RIVAL : P_RECIPIENT;
		play_to(&p, i == 3 ? CASE_DECLINED : CASE_OFFERED);
	}
	do {
		json_t *j GW_CLEANUP(jx_release) =
		    list(f, SENDER, NULL, NULL, 3, cursor[0] ? cursor : NULL);
		const char *next = jx_str(j, "next");
		seen += size(j);
		pages++;
		(void)snprintf(cursor, sizeof cursor, "%s", next ? next : "");
	} while (cursor[0]);
	assert_int_equal(seen, CASES);
	assert_int_equal(pages, 3);
	json_t *all GW_CLEANUP(jx_release) = list(f, SENDER, NULL, NULL, CASES, NULL);
	assert_int_equal(size(all), CASES);
	assert_null(json_object_get(all, "next")); /* exactly full is the end */
	json_t *rival GW_CLEANUP(jx_release) = list(f, RIVAL, "recipient", NULL, 500, NULL);
	assert_int_equal(size(rival), 3);
	json_t *none GW_CLEANUP(jx_release) = list(f, RIVAL, "sender", NULL, 500, NULL);
	assert_int_equal(size(none), 0);
	json_t *declined GW_CLEANUP(jx_release) = list(f, SENDER, NULL, "declined", 500, NULL);
	assert_int_equal(size(declined), 1);
}

/* A case with so many rounds, all of them over. */
static void add_long(struct fixture *f, const char *id, unsigned rounds)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case it = {.round = rounds, .statements = 2 * rounds, .updated = f->now};
	(void)snprintf(it.sender, sizeof it.sender, "%s", SENDER);
	(void)snprintf(it.recipient, sizeof it.recipient, "%s", RECIPIENT);
	(void)snprintf(it.case_id, sizeof it.case_id, "%s", id);
	(void)snprintf(it.state, sizeof it.state, "withdrawn");
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_case_add(tx, &it, &f->ei), 0, &f->ei);
	for (unsigned i = 1; i <= rounds; i++) {
		struct store_round o = {.round = i, .since = f->now};
		(void)snprintf(o.state, sizeof o.state, "withdrawn");
		test_code(store_round_put(tx, it.row, &o, &f->ei), 0, &f->ei);
	}
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
}

/* Whatever was done to cases, a page of them stays of a size. */
static void a_page_has_so_many_rounds(void **state)
{
	struct fixture *f = *state;
	enum { CASES = 25, ROUNDS = 100 };
	char cursor[32] = "", id[24];
	size_t seen = 0;
	for (int i = 0; i < CASES; i++) {
		(void)snprintf(id, sizeof id, "lang-%02d", i);
		add_long(f, id, ROUNDS);
	}
	do {
		json_t *j GW_CLEANUP(jx_release) =
		    list(f, RECIPIENT, NULL, NULL, 500, cursor[0] ? cursor : NULL);
		const json_t *items = json_object_get(j, "items");
		const char *next = jx_str(j, "next");
		size_t i, rounds = 0;
		json_t *one;
		json_array_foreach (items, i, one) {
			(void)snprintf(id, sizeof id, "lang-%02zu", seen++);
			assert_string_equal(jx_str(one, "case"), id);
			rounds += json_array_size(json_object_get(one, "rounds"));
		}
		assert_in_range(rounds, 1, CASES_PAGE_ROUNDS + ROUNDS - 1);
		(void)snprintf(cursor, sizeof cursor, "%s", next ? next : "");
	} while (cursor[0]);
	assert_int_equal(seen, CASES);
}

static void wrong_words_are_told(void **state)
{
	struct fixture *f = *state;
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_page page = {.limit = 1};
	json_t *j = NULL;
	assert_int_equal(cases_list(f->cases, &call, "both", NULL, &page, &j, &f->ei), GW_EUSAGE);
	assert_int_equal(cases_list(f->cases, &call, NULL, "open", &page, &j, &f->ei), GW_EUSAGE);
	page.cursor = "x";
	assert_int_equal(cases_list(f->cases, &call, NULL, NULL, &page, &j, &f->ei), GW_EUSAGE);
	page = (struct cases_page){.limit = 501};
	assert_int_equal(cases_list(f->cases, &call, NULL, NULL, &page, &j, &f->ei), GW_EUSAGE);
	assert_int_equal(cases_events(f->cases, &call, 0, 0, &j, &f->ei), GW_EUSAGE);
	assert_null(j);
}

static void statements_come_as_they_were_sent(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	struct fixture *f = p.f;
	struct cases_call call = fixture_call(f, RECIPIENT);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	json_t *receipts GW_CLEANUP(jx_release) = NULL;
	size_t i;
	json_t *one;
	char prev[HASH_HEX] = "", hex[HASH_HEX];
	play_to(&p, CASE_TAKEN_OVER);
	test_code(cases_statements(f->cases, &call, SENDER, p.id, false, &j, &f->ei), 0, &f->ei);
	assert_int_equal(size(j), 7);
	json_array_foreach (json_object_get(j, "items"), i, one) {
		const char *text = jx_str(one, "statement"), *p7s = jx_str(one, "signature");
		uint8_t der[CADES_MAX];
		size_t n = 0;
		struct statement st GW_CLEANUP(statement_release) = {0};
		assert_int_equal(str_unb64(p7s, strlen(p7s), der, sizeof der, &n), 0);
		test_code(statement_verify("s", text, strlen(text), der, n, NULL,
			      registry_trust(f->registry), f->now, f->now, &st, &f->ei),
		    0, &f->ei);
		const char *said = jx_str(st.body, "prev");
		assert_string_equal(said ? said : "", prev);
		hash_sha256_hex(text, strlen(text), prev);
		assert_string_equal(jx_str(one, "sha256"), prev);
		assert_int_equal(json_integer_value(json_object_get(one, "n")), i + 1);
	}
	assert_string_equal(prev, p.head);
	test_code(
	    cases_statements(f->cases, &call, SENDER, p.id, true, &receipts, &f->ei), 0, &f->ei);
	assert_int_equal(
	    size(receipts), 5); /* accept, fetch_request, fetched, opened, taken_over */
	const char *slip = jx_str(receipts, "slip");
	hash_sha256_hex(slip, strlen(slip), hex);
	assert_string_equal(hex, p.slip);
	assert_non_null(jx_str(receipts, "slip_signature"));
}

static void events_are_told_in_order_and_once(void **state)
{
	struct fixture *f = *state;
	struct cases_call call = fixture_call(f, RECIPIENT);
	struct play p = play_new(f, OFFERED_KEEPS), other = play_new(f, OFFERED_KEEPS);
	uint64_t after = 0;
	size_t n = 0;
	other.recipient = P_RIVAL;
	play_to(&p, CASE_ACCEPTED);
	play_to(&other, CASE_OFFERED);
	play(&p, ACT_CANCEL, P_SENDER);
	static const char *const kinds[] = {"offer", "accept", "cancel"};
	for (;;) {
		json_t *j GW_CLEANUP(jx_release) = NULL;
		test_code(cases_events(f->cases, &call, after, 1, &j, &f->ei), 0, &f->ei);
		if (size(j) == 0)
			break;
		const json_t *e = json_array_get(json_object_get(j, "items"), 0);
		assert_true(n < GW_LENGTH(kinds));
		assert_string_equal(jx_str(e, "kind"), kinds[n++]);
		assert_true((uint64_t)json_integer_value(json_object_get(e, "event")) > after);
		after = (uint64_t)json_integer_value(json_object_get(e, "event"));
	}
	assert_int_equal(n, GW_LENGTH(kinds));
}

/* The gateway that the registry names for a party asks for it. */
static void a_partys_gateway_sees_for_it(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_OFFERED);
	json_t *before GW_CLEANUP(jx_release) = list(f, FARGATE, NULL, NULL, 10, NULL);
	assert_int_equal(size(before), 0);
	char *text GW_CLEANUP(str_free_p) = NULL;
	char *path GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "organisations.yaml");
	text = slurp(path);
	char *moved GW_CLEANUP(str_free_p) = with(text, "    name: sender\n",
	    "    name: sender\n    gateway: \"https://far.example\"\n    gateway_oin: \"" FARGATE
	    "\"\n");
	fixture_put(f->registry_dir, "organisations.yaml", moved);
	fixture_reload(f);
	json_t *after GW_CLEANUP(jx_release) = list(f, FARGATE, NULL, NULL, 10, NULL);
	assert_int_equal(size(after), 1);
	json_t *seen GW_CLEANUP(jx_release) = play_show(&p, FARGATE);
	assert_true(legal(seen, "withdraw"));
	assert_false(legal(seen, "accept"));
	/* and brings its acts */
	test_code(
	    play_send(&p, ACT_WITHDRAW, P_SENDER, FARGATE, play_members(&p, ACT_WITHDRAW), NULL), 0,
	    &f->ei);
}

/* A gateway of the whole country: each of those that it serves counts. */
static void a_gateway_sees_for_many(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	p.recipient = P_FAR;
	play(&p, ACT_OFFER, P_SENDER);
	char *path GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "organisations.yaml");
	char *before GW_CLEANUP(str_free_p) = slurp(path);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&b, "organisations:\n"), 0);
	for (int i = 0; i < 400; i++)
		assert_int_equal(
		    buf_addf(&b,
			"  - oin: \"000000990000007%05d\"\n    name: n%d\n    roles: [municipality]\n"
			"    signing: [{spki: \"%s\", from: 2026-01-01, until: 2027-12-31}]\n"
			"    gateway: \"https://far.example\"\n    gateway_oin: \"" FARGATE "\"\n",
			i, i, signer_spki(f->who[P_SENDER])),
		    0);
	assert_int_equal(buf_adds(&b, strchr(before, '\n') + 1), 0);
	fixture_put(f->registry_dir, "organisations.yaml", b.data);
	fixture_reload(f);
	json_t *j GW_CLEANUP(jx_release) = list(f, FARGATE, NULL, NULL, 10, NULL);
	assert_int_equal(size(j), 1);
	assert_string_equal(jx_str(json_array_get(json_object_get(j, "items"), 0), "case"), p.id);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(each_party_sees_what_it_may_do),
	    T(a_list_comes_in_pages),
	    T(a_page_has_so_many_rounds),
	    T(wrong_words_are_told),
	    T(statements_come_as_they_were_sent),
	    T(events_are_told_in_order_and_once),
	    T(a_partys_gateway_sees_for_it),
	    T(a_gateway_sees_for_many),
	};
	return cmocka_run_group_tests_name("cases/look", tests, NULL, NULL);
}
