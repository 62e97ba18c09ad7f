/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withheld: what keeps a package from its recipient although its state would let it go.
 *
 * When consent is withdrawn, whatever was sealed before in that case goes no further: it cannot be
 * announced, released or asked for, and its bytes are not served. It is sealed again, without what
 * rested on that consent. Both moments are the sender's own: when the slip says that it sealed, and
 * when the statement says that it was made, which may reach this gateway days later.
 *
 * A package is asked for within its term. Its bytes are served until the term ends, and for as long
 * as the clock of `fetching` runs after the fetch_request, should that be later: what was begun in
 * time can be finished, cut off or not, and nothing lies here for ever.
 */
#include "base/date.h"
#include "base/str.h"
#include "cases/inside.h"

static int moment_in(
    const char *what, const struct buf *json, const char *name, int64_t *ret, struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = NULL;
	int r = jx_parse(what, json->data ? json->data : "", json->len, &JX_SMALL, &body, ei);
	if (r == 0 && time_parse(jx_str(body, name), ret) < 0)
		r = err_set(ei, GW_EFORMAT, "%s: \"%s\" is no moment", what, name);
	return r;
}

int cases_consent(struct store_tx *tx, int64_t row, const struct buf *slip, struct errinfo *ei)
{
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	int64_t withdrawn = 0, sealed = 0;
	int r = store_statement_last(tx, row, 0, case_act_word(ACT_CONSENT_WITHDRAWN), &s, NULL);
	if (r < 0)
		return r == GW_ENOENT ? 0 : err_set(ei, r, "the store cannot be read");
	r = moment_in("the statement", &s.json, "at", &withdrawn, ei);
	if (r == 0)
		r = moment_in("the slip", slip, "sealed", &sealed, ei);
	if (r < 0)
		return r;
	return sealed > withdrawn
	    ? 0
	    : err_set(ei, GW_EREFUSED,
		  "consent was withdrawn after the package was sealed: seal it again without what "
		  "rested on it");
}

int64_t cases_fetch_ms(void)
{
	return case_clock(CASE_FETCHING).days * INT64_C(24) * 3600 * 1000;
}

int cases_served(struct store_tx *tx, const struct store_package *p, const struct buf *slip,
    int64_t now, struct errinfo *ei)
{
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	struct store_case it;
	struct store_round o;
	int r = store_case_find(tx, p->sender, p->case_id, &it, ei);
	if (r == 0)
		r = cases_consent(tx, it.row, slip, ei);
	if (r < 0 || now <= p->expires)
		return r;
	r = store_round_of(tx, it.row, p->package, &o, ei);
	if (r == 0)
		r = store_statement_last(
		    tx, it.row, o.round, case_act_word(ACT_FETCH_REQUEST), &s, ei);
	if (r < 0)
		return r;
	return now <= s.received + cases_fetch_ms()
	    ? 0
	    : err_set(ei, GW_EREFUSED,
		  "the term of the package is over, and the %u days in which a fetch that was begun "
		  "may be finished: have it sealed again",
		  case_clock(CASE_FETCHING).days);
}
