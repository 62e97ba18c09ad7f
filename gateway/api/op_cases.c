/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases: lists, chains, acts and events. */
#include "api/op.h"
#include "base/str.h"
#include "sign/cades.h"
#include "sign/statement.h"

int op_cases(struct op *op)
{
	struct cases_page page = op_page(op);
	json_t *j = NULL;
	int r = op_checked(op);
	if (r == 0)
		r = cases_list(op->core->env.cases, &op->cases, op_query(op, "role"),
		    op_query(op, "state"), &page, &j, &op->ei);
	return r < 0 ? r : op_json(op, 200, j);
}

int op_case(struct op *op)
{
	json_t *j = NULL;
	int r = cases_show(
	    op->core->env.cases, &op->cases, op_param(op, 0), op_param(op, 1), &j, &op->ei);
	return r < 0 ? r : op_json(op, 200, j);
}

static int chain(struct op *op, bool receipts)
{
	json_t *j = NULL;
	int r = cases_statements(op->core->env.cases, &op->cases, op_param(op, 0), op_param(op, 1),
	    receipts, &j, &op->ei);
	return r < 0 ? r : op_json(op, 200, j);
}

int op_statements(struct op *op)
{
	return chain(op, false);
}

int op_receipts(struct op *op)
{
	return chain(op, true);
}

int op_events(struct op *op)
{
	uint64_t after = op_after(op);
	struct cases_page page = op_page(op);
	json_t *j = NULL;
	int r = op_checked(op);
	if (r == 0)
		r = cases_events(op->core->env.cases, &op->cases, after, page.limit, &j, &op->ei);
	return r < 0 ? r : op_json(op, 200, j);
}

int op_act(struct op *op)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	enum cases_taken taken = CASES_NEW;
	json_t *j = NULL;
	int r = op_signed_body(op, "statement", &text, &p7s);
	if (r < 0)
		return r;
	r = cases_act(op->core->env.cases, &op->cases, op_param(op, 0), op_param(op, 1), text.data,
	    text.len, p7s.data, p7s.len, &taken, &j, &op->ei);
	if (r == GW_EFORMAT)
		op->status = 422; /* the request is well-formed, what it carries is not */
	if (r == GW_ECONFLICT && cases_stale(&op->ei))
		op->word = "stale";
	if (r < 0)
		return r;
	return op_json(op, taken == CASES_NEW ? 201 : taken == CASES_AGAIN ? 200 : 202, j);
}
