/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a baseline and as a ladder map: they load or are refused with a place; a baseline
 * that loads judges a policy, and each failure has a place; a map that loads gives national steps
 * only.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char policy[] =
    "policy: p\nlanguage: 1\nversion: 1\nstatus: active\ntitle: t\n"
    "valid: {from: 2026-01-01, until: 2026-12-31}\napproved: [{role: fg, date: 2025-12-10}]\n"
    "catalogue: 1\npurpose: referral\nlegal_basis: {gdpr: consent, law: [pwet-7]}\n"
    "applies_to: {sender: [provider], recipient: [uwv], contract_status: [contracted], programme: "
    "[nug]}\nallow:\n"
    "  - {rule: a, fields: [person.birth_date], as: {age_band: 5}, because: x}\n"
    "  - {rule: b, fields: [person.bsn], as: {pseudonym: d}, because: x}\n"
    "  - {rule: c, fields: [plan.goal], as: scanned, scan: s, because: x}\n"
    "  - {rule: d, fields: [capacity.hours_max], as: keep, exception: uavg-30-1-b, because: x}\n"
    "withhold: [{class: [criminal], because: x}]\nscan_profiles: {s: {default: mask}}\n"
    "attachments: [{types: [cv], formats: [pdf], clean: strip, scan: s, max_mb: 5}]\n"
    "limits: {attachments: 1, total_mb: 5}\nretention: {package: P14D, recipient: {keep: P6W, after: "
    "receipt}, sender: {delete: never, after: receipt}}\n";

static const char dossier[] = "{\"ladder\":[{\"step\":\"A\",\"target_step\":3},{\"step\":\"\"}]}";

static void must(bool good)
{
	if (!good)
		abort();
}

static void judge(const struct baseline *b)
{
	static struct policy *p;
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	if (!p)
		must(policy_parse("p.yaml", policy, sizeof policy - 1, catalogue_builtin(), NULL,
			 &p, NULL) == 0);
	int r = baseline_check(b, p, NULL, policy, sizeof policy - 1, &f, &ei);
	must(r == (f.n ? GW_EREFUSED : 0));
	must(r == 0 || (ei.located && str_starts(ei.msg, "p.yaml:")));
}

static void map(const struct ladder_map *m)
{
	const struct field *step = catalogue_find(catalogue_builtin(), "ladder.step");
	struct dossier_limits l = DOSSIER_LIMITS;
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	l.ladder = m;
	must(ladder_has(m, step));
	int n = ladder_step(m, step, "A");
	must(n >= 0 && n <= 6);
	must(dossier_parse_json(
		 "d", dossier, sizeof dossier - 1, catalogue_builtin(), &l, &d, NULL) == 0);
	must(json_integer_value(dossier_get(d, "ladder.step")) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t n)
{
	struct baseline *b GW_CLEANUP(baseline_free_p) = NULL;
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = NULL;
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = baseline_parse("fuzz", text, n, catalogue_builtin(), &f, &b, &ei);
	must((r == 0) == (b != NULL) && (r == 0) == (f.errors == 0));
	must(r == 0 || (ei.located && str_starts(ei.msg, "fuzz:")));
	if (b)
		judge(b);
	r = ladder_parse("fuzz", text, n, catalogue_builtin(), &m, &ei);
	must((r == 0) == (m != NULL));
	must(r == 0 || (ei.located && str_starts(ei.msg, "fuzz:")));
	if (m)
		map(m);
	return 0;
}
