/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "ledger/audit.h"
#include "registry/text.h"

static const struct jx_limits limits = {64 << 10, 8, 1000};

/* An intent of ours without a result. */
struct open_act {
	struct ledger_receipt intent;
	json_t *record, *detail; /* as it is in the ledger */
	struct open_act *next;
};

struct open_acts {
	const struct contact_case *of; /* NULL: of any case */
	struct open_act *first, **end; /* in their order */
};

static void open_acts_release(struct open_acts *all)
{
	while (all->first) {
		struct open_act *a = all->first;
		all->first = a->next;
		json_decref(a->record);
		json_decref(a->detail);
		free(a);
	}
}

/* True for acts around which case_begin and case_end stand, by a person and not the daemon. */
static bool is_of_a_command(const json_t *record)
{
	const char *act = jx_str(record, "act");
	return str_eq(jx_str(json_object_get(record, "actor"), "k"), "user") && act &&
	    (str_starts(act, "case.") || str_eq(act, "transfer.send") ||
		str_eq(act, "transfer.receive"));
}

static bool is_of_case(const json_t *detail, const struct contact_case *k)
{
	const char *sender = jx_str(detail, "sender"), *case_id = jx_str(detail, "case");
	if (!sender || !case_id || !str_oin(sender) || !receipts_case_good(case_id))
		return false;
	return !k || (str_eq(sender, k->sender) && str_eq(case_id, k->case_id));
}

static void note_intent(struct open_act *a, const struct ledger_line *line)
{
	const char *t = jx_str(a->record, "t");
	const struct {
		const char *name;
		char *out;
		size_t cap;
	} texts[] = {{"id", a->intent.id, sizeof a->intent.id},
	    {"tr", a->intent.tr, sizeof a->intent.tr}, {"sp", a->intent.sp, sizeof a->intent.sp}};
	a->intent.index = line->index;
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		text_copy(texts[i].out, texts[i].cap, jx_str(a->record, texts[i].name));
	if (!t || time_parse(t, &a->intent.t) < 0)
		a->intent.t = 0; /* the ledger's own bytes: it has one */
}

static int take_open(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct open_acts *all = ctx;
	json_t *record GW_CLEANUP(jx_release) = NULL, *detail GW_CLEANUP(jx_release) = NULL;
	if (line->epoch || !line->detail)
		return 0;
	int r = jx_parse("record", line->bytes, line->n, &limits, &record, ei);
	if (r == 0 && is_of_a_command(record))
		r = jx_parse("detail", line->detail, line->detail_n, &limits, &detail, ei);
	if (r < 0 || !detail || !is_of_case(detail, all->of))
		return r;
	struct open_act *a = str_alloc(sizeof *a);
	a->record = json_incref(record);
	a->detail = json_incref(detail);
	note_intent(a, line);
	*all->end = a;
	all->end = &a->next;
	return 0;
}

static int find_open(struct contact *c, struct open_acts *all, struct errinfo *ei)
{
	all->end = &all->first;
	return ledger_open_intents(home_ledger(c->home), take_open, all, ei);
}

/* ---- how it ended ---- */

/* The statement that was made under it, by its id, or sent again under it, by its digest. */
static bool has_arrived(const struct contact_case *k, const char *id, const char *sha256)
{
	const struct chain *chain = receipts_chain(k->receipts);
	const struct receipts_pending *p;
	for (size_t i = 0; i < chain_count(chain); i++)
		if (str_eq(chain_at(chain, i)->id, id) ||
		    str_eq(chain_at(chain, i)->sha256, sha256))
			return true;
	for (size_t i = 0; (p = receipts_pending(k->receipts, i)); i++) {
		json_t *body GW_CLEANUP(jx_release) = NULL;
		if (jx_parse("pending", p->json.data, p->json.len, &JX_SMALL, &body, NULL) == 0 &&
		    (str_eq(jx_str(body, "id"), id) || str_eq(p->sha256, sha256)))
			return contact_carried(k, p->sha256);
	}
	return false;
}

/* *ret: 1 when the gateway has that package of ours, or had it and the case went on with it; 0 when
 * it does not; as it is when the gateway does not say. */
