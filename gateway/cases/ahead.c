/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ahead: a case as it will be once what waits for delivery has been taken by the gateway where it
 * lives: a further act is signed over that, so that what ends harm need not wait for a gateway that
 * does not answer.
 */
#include <string.h>

#include "base/str.h"
#include "cases/inside.h"
#include "cases/job.h"
#include "store/jobs.h"

enum { WAITING = 64 /* acts of one case; more are judged one by one as they are delivered */ };

struct waiting {
	uint64_t ids[WAITING];
	size_t n;
};

static int add(void *ctx, const struct store_job *j, struct errinfo *ei)
{
	struct waiting *all = ctx;
	(void)ei;
	if (j->statement[0] && case_act_of(j->kind) >= 0 && all->n < WAITING)
		all->ids[all->n++] = j->id;
	return 0;
}

/* A statement that was verified when it was queued. */
static int read_again(struct cases_work *w, struct errinfo *ei)
{
	int r = jx_parse("statement", w->json, w->n, &JX_SMALL, &w->st.body, ei);
	if (r == 0)
		r = statement_check("statement", w->st.body, NULL, &w->st.kind, ei);
	if (r < 0)
		return r;
	const char *by = jx_str(w->st.body, "by");
	w->st.id = jx_str(w->st.body, "id");
	w->st.for_oin = jx_str(w->st.body, "for");
	memcpy(w->st.by.oin, by, strnlen(by, sizeof w->st.by.oin - 1));
	hash_sha256_hex(w->json, w->n, w->st.sha256);
	return 0;
}

static int apply(struct cases *c, struct store_tx *tx, const struct cases_call *call,
    const char *sender, const char *case_id, uint64_t id, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct cases_work w GW_CLEANUP(work_release) = {.call = call};
	struct store_job j;
	int r = store_job_get(tx, id, &j, &json, &p7s, ei);
	if (r < 0)
		return r;
	w.json = json.data;
	w.n = json.len;
	w.p7s = p7s.data;
	w.p7s_n = p7s.len;
	r = read_again(&w, ei);
	if (r == 0)
		r = work_begin(&w, sender, case_id, ei);
	if (r == 0)
		r = work_find(&w, tx, ei);
	if (r == 0 && (w.new_round || w.act == ACT_OFFER))
		cases_terms(c, &w);
	if (r == 0)
		r = work_step(&w, ei);
	return r < 0 ? r : work_keep(&w, tx, "", ei);
}

int cases_ahead(struct cases *c, struct store_tx *tx, const struct cases_call *call,
    const char *sender, const char *case_id, struct errinfo *ei)
{
	struct waiting all = {0};
	int r = store_jobs_of(tx, sender, case_id, add, &all, ei);
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		r = apply(c, tx, call, sender, case_id, all.ids[i], ei);
		/* it will be refused where it goes: what follows on it will be, too */
		if (r == GW_ECONFLICT || r == GW_EREFUSED)
			return 0;
	}
	return r;
}

enum case_state cases_state_ahead(
    const struct store_round *last, const json_t *pending, struct case_facts *facts)
{
	enum case_state state =
	    last->round ? (enum case_state)case_state_of(last->state) : CASE_CHECKED;
	size_t i;
	json_t *one;
	json_array_foreach (pending, i, one) {
		const char *kind = jx_str(one, "kind");
		int act = kind ? case_act_of(kind) : -1;
		if (act < 0)
			continue;
		bool begins = act == ACT_OFFER || act == ACT_RELEASE;
		if (begins && case_ended(state))
			state = CASE_CHECKED;
		facts->direct |= act == ACT_RELEASE && state == CASE_CHECKED;
		if (case_step(state, (enum case_act)act, BY_SENDER, facts, &state, NULL) < 0)
			break;
	}
	return state;
}
