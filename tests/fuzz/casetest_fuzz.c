/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as the tests beside a policy: they run, or are refused with a place. A file that runs
 * has as many results as cases, says why each failed, and runs the same a second time.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/casetest.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char policy[] =
    "policy: p\nlanguage: 1\nversion: 1\nstatus: active\ntitle: t\n"
    "valid: {from: 2026-01-01, until: 2026-12-31}\napproved: [{role: fg, date: 2026-01-01}]\n"
    "catalogue: 1\npurpose: referral\nlegal_basis: {gdpr: public_task, law: [pwet-7]}\n"
    "applies_to: {sender: [provider], recipient: [provider, region], contract_status: [contracted],"
    " programme: [participatiewet, wi2021], contract: [ri-1]}\nrequires: [protocol_accepted]\n"
    "allow:\n"
    "  - {rule: a, fields: [person.client_number, person.given_names], as: keep, because: x}\n"
    "  - {rule: b, fields: [person.birth_date], as: {age_band: 5}, because: x}\n"
    "  - {rule: c, fields: [person.bsn], as: {pseudonym: keten}, because: x,"
    " only_if: {recipient_duty: [bsn_processing]}}\n"
    "  - {rule: d, fields: [ladder.date, ladder.step], as: keep, because: x,"
    " records: {newest: 2, by: ladder.date}}\n"
    "  - {rule: e, fields: [plan.goal, agreements.text], as: scanned, scan: s, because: x}\n"
    "  - {rule: f, fields: [capacity.hours_max], as: keep, exception: uavg-30-1-b, because: x,"
    " only_if: {consent: [share_capacity]}}\n"
    "  - {rule: g, fields: [wi.exams.part], as: present, because: x}\n"
    "withhold: [{class: [special, criminal], because: x}]\n"
    "scan_profiles: {s: {default: mask, bsn: block, date: keep}}\n"
    "limits: {attachments: 0, total_mb: 0}\n"
    "consent: {form: TF-2026-1, max_age: P1Y, scopes: [share_capacity]}\n"
    "retention: {package: P1D, recipient: {keep: P1D, after: receipt},"
    " sender: {delete: never, after: receipt}}\n";

static void must(bool good)
{
	if (!good)
		abort();
}

static const struct policy *the_policy(void)
{
	static struct policy *p;
	if (!p)
		must(policy_parse("p.yaml", policy, sizeof policy - 1, catalogue_builtin(), NULL,
			 &p, NULL) == 0);
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t n)
{
	struct case_results a GW_CLEANUP(case_results_release) = {0};
	struct case_results b GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const struct policy *p = the_policy();
	size_t failed = 0;
	int r = casetest_run("fuzz", text, n, p, &a, &ei);
	must(r == 0 || r == GW_EFORMAT || r == GW_ELIMIT);
	if (r < 0) {
		must(ei.located && str_starts(ei.msg, "fuzz:"));
		return 0;
	}
	must(a.n > 0 && casetest_run("fuzz", text, n, p, &b, NULL) == 0 && a.n == b.n);
	for (size_t i = 0; i < a.n; i++) {
		must(a.items[i].passed == !a.items[i].message);
		must(str_eq(a.items[i].name, b.items[i].name));
		must(str_eq(a.items[i].message, b.items[i].message));
		failed += !a.items[i].passed;
	}
	must(failed == a.failed && failed == b.failed);
	return 0;
}