static int was_sent(struct contact *c, const struct contact_case *k, const char *package, int *ret,
    struct errinfo *ei)
{
	char path[80];
	struct chain_round round;
	json_t *j GW_CLEANUP(jx_release) = NULL;
	(void)snprintf(path, sizeof path, "/v1/packages/%s", package);
	int r = contact_get(c, path, &j, ei);
	if (str_eq(jx_str(j, "state"), "deposited") ||
	    (contact_round(k, package, &round) && round.released))
		*ret = 1;
	else if (r == 0 || r == GW_ENOENT) /* what it does not know was not sent */
		*ret = 0;
	return r == GW_ENET || r == GW_EFAIL ? r : 0;
}

static bool was_received(const struct contact *c, const struct contact_case *k, const char *package)
{
	struct chain_round round;
	char *name GW_CLEANUP(str_free_p) = str_printf("%s.tar.age", package);
	char *path GW_CLEANUP(str_free_p) = file_join(c->packages, name);
	return file_exists(path) /* it has its name once its digest was found right */
	    || (contact_round(k, package, &round) && round.fetched); /* wherever it was put */
}

/* 1: it went well; 0: it did not; -1 as *ret: nobody can tell. */
static int how_it_ended(struct contact *c, const struct contact_case *k, const struct open_act *a,
    int *ret, struct errinfo *ei)
{
	const char *act = jx_str(a->record, "act"), *package = jx_str(a->detail, "package");
	const char *id = jx_str(a->detail, "id"), *sha256 = jx_str(a->detail, "statement");
	*ret = -1;
	if (str_starts(act, "case.")) {
		if (id || sha256)
			*ret = has_arrived(k, id ? id : "", sha256 ? sha256 : "");
	} else if (package && id_is_v4(package)) {
		if (str_eq(act, "transfer.send"))
			return was_sent(c, k, package, ret, ei);
		*ret = was_received(c, k, package);
	}
	return 0;
}

static int end_act(struct contact *c, const struct open_act *a, bool good, struct errinfo *ei)
{
	const json_t *policy = json_object_get(a->record, "pol");
	const struct home_about about = {.peer = jx_str(a->record, "peer"),
	    .policy = jx_str(policy, "id"),
	    .version = json_integer_value(json_object_get(policy, "v")),
	    .sha256 = jx_str(policy, "h")};
	return home_result_about(
	    c->home, jx_str(a->record, "act"), &about, &a->intent, good ? 0 : GW_EFAIL, ei);
}

int settle_case(struct contact *c, const struct contact_case *k, struct errinfo *ei)
{
	struct open_acts all GW_CLEANUP(open_acts_release) = {.of = k};
	int r = find_open(c, &all, ei);
	for (const struct open_act *a = all.first; r == 0 && a; a = a->next) {
		int good = -1;
		r = how_it_ended(c, k, a, &good, ei);
		if (r == 0 && good >= 0)
			r = end_act(c, a, good == 1, ei);
	}
	return r;
}

/* ---- other cases ---- */

/* Read the case, which settles it; false when there is no use in trying others. */
static bool settle_one(struct contact *c, struct contact_case *k)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = receipts_try(c->root, &c->env, k->sender, k->case_id, &k->receipts, &ei);
	if (r == GW_ECONFLICT)
		return true; /* its command lives */
	contact_case_release(k);
	r = contact_read(c, k, &ei);
	if (r == GW_EAUTH)
		cli_warn("case %s: %s", k->case_id, ei.msg);
	return r != GW_ENET && r != GW_EFAIL;
}

void settle_others(struct contact *c)
{
	struct open_acts all GW_CLEANUP(open_acts_release) = {.of = NULL};
	json_t *seen GW_CLEANUP(jx_release) = json_object();
	bool go_on = find_open(c, &all, NULL) == 0;
	for (const struct open_act *a = all.first; go_on && a; a = a->next) {
		struct contact_case k GW_CLEANUP(contact_case_release) = {0};
		text_copy(k.sender, sizeof k.sender, jx_str(a->detail, "sender"));
		text_copy(k.case_id, sizeof k.case_id, jx_str(a->detail, "case"));
		char *name GW_CLEANUP(str_free_p) = str_printf("%s/%s", k.sender, k.case_id);
		if (json_object_get(seen, name))
			continue;
		jx_set(seen, name, json_true());
		go_on = settle_one(c, &k);
	}
}
