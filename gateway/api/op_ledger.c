/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ledger shows to others, and cosignatures for theirs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/op.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/home.h"
#include "ledger/serve.h"

static const char TEXT[] = "text/plain; charset=utf-8";
enum { PROOF_MAX = 256 << 10, LOOK_MS = 3600000 };

static struct ledger *ledger_of(const struct op *op)
{
	return home_ledger(op->core->env.home);
}

static int checkpoint(struct op *op)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	int r = 0;
	if (!witnessing_note(op, &note)) {
		buf_clear(&note);
		r = ledger_checkpoint(ledger_of(op), &note, &op->ei);
	}
	return r < 0 ? r : op_text(op, 200, TEXT, note.data, note.len);
}

static int tile(struct op *op)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LEDGER_TILE_BYTES);
	struct ledger_tile t;
	int r = ledger_tile_parse(op_param(op, 0), &t, &op->ei);
	if (r == 0)
		r = ledger_tile(ledger_of(op), &t, &b, &op->ei);
	return r < 0 ? r : op_text(op, 200, "application/octet-stream", b.data, b.len);
}

static int inclusion(struct op *op)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(PROOF_MAX);
	const char *id = op_query(op, "record");
	if (!id || !id_is_v7(id))
		op_wrong(op, "query", "record", "the id of a record is expected");
	int r = op_checked(op);
	if (r == 0)
		r = ledger_prove_id(ledger_of(op), id, op->call->peer, &b, &op->ei);
	return r < 0 ? r : op_text(op, 200, TEXT, b.data, b.len);
}

static int consistency(struct op *op)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(PROOF_MAX);
	struct ledger_consistency c;
	const char *from = op_query(op, "from");
	uint64_t old = 0;
	if (!from || str_u64(from, INT64_MAX, &old) < 0 || old == 0)
		op_wrong(op, "query", "from", "a size of the log, 1 or more, is expected");
	int r = op_checked(op);
	if (r == 0)
		r = ledger_consistency(ledger_of(op), old, 0, &c, &note, &op->ei);
	if (r == 0)
		r = ledger_consistency_text(&c, note.data, note.len, &b);
	return r < 0 ? r : op_text(op, 200, TEXT, b.data, b.len);
}

/* ---- records ---- */

static int add_record(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	json_t *item = json_object();
	(void)ei;
	jx_set(item, "index", json_integer((json_int_t)line->index));
	jx_set(item, "record", json_stringn(line->bytes, line->n));
	jx_add(ctx, item);
	return 0;
}

static int record_reading(struct op *op)
{
	struct ledger_record r = {.act = "audit.read", .peer = op->call->peer};
	struct ledger_receipt intent;
	char actor[19];
	char *account GW_CLEANUP(str_free_p) = str_printf("oin:%s", op->call->peer);
	ledger_actor(ledger_of(op), account, actor);
	r.actor.k = "svc";
	r.actor.id = actor;
	r.actor.auth = "mtls";
	r.tr = *op->call->trace ? op->call->trace : NULL;
	int e = ledger_intent(ledger_of(op), &r, NULL, &intent, &op->ei);
	r.out = LEDGER_OK;
	return e < 0 ? e : ledger_result(ledger_of(op), &intent, &r, NULL, NULL, &op->ei);
}

/* Of that organisation; under core->looking. */
static struct look *look_of(struct api_core *c, const char *oin)
{
	for (size_t i = 0; i < c->looks_n; i++)
		if (str_eq(c->looks[i].oin, oin))
			return &c->looks[i];
	struct look *looks = reallocarray(c->looks, c->looks_n + 1, sizeof *looks);
	if (!looks)
		abort();
	c->looks = looks;
	looks[c->looks_n] = (struct look){.at = 0};
	(void)snprintf(looks[c->looks_n].oin, OIN_TEXT, "%s", oin);
	return &looks[c->looks_n++];
}

/* That an organisation reads its records is a record, too: before it has them. One an hour: that it
 * looked is what is to be known, and whoever asks without end would fill the log. */
static int note_reading(struct op *op)
{
	int r = 0;
	(void)pthread_mutex_lock(&op->core->looking);
	struct look *look = look_of(op->core, op->call->peer);
	if (!look->at || op->now < look->at || op->now - look->at >= LOOK_MS) {
		r = record_reading(op);
		look->at = r == 0 ? op->now : look->at;
	}
	(void)pthread_mutex_unlock(&op->core->looking);
	return r;
}

static int records(struct op *op)
{
	json_t *answer GW_CLEANUP(jx_release) = json_object(), *items = json_array();
	uint64_t after = op_after(op), next = 0;
	struct cases_page page = op_page(op);
	bool later = op_query(op, "after") != NULL;
	jx_set(answer, "items", items);
	int r = op_checked(op);
	if (r == 0)
		r = ledger_party(ledger_of(op), op->call->peer, later ? after + 1 : 0, page.limit,
		    add_record, items, &next, &op->ei);
	if (r == 0 && json_array_size(items))
		r = note_reading(op);
	if (r < 0)
		return r;
	if (next) {
		char *text GW_CLEANUP(str_free_p) = str_printf("%" PRIu64, next - 1);
		jx_set(answer, "next", json_string(text));
	}
	return op_json(op, 200, json_incref(answer));
}

/* ---- cosignatures ---- */

static int cosign(struct op *op)
{
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	const struct api_core_env *env = &op->core->env;
	uint64_t size = 0;
	int r = home_cosign(env->home, env->store, op->registry, op->call->peer, op->call->body,
	    op->call->body_n, op->now, &line, &size, &op->ei);
	if (r == GW_ECONFLICT) {
		char *text GW_CLEANUP(str_free_p) = str_printf("%" PRIu64 "\n", size);
		return op_text(op, 409, "text/x.tlog.size", text, strlen(text));
	}
	/* C2SP tlog-witness: who may not sign is 403, what does not follow 422 */
	if (r == GW_EAUTH)
		op->status = 403;
	if (r == GW_EREFUSED)
		op->status = 422;
	return r < 0 ? r : op_text(op, 200, TEXT, line.data, line.len);
}

int op_ledger(struct op *op)
{
	switch (op->call->op) {
	case API_CHECKPOINT:
		return checkpoint(op);
	case API_TILE:
		return tile(op);
	case API_PROOF_INCLUSION:
		return inclusion(op);
	case API_PROOF_CONSISTENCY:
		return consistency(op);
	case API_RECORDS:
		return records(op);
	case API_COSIGN:
		return cosign(op);
	default:
		return err_set(&op->ei, GW_EFAIL, "no operation of the ledger");
	}
}
