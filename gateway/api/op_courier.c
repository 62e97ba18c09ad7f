/* SPDX-License-Identifier: EUPL-1.2 */
/* What the courier asks the core: what is to be carried, what became of it, what others tell. */
#include <inttypes.h>
#include <stdlib.h>

#include "api/op.h"
#include "base/date.h"
#include "base/log.h"
#include "base/str.h"
#include "sign/trust.h"

enum { PEERS = 1024, CHAIN_VALUES = 100000 };

/* ---- jobs ---- */

/* The request's body as the other gateway takes it (docs/FORMATS.md §10). */
static int set_body(struct op *op, const struct cases_job *j)
{
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(LINK_BODY_MAX);
	json_t *body GW_CLEANUP(jx_release) = json_object();
	int r = str_b64(&b64, j->p7s.data, j->p7s.len);
	json_t *text = json_stringn(j->json.data ? j->json.data : "", j->json.len);
	if (r < 0 || !text) {
		json_decref(text);
		return err_set(&op->ei, GW_EIO, "a statement in the store is damaged");
	}
	jx_set(body, j->kind == CASES_JOB_PACKAGE ? "slip" : "statement", text);
	jx_set(body, "signature", json_stringn(b64.data, b64.len));
	return op_json(op, 200, json_incref(body));
}

static int set_job(struct op *op, struct cases_job *j)
{
	int r = set_body(op, j);
	if (r == 0)
		r = op_field(op, "Job", "%" PRIu64, j->id);
	if (r == 0)
		r = op_field(op, "Gateway", "%s", j->gateway);
	if (r == 0)
		r = op_field(op, "Gateway-Oin", "%s", j->gateway_oin);
	if (r == 0 && j->kind == CASES_JOB_STATEMENT)
		return op_field(op, "Path", "/v1/cases/%s/%s/statements", j->sender, j->case_id);
	if (r == 0)
		r = op_field(op, "Path", "/v1/packages");
	if (r == 0)
		r = op_field(op, "Package", "%s", j->package);
	op->answer->fd = j->file.fd;
	op->answer->number = j->file.bytes;
	j->file.fd = -1;
	return r;
}

int op_job_next(struct op *op)
{
	struct cases_job j = {.file.fd = -1};
	int64_t next = op->now;
	int r = cases_job_next(op->core->env.cases, &op->cases, &j, &next, &op->ei);
	if (r == GW_ENOENT) {
		r = op_text(op, 204, NULL, NULL, 0);
		return r < 0
		    ? r
		    : op_field(op, "Wait", "%" PRId64, next > op->now ? next - op->now : 0);
	}
	if (r < 0)
		return r;
	r = set_job(op, &j);
	if (r < 0) /* it cannot be given out, and must not stay so for ever */
		(void)!cases_job_done(op->core->env.cases, &op->cases, j.id, GW_ENET, NULL, NULL);
	cases_job_release(&j);
	return r;
}

int op_job_done(struct op *op)
{
	static const struct {
		const char *word;
		int code;
	} words[] = {{"done", 0}, {"again", GW_ENET}, {"refused", GW_EREFUSED}};
	const char *job = op_param(op, 0), *word = op_param(op, 1);
	uint64_t id = 0;
	size_t i = 0;
	if (!job || !word || str_u64(job, INT64_MAX, &id) < 0)
		return err_set(&op->ei, GW_EUSAGE, "which job?");
	while (i < GW_LENGTH(words) && !str_eq(words[i].word, word))
		i++;
	if (i == GW_LENGTH(words))
		return err_set(&op->ei, GW_EUSAGE, "what became of the job?");
	int r = cases_job_done(
	    op->core->env.cases, &op->cases, id, words[i].code, op_param(op, 2), &op->ei);
	return r < 0 ? r : op_text(op, 204, NULL, NULL, 0);
}

/* ---- what others tell ---- */

int op_peers(struct op *op)
{
	struct cases_peer *list GW_CLEANUP(str_free_p) = str_alloc(PEERS * sizeof *list);
	json_t *all = json_object(), *items = json_array();
	size_t n = cases_peers(op->core->env.cases, op->registry, op->now, list, PEERS);
	for (size_t i = 0; i < n && i < PEERS; i++) {
		json_t *o = json_object();
		jx_set(o, "oin", json_string(list[i].oin));
		jx_set(o, "gateway", json_string(list[i].gateway));
		jx_set(o, "after", json_integer((json_int_t)list[i].after));
		jx_set(o, "seldom", json_boolean(list[i].ended));
		jx_add(items, o);
	}
	jx_set(all, "items", items);
	return op_json(op, 200, all);
}

/*
 * What can never be taken in counts as read: an incident was recorded and told where the chain is
 * not what it was (GW_EAUTH); what is none, or about others, says nothing about us.
 */
static bool is_over(int code)
{
	return code == GW_EAUTH || code == GW_EREFUSED || code == GW_EFORMAT || code == GW_ELIMIT ||
	    code == GW_ENOENT;
}

int op_mirror(struct op *op)
{
	const char *gateway = op_param(op, 0), *sender = op_param(op, 1), *id = op_param(op, 2);
	json_t *chain GW_CLEANUP(jx_release) = NULL;
	if (!gateway || !sender || !id || !str_oin(gateway) || !str_oin(sender))
		return err_set(&op->ei, GW_EUSAGE, "whose case?");
	int r = jx_parse("chain", op->call->body, op->call->body_n,
	    &(const struct jx_limits){LINK_BODY_MAX, 8, CHAIN_VALUES}, &chain, &op->ei);
	if (r == 0)
		r = cases_mirror(
		    op->core->env.cases, &op->cases, gateway, sender, id, chain, &op->ei);
	bool held = r < 0 && trust_out_of_date(&op->ei);
	if (r < 0 && !is_over(r) && !held)
		return r;
	if (r < 0)
		log_line(r == GW_EAUTH ? LOG_PRIO_ERR : LOG_PRIO_WARNING, "mirror", "peer", gateway,
		    "code", err_name(r), held ? "why" : NULL, op->ei.msg, NULL);
	return op_text(op, held ? 503 : r < 0 ? 200 : 204, NULL, NULL, 0);
}

int op_mirrored(struct op *op)
{
	const char *gateway = op_param(op, 0);
	if (!gateway || !str_oin(gateway) || op->call->number > INT64_MAX)
		return err_set(&op->ei, GW_EUSAGE, "which gateway?");
	int r = cases_mirrored(op->core->env.cases, gateway, op->call->number, &op->ei);
	return r < 0 ? r : op_text(op, 204, NULL, NULL, 0);
}

int op_pinned(struct op *op)
{
	const char *oin = op_param(op, 0), *key = op_param(op, 1);
	const struct organisation *o = oin ? registry_organisation(op->registry, oin) : NULL;
	return o && key && pins_hold(&o->tls, key, date_of(op->now))
	    ? op_text(op, 204, NULL, NULL, 0)
	    : err_set(&op->ei, GW_ENOENT, "not a key of that organisation today");
}
