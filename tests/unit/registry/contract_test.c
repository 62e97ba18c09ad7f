/* SPDX-License-Identifier: EUPL-1.2 */
/* Contracts: a strict file, and who may do what on which day. */
#include "registry/contract.h"

#include "base/buf.h"
#include "tests/unit/test.h"

#define CONTROLLER "00000099000000001000"

static struct date day(const char *s)
{
	struct date d;
	assert_int_equal(date_parse(s, &d), 0);
	return d;
}

static struct contracts parsed(const char *text)
{
	struct contracts l;
	struct errinfo ei = ERRINFO_INIT;
	test_code(contracts_parse("c.yaml", text, strlen(text), &l, &ei), 0, &ei);
	return l;
}

/* OIN of the i-th provider of the memo. */
static const char *provider(int i)
{
	static char oin[OIN_TEXT];
	(void)snprintf(oin, sizeof oin, "000000990000000%02d000", i);
	return oin;
}

static void add(
    struct buf *b, const char *id, int who, const char *from, const char *until, const char *more)
{
	assert_int_equal(
	    buf_addf(b,
		"  - {id: %s-%d, controller: \"" CONTROLLER
		"\", provider: \"%s\", segment: individueel, programme: [participatiewet], "
		"from: %s, until: %s%s}\n",
		id, who, provider(who), from, until, more),
	    0);
}

/*
 * From 2022-01-01 the 41 contracted providers; running trajectories at others may be finished;
 * others enrol in the open house from 2022-04-01.
 */
static struct contracts memo(void)
{
	static const char run_off[] = ", run_off_until: 2023-06-30";
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&b, "contracts:\n"), 0);
	for (int i = 1; i <= 41; i++)
		add(&b, "OH-2022", i, "2022-01-01", "2025-12-31", "");
	for (int i = 30; i <= 60; i++) /* of the old contract; 30 to 41 go on under the new one */
		add(&b, "OUD-2018", i, "2018-01-01", "2021-12-31", run_off);
	for (int i = 51; i <= 53; i++) /* enrolled in the open house */
		add(&b, "OH-2022", i, "2022-04-01", "2025-12-31", "");
	return parsed(b.data);
}

static size_t count(const struct contracts *l, const char *on, enum contract_status s)
{
	const struct contract *named = contracts_find(l, "OH-2022-1");
	size_t n = 0;
	for (int i = 1; i <= 70; i++)
		n += contracts_status(
			 l, named, provider(i), PROGRAMME_PARTICIPATIEWET, day(on), NULL) == s;
	return n;
}

static void forty_one_providers_run_off_and_open_house(void **state)
{
	struct contracts l = memo();
	(void)state;
	assert_int_equal(count(&l, "2021-12-31", CONTRACT_CONTRACTED), 31);
	assert_int_equal(count(&l, "2022-01-01", CONTRACT_CONTRACTED), 41);
	assert_int_equal(count(&l, "2022-01-01", CONTRACT_RUN_OFF), 19);
	assert_int_equal(count(&l, "2022-01-01", CONTRACT_NOT_CONTRACTED), 10);
	assert_int_equal(count(&l, "2022-03-31", CONTRACT_CONTRACTED), 41);
	assert_int_equal(count(&l, "2022-04-01", CONTRACT_CONTRACTED), 44);
	assert_int_equal(count(&l, "2022-04-01", CONTRACT_RUN_OFF), 16);
	assert_int_equal(count(&l, "2023-06-30", CONTRACT_RUN_OFF), 16);
	assert_int_equal(count(&l, "2023-07-01", CONTRACT_RUN_OFF), 0);
	assert_int_equal(count(&l, "2026-01-01", CONTRACT_CONTRACTED), 0);
	contracts_release(&l);
}

static void the_best_contract_is_the_one_whose_agreements_count(void **state)
{
	struct contracts l = memo();
	const struct contract *named = contracts_find(&l, "OUD-2018-51"), *best;
	(void)state;
	assert_int_equal(contracts_status(&l, named, provider(51), PROGRAMME_PARTICIPATIEWET,
			     day("2022-02-01"), &best),
	    CONTRACT_RUN_OFF);
	assert_string_equal(best->id, "OUD-2018-51");
	assert_int_equal(contracts_status(&l, named, provider(51), PROGRAMME_PARTICIPATIEWET,
			     day("2022-05-01"), &best),
	    CONTRACT_CONTRACTED);
	assert_string_equal(best->id, "OH-2022-51");
	assert_int_equal(
	    contracts_status(&l, named, provider(51), PROGRAMME_WI2021, day("2022-05-01"), &best),
	    CONTRACT_NOT_CONTRACTED);
	assert_null(best);
	contracts_release(&l);
}

