/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/received.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ledger/audit.h"
#include "policy/narrow.h"

const char *sent_state_word(enum sent_state s)
{
	static const char *const words[] = {"ok", "cut_off", "withdrawn"};
	return words[s];
}

void received_release(struct received *r)
{
	for (size_t i = 0; i < r->n; i++) {
		json_decref(r->list[i].released);
		json_decref(r->list[i].corrects);
	}
	free(r->list);
	*r = (struct received){0};
}

void received_put(json_t *detail, const struct policy *policy, json_t *data,
    const struct note *note, json_t *corrects, const char *mark)
{
	char day[DATE_TEXT];
	date_text(date_of(note->expires), day);
	jx_set(detail, "contract", json_string(note->contract));
	jx_set(detail, "expires", json_string(day));
	jx_set(detail, "released", policy_forms_json(policy, data));
	if (!corrects)
		return;
	jx_set(detail, "supersedes", json_string(note->supersedes));
	jx_set(detail, "corrects", json_incref(corrects));
	jx_set(detail, "mark", json_string(mark));
}

/* ---- reading ---- */

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

static void act_of(const json_t *record, char out[49])
{
	const char *tr = jx_str(record, "tr"), *sp = jx_str(record, "sp");
	(void)snprintf(out, 49, "%s%s", tr ? tr : "", sp ? sp : "");
}

static void take_detail(struct sent *s, const json_t *detail)
{
	json_int_t seq = 0;
	const char *expires = jx_str(detail, "expires");
	copy(s->package, sizeof s->package, jx_str(detail, "package"));
	copy(s->case_id, sizeof s->case_id, jx_str(detail, "case"));
	copy(s->contract, sizeof s->contract, jx_str(detail, "contract"));
	copy(s->mark, sizeof s->mark, jx_str(detail, "mark"));
	if (jx_int(detail, "seq", 1, INT32_MAX, &seq) == 0)
		s->seq = seq;
	if (!expires || date_parse(expires, &s->expires) < 0)
		s->expires = (struct date){0};
	s->released = json_incref(json_object_get(detail, "released"));
	s->corrects = json_incref(json_object_get(detail, "corrects"));
}

static int begun(struct received *r, const json_t *record, const json_t *detail, struct errinfo *ei)
{
	const char *t = jx_str(record, "t"), *peer = jx_str(record, "peer");
	struct sent *list = reallocarray(r->list, r->n + 1, sizeof *list);
	if (!list)
		return err_set(ei, GW_ENOMEM, "out of memory");
	r->list = list;
	struct sent *s = &list[r->n];
	*s = (struct sent){.state = SENT_CUT_OFF};
	if (!t || time_parse(t, &s->at) < 0 || !peer)
		return err_set(
		    ei, GW_EAUTH, "a record of the ledger has no valid form: it was changed");
	copy(s->recipient, sizeof s->recipient, peer);
	act_of(record, s->act);
	take_detail(s, detail);
	r->n++;
	return 0;
}

static void ended(struct received *r, const json_t *record)
{
	char act[49];
	act_of(record, act);
	for (size_t i = r->n; i-- > 0;) {
		if (!str_eq(r->list[i].act, act) || r->list[i].state != SENT_CUT_OFF)
			continue;
		if (str_eq(jx_str(record, "out"), "ok")) {
			r->list[i].state = SENT_OK;
			return;
		}
		json_decref(r->list[i].released); /* refused or failed: nothing was received */
		json_decref(r->list[i].corrects);
		memmove(&r->list[i], &r->list[i + 1], (r->n - i - 1) * sizeof *r->list);
		r->n--;
		return;
	}
}

/* Acts of a case after which the recipient has nothing of the package. */
static void taken_back(struct received *r, const json_t *record, const json_t *detail)
{
	static const char *const acts[] = {"case.withdraw", "case.withdraw_confirm", "case.cancel",
	    "case.expire", "case.return", "case.entered_in_error"};
	const char *act = jx_str(record, "act"), *package = jx_str(detail, "package");
	bool is = false;
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		is = is || str_eq(act, acts[i]);
	if (!is || !package || !str_eq(jx_str(record, "out"), "ok"))
		return;
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->list[i].package, package))
			r->list[i].state = SENT_WITHDRAWN;
}

static int see(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct received *r = ctx;
	json_t *record GW_CLEANUP(jx_release) = NULL;
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	if (jx_parse("ledger record", line->bytes, line->n, &JX_SMALL, &record, NULL) < 0 ||
	    (line->detail &&
		jx_parse("detail", line->detail, line->detail_n, &JX_SMALL, &detail, NULL) < 0))
		return err_set(ei, GW_EAUTH, "a record of the ledger is no JSON: it was changed");
	if (!str_eq(jx_str(record, "act"), "transfer.seal")) {
		taken_back(r, record, detail);
		return 0;
	}
	if (str_eq(jx_str(record, "ph"), "intent"))
		return begun(r, record, detail, ei);
	ended(r, record);
	return 0;
}

int received_load(struct ledger *l, const struct subject_id *ids, size_t n, struct received *ret,
    struct errinfo *ei)
{
	struct received r = {.known = true};
	int e = ledger_report(l, ids, n, see, &r, NULL, ei);
	if (e == GW_ENOENT) {
		r.known = false;
		e = 0;
	}
	if (e < 0)
		received_release(&r);
	else
		*ret = r;
	return e;
}

static bool lists(const json_t *list, const char *path)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_string_value(json_array_get(list, i)), path))
			return true;
	return false;
}

bool sent_tells(const struct sent *s, const char *path)
{
	for (size_t i = 0; i < json_array_size(s->released); i++)
		if (lists(json_object_get(json_array_get(s->released, i), "fields"), path))
			return true;
	return lists(s->corrects, path);
}
