/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a policy: they load or are refused with a place; what loads can be compared with
 * itself, formatted without loss and put to work on a small dossier.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/fmt.h"
#include "policy/wider.h"
#include "policy/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char small[] =
    "{\"person\":{\"bsn\":\"123456782\",\"given_names\":\"Jan Piet\",\"birth_date\":\"1984-00-00\","
    "\"family_name\":\"Haile\"},\"contact\":{\"postcode\":\"5121 AB\",\"phone\":\"06-12345678\"},"
    "\"ladder\":[{\"date\":\"2026-01-12\",\"step\":3},{\"date\":\"2025-00-00\",\"step\":2}],"
    "\"plan\":{\"goal\":\"Haile belt 06-12345678\"},\"capacity\":{\"hours_max\":24}}";

static void must(bool good)
{
	if (!good)
		abort();
}

static void put_to_work(const struct policy *p)
{
	static struct dossier *d;
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct policy_keys all = {0};
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(p, &all);
	if (!d)
		must(dossier_parse_json(
			 "d", small, sizeof small - 1, catalogue_builtin(), NULL, &d, NULL) == 0);
	const struct policy_context ctx = {.sender = p->sender,
	    .recipient = p->recipient,
	    .contract_status = p->contract_status,
	    .met = p->requires,
	    .contract = p->contracts_n ? p->contracts[0] : NULL,
	    .programme = p->programmes & 1 ? "participatiewet" : "wi2021",
	    .today = p->from,
	    .rehearsal = true};
	if (policy_apply(p, &ctx, d, &all, &o, NULL) == 0)
		must(policy_admits(p, ctx.recipient_duties, o.data, NULL) == 0);
	json_decref(policy_travelling(p));
}

static void check_layout(const struct policy *p, const uint8_t *text, size_t n)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct policy *q GW_CLEANUP(policy_free_p) = NULL;
	int r = policy_fmt("fuzz", text, n, &out, NULL);
	must(r == 0 || r == GW_EFAIL);
	if (r < 0 || out.len > 256 << 10)
		return;
	must(policy_parse("fuzz", out.data, out.len, catalogue_builtin(), NULL, &q, NULL) == 0);
	must(str_eq(p->meaning, q->meaning));
}

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t n)
{
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_parse("fuzz", text, n, catalogue_builtin(), &f, &p, &ei);
	must((r == 0) == (p != NULL) && (r == 0) == (f.errors == 0));
	if (r < 0) {
		must(ei.located && str_starts(ei.msg, "fuzz:"));
		return 0;
	}
	policy_compare(p, p, &d);
	must(d.n == 0 && policy_covers(p, p));
	check_layout(p, text, n);
	put_to_work(p);
	return 0;
}
