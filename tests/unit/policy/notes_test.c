/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/notes.h"

#include "registry/contract.h"
#include "tests/unit/policy/policies.h"

#define ONE                                                                                                \
	"  - id: RI-1\n    controller: \"00000099000000001000\"\n    provider: \"00000099000000002000\"\n" \
	"    segment: individueel\n    programme: [participatiewet]\n    from: 2024-01-01\n"               \
	"    until: 2028-06-30\n    run_off_until: 2029-06-30\n"
#define LATER                                                                                              \
	"  - id: RI-2\n    controller: \"00000099000000001000\"\n    provider: \"00000099000000002000\"\n" \
	"    segment: individueel\n    programme: [wi2021]\n    from: 2024-01-01\n    until: 2031-12-31\n"

/* All that is said of END_CONTRACT with one change, a line each; the caller frees it. */
static char *said(const char *from, const char *to, struct date today, const char *contracts)
{
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct contracts l GW_CLEANUP(contracts_release) = {0};
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10000);
	char *shipped GW_CLEANUP(str_free_p) = slurp(END_CONTRACT);
	char *text GW_CLEANUP(str_free_p) = with(shipped, from, to);
	if (contracts)
		test_code(contracts_parse("contracts.yaml", contracts, strlen(contracts), &l, &ei),
		    0, &ei);
	p = load(text, &ei);
	assert_non_null(p);
	policy_notes(p, text, strlen(text), today, contracts ? &l : NULL, &f);
	assert_int_equal(buf_adds(&out, ""), 0);
	for (size_t i = 0; i < f.n; i++)
		assert_int_equal(
		    buf_addf(&out, "%s%s\n",
			f.items[i].severity == POLICY_NOTE ? "note " : "warning ", f.items[i].text),
		    0);
	assert_int_equal(f.errors + f.gaps, 0);
	return str_dup(out.data ? out.data : "");
}

static const struct date in_time = {2026, 3, 1};

static void expect(const char *got, const char *want)
{
	if (!str_eq(got, want))
		fail_msg("'%s' instead of '%s'", got, want);
}

static void what_may_run_gets_no_note(void **state)
{
	(void)state;
	char *none GW_CLEANUP(str_free_p) = said("title: ", "title: ", in_time, NULL);
	expect(none, "");
	char *covered GW_CLEANUP(str_free_p) =
	    said("title: ", "title: ", in_time, "contracts:\n" ONE LATER);
	expect(covered, "");
	char *unknown GW_CLEANUP(str_free_p) =
	    said("title: ", "title: ", in_time, "contracts: []\n");
	expect(unknown, "");
}

static void what_never_runs_is_noted(void **state)
{
	(void)state;
	char *draft GW_CLEANUP(str_free_p) = said("status: active", "status: draft", in_time, NULL);
	expect(draft,
	    "note beleid.yaml:4:9: a draft never runs: when it is decided write \"status: active\" "
	    "and have it signed\n");
	char *retired GW_CLEANUP(str_free_p) =
	    said("status: active", "status: retired", in_time, NULL);
	expect(retired,
	    "note beleid.yaml:4:9: a retired policy never runs: to use it again write a higher "
	    "version with \"status: active\"\n");
	char *ended GW_CLEANUP(str_free_p) =
	    said("title: ", "title: ", (struct date){2031, 1, 1}, NULL);
	expect(ended,
	    "note beleid.yaml:6:34: it has ended and no longer runs: write a higher version with a "
	    "later day\n");
	char *early GW_CLEANUP(str_free_p) =
	    said("title: ", "title: ", (struct date){2025, 12, 31}, NULL);
	expect(early,
	    "note beleid.yaml:6:15: it does not run before that day: write an earlier one if it "
	    "should\n");
}

static void no_policy_outlives_its_contract(void **state)
{
	(void)state;
	char *all GW_CLEANUP(str_free_p) = said("title: ", "title: ", in_time, "contracts:\n" ONE);
	expect(all,
	    "warning beleid.yaml:6:34: 2030-12-31 lies beyond the end of every contract of its "
	    "programmes, 2028-06-30: write \"until: 2028-06-30\"\n");
	char *run_off GW_CLEANUP(str_free_p) = said("contract_status: [contracted]",
	    "contract_status: [contracted, run_off]", in_time, "contracts:\n" ONE);
	expect(run_off,
	    "warning beleid.yaml:6:34: 2030-12-31 lies beyond the end of every contract of its "
	    "programmes, 2029-06-30: write \"until: 2029-06-30\"\n");
	char *named GW_CLEANUP(str_free_p) = said("  programme: [participatiewet, wi2021]",
	    "  programme: [participatiewet, wi2021]\n  contract: [RI-2, RI-1]", in_time,
	    "contracts:\n" ONE LATER);
	expect(named,
	    "warning beleid.yaml:6:34: 2030-12-31 lies beyond the end of contract 'RI-1', "
	    "2028-06-30: write \"until: 2028-06-30\"\n");
	char *strange GW_CLEANUP(str_free_p) = said("  programme: [participatiewet, wi2021]",
	    "  programme: [participatiewet, wi2021]\n  contract: [RI-2, RI-9]", in_time,
	    "contracts:\n" ONE LATER);
	expect(strange,
	    "warning beleid.yaml:16:20: contract 'RI-9' is not in the registry here: write one that "
	    "is, or add it with `handover registry contract`\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_may_run_gets_no_note),
	    cmocka_unit_test(what_never_runs_is_noted),
	    cmocka_unit_test(no_policy_outlives_its_contract),
	};
	return cmocka_run_group_tests_name("policy/notes", tests, NULL, NULL);
}
