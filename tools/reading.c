/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/reading.h"

#include <stdbool.h>

#include "tools/output.h"

struct ledger_record reading_record(struct home *h, const char *act)
{
	struct transfer_env env = {0};
	struct ledger_record r = {.act = act, .out = LEDGER_OK};
	home_transfer(h, &env);
	r.actor.k = "user";
	r.actor.id = env.actor;
	r.actor.auth = "cli";
	return r;
}

int reading_begin(
    struct home *h, const struct ledger_record *record, struct reading *ret, struct errinfo *ei)
{
	*ret = (struct reading){.home = h, .record = *record};
	return ledger_intent(home_ledger(h), record, NULL, &ret->intent, ei);
}

int reading_open(const struct cli *cli, const char *act, struct home **ret_h, struct reading *ret,
    struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, ei);
	if (r < 0)
		return r;
	const struct ledger_record record = reading_record(h, act);
	r = reading_begin(h, &record, ret, ei);
	if (r < 0)
		return r;
	*ret_h = h;
	h = NULL;
	return 0;
}

int reading_end(struct reading *r, int code, struct errinfo *ei)
{
	struct errinfo second = ERRINFO_INIT;
	bool lost = output_finish() != 0;
	r->record.out = code < 0 || lost ? LEDGER_ERROR : LEDGER_OK;
	int e = ledger_result(home_ledger(r->home), &r->intent, &r->record, NULL, NULL, &second);
	if (code == 0 && e < 0 && ei)
		*ei = second;
	return code < 0 ? code : e;
}