static void another_segment_or_controller_does_not_help(void **state)
{
	static const char text[] =
	    "contracts:\n"
	    "  - {id: A, controller: \"" CONTROLLER
	    "\", provider: \"00000099000000002000\", segment: individueel, programme: [nug], from: "
	    "2026-01-01, until: 2026-12-31}\n"
	    "  - {id: B, controller: \"" CONTROLLER
	    "\", provider: \"00000099000000003000\", segment: collectief, programme: [nug], from: "
	    "2026-01-01, until: 2026-12-31}\n"
	    "  - {id: C, controller: \"00000099000000009000\", provider: "
	    "\"00000099000000003000\", segment: individueel, programme: [nug], from: 2026-01-01, "
	    "until: 2026-12-31}\n";
	struct contracts l = parsed(text);
	(void)state;
	assert_int_equal(contracts_status(&l, contracts_find(&l, "A"), "00000099000000003000",
			     PROGRAMME_NUG, day("2026-06-01"), NULL),
	    CONTRACT_NOT_CONTRACTED);
	contracts_release(&l);
}

static void writes_what_it_reads(void **state)
{
	static const char text[] =
	    "contracts:\n"
	    "  - id: \"RI-2023-07\"\n"
	    "    controller: \"" CONTROLLER "\"\n"
	    "    provider: \"00000099000000002000\"\n"
	    "    segment: \"individueel\"\n"
	    "    programme: [participatiewet, wi2021]\n"
	    "    from: 2023-01-01\n"
	    "    until: 2026-12-31\n"
	    "    run_off_until: 2027-06-30\n"
	    "    agreements: {processor: {from: 2023-01-01, until: 2027-12-31}, mandate: {from: "
	    "2023-01-01, until: 2024-12-31}}\n";
	struct contracts l = parsed(text);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	(void)state;
	assert_int_equal(buf_adds(&b, "contracts:\n"), 0);
	assert_int_equal(contract_yaml(&l.list[0], &b), 0);
	assert_string_equal(b.data, text);
	assert_true(period_holds(&l.list[0].mandate, day("2024-12-31")));
	assert_false(period_holds(&l.list[0].mandate, day("2025-01-01")));
	contracts_release(&l);
}

/* A good contract, but for one change; what is said of it. */
static const struct {
	const char *line, *said;
} wrong[] = {
    {"kind: x", "c.yaml:10:5: unknown key \"kind\""},
    {"run_off_untill: 2027-01-01",
	"c.yaml:10:5: unknown key \"run_off_untill\", did you mean \"run_off_until\"?"},
    {"run_off_until: 2026-01-01", "c.yaml:10:20: run_off_until lies before until"},
    {"run_off_until: soon", "c.yaml:10:20: run_off_until: date such as 2026-12-31 expected"},
    {"agreements: {processor: {from: 2026-01-01}}", "c.yaml:10:29: key \"until\" is missing"},
    {"agreements: {procesor: {}}",
	"c.yaml:10:18: unknown key \"procesor\", did you mean \"processor\"?"},
    {"id: \"X\"", "c.yaml:10:5: key \"id\" stands here twice (first on line 2)"},
};

static void says_where_a_file_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct errinfo ei = ERRINFO_INIT;
		struct contracts l;
		assert_int_equal(
		    buf_addf(&b,
			"contracts:\n  - id: \"X\"\n    controller: \"" CONTROLLER
			"\"\n    provider: \"00000099000000002000\"\n    segment: individueel\n"
			"    programme: [nug]\n    # remark\n    from: 2026-01-01\n    until: "
			"2026-12-31\n    %s\n",
			wrong[i].line),
		    0);
		test_code(contracts_parse("c.yaml", b.data, b.len, &l, &ei), GW_EFORMAT, &ei);
		assert_string_equal(ei.msg, wrong[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forty_one_providers_run_off_and_open_house),
	    cmocka_unit_test(the_best_contract_is_the_one_whose_agreements_count),
	    cmocka_unit_test(another_segment_or_controller_does_not_help),
	    cmocka_unit_test(writes_what_it_reads),
	    cmocka_unit_test(says_where_a_file_is_wrong),
	};
	return cmocka_run_group_tests_name("registry/contract", tests, NULL, NULL);
}
